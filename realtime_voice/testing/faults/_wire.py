"""Faults of a living connection, below the messages: TCP and WebSocket frames. Data only."""

from typing import ClassVar, Literal

import attrs

from realtime_voice.testing.faults._checks import (
    above,
    at_least,
    at_most_bytes,
    between,
    one_of,
)
from realtime_voice.testing.faults._triggers import BEHIND_SESSION, Trigger

__all__ = [
    "BREACHES",
    "Breach",
    "Close",
    "Cut",
    "GoSilent",
    "IgnoreClose",
    "OversizedHeader",
    "PingEvery",
    "SendPong",
    "SendRaw",
    "SlowWriting",
    "StopReading",
]

BREACHES = (
    "reserved_bit",
    "reserved_opcode",
    "masked",
    "long_control",
    "fragmented_control",
    "lone_continuation",
    "message_in_message",
    "long_length",
    "negative_length",
    "close_one_byte",
    "close_bad_code",
    "close_bad_text",
    "invalid_text",
    "surrogate",
    "cut_text",
)
"""Every way in which :class:`Breach` breaks the protocol."""

_OF_TEXT = frozenset({"close_bad_text", "invalid_text", "surrogate", "cut_text"})


@attrs.frozen(kw_only=True)
class Cut:
    """The connection ends without a close frame. What was sent before arrives first."""

    in_process: ClassVar[bool] = False
    """Whether it can be had without a socket."""

    when: Trigger = BEHIND_SESSION
    """When it strikes."""
    how: Literal["fin", "rst"] = attrs.field(default="fin", validator=one_of("fin", "rst"))
    """``fin``: it ends; ``rst``: it breaks."""
    mid_frame: bool = False
    """The first half of a frame goes out before."""


@attrs.frozen(kw_only=True)
class StopReading:
    """Nothing of the client is read any more, so that its sends are held up."""

    in_process: ClassVar[bool] = True
    """Whether it can be had without a socket."""

    when: Trigger = BEHIND_SESSION
    """When it strikes."""


@attrs.frozen(kw_only=True)
class GoSilent:
    """Nothing is sent any more: no event, no pong, no close.

    With :class:`StopReading` it is the server's half of a link that died without a word.
    """

    in_process: ClassVar[bool] = True
    """Whether it can be had without a socket."""

    when: Trigger = BEHIND_SESSION
    """When it strikes."""


@attrs.frozen(kw_only=True)
class PingEvery:
    """Pings, also when the client closes; the record tells how soon each was answered."""

    in_process: ClassVar[bool] = False
    """Whether it can be had without a socket."""

    when: Trigger = BEHIND_SESSION
    """When it begins."""
    interval_s: float = attrs.field(default=1.0, validator=at_least(0))
    """Seconds between two pings; 0: without a pause, which makes a flood."""
    count: int | None = attrs.field(default=None, validator=at_least(1))
    """How many; None: until the connection ends."""


@attrs.frozen(kw_only=True)
class SendPong:
    """A pong that nobody asked for; legal."""

    in_process: ClassVar[bool] = False
    """Whether it can be had without a socket."""

    when: Trigger = BEHIND_SESSION
    """When it strikes."""
    payload: bytes = attrs.field(default=b"", validator=at_most_bytes(125))
    """What the pong carries, up to 125 bytes."""


@attrs.frozen(kw_only=True)
class Close:
    """The server closes. In the middle of an answer, say, or with a code that means no."""

    in_process: ClassVar[bool] = True
    """Whether it can be had without a socket."""

    when: Trigger = BEHIND_SESSION
    """When it strikes."""
    code: int | None = attrs.field(default=1000, validator=between(0, 65_535))
    """Close code, any number that two bytes hold; None: a close frame without one."""
    reason: str = ""
    """Reason text."""


@attrs.frozen(kw_only=True)
class IgnoreClose:
    """The client's close is never answered, and the TCP connection stays."""

    in_process: ClassVar[bool] = False
    """Whether it can be had without a socket."""


@attrs.frozen(kw_only=True)
class SlowWriting:
    """A slow line to the client."""

    in_process: ClassVar[bool] = False
    """Whether it can be had without a socket."""

    when: Trigger = BEHIND_SESSION
    """When it begins."""
    bytes_per_s: float = attrs.field(validator=above(0))
    """How many bytes a second go out."""


@attrs.frozen(kw_only=True)
class Breach:
    """A frame that breaks RFC 6455. The server then goes on as before."""

    in_process: ClassVar[bool] = False
    """Whether it can be had without a socket."""

    when: Trigger = BEHIND_SESSION
    """When it strikes."""
    kind: str = attrs.field(validator=one_of(*BREACHES))
    """What is wrong, a word of :data:`BREACHES`."""

    @property
    def close_code(self) -> int:
        """The code with which a client should close: 1007 for bad text, else 1002."""
        return 1007 if self.kind in _OF_TEXT else 1002


@attrs.frozen(kw_only=True)
class OversizedHeader:
    """The header of a text frame that declares more than anybody can take; little follows."""

    in_process: ClassVar[bool] = False
    """Whether it can be had without a socket."""

    when: Trigger = BEHIND_SESSION
    """When it strikes."""
    length: int = attrs.field(default=1 << 40, validator=at_least(65_536))
    """Declared length in bytes."""


@attrs.frozen(kw_only=True)
class SendRaw:
    """Any bytes, past the frames."""

    in_process: ClassVar[bool] = False
    """Whether it can be had without a socket."""

    when: Trigger = BEHIND_SESSION
    """When it strikes."""
    data: bytes
    """What is sent."""
