"""What the server says about the items of the conversation."""

from typing import ClassVar, Literal

import attrs

from realtime_voice.events._base import KnownServerEvent
from realtime_voice.events._items import ConversationItem

__all__ = [
    "ConversationItemAdded",
    "ConversationItemCreated",
    "ConversationItemDeleted",
    "ConversationItemDone",
    "ConversationItemRetrieved",
    "ConversationItemTruncated",
]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ConversationItemAdded(KnownServerEvent):
    """An item is in the conversation, complete or still to be filled; gives its place."""

    type: ClassVar[Literal["conversation.item.added"]] = "conversation.item.added"
    """Name of this event on the wire."""

    previous_item_id: str | None = None
    """Id of the item right before; ``None`` for the first one."""

    item: ConversationItem
    """The item itself."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ConversationItemCreated(KnownServerEvent):
    """An item is in the conversation; the name that servers used before GA."""

    type: ClassVar[Literal["conversation.item.created"]] = "conversation.item.created"
    """Name of this event on the wire."""

    previous_item_id: str | None = None
    """Id of the item right before; ``None`` for the first one."""

    item: ConversationItem
    """The item itself."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ConversationItemDone(KnownServerEvent):
    """An item is complete.

    Its place in the conversation is told by ``conversation.item.added`` alone.
    """

    type: ClassVar[Literal["conversation.item.done"]] = "conversation.item.done"
    """Name of this event on the wire."""

    previous_item_id: str | None = None
    """Id of the item right before; ``None`` for the first one."""

    item: ConversationItem
    """The item itself."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ConversationItemRetrieved(KnownServerEvent):
    """An item as the server holds it; answers ``conversation.item.retrieve``."""

    type: ClassVar[Literal["conversation.item.retrieved"]] = "conversation.item.retrieved"
    """Name of this event on the wire."""

    item: ConversationItem
    """The item itself."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ConversationItemTruncated(KnownServerEvent):
    """An assistant item was shortened to what was heard; its transcript is gone."""

    type: ClassVar[Literal["conversation.item.truncated"]] = "conversation.item.truncated"
    """Name of this event on the wire."""

    item_id: str
    """Id of the item that this is about."""

    content_index: int
    """Place of the part within the item, from 0."""

    audio_end_ms: int
    """Milliseconds of its sound that are left."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ConversationItemDeleted(KnownServerEvent):
    """An item is gone; answers ``conversation.item.delete``."""

    type: ClassVar[Literal["conversation.item.deleted"]] = "conversation.item.deleted"
    """Name of this event on the wire."""

    item_id: str
    """Id of the item that this is about."""
