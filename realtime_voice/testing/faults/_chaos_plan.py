"""What a chaos proxy does to a line, and what it did. Data only."""

from typing import Literal, TypeAlias

import attrs

from realtime_voice.errors import ConfigError
from realtime_voice.testing.faults._checks import above, at_least, one_of

__all__ = ["Action", "ChaosEvent", "ChaosPlan", "Direction", "End", "OneWay", "Place"]

Direction: TypeAlias = Literal["up", "down"]
"""``up``: to the server; ``down``: to the client."""

Action: TypeAlias = Literal["delay", "stall", "resume", "swallow", "cut"]
"""What can be done to a line."""

End: TypeAlias = Literal["fin", "rst"]
"""How a connection ends: it just ends, or it breaks."""

Place: TypeAlias = int | tuple[int, int] | None
"""Number of a byte; or the first and the last of those among which the seed chooses; or never."""


def _place(_: object, attribute: "attrs.Attribute[Place]", value: Place) -> None:
    first, last = value if isinstance(value, tuple) else (value or 0,) * 2
    if not 0 <= first <= last:
        raise ConfigError(
            f"{attribute.name} must be a byte from 0 on, or the first and the last of a range, "
            f"not {value!r}",
            field=attribute.name,
            value=value,
        )


@attrs.frozen(kw_only=True)
class OneWay:
    """One direction of a line. Bytes are counted from the first one behind the connect."""

    latency_s: float = attrs.field(default=0.0, validator=at_least(0))
    """Seconds that every byte is late."""
    jitter_s: float = attrs.field(default=0.0, validator=at_least(0))
    """Most that a piece of the stream is later still, in seconds; the seed says how much. The
    order stays."""
    bytes_per_s: float | None = attrs.field(default=None, validator=above(0))
    """How fast the line is; None: as fast as it goes."""
    trickle_bytes: int | None = attrs.field(default=None, validator=at_least(1))
    """Most bytes in one piece; the seed says how many. None: pieces of 1,460 bytes."""
    stall_at: Place = attrs.field(default=None, validator=_place)
    """Where the line stands still: nothing is read or forwarded, so that senders are held up."""
    stall_s: float | None = attrs.field(default=None, validator=at_least(0))
    """For how many seconds; None: until ``resume()``."""
    swallow_at: Place = attrs.field(default=None, validator=_place)
    """Where the line becomes half-open: what comes is taken and never forwarded, the end too."""
    cut_at: Place = attrs.field(default=None, validator=_place)
    """Where the whole connection ends: so many bytes are forwarded, and then no more."""
    cut_how: End = attrs.field(default="fin", validator=one_of("fin", "rst"))
    """``fin``: it ends; ``rst``: it breaks."""


@attrs.frozen(kw_only=True)
class ChaosPlan:
    """A line: both directions."""

    up: OneWay = OneWay()
    """To the server."""
    down: OneWay = OneWay()
    """To the client."""

    @classmethod
    def both(cls, way: OneWay) -> "ChaosPlan":
        """Return a line that is the same in both directions.

        Args:
            way: Either direction.
        """
        return cls(up=way, down=way)


@attrs.frozen(kw_only=True)
class ChaosEvent:
    """Something that a proxy did. A list of them is a plan that can be replayed."""

    connection: int
    """Number of the connection, from 1 on."""
    direction: Direction
    """Which way."""
    byte: int
    """How many bytes had been forwarded that way, or, for ``delay``, where the piece begins."""
    action: Action
    """What was done."""
    size: int | None = None
    """Bytes of the piece; only with ``delay``."""
    seconds: float | None = None
    """How late the piece is, which is 0 if it only travels by itself; or how long the line stands
    still; None: no end is known."""
    how: End | None = None
    """How the connection ended; only with ``cut``."""
