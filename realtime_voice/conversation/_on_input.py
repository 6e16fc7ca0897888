"""What the server tells about the session and about the user: speech, commits, transcripts.

One function for each class of event; see :mod:`_receive`.
"""

from realtime_voice.config import session_update
from realtime_voice.conversation._core import Core
from realtime_voice.conversation._items import ItemKind
from realtime_voice.conversation._outcomes import (
    Outcome,
    SessionReady,
    SpeechStarted,
    SpeechStopped,
    StopPlayback,
    UpdateAcknowledged,
)
from realtime_voice.conversation._requests import RequestKind
from realtime_voice.conversation._settings import (
    merge_update,
    settings_from_config,
    settings_from_session,
)
from realtime_voice.events import (
    ConversationItemInputAudioTranscriptionCompleted,
    ConversationItemInputAudioTranscriptionDelta,
    ConversationItemInputAudioTranscriptionFailed,
    InputAudioBufferCleared,
    InputAudioBufferCommitted,
    InputAudioBufferSpeechStarted,
    InputAudioBufferSpeechStopped,
    InputAudioBufferTimeoutTriggered,
    Session,
    SessionCreated,
    SessionUpdated,
)

__all__ = [
    "on_cleared",
    "on_committed",
    "on_session_created",
    "on_session_updated",
    "on_speech_started",
    "on_speech_stopped",
    "on_timeout",
    "on_transcription_completed",
    "on_transcription_delta",
    "on_transcription_failed",
]


def on_session_created(core: Core, event: SessionCreated, now: float) -> list[Outcome]:
    _read_session(core, event.session)
    if core.opened:
        return []
    core.opened = True
    update = session_update(core.config, core.new_id())
    return [core.send(update, RequestKind.UPDATE, now, initial=True)]


def on_session_updated(core: Core, event: SessionUpdated, now: float) -> list[Outcome]:
    awaited = core.requests.take_first(RequestKind.UPDATE)
    if awaited is not None and awaited.changes is not None:
        core.config = merge_update(core.config, awaited.changes)
    _read_session(core, event.session)
    if awaited is None:
        return []
    if not awaited.initial:
        return [UpdateAcknowledged(event_id=awaited.event_id)]
    core.ready = True
    ready = SessionReady(session_id=core.session_id or "", expires_at=core.expires_at)
    return [ready, *core.pump(now)]


def _read_session(core: Core, session: Session) -> None:
    session_id = getattr(session, "id", None)
    expires_at = getattr(session, "expires_at", None)
    core.session_id = session_id or core.session_id
    core.expires_at = expires_at or core.expires_at
    core.adopt(settings_from_session(session, settings_from_config(core.config)))


def on_speech_started(
    core: Core, event: InputAudioBufferSpeechStarted, now: float
) -> list[Outcome]:
    start_ms = None if "audio_start_ms" in event.missing else event.audio_start_ms
    core.users.started(event.item_id, start_ms, now)
    out: list[Outcome] = []
    if core.settings.interrupts:
        out += core.stop_playback(StopPlayback(cause="speech_started"))
        core.mute()
    out.append(SpeechStarted(item_id=event.item_id, audio_start_ms=event.audio_start_ms))
    if core.settings.interrupts and core.settings.creates_response:
        for request in core.slot.drop_queue():
            out += core.refuse(request, "interrupted", "the user spoke; the server answers that")
    return out


def on_speech_stopped(
    core: Core, event: InputAudioBufferSpeechStopped, now: float
) -> list[Outcome]:
    end_ms = None if "audio_end_ms" in event.missing else event.audio_end_ms
    slot = core.users.stopped(event.item_id, end_ms, now)
    core.committed_ms = max(core.committed_ms, float(event.audio_end_ms))
    return [SpeechStopped(item_id=slot.item_id, audio_end_ms=event.audio_end_ms)]


def on_timeout(core: Core, event: InputAudioBufferTimeoutTriggered, now: float) -> list[Outcome]:
    end_ms = None if "audio_end_ms" in event.missing else event.audio_end_ms
    slot = core.users.stopped(event.item_id, end_ms, now)
    if slot.start_ms is None and "audio_start_ms" not in event.missing:
        slot.start_ms = event.audio_start_ms
    return []


def on_committed(core: Core, event: InputAudioBufferCommitted, now: float) -> list[Outcome]:
    by_hand = core.requests.take_first(RequestKind.COMMIT) is not None
    if not event.item_id:
        return []
    known = core.items.get(event.item_id)
    fresh = known is None or not (known.placed or known.deleted)
    core.items.note(event.item_id, kind=ItemKind.USER)
    core.items.place(event.item_id, event.previous_item_id, now)
    out: list[Outcome] = [
        *core.users.committed(event.item_id, now, transcribes=core.settings.transcribes)
    ]
    if fresh and not by_hand and core.settings.creates_response:
        core.slot.owe(now)
    return [*out, *core.pump(now)]


def on_cleared(core: Core, _event: InputAudioBufferCleared, now: float) -> list[Outcome]:
    core.requests.take_first(RequestKind.CLEAR)
    return [*core.users.forget_uncommitted(now), *core.pump(now)]


def on_transcription_delta(
    core: Core, event: ConversationItemInputAudioTranscriptionDelta, now: float
) -> list[Outcome]:
    if core.forgot(event.item_id):
        return []
    words = event.delta or ""
    return [*core.users.delta(event.item_id, event.content_index or 0, words, now)]


def on_transcription_completed(
    core: Core, event: ConversationItemInputAudioTranscriptionCompleted, now: float
) -> list[Outcome]:
    if core.forgot(event.item_id):
        return []
    core.dirty = True
    language = event.languages[0].code if event.languages else None
    updates = core.users.completed(
        event.item_id, event.content_index, event.transcript, language, now
    )
    if updates:
        core.usage.add_transcription(event.usage)
    return [*updates]


def on_transcription_failed(
    core: Core, event: ConversationItemInputAudioTranscriptionFailed, now: float
) -> list[Outcome]:
    if core.forgot(event.item_id):
        return []
    core.dirty = True
    parts = (event.error.code or event.error.type, event.error.message)
    error = ": ".join(part for part in parts if part) or "failed"
    return [*core.users.failed(event.item_id, event.content_index, error, now)]
