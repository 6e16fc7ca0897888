"""The opening handshake: who we are, how far it has come, and whether the answer is a real one.

httpx-ws 0.9 sends the upgrade and takes any answer with status 101; RFC 6455 section 4.1 asks for
more, and that part is here. Credentials are put into the request inside httpx, by
:class:`Credentials`, so that no frame of ours holds a header with a key in it.
"""

import base64
import hashlib
import ssl
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import anyio
import httpcore
import httpx

from realtime_voice.errors import ConfigError, ConnectFailed
from realtime_voice.transport._address import is_loopback, untrustworthy
from realtime_voice.transport._errors import Route
from realtime_voice.transport._failures import Refusal
from realtime_voice.transport._secret import Secret

__all__ = ["Credentials", "check_upgrade", "stage_tracer"]

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_BODY_LIMIT = 65_536
_BODY_SECONDS = 2.0
_SWITCHING = 101


class Credentials(httpx.Auth):
    """Adds secret headers to the request, and keeps the beginning of a refusal's body.

    httpx-ws closes a refused response before anybody can read what it says; the place where the
    body can be read through a public interface is here.

    Args:
        headers: Names of headers and their secret values.
    """

    def __init__(self, headers: Mapping[str, Secret]) -> None:
        self._headers = dict(headers)
        self.refusal: Refusal | None = None
        """The answer, where it was not an upgrade."""

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Send the request with its credentials."""
        for name, secret in self._headers.items():
            request.headers[name] = secret.reveal()
        response = yield request
        if response.status_code != _SWITCHING:
            headers = {name.lower(): value for name, value in response.headers.items()}
            body = await _beginning(response)
            self.refusal = Refusal(response.status_code, headers, body)


def check_upgrade(response: httpx.Response, subprotocols: Sequence[str] = ()) -> None:
    """Refuse a 101 that does not prove that the other side understood the handshake.

    Args:
        response: The answer with status 101.
        subprotocols: What was offered.

    Raises:
        ConnectFailed: The answer breaks RFC 6455.
    """
    headers = response.headers
    key = response.request.headers.get("sec-websocket-key", "")
    digest = hashlib.sha1(key.encode() + _GUID, usedforsecurity=False).digest()
    chosen = headers.get("sec-websocket-protocol")
    problem = None
    if headers.get("upgrade", "").strip().lower() != "websocket":
        problem = "it does not upgrade to websocket"
    elif "upgrade" not in [
        part.strip() for part in headers.get("connection", "").lower().split(",")
    ]:
        problem = "its Connection header does not say upgrade"
    elif headers.get("sec-websocket-accept", "").strip() != base64.b64encode(digest).decode():
        problem = "its Sec-WebSocket-Accept does not fit our key"
    elif "sec-websocket-extensions" in headers:
        problem = "it turns on extensions that nobody asked for"
    elif chosen is not None and chosen.strip() not in subprotocols:
        problem = "it chose a subprotocol that nobody offered"
    if problem is not None:
        raise ConnectFailed(
            f"the answer to the WebSocket upgrade is not valid: {problem}",
            kind="handshake",
            stage="handshake",
            host=response.request.url.host,
            status=response.status_code,
        )


def stage_tracer(route: Route) -> Any:
    """Make the callback by which httpcore tells how far a request has come.

    It also closes the socket of a TLS handshake that does not end well: httpcore's own backend
    forgets it when the attempt is cancelled.

    Args:
        route: Gets the stage.

    Returns:
        A value for the ``trace`` extension of a request.
    """
    sockets: list[httpcore.AsyncNetworkStream] = []

    async def trace(name: str, info: Mapping[str, Any]) -> None:
        match name:
            case "connection.connect_tcp.complete":
                sockets.append(info["return_value"])
            case "connection.start_tls.failed" | "proxy.start_tls.failed":
                with anyio.CancelScope(shield=True):
                    for stream in sockets:
                        await stream.aclose()
            case "connection.connect_tcp.started":
                direct = (info.get("host"), info.get("port")) == (route.host, route.port)
                route.stage = "tcp" if direct else "proxy"
            case "connection.start_tls.started" | "proxy.start_tls.started":
                route.stage = "tls"
            case "connection.start_tls.complete" | "proxy.start_tls.complete":
                await _check_trust(info["return_value"], route)
            case "http11.send_request_headers.started":
                method = getattr(info.get("request"), "method", b"")
                route.stage = "proxy" if method == b"CONNECT" else "handshake"
            case _:
                pass

    return trace


async def _check_trust(stream: httpcore.AsyncNetworkStream, route: Route) -> None:
    """Refuse TLS that verified nobody, before a credential is sent: a user's client may do so."""
    tls = stream.get_extra_info("ssl_object")
    context = getattr(tls, "context", None)
    problem = untrustworthy(context) if isinstance(context, ssl.SSLContext) else None
    if problem is not None and not is_loopback(route.host):
        await stream.aclose()
        raise ConfigError(
            f"http_client {problem} {route.host}, so anybody could read the API key; make it with "
            "verify=ssl.create_default_context(cafile=...) with the authority to trust",
            field="http_client",
        )


async def _beginning(response: httpx.Response) -> bytes:
    """Up to 64 KiB of a body, within two seconds; what cannot be read is left out."""
    body = bytearray()
    with anyio.move_on_after(_BODY_SECONDS), suppress(httpx.HTTPError, httpx.StreamError):
        async for chunk in response.aiter_raw():
            body += chunk
            stream = response.extensions.get("network_stream")
            if len(body) >= _BODY_LIMIT and stream is not None:
                # Not ``break``: httpx nests generators, and trio wants each one to reach its end.
                await stream.aclose()
    return bytes(body[:_BODY_LIMIT])
