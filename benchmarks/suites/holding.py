"""Holding: how long one large message keeps the event loop from doing anything else."""

import time

import anyio
import anyio.lowlevel

from benchmarks.adapters.base import Sink
from benchmarks.suites.base import Rig, Values

SIZES = {"1mib": 1 << 20, "20mb": 20_000_000}
KINDS = ("sound", "text")
TIMES = 3
AFTER_S = 0.3


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
    """Milliseconds of the longest lap around one message, the middle of three; by size and kind."""
    connection = await rig.adapter.open(Sink())
    found: Values = {}
    for label, size in SIZES.items():
        for kind in KINDS:
            laps = sorted([await _hold(rig, size, kind) for _ in range(TIMES)])
            found[f"held_{label}_{kind}_ms"] = laps[TIMES // 2] * 1e3
    await connection.aclose()
    await rig.control.settled(0)
    return found


async def _hold(rig: Rig, size: int, kind: str) -> float:
    lap = Lap()
    async with anyio.create_task_group() as group:
        group.start_soon(lap.run)
        await rig.control("large", size=size, kind=kind)
        await anyio.sleep(AFTER_S)
        group.cancel_scope.cancel()
    return lap.longest_s
