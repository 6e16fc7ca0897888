"""Which class stands for which name on the wire.

Knows names only: how a frame becomes an object is the codec's business.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from realtime_voice.events import (
    _audio,
    _client,
    _http,
    _items,
    _prompts,
    _responses,
    _server_buffers,
    _server_items,
    _server_mcp,
    _server_responses,
    _server_session,
    _sessions,
    _tools,
    _transcriptions,
    _translation,
)
from realtime_voice.events._base import KnownClientEvent, KnownServerEvent, WireObject
from realtime_voice.events._client import (
    ConversationItemCreate,
    ConversationItemDelete,
    ConversationItemRetrieve,
    ConversationItemTruncate,
    InputAudioBufferAppend,
    InputAudioBufferClear,
    InputAudioBufferCommit,
    OutputAudioBufferClear,
    ResponseCancel,
    ResponseCreate,
    SessionUpdate,
)
from realtime_voice.events._server_buffers import (
    InputAudioBufferCleared,
    InputAudioBufferCommitted,
    InputAudioBufferDtmfEventReceived,
    InputAudioBufferSpeechStarted,
    InputAudioBufferSpeechStopped,
    InputAudioBufferTimeoutTriggered,
    OutputAudioBufferCleared,
    OutputAudioBufferStarted,
    OutputAudioBufferStopped,
)
from realtime_voice.events._server_items import (
    ConversationItemAdded,
    ConversationItemCreated,
    ConversationItemDeleted,
    ConversationItemDone,
    ConversationItemRetrieved,
    ConversationItemTruncated,
)
from realtime_voice.events._server_mcp import (
    McpListToolsCompleted,
    McpListToolsFailed,
    McpListToolsInProgress,
    ResponseMcpCallArgumentsDelta,
    ResponseMcpCallArgumentsDone,
    ResponseMcpCallCompleted,
    ResponseMcpCallFailed,
    ResponseMcpCallInProgress,
)
from realtime_voice.events._server_responses import (
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
)
from realtime_voice.events._server_session import (
    ConversationCreated,
    Error,
    RateLimitsUpdated,
    SessionCreated,
    SessionUpdated,
)
from realtime_voice.events._transcriptions import (
    ConversationItemInputAudioTranscriptionCompleted,
    ConversationItemInputAudioTranscriptionDelta,
    ConversationItemInputAudioTranscriptionFailed,
    ConversationItemInputAudioTranscriptionSegment,
)
from realtime_voice.events._translation import (
    SessionClose,
    SessionClosed,
    SessionInputAudioBufferAppend,
    SessionInputTranscriptDelta,
    SessionOutputAudioDelta,
    SessionOutputTranscriptDelta,
)

__all__ = ["CLIENT_EVENTS", "OBJECTS", "OLD_CLIENT_NAMES", "OLD_SERVER_NAMES", "SERVER_EVENTS"]

_SERVER_CLASSES: tuple[type[KnownServerEvent], ...] = (
    ConversationCreated,
    ConversationItemCreated,
    ConversationItemDeleted,
    ConversationItemInputAudioTranscriptionCompleted,
    ConversationItemInputAudioTranscriptionDelta,
    ConversationItemInputAudioTranscriptionFailed,
    ConversationItemRetrieved,
    ConversationItemTruncated,
    Error,
    InputAudioBufferCleared,
    InputAudioBufferCommitted,
    InputAudioBufferDtmfEventReceived,
    InputAudioBufferSpeechStarted,
    InputAudioBufferSpeechStopped,
    RateLimitsUpdated,
    ResponseOutputAudioDelta,
    ResponseOutputAudioDone,
    ResponseOutputAudioTranscriptDelta,
    ResponseOutputAudioTranscriptDone,
    ResponseContentPartAdded,
    ResponseContentPartDone,
    ResponseCreated,
    ResponseDone,
    ResponseFunctionCallArgumentsDelta,
    ResponseFunctionCallArgumentsDone,
    ResponseOutputItemAdded,
    ResponseOutputItemDone,
    ResponseOutputTextDelta,
    ResponseOutputTextDone,
    SessionCreated,
    SessionUpdated,
    OutputAudioBufferStarted,
    OutputAudioBufferStopped,
    OutputAudioBufferCleared,
    ConversationItemAdded,
    ConversationItemDone,
    InputAudioBufferTimeoutTriggered,
    ConversationItemInputAudioTranscriptionSegment,
    McpListToolsInProgress,
    McpListToolsCompleted,
    McpListToolsFailed,
    ResponseMcpCallArgumentsDelta,
    ResponseMcpCallArgumentsDone,
    ResponseMcpCallInProgress,
    ResponseMcpCallCompleted,
    ResponseMcpCallFailed,
    SessionClosed,
    SessionInputTranscriptDelta,
    SessionOutputTranscriptDelta,
    SessionOutputAudioDelta,
)
_CLIENT_CLASSES: tuple[type[KnownClientEvent], ...] = (
    ConversationItemCreate,
    ConversationItemDelete,
    ConversationItemRetrieve,
    ConversationItemTruncate,
    InputAudioBufferAppend,
    InputAudioBufferClear,
    OutputAudioBufferClear,
    InputAudioBufferCommit,
    ResponseCancel,
    ResponseCreate,
    SessionUpdate,
    SessionInputAudioBufferAppend,
    SessionClose,
)
_OBJECT_NAMES: tuple[str, ...] = (
    "realtime.server:conversation.created.conversation",
    "RealtimeConversationItemMessageSystem",
    "RealtimeConversationItemMessageUser",
    "RealtimeConversationItemMessageAssistant",
    "RealtimeConversationItemFunctionCall",
    "RealtimeConversationItemFunctionCallOutput",
    "RealtimeMCPApprovalResponse",
    "RealtimeMCPListTools",
    "RealtimeMCPToolCall",
    "RealtimeMCPApprovalRequest",
    "TranscriptionLanguage",
    "LogProbProperties",
    "TranscriptTextUsageTokens",
    "TranscriptTextUsageDuration",
    "realtime.server:conversation.item.input_audio_transcription.failed.error",
    "realtime.server:error.error",
    "realtime.server:rate_limits.updated.rate_limits[]",
    "realtime.server:response.content_part.added.part",
    "realtime.server:response.content_part.done.part",
    "RealtimeResponse",
    "RealtimeSessionCreateResponseGA",
    "RealtimeTranscriptionSessionCreateResponseGA",
    "RealtimeResponseCreateParams",
    "RealtimeSessionCreateRequestGA",
    "RealtimeTranscriptionSessionCreateRequestGA",
    "translation.server:error.error",
    "RealtimeTranslationSession",
    "RealtimeTranslationSessionUpdateRequest",
    "RealtimeCreateClientSecretRequest",
    "RealtimeCreateClientSecretResponse",
    "RealtimeTranslationClientSecretCreateRequest",
    "RealtimeTranslationClientSecretCreateResponse",
    "RealtimeCallCreateRequest",
    "RealtimeCallReferRequest",
    "RealtimeCallRejectRequest",
    "WebhookRealtimeCallIncoming",
    "RealtimeConversationItemMessageSystem.content[]",
    "RealtimeConversationItemMessageUser.content[]",
    "RealtimeConversationItemMessageAssistant.content[]",
    "MCPListToolsTool",
    "RealtimeMCPProtocolError",
    "RealtimeMCPToolExecutionError",
    "RealtimeMCPHTTPError",
    "TranscriptTextUsageTokens.input_token_details",
    "RealtimeResponse.status_details",
    "RealtimeResponse.audio",
    "RealtimeResponse.usage",
    "RealtimeSessionCreateResponseGA.audio",
    "RealtimeSessionCreateResponseGA.tracing<object>",
    "RealtimeFunctionTool",
    "MCPTool",
    "ToolChoiceFunction",
    "ToolChoiceMCP",
    "RealtimeReasoning",
    "RealtimeTruncation<retention_ratio>",
    "Prompt",
    "RealtimeTranscriptionSessionCreateResponseGA.audio",
    "RealtimeResponseCreateParams.audio",
    "ResponseItemReference",
    "RealtimeSessionCreateRequestGA.audio",
    "RealtimeSessionCreateRequestGA.tracing<object>",
    "RealtimeTranscriptionSessionCreateRequestGA.audio",
    "RealtimeTranslationSession.audio",
    "RealtimeTranslationSessionUpdateRequest.audio",
    "RealtimeCreateClientSecretRequest.expires_after",
    "RealtimeTranslationClientSecretCreateRequest.expires_after",
    "RealtimeTranslationSessionCreateRequest",
    "WebhookRealtimeCallIncoming.data",
    "RealtimeResponse.status_details.error",
    "RealtimeResponse.audio.output",
    "RealtimeResponse.usage.input_token_details",
    "RealtimeResponse.usage.output_token_details",
    "RealtimeSessionCreateResponseGA.audio.input",
    "RealtimeSessionCreateResponseGA.audio.output",
    "MCPToolFilter",
    "MCPTool.require_approval<object>",
    "RealtimeTruncation<retention_ratio>.token_limits",
    "InputTextContent",
    "InputImageContent",
    "InputFileContent",
    "RealtimeTranscriptionSessionCreateResponseGA.audio.input",
    "RealtimeResponseCreateParams.audio.output",
    "RealtimeSessionCreateRequestGA.audio.input",
    "RealtimeSessionCreateRequestGA.audio.output",
    "RealtimeTranscriptionSessionCreateRequestGA.audio.input",
    "RealtimeTranslationSession.audio.input",
    "RealtimeTranslationSession.audio.output",
    "RealtimeTranslationSessionUpdateRequest.audio.input",
    "RealtimeTranslationSessionUpdateRequest.audio.output",
    "RealtimeTranslationSessionCreateRequest.audio",
    "WebhookRealtimeCallIncoming.data.sip_headers[]",
    "RealtimeAudioFormats<audio/pcm>",
    "RealtimeAudioFormats<audio/pcmu>",
    "RealtimeAudioFormats<audio/pcma>",
    "RealtimeResponse.usage.input_token_details.cached_tokens_details",
    "AudioTranscriptionResponse",
    "RealtimeSessionCreateResponseGA.audio.input.noise_reduction",
    "RealtimeTurnDetection<server_vad>",
    "RealtimeTurnDetection<semantic_vad>",
    "RealtimeSessionCreateResponseGA.audio.output.voice<object>",
    "PromptCacheBreakpointConfig",
    "RealtimeTranscriptionSessionCreateResponseGA.audio.input.noise_reduction",
    "RealtimeTranscriptionSessionCreateResponseGA.audio.input.turn_detection<server_vad>",
    "RealtimeTranscriptionSessionCreateResponseGA.audio.input.turn_detection<semantic_vad>",
    "RealtimeTranscriptionSessionCreateResponseGA.audio.input.turn_detection<object>",
    "VoiceIdsOrCustomVoice<object>",
    "AudioTranscription",
    "RealtimeSessionCreateRequestGA.audio.input.noise_reduction",
    "RealtimeTranscriptionSessionCreateRequestGA.audio.input.noise_reduction",
    "RealtimeTranslationSession.audio.input.transcription",
    "RealtimeTranslationSession.audio.input.noise_reduction",
    "RealtimeTranslationSessionUpdateRequest.audio.input.transcription",
    "RealtimeTranslationSessionUpdateRequest.audio.input.noise_reduction",
    "RealtimeTranslationSessionCreateRequest.audio.input",
    "RealtimeTranslationSessionCreateRequest.audio.output",
    "RealtimeTranslationSessionCreateRequest.audio.input.transcription",
    "RealtimeTranslationSessionCreateRequest.audio.input.noise_reduction",
)
_MODULES = (
    _audio,
    _client,
    _http,
    _items,
    _prompts,
    _responses,
    _server_buffers,
    _server_items,
    _server_mcp,
    _server_responses,
    _server_session,
    _sessions,
    _tools,
    _transcriptions,
    _translation,
)


def _class_of(object_name: str) -> type[WireObject]:
    """Find the class of a nested object: its name in camel case, less the event's direction."""
    words = re.split("[^A-Za-z0-9]+|_", object_name.rpartition(":")[2])
    class_name = "".join(word[:1].upper() + word[1:] for word in words)
    cls: type[WireObject] = next(
        vars(module)[class_name] for module in _MODULES if class_name in vars(module)
    )
    return cls


