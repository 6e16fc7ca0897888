"""What the server tells about items."""

from realtime_voice.conversation._items import ItemKind
from realtime_voice.conversation._on_items import kind_of
from realtime_voice.events import (
    RealtimeConversationItemFunctionCall,
    RealtimeConversationItemFunctionCallOutput,
    RealtimeConversationItemMessageAssistant,
    RealtimeConversationItemMessageSystem,
    RealtimeConversationItemMessageUser,
    RealtimeMCPApprovalRequest,
)
from tests.conversation.story import CONFIG, Story, assistant, call_item, typed

MANUAL = CONFIG.evolve(turn_detection=None)


def test_every_class_of_item_has_a_kind() -> None:
    """What turns do not care about is one kind of its own."""
    items = {
        RealtimeConversationItemMessageUser(content=()): ItemKind.USER,
        RealtimeConversationItemMessageAssistant(content=()): ItemKind.ASSISTANT,
        RealtimeConversationItemMessageSystem(content=()): ItemKind.SYSTEM,
        RealtimeConversationItemFunctionCall(name="", arguments=""): ItemKind.CALL,
        RealtimeConversationItemFunctionCallOutput(call_id="", output=""): ItemKind.OUTPUT,
        RealtimeMCPApprovalRequest(id="", server_label="", name="", arguments=""): ItemKind.OTHER,
    }
    assert {item: kind_of(item) for item in items} == items


def test_items_without_an_id_are_no_items() -> None:
    """There is nothing to hang anything on."""
    story = Story(MANUAL)
    nameless = {**assistant("", "Hi", "completed"), "id": None}
    assert story.adds(nameless, None) == []
    assert story.server("conversation.item.done", item=nameless) == []
    story.begins("r1")
    story.closes("r1", {**nameless, "id": None})
    assert story.core.items == ()


def test_the_predecessor_on_done_is_ignored() -> None:
    """It was null in recorded sessions where ``added`` had a value."""
    story = Story(MANUAL)
    story.adds(typed("u1", "one"), None)
    story.server("conversation.item.done", item=typed("u2", "two"), previous_item_id="u1")
    assert story.core.items == ("u1",)
    story.adds(typed("u3", "three"), "u1")
    story.server("conversation.item.done", item=typed("u3", "three"), previous_item_id=None)
    assert story.core.items == ("u1", "u3")


def test_the_old_event_for_new_items_still_counts() -> None:
    """``conversation.item.created`` is in the schema, and some servers send it."""
    story = Story(MANUAL)
    story.server("conversation.item.created", item=typed("u1", "one"), previous_item_id=None)
    story.server("conversation.item.created", item=call_item("f1", "c1"), previous_item_id="u1")
    assert story.core.items == ("u1", "f1")


def test_history_is_read_once() -> None:
    """A repeated item changes nothing."""
    story = Story(MANUAL)
    story.adds(assistant("a1", "Hello", "completed"), None)
    story.adds(assistant("a1", "Goodbye", "completed"), None)
    assert [turn.assistant and turn.assistant.text for turn in story.turns] == ["Hello"]
