"""Opening a link: every way in which it can fail is one typed error, bare, and without a secret."""

import json
import logging
import ssl
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import anyio
import httpx
import pytest
import trustme
from anyio.abc import ByteStream, SocketAttribute

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
from realtime_voice.transport import Link, Route, Secret, Target, open_link
from tests.transport.peer import BROKEN, Connection, Peer, serving

pytestmark = pytest.mark.anyio

KEY = "sk-canary-7d1f9a"


async def opened(url: str, *, timeout_s: float = 3.0, **options: object) -> Link:
    """Open a link with a canary among the headers."""
    address = httpx.URL(url)
    secrets = {"Authorization": Secret(f"Bearer {KEY}"), "api-key": Secret(KEY)}
    target = Target(url=address, secrets=secrets, **options)
    default = 443 if address.scheme == "https" else 80
    return await open_link(
        target, Route(address.host, address.port or default), timeout_s=timeout_s
    )


async def failure(url: str, **options: object) -> RealtimeError:
    """How opening fails; checks that the error is bare and that no secret shows."""
    with pytest.raises(RealtimeError) as caught, anyio.fail_after(20):
        await opened(url, **options)
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None
    lines = traceback.TracebackException.from_exception(error, capture_locals=True).format()
    assert KEY not in "".join(lines)
    return error


async def echo(connection: Connection) -> None:
    """A good peer."""
    await connection.accept()
    async for text in connection.messages():
        await connection.send(text)


def answering(
    status: str, *, headers: str = "", body: object = None
) -> Callable[..., Awaitable[None]]:
    """A peer that refuses the upgrade."""
    data = b"" if body is None else json.dumps(body).encode()

    async def refuse(connection: Connection) -> None:
        await connection.answer(status, headers=headers, body=data)

    return refuse


async def test_the_secrets_arrive_and_nothing_asks_for_compression() -> None:
    """The server sees the credentials; no extension is offered."""
    seen: dict[str, str] = {}

    async def look(connection: Connection) -> None:
        seen.update(await connection.read_request())
        await connection.accept()
        async for _ in connection.messages():
            pass

    async with serving(look) as peer:
        link = await opened(peer.url + "?model=m", headers={"X-Mine": "1"})
        await link.aclose()
        assert peer.connections[0].target == "/v1?model=m"
    assert seen["authorization"] == f"Bearer {KEY}"
    assert seen["api-key"] == KEY
    assert seen["x-mine"] == "1"
    assert "sec-websocket-extensions" not in seen


@pytest.mark.parametrize(
    ("status", "body", "kind", "checks"),
    [
        ("401 Unauthorized", {"error": {"code": "invalid_api_key", "message": "Bad"}}, AuthError,
         {"status": 401, "code": "invalid_api_key", "request_id": "req_1"}),
        ("403 Forbidden", None, AuthError, {"status": 403}),
        ("404 Not Found", {"error": {"message": "no such call", "param": "call_id"}},
         RequestRejected, {"status": 404, "param": "call_id"}),
        ("400 Bad Request", ["odd"], RequestRejected, {"status": 400, "code": None}),
        ("429 Too Many Requests", None, RateLimited, {"retry_after": 7.0, "retryable": True}),
        ("429 Too Many Requests", {"error": {"code": "insufficient_quota"}}, QuotaExhausted,
         {"status": 429, "retryable": False}),
        ("500 Oops", None, ServerUnavailable, {"status": 500, "retryable": True}),
        ("503 Busy", None, ServerUnavailable, {"status": 503}),
        ("407 Proxy Authentication Required", None, ProxyFailure, {"status": 407}),
        ("200 OK", None, RequestRejected, {"status": 200}),
    ],
)  # fmt: skip
async def test_a_refused_upgrade_is_typed(
    status: str, body: object, kind: type[RealtimeError], checks: dict[str, object]
) -> None:
    """Each HTTP status is its own error, with what the body and the headers tell."""
    headers = "x-request-id: req_1\r\nRetry-After: 7\r\n"
    async with serving(answering(status, headers=headers, body=body)) as peer:
        error = await failure(peer.url)
    assert type(error) is kind
    assert {name: getattr(error, name) for name in checks} == checks
    assert status.split(maxsplit=1)[0] in str(error)


