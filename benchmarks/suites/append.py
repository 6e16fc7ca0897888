"""Append: the user's voice in pieces of 20 or 100 ms, until the server has them all; CPU each."""

import time

import anyio

from benchmarks.adapters.base import Connection, Sink
from benchmarks.suites.base import Rig, Values, sound

RUNS = 3
FEWEST, MOST = 200, 20_000
TIMEOUT_S = 60.0


async def measure_20(rig: Rig) -> Values:
    """CPU µs an append of 20 ms."""
    return await _measure(rig, 20)


async def measure_100(rig: Rig) -> Values:
    """CPU µs an append of 100 ms."""
    return await _measure(rig, 100)


async def _measure(rig: Rig, milliseconds: int) -> Values:
    per_frame = max(1, (rig.adapter.frame_ms or milliseconds) // milliseconds)
    connection = await rig.adapter.open(Sink())
    cpu, _ = await _run(rig, connection, milliseconds, 100, per_frame)
    count = max(FEWEST, min(MOST, int(rig.parameters["seconds"] / (cpu / 100)) // 10 * 10))
    runs = [await _run(rig, connection, milliseconds, count, per_frame) for _ in range(RUNS)]
    await connection.aclose()
    await rig.control.settled(0)
    return {
        f"append_{milliseconds}_cpu_us": sorted(runs)[RUNS // 2][0] / count * 1e6,
        f"append_{milliseconds}_per_s": count / min(wall for _, wall in runs),
    }


async def _run(
    rig: Rig, connection: Connection, milliseconds: int, count: int, per_frame: int
) -> tuple[float, float]:
    """CPU and wall seconds."""
    pcm = sound(milliseconds)
    await rig.control("reset")
    reply = await rig.control.start("wait_appends", count=count // per_frame)
    await anyio.sleep(0.01)
    append = connection.append
    cpu, wall = time.process_time(), time.perf_counter()
    with rig.watch.watching(count), anyio.fail_after(TIMEOUT_S):
        for _ in range(count):
            await append(pcm)
        came = await reply.wait()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    if came["append_bytes"] < count * len(pcm) * 4 // 3:
        raise RuntimeError("sound is missing at the server")
    return cpu, wall
