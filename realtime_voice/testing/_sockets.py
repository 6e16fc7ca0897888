"""TCP as the kernel does it: nothing is read that nobody asked for.

An event loop's own streams read ahead into memory without a bound, so that a peer which stops
reading cannot be played with them, nor a line that stands still. Works on every event loop.
"""

import array
import errno
import socket
import struct
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import anyio
from anyio.abc import ByteStream, SocketAttribute, TaskGroup

__all__ = ["GONE", "TcpListener", "TcpStream", "connect", "end_stream", "listen"]

GONE = (anyio.ClosedResourceError, anyio.BrokenResourceError, anyio.EndOfStream, OSError)
"""What a stream raises when the peer is gone."""


_READ_SIZE = 65_536
_BACKLOG = 1024
_BREATH_S = 0.05
_DRAIN_S = 1.0
_LOOK_S = 0.002
_RESET_AT_ONCE = struct.pack("ii", 1, 0)
_UNSENT = 0x5411  # TIOCOUTQ of Linux: bytes that the peer has not acknowledged
_LATER = (BlockingIOError, InterruptedError)


class TcpStream(ByteStream):
    """A connection.

    Args:
        raw: The connected socket.
    """

    def __init__(self, raw: socket.socket) -> None:
        raw.setblocking(False)  # noqa: FBT003 - the standard library's
        with suppress(OSError):
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._raw = raw
        self._is_closed = False
        self._waiting: set[anyio.CancelScope] = set()

    async def receive(self, max_bytes: int = _READ_SIZE) -> bytes:
        """Return what has come, or wait for something."""
        await anyio.lowlevel.checkpoint()
        while True:
            try:
                data = self._open().recv(max_bytes)
            except _LATER:
                await self._wait(anyio.wait_readable)
            except OSError as error:
                raise anyio.BrokenResourceError from error
            else:
                if not data:
                    raise anyio.EndOfStream
                return data

    async def send(self, item: bytes) -> None:
        """Give everything to the kernel."""
        await anyio.lowlevel.checkpoint()
        rest = memoryview(item)
        while rest:
            try:
                rest = rest[self._open().send(rest) :]
            except _LATER:
                await self._wait(anyio.wait_writable)
            except OSError as error:
                raise anyio.BrokenResourceError from error

    async def send_eof(self) -> None:
        """End this direction."""
        with suppress(OSError):
            self._open().shutdown(socket.SHUT_WR)

    async def aclose(self) -> None:
        """Close; whoever waits is told so."""
        self._is_closed = True
        for scope in self._waiting:
            scope.cancel()
        with anyio.CancelScope(shield=True):
            # A socket must not be closed while an event loop watches it.
            while self._waiting:
                await anyio.lowlevel.checkpoint()
        self._raw.close()

    @property
    def extra_attributes(self) -> Mapping[Any, Callable[[], Any]]:
        """The socket."""
        return {SocketAttribute.raw_socket: lambda: self._raw}

    def _open(self) -> socket.socket:
        if self._is_closed:
            raise anyio.ClosedResourceError
        return self._raw

    async def _wait(self, ready: Callable[[socket.socket], Awaitable[None]]) -> None:
        with anyio.CancelScope() as scope:
            self._waiting.add(scope)
            try:
                await ready(self._raw)
            finally:
                self._waiting.discard(scope)


class TcpListener:
    """A listening socket.

    Args:
        raw: The socket.
    """

    def __init__(self, raw: socket.socket) -> None:
        self._raw = raw
        name = raw.getsockname()
        self.address: tuple[str, int] = (str(name[0]), int(name[1]))
        """Host and port."""

    async def serve(
        self, handler: Callable[[TcpStream], Coroutine[Any, Any, None]], tasks: TaskGroup
    ) -> None:
        """Accept connections until cancelled.

        Args:
            handler: Is called for each connection, in a task.
            tasks: Runs them.
        """
        while True:
            try:
                raw, _ = self._raw.accept()
            except _LATER:
                await anyio.wait_readable(self._raw)
            except OSError:
                # Out of descriptors, or the client is gone already.
                await anyio.sleep(_BREATH_S)
            else:
                tasks.start_soon(handler, TcpStream(raw))
                await anyio.lowlevel.checkpoint()


@asynccontextmanager
async def listen(
    host: str, port: int, *, window: int | None = None
) -> AsyncGenerator[TcpListener, None]:
    """Listen inside the block.

    Args:
        host: Address of this machine.
        port: Port; 0 takes a free one.
        window: Most bytes that the kernel takes for us in one connection; None: its own choice.

    Raises:
        OSError: The address cannot be used.
    """
    found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    family, kind, protocol, _, address = found[0]
    with socket.socket(family, kind, protocol) as raw:
        raw.setblocking(False)  # noqa: FBT003 - the standard library's
        if sys.platform != "win32":  # where it would let others take the port over
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if window is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        raw.bind(address)
        raw.listen(_BACKLOG)
        yield TcpListener(raw)


async def connect(host: str, port: int, *, window: int | None = None) -> TcpStream:
    """Connect to the first address of a host that answers.

    Args:
        host: Name or address.
        port: Port.
        window: Most bytes that the kernel takes for us; None: its own choice.

    Raises:
        OSError: None answers.
    """
    failure = OSError(f"{host} has no address")
    for family, kind, protocol, _, address in await anyio.getaddrinfo(
        host, port, type=socket.SOCK_STREAM
    ):
        raw = socket.socket(family, kind, protocol)
        try:
            raw.setblocking(False)  # noqa: FBT003 - the standard library's
            if window is not None:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
            if raw.connect_ex(address) in {errno.EINPROGRESS, errno.EWOULDBLOCK}:
                await anyio.wait_writable(raw)
            if (code := raw.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)) == 0:
                raw.getpeername()
                return TcpStream(raw)
            failure = OSError(code, "connect failed")
        except OSError as error:
            failure = error
        except BaseException:
            raw.close()
            raise
        raw.close()
    raise failure


async def end_stream(stream: ByteStream, how: str) -> None:
    """End a TCP connection so that the peer sees a FIN or a RST behind all that was written.

    Behind a FIN, go on reading for a while: a system that closes on unread data sends a RST.

    Args:
        stream: TCP, or TLS on it.
        how: ``fin`` or ``rst``.
    """
    with suppress(*GONE):
        raw = stream.extra(SocketAttribute.raw_socket)  # noqa: S610 - anyio's, not Django's
        # A duplicate: event loops hand out half-sockets, and not every one can do this.
        with socket.fromfd(raw.fileno(), raw.family, raw.type) as twin:
            if how == "fin":
                twin.shutdown(socket.SHUT_WR)
                return
            with anyio.move_on_after(_DRAIN_S):
                await _acknowledged(twin)
            twin.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_ONCE)
    if how == "rst":
        await anyio.aclose_forcefully(stream)


async def _acknowledged(twin: socket.socket) -> None:
    """Wait until the peer's system has everything: a RST takes back what is on the way."""
    if sys.platform != "linux":
        await anyio.sleep(_LOOK_S * 25)
        return
    from fcntl import ioctl  # noqa: PLC0415 - Windows has none

    unsent = array.array("i", [1])
    while True:
        ioctl(twin, _UNSENT, unsent)
        if not unsent[0]:
            return
        await anyio.sleep(_LOOK_S)
