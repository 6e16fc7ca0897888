"""A session: what a client asks for, and what the server makes of it."""

from typing import ClassVar, Literal, TypeAlias

import attrs

from realtime_voice.events._audio import (
    AudioTranscription,
    RealtimeAudioFormats,
    RealtimeSessionCreateRequestGAAudioInputNoiseReduction,
    RealtimeTranscriptionSessionCreateResponseGAAudioInputTurnDetectionObject,
    RealtimeTurnDetection,
    RealtimeTurnDetectionSemanticVad,
    RealtimeTurnDetectionServerVad,
    VoiceIdsOrCustomVoiceObject,
)
from realtime_voice.events._base import UnknownObject, WireObject
from realtime_voice.events._enums import (
    IncludeOption,
    Modality,
    RealtimeModel,
    ToolChoiceMode,
    TracingMode,
    TruncationMode,
    Unlimited,
    VoiceName,
)
from realtime_voice.events._prompts import (
    Prompt,
    RealtimeReasoning,
    RealtimeSessionCreateRequestGATracingObject,
    RealtimeTruncationRetentionRatio,
)
from realtime_voice.events._tools import RealtimeTool, ToolChoice
from realtime_voice.events._translation import (
    RealtimeTranslationSession,
    RealtimeTranslationSessionUpdateRequest,
)

__all__ = [
    "RealtimeSession",
    "RealtimeSessionCreateRequestGA",
    "RealtimeSessionCreateRequestGAAudio",
    "RealtimeSessionCreateRequestGAAudioInput",
    "RealtimeSessionCreateRequestGAAudioOutput",
    "RealtimeSessionCreateResponseGA",
    "RealtimeSessionCreateResponseGAAudio",
    "RealtimeSessionCreateResponseGAAudioInput",
    "RealtimeSessionCreateResponseGAAudioOutput",
    "RealtimeTranscriptionSessionCreateRequestGA",
    "RealtimeTranscriptionSessionCreateRequestGAAudio",
    "RealtimeTranscriptionSessionCreateRequestGAAudioInput",
    "RealtimeTranscriptionSessionCreateResponseGA",
    "RealtimeTranscriptionSessionCreateResponseGAAudio",
    "RealtimeTranscriptionSessionCreateResponseGAAudioInput",
    "Session",
    "SessionRequest",
    "TranscriptionSession",
    "TranslationSession",
]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeSessionCreateRequestGAAudioInput(WireObject):
    """What happens to the sound of the user."""

    format: RealtimeAudioFormats | None = None
    """How the sound is laid out."""

    transcription: AudioTranscription | None = None
    """How to write down what the user says; ``None`` for not at all."""

    noise_reduction: RealtimeSessionCreateRequestGAAudioInputNoiseReduction | None = None
    """Noise reduction; ``None`` for none."""

    turn_detection: RealtimeTurnDetection | None = None
    """How to find the end of a turn; ``None`` when the client commits by hand."""


RealtimeSessionCreateResponseGAAudioInput = RealtimeSessionCreateRequestGAAudioInput
RealtimeTranscriptionSessionCreateRequestGAAudioInput = RealtimeSessionCreateRequestGAAudioInput


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeSessionCreateRequestGAAudioOutput(WireObject):
    """How the model sounds."""

    format: RealtimeAudioFormats | None = None
    """How the sound is laid out."""

    voice: VoiceIdsOrCustomVoiceObject | VoiceName | str | None = None
    """Name of a voice, or a voice made for this account."""

    speed: float | None = None
    """Speed of speech: 0.25 to 1.5, where 1 is natural."""


RealtimeSessionCreateResponseGAAudioOutput = RealtimeSessionCreateRequestGAAudioOutput


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeSessionCreateRequestGAAudio(WireObject):
    """Both directions of sound."""

    input: RealtimeSessionCreateRequestGAAudioInput | None = None
    """Sound that goes to the server."""

    output: RealtimeSessionCreateRequestGAAudioOutput | None = None
    """Sound that comes from the server."""