SERVER_EVENTS: Final[Mapping[str, type[KnownServerEvent]]] = MappingProxyType(
    {cls.type: cls for cls in _SERVER_CLASSES}
)
"""Wire type of every server event, to its class."""

CLIENT_EVENTS: Final[Mapping[str, type[KnownClientEvent]]] = MappingProxyType(
    {cls.type: cls for cls in _CLIENT_CLASSES}
)
"""Wire type of every client event, to its class."""

OLD_SERVER_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "response.text.delta": "response.output_text.delta",
        "response.text.done": "response.output_text.done",
        "response.audio.delta": "response.output_audio.delta",
        "response.audio.done": "response.output_audio.done",
        "response.audio_transcript.delta": "response.output_audio_transcript.delta",
        "response.audio_transcript.done": "response.output_audio_transcript.done",
        "transcription_session.created": "session.created",
        "transcription_session.updated": "session.updated",
    }
)
"""Server event names of the time before GA, to the names that took their place."""

OLD_CLIENT_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "transcription_session.update": "session.update",
    }
)
"""Client event names of the time before GA, to the names that took their place."""

OBJECTS: Final[Mapping[str, type[WireObject]]] = MappingProxyType(
    {name: _class_of(name) for name in _OBJECT_NAMES}
)
"""Name of every nested object in the protocol, to its class; objects of one shape share one."""
