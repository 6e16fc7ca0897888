"""One open WebSocket connection: reads, writes, watches and closes, whatever the peer does.

Promises: the reader never waits for whoever receives, so pings are answered while nobody does;
a cancelled send was not sent, or was sent whole; a link on which nothing moves is found and cut;
closing takes :attr:`LinkOptions.close_s` seconds at most, also when the peer has stopped reading;
every call after the end raises the one stored cause.

It runs on the network stream that httpx-ws has opened, in a task of its own (see ``_open``). It
knows nothing of HTTP, credentials or events.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import assert_never

import anyio
import attrs
import httpcore

from realtime_voice.errors import (
    ConnectionLost,
    LinkStalled,
    MessageTooLarge,
    ProtocolViolation,
    RealtimeError,
)
from realtime_voice.transport._errors import from_close, from_network_exception
from realtime_voice.transport._frames import Close, Frame, FrameCodec, Message, Ping, Pong
from realtime_voice.transport._inbox import Inbox

__all__ = ["Link", "LinkOptions"]

_READ_BYTES = 65_536
_ABORT_SECONDS = 0.3
_LATE_SECONDS = 1.0
_NORMAL = 1000
_POLICY = 1008
_BROKEN = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    anyio.BrokenResourceError,
    anyio.ClosedResourceError,
    anyio.EndOfStream,
    OSError,
)
"""What a network stream raises when the connection is broken, on any event loop."""


@attrs.frozen(kw_only=True)
class LinkOptions:
    """Limits of one connection."""

    max_message_bytes: int = 64 << 20
    """Largest message to accept."""
    max_fragments: int = 16_384
    """Largest number of fragments in one message."""
    max_backlog_bytes: int = 128 << 20
    """Most that may wait for a receiver who does not come, in bytes; then the link is closed."""
    ping_s: float | None = 5.0
    """Seconds of silence after which to ask for a sign of life; None: never."""
    pong_s: float = 5.0
    """Seconds to wait for that sign."""
    stall_s: float = 5.0
    """Seconds without progress of a write after which the link counts as dead."""
    close_s: float = 2.0
    """Seconds that the peer gets to finish a close."""
    slice_bytes: int = 16_384
    """Most to write at once: progress of a large message on a slow line shows in slices of this
    size. 0: whole frames only, for streams that want them so."""


@attrs.define(eq=False)
class _Outgoing:
    """A frame on its way."""

    data: bytes
    """The frame, ready for the network."""
    settled: anyio.Event = attrs.field(factory=anyio.Event)
    """Set when it was written, or never will be."""
    written: bool = False
    """It was written."""


class Link:
    """A connected transport; keeps the contract of :class:`.Transport`.

    Args:
        stream: The byte stream after the handshake.
        options: Limits.
    """

    def __init__(self, stream: httpcore.AsyncNetworkStream, options: LinkOptions) -> None:
        self._stream = stream
        self._options = options
        self._codec = FrameCodec(
            max_message_bytes=options.max_message_bytes, max_fragments=options.max_fragments
        )
        self._inbox = Inbox()
        self._queue: deque[_Outgoing] = deque()
        self._current: _Outgoing | None = None
        self._pong: bytes | None = None
        self._ping_due = False
        self._close_frame: tuple[int, str] | None = None
        self._closed_by_peer = False
        self._work = anyio.Event()
        self._finishing = anyio.Event()
        self._peer_done = anyio.Event()
        self._gone = anyio.Event()
        self._last_read = anyio.current_time()
        self._writing_since: float | None = None

    # --- What users call ---------------------------------------------------------------------

    async def send(self, data: str | bytes) -> None:
        """Send one text frame and wait until it has been written; safe to cancel.

        Args:
            data: One text message, as a string or as UTF-8.

        Raises:
            RealtimeError: The connection has ended; always the same cause.
            UnicodeEncodeError: The text cannot be written as UTF-8.
        """
        self._inbox.raise_if_ended()
        outgoing = _Outgoing(self._codec.text(_text(data)))
        self._queue.append(outgoing)
        self._work.set()
        try:
            await outgoing.settled.wait()
        except BaseException:
            # Not begun: taken back, so it was not sent. Begun: the writer sends it whole.
            with suppress(ValueError):
                self._queue.remove(outgoing)
            raise
        if not outgoing.written:
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
        self._inbox.raise_if_ended()
        if self._queue or self._current is not None:
            return False
        self._queue.append(_Outgoing(self._codec.text(_text(data))))
        self._work.set()
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
            async with anyio.create_task_group() as group:
                group.start_soon(self._guarded, self._read)
                group.start_soon(self._guarded, self._write)
                if self._options.ping_s is not None:
                    group.start_soon(self._guarded, self._watch)
                await self._finishing.wait()
                with anyio.move_on_after(self._options.close_s):
                    await self._peer_done.wait()
                group.cancel_scope.cancel()
        finally:
            self._end(from_close(_NORMAL, "", expected=True))
            with anyio.move_on_after(_ABORT_SECONDS, shield=True), suppress(*_BROKEN):
                await self._stream.aclose()

    def mark_gone(self) -> None:
        """Tell everybody in :meth:`aclose` that nothing is left of the connection."""
        self._gone.set()

    async def _guarded(self, loop: Callable[[], Awaitable[None]]) -> None:
        """Run one loop; its failure ends the link with that failure as the cause, bare."""
        try:
            await loop()
        except (ProtocolViolation, MessageTooLarge) as exc:
            self._inbox.fail(exc)
            self._begin_close(exc.code or _NORMAL)
        except RealtimeError as exc:
            self._end(exc)
        except _BROKEN as exc:
            self._end(from_network_exception(exc, mid_frame=self._codec.in_message))
        except Exception as exc:  # noqa: BLE001 - a bug of ours must reach the caller, not a group
            self._end(exc)

    async def _read(self) -> None:
        """Take everything the peer sends, at once; nobody can make this loop wait."""
        while True:
            data = await self._stream.read(_READ_BYTES)
            self._last_read = anyio.current_time()
            if not data:
                self._end(from_network_exception(None, mid_frame=self._codec.in_message))
                return
            for frame in self._codec.receive(data):
                self._take(frame)

    def _take(self, frame: Frame) -> None:
        match frame:
            case Message(data):
                self._inbox.put(data)
                if self._inbox.size > self._options.max_backlog_bytes:
                    self._inbox.fail(_too_slow(self._options.max_backlog_bytes))
                    self._begin_close(_POLICY)
            case Ping(payload):
                # Only the newest ping has to be answered (RFC 6455 section 5.5.3).
                self._pong = payload
                self._work.set()
            case Pong():
                pass
            case Close(code, reason):
                self._closed_by_peer = True
                self._inbox.fail(from_close(code, reason))
                if self._close_frame is None:
                    self._begin_close(code)
                else:
                    self._peer_done.set()
            case _:
                assert_never(frame)

    async def _write(self) -> None:
        """The only one who writes: whole frames, control frames first, the close frame last."""
        while True:
            self._work = anyio.Event()
            if self._pong is not None:
                payload, self._pong = self._pong, None
                await self._put(self._codec.pong(payload))
            elif self._ping_due:
                self._ping_due = False
                await self._put(self._codec.ping(b""))
            elif self._queue:
                outgoing = self._current = self._queue.popleft()
                await self._put(outgoing.data)
                outgoing.written = True
                outgoing.settled.set()
                self._current = None
            elif self._close_frame is not None:
                await self._put(self._codec.close(*self._close_frame))
                if self._closed_by_peer:
                    self._peer_done.set()
                return
            else:
                await self._work.wait()

    async def _put(self, data: bytes) -> None:
        size = self._options.slice_bytes or len(data)
        for start in range(0, len(data), size):
            self._writing_since = anyio.current_time()
            await self._stream.write(data[start : start + size])
        self._writing_since = None

    async def _watch(self) -> None:
        """Find a link that is open by name only: no sign of life, or a write that stands still."""
        ping_s, pong_s, stall_s = self._options.ping_s, self._options.pong_s, self._options.stall_s
        if ping_s is None:
            return
        step = min(ping_s, pong_s, stall_s) / 4
        while True:
            before = anyio.current_time()
            await anyio.sleep(step)
            now = anyio.current_time()
            if now - before - step > _LATE_SECONDS:
                # The event loop was blocked, so the silence is our own: read first, judge later.
                self._last_read = max(self._last_read, now - ping_s)
                self._writing_since = None if self._writing_since is None else now
                continue
            if self._writing_since is not None and now - self._writing_since > stall_s:
                raise LinkStalled(
                    f"nothing could be written for {stall_s:g} s", cause="stalled", by="client"
                )
            silent = now - self._last_read
            if silent > ping_s + pong_s:
                raise LinkStalled(
                    f"nothing was received for {silent:.1f} s, not even an answer to a ping",
                    cause="stalled",
                    by="client",
                )
            if silent > ping_s and not self._ping_due:
                self._ping_due = True
                self._work.set()

    # --- Its end -----------------------------------------------------------------------------

    def _begin_close(self, code: int) -> None:
        """Say goodbye after what is queued; the peer gets a bounded time to answer."""
        if self._close_frame is None:
            self._close_frame = (code, "")
            self._work.set()
            self._finishing.set()

    def _end(self, cause: Exception) -> None:
        """The connection is over: nothing more can be read or written."""
        self._inbox.fail(cause)
        if self._current is not None:
            self._current.settled.set()
        while self._queue:
            self._queue.popleft().settled.set()
        self._finishing.set()
        self._peer_done.set()


def _text(data: str | bytes) -> str:
    return data if isinstance(data, str) else data.decode()


def _too_slow(limit: int) -> ConnectionLost:
    return ConnectionLost(
        f"more than {limit} bytes were received that nobody asked for with receive()",
        cause="backlog",
        code=_POLICY,
        by="client",
    )
