"""The watchdog of a link: decides when to ask for a sign of life, and when the link is dead.

No I/O and no tasks; the clocks are given. It is looked at several times within each limit. Knows
nothing of frames.
"""

import logging

from realtime_voice.errors import LinkStalled
from realtime_voice.transport._options import LinkOptions

__all__ = ["Watch"]

_log = logging.getLogger("realtime_voice")

_LOOKS = 8
_LATE_SECONDS = 1.0
_SHORTEST_SECONDS = 0.001


class Watch:
    """Judges one link.

    Args:
        options: Limits and clocks.
    """

    def __init__(self, options: LinkOptions) -> None:
        self._options = options
        self._ping_s = options.ping_s if options.ping_s is not None else float("inf")
        self._clock = options.clock
        self._heard = self._looked = self._moved = options.clock()
        self._wall = options.wall_clock()
        self._progress = 0
        self._asked = False
        self._limit_s = self._ping_s + options.pong_s
        self._told = False
        self._step_s = min(self._ping_s, options.pong_s, options.stall_s) / _LOOKS
        self._planned_s = self._step_s

    def start(self, progress: int) -> None:
        """Begin to judge.

        Args:
            progress: Bytes that have left so far.
        """
        self._heard = self._looked = self._moved = self._clock()
        self._wall = self._options.wall_clock()
        self._progress = progress

    def heard(self) -> None:
        """Note a sign of life: any byte is one."""
        self._heard = self._clock()
        self._asked = False

    def pause_s(self) -> float:
        """How many seconds to wait before the next look; never beyond a limit."""
        limit_s = self._limit_s if self._asked else self._ping_s
        left_s = self._heard + limit_s - self._clock()
        self._planned_s = min(self._step_s, max(left_s, _SHORTEST_SECONDS))
        return self._planned_s

    def look(self, *, unsent: bool, progress: int) -> bool:
        """Judge the link.

        Args:
            unsent: Whether something waits to leave.
            progress: Bytes that have left so far.

        Returns:
            Whether to send a ping now.

        Raises:
            LinkStalled: The link is dead.
        """
        now, wall = self._clock(), self._options.wall_clock()
        passed, drift = now - self._looked, (wall - self._wall) - (now - self._looked)
        self._looked, self._wall = now, wall
        if (late := passed - self._planned_s) > _LATE_SECONDS:
            self._was_blocked(now, late)
            return False
        if not unsent or progress != self._progress:
            self._moved, self._progress = now, progress
        elif now - self._moved >= self._options.stall_s:
            raise _stalled(f"nothing could be written for {self._options.stall_s:g} s")
        if abs(drift) > self._options.drift_s:
            # The machine slept: nobody knows what became of the connection meanwhile.
            self._asked, self._heard = True, now
            self._limit_s = self._options.drift_pong_s
            return True
        return self._is_silent(now)

    def _is_silent(self, now: float) -> bool:
        silent = now - self._heard
        if not self._asked:
            self._limit_s = self._ping_s + self._options.pong_s
        if silent >= self._limit_s:
            raise _stalled(f"nothing was received for {silent:.1f} s, not even an answer to a ping")
        if silent >= self._ping_s and not self._asked:
            self._asked = True
            return True
        return False

    def _was_blocked(self, now: float, late: float) -> None:
        """Our own program stood still, so the silence is ours: read first, judge later."""
        if not self._told:
            self._told = True
            _log.warning(
                "event loop blocked %.1f s: nothing could be received or sent meanwhile", late
            )
        self._heard = max(self._heard, now - self._ping_s)
        self._moved = now


def _stalled(told: str) -> LinkStalled:
    return LinkStalled(told, cause="stalled", by="client")
