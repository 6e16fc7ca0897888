"""What was sent and which answers are due, so that every error finds its cause.

The server answers strictly in order and repeats the id of a refused event, but acknowledges most
events without naming them. Responses have a place of their own (the slot); sound is not recorded
here, since an id per 20 ms would be waste: its ids are recognised by their form.
"""

from collections import OrderedDict
from enum import StrEnum

import attrs

from realtime_voice.config import SessionConfig
from realtime_voice.events import (
    ConversationItem,
    RealtimeConversationItemFunctionCallOutput,
    RealtimeConversationItemMessageAssistant,
    RealtimeConversationItemMessageSystem,
    RealtimeConversationItemMessageUser,
)

__all__ = ["Awaited", "RequestKind", "Requests"]

_REMEMBERED = 1024
"""Events whose kind is remembered; an error about an older one is told without its kind."""

_APPEND = "append_"


class RequestKind(StrEnum):
    """What a client event was."""

    UPDATE = "session.updated"
    ITEM = "conversation.item.added"
    COMMIT = "input_audio_buffer.committed"
    CLEAR = "input_audio_buffer.cleared"
    CREATE = "response.created"
    CANCEL = "response.done"
    TRUNCATE = "conversation.item.truncated"
    DELETE = "conversation.item.deleted"
    APPEND = "nothing"


_ANSWERED = frozenset({RequestKind.UPDATE, RequestKind.ITEM, RequestKind.COMMIT, RequestKind.CLEAR})
"""Kinds whose answer somebody waits for."""


@attrs.frozen(kw_only=True)
class Awaited:
    """An event whose answer is due."""

    event_id: str
    """Id of the event."""
    kind: RequestKind
    """What it was."""
    sent_at: float
    """When it was sent, on the session's clock."""
    changes: SessionConfig | None = None
    """What an update changes."""
    initial: bool = False
    """It is the first update of the connection."""
    item: ConversationItem | None = None
    """The item that was sent."""
    first: bool = False
    """The item was asked to be the first."""


class Requests:
    """Events on their way, in the order in which they were sent."""

    def __init__(self) -> None:
        self._kinds: OrderedDict[str, RequestKind] = OrderedDict()
        self._awaited: dict[str, Awaited] = {}
        self._appended = 0

    def next_append_id(self) -> str:
        """A cheap id for a piece of sound."""
        self._appended += 1
        return f"{_APPEND}{self._appended}"

    def note(self, awaited: Awaited) -> None:
        """Remember an event that is being sent."""
        self._kinds[awaited.event_id] = awaited.kind
        if len(self._kinds) > _REMEMBERED:
            self._kinds.popitem(last=False)
        if awaited.kind in _ANSWERED:
            self._awaited[awaited.event_id] = awaited

    def kind_of(self, event_id: str | None) -> RequestKind | None:
        """What the event with this id was; None if it is not (or no longer known to be) ours."""
        if event_id is None:
            return None
        if event_id.startswith(_APPEND) and event_id[len(_APPEND) :].isdecimal():
            return RequestKind.APPEND
        return self._kinds.get(event_id)

    def take(self, event_id: str) -> Awaited | None:
        """Stop waiting for the answer to one event."""
        return self._awaited.pop(event_id, None)

    def take_first(self, kind: RequestKind) -> Awaited | None:
        """Stop waiting for the oldest answer of a kind: answers come in order."""
        for awaited in self._awaited.values():
            if awaited.kind is kind:
                return self._awaited.pop(awaited.event_id)
        return None

    def take_item(self, item: ConversationItem) -> Awaited | None:
        """Stop waiting for an item that was added as we sent it."""
        for awaited in self._awaited.values():
            if awaited.item is not None and _same(awaited.item, item):
                return self._awaited.pop(awaited.event_id)
        return None

    def give_up(self, now: float, hold_s: float) -> list[Awaited]:
        """Stop waiting for answers that did not come within ``hold_s`` seconds."""
        late = [one for one in self._awaited.values() if one.sent_at + hold_s <= now]
        for awaited in late:
            del self._awaited[awaited.event_id]
        return late

    def due(self, hold_s: float) -> float | None:
        """When :meth:`give_up` will have something to do."""
        if not self._awaited:
            return None
        return min(one.sent_at for one in self._awaited.values()) + hold_s

    def awaited(self) -> list[Awaited]:
        """Events whose answer is due."""
        return list(self._awaited.values())


def _same(sent: ConversationItem, added: ConversationItem) -> bool:
    """Whether an item on the server is the one that was sent.

    The server makes up ids and adds fields, so that content decides.
    """
    if sent.id is not None and sent.id == added.id:
        return True
    if type(sent) is not type(added):
        return False
    return _content(sent) is not None and _content(sent) == _content(added)


def _content(item: ConversationItem) -> object:
    """What tells an item from others of its class; None where nothing does."""
    match item:
        case RealtimeConversationItemFunctionCallOutput():
            return item.call_id
        case (
            RealtimeConversationItemMessageUser()
            | RealtimeConversationItemMessageSystem()
            | RealtimeConversationItemMessageAssistant()
        ):
            return [part.text for part in item.content]
        case _:
            return None
