"""Every way in which a connection may fail to come up, through the public client.

Each failure is checked twice: that it is the typed error which is promised, bare and soon enough,
and that the key is in nothing which a person or a tool may print of it.
"""

import json
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import httpx
import pytest
import sniffio
import trustme
from anyio.abc import ByteStream, SocketAttribute

from realtime_voice.client import RealtimeClient
from realtime_voice.config import SessionConfig
from realtime_voice.errors import (
    AuthError,
    ConfigError,
    ConnectFailed,
    ConnectionLost,
    ProxyFailure,
    QuotaExhausted,
    RateLimited,
    RealtimeError,
    RequestRejected,
    ServerUnavailable,
    TLSFailure,
)
from realtime_voice.session import Session
from realtime_voice.testing import LocalServer, Scripted
from realtime_voice.testing.faults import AfterEvents, Close
from tests.secrecy import leaks
from tests.transport.peer import BROKEN, Behaviour, Connection, Peer, serving

pytestmark = pytest.mark.anyio

KEY = "sk-canary-" + "3e91c0"
PASSWORD = "canary-" + "pa55"
CREATED = json.dumps({"type": "session.created", "event_id": "e", "session": {"type": "realtime"}})
NAME = "voice.example"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No address, key or proxy of the machine that runs the tests."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


@pytest.fixture(autouse=True)
def _loggers(caplog: pytest.LogCaptureFixture) -> AsyncIterator[None]:
    """Every logger at its lowest level; whatever a test does, no canary is in the log."""
    caplog.set_level(1)
    for name in ("realtime_voice", "httpx", "httpcore", "anyio", "asyncio", "trio"):
        caplog.set_level(1, logger=name)
    yield
    assert KEY not in caplog.text
    assert PASSWORD not in caplog.text
    for record in caplog.records:
        assert KEY not in repr(vars(record))
        assert PASSWORD not in repr(vars(record))


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Somebody to trust."""
    return trustme.CA()


def server_side(authority: trustme.CA, *names: str, **options: Any) -> ssl.SSLContext:
    """A server's certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names, **options).configure_cert(context)
    return context


def client_side(authority: trustme.CA) -> ssl.SSLContext:
    """A client that trusts."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def failure(url: str, *, limit_s: float = 10.0, **options: Any) -> RealtimeError:
    """How connecting fails: a typed error, bare, in time, and without a secret."""
    if sniffio.current_async_library() == "asyncio":
        import asyncio  # noqa: PLC0415 - only where it runs

        asyncio.get_running_loop().set_debug(True)
    client = RealtimeClient(base_url=url, **options)
    options = {}
    with pytest.raises(RealtimeError) as caught, anyio.fail_after(limit_s):
        await client.connect(model="gpt-realtime")
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None or error.__suppress_context__
    assert leaks(error, KEY, PASSWORD) == []
    return error


def answering(status: str, *, headers: str = "", body: bytes = b"") -> Behaviour:
    """A server that refuses the upgrade."""

    async def refuse(connection: Connection) -> None:
        await connection.answer(status, headers=headers, body=body)

    return refuse


async def silent(connection: Connection) -> None:
    """A server that takes the request and says nothing."""
    await connection.read_request()
    await anyio.sleep_forever()


async def greet(connection: Connection) -> None:
    """A server that makes a session."""
    await connection.accept(then=connection.frame(CREATED))
    async for _ in connection.messages():
        pass


@asynccontextmanager
async def listening(handle: Callable[[ByteStream], Awaitable[None]]) -> AsyncIterator[int]:
    """A TCP server of bytes; gives its port."""

    async def guarded(stream: ByteStream) -> None:
        with suppress(*BROKEN):
            async with stream:
                await handle(stream)

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, guarded)
        yield listener.extra(SocketAttribute.local_port)  # noqa: S610 - not Django
        group.cancel_scope.cancel()


@asynccontextmanager
async def proxying(heads: list[bytes], *, to: Peer | None = None) -> AsyncIterator[int]:
    """A CONNECT proxy that leads every name to one peer."""

    async def pump(source: ByteStream, target: ByteStream) -> None:
        with suppress(*BROKEN):
            async for data in source:
                await target.send(data)
            await target.send_eof()

    async def handle(stream: ByteStream) -> None:
        heads.append(await stream.receive())
        if to is None:
            await anyio.sleep_forever()
            return
        async with await anyio.connect_tcp("127.0.0.1", to.port) as beyond:
            await stream.send(b"HTTP/1.1 200 Connected\r\n\r\n")
            async with anyio.create_task_group() as group:
                group.start_soon(pump, stream, beyond)
                await pump(beyond, stream)
                group.cancel_scope.cancel()

    async with listening(handle) as port:
        yield port


# --- DNS, TCP, time ----------------------------------------------------------------------------


async def test_a_name_that_does_not_resolve() -> None:
    """DNS is a kind of its own; trying again may help."""
    error = await failure(f"https://{NAME}.invalid/v1")
    assert isinstance(error, ConnectFailed)
    assert (error.kind, error.host, error.retryable) == ("dns", f"{NAME}.invalid", True)


async def test_a_closed_port() -> None:
    """A refused connection says so."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    error = await failure(f"ws://127.0.0.1:{port}/v1")
    assert isinstance(error, ConnectFailed)
    assert (error.kind, error.host, error.retryable) == ("refused", "127.0.0.1", True)


