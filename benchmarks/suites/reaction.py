"""Reaction: our own time from ``speech_started`` to the truncate, inside this process.

The clock starts when the transport hands the frame with ``speech_started`` over, before it is
decoded, and stops when the transport has taken the truncate. Quiet, and with 9 s of sound on both
sides: the model's voice before the frame, and the user's, given to the session at once. Wall time
has in it whatever else the machine does; CPU time is that of the event loop's thread alone.
"""

import time
from typing import Any

import anyio

import realtime_voice as rv
from benchmarks.adapters.base import KEY, Sink
from benchmarks.adapters.realtime_voice import Voice
from benchmarks.stats import percentile
from benchmarks.suites.base import SOUNDS_PER_TURN, Rig, Values, number_or_none, sound

QUEUED_S = 9
APPEND_MS = 20


class Stopwatch:
    """A transport around another one, that looks at the clock."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._began = self._began_cpu = 0.0
        self.walls: list[float] = []
        self.cpus: list[float] = []
        self.aclose = inner.aclose

    async def receive(self) -> str | bytes:
        return self._heard(await self._inner.receive())

    def receive_nowait(self) -> str | bytes | None:
        frame = self._inner.receive_nowait()
        return None if frame is None else self._heard(frame)

    async def send(self, data: str | bytes) -> None:
        await self._inner.send(data)
        self._said(data)

    def send_nowait(self, data: str | bytes) -> bool:
        taken: bool = self._inner.send_nowait(data)
        if taken:
            self._said(data)
        return taken

    def _heard(self, frame: Any) -> Any:
        if len(frame) < 400 and _holds(frame, "speech_started"):
            self._began, self._began_cpu = time.perf_counter(), time.thread_time()
        return frame

    def _said(self, data: str | bytes) -> None:
        if self._began and len(data) < 400 and _holds(data, "item.truncate"):
            self.walls.append(time.perf_counter() - self._began)
            self.cpus.append(time.thread_time() - self._began_cpu)
            self._began = 0.0


def _holds(frame: str | bytes, words: str) -> bool:
    return words in frame if isinstance(frame, str) else words.encode() in frame


class TimedClient:
    """A client whose connections have a stopwatch."""

    def __init__(self, url: str) -> None:
        self._client = rv.RealtimeClient(KEY, base_url=url)
        self.connect_timeout = self._client.connect_timeout
        self.watches: list[Stopwatch] = []

    async def connect(self, *, model: str | None = None) -> Stopwatch:
        self.watches.append(Stopwatch(await self._client.connect(model=model)))
        return self.watches[-1]


async def measure(rig: Rig) -> Values:
    """Microseconds of our own; ``queued`` with 9 s of sound on both sides."""
    client = TimedClient(rig.adapter.url)
    found: Values = {}
    for name, behind, queued in (("quiet", 1, False), ("queued", SOUNDS_PER_TURN, True)):
        client.watches.clear()
        connection = await Voice(client, Sink(), plays=True).start(rig.adapter.group)
        for turn in range(rig.parameters["barge_ins"]):
            await rig.control("open_response", turn=turn, sounds=2)
            await anyio.sleep(0.01)
            async with anyio.create_task_group() as group:
                if queued:
                    group.start_soon(_talk, connection)
                with rig.watch.watching(1):
                    await rig.control("barge_in", turn=turn, behind=behind)
        await connection.aclose()
        await rig.control.settled(0)
        walls = [value * 1e6 for watch in client.watches for value in watch.walls]
        cpus = [value * 1e6 for watch in client.watches for value in watch.cpus]
        if len(walls) < rig.parameters["barge_ins"]:
            raise RuntimeError(f"{len(walls)} of {rig.parameters['barge_ins']} were answered")
        found[f"reaction_{name}_p50_us"] = number_or_none(percentile(walls, 50))
        found[f"reaction_{name}_p99_us"] = number_or_none(percentile(walls, 99))
        found[f"reaction_{name}_cpu_p50_us"] = number_or_none(percentile(cpus, 50))
        found[f"reaction_{name}_cpu_p99_us"] = number_or_none(percentile(cpus, 99))
    return found


async def _talk(connection: Voice) -> None:
    """Nine seconds of the user's voice at once."""
    for _ in range(QUEUED_S * 1000 // APPEND_MS):
        await connection.append(sound(APPEND_MS))
