"""The transcription of what the user said: a job of its own, beside the conversation."""

from typing import ClassVar, Literal, TypeAlias

import attrs

from realtime_voice.events._base import KnownServerEvent, UnknownObject, WireObject

__all__ = [
    "ConversationItemInputAudioTranscriptionCompleted",
    "ConversationItemInputAudioTranscriptionDelta",
    "ConversationItemInputAudioTranscriptionFailed",
    "ConversationItemInputAudioTranscriptionFailedError",
    "ConversationItemInputAudioTranscriptionSegment",
    "LogProbProperties",
    "TranscriptTextUsageDuration",
    "TranscriptTextUsageTokens",
    "TranscriptTextUsageTokensInputTokenDetails",
    "TranscriptionLanguage",
    "TranscriptionUsage",
]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class TranscriptionLanguage(WireObject):
    """A language that was heard."""

    code: str
    """Code of the language."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class LogProbProperties(WireObject):
    """How sure the transcriber was of one token."""

    token: str
    """The token."""

    logprob: float
    """Natural logarithm of its probability."""

    bytes: tuple[int, ...]
    """UTF-8 bytes of the token, as numbers."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class TranscriptTextUsageTokensInputTokenDetails(WireObject):
    """Input tokens of a transcription, by modality."""

    text_tokens: int | None = None
    """Tokens of text."""

    audio_tokens: int | None = None
    """Tokens of sound."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class TranscriptTextUsageTokens(WireObject):
    """A transcription that is billed by tokens."""

    type: ClassVar[Literal["tokens"]] = "tokens"
    """Tells this kind of object from others on the wire."""

    input_tokens: int
    """Tokens that went in."""

    input_token_details: TranscriptTextUsageTokensInputTokenDetails | None = None
    """Input tokens, by modality."""

    output_tokens: int
    """Tokens that came out."""

    total_tokens: int
    """Input and output tokens together."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class TranscriptTextUsageDuration(WireObject):
    """A transcription that is billed by the length of the sound."""

    type: ClassVar[Literal["duration"]] = "duration"
    """Tells this kind of object from others on the wire."""

    seconds: float
    """Length of the sound in seconds."""


TranscriptionUsage: TypeAlias = (
    TranscriptTextUsageTokens | TranscriptTextUsageDuration | UnknownObject
)
"""What a transcription is billed by."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ConversationItemInputAudioTranscriptionFailedError(WireObject):
    """Why there is no transcript."""

    type: str | None = None
    """Kind of error."""

    code: str | None = None
    """Code of the error."""

    message: str | None = None
    """What went wrong, for people to read."""

    param: str | None = None
    """Name of the parameter at fault."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ConversationItemInputAudioTranscriptionDelta(KnownServerEvent):
    """More of the transcript of what the user said.

    May come before the item itself, and may interleave with other items.
    """

    type: ClassVar[Literal["conversation.item.input_audio_transcription.delta"]] = (
        "conversation.item.input_audio_transcription.delta"
    )
    """Name of this event on the wire."""

    item_id: str
    """Id of the item that this is about."""

    content_index: int | None = None
    """Place of the part within the item, from 0."""

    delta: str | None = None
    """Text to append as it is."""

    logprobs: tuple[LogProbProperties, ...] | None = None
    """How sure the transcriber was, token by token; only where the session asked for it."""

    obfuscation: str | None = None
    """Random padding that hides the length of the text; carries no meaning."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ConversationItemInputAudioTranscriptionSegment(KnownServerEvent):
    """A stretch of speech of one speaker; sent by transcribers that tell speakers apart."""

    type: ClassVar[Literal["conversation.item.input_audio_transcription.segment"]] = (
        "conversation.item.input_audio_transcription.segment"
    )
    """Name of this event on the wire."""

    item_id: str
    """Id of the item that this is about."""

    content_index: int
    """Place of the part within the item, from 0."""

    text: str
    """The text."""

    id: str
    """Id of the segment."""

    speaker: str
    """Label of the speaker."""

    start: float
    """Begin, in seconds of sound."""

    end: float
    """End, in seconds of sound."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ConversationItemInputAudioTranscriptionCompleted(KnownServerEvent):
    """The final transcript of what the user said.

    It may come late: after the response has begun, and after that of a later item.
    """

    type: ClassVar[Literal["conversation.item.input_audio_transcription.completed"]] = (
        "conversation.item.input_audio_transcription.completed"
    )
    """Name of this event on the wire."""

    item_id: str
    """Id of the item that this is about."""

    content_index: int
    """Place of the part within the item, from 0."""

    transcript: str
    """All that was said; empty when nothing was."""

    languages: tuple[TranscriptionLanguage, ...] | None = None
    """Languages that were heard."""

    logprobs: tuple[LogProbProperties, ...] | None = None
    """How sure the transcriber was, token by token; only where the session asked for it."""

    usage: TranscriptionUsage
    """What it cost."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ConversationItemInputAudioTranscriptionFailed(KnownServerEvent):
    """There will be no transcript for this part of the item."""

    type: ClassVar[Literal["conversation.item.input_audio_transcription.failed"]] = (
        "conversation.item.input_audio_transcription.failed"
    )
    """Name of this event on the wire."""

    item_id: str
    """Id of the item that this is about."""

    content_index: int
    """Place of the part within the item, from 0."""

    error: ConversationItemInputAudioTranscriptionFailedError
    """What went wrong."""
