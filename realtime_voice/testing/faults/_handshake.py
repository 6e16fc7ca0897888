"""Faults before a session exists: while connecting, and in the first words. Data only."""

from collections.abc import Mapping
from typing import ClassVar, Literal

import attrs

from realtime_voice.testing.faults._checks import above, at_least, between, one_of

__all__ = [
    "BadUpgrade",
    "DropHandshake",
    "GarbageAnswer",
    "NeverAnswer",
    "NoSession",
    "Refuse",
    "RefuseSession",
    "RejectUpdate",
    "SessionWithUpgrade",
    "TrickleUpgrade",
]


@attrs.frozen(kw_only=True)
class NeverAnswer:
    """The request is read and never answered."""

    in_process: ClassVar[bool] = False
    """Whether it can be had without a socket."""


@attrs.frozen(kw_only=True)
class DropHandshake:
    """The connection ends instead of an answer."""

    in_process: ClassVar[bool] = False
    """Whether it can be had without a socket."""

    how: Literal["fin", "rst"] = attrs.field(default="fin", validator=one_of("fin", "rst"))
    """``fin``: it ends; ``rst``: it breaks."""


@attrs.frozen(kw_only=True)
class GarbageAnswer:
    """Bytes that are no HTTP instead of an answer; then the connection ends."""

    in_process: ClassVar[bool] = False
    """Whether it can be had without a socket."""

    data: bytes = b"\x00\xffthis is no HTTP\r\n\r\n"
    """What is sent."""


@attrs.frozen(kw_only=True)
class Refuse:
    """An HTTP answer that is no upgrade, as 401, 404, 429, 503, or a redirect."""

    in_process: ClassVar[bool] = True
    """Whether it can be had without a socket; whole and at once it can."""

    status: int = attrs.field(validator=between(200, 999))
    """HTTP status."""
    headers: Mapping[str, str] = attrs.field(factory=dict[str, str])
    """More headers, such as ``Retry-After``, ``Location`` or ``x-request-id``."""
    code: str | None = None
    """The server's error code in the body, such as ``invalid_api_key``."""
    message: str = "Refused for a test."
    """The server's words in the body."""
    body: bytes | None = None
    """The body as it is; None: the JSON that tells code and message."""
    bytes_per_s: float | None = attrs.field(default=None, validator=above(0))
    """How fast the body comes; None: at once."""
    endless: bool = False
    """The body comes again and again, for ever."""


@attrs.frozen(kw_only=True)
class BadUpgrade:
    """A 101 that is not valid; behind it, the session runs as if it were."""

    in_process: ClassVar[bool] = False
    """Whether it can be had without a socket."""

    problem: Literal[
        "wrong_accept", "no_accept", "no_upgrade", "no_connection", "extension", "subprotocol"
    ] = attrs.field(
        validator=one_of(
            "wrong_accept", "no_accept", "no_upgrade", "no_connection", "extension", "subprotocol"
        )
    )
    """What is wrong: the accept key is of another request or missing, so is the header
    ``Upgrade`` or ``Connection``; an extension or a subprotocol that nobody offered is on."""


@attrs.frozen(kw_only=True)
class SessionWithUpgrade:
    """The first frames travel in one segment with the 101."""

    in_process: ClassVar[bool] = False
    """Whether it can be had without a socket."""


@attrs.frozen(kw_only=True)
class TrickleUpgrade:
    """The 101 comes byte by byte."""

    in_process: ClassVar[bool] = False
    """Whether it can be had without a socket."""

    interval_s: float = attrs.field(default=0.002, validator=at_least(0))
    """Seconds between two bytes."""


@attrs.frozen(kw_only=True)
class RefuseSession:
    """Upgraded, then an ``error`` event and a close: how the real server refuses a key or model."""

    in_process: ClassVar[bool] = True
    """Whether it can be had without a socket."""

    code: str = "invalid_api_key"
    """The server's error code."""
    message: str = "Refused for a test."
    """The server's words."""
    param: str | None = None
    """Parameter that is at fault."""
    close_code: int = attrs.field(default=3000, validator=between(1000, 4999))
    """Close code: 3000 for a key, 4000 for a request, 1008 for a policy."""


@attrs.frozen(kw_only=True)
class NoSession:
    """Upgraded, and then no ``session.created``, nor any other event; pings are answered."""

    in_process: ClassVar[bool] = True
    """Whether it can be had without a socket."""


@attrs.frozen(kw_only=True)
class RejectUpdate:
    """The first ``session.update`` is rejected."""

    in_process: ClassVar[bool] = True
    """Whether it can be had without a socket."""

    code: str = "invalid_value"
    """The server's error code."""
    message: str = "Refused for a test."
    """The server's words."""
    param: str | None = "session.audio.output.voice"
    """Parameter that is at fault."""
