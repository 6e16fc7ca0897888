"""Holding: how long one large message keeps the event loop from doing anything else."""

import time

import anyio
import anyio.lowlevel

from benchmarks.adapters.base import Sink
from benchmarks.stats import middle
from benchmarks.suites.base import Rig, Values

SIZES = {"1mib": 1 << 20, "20mb": 20_000_000}
KINDS = ("sound", "text")
TIMES = 3
SETTLE_S = 0.1
LONGEST_S = 5.0


class Lap:
    """Goes round with the event loop, as fast as it can, and keeps the longest lap."""

    def __init__(self) -> None:
        self.longest_s = 0.0

    async def run(self) -> None:
        """Until cancelled."""
        last = time.perf_counter()
        while True:
            await anyio.lowlevel.checkpoint()
            now = time.perf_counter()
            self.longest_s = max(self.longest_s, now - last)
            last = now


async def measure(rig: Rig) -> Values:
    """Milliseconds of the longest lap around one message, the middle of three; by size and kind.

    A size that the contestant refuses is left out, and so is what would come after it.
    """
    sink = Sink()
    connection = await rig.adapter.open(sink)
    await rig.control("open_response", turn=0, sounds=1)
    await anyio.sleep(SETTLE_S)
    found: Values = {}
    for label, size in SIZES.items():
        for kind in KINDS:
            laps = [await _hold(rig, sink, size, kind) for _ in range(TIMES)]
            if None in laps:
                await connection.aclose()
                return {**found, "held_refused": f"{label} of {kind}"}
            found[f"held_{label}_{kind}_ms"] = middle(laps) * 1e3
    await connection.aclose()
    await rig.control.settled(0)
    return found


async def _hold(rig: Rig, sink: Sink, size: int, kind: str) -> float | None:
    """The longest lap in seconds; None: the message was not delivered."""
    if (await rig.control("statistics"))["connections"] == 0:
        return None
    await anyio.sleep(SETTLE_S)
    lap, before = Lap(), sink.pcm_bytes
    came = sink.expect(2 if kind == "sound" else 1, 0)
    with anyio.move_on_after(LONGEST_S) as scope:
        async with anyio.create_task_group() as group:
            group.start_soon(lap.run)
            await rig.control("large", size=size, kind=kind)
            await came.wait()
            group.cancel_scope.cancel()
    whole = kind != "sound" or sink.pcm_bytes - before > size // 2
    return None if scope.cancelled_caught or not whole else lap.longest_s
