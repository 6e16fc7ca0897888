"""What waits to be sent: two lanes, so that a barge-in never queues behind sound.

*Ordered* things (sound, commits, clears) keep their order. *Urgent* things (cancel, truncate, ...)
overtake sound. Everything else overtakes sound too, but never a commit or a clear, because a
``response.create`` that the user asked for after a commit must stay after it. Knows events by
their class, and nothing of how they are encoded or sent.
"""

from collections import deque

import anyio
import anyio.lowlevel
import attrs

from realtime_voice.events import (
    ClientEvent,
    ConversationItemDelete,
    ConversationItemTruncate,
    InputAudioBufferAppend,
    InputAudioBufferClear,
    InputAudioBufferCommit,
    ResponseCancel,
)

__all__ = ["Outbox"]

_URGENT = (ResponseCancel, ConversationItemTruncate, ConversationItemDelete)
_BARRIERS = (InputAudioBufferCommit, InputAudioBufferClear)


@attrs.define
class _Waiting:
    """One event and what it counts against the bound."""

    event: ClientEvent
    bytes: int


class Outbox:
    """Events in the order in which they must go out.

    Args:
        audio_bytes: Sound that may wait, in bytes; then :meth:`room` waits.
    """

    def __init__(self, audio_bytes: int) -> None:
        self._bound = audio_bytes
        self._front: deque[ClientEvent] = deque()
        self._lane: deque[_Waiting] = deque()
        self._barriers = 0
        self._audio = 0
        self._arrived: anyio.Event | None = None
        self._taken: anyio.Event | None = None

    def __len__(self) -> int:
        return len(self._front) + len(self._lane)

    @property
    def audio_bytes(self) -> int:
        """Sound that waits, in bytes."""
        return self._audio

    async def room(self) -> None:
        """Wait until sound may be added: the back-pressure on sources that are too fast."""
        await anyio.lowlevel.checkpoint()
        while self._audio >= self._bound:
            if self._taken is None:
                self._taken = anyio.Event()
            await self._taken.wait()

    def put(self, event: ClientEvent) -> None:
        """Queue an event where it belongs; never waits.

        Args:
            event: The event.
        """
        if isinstance(event, InputAudioBufferAppend):
            self._lane.append(_Waiting(event, len(event.audio)))
            self._audio += len(event.audio)
        elif isinstance(event, _BARRIERS):
            self._lane.append(_Waiting(event, 0))
            self._barriers += 1
        elif self._barriers and not isinstance(event, _URGENT):
            self._lane.append(_Waiting(event, 0))
        else:
            self._front.append(event)
        if self._arrived is not None:
            self._arrived.set()
            self._arrived = None

    async def get(self) -> ClientEvent:
        """Return the next event to send; waits for one, and is safe to cancel."""
        while not (self._front or self._lane):
            if self._arrived is None:
                self._arrived = anyio.Event()
            await self._arrived.wait()
        if self._front:
            return self._front.popleft()
        waiting = self._lane.popleft()
        self._audio -= waiting.bytes
        if isinstance(waiting.event, _BARRIERS):
            self._barriers -= 1
        if self._taken is not None and self._audio < self._bound:
            self._taken.set()
            self._taken = None
        return waiting.event
