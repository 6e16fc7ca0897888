"""The server as a test sees it: over a socket and in process, on asyncio and on trio."""

import re
from collections.abc import AsyncIterator

import anyio
import anyio.lowlevel
import httpx
import pybase64
import pytest

from realtime_voice.client import RealtimeClient
from realtime_voice.errors import (
    AuthError,
    ConfigError,
    ConnectionLost,
    RequestRejected,
    UnconsumedStepError,
    UnexpectedStepError,
)
from realtime_voice.events import (
    Error,
    InputAudioBufferAppend,
    ResponseDone,
    SessionCreated,
    SessionUpdate,
)
from realtime_voice.testing import (
    Answer,
    Asked,
    AudioRequest,
    Call,
    Called,
    Heard,
    LocalServer,
    Pace,
    Scripted,
    Typed,
    tone_speech,
)
from realtime_voice.testing._scripted import ScriptMind
from realtime_voice.transport import Transport
from tests.testing.harness import silence, speech
from tests.testing.wires import connected

pytestmark = pytest.mark.anyio

_LONG = "One two three four five six seven eight nine ten eleven twelve."


@pytest.mark.parametrize("in_process", [False, True])
async def test_spoken_turn(*, in_process: bool) -> None:
    """A spoken turn works over a socket and without one."""
    script = Scripted([Heard("what time is it", say="It is noon.")])
    async with LocalServer(script) as server, connected(server, in_process=in_process) as wire:
        assert (await wire.receive())["type"] == "session.created"
        transcription = {"input": {"transcription": {"model": "gpt-transcribe"}}}
        await wire.send("session.update", session={"type": "realtime", "audio": transcription})
        await wire.speak(silence(300) + speech() + silence(400))
        kinds = [event["type"] for event in await wire.until("rate_limits.updated")]
    assert kinds.index("input_audio_buffer.committed") < kinds.index("response.created")
    assert "conversation.item.input_audio_transcription.completed" in kinds
    assert kinds[-2] == "response.done"


async def test_tool_call_round() -> None:
    """A function call and its output make a round."""
    script = [
        Typed("weather?", call=Call(name="look", arguments="{}", call_id="c1")),
        Called("look", "fog", write="Fog."),
    ]
    async with LocalServer(Scripted(script)) as server, connected(server) as wire:
        content = [{"type": "input_text", "text": "weather?"}]
        item = {"type": "message", "role": "user", "content": content}
        await wire.send("conversation.item.create", item=item)
        await wire.send("response.create")
        await wire.until("response.done")
        item = {"type": "function_call_output", "call_id": "c1", "output": "fog"}
        await wire.send("conversation.item.create", item=item)
        await wire.send("response.create")
        response = (await wire.until("response.done"))[-1]["response"]
    assert response["output"][0]["content"] == [{"type": "output_text", "text": "Fog."}]


async def test_answers_keep_their_pace() -> None:
    """Sound comes faster than speech, but not all at once; speech in between cancels it."""
    script = Scripted([Heard("one", say=_LONG), Heard("two", say="Yes.")])
    async with LocalServer(script, pace=Pace(speed=2.0)) as server:
        async with connected(server) as wire:
            await wire.speak(speech() + silence(400))
            await wire.until("response.output_audio.delta")
            await wire.speak(speech() + silence(400))
            (first, second) = [(await wire.until("response.done"))[-1] for _ in range(2)]
        record = server.sessions[0]
    assert first["response"]["status_details"]["reason"] == "turn_detected"
    assert second["response"]["status"] == "completed"
    assert [event.response.status for event in record.sent_of(ResponseDone)] == [
        "cancelled",
        "completed",
    ]


async def test_records() -> None:
    """The record holds typed events both ways, with times, sound and the close code."""
    async with LocalServer(Scripted()) as server:
        async with connected(server) as wire:
            sound = silence(250)
            await wire.speak(sound)
            await wire.send("response.cancel", event_id="mine")
            await wire.until("error")
        (record,) = server.sessions
        with anyio.fail_after(5):
            await record.wait_closed()
    assert record.model == "gpt-realtime"
    assert isinstance(record.server_events[0], SessionCreated)
    assert len(record.received_of(InputAudioBufferAppend)) == 3
    assert record.audio_received == sound
    assert [error.error.code for error in record.errors] == ["response_cancel_not_active"]
    assert len(record.client_events) == 4
    times = [entry.time_s for entry in record.sent]
    assert times == sorted(times)
    assert (record.close_code, record.closed_by) == (1000, "client")
    assert server.token not in repr(record)


