"""Function calls."""

from realtime_voice.conversation._tools import (
    ToolCalls,
)
from realtime_voice.events import (
    RealtimeConversationItemFunctionCall,
)


def test_an_output_of_an_unknown_call_confirms_nothing() -> None:
    """It may be history."""
    tools = ToolCalls()
    tools.confirm("nobody's")
    assert tools.all_confirmed
    assert not tools.follow_up("r1")


def test_a_call_without_an_id_is_no_call() -> None:
    """It could not be answered; nor is one that came before a call anew."""
    tools = ToolCalls()
    item = RealtimeConversationItemFunctionCall(name="f", arguments="{}")
    assert tools.begin(item, "r1") is None
    named = RealtimeConversationItemFunctionCall(name="f", arguments="{}", id="f1", call_id="c1")
    assert tools.begin(named, "r1") is not None
    assert tools.begin(named, "r1") is None
    assert not tools.follow_up("r1")


def test_the_model_goes_on_once() -> None:
    """Asking twice leads to one answer."""
    tools = ToolCalls()
    named = RealtimeConversationItemFunctionCall(name="f", arguments="{}", id="f1", call_id="c1")
    tools.begin(named, "r1")
    call = tools.get("c1")
    assert call is not None
    tools.answer(call, "done", 1.0)
    assert [tools.follow_up("r1"), tools.follow_up("r1")] == [True, False]
