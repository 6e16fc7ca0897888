"""A whole conversation through the public class, against the local server."""

import math
import time
from typing import Any

import anyio
import numpy as np
import pytest

from realtime_voice.audio import ArraySink, ArraySource, AudioSource, NullSink, QueueSource
from realtime_voice.client import RealtimeClient
from realtime_voice.config import UNSET, ServerVAD, SessionConfig
from realtime_voice.conversation import CallTool, TranscriptStatus
from realtime_voice.errors import (
    AudioError,
    AuthError,
    ConfigError,
    ConnectFailed,
    ConnectionLost,
    EventEncodeError,
    RequestRejected,
    SessionClosed,
    SessionExpired,
)
from realtime_voice.events import (
    ConversationItemTruncate,
    InputAudioBufferAppend,
    InputAudioBufferClear,
    InputAudioBufferCommit,
    RealtimeResponseCreateParams,
    ResponseCreate,
    SessionUpdate,
)
from realtime_voice.formats import PCMU_8K, AudioFormat
from realtime_voice.session import AudioDropped, Session
from realtime_voice.testing import Asked, Call, Called, Heard, Pace, Typed
from tests.session.helpers import RATE, collect, failure_of, scripted, speaking, utterance
from tests.transport.peer import Connection, serving

pytestmark = pytest.mark.anyio


# --- Conversations ---------------------------------------------------------------------------


async def test_a_file_is_answered_and_the_session_ends_by_itself() -> None:
    """Two spoken turns: transcripts, sound, turns and a result; nothing is lost."""
    async with scripted(
        Heard("what time is it", say="It is noon."), Heard("thank you", say="You are welcome.")
    ) as server:
        sink = ArraySink()
        session = Session(
            source=speaking("what time is it", "thank you"), sink=sink, client=server.client()
        )
        turns, chunks, events = session.turns(), session.audio_chunks(), session.events()
        user, assistant = session.user_transcripts(), session.assistant_transcripts()
        with anyio.fail_after(20):
            result = await session.run()
        assert result.end_reason == "source_ended"
        assert result.error is None
        said = [(turn.user.text, turn.assistant.text) for turn in result.turns]  # type: ignore[union-attr]
        assert said == [
            ("what time is it", "It is noon."),
            ("thank you", "You are welcome."),
        ]
        assert tuple(await collect(turns)) == result.turns
        sound = b"".join([chunk.data async for chunk in chunks])
        assert sound == sink.data
        finals = [update.text for update in await collect(user) if update.final]
        assert finals == ["what time is it", "thank you"]
        last = [update for update in await collect(assistant) if update.final]
        assert [update.text for update in last] == ["It is noon.", "You are welcome."]
        record = server.sessions[0]
        assert len(await collect(events)) == len(record.server_events)
        assert record.closed_by == "client"
        assert record.close_code == 1000
        assert record.truncations == []
        heard = result.turns[0].assistant.heard  # type: ignore[union-attr]
        assert (heard.certainty, heard.interrupted) == ("exact", False)
        assert result.statistics.turns == 2
        assert result.session_id is not None


@pytest.mark.parametrize("in_process", [False, True])
async def test_no_sample_is_lost_on_the_way(*, in_process: bool) -> None:
    """The server gets the source's bytes exactly, then silence; in process as over a socket."""
    pcm = utterance(after_s=1.0)
    async with scripted(Heard("what time is it", say="Noon.")) as server:
        client = server.in_process_client() if in_process else server.client()
        session = Session(source=speaking("what time is it"), client=client)
        await session.run()
        got = server.sessions[0].audio_received
    assert got[: len(pcm)] == pcm
    assert set(got[len(pcm) :]) == {0}
    kept = session.result
    assert kept is not None
    assert kept.user_audio is not None
    assert kept.user_audio.data == got


async def test_the_last_words_are_played_to_their_end() -> None:
    """run() returns when the speaker has run dry, not when the last sound has arrived."""
    sink = NullSink(speed=2)
    async with scripted(Heard("hi", say="a rather long answer to listen to")) as server:
        result = await Session(source=speaking("hi"), sink=sink, client=server.client()).run()
    assert result.assistant_audio is not None
    assert sink.frames_rendered == len(result.assistant_audio.data) // 2
    assert result.turns[0].assistant is not None
    assert result.turns[0].assistant.heard.certainty == "exact"
    assert not result.turns[0].assistant.heard.interrupted


