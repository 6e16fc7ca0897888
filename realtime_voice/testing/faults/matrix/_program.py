"""Rows 42, 43, 84 to 86, 89 and 90: what the user's program does, and what may break inside."""

import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn

import anyio

from realtime_voice.errors import ConnectionLost, SessionClosed
from realtime_voice.formats import PCM16_24K
from realtime_voice.session import AudioDropped, Session
from realtime_voice.testing.faults import AfterEvents, Cut, StopReading
from realtime_voice.testing.faults.matrix._acts import LEAVE_S, expect_alive, left
from realtime_voice.testing.faults.matrix._expect import (
    expect,
    expect_error,
    expect_failure,
    within,
)
from realtime_voice.testing.faults.matrix._rows import (
    ANYWHERE,
    IN_PROCESS,
    PLAIN,
    SOCKETS,
    Case,
    Check,
    Row,
)
from realtime_voice.testing.faults.matrix._world import MODEL, World
from realtime_voice.transport import LinkOptions, Transport

__all__ = ["ROWS"]

_READY = AfterEvents(event="session.updated")
_PATIENT = LinkOptions(stall_s=60, ping_s=None)
_BACKLOG_S = 2.0
_SECOND = bytes(48_000)
_CANCELS = 30
_CANCELS_IN_PROCESS = 10


class _Bug(Exception):
    """Somebody's mistake."""


# --- Row 42 --------------------------------------------------------------------------------


async def _held_back(world: World) -> None:
    """The line takes nothing: whoever brings sound waits, and little is kept."""
    async with world.serving(StopReading(when=_READY)) as place:
        session = place.session(link=_PATIENT, uplink_backlog_s=_BACKLOG_S)
        async with left(session):
            appended = 0
            with anyio.move_on_after(1.0):
                while True:
                    await session.append_audio(_SECOND)
                    appended += 1
            waiting = session.statistics().audio_waiting_s
            expect(appended < 60, f"{appended} s of sound were taken by a line that takes none")
            expect(waiting <= _BACKLOG_S + 1, f"{waiting:.1f} s of sound wait, not {_BACKLOG_S} s")
            lag = session.statistics().uplink_lag_ms
            expect(lag >= waiting * 1000 - 1, f"a lag of {lag:.0f} ms with {waiting:.1f} s waiting")


async def _dropped(world: World) -> None:
    """The same, with a program that rather loses the oldest sound than wait."""
    async with world.serving(StopReading(when=_READY)) as place:
        session = place.session(link=_PATIENT, uplink_backlog_s=_BACKLOG_S, uplink_overflow="drop")
        notices = session.notifications()
        async with left(session):
            async with within(3, "60 s of sound"):
                for _ in range(60):
                    await session.append_audio(_SECOND)
            found = session.statistics()
            waiting = found.audio_waiting_s
            expect(waiting <= _BACKLOG_S + 1, f"{waiting:.1f} s of sound wait, not {_BACKLOG_S} s")
            expect(found.audio_dropped_s > 0, "nothing was counted as dropped")
        told = [notice async for notice in notices if isinstance(notice, AudioDropped)]
        expect(bool(told) and told[-1].why == "uplink", "nobody was told of the sound that went")


# --- Row 43 --------------------------------------------------------------------------------


class _BrokenTransport:
    """A connection with a bug in it."""

    def __init__(self, inner: Transport, method: str, after: int) -> None:
        self._inner = inner
        self._method = method
        self._left = after

    def _count(self, method: str) -> None:
        if method == self._method:
            self._left -= 1
            if self._left < 0:
                raise _Bug(method)

    async def send(self, data: str | bytes) -> None:
        self._count("send")
        await self._inner.send(data)

    def send_nowait(self, data: str | bytes) -> bool:
        self._count("send")
        return self._inner.send_nowait(data)

    async def receive(self) -> str | bytes:
        self._count("receive")
        return await self._inner.receive()

    def receive_nowait(self) -> str | bytes | None:
        self._count("receive")
        return self._inner.receive_nowait()

    async def aclose(self) -> None:
        await self._inner.aclose()


