"""What the core answers: effects to carry out and facts to tell, in one ordered list.

An *effect* is something the session must do (send an event, stop the speaker). A *notification*
is something the application may want to know. They share one list because the order between
"stop the speaker" and "here is audio" is the point. Data only; nothing here decides or acts.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal

import attrs

from realtime_voice.events import ClientEvent, RealtimeResponseUsage, ServerEvent
from realtime_voice.formats import AudioFormat

__all__ = [
    "AssistantSpeech",
    "AudioChunk",
    "CallTool",
    "Effect",
    "EndReason",
    "Heard",
    "Notification",
    "Outcome",
    "PlaybackInterrupted",
    "RequestFailed",
    "ResponseFinished",
    "ResponseStarted",
    "Send",
    "ServerProblem",
    "SessionReady",
    "SpeechStarted",
    "SpeechStopped",
    "StopPlayback",
    "ToolCall",
    "TranscriptStatus",
    "TranscriptUpdate",
    "Turn",
    "TurnCompleted",
    "TurnTiming",
    "UpdateAcknowledged",
    "UserSpeech",
]


def _show_length(data: bytes) -> str:
    """Sound in a ``repr``: it belongs in no log."""
    return f"<{len(data)} bytes>"


class TranscriptStatus(StrEnum):
    """How far a text can be trusted to be complete."""

    PENDING = "pending"
    """Still growing, or awaited."""
    FINAL = "final"
    """The server said that this is the whole text."""
    INTERRUPTED = "interrupted"
    """The speaker was cut off: the text ends where generation ended."""
    NO_SPEECH = "no_speech"
    """The recogniser found no words in the sound."""
    FAILED = "failed"
    """The recogniser gave up; ``error`` says why."""
    TIMED_OUT = "timed_out"
    """No text came within the deadline."""
    DISABLED = "disabled"
    """Transcription is switched off, so no text will come."""


EndReason = Literal["stopped", "source_ended", "expired", "connection_lost", "error"]
"""Why a session ended: by ``stop()``, because the source said everything, or through a fault."""


# --- Effects: the session must do this -------------------------------------------------------


@attrs.frozen(kw_only=True)
class Send:
    """Send this client event."""

    event: ClientEvent
    """The event, complete with its ``event_id``."""


@attrs.frozen(kw_only=True)
class StopPlayback:
    """Stop the speaker now, forget what is queued, and report with ``playback_stopped``."""

    cause: Literal["speech_started", "interrupt"]
    """Who cut in: the user's voice, or a call of ``interrupt()``."""


@attrs.frozen(kw_only=True)
class CallTool:
    """Run this tool and report with ``tool_finished``."""

    call_id: str
    """The server's id of the call; the answer must carry it."""
    name: str
    """Name of the function."""
    arguments: str
    """JSON text as the model wrote it, not checked."""
    item_id: str
    """Item that holds the call."""
    response_id: str
    """Response that made the call."""


# --- Notifications: the application may want to know -----------------------------------------


@attrs.frozen(kw_only=True)
class SessionReady:
    """The server opened the session and accepted its configuration."""

    session_id: str
    """The server's id of the session."""
    expires_at: float | None
    """Unix time at which the server will end the session, where it said so."""


@attrs.frozen(kw_only=True)
class UpdateAcknowledged:
    """The server took over one ``session.update``."""

    event_id: str
    """Id of the update that was sent."""


@attrs.frozen(kw_only=True)
class RequestFailed:
    """The server refused one client event that somebody may be waiting for."""

    event_id: str
    """Id of the client event."""
    code: str | None
    """The server's error code."""
    message: str
    """The server's message."""
    param: str | None
    """The parameter that the server names."""


