"""The limits of one connection."""

import time
from collections.abc import Callable

import attrs

__all__ = ["LinkOptions"]


@attrs.frozen(kw_only=True)
class LinkOptions:
    """Limits of one connection."""

    max_message_bytes: int = 64 << 20
    """Largest message to accept."""
    max_fragments: int = 16_384
    """Most fragments of one message."""
    max_backlog_bytes: int = 128 << 20
    """Most that may wait for a receiver who does not come, in bytes; then the link is closed."""
    ping_s: float | None = 4.8
    """Seconds of silence after which to ask for a sign of life; None: never. With ``pong_s`` it
    keeps within the ten seconds in which a dead link is to be found."""
    pong_s: float = 5.0
    """Seconds to wait for that sign."""
    stall_s: float = 4.0
    """Seconds without progress of a write after which the link counts as dead."""
    close_s: float = 2.0
    """Seconds that the peer gets to finish a close."""
    drift_s: float = 10.0
    """Seconds by which the wall clock may run away from the monotonic one before the machine
    counts as having slept."""
    drift_pong_s: float = 2.0
    """Seconds to wait for a sign of life after that."""
    slice_bytes: int = 16_384
    """Most to write at once to a network stream that is no socket of ours. 0: whole frames only,
    for streams that want them so."""
    clock: Callable[[], float] = time.monotonic
    """Tells the time by which everything is judged, in seconds."""
    wall_clock: Callable[[], float] = time.time
    """Tells the time of day, in seconds; only to find out that the machine slept."""
