"""Random cancels of receive and send, in every style, against a server that records each frame.

A call that was cancelled while receiving must leave its message for the next one; a send that was
cancelled was not sent, or was sent whole. ``cancel_everything`` runs all of it.
"""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import anyio
import attrs

from realtime_voice.transport import Link
from tests.conformance.strict_peer import numbered, read_number
from tests.conformance.tables import table
from tests.conformance.transports import TransportKind, find_transport, linked

__all__ = ["STYLES", "Tally", "as_table", "campaign", "random_delay", "styles_of"]

CANCELLED = object()
"""What a style gives when the call did not come to its end."""
_CALLS_PER_CANCEL = 30
_TURNS_PER_SECOND = 20_000
_SENDERS = 3
_LIMIT_SECONDS = 300.0


@attrs.define(kw_only=True)
class Tally:
    """What one campaign came to."""

    transport: str
    """Name of the transport."""
    call: str
    """``receive`` or ``send``."""
    style: str
    """How calls were cancelled."""
    calls: int = 0
    """Calls that were made."""
    cancelled: int = 0
    """Calls that were cancelled before their end."""
    lost: int = 0
    """Messages that never came, although no cancelled call may have kept them from it."""
    doubled: int = 0
    """Messages that came more than once."""
    damaged: int = 0
    """Messages with other contents, and frames that a strict server refuses."""
    disordered: int = 0
    """Messages that came before an earlier one of the same sender."""
    seconds: float = 0.0
    """How long it took."""

    @property
    def is_clean(self) -> bool:
        """Whether every message came once, whole and in order."""
        return not (self.lost or self.doubled or self.damaged or self.disordered)


# --- Three ways to cancel a call -------------------------------------------------------------


async def _by_scope(call: Callable[[], Awaitable[Any]], delay: float) -> Any:
    """By a cancel scope of anyio with a deadline."""
    with anyio.move_on_after(delay):
        return await call()
    return CANCELLED


async def _by_wait_for(call: Callable[[], Awaitable[Any]], delay: float) -> Any:
    """By asyncio's own deadline, which cancels a task that it has started."""
    try:
        return await asyncio.wait_for(call(), delay)
    except TimeoutError:
        return CANCELLED


async def _by_task_cancel(call: Callable[[], Awaitable[Any]], delay: float) -> Any:
    """By cancelling the task at a time of one's own."""

    async def run() -> Any:
        return await call()

    task = asyncio.get_running_loop().create_task(run())
    # In turns of the loop: its clock is too coarse for pauses as short as these.
    for _ in range(int(delay * _TURNS_PER_SECOND)):
        await asyncio.sleep(0)
    task.cancel()
    try:
        return await task
    except asyncio.CancelledError:
        return CANCELLED


Style = Callable[[Callable[[], Awaitable[Any]], float], Awaitable[Any]]
STYLES: dict[str, Style] = {
    "anyio scope": _by_scope,
    "asyncio.wait_for": _by_wait_for,
    "task.cancel": _by_task_cancel,
}


def styles_of(kind: TransportKind) -> list[str]:
    """The styles that this kind's event loop knows."""
    return list(STYLES) if kind.backend == "asyncio" else ["anyio scope"]


def random_delay(chance: random.Random) -> float:
    """Often none at all, so that a cancel and a message meet in the same turn of the loop."""
    return 0.0 if chance.random() < 0.3 else chance.random() * 6e-4


# --- Receiving -------------------------------------------------------------------------------


async def _receiving(tally: Tally, style: Style, url: str, cancels: int, seed: int) -> None:
    kind = find_transport(tally.transport)
    chance = random.Random(seed)
    numbers: list[int] = []
    total: int | None = None
    stopped = False
    async with linked(kind, f"{url}/count?gap=0.002&seed={seed}") as link:
        while total is None:
            many = tally.cancelled >= cancels or tally.calls >= cancels * _CALLS_PER_CANCEL
            if many and not stopped:
                stopped = True
                await link.send("stop")
            tally.calls += 1
            message = await (link.receive() if many else style(link.receive, random_delay(chance)))
            if message is CANCELLED:
                tally.cancelled += 1
            elif str(message).startswith("end "):
                total = int(str(message)[4:])
            else:
                _note(tally, numbers, str(message))
    _compare(tally, Counter(numbers), range(total), set())
    tally.disordered += sum(a > b for a, b in pairwise(numbers))