async def test_one_limit_covers_every_stage_and_names_it(authority: trustme.CA) -> None:
    """Proxy, TLS, upgrade and first event: whichever hangs, the error tells which."""

    async def upgraded(connection: Connection) -> None:
        await connection.accept()
        await anyio.sleep_forever()

    async def deaf(stream: ByteStream) -> None:
        await anyio.sleep_forever()

    heads: list[bytes] = []
    stages: dict[str, str] = {}
    async with (
        serving(silent) as mute,
        serving(upgraded) as idle,
        listening(deaf) as port,
        proxying(heads) as proxy,
    ):
        for stage, url, options in (
            ("handshake", mute.url, {}),
            ("session.created", idle.url, {}),
            ("tls", f"https://127.0.0.1:{port}/v1", {"ssl_context": client_side(authority)}),
            ("proxy", f"https://{NAME}/v1", {"proxy": f"http://u:{PASSWORD}@127.0.0.1:{proxy}"}),
        ):
            error = await failure(url, connect_timeout=0.4, limit_s=3, **options)
            assert isinstance(error, ConnectFailed)
            assert (error.kind, error.stage, error.retryable) == ("timeout", stage, True)
            stages[stage] = str(error)
    assert f"does port {port} speak TLS?" in stages["tls"]
    assert len(heads) == 1


@pytest.mark.parametrize("reset", [True, False])
async def test_an_end_before_the_answer(*, reset: bool) -> None:
    """FIN and RST before the answer are one retryable error."""

    async def gone(connection: Connection) -> None:
        await connection.read_request()
        if reset:
            connection.reset()

    async with serving(gone) as peer:
        error = await failure(peer.url)
    assert isinstance(error, ConnectFailed)
    assert (error.kind, error.stage, error.retryable) == ("handshake", "handshake", True)


# --- Refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "kind", "retryable"),
    [
        ("400 Bad Request", "invalid_model", RequestRejected, False),
        ("401 Unauthorized", "invalid_api_key", AuthError, False),
        ("403 Forbidden", None, AuthError, False),
        ("404 Not Found", "model_not_found", RequestRejected, False),
        ("429 Too Many Requests", None, RateLimited, True),
        ("429 Too Many Requests", "insufficient_quota", QuotaExhausted, False),
        ("500 Internal Server Error", None, ServerUnavailable, True),
        ("502 Bad Gateway", None, ServerUnavailable, True),
        ("503 Service Unavailable", None, ServerUnavailable, True),
        ("504 Gateway Timeout", None, ServerUnavailable, True),
    ],
)
async def test_a_refused_upgrade(
    status: str, code: str | None, kind: type[RealtimeError], *, retryable: bool
) -> None:
    """Status, code, body, request id and time to wait are told; an echoed key is not."""
    told = f"No: you sent Bearer {KEY} in vain"
    body = json.dumps({"error": {"code": code, "message": told, "param": "model"}}).encode()
    headers = f"x-request-id: req_7-{KEY}\r\nRetry-After: 3\r\nContent-Type: application/json\r\n"
    async with serving(answering(status, headers=headers, body=body)) as peer:
        error: Any = await failure(peer.url)
    assert type(error) is kind
    assert (error.status, error.code, error.retryable) == (int(status[:3]), code, retryable)
    assert error.request_id == "req_7-***"
    assert json.loads(error.body)["error"]["message"] == "No: you sent *** in vain"
    assert "No: you sent *** in vain" in str(error)
    assert error.session_id is None
    if kind is RequestRejected:
        assert error.param == "model"
        assert "check model" in str(error)
    else:
        assert (error.host, error.retry_after) == ("127.0.0.1", 3.0)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ("Retry-After: Wed, 21 Oct 2026 07:28:30 GMT\r\nDate: Wed, 21 Oct 2026 07:28:00 GMT", 30.0),
        ("Retry-After: Wed, 21 Oct 2015 07:28:30 GMT", 0.0),
        ("retry-after-ms: 1500\r\nRetry-After: 9", 1.5),
        ("Retry-After: 86400", 86_400.0),
        ("Retry-After: soon", None),
    ],
)
async def test_every_form_of_retry_after(headers: str, expected: float | None) -> None:
    """Seconds, milliseconds and dates; as the server said, not capped."""
    async with serving(answering("429 Too Many", headers=headers + "\r\n")) as peer:
        error = await failure(peer.url)
    assert isinstance(error, RateLimited)
    assert error.retry_after == expected


