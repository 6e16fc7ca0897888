"""Other machines on the way that are no servers of ours: closed ports, mute ones, proxies."""

import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import anyio
import attrs
from anyio.abc import ByteStream, SocketAttribute, SocketStream

__all__ = ["Host", "closed_port", "connect_proxy", "counting", "full_port", "mute", "narrow"]

_GONE = (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream, OSError)
_READ_BYTES = 65_536
_NARROW_BYTES = 4_096


@attrs.define
class Host:
    """Something that listens."""

    port: int
    """Where."""
    accepted: int = 0
    """How many connections came."""
    heads: list[str] = attrs.field(factory=list[str])
    """Requests to a proxy."""
    is_still: bool = False
    """Nothing is read any more."""

    @property
    def url(self) -> str:
        """Its address, for a client that believes it is a server or a proxy."""
        return f"http://127.0.0.1:{self.port}"


def closed_port() -> int:
    """A port of this machine where nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@asynccontextmanager
async def full_port() -> AsyncGenerator[int]:
    """A port whose queue of connections is full: connecting to it takes for ever."""
    waiting: list[socket.socket] = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        try:
            for _ in range(3):
                one = socket.socket()
                waiting.append(one)
                one.settimeout(0)
                one.connect_ex(listener.getsockname())
            await anyio.sleep(0.05)
            yield int(listener.getsockname()[1])
        finally:
            for one in waiting:
                one.close()


@asynccontextmanager
async def mute() -> AsyncGenerator[Host]:
    """A port that accepts connections, reads, and never says a word."""

    async def listen(stream: SocketStream, _host: Host) -> None:
        while True:
            await stream.receive(_READ_BYTES)

    async with counting(listen) as host:
        yield host


@asynccontextmanager
async def counting(
    serve: Callable[[SocketStream, Host], Awaitable[None]] | None = None,
    *,
    buffer_bytes: int | None = None,
) -> AsyncGenerator[Host]:
    """A port that counts who comes, and closes when ``serve`` returns.

    Args:
        serve: What to do with a connection.
        buffer_bytes: Size of the system's buffer for what comes; None: the usual one.
    """
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=0)
    if buffer_bytes is not None:
        for one in listener.listeners:
            raw = one.extra(SocketAttribute.raw_socket)  # noqa: S610 - not Django
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
    host = Host(int(listener.extra(SocketAttribute.local_port)))  # noqa: S610 - not Django

    async def accept(stream: SocketStream) -> None:
        host.accepted += 1
        with suppress(*_GONE):
            async with stream:
                if serve is not None:
                    await serve(stream, host)

    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, accept)
        try:
            yield host
        finally:
            group.cancel_scope.cancel()


@asynccontextmanager
async def connect_proxy(target_port: int, *, refuse: bytes = b"") -> AsyncGenerator[Host]:
    """An HTTP proxy that takes every CONNECT to the same port of this machine.

    Args:
        target_port: Where it leads, whatever host it is asked for.
        refuse: What it answers instead.
    """

    async def serve(stream: SocketStream, host: Host) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += await stream.receive(_READ_BYTES)
        host.heads.append(head.decode("latin-1"))
        if refuse:
            await stream.send(refuse)
            return
        async with await anyio.connect_tcp("127.0.0.1", target_port) as target:
            await stream.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            async with anyio.create_task_group() as group:
                group.start_soon(_pump, stream, target, group.cancel_scope)
                group.start_soon(_pump, target, stream, group.cancel_scope)

    async with counting(serve) as host:
        yield host


@asynccontextmanager
async def narrow(target_port: int) -> AsyncGenerator[Host]:
    """A line to a port of this machine that holds next to nothing, and stands still when told.

    A server's usual buffer takes two seconds of speech after it has stopped reading. Here what a
    sender believes to have sent is in the sender's own buffers.

    Args:
        target_port: Where it leads.
    """

    async def serve(stream: SocketStream, host: Host) -> None:
        target = await anyio.connect_tcp("127.0.0.1", target_port)
        async with target, anyio.create_task_group() as group:
            group.start_soon(_pump, target, stream, group.cancel_scope)
            while not host.is_still:
                await target.send(await stream.receive(_NARROW_BYTES))
            await anyio.sleep_forever()

    async with counting(serve, buffer_bytes=_NARROW_BYTES) as host:
        yield host


async def _pump(source: ByteStream, sink: ByteStream, scope: anyio.CancelScope) -> None:
    with suppress(*_GONE):
        while True:
            await sink.send(await source.receive(_READ_BYTES))
    scope.cancel()
