"""A raw WebSocket server that does what a test tells it to, good or bad, over a real socket."""

import base64
import hashlib
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import anyio
import attrs
from anyio.abc import ByteStream, SocketAttribute
from anyio.streams.tls import TLSStream
from wsproto.frame_protocol import Frame, FrameProtocol, Opcode

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
BROKEN = (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream, OSError)


class Connection:
    """The server's end of one connection."""

    def __init__(self, stream: ByteStream) -> None:
        self.stream = stream
        self.codec = FrameProtocol(client=False, extensions=[])
        self.request = b""
        self._frames: list[Frame] = []

    async def read_request(self) -> dict[str, str]:
        """Read the HTTP request; returns its headers, names in lower case."""
        while b"\r\n\r\n" not in self.request:
            self.request += await self.stream.receive()
        lines = self.request.decode("latin-1").split("\r\n")[1:]
        return {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines if line)
        }

    @property
    def target(self) -> str:
        """Path and query of the request."""
        return self.request.split(b" ", 2)[1].decode()

    async def accept(
        self, *, accept: str | None = None, extra: str = "", then: bytes = b""
    ) -> None:
        """Answer the upgrade, well or (with other values) badly."""
        headers = await self.read_request()
        digest = hashlib.sha1(headers["sec-websocket-key"].encode() + GUID).digest()  # noqa: S324
        value = base64.b64encode(digest).decode() if accept is None else accept
        line = f"Sec-WebSocket-Accept: {value}\r\n" if value else ""
        answer = (
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\n{line}{extra}\r\n"
        )
        await self.stream.send(answer.encode() + then)

    async def answer(self, status: str, *, headers: str = "", body: bytes = b"") -> None:
        """Answer the upgrade with an ordinary HTTP response."""
        await self.read_request()
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        await self.stream.send(head.encode() + body)

    def frame(self, text: str | bytes) -> bytes:
        """A message as bytes."""
        return bytes(self.codec.send_data(text, fin=True))

    async def send(self, text: str | bytes) -> None:
        """Send one message."""
        await self.stream.send(self.frame(text))

    async def ping(self, payload: bytes) -> None:
        """Send a ping."""
        await self.stream.send(bytes(self.codec.ping(payload)))

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Send a close frame and wait until the client has gone."""
        await self.stream.send(bytes(self.codec.close(code, reason)))
        with suppress(*BROKEN):
            while True:
                await self.stream.receive()

    def frames(self) -> "Frames":
        """Everything the client sends, frame by frame, until it goes."""
        return Frames(self)

    def messages(self) -> "Messages":
        """Every whole text message of the client; its close frame is answered."""
        return Messages(self)

    def reset(self) -> None:
        """Make closing send a TCP reset instead of an orderly end."""
        raw = self.stream.extra(SocketAttribute.raw_socket)  # noqa: S610 - not Django
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Frames(AsyncIterator[Frame]):
    """Frames of a client. A plain object: on trio, a generator must not be left half-way."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def __anext__(self) -> Frame:
        connection = self._connection
        while True:
            for frame in connection.codec.received_frames():
                return frame
            try:
                connection.codec.receive_bytes(await connection.stream.receive())
            except BROKEN:
                raise StopAsyncIteration from None


class Messages(AsyncIterator[str]):
    """Whole text messages of a client."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._frames = Frames(connection)
        self._parts: list[str] = []

    async def __anext__(self) -> str:
        connection = self._connection
        async for frame in self._frames:
            if frame.opcode is Opcode.TEXT:
                self._parts.append(str(frame.payload))
                if frame.message_finished:
                    text, self._parts = "".join(self._parts), []
                    return text
            elif frame.opcode is Opcode.CLOSE:
                code, reason = frame.payload  # type: ignore[misc] # of a close frame
                with suppress(*BROKEN):
                    await connection.stream.send(bytes(connection.codec.close(code, reason)))
                break
        raise StopAsyncIteration


@attrs.define
class Peer:
    """Where the server listens, and what came."""

    port: int
    scheme: str = "http"
    connections: list[Connection] = attrs.field(factory=list)

    @property
    def url(self) -> str:
        """Base URL for a client."""
        return f"{self.scheme}://127.0.0.1:{self.port}/v1"


Behaviour = Callable[[Connection], Awaitable[None]]


@asynccontextmanager
async def serving(
    behaviour: Behaviour, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[Peer]:
    """Serve every connection with ``behaviour``; closes it when that returns."""
    listener = await anyio.create_tcp_listener(local_host=host, local_port=0)
    peer = Peer(
        listener.extra(SocketAttribute.local_port),  # noqa: S610 - not Django
        scheme="http" if tls is None else "https",
    )

    async def handle(stream: ByteStream) -> None:
        with suppress(*BROKEN, ssl.SSLError):
            async with stream:
                wrapped: ByteStream = stream
                if tls is not None:
                    wrapped = await TLSStream.wrap(
                        stream, ssl_context=tls, server_side=True, standard_compatible=False
                    )
                connection = Connection(wrapped)
                peer.connections.append(connection)
                await behaviour(connection)

    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, handle)
        try:
            yield peer
        finally:
            group.cancel_scope.cancel()