def _note(tally: Tally, numbers: list[int], message: str) -> None:
    try:
        numbers.append(read_number(message)[1])
    except ValueError:
        tally.damaged += 1


# --- Sending ---------------------------------------------------------------------------------


@attrs.define(kw_only=True)
class _Senders:
    """Several tasks that send over one link at the same time."""

    tally: Tally
    style: Style
    link: Link
    cancels: int
    sent: list[tuple[int, int]] = attrs.field(factory=list)
    doubtful: set[tuple[int, int]] = attrs.field(factory=set)

    async def send(self, sender: int, chance: random.Random) -> None:
        """Send numbered messages of all sizes until enough calls were cancelled."""
        number, tally = 0, self.tally
        most = self.cancels * _CALLS_PER_CANCEL
        while tally.cancelled < self.cancels and tally.calls < most:
            tally.calls += 1
            text = numbered(sender, number, chance.choice((0, 20, 700, 6400, 6400, 40_000)))
            ended = await self.style(partial(self.link.send, text), random_delay(chance))
            if ended is CANCELLED:
                tally.cancelled += 1
                self.doubtful.add((sender, number))
            else:
                self.sent.append((sender, number))
            number += 1


async def _sending(tally: Tally, style: Style, url: str, cancels: int, seed: int) -> None:
    kind = find_transport(tally.transport)
    async with linked(kind, f"{url}/record?pause=0.0004&seed={seed}") as link:
        senders = _Senders(tally=tally, style=style, link=link, cancels=cancels)
        async with anyio.create_task_group() as group:
            for sender in range(_SENDERS):
                group.start_soon(senders.send, sender, random.Random(seed * 1000 + sender))
        await link.send("report")
        report = json.loads(await link.receive())
    arrived = [(sender, number) for sender, number in report["numbers"]]
    tally.damaged += len(report["breaches"])
    _compare(tally, Counter(arrived), senders.sent, senders.doubtful)
    for sender in range(_SENDERS):
        order = [number for who, number in arrived if who == sender]
        tally.disordered += sum(a > b for a, b in pairwise(order))


def _compare(
    tally: Tally, arrived: Counter[Any], expected: Sequence[Any], doubtful: set[Any]
) -> None:
    """Every expected message once; a doubtful one at most once; nothing else."""
    wanted = set(expected)
    tally.lost += len(wanted - set(arrived))
    tally.doubled += sum(count - 1 for count in arrived.values())
    tally.damaged += len(set(arrived) - wanted - doubtful)


# --- All of it -------------------------------------------------------------------------------


async def campaign(
    kind: TransportKind, call: str, style: str, url: str, *, cancels: int, seed: int
) -> Tally:
    """Cancel one kind of call in one style.

    Args:
        kind: The transport.
        call: ``receive`` or ``send``.
        style: A name in :data:`STYLES`.
        url: Address of a strict server.
        cancels: How many calls to cancel.
        seed: Makes the same choices again.

    Raises:
        TimeoutError: Something hangs.
    """
    tally = Tally(transport=kind.name, call=call, style=style)
    began = time.perf_counter()
    run = _receiving if call == "receive" else _sending
    with anyio.fail_after(_LIMIT_SECONDS):
        await run(tally, STYLES[style], url, cancels, seed)
    tally.seconds = time.perf_counter() - began
    return tally


def as_table(tallies: Sequence[Tally]) -> str:
    """One line for each campaign, in Markdown."""
    names = ("transport", "call", "style", "calls", "cancelled")
    faults = ("lost", "doubled", "damaged", "disordered")
    rows = [[getattr(tally, name) for name in (*names, *faults, "seconds")] for tally in tallies]
    return table([*names, *faults, "s"], rows, words=3)
