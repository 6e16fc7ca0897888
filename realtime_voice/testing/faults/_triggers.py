"""When a fault strikes. Data only."""

from typing import TypeAlias

import attrs

from realtime_voice.testing.faults._checks import at_least

__all__ = [
    "BEHIND_SESSION",
    "AfterBytes",
    "AfterEvents",
    "AfterSeconds",
    "OnClientEvent",
    "OnClose",
    "Trigger",
]


@attrs.frozen(kw_only=True)
class AfterEvents:
    """Right behind an event of the server; what would come next waits for the fault."""

    count: int = attrs.field(default=1, validator=at_least(0))
    """How many events were sent; 1 is behind ``session.created``, 0 right behind the upgrade."""
    event: str | None = None
    """Wire type of the events to count, such as ``response.done``; None: every type."""


@attrs.frozen(kw_only=True)
class AfterBytes:
    """At a byte of what the server sends, wherever in a frame that is.

    In process there are no bytes: there the message counts that holds the byte.
    """

    count: int = attrs.field(validator=at_least(0))
    """Bytes behind the upgrade: frames with their headers, before encryption."""


@attrs.frozen(kw_only=True)
class AfterSeconds:
    """Some time after the upgrade."""

    seconds: float = attrs.field(validator=at_least(0))
    """Seconds."""


@attrs.frozen(kw_only=True)
class OnClientEvent:
    """When an event of the client has come, before the server acts on it."""

    event: str
    """Wire type, such as ``input_audio_buffer.commit``."""
    count: int = attrs.field(default=1, validator=at_least(1))
    """The how manieth of them it is."""


@attrs.frozen(kw_only=True)
class OnClose:
    """When the client's close frame has come, before the server answers it."""


Trigger: TypeAlias = AfterEvents | AfterBytes | AfterSeconds | OnClientEvent | OnClose
"""When a fault strikes."""

BEHIND_SESSION: Trigger = AfterEvents()
"""Right behind ``session.created``."""
