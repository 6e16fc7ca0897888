"""The public surface as users write it: type-checked, never run."""

from collections.abc import AsyncIterator
from typing import assert_type

import httpx

import realtime_voice as rv
from realtime_voice import events
from realtime_voice.testing import Call, Called, Heard, Local, LocalServer, Scripted, Typed


class Silence(rv.AudioSource):
    """A microphone in an empty room."""

    format = rv.AudioFormat(rate=16_000)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield a second of silence."""
        for _ in range(50):
            yield bytes(self.format.bytes_in(20))


class Counter(rv.AudioSink):
    """A speaker that only counts."""

    frames = 0

    def write(self, data: bytes) -> None:
        """Count."""
        self.frames += self.format.frames(len(data))

    def clear(self) -> int:
        """Everything counts as played."""
        return self.frames

    @property
    def frames_rendered(self) -> int:
        """Everything counts as played."""
        return self.frames

    async def drain(self) -> None:
        """Nothing to wait for."""


def configurations() -> list[rv.SessionConfig]:
    """Configurations of every kind."""
    return [
        rv.SessionConfig(),
        rv.SessionConfig(
            model="gpt-realtime-2.1",
            voice="coral",
            instructions="Be brief.",
            transcription=rv.Transcription(model="gpt-transcribe", languages=["en", "de"]),
            turn_detection=rv.ServerVAD(silence_duration_ms=750, interrupt_response=False),
            noise_reduction="far_field",
            output_format=rv.PCMU_8K,
            max_output_tokens=1024,
            truncation=rv.RetentionRatio(ratio=0.8),
            tracing=None,
        ),
        rv.SessionConfig(turn_detection=None, transcription=None, output_modality="text"),
        rv.SessionConfig(turn_detection=rv.SemanticVAD(eagerness="low")),
        rv.SessionConfig.from_wire({"type": "realtime"}),
    ]


async def conversation() -> rv.SessionResult:
    """A session from its source to its result."""
    client = rv.RealtimeClient(api_key="key", http_client=httpx.AsyncClient())
    session = rv.Session(source=Silence(), sink=Counter(), client=client, greet="Say hello.")
    result = await session.run()
    assert_type(result, rv.SessionResult)
    assert_type(result.turns, tuple[rv.Turn, ...])
    return result


async def streams(session: rv.Session) -> None:
    """Every iterator gives its own type."""
    async for chunk in session.audio_chunks():
        assert_type(chunk, rv.AudioChunk)
        assert_type(chunk.data, bytes)
    async for update in session.assistant_transcripts():
        assert_type(update, rv.TranscriptUpdate)
    async for update in session.user_transcripts():
        assert_type(update.status, rv.TranscriptStatus)
    async for turn in session.turns():
        assert_type(turn.user, rv.UserSpeech | None)
        if turn.assistant is not None:
            assert_type(turn.assistant.heard.text, str)
    async for event in session.events():
        match event:
            case events.ResponseOutputAudioDelta(delta=delta):
                assert_type(delta, bytes)
            case events.UnknownServerEvent(type=wire_type):
                assert_type(wire_type, str)
            case _:
                pass
    async for call in session.tool_calls():
        await session.submit_tool_output(call.call_id, "{}")


async def actions(session: rv.Session) -> None:
    """Everything that an application may ask of a session."""
    await session.append_audio(b"\0\0")
    await session.commit()
    await session.clear()
    await session.send_text("Hello")
    await session.create_response()
    await session.interrupt()
    assert_type(await session.update(instructions="Be brief."), rv.SessionConfig)
    assert_type(session.statistics(), rv.SessionStatistics)
    session.stop()


async def local() -> None:
    """The local server and its brains."""
    script = [
        Heard("what time is it", say="It is noon."),
        Typed("weather?", call=Call(name="weather", arguments="{}")),
        Called("weather", say="It rains."),
    ]
    async with LocalServer(Scripted(script)) as server:
        session = rv.Session(client=server.client())
        await session.run()
    async with LocalServer(Local()) as server:
        await rv.Session(client=server.in_process_client()).run()


def wire(frame: str) -> str:
    """From the wire and back."""
    event = rv.decode_server_event(frame)
    assert_type(event, events.ServerEvent)
    return rv.encode_server_event(event)
