"""Where everything that goes wrong while connecting becomes an error of this library.

Only text and numbers are taken over: no request, response or exception of another library travels
on, because those hold headers, and headers hold credentials. Knows no events.
"""

import email.utils
import socket
import ssl
import time
import urllib.parse
from collections.abc import Mapping
from typing import Any, cast

import attrs
import httpx
import orjson

from realtime_voice.errors import (
    AuthError,
    ConnectError,
    ConnectFailed,
    ProxyFailure,
    QuotaExhausted,
    RateLimited,
    RealtimeError,
    RequestRejected,
    ServerUnavailable,
    TLSFailure,
)
from realtime_voice.transport._errors import QUOTA_CODES, Route, causes, printable, reason_of

__all__ = ["Refusal", "from_connect_exception", "from_refusal"]

_NOT_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "PACKET_LENGTH")
"""What OpenSSL calls an answer that is no TLS."""
_TLS_ALERT = r"\x15\x03"
"""How a TLS alert begins, as h11 quotes what it took for HTTP."""


@attrs.frozen
class Refusal:
    """An HTTP answer other than 101, cut down to what may be told."""

    status: int
    """HTTP status."""
    headers: Mapping[str, str] = attrs.field(repr=False)
    """Headers, with names in lower case."""
    body: bytes = attrs.field(repr=False)
    """The beginning of the body, without credentials."""


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
    chain = tuple(causes(exc))
    error: ConnectError
    if isinstance(exc, TimeoutError | httpx.TimeoutException):
        error = _timed_out(route, timeout_s)
    elif (proxy_error := _first(chain, httpx.ProxyError)) is not None:
        error = _from_proxy(proxy_error, route)
    elif (tls_error := _first(chain, ssl.SSLError)) is not None and route.stage == "tls":
        error = _from_tls(tls_error, route)
    elif isinstance(exc, ImportError):
        error = ProxyFailure(
            "a SOCKS proxy needs another package: pip install 'httpx[socks]'", host=route.host
        )
    elif route.stage == "proxy":
        told = f"the proxy on the way to {where} failed: {reason_of(chain)}"
        error = ProxyFailure(told, host=route.host)
    elif _first(chain, socket.gaierror) is not None:
        told = f"the host name {route.host} cannot be resolved (DNS)"
        error = ConnectFailed(told, kind="dns", stage="tcp", host=route.host)
    elif route.stage == "tcp":
        told = f"{where} cannot be reached: {reason_of(chain)}"
        error = ConnectFailed(told, kind="refused", stage="tcp", host=route.host)
    else:
        error = _broken_off(route, reason_of(chain))
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
    said = f"{route.host} answered {status}" + (f": {told}" if told else "")
    answer: dict[str, Any] = {
        "status": status,
        "code": code,
        "body": refusal.body.decode(errors="replace"),
        "request_id": _request_id(refusal.headers),
    }
    common: dict[str, Any] = {**answer, "host": route.host, "retry_after": _wait(refusal.headers)}
    error: RealtimeError
    if code in QUOTA_CODES:
        error = QuotaExhausted(said, **common)
    elif status in {401, 403}:
        said += " (check the API key, the organization and the project)"
        error = AuthError(said, **common)
    elif status == 429:
        error = RateLimited(said, **common)
    elif status == 407:
        error = ProxyFailure(f"the proxy wants credentials (407) for {route.host}", **common)
    elif status >= 500:
        error = ServerUnavailable(said, **common)
    elif 300 <= status < 400:
        target = _redirect_host(refusal.headers.get("location", ""))
        said = (
            f"{route.host} answered with a redirect to {target}; redirects are never followed, "
            "because the credentials would go along: set base_url to the final address"
        )
        error = RequestRejected(said, **answer)
    else:
        said += f" (check {printable(param) if param else 'base_url and model'})"
        error = RequestRejected(said, param=param, **answer)
    return error


# --- Parts of a message ----------------------------------------------------------------------


