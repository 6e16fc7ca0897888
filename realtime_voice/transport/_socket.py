"""A TCP connection on asyncio that calls back: bytes reach the link in the step that reads them.

During the handshake it is an ordinary network stream of httpcore; afterwards the link finds it with
``get_extra_info`` and takes it over. Writes are synchronous: one that comes alone goes out at once,
those that follow on its heels go out together when the event loop's turn ends. Knows no frames.
"""

import asyncio
import os
import ssl
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from time import monotonic
from typing import Any, cast

import httpcore

from realtime_voice.transport._stream import Loop, Sink
from realtime_voice.transport._tls import TlsLayer

__all__ = ["SOCKET_STREAM", "SocketStream"]

SOCKET_STREAM = "realtime_voice.socket_stream"
"""What to ask ``get_extra_info`` for."""

_READ_BYTES = 262_144
_HANDSHAKE_BYTES = 65_536
_HIGH_BYTES, _LOW_BYTES = 16_384, 4_096
_TOGETHER_BYTES = 32_768
_HEELS_SECONDS = 0.001


class _Shared(threading.local):
    """Room to read into, one for each thread: no event loop there reads two streams at a time."""

    def __init__(self) -> None:
        self.buffer = memoryview(bytearray(_READ_BYTES))


_shared = _Shared()


