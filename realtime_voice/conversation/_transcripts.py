"""What the user said and what the model says, as texts that grow and end once.

User texts are keyed by item and content part: they may begin before the item exists, come out of
order, late, twice or never. Assistant texts are keyed by response, item and content part, and are
final only when the server calls their item complete: the ``done`` of an interrupted transcript
looks like that of a whole one. This module knows neither order nor sound.
"""

from collections.abc import Iterable
from typing import Literal

import attrs

from realtime_voice.conversation._outcomes import TranscriptStatus, TranscriptUpdate
from realtime_voice.conversation._quick import assistant_update

__all__ = ["AssistantText", "AssistantTexts", "UserPart", "UserSlot", "UserTexts", "worst"]

_REVISABLE = frozenset(
    {TranscriptStatus.TIMED_OUT, TranscriptStatus.DISABLED, TranscriptStatus.FAILED}
)
"""Ends that a transcript which comes after all replaces."""


@attrs.define(kw_only=True)
class UserPart:
    """The text of one content part of a user item."""

    text: str = ""
    status: TranscriptStatus = TranscriptStatus.PENDING
    language: str | None = None
    error: str | None = None

    @property
    def final(self) -> bool:
        """Whether the text has ended."""
        return self.status is not TranscriptStatus.PENDING


@attrs.define(kw_only=True)
class UserSlot:
    """One thing that the user said or typed."""

    item_id: str
    """The server's id of the item; empty while an event without an id is all we have."""
    parts: dict[int, UserPart] = attrs.field(factory=dict[int, UserPart])
    """Texts by content index."""
    typed: bool = False
    """Text input."""
    start_ms: int | None = None
    """Start in the input audio, in ms."""
    end_ms: int | None = None
    """End in the input audio, in ms."""
    started_at: float | None = None
    """When the server told that the user speaks."""
    stopped_at: float | None = None
    """When the server told that the user is silent."""
    committed_at: float | None = None
    """When the speech became an item."""
    deadline: float | None = None
    """When the transcript is given up."""
    closed_at: float | None = None
    """When the last text ended."""

    @property
    def speaking(self) -> bool:
        """Whether the user has not stopped yet."""
        return self.started_at is not None and self.stopped_at is None and self.committed_at is None

    @property
    def final(self) -> bool:
        """Whether every text has ended."""
        return bool(self.parts) and all(part.final for part in self.parts.values())

    @property
    def timed_out(self) -> bool:
        """Whether a text was given up."""
        return any(part.status is TranscriptStatus.TIMED_OUT for part in self.parts.values())

    @property
    def text(self) -> str:
        """All texts in order."""
        return " ".join(text for _, part in sorted(self.parts.items()) if (text := part.text))

    @property
    def status(self) -> TranscriptStatus:
        """The least trustworthy status of its parts."""
        return worst(part.status for part in self.parts.values())


_TRUST = (
    TranscriptStatus.FAILED,
    TranscriptStatus.TIMED_OUT,
    TranscriptStatus.PENDING,
    TranscriptStatus.INTERRUPTED,
    TranscriptStatus.DISABLED,
    TranscriptStatus.FINAL,
    TranscriptStatus.NO_SPEECH,
)


def worst(states: Iterable[TranscriptStatus]) -> TranscriptStatus:
    """The least trustworthy of several; ``PENDING`` for none."""
    return min(states, key=_TRUST.index, default=TranscriptStatus.PENDING)


