"""How fast the local server talks.

Data only, shared by everything that plans what is sent when.
"""

import attrs

__all__ = ["Pace"]


@attrs.frozen(kw_only=True)
class Pace:
    """The tempo of answers; the real server is several times faster than speech."""

    speed: float = 6.0
    """Seconds of sound per second, after the burst; ``math.inf`` sends everything at once."""
    burst_chunks: int = 4
    """Chunks of sound that are sent at once."""
    chunk_ms: int = 100
    """Length of a chunk of sound, in ms."""
    lead_ms: int = 300
    """How far the words run ahead of the sound, in ms."""
    text_delta_s: float = 0.002
    """Seconds between two pieces of text or arguments."""

    def chunk_time_s(self, index: int) -> float:
        """Return when a chunk is sent, in seconds after the first one."""
        return max(0, index + 1 - self.burst_chunks) * self.chunk_ms / 1000 / self.speed