async def test_truncations_are_recorded() -> None:
    """Accepted truncations stand in the record."""
    async with LocalServer(Scripted([Asked(say="Hello.")])) as server:
        async with connected(server) as wire:
            await wire.send("response.create")
            item_id = (await wire.until("response.done"))[-1]["response"]["output"][0]["id"]
            place = {"item_id": item_id, "content_index": 0}
            await wire.send("conversation.item.truncate", **place, audio_end_ms=100)
            await wire.until("conversation.item.truncated")
        assert [event.audio_end_ms for event in server.sessions[0].truncations] == [100]


async def test_several_connections() -> None:
    """Connections do not know each other; each plays the script from its start."""
    script = Scripted([Typed("hello", write="Hi.")])
    async with LocalServer(script) as server:
        texts: list[str] = []

        async def converse() -> None:
            async with connected(server) as wire:
                content = [{"type": "input_text", "text": "hello"}]
                item = {"type": "message", "role": "user", "content": content}
                await wire.send("conversation.item.create", item=item)
                await wire.send("response.create")
                done = (await wire.until("response.done"))[-1]
                texts.append(done["response"]["output"][0]["content"][0]["text"])

        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(converse)
    assert texts == ["Hi."] * 5
    assert (
        len({event.session.id for r in server.sessions for event in r.sent_of(SessionCreated)}) == 5
    )  # type: ignore[union-attr] - a known session


# --- Scripts that do not fit ------------------------------------------------------------------


async def test_left_over_step_fails_the_test() -> None:
    """Steps left over are raised bare on leaving the block."""
    with pytest.raises(UnconsumedStepError, match=r"Heard\('never said'\)"):
        async with LocalServer(Scripted([Heard("never said")])) as server, connected(server):
            pass


async def test_script_without_a_connection() -> None:
    """A script that nobody came for is raised as well."""
    with pytest.raises(UnconsumedStepError, match="nobody connected"):
        async with LocalServer(Scripted([Heard("never said")])):
            pass


async def test_unexpected_step_fails_the_test_and_tells_the_client() -> None:
    """What does not fit is an ``error`` on the wire and an exception in the test."""

    async def play() -> None:
        async with LocalServer(Scripted()) as server, connected(server) as wire:
            await wire.speak(speech() + silence(400))
            (*_, error) = await wire.until("error")
            assert "the user spoke" in error["error"]["message"]
            done = (await wire.until("response.done"))[-1]
            assert done["response"]["status"] == "failed"

    with pytest.raises(UnexpectedStepError, match="the user spoke"):
        await play()


async def test_unexpected_response() -> None:
    """A response that nobody expected fails, and the session goes on."""

    async def play() -> None:
        async with LocalServer(Scripted()) as server, connected(server) as wire:
            await wire.send("response.create")
            assert (await wire.until("response.done"))[-1]["response"]["status"] == "failed"
            await wire.send("session.update", session={"type": "realtime"})
            await wire.until("session.updated")

    with pytest.raises(UnexpectedStepError, match="without anything new"):
        await play()


async def test_own_exception_passes_unchanged() -> None:
    """An exception of the test comes out bare, with a note about what the server saw."""
    with pytest.raises(LookupError, match="mine") as caught:
        async with LocalServer(Scripted([Heard("never said")])) as server, connected(server):
            raise LookupError("mine")
    assert any("left over" in note for note in caught.value.__notes__)


async def test_several_failures_are_told_together() -> None:
    """The first failure is raised, the others are its notes."""

    async def play() -> None:
        async with LocalServer(Scripted([Heard("a")], [Heard("b")])) as server:
            for _ in range(2):
                async with connected(server):
                    pass
                await server.sessions[-1].wait_closed()

    with pytest.raises(UnconsumedStepError) as caught:
        await play()
    assert "Heard('a')" in str(caught.value)
    assert "Heard('b')" in caught.value.__notes__[0]


async def test_broken_brain() -> None:
    """An exception of a brain fails the response without showing its text, and reaches the test."""

    async def answer(request: AudioRequest) -> AsyncIterator[Answer]:
        raise ValueError(f"the user said something private: {request.heard}")
        yield

    class Broken(Scripted):
        def connect(self) -> ScriptMind:
            mind = super().connect()
            mind.answer = answer  # type: ignore[method-assign] - the point of the test
            return mind

    async def play() -> None:
        async with LocalServer(Broken()) as server, connected(server) as wire:
            await wire.send("response.create")
            done = (await wire.until("response.done"))[-1]
            assert done["response"]["status"] == "failed"
            assert "private" not in str(done)

    with pytest.raises(ValueError, match="private"):
        await play()


