"""Who we are and where the service is: credentials, addresses and the way to a connection.

One :class:`RealtimeClient` serves any number of sessions. It starts nothing by itself and knows
nothing about conversations. The key is in no repr, pickle, log line or exception of this library.
"""

import logging
import os
import re
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, NoReturn

import anyio

from realtime_voice import transport
from realtime_voice._version import __version__
from realtime_voice.codec import decode_server_event
from realtime_voice.errors import (
    AuthError,
    ConfigError,
    ConnectFailed,
    ConnectionLost,
    EventDecodeError,
    RealtimeError,
)
from realtime_voice.events import Error
from realtime_voice.transport import (
    Address,
    ProxyAddress,
    Route,
    Secret,
    check_ssl_context,
    from_server_error,
    is_credential,
    is_loopback,
    printable,
    redacted,
)

if TYPE_CHECKING:
    import httpx

    from realtime_voice.transport import Link, LinkOptions, Target

__all__ = ["ApiKey", "RealtimeClient"]

ApiKey = str | Secret | Callable[[], str | Secret | Awaitable[str | Secret]]
"""A key, or a callable (sync or async) that is asked for one before each connection."""

_HOST = "api.openai.com"
_DEFAULT_BASE_URL = f"https://{_HOST}/v1"
_DEFAULT_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
_SECRET_HEADER = re.compile("auth|key|cookie|token|secret|signature|credential", re.IGNORECASE)
_HEADER_NAME = re.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNFIT_VALUE = "must be text of printable ASCII characters, because it travels in an HTTP header"
_EXPLAIN_SECONDS = 2.0
_log = logging.getLogger("realtime_voice")


