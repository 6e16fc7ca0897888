"""Faults in what is said: messages that are odd, huge, many or repeated. Data only."""

from collections.abc import Mapping
from typing import Any, ClassVar

import attrs

from realtime_voice.testing.faults._checks import at_least, one_of
from realtime_voice.testing.faults._triggers import BEHIND_SESSION, Trigger

__all__ = [
    "ODDITIES",
    "BigMessage",
    "EndlessMessage",
    "Expire",
    "Flood",
    "OddEvent",
    "Repeat",
    "SendBinary",
    "SendText",
]

ODDITIES = (
    "not_json",
    "no_object",
    "no_type",
    "type_no_text",
    "unknown_type",
    "unknown_enum",
    "missing_field",
    "wrong_type",
    "unknown_item",
    "bad_base64",
    "odd_bytes",
    "lone_surrogate",
    "too_deep",
    "long_number",
)
"""Every odd event that :class:`OddEvent` knows."""


@attrs.frozen(kw_only=True)
class SendText:
    """Any text frame."""

    in_process: ClassVar[bool] = True
    """Whether it can be had without a socket."""

    when: Trigger = BEHIND_SESSION
    """When it strikes."""
    text: str
    """What the frame holds."""


@attrs.frozen(kw_only=True)
class SendBinary:
    """A binary frame, which this protocol does not have."""

    in_process: ClassVar[bool] = True
    """Whether it can be had without a socket."""

    when: Trigger = BEHIND_SESSION
    """When it strikes."""
    data: bytes = b"\x00\x01binary"
    """What the frame holds."""


@attrs.frozen(kw_only=True)
class OddEvent:
    """A text frame that is no proper event."""

    in_process: ClassVar[bool] = True
    """Whether it can be had without a socket."""

    when: Trigger = BEHIND_SESSION
    """When it strikes."""
    kind: str = attrs.field(validator=one_of(*ODDITIES))
    """What is odd, a word of :data:`ODDITIES`. Odd sound belongs to the item that was spoken last,
    if there was one."""
    count: int = attrs.field(default=1, validator=at_least(1))
    """How many times."""


@attrs.frozen(kw_only=True)
class Repeat:
    """The event that was sent last is sent once more, with its id."""

    in_process: ClassVar[bool] = True
    """Whether it can be had without a socket."""

    when: Trigger = BEHIND_SESSION
    """When it strikes."""
    count: int = attrs.field(default=1, validator=at_least(1))
    """How many times."""


@attrs.frozen(kw_only=True)
class Flood:
    """Many events without a pause."""

    in_process: ClassVar[bool] = True
    """Whether it can be had without a socket."""

    when: Trigger = BEHIND_SESSION
    """When it strikes."""
    count: int = attrs.field(default=1000, validator=at_least(1))
    """How many."""
    event: Mapping[str, Any] = attrs.field(factory=lambda: {"type": "test.flood"})
    """The event; each gets an ``event_id`` of its own and a ``number``, from 1 on."""


@attrs.frozen(kw_only=True)
class BigMessage:
    """A large event of an unknown type, ``test.big``: one frame, or fragments."""

    in_process: ClassVar[bool] = True
    """Whether it can be had without a socket; without fragments it can."""

    when: Trigger = BEHIND_SESSION
    """When it strikes."""
    size: int = attrs.field(default=20_000_000, validator=at_least(100))
    """Bytes of the whole message."""
    fragment_bytes: int | None = attrs.field(default=None, validator=at_least(1))
    """Bytes of each fragment; None: one frame."""


@attrs.frozen(kw_only=True)
class EndlessMessage:
    """A text message whose fragments never end, until the client hangs up."""

    in_process: ClassVar[bool] = False
    """Whether it can be had without a socket."""

    when: Trigger = BEHIND_SESSION
    """When it begins."""
    fragment_bytes: int = attrs.field(default=65_536, validator=at_least(0))
    """Bytes of each fragment."""


@attrs.frozen(kw_only=True)
class Expire:
    """The session has reached its time: ``error`` with ``session_expired``, then close 1001."""

    in_process: ClassVar[bool] = True
    """Whether it can be had without a socket."""

    when: Trigger = BEHIND_SESSION
    """When it strikes."""