class SocketStream(httpcore.AsyncNetworkStream, asyncio.BufferedProtocol):
    """Keeps the contracts of httpcore's network stream and of :class:`._stream.ByteStream`."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._layers: list[TlsLayer] = []
        self._buffer = _make_buffer()
        self._sink: Sink | None = None
        self._received = bytearray()
        self._arrived: asyncio.Future[None] | None = None
        self._handing_over = False
        self._queue: deque[bytes | Iterator[bytes]] = deque()
        self._together: list[bytes] = []
        self._together_bytes = 0
        self._wrote_at = 0.0
        self._inwards: tuple[TlsLayer, ...] = ()
        self._written = 0
        self._ended = False
        self._failure: BaseException | None = None
        self._closed = self._loop.create_future()
        self._drained = True
        self._catching_up = False
        self.has_room = True

    # --- What asyncio calls --------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport; little is left in its buffer, so that little can be lost."""
        # uvloop's transports are none of asyncio's classes.
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=_HIGH_BYTES, low=_LOW_BYTES)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio's signature
        """Give room for what has come."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Hand on what has come."""
        data = self._buffer[:nbytes]
        try:
            if self._layers:
                self._decrypt(0, data)
            else:
                self._deliver(data)
        except ssl.SSLError as exc:
            self._fail(exc)

    def eof_received(self) -> bool:
        """Note that the peer has ended the connection."""
        self._finish(None)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the connection is gone; what had come before it broke is still read."""
        if exc is not None and not self._ended:
            self._read_leftovers()
        self._finish(exc)
        self._queue.clear()
        self._together.clear()
        self._together_bytes = 0
        if not self._closed.done():
            self._closed.set_result(None)

    def pause_writing(self) -> None:
        """Note that the peer takes nothing more for now."""
        self._drained = self.has_room = False

    def resume_writing(self) -> None:
        """Write what waits."""
        self._drained = True
        self._write_queued()

    # --- The network stream of httpcore --------------------------------------------------------

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's signature
        """Return what has come; nothing at the end, and while the stream is handed over."""
        if not self._received and not self._ended and not self._handing_over:
            self._arrived = self._loop.create_future()
            try:
                async with asyncio.timeout(timeout):
                    await self._arrived
            except TimeoutError as exc:
                raise httpcore.ReadTimeout from exc
        data = bytes(self._received[:max_bytes])
        del self._received[:max_bytes]
        if not self._received:
            self._set_reading(on=True)
        if not data and self._failure is not None and not self._handing_over:
            raise httpcore.ReadError(str(self._failure)) from self._failure
        return data

    async def write(
        self,
        buffer: Any,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - httpcore's signature
    ) -> None:
        """Write a part of the handshake, which is never so long that it would have to wait."""
        if self._ended:
            raise httpcore.WriteError("the connection has ended") from self._failure
        self._send(bytes(buffer))

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
    ) -> httpcore.AsyncNetworkStream:
        """Speak TLS from now on; within TLS, if that is spoken already (to a proxy)."""
        below = self._layers[-1].write if self._layers else self._put
        layer = TlsLayer(ssl_context, server_hostname, below=below, nested=bool(self._layers))
        try:
            async with asyncio.timeout(timeout):
                data = b""
                while not layer.shake_hands(data):
                    data = await self._next()
        except TimeoutError as exc:
            self.abort()
            raise httpcore.ConnectTimeout from exc
        except (ssl.SSLError, ssl.CertificateError, httpcore.ReadError) as exc:
            await self.aclose()
            raise httpcore.ConnectError(str(exc)) from exc
        except BaseException:
            self.abort()
            raise
        self._layers.append(layer)
        self._inwards = (layer, *self._inwards)
        early, self._received = bytes(self._received), bytearray()
        layer.feed(memoryview(early), self._deliver)
        return self

    async def _next(self) -> bytes:
        data = await self.read(_HANDSHAKE_BYTES)
        if not data:
            raise httpcore.ReadError("the connection ended in the TLS handshake")
        return data

    async def aclose(self) -> None:
        """Close; at once, if the peer does not take what is left.

        While the stream is handed over, nothing: what httpx held of it is taken down then.
        """
        if self._transport is None or self._handing_over:
            return
        if self._drained and not self._ended and not self._transport.is_closing():
            for layer in reversed(self._layers):
                layer.say_goodbye()
        if self.unsent():
            self._transport.abort()
        else:
            self._transport.close()
        await asyncio.shield(self._closed)

    def abort(self) -> None:
        """Cut the connection."""
        if self._transport is not None:
            self._transport.abort()

    def get_extra_info(self, info: str) -> Any:
        """Tell about the connection; :data:`SOCKET_STREAM` gives this object."""
        if info == SOCKET_STREAM:
            return self
        if info == "ssl_object":
            return self._layers[-1].ssl_object if self._layers else None
        if info == "is_readable":
            return bool(self._received) or self._ended
        names = {"client_addr": "sockname", "server_addr": "peername"}
        return self._transport and self._transport.get_extra_info(names.get(info, info))

    # --- The byte stream of a link -------------------------------------------------------------

    def hand_over(self) -> None:
        """Leave HTTP: until :meth:`attach`, reading does not wait, and closing does nothing."""
        self._handing_over = True

    def attach(self, sink: Sink) -> tuple[Loop, ...]:
        """Start to call back; see the contract."""
        self._sink, self._handing_over = sink, False
        early, self._received = bytes(self._received), bytearray()
        if early:
            self._deliver(memoryview(early))
        if self._ended:
            sink.on_end(self._failure)
        elif not self._catching_up:
            self._set_reading(on=True)
        return ()

    def put_back(self, data: bytes | bytearray) -> None:
        """Return bytes that were read: they come first again."""
        self._received[:0] = data

    def push(self, data: bytes | Iterator[bytes]) -> None:
        """Write a frame; see :meth:`._stream.ByteStream.push`."""
        if self._queue or not self._drained or not isinstance(data, bytes):
            self._write_together()
            self._queue.append(data)
            self._write_queued()
            return
        now = monotonic()
        if self._together or now - self._wrote_at < _HEELS_SECONDS:
            self._join(data)
        else:
            self._wrote_at = now
            self._send(data)

    def unsent(self) -> bool:
        """Whether something has not reached the kernel."""
        if self._queue or self._together:
            return True
        return self._transport is not None and self._transport.get_write_buffer_size() > 0

    def unsent_bytes(self) -> int:
        """How many bytes wait for the kernel."""
        waiting = sum(len(one) for one in self._queue if isinstance(one, bytes))
        if self._transport is not None:
            waiting += self._transport.get_write_buffer_size()
        return waiting + self._together_bytes

    def progress(self) -> int:
        """How many bytes have reached the kernel."""
        waiting = 0 if self._transport is None else self._transport.get_write_buffer_size()
        return self._written - waiting

    # --- Reading -------------------------------------------------------------------------------

    def _decrypt(self, depth: int, data: memoryview) -> None:
        """Hand bytes through the layers of TLS, from the outermost to the innermost."""
        last = depth == len(self._layers) - 1
        take = self._deliver if last else _through(self._decrypt, depth + 1)
        layer = self._layers[depth]
        layer.feed(data, take)
        if layer.ended:
            self._finish(None)

    def _deliver(self, data: memoryview) -> None:
        if self._sink is None:
            self._received += data
            if len(self._received) > _HANDSHAKE_BYTES:
                self._set_reading(on=False)
            self._wake()
        elif self._sink.on_bytes(data) and not self._catching_up:
            self._catching_up = True
            self._set_reading(on=False)
            self._loop.call_soon(self._catch_up)

    def _catch_up(self) -> None:
        """Let the sink do the rest in portions, while nothing new is read."""
        if not self._catching_up or self._sink is None:
            return
        if self._sink.on_bytes():
            self._loop.call_soon(self._catch_up)
        else:
            self._catching_up = False
            self._set_reading(on=True)

    def _read_leftovers(self) -> None:
        """Read what had come when a write found the connection broken; asyncio leaves it."""
        with suppress(OSError, ValueError, AttributeError, ssl.SSLError):
            assert self._transport is not None  # noqa: S101 - it was made
            descriptor = self._transport.get_extra_info("socket").fileno()
            while data := os.read(descriptor, len(self._buffer)):
                self._buffer[: len(data)] = data
                self.buffer_updated(len(data))

    def _set_reading(self, *, on: bool) -> None:
        transport = self._transport
        if transport is None or transport.is_closing() or self._ended:
            return
        if on and not transport.is_reading():
            transport.resume_reading()
        elif not on and transport.is_reading():
            transport.pause_reading()

    def _fail(self, exc: BaseException) -> None:
        self._finish(exc)
        self.abort()

    def _finish(self, exc: BaseException | None) -> None:
        """Nothing more comes; what has come is handed on before that is told."""
        if self._ended:
            return
        self._ended, self._failure = True, exc
        self._wake()
        if self._sink is not None:
            while self._catching_up and self._sink.on_bytes():
                pass
            self._catching_up = False
            self._sink.on_end(exc)

    def _wake(self) -> None:
        if self._arrived is not None and not self._arrived.done():
            self._arrived.set_result(None)

    # --- Writing -------------------------------------------------------------------------------

    def _join(self, data: bytes) -> None:
        """Write at the end of this turn, in one go with what comes until then."""
        if not self._together:
            self._loop.call_soon(self._write_together)
        self._together.append(data)
        self._together_bytes += len(data)
        if self._together_bytes > _TOGETHER_BYTES:
            self._write_together()

    def _write_together(self) -> None:
        if self._together:
            self._wrote_at = monotonic()
            data = b"".join(self._together)
            self._together.clear()
            self._together_bytes = 0
            self._send(data)

    def _write_queued(self) -> None:
        """Write what waits, as long as the kernel takes it."""
        while self._queue and self._drained and not self._ended:
            head = self._queue[0]
            if isinstance(head, bytes):
                self._queue.popleft()
                self._send(head)
            elif (piece := next(head, None)) is not None:
                self._send(piece)
            else:
                self._queue.popleft()
        had_room, self.has_room = self.has_room, self._drained and not self._queue
        if self.has_room and not had_room and self._sink is not None:
            self._sink.on_room()

    def _send(self, data: bytes) -> None:
        """Encrypt and write."""
        if self._ended:
            return
        try:
            for layer in self._inwards:
                data = layer.encrypt(data)
        except ssl.SSLError as exc:
            self._fail(exc)
        else:
            self._put(data)

    def _put(self, data: bytes) -> None:
        assert self._transport is not None  # noqa: S101 - it was made
        if data:
            self._written += len(data)
            self._transport.write(data)


def _make_buffer() -> memoryview:
    if sys.platform == "win32":
        # There a read is begun before the bytes come, and the buffer is in use until then.
        return memoryview(bytearray(_HANDSHAKE_BYTES))
    return _shared.buffer


def _through(
    decrypt: Callable[[int, memoryview], None], depth: int
) -> Callable[[memoryview], None]:
    return lambda data: decrypt(depth, data)