def _timed_out(route: Route, timeout_s: float) -> ConnectError:
    waited = {
        "api_key": "the api_key callable to return",
        "pool": "a free connection: the pool of the HTTP client is full (pool full)",
        "tcp": f"a TCP connection to {route.host}:{route.port}",
        "proxy": "the proxy",
        "tls": f"the TLS handshake (does port {route.port} speak TLS?)",
        "handshake": "the answer to the WebSocket upgrade",
    }.get(route.stage, route.stage)
    return ConnectFailed(
        f"no connection to {route.host} within {timeout_s:g} s: waited for {waited}",
        kind="timeout",
        stage=route.stage,
        host=route.host,
    )


def _from_tls(exc: BaseException, route: Route) -> ConnectError:
    where = f"{route.host}:{route.port}"
    reason = str(getattr(exc, "verify_message", "") or getattr(exc, "reason", "") or exc)
    if any(sign in reason for sign in _NOT_TLS):
        told = f"{route.host}: port {route.port} does not speak TLS"
        return ConnectFailed(told, kind="handshake", stage="tls", host=route.host)
    if isinstance(exc, ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLSyscallError):
        return _broken_off(route, "the connection was ended")
    reason = printable(reason)
    told = f"no trusted TLS connection to {where}: {reason}"
    return TLSFailure(told, reason=reason, host=route.host)


def _from_proxy(exc: BaseException, route: Route) -> ConnectError:
    """A proxy that answered; httpx tells its status only as the first word of the text."""
    said = printable(str(exc))
    status = said[:3]
    return ProxyFailure(
        f"the proxy refused to connect to {route.host}:{route.port}: {said}",
        host=route.host,
        status=int(status) if status.isdigit() else None,
    )


def _broken_off(route: Route, reason: str) -> ConnectError:
    hint = ""
    if route.stage == "tls":
        hint = f" (does port {route.port} speak TLS?)"
    elif _TLS_ALERT in reason:
        hint = f" (port {route.port} speaks TLS: use https)"
    return ConnectFailed(
        f"{route.host}:{route.port} broke off the connection during the {route.stage} stage: "
        f"{reason}{hint}",
        kind="handshake",
        stage=route.stage,
        host=route.host,
    )


def _first(chain: tuple[BaseException, ...], kind: type[BaseException]) -> BaseException | None:
    return next((exc for exc in chain if isinstance(exc, kind)), None)


def _body_error(body: bytes) -> tuple[str | None, str, str | None]:
    """Code, message and parameter of an error body; the body's text where it is not JSON."""
    try:
        content: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None, printable(body.decode(errors="replace")), None
    outer = cast("dict[str, Any]", content) if isinstance(content, dict) else {}
    error = outer.get("error")
    fields = cast("dict[str, Any]", error) if isinstance(error, dict) else {}
    told = {name: value for name, value in fields.items() if isinstance(value, str)}
    return told.get("code"), printable(told.get("message", "")), told.get("param")


def _wait(headers: Mapping[str, str]) -> float | None:
    """Seconds that an answer asks to wait, in any of the forms in use."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    given = headers.get("retry-after")
    then = _date(given)
    if then is None:
        return _number(given)
    # The difference to the server's own clock, which need not agree with ours.
    now = _date(headers.get("date"))
    return max(0.0, then - (time.time() if now is None else now))


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text is not None else None
    except ValueError:
        return None
    return value if value is not None and 0 <= value < float("inf") else None


def _date(text: str | None) -> float | None:
    try:
        return None if text is None else email.utils.parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def _request_id(headers: Mapping[str, str]) -> str | None:
    found = headers.get("x-request-id") or headers.get("apim-request-id")
    return None if found is None else printable(found)


def _redirect_host(location: str) -> str:
    try:
        return printable(urllib.parse.urlsplit(location).hostname or "") or "the same host"
    except ValueError:
        return "an address that cannot be read"
