"""The byte stream under a connection of the server, with what can go wrong on it.

Knows nothing of frames: it counts bytes, may be slow, deaf or mute, and can be cut at any byte.
"""

from collections.abc import Awaitable, Callable

import anyio
from anyio.abc import ByteStream

from realtime_voice.testing._records import ConnectionRecord
from realtime_voice.testing._sockets import end_stream
from realtime_voice.testing._turn import Turn

__all__ = ["Pipe"]

_READ_SIZE = 65_536
_PACES_PER_S = 50


class Pipe:
    """Bytes of one connection, both ways.

    Args:
        stream: TCP, or TLS on it.
        record: Counts the bytes, from :meth:`start` on.
    """

    def __init__(self, stream: ByteStream, record: ConnectionRecord) -> None:
        self._stream = stream
        self._record = record
        self.turn = Turn()
        """Whoever writes has it."""
        self._held = b""
        self._is_ended = False
        self._strike: Callable[[], Awaitable[None]] | None = None
        self._strike_at = 0
        self.is_deaf = False
        """Nothing is read any more."""
        self.is_mute = False
        """Nothing is written any more; writing seems to work."""
        self.bytes_per_s: float | None = None
        """How fast to write; None: as fast as it goes."""

    def hold(self, data: bytes) -> None:
        """Let bytes travel in one piece with those that come next.

        Args:
            data: What goes out first.
        """
        self._held = data

    def start(self) -> None:
        """Count bytes from here on."""
        self._record.bytes_sent = -len(self._held)
        self._record.bytes_received = 0

    def strike_at(self, count: int, strike: Callable[[], Awaitable[None]]) -> None:
        """Do something when a number of bytes was written, between that byte and the next.

        Args:
            count: Bytes since :meth:`start`.
            strike: Is awaited while the turn is taken; may set the next one.
        """
        self._strike_at = count
        self._strike = strike

    async def send(self, data: bytes) -> None:
        """Write bytes."""
        async with self.turn.take():
            data = self._held + data
            self._held = b""
            while (
                self._strike is not None and self._record.bytes_sent + len(data) >= self._strike_at
            ):
                strike, self._strike = self._strike, None
                until = max(self._strike_at - self._record.bytes_sent, 0)
                await self._write(data[:until])
                data = data[until:]
                await strike()
            await self._write(data)

    async def receive(self) -> bytes:
        """Read bytes; waits for ever when deaf."""
        if self.is_deaf:
            await anyio.sleep_forever()
        data = await self._stream.receive(_READ_SIZE)
        if self.is_deaf:
            await anyio.sleep_forever()
        self._record.bytes_received += len(data)
        return data

    async def cut(self, how: str) -> None:
        """End the connection without a word; what was written before still arrives.

        Args:
            how: ``fin`` or ``rst``.
        """
        self._is_ended = True
        await end_stream(self._stream, how)

    async def abort(self) -> None:
        """Drop the connection; what was written may be lost."""
        self._is_ended = True
        await anyio.aclose_forcefully(self._stream)

    async def _write(self, data: bytes) -> None:
        if self._is_ended:
            raise anyio.ClosedResourceError
        if self.bytes_per_s is None:
            await self._put(data)
            return
        size = max(1, int(self.bytes_per_s / _PACES_PER_S))
        for start in range(0, len(data), size):
            piece = data[start : start + size]
            await self._put(piece)
            await anyio.sleep(len(piece) / self.bytes_per_s)

    async def _put(self, data: bytes) -> None:
        if self.is_mute:
            # What has no end must let the others run, and be cancelled, also here.
            await anyio.lowlevel.checkpoint()
        elif data:
            await self._stream.send(data)
            self._record.bytes_sent += len(data)