class UserTexts:
    """The texts of all user items.

    Args:
        deadline_s: Seconds from the commit after which a transcript is given up.
    """

    def __init__(self, deadline_s: float) -> None:
        self._deadline_s = deadline_s
        self._slots: dict[str, UserSlot] = {}
        self._open: dict[str, UserSlot] = {}
        self.late = 0
        self.duplicates = 0

    def get(self, item_id: str) -> UserSlot | None:
        """What is known about a user item."""
        return self._slots.get(item_id)

    def slot(self, item_id: str) -> UserSlot:
        """The slot of an item, new if need be."""
        found = self._slots.get(item_id)
        if found is None:
            found = self._slots[item_id] = self._open[item_id] = UserSlot(item_id=item_id)
        return found

    def all(self) -> list[UserSlot]:
        """Every slot, in the order in which they became known."""
        return list(self._slots.values())

    def open(self) -> list[UserSlot]:
        """Slots whose texts have not all ended."""
        return list(self._open.values())

    @property
    def speaking(self) -> bool:
        """Whether the user speaks now, as far as the server told."""
        return bool(self._open) and any(slot.speaking for slot in self._open.values())

    # --- Speech ------------------------------------------------------------------------------

    def started(self, item_id: str, start_ms: int | None, now: float) -> UserSlot:
        """The user began to speak."""
        slot = self.slot(item_id)
        if slot.started_at is None:
            slot.started_at = now
        if slot.start_ms is None:
            slot.start_ms = start_ms
        return slot

    def stopped(self, item_id: str, end_ms: int | None, now: float) -> UserSlot:
        """The user fell silent; the commit must follow."""
        slot = self.slot(self._named(item_id))
        if slot.stopped_at is None:
            slot.stopped_at = now
        if slot.end_ms is None:
            slot.end_ms = end_ms
        if slot.deadline is None and slot.committed_at is None:
            slot.deadline = now + self._deadline_s
        return slot

    def committed(self, item_id: str, now: float, *, transcribes: bool) -> list[TranscriptUpdate]:
        """The speech became an item, and its transcript is due."""
        nameless = self._open.pop("", None)
        if nameless is not None and item_id:
            del self._slots[""]
            if item_id not in self._slots:
                nameless.item_id = item_id
                self._slots[item_id] = self._open[item_id] = nameless
        slot = self.slot(item_id)
        if slot.committed_at is not None:
            return []
        slot.committed_at = now
        if slot.final:
            return []
        if not transcribes:
            return self.close(slot, TranscriptStatus.DISABLED, now)
        slot.deadline = now + self._deadline_s
        return []

    def forget_uncommitted(self, now: float) -> list[TranscriptUpdate]:
        """The input buffer was cleared: what was not committed will never be an item."""
        updates: list[TranscriptUpdate] = []
        for slot in self.open():
            if slot.committed_at is None and not slot.typed:
                if slot.parts:
                    updates += self.close(slot, TranscriptStatus.TIMED_OUT, now, error="cleared")
                self._slots.pop(slot.item_id)
                self._open.pop(slot.item_id, None)
        return updates

    # --- Texts -------------------------------------------------------------------------------

    def typed(self, item_id: str, text: str, now: float) -> None:
        """The item is text input, final at once."""
        slot = self.slot(item_id)
        if slot.parts:
            return
        slot.typed = True
        slot.committed_at = slot.closed_at = now
        slot.parts[0] = UserPart(text=text, status=TranscriptStatus.FINAL)
        self._open.pop(item_id, None)

    def delta(
        self, item_id: str, content_index: int, delta: str, now: float
    ) -> list[TranscriptUpdate]:
        """The recogniser heard more words, perhaps before the item exists."""
        slot = self.slot(self._named(item_id))
        if slot.deadline is None and not slot.speaking:
            slot.deadline = now + self._deadline_s
        part = slot.parts.setdefault(content_index, UserPart())
        if part.final:
            self.late += 1
            return []
        part.text += delta
        return [self._update(slot, content_index, delta)] if delta else []

    def completed(
        self, item_id: str, content_index: int, transcript: str, language: str | None, now: float
    ) -> list[TranscriptUpdate]:
        """The recogniser is done.

        A transcript that comes after the text was given up replaces that end; any other second
        one is ignored.
        """
        slot = self.slot(self._named(item_id))
        part = slot.parts.setdefault(content_index, UserPart())
        if part.final and part.status not in _REVISABLE:
            self.duplicates += 1
            return []
        status = TranscriptStatus.FINAL if transcript.strip() else TranscriptStatus.NO_SPEECH
        delta = transcript[len(part.text) :] if transcript.startswith(part.text) else ""
        part.text, part.language, part.error = transcript, language, None
        if part.final:
            self.late += 1
        return self._close_part(slot, content_index, status, now, delta=delta)

    def failed(
        self, item_id: str, content_index: int, error: str, now: float
    ) -> list[TranscriptUpdate]:
        """The recogniser gave up; words that it had told remain as they are."""
        slot = self.slot(self._named(item_id))
        part = slot.parts.setdefault(content_index, UserPart())
        if part.final:
            self.late += 1
            return []
        part.error = error
        return self._close_part(slot, content_index, TranscriptStatus.FAILED, now)

    def close(
        self, slot: UserSlot, status: TranscriptStatus, now: float, *, error: str | None = None
    ) -> list[TranscriptUpdate]:
        """End every text of a slot that has not ended."""
        slot.parts = slot.parts or {0: UserPart()}
        updates: list[TranscriptUpdate] = []
        for content_index, part in slot.parts.items():
            if not part.final:
                part.error = error
                updates += self._close_part(slot, content_index, status, now)
        return updates

    def give_up(self, now: float) -> list[TranscriptUpdate]:
        """End the texts whose deadline has passed."""
        updates: list[TranscriptUpdate] = []
        for slot in self.open():
            if slot.deadline is not None and slot.deadline <= now:
                updates += self.close(slot, TranscriptStatus.TIMED_OUT, now)
        return updates

    def next_deadline(self) -> float | None:
        """When the next text will be given up."""
        if not self._open:
            return None
        due = (slot.deadline for slot in self._open.values())
        return min((one for one in due if one is not None), default=None)

    # --- Within ------------------------------------------------------------------------------

    def _named(self, item_id: str) -> str:
        """The slot that an event without an item id means: the only one under way."""
        if item_id or len(self._open) != 1:
            return item_id
        return next(iter(self._open))

    def _close_part(
        self,
        slot: UserSlot,
        content_index: int,
        status: TranscriptStatus,
        now: float,
        *,
        delta: str = "",
    ) -> list[TranscriptUpdate]:
        slot.parts[content_index].status = status
        if slot.final:
            slot.closed_at = now
            self._open.pop(slot.item_id, None)
        return [self._update(slot, content_index, delta)]

    def _update(self, slot: UserSlot, content_index: int, delta: str) -> TranscriptUpdate:
        part = slot.parts[content_index]
        return TranscriptUpdate(
            role="user",
            item_id=slot.item_id,
            content_index=content_index,
            response_id=None,
            delta=delta,
            text=part.text,
            final=part.final,
            status=part.status,
            language=part.language,
            error=part.error,
            audio_start_ms=slot.start_ms,
            audio_end_ms=slot.end_ms,
        )


