"""Our own httpx client for one connection: what carries it, whom to trust, which proxy to take.

Knows addresses and certificates; no credentials of the API and no WebSocket.
"""

import socket
import ssl
import urllib.request
from contextlib import suppress

import anyio.to_thread
import httpcore
import httpx

from realtime_voice.errors import ProxyFailure
from realtime_voice.transport._address import is_loopback
from realtime_voice.transport._backend import SocketBackend
from realtime_voice.transport._http import PoolTransport
from realtime_voice.transport._tasks import on_trio

__all__ = ["environment_proxy", "make_client", "spare_kernel"]

_NOTSENT_BYTES = 16_384
_PORTS = 65_536
_default_context: list[ssl.SSLContext] = []


async def make_client(
    url: httpx.URL, *, ssl_context: ssl.SSLContext | None, proxy: httpx.Proxy | None
) -> httpx.AsyncClient:
    """Make a client for one connection.

    Args:
        url: Where it will connect to.
        ssl_context: What to trust; None: the usual authorities and ``SSL_CERT_FILE``.
        proxy: The proxy to use; None: the one that the environment names, if any.

    Returns:
        A client that keeps no cookies of others and follows nothing.
    """
    context = ssl_context
    if context is None and url.scheme == "https":
        context = await _usual_trust()
    options = _socket_options()
    transport = PoolTransport(
        ssl_context=context,
        proxy=proxy if proxy is not None else environment_proxy(url),
        backend=None if on_trio() else SocketBackend(options),
        socket_options=options,
    )
    return httpx.AsyncClient(transport=transport, trust_env=False)


def environment_proxy(url: httpx.URL) -> httpx.Proxy | None:
    """The proxy that ``HTTPS_PROXY``, ``ALL_PROXY`` and ``NO_PROXY`` ask for.

    Args:
        url: Where to connect to. Plain ``http`` is allowed to loopback only, and never proxied.

    Returns:
        The proxy; None to go directly.

    Raises:
        ProxyFailure: The environment names something that cannot be a proxy.
    """
    if url.scheme != "https" or is_loopback(url.host):
        return None
    proxies = urllib.request.getproxies()
    found = proxies.get("https") or proxies.get("all")
    if not found or urllib.request.proxy_bypass(url.host):
        return None
    try:
        proxy = httpx.Proxy(found if "://" in found else f"http://{found}")
    except (httpx.InvalidURL, ValueError):
        proxy = None
    if proxy is None or not proxy.url.host or not 0 < (proxy.url.port or 1) < _PORTS:
        raise ProxyFailure(
            "the proxy that HTTPS_PROXY or ALL_PROXY names must look like "
            "http://user:password@host:port"
        )
    return proxy


def spare_kernel(stream: httpcore.AsyncNetworkStream) -> None:
    """Give the socket of somebody else's client our own options, as far as there is one.

    Without them, the kernel takes a minute of speech for a line that is dead.

    Args:
        stream: An open connection.
    """
    raw = stream.get_extra_info("socket")
    if raw is not None:
        for option in _socket_options():
            # It may have ended already, or be no socket of TCP: reading will tell.
            with suppress(OSError):
                raw.setsockopt(*option)


async def _usual_trust() -> ssl.SSLContext:
    """The default context; made once, in a thread, because reading the authorities takes long."""
    if not _default_context:
        _default_context.append(await anyio.to_thread.run_sync(httpx.create_ssl_context))
    return _default_context[0]


def _socket_options() -> list[tuple[int, int, int]]:
    """No delay, and little unsent data in the kernel: 60 s of speech fit into its usual buffer."""
    options = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
    limit = getattr(socket, "TCP_NOTSENT_LOWAT", None)
    if limit is not None:
        options.append((socket.IPPROTO_TCP, limit, _NOTSENT_BYTES))
    return options
