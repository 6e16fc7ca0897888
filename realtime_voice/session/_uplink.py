"""The way to the server: at once where the connection has room, else through the outbox.

One order for everything that goes out, one bound for sound that waits, and one place that counts
what has left. Synchronous as long as the connection keeps up, so that neither a task nor an event
stands between a word and the socket. What is sent, and when, is decided elsewhere.
"""

from collections.abc import Callable
from typing import Literal

import anyio
import attrs

from realtime_voice.codec import encode_append, encode_client_event
from realtime_voice.conversation import Conversation, Send
from realtime_voice.errors import AudioError, EventEncodeError, RealtimeError, SendQueueFull
from realtime_voice.events import (
    ClientEvent,
    InputAudioBufferAppend,
    InputAudioBufferClear,
    InputAudioBufferCommit,
)
from realtime_voice.formats import AudioFormat
from realtime_voice.session._kept import AudioKeeper
from realtime_voice.session._notices import AudioDropped
from realtime_voice.session._outbox import Outbox
from realtime_voice.session._statistics import Counters
from realtime_voice.transport import Transport

__all__ = ["Uplink", "UplinkLimits", "UplinkOverflow", "event_id_of", "not_whole_frames"]

UplinkOverflow = Literal["wait", "drop"]
"""What happens when sound comes faster than the connection takes it.

``wait``: whoever brings it is held back. ``drop``: the oldest sound that was not committed gives
way, and :class:`.AudioDropped` tells.
"""

_PIECE_MS = 100
"""Sound in one event, so that nothing urgent has to wait behind a large one."""
_BLOCK_MS = 2_000
"""Sound that is taken whole or not at all; less where the backlog is bound to little."""
_YIELD_EVERY = 32
"""Pieces that may go out in a row before others get to run."""
_BASE64 = 0.75
"""Bytes of sound in a byte of the wire."""


@attrs.frozen(kw_only=True)
class UplinkLimits:
    """How much may wait to be sent."""

    backlog_s: float = 10.0
    """Seconds of the user's sound."""
    overflow: UplinkOverflow = "wait"
    """What happens to more sound."""
    queue_bytes: int = 4 << 20
    """Bytes of everything else; more is refused."""


def event_id_of(event: ClientEvent) -> str:
    """Id of an event that goes out; empty for one of a kind that nobody knows."""
    return getattr(event, "event_id", None) or ""


