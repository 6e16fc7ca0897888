"""What was sent, and what answers it."""

from realtime_voice.conversation._requests import (
    Awaited,
    RequestKind,
    Requests,
)
from realtime_voice.events import (
    RealtimeConversationItemFunctionCall,
    RealtimeConversationItemFunctionCallOutput,
    RealtimeConversationItemMessageSystem,
    RealtimeConversationItemMessageUser,
    RealtimeConversationItemMessageUserContent,
)


def item(text: str, item_id: str | None = None) -> RealtimeConversationItemMessageUser:
    """Return a written item."""
    content = (RealtimeConversationItemMessageUserContent(type="input_text", text=text),)
    return RealtimeConversationItemMessageUser(id=item_id, content=content)


def test_answers_come_in_the_order_of_the_requests() -> None:
    """Each kind by itself."""
    requests = Requests()
    for number, kind in enumerate([RequestKind.UPDATE, RequestKind.CLEAR, RequestKind.UPDATE]):
        requests.note(Awaited(event_id=f"e{number}", kind=kind, sent_at=float(number)))
    first = requests.take_first(RequestKind.UPDATE)
    assert first is not None
    assert first.event_id == "e0"
    assert requests.take_first(RequestKind.COMMIT) is None
    assert requests.take("e0") is None
    assert requests.due(10) == 11
    assert [one.event_id for one in requests.give_up(11, 10)] == ["e1"]
    assert [one.event_id for one in requests.awaited()] == ["e2"]


def test_old_kinds_are_forgotten() -> None:
    """Memory is bounded; an error about an ancient event is told without its kind."""
    requests = Requests()
    for number in range(2000):
        kind = RequestKind.CANCEL
        requests.note(Awaited(event_id=f"e{number}", kind=kind, sent_at=0))
    assert requests.kind_of("e0") is None
    assert requests.kind_of("e1999") is RequestKind.CANCEL
    assert requests.kind_of("append_x") is None
    assert requests.kind_of(None) is None


def test_items_are_recognised_by_content_or_id() -> None:
    """The server makes up ids; a kind that has nothing to compare is not guessed."""
    requests = Requests()
    system = RealtimeConversationItemMessageSystem(content=())
    call = RealtimeConversationItemFunctionCall(name="f", arguments="", id="mine")
    output = RealtimeConversationItemFunctionCallOutput(call_id="c", output="o")
    sent = {"text": item("Hello"), "system": system, "call": call, "output": output}
    for name, one in sent.items():
        requests.note(Awaited(event_id=name, kind=RequestKind.ITEM, sent_at=0, item=one))

    def taken(added: object) -> str | None:
        found = requests.take_item(added)  # type: ignore[arg-type]  # any item
        return found and found.event_id

    assert taken(item("Goodbye")) is None
    assert taken(item("Hello", "item_1")) == "text"
    assert taken(RealtimeConversationItemFunctionCall(name="f", arguments="")) is None
    assert taken(RealtimeConversationItemFunctionCall(name="g", arguments="", id="mine")) == "call"
    assert taken(RealtimeConversationItemFunctionCallOutput(call_id="c", output="")) == "output"
    assert taken(system) == "system"
