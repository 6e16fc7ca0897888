"""Rows 23, 26, 32 to 34, 40 and 91: how a connection ends, and how long leaving takes."""

from typing import Any

import anyio
import orjson

from realtime_voice.errors import ConnectionLost, SessionExpired
from realtime_voice.session import Session
from realtime_voice.testing.faults import (
    AfterEvents,
    Close,
    Cut,
    Expire,
    Flood,
    IgnoreClose,
    StopReading,
)
from realtime_voice.testing.faults.matrix._acts import (
    LEAVE_S,
    connected,
    end_of,
    left,
    numbers,
    take_all,
)
from realtime_voice.testing.faults.matrix._expect import expect, expect_error, within
from realtime_voice.testing.faults.matrix._rows import ANYWHERE, SOCKETS, Case, Check, Row
from realtime_voice.testing.faults.matrix._world import World
from realtime_voice.transport import LinkOptions, Transport

__all__ = ["ROWS"]

_BURST = 2000
_MID_ANSWER = AfterEvents(count=3, event="response.output_audio.delta")


def _cut(how: str, *, mid_frame: bool = False) -> Check:
    """Everything that came before the cut is delivered, in order, and then told how it ended."""

    async def check(world: World) -> None:
        cut = Cut(how="rst" if how == "rst" else "fin", mid_frame=mid_frame)
        async with world.serving(Flood(count=_BURST), cut) as place, connected(place) as transport:
            received, error = await take_all(transport)
            found = numbers(received)
            expect(
                found == list(range(1, _BURST + 1)),
                f"{len(found)} of {_BURST} messages were delivered before the end",
            )
            cause = "reset" if how == "rst" else "eof"
            expect_error(error, ConnectionLost, cause=cause, by="server", retryable=True)
            told = "in the middle of a message" in str(error)
            expect(told is mid_frame, f"{error} tells the wrong place of the cut")
            again = await end_of(transport)
            expect(again is error, f"{again!r} after {error!r}")

    return check


def _cut_session(how: str) -> Check:
    """In the middle of an answer: the block and every iterator get the same error."""

    async def check(world: World) -> None:
        cut = Cut(how="rst" if how == "rst" else "fin", when=_MID_ANSWER)
        async with world.serving(cut) as place:
            await _ends_with(world, place.session(), ConnectionLost, retryable=True)

    return check


async def _ends_with(world: World, session: Session, kind: type[Exception], **fields: Any) -> None:
    """A session that is spoken to ends; its iterators must not end by silence."""
    iterators = (session.turns(), session.events(), session.assistant_transcripts())
    errors: list[BaseException] = []

    async def drain(values: object) -> None:
        try:
            async for _ in values:  # type: ignore[attr-defined] # any of them
                pass
        except Exception as exc:  # noqa: BLE001 - which one it is, is the question
            errors.append(exc)
        else:
            errors.append(StopAsyncIteration(f"an iterator ended without a word on {world}"))

    async with left(session), anyio.create_task_group() as group:
        for values in iterators:
            group.start_soon(drain, values)
        await session.send_text("Say something.")
    for error in errors:
        expect_error(error, kind, **fields)
    expect(session.result is not None, "there is no result")


def _closed(code: int | None, *, reason: str = "") -> Check:
    async def check(world: World) -> None:
        fault = Close(code=code, reason=reason)
        flood = Flood(count=50)
        async with world.serving(flood, fault) as place, connected(place) as transport:
            received, error = await take_all(transport)
            count = len(numbers(received))
            expect(count == 50, f"{count} of 50 messages were delivered before the end")
            shown = 1005 if code is None else code
            expect_error(
                error, ConnectionLost, code=shown, reason=reason, by="server", retryable=True
            )
            expect(await end_of(transport) is error, "later calls raise another cause")

    return check


def _closed_session(code: int) -> Check:
    async def check(world: World) -> None:
        async with world.serving(Close(code=code, when=_MID_ANSWER)) as place:
            await _ends_with(
                world, place.session(), ConnectionLost, code=code, by="server", retryable=True
            )

    return check


async def _expired(world: World) -> None:
    fault = Expire(when=AfterEvents(event="response.done"))
    async with world.serving(fault) as place:
        session = place.session()
        await _ends_with(world, session, SessionExpired, cause="expired", code=1001, retryable=True)
        reason = None if session.result is None else session.result.end_reason
        expect(reason == "expired", f"the result tells of {reason!r}")


