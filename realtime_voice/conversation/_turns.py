"""Turns: who said what in answer to what, joined by items, told once and in order.

A user item opens a turn when the one before has an answer, and joins it otherwise. Answers, tool
calls and their outputs belong to the turn of the user item before them; an answer without any
user item before it is a greeting. A turn is told when everything that belongs to it has ended, or
when nothing happened for ``hold_s`` seconds, and is never changed afterwards. This module reads
the other parts' state and changes none of it but the mark that an item's turn was told.
"""

from collections.abc import Callable
from functools import partial
from types import MappingProxyType

import attrs

from realtime_voice.conversation._heard import combine_heard, hear_item
from realtime_voice.conversation._items import Item, ItemGraph, ItemKind
from realtime_voice.conversation._metrics import add_counts, flatten_usage
from realtime_voice.conversation._outcomes import (
    AssistantSpeech,
    Heard,
    TranscriptStatus,
    Turn,
    TurnTiming,
    UserSpeech,
)
from realtime_voice.conversation._playback import ItemSound, PlaybackLedger
from realtime_voice.conversation._responses import ResponseRecord, Responses
from realtime_voice.conversation._tools import CallRecord, ToolCalls
from realtime_voice.conversation._transcripts import AssistantTexts, UserSlot, UserTexts, worst

__all__ = ["Turns"]

_NO_TRANSCRIPT = "the user's transcript did not come"

_ANSWERING = frozenset({ItemKind.ASSISTANT, ItemKind.CALL, ItemKind.OUTPUT})


@attrs.define
class _Group:
    """What will be one turn."""

    items: list[Item] = attrs.field(factory=list[Item])
    responses: list[ResponseRecord] = attrs.field(factory=list[ResponseRecord])
    answered: bool = False

    @property
    def last_kind(self) -> ItemKind | None:
        """What the last item is, of those that make a turn."""
        for item in reversed(self.items):
            if item.kind in _ANSWERING or item.kind is ItemKind.USER:
                return item.kind
        return None

    def ids(self, kind: ItemKind) -> list[str]:
        return [item.id for item in self.items if item.kind is kind]


@attrs.frozen
class _Wait:
    """Why a turn is not told yet."""

    reason: str
    """What is missing, for :attr:`Turn.incomplete_reason`."""
    until: float | None
    """When waiting ends; None while something else bounds it."""
    owed: bool = True
    """It was asked for: a turn without it is incomplete."""
    goes_on: Callable[[], bool] | None = None
    """Tells whether it is still missing, where that can be told without a look at the turn."""


