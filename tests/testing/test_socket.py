"""The server's WebSocket over TCP: frames, pings, closes, and clients that misbehave."""

import json
import math

import anyio
import pytest
from wsproto.events import BytesMessage, CloseConnection, Ping, Pong, TextMessage

from realtime_voice.testing import Asked, LocalServer, Pace, Say, Scripted
from tests.testing.wires import RawSocket

pytestmark = pytest.mark.anyio

_UPDATE = json.dumps({"type": "session.update", "session": {"type": "realtime"}})


async def closed(server: LocalServer) -> int | None:
    """Wait until the first connection has ended; return its close code."""
    with anyio.fail_after(5):
        await server.sessions[0].wait_closed()
    return server.sessions[0].close_code


async def test_pings_are_answered() -> None:
    """A ping gets a pong with its payload, at once."""
    async with LocalServer(Scripted()) as server, RawSocket(server) as socket:
        assert (await socket.message())["type"] == "session.created"
        await socket.send(Ping(payload=b"hello"))
        event = await socket.event()
        assert isinstance(event, Pong)
        assert event.payload == b"hello"


async def test_server_pings() -> None:
    """The server pings; a client that answers stays."""
    server = LocalServer(Scripted(), ping_interval_s=0.05)
    async with server, RawSocket(server) as socket:
        await socket.message()
        for _ in range(5):
            event = await socket.event()
            assert isinstance(event, Ping)
            await socket.send(event.response())


async def test_silent_client_is_given_up() -> None:
    """A client that never answers is dropped after two intervals."""
    server = LocalServer(Scripted(), ping_interval_s=0.05)
    async with server, RawSocket(server) as socket:
        await socket.message()
        assert await closed(server) == 1006


async def test_client_that_does_not_read_is_given_up() -> None:
    """A client that leaves everything unread, pings included, is dropped as well."""
    flood = Say(text="and so on", pcm=bytes(48 * 300_000))
    script = Scripted([], default=Asked(say=flood))
    pace = Pace(speed=math.inf)
    server = LocalServer(script, ping_interval_s=0.2, pace=pace)
    async with server, RawSocket(server) as socket:
        await socket.send(TextMessage(data='{"type": "response.create"}'))
        assert await closed(server) == 1006


async def test_fragments_make_a_message() -> None:
    """A message may come in fragments, with a ping in between."""
    async with LocalServer(Scripted()) as server, RawSocket(server) as socket:
        await socket.message()
        await socket.send(TextMessage(data=_UPDATE[:10], message_finished=False))
        await socket.send(Ping())
        await socket.send(TextMessage(data=_UPDATE[10:]))
        assert isinstance(await socket.event(), Pong)
        assert (await socket.message())["type"] == "session.updated"


async def test_binary_frames() -> None:
    """A binary frame is refused; the connection lives."""
    async with LocalServer(Scripted()) as server, RawSocket(server) as socket:
        await socket.message()
        await socket.send(BytesMessage(data=b"\x00", message_finished=False))
        await socket.send(BytesMessage(data=b"\x01"))
        assert (await socket.message())["error"]["code"] == "invalid_event"
        await socket.send(TextMessage(data=_UPDATE))
        assert (await socket.message())["type"] == "session.updated"


@pytest.mark.parametrize("garbage", ["hello", "[]", "{}", '{"type": 5}', "null", "{" * 5000])
async def test_garbage(garbage: str) -> None:
    """What is no event is refused; the connection lives."""
    async with LocalServer(Scripted()) as server, RawSocket(server) as socket:
        await socket.message()
        await socket.send(TextMessage(data=garbage))
        assert (await socket.message())["type"] == "error"
        await socket.send(TextMessage(data=_UPDATE))
        assert (await socket.message())["type"] == "session.updated"


