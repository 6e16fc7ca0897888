"""What the server hears, and, on WebRTC and SIP, what it plays."""

from typing import ClassVar, Literal

import attrs

from realtime_voice.events._base import KnownServerEvent

__all__ = [
    "InputAudioBufferCleared",
    "InputAudioBufferCommitted",
    "InputAudioBufferDtmfEventReceived",
    "InputAudioBufferSpeechStarted",
    "InputAudioBufferSpeechStopped",
    "InputAudioBufferTimeoutTriggered",
    "OutputAudioBufferCleared",
    "OutputAudioBufferStarted",
    "OutputAudioBufferStopped",
]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class InputAudioBufferSpeechStarted(KnownServerEvent):
    """The user began to speak: the moment to stop playing the model."""

    type: ClassVar[Literal["input_audio_buffer.speech_started"]] = (
        "input_audio_buffer.speech_started"
    )
    """Name of this event on the wire."""

    audio_start_ms: int
    """Where the speech begins, in milliseconds of all sound sent; padding included."""

    item_id: str
    """Id of the user message to come."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class InputAudioBufferSpeechStopped(KnownServerEvent):
    """The user stopped speaking; the buffer is committed next."""

    type: ClassVar[Literal["input_audio_buffer.speech_stopped"]] = (
        "input_audio_buffer.speech_stopped"
    )
    """Name of this event on the wire."""

    audio_end_ms: int
    """Where the speech ends, in milliseconds of all sound sent."""

    item_id: str
    """Id of the user message to come."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class InputAudioBufferCommitted(KnownServerEvent):
    """What was in the input buffer becomes a user message."""

    type: ClassVar[Literal["input_audio_buffer.committed"]] = "input_audio_buffer.committed"
    """Name of this event on the wire."""

    previous_item_id: str | None = None
    """Id of the item right before; ``None`` for the first one."""

    item_id: str
    """Id of the user message."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class InputAudioBufferCleared(KnownServerEvent):
    """The input buffer is empty; answers ``input_audio_buffer.clear``."""

    type: ClassVar[Literal["input_audio_buffer.cleared"]] = "input_audio_buffer.cleared"
    """Name of this event on the wire."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class InputAudioBufferTimeoutTriggered(KnownServerEvent):
    """Nobody spoke for the idle timeout; the silence is committed and answered."""

    type: ClassVar[Literal["input_audio_buffer.timeout_triggered"]] = (
        "input_audio_buffer.timeout_triggered"
    )
    """Name of this event on the wire."""

    audio_start_ms: int
    """Where the silence begins, in milliseconds of all sound sent."""

    audio_end_ms: int
    """Where the silence ends, in milliseconds of all sound sent."""

    item_id: str
    """Id of the message that holds the silence."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class InputAudioBufferDtmfEventReceived(KnownServerEvent):
    """A key was pressed on the telephone (SIP only); it has no event id on the wire."""

    type: ClassVar[Literal["input_audio_buffer.dtmf_event_received"]] = (
        "input_audio_buffer.dtmf_event_received"
    )
    """Name of this event on the wire."""

    event: str
    """The key."""

    received_at: int
    """When it was pressed, in Unix seconds."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class OutputAudioBufferStarted(KnownServerEvent):
    """The server began to play a response (WebRTC and SIP only)."""

    type: ClassVar[Literal["output_audio_buffer.started"]] = "output_audio_buffer.started"
    """Name of this event on the wire."""

    response_id: str
    """Id of the response that this is about."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class OutputAudioBufferStopped(KnownServerEvent):
    """The server has played a response to its end (WebRTC and SIP only)."""

    type: ClassVar[Literal["output_audio_buffer.stopped"]] = "output_audio_buffer.stopped"
    """Name of this event on the wire."""

    response_id: str
    """Id of the response that this is about."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class OutputAudioBufferCleared(KnownServerEvent):
    """The server stopped playing and forgot the rest (WebRTC and SIP only)."""

    type: ClassVar[Literal["output_audio_buffer.cleared"]] = "output_audio_buffer.cleared"
    """Name of this event on the wire."""

    response_id: str
    """Id of the response that this is about."""
