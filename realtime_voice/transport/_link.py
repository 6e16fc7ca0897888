"""One open WebSocket connection: reads, writes, watches and closes, whatever the peer does.

Promises: reading never waits for whoever receives, so pings are answered while nobody does; a
cancelled send was not sent, or was sent whole; a link on which nothing moves is found and cut;
closing takes :attr:`LinkOptions.close_s` seconds and little more, also when the peer has stopped
reading; every call after the end raises the one stored cause.

It stands on a byte stream (``_stream``) and runs in a task of its own (see ``_open``). It knows
nothing of HTTP, TLS, credentials or events.
"""

from collections import deque
from contextlib import suppress
from typing import assert_never

import anyio
import attrs
from anyio.lowlevel import checkpoint

from realtime_voice.errors import ConnectionLost, RealtimeError
from realtime_voice.transport._errors import from_close, from_network_exception
from realtime_voice.transport._frames import (
    PING,
    PONG,
    Close,
    Frame,
    Ping,
    Pong,
    close_frame,
    encode,
    encode_slices,
)
from realtime_voice.transport._inbox import Inbox
from realtime_voice.transport._options import LinkOptions
from realtime_voice.transport._pull import BROKEN
from realtime_voice.transport._reader import FrameReader
from realtime_voice.transport._stream import ByteStream, Loop
from realtime_voice.transport._tasks import Flag
from realtime_voice.transport._watch import Watch

__all__ = ["Link"]

_ABORT_SECONDS = 0.3
_DRAIN_STEP_SECONDS = 0.01
_YIELD_EVERY = 32
_LARGE_BYTES = 131_072
_MOST_PONGS = 64
_NORMAL = 1000
_POLICY = 1008


@attrs.define(eq=False)
class _Waiting:
    """A frame for which there was no room yet."""

    data: bytes
    """UTF-8 of the message."""
    settled: anyio.Event = attrs.field(factory=anyio.Event)
    """Set when the frame was taken, or never will be."""
    taken: bool = False
    """It was taken, and goes out whole."""


