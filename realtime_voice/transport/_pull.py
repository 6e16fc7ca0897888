"""A byte stream on top of an ordinary network stream of httpcore: one task reads, one writes.

It serves trio, a user's own HTTP client, and servers in the same process. Knows no frames.
"""

from collections import deque
from collections.abc import Iterator

import anyio
import httpcore
from anyio.lowlevel import checkpoint

from realtime_voice.transport._stream import Loop, Sink
from realtime_voice.transport._tasks import Signal

__all__ = ["BROKEN", "PullStream"]

BROKEN = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    anyio.BrokenResourceError,
    anyio.ClosedResourceError,
    anyio.EndOfStream,
    OSError,
)
"""What a network stream raises when the connection is broken, on any event loop."""

_READ_BYTES = 65_536
_ROOM_BYTES = 16_384
_LAST_READ_SECONDS = 0.2


class PullStream:
    """Keeps the contract of :class:`._stream.ByteStream`.

    Args:
        stream: The network stream after the handshake.
        slice_bytes: Most to write at once: progress of a large message on a slow line shows in
            slices of this size. 0: one write for each frame, for streams that want them so.
    """

    def __init__(self, stream: httpcore.AsyncNetworkStream, *, slice_bytes: int = 16_384) -> None:
        self._stream = stream
        self._slice_bytes = slice_bytes
        self._sink: Sink | None = None
        self._queue: deque[bytes | Iterator[bytes]] = deque()
        self._queued = 0
        self._busy = False
        self._writing = 0
        self._sent = 0
        self._work = Signal()
        self._read_over = anyio.Event()
        self.has_room = True

    def attach(self, sink: Sink) -> tuple[Loop, ...]:
        """Start to deliver; see the contract."""
        self._sink = sink
        return (self._read, self._write)

    def push(self, data: bytes | Iterator[bytes]) -> None:
        """Queue a frame for the task that writes."""
        self._queue.append(data)
        self._queued += _size(data)
        self._count_room()
        self._work.notify()

    def unsent(self) -> bool:
        """Whether something waits or is being written."""
        return self._busy or bool(self._queue)

    def unsent_bytes(self) -> int:
        """How many bytes wait for the network stream."""
        return self._queued + self._writing

    def progress(self) -> int:
        """How many bytes the network stream has taken."""
        return self._sent

    async def aclose(self) -> None:
        """Close the network stream."""
        await self._stream.aclose()

    async def _read(self) -> None:
        """Take everything the peer sends, at once; nobody can make this loop wait."""
        sink = self._sink
        assert sink is not None  # noqa: S101 - the link runs what attach() gave it
        try:
            while data := await self._stream.read(_READ_BYTES):
                more = sink.on_bytes(data)
                while more:
                    await checkpoint()
                    more = sink.on_bytes()
            sink.on_end(None)
        except BROKEN as exc:
            sink.on_end(exc)
        finally:
            self._read_over.set()

    async def _write(self) -> None:
        """The only one who writes, so that a frame is never cut by another one."""
        sink = self._sink
        assert sink is not None  # noqa: S101 - the link runs what attach() gave it
        try:
            while True:
                while not self._queue:
                    await self._work.wait()
                await self._write_queued()
                self._count_room()
                if self.has_room:
                    sink.on_room()
        except BROKEN as exc:
            # What had come before the break may still wait to be read.
            with anyio.move_on_after(_LAST_READ_SECONDS):
                await self._read_over.wait()
            sink.on_end(exc)

    async def _write_queued(self) -> None:
        self._busy, self._writing = True, self._queued
        if not self._slice_bytes:
            data = self._queue.popleft()
            self._writing = _size(data)
            self._queued -= self._writing
            await self._put(data if isinstance(data, bytes) else b"".join(data))
        else:
            waiting, self._queued = list(self._queue), 0
            self._queue.clear()
            for data in _joined(waiting):
                for start in range(0, len(data), self._slice_bytes):
                    await self._put(data[start : start + self._slice_bytes])
        self._busy, self._writing = False, 0

    def _count_room(self) -> None:
        self.has_room = self._queued < (_ROOM_BYTES if self._slice_bytes else 1)

    async def _put(self, data: bytes) -> None:
        await self._stream.write(data)
        self._sent += len(data)
        self._writing = max(self._writing - len(data), 0)


def _size(data: bytes | Iterator[bytes]) -> int:
    """How much room a frame takes; one that comes in slices takes all there is."""
    return len(data) if isinstance(data, bytes) else _ROOM_BYTES


def _joined(waiting: list[bytes | Iterator[bytes]]) -> Iterator[bytes]:
    """Small frames become one piece, so that they take one call; slices stay what they are."""
    small: list[bytes] = []
    for data in waiting:
        if isinstance(data, bytes):
            small.append(data)
            continue
        yield b"".join(small)
        small.clear()
        yield from data
    yield b"".join(small)
