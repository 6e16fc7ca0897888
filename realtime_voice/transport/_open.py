"""Open a link: httpx and httpx-ws do the handshake, and :class:`Link` takes the stream over.

httpx-ws is used through its public extension point, ``session_class``: ours takes the opened
stream and starts nothing. This file is the only one that knows httpx-ws, so that it can follow it.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import anyio
import attrs
import httpcore
import httpx
from httpx_ws import (
    AsyncWebSocketClient,
    AsyncWebSocketSession,
    HTTPXWSException,
    WebSocketDisconnect,
    WebSocketUpgradeError,
)
from httpx_ws.transport import ASGIWebSocketAsyncNetworkStream

from realtime_voice.errors import ConnectFailed
from realtime_voice.transport._dial import make_client, spare_kernel
from realtime_voice.transport._errors import Route, from_close
from realtime_voice.transport._failures import from_connect_exception, from_refusal
from realtime_voice.transport._handshake import Credentials, check_upgrade, stage_tracer
from realtime_voice.transport._link import Link
from realtime_voice.transport._options import LinkOptions
from realtime_voice.transport._pull import PullStream
from realtime_voice.transport._secret import Secret
from realtime_voice.transport._socket import SOCKET_STREAM, SocketStream
from realtime_voice.transport._tasks import Flag, start_detached

__all__ = ["Target", "open_link"]

_READ_BYTES = 65_536
_TEARDOWN_SECONDS = 0.5
_IN_PROCESS_SECONDS = 0.05
_NETWORK = (
    HTTPXWSException,
    httpx.HTTPError,
    httpx.StreamError,
    httpx.InvalidURL,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    anyio.BrokenResourceError,
    anyio.ClosedResourceError,
    anyio.EndOfStream,
    OSError,
    ImportError,
)
"""What opening may raise through the libraries below when the network or the peer is at fault."""


@attrs.frozen(kw_only=True)
class Target:
    """Where to connect, and how."""

    url: httpx.URL
    """``https`` or ``http`` address, with its query."""
    headers: Mapping[str, str] = attrs.field(factory=dict[str, str])
    """Headers that are no secret."""
    secrets: Mapping[str, Secret] = attrs.field(factory=dict[str, Secret])
    """Headers whose values must not be seen."""
    subprotocols: tuple[str, ...] = ()
    """Subprotocols to offer."""
    http_client: httpx.AsyncClient | None = None
    """The user's client; None: one of our own for each connection."""
    ssl_context: Any = None
    """``ssl.SSLContext`` for our own client; None: the default."""
    proxy: httpx.Proxy | None = None
    """Proxy for our own client; None: what the environment says."""
    options: LinkOptions = attrs.field(factory=LinkOptions)
    """Limits of the link."""


class _Handover(AsyncWebSocketSession):
    """Takes the opened stream from httpx-ws and leaves everything else to :class:`Link`."""

    @asynccontextmanager
    async def __asynccontextmanager__(self) -> AsyncGenerator["_Handover", None]:
        yield self


