"""The response slot: who may ask the model for an answer, and when.

The server holds one response of the conversation at a time and refuses a ``response.create``
while one runs (`conversation_already_has_active_response`). The slot keeps requests back until
their turn has come, merges those that ask for the same, and tries once more after a lost race.
Responses outside of the conversation pass it by. This module knows no items, texts or sound.

The rules are the table :data:`TRANSITIONS`; the documentation's diagram is drawn from it.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import attrs

from realtime_voice.events import RealtimeResponse, RealtimeResponseCreateParams

__all__ = [
    "REQUEST_KEY",
    "TRANSITIONS",
    "Request",
    "ResponseSlot",
    "SlotSignal",
    "SlotState",
    "render_state_diagram",
]

REQUEST_KEY: Final = "client_event_id"
"""Key of the metadata by which a response is told from one that the server began by itself."""

_MAX_METADATA = 16
"""Pairs of metadata that the server takes."""


class SlotState(StrEnum):
    """How the one response of the conversation stands."""

    IDLE = "IDLE"
    REQUESTED = "REQUESTED"
    ACTIVE = "ACTIVE"
    CANCELLING = "CANCELLING"


class SlotSignal(StrEnum):
    """What moves the slot."""

    ASK = "response.create sent"
    CREATED = "response.created"
    DONE = "response.done"
    CANCEL = "response.cancel sent, or owed"
    REFUSED = "request refused"
    BUSY = "conversation_already_has_active_response"
    NOT_ACTIVE = "response_cancel_not_active"
    SILENT = "no word for too long"


_S, _G = SlotState, SlotSignal

TRANSITIONS: Final[Mapping[SlotState, Mapping[SlotSignal, SlotState]]] = MappingProxyType(
    {
        _S.IDLE: {
            _G.ASK: _S.REQUESTED,
            _G.CREATED: _S.ACTIVE,
            _G.BUSY: _S.ACTIVE,
        },
        _S.REQUESTED: {
            _G.CREATED: _S.ACTIVE,
            _G.CANCEL: _S.CANCELLING,
            _G.REFUSED: _S.IDLE,
            _G.BUSY: _S.ACTIVE,
            _G.SILENT: _S.IDLE,
        },
        _S.ACTIVE: {
            _G.CREATED: _S.ACTIVE,
            _G.DONE: _S.IDLE,
            _G.CANCEL: _S.CANCELLING,
            _G.SILENT: _S.IDLE,
        },
        _S.CANCELLING: {
            _G.CREATED: _S.ACTIVE,
            _G.DONE: _S.IDLE,
            _G.REFUSED: _S.IDLE,
            _G.NOT_ACTIVE: _S.IDLE,
            _G.SILENT: _S.IDLE,
        },
    }
)
"""From each state, by each signal that moves it, to the next; other signals change nothing."""


def render_state_diagram() -> str:
    """The table as a Mermaid state diagram, for the documentation."""
    lines = ["stateDiagram-v2", f"    [*] --> {SlotState.IDLE}"]
    for state, row in TRANSITIONS.items():
        lines.extend(f"    {state} --> {target}: {signal}" for signal, target in row.items())
    return "\n".join(lines) + "\n"


@attrs.define(kw_only=True)
class Request:
    """One ``response.create``, from the wish to its fate."""

    event_id: str
    """Id of the event on the wire; a second attempt gets a new one."""
    params: RealtimeResponseCreateParams | None = None
    """What the application asked for; None for a plain answer to the conversation."""
    waiting: tuple[str, ...] = ()
    """Event ids that callers of ``create_response`` know it by; several when it was merged."""
    for_tools: bool = False
    """Asked for by nobody but the outputs of tools."""
    attempts: int = 0
    """How often it was sent."""
    sent_at: float | None = None
    """When it was sent, on the session's clock."""
    abandoned: bool = False
    """Interrupted before the server answered; its response is cancelled as soon as it is born."""

    @property
    def out_of_band(self) -> bool:
        """Whether the answer stands outside the conversation."""
        return self.params is not None and self.params.conversation == "none"

    def wire_params(self) -> RealtimeResponseCreateParams:
        """The parameters with the mark by which the response is recognised."""
        params = self.params or RealtimeResponseCreateParams()
        metadata = dict(params.metadata or {})
        if len(metadata) < _MAX_METADATA:
            metadata[REQUEST_KEY] = self.event_id
        return attrs.evolve(params, metadata=metadata)