class Link:
    """A connected transport; keeps the contract of :class:`.Transport`.

    Args:
        stream: The byte stream after the handshake.
        options: Limits.
    """

    def __init__(self, stream: ByteStream, options: LinkOptions) -> None:
        self._stream = stream
        self._options = options
        self._reader = FrameReader(
            max_message_bytes=options.max_message_bytes, max_fragments=options.max_fragments
        )
        self._inbox = Inbox()
        self._watch = Watch(options)
        self._waiting: deque[_Waiting] = deque()
        self._sends = 0
        self._pongs: list[bytes] = []
        self._ping_due = False
        self._close_code: int | None = None
        self._said_goodbye = False
        self._closed_by_peer = False
        self._finishing = Flag()
        self._peer_done = Flag()
        self._gone = Flag()

    # --- What users call ---------------------------------------------------------------------

    async def send(self, data: str | bytes) -> None:
        """Send one text frame; waits while the connection takes nothing more; safe to cancel.

        Args:
            data: One text message, as a string or as UTF-8.

        Raises:
            RealtimeError: The connection has ended; always the same cause.
            UnicodeEncodeError: The text cannot be written as UTF-8.
        """
        self._sends += 1
        if not self._sends % _YIELD_EVERY:
            await checkpoint()
        if self.send_nowait(data):
            return
        waiting = _Waiting(data.encode() if isinstance(data, str) else data)
        self._waiting.append(waiting)
        try:
            await waiting.settled.wait()
        except BaseException:
            # Not taken yet: taken back, so it was not sent.
            with suppress(ValueError):
                self._waiting.remove(waiting)
            raise
        if not waiting.taken:
            self._inbox.raise_if_ended()

    def send_nowait(self, data: str | bytes) -> bool:
        """Send one text frame if that needs no waiting.

        Args:
            data: One text message, as a string or as UTF-8.

        Returns:
            Whether it was taken; it is then written whole. If not, nothing has happened.

        Raises:
            RealtimeError: The connection has ended; always the same cause.
            UnicodeEncodeError: The text cannot be written as UTF-8.
        """
        if self._inbox.cause is not None:
            self._inbox.raise_if_ended()
        stream = self._stream
        if self._waiting or not stream.has_room:
            return False
        if isinstance(data, str):
            data = data.encode()
        stream.push(encode(data) if len(data) < _LARGE_BYTES else encode_slices(data))
        return True

    def receive_nowait(self) -> str | bytes | None:
        """Return the next message if one has come already; None when nothing waits."""
        return self._inbox.get_nowait()

    async def receive(self) -> str | bytes:
        """Return the next message; safe to cancel.

        Raises:
            RealtimeError: The connection has ended and every message was delivered; always the
                same cause.
        """
        return await self._inbox.get()

    def put_back(self, message: str | bytes) -> None:
        """Return a message that was received: it will be the next one again.

        Args:
            message: What :meth:`receive` gave.
        """
        self._inbox.put_back(message)

    @property
    def unsent_bytes(self) -> int:
        """Bytes of frames that were taken and have not reached the kernel."""
        return self._stream.unsent_bytes() + sum(len(one.data) for one in self._waiting)

    async def aclose(self) -> None:
        """Close the connection; returns when it is gone, within a bounded time.

        Idempotent; callers at the same time return together. When the caller is cancelled, the
        link goes on closing by itself.
        """
        self._inbox.fail(from_close(_NORMAL, "", expected=True))
        self._begin_close(_NORMAL)
        await self._gone.wait()

    # --- Its life ----------------------------------------------------------------------------

    async def run(self) -> None:
        """Move frames until the connection has ended; never raises for what the peer does."""
        try:
            if not (loops := self._stream.attach(self)):
                # No task group: it would be a quarter of what a connection holds in memory.
                await self._live()
                return
            async with anyio.create_task_group() as group:
                for loop in loops:
                    group.start_soon(self._guarded, loop)
                await self._live()
                group.cancel_scope.cancel()
        finally:
            self._end(from_close(_NORMAL, "", expected=True))
            with anyio.move_on_after(_ABORT_SECONDS, shield=True), suppress(*BROKEN):
                await self._stream.aclose()

    def mark_gone(self) -> None:
        """Tell everybody in :meth:`aclose` that nothing is left of the connection."""
        self._gone.set()

    async def _live(self) -> None:
        """Keep watch until somebody says goodbye, and give the other side time for its own."""
        await self._guarded(self._keep_watch)
        with anyio.move_on_after(self._options.close_s):
            await self._peer_done.wait()
            await self._drain()

    async def _guarded(self, loop: Loop) -> None:
        """Run one loop; its failure ends the link with that failure as the cause, bare."""
        try:
            await loop()
        except Exception as exc:  # noqa: BLE001 - a bug of ours must reach the caller, not a group
            self._end(exc)

    async def _keep_watch(self) -> None:
        """Find a link that is open by name only; returns when its end begins."""
        if self._options.ping_s is None:
            await self._finishing.wait()
        self._watch.start(self._stream.progress())
        while not self._finishing.is_set:
            await self._finishing.wait_for(self._watch.pause_s())
            if self._finishing.is_set:
                return
            if self._watch.look(unsent=self._stream.unsent(), progress=self._stream.progress()):
                self._ping_due = True
                self._pump()

    async def _drain(self) -> None:
        """Let the last frame go out; it is there in an instant or not at all."""
        with anyio.move_on_after(_ABORT_SECONDS):
            while self._stream.unsent():  # noqa: ASYNC110 - two streams without a common event
                await anyio.sleep(_DRAIN_STEP_SECONDS)

    # --- What the stream calls ---------------------------------------------------------------

    def on_bytes(self, data: bytes | memoryview = b"") -> bool:
        """Take what the peer sent, at once; nobody can make this wait."""
        self._watch.heard()
        try:
            frames = self._reader.feed(data)
            messages = [frame for frame in frames if isinstance(frame, str | bytes)]
            if len(messages) == len(frames):
                # Nearly always so, and then it is worth to be quick.
                self._add(messages)
            else:
                for frame in frames:
                    self._take(frame)
            failure = self._reader.failure
            if failure is not None and self._close_code is None:
                self._inbox.fail(failure)
                self._drop_waiting()
                self._begin_close(failure.code or _NORMAL)
        except Exception as exc:  # noqa: BLE001 - a bug of ours ends the link and reaches the caller
            self._end(exc)
            return False
        return self._reader.more

    def on_end(self, exc: BaseException | None) -> None:
        """Take the end of the stream."""
        self._end(from_network_exception(exc, mid_frame=self._reader.in_message))

    def on_room(self) -> None:
        """Write what waits."""
        try:
            self._pump()
        except Exception as exc:  # noqa: BLE001 - a bug of ours ends the link and reaches the caller
            self._end(exc)

    def _take(self, frame: Frame) -> None:
        match frame:
            case str() | bytes():
                self._add([frame])
            case Ping(payload):
                # All are answered; of those that wait for room, only the newest have to be (RFC
                # 6455 section 5.5.3), so that a flood of them costs nothing.
                self._pongs = [*self._pongs[1 - _MOST_PONGS :], payload]
                self._pump()
            case Pong():
                pass
            case Close(code, reason):
                self._closed_by_peer = True
                self._inbox.fail(from_close(code, reason))
                self._drop_waiting()
                self._begin_close(code)
                if self._said_goodbye:
                    self._peer_done.set()
            case _:
                assert_never(frame)

    def _add(self, messages: list[str | bytes]) -> None:
        self._inbox.extend(messages)
        if self._inbox.weight > self._options.max_backlog_bytes:
            self._inbox.fail(_too_slow(self._options.max_backlog_bytes))
            self._begin_close(_POLICY)

    # --- Writing -----------------------------------------------------------------------------

    def _pump(self) -> None:
        """Write while there is room: control frames first, the close frame last."""
        while self._stream.has_room and not self._said_goodbye:
            if self._pongs:
                self._stream.push(encode(self._pongs.pop(0), PONG))
            elif self._ping_due:
                self._ping_due = False
                self._stream.push(encode(b"", PING))
            elif self._waiting:
                waiting = self._waiting.popleft()
                waiting.taken = True
                waiting.settled.set()
                self._write(waiting.data)
            elif self._close_code is not None:
                self._said_goodbye = True
                self._stream.push(close_frame(self._close_code))
                if self._closed_by_peer:
                    self._peer_done.set()
            else:
                return

    def _write(self, data: bytes) -> None:
        self._stream.push(encode(data) if len(data) < _LARGE_BYTES else encode_slices(data))

    # --- Its end -----------------------------------------------------------------------------

    def _begin_close(self, code: int) -> None:
        """Say goodbye after what waits; the peer gets a bounded time to answer."""
        if self._close_code is None:
            self._close_code = code
            self._pump()
            self._finishing.set()

    def _end(self, cause: Exception) -> None:
        """The connection is over: nothing more can be read or written."""
        self._inbox.fail(cause)
        self._drop_waiting()
        self._finishing.set()
        self._peer_done.set()

    def _drop_waiting(self) -> None:
        while self._waiting:
            self._waiting.popleft().settled.set()


def _too_slow(limit: int) -> RealtimeError:
    return ConnectionLost(
        f"more than {limit} bytes were received that nobody asked for with receive()",
        cause="backlog",
        code=_POLICY,
        by="client",
    )
