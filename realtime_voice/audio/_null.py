"""A speaker without a device: it plays by the clock, and what it plays is gone.

:class:`Playhead` is the arithmetic behind every sink that plays by the clock; :class:`NullSink`
is the plainest of them. Bytes are counted here and not looked at.
"""

import time
from collections.abc import Callable

import anyio
import anyio.lowlevel

from realtime_voice.audio._checks import checked_format, checked_frames, checked_positive
from realtime_voice.audio._protocol import AudioSink
from realtime_voice.formats import PCM16_24K, AudioFormat

__all__ = ["NullSink", "Playhead"]

_LONGEST_NAP_S = 0.02
"""Sound may be cleared while somebody waits for its end, and a given clock may run fast."""

_CLOCK_ERROR_FRAMES = 1e-3


class Playhead:
    """Where playing has got to, when sound is played without a gap as long as there is some.

    Counting starts anew only where the sound ran out, so that nothing is rounded in between.

    Args:
        rate: Frames per second of the clock.
        clock: Returns seconds that only grow.
    """

    def __init__(self, rate: float, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._clock = clock
        self._written = 0
        self._rendered = 0
        self._base = 0
        self._since = 0.0

    @property
    def frames_rendered(self) -> int:
        """Frames played up to now."""
        if self._rendered < self._written:
            # A clock in seconds is a float: what it says is 2400 frames may come out as 2399.99.
            elapsed = (self._clock() - self._since) * self._rate + _CLOCK_ERROR_FRAMES
            played = self._base + int(elapsed)
            self._rendered = min(self._written, max(self._rendered, played))
        return self._rendered

    @property
    def remaining_s(self) -> float:
        """Seconds until everything that was written has been played; 0 when it has."""
        if self.frames_rendered == self._written:
            return 0.0
        end = self._since + (self._written - self._base) / self._rate
        return max(end - self._clock(), 0.0) or 1 / self._rate

    def write(self, frames: int) -> None:
        """Queue some frames."""
        if self.frames_rendered == self._written:
            self._base = self._written
            self._since = self._clock()
        self._written += frames

    def clear(self) -> int:
        """Forget what was not played; returns the frames played up to now."""
        self._written = self.frames_rendered
        return self._written

    async def drain(self) -> None:
        """Wait until everything has been played or cleared."""
        await anyio.lowlevel.checkpoint()
        # Polled: the clock may be anybody's, and sound may be written or cleared meanwhile.
        while remaining := self.remaining_s:  # noqa: ASYNC110 - no event says that time has passed
            await anyio.sleep(min(remaining, _LONGEST_NAP_S))


class NullSink(AudioSink):
    """Plays in real time to nobody: for servers, tests and machines without a sound card.

    It answers what a listener would have heard: after :meth:`write`, :attr:`frames_rendered`
    grows with the clock, without drift, until everything was played.

    Args:
        format: Layout of what :meth:`write` takes.
        speed: How many times faster than real time it plays.
        clock: Returns seconds that only grow; give your own to control time in tests.

    Raises:
        AudioError: ``speed`` is not a finite number above 0, or ``format`` no
            :class:`AudioFormat`.
    """

    def __init__(
        self,
        format: AudioFormat = PCM16_24K,  # noqa: A002 - the contract's name
        speed: float = 1.0,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.format = checked_format(format, "NullSink")
        self._speed = checked_positive(speed, "speed")
        self._playhead = Playhead(format.rate * self._speed, clock)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.format!r}, speed={self._speed:g})"

    def write(self, data: bytes) -> None:
        """Queue sound for playing.

        Raises:
            AudioError: ``data`` is not bytes or not a whole number of frames.
        """
        sound = checked_frames(data, self.format, "NullSink.write")
        self._playhead.write(self.format.frames(len(sound)))

    def clear(self) -> int:
        """Stop at once; returns the frames played since the sink was made."""
        return self._playhead.clear()

    @property
    def frames_rendered(self) -> int:
        """Frames played since the sink was made."""
        return self._playhead.frames_rendered

    async def drain(self) -> None:
        """Wait until everything that was written has been played (or cleared)."""
        await self._playhead.drain()

    async def aclose(self) -> None:
        """Stop playing."""
        self.clear()