class ResponseSlot:
    """The state of the slot and the requests that wait for it."""

    def __init__(self) -> None:
        self.state = SlotState.IDLE
        self.active_id: str | None = None
        self.in_flight: Request | None = None
        self.queue: list[Request] = []
        self.outside: dict[str, Request] = {}
        self.owed_since: float | None = None
        self.moved_at = 0.0
        self._adopted: Request | None = None
        self._echoes = False

    # --- Asking ------------------------------------------------------------------------------

    def add(self, request: Request) -> None:
        """Queue a request; one that asks for the same as a waiting one joins it."""
        for other in self.queue:
            if other.params == request.params and not other.attempts:
                other.waiting += request.waiting
                other.for_tools = other.for_tools and request.for_tools
                return
        self.queue.append(request)

    def take(self, now: float, *, hold_tools: bool) -> Request | None:
        """The request to send now, if the slot is free; the caller must send it.

        Args:
            now: Time on the session's clock.
            hold_tools: The user is speaking and the server will answer by itself: requests for
                the outputs of tools wait.
        """
        if self.state is not SlotState.IDLE or self.owed_since is not None or not self.queue:
            return None
        if self.in_flight is not None or (hold_tools and self.queue[0].for_tools):
            return None
        request = self.queue.pop(0)
        request.attempts += 1
        request.sent_at = now
        self.in_flight = request
        self._move(SlotSignal.ASK, now)
        return request

    def drop_queue(self) -> list[Request]:
        """Forget the requests that were not sent."""
        dropped = list(self.queue)
        self.queue.clear()
        return dropped

    def drop_answered(self) -> None:
        """The server answers by itself and knows every output: requests for those are void."""
        self.queue = [one for one in self.queue if not one.for_tools]

    def cancel(self, now: float) -> str | None:
        """Interrupt what runs or was asked for.

        Returns:
            Id of the response to cancel now. None if there is none, or if its id is not known
            yet: then it is cancelled when it is born.
        """
        if self.state is SlotState.CANCELLING:
            return None
        if self.in_flight is not None:
            self.in_flight.abandoned = True
        self._move(SlotSignal.CANCEL, now)
        return self.active_id

    def send_outside(self, request: Request, now: float) -> None:
        """Note a request for a response outside of the conversation, which never waits."""
        request.attempts += 1
        request.sent_at = now
        self.outside[request.event_id] = request

    # --- The server's side -------------------------------------------------------------------

    def owe(self, now: float) -> None:
        """The server will begin a response by itself: the user's turn was committed."""
        if self.owed_since is None:
            self.owed_since = now

    def created(self, response: RealtimeResponse, now: float) -> Request | None:
        """A response of the conversation began.

        Returns:
            The request that it answers; None for one that the server began by itself.
        """
        request = self._asked_by(response)
        if request is None:
            self.owed_since = None
        else:
            self.in_flight = None
        self.active_id = response.id
        self._adopted = request
        self._move(SlotSignal.CREATED, now)
        if request is not None and request.abandoned:
            self._move(SlotSignal.CANCEL, now)
        return request

    @property
    def expects(self) -> bool:
        """Whether a response is about to begin, so that the next unknown one may be it."""
        return bool(self.in_flight or self.owed_since is not None or self.outside)

    def created_outside(self, response: RealtimeResponse) -> Request | None:
        """The request that a response outside of the conversation answers, if it is one of ours.

        The mark in its metadata tells. Where a server returns none, the only one can be meant.
        """
        mark = (response.metadata or {}).get(REQUEST_KEY)
        if mark is None and len(self.outside) == 1 and "conversation_id" in response.extra:
            return self.outside.popitem()[1]
        return self.outside.pop(str(mark), None)

    def done(self, response_id: str | None, now: float) -> None:
        """A response of the conversation ended."""
        if self.active_id not in {None, response_id}:
            return
        self._ended(SlotSignal.DONE, now)

    def refused(self, event_id: str | None, now: float, *, busy: bool) -> Request | None:
        """A ``response.create`` failed.

        Args:
            event_id: Id that the error names; None if it names none.
            now: Time on the session's clock.
            busy: The error is ``conversation_already_has_active_response``.

        Returns:
            The request that failed for good. None when it is tried again, or is not ours.
        """
        if event_id is not None and event_id in self.outside:
            return self.outside.pop(event_id)
        request = self._refused_request(event_id, busy=busy)
        if request is None:
            return None
        if not busy or self.state is SlotState.CANCELLING:
            if self.active_id is None:
                self._ended(SlotSignal.REFUSED, now)
            return request
        self._move(SlotSignal.BUSY, now)
        if request.abandoned or request.attempts > 1:
            return request
        self.queue.insert(0, request)
        return None

    def not_active(self, now: float) -> None:
        """The server knows of no response that a cancellation could have meant."""
        if self.state is SlotState.CANCELLING and self.in_flight is None:
            self._ended(SlotSignal.NOT_ACTIVE, now)

    # --- Time --------------------------------------------------------------------------------

    def give_up_asking(self, now: float, hold_s: float) -> list[Request]:
        """Stop waiting for what the server should have answered long ago.

        Args:
            now: Time on the session's clock.
            hold_s: Seconds that it was given.

        Returns:
            The requests that were not answered at all.
        """
        lost = [one for one in self.outside.values() if _since(one) + hold_s <= now]
        for one in lost:
            del self.outside[one.event_id]
        if self.owed_since is not None and self.owed_since + hold_s <= now:
            self.owed_since = None
        request = self.in_flight
        if request is not None and _since(request) + hold_s <= now:
            self.in_flight = None
            lost.append(request)
            if self.active_id is None:
                self._ended(SlotSignal.SILENT, now)
        elif self._nameless and self.moved_at + hold_s <= now:
            self._ended(SlotSignal.SILENT, now)
        return lost

    def due(self, hold_s: float) -> float | None:
        """When :meth:`give_up_asking` will have something to do."""
        times = [_since(one) for one in self.outside.values()] if self.outside else []
        if self.in_flight is not None:
            times.append(_since(self.in_flight))
        elif self._nameless:
            times.append(self.moved_at)
        if self.owed_since is not None:
            times.append(self.owed_since)
        return min(times) + hold_s if times else None

    def requests(self) -> list[Request]:
        """Everything that was asked for and not answered."""
        under_way = [] if self.in_flight is None else [self.in_flight]
        return [*under_way, *self.queue, *self.outside.values()]

    def awaiting(self) -> Iterator[str]:
        """What is due, in words."""
        if self.owed_since is not None:
            yield "the answer that the server begins by itself"
        if self._nameless:
            yield "the end of a response that was not announced"
        for request in self.requests():
            yield f"an answer to response.create {request.event_id}"

    # --- Within ------------------------------------------------------------------------------

    @property
    def _nameless(self) -> bool:
        """A response must be running, but the server never told which."""
        if self.active_id is not None or self.in_flight is not None:
            return False
        return self.state is SlotState.ACTIVE or self.state is SlotState.CANCELLING

    def _move(self, signal: SlotSignal, now: float) -> None:
        self.state = TRANSITIONS[self.state].get(signal, self.state)
        self.moved_at = now

    def _ended(self, signal: SlotSignal, now: float) -> None:
        """The slot is free, unless another request is under way."""
        self._move(signal, now)
        if self.state is SlotState.IDLE:
            self.active_id = None
            self._adopted = None
            if self.in_flight is not None:
                self._move(SlotSignal.ASK, now)
                if self.in_flight.abandoned:
                    self._move(SlotSignal.CANCEL, now)

    def _asked_by(self, response: RealtimeResponse) -> Request | None:
        """Tell whose a new response is.

        The mark in its metadata decides. Where a server returns no metadata, a response that
        comes after the user's turn was committed is the server's own, because it answers
        strictly in order; any other one is ours if we asked for one.
        """
        mark = (response.metadata or {}).get(REQUEST_KEY)
        request = self.in_flight
        if request is not None and mark == request.event_id:
            self._echoes = True
            return request
        if mark is not None or self._echoes or self.owed_since is not None:
            return None
        return request

    def _refused_request(self, event_id: str | None, *, busy: bool) -> Request | None:
        request = self.in_flight
        if request is not None and event_id in {request.event_id, None}:
            self.in_flight = None
            return request
        adopted = self._adopted
        if adopted is not None and busy and event_id == adopted.event_id:
            self._adopted = None
            return adopted
        return None


def _since(request: Request) -> float:
    """When a request was sent."""
    return request.sent_at or 0.0
