"""What the session itself tells, beside what the core tells."""

from typing import Literal

import attrs

__all__ = ["AudioDropped"]


@attrs.frozen(kw_only=True)
class AudioDropped:
    """Live sound of the user was dropped because it could not be sent in time."""

    duration_ms: float
    """How much, in ms."""
    total_ms: float
    """How much since the session began and for the same reason, in ms."""
    why: Literal["source", "uplink"] = "source"
    """Who dropped it: the source, which was not read in time; or the session, because the
    connection is too slow and ``uplink_overflow="drop"`` was asked for."""