@attrs.define(kw_only=True)
class Turns:
    """Builds turns from the state of the other parts."""

    items: ItemGraph
    users: UserTexts
    responses: Responses
    texts: AssistantTexts
    ledger: PlaybackLedger
    tools: ToolCalls
    hold_s: float
    plays_audio: bool
    told: list[Turn] = attrs.field(factory=list[Turn])
    """Turns that were told, in order."""
    due: float | None = None
    """When the next turn is told even if nothing happens."""
    _held: Callable[[], bool] | None = attrs.field(default=None, init=False)
    _removed: int = attrs.field(default=0, init=False)

    def advance(self, now: float, *, expecting: bool, closing: bool = False) -> list[Turn]:
        """Tell every turn that is ready.

        Args:
            now: Time on the session's clock.
            expecting: An answer was asked for, or is owed by the server, and has not begun.
            closing: Nothing more will come: tell everything, as it is.

        Returns:
            The turns, in order.
        """
        if self._still_held() and not closing:
            # The same as the last time, at a fiftieth of the cost: nothing in a turn comes so
            # often as what does not end it.
            return []
        self.due = self._held = None
        found: list[Turn] = []
        groups = self._groups()
        for position, group in enumerate(groups):
            wait = self._wait(group, last=position == len(groups) - 1, expecting=expecting)
            if wait is not None and not closing and (wait.until is None or wait.until > now):
                self.due = wait.until
                self._held, self._removed = wait.goes_on, self.items.removed
                break
            turn = self._turn(group, wait.reason if wait is not None and wait.owed else None)
            self._mark_told(group)
            self.told.append(turn)
            found.append(turn)
        return found

    def _still_held(self) -> bool:
        """Whether the next turn waits for the very thing that it waited for before.

        What is added can only put another turn in front, which is then told a little later, but
        in order. What is removed may take away what was waited for.
        """
        held = self._held
        return held is not None and self._removed == self.items.removed and held()

    # --- Which items belong together ---------------------------------------------------------

    def _groups(self) -> list[_Group]:
        untold = self.items.untold()
        placed = {item.id for item in untold}
        floating: dict[str, list[ResponseRecord]] = {}
        groups: list[_Group] = []
        for response in self.responses.untold():
            if placed.isdisjoint(response.items):
                if response.anchor in placed:
                    floating.setdefault(str(response.anchor), []).append(response)
                else:
                    groups.append(_Group(responses=[response], answered=True))
        by_item: dict[str, _Group] = {}
        group: _Group | None = None
        strays: list[Item] = []
        for item in untold:
            if item.kind is not ItemKind.USER and item.kind not in _ANSWERING:
                (strays if group is None else group.items).append(item)
                continue
            if group is None or (item.kind is ItemKind.USER and group.answered):
                group = _Group(items=strays)
                strays = []
                groups.append(group)
            group.items.append(item)
            by_item[item.id] = group
            late = floating.get(item.id, [])
            group.responses.extend(late)
            group.answered = group.answered or item.kind in _ANSWERING or bool(late)
        self._attach_responses(by_item)
        return groups

    def _attach_responses(self, by_item: dict[str, _Group]) -> None:
        """Give each response with items to the turn of its first one."""
        for response in self.responses.untold():
            for item_id in response.items:
                group = by_item.get(item_id)
                if group is not None:
                    group.responses.append(response)
                    break
        for group in by_item.values():
            if len(group.responses) > 1:
                group.responses.sort(key=_created_at)

    def _mark_told(self, group: _Group) -> None:
        for item in group.items:
            self.items.tell(item)
        for response in group.responses:
            self.responses.tell(response)

    # --- Whether a turn is ready -------------------------------------------------------------

    def _wait(self, group: _Group, *, last: bool, expecting: bool) -> _Wait | None:
        """What a turn still waits for, the most important first; None when it is ready."""
        for response in group.responses:
            if response.live:
                return _Wait("the response did not end", None, goes_on=partial(_is_live, response))
        slots = self._slots(group)
        for slot in slots:
            if not slot.final:
                return _Wait(_NO_TRANSCRIPT, None, goes_on=partial(self._is_open, slot))
        if any(call.running for call in self._calls(group)):
            return _Wait("a tool did not answer", None)
        if last and expecting:
            return _Wait("the answer did not begin", None)
        return self._wait_for_silence(group, slots, last=last)

    def _is_open(self, slot: UserSlot) -> bool:
        """Whether a text is still to come; a slot without one may be forgotten."""
        return not slot.final and self.users.get(slot.item_id) is slot

    def _wait_for_silence(
        self, group: _Group, slots: list[UserSlot], *, last: bool
    ) -> _Wait | None:
        """What may still follow although nothing is under way; for ``hold_s`` at most."""
        until = self._moved_at(group, slots) + self.hold_s
        calls = self._calls(group)
        if last and calls and not self._followed(group, calls):
            return _Wait("no answer to the tools' outputs came", until)
        if any(not sound.settled for sound in self._sounds(group)):
            until = max(until, self.ledger.moved_at + self.hold_s) + self.ledger.remaining_s
            return _Wait("what was played was not reported", until)
        if last and not group.responses and group.last_kind is not ItemKind.ASSISTANT:
            return _Wait("no answer was asked for", until, owed=False)
        return None

    def _moved_at(self, group: _Group, slots: list[UserSlot]) -> float:
        """When something last happened to a turn."""
        times = [item.placed_at or 0.0 for item in group.items]
        times += [slot.closed_at for slot in slots if slot.closed_at is not None]
        times += [response.moved_at for response in group.responses]
        times += [call.answered_at or 0.0 for call in self._calls(group)]
        return max(times, default=0.0)

    def _followed(self, group: _Group, calls: list[CallRecord]) -> bool:
        """Whether a response came after the one that made the last call."""
        return bool(group.responses) and group.responses[-1].id != calls[-1].response_id

    # --- Its parts ---------------------------------------------------------------------------

    def _slots(self, group: _Group) -> list[UserSlot]:
        get = self.users.get
        return [slot for one in group.ids(ItemKind.USER) if (slot := get(one)) is not None]

    def _calls(self, group: _Group) -> list[CallRecord]:
        return self.tools.of_items(group.ids(ItemKind.CALL))

    def _sounds(self, group: _Group) -> list[ItemSound]:
        if not self.plays_audio:
            return []
        found = (self.ledger.get(item_id) for item_id in group.ids(ItemKind.ASSISTANT))
        return [sound for sound in found if sound is not None]

    def _turn(self, group: _Group, missing: str | None) -> Turn:
        for sound in self._sounds(group):
            if not sound.settled:
                self.ledger.settle(sound)
        slots = self._slots(group)
        if missing is None and any(slot.timed_out for slot in slots):
            missing = _NO_TRANSCRIPT
        cost: dict[str, int] = {}
        for response in group.responses:
            add_counts(cost, flatten_usage(response.usage))
        first = group.items[0].id if group.items else group.responses[0].id
        return Turn(
            id=first,
            index=len(self.told),
            user=_user_speech(slots) if slots else None,
            assistant=self._assistant_speech(group),
            tool_calls=tuple(self.tools.told(call) for call in self._calls(group)),
            timing=_timing(slots, group.responses),
            usage=MappingProxyType(cost),
            complete=missing is None,
            incomplete_reason=missing,
        )

    def _assistant_speech(self, group: _Group) -> AssistantSpeech | None:
        item_ids = group.ids(ItemKind.ASSISTANT)
        if not item_ids and not group.responses:
            return None
        failure = next((one.failure for one in reversed(group.responses) if one.failure), None)
        states = [text.status for item_id in item_ids for text in self.texts.of_item(item_id)]
        if any(one.status == "failed" for one in group.responses):
            status = TranscriptStatus.FAILED
        elif any(one.status in {"cancelled", "incomplete"} for one in group.responses):
            status = TranscriptStatus.INTERRUPTED
        else:
            status = worst(states) if states else TranscriptStatus.FINAL
        parts = [self._text(item_id) for item_id in item_ids]
        return AssistantSpeech(
            text=" ".join(part for part in parts if part),
            status=status,
            heard=combine_heard([self._hear(item_id) for item_id in item_ids]),
            item_ids=tuple(item_ids),
            response_ids=tuple(response.id for response in group.responses),
            error=failure,
        )

    def _text(self, item_id: str) -> str:
        texts = self.texts.of_item(item_id)
        if texts:
            return " ".join(text.text for text in texts if text.text)
        item = self.items.get(item_id)
        return (item.seed or "") if item is not None else ""

    def _hear(self, item_id: str) -> Heard:
        item = self.items.get(item_id)
        response = self.responses.get(item.response_id) if item and item.response_id else None
        return hear_item(
            self._text(item_id),
            self.ledger.get(item_id),
            self.ledger.format.rate,
            spoken=any(text.kind == "audio" for text in self.texts.of_item(item_id)),
            plays_audio=self.plays_audio,
            stopped=response is not None and response.muted,
        )