class RealtimeClient:
    """Holds credentials and the address of the service, and opens connections.

    Args:
        api_key: The key; a callable is asked before each connection and its answer is not kept.
            None: ``OPENAI_API_KEY``.
        base_url: Address of the API, ``https`` or ``wss``; ``http`` and ``ws`` only to this very
            machine. None: ``OPENAI_BASE_URL``, else OpenAI.
        organization: Organization to bill. None: ``OPENAI_ORG_ID``.
        project: Project to bill. None: ``OPENAI_PROJECT_ID``.
        safety_identifier: A hash that stands for the end user, as OpenAI's usage policy asks for.
        http_client: Your own ``httpx.AsyncClient``, for example with a special transport; it stays
            yours to close. None: each connection gets a client of our own.
        headers: More headers to send. Those whose names speak of credentials (``Authorization``,
            ``api-key``, ``Cookie``, ``X-...-Token``, ...) are treated as secrets.
        ssl_context: Whom to trust; it must verify certificates. None: the usual authorities.
        proxy: Address of a proxy, with its credentials. None: ``HTTPS_PROXY`` and the like.
        connect_timeout: Seconds for everything until the session exists: DNS, TCP, proxy, TLS,
            the upgrade and ``session.created``.
        link: Limits of the connections.

    Raises:
        ConfigError: A value cannot work; no message quotes a credential.
    """

    def __init__(
        self,
        api_key: ApiKey | None = None,
        *,
        base_url: str | None = None,
        organization: str | None = None,
        project: str | None = None,
        safety_identifier: str | None = None,
        http_client: "httpx.AsyncClient | None" = None,
        headers: Mapping[str, str] | None = None,
        ssl_context: ssl.SSLContext | None = None,
        proxy: str | None = None,
        connect_timeout: float = 10.0,
        link: "LinkOptions | None" = None,
    ) -> None:
        try:
            self._url = _base_url(base_url)
            self._key = _key(api_key)
            self._headers, self._secret_headers = _split_headers(headers or {})
            self._proxy = _proxy(proxy)
        except ConfigError as exc:
            # The frames below and this one hold what was given: a traceback may show locals.
            exc.__traceback__ = None
            raise
        finally:
            base_url = api_key = headers = proxy = None
        identity = {
            "OpenAI-Organization": _identity(organization, "organization", "OPENAI_ORG_ID"),
            "OpenAI-Project": _identity(project, "project", "OPENAI_PROJECT_ID"),
            "OpenAI-Safety-Identifier": _identity(safety_identifier, "safety_identifier"),
        }
        self._identity = {name: value for name, value in identity.items() if value is not None}
        self._http_client = http_client
        self._ssl_context = ssl_context
        self._link = link
        self._told_proxy: tuple[str, int] | None = None
        self.connect_timeout = _seconds(connect_timeout)
        """Seconds for everything until the session exists."""
        if http_client is not None and (ssl_context is not None or self._proxy is not None):
            raise ConfigError(
                "ssl_context and proxy belong to the HTTP client: give them to http_client",
                field="http_client",
            )
        if ssl_context is not None:
            check_ssl_context(ssl_context, self._url.host)

    @property
    def base_url(self) -> str:
        """Address of the API, always ``http`` or ``https``."""
        return str(self._url)

    async def connect(
        self,
        *,
        model: str | None = None,
        call_id: str | None = None,
        intent: str | None = None,
        query: Mapping[str, str] | None = None,
    ) -> "Link":
        """Open a connection and wait until the server has made a session.

        Args:
            model: Model of a conversation.
            call_id: Attach to a running SIP or WebRTC call instead; there is no ``session.created``
                then, so nothing is waited for.
            intent: ``transcription`` for a session that only transcribes.
            query: More parameters for the address.

        Returns:
            A transport whose first frame is the server's first event. Close it with ``aclose()``.

        Raises:
            AuthError: There is no key, or it was refused.
            RequestRejected: The model, the address or the request was refused.
            ConnectError: Could not connect; the class says why.
            ConfigError: ``query`` names a credential, or ``http_client`` is closed.
        """
        wanted = {"model": model, "call_id": call_id, "intent": intent, **(query or {})}
        if any(is_credential(name) for name in wanted):
            wanted, query = {}, None  # A traceback may show locals.
            raise ConfigError(
                "query must hold no credentials, because addresses are logged: use headers=",
                field="query",
            )
        address = self._url.joined(
            "/realtime", {name: value for name, value in wanted.items() if value is not None}
        )
        route = Route(address.host, address.port)
        secrets = dict(self._secret_headers)
        deadline = anyio.current_time() + self.connect_timeout
        try:
            target = await self._target(address, route, secrets, deadline)
            left = max(deadline - anyio.current_time(), 0.001)
            link = await transport.open_link(target, route, timeout_s=left)
            refusal = await self._refused(link, route, deadline) if call_id is None else None
            if refusal is not None:
                raise refusal
        except RealtimeError as exc:
            _redact(exc, secrets.values())
            raise
        return link

    async def _target(
        self, address: Address, route: Route, secrets: dict[str, Secret], deadline: float
    ) -> "Target":
        """Everything about the request; the credentials are added to ``secrets``."""
        route.stage = "api_key"
        if not any(name.lower() in {"authorization", "api-key"} for name in secrets):
            secrets["Authorization"] = await self._bearer(route, deadline)
        route.stage = "pool"
        if self._http_client is not None and self._http_client.is_closed:
            raise ConfigError("http_client is closed: give an open one", field="http_client")
        await transport.load_link()
        import httpx  # noqa: PLC0415 - load_link has imported it beside the event loop

        url = httpx.URL(str(address))
        route.host = url.raw_host.decode()
        headers = {"User-Agent": f"realtime-voice/{__version__}", **self._identity}
        return transport.Target(
            url=url,
            headers=headers | self._headers,
            secrets=secrets,
            http_client=self._http_client,
            ssl_context=self._ssl_context,
            proxy=self._way(url),
            options=self._link or transport.LinkOptions(),
        )

    def _way(self, url: "httpx.URL") -> "httpx.Proxy | None":
        """The proxy to go through, told to the log once and without its credentials."""
        import httpx  # noqa: PLC0415 - see _target

        if self._http_client is not None:
            return None
        proxy = self._proxy
        found = transport.environment_proxy(url) if proxy is None else None
        if proxy is not None:
            found = httpx.Proxy(proxy.url.reveal())
        if found is not None:
            via = (found.url.host, found.url.port or _DEFAULT_PORTS.get(found.url.scheme, 0))
            if via != self._told_proxy:
                self._told_proxy = via
                _log.info("connecting to %s via proxy %s:%d", url.host, *via)
        return found

    async def _bearer(self, route: Route, deadline: float) -> Secret:
        """The header's value, asked for anew where the key comes from a callable."""
        key = self._key
        if key is None:
            raise AuthError(
                "there is no API key: set OPENAI_API_KEY, or pass api_key= to RealtimeClient"
            )
        if not isinstance(key, Secret):
            with anyio.CancelScope(deadline=deadline) as scope:
                key = await _ask(key)
            if scope.cancelled_caught or not isinstance(key, Secret):
                raise ConnectFailed(
                    f"the api_key callable gave no key within {self.connect_timeout:g} s",
                    kind="timeout",
                    stage=route.stage,
                    host=route.host,
                )
        return Secret(f"Bearer {key.reveal()}")

    async def _refused(self, link: "Link", route: Route, deadline: float) -> RealtimeError | None:
        """Wait for the first event; an ``error`` is the server's refusal of the whole session.

        The refusal is returned, so that no traceback shows the frames that hold the server's words:
        some servers repeat the key they were sent.
        """
        route.stage = "session.created"
        error: RealtimeError
        try:
            with anyio.fail_after(deadline - anyio.current_time()):
                first = await link.receive()
            refusal = _refusal(first)
            if refusal is None:
                link.put_back(first)
                return None
            error = await _explained(link, refusal, route)
        except TimeoutError:
            error = ConnectFailed(
                f"{route.host} opened the connection but sent no session.created within "
                f"{self.connect_timeout:g} s",
                kind="timeout",
                stage=route.stage,
                host=route.host,
            )
        except ConnectionLost as exc:
            error = ConnectFailed(
                f"{route.host} opened the connection and ended it at once: {exc}",
                stage=route.stage,
                host=route.host,
                status=exc.code,
            )
        except BaseException:
            await _close(link)
            raise
        await _close(link)
        return error

    def __repr__(self) -> str:
        # Also while it is being made: a debugger shows an object whose options were refused.
        url = getattr(self, "_url", None)
        return f"RealtimeClient(base_url={None if url is None else str(url)!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a RealtimeClient holds a credential and cannot be pickled or copied")


