"""The response slot: the table, the requests that wait, and races."""

from pathlib import Path

import pytest

from realtime_voice.conversation import TRANSITIONS, SlotSignal, SlotState, render_state_diagram
from realtime_voice.conversation._slot import Request, ResponseSlot
from realtime_voice.events import RealtimeResponse, RealtimeResponseCreateParams

_PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "response-slot.md"


def response(response_id: str, mark: str | None = None) -> RealtimeResponse:
    """Return a response of the conversation, with the mark of a request."""
    metadata = None if mark is None else {"client_event_id": mark}
    return RealtimeResponse(id=response_id, metadata=metadata)


def asked(slot: ResponseSlot, event_id: str, now: float = 0.0) -> Request:
    """Add a request and send it."""
    slot.add(Request(event_id=event_id, waiting=(event_id,)))
    request = slot.take(now, hold_tools=False)
    assert request is not None
    return request


def test_the_documentation_shows_the_table() -> None:
    """The diagram in the docs is what the code draws."""
    assert f"```{{code-block}} text\n{render_state_diagram()}```" in _PAGE.read_text("utf-8")


def test_every_state_can_be_reached_and_left() -> None:
    """Nothing is a dead end, and silence ends every wait."""
    reached = {target for row in TRANSITIONS.values() for target in row.values()}
    assert reached == set(SlotState)
    for state in set(SlotState) - {SlotState.IDLE}:
        assert TRANSITIONS[state][SlotSignal.SILENT] is SlotState.IDLE


def test_one_request_at_a_time() -> None:
    """The next one is taken when the response has ended."""
    slot = ResponseSlot()
    request = asked(slot, "one")
    assert slot.state is SlotState.REQUESTED
    slot.add(Request(event_id="two"))
    assert slot.take(0, hold_tools=False) is None
    assert slot.created(response("r1", "one"), 0) is request
    assert slot.state is SlotState.ACTIVE
    assert slot.take(0, hold_tools=False) is None
    slot.done("other", 0)
    assert slot.state is SlotState.ACTIVE
    slot.done("r1", 0)
    assert slot.take(0, hold_tools=False) is not None


def test_requests_for_tools_wait_while_the_user_speaks() -> None:
    """And they are void when the server's own answer knows all outputs."""
    slot = ResponseSlot()
    slot.add(Request(event_id="one", for_tools=True))
    assert slot.take(0, hold_tools=True) is None
    slot.drop_answered()
    assert slot.take(0, hold_tools=False) is None


def test_a_tool_request_that_an_application_joins_is_the_applications() -> None:
    """It is not dropped any more."""
    slot = ResponseSlot()
    slot.add(Request(event_id="one", for_tools=True))
    slot.add(Request(event_id="two", waiting=("two",)))
    slot.drop_answered()
    (request,) = slot.queue
    assert request.waiting == ("two",)


def test_an_owed_answer_keeps_requests_back() -> None:
    """The server begins one by itself; nothing is asked for before."""
    slot = ResponseSlot()
    slot.owe(1.0)
    slot.owe(2.0)
    slot.add(Request(event_id="one"))
    assert slot.take(2, hold_tools=False) is None
    assert slot.due(10.0) == 11.0
    assert slot.created(response("r1"), 3) is None
    slot.done("r1", 4)
    assert slot.take(4, hold_tools=False) is not None


def test_an_owed_answer_that_does_not_come_is_given_up() -> None:
    """Then requests go on."""
    slot = ResponseSlot()
    slot.owe(1.0)
    assert slot.give_up_asking(10.9, 10.0) == []
    assert slot.owed_since == 1.0
    assert slot.give_up_asking(11.0, 10.0) == []
    assert slot.owed_since is None


def test_a_foreign_response_leaves_our_request_under_way() -> None:
    """When it ends, ours is still awaited; interrupted, it stays so."""
    slot = ResponseSlot()
    request = asked(slot, "one")
    assert slot.created(response("r0", "somebody's"), 0) is None
    slot.done("r0", 0)
    assert slot.state is SlotState.REQUESTED
    assert slot.created(response("r1", "one"), 0) is request
    slot.done("r1", 0)
    asked(slot, "two")
    slot.created(response("r2"), 0)
    assert slot.cancel(0) == "r2"
    assert slot.cancel(0) is None
    slot.done("r2", 0)
    assert slot.state is SlotState.CANCELLING
    slot.created(response("r3", "two"), 0)
    assert slot.state is SlotState.CANCELLING
    slot.done("r3", 0)
    assert slot.state is SlotState.IDLE


