"""What the session does when the connection takes less than it gets."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Literal, get_args

import anyio
import pytest
from anyio.lowlevel import checkpoint

from realtime_voice.config import SessionConfig
from realtime_voice.conversation import Conversation, Effect, Notification
from realtime_voice.errors import (
    AudioError,
    ConfigError,
    ConnectionLost,
    RealtimeError,
    RequestRejected,
    SendQueueFull,
)
from realtime_voice.events import KnownServerEvent, ResponseCreated
from realtime_voice.session import AudioDropped, Session
from realtime_voice.session._performer import Performer
from realtime_voice.transport import MemoryTransport, memory_pair
from tests.session.helpers import failure_of

pytestmark = pytest.mark.anyio

MS = 48
"""Bytes in a millisecond."""
SESSION = '"session":{"type":"realtime","id":"sess_1","object":"realtime.session"}'


class Narrow:
    """A connection that takes as many frames as a test allows; it is also the client of it."""

    connect_timeout = 5.0

    def __init__(self) -> None:
        self.inbox: MemoryTransport = memory_pair()[0]
        self.sent: list[dict[str, Any]] = []
        self.room = 1_000_000
        self.fault: Exception | None = None
        self._opened = anyio.Event()

    async def connect(self, *, model: str | None = None) -> "Narrow":
        """Connect to itself."""
        await checkpoint()
        assert model
        self.inbox.deliver('{"type":"session.created","event_id":"e1",' + SESSION + "}")
        self.inbox.deliver('{"type":"session.updated","event_id":"e2",' + SESSION + "}")
        return self

    def open(self, frames: int = 1_000_000) -> None:
        """Take this many more frames."""
        self.room += frames
        opened, self._opened = self._opened, anyio.Event()
        opened.set()

    def send_nowait(self, data: str | bytes) -> bool:
        """Take a frame where there is room."""
        if self.fault is not None:
            raise self.fault
        if not self.room:
            return False
        self.room -= 1
        self.sent.append(json.loads(data))
        return True

    async def send(self, data: str | bytes) -> None:
        """Wait for room."""
        while not self.send_nowait(data):
            await self._opened.wait()

    async def receive(self) -> str | bytes:
        """Return what a test delivered."""
        return await self.inbox.receive()

    def receive_nowait(self) -> str | bytes | None:
        """Likewise."""
        return self.inbox.receive_nowait()

    async def aclose(self) -> None:
        """End."""
        self.inbox.fail(ConnectionLost("closed", by="client"))
        await checkpoint()

    def types(self) -> list[str]:
        """What was sent, sound counted and not repeated."""
        return [event["type"].rpartition(".")[2] for event in self.sent[1:]]


@asynccontextmanager
async def narrow(
    *, backlog_s: float = 10.0, overflow: Literal["wait", "drop"] = "wait", **options: Any
) -> AsyncIterator[tuple[Session, Narrow]]:
    """A running session on a narrow connection."""
    line = Narrow()
    session = Session(client=line, uplink_backlog_s=backlog_s, uplink_overflow=overflow, **options)
    async with session:
        yield session, line


async def test_sound_is_sent_before_the_call_returns() -> None:
    """As long as there is room: no task and no wait between a word and the connection."""
    async with narrow() as (session, line):
        for count in range(1, 100):
            await session.append_audio(b"\1\0" * 480)
            assert len(line.sent) == 1 + count
        statistics = session.statistics()
        assert statistics.uplink_lag_ms == 0
        assert statistics.audio_sent_s == pytest.approx(99 * 0.02)


async def test_sending_lets_others_run() -> None:
    """A loop that only appends does not hold the event loop."""
    async with narrow() as (session, _):
        ran: list[int] = []

        async def other() -> None:
            ran.append(1)

        async with anyio.create_task_group() as group:
            group.start_soon(other)
            for _ in range(32):
                await session.append_audio(b"\1\0" * 480)
            assert ran


async def test_a_bound_of_seconds_holds_back_whoever_speaks() -> None:
    """Nothing is lost, the order stays, and the statistics say how far the line is behind."""
    async with narrow(backlog_s=1.0) as (session, line):
        line.room = 0
        said = [bytes([number, 0]) * 480 for number in range(100)]
        done: list[int] = []

        async def speak() -> None:
            for number, piece in enumerate(said):
                await session.append_audio(piece)
                done.append(number)

        async with anyio.create_task_group() as group:
            group.start_soon(speak)
            await anyio.wait_all_tasks_blocked()
            statistics = session.statistics()
            assert statistics.audio_waiting_s == pytest.approx(1.0, abs=0.03)
            assert statistics.uplink_lag_ms == pytest.approx(1000, abs=30)
            assert statistics.audio_sent_s == 0
            assert len(done) in {50, 51}
            line.open()
        assert session.statistics().uplink_lag_ms == pytest.approx(0, abs=1_000)
        with anyio.fail_after(5):
            while len(line.sent) < 101:  # noqa: ASYNC110 - a gauge
                await anyio.sleep(0.01)
        assert line.types() == ["append"] * 100


async def test_a_cancelled_call_was_not_sent_or_is_sent_whole() -> None:
    """Whatever the moment; blocks of two seconds stay whole."""
    async with narrow(backlog_s=8.0) as (session, line):
        line.room = 0
        sizes: list[int] = []
        for _ in range(10):
            with anyio.move_on_after(0.01):
                await session.append_audio(b"\1\0" * 24 * 1_500)
                sizes.append(1_500)
        line.open()
        with anyio.fail_after(5):
            while session.statistics().uplink_lag_ms:  # noqa: ASYNC110 - a gauge
                await anyio.sleep(0.01)
        assert len(line.types()) * 100 == sum(sizes) == 7_500


async def test_the_oldest_sound_gives_way_where_that_is_asked_for() -> None:
    """Nobody waits, what was dropped is told and counted, and a committed turn stays whole."""
    config_options = {"backlog_s": 1.0, "overflow": "drop"}
    async with narrow(**config_options) as (session, line):  # type: ignore[arg-type]
        notes = session.notifications()
        line.room = 0
        for _ in range(10):
            await session.append_audio(b"\1\0" * 480)
        await session.commit()
        with anyio.fail_after(5):
            for _ in range(100):
                await session.append_audio(b"\2\0" * 480)
        statistics = session.statistics()
        assert statistics.audio_waiting_s == pytest.approx(1.0, abs=0.03)
        assert statistics.audio_dropped_s == pytest.approx(1.18, abs=0.001)
        line.open()
        told = [note async for note in _until_ready(notes, 3)]
        assert [(note.why, note.duration_ms) for note in told] == [("uplink", 20.0)] * 3
        assert told[-1].total_ms == 60.0
        with anyio.fail_after(5):
            while session.statistics().uplink_lag_ms:  # noqa: ASYNC110 - a gauge
                await anyio.sleep(0.01)
        types = line.types()
        assert types[:11] == ["append"] * 10 + ["commit"]
        assert len(types) == 11 + 41


async def _until_ready(notes: AsyncIterator[object], count: int) -> AsyncIterator[AudioDropped]:
    async for note in notes:
        if isinstance(note, AudioDropped):
            yield note
            count -= 1
        if not count:
            return


def test_dropped_sound_does_not_count_for_a_commit() -> None:
    """The server has never heard it."""
    core = Conversation(SessionConfig(), new_id=lambda: "id")
    core.append_audio(b"\0" * MS * 200, 0.0)
    core.forget_audio(MS * 150)
    with pytest.raises(RequestRejected, match="there are 50 ms"):
        core.commit_audio(0.0)


async def test_a_barge_in_does_not_wait_behind_a_full_outbox() -> None:
    """The cancel goes out first as soon as anything does."""
    async with narrow(backlog_s=9.0) as (session, line):
        line.inbox.deliver(
            '{"type":"response.created","event_id":"e3","response":{"id":"r1","object":'
            '"realtime.response","status":"in_progress","conversation_id":"c1","output":[]}}'
        )
        async for event in session.events():
            if isinstance(event, KnownServerEvent) and isinstance(event, ResponseCreated):
                break
            line.inbox.deliver('{"type":"rate_limits.updated","event_id":"x","rate_limits":[]}')
        line.room = 0
        for _ in range(5):
            await session.append_audio(b"\1\0" * 24_000)
        await session.interrupt()
        line.open(2)
        await anyio.wait_all_tasks_blocked()
        assert line.types() == ["append", "cancel"]
        line.open()


async def test_whoever_waits_for_room_gets_the_end() -> None:
    """With the fault that ended the session, the same for everybody and bare."""
    cause = ConnectionLost("gone")
    async with narrow(backlog_s=0.5) as (session, line):
        line.room = 0
        failures: list[Exception] = []

        async def speak() -> None:
            failures.append(await failure_of(lambda: session.append_audio(b"\1\0" * 24 * 5_000)))

        async with anyio.create_task_group() as group:
            group.start_soon(speak)
            await anyio.wait_all_tasks_blocked()
            line.inbox.fail(cause)
        assert failures == [cause]
        assert await failure_of(lambda: session.append_audio(b"\1\0")) is cause
        assert await failure_of(session.commit) is cause


async def test_a_connection_that_ended_is_told_by_the_reader() -> None:
    """What came before is delivered first, although a send has noticed the end already."""
    cause = ConnectionLost("gone")
    async with narrow() as (session, line):
        events = session.events()
        line.fault = RealtimeError("seen by the sender")
        await session.append_audio(b"\1\0" * 480)
        await session.append_audio(b"\1\0" * 480)
        line.inbox.deliver('{"type":"rate_limits.updated","event_id":"x","rate_limits":[]}')
        line.inbox.fail(cause)
        got = [type(event).__name__ for event in [await anext(events)]]
        assert got == ["RateLimitsUpdated"]
        assert await failure_of(lambda: anext(events)) is cause  # type: ignore[arg-type]


async def test_a_bug_of_a_connection_ends_the_session_with_it() -> None:
    """At once or in the writer's task, bare, and whoever called is not to blame."""
    for waits in (False, True):
        bug = ZeroDivisionError("a bug")
        async with narrow() as (session, line):
            if waits:
                line.room = 0
                await session.append_audio(b"\1\0" * 480)
                await anyio.wait_all_tasks_blocked()
            line.fault = bug
            line.open()
            if not waits:
                await session.append_audio(b"\1\0" * 480)
            assert await failure_of(lambda: anext(session.events())) is bug  # type: ignore[arg-type, return-value]
        assert session.result is not None
        assert session.result.error is bug


