"""Faults at the level of a session: each has a stated end, and nothing hangs."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import tracemalloc

import anyio
import pytest
from anyio.lowlevel import checkpoint

from realtime_voice.conversation import ServerProblem, TranscriptStatus
from realtime_voice.errors import (
    ConnectionLost,
    ProtocolViolation,
    SessionClosed,
    SlowConsumerError,
)
from realtime_voice.session import Session
from realtime_voice.testing import Typed
from realtime_voice.transport import MemoryTransport
from tests.session.helpers import FedClient, Server, collect, failure_of, opened, scripted

pytestmark = pytest.mark.anyio

NONSENSE = ("not json", "[1, 2]", "{}", '{"type": 5}', "")
RESPONSE = {
    "id": "r1",
    "object": "realtime.response",
    "status": "in_progress",
    "conversation_id": "c1",
    "output": [],
}
SPOKEN = {"response_id": "r1", "item_id": "i1", "output_index": 0, "content_index": 0}


async def settled(session: Session, events: int) -> None:
    """Wait until so many events were taken in."""
    with anyio.fail_after(20):
        while session.statistics().events_received < events:  # noqa: ASYNC110 - a gauge
            await anyio.sleep(0.005)


# --- What the server sends ---------------------------------------------------------------------


@pytest.mark.parametrize("text", NONSENSE)
async def test_a_frame_that_is_no_event_is_told_and_survived(text: str) -> None:
    """Counted, told as a problem, and none of its text is in the message."""
    async with opened() as (session, server):
        notes = session.notifications()
        await server.send_text(text)
        note = await anext(notes)
        assert isinstance(note, ServerProblem)
        assert (note.code, note.benign, note.fatal) == ("malformed", False, False)
        assert session.statistics().events_malformed == session.statistics().problems == 1
        await session.send_text("still here")


async def test_ten_of_them_within_a_minute_are_no_realtime_server() -> None:
    """The session ends with a typed error; nine do not end it."""
    async with opened() as (session, server):
        for number in range(9):
            await server.send_text(NONSENSE[number % 5])
        await settled(session, 11)
        await session.send_text("still here")
        events = session.events()
        await server.send_text("x")
        failure = await failure_of(lambda: collect(events))
        assert isinstance(failure, ProtocolViolation)
        assert failure.retryable
        assert "10 frames within" in str(failure)
    assert session.result is not None
    assert session.result.end_reason == "connection_lost"


async def test_a_binary_frame_is_a_problem_and_no_end() -> None:
    """The protocol has none; it is counted and told, not read."""
    async with opened() as (session, server):
        notes = session.notifications()
        server.deliver(b'{"type": "rate_limits.updated"}')
        note = await anext(notes)
        assert isinstance(note, ServerProblem)
        assert note.message == "a binary frame of 31 bytes"
        assert session.statistics().events_malformed == 1


async def test_strange_events_are_counted_and_survived() -> None:
    """Unknown types, wrong fields, repetitions, unknown items, sound that is none."""
    async with opened() as (session, server):
        await server.send("response.created", response=RESPONSE)
        await server.send("brand.new", value=[1])
        await server.send("response.output_audio.delta", **SPOKEN, delta=5)
        await server.send("response.output_audio.delta", **SPOKEN, delta="no base64!")
        for _ in range(2):
            await server.send("response.output_audio_transcript.delta", **SPOKEN, delta="Hi")
        await server.send("conversation.item.deleted", item_id="never-heard-of")
        await server.send("response.output_audio.delta", **SPOKEN, delta="AAA=")
        await settled(session, 10)
        statistics = session.statistics()
        assert statistics.events_unknown == 1
        assert statistics.events_malformed == 2
        assert statistics.events_duplicate >= 1
        assert statistics.events_late == 0
        await session.send_text("still here")


# --- Bugs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["receive", "deadline", "note_append"])
async def test_a_bug_inside_ends_the_session_with_it_and_says_when(
    monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """Bare, for everybody; the task and the number of the server event are in a note."""
    bug = ZeroDivisionError("a bug")

    def broken(*_: object, **__: object) -> None:
        raise bug

    with anyio.fail_after(20):
        async with opened() as (session, server):
            core = session._core
            turns = session.turns()
            await session.send_text("hello")
            monkeypatch.setattr(core, method, broken)
            if method == "note_append":
                # The caller's own task: he gets it, and the session goes on.
                assert await failure_of(lambda: session.append_audio(b"\0\0")) is bug
                return
            if method == "deadline":
                monkeypatch.setattr(core, "next_deadline", lambda: 0.0)
            await server.send("rate_limits.updated", rate_limits=[])
            assert await failure_of(lambda: collect(turns)) is bug
            assert await failure_of(session.commit) is bug
    assert session.result is not None
    assert (session.result.error, session.result.end_reason) == (bug, "error")
    task = {"receive": "Loops.read", "deadline": "Loops.keep_time"}[method]
    assert bug.__notes__ == [f"in {task}(), at server event 3"]


# --- Readers -------------------------------------------------------------------------------------


async def test_a_reader_who_sleeps_through_a_flood_costs_bounded_memory() -> None:
    """32 MiB of events and no more, whatever comes; then it is told what it missed."""
    sound = "AAAA" * 12_000
    async with opened() as (session, server):
        sleeper = session.events()
        await server.send("response.created", response=RESPONSE)
        await settled(session, 3)
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            for number in range(1_500):
                fields = {**SPOKEN, "delta": sound, "event_id": f"e{number}"}
                server.deliver(json.dumps({"type": "response.output_audio.delta", **fields}))
                if number % 20 == 0:
                    await checkpoint()
            await settled(session, 1_503)
            grown = tracemalloc.get_traced_memory()[0] - before
        finally:
            tracemalloc.stop()
        assert 16 << 20 < grown < 1.1 * (32 << 20)
        assert sleeper.backlog_bytes <= 32 << 20
        missed = await failure_of(lambda: collect(sleeper))
        assert isinstance(missed, SlowConsumerError)
        assert "8192 values or 32 MiB" in str(missed)
        assert session.statistics().values_dropped == sleeper.dropped > 0


async def test_final_texts_are_never_dropped_for_deltas() -> None:
    """A reader of words who sleeps gets every final text, and a reader of events if he asks."""
    async with opened() as (session, server):
        words = session.assistant_transcripts()
        events = session.events(overflow="drop_deltas")
        count = 0
        for number in range(4):
            spoken = {**SPOKEN, "response_id": f"r{number}", "item_id": f"i{number}"}
            await server.send("response.created", response={**RESPONSE, "id": f"r{number}"})
            for _ in range(6_000):
                count += 1
                fields = {**spoken, "delta": "word ", "event_id": f"e{count}"}
                type_ = "response.output_audio_transcript.delta"
                server.deliver(json.dumps({"type": type_, **fields}))
                if count % 500 == 0:
                    await checkpoint()
            await server.send(
                "response.output_audio_transcript.done", **spoken, transcript=f"Text {number}."
            )
            done = {**RESPONSE, "id": f"r{number}", "status": "completed"}
            await server.send("response.done", response=done)
        await settled(session, 2 + count + 12)
        session.stop()
        updates = await collect(words)
        finals = [update.text for update in updates if update.final]
        assert finals == [f"Text {number}." for number in range(4)]
        assert all(update.status is TranscriptStatus.FINAL for update in updates if update.final)
        names = [type(event).__name__ for event in await collect(events)]
        assert names.count("ResponseDone") == names.count("ResponseCreated") == 4
        assert words.dropped
        assert events.dropped


# --- Ends ----------------------------------------------------------------------------------------


async def test_everything_after_the_end_raises_the_one_cause() -> None:
    """Bare and always the same object, for calls and for iterators, old and new."""
    async with opened() as (session, server):
        old = session.turns()
        await server.aclose()
        cause = await failure_of(lambda: collect(old))
        assert isinstance(cause, ConnectionLost)
        for call in (
            lambda: collect(old),
            lambda: collect(session.events()),
            lambda: session.append_audio(b"\0\0"),
            lambda: session.send_text("x"),
            session.create_response,
            session.interrupt,
            session.clear,
        ):
            assert await failure_of(call) is cause


async def test_everything_after_a_stop_ends_or_says_so() -> None:
    """Iterators just end, calls raise SessionClosed."""
    async with opened() as (session, _):
        session.stop()
        assert await collect(session.events()) == []
        assert isinstance(await failure_of(session.interrupt), SessionClosed)


async def test_stopping_may_be_done_often_at_once_and_from_within() -> None:
    """All who leave return together; a reader may stop the session that feeds it."""
    async with scripted(Typed("hello", say="Hi.")) as server:
        session = Session(client=server.client())
        await session.__aenter__()
        left: list[int] = []

        async def leave(number: int) -> None:
            await session.__aexit__(None, None, None)
            left.append(number)

        async def stop_from_within() -> None:
            async for _ in session.notifications():
                session.stop()

        async with anyio.create_task_group() as group:
            group.start_soon(stop_from_within)
            await anyio.wait_all_tasks_blocked()
            await session.send_text("hello")
            for number in range(5):
                group.start_soon(leave, number)
        await session.__aexit__(None, None, None)
        assert sorted(left) == [0, 1, 2, 3, 4]
        assert session.result is not None


@pytest.mark.parametrize("after_s", [0.0, 0.001, 0.01, 0.05, 0.2])
async def test_a_time_limit_from_outside_ends_it_in_bounded_time(after_s: float) -> None:
    """Whatever the session is doing; the limit's own exception comes out, bare."""
    client = FedClient()
    server = Server(client)
    began = anyio.current_time()

    async def talk() -> None:
        with anyio.fail_after(after_s):
            async with anyio.create_task_group() as group:
                group.start_soon(server.open)
                async with Session(client=client) as session:
                    async for _ in session.events():
                        await session.append_audio(b"\0\0" * 480)

    with pytest.raises(TimeoutError):
        await talk()
    assert anyio.current_time() - began < after_s + 2.5


