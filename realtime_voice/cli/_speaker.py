"""A speaker that plays by the clock to nobody, and remembers what was heard when.

What :meth:`Speaker.clear` cut off was not heard and is not remembered. It knows the contract of a
sink and nothing of sessions.
"""

from collections.abc import Callable

import anyio
import attrs
import numpy as np

from realtime_voice.audio import AudioSink, NullSink
from realtime_voice.cli._story import Track
from realtime_voice.formats import PCM16_24K

__all__ = ["Speaker"]


@attrs.define
class _Run:
    """Sound that was played without a gap."""

    started: float
    first_frame: int
    data: bytearray


class Speaker(AudioSink):
    """Plays PCM16 at 24 kHz in real time and keeps it in memory with the times of playing.

    Args:
        clock: Returns seconds that only grow.
    """

    format = PCM16_24K

    def __init__(self, *, clock: Callable[[], float] = anyio.current_time) -> None:
        self._clock = clock
        self._device = NullSink(self.format, clock=clock)
        self._runs: list[_Run] = []
        self._written = 0

    @property
    def is_silent(self) -> bool:
        """Nothing is waiting to be played."""
        return self._device.frames_rendered == self._written

    def write(self, data: bytes) -> None:
        """Queue sound for playing."""
        if self.is_silent:
            self._runs.append(_Run(self._clock(), self._written, bytearray()))
        self._device.write(data)
        self._runs[-1].data += data
        self._written += self.format.frames(len(data))

    def clear(self) -> int:
        """Stop at once; what was not played is forgotten."""
        self._written = self._device.clear()
        if self._runs:
            last = self._runs[-1]
            del last.data[self.format.bytes_for(self._written - last.first_frame) :]
        return self._written

    @property
    def frames_rendered(self) -> int:
        """Frames played since the speaker was made."""
        return self._device.frames_rendered

    async def drain(self) -> None:
        """Wait until everything that was written has been played (or cleared)."""
        await self._device.drain()

    def spans_ms(self, zero: float) -> list[tuple[float, float]]:
        """When something was to be heard: ``(start, end)`` in ms.

        Args:
            zero: Clock time from which the spans count.
        """
        rate = self.format.rate
        return [
            ((run.started - zero) * 1000, (run.started - zero + frames / rate) * 1000)
            for run in self._runs
            if (frames := self.format.frames(len(run.data)))
        ]

    def track(self, zero: float) -> Track:
        """Everything that was heard, where it was heard.

        Args:
            zero: Clock time at which the track begins.
        """
        rate = self.format.rate
        pieces = [
            (max(0, round((run.started - zero) * rate)), np.frombuffer(bytes(run.data), "<i2"))
            for run in self._runs
        ]
        samples = np.zeros(max((at + len(piece) for at, piece in pieces), default=0), np.int16)
        for at, piece in pieces:
            samples[at : at + len(piece)] = piece
        return Track(samples=samples, rate=rate)

    def voice(self) -> Track:
        """Everything that was heard, without the silence in between."""
        whole = b"".join(bytes(run.data) for run in self._runs)
        return Track(samples=np.frombuffer(whole, "<i2"), rate=self.format.rate)
