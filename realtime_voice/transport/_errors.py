"""Where the end of a connection becomes an error of this library: close codes, broken streams.

Only text and numbers are taken over: no exception of another library travels on. What goes wrong
before there is a connection is translated in ``_failures``. Knows no events and no HTTP.
"""

import os
from collections.abc import Iterator
from typing import cast

import anyio
import attrs

from realtime_voice.errors import (
    AuthError,
    ConnectionLost,
    QuotaExhausted,
    RealtimeError,
    RequestRejected,
    SessionExpired,
)

__all__ = [
    "QUOTA_CODES",
    "Route",
    "causes",
    "from_close",
    "from_network_exception",
    "from_server_error",
    "is_fatal",
    "printable",
    "reason_of",
]

QUOTA_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
"""Error codes of an account that may not spend more."""

_AUTH_CODES = frozenset({"invalid_api_key", "account_deactivated", "invalid_organization"})

_REQUEST_CODES = frozenset(
    {
        "beta_api_shape_disabled",
        "invalid_intent",
        "invalid_model",
        "missing_model",
        "model_not_found",
    }
)
_EXPIRED_CODE = "session_expired"
_CLOSE_AUTH = 3000
_CLOSE_POLICY = 1008
_CLOSE_REFUSED = range(4000, 5000)
_CLOSE_RETRYABLE = frozenset({1000, 1001, 1005, 1006, 1011, 1012, 1013, 1015})
_MAX_TEXT = 200


@attrs.define
class Route:
    """Where a connection attempt goes and how far it has come; filled in while it runs."""

    host: str
    """Name of the server."""
    port: int
    """Port of the server."""
    stage: str = "pool"
    """What is being waited for: ``api_key``, ``pool``, ``tcp``, ``proxy``, ``tls``, ``handshake``
    or ``session.created``."""


def from_close(code: int, reason: str, *, expected: bool = False) -> RealtimeError:
    """Translate the peer's close frame.

    Args:
        code: Close code.
        reason: Reason text; the service writes ``type.code`` there for a refused connection.
        expected: This side had asked for the close.

    Returns:
        The error that every later call raises.
    """
    told = f" ({shown})" if (shown := printable(reason)) else ""
    error_code = reason.rpartition(".")[2].strip() or None
    if expected:
        return ConnectionLost("the connection was closed", code=code, reason=shown, by="client")
    if code == _CLOSE_AUTH:
        return AuthError(f"the server refused the credentials{told}", status=code, code=error_code)
    if code in _CLOSE_REFUSED or code == _CLOSE_POLICY:
        return RequestRejected(
            f"the server refused the connection with close code {code}{told}",
            code=error_code,
            status=code,
        )
    lost = ConnectionLost(
        f"the server closed the connection with code {code}{told}",
        cause="closed",
        code=code,
        reason=shown,
    )
    lost.retryable = code in _CLOSE_RETRYABLE
    return lost


def from_network_exception(exc: BaseException | None, *, mid_frame: bool = False) -> ConnectionLost:
    """Translate the end of the byte stream.

    Args:
        exc: What reading or writing raised; None (or anyio's word for it) for an orderly end.
        mid_frame: A message was cut in the middle.

    Returns:
        The error that every later call raises.
    """
    cut = " in the middle of a message" if mid_frame else ""
    if exc is None or isinstance(exc, anyio.EndOfStream):
        return ConnectionLost(f"the server ended the connection{cut}", cause="eof", code=1006)
    if isinstance(exc, anyio.ClosedResourceError):
        return ConnectionLost(
            f"the connection ended{cut}: its stream was closed, with the server in this process or "
            "with the HTTP client that it belongs to",
            cause="eof",
            code=1006,
        )
    return ConnectionLost(
        f"the connection broke{cut}: {reason_of(tuple(causes(exc)))}", cause="reset", code=1006
    )


def from_server_error(
    code: str | None, message: str, *, param: str | None = None, cause: RealtimeError | None = None
) -> RealtimeError:
    """Translate an ``error`` event that ends a session, with the close that followed it.

    Args:
        code: The server's error code.
        message: The server's message.
        param: The parameter that it names.
        cause: How the connection ended, where it has.

    Returns:
        The error to raise; ``cause`` itself where the event does not explain the end.
    """
    told = printable(message)
    status = cause.code if isinstance(cause, ConnectionLost) else getattr(cause, "status", None)
    if code == _EXPIRED_CODE:
        reason = cause.reason if isinstance(cause, ConnectionLost) else ""
        text = f"the server's time limit for one session was reached: {told}"
        return SessionExpired(text, cause="expired", code=status, reason=reason)
    if code in QUOTA_CODES:
        return QuotaExhausted(told, status=status, code=code)
    if code in _AUTH_CODES or isinstance(cause, AuthError):
        return AuthError(f"the server refused the credentials: {told}", status=status, code=code)
    if code in _REQUEST_CODES or isinstance(cause, RequestRejected) or cause is None:
        return RequestRejected(told, code=code, param=param, status=status)
    return cause


def is_fatal(code: str | None) -> bool:
    """Whether an ``error`` event with this code ends a session for good, whoever caused it."""
    return code in _AUTH_CODES or code in QUOTA_CODES


def causes(exc: BaseException) -> Iterator[BaseException]:
    """The exception, its causes, and the members of groups among them."""
    waiting: list[BaseException | None] = [exc]
    seen: set[int] = set()
    while waiting:
        current = waiting.pop(0)
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        if isinstance(current, BaseExceptionGroup):
            waiting.extend(cast("BaseExceptionGroup[BaseException]", current).exceptions)
        waiting += [current.__cause__, current.__context__]


def reason_of(chain: tuple[BaseException, ...]) -> str:
    """The most telling text in a chain: the system's own words where there are some."""
    for exc in chain:
        if isinstance(exc, OSError) and exc.errno and exc.errno > 0:
            return os.strerror(exc.errno)
    texts = [text for exc in chain if (text := printable(str(exc)))]
    return texts[0] if texts else type(chain[0]).__name__


def printable(text: str) -> str:
    """At most 200 printable characters: the peer's words may hold anything."""
    shown = "".join(char if char.isprintable() else " " for char in text[: _MAX_TEXT * 2]).strip()
    return shown if len(shown) <= _MAX_TEXT else shown[: _MAX_TEXT - 1] + "…"