class _Opening:
    """One attempt, and the task that owns the connection afterwards."""

    def __init__(self, target: Target, route: Route, timeout_s: float) -> None:
        self._target = target
        self._route = route
        self._timeout_s = timeout_s
        self._scope = anyio.CancelScope()
        self._credentials = Credentials(target.secrets)
        self.link: Link | None = None
        self.failure: Exception | None = None
        self._stack: AsyncExitStack | None = None
        self.settled = Flag()
        self.over = Flag()

    def cancel(self) -> None:
        """Give up, or cut the connection."""
        self._scope.cancel()

    async def own(self) -> None:
        """Open the connection, run it, and take it down, all in this one task."""
        try:
            with self._scope:
                self.link = await self._open()
                # They hold the key, and all that HTTP needed; nobody asks for them any more.
                del self._target, self._credentials
                self.settled.set()
                if self.link is not None:
                    await self.link.run()
        finally:
            await self._leave_http()
            self.settled.set()
            self.over.set()
            if self.link is not None:
                self.link.mark_gone()

    async def _leave_http(self) -> None:
        """Take down what httpx holds; once only."""
        stack, self._stack = self._stack, None
        if stack is not None:
            with anyio.move_on_after(_TEARDOWN_SECONDS, shield=True), suppress(*_NETWORK):
                await stack.aclose()

    async def _open(self) -> Link | None:
        """Do the handshake; a failure is translated and stored, never raised."""
        try:
            with anyio.fail_after(self._timeout_s):
                return await self._shake_hands()
        except WebSocketUpgradeError:
            refusal = self._credentials.refusal
            if refusal is not None:
                self.failure = from_refusal(refusal, self._route)
        except WebSocketDisconnect as exc:
            self.failure = from_close(exc.code, exc.reason)
        except _NETWORK as exc:
            self.failure = from_connect_exception(exc, self._route, self._timeout_s)
        except Exception as exc:  # noqa: BLE001 - handed to the caller, bare, by open_link
            self.failure = exc
        return None

    async def _shake_hands(self) -> Link:
        target = self._target
        stack = self._stack = AsyncExitStack()
        client = target.http_client
        if client is None:
            client = await stack.enter_async_context(
                await make_client(target.url, ssl_context=target.ssl_context, proxy=target.proxy)
            )
        opener = AsyncWebSocketClient(client, session_class=_Handover)
        session = await stack.enter_async_context(
            opener.connect(
                str(target.url),
                subprotocols=list(target.subprotocols) or None,
                headers=dict(target.headers),
                auth=self._credentials,
                timeout=None,
                follow_redirects=False,
                extensions={"trace": stage_tracer(self._route)},
            )
        )
        if session.response is not None:
            check_upgrade(session.response, target.subprotocols)
        options = target.options
        taken = session.stream.get_extra_info(SOCKET_STREAM)
        if isinstance(taken, SocketStream):
            await self._take_over(taken, session.stream)
            return Link(taken, options)
        if isinstance(session.stream, ASGIWebSocketAsyncNetworkStream):
            # It knows no pings, takes the part of a frame for a whole one, and answers no close.
            options = attrs.evolve(options, ping_s=None, slice_bytes=0, close_s=_IN_PROCESS_SECONDS)
        else:
            spare_kernel(session.stream)
        return Link(PullStream(session.stream, slice_bytes=options.slice_bytes), options)

    async def _take_over(self, taken: SocketStream, stream: httpcore.AsyncNetworkStream) -> None:
        """Leave HTTP, and keep the connection."""
        taken.hand_over()
        try:
            early = bytearray()
            while data := await stream.read(_READ_BYTES):
                # httpcore holds what came in one piece with the answer.
                early += data
            taken.put_back(early)
            # Client, pool, request and answer are as large as all the rest of a connection.
            await self._leave_http()
        except BaseException:
            taken.abort()
            raise


async def open_link(target: Target, route: Route, *, timeout_s: float) -> Link:
    """Open a connection.

    Args:
        target: Where to connect, and how.
        route: Is filled in while the attempt runs, so that a caller can tell where it stood.
        timeout_s: Seconds for DNS, TCP, proxy, TLS and the upgrade together.

    Returns:
        The running link; close it with :meth:`.Link.aclose`.

    Raises:
        ConnectError: Could not connect; the class says why.
        RequestRejected: The server refused the request itself.
    """
    opening = _Opening(target, route, timeout_s)
    start_detached(opening.own, name=f"realtime_voice link to {route.host}")
    try:
        await opening.settled.wait()
    except BaseException:
        opening.cancel()
        with anyio.CancelScope(shield=True):
            await opening.over.wait()
        raise
    if opening.link is None:
        raise opening.failure or ConnectFailed("the event loop is shutting down", kind="handshake")
    return opening.link
