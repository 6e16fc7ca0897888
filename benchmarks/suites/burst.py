"""Burst: turns of 100 events, pushed as fast as the client takes them; CPU for each event."""

import gc
import time

import anyio

from benchmarks.adapters.base import Sink
from benchmarks.suites.base import EVENTS_PER_TURN, PCM_PER_TURN, SOUNDS_PER_TURN, Rig, Values

RUNS = 5
FEWEST, MOST = 6, 100
TIMEOUT_S = 120.0


async def measure(rig: Rig) -> Values:
    """CPU µs an event (the middle of three runs), and the events a second of the best run."""
    sink = Sink()
    connection = await rig.adapter.open(sink)
    await _run(rig, sink, 2)
    cpu, _, _ = await _run(rig, sink, 4)
    await connection.aclose()
    await rig.control.settled(0)
    turns = max(FEWEST, min(MOST, int(rig.parameters["seconds"] / (cpu / 4))))
    gc.collect()
    runs = []
    for _ in range(RUNS):
        sink = Sink()
        connection = await rig.adapter.open(sink)
        await anyio.sleep(0.05)
        runs.append(await _run(rig, sink, turns))
        await connection.aclose()
        await rig.control.settled(0)
    events = turns * EVENTS_PER_TURN
    return {
        "burst_events": events,
        "burst_cpu_us": sorted(runs)[RUNS // 2][0] / events * 1e6,
        "burst_events_per_s": events / min(wall for _, wall, _ in runs),
        "burst_server_busy": max(busy for _, _, busy in runs),
    }


async def _run(rig: Rig, sink: Sink, turns: int) -> tuple[float, float, float]:
    """CPU seconds, wall seconds, and the share of the time that the server worked."""
    before = sink.pcm_bytes
    came = sink.expect(SOUNDS_PER_TURN * turns, turns)
    cpu, wall = time.process_time(), time.perf_counter()
    with rig.watch.watching(turns * EVENTS_PER_TURN), anyio.fail_after(TIMEOUT_S):
        reply = await rig.control.start("burst", turns=turns)
        await came.wait()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    server = await reply.wait()
    if sink.pcm_bytes - before != turns * PCM_PER_TURN:
        raise RuntimeError(f"{sink.pcm_bytes - before} bytes came of {turns * PCM_PER_TURN}")
    return cpu, wall, server["cpu_s"] / wall
