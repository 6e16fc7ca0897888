"""Faults below the messages, on a real socket: bytes, frames, pings, and how a connection ends."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack

import anyio
from anyio.abc import TaskGroup

from realtime_voice.testing._channel import SocketChannel
from realtime_voice.testing._connection import Closed
from realtime_voice.testing._records import ConnectionRecord
from realtime_voice.testing._sockets import GONE
from realtime_voice.testing.faults import (
    BigMessage,
    Breach,
    Close,
    Cut,
    EndlessMessage,
    Flood,
    IgnoreClose,
    OnClose,
    OversizedHeader,
    PingEvery,
    SendPong,
    SendRaw,
    SlowWriting,
)
from realtime_voice.testing.faults._bytes import (
    HALF_A_FRAME,
    big_text,
    breach_frames,
    close_frame,
    flood_texts,
    fragments,
    frame_header,
    server_frame,
)
from realtime_voice.testing.faults._plan import TimedFault

__all__ = ["WireFaults"]

_BROKEN = 1006
_CONTINUATION, _TEXT, _PONG = 0x0, 0x1, 0xA
_BATCH_BYTES = 65_536
_BATCH_FRAMES = 500  # half a millisecond of work
_PATIENCE_S = 0.25


class WireFaults:
    """What can be done to the bytes of one connection.

    Args:
        channel: The connection.
        record: Takes note.
        ignored: The fault by which the client's close is never answered, if there is one.
    """

    def __init__(
        self, channel: SocketChannel, record: ConnectionRecord, ignored: IgnoreClose | None
    ) -> None:
        self._channel = channel
        self._record = record
        self._ignored = ignored

    def on_client_close(self, strike: Callable[[], Awaitable[bool]]) -> None:
        """Do something when the client closes, before it is answered.

        Args:
            strike: Says whether to answer.
        """

        async def closing(code: int, reason: str) -> bool:
            is_answered = await strike()
            if self._ignored is None:
                return is_answered
            self._record.note_fault(self._ignored)
            self._record.note_close(code, reason, "client")
            try:
                while True:
                    await self._channel.pipe.receive()
            except GONE:
                return False

        self._channel.on_close = closing

    async def close(self, fault: Close) -> None:
        """Send a close frame, whatever it holds."""
        await self._channel.send_raw(close_frame(fault))

    async def perform(self, fault: TimedFault, tasks: TaskGroup) -> Closed | None:
        """Let a fault strike.

        Args:
            fault: What happens.
            tasks: Runs what goes on for a while.

        Returns:
            How the connection ended, if it did.
        """
        match fault:
            case Cut():
                self._record.note_close(_BROKEN, "", "server")
                await self._cut(fault)
                return Closed(_BROKEN, "", "server")
            case PingEvery():
                if fault.count is not None and (
                    fault.interval_s == 0 or isinstance(fault.when, OnClose)
                ):
                    await self._ping(fault)
                else:
                    tasks.start_soon(self._ping, fault)
            case SlowWriting():
                self._channel.pipe.bytes_per_s = fault.bytes_per_s
            case _:
                await self._write(fault)
        return None

    async def _write(self, fault: TimedFault) -> None:
        is_on_close = isinstance(fault.when, OnClose)
        async with self._channel.turn.take():
            for data in _batches(fault):
                if self._record.client_close_code is not None and not is_on_close:
                    return
                await self._channel.send_raw(data)

    async def _cut(self, fault: Cut) -> None:
        pipe = self._channel.pipe
        async with AsyncExitStack() as stack:
            # Between two frames, unless one of them does not get through.
            with anyio.move_on_after(_PATIENCE_S):
                await stack.enter_async_context(pipe.turn.take())
                if fault.mid_frame:
                    await self._channel.send_raw(HALF_A_FRAME)
            await pipe.cut(fault.how)

    async def _ping(self, fault: PingEvery) -> None:
        sent = 0
        try:
            while (fault.count is None or sent < fault.count) and not self._channel.pipe.is_mute:
                await self._channel.ping()
                sent += 1
                await anyio.sleep(fault.interval_s)
        except Closed:
            return


def _batches(fault: TimedFault) -> Iterator[bytes]:
    """Yield what a fault writes, in pieces that are not too small."""
    batch: list[bytes] = []
    size = 0
    for data in _frames(fault):
        batch.append(data)
        size += len(data)
        if size >= _BATCH_BYTES or len(batch) >= _BATCH_FRAMES:
            yield b"".join(batch)
            batch, size = [], 0
    yield b"".join(batch)


def _frames(fault: TimedFault) -> Iterator[bytes]:
    match fault:
        case SendPong():
            yield server_frame(_PONG, fault.payload)
        case Breach():
            yield breach_frames(fault)
        case OversizedHeader():
            yield frame_header(_TEXT, fault.length) + b'{"type": "test.big", "padding": "'
        case SendRaw():
            yield fault.data
        case BigMessage():
            yield from fragments(big_text(fault).encode(), fault.fragment_bytes or fault.size)
        case Flood():
            for text in flood_texts(fault):
                yield server_frame(_TEXT, text.encode())
        case EndlessMessage():
            yield server_frame(_TEXT, b"{" * fault.fragment_bytes, final=False)
            fragment = server_frame(_CONTINUATION, b" " * fault.fragment_bytes, final=False)
            while True:
                yield fragment
        case _:
            return
