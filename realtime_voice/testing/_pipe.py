"""The byte stream under a connection of the server, with what can go wrong on it.

Knows nothing of frames: it counts bytes, may be slow, deaf or mute, and can be cut at any byte.
"""

import array
import socket
import struct
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress

import anyio
from anyio.abc import ByteStream, SocketAttribute

from realtime_voice.testing._turn import Turn

__all__ = ["GONE", "Pipe", "end_stream"]

GONE = (anyio.ClosedResourceError, anyio.BrokenResourceError, anyio.EndOfStream, OSError)
"""What a stream raises when the peer is gone."""

_READ_SIZE = 65_536
_PACES_PER_S = 50
_DRAIN_S = 1.0
_LOOK_S = 0.002
_RESET_AT_ONCE = struct.pack("ii", 1, 0)
_UNSENT = 0x5411  # TIOCOUTQ of Linux: bytes that the peer has not acknowledged


class Pipe:
    """Bytes of one connection, both ways.

    Args:
        stream: TCP, or TLS on it.
    """

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self.turn = Turn()
        """Whoever writes has it."""
        self._held = b""
        self._is_ended = False
        self._strike: Callable[[], Awaitable[None]] | None = None
        self._strike_at = 0
        self.bytes_sent = 0
        """Bytes written since :meth:`start`."""
        self.bytes_received = 0
        """Bytes read since :meth:`start`."""
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
        self.bytes_sent = -len(self._held)
        self.bytes_received = 0

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
            while self._strike is not None and self.bytes_sent + len(data) >= self._strike_at:
                strike, self._strike = self._strike, None
                until = max(self._strike_at - self.bytes_sent, 0)
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
        self.bytes_received += len(data)
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
        if data and not self.is_mute:
            await self._stream.send(data)
            self.bytes_sent += len(data)


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