class _BrokenSource:
    """Gives up in mid-sentence."""

    format = PCM16_24K

    def __aiter__(self) -> "_BrokenSource":
        return self

    async def __anext__(self) -> NoReturn:
        raise _Bug("source")

    async def aclose(self) -> None:
        """Nothing is held."""


def _bug_in(method: str, after: int) -> Check:
    async def check(world: World) -> None:
        async with world.serving() as place:
            client = place.client()

            class Connector:
                connect_timeout = client.connect_timeout

                async def connect(self, *, model: str | None = None) -> Any:
                    inner = await client.connect(model=model or MODEL)
                    return _BrokenTransport(inner, method, after)

            session = Session(place.session().config, client=Connector())
            await _ends_with_bug(session)

    return check


async def _bug_in_source(world: World) -> None:
    async with world.serving() as place:
        await _ends_with_bug(place.session(source=_BrokenSource()))


async def _ends_with_bug(session: Session) -> None:
    turns = session.turns()
    async with within(LEAVE_S + 2, "ending"):
        error: BaseException | None = None
        try:
            async with session:
                # It may have ended before anything could be said.
                with suppress(SessionClosed):
                    await session.send_text("Hello?")
                async for _ in turns:
                    pass
        except Exception as exc:  # noqa: BLE001 - looked at below
            error = exc
    expect(error is not None, "the session ended as if nothing had happened")
    if error is not None:
        expect_error(error, _Bug)
    expect(session.result is not None, "there is no result")


# --- Rows 84 to 86 -------------------------------------------------------------------------


async def _after_the_end(world: World) -> None:
    async with world.serving() as place:
        session = place.session()
        async with left(session):
            pass
        async with within(1, "what comes too late"):
            await expect_failure(session.send_text("late"), SessionClosed)
            await expect_failure(session.append_audio(_SECOND), SessionClosed)
            await expect_failure(session.run(), SessionClosed)
            for values in (session.turns(), session.events(), session.audio_chunks()):
                found = [value async for value in values]
                expect(not found, f"an iterator made after the end gave {len(found)} values")


async def _after_a_fault(world: World) -> None:
    async with world.serving(Cut(when=_READY)) as place:
        session = place.session()
        first = session.turns()
        async with left(session):
            cause = await expect_failure(anext(first), ConnectionLost)
        async with within(1, "what comes too late"):
            for values in (first, session.turns(), session.events()):
                error = await expect_failure(anext(values), ConnectionLost)
                expect(error is cause, f"{error!r} instead of the stored {cause!r}")
            error = await expect_failure(session.send_text("late"), ConnectionLost)
            expect(error is cause, f"{error!r} instead of the stored {cause!r}")


async def _many_closes(world: World) -> None:
    async with world.serving() as place:
        transport = await place.connect()
        ended: list[float] = []

        async def close() -> None:
            await transport.aclose()
            ended.append(anyio.current_time())

        async with within(LEAVE_S, "closing"), anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(close)
        expect(max(ended) - min(ended) < 0.2, "those who closed at once did not return together")
        async with within(0.5, "closing again"):
            await transport.aclose()


async def _many_stops(world: World) -> None:
    async with world.serving() as place:
        session = place.session()
        async with left(session), anyio.create_task_group() as group:

            async def stop_from_inside() -> None:
                async for _ in session.turns():
                    session.stop()

            group.start_soon(stop_from_inside)
            await session.send_text("Hello?")
            await anyio.sleep(0.5)
            session.stop()
            session.stop()
        reason = None if session.result is None else session.result.end_reason
        expect(reason == "stopped", f"the result tells of {reason!r}")


async def _two_iterators(world: World) -> None:
    async with world.serving() as place:
        session = place.session()
        first, second = session.events(), session.events()
        async with left(session):
            await expect_alive(session)
        seen = [[event async for event in values] for values in (first, second)]
        expect(len(seen[0]) > 5, f"only {len(seen[0])} events came")
        expect(seen[0] == seen[1], "two iterators saw different events")


# --- Rows 89 and 90 ------------------------------------------------------------------------