async def test_the_model_speaks_first() -> None:
    """``greet`` asks for a response once the configuration is acknowledged."""
    async with scripted(
        Asked(instructions="Say hello.", say="Hello!"), Heard("hi", say="How are you?")
    ) as server:
        session = Session(source=speaking("hi"), client=server.client(), greet="Say hello.")
        result = await session.run()
        first = server.sessions[0].received_of(ResponseCreate)[0]
        assert first.response is not None
        assert first.response.instructions == "Say hello."
    assert result.turns[0].user is None
    assert result.turns[0].assistant is not None
    assert result.turns[0].assistant.text == "Hello!"


async def test_without_turn_detection_the_rest_is_committed_and_answered() -> None:
    """Push to talk from a file: one commit, one response."""
    config = SessionConfig(turn_detection=None)
    async with scripted(Heard("what time is it", say="Noon.")) as server:
        session = Session(config, source=speaking("what time is it"), client=server.client())
        result = await session.run()
        record = server.sessions[0]
        assert len(record.received_of(InputAudioBufferCommit)) == 1
        assert len(record.received_of(ResponseCreate)) == 1
        assert record.audio_received == utterance(after_s=1.0)
    assert [turn.user.text for turn in result.turns if turn.user] == ["what time is it"]


async def test_too_short_a_rest_is_not_committed() -> None:
    """Less than 100 ms is no turn; the session still ends well."""
    config = SessionConfig(turn_detection=None)
    source = QueueSource()
    source.push(b"\0\0" * 100)
    source.close()
    async with scripted() as server:
        result = await Session(config, source=source, client=server.client()).run()
        assert server.sessions[0].received_of(InputAudioBufferCommit) == []
    assert (result.turns, result.end_reason) == ((), "source_ended")


async def test_silence_follows_at_the_pace_of_the_source() -> None:
    """A source in real time gets its trailing silence in real time, long enough for the VAD."""
    config = SessionConfig(turn_detection=ServerVAD(silence_duration_ms=700))
    async with scripted(Heard("stop", say="Ok.")) as server:
        source = speaking("stop", realtime=True, pause_s=0.0)
        session = Session(config, source=source, client=server.client())
        result = await session.run()
        record = server.sessions[0]
        times = [
            one.time_s for one in record.received if isinstance(one.event, InputAudioBufferAppend)
        ]
        sound_s = len(record.audio_received) / 2 / RATE
        assert sound_s - 0.4 < times[-1] - times[0] < sound_s + 3
    assert [turn.user.text for turn in result.turns if turn.user] == ["stop"]


async def test_other_formats_are_converted() -> None:
    """A stereo source at 44.1 kHz, G.711 on the wire, and a sink at 48 kHz."""
    pcm = np.frombuffer(utterance(after_s=1.0), dtype="<i2")
    stereo = np.stack([pcm, pcm], axis=1)
    config = SessionConfig(input_format=PCMU_8K, output_format=PCMU_8K)
    sink = ArraySink(AudioFormat(rate=48_000, channels=2))
    async with scripted(Heard("what time is it", say="It is noon.")) as server:
        source = ArraySource(stereo, 44_100)
        session = Session(config, source=source, sink=sink, client=server.client())
        result = await session.run()
        received = server.sessions[0].audio_received
    assert len(received) / 8000 >= len(pcm) / 44_100
    assert result.assistant_audio is not None
    assert result.assistant_audio.format == PCMU_8K
    assert sink.duration_s == pytest.approx(result.assistant_audio.duration_s, abs=0.001)
    assert result.turns[0].assistant is not None
    assert not result.turns[0].assistant.heard.interrupted