# --- The door ---------------------------------------------------------------------------------


async def test_wrong_key() -> None:
    """A wrong key is upgraded, told off and closed with 3000."""
    async with LocalServer(Scripted()) as server:
        with pytest.raises(AuthError):
            await RealtimeClient(api_key="wrong", base_url=server.url).connect(model="gpt-realtime")
        (record,) = server.sessions
    assert (record.close_code, record.close_reason) == (
        3000,
        "invalid_request_error.invalid_api_key",
    )


async def test_wrong_key_in_process() -> None:
    """Without a socket a wrong key is refused the same way."""
    async with LocalServer(Scripted()) as server:
        good = server.in_process_client()
        bad = RealtimeClient(
            api_key="wrong", base_url=good.base_url, http_client=good._http_client, link=good._link
        )
        with pytest.raises(AuthError):
            await bad.connect(model="gpt-realtime")


async def test_missing_model() -> None:
    """Without a model the connection is closed with 4000."""
    async with LocalServer(Scripted()) as server:
        with pytest.raises(RequestRejected, match="model"):
            await server.client().connect()
        assert server.sessions[0].close_code == 4000


async def test_wrong_path() -> None:
    """Another path is a 404 with JSON, over a socket and without one."""
    async with LocalServer(Scripted()) as server:
        client = RealtimeClient(api_key=server.token, base_url=f"{server.url}/nowhere")
        with pytest.raises(RequestRejected):
            await client.connect(model="gpt-realtime")
        async with httpx.AsyncClient(trust_env=False) as plain:
            answer = await plain.get(f"{server.url}/models")
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "unknown_url"
        http_client = server.in_process_client()._http_client
        assert http_client is not None
        answer = await http_client.get("http://127.0.0.1/v1/models")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_url")
        assert server.sessions == []


async def test_transcription_session() -> None:
    """``intent=transcription`` opens a session that only transcribes."""
    async with LocalServer(Scripted([Heard("hello")])) as server:
        async with connected(server, intent="transcription") as wire:
            assert (await wire.receive())["session"]["type"] == "transcription"
            listening = {"transcription": {"model": "gpt-4o-transcribe"}}
            session = {"type": "transcription", "audio": {"input": listening}}
            await wire.send("session.update", session=session)
            await wire.speak(speech() + silence(400))
            kind = "conversation.item.input_audio_transcription.completed"
            assert (await wire.until(kind))[-1]["transcript"] == "hello"
        assert server.sessions[0].model is None


@pytest.mark.parametrize("in_process", [False, True])
async def test_expiry(*, in_process: bool) -> None:
    """An expired session tells so and closes with 1001."""
    async with LocalServer(Scripted(), session_limit_s=0.2) as server:
        async with connected(server, in_process=in_process) as wire:
            error = (await wire.until("error"))[-1]["error"]
            assert error["code"] == "session_expired"
            with pytest.raises(ConnectionLost) as caught:
                await wire.receive()
        assert caught.value.code == 1001
        assert (server.sessions[0].close_code, server.sessions[0].closed_by) == (1001, "server")


@pytest.mark.parametrize("in_process", [False, True])
async def test_leaving_the_block_closes_connections(*, in_process: bool) -> None:
    """A client that is still connected gets a close frame: the server is going away."""
    codes: list[int | None] = []

    async def watch(transport: Transport) -> None:
        try:
            while True:
                await transport.receive()
        except ConnectionLost as lost:
            codes.append(lost.code)

    async with anyio.create_task_group() as tasks, LocalServer(Scripted()) as server:
        client = server.in_process_client() if in_process else server.client()
        transport = await client.connect(model="gpt-realtime")
        tasks.start_soon(watch, transport)
    if not in_process:
        assert codes == [1001]
    await transport.aclose()


async def test_server_can_start_again() -> None:
    """One server object may serve several blocks, one after the other."""
    server = LocalServer(Scripted([Typed("a", write="b")], repeat=True))
    for _ in range(2):
        async with server, connected(server) as wire:
            assert (await wire.receive())["type"] == "session.created"
    with pytest.raises(RuntimeError, match="inside"):
        _ = server.url


async def test_a_failure_belongs_to_its_block() -> None:
    """What went wrong in one block of a server is not told by the next one."""
    server = LocalServer(Scripted([Heard("hello")]))
    with pytest.raises(UnconsumedStepError):
        async with server, connected(server):
            pass
    async with server, connected(server) as wire:
        await wire.until("session.created")
        await wire.speak(speech() + silence(400))
        await wire.until("response.done")


