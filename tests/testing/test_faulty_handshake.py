"""Faults of the handshake, byte by byte as a client sees them; plain and encrypted."""

import json
import ssl

import anyio
import pytest
import trustme
from anyio.streams.tls import TLSStream

from realtime_voice.errors import ConfigError, ConnectFailed, TLSFailure
from realtime_voice.testing import LocalServer, Scripted
from realtime_voice.testing.faults import (
    BadUpgrade,
    Cut,
    DropHandshake,
    Fault,
    GarbageAnswer,
    NeverAnswer,
    Refuse,
    RefuseSession,
    SessionWithUpgrade,
    TrickleUpgrade,
)
from realtime_voice.testing.faults import NoSession as Silent
from tests.testing.wires import RawSocket

pytestmark = pytest.mark.anyio

HEAD = (
    "GET /v1/realtime?model=gpt-realtime HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer {token}\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """An authority that nobody knows."""
    return trustme.CA()


@pytest.fixture
def certificate(authority: trustme.CA) -> ssl.SSLContext:
    """What a server on this machine shows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    return context


@pytest.fixture
def trust(authority: trustme.CA) -> ssl.SSLContext:
    """Trust in that authority."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def answer(fault: Fault, *, limit_s: float = 2.0, most: int = 1 << 20) -> tuple[bytes, str]:
    """What comes back for a request, and how the connection ends."""
    data, end = b"", "open"
    async with LocalServer(Scripted(), faults=[fault]) as server:
        host, _, port = server.url.removeprefix("http://").partition("/")[0].partition(":")
        async with await anyio.connect_tcp(host, int(port)) as stream:
            await stream.send(HEAD.format(token=server.token).encode())
            with anyio.move_on_after(limit_s):
                try:
                    while len(data) < most:
                        data += await stream.receive()
                except anyio.EndOfStream:
                    end = "fin"
                except anyio.BrokenResourceError:
                    end = "rst"
        with anyio.fail_after(5):
            await server.sessions[0].wait_closed()
        assert [struck.fault for struck in server.sessions[0].struck] == [fault]
    return data, end


async def test_never_answered() -> None:
    """Nothing comes, and the connection stays."""
    assert await answer(NeverAnswer(), limit_s=0.2) == (b"", "open")


@pytest.mark.parametrize("how", ["fin", "rst"])
async def test_dropped(how: str) -> None:
    """The end comes, in the wanted way, and nothing before it."""
    assert await answer(DropHandshake(how=how)) == (b"", how)


async def test_garbage() -> None:
    """The wanted bytes come, then the end."""
    assert await answer(GarbageAnswer(data=b"\x00oh")) == (b"\x00oh", "fin")


async def test_refused() -> None:
    """Status, headers and the JSON that tells why."""
    fault = Refuse(
        status=429, headers={"Retry-After": "3", "X-Request-Id": "r1"}, code="c", message="m"
    )
    data, end = await answer(fault)
    head, _, body = data.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 429 ")
    assert {b"retry-after: 3", b"x-request-id: r1"} <= {
        line.lower() for line in head.split(b"\r\n")
    }
    assert json.loads(body)["error"] == {
        "type": "invalid_request_error",
        "code": "c",
        "message": "m",
        "param": None,
    }
    assert end == "fin"


async def test_refused_with_any_body() -> None:
    """The body is what the test says, however large."""
    data, _ = await answer(Refuse(status=503, body=b"x" * 300_000, headers={"content-type": "a/b"}))
    assert data.endswith(b"\r\n\r\n" + b"x" * 300_000)
    assert b"content-type: a/b" in data


@pytest.mark.parametrize(
    "fault",
    [
        Refuse(status=204, body=b"not empty"),
        Refuse(status=304, body=b"not empty"),
        Refuse(status=999, body=b"not empty"),
        Refuse(status=401, body=b"not empty", headers={"Content-Length": "5000"}),
        Refuse(status=401, body=b"not empty", headers={"Transfer-Encoding": "chunked"}),
        Refuse(status=401, body=b"not empty", headers={"No good": "\u20ac"}),
    ],
)
async def test_refused_against_the_rules(fault: Refuse) -> None:
    """A refusal that no proper server sends goes out as it is."""
    data, end = await answer(fault)
    assert data.startswith(b"HTTP/1.1 %d " % fault.status)
    assert data.endswith(b"\r\n\r\nnot empty")
    assert end == "fin"


@pytest.mark.parametrize("given", [None, [Cut], Cut()])
async def test_faults_that_are_none(given: object) -> None:
    """They are told at once, and those of one connection when that comes; the server goes on."""
    with pytest.raises(ConfigError):
        LocalServer(Scripted(), faults=given)
    server = LocalServer(Scripted(), faults=lambda number: given if number == 1 else [])
    await server.__aenter__()
    with pytest.raises(ConnectFailed):
        await server.client().connect(model="gpt-realtime")
    async with RawSocket(server) as socket:
        await socket.event()
    with pytest.raises(ConfigError):
        await server.__aexit__(None, None, None)


async def test_refused_slowly() -> None:
    """The body trickles."""
    data, end = await answer(Refuse(status=401, body=b"x" * 1000, bytes_per_s=100), limit_s=0.3)
    assert end == "open"
    assert 0 < len(data.partition(b"\r\n\r\n")[2]) < 200


@pytest.mark.parametrize("body", [b"more and more ", b""])
async def test_refused_without_an_end(body: bytes) -> None:
    """The body never ends."""
    data, end = await answer(Refuse(status=401, body=body, endless=True), most=200_000)
    assert end == "open"
    assert len(data) >= 200_000
    assert b"content-length" not in data


@pytest.mark.parametrize("problem", ["wrong_accept", "no_upgrade", "extension"])
async def test_bad_upgrades(problem: str) -> None:
    """The answer is spoilt, and the session begins behind it."""
    data, _ = await answer(BadUpgrade(problem=problem), limit_s=0.3)
    head, _, rest = data.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101")
    assert (b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head) == (problem != "wrong_accept") or (
        problem == "wrong_accept"
    )
    assert (b"upgrade: websocket" in head.lower()) == (problem != "no_upgrade")
    assert (b"permessage-deflate" in head) == (problem == "extension")
    assert b"session.created" in rest


async def test_session_in_the_same_segment() -> None:
    """One read gives the 101 and the first frame."""
    async with LocalServer(Scripted(), faults=[SessionWithUpgrade()]) as server:
        host, _, port = server.url.removeprefix("http://").partition("/")[0].partition(":")
        async with await anyio.connect_tcp(host, int(port)) as stream:
            await stream.send(HEAD.format(token=server.token).encode())
            first = await stream.receive()
    assert first.startswith(b"HTTP/1.1 101")
    assert b"session.created" in first


async def test_upgrade_byte_by_byte() -> None:
    """It comes slowly and whole."""
    began_s = anyio.current_time()
    server = LocalServer(Scripted(), faults=[TrickleUpgrade(interval_s=0.001)])
    async with server, RawSocket(server) as socket:
        assert (await socket.message())["type"] == "session.created"
    assert anyio.current_time() - began_s >= 0.1


@pytest.mark.parametrize("fault", [TrickleUpgrade(interval_s=0.05), SessionWithUpgrade(), Silent()])
async def test_clients_that_give_up(fault: Fault) -> None:
    """A client that leaves during the handshake is no error of the server."""
    async with LocalServer(Scripted(), faults=[fault]) as server:
        host, _, port = server.url.removeprefix("http://").partition("/")[0].partition(":")
        stream = await anyio.connect_tcp(host, int(port))
        await stream.send(HEAD.format(token=server.token).encode())
        await anyio.sleep(0.01)
        await anyio.aclose_forcefully(stream)
        with anyio.fail_after(5):
            while not server.sessions:  # noqa: ASYNC110 - a record has no event for its beginning
                await anyio.sleep(0.01)
            await server.sessions[0].wait_closed()
        assert server.sessions[0].closed_by == "client"


async def test_session_is_refused() -> None:
    """Upgraded, an error event, and a close with the wanted code."""
    fault = RefuseSession(code="invalid_model", param="model", close_code=4000)
    async with LocalServer(Scripted(), faults=[fault]) as server, RawSocket(server) as socket:
        error = (await socket.message())["error"]
        assert (error["code"], error["param"]) == ("invalid_model", "model")
        assert (await socket.event()).code == 4000
        assert server.sessions[0].close_reason == "invalid_request_error.invalid_model"


# --- Encryption --------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_encrypted(host: str, certificate: ssl.SSLContext, trust: ssl.SSLContext) -> None:
    """The server shows the given certificate; the address says https and the certificate's name."""
    async with LocalServer(Scripted(), host=host, ssl_context=certificate) as server:
        assert server.url.startswith(f"https://{host}:")
        link = await server.client(ssl_context=trust).connect(model="m")
        assert "session.created" in str(await link.receive())
        await link.aclose()
        assert server.sessions[0].close_code == 1000
        with pytest.raises(TLSFailure):
            await server.client().connect(model="m")


async def test_no_encryption_where_it_is_wanted(certificate: ssl.SSLContext) -> None:
    """Whoever speaks plain HTTP to it is dropped, and the server goes on."""
    async with LocalServer(Scripted(), ssl_context=certificate) as server:
        port = int(server.url.rsplit(":", 1)[1].partition("/")[0])
        async with await anyio.connect_tcp("127.0.0.1", port) as stream:
            await stream.send(HEAD.format(token="x").encode())
            with anyio.fail_after(5):
                ends = [part async for part in stream]
        assert all(b"HTTP" not in part for part in ends)
        assert server.sessions == []


@pytest.mark.parametrize("fault", [Cut(how="rst"), Cut(how="fin"), DropHandshake(how="rst")])
async def test_ends_of_encrypted_connections(
    fault: Fault, certificate: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """FIN and RST come without a farewell of TLS, behind what was sent."""
    async with LocalServer(Scripted(), ssl_context=certificate, faults=[fault]) as server:
        port = int(server.url.rsplit(":", 1)[1].partition("/")[0])
        tcp = await anyio.connect_tcp("127.0.0.1", port)
        stream = await TLSStream.wrap(
            tcp, hostname="127.0.0.1", ssl_context=trust, standard_compatible=True
        )
        await stream.send(HEAD.format(token=server.token).encode())
        data = b""
        ended = False
        with anyio.fail_after(5):
            while not ended:
                try:
                    data += await stream.receive()
                except (anyio.BrokenResourceError, anyio.EndOfStream):
                    ended = True
        await anyio.aclose_forcefully(stream)
        assert (b"session.created" in data) == isinstance(fault, Cut)


async def test_tls_where_there_is_none() -> None:
    """A client that speaks TLS to a server without it fails, and the server goes on."""
    async with LocalServer(Scripted()) as server:
        client = server.client()
        address = server.url.replace("http://", "https://")
        with pytest.raises((ConnectFailed, TLSFailure)):
            await type(client)(api_key="x", base_url=address).connect(model="m")
        link = await client.connect(model="m")
        await link.aclose()