async def test_text_tools_and_answers() -> None:
    """Typed turns, a tool call answered by the application, and what follows from it."""
    async with scripted(
        Typed("weather?", call=Call(name="weather", arguments='{"city": "Paris"}')),
        Called("weather", '{"sky": "blue"}', say="It is sunny."),
    ) as server:
        async with Session(client=server.client()) as session:
            calls, turns = session.tool_calls(), session.turns()
            await session.send_text("weather?")
            call = await anext(calls)
            assert isinstance(call, CallTool)
            assert (call.name, call.arguments) == ("weather", '{"city": "Paris"}')
            with pytest.raises(RequestRejected):
                await session.submit_tool_output("call_unknown", "{}")
            await session.submit_tool_output(call.call_id, '{"sky": "blue"}')
            turn = await anext(turns)
        assert turn.assistant is not None
        assert turn.assistant.text == "It is sunny."
        assert turn.tool_calls[0].output == '{"sky": "blue"}'


async def test_a_tool_that_nobody_runs_does_not_hold_the_session(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The session ends with the source; the turn says what is missing, and the log says why."""
    call = Call(name="weather", arguments="{}")
    async with scripted(Heard("weather please", call=call)) as server:
        session = Session(source=speaking("weather please"), client=server.client())
        with anyio.fail_after(20):
            result = await session.run()
    assert result.end_reason == "source_ended"
    assert not result.turns[0].complete
    assert result.turns[0].tool_calls[0].name == "weather"
    assert "nobody reads tool_calls()" in caplog.text


async def test_create_response_returns_the_id_of_what_began() -> None:
    """In the conversation and outside of it; a request that the server refuses raises."""
    async with (
        scripted(
            Asked(say="One."), Asked(metadata={"k": "v"}, write="Two."), Asked(say="Three.")
        ) as server,
        Session(client=server.client()) as session,
    ):
        first = await session.create_response(instructions="Count.")
        outside = RealtimeResponseCreateParams(
            conversation="none", metadata={"k": "v"}, output_modalities=("text",)
        )
        second = await session.create_response(outside)
        third = await session.create_response()
        assert len({first, second, third}) == 3
        assert all(one.startswith("resp_") for one in (first, second, third))
        with pytest.raises(RequestRejected) as caught:
            await session.create_response(
                RealtimeResponseCreateParams(output_modalities=("smell",))
            )
        assert caught.value.code is not None


# --- Updates ---------------------------------------------------------------------------------


async def test_updates_wait_for_their_own_answer() -> None:
    """Several at once; the one that is refused raises and changes nothing, the others count."""
    async with (
        scripted(Asked(say="Hello.")) as server,
        Session(client=server.client()) as session,
    ):
        chunks, turns = session.audio_chunks(), session.turns()
        await session.create_response()
        await anext(chunks)
        await anext(turns)
        outcomes: dict[str, object] = {}

        async def update(name: str, **changes: object) -> None:
            try:
                outcomes[name] = (await session.update(**changes)).instructions
            except RequestRejected as exc:
                outcomes[name] = exc

        async with anyio.create_task_group() as group:
            group.start_soon(lambda: update("one", instructions="One."))
            group.start_soon(lambda: update("bad", voice="cedar"))
            group.start_soon(lambda: update("two", speed=1.1))
        assert outcomes["one"] == "One."
        config = session.config
        assert (config.instructions, config.speed, config.voice) == ("One.", 1.1, UNSET)
        refused = outcomes["bad"]
        assert isinstance(refused, RequestRejected)
        sent = {one.event_id: one for one in server.sessions[0].received_of(SessionUpdate)}
        assert len(sent) == 4
        assert sent[refused.event_id].session.audio.output.voice == "cedar"


async def test_an_update_that_cannot_work_is_not_sent() -> None:
    """Refused here, with the option's name."""
    async with scripted() as server, Session(client=server.client()) as session:
        with pytest.raises(ConfigError):
            await session.update(speed=9)
        with pytest.raises((ConfigError, TypeError)):
            await session.update(no_such_option=1)
        assert len(server.sessions[0].received_of(SessionUpdate)) == 1


async def test_a_voice_that_may_not_change_any_more_is_refused_by_the_server() -> None:
    """The error of the update's own event id reaches the caller, and the session goes on."""
    async with (
        scripted(Asked(say="Hello."), Typed("bye", say="Bye.")) as server,
        Session(client=server.client()) as session,
    ):
        chunks, turns = session.audio_chunks(), session.turns()
        await session.create_response()
        await anext(chunks)
        with pytest.raises(RequestRejected) as caught:
            await session.update(voice="cedar", instructions="Lost with it.")
        assert caught.value.code == "cannot_update_voice"
        assert caught.value.event_id is not None
        assert session.config.instructions is UNSET
        await anext(turns)
        await session.send_text("bye")
        await anext(turns)


async def test_a_configuration_that_the_server_refuses_ends_the_session() -> None:
    """All or nothing: run() raises the typed refusal."""
    config = SessionConfig.from_wire({"type": "realtime", "audio": {"output": {"speed": 99}}})
    async with scripted() as server:
        session = Session(config, client=server.client())
        with pytest.raises(RequestRejected) as caught:
            await session.run()
        assert caught.value.event_id is not None
        assert session.result is not None
        assert session.result.end_reason == "error"


# --- Interruptions ---------------------------------------------------------------------------


async def test_speech_cuts_the_speaker_off_at_once_and_the_server_hears_where() -> None:
    """Barge-in: silence before any later sound, a truncation at what was really played."""
    log: list[str] = []

    class Spy(NullSink):
        def write(self, data: bytes) -> None:
            log.append("write")
            super().write(data)

        def clear(self) -> int:
            log.append("clear")
            return super().clear()

    long = "this is a very long answer that nobody wants to hear to its end at all, is it not so"
    source = QueueSource(max_ms=60_000)
    async with scripted(
        Heard("go", say=long), Heard("stop now please", say="Ok."), pace=Pace(speed=math.inf)
    ) as server:
        session = Session(source=source, sink=Spy(), client=server.client())
        notes, chunks = session.notifications(), session.audio_chunks()
        async with session:
            source.push(utterance("go", after_s=0.7))
            await anext(chunks)
            await anyio.sleep(0.5)
            source.push(utterance("stop now please", after_s=0.7))
            names: list[str] = []
            with anyio.fail_after(20):
                while names.count("ResponseStarted") < 2:
                    names.append(type(await anext(notes)).__name__)
            await anyio.sleep(0.3)
        record = server.sessions[0]
        assert log.index("clear") > 0
        assert "write" in log[log.index("clear") :]
        truncated = record.received_of(ConversationItemTruncate)
        assert len(truncated) == 1
        assert names.index("PlaybackInterrupted") < len(names)
        assert record.errors == []
    assert session.result is not None
    assert session.result.turns[0].assistant is not None
    heard = session.result.turns[0].assistant.heard
    assert heard.interrupted
    assert 200 < truncated[0].audio_end_ms < heard.generated_ms
    assert session.result.statistics.interruptions == 1


async def test_interrupt_by_the_application() -> None:
    """The response is cancelled, the speaker silent, a waiting request taken back."""
    long = "one two three four five six seven eight nine ten eleven twelve thirteen"
    async with scripted(Asked(say=long), pace=Pace(speed=1.0)) as server:
        sink = NullSink()
        async with Session(sink=sink, client=server.client()) as session:
            chunks, turns = session.audio_chunks(), session.turns()
            await session.create_response()
            await anext(chunks)
            refusals: list[Exception] = []

            async def wait() -> None:
                refusals.append(await failure_of(lambda: session.create_response(instructions="x")))

            async with anyio.create_task_group() as group:
                group.start_soon(wait)
                await anyio.sleep(0.3)
                await session.interrupt()
            assert isinstance(refusals[0], RequestRejected)
            turn = await anext(turns)
            assert turn.assistant is not None
            assert turn.assistant.status is TranscriptStatus.INTERRUPTED
            before = sink.frames_rendered
            await anyio.sleep(0.1)
            assert sink.frames_rendered == before


# --- Appending by hand -----------------------------------------------------------------------


async def test_sound_of_the_applications_own() -> None:
    """append, commit, clear: in order, in pieces, and refused when it makes no sense."""
    config = SessionConfig(turn_detection=None)
    pcm = utterance("hello there", before_s=0)
    async with (
        scripted(Heard("hello there", say="Hi.")) as server,
        Session(config, client=server.client()) as session,
    ):
        turns = session.turns()
        await session.append_audio(b"\1\0" * 24_000)
        await session.clear()
        with pytest.raises(RequestRejected) as caught:
            await session.commit()
        assert caught.value.code == "input_audio_buffer_commit_empty"
        await session.append_audio(memoryview(pcm))
        await session.append_audio(b"")
        await session.commit()
        await session.create_response()
        turn = await anext(turns)
        assert turn.user is not None
        assert turn.user.text == "hello there"
        for odd in (b"abc", "text", 5, None):
            with pytest.raises(AudioError):
                await session.append_audio(odd)  # type: ignore[arg-type]
        for text in ("\ud800", None):
            with pytest.raises(EventEncodeError):
                await session.send_text(text)  # type: ignore[arg-type]
        events = server.sessions[0].client_events
        sizes = [len(one.audio) for one in events if isinstance(one, InputAudioBufferAppend)]
        assert max(sizes) <= 4_800
        order = [type(one) for one in events if not isinstance(one, SessionUpdate)]
        clear, commit = order.index(InputAudioBufferClear), order.index(InputAudioBufferCommit)
        assert clear < commit < order.index(ResponseCreate)
        assert server.sessions[0].audio_received == b"\1\0" * 24_000 + pcm


async def test_a_source_that_is_too_fast_is_slowed_down() -> None:
    """No more than the bound waits in the session, whatever the source offers."""

    async def slow(connection: Connection) -> None:
        await connection.accept(then=connection.frame(CREATED))
        await connection.send(UPDATED)
        await anyio.sleep_forever()

    async with serving(slow) as peer:
        client = RealtimeClient("k", base_url=peer.url)
        async with (
            Session(client=client, uplink_backlog_s=2) as session,
            anyio.create_task_group() as group,
        ):
            group.start_soon(session.append_audio, b"\0\0" * RATE * 600)
            with anyio.fail_after(20):
                while session.statistics().audio_waiting_s < 1.5:  # noqa: ASYNC110 - a gauge
                    await anyio.sleep(0.05)
            await anyio.sleep(0.3)
            statistics = session.statistics()
            assert 1.5 <= statistics.audio_waiting_s <= 2.1
            assert statistics.uplink_lag_ms >= statistics.audio_waiting_s * 1000
            group.cancel_scope.cancel()


async def test_a_live_source_that_had_to_drop_is_told() -> None:
    """What a source could not keep is counted and announced."""
    source = QueueSource(max_ms=100)
    source.push(b"\0\0" * RATE)
    async with scripted() as server:
        session = Session(source=source, client=server.client())
        notes = session.notifications()
        async with session:
            with anyio.fail_after(20):
                async for note in notes:
                    if isinstance(note, AudioDropped):
                        break
            assert note.duration_ms == pytest.approx(900)
            assert session.statistics().audio_dropped_s == pytest.approx(0.9)


# --- Ends ------------------------------------------------------------------------------------

CREATED = (
    '{"type":"session.created","event_id":"e1","session":{"type":"realtime","id":"sess_1",'
    '"object":"realtime.session"}}'
)
UPDATED = CREATED.replace("created", "updated")


async def test_stop_ends_everything_without_an_error() -> None:
    """run() returns, iterators end, later calls say why; stopping again does nothing."""
    async with scripted() as server:
        session = Session(client=server.client())
        ended: list[str] = []

        async def consume() -> None:
            async for _ in session.events():
                pass
            ended.append("events")

        async def stop() -> None:
            await session.wait_ready()
            assert repr(session) == "<Session running>"
            session.stop()
            session.stop()

        async with anyio.create_task_group() as group:
            group.start_soon(consume)
            group.start_soon(stop)
            await anyio.lowlevel.checkpoint()
            result = await session.run()
        assert (result.end_reason, ended) == ("stopped", ["events"])
        assert session.result is result
        with pytest.raises(SessionClosed, match="stopped"):
            await session.send_text("too late")
        with pytest.raises(SessionClosed, match="runs once"):
            await session.run()
        assert await collect(session.turns()) == []
        assert repr(session) == "<Session stopped>"
        assert server.sessions[0].close_code == 1000


async def test_stopping_before_running() -> None:
    """run() then returns at once and has connected to nobody."""
    async with scripted() as server:
        session = Session(client=server.client())
        assert repr(session) == "<Session new>"
        session.stop()
        result = await session.run()
        assert result.end_reason == "stopped"
        assert server.sessions == []


async def test_calls_before_the_start_are_refused_and_while_connecting_they_wait() -> None:
    """Nothing is queued for a session that may never run."""
    async with scripted(Typed("hello", say="Hi.")) as server:
        session = Session(client=server.client())
        with pytest.raises(SessionClosed, match="not running"):
            await session.send_text("hello")
        assert session.result is None
        assert session.statistics().events_sent == 0
        turns = session.turns()
        async with anyio.create_task_group() as group:
            group.start_soon(session.run)
            await anyio.lowlevel.checkpoint()
            await session.send_text("hello")
            assert (await anext(turns)).assistant is not None
            session.stop()


async def test_the_60_minute_limit_is_a_typed_end_for_everybody() -> None:
    """run() and every iterator raise SessionExpired; the turns so far are in the result."""
    async with scripted(session_limit_s=0.6) as server:
        session = Session(client=server.client())
        iterators = (session.turns(), session.events(), session.audio_chunks())
        errors: list[Exception] = []

        async def consume(iterator: object) -> None:
            errors.append(await failure_of(lambda: collect(iterator)))  # type: ignore[arg-type]

        async with anyio.create_task_group() as group:
            for iterator in iterators:
                group.start_soon(consume, iterator)
            with pytest.raises(SessionExpired) as caught:
                await session.run()
        assert caught.value.code == 1001
        assert [type(error) for error in errors] == [SessionExpired] * 3
        assert session.result is not None
        assert session.result.end_reason == "expired"
        assert session.result.error is caught.value
        for call in (session.commit, lambda: session.append_audio(b"\0\0")):
            assert await failure_of(call) is caught.value


async def test_a_lost_connection_is_never_a_silent_end() -> None:
    """A close, clean or not, is ConnectionLost from run(); what came before was delivered."""

    async def leave(connection: Connection) -> None:
        await connection.accept(then=connection.frame(CREATED))
        await connection.send(UPDATED)
        await connection.close(1000, "bye")

    async with serving(leave) as peer:
        session = Session(client=RealtimeClient("k", base_url=peer.url))
        events = session.events()
        with pytest.raises(ConnectionLost) as caught:
            await session.run()
        assert (caught.value.code, caught.value.reason, caught.value.by) == (1000, "bye", "server")
        assert await failure_of(lambda: collect(events)) is caught.value
        assert session.result is not None
        assert session.result.end_reason == "connection_lost"


async def test_refused_credentials_come_out_bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """From run() and from the block; without a key the environment is named."""
    async with scripted() as server:
        wrong = RealtimeClient("wrong", base_url=server.url)
        with pytest.raises(AuthError):
            await Session(client=wrong).run()
        with pytest.raises(AuthError):
            async with Session(client=wrong):
                raise AssertionError("the block must not begin")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(AuthError, match="OPENAI_API_KEY"):
        await Session().run()


async def test_a_server_that_never_accepts_the_configuration() -> None:
    """The stage is named."""

    async def mute(connection: Connection) -> None:
        await connection.accept(then=connection.frame(CREATED))
        async for _ in connection.messages():
            pass

    async with serving(mute) as peer:
        client = RealtimeClient("k", base_url=peer.url, connect_timeout=0.4)
        with pytest.raises(ConnectFailed) as caught:
            await Session(client=client).run()
        assert caught.value.stage == "session.updated"


async def test_an_account_without_quota_ends_the_session() -> None:
    """An error about the account is fatal wherever it appears."""
    error = (
        '{"type":"error","event_id":"e9","error":{"type":"insufficient_quota",'
        '"code":"insufficient_quota","message":"You exceeded your current quota."}}'
    )

    async def broke(connection: Connection) -> None:
        await connection.accept(then=connection.frame(CREATED))
        await connection.send(UPDATED)
        await connection.send(error)
        async for _ in connection.messages():
            pass

    async with serving(broke) as peer:
        failure = await failure_of(Session(client=RealtimeClient("k", base_url=peer.url)).run)
    assert type(failure).__name__ == "QuotaExhausted"


async def test_a_source_that_raises_ends_the_session_with_its_error() -> None:
    """Bare and unchanged, from run() and from the iterators; the source is closed."""
    closed: list[str] = []
    fault = OSError("microphone unplugged")

    class Broken(AudioSource):
        async def __aiter__(self):
            yield b"\0\0" * 480
            raise fault

        async def aclose(self) -> None:
            closed.append("source")

    async with scripted() as server:
        session = Session(source=Broken(), client=server.client())
        turns = session.turns()
        assert await failure_of(session.run) is fault
        assert await failure_of(lambda: collect(turns)) is fault
        assert closed == ["source"]


async def test_chunks_that_are_not_whole_frames_are_refused() -> None:
    """The source's own mistake is named."""

    class Odd(AudioSource):
        async def __aiter__(self):
            yield b"\0\0\0"

    async with scripted() as server:
        with pytest.raises(AudioError, match="Odd gave 3 bytes"):
            await Session(source=Odd(), client=server.client()).run()


async def test_a_sink_that_fails_ends_the_session_with_its_error() -> None:
    """While writing, and while closing."""

    class Full(ArraySink):
        def write(self, data: bytes) -> None:
            raise AudioError("disk full")

    class Jammed(NullSink):
        def clear(self) -> int:
            raise AudioError("cannot stop")

    class Stuck(ArraySink):
        async def aclose(self) -> None:
            raise AudioError("cannot finish the file")

    async with scripted(Heard("hi", say="Hello.")) as server:
        with pytest.raises(AudioError, match="disk full"):
            await Session(source=speaking("hi"), sink=Full(), client=server.client()).run()
    async with scripted(Asked(say="a long answer to interrupt")) as server:
        session = Session(sink=Jammed(), client=server.client())

        async def interrupt() -> None:
            async with session:
                chunks = session.audio_chunks()
                await session.create_response()
                await anext(chunks)
                await session.interrupt()

        with pytest.raises(AudioError, match="cannot stop"):
            await interrupt()
    async with scripted() as server:
        session = Session(sink=Stuck(), client=server.client())
        with pytest.raises(AudioError, match="finish the file"):
            async with session:
                pass
        assert session.result is not None
        assert session.result.end_reason == "error"


async def test_a_users_exception_in_the_block_propagates_unchanged() -> None:
    """Not in a group, whatever the session was doing; the session is over."""
    async with scripted(Asked(say="Hello.")) as server:
        session = Session(client=server.client(), greet="x")
        chunks = session.audio_chunks()
        mine = KeyError("mine")

        async def block() -> None:
            async with session:
                await anext(chunks)
                raise mine

        assert await failure_of(block) is mine
        assert session.result is not None
        assert session.result.end_reason == "stopped"


async def test_a_fault_is_told_once() -> None:
    """Whoever met it has been told; a block that met nothing is told at its end."""
    async with scripted(session_limit_s=0.3) as server:
        session = Session(client=server.client())
        async with session:
            assert isinstance(await failure_of(lambda: collect(session.turns())), SessionExpired)
        other = Session(client=server.client())
        with pytest.raises(SessionExpired):
            async with other:
                await anyio.sleep(0.8)


async def test_leaving_is_bounded_when_the_server_has_stopped_reading() -> None:
    """About 2.5 s at most, with sound still waiting to be sent."""

    async def stall(connection: Connection) -> None:
        await connection.accept(then=connection.frame(CREATED))
        await connection.send(UPDATED)
        await anyio.sleep_forever()

    async with serving(stall) as peer:
        session = Session(client=RealtimeClient("k", base_url=peer.url))
        async with session:
            with anyio.move_on_after(0.5):
                await session.append_audio(b"\0\0" * RATE * 600)
            start = time.perf_counter()
        assert time.perf_counter() - start < 4.5


async def test_cancelling_run_from_outside_cleans_up() -> None:
    """The connection is closed, iterators end, the result is there."""
    async with scripted() as server:
        session = Session(client=server.client())
        turns = session.turns()
        with anyio.move_on_after(0.3) as scope:
            await session.run()
        assert scope.cancelled_caught
        assert await collect(turns) == []
        assert session.result is not None
        assert session.result.end_reason == "stopped"
        assert server.sessions[0].closed_by == "client"


async def test_cancelling_while_it_starts() -> None:
    """A block that is cancelled before it began leaves nothing running."""

    async def mute(connection: Connection) -> None:
        await connection.accept(then=connection.frame(CREATED))
        async for _ in connection.messages():
            pass

    async with serving(mute) as peer:
        session = Session(client=RealtimeClient("k", base_url=peer.url))
        with anyio.move_on_after(0.3) as scope:
            async with session:
                raise AssertionError("must not begin")
        assert scope.cancelled_caught
        assert session.result is not None


async def test_enter_and_exit_in_different_tasks() -> None:
    """A fixture's two halves may run in different tasks."""
    async with scripted(Typed("hello", say="Hi.")) as server:
        session = Session(client=server.client())
        entered, leave = anyio.Event(), anyio.Event()

        async def enter() -> None:
            await session.__aenter__()
            entered.set()

        async def exit_() -> None:
            await leave.wait()
            await session.__aexit__(None, None, None)

        async with anyio.create_task_group() as group:
            group.start_soon(enter)
            group.start_soon(exit_)
            await entered.wait()
            turns = session.turns()
            await session.send_text("hello")
            await anext(turns)
            leave.set()


# --- Consumers -------------------------------------------------------------------------------


async def test_ten_consumers_see_the_same() -> None:
    """Each subscription is independent, whatever the pace of its reader."""
    async with scripted(Heard("what time is it", say="It is noon.")) as server:
        session = Session(source=speaking("what time is it"), client=server.client())
        seen: list[list[object]] = [[] for _ in range(10)]

        async def consume(number: int) -> None:
            async for event in session.events():
                seen[number].append(event)
                await anyio.sleep(0.001 * number)

        async with anyio.create_task_group() as group:
            for number in range(10):
                group.start_soon(consume, number)
            await anyio.wait_all_tasks_blocked()
            await session.run()
    assert len(seen[0]) > 10
    assert all(one == seen[0] for one in seen)


async def test_a_sleeping_consumer_does_not_cost_the_call() -> None:
    """The server pings all the while; the session goes on, and nothing is lost."""
    async with scripted(
        Asked(say="One two three."), Typed("again", say="Four."), ping_interval_s=0.1
    ) as server:
        session = Session(client=server.client())
        chunks, turns = session.audio_chunks(), session.turns()
        async with session:
            await session.create_response()
            await anext(chunks)
            await anyio.sleep(1.5)
            await session.send_text("again")
            await anext(turns)
            await anext(turns)
        rest = await collect(chunks)
        assert server.sessions[0].closed_by == "client"
    assert rest


async def test_a_thousand_cancelled_reads_lose_nothing() -> None:
    """Every event arrives once and in order, however often the reader is cancelled."""
    async with scripted(Heard("what time is it", say="It is noon. " * 8)) as server:
        session = Session(source=speaking("what time is it"), client=server.client())
        events = session.events()
        got: list[object] = []
        over = False

        async def consume() -> None:
            nonlocal over
            waits = [0, 0.0001, 0.001, 0.01]
            for number in range(100_000):
                try:
                    with anyio.move_on_after(waits[number % 4]):
                        got.append(await anext(events))
                except StopAsyncIteration:
                    over = True
                    return

        reference = session.events()
        async with anyio.create_task_group() as group:
            group.start_soon(consume)
            await session.run()
        assert over
        assert got == await collect(reference)


async def test_breaking_out_of_a_loop_and_coming_back() -> None:
    """The subscription goes on where it was left."""
    async with (
        scripted(Typed("a", say="A."), Typed("b", say="B.")) as server,
        Session(client=server.client()) as session,
    ):
        turns = session.turns()
        await session.send_text("a")
        async for turn in turns:
            assert turn.index == 0
            break
        await session.send_text("b")
        async for turn in turns:
            assert turn.index == 1
            break


async def test_options_that_cannot_be() -> None:
    """Refused when the session is made."""
    options: list[dict[str, Any]] = [
        {"keep_audio_s": -1},
        {"keep_audio_s": float("nan")},
        {"uplink_backlog_s": 0},
        {"uplink_backlog_s": float("nan")},
        {"uplink_overflow": "explode"},
    ]
    for option in options:
        with pytest.raises(ConfigError) as caught:
            Session(**option)
        assert [caught.value.field] == list(option)
    with pytest.raises(ConfigError, match="'error' or 'drop_deltas', not 'block'"):
        Session().events(overflow="block")  # type: ignore[arg-type]  # what the test is about
