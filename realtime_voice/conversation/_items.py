"""The items of the conversation in the server's order, rebuilt from what the server tells.

Order comes from ``previous_item_id`` of ``input_audio_buffer.committed`` and
``conversation.item.added`` alone (the one on ``conversation.item.done`` was null in 17 of 77
recorded cases where ``added`` had a value). This module knows no texts, no sound and no turns.
"""

from enum import StrEnum

import attrs

__all__ = ["Item", "ItemGraph", "ItemKind"]


class ItemKind(StrEnum):
    """What an item is, as far as turns care."""

    UNKNOWN = "unknown"
    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"
    CALL = "function_call"
    OUTPUT = "function_call_output"
    OTHER = "other"


@attrs.define(kw_only=True)
class Item:
    """One item; it may be known before it has a place."""

    id: str
    """The server's id."""
    kind: ItemKind = ItemKind.UNKNOWN
    """What it is; learned late for an item that was only heard of."""
    response_id: str | None = None
    """Response that made it."""
    placed_at: float | None = None
    """When its place became known, on the session's clock."""
    deleted: bool = False
    """The server forgot it."""
    kept: bool = False
    """It stays on record although the server forgets it, because nobody heard it."""
    told: bool = False
    """Its turn was told."""
    seed: str | None = None
    """Text of an item that came complete, without a response of this session."""

    @property
    def placed(self) -> bool:
        """Whether its place is known."""
        return self.placed_at is not None


class ItemGraph:
    """A linked list of items, with a parking place for those whose predecessor is unknown."""

    def __init__(self) -> None:
        self._items: dict[str, Item] = {}
        self._after: dict[str | None, str | None] = {None: None}
        self._before: dict[str, str | None] = {}
        self._last: str | None = None
        self._orphans: dict[str, list[str]] = {}
        self._orphaned_at: dict[str, float] = {}
        self._untold = 0
        self.removed = 0
        """How many items were taken out of the order."""

    @property
    def last_id(self) -> str | None:
        """Id of the last item in order."""
        return self._last

    def get(self, item_id: str | None) -> Item | None:
        """The item with this id, placed or not."""
        return None if item_id is None else self._items.get(item_id)

    def note(
        self,
        item_id: str,
        *,
        kind: ItemKind = ItemKind.UNKNOWN,
        response_id: str | None = None,
    ) -> Item:
        """Remember that an item exists; what is known already is never unlearned."""
        item = self._items.get(item_id)
        if item is None:
            item = self._items[item_id] = Item(id=item_id)
        if item.kind is ItemKind.UNKNOWN:
            item.kind = kind
        if item.response_id is None:
            item.response_id = response_id
        return item

    def place(
        self, item_id: str, previous_item_id: str | None, now: float, *, first: bool = False
    ) -> None:
        """Put an item after another one.

        An item that has a place, or was deleted, stays as it is. No predecessor means the first
        place in an empty list and the last one otherwise: a null in mid-session says nothing.

        Args:
            item_id: The item.
            previous_item_id: The item that it follows; None if the server names none.
            now: Time on the session's clock.
            first: We asked for the first place ourselves (``previous_item_id: "root"``).
        """
        item = self.note(item_id)
        if item.placed or item.deleted:
            return
        if previous_item_id is None:
            self._insert(item, None if first else self._last, now)
            return
        before = self._items.get(previous_item_id)
        if before is None or not (before.placed or before.deleted):
            if item_id not in self._orphaned_at:
                self._orphans.setdefault(previous_item_id, []).append(item_id)
                self._orphaned_at[item_id] = now
            return
        self._insert(item, self._standing(before), now)

    def place_last(self, item_id: str, now: float) -> None:
        """Put an item at the end whose place the server should have told and did not."""
        if item_id not in self._orphaned_at:
            self.place(item_id, None, now)

    def place_orphans(self, now: float, hold_s: float) -> bool:
        """Put items at the end that waited ``hold_s`` seconds for their predecessor.

        Returns:
            Whether there were any.
        """
        late = [key for key, at in self._orphaned_at.items() if at + hold_s <= now]
        for item_id in late:
            self._insert(self._items[item_id], self._last, now)
        return bool(late)

    def due(self, hold_s: float) -> float | None:
        """When :meth:`place_orphans` will have something to do."""
        return min(self._orphaned_at.values()) + hold_s if self._orphaned_at else None

    def delete(self, item_id: str) -> Item:
        """Take an item out of the order; what we keep on record keeps its place."""
        item = self.note(item_id)
        if item.deleted:
            return item
        item.deleted = True
        self._orphaned_at.pop(item_id, None)
        if item.placed and not item.kept:
            self._unlink(item)
        return item

    def untold(self) -> list[Item]:
        """Items in order whose turn was not told yet."""
        found: list[Item] = []
        item_id = self._last
        while item_id is not None and len(found) < self._untold:
            item = self._items[item_id]
            if not item.told:
                found.append(item)
            item_id = self._before[item_id]
        return found[::-1]

    def tell(self, item: Item) -> None:
        """Note that the turn of a placed item was told."""
        if not item.told:
            item.told = True
            self._untold -= 1

    def order(self) -> list[str]:
        """Ids of the items that the server has, in order."""
        found: list[str] = []
        item_id = self._after[None]
        while item_id is not None:
            if not self._hidden(item_id):
                found.append(item_id)
            item_id = self._after[item_id]
        return found

    def _standing(self, item: Item) -> str | None:
        """Id to insert after: the item, or what stood before it when it is gone."""
        if item.id not in self._before:
            return self._last
        at: str | None = item.id
        while at is not None and at not in self._after:
            at = self._before[at]
        while (behind := self._after[at]) is not None and self._hidden(behind):
            at = behind
        return at

    def _hidden(self, item_id: str) -> bool:
        """Whether the server does not see this item any more although we kept it."""
        item = self._items[item_id]
        return item.deleted and item.kept

    def _insert(self, item: Item, after: str | None, now: float) -> None:
        waiting = [(item, after)]
        while waiting:
            new, at = waiting.pop()
            if new.placed or new.deleted:
                continue
            self._link(new.id, at)
            new.placed_at = now
            self._untold += 1
            self._orphaned_at.pop(new.id, None)
            children = self._orphans.pop(new.id, [])
            waiting.extend((self._items[child], new.id) for child in reversed(children))

    def _link(self, item_id: str, after: str | None) -> None:
        behind = self._after[after]
        self._after[after] = item_id
        self._after[item_id] = behind
        self._before[item_id] = after
        if behind is None:
            self._last = item_id
        else:
            self._before[behind] = item_id

    def _unlink(self, item: Item) -> None:
        self.removed += 1
        before, behind = self._before[item.id], self._after.pop(item.id)
        self._after[before] = behind
        if behind is None:
            self._last = before
        else:
            self._before[behind] = before
        if not item.told:
            self._untold -= 1