class Uplink:
    """Everything that one session sends.

    Args:
        core: Knows the input format, and how much sound waits to be committed.
        counters: Count what leaves.
        keeper: Keeps the user's sound as it leaves.
        limits: How much may wait.
        refuse: Tells that an event, by its id, cannot be written.
        fail: Ends the session with a fault that is not the connection's.
        tell: Tells that sound was dropped.
    """

    def __init__(
        self,
        core: Conversation,
        counters: Counters,
        keeper: AudioKeeper,
        *,
        limits: UplinkLimits,
        refuse: Callable[[str, RealtimeError], None],
        fail: Callable[[Exception], None],
        tell: Callable[[AudioDropped], object],
    ) -> None:
        self._core = core
        self._counters = counters
        self._keeper = keeper
        self._limits = limits
        self._refuse = refuse
        self._fail = fail
        self._tell = tell
        self._outbox = Outbox()
        self._transport: Transport | None = None
        self._is_busy = True
        self._in_hand: ClientEvent | None = None
        self._in_a_row = 0
        self._dropped_ms = 0.0
        self._commits: dict[str, tuple[int, int]] = {}
        self._error: Exception | None = None
        self._adopt(core.settings.input_format)

    def _adopt(self, layout: AudioFormat) -> None:
        """Work out what follows from the input format, once and not for each piece."""
        self._layout = layout
        self._frame_bytes = layout.frame_bytes
        self._byte_rate = layout.bytes_per_second
        self._piece = layout.bytes_in(_PIECE_MS)
        self._bound = max(layout.bytes_in(self._limits.backlog_s * 1000), self._piece)
        block_ms = min(_BLOCK_MS, self._limits.backlog_s * 1000 / 4)
        self._block = max(layout.bytes_in(block_ms), self._piece)

    # --- How it stands -----------------------------------------------------------------------

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits to be sent."""
        return self._in_hand is None and not len(self._outbox)

    @property
    def waiting_s(self) -> float:
        """Seconds of sound that wait in the session."""
        event = self._in_hand
        in_hand = len(event.audio) if isinstance(event, InputAudioBufferAppend) else 0
        return (self._outbox.audio_bytes + in_hand) / self._byte_rate

    @property
    def lag_ms(self) -> float:
        """Sound that was appended and has not left this process, in ms."""
        unsent = getattr(self._transport, "unsent_bytes", 0)
        return (self.waiting_s + unsent * _BASE64 / self._byte_rate) * 1000

    @property
    def dropped_s(self) -> float:
        """Seconds of sound that gave way."""
        return self._dropped_ms / 1000

    # --- Its life ----------------------------------------------------------------------------

    def connect(self, transport: Transport) -> None:
        """Send through this connection from now on."""
        self._transport = transport
        self._is_busy = bool(self._outbox)

    async def run(self) -> None:
        """Send what could not be sent at once; to be run beside everything else."""
        while True:
            event = await self._outbox.get()
            # Nothing may overtake it: from here on, everything else queues up.
            self._is_busy = True
            await self._send_waiting(event)
            self._is_busy = bool(self._outbox)

    def close(self, error: Exception) -> None:
        """Nothing leaves any more.

        Args:
            error: What those get who wait for room, and those who come later.
        """
        self._is_busy = True
        self._error = error
        self._outbox.close()

    # --- Events ------------------------------------------------------------------------------

    def send(self, event: ClientEvent) -> None:
        """Send an event, or queue it where it belongs; never waits.

        Args:
            event: The event, complete.
        """
        if self._is_busy or not self._send_nowait(event):
            self._queue(event)

    def check_room(self) -> None:
        """Refuse a request while too much waits; the session's own needs are never refused.

        Raises:
            SendQueueFull: More than the bound waits already.
        """
        waiting, limit = self._outbox.control_bytes, self._limits.queue_bytes
        if waiting >= limit:
            raise SendQueueFull(
                f"{waiting} bytes wait to be sent, and send_queue_bytes is {limit}: the connection "
                "takes less than is asked of it. Nothing of this call was sent; try again later, "
                "or ask for less",
                waiting=waiting,
                limit=limit,
            )

    def _queue(self, event: ClientEvent) -> None:
        size = 0
        if type(event) is not InputAudioBufferAppend:
            # Written once more when its turn comes: only a line that is full pays for that.
            text = self._encoded(event)
            if text is None:
                return
            size = len(text)
        self._is_busy = True
        self._outbox.put(event, size)

    def _send_nowait(self, event: ClientEvent) -> bool:
        """Hand an event to the connection; tells whether nothing is left to do for it."""
        text = self._encoded(event)
        if text is None or self._transport is None:
            return text is None
        try:
            taken = self._transport.send_nowait(text)
        except RealtimeError:
            # The reader tells how it ended: it may still have events to deliver first.
            return False
        except Exception as exc:  # noqa: BLE001 - whoever called is not to blame: the session ends with it
            self._fail(exc)
            return False
        if taken:
            self._note(event)
        return taken

    async def _send_waiting(self, event: ClientEvent) -> None:
        text = self._encoded(event)
        transport = self._transport
        if text is None or transport is None:
            return
        self._in_hand = event
        try:
            if not transport.send_nowait(text):
                await transport.send(text)
        except RealtimeError:
            # As above: the reader tells.
            await anyio.sleep_forever()
        self._in_hand = None
        self._note(event)

    def _encoded(self, event: ClientEvent) -> str | None:
        try:
            return encode_client_event(event)
        except EventEncodeError as exc:
            self._refuse(event_id_of(event), exc)
            return None

    def _note(self, event: ClientEvent) -> None:
        """Count what has left. Sound is kept here, so that positions are those of the server."""
        self._counters.events_sent += 1
        if type(event) is InputAudioBufferAppend:
            self._counters.audio_sent_s += len(event.audio) / self._byte_rate
            self._keeper.add(event.audio, self._layout)
        elif isinstance(event, InputAudioBufferCommit):
            self._commits[event_id_of(event)] = self._keeper.mark()
        elif isinstance(event, InputAudioBufferClear):
            self._keeper.mark()

    # --- Sound -------------------------------------------------------------------------------

    def append_nowait(self, data: bytes) -> bool:
        """Send a piece of sound at once, where that is possible.

        Args:
            data: Whole frames of the session's input format.

        Returns:
            Whether it was taken; if not, nothing has happened, and :meth:`append` may wait.

        Raises:
            AudioError: Not whole frames.
        """
        layout = self._core.settings.input_format
        if layout is not self._layout:
            self._adopt(layout)
        size = len(data)
        if size % self._frame_bytes:
            raise not_whole_frames(size, layout)
        transport = self._transport
        if self._is_busy or transport is None or not 0 < size <= self._piece:
            return False
        self._in_a_row += 1
        if self._in_a_row >= _YIELD_EVERY:
            return False
        event_id = self._core.note_append(size)
        try:
            taken = transport.send_nowait(encode_append(event_id, data))
        except RealtimeError:
            # As in _send_nowait.
            taken = False
        except Exception as exc:  # noqa: BLE001 - whoever called is not to blame: the session ends with it
            self._fail(exc)
            taken = False
        if taken:
            counters = self._counters
            counters.events_sent += 1
            counters.audio_sent_s += size / self._byte_rate
            if self._keeper.keeps:
                self._keeper.add(data, layout)
        else:
            self._queue(InputAudioBufferAppend(event_id=event_id, audio=data))
        return True

    async def append(self, data: bytes) -> None:
        """Send sound in pieces, or queue them; waits while too much is waiting.

        A cancelled call has sent whole blocks (two seconds, or a quarter of the backlog where
        that is less) and nothing of the next one.

        Args:
            data: Whole frames of the session's input format.

        Raises:
            AudioError: Not whole frames.
            Exception: The session has ended with it.
        """
        if self.append_nowait(data):
            return
        self._in_a_row = 0
        block, piece = self._block, self._piece
        for start in range(0, len(data), block):
            part = data[start : start + block]
            await self._room(len(part))
            for begin in range(0, len(part), piece):
                self._append(part[begin : begin + piece])

    def _append(self, data: bytes) -> None:
        # Time is no matter for sound, and nothing but events follows from it.
        for outcome in self._core.append_audio(data, 0.0):
            if isinstance(outcome, Send):
                self.send(outcome.event)

    async def _room(self, size: int) -> None:
        if self._limits.overflow == "drop":
            self._drop(self._outbox.audio_bytes + size - self._bound)
        await self._outbox.room(size, self._bound)
        if self._error is not None:
            raise self._error.with_traceback(None)

    def _drop(self, excess: int) -> None:
        dropped = self._outbox.drop_oldest(excess) if excess > 0 else 0
        if not dropped:
            return
        self._core.forget_audio(dropped)
        duration_ms = dropped * 1000 / self._byte_rate
        self._dropped_ms += duration_ms
        self._tell(AudioDropped(duration_ms=duration_ms, total_ms=self._dropped_ms, why="uplink"))

    # --- What was committed by hand ------------------------------------------------------------

    def note_committed(self, item_id: str) -> None:
        """Sound that was committed by hand has become an item: answers come in order.

        Args:
            item_id: The item.
        """
        if self._commits:
            span = self._commits.pop(next(iter(self._commits)))
            self._keeper.place(item_id, span)

    def forget_commit(self, event_id: str) -> None:
        """A commit was refused.

        Args:
            event_id: Id of the event.
        """
        self._commits.pop(event_id, None)


def not_whole_frames(size: int, layout: AudioFormat) -> AudioError:
    """The error of sound that is cut in the middle of a frame."""
    return AudioError(
        f"append_audio takes whole frames of {layout.frame_bytes} bytes, not {size} bytes"
    )