RealtimeSessionCreateResponseGAAudio = RealtimeSessionCreateRequestGAAudio


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeSessionCreateRequestGA(WireObject):
    """A conversation session as a client asks for it.

    What is left out stays as it is. To send an explicit null, which turns off turn detection,
    transcription or noise reduction, put it into ``extra``: ``extra={"turn_detection": None}``.
    """

    type: ClassVar[Literal["realtime"]] = "realtime"
    """Tells this kind of object from others on the wire."""

    output_modalities: tuple[Modality | str, ...] | None = None
    """What the model answers in: ``audio`` (with a transcript) or ``text``."""

    model: RealtimeModel | str | None = None
    """Name of the model."""

    instructions: str | None = None
    """What the model is told before everything else."""

    audio: RealtimeSessionCreateRequestGAAudio | None = None
    """Sound settings."""

    include: tuple[IncludeOption | str, ...] | None = None
    """Extra data to send."""

    tracing: RealtimeSessionCreateRequestGATracingObject | TracingMode | str | None = None
    """How to trace the session; ``None`` for not at all."""

    tools: tuple[RealtimeTool, ...] | None = None
    """What the model may call."""

    tool_choice: ToolChoice | ToolChoiceMode | str | None = None
    """Whether, and what, the model must call."""

    parallel_tool_calls: bool | None = None
    """Whether the model may call several tools at once."""

    reasoning: RealtimeReasoning | None = None
    """How a reasoning model thinks."""

    max_output_tokens: int | Unlimited | str | None = None
    """Bound on the tokens of one response, tool calls included; ``inf`` for none."""

    truncation: RealtimeTruncationRetentionRatio | UnknownObject | TruncationMode | str | None = (
        None
    )
    """What to do when the conversation outgrows the context window."""

    prompt: Prompt | None = None
    """Stored prompt to start from."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeSessionCreateResponseGA(WireObject):
    """A conversation session as the server reports it."""

    type: ClassVar[Literal["realtime"]] = "realtime"
    """Tells this kind of object from others on the wire."""

    id: str
    """Id of the session."""

    object: str = "realtime.session"
    """Kind of object, in the words of the API."""

    expires_at: int | None = None
    """End of life, in Unix seconds."""

    output_modalities: tuple[Modality | str, ...] | None = None
    """What the model answers in: ``audio`` (with a transcript) or ``text``."""

    model: RealtimeModel | str | None = None
    """Name of the model."""

    instructions: str | None = None
    """What the model is told before everything else."""

    audio: RealtimeSessionCreateRequestGAAudio | None = None
    """Sound settings."""

    include: tuple[IncludeOption | str, ...] | None = None
    """Extra data to send."""

    tracing: RealtimeSessionCreateRequestGATracingObject | TracingMode | str | None = None
    """How to trace the session; ``None`` for not at all."""

    tools: tuple[RealtimeTool, ...] | None = None
    """What the model may call."""

    tool_choice: ToolChoice | ToolChoiceMode | str | None = None
    """Whether, and what, the model must call."""

    reasoning: RealtimeReasoning | None = None
    """How a reasoning model thinks."""

    max_output_tokens: int | Unlimited | str | None = None
    """Bound on the tokens of one response, tool calls included; ``inf`` for none."""

    truncation: RealtimeTruncationRetentionRatio | UnknownObject | TruncationMode | str | None = (
        None
    )
    """What to do when the conversation outgrows the context window."""

    prompt: Prompt | None = None
    """Stored prompt to start from."""

    parallel_tool_calls: bool | None = None
    """Whether the model may call several tools at once."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeTranscriptionSessionCreateRequestGAAudio(WireObject):
    """The one direction of sound that a transcription session has."""

    input: RealtimeSessionCreateRequestGAAudioInput | None = None
    """Sound to transcribe."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeTranscriptionSessionCreateRequestGA(WireObject):
    """A transcription session as a client asks for it."""

    type: ClassVar[Literal["transcription"]] = "transcription"
    """Tells this kind of object from others on the wire."""

    audio: RealtimeTranscriptionSessionCreateRequestGAAudio | None = None
    """Sound settings."""

    include: tuple[IncludeOption | str, ...] | None = None
    """Extra data to send."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeTranscriptionSessionCreateResponseGAAudioInput(WireObject):
    """What happens to the sound that is to be transcribed."""

    format: RealtimeAudioFormats | None = None
    """How the sound is laid out."""

    transcription: AudioTranscription | None = None
    """How to write down what the user says; ``None`` for not at all."""

    noise_reduction: RealtimeSessionCreateRequestGAAudioInputNoiseReduction | None = None
    """Noise reduction; ``None`` for none."""

    turn_detection: (
        RealtimeTurnDetectionServerVad
        | RealtimeTurnDetectionSemanticVad
        | RealtimeTranscriptionSessionCreateResponseGAAudioInputTurnDetectionObject
        | None
    ) = None
    """How to find the end of a turn; ``None`` when the client commits by hand."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeTranscriptionSessionCreateResponseGAAudio(WireObject):
    """The one direction of sound that a transcription session has."""

    input: RealtimeTranscriptionSessionCreateResponseGAAudioInput | None = None
    """Sound to transcribe."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeTranscriptionSessionCreateResponseGA(WireObject):
    """A transcription session as the server reports it."""

    type: ClassVar[Literal["transcription"]] = "transcription"
    """Tells this kind of object from others on the wire."""

    id: str
    """Id of the session."""

    object: str = "realtime.transcription_session"
    """Kind of object, in the words of the API."""

    expires_at: int | None = None
    """End of life, in Unix seconds."""

    include: tuple[IncludeOption | str, ...] | None = None
    """Extra data to send."""

    audio: RealtimeTranscriptionSessionCreateResponseGAAudio | None = None
    """Sound settings."""


RealtimeSession = RealtimeSessionCreateResponseGA
TranscriptionSession = RealtimeTranscriptionSessionCreateResponseGA
TranslationSession = RealtimeTranslationSession


Session: TypeAlias = (
    RealtimeSessionCreateResponseGA
    | RealtimeTranscriptionSessionCreateResponseGA
    | RealtimeTranslationSession
    | UnknownObject
)
"""A session as the server reports it."""


SessionRequest: TypeAlias = (
    RealtimeSessionCreateRequestGA
    | RealtimeTranscriptionSessionCreateRequestGA
    | RealtimeTranslationSessionUpdateRequest
    | UnknownObject
)
"""A session as a client asks for it."""
