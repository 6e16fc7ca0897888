"""The realtime session of ``openai-agents`` converses with the local server, unchanged."""

from typing import Any

import anyio
import pytest
from agents import function_tool
from agents.realtime import RealtimeAgent, RealtimeRunner, RealtimeSession

from realtime_voice.testing import (
    Call,
    Called,
    ConnectionRecord,
    Heard,
    LocalServer,
    Scripted,
    tone_speech,
)

pytestmark = pytest.mark.anyio

_LIMIT_S = 20


@function_tool
def get_weather(city: str) -> str:
    """Look up the weather for a city."""
    return f"It is sunny in {city}."


async def _session(server: LocalServer, agent: RealtimeAgent[Any]) -> RealtimeSession:
    settings = {
        "model_name": "gpt-realtime-2.1",
        "modalities": ["audio"],
        "input_audio_transcription": {"model": "gpt-4o-mini-transcribe"},
        "turn_detection": {"type": "server_vad", "interrupt_response": True},
    }
    runner = RealtimeRunner(agent, config={"model_settings": settings, "tracing_disabled": True})
    address = server.url.replace("http://", "ws://") + "/realtime?model=gpt-realtime-2.1"
    return await runner.run(model_config={"api_key": server.token, "url": address})


async def _converse(session: RealtimeSession, text: str, ends: int) -> tuple[list[str], bytes]:
    """Say something; return the kinds of events and the sound up to the n-th end of an answer."""
    await session.send_audio(bytes(48 * 300) + tone_speech(text).pcm + bytes(48 * 800))
    kinds: list[str] = []
    sound = b""
    with anyio.fail_after(_LIMIT_S):
        async for event in session:
            kinds.append(event.type)
            if event.type == "audio":
                sound += event.audio.data
            if event.type == "error":
                raise AssertionError(event.error)
            if kinds.count("agent_end") == ends and "audio_end" in kinds:
                break
    return kinds, sound


def _assert_no_errors(record: ConnectionRecord) -> None:
    assert [error.error.message for error in record.errors] == []


async def test_spoken_conversation() -> None:
    """Speech is detected and transcribed; the answer comes as sound, the history has both."""
    script = Scripted([Heard("what time is it", say="It is noon.")])
    agent = RealtimeAgent(name="clock", instructions="Tell the time.")
    async with LocalServer(script) as server:
        async with await _session(server, agent) as session:
            kinds, sound = await _converse(session, "what time is it", 1)
            history = [item.model_dump() for item in session._history]
        _assert_no_errors(server.sessions[0])
    assert sound == tone_speech("It is noon.").pcm
    assert "agent_start" in kinds
    texts = [part.get("transcript") for item in history for part in item["content"]]
    assert texts == ["what time is it", "It is noon."]


async def test_tool_call() -> None:
    """A spoken question runs the agent's function; its output leads to a spoken answer."""
    script = Scripted(
        [
            Heard(
                "how is the weather", call=Call(name="get_weather", arguments='{"city": "Rome"}')
            ),
            Called("get_weather", "It is sunny in Rome.", say="Sunny."),
        ]
    )
    agent = RealtimeAgent(name="weather", instructions="Use the tool.", tools=[get_weather])
    async with LocalServer(script) as server:
        async with await _session(server, agent) as session:
            kinds, sound = await _converse(session, "how is the weather", 2)
        _assert_no_errors(server.sessions[0])
    assert {"tool_start", "tool_end"} <= set(kinds)
    assert sound == tone_speech("Sunny.").pcm