async def test_chosen_port_and_token() -> None:
    """Port and token may be given; an error about a taken port names it."""
    async with LocalServer(Scripted(), token="mine") as server:
        port = int(server.url.rsplit(":", 1)[1].partition("/")[0])
        assert server.token == "mine"
        with pytest.raises(ConfigError, match=f"port {port} of 127.0.0.1 cannot be used"):
            async with LocalServer(Scripted(), port=port):
                pass


async def test_localhost() -> None:
    """A name for this machine is no reason to warn."""
    async with LocalServer(Scripted(), host="localhost") as server, connected(server) as wire:
        assert server.url.startswith("http://127.0.0.1:")
        assert (await wire.receive())["type"] == "session.created"


async def test_ipv6() -> None:
    """An IPv6 address stands in brackets."""
    async with LocalServer(Scripted(), host="::1") as server:
        assert re.fullmatch(r"http://\[::1\]:\d+/v1", server.url)


async def test_open_to_everybody_is_warned_about() -> None:
    """Listening on anything but this machine needs to be asked for, and is warned about."""
    with pytest.warns(UserWarning, match=r"0\.0\.0\.0"):
        async with LocalServer(Scripted(), host="0.0.0.0"):  # noqa: S104 - the point of the test
            pass


async def test_exact_sound_both_ways() -> None:
    """Not one sample is lost on the way in or out."""
    sound = speech("a few more words to say for this") + silence(600)
    async with LocalServer(Scripted([Heard("words", say=_LONG)])) as server:
        async with connected(server) as wire:
            await wire.speak(sound)
            await wire.until("response.done")
        record = server.sessions[0]
    assert record.audio_received == sound
    deltas = [e.delta for e in record.server_events if e.type == "response.output_audio.delta"]  # type: ignore[union-attr]
    assert b"".join(deltas) == tone_speech(_LONG).pcm
    assert record.sent_of(Error) == []
    assert record.received_of(SessionUpdate) == []


async def test_minutes_at_once_do_not_block() -> None:
    """A client may send minutes of sound in one event; nobody else waits for it for long."""
    sound = (silence(20_000) + speech() + silence(400)) * 8
    gaps: list[float] = []

    async def watch() -> None:
        while True:
            before = anyio.current_time()
            await anyio.lowlevel.checkpoint()
            gaps.append(anyio.current_time() - before)

    script = Scripted([], default=Heard("hello"))
    async with LocalServer(script) as server, connected(server) as wire:
        audio = pybase64.b64encode(sound).decode()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(watch)
            await wire.send("input_audio_buffer.append", audio=audio)
            for _ in range(8):
                await wire.until("input_audio_buffer.committed")
            tasks.cancel_scope.cancel()
        assert server.sessions[0].audio_received == sound
    # Parsing 10 MB of JSON is one step; looking at the sound (300 ms) no longer is.
    assert sorted(gaps)[-3] < 0.05


# --- Without a loop ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"port": -1}, "port"),
        ({"session_limit_s": 0}, "session_limit_s"),
        ({"session_limit_s": float("nan")}, "session_limit_s"),
        ({"ping_interval_s": -1}, "ping_interval_s"),
        ({"token": ""}, "token"),
    ],
)
def test_impossible_options(options: dict[str, float], field: str) -> None:
    """Options that cannot be are refused when the server is made."""
    with pytest.raises(ConfigError) as caught:
        LocalServer(Scripted(), **options)  # type: ignore[arg-type] - wrong on purpose
    assert caught.value.field == field


def test_not_running() -> None:
    """Outside of its block the server has no address; its token is in no repr."""
    server = LocalServer(Scripted())
    assert server.token not in repr(server)
    assert "not running" in repr(server)
    with pytest.raises(RuntimeError, match="inside"):
        _ = server.url
    with pytest.raises(RuntimeError, match="inside"):
        server.in_process_client()


async def test_connecting_in_process_may_be_cancelled_at_any_moment() -> None:
    """The server still ends: nothing waits for a client that has given up."""
    with anyio.fail_after(20):
        async with LocalServer(Scripted(default=Heard("hello"))) as server:
            client = server.in_process_client()
            for number in range(20):
                with anyio.move_on_after(number * 0.0005):
                    transport = await client.connect(model="gpt-realtime-2.1")
                    with anyio.CancelScope(shield=True):
                        await transport.aclose()
