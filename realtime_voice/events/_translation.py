"""Translation sessions, which have event names of their own and neither items nor responses."""

from typing import ClassVar, Literal

import attrs

from realtime_voice.events._audio import RealtimeSessionCreateRequestGAAudioInputNoiseReduction
from realtime_voice.events._base import KnownClientEvent, KnownServerEvent, WireObject

__all__ = [
    "RealtimeTranslationSession",
    "RealtimeTranslationSessionAudio",
    "RealtimeTranslationSessionAudioInput",
    "RealtimeTranslationSessionAudioInputTranscription",
    "RealtimeTranslationSessionAudioOutput",
    "RealtimeTranslationSessionCreateRequest",
    "RealtimeTranslationSessionCreateRequestAudio",
    "RealtimeTranslationSessionCreateRequestAudioInput",
    "RealtimeTranslationSessionCreateRequestAudioInputTranscription",
    "RealtimeTranslationSessionCreateRequestAudioOutput",
    "RealtimeTranslationSessionUpdateRequest",
    "RealtimeTranslationSessionUpdateRequestAudio",
    "RealtimeTranslationSessionUpdateRequestAudioInput",
    "RealtimeTranslationSessionUpdateRequestAudioInputTranscription",
    "RealtimeTranslationSessionUpdateRequestAudioOutput",
    "SessionClose",
    "SessionClosed",
    "SessionInputAudioBufferAppend",
    "SessionInputTranscriptDelta",
    "SessionOutputAudioDelta",
    "SessionOutputTranscriptDelta",
]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeTranslationSessionAudioInputTranscription(WireObject):
    """Which model writes down the source language."""

    model: str
    """Name of the model."""

    language: str | None = None
    """Language that is spoken, as a code."""


RealtimeTranslationSessionUpdateRequestAudioInputTranscription = (
    RealtimeTranslationSessionAudioInputTranscription
)


RealtimeTranslationSessionCreateRequestAudioInputTranscription = (
    RealtimeTranslationSessionAudioInputTranscription
)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeTranslationSessionAudioInput(WireObject):
    """What happens to the sound that is to be translated."""

    transcription: RealtimeTranslationSessionAudioInputTranscription | None = None
    """How to write down the source language; ``None`` for not at all."""

    noise_reduction: RealtimeSessionCreateRequestGAAudioInputNoiseReduction | None = None
    """Noise reduction; ``None`` for none."""


RealtimeTranslationSessionUpdateRequestAudioInput = RealtimeTranslationSessionAudioInput
RealtimeTranslationSessionCreateRequestAudioInput = RealtimeTranslationSessionAudioInput


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeTranslationSessionAudioOutput(WireObject):
    """What is translated to."""

    language: str | None = None
    """Language to translate to, as a code."""


RealtimeTranslationSessionUpdateRequestAudioOutput = RealtimeTranslationSessionAudioOutput
RealtimeTranslationSessionCreateRequestAudioOutput = RealtimeTranslationSessionAudioOutput


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeTranslationSessionAudio(WireObject):
    """Both sides of a translation."""

    input: RealtimeTranslationSessionAudioInput | None = None
    """Sound to translate."""

    output: RealtimeTranslationSessionAudioOutput | None = None
    """The translation."""


RealtimeTranslationSessionUpdateRequestAudio = RealtimeTranslationSessionAudio
RealtimeTranslationSessionCreateRequestAudio = RealtimeTranslationSessionAudio


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeTranslationSession(WireObject):
    """A translation session as the server reports it."""

    type: ClassVar[Literal["translation"]] = "translation"
    """Tells this kind of object from others on the wire."""

    id: str
    """Id of the session."""

    expires_at: int
    """End of life, in Unix seconds."""

    model: str
    """Name of the model."""

    audio: RealtimeTranslationSessionAudio
    """Sound settings."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeTranslationSessionUpdateRequest(WireObject):
    """What can be changed in a running translation session."""

    audio: RealtimeTranslationSessionAudio | None = None
    """Sound settings."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeTranslationSessionCreateRequest(WireObject):
    """A translation session as a client asks for it over HTTP."""

    model: str
    """Name of the model."""

    audio: RealtimeTranslationSessionAudio | None = None
    """Sound settings."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SessionClosed(KnownServerEvent):
    """The translation session has ended and no output is left; answers ``session.close``."""

    type: ClassVar[Literal["session.closed"]] = "session.closed"
    """Name of this event on the wire."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SessionInputTranscriptDelta(KnownServerEvent):
    """More of what was said, in the source language; comes all through a translation."""

    type: ClassVar[Literal["session.input_transcript.delta"]] = "session.input_transcript.delta"
    """Name of this event on the wire."""

    delta: str
    """Text to append as it is."""

    elapsed_ms: int | None = None
    """Position in the session, in milliseconds; steps by 200 and may repeat."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SessionOutputTranscriptDelta(KnownServerEvent):
    """More of the translation as text; comes all through a translation."""

    type: ClassVar[Literal["session.output_transcript.delta"]] = "session.output_transcript.delta"
    """Name of this event on the wire."""

    delta: str
    """Text to append as it is."""

    elapsed_ms: int | None = None
    """Position in the session, in milliseconds; steps by 200 and may repeat."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SessionOutputAudioDelta(KnownServerEvent):
    """More of the translation as sound; comes all through a translation."""

    type: ClassVar[Literal["session.output_audio.delta"]] = "session.output_audio.delta"
    """Name of this event on the wire."""

    delta: bytes
    """Raw sound, decoded."""

    sample_rate: int | None = None
    """Samples per second; 24000 when left out."""

    channels: int | None = None
    """Channels; 1 when left out."""

    format: str | None = None
    """Layout of the samples, ``pcm16``."""

    elapsed_ms: int | None = None
    """Position in the session, in milliseconds; steps by 200 and may repeat."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SessionInputAudioBufferAppend(KnownClientEvent):
    """More sound to translate."""

    type: ClassVar[Literal["session.input_audio_buffer.append"]] = (
        "session.input_audio_buffer.append"
    )
    """Name of this event on the wire."""

    audio: bytes
    """Raw 16 bit samples, 24 kHz, mono; 200 ms is a good size."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SessionClose(KnownClientEvent):
    """Ask for what is left of the translation, then for the end."""

    type: ClassVar[Literal["session.close"]] = "session.close"
    """Name of this event on the wire."""
