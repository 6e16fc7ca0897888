"""What a link does while nobody looks: pongs for a sleeper, the event loop, dead lines, memory.

``nox -s endurance`` runs ``python -m tests.conformance.endurance`` and prints a table for each.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from functools import partial

import anyio
import attrs
from anyio.lowlevel import checkpoint

from realtime_voice.codec import decode_server_event
from tests.conformance import half_open, slow_consumer
from tests.conformance.strict_peer import serving_strictly
from tests.conformance.tables import say, table
from tests.conformance.transports import TRANSPORTS, TransportKind, find_transport, linked, run_on

__all__ = ["Hold", "Pongs", "holding", "main", "pongs", "sending"]

_MAX_PONG_S = 0.1
_MIB = 1 << 20
_LIMITS_S = {_MIB: 0.005, 20_000_000: 0.05}
"""How long a message of so many bytes may hold the loop, in seconds."""
_FRAGMENTS = 16_384
"""As many as a link accepts by default, of one message."""
_ROUNDS = 3


# --- Pongs -----------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Pongs:
    """How the pings of a server were answered."""

    pings: int
    """How many there were."""
    answered: int
    """How many of them were answered."""
    worst_s: float
    """Longest time between a ping and its pong, in seconds, as the server saw it."""

    @property
    def is_good(self) -> bool:
        """Whether each was answered in time."""
        return self.answered == self.pings and self.worst_s <= _MAX_PONG_S


async def pongs(kind: TransportKind, url: str, *, seconds: float, every: float = 0.05) -> Pongs:
    """Sleep over a link on which a server pings and talks.

    Args:
        kind: The transport.
        url: Address of a strict server.
        seconds: How long to sleep.
        every: Seconds between two pings; five messages come along with each.
    """
    async with linked(kind, f"{url}/ping?every={every}&seconds={seconds}") as link:
        await anyio.sleep(seconds + 0.5)
        while not (message := str(await link.receive())).startswith("{"):
            pass
    report = json.loads(message)
    return Pongs(pings=report["pings"], answered=report["pongs"], worst_s=report["worst_s"])


# --- The event loop --------------------------------------------------------------------------


class Hold:
    """Measures how long the loop is held: processor time between two turns of a task of its own.

    Processor time, because on a busy machine the system takes the processor away for longer than
    any message does.
    """

    def __init__(self) -> None:
        self.longest_s = 0.0
        """The longest time up to now, in seconds."""

    async def run(self) -> None:
        """Take a turn whenever there is one, until cancelled."""
        last = time.thread_time()
        while True:
            await checkpoint()
            now = time.thread_time()
            self.longest_s = max(self.longest_s, now - last)
            last = now


async def holding(kind: TransportKind, url: str, *, size: int, fragments: int = 1) -> float:
    """Receive and decode a large event.

    Returns:
        How long the loop was held at most, in seconds.
    """
    hold = Hold()
    async with (
        linked(kind, f"{url}/message?size={size}&fragments={fragments}") as link,
        anyio.create_task_group() as group,
    ):
        group.start_soon(hold.run)
        await link.send("now")
        decode_server_event(await link.receive())
        await checkpoint()
        group.cancel_scope.cancel()
    return hold.longest_s


async def sending(kind: TransportKind, url: str, *, size: int) -> float:
    """Send a large message.

    Returns:
        How long the loop was held at most, in seconds.
    """
    hold = Hold()
    text = "x" * size
    async with (
        linked(kind, f"{url}/message?size=1000&fragments=1") as link,
        anyio.create_task_group() as group,
    ):
        group.start_soon(hold.run)
        await link.send(text)
        await link.receive()
        group.cancel_scope.cancel()
    return hold.longest_s


def _loop_rows(kind: TransportKind, url: str) -> list[list[object]]:
    """Each measure a few times: the median says what the library does."""
    measures = {
        "receive 1 MiB": (_MIB, partial(holding, kind, url, size=_MIB)),
        "receive 1 MiB in 16,384 fragments": (
            _MIB,
            partial(holding, kind, url, size=_MIB, fragments=_FRAGMENTS),
        ),
        "send 1 MiB": (_MIB, partial(sending, kind, url, size=_MIB)),
        "receive 20 MB": (20_000_000, partial(holding, kind, url, size=20_000_000)),
        "send 20 MB": (20_000_000, partial(sending, kind, url, size=20_000_000)),
    }
    rows: list[list[object]] = []
    for name, (size, measure) in measures.items():
        held = sorted(run_on(kind, measure) for _ in range(_ROUNDS))
        fine = held[_ROUNDS // 2] <= _LIMITS_S[size]
        limit = _LIMITS_S[size] * 1000
        shown = [seconds * 1000 for seconds in (held[_ROUNDS // 2], held[-1])]
        rows.append([kind.name, name, *shown, limit, "yes" if fine else "NO"])
    return rows


# --- All of it -------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure everything; the status is 0 if every figure keeps its limit."""
    parts = ("pongs", "loop", "half-open", "memory")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", choices=parts, default=[])
    parser.add_argument("--transport", action="append", default=[], help="only this one")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long the consumer sleeps")
    options = parser.parse_args(arguments)
    kinds = [find_transport(name) for name in options.transport] or list(TRANSPORTS)
    wanted = options.only or parts
    good = True
    with serving_strictly() as url:
        if "pongs" in wanted:
            good &= _tell_pongs(kinds, url, options.seconds)
        if "loop" in wanted:
            header = ["transport", "what", "median ms", "worst ms", "limit ms", "kept"]
            rows = [row for kind in kinds for row in _loop_rows(kind, url)]
            say(table(header, rows, words=2))
            good &= all(row[-1] == "yes" for row in rows)
    if "half-open" in wanted:
        good &= half_open.tell(kinds)
    if "memory" in wanted:
        good &= slow_consumer.tell(kinds)
    return 0 if good else 1


def _tell_pongs(kinds: Sequence[TransportKind], url: str, seconds: float) -> bool:
    found = {kind.name: run_on(kind, partial(pongs, kind, url, seconds=seconds)) for kind in kinds}
    rows = [[name, one.pings, one.answered, one.worst_s * 1000] for name, one in found.items()]
    say(table(["transport", "pings", "answered", "worst ms"], rows))
    return all(one.is_good for one in found.values())


if __name__ == "__main__":
    sys.exit(main())