async def test_what_the_body_says_is_told_in_part() -> None:
    """The server's message is in ours; a huge or odd body is cut."""
    message = {"error": {"message": "Incorrect key\x1b[31m" + "!" * 1000}}
    async with serving(answering("401 No", body=message)) as peer:
        error = await failure(peer.url)
    assert "Incorrect key" in str(error)
    assert "\x1b" not in str(error)
    assert len(str(error)) < 500

    async def endless(connection: Connection) -> None:
        await connection.read_request()
        await connection.stream.send(b"HTTP/1.1 500 Oops\r\nContent-Length: 99999999\r\n\r\n")
        while True:
            await connection.stream.send(b"x" * 10_000)

    async with serving(endless) as peer:
        error = await failure(peer.url)
    assert isinstance(error, ServerUnavailable)

    async def hanging(connection: Connection) -> None:
        await connection.read_request()
        await connection.stream.send(b"HTTP/1.1 500 Oops\r\nContent-Length: 9\r\n\r\n")
        await anyio.sleep_forever()

    async with serving(hanging) as peer:
        error = await failure(peer.url, timeout_s=5)
    assert isinstance(error, ServerUnavailable)


@pytest.mark.parametrize("location", ["http://127.0.0.1:{port}/there", "/here", "http://[bad"])
async def test_redirects_are_never_followed(location: str) -> None:
    """The other host sees nothing, least of all the credentials."""
    async with serving(echo) as other:
        line = f"Location: {location.format(port=other.port)}\r\n"
        async with serving(answering("302 Found", headers=line)) as peer:
            client = httpx.AsyncClient(follow_redirects=True)
            async with client:
                error = await failure(peer.url, http_client=client)
        assert isinstance(error, RequestRejected)
        assert "redirect" in str(error)
        assert error.status == 302
        assert other.connections == []


@pytest.mark.parametrize(
    ("accept", "extra", "told"),
    [
        ("AAAA", "", "Sec-WebSocket-Accept"),
        ("", "", "Sec-WebSocket-Accept"),
        (None, "Sec-WebSocket-Extensions: permessage-deflate\r\n", "extensions"),
        (None, "Sec-WebSocket-Protocol: other\r\n", "subprotocol"),
    ],
)
async def test_the_handshake_is_verified(accept: str | None, extra: str, told: str) -> None:
    """A 101 that does not prove itself is refused (RFC 6455 section 4.1)."""

    async def wrong(connection: Connection) -> None:
        await connection.accept(accept=accept, extra=extra)
        await anyio.sleep_forever()

    async with serving(wrong) as peer:
        error = await failure(peer.url)
    assert isinstance(error, ConnectFailed)
    assert error.kind == "handshake"
    assert told in str(error)


@pytest.mark.parametrize(
    ("lines", "told"),
    [("Connection: Upgrade", "does not upgrade"), ("Upgrade: websocket", "Connection header")],
)
async def test_a_101_without_an_upgrade_is_refused(lines: str, told: str) -> None:
    """Both headers of the upgrade must be there."""

    async def wrong(connection: Connection) -> None:
        await connection.read_request()
        await connection.stream.send(f"HTTP/1.1 101 Ok\r\n{lines}\r\n\r\n".encode())
        await anyio.sleep_forever()

    async with serving(wrong) as peer:
        assert told in str(await failure(peer.url))


async def test_an_offered_subprotocol_may_be_chosen() -> None:
    """What we offered is a valid choice."""

    async def choose(connection: Connection) -> None:
        await connection.accept(extra="Sec-WebSocket-Protocol: realtime\r\n")
        async for _ in connection.messages():
            pass

    async with serving(choose) as peer:
        link = await opened(peer.url, subprotocols=("realtime", "other"))
        await link.aclose()


async def test_names_that_do_not_resolve() -> None:
    """DNS has a kind of its own and names the host."""
    error = await failure("https://realtime.invalid/v1")
    assert isinstance(error, ConnectFailed)
    assert (error.kind, error.retryable) == ("dns", True)
    assert "realtime.invalid" in str(error)


async def test_refused_connections() -> None:
    """A closed port says so."""
    async with serving(echo) as peer:
        url = peer.url
    error = await failure(url)
    assert isinstance(error, ConnectFailed)
    assert error.kind == "refused"
    assert "refused" in str(error)