def test_a_wrong_guess_is_corrected_by_the_error() -> None:
    """Without metadata, the server's response looked like ours until ours was refused."""
    slot = ResponseSlot()
    request = asked(slot, "one")
    assert slot.created(response("r0"), 0) is request
    assert slot.refused("one", 0, busy=True) is None
    slot.done("r0", 0)
    assert slot.take(0, hold_tools=False) is request
    assert slot.refused("nobody's", 0, busy=True) is None
    assert slot.state is SlotState.REQUESTED


@pytest.mark.parametrize("event_id", ["one", None])
def test_busy_with_a_response_that_was_never_announced(event_id: str | None) -> None:
    """Its end, or silence, frees the slot for the second attempt; a second race is the last."""
    slot = ResponseSlot()
    request = asked(slot, "one")
    assert slot.refused(event_id, 0, busy=True) is None
    assert slot.state is SlotState.ACTIVE
    assert list(slot.awaiting()) == [
        "the end of a response that was not announced",
        "an answer to response.create one",
    ]
    assert slot.due(10) == 10
    assert slot.give_up_asking(10, 10) == []
    assert slot.take(10, hold_tools=False) is request
    assert slot.refused(event_id, 10, busy=True) is request


def test_a_refusal_during_a_cancellation_frees_the_slot() -> None:
    """There is nothing left to cancel; but a response that runs still has to end."""
    slot = ResponseSlot()
    request = asked(slot, "one")
    assert slot.cancel(0) is None
    assert slot.refused("one", 0, busy=True) is request
    assert slot.state is SlotState.IDLE
    asked(slot, "two")
    slot.created(response("r0", "x"), 0)
    slot.cancel(0)
    slot.refused("two", 0, busy=False)
    assert slot.state is SlotState.CANCELLING


def test_a_cancellation_that_came_too_late_frees_the_slot() -> None:
    """``response_cancel_not_active``: the end was missed, or no response was born."""
    slot = ResponseSlot()
    slot.not_active(0)
    asked(slot, "one")
    slot.created(response("r1", "one"), 0)
    slot.cancel(0)
    slot.not_active(0)
    assert (slot.state, slot.active_id) == (SlotState.IDLE, None)


def test_requests_that_nobody_answers_are_given_up() -> None:
    """Inside and outside of the conversation, each from its own time on."""
    slot = ResponseSlot()
    outside = Request(event_id="out", params=RealtimeResponseCreateParams(conversation="none"))
    assert outside.out_of_band
    slot.send_outside(outside, 1)
    request = asked(slot, "one", 2)
    assert slot.due(10) == 11
    assert slot.give_up_asking(11, 10) == [outside]
    assert slot.give_up_asking(12, 10) == [request]
    assert slot.state is SlotState.IDLE
    request = asked(slot, "two", 20)
    slot.created(response("r0", "x"), 21)
    assert slot.give_up_asking(30, 10) == [request]
    assert slot.state is SlotState.ACTIVE


def test_outside_requests_are_told_by_their_mark() -> None:
    """Where the server returns none, a single one can only be meant; two cannot be told apart."""
    slot = ResponseSlot()
    nowhere = RealtimeResponse(id="o1", extra={"conversation_id": None})
    requests = [Request(event_id=f"out{number}") for number in range(3)]
    for request in requests:
        slot.send_outside(request, 0)
    assert slot.created_outside(nowhere) is None
    assert slot.created_outside(response("o1", "out1")) is requests[1]
    assert slot.refused("out2", 0, busy=False) is requests[2]
    assert slot.created_outside(nowhere) is requests[0]


def test_the_mark_needs_room() -> None:
    """The server takes 16 pairs of metadata; a full set stays as it is."""
    full = {f"key{number}": "" for number in range(16)}
    params = RealtimeResponseCreateParams(metadata=full)
    assert Request(event_id="one", params=params).wire_params().metadata == full
    assert Request(event_id="one").wire_params().metadata == {"client_event_id": "one"}


def test_a_late_end_of_an_older_response_changes_nothing() -> None:
    """Two ran at once, which the server does not allow; the request under way is ours still."""
    slot = ResponseSlot()
    slot.created(response("r1"), 0)
    slot.created(response("r2"), 0)
    slot.done("r1", 0)
    assert slot.state is SlotState.ACTIVE
    slot.done("r2", 0)
    asked(slot, "one")
    slot.done("r1", 0)
    assert slot.state is SlotState.REQUESTED
