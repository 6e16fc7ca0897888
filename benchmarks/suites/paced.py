"""Paced: many sessions in one process, each with sound both ways at the pace of speech.

One task feeds all microphones, spread over ten slots of each interval; the model speaks all the
time. CPU for each session, how much of what was due was sent in time, latency, private memory.
"""

import gc
import time

import anyio

from benchmarks.adapters.base import Connection, Sink
from benchmarks.stats import percentile
from benchmarks.suites.base import Memory, Rig, Values, number_or_none, sound

AT_ONCE = 10
SLOTS = 10
SETTLE_S = 0.5
WARM_UP_S = 1.0
MEAN_SOUND_S = 0.150


class Microphones:
    """Feeds every session, and counts how much of it was sent in time."""

    def __init__(self, connections: list[Connection], milliseconds: int) -> None:
        self._connections = connections
        self._pcm = sound(milliseconds)
        self._slot_s = milliseconds / 1000 / SLOTS
        self.sent = self.in_time = 0

    async def run(self) -> None:
        """Until cancelled. What is behind by more than the length of its own sound is late."""
        slots = [self._connections[number::SLOTS] for number in range(SLOTS)]
        start, slot = time.perf_counter(), 0
        while True:
            for connection in slots[slot % SLOTS]:
                await connection.append(self._pcm)
                self.sent += 1
            delay = start + slot * self._slot_s - time.perf_counter()
            if delay > -SLOTS * self._slot_s:
                self.in_time += len(slots[slot % SLOTS])
            slot += 1
            await anyio.sleep(max(delay + self._slot_s, 0.0))


async def measure(rig: Rig) -> Values:
    """See above."""
    count, milliseconds = rig.parameters["sessions"], rig.parameters["append_ms"]
    # What a library still loads after its first session belongs to the process, not to sessions.
    await anyio.sleep(SETTLE_S)
    gc.collect()
    before = Memory.now()
    sinks = [Sink(stamped=True) for _ in range(count)]
    connections = await _open(rig, sinks)
    await anyio.sleep(SETTLE_S)
    gc.collect()
    idle = Memory.now()
    found = await _run(rig, sinks, Microphones(connections, milliseconds))
    active = Memory.now()
    await rig.control("pace_stop")
    for connection in connections:
        with anyio.move_on_after(10):
            await connection.aclose()
    await rig.control.settled(0)
    return {
        **found,
        "private_idle_kb": (idle.private - before.private) / count,
        "private_active_kb": (active.private - before.private) / count,
        "resident_mb": active.resident / 1024,
    }


async def _open(rig: Rig, sinks: list[Sink]) -> list[Connection]:
    """Open a session for each sink, some at a time; no tasks, so that each lives in its own."""
    connections: list[Connection] = []
    for start in range(0, len(sinks), AT_ONCE):
        connections += [await rig.adapter.open(sink) for sink in sinks[start : start + AT_ONCE]]
    return connections


async def _run(rig: Rig, sinks: list[Sink], microphones: Microphones) -> Values:
    """Let them speak for a while, and count."""
    count, milliseconds = rig.parameters["sessions"], rig.parameters["append_ms"]
    await rig.control("pace_start")
    async with anyio.create_task_group() as group:
        group.start_soon(microphones.run)
        await anyio.sleep(WARM_UP_S)
        for sink in sinks:
            sink.latencies.clear()
        microphones.sent = microphones.in_time = 0
        cpu, wall = time.process_time(), time.perf_counter()
        with rig.watch.watching(int(count * rig.parameters["paced_s"])):
            await anyio.sleep(rig.parameters["paced_s"])
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        sent, in_time = microphones.sent, microphones.in_time
        micros = [value / 1e3 for one in sinks for value in one.latencies]
        group.cancel_scope.cancel()
    due = count * wall * 1000 / milliseconds
    return {
        "sessions": count,
        "cpu_ms_per_session_s": cpu / wall / count * 1e3,
        "sessions_per_core": count * wall / cpu,
        "sends_done": sent / due,
        "sends_on_time": min(1.0, in_time / due),
        "sound_on_time": len(micros) / (count * wall / MEAN_SOUND_S),
        "paced_latency_p50_us": number_or_none(percentile(micros, 50)),
        "paced_latency_p99_us": number_or_none(percentile(micros, 99)),
    }
