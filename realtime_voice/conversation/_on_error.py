"""What the server says went wrong, and who is told.

One function for each class of event; see :mod:`_receive`.
"""

from realtime_voice.conversation._core import Core, request_failed
from realtime_voice.conversation._outcomes import (
    Outcome,
    ServerProblem,
)
from realtime_voice.conversation._problems import Severity, severity_of
from realtime_voice.conversation._requests import RequestKind
from realtime_voice.events import (
    Error,
    MalformedServerEvent,
    ResponseOutputAudioDelta,
    ResponseOutputAudioTranscriptDelta,
    ResponseOutputTextDelta,
    UnknownServerEvent,
)

__all__ = ["on_error", "on_incomplete", "on_malformed", "on_unknown"]


ResponseDelta = (
    ResponseOutputAudioDelta | ResponseOutputAudioTranscriptDelta | ResponseOutputTextDelta
)
"""A piece of what the model says."""


def on_error(core: Core, event: Error, now: float) -> list[Outcome]:
    error = event.error
    code = error.code or error.type
    kind = core.requests.kind_of(error.event_id)
    severity = severity_of(code, truncating=kind is RequestKind.TRUNCATE)
    problem = ServerProblem(
        code=code,
        message=error.message,
        benign=severity is Severity.BENIGN,
        event=event,
        fatal=severity is Severity.FATAL,
    )
    return [*_settle_error(core, event, code, kind, now), problem, *core.pump(now)]


def _settle_error(
    core: Core, event: Error, code: str, kind: RequestKind | None, now: float
) -> list[Outcome]:
    """Tell who waited for the refused event."""
    error = event.error
    busy = code == "conversation_already_has_active_response"
    event_id = error.event_id or ""
    match kind:
        case RequestKind.CREATE:
            request = core.slot.refused(event_id, now, busy=busy)
            return [] if request is None else core.refuse(request, code, error.message)
        case RequestKind.CANCEL:
            core.slot.not_active(now)
            return []
        case RequestKind.TRUNCATE | RequestKind.DELETE:
            return []
        case None:
            if busy and error.event_id is None:
                request = core.slot.refused(None, now, busy=True)
                return [] if request is None else core.refuse(request, code, error.message)
            return []
        case _:
            core.requests.take(event_id)
            core.dirty = True
            return [request_failed(event_id, code, error.message, error.param)]


def on_malformed(core: Core, event: MalformedServerEvent, _now: float) -> list[Outcome]:
    core.counts.malformed += 1
    message = f"{event.type}: {event.error}"
    return [ServerProblem(code="malformed", message=message, benign=False, event=event)]


def on_incomplete(core: Core, event: ResponseDelta) -> list[Outcome]:
    """A delta without a delta: nothing is lost but what it should have brought."""
    core.counts.malformed += 1
    message = f"{event.type}: it has no delta"
    return [ServerProblem(code="malformed", message=message, benign=False, event=event)]


def on_unknown(core: Core, _event: UnknownServerEvent, _now: float) -> list[Outcome]:
    core.counts.unknown += 1
    return []