async def _sender_hears(world: World) -> None:
    """Nobody receives; whoever sends is told how it ended, with the code."""
    fault = Close(code=1013, reason="try again later")
    async with world.serving(fault) as place, connected(place) as transport:
        error: Exception | None = None
        with anyio.move_on_after(3):
            while error is None:
                try:
                    await transport.send('{"type":"input_audio_buffer.clear"}')
                    await anyio.sleep(0.01)
                except Exception as exc:  # noqa: BLE001 - looked at below
                    error = exc
        expect(error is not None, "sending went on for 3 s after the close")
        if error is not None:
            expect_error(error, ConnectionLost, code=1013, reason="try again later", by="server")
            expect(await end_of(transport) is error, "receive() raises another cause")


async def _leave_unread(world: World) -> None:
    """The peer reads nothing any more, and a send is held up by it."""
    options = LinkOptions(stall_s=60, ping_s=None)
    async with world.serving(StopReading()) as place:
        transport = await place.connect(link=options)
        async with anyio.create_task_group() as group:
            group.start_soon(_fill, transport)
            await anyio.sleep(0.4)
            async with within(LEAVE_S, "closing the connection"):
                await transport.aclose()


async def _leave_session_unread(world: World) -> None:
    options = LinkOptions(stall_s=60, ping_s=None)
    when = AfterEvents(event="session.updated")
    async with world.serving(StopReading(when=when)) as place:
        session = place.session(link=options)
        second = bytes(48_000)
        async with left(session), anyio.create_task_group() as group:

            async def speak() -> None:
                while True:
                    await session.append_audio(second)

            group.start_soon(speak)
            await anyio.sleep(0.6)
            group.cancel_scope.cancel()


async def _fill(transport: Transport) -> None:
    event = orjson.dumps({"type": "input_audio_buffer.append", "audio": "A" * 400_000})
    try:
        while True:
            await transport.send(event)
    except ConnectionLost:
        return


async def _close_ignored(world: World) -> None:
    async with world.serving(IgnoreClose()) as place, connected(place):
        pass


async def _session_close_ignored(world: World) -> None:
    async with world.serving(IgnoreClose()) as place, left(place.session()):
        pass


ROWS = (
    Row(
        number=23,
        fault="the connection ends or breaks: idle, in a burst, or inside a frame",
        must="ConnectionLost with cause eof or reset, retryable, which tells of a message that was "
        "cut; everything that came before is delivered first",
        cases=(
            Case(name="end behind 2000 messages", check=_cut("fin")),
            Case(name="reset behind 2000 messages", check=_cut("rst")),
            Case(name="end inside a frame", check=_cut("fin", mid_frame=True)),
            Case(name="reset inside a frame", check=_cut("rst", mid_frame=True)),
            Case(name="end in mid-answer", check=_cut_session("fin")),
            Case(name="reset in mid-answer", check=_cut_session("rst")),
        ),
    ),
    Row(
        number=26,
        fault="the server stops reading, and the user leaves the block",
        must="leaving takes at most 2.5 s, also with a send that is held up",
        cases=(
            Case(name="connection", check=_leave_unread, on=SOCKETS),
            Case(name="session", check=_leave_session_unread, on=SOCKETS),
        ),
    ),
    Row(
        number=32,
        fault="a clean close, 1000 or 1001, in the middle of an answer",
        must="ConnectionLost with code, reason and by server, retryable; never a silent end",
        cases=(
            Case(name="1000", check=_closed(1000), on=ANYWHERE),
            Case(name="1001", check=_closed(1001, reason="going away"), on=ANYWHERE),
            Case(name="1000 in mid-answer", check=_closed_session(1000), on=ANYWHERE),
            Case(name="1001 in mid-answer", check=_closed_session(1001), on=ANYWHERE),
        ),
    ),
    Row(
        number=33,
        fault="the session has reached its time: error session_expired, close 1001",
        must="SessionExpired, retryable; the result keeps what was said and tells why it ended",
        cases=(Case(name="expiry", check=_expired, on=ANYWHERE),),
    ),
    Row(
        number=34,
        fault="the server closes with 1005 (no code), 1011, 1012, 1013, or without a close (1006)",
        must="ConnectionLost with the code, retryable",
        cases=(
            Case(name="no code", check=_closed(None)),
            Case(name="1011", check=_closed(1011, reason="internal"), on=ANYWHERE),
            Case(name="1012", check=_closed(1012), on=ANYWHERE),
            Case(name="1013", check=_closed(1013), on=ANYWHERE),
        ),
    ),
    Row(
        number=40,
        fault="the connection is closed while the program only sends",
        must="send() raises the stored cause with code and reason, and so does every later call",
        cases=(Case(name="sender", check=_sender_hears, on=ANYWHERE),),
    ),
    Row(
        number=91,
        fault="the server never answers our close",
        must="leaving takes at most 2.5 s",
        cases=(
            Case(name="connection", check=_close_ignored, on=SOCKETS),
            Case(name="session", check=_session_close_ignored, on=SOCKETS),
        ),
    ),
)