@attrs.frozen(kw_only=True)
class ServerProblem:
    """The server reported or sent something wrong; the session goes on."""

    code: str | None
    """The server's error code, or ``malformed`` for an event that could not be read."""
    message: str
    """What happened."""
    benign: bool
    """A known race without consequences, such as cancelling a response that has just ended."""
    event: ServerEvent
    """The event as it came."""
    fatal: bool = False
    """Nothing in this session can work any more: bad key, no quota, no such model."""


@attrs.frozen(kw_only=True)
class SpeechStarted:
    """The user began to speak."""

    item_id: str
    """Item that the speech will become."""
    audio_start_ms: int
    """Start in the input audio since the session began, in ms, padding included."""


@attrs.frozen(kw_only=True)
class SpeechStopped:
    """The user fell silent."""

    item_id: str
    """Item that the speech becomes."""
    audio_end_ms: int
    """End in the input audio since the session began, in ms."""


@attrs.frozen(kw_only=True)
class AudioChunk:
    """A piece of the model's voice."""

    data: bytes = attrs.field(repr=_show_length)
    """Raw sound in :attr:`format`; whole frames."""
    format: AudioFormat
    """Layout of :attr:`data`."""
    item_id: str
    """Item that is being spoken."""
    response_id: str
    """Response that produces it."""
    content_index: int
    """Content part within the item."""
    start_frame: int
    """Position of the first frame within the item's audio."""
    out_of_band: bool = False
    """It belongs to an answer outside the conversation: not queued for the speaker, because two
    voices would mix; the ledger does not count it."""


@attrs.frozen(kw_only=True)
class TranscriptUpdate:
    """One step of a text: what is new, and everything so far.

    Each update carries the whole text, so that a lost update heals itself with the next one.
    """

    role: Literal["user", "assistant"]
    """Whose words."""
    item_id: str
    """Item of the conversation; the key that all updates of one text share."""
    content_index: int
    """Content part within the item."""
    response_id: str | None
    """Response of an assistant's text."""
    delta: str
    """What this update added; empty where it replaces or only changes the status."""
    text: str
    """The full text so far."""
    final: bool
    """No further update will come for this text."""
    status: TranscriptStatus
    """How far the text can be trusted to be complete."""
    language: str | None = None
    """Language code, where the recogniser told one."""
    error: str | None = None
    """Why there is no text, for ``FAILED``."""
    audio_start_ms: int | None = None
    """Start of the user's speech in the input audio, in ms."""
    audio_end_ms: int | None = None
    """End of the user's speech in the input audio, in ms."""


@attrs.frozen(kw_only=True)
class ResponseStarted:
    """The model began an answer."""

    response_id: str
    """The server's id."""
    out_of_band: bool
    """The answer stands outside the conversation."""
    event_ids: tuple[str, ...] = ()
    """The ``response.create`` events that it answers; none if the server began by itself."""


@attrs.frozen(kw_only=True)
class ResponseFinished:
    """The model's answer ended."""

    response_id: str
    """The server's id."""
    status: str
    """``completed``, ``cancelled``, ``incomplete``, ``failed``, or what the server calls it."""
    reason: str | None
    """Why it was cancelled or is incomplete."""
    code: str | None
    """Error code of a failed answer."""
    message: str | None
    """Error message of a failed answer."""
    out_of_band: bool
    """The answer stood outside the conversation."""
    usage: RealtimeResponseUsage | None
    """Tokens that it cost."""
    text: str = ""
    """Everything that it said or wrote; the only place for it where the answer stood outside the
    conversation."""


@attrs.frozen(kw_only=True)
class PlaybackInterrupted:
    """The speaker was stopped before everything was heard."""

    item_id: str
    """Item that was cut."""
    played_ms: int
    """How much of it was heard."""
    received_ms: int
    """How much of it had been received."""


