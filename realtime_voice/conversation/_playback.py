"""The playback ledger: which item owns which frames that were sent to the speaker.

It answers what was heard of an item, from the number of frames that the sink has played, never
from a clock: the model generates faster than real time, so a wall clock claims too much. All
counts are frames at the session's output rate. This module knows no texts and sends nothing.
"""

import attrs

from realtime_voice.formats import PCM16_24K, AudioFormat

__all__ = ["Cut", "ItemSound", "PlaybackLedger"]

_SLACK_MS = 5
"""A resampler before the speaker keeps up to 2 ms, so that the last frames may never be reported;
a report this close to the end of an item counts as its end."""


@attrs.define(kw_only=True)
class ItemSound:
    """The sound of one item."""

    item_id: str
    """The item."""
    response_id: str
    """Response that speaks it."""
    received: int = 0
    """Frames that arrived."""
    queued: int = 0
    """Frames that were given to the speaker."""
    played: int = 0
    """Frames known to have been played."""
    complete: bool = False
    """No further sound will arrive."""
    settled: bool = False
    """What was heard of it will not change any more."""
    cut: bool = False
    """Playing was stopped before its end."""
    rest: bytes = b""
    """Bytes of a frame that is not whole yet."""

    @property
    def drained(self) -> bool:
        """Whether all of it was played."""
        return self.complete and self.played >= self.received


@attrs.frozen(kw_only=True)
class Cut:
    """What a stop did to one item."""

    item_id: str
    """The item."""
    played_ms: int
    """Whole milliseconds that were heard."""
    received_ms: int
    """Whole milliseconds that had arrived."""


@attrs.define
class _Stretch:
    """Consecutive frames of one item in the order of playing."""

    sound: ItemSound
    start: int
    end: int


class PlaybackLedger:
    """What was queued, in playing order, and how far playing has come."""

    def __init__(self) -> None:
        self.adopt(PCM16_24K)
        self.stopping = False
        self.moved_at = 0.0
        self._sounds: dict[str, ItemSound] = {}
        self._queue: list[_Stretch] = []
        self._later: list[_Stretch] = []
        self._end = 0
        self._rendered = 0

    def adopt(self, layout: AudioFormat) -> None:
        """Count frames of this layout from now on."""
        self.format = layout
        # Asked for with every piece of sound, and an arithmetic of its own in the layout.
        self.frame_bytes = layout.frame_bytes

    def get(self, item_id: str) -> ItemSound | None:
        """The sound of an item, if any arrived."""
        return self._sounds.get(item_id)

    @property
    def audible(self) -> bool:
        """Whether something is being played or waits to be."""
        return bool(self._queue) and not self.stopping

    @property
    def remaining_s(self) -> float:
        """Seconds of sound that were queued and not reported as played."""
        return max(0, self._end - self._rendered) / self.format.rate

    def receive(
        self, item_id: str, response_id: str, data: bytes, *, muted: bool
    ) -> tuple[bytes, int]:
        """Enter sound that arrived.

        Args:
            item_id: Item that it belongs to.
            response_id: Response that speaks it.
            data: Raw sound; an incomplete last frame waits for the next piece.
            muted: It was interrupted already and is not played.

        Returns:
            The whole frames to play, and the position of the first within the item's sound.
            No bytes if there is nothing to play.
        """
        sound = self._sounds.get(item_id)
        if sound is None:
            sound = ItemSound(item_id=item_id, response_id=response_id)
            self._sounds[item_id] = sound
        if sound.rest:
            data = sound.rest + data
        size = len(data)
        frames = size // self.frame_bytes
        whole = frames * self.frame_bytes
        if whole != size or sound.rest:
            sound.rest = data[whole:]
            data = data[:whole]
        start = sound.received
        sound.received += frames
        if muted or sound.settled:
            sound.cut = sound.cut or frames > 0
            return b"", start
        if not frames:
            return data, start
        queue = self._queue
        if queue and not self.stopping and (last := queue[-1]).sound is sound:
            # The end of the last stretch is that of the queue; nearly all sound comes this way.
            sound.queued += frames
            last.end = self._end = self._end + frames
        else:
            self._enqueue(sound, frames)
        return data, start

    def complete(self, item_id: str) -> None:
        """All sound of this item has arrived."""
        sound = self._sounds.get(item_id)
        if sound is not None:
            sound.complete = True
            self._settle_if_drained(sound)

    def progress(self, rendered: int, now: float) -> None:
        """Take over how far the speaker has come.

        Args:
            rendered: Frames played since the sink was made.
            now: Time on the session's clock.
        """
        if self.stopping or rendered <= self._rendered:
            return
        self.moved_at = now
        self._rendered = rendered
        while self._queue and self._queue[0].start < rendered:
            stretch = self._queue[0]
            heard = min(rendered, stretch.end)
            stretch.sound.played += heard - stretch.start
            stretch.start = heard
            self._settle_if_drained(stretch.sound)
            if heard < stretch.end:
                return
            del self._queue[0]

    def stop(self) -> None:
        """The speaker is being stopped; what follows is played after the stop."""
        self.stopping = True

    def stopped(self, rendered: int, now: float) -> list[Cut]:
        """The speaker was stopped and emptied.

        Args:
            rendered: Frames played since the sink was made, at the instant of the stop.
            now: Time on the session's clock.

        Returns:
            Every item that was not heard to its end, in playing order.
        """
        self.stopping = False
        waiting = {one.sound.item_id: one.sound for one in self._queue if not one.sound.settled}
        self.progress(rendered, now)
        self._rendered = self._end = max(rendered, self._rendered)
        self._queue.clear()
        cuts = [self.cut(sound) for sound in waiting.values() if not sound.drained]
        later, self._later = self._later, []
        for stretch in later:
            self._enqueue(stretch.sound, stretch.end - stretch.start, again=True)
        return cuts

    def cut(self, sound: ItemSound) -> Cut:
        """Nothing more of an item will be played."""
        sound.settled = sound.cut = True
        return Cut(
            item_id=sound.item_id,
            played_ms=sound.played * 1000 // self.format.rate,
            received_ms=sound.received * 1000 // self.format.rate,
        )

    def settle(self, sound: ItemSound) -> None:
        """Stop waiting for reports: what is known to be played is what was heard."""
        sound.cut = sound.cut or sound.played < sound.received
        sound.settled = True

    def _enqueue(self, sound: ItemSound, frames: int, *, again: bool = False) -> None:
        if not again:
            sound.queued += frames
        if self.stopping:
            self._later.append(_Stretch(sound, 0, frames))
            return
        start, self._end = self._end, self._end + frames
        last = self._queue[-1] if self._queue else None
        if last is not None and last.sound is sound and last.end == start:
            last.end = self._end
        else:
            self._queue.append(_Stretch(sound, start, self._end))

    def _settle_if_drained(self, sound: ItemSound) -> None:
        slack = self.format.frames_in(_SLACK_MS)
        if sound.complete and sound.received - sound.played <= slack:
            sound.settled = True
