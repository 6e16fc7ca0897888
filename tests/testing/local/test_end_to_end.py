"""A person talks to the local server through a real WebSocket and gets a spoken answer."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from realtime_voice.testing import AudioRequest, LocalServer
from realtime_voice.testing.local import Local
from tests.testing.local.conftest import spoken

LIMIT_S = 60.0
SETTINGS = {
    "type": "realtime",
    "audio": {
        "input": {
            "transcription": {"model": "gpt-4o-mini-transcribe"},
            "turn_detection": {"type": "server_vad", "silence_duration_ms": 500},
        }
    },
}


class Talk:
    """One connection."""

    def __init__(self, link: Any) -> None:
        self.link = link

    async def send(self, **event: Any) -> None:
        """Send an event."""
        await self.link.send(json.dumps(event))

    async def speak(self, pcm: bytes) -> None:
        """Send sound in pieces of 20 ms, several times as fast as it was spoken."""
        for start in range(0, len(pcm), 960):
            audio = base64.b64encode(pcm[start : start + 960]).decode()
            await self.send(type="input_audio_buffer.append", audio=audio)
            await anyio.sleep(0.004)

    async def until(self, kind: str) -> list[dict[str, Any]]:
        """Everything up to an event of a type."""
        events: list[dict[str, Any]] = []
        with anyio.fail_after(LIMIT_S):
            while not events or events[-1]["type"] != kind:
                events.append(json.loads(await self.link.receive()))
        return events


@asynccontextmanager
async def talk_to(brain: Local) -> AsyncIterator[Talk]:
    """A connection to a server with a brain."""
    async with LocalServer(brain) as server:
        link = await server.client().connect(model="gpt-realtime")
        try:
            talk = Talk(link)
            await talk.send(type="session.update", session=SETTINGS)
            yield talk
        finally:
            with anyio.CancelScope(shield=True):
                await link.aclose()


def transcripts(events: list[dict[str, Any]]) -> tuple[str, str]:
    """What was heard and what was answered, as the transcripts have it."""
    heard = next(e["transcript"] for e in events if e["type"].endswith("transcription.completed"))
    said = next(
        e["transcript"] for e in events if e["type"] == "response.output_audio_transcript.done"
    )
    return heard, said


@pytest.mark.anyio
@pytest.mark.slow
async def test_a_conversation() -> None:
    """Two turns are heard, answered, and sound; what is no phrase is repeated."""
    async with talk_to(Local()) as talk:
        for question, answer in (("What time is it?", "It is "), ("Count to ten.", "One, two, ")):
            await talk.speak(spoken(question) + bytes(48_000))
            events = await talk.until("response.done")
            heard, said = transcripts(events)
            assert heard == question.lower().strip("?.")
            assert said.startswith(answer)
            sound = b"".join(
                base64.b64decode(event["delta"])
                for event in events
                if event["type"] == "response.output_audio.delta"
            )
            assert len(sound) > 24_000
            assert events[-1]["response"]["status"] == "completed"


@pytest.mark.anyio
@pytest.mark.slow
async def test_a_reply_of_ones_own() -> None:
    """A callback of three lines answers over the wire; typed messages are answered, too."""

    async def reply(request: AudioRequest) -> str:
        await anyio.lowlevel.checkpoint()
        return f"Nothing about {request.heard or 'paper'}."

    async with talk_to(Local(reply)) as talk:
        await talk.speak(spoken("Tell me a joke.") + bytes(48_000))
        events = await talk.until("response.done")
        assert transcripts(events) == ("tell me a joke", "Nothing about tell me a joke.")
        content = [{"type": "input_text", "text": "hello"}]
        item = {"type": "message", "role": "user", "content": content}
        await talk.send(type="conversation.item.create", item=item)
        await talk.send(type="response.create", response={"output_modalities": ["text"]})
        events = await talk.until("response.output_text.done")
        assert events[-1]["text"] == "Nothing about paper."
