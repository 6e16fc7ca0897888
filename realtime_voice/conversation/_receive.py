"""What each server event means: one small function for each class, found through one table.

A function reads its event, changes the parts in :class:`Core` and returns what follows. Events
that change nothing here are in no table; applications see them in ``Session.events()``.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from realtime_voice.conversation._core import Core
from realtime_voice.conversation._on_error import on_error, on_malformed, on_unknown
from realtime_voice.conversation._on_input import (
    on_cleared,
    on_committed,
    on_session_created,
    on_session_updated,
    on_speech_started,
    on_speech_stopped,
    on_timeout,
    on_transcription_completed,
    on_transcription_delta,
    on_transcription_failed,
)
from realtime_voice.conversation._on_items import (
    on_item_added,
    on_item_deleted,
    on_item_done,
    on_item_retrieved,
)
from realtime_voice.conversation._on_output import (
    on_all_words,
    on_arguments,
    on_audio,
    on_audio_done,
    on_output_item_added,
    on_output_item_done,
    on_part,
    on_response_created,
    on_response_done,
    on_words,
)
from realtime_voice.conversation._outcomes import (
    Outcome,
)
from realtime_voice.events import (
    ConversationItemAdded,
    ConversationItemCreated,
    ConversationItemDeleted,
    ConversationItemDone,
    ConversationItemInputAudioTranscriptionCompleted,
    ConversationItemInputAudioTranscriptionDelta,
    ConversationItemInputAudioTranscriptionFailed,
    ConversationItemRetrieved,
    Error,
    InputAudioBufferCleared,
    InputAudioBufferCommitted,
    InputAudioBufferSpeechStarted,
    InputAudioBufferSpeechStopped,
    InputAudioBufferTimeoutTriggered,
    MalformedServerEvent,
    ResponseContentPartAdded,
    ResponseContentPartDone,
    ResponseCreated,
    ResponseDone,
    ResponseFunctionCallArgumentsDelta,
    ResponseFunctionCallArgumentsDone,
    ResponseOutputAudioDelta,
    ResponseOutputAudioDone,
    ResponseOutputAudioTranscriptDelta,
    ResponseOutputAudioTranscriptDone,
    ResponseOutputItemAdded,
    ResponseOutputItemDone,
    ResponseOutputTextDelta,
    ResponseOutputTextDone,
    ServerEvent,
    SessionCreated,
    SessionUpdated,
    UnknownServerEvent,
)

__all__ = ["HANDLERS", "receive"]


def receive(core: Core, event: ServerEvent, now: float) -> list[Outcome]:
    """Take in one server event.

    Args:
        core: The parts.
        event: The event.
        now: Time on the session's clock, in seconds.

    Returns:
        What follows, in order.
    """
    if core.finished:
        return []
    core.counts.events += 1
    if core.seen.twice(event):
        core.counts.duplicates += 1
        return []
    kind = type(event)
    handler = _HANDLERS.get(kind)
    if handler is None:
        return []
    if kind not in _DELTAS:
        core.moved = True
    return handler(core, event, now)


_Handler = Callable[[Core, Any, float], list[Outcome]]

_HANDLERS: dict[type[object], _Handler] = {
    SessionCreated: on_session_created,
    SessionUpdated: on_session_updated,
    InputAudioBufferSpeechStarted: on_speech_started,
    InputAudioBufferSpeechStopped: on_speech_stopped,
    InputAudioBufferTimeoutTriggered: on_timeout,
    InputAudioBufferCommitted: on_committed,
    InputAudioBufferCleared: on_cleared,
    ConversationItemAdded: on_item_added,
    ConversationItemCreated: on_item_added,
    ConversationItemDone: on_item_done,
    ConversationItemRetrieved: on_item_retrieved,
    ConversationItemDeleted: on_item_deleted,
    ConversationItemInputAudioTranscriptionDelta: on_transcription_delta,
    ConversationItemInputAudioTranscriptionCompleted: on_transcription_completed,
    ConversationItemInputAudioTranscriptionFailed: on_transcription_failed,
    ResponseCreated: on_response_created,
    ResponseDone: on_response_done,
    ResponseOutputItemAdded: on_output_item_added,
    ResponseOutputItemDone: on_output_item_done,
    ResponseContentPartAdded: on_part,
    ResponseContentPartDone: on_part,
    ResponseOutputTextDelta: on_words,
    ResponseOutputAudioTranscriptDelta: on_words,
    ResponseOutputTextDone: on_all_words,
    ResponseOutputAudioTranscriptDone: on_all_words,
    ResponseOutputAudioDelta: on_audio,
    ResponseOutputAudioDone: on_audio_done,
    ResponseFunctionCallArgumentsDelta: on_arguments,
    ResponseFunctionCallArgumentsDone: on_arguments,
    Error: on_error,
    MalformedServerEvent: on_malformed,
    UnknownServerEvent: on_unknown,
}

HANDLERS: Final[Mapping[type[object], _Handler]] = MappingProxyType(_HANDLERS)
"""What each class of event means; others mean nothing to the core."""

_DELTAS = frozenset[type[object]](
    {ResponseOutputAudioDelta, ResponseOutputAudioTranscriptDelta, ResponseOutputTextDelta}
)
"""What comes all the time. Only the first of an item moves a deadline, and says so by
:attr:`Core.dirty`."""
