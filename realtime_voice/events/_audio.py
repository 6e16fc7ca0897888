"""Sound on the wire: formats, voices, turn detection, noise reduction and transcription."""

from typing import ClassVar, Literal, TypeAlias

import attrs

from realtime_voice.events._base import UnknownObject, WireObject
from realtime_voice.events._enums import (
    Eagerness,
    NoiseReductionType,
    TranscriptionDelay,
    TranscriptionModel,
)

__all__ = [
    "AudioTranscription",
    "AudioTranscriptionResponse",
    "RealtimeAudioFormats",
    "RealtimeAudioFormatsAudioPcm",
    "RealtimeAudioFormatsAudioPcma",
    "RealtimeAudioFormatsAudioPcmu",
    "RealtimeSessionCreateRequestGAAudioInputNoiseReduction",
    "RealtimeSessionCreateResponseGAAudioInputNoiseReduction",
    "RealtimeSessionCreateResponseGAAudioOutputVoiceObject",
    "RealtimeTranscriptionSessionCreateRequestGAAudioInputNoiseReduction",
    "RealtimeTranscriptionSessionCreateResponseGAAudioInputNoiseReduction",
    "RealtimeTranscriptionSessionCreateResponseGAAudioInputTurnDetectionObject",
    "RealtimeTranscriptionSessionCreateResponseGAAudioInputTurnDetectionSemanticVad",
    "RealtimeTranscriptionSessionCreateResponseGAAudioInputTurnDetectionServerVad",
    "RealtimeTranslationSessionAudioInputNoiseReduction",
    "RealtimeTranslationSessionCreateRequestAudioInputNoiseReduction",
    "RealtimeTranslationSessionUpdateRequestAudioInputNoiseReduction",
    "RealtimeTurnDetection",
    "RealtimeTurnDetectionSemanticVad",
    "RealtimeTurnDetectionServerVad",
    "VoiceIdsOrCustomVoiceObject",
]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeAudioFormatsAudioPcm(WireObject):
    """Signed 16 bit little endian samples, one channel."""

    type: ClassVar[Literal["audio/pcm"]] = "audio/pcm"
    """Tells this kind of object from others on the wire."""

    rate: int | None = None
    """Samples per second; the service knows 24000 alone."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeAudioFormatsAudioPcmu(WireObject):
    """G.711 mu-law at 8 kHz, one byte a sample."""

    type: ClassVar[Literal["audio/pcmu"]] = "audio/pcmu"
    """Tells this kind of object from others on the wire."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeAudioFormatsAudioPcma(WireObject):
    """G.711 A-law at 8 kHz, one byte a sample."""

    type: ClassVar[Literal["audio/pcma"]] = "audio/pcma"
    """Tells this kind of object from others on the wire."""


RealtimeAudioFormats: TypeAlias = (
    RealtimeAudioFormatsAudioPcm
    | RealtimeAudioFormatsAudioPcmu
    | RealtimeAudioFormatsAudioPcma
    | UnknownObject
)
"""How sound is laid out on the wire."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeTurnDetectionServerVad(WireObject):
    """Turns end after a stretch of silence."""

    type: ClassVar[Literal["server_vad"]] = "server_vad"
    """Tells this kind of object from others on the wire."""

    threshold: float | None = None
    """How loud speech must be: 0 to 1, higher for noisy places."""

    prefix_padding_ms: int | None = None
    """Milliseconds of sound before the speech that are kept."""

    silence_duration_ms: int | None = None
    """Milliseconds of silence that end a turn."""

    create_response: bool | None = None
    """Whether the end of a turn starts a response by itself."""

    interrupt_response: bool | None = None
    """Whether speech of the user cancels a response."""

    idle_timeout_ms: int | None = None
    """Milliseconds of silence after a response until the model speaks up; 5000 to 30000."""


RealtimeTranscriptionSessionCreateResponseGAAudioInputTurnDetectionServerVad = (
    RealtimeTurnDetectionServerVad
)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeTurnDetectionSemanticVad(WireObject):
    """Turns end when the words sound finished."""

    type: ClassVar[Literal["semantic_vad"]] = "semantic_vad"
    """Tells this kind of object from others on the wire."""

    eagerness: Eagerness | str | None = None
    """How soon the user is taken to be done."""

    create_response: bool | None = None
    """Whether the end of a turn starts a response by itself."""

    interrupt_response: bool | None = None
    """Whether speech of the user cancels a response."""


RealtimeTranscriptionSessionCreateResponseGAAudioInputTurnDetectionSemanticVad = (
    RealtimeTurnDetectionSemanticVad
)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeTranscriptionSessionCreateResponseGAAudioInputTurnDetectionObject(WireObject):
    """Turn detection of a transcription session, when its type says nothing more."""

    type: str | None = None
    """Kind of turn detection."""

    threshold: float | None = None
    """How loud speech must be: 0 to 1, higher for noisy places."""

    prefix_padding_ms: int | None = None
    """Milliseconds of sound before the speech that are kept."""

    silence_duration_ms: int | None = None
    """Milliseconds of silence that end a turn."""


RealtimeTurnDetection: TypeAlias = (
    RealtimeTurnDetectionServerVad | RealtimeTurnDetectionSemanticVad | UnknownObject
)
"""How the server finds the end of what the user says."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeSessionCreateRequestGAAudioInputNoiseReduction(WireObject):
    """What is done to the sound before turn detection and the model hear it."""

    type: NoiseReductionType | str | None = None
    """Where the microphone is."""

    strength: float | None = None
    """How strong, as a number; the server decides when it is left out."""


RealtimeSessionCreateResponseGAAudioInputNoiseReduction = (
    RealtimeSessionCreateRequestGAAudioInputNoiseReduction
)


RealtimeTranscriptionSessionCreateResponseGAAudioInputNoiseReduction = (
    RealtimeSessionCreateRequestGAAudioInputNoiseReduction
)


RealtimeTranscriptionSessionCreateRequestGAAudioInputNoiseReduction = (
    RealtimeSessionCreateRequestGAAudioInputNoiseReduction
)


RealtimeTranslationSessionAudioInputNoiseReduction = (
    RealtimeSessionCreateRequestGAAudioInputNoiseReduction
)


RealtimeTranslationSessionUpdateRequestAudioInputNoiseReduction = (
    RealtimeSessionCreateRequestGAAudioInputNoiseReduction
)


RealtimeTranslationSessionCreateRequestAudioInputNoiseReduction = (
    RealtimeSessionCreateRequestGAAudioInputNoiseReduction
)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class AudioTranscription(WireObject):
    """Which model writes down what the user says, and what it is told."""

    model: TranscriptionModel | str | None = None
    """Name of the model."""

    language: str | None = None
    """Language that is spoken, as an ISO 639-1 code."""

    languages: tuple[str, ...] | None = None
    """Languages that may be spoken, as codes."""

    keywords: tuple[str, ...] | None = None
    """Words that are likely to be said."""

    prompt: str | None = None
    """Hints for the transcriber, in its own form for each model."""

    delay: TranscriptionDelay | str | None = None
    """How long to wait for context; for streaming transcribers."""


AudioTranscriptionResponse = AudioTranscription


@attrs.frozen(kw_only=True, eq=False, repr=False)
class VoiceIdsOrCustomVoiceObject(WireObject):
    """A voice that was made for this account."""

    id: str
    """Id of the voice, such as ``voice_1234``."""


RealtimeSessionCreateResponseGAAudioOutputVoiceObject = VoiceIdsOrCustomVoiceObject