_INTERRUPTED = """
    import signal, sys, anyio, realtime_voice as rv
    from realtime_voice.testing import LocalServer, Scripted

    # Whatever is started in a shell's background ignores Ctrl-C, and so do its children.
    signal.signal(signal.SIGINT, signal.default_int_handler)

    async def main():
        async with LocalServer(Scripted([])) as server:
            session = rv.Session(client=server.client())
            if sys.argv[2] == "run":
                await run(session)
            else:
                await stay(session)

    async def run(session):
        async with anyio.create_task_group() as group:
            group.start_soon(tell, session)
            await session.run()

    async def tell(session):
        await anyio.sleep(0.1)
        await session.wait_ready()
        print("ready", flush=True)

    async def stay(session):
        async with session:
            if sys.argv[2] == "stuck":
                session._life._transport.aclose = lambda: anyio.sleep(60)
            print("ready", flush=True)
            async for _ in session.turns():
                pass

    try:
        anyio.run(main, backend=sys.argv[1])
    except* KeyboardInterrupt:
        print("interrupted", flush=True)
"""


@pytest.mark.parametrize("state", ["stay", "run", "stuck"])
def test_ctrl_c_ends_the_program_and_a_second_one_at_once(anyio_backend: str, state: str) -> None:
    """Without a traceback of ours; also when the connection does not let go."""
    program = textwrap.dedent(_INTERRUPTED)
    with subprocess.Popen(
        [sys.executable, "-c", program, anyio_backend, state],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "error"},
    ) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "ready\n"
            process.send_signal(signal.SIGINT)
            if state == "stuck":
                with pytest.raises(subprocess.TimeoutExpired):
                    process.wait(0.7)
                process.send_signal(signal.SIGINT)
                process.wait(1.5)
            out, errors = process.communicate(timeout=6)
        finally:
            process.kill()
    assert (out, errors) == ("interrupted\n", "")


@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_ctrl_c_comes_out_of_run_bare() -> None:
    """Not in a group, although it hits a task group of ours."""

    class Interrupted(FedClient):
        async def connect(self, *, model: str | None = None) -> MemoryTransport:
            await checkpoint()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await Session(client=Interrupted()).run()