async def test_a_body_is_cut_at_64_kib_and_after_2_s() -> None:
    """An endless body costs neither memory nor time."""

    async def endless(connection: Connection) -> None:
        await connection.read_request()
        await connection.stream.send(b"HTTP/1.1 500 Oops\r\nContent-Length: 99999999\r\n\r\n")
        while True:
            await connection.stream.send(b"x" * 10_000)

    async def slow(connection: Connection) -> None:
        await connection.read_request()
        await connection.stream.send(b"HTTP/1.1 500 Oops\r\nContent-Length: 9999\r\n\r\nbegun")
        await anyio.sleep_forever()

    async with serving(endless) as peer:
        error: Any = await failure(peer.url)
    assert len(error.body) == 65_536
    async with serving(slow) as peer:
        error = await failure(peer.url, limit_s=4)
    assert isinstance(error, ServerUnavailable)
    assert error.body == "begun"


async def test_a_redirect_is_named_and_not_followed() -> None:
    """Not one request arrives at the other port, also when the user's client follows."""
    async with serving(greet) as other:
        line = f"Location: http://127.0.0.1:{other.port}/v1/realtime\r\n"
        for status in ("301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent"):
            async with (
                serving(answering(status, headers=line)) as peer,
                httpx.AsyncClient(follow_redirects=True) as mine,
            ):
                for options in ({}, {"http_client": mine}):
                    error = await failure(peer.url, **options)
                    assert isinstance(error, RequestRejected)
                    assert "redirect to 127.0.0.1" in str(error)
                    assert (error.status, error.retryable) == (int(status[:3]), False)
        assert other.connections == []


@pytest.mark.parametrize(
    ("close", "code", "kind", "retryable"),
    [
        (3000, "invalid_api_key", AuthError, False),
        (4000, "invalid_model", RequestRejected, False),
        (4000, "beta_api_shape_disabled", RequestRejected, False),
        (4004, None, RequestRejected, False),
        (1008, None, RequestRejected, False),
        (1000, "insufficient_quota", QuotaExhausted, False),
        (1013, None, ConnectFailed, True),
        (1011, None, ConnectFailed, True),
    ],
)
@pytest.mark.parametrize("with_event", [True, False])
async def test_upgraded_then_refused(
    close: int, code: str | None, kind: type[RealtimeError], *, retryable: bool, with_event: bool
) -> None:
    """An ``error`` and a close, or the close alone: one error, at once, without the echoed key."""
    content = {"type": "t", "code": code, "message": f"Bad {KEY}", "param": "model"}
    event = json.dumps({"type": "error", "event_id": "e", "error": content})

    async def refuse(connection: Connection) -> None:
        await connection.accept(then=connection.frame(event) if with_event else b"")
        await connection.close(close, f"invalid_request_error.{code}" if code else "")

    async with serving(refuse) as peer:
        error = await failure(peer.url)
        assert len(peer.connections) == 1
    if with_event or code != "insufficient_quota":
        assert type(error) is kind
        assert error.retryable is retryable


# --- TLS ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("authority", "unable to get local issuer certificate"),
        ("name", "mismatch"),
        ("expired", "certificate has expired"),
    ],
)
async def test_certificates_that_cannot_be_trusted(
    authority: trustme.CA, fault: str, reason: str
) -> None:
    """OpenSSL's own reason, the host, and no other try, on every event loop."""
    trusted = trustme.CA() if fault == "authority" else authority
    names = ("other.test",) if fault == "name" else ("127.0.0.1",)
    past = {"not_after": datetime.now(UTC) - timedelta(days=1)} if fault == "expired" else {}
    async with serving(greet, tls=server_side(authority, *names, **past)) as peer:
        error = await failure(peer.url, ssl_context=client_side(trusted))
        mine = httpx.AsyncClient(verify=client_side(trusted))
        async with mine:
            same = await failure(peer.url, http_client=mine)
    for each in (error, same):
        assert isinstance(each, TLSFailure)
        assert reason in each.reason
        assert each.reason in str(each)
        assert (each.host, each.retryable) == ("127.0.0.1", False)


