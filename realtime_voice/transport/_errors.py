"""Where every foreign exception, HTTP refusal and close code becomes an error of this library.

Only text and numbers are taken over: no request, response or exception of another library travels
on, because those hold headers, and headers hold credentials. Knows no events.
"""

import os
import socket
import ssl
from collections.abc import Iterator, Mapping
from typing import Any, cast

import anyio
import attrs
import httpx
import orjson

from realtime_voice.errors import (
    AuthError,
    ConnectError,
    ConnectFailed,
    ConnectionLost,
    ProxyFailure,
    QuotaExhausted,
    RateLimited,
    RealtimeError,
    RequestRejected,
    ServerUnavailable,
    SessionExpired,
    TLSFailure,
)

__all__ = [
    "Refusal",
    "Route",
    "from_close",
    "from_connect_exception",
    "from_network_exception",
    "from_refusal",
    "from_server_error",
    "is_fatal",
]

_AUTH_CODES = frozenset({"invalid_api_key", "account_deactivated", "invalid_organization"})
_QUOTA_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
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


@attrs.frozen
class Refusal:
    """An HTTP answer other than 101, cut down to what may be told."""

    status: int
    """HTTP status."""
    headers: Mapping[str, str] = attrs.field(repr=False)
    """Headers, with names in lower case."""
    body: bytes = attrs.field(repr=False)
    """The beginning of the body."""


def from_connect_exception(exc: BaseException, route: Route, timeout_s: float) -> ConnectError:
    """Translate what went wrong before the server had answered.

    Args:
        exc: Any exception of httpx, httpcore, the event loop or the system.
        route: How far the attempt had come.
        timeout_s: The limit that was set, in seconds.

    Returns:
        The error to raise.
    """
    where = f"{route.host}:{route.port}"
    chain = tuple(_chain(exc))
    error: ConnectError
    if isinstance(exc, TimeoutError | httpx.TimeoutException):
        error = _timed_out(route, timeout_s)
    elif (proxy_error := _first(chain, httpx.ProxyError)) is not None:
        error = ProxyFailure(f"the proxy refused to connect to {where}: {_text(proxy_error)}")
    elif (tls_error := _first(chain, ssl.SSLError)) is not None:
        error = _from_tls(tls_error, where)
    elif isinstance(exc, ImportError):
        error = ProxyFailure("a SOCKS proxy needs another package: pip install 'httpx[socks]'")
    elif route.stage == "proxy":
        error = ProxyFailure(f"the proxy on the way to {where} failed: {_reason(chain)}")
    elif _first(chain, socket.gaierror) is not None:
        told = f"the host name {route.host} cannot be resolved (DNS)"
        error = ConnectFailed(told, kind="dns", stage="tcp")
    elif route.stage == "tcp":
        told = f"{where} cannot be reached: {_reason(chain)}"
        error = ConnectFailed(told, kind="refused", stage="tcp")
    else:
        told = f"{where} broke off the connection during the {route.stage} stage: {_reason(chain)}"
        error = ConnectFailed(told, kind="handshake", stage=route.stage)
    return error


def from_refusal(refusal: Refusal, route: Route) -> RealtimeError:
    """Translate an HTTP answer that is not an upgrade.

    Args:
        refusal: The answer.
        route: Where it came from.

    Returns:
        The error to raise.
    """
    status = refusal.status
    code, told, param = _body_error(refusal.body)
    request_id = refusal.headers.get("x-request-id")
    said = f"{route.host} answered {status}" + (f": {told}" if told else "")
    common: dict[str, Any] = {"status": status, "code": code, "request_id": request_id}
    error: RealtimeError
    if code in _QUOTA_CODES:
        error = QuotaExhausted(said, **common)
    elif status in {401, 403}:
        said += " (check the API key, the organization and the project)"
        error = AuthError(said, **common)
    elif status == 429:
        wait = _retry_after(refusal.headers.get("retry-after"))
        error = RateLimited(said, retry_after=wait, **common)
    elif status == 407:
        error = ProxyFailure(f"the proxy wants credentials (407) for {route.host}", status=status)
    elif status >= 500:
        error = ServerUnavailable(said, **common)
    elif 300 <= status < 400:
        target = _redirect_host(refusal.headers.get("location", ""))
        said = (
            f"{route.host} answered with a redirect to {target}; redirects are never followed, "
            "because the credentials would go along: set base_url to the final address"
        )
        error = RequestRejected(said, code=code, status=status)
    else:
        said += " (check base_url and model)"
        error = RequestRejected(said, code=code, param=param, status=status)
    return error