@attrs.define(kw_only=True)
class AssistantText:
    """The text of one content part of an assistant item."""

    response_id: str
    item_id: str
    content_index: int
    kind: Literal["audio", "text"]
    """Spoken or written."""
    text: str = ""
    status: TranscriptStatus = TranscriptStatus.PENDING
    error: str | None = None
    silent: bool = False
    """Not told to anybody: it stands outside the conversation."""

    @property
    def final(self) -> bool:
        """Whether the text has ended."""
        return self.status is not TranscriptStatus.PENDING


class AssistantTexts:
    """The texts of all assistant items."""

    def __init__(self) -> None:
        self._texts: dict[str, dict[int, AssistantText]] = {}
        self._open: dict[str, dict[int, AssistantText]] = {}
        self.late = 0

    def get(self, item_id: str, content_index: int) -> AssistantText | None:
        """The text of one content part, if there is any."""
        texts = self._texts.get(item_id)
        return None if texts is None else texts.get(content_index)

    def of_item(self, item_id: str) -> list[AssistantText]:
        """Texts of one item, in order."""
        return [text for _, text in sorted(self._texts.get(item_id, {}).items())]

    def open(self) -> list[AssistantText]:
        """Texts that have not ended."""
        return [text for texts in self._open.values() for text in texts.values()]

    def part(
        self,
        response_id: str,
        item_id: str,
        content_index: int,
        kind: Literal["audio", "text"],
        *,
        silent: bool = False,
    ) -> AssistantText:
        """The text of one content part, new if need be."""
        texts = self._texts.setdefault(item_id, {})
        found = texts.get(content_index)
        if found is None:
            found = texts[content_index] = AssistantText(
                response_id=response_id,
                item_id=item_id,
                content_index=content_index,
                kind=kind,
                silent=silent,
            )
            self._open.setdefault(item_id, {})[content_index] = found
        return found

    def delta(self, text: AssistantText, delta: str) -> list[TranscriptUpdate]:
        """The model wrote or said more."""
        if text.final:
            self.late += 1
            return []
        text.text += delta
        return self._told(text, delta) if delta else []

    def whole(self, text: AssistantText, content: str) -> list[TranscriptUpdate]:
        """The server told all words so far; whether they are all that was meant is not known."""
        if text.final or content == text.text:
            return []
        delta = content[len(text.text) :] if content.startswith(text.text) else ""
        text.text = content
        return self._told(text, delta)

    def close(
        self, item_id: str, status: TranscriptStatus, *, error: str | None = None
    ) -> list[TranscriptUpdate]:
        """End every text of an item that has not ended."""
        updates: list[TranscriptUpdate] = []
        for text in self._open.pop(item_id, {}).values():
            text.status = status
            text.error = error
            updates += self._told(text, "")
        return updates

    def _told(self, text: AssistantText, delta: str) -> list[TranscriptUpdate]:
        if text.silent:
            return []
        return [
            assistant_update(
                text.item_id,
                text.content_index,
                text.response_id,
                delta,
                text.text,
                text.status,
                text.error,
            )
        ]
