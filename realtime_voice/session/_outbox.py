"""What waits to be sent: two lanes, so that a barge-in never queues behind sound.

*Ordered* things (sound, commits, clears) keep their order. *Urgent* things (cancel, truncate, ...)
overtake sound. Everything else overtakes sound too, but never a commit or a clear, because a
``response.create`` that the user asked for after a commit must stay after it. Knows events by
their class, and nothing of how they are encoded or sent.
"""

from collections import deque

from anyio.lowlevel import checkpoint

from realtime_voice.events import (
    ClientEvent,
    ConversationItemDelete,
    ConversationItemTruncate,
    InputAudioBufferAppend,
    InputAudioBufferClear,
    InputAudioBufferCommit,
    ResponseCancel,
)
from realtime_voice.session._waiting import Waiters

__all__ = ["Outbox"]

_URGENT = frozenset({ResponseCancel, ConversationItemTruncate, ConversationItemDelete})
_BARRIERS = frozenset({InputAudioBufferCommit, InputAudioBufferClear})


class Outbox:
    """Events in the order in which they must go out."""

    __slots__ = (
        "_arrived",
        "_audio",
        "_barriers",
        "_closed",
        "_control",
        "_front",
        "_lane",
        "_taken",
    )

    def __init__(self) -> None:
        self._front: list[tuple[ClientEvent, int]] = []
        self._lane: deque[tuple[ClientEvent, int]] = deque()
        self._barriers = 0
        self._audio = 0
        self._control = 0
        self._closed = False
        self._arrived = Waiters()
        self._taken = Waiters()

    def __len__(self) -> int:
        return len(self._front) + len(self._lane)

    @property
    def audio_bytes(self) -> int:
        """Sound that waits, in bytes."""
        return self._audio

    @property
    def control_bytes(self) -> int:
        """Everything else that waits, in bytes."""
        return self._control

    async def room(self, size: int, bound: int) -> None:
        """Wait until sound may be added: the back-pressure on sources that are too fast.

        Returns also when :meth:`close` was called.

        Args:
            size: How much is to be added, in bytes.
            bound: How much may wait with it; when nothing waits, there is always room.
        """
        await checkpoint()
        while self._audio and self._audio + size > bound and not self._closed:
            await self._taken.wait()

    def put(self, event: ClientEvent, size: int = 0) -> None:
        """Queue an event where it belongs; never waits.

        Args:
            event: The event.
            size: Its bytes on the wire; sound is counted by itself.
        """
        kind = type(event)
        if isinstance(event, InputAudioBufferAppend):
            size = 0
            self._audio += len(event.audio)
        self._control += size
        self._barriers += kind in _BARRIERS
        is_ordered = kind in _BARRIERS or kind is InputAudioBufferAppend
        if is_ordered or (self._barriers and kind not in _URGENT):
            self._lane.append((event, size))
        else:
            self._front.append((event, size))
        self._arrived.wake()

    async def get(self) -> ClientEvent:
        """Return the next event to send; waits for one, and is safe to cancel."""
        while not (self._front or self._lane):
            await self._arrived.wait()
        event, size = self._front.pop(0) if self._front else self._lane.popleft()
        self._control -= size
        if isinstance(event, InputAudioBufferAppend):
            self._audio -= len(event.audio)
            self._taken.wake()
        elif type(event) in _BARRIERS:
            self._barriers -= 1
        return event

    def drop_oldest(self, size: int) -> int:
        """Give up the oldest sound that neither a commit nor a clear follows.

        Args:
            size: How much is too much, in bytes.

        Returns:
            Bytes that were given up: whole pieces, and less where there is less.
        """
        place = len(self._lane)
        while place and type(self._lane[place - 1][0]) not in _BARRIERS:
            place -= 1
        dropped = 0
        while dropped < size and place < len(self._lane):
            event, _ = self._lane[place]
            if isinstance(event, InputAudioBufferAppend):
                dropped += len(event.audio)
                del self._lane[place]
            else:
                place += 1
        self._audio -= dropped
        return dropped

    def close(self) -> None:
        """Nothing will be taken any more: let everybody go who waits for room."""
        self._closed = True
        self._taken.wake()