def from_close(code: int, reason: str, *, expected: bool = False) -> RealtimeError:
    """Translate the peer's close frame.

    Args:
        code: Close code.
        reason: Reason text; the service writes ``type.code`` there for a refused connection.
        expected: This side had asked for the close.

    Returns:
        The error that every later call raises.
    """
    told = f" ({shown})" if (shown := _cut(reason)) else ""
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
        f"the connection broke{cut}: {_reason(tuple(_chain(exc)))}", cause="reset", code=1006
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
    told = _cut(message)
    status = cause.code if isinstance(cause, ConnectionLost) else getattr(cause, "status", None)
    if code == _EXPIRED_CODE:
        reason = cause.reason if isinstance(cause, ConnectionLost) else ""
        text = f"the server's time limit for one session was reached: {told}"
        return SessionExpired(text, cause="expired", code=status, reason=reason)
    if code in _QUOTA_CODES:
        return QuotaExhausted(told, status=status, code=code)
    if code in _AUTH_CODES or isinstance(cause, AuthError):
        return AuthError(f"the server refused the credentials: {told}", status=status, code=code)
    if code in _REQUEST_CODES or isinstance(cause, RequestRejected) or cause is None:
        return RequestRejected(told, code=code, param=param, status=status)
    return cause


def is_fatal(code: str | None) -> bool:
    """Whether an ``error`` event with this code ends a session for good, whoever caused it."""
    return code in _AUTH_CODES or code in _QUOTA_CODES


# --- Parts of a message ----------------------------------------------------------------------


def _timed_out(route: Route, timeout_s: float) -> ConnectError:
    waited = {
        "api_key": "the api_key callable to return",
        "pool": "a free connection in the HTTP client's pool",
        "tcp": f"a TCP connection to {route.host}:{route.port}",
        "proxy": "the proxy",
        "tls": "the TLS handshake",
        "handshake": "the answer to the WebSocket upgrade",
    }.get(route.stage, route.stage)
    return ConnectFailed(
        f"no connection to {route.host} within {timeout_s:g} s: waited for {waited}",
        kind="timeout",
        stage=route.stage,
    )


def _from_tls(exc: BaseException, where: str) -> ConnectError:
    reason = getattr(exc, "verify_message", "") or getattr(exc, "reason", "") or _text(exc)
    if "WRONG_VERSION_NUMBER" in str(reason) or "RECORD_LAYER_FAILURE" in str(reason):
        return ConnectFailed(f"{where} does not speak TLS", kind="handshake", stage="tls")
    return TLSFailure(f"no trusted TLS connection to {where}: {reason}")


def _chain(exc: BaseException) -> Iterator[BaseException]:
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


def _first(chain: tuple[BaseException, ...], kind: type[BaseException]) -> BaseException | None:
    return next((exc for exc in chain if isinstance(exc, kind)), None)


def _reason(chain: tuple[BaseException, ...]) -> str:
    """The most telling text in a chain: the system's own words where there are some."""
    for exc in chain:
        if isinstance(exc, OSError) and exc.errno and exc.errno > 0:
            return os.strerror(exc.errno)
    texts = [text for exc in chain if (text := _text(exc))]
    return texts[0] if texts else type(chain[0]).__name__


def _text(exc: BaseException) -> str:
    return _cut(str(exc))


def _cut(text: str) -> str:
    """At most 200 printable characters: the peer's words may hold anything."""
    shown = "".join(char if char.isprintable() else " " for char in text[: _MAX_TEXT * 2]).strip()
    return shown if len(shown) <= _MAX_TEXT else shown[: _MAX_TEXT - 1] + "…"


def _body_error(body: bytes) -> tuple[str | None, str, str | None]:
    """Code, message and parameter of an error body; the body's text where it is not JSON."""
    try:
        content: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None, _cut(body.decode(errors="replace")), None
    outer = cast("dict[str, Any]", content) if isinstance(content, dict) else {}
    error = outer.get("error")
    fields = cast("dict[str, Any]", error) if isinstance(error, dict) else {}
    told = {name: value for name, value in fields.items() if isinstance(value, str)}
    return told.get("code"), _cut(told.get("message", "")), told.get("param")


def _retry_after(value: str | None) -> float | None:
    """Seconds; the date form of the header is not in use at this API and is ignored."""
    try:
        seconds = float(value) if value is not None else None
    except ValueError:
        return None
    return seconds if seconds is not None and 0 <= seconds < float("inf") else None


def _redirect_host(location: str) -> str:
    try:
        return httpx.URL(location).host or "the same host"
    except httpx.InvalidURL:
        return "an address that cannot be read"