# --- Reading what users give -----------------------------------------------------------------


def _environment(name: str) -> str | None:
    return (os.environ.get(name) or "").strip() or None


def _secret(value: object) -> Secret:
    if isinstance(value, Secret):
        return value
    if isinstance(value, str):
        return Secret(value)
    raise ConfigError(
        f"the api_key callable must give a string, not {type(value).__name__}", field="api_key"
    )


async def _ask(provider: Callable[[], Any]) -> Secret:
    """A key from a callable, out of sight also where it turns out to be none."""
    answer: Any = None
    try:
        answer = provider()
        if isawaitable(answer):
            answer = await answer
        return _secret(answer)
    except ConfigError as exc:
        exc.__traceback__ = None
        raise
    finally:
        answer = None


def _key(api_key: ApiKey | None) -> Secret | Callable[[], Any] | None:
    if api_key is None:
        found = os.environ.get("OPENAI_API_KEY") or ""
        return Secret(found, name="OPENAI_API_KEY") if found.strip() else None
    if isinstance(api_key, str | Secret):
        return _secret(api_key)
    if callable(api_key):
        return api_key
    raise ConfigError(
        f"api_key must be a string or a callable, not {type(api_key).__name__}", field="api_key"
    )


def _base_url(given: str | None) -> Address:
    address = Address.parse(given or _environment("OPENAI_BASE_URL") or _DEFAULT_BASE_URL)
    if given is None and address.host != _HOST and not is_loopback(address.host):
        _log.warning("OPENAI_BASE_URL sends everything, the API key included, to %s", address.host)
    return address


def _proxy(given: str | None) -> ProxyAddress | None:
    proxy = None if given is None else ProxyAddress.parse(given)
    if given is not None and proxy is None:
        raise ConfigError("proxy must look like http://user:password@host:port", field="proxy")
    return proxy


def _seconds(value: object) -> float:
    if isinstance(value, int | float) and value > 0:
        return value
    raise ConfigError(
        f"connect_timeout must be above 0 seconds, not {value!r}",
        field="connect_timeout",
        value=value,
    )


def _identity(given: str | None, field: str, variable: str | None = None) -> str | None:
    """Who is billed or served: travels in a header, so it must be fit for one."""
    value = given
    if not value and variable is not None:
        value = _environment(variable)
    if not value:
        return None
    if not _fits_header(value):
        raise ConfigError(f"{field} {_UNFIT_VALUE}", field=field)
    return value


def _split_headers(headers: Mapping[str, str]) -> tuple[dict[str, str], dict[str, Secret]]:
    """Plain headers, and those whose values must not be seen."""
    plain: dict[str, str] = {}
    secret: dict[str, Secret] = {}
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(str(name)):
            raise ConfigError(f"{name!r} cannot be the name of a header", field="headers")
        if not _fits_header(value):
            raise ConfigError(f"the header {name!r} {_UNFIT_VALUE}", field="headers")
        if _SECRET_HEADER.search(name):
            secret[name] = Secret(value, name=name)
        else:
            plain[name] = value
    return plain, secret


def _fits_header(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isprintable()


def _redact(error: RealtimeError, secrets: Iterable[Secret]) -> None:
    """Take what was sent as a credential out of what the server said about it."""
    error.args = tuple(redacted(str(part), secrets) for part in error.args)
    for name in ("body", "code", "param", "reason", "request_id"):
        told = getattr(error, name, None)
        if isinstance(told, str):
            setattr(error, name, redacted(told, secrets))


# --- The first event -------------------------------------------------------------------------


def _refusal(frame: str | bytes) -> Error | None:
    try:
        event = decode_server_event(frame)
    except EventDecodeError:
        return None
    return event if isinstance(event, Error) else None


async def _explained(link: "Link", refusal: Error, route: Route) -> RealtimeError:
    """The server's ``error`` together with the close frame that follows it.

    A refused session is upgraded first, then told why, and then closed: the event has the words,
    the close code has the class.
    """
    cause: RealtimeError | None = None
    with anyio.move_on_after(_EXPLAIN_SECONDS):
        while cause is None:
            try:
                await link.receive()
            except RealtimeError as exc:
                cause = exc
    said = refusal.error
    error = from_server_error(said.code, said.message, param=said.param, cause=cause)
    if error is cause and isinstance(cause, ConnectionLost):
        error = ConnectFailed(
            f"{route.host} made no session: {printable(said.message)} ({cause})",
            stage=route.stage,
            host=route.host,
            status=cause.code,
            code=said.code,
        )
        error.retryable = cause.retryable
    return error


async def _close(link: "Link") -> None:
    with anyio.CancelScope(shield=True):
        await link.aclose()
