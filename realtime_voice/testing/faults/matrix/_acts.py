"""What many checks do with a connection: open it, take everything, see how it ended."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import orjson

from realtime_voice.session import Session
from realtime_voice.testing.faults.matrix._expect import Unmet, expect, within
from realtime_voice.testing.faults.matrix._world import Place
from realtime_voice.transport import LinkOptions, Transport

__all__ = [
    "LEAVE_S",
    "connected",
    "end_of",
    "expect_alive",
    "left",
    "numbers",
    "take_all",
]

LEAVE_S = 2.5
"""Seconds that leaving may take, whatever has happened."""


@asynccontextmanager
async def connected(
    place: Place, *, link: LinkOptions | None = None, **options: Any
) -> AsyncGenerator[Transport]:
    """An open connection, which is closed at the end of the block; that must not take long.

    Args:
        place: Where to connect to.
        link: Limits of the connection.
        **options: More options of the client.
    """
    transport = await place.connect(link=link, **options)
    try:
        yield transport
    finally:
        with anyio.CancelScope(shield=True):
            async with within(LEAVE_S, "closing the connection"):
                await transport.aclose()


@asynccontextmanager
async def left(session: Session) -> AsyncGenerator[Session]:
    """A session in its block; leaving it must not take long.

    Args:
        session: A session that was not started.
    """
    leaving_since: float | None = None
    try:
        async with session:
            try:
                yield session
            finally:
                leaving_since = anyio.current_time()
    finally:
        if leaving_since is not None:
            took = anyio.current_time() - leaving_since
            expect(took <= LEAVE_S, f"leaving the session's block took {took:.1f} s")


async def take_all(transport: Transport) -> tuple[list[str | bytes], Exception]:
    """Everything that comes, and how it ended."""
    received: list[str | bytes] = []
    while True:
        try:
            received.append(await transport.receive())
        except Exception as exc:  # noqa: BLE001 - which one it is, is the question
            return received, exc


async def end_of(transport: Transport) -> Exception:
    """How a connection ended: the same cause must come from every call.

    Args:
        transport: A connection that ends, or has ended.

    Raises:
        Unmet: Later calls say something else.
    """
    _, cause = await take_all(transport)
    for name, call in (
        ("receive()", transport.receive),
        ("send()", lambda: transport.send('{"type":"test.late"}')),
    ):
        try:
            await call()
        except Exception as exc:  # noqa: BLE001 - compared
            expect(exc is cause, f"{name} raised {exc!r} after {cause!r}")
        else:
            raise Unmet(f"{name} worked after {cause!r}")
    try:
        transport.send_nowait('{"type":"test.late"}')
    except Exception as exc:  # noqa: BLE001 - compared
        expect(exc is cause, f"send_nowait() raised {exc!r} after {cause!r}")
    else:
        raise Unmet(f"send_nowait() worked after {cause!r}")
    return cause


def numbers(received: list[str | bytes]) -> list[int]:
    """The numbers of a flood's events, in the order in which they came."""
    found: list[int] = []
    for frame in received:
        event = orjson.loads(frame)
        if event["type"] == "test.flood":
            found.append(event["number"])
    return found


async def expect_alive(session: Session) -> None:
    """Make sure that a session still converses: something typed gets its answer.

    Args:
        session: A running session.

    Raises:
        Unmet: There is no answer.
    """
    async with within(5, "an answer"):
        turns = session.turns()
        await session.send_text("Are you still there?")
        async for turn in turns:
            if turn.user is None:
                continue
            said = "" if turn.assistant is None else turn.assistant.text
            expect(bool(said), f"an answer without text: {turn.incomplete_reason}")
            return
    raise Unmet("the turns ended without an answer")
