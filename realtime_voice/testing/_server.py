"""The embedded local server: starts, stops, and tells a test what happened."""

import secrets
import ssl
import warnings
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from ipaddress import ip_address
from types import TracebackType
from typing import Any, Self

import anyio
import httpx
from httpx_ws import WebSocketUpgradeError
from httpx_ws.transport import ASGIWebSocketTransport

from realtime_voice.client import RealtimeClient
from realtime_voice.errors import ConfigError
from realtime_voice.testing._asgi import App
from realtime_voice.testing._brain import Brain
from realtime_voice.testing._detached import Detached
from realtime_voice.testing._engine import EngineOptions
from realtime_voice.testing._engine_pace import Pace
from realtime_voice.testing._records import ConnectionRecord
from realtime_voice.testing._service import Service
from realtime_voice.testing._socket import Door
from realtime_voice.testing._sockets import listen
from realtime_voice.testing.faults import FaultPlan
from realtime_voice.testing.faults._plan import require_in_process
from realtime_voice.transport import LinkOptions

__all__ = ["LocalServer"]

_IN_PROCESS_URL = "http://127.0.0.1/v1"
_NOT_RUNNING = "the local server runs only inside its `async with` block"


class LocalServer:
    """A Realtime server on this machine: the protocol's other half, over a real WebSocket.

    Use it as an async context manager; the server runs inside the block, on asyncio or trio. The
    block may be entered in one task and left in another, as fixtures do. On leaving the block
    without an exception of your own, what the brain raised is raised here: for a script these are
    steps that did not fit or were left over.

    Args:
        brain: Understands and speaks: ``Scripted`` or ``Local``.
        host: Address to listen on; anything but this machine's own gets a warning.
        port: Port to listen on; 0 takes a free one.
        token: The key that clients must show; None makes one up.
        session_limit_s: When a session expires, in seconds (OpenAI: 60 minutes).
        ping_interval_s: Seconds between two WebSocket pings.
        pace: How fast answers are sent.
        ssl_context: Holds the certificate of a server that encrypts; None: no encryption.
        faults: How the server misbehaves, on every connection or by a connection's number, from 1
            on; see :mod:`realtime_voice.testing.faults`.

    Raises:
        ConfigError: An option cannot be.
    """

    def __init__(
        self,
        brain: Brain,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        token: str | None = None,
        session_limit_s: float = 3600.0,
        ping_interval_s: float = 20.0,
        pace: Pace | None = None,
        ssl_context: ssl.SSLContext | None = None,
        faults: FaultPlan = (),
    ) -> None:
        _check(port=port, session_limit_s=session_limit_s, ping_interval_s=ping_interval_s)
        if token == "":
            raise ConfigError("the token must not be empty", field="token")
        self._brain = brain
        self._host = host
        self._port = port
        self._token = token or f"local-{secrets.token_urlsafe(24)}"
        options = EngineOptions(pace=pace or Pace(), session_limit_s=session_limit_s)
        self._service = Service(brain, options, faults)
        self._door = Door(self._service, self._token, ping_interval_s, ssl_context)
        self._is_encrypted = ssl_context is not None
        self._fixed_faults = () if callable(faults) else faults
        self._app = App(self._service, self._token)
        self._address: tuple[str, int] | None = None
        self._http_client: httpx.AsyncClient | None = None
        report = self._service.failures.append
        self._life = Detached(self._enter, report, name="realtime_voice local server")

    def __repr__(self) -> str:
        where = "not running" if self._address is None else self.url
        return f"<LocalServer {where}, {len(self.sessions)} connections>"

    @property
    def token(self) -> str:
        """The key that clients must show."""
        return self._token

    @property
    def url(self) -> str:
        """Base URL, such as ``http://127.0.0.1:8765/v1``.

        Raises:
            RuntimeError: The server does not run.
        """
        if self._address is None:
            raise RuntimeError(_NOT_RUNNING)
        scheme = "https" if self._is_encrypted else "http"
        host, port = self._address
        if self._is_encrypted and self._host == "localhost":
            host = self._host  # the name that the certificate holds
        return f"{scheme}://[{host}]:{port}/v1" if ":" in host else f"{scheme}://{host}:{port}/v1"

    @property
    def app(self) -> App:
        """The server as an ASGI application: no socket at all."""
        return self._app

    @property
    def sessions(self) -> list[ConnectionRecord]:
        """What each connection did, in the order in which they came, refused ones included.

        Requests for another path are answered with 404 and are not among them.
        """
        return self._service.records

    def client(
        self, *, ssl_context: ssl.SSLContext | None = None, link: LinkOptions | None = None
    ) -> RealtimeClient:
        """A client for the server's socket.

        Args:
            ssl_context: Whom the client trusts, for a server that encrypts.
            link: Limits of its connections.
        """
        return RealtimeClient(
            api_key=self._token, base_url=self.url, ssl_context=ssl_context, link=link
        )

    def in_process_client(self) -> RealtimeClient:
        """A client that reaches the server without a socket; it lives as long as the server.

        Raises:
            ConfigError: The server has a fault that needs a socket.
            RuntimeError: The server does not run.
        """
        require_in_process(self._fixed_faults)
        if self._http_client is None:
            raise RuntimeError(_NOT_RUNNING)
        return RealtimeClient(
            api_key=self._token,
            base_url=_IN_PROCESS_URL,
            http_client=self._http_client,
            # The transport takes whole frames, and no pings.
            link=LinkOptions(ping_s=None, slice_bytes=0),
        )

    async def __aenter__(self) -> Self:
        """Listen."""
        _warn_if_open(self._host)
        self._service.failures.clear()
        await self._life.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop, and raise what the brain raised."""
        await self._life.close()
        failures = self._service.failures
        if isinstance(error, Exception):
            for failure in failures:
                error.add_note(f"The local server reports: {failure}")
        elif error is None and failures:
            for failure in failures[1:]:
                failures[0].add_note(f"The local server also reports: {failure}")
            raise failures[0]

    async def _enter(self, stack: AsyncExitStack) -> None:
        stack.callback(self._forget)
        stack.push_async_callback(self._close_brain)
        await self._brain.start()
        host = "127.0.0.1" if self._host == "localhost" else self._host
        try:
            listener = await stack.enter_async_context(listen(host, self._port))
        except OSError as error:
            raise ConfigError(
                f"port {self._port} of {self._host} cannot be used: {error.strerror or error}; "
                "choose another one, or 0 for a free one",
                field="port",
                value=self._port,
            ) from error
        tasks = await stack.enter_async_context(anyio.create_task_group())
        stack.callback(tasks.cancel_scope.cancel)
        self._address = listener.address
        tasks.start_soon(listener.serve, self._door.open, tasks)
        http_client = httpx.AsyncClient(transport=_InProcessTransport(self._app))
        self._http_client = await stack.enter_async_context(http_client)

    def _forget(self) -> None:
        self._address = None
        self._http_client = None

    async def _close_brain(self) -> None:
        try:
            await self._brain.aclose()
        except Exception as error:  # noqa: BLE001 - a brain may raise anything
            self._service.failures.append(error)


class _InProcessTransport(ASGIWebSocketTransport):
    """Opens one connection at a time: httpx-ws 0.9 keeps the request in a shared attribute."""

    def __init__(self, app: App) -> None:
        super().__init__(app=_tidy(app))
        self._opening = anyio.Lock()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Open a connection, or send an ordinary request."""
        async with self._opening:
            try:
                return await super().handle_async_request(request)
            except WebSocketUpgradeError as refusal:
                # httpx-ws raises this here too; a response whose body can be read goes on as usual.
                answer = refusal.response
                stream = httpx.ByteStream(answer.content)
                return httpx.Response(answer.status_code, headers=answer.headers, stream=stream)

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        """End, with what httpx-ws 0.9 forgets: connections whose opening was cancelled."""
        self._task_group.cancel_scope.cancel()
        await super().__aexit__(exc_type, exc_value, traceback)


def _tidy(app: App) -> Callable[..., Awaitable[None]]:
    """Close the queues of a connection that is cancelled: httpx-ws forgets them."""

    async def run(scope: Any, receive: Any, send: Any) -> None:
        try:
            await app(scope, receive, send)
        except anyio.get_cancelled_exc_class():
            with anyio.CancelScope(shield=True):
                for call in (receive, send):
                    await call.__self__.aclose()
            raise

    return run


def _check(**positive: float) -> None:
    for name, value in positive.items():
        if not value >= 0 or (name != "port" and value == 0):
            raise ConfigError(f"{name} must be positive, not {value!r}", field=name, value=value)


def _warn_if_open(host: str) -> None:
    try:
        is_loopback = ip_address(host).is_loopback
    except ValueError:
        is_loopback = host == "localhost"
    if not is_loopback:
        warnings.warn(
            f"the local server listens on {host}: everybody who can reach this machine and knows "
            "the token can use it",
            stacklevel=3,
        )
