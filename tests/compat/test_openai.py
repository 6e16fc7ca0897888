"""The realtime client of the ``openai`` package converses with the local server, unchanged."""

from typing import Any

import pybase64
import pytest
from openai import AsyncOpenAI

from realtime_voice.testing import Call, Called, Heard, LocalServer, Scripted, Typed, tone_speech

pytestmark = pytest.mark.anyio

_WEATHER_TOOL = {
    "type": "function",
    "name": "get_weather",
    "description": "Look up the weather for a city.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}


async def _until_done(connection: Any) -> list[Any]:
    """Read events up to and including the next ``response.done``."""
    events: list[Any] = []
    async for event in connection:
        events.append(event)
        if event.type == "response.done":
            break
    return events


async def _speak(connection: Any, text: str) -> None:
    sound = bytes(48 * 300) + tone_speech(text).pcm + bytes(48 * 800)
    for start in range(0, len(sound), 4800):
        audio = pybase64.b64encode(sound[start : start + 4800]).decode()
        await connection.input_audio_buffer.append(audio=audio)


def _of(events: list[Any], kind: str) -> list[Any]:
    return [event for event in events if event.type == kind]


def _client(server: LocalServer) -> AsyncOpenAI:
    return AsyncOpenAI(
        base_url=server.url,
        api_key=server.token,
        websocket_base_url=server.url.replace("http://", "ws://"),
    )


async def test_spoken_conversation() -> None:
    """Speech is detected and transcribed; the answer comes as sound with its transcript."""
    script = Scripted([Heard("what time is it", say="It is noon.")])
    async with LocalServer(script) as server:
        client = _client(server)
        async with client, client.realtime.connect(model="gpt-realtime-2.1") as connection:
            await connection.session.update(
                session={
                    "type": "realtime",
                    "audio": {"input": {"transcription": {"model": "gpt-transcribe"}}},
                }
            )
            await _speak(connection, "what time is it")
            events = await _until_done(connection)
    kinds = [event.type for event in events]
    assert kinds.index("input_audio_buffer.speech_started") < kinds.index(
        "input_audio_buffer.speech_stopped"
    )
    transcript = _of(events, "conversation.item.input_audio_transcription.completed")[0].transcript
    assert transcript == "what time is it"
    sound = b"".join(
        pybase64.b64decode(event.delta) for event in _of(events, "response.output_audio.delta")
    )
    assert sound == tone_speech("It is noon.").pcm
    assert _of(events, "response.output_audio_transcript.done")[0].transcript == "It is noon."
    assert events[-1].response.status == "completed"


async def test_tool_call() -> None:
    """A spoken question calls a function; its output leads to a spoken answer."""
    script = Scripted(
        [
            Heard(
                "how is the weather", call=Call(name="get_weather", arguments='{"city": "Rome"}')
            ),
            Called("get_weather", "sunny", say="It is sunny."),
        ]
    )
    async with LocalServer(script) as server:
        client = _client(server)
        async with client, client.realtime.connect(model="gpt-realtime") as connection:
            await connection.session.update(session={"type": "realtime", "tools": [_WEATHER_TOOL]})
            await _speak(connection, "how is the weather")
            call = _of(await _until_done(connection), "response.function_call_arguments.done")[0]
            assert (call.name, call.arguments) == ("get_weather", '{"city": "Rome"}')
            await connection.conversation.item.create(
                item={"type": "function_call_output", "call_id": call.call_id, "output": "sunny"}
            )
            await connection.response.create()
            events = await _until_done(connection)
    assert _of(events, "response.output_audio_transcript.done")[0].transcript == "It is sunny."


async def test_written_conversation() -> None:
    """A written message gets a written answer."""
    async with LocalServer(Scripted([Typed("Hello", write="Hi there!")])) as server:
        client = _client(server)
        async with client, client.realtime.connect(model="gpt-realtime") as connection:
            await connection.session.update(
                session={"type": "realtime", "output_modalities": ["text"]}
            )
            await connection.conversation.item.create(
                item={
                    "type": "message",
                    "role": "user",
                    "content": [{"type": "input_text", "text": "Hello"}],
                }
            )
            await connection.response.create()
            events = await _until_done(connection)
    assert _of(events, "response.output_text.done")[0].text == "Hi there!"


async def test_refused_request_names_its_event() -> None:
    """An error names the client event that caused it, and the session goes on."""
    async with LocalServer(Scripted()) as server:
        client = _client(server)
        async with client, client.realtime.connect(model="gpt-realtime") as connection:
            await connection.response.cancel(event_id="mine")
            async for event in connection:
                if event.type == "error":
                    assert event.error.event_id == "mine"
                    assert event.error.code == "response_cancel_not_active"
                    break