# --- Turns -----------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class UserSpeech:
    """What the user contributed to a turn."""

    text: str
    """The transcript by the separate recogniser, or the typed text; empty where there is none."""
    status: TranscriptStatus
    """How far the text can be trusted."""
    item_ids: tuple[str, ...]
    """Items of the conversation, in order."""
    typed: bool = False
    """Text input, not speech."""
    language: str | None = None
    """Language code, where the recogniser told one."""
    error: str | None = None
    """Why there is no text, for ``FAILED``."""
    audio_start_ms: int | None = None
    """Start in the input audio, in ms."""
    audio_end_ms: int | None = None
    """End in the input audio, in ms."""


@attrs.frozen(kw_only=True)
class Heard:
    """What of an answer was really played."""

    text: str
    """Words that were played."""
    unheard: str
    """Words that were generated and not played."""
    played_ms: int
    """Sound that was played, in ms."""
    generated_ms: int
    """Sound that was received, in ms."""
    interrupted: bool
    """Playing was cut short."""
    certainty: Literal["exact", "estimated", "assumed"]
    """``exact``: all or nothing was played. ``estimated``: the cut between words is computed from
    the position. ``assumed``: no sink reported, so everything counts as heard."""


@attrs.frozen(kw_only=True)
class AssistantSpeech:
    """What the model contributed to a turn."""

    text: str
    """Everything that was generated, in order."""
    status: TranscriptStatus
    """``FINAL`` or ``INTERRUPTED`` or ``FAILED``."""
    heard: Heard
    """What of it was played."""
    item_ids: tuple[str, ...]
    """Message items, in order."""
    response_ids: tuple[str, ...]
    """Responses that belong to the turn, in order."""
    error: str | None = None
    """Why the answer failed, with its code."""


@attrs.frozen(kw_only=True)
class ToolCall:
    """One function call of a turn."""

    call_id: str
    """The server's id of the call."""
    name: str
    """Name of the function."""
    arguments: str
    """JSON text as the model wrote it."""
    output: str | None
    """What was answered; None while nothing was."""


@attrs.frozen(kw_only=True)
class TurnTiming:
    """When the parts of a turn happened, in seconds of the session's monotonic clock."""

    speech_started: float | None = None
    """The server told that the user speaks."""
    speech_stopped: float | None = None
    """The server told that the user is silent."""
    response_created: float | None = None
    """The answer began."""
    first_audio: float | None = None
    """The first sound of the answer arrived."""
    response_done: float | None = None
    """The answer was generated to its end."""

    @property
    def latency_ms(self) -> float | None:
        """From the end of the user's speech to the first sound of the answer, in ms."""
        if self.speech_stopped is None or self.first_audio is None:
            return None
        return (self.first_audio - self.speech_stopped) * 1000


@attrs.frozen(kw_only=True)
class Turn:
    """One exchange: what the user said and what the model made of it."""

    id: str
    """Stable key: the id of the turn's first item."""
    index: int
    """Position in the conversation, from 0."""
    user: UserSpeech | None
    """None where the model spoke first."""
    assistant: AssistantSpeech | None
    """None where no answer came."""
    tool_calls: tuple[ToolCall, ...]
    """Function calls in between, in order."""
    timing: TurnTiming
    """When its parts happened."""
    usage: Mapping[str, Any]
    """Tokens of its responses by kind, added up."""
    complete: bool
    """Everything that was awaited came."""
    incomplete_reason: str | None = None
    """What did not come, where :attr:`complete` is false."""


@attrs.frozen(kw_only=True)
class TurnCompleted:
    """A turn is complete, or will not become more complete."""

    turn: Turn
    """The turn."""


Effect = Send | StopPlayback | CallTool
"""What the session must do."""

Notification = (
    SessionReady
    | UpdateAcknowledged
    | RequestFailed
    | ServerProblem
    | SpeechStarted
    | SpeechStopped
    | AudioChunk
    | TranscriptUpdate
    | ResponseStarted
    | ResponseFinished
    | PlaybackInterrupted
    | TurnCompleted
)
"""What the application may want to know."""

Outcome = Effect | Notification
"""One entry of the core's ordered answer."""
