"""The conversation: items in order, with their sound and what the ears made of it.

Knows order and ids; what an item means is the business of others.
"""

from collections.abc import Iterator

import attrs

from realtime_voice.formats import PCM16_24K, AudioFormat
from realtime_voice.testing._refusals import Refusal
from realtime_voice.testing._wire import Wire

__all__ = ["Item", "Items"]


@attrs.define(kw_only=True, eq=False)
class Item:
    """One item of the conversation."""

    wire: Wire
    """The item as item events show it: without sound."""
    sound: bytearray = attrs.field(factory=bytearray)
    """Its sound, in :attr:`sound_format`."""
    sound_format: AudioFormat = PCM16_24K
    """How the sound is laid out."""
    heard: str | None = None
    """What an ear made of it; None for no sound, or as long as the ear has not finished."""
    awaits_ear: bool = False
    """Whether an ear is still at work on it."""
    is_speech: bool = False
    """Whether this is a spoken answer of the model."""
    is_truncated: bool = False
    """Whether the client cut it, which costs it its transcript."""

    @property
    def id(self) -> str:
        """Id of the item."""
        return str(self.wire["id"])

    @property
    def parts(self) -> list[Wire]:
        """Its content parts; none where it is not a message."""
        parts: list[Wire] = self.wire.get("content") or []
        return parts

    @property
    def duration_ms(self) -> float:
        """Length of its sound in ms."""
        return self.sound_format.milliseconds(self.sound_format.frames(len(self.sound)))

    def shown(self) -> Wire:
        """Return the item for an event, a copy as deep as anything here ever changes."""
        shown = dict(self.wire)
        if "content" in shown:
            shown["content"] = [dict(part) for part in self.parts]
        return shown

    def understood(self) -> Wire:
        """Return the item for a brain: with the heard words, wherever they are known."""
        shown = Item(wire=self.shown())
        for part in shown.parts:
            if part["type"] == "input_audio":
                part["transcript"] = self.heard
        return shown.wire


class Items:
    """The items in conversation order."""

    def __init__(self) -> None:
        self._items: dict[str, Item] = {}
        self._order: list[str] = []

    def __iter__(self) -> Iterator[Item]:
        """Go through the items in order."""
        return (self._items[item_id] for item_id in self._order)

    @property
    def last_id(self) -> str | None:
        """Id of the last item."""
        return self._order[-1] if self._order else None

    def add(self, item: Item, after: str | None = None) -> str | None:
        """Put an item behind another one.

        Args:
            item: The new item.
            after: Id of the item before it, ``root`` for the front, None for the end.

        Returns:
            Id of the item before it; None at the front.

        Raises:
            Refusal: The id is taken, or ``after`` names nothing.
        """
        if item.id in self._items:
            raise Refusal(
                "item_create_duplicate_item_id",
                f"Error adding item: an item with id '{item.id}' already exists.",
            )
        if after not in (None, "root") and after not in self._items:
            raise Refusal(
                "item_create_invalid_previous_item_id",
                f"Error adding item: the previous item with id '{after}' does not exist.",
            )
        place = len(self._order)
        if after is not None:
            place = 0 if after == "root" else self._order.index(after) + 1
        self._order.insert(place, item.id)
        self._items[item.id] = item
        return self._order[place - 1] if place else None

    def get(self, item_id: str) -> Item | None:
        """Return an item, None where there is none."""
        return self._items.get(item_id)

    def previous_id(self, item_id: str) -> str | None:
        """Return the id of the item before an item; None at the front."""
        place = self._order.index(item_id)
        return self._order[place - 1] if place else None

    def find(self, item_id: str, verb: str, participle: str) -> Item:
        """Return an item or refuse what was to be done with it.

        Args:
            item_id: Id of the item.
            verb: Verb for the code, such as ``delete``.
            participle: Verb for the message, such as ``deleting``.

        Raises:
            Refusal: There is no such item.
        """
        item = self._items.get(item_id)
        if item is None:
            raise Refusal(
                f"item_{verb}_invalid_item_id",
                f"Error {participle} item: the item with id '{item_id}' does not exist.",
            )
        return item

    def delete(self, item_id: str) -> Item:
        """Take an item out.

        Raises:
            Refusal: There is no such item.
        """
        item = self.find(item_id, "delete", "deleting")
        del self._items[item_id]
        self._order.remove(item_id)
        return item