async def test_a_handshake_that_never_comes_names_its_stage() -> None:
    """One limit covers everything, and the error tells what was waited for."""

    async def silent(connection: Connection) -> None:
        await connection.read_request()
        await anyio.sleep_forever()

    async with serving(silent) as peer:
        start = time.perf_counter()
        error = await failure(peer.url, timeout_s=0.3)
    assert isinstance(error, ConnectFailed)
    assert (error.kind, error.stage) == ("timeout", "handshake")
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 101", b"SSH-2.0-OpenSSH\r\n\r\n", b"\x00\xff" * 9]
)
@pytest.mark.parametrize("reset", [True, False])
async def test_a_handshake_that_breaks_off(answer: bytes, *, reset: bool) -> None:
    """FIN, RST and garbage are one error."""

    async def broken(connection: Connection) -> None:
        await connection.read_request()
        if answer:
            await connection.stream.send(answer)
        if reset:
            connection.reset()

    async with serving(broken) as peer:
        error = await failure(peer.url)
    assert isinstance(error, ConnectFailed)
    assert (error.kind, error.stage, error.retryable) == ("handshake", "handshake", True)


# --- TLS -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Somebody to trust."""
    return trustme.CA()


def server_context(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    """A server's certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


def client_context(authority: trustme.CA) -> ssl.SSLContext:
    """A client that trusts."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def test_tls_with_a_context_of_ones_own(authority: trustme.CA) -> None:
    """Messages cross an encrypted connection."""
    async with serving(echo, tls=server_context(authority, "127.0.0.1")) as peer:
        link = await opened(peer.url, ssl_context=client_context(authority))
        await link.send("x" * 100_000)
        assert len(await link.receive()) == 100_000
        await link.aclose()


async def test_leaving_a_stalled_tls_peer_is_bounded(authority: trustme.CA) -> None:
    """Also below TLS, a peer that stops reading holds nobody up."""

    async def stand_still(connection: Connection) -> None:
        await connection.accept()
        await anyio.sleep_forever()

    async with serving(stand_still, tls=server_context(authority, "127.0.0.1")) as peer:
        link = await opened(peer.url, ssl_context=client_context(authority))
        with anyio.move_on_after(0.3):
            while True:
                await link.send("x" * 500_000)
        start = time.perf_counter()
        await link.aclose()
        assert time.perf_counter() - start < 4.5


@pytest.mark.parametrize(("names", "trusted"), [(("127.0.0.1",), False), (("other.test",), True)])
async def test_certificates_that_do_not_fit(
    authority: trustme.CA, names: tuple[str, ...], *, trusted: bool
) -> None:
    """An unknown authority and a wrong name give OpenSSL's own reason, on every event loop."""
    context = client_context(authority) if trusted else client_context(trustme.CA())
    async with serving(echo, tls=server_context(authority, *names)) as peer:
        error = await failure(peer.url, ssl_context=context)
    assert isinstance(error, TLSFailure)
    assert "127.0.0.1" in str(error)
    assert "certificate" in str(error) or "mismatch" in str(error)


async def test_a_port_that_does_not_speak_tls() -> None:
    """The error says so instead of quoting OpenSSL."""

    async def plain(connection: Connection) -> None:
        await connection.stream.receive()
        await connection.stream.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with serving(plain) as peer:
        error = await failure(peer.url.replace("http://", "https://"))
    assert isinstance(error, ConnectFailed)
    assert "does not speak TLS" in str(error)


# --- Proxies ---------------------------------------------------------------------------------


@asynccontextmanager
async def proxy(*, refuse: str | None = None) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A CONNECT proxy."""
    heads: list[bytes] = []

    async def pump(source: ByteStream, target: ByteStream) -> None:
        with suppress(*BROKEN):
            async for data in source:
                await target.send(data)
            await target.send_eof()

    async def handle(stream: ByteStream) -> None:
        with suppress(*BROKEN):
            async with stream:
                head = await stream.receive()
                heads.append(head)
                if refuse is not None:
                    await stream.send(f"HTTP/1.1 {refuse}\r\n\r\n".encode())
                    return
                host, _, port = head.split()[1].decode().rpartition(":")
                async with await anyio.connect_tcp(host, int(port)) as beyond:
                    await stream.send(b"HTTP/1.1 200 Connected\r\n\r\n")
                    async with anyio.create_task_group() as group:
                        group.start_soon(pump, stream, beyond)
                        await pump(beyond, stream)
                        group.cancel_scope.cancel()

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, handle)
        yield listener.extra(SocketAttribute.local_port), heads  # noqa: S610 - not Django
        group.cancel_scope.cancel()


async def test_through_a_proxy(authority: trustme.CA) -> None:
    """The proxy sees where we go and its own credentials, and none of ours."""
    async with (
        serving(echo, tls=server_context(authority, "127.0.0.1")) as peer,
        proxy() as (port, heads),
    ):
        route = httpx.Proxy(f"http://user:pass@127.0.0.1:{port}")
        link = await opened(peer.url, ssl_context=client_context(authority), proxy=route)
        await link.send("hello")
        assert await link.receive() == "hello"
        await link.aclose()
    assert heads[0].startswith(b"CONNECT 127.0.0.1:%d " % peer.port)
    assert KEY.encode() not in heads[0]
    assert b"Proxy-Authorization" in heads[0]


async def test_a_proxy_that_refuses_or_is_not_there(authority: trustme.CA) -> None:
    """Both are the proxy's failure, and its password shows nowhere."""
    async with proxy(refuse="407 Auth") as (port, _):
        route = httpx.Proxy(f"http://user:pa55canary@127.0.0.1:{port}")
        refused = await failure("https://127.0.0.1:1/v1", proxy=route)
    gone = await failure("https://127.0.0.1:1/v1", proxy=route)
    for error in (refused, gone):
        assert isinstance(error, ProxyFailure)
        assert "pa55canary" not in str(error)
    assert "407" in str(refused)


async def test_a_socks_proxy_says_what_it_needs() -> None:
    """The missing package is named."""
    error = await failure("https://127.0.0.1:1/v1", proxy=httpx.Proxy("socks5://127.0.0.1:1"))
    assert isinstance(error, ProxyFailure)
    assert "httpx[socks]" in str(error)


# --- Cancelling, and clients of others ---------------------------------------------------------


def open_files() -> int:
    """Open file descriptors of this process."""
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts descriptors in /proc")
async def test_cancelled_attempts_leave_nothing_behind() -> None:
    """Wherever an attempt is cancelled, no socket stays open."""
    async with serving(echo) as peer:
        link = await opened(peer.url)
        await link.aclose()
        before = open_files()
        for number in range(60):
            with anyio.move_on_after(number * 0.0002):
                link = await opened(peer.url)
                await link.aclose()
        with anyio.fail_after(20):
            while open_files() > before:  # noqa: ASYNC110 - the peer closes in its own time
                await anyio.sleep(0.02)


async def test_a_client_of_ones_own_is_used_and_stays_open() -> None:
    """Its pool has room again after the link; it is not closed by us."""
    async with (
        serving(echo) as peer,
        httpx.AsyncClient(limits=httpx.Limits(max_connections=1)) as mine,
    ):
        for _ in range(3):
            link = await opened(peer.url, http_client=mine)
            await link.send("a")
            assert await link.receive() == "a"
            error = await failure(peer.url, http_client=mine, timeout_s=0.2)
            assert isinstance(error, ConnectFailed)
            assert error.stage == "pool"
            await link.aclose()
        assert not mine.is_closed


async def test_a_bug_in_a_hook_of_the_users_client_comes_out_bare() -> None:
    """What is not the network's fault is not dressed up as such."""

    async def broken(request: httpx.Request) -> None:
        raise KeyError("my own bug")

    async with serving(echo) as peer, httpx.AsyncClient(event_hooks={"request": [broken]}) as mine:
        with pytest.raises(KeyError, match="my own bug"):
            await opened(peer.url, http_client=mine)


async def test_logs_hold_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    """At the lowest level of every logger, no credential shows."""
    caplog.set_level(1)
    async with serving(answering("401 No")) as peer:
        await failure(peer.url)
    async with serving(echo) as peer:
        link = await opened(peer.url)
        await link.aclose()
    assert any(record.levelno <= logging.DEBUG for record in caplog.records)
    assert KEY not in caplog.text


def test_peers_have_addresses() -> None:
    """The helper's own address is well formed."""
    assert Peer(port=1).url == "http://127.0.0.1:1/v1"
    assert issubclass(ConnectFailed, ConnectError)
