"""Function calls: acted on once, answered once, followed by one answer of the model.

``response.function_call_arguments.done``, ``response.output_item.done`` and ``response.done`` all
report a call. It is acted on when one of the latter two calls its item complete, whichever comes
first; the arguments' own event is ignored, because a cancelled response sends it too.
"""

import attrs

from realtime_voice.conversation._outcomes import CallTool, ToolCall
from realtime_voice.events import RealtimeConversationItemFunctionCall

__all__ = ["CallRecord", "ToolCalls"]


@attrs.define(kw_only=True)
class CallRecord:
    """One function call."""

    call_id: str
    name: str
    arguments: str
    item_id: str
    response_id: str
    output: str | None = None
    """What was answered; None while nothing was."""
    answered_at: float | None = None
    """When, on the session's clock."""
    confirmed: bool = False
    """The server took the answer into the conversation."""

    @property
    def running(self) -> bool:
        """Whether the answer is still due."""
        return self.output is None


class ToolCalls:
    """Every function call by its id."""

    def __init__(self) -> None:
        self._calls: dict[str, CallRecord] = {}
        self._items: dict[str, str] = {}
        self._running: dict[str, CallRecord] = {}
        self._followed: set[str] = set()

    def begin(
        self, item: RealtimeConversationItemFunctionCall, response_id: str
    ) -> CallTool | None:
        """A call is complete: what to do about it, the first time that this is told."""
        call_id = item.call_id
        if not call_id or call_id in self._calls or item.status not in {None, "completed"}:
            return None
        call = CallRecord(
            call_id=call_id,
            name=item.name,
            arguments=item.arguments,
            item_id=item.id or "",
            response_id=response_id,
        )
        self._calls[call_id] = self._running[call_id] = call
        self._items[call.item_id] = call_id
        return CallTool(
            call_id=call_id,
            name=call.name,
            arguments=call.arguments,
            item_id=call.item_id,
            response_id=response_id,
        )

    def get(self, call_id: str) -> CallRecord | None:
        """The call with this id."""
        return self._calls.get(call_id)

    def answer(self, call: CallRecord, output: str, now: float) -> None:
        """The tool has finished."""
        call.output, call.answered_at = output, now
        self._running.pop(call.call_id, None)

    def confirm(self, call_id: str) -> None:
        """The server took an answer into the conversation."""
        call = self._calls.get(call_id)
        if call is not None:
            call.confirmed = True

    @property
    def all_confirmed(self) -> bool:
        """Whether the server knows every answer that was given."""
        return all(call.confirmed for call in self._calls.values() if not call.running)

    def running(self) -> list[CallRecord]:
        """Calls whose answer is due."""
        return list(self._running.values())

    def follow_up(self, response_id: str) -> bool:
        """Whether the model is to go on after the calls of a response that has ended.

        True once for each response, when all of its calls are answered.
        """
        if response_id in self._followed:
            return False
        calls = [call for call in self._calls.values() if call.response_id == response_id]
        if not calls or any(call.running for call in calls):
            return False
        self._followed.add(response_id)
        return True

    def of_items(self, item_ids: list[str]) -> list[CallRecord]:
        """The calls that these items hold, in order."""
        found = (self._items.get(item_id) for item_id in item_ids)
        return [self._calls[call_id] for call_id in found if call_id is not None]

    @staticmethod
    def told(call: CallRecord) -> ToolCall:
        """A call as turns show it."""
        return ToolCall(
            call_id=call.call_id,
            name=call.name,
            arguments=call.arguments,
            output=call.output,
        )