async def test_a_port_that_speaks_no_tls_and_one_that_does(authority: trustme.CA) -> None:
    """Each mismatch has its hint."""

    async def plain(stream: ByteStream) -> None:
        await stream.receive()
        await stream.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with listening(plain) as port:
        error = await failure(f"wss://127.0.0.1:{port}/v1")
        assert isinstance(error, ConnectFailed)
        assert f"port {port} does not speak TLS" in str(error)
    async with serving(greet, tls=server_side(authority, "127.0.0.1")) as peer:
        error = await failure(peer.url.replace("https", "http"))
        assert isinstance(error, ConnectFailed)
        assert error.retryable


async def test_the_authorities_of_the_environment(
    authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``SSL_CERT_FILE`` names whom to trust."""
    from realtime_voice.transport import _dial  # noqa: PLC0415 - what it remembers is forgotten

    with authority.cert_pem.tempfile() as path:
        monkeypatch.setenv("SSL_CERT_FILE", path)
        monkeypatch.setattr(_dial, "_default_context", [])
        async with serving(greet, tls=server_side(authority, "127.0.0.1")) as peer:
            link = await RealtimeClient(base_url=peer.url).connect(model="m")
            await link.aclose()


@pytest.mark.parametrize("wrong", [False, True, 0, "ca.pem"])
async def test_verification_cannot_be_switched_off(wrong: Any) -> None:
    """There is no boolean for trust, and the error says what to give instead."""
    with pytest.raises(ConfigError, match="create_default_context") as caught:
        RealtimeClient(ssl_context=wrong)
    assert caught.value.field == "ssl_context"


async def test_old_versions_of_tls_are_refused() -> None:
    """A context must ask for 1.2 at least."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.raises(ConfigError, match=r"older than 1\.2"):
        RealtimeClient(ssl_context=context)


async def test_a_client_that_verifies_nobody_is_stopped_before_the_key_is_sent(
    authority: trustme.CA,
) -> None:
    """``verify=False`` on a client of one's own is found out during the handshake."""
    async with serving(greet, tls=server_side(authority, NAME)) as peer:
        async with proxying([], to=peer) as proxy:
            careless = httpx.AsyncClient(verify=False, proxy=f"http://127.0.0.1:{proxy}")  # noqa: S501
            async with careless:
                error = await failure(f"https://{NAME}:{peer.port}/v1", http_client=careless)
        assert isinstance(error, ConfigError)
        assert error.field == "http_client"
        assert "does not verify" in str(error)
        assert [connection.request for connection in peer.connections] == [b""]


# --- Proxies -----------------------------------------------------------------------------------


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
async def test_proxies_of_the_environment_count_for_websockets(
    authority: trustme.CA,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    variable: str,
) -> None:
    """``wss`` goes through the tunnel; the log names the proxy once, without its password."""
    heads: list[bytes] = []
    async with (
        serving(greet, tls=server_side(authority, NAME)) as peer,
        proxying(heads, to=peer) as port,
    ):
        monkeypatch.setenv(variable, f"http://user:{PASSWORD}@127.0.0.1:{port}")
        client = RealtimeClient(
            base_url=f"wss://{NAME}:{peer.port}/v1", ssl_context=client_side(authority)
        )
        for _ in range(2):
            link = await client.connect(model="m")
            await link.aclose()
        assert [head.split(b"\r\n")[0] for head in heads] == [
            f"CONNECT {NAME}:{peer.port} HTTP/1.1".encode()
        ] * 2
        assert b"Proxy-Authorization: Basic" in heads[0]
        assert KEY.encode() not in b"".join(heads)
        ours = [record.message for record in caplog.records if record.name == "realtime_voice"]
        assert ours == [f"connecting to {NAME} via proxy 127.0.0.1:{port}"]
        monkeypatch.setenv("NO_PROXY", NAME)
        error = await failure(f"wss://{NAME}/v1", ssl_context=client_side(authority))
        assert isinstance(error, ConnectFailed)
        assert error.kind == "dns"


async def test_a_proxy_never_sees_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain ``ws`` is for this very machine and goes there directly."""
    heads: list[bytes] = []
    async with serving(greet) as peer, proxying(heads) as port:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        link = await RealtimeClient(base_url=f"ws://127.0.0.1:{peer.port}/v1").connect(model="m")
        await link.aclose()
    assert heads == []
    with pytest.raises(ConfigError, match="in clear"):
        RealtimeClient(base_url="ws://voice.example/v1")


async def test_a_proxy_that_refuses_is_gone_or_speaks_socks() -> None:
    """Each is the proxy's failure, with its status where there is one, and not to be retried."""

    async def refuse(stream: ByteStream) -> None:
        await stream.receive()
        await stream.send(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")

    url = f"https://{NAME}/v1"
    async with listening(refuse) as port:
        error = await failure(url, proxy=f"http://user:{PASSWORD}@127.0.0.1:{port}")
        assert isinstance(error, ProxyFailure)
        assert error.status == 407
    gone = await failure(url, proxy=f"http://user:{PASSWORD}@127.0.0.1:{port}")
    assert isinstance(gone, ProxyFailure)
    assert gone.status is None
    for scheme in ("socks5", "socks5h"):
        socks = await failure(url, proxy=f"{scheme}://user:{PASSWORD}@127.0.0.1:{port}")
        assert isinstance(socks, ProxyFailure)
        assert "pip install 'httpx[socks]'" in str(socks)


# --- Keys, clients and setup -------------------------------------------------------------------


@pytest.mark.parametrize("answer", [f"{KEY}\n{KEY}", KEY.encode(), [KEY]])
async def test_a_callable_that_gives_no_key(answer: Any) -> None:
    """What it gave is in no message and in no frame."""

    def provide() -> Any:
        return answer

    error = await failure("ws://127.0.0.1:1/v1", api_key=provide)
    assert isinstance(error, ConfigError)
    assert error.field == "api_key"


async def test_credentials_in_the_query_are_refused() -> None:
    """Addresses are logged, by us, by httpx and by every proxy."""
    client = RealtimeClient(base_url="ws://127.0.0.1:1/v1")
    with pytest.raises(ConfigError, match="headers=") as caught:
        await client.connect(model="m", query={"api-key": KEY})
    assert caught.value.field == "query"
    frames = caught.value.__traceback__.tb_next  # type: ignore[union-attr] # below this one
    assert leaks(caught.value.with_traceback(frames), KEY) == []


async def test_a_full_pool_and_a_closed_client() -> None:
    """What is wrong with the user's own HTTP client is said in words."""
    limits = httpx.Limits(max_connections=1)
    async with serving(greet) as peer, httpx.AsyncClient(limits=limits) as mine:
        link = await RealtimeClient(base_url=peer.url, http_client=mine).connect(model="m")
        error = await failure(peer.url, http_client=mine, connect_timeout=0.3, limit_s=2)
        assert isinstance(error, ConnectFailed)
        assert (error.stage, error.retryable) == ("pool", True)
        assert "pool full" in str(error)
        await link.aclose()
    closed = await failure(peer.url, http_client=mine)
    assert isinstance(closed, ConfigError)
    assert closed.field == "http_client"
    assert "closed" in str(closed)


async def test_a_refused_configuration_closes_the_socket() -> None:
    """Entering a session is all or nothing."""
    over = anyio.Event()

    async def refuse(connection: Connection) -> None:
        await connection.accept(then=connection.frame(CREATED))
        async for text in connection.messages():
            update = json.loads(text)
            error = {"type": "invalid_request_error", "code": "invalid_value", "message": "No.",
                     "param": "session.tools", "event_id": update["event_id"]}  # fmt: skip
            event = {"type": "error", "event_id": "e1", "error": error}
            await connection.send(json.dumps(event))
        over.set()

    async with serving(refuse) as peer:
        client = RealtimeClient(base_url=peer.url)
        with pytest.raises(RequestRejected) as caught, anyio.fail_after(10):
            async with Session(SessionConfig(), client=client):
                pass
        with anyio.fail_after(3):
            await over.wait()
    assert caught.value.param == "session.tools"
    assert leaks(caught.value, KEY) == []


async def test_an_error_names_the_session_that_it_ended() -> None:
    """For a support case: the server's id of the session is in the error."""
    faults = [Close(when=AfterEvents(event="session.updated"), code=1011)]
    async with LocalServer(Scripted([]), faults=faults) as server:
        session = Session(client=server.client())
        with pytest.raises(ConnectionLost) as caught, anyio.fail_after(10):
            await session.run()
    assert session.result is not None
    assert caught.value.session_id == session.result.session_id
    assert str(caught.value.session_id).startswith("sess_")


async def test_a_connection_that_comes_up_logs_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    """Also where everything goes well, at the lowest level of every logger."""
    async with serving(greet) as peer:
        client = RealtimeClient(base_url=peer.url, headers={"api-key": KEY, "X-Token": PASSWORD})
        link = await client.connect(model="m")
        await link.aclose()
    assert caplog.records
    assert all(record.levelno >= 1 for record in caplog.records)
    assert logging.getLogger("httpx").level == 1