async def test_half_a_frame_is_refused_before_and_while_it_runs() -> None:
    """By the same words."""
    with pytest.raises(AudioError, match="whole frames of 2 bytes, not 3 bytes"):
        await Session().append_audio(b"\0\0\0")
    async with narrow() as (session, _):
        with pytest.raises(AudioError, match="whole frames of 2 bytes, not 3 bytes"):
            await session.append_audio(b"\0\0\0")


def test_every_outcome_has_its_deed() -> None:
    """The table of what to do knows every class that the core may answer with."""
    assert set(Performer._DEEDS) == {*get_args(Effect), *get_args(Notification)}


async def test_requests_on_a_full_line_are_refused_before_anything_of_them_is_done() -> None:
    """The bound is in bytes; an interruption always goes; with room, everything works again."""
    async with narrow(send_queue_bytes=1000) as (session, line):
        line.room = 0
        for _ in range(3):
            await session.send_text("x" * 400, respond=False)
        calls = (
            partial(session.send_text, "more"),
            session.create_response,
            session.clear,
            partial(session.update, voice="marin"),
        )
        for call in calls:
            with pytest.raises(SendQueueFull, match="send_queue_bytes is 1000") as caught:
                await call()
            assert caught.value.waiting > caught.value.limit == 1000
        await session.interrupt()
        line.open()
        with anyio.fail_after(5):
            while session.statistics().events_sent < 4:  # noqa: ASYNC110 - counted, not told
                await anyio.sleep(0.01)
        assert line.types() == ["create"] * 3
        await session.send_text("again", respond=False)
        assert len(line.sent) == 5


@pytest.mark.parametrize("size", [0, -1, 1.5, True, "4"])
def test_a_queue_has_a_size_in_whole_bytes(size: Any) -> None:
    """Anything else is refused with its value."""
    with pytest.raises(ConfigError, match="send_queue_bytes must be 1 or more bytes"):
        Session(send_queue_bytes=size)
