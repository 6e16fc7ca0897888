"""What the session itself tells, beside what the core tells."""

import attrs

__all__ = ["AudioDropped"]


@attrs.frozen(kw_only=True)
class AudioDropped:
    """Live sound of the user was dropped because it could not be sent in time."""

    duration_ms: float
    """How much, in ms."""
    total_ms: float
    """How much since the session began, in ms."""
