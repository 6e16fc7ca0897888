"""A response of the model: what was asked for, what came, and what it cost."""

from collections.abc import Mapping
from typing import Any

import attrs

from realtime_voice.events._audio import RealtimeAudioFormats, VoiceIdsOrCustomVoiceObject
from realtime_voice.events._base import WireObject
from realtime_voice.events._enums import (
    ConversationTarget,
    Modality,
    ResponseEndReason,
    ResponseEndStatus,
    ResponseStatus,
    ToolChoiceMode,
    Unlimited,
    VoiceName,
)
from realtime_voice.events._items import ConversationItem, ResponseInputItem
from realtime_voice.events._prompts import Prompt, RealtimeReasoning
from realtime_voice.events._tools import RealtimeTool, ToolChoice

__all__ = [
    "RealtimeResponse",
    "RealtimeResponseAudio",
    "RealtimeResponseAudioOutput",
    "RealtimeResponseCreateParams",
    "RealtimeResponseCreateParamsAudio",
    "RealtimeResponseCreateParamsAudioOutput",
    "RealtimeResponseStatusDetails",
    "RealtimeResponseStatusDetailsError",
    "RealtimeResponseUsage",
    "RealtimeResponseUsageInputTokenDetails",
    "RealtimeResponseUsageInputTokenDetailsCachedTokensDetails",
    "RealtimeResponseUsageOutputTokenDetails",
]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeResponseStatusDetailsError(WireObject):
    """Why a response failed."""

    type: str | None = None
    """Kind of error."""

    code: str | None = None
    """Code of the error."""

    message: str | None = None
    """What went wrong, for people to read."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeResponseStatusDetails(WireObject):
    """How a response ended, when it did not simply finish."""

    type: ResponseEndStatus | str | None = None
    """How the response ended."""

    reason: ResponseEndReason | str | None = None
    """Why it ended early."""

    error: RealtimeResponseStatusDetailsError | None = None
    """What went wrong, when it failed."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeResponseAudioOutput(WireObject):
    """How the response sounds."""

    format: RealtimeAudioFormats | None = None
    """How the sound is laid out."""

    voice: VoiceIdsOrCustomVoiceObject | VoiceName | str | None = None
    """Name of a voice, or a voice made for this account."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeResponseAudio(WireObject):
    """Sound settings that a response was made with."""

    output: RealtimeResponseAudioOutput | None = None
    """Sound that comes from the server."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeResponseUsageInputTokenDetailsCachedTokensDetails(WireObject):
    """Cached input tokens, by modality."""

    text_tokens: int | None = None
    """Tokens of text."""

    image_tokens: int | None = None
    """Tokens of images."""

    audio_tokens: int | None = None
    """Tokens of sound."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeResponseUsageInputTokenDetails(WireObject):
    """Input tokens, by modality."""

    cached_tokens: int | None = None
    """Tokens that came from the cache, and cost less; part of the input tokens."""

    text_tokens: int | None = None
    """Tokens of text."""

    image_tokens: int | None = None
    """Tokens of images."""

    audio_tokens: int | None = None
    """Tokens of sound."""

    cached_tokens_details: RealtimeResponseUsageInputTokenDetailsCachedTokensDetails | None = None
    """Cached tokens, by modality."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeResponseUsageOutputTokenDetails(WireObject):
    """Output tokens, by modality."""

    text_tokens: int | None = None
    """Tokens of text."""

    audio_tokens: int | None = None
    """Tokens of sound."""

    reasoning_tokens: int | None = None
    """Tokens that a reasoning model spent on thinking."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeResponseUsage(WireObject):
    """What a response cost, in tokens."""

    total_tokens: int | None = None
    """Input and output tokens together."""

    input_tokens: int | None = None
    """Tokens that went in."""

    output_tokens: int | None = None
    """Tokens that came out."""

    input_token_details: RealtimeResponseUsageInputTokenDetails | None = None
    """Input tokens, by modality."""

    output_token_details: RealtimeResponseUsageOutputTokenDetails | None = None
    """Output tokens, by modality."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeResponse(WireObject):
    """A response: its state, its items and its price."""

    id: str | None = None
    """Id of the response."""

    object: str | None = None
    """Kind of object, in the words of the API."""

    status: ResponseStatus | str | None = None
    """How the response stands or ended."""

    status_details: RealtimeResponseStatusDetails | None = None
    """Why it ended so; ``None`` when it runs or is complete."""

    output: tuple[ConversationItem, ...] | None = None
    """Items of the response, without their sound."""

    metadata: Mapping[str, Any] | None = None
    """Up to 16 pairs of short strings that come back unchanged."""

    audio: RealtimeResponseAudio | None = None
    """Sound settings."""

    usage: RealtimeResponseUsage | None = None
    """What it cost; ``None`` while it runs."""

    conversation_id: str | None = None
    """Id of the conversation; ``None`` for a response outside of it."""

    output_modalities: tuple[Modality | str, ...] | None = None
    """What the model answers in: ``audio`` (with a transcript) or ``text``."""

    max_output_tokens: int | Unlimited | str | None = None
    """Bound on its tokens; ``inf`` for none."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeResponseCreateParamsAudioOutput(WireObject):
    """How this one response shall sound."""

    format: RealtimeAudioFormats | None = None
    """How the sound is laid out."""

    voice: VoiceIdsOrCustomVoiceObject | VoiceName | str | None = None
    """Name of a voice, or a voice made for this account."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeResponseCreateParamsAudio(WireObject):
    """Sound settings for this one response."""

    output: RealtimeResponseCreateParamsAudioOutput | None = None
    """Sound that comes from the server."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeResponseCreateParams(WireObject):
    """What this one response shall do differently from the session."""

    output_modalities: tuple[Modality | str, ...] | None = None
    """What the model answers in: ``audio`` (with a transcript) or ``text``."""

    instructions: str | None = None
    """What the model is told before everything else."""

    audio: RealtimeResponseCreateParamsAudio | None = None
    """Sound settings."""

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

    conversation: ConversationTarget | str | None = None
    """``auto`` writes to the conversation, ``none`` answers outside of it."""

    metadata: Mapping[str, Any] | None = None
    """Up to 16 pairs of short strings that come back unchanged."""

    prompt: Prompt | None = None
    """Stored prompt to start from."""

    input: tuple[ResponseInputItem, ...] | None = None
    """What to look at in place of the conversation; empty for nothing at all."""
