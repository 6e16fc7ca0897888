"""Words that the wire uses, as literals.

Every field that holds one takes any other string too: the service adds words without notice.
"""

from typing import Literal

__all__ = [
    "ApprovalMode",
    "AssistantContentType",
    "CacheLifetime",
    "Connector",
    "ContentPartType",
    "ConversationTarget",
    "Eagerness",
    "ImageDetail",
    "IncludeOption",
    "ItemStatus",
    "Modality",
    "NoiseReductionType",
    "Phase",
    "PromptImageDetail",
    "RateLimitName",
    "RealtimeModel",
    "ReasoningEffort",
    "ResponseEndReason",
    "ResponseEndStatus",
    "ResponseStatus",
    "SipMediaSecurity",
    "ToolCaller",
    "ToolChoiceMode",
    "TracingMode",
    "TranscriptionDelay",
    "TranscriptionModel",
    "TruncationMode",
    "Unlimited",
    "UserContentType",
    "VoiceName",
]

ItemStatus = Literal["completed", "incomplete", "in_progress"]
"""How far an item has come."""

UserContentType = Literal["input_text", "input_audio", "input_image"]
"""Kinds of parts in a user message."""

AssistantContentType = Literal["output_text", "output_audio"]
"""Kinds of parts in an assistant message; before GA: ``text`` and ``audio``."""

ContentPartType = Literal["audio", "text"]
"""Kinds of parts in ``response.content_part.*``, which kept the short names at GA."""

ImageDetail = Literal["auto", "low", "high"]
"""How closely the model looks at an image."""

PromptImageDetail = Literal["low", "high", "auto", "original"]
"""How closely the model looks at an image of a prompt variable."""

Phase = Literal["commentary", "final_answer"]
"""What a reasoning model says on the way, and what it answers in the end."""

ResponseStatus = Literal["completed", "cancelled", "failed", "incomplete", "in_progress"]
"""How a response stands or ended."""

ResponseEndStatus = Literal["completed", "cancelled", "failed", "incomplete"]
"""How a response ended."""

ResponseEndReason = Literal[
    "turn_detected",
    "client_cancelled",
    "max_output_tokens",
    "content_filter",
]
"""Why a response ended early."""

Modality = Literal["text", "audio"]
"""What the model answers in; exactly one of them."""

RateLimitName = Literal["requests", "tokens"]
"""What a rate limit counts."""

IncludeOption = Literal["item.input_audio_transcription.logprobs"]
"""Extra data that a session can ask for."""

RealtimeModel = Literal[
    "gpt-realtime",
    "gpt-realtime-1.5",
    "gpt-realtime-2",
    "gpt-realtime-2.1",
    "gpt-realtime-2.1-mini",
    "gpt-realtime-2025-08-28",
    "gpt-4o-realtime-preview",
    "gpt-4o-realtime-preview-2024-10-01",
    "gpt-4o-realtime-preview-2024-12-17",
    "gpt-4o-realtime-preview-2025-06-03",
    "gpt-4o-mini-realtime-preview",
    "gpt-4o-mini-realtime-preview-2024-12-17",
    "gpt-realtime-mini",
    "gpt-realtime-mini-2025-10-06",
    "gpt-realtime-mini-2025-12-15",
    "gpt-audio-1.5",
    "gpt-audio-mini",
    "gpt-audio-mini-2025-10-06",
    "gpt-audio-mini-2025-12-15",
]
"""Models of conversation sessions."""

TranscriptionModel = Literal[
    "whisper-1",
    "gpt-transcribe",
    "gpt-live-transcribe",
    "gpt-4o-mini-transcribe",
    "gpt-4o-mini-transcribe-2025-12-15",
    "gpt-4o-transcribe",
    "gpt-4o-transcribe-diarize",
    "gpt-realtime-whisper",
]
"""Models that write down what the user says."""

TracingMode = Literal["auto"]
"""Tracing with default names."""

ToolChoiceMode = Literal["none", "auto", "required"]
"""Whether the model may, must or must not call tools."""

TruncationMode = Literal["auto", "disabled"]
"""What happens when the conversation outgrows the context window."""

ReasoningEffort = Literal["minimal", "low", "medium", "high", "xhigh"]
"""How much a reasoning model thinks before it speaks."""

TranscriptionDelay = Literal["minimal", "low", "medium", "high", "xhigh"]
"""How long a streaming transcriber waits for context before it writes."""

ConversationTarget = Literal["auto", "none"]
"""Where the items of a response go: the default conversation, or nowhere."""

Unlimited = Literal["inf"]
"""No bound of its own on the tokens of a response."""

VoiceName = Literal[
    "alloy",
    "ash",
    "ballad",
    "coral",
    "echo",
    "sage",
    "shimmer",
    "verse",
    "marin",
    "cedar",
]
"""Voices that every account has."""

NoiseReductionType = Literal["near_field", "far_field"]
"""Headset and phone, or laptop and room microphone."""

Eagerness = Literal["low", "medium", "high", "auto"]
"""How soon semantic turn detection takes the user to be done: 8, 4, 2 seconds at most; auto is
medium."""

Connector = Literal[
    "connector_dropbox",
    "connector_gmail",
    "connector_googlecalendar",
    "connector_googledrive",
    "connector_microsoftteams",
    "connector_outlookcalendar",
    "connector_outlookemail",
    "connector_sharepoint",
]
"""Services with an MCP server run by OpenAI."""

ApprovalMode = Literal["always", "never"]
"""Whether calls of an MCP tool wait for an approval."""

ToolCaller = Literal["direct", "programmatic"]
"""Who may call an MCP tool."""

SipMediaSecurity = Literal["rtp", "srtp"]
"""Whether the media of a SIP call is encrypted."""

CacheLifetime = Literal["30m", "12h"]
"""How long a cached prompt prefix is kept."""