def _is_live(response: ResponseRecord) -> bool:
    return response.live


def _created_at(response: ResponseRecord) -> float:
    return response.created_at


def _user_speech(slots: list[UserSlot]) -> UserSpeech:
    parts = [part for slot in slots for _, part in sorted(slot.parts.items())]
    starts = [slot.start_ms for slot in slots if slot.start_ms is not None]
    ends = [slot.end_ms for slot in slots if slot.end_ms is not None]
    return UserSpeech(
        text=" ".join(slot.text for slot in slots if slot.text),
        status=worst(part.status for part in parts),
        item_ids=tuple(slot.item_id for slot in slots),
        typed=all(slot.typed for slot in slots),
        language=next((part.language for part in parts if part.language), None),
        error=next((part.error for part in parts if part.error), None),
        audio_start_ms=min(starts, default=None),
        audio_end_ms=max(ends, default=None),
    )


def _timing(slots: list[UserSlot], responses: list[ResponseRecord]) -> TurnTiming:
    started = [slot.started_at for slot in slots if slot.started_at is not None]
    stopped = [slot.stopped_at for slot in slots if slot.stopped_at is not None]
    audio = [one.first_audio_at for one in responses if one.first_audio_at is not None]
    done = [one.done_at for one in responses if one.done_at is not None]
    return TurnTiming(
        speech_started=min(started, default=None),
        speech_stopped=max(stopped, default=None),
        response_created=min((one.created_at for one in responses), default=None),
        first_audio=min(audio, default=None),
        response_done=max(done, default=None),
    )