async def test_goodbye() -> None:
    """A close is answered with the same code, and recorded."""
    async with LocalServer(Scripted()) as server, RawSocket(server) as socket:
        await socket.message()
        await socket.send(CloseConnection(code=1000, reason="done"))
        event = await socket.event()
        assert isinstance(event, CloseConnection)
        assert event.code == 1000
        assert await closed(server) == 1000
        assert server.sessions[0].close_reason == "done"
        with pytest.raises(anyio.EndOfStream):
            await socket.stream.receive()


async def test_client_that_vanishes() -> None:
    """A connection that breaks is recorded as 1006."""
    async with LocalServer(Scripted()) as server:
        async with RawSocket(server) as socket:
            await socket.message()
        assert await closed(server) == 1006
        assert server.sessions[0].closed_by == "client"


async def test_too_big_a_message() -> None:
    """More than 16 MiB in one message is the end, with 1009."""
    async with LocalServer(Scripted()) as server, RawSocket(server) as socket:
        await socket.message()
        await socket.send(TextMessage(data="x" * (16 * 1024 * 1024 + 1)))
        event = await socket.event()
        assert isinstance(event, CloseConnection)
        assert event.code == 1009
        assert await closed(server) == 1009
        assert server.sessions[0].closed_by == "server"


async def test_broken_frames() -> None:
    """A frame that breaks the protocol is answered with 1002."""
    async with LocalServer(Scripted()) as server, RawSocket(server) as socket:
        await socket.message()
        await socket.write(b"\xff\xff\xff\xff")
        event = await socket.event()
        assert isinstance(event, CloseConnection)
        assert event.code == 1002
        assert await closed(server) == 1002
        assert server.sessions[0].closed_by == "server"


async def test_first_frames_behind_the_handshake() -> None:
    """What a client sends together with its request is not lost."""
    async with LocalServer(Scripted()) as server:
        port = int(server.url.rsplit(":", 1)[1].partition("/")[0])
        head = (
            "GET /v1/realtime?model=gpt-realtime HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            f"Authorization: Bearer {server.token}\r\n\r\n"
        )
        ping = b"\x89\x80\x00\x00\x00\x00"
        async with await anyio.connect_tcp("127.0.0.1", port) as stream:
            await stream.send(head.encode() + ping)
            data = b""
            with anyio.fail_after(5):
                while b"\x8a\x00" not in data:
                    data += await stream.receive()
        assert data.startswith(b"HTTP/1.1 101")


_OLD_VERSION = (
    "GET /v1/realtime?model=x HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 8\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        ("GET /v1/realtime?model=x HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
        ("POST /v1/chat HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi", b"404"),
        (_OLD_VERSION, b"400"),
    ],
)
async def test_requests_that_are_no_websocket(request_head: str, status: bytes) -> None:
    """What does not ask for a WebSocket gets an HTTP answer."""
    async with LocalServer(Scripted()) as server:
        port = int(server.url.rsplit(":", 1)[1].partition("/")[0])
        async with await anyio.connect_tcp("127.0.0.1", port) as stream:
            await stream.send(request_head.encode())
            with anyio.fail_after(5):
                answer = await stream.receive()
        assert answer.startswith(b"HTTP/1.1 " + status)


@pytest.mark.parametrize("garbage", [b"\x16\x03\x01 TLS?\r\n\r\n", b"hello\r\n\r\n", b""])
async def test_what_is_no_http(garbage: bytes) -> None:
    """What is no HTTP is dropped, and the server goes on."""
    async with LocalServer(Scripted()) as server:
        port = int(server.url.rsplit(":", 1)[1].partition("/")[0])
        async with await anyio.connect_tcp("127.0.0.1", port) as stream:
            if garbage:
                await stream.send(garbage)
            await stream.send_eof()
            with anyio.fail_after(5), pytest.raises((anyio.EndOfStream, anyio.BrokenResourceError)):
                await stream.receive()
        async with RawSocket(server) as socket:
            assert (await socket.message())["type"] == "session.created"
