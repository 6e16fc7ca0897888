"""Connect: from nothing to a session that exists; wall and CPU time."""

import time

from benchmarks.adapters.base import Sink
from benchmarks.stats import middle
from benchmarks.suites.base import Rig, Values


async def measure(rig: Rig) -> Values:
    """Milliseconds of the middle attempt; the first in a process is told apart."""
    walls, cpus = [], []
    for _ in range(rig.parameters["connects"]):
        cpu, wall = time.process_time(), time.perf_counter()
        with rig.watch.watching(1):
            connection = await rig.adapter.open(Sink())
        walls.append((time.perf_counter() - wall) * 1e3)
        cpus.append((time.process_time() - cpu) * 1e3)
        await connection.aclose()
        await rig.control.settled(0)
    return {"connect_ms": middle(walls), "connect_cpu_ms": middle(cpus)}