async def _cancelled_anywhere(world: World) -> None:
    chance = random.Random(89)  # noqa: S311 - to be the same every time
    async with world.serving() as place:
        # In process, closing waits a moment for an answer that never comes.
        for _ in range(_CANCELS_IN_PROCESS if place.in_process else _CANCELS):
            patience = chance.uniform(0.0, 0.06)
            began = anyio.current_time()
            with anyio.move_on_after(patience):
                async with place.session() as session:
                    await session.append_audio(_SECOND)
                    await anyio.sleep_forever()
            took = anyio.current_time() - began - patience
            expect(took <= LEAVE_S, f"leaving took {took:.1f} s after a cancellation")


async def _timed_out(world: World) -> None:
    async with world.serving(StopReading(when=_READY)) as place:
        began = anyio.current_time()
        try:
            with anyio.fail_after(0.5):
                async with place.session(link=_PATIENT) as session:
                    while True:
                        await session.append_audio(_SECOND)
        except TimeoutError:
            took = anyio.current_time() - began - 0.5
            expect(took <= LEAVE_S, f"leaving took {took:.1f} s after the time was up")
        else:
            expect(is_so=False, otherwise="no TimeoutError came")


def _throw(error: BaseException) -> NoReturn:
    raise error


def _user_error(make: Callable[[], BaseException]) -> Check:
    async def check(world: World) -> None:
        async with world.serving() as place:
            raised = make()
            caught: BaseException | None = None
            try:
                async with left(place.session()) as session:
                    await session.send_text("Hello?")
                    _throw(raised)
            except BaseException as exc:  # noqa: BLE001 - which one it is, is the question
                caught = exc
            expect(caught is raised, f"{caught!r} came out instead of the user's {raised!r}")

    return check


ROWS = (
    Row(
        number=42,
        fault="the line takes sound more slowly than the user speaks, or not at all",
        must="at most uplink_backlog_s wait (10 s unless set): then append_audio waits, or the "
        "oldest sound goes and AudioDropped tells, as asked for; uplink_lag_ms tells the delay",
        cases=(
            Case(name="wait", check=_held_back),
            Case(name="drop", check=_dropped),
        ),
    ),
    Row(
        number=43,
        fault="a bug: in the connection, or in the user's source",
        must="the session ends with that very exception, bare; nothing hangs",
        cases=(
            Case(name="reading", check=_bug_in("receive", 3), on=(PLAIN, IN_PROCESS)),
            Case(name="writing", check=_bug_in("send", 2), on=(PLAIN, IN_PROCESS)),
            Case(name="source", check=_bug_in_source, on=(PLAIN, IN_PROCESS)),
        ),
    ),
    Row(
        number=84,
        fault="iterating and sending after the end",
        must="iterators end and calls raise SessionClosed; after a fault, both raise the stored "
        "error; nothing hangs",
        cases=(
            Case(name="after a good end", check=_after_the_end, on=ANYWHERE),
            Case(name="after a fault", check=_after_a_fault, on=SOCKETS),
        ),
    ),
    Row(
        number=85,
        fault="closing twice, five times at once, and from inside an iterator",
        must="all return together, and nothing happens twice",
        cases=(
            Case(name="connection", check=_many_closes, on=ANYWHERE),
            Case(name="session", check=_many_stops, on=ANYWHERE),
        ),
    ),
    Row(
        number=86,
        fault="two iterators over the same thing",
        must="each sees everything",
        cases=(Case(name="events", check=_two_iterators, on=ANYWHERE),),
    ),
    Row(
        number=89,
        fault="the block is cancelled or times out, at any moment, also on a line that is held up",
        must="it is left within 2.5 s, and nothing is left behind",
        cases=(
            Case(name="many moments", check=_cancelled_anywhere, on=ANYWHERE, bound_s=20),
            Case(name="held up", check=_timed_out, on=SOCKETS),
        ),
    ),
    Row(
        number=90,
        fault="the user's own exception inside the block",
        must="it comes out as it is: the same object, in no group",
        cases=(
            Case(name="exception", check=_user_error(lambda: _Bug("mine")), on=ANYWHERE),
            Case(
                name="group",
                check=_user_error(lambda: ExceptionGroup("mine", [_Bug("inside")])),
                on=ANYWHERE,
            ),
        ),
    ),
)
