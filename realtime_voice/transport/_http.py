"""Our own httpx transport: httpcore's connection pools on a network backend of our choice.

httpx's own transport does the same but lets nobody choose the backend. Knows no credentials of the
API and no WebSocket.
"""

import importlib.util
import ssl
from collections.abc import AsyncIterator, Generator, Iterable
from contextlib import contextmanager
from typing import Any, cast

import httpcore
import httpx

__all__ = ["PoolTransport"]

_TRANSLATED: tuple[tuple[type[Exception], type[httpx.TransportError]], ...] = (
    (httpcore.ConnectTimeout, httpx.ConnectTimeout),
    (httpcore.PoolTimeout, httpx.PoolTimeout),
    (httpcore.WriteTimeout, httpx.WriteTimeout),
    (httpcore.TimeoutException, httpx.ReadTimeout),
    (httpcore.ConnectError, httpx.ConnectError),
    (httpcore.WriteError, httpx.WriteError),
    (httpcore.NetworkError, httpx.ReadError),
    (httpcore.ProxyError, httpx.ProxyError),
    (httpcore.UnsupportedProtocol, httpx.UnsupportedProtocol),
    (httpcore.LocalProtocolError, httpx.LocalProtocolError),
    (httpcore.ProtocolError, httpx.RemoteProtocolError),
)


class PoolTransport(httpx.AsyncBaseTransport):
    """HTTP/1.1 through a pool of httpcore, directly or through a proxy.

    Args:
        ssl_context: What to trust; None: nothing is encrypted.
        proxy: The proxy to go through, if any.
        backend: Makes the connections; None: httpcore's own.
        socket_options: For connections of httpcore's own backend.

    Raises:
        ImportError: A SOCKS proxy needs a package that is not there.
    """

    def __init__(
        self,
        *,
        ssl_context: ssl.SSLContext | None,
        proxy: httpx.Proxy | None,
        backend: httpcore.AsyncNetworkBackend | None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] = (),
    ) -> None:
        common: dict[str, Any] = {"ssl_context": ssl_context, "network_backend": backend}
        self._pool: httpcore.AsyncConnectionPool
        if proxy is None:
            self._pool = httpcore.AsyncConnectionPool(**common, socket_options=list(socket_options))
        elif proxy.url.scheme.startswith("socks"):
            if importlib.util.find_spec("socksio") is None:
                raise ImportError("the package socksio is not installed")
            self._pool = httpcore.AsyncSOCKSProxy(
                _address(proxy), proxy_auth=proxy.raw_auth, **common
            )
        else:
            self._pool = httpcore.AsyncHTTPProxy(
                _address(proxy),
                proxy_auth=proxy.raw_auth,
                proxy_headers=proxy.headers.raw,
                proxy_ssl_context=proxy.ssl_context,
                **common,
            )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; see httpx."""
        asked = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _translated():
            answer = await self._pool.handle_async_request(asked)
        return httpx.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=cast("dict[str, Any]", answer.extensions),
        )

    async def aclose(self) -> None:
        """Close the pool."""
        with _translated():
            await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    """The body of an answer."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _translated():
            async for part in self._answer.aiter_stream():
                yield part

    async def aclose(self) -> None:
        with _translated():
            await self._answer.aclose()


@contextmanager
def _translated() -> Generator[None, None, None]:
    """Raise httpx's exceptions instead of httpcore's."""
    try:
        yield
    except Exception as exc:
        kind = next((to for kind, to in _TRANSLATED if isinstance(exc, kind)), None)
        if kind is None:
            raise
        raise kind(str(exc)) from exc


def _address(proxy: httpx.Proxy) -> httpcore.URL:
    url = proxy.url
    return httpcore.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )
