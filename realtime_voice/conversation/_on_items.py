"""What the server tells about the items of the conversation.

One function for each class of event; see :mod:`_receive`.
"""

from realtime_voice.conversation._core import Core
from realtime_voice.conversation._items import ItemKind
from realtime_voice.conversation._outcomes import (
    Outcome,
    TranscriptStatus,
)
from realtime_voice.events import (
    ConversationItem,
    ConversationItemAdded,
    ConversationItemCreated,
    ConversationItemDeleted,
    ConversationItemDone,
    ConversationItemRetrieved,
    RealtimeConversationItemFunctionCall,
    RealtimeConversationItemFunctionCallOutput,
    RealtimeConversationItemMessageAssistant,
    RealtimeConversationItemMessageSystem,
    RealtimeConversationItemMessageUser,
)

__all__ = [
    "end_item",
    "kind_of",
    "on_item_added",
    "on_item_deleted",
    "on_item_done",
    "on_item_retrieved",
]


def on_item_added(
    core: Core, event: ConversationItemAdded | ConversationItemCreated, now: float
) -> list[Outcome]:
    item = event.item
    awaited = core.requests.take_item(item)
    if not item.id:
        return []
    core.dirty = True
    core.items.note(item.id, kind=kind_of(item))
    first = awaited is not None and awaited.first
    core.items.place(item.id, event.previous_item_id, now, first=first)
    match item:
        case RealtimeConversationItemMessageUser():
            return _take_user_item(core, item, item.id, now)
        case RealtimeConversationItemMessageAssistant():
            _take_seed(core, item, item.id)
        case RealtimeConversationItemFunctionCallOutput():
            core.tools.confirm(item.call_id)
        case _:
            pass
    return []


def kind_of(item: ConversationItem) -> ItemKind:
    match item:
        case RealtimeConversationItemMessageUser():
            return ItemKind.USER
        case RealtimeConversationItemMessageAssistant():
            return ItemKind.ASSISTANT
        case RealtimeConversationItemMessageSystem():
            return ItemKind.SYSTEM
        case RealtimeConversationItemFunctionCall():
            return ItemKind.CALL
        case RealtimeConversationItemFunctionCallOutput():
            return ItemKind.OUTPUT
        case _:
            return ItemKind.OTHER


def _take_user_item(
    core: Core, item: RealtimeConversationItemMessageUser, item_id: str, now: float
) -> list[Outcome]:
    """Text input is final at once; sound that was sent as an item is written down like speech."""
    if not any(part.type == "input_audio" for part in item.content):
        slot = core.users.get(item_id)
        if slot is None or slot.committed_at is None:
            text = " ".join(part.text for part in item.content if part.text)
            core.users.typed(item_id, text, now)
        return []
    out = core.users.committed(item_id, now, transcribes=core.settings.transcribes)
    return [*out, *_take_transcripts(core, item, item_id, now)]


def _take_transcripts(
    core: Core, item: RealtimeConversationItemMessageUser, item_id: str, now: float
) -> list[Outcome]:
    out: list[Outcome] = []
    for index, part in enumerate(item.content):
        if part.type == "input_audio" and part.transcript:
            out += core.users.completed(item_id, index, part.transcript, None, now)
    return out


def _take_seed(core: Core, item: RealtimeConversationItemMessageAssistant, item_id: str) -> None:
    """An assistant's item of no response came complete: history."""
    note = core.items.note(item_id)
    if note.response_id is None and note.seed is None:
        words = (part.text or part.transcript for part in item.content)
        note.seed = " ".join(text for text in words if text)


def on_item_done(core: Core, event: ConversationItemDone, now: float) -> list[Outcome]:
    item = event.item
    if not item.id:
        return []
    core.dirty = True
    core.items.note(item.id, kind=kind_of(item))
    match item:
        case RealtimeConversationItemMessageUser():
            return _take_transcripts(core, item, item.id, now) if core.users.get(item.id) else []
        case RealtimeConversationItemMessageAssistant():
            return end_item(core, item, item.id)
        case _:
            return []


def on_item_retrieved(core: Core, event: ConversationItemRetrieved, now: float) -> list[Outcome]:
    item = event.item
    if isinstance(item, RealtimeConversationItemMessageUser) and item.id:
        core.dirty = True
        return _take_transcripts(core, item, item.id, now) if core.users.get(item.id) else []
    return []


def on_item_deleted(core: Core, event: ConversationItemDeleted, now: float) -> list[Outcome]:
    if not event.item_id:
        return []
    core.dirty = True
    item = core.items.delete(event.item_id)
    slot = core.users.get(event.item_id)
    if item.kept or slot is None or slot.final:
        return []
    return [*core.users.close(slot, TranscriptStatus.FAILED, now, error="item deleted")]


def end_item(
    core: Core, item: RealtimeConversationItemMessageAssistant, item_id: str
) -> list[Outcome]:
    """End the texts of an item as the server ends it."""
    core.ledger.complete(item_id)
    if item.status == "completed":
        return [*core.texts.close(item_id, TranscriptStatus.FINAL)]
    return []
