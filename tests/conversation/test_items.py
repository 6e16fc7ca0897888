"""The order of items, rebuilt from what the server tells."""

from hypothesis import given
from hypothesis import strategies as st

from realtime_voice.conversation._items import ItemGraph, ItemKind


def test_items_stand_behind_their_predecessors() -> None:
    """Null is the first place of an empty list, and says nothing later on."""
    items = ItemGraph()
    items.place("a", None, 0)
    items.place("b", "a", 0)
    items.place("x", "a", 0)
    items.place("last", None, 0)
    assert items.order() == ["a", "x", "b", "last"]
    items.place("first", None, 0, first=True)
    assert items.order()[0] == "first"
    assert items.last_id == "last"


def test_a_place_is_given_once() -> None:
    """Repetitions, also with another predecessor, change nothing."""
    items = ItemGraph()
    items.place("a", None, 0)
    items.place("b", "a", 0)
    items.place("a", "b", 0)
    assert items.order() == ["a", "b"]


def test_an_orphan_waits_for_its_predecessor() -> None:
    """Chains of orphans come in together, however long they are."""
    items = ItemGraph()
    for number in range(3000, 0, -1):
        items.place(f"i{number}", f"i{number - 1}", 0)
        items.place(f"i{number}", f"i{number - 1}", 0)
    assert items.order() == []
    items.place("i0", None, 0)
    assert items.order() == [f"i{number}" for number in range(3001)]
    assert items.due(1.0) is None


def test_an_orphan_does_not_wait_for_ever() -> None:
    """After its time it goes to the end; a late predecessor does not move it."""
    items = ItemGraph()
    items.place("a", None, 0)
    items.place("c", "b", 5)
    items.place_last("c", 6)
    assert items.due(10) == 15
    assert not items.place_orphans(14, 10)
    assert items.place_orphans(15, 10)
    items.place("b", "a", 16)
    assert items.order() == ["a", "b", "c"]


def test_deleted_items_stay_deleted() -> None:
    """What follows a deleted item stands where that one stood."""
    items = ItemGraph()
    for item_id, previous in (("a", None), ("b", "a"), ("c", "b")):
        items.place(item_id, previous, 0)
    items.tell(items.note("a"))
    for gone in ("b", "c", "c"):
        items.delete(gone)
    assert items.last_id == "a"
    items.place("b", "a", 0)
    items.place("d", "c", 0)
    assert items.order() == ["a", "d"]
    items.delete("a")
    items.place("e", "a", 0)
    assert items.order() == ["e", "d"]
    assert [item.id for item in items.untold()] == ["e", "d"]


def test_a_deleted_item_that_never_had_a_place_marks_none() -> None:
    """What follows it goes to the end; an orphan that is deleted does not come back."""
    items = ItemGraph()
    items.place("a", None, 0)
    items.delete("ghost")
    items.place("b", "ghost", 0)
    items.place("orphan", "late", 0)
    items.delete("orphan")
    items.place("late", "b", 0)
    assert items.order() == ["a", "b", "late"]


def test_a_kept_item_keeps_its_place_although_the_server_forgot_it() -> None:
    """The server names the item before it; what follows still belongs behind it."""
    items = ItemGraph()
    items.place("u1", None, 0)
    items.place("a1", "u1", 0)
    items.note("a1").kept = True
    items.delete("a1")
    items.place("u2", "u1", 0)
    assert items.order() == ["u1", "u2"]
    assert [item.id for item in items.untold()] == ["u1", "a1", "u2"]


def test_what_is_known_is_never_unlearned() -> None:
    """Kinds and responses are filled in and not replaced."""
    items = ItemGraph()
    items.note("a")
    items.note("a", kind=ItemKind.USER, response_id="r1")
    item = items.note("a", kind=ItemKind.ASSISTANT, response_id="r2")
    assert (item.kind, item.response_id) == (ItemKind.USER, "r1")
    assert items.get(None) is None
    assert items.get("b") is None


def test_telling_twice_counts_once() -> None:
    """Untold items are counted exactly."""
    items = ItemGraph()
    items.place("a", None, 0)
    items.place("b", "a", 0)
    items.tell(items.note("a"))
    items.tell(items.note("a"))
    assert [item.id for item in items.untold()] == ["b"]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(-1, 9)), max_size=30))
def test_any_links_give_one_order(links: list[tuple[int, int]]) -> None:
    """Any links in any order: no item twice, none lost that has a place, and no endless loop."""
    items = ItemGraph()
    for item, previous in links:
        items.place(str(item), None if previous < 0 else str(previous), 0)
    items.place_orphans(100, 0)
    order = items.order()
    assert len(order) == len(set(order))
    assert set(order) == {str(item) for item, _ in links}
    assert [item.id for item in items.untold()] == order


def test_untold_items_are_found_behind_told_ones() -> None:
    """Wherever in the order they stand."""
    items = ItemGraph()
    for item_id, previous in (("a", None), ("b", "a"), ("c", "b")):
        items.place(item_id, previous, 0)
    items.tell(items.note("b"))
    items.tell(items.note("c"))
    items.place("x", "a", 1)
    assert [item.id for item in items.untold()] == ["a", "x"]
