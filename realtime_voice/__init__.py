"""Voice conversations on the OpenAI Realtime API, with transcripts you can trust.

:class:`Session` holds a conversation; everything else here is what it takes and gives. The
classes of the wire are in :mod:`realtime_voice.events`, the local server for tests in
:mod:`realtime_voice.testing`. Every name is imported on its first use (PEP 562), so that a program
pays for what it uses: numpy alone takes longer to import than a whole session.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from realtime_voice._version import __version__

if TYPE_CHECKING:
    from realtime_voice import events
    from realtime_voice.audio import (
        ArraySink,
        ArraySource,
        AudioSink,
        AudioSource,
        IterableSource,
        NullSink,
        QueueSource,
        StreamResampler,
        WavSink,
        WavSource,
        read_wav,
        write_wav,
    )
    from realtime_voice.client import RealtimeClient
    from realtime_voice.codec import (
        decode_client_event,
        decode_server_event,
        encode_client_event,
        encode_server_event,
    )
    from realtime_voice.config import (
        UNSET,
        CustomVoice,
        FunctionTool,
        MCPTool,
        NoiseReduction,
        RetentionRatio,
        SemanticVAD,
        ServerVAD,
        SessionConfig,
        Tracing,
        Transcription,
    )
    from realtime_voice.conversation import (
        AssistantSpeech,
        AudioChunk,
        CallTool,
        Heard,
        PlaybackInterrupted,
        ResponseFinished,
        ResponseStarted,
        ServerProblem,
        SpeechStarted,
        SpeechStopped,
        ToolCall,
        TranscriptStatus,
        TranscriptUpdate,
        Turn,
        TurnTiming,
        UserSpeech,
    )
    from realtime_voice.errors import (
        AudioError,
        AuthError,
        ConfigError,
        ConnectError,
        ConnectFailed,
        ConnectionLost,
        EventDecodeError,
        EventEncodeError,
        LinkStalled,
        MessageTooLarge,
        ProtocolViolation,
        ProxyFailure,
        QuotaExhausted,
        RateLimited,
        RealtimeError,
        RequestRejected,
        ResponseFailed,
        ScriptError,
        SendQueueFull,
        ServerUnavailable,
        SessionClosed,
        SessionExpired,
        SlowConsumerError,
        TLSFailure,
        UnconsumedStepError,
        UnexpectedStepError,
    )
    from realtime_voice.formats import PCM16_24K, PCMA_8K, PCMU_8K, AudioFormat
    from realtime_voice.session import (
        AudioDropped,
        Overflow,
        Session,
        SessionResult,
        SessionStatistics,
        Subscription,
        UplinkOverflow,
    )
    from realtime_voice.transport import LinkOptions, Transport

__all__ = [
    "PCM16_24K",
    "PCMA_8K",
    "PCMU_8K",
    "UNSET",
    "ArraySink",
    "ArraySource",
    "AssistantSpeech",
    "AudioChunk",
    "AudioDropped",
    "AudioError",
    "AudioFormat",
    "AudioSink",
    "AudioSource",
    "AuthError",
    "CallTool",
    "ConfigError",
    "ConnectError",
    "ConnectFailed",
    "ConnectionLost",
    "CustomVoice",
    "EventDecodeError",
    "EventEncodeError",
    "FunctionTool",
    "Heard",
    "IterableSource",
    "LinkOptions",
    "LinkStalled",
    "MCPTool",
    "MessageTooLarge",
    "NoiseReduction",
    "NullSink",
    "Overflow",
    "PlaybackInterrupted",
    "ProtocolViolation",
    "ProxyFailure",
    "QueueSource",
    "QuotaExhausted",
    "RateLimited",
    "RealtimeClient",
    "RealtimeError",
    "RequestRejected",
    "ResponseFailed",
    "ResponseFinished",
    "ResponseStarted",
    "RetentionRatio",
    "ScriptError",
    "SemanticVAD",
    "SendQueueFull",
    "ServerProblem",
    "ServerUnavailable",
    "ServerVAD",
    "Session",
    "SessionClosed",
    "SessionConfig",
    "SessionExpired",
    "SessionResult",
    "SessionStatistics",
    "SlowConsumerError",
    "SpeechStarted",
    "SpeechStopped",
    "StreamResampler",
    "Subscription",
    "TLSFailure",
    "ToolCall",
    "Tracing",
    "TranscriptStatus",
    "TranscriptUpdate",
    "Transcription",
    "Transport",
    "Turn",
    "TurnTiming",
    "UnconsumedStepError",
    "UnexpectedStepError",
    "UplinkOverflow",
    "UserSpeech",
    "WavSink",
    "WavSource",
    "__version__",
    "decode_client_event",
    "decode_server_event",
    "encode_client_event",
    "encode_server_event",
    "events",
    "read_wav",
    "write_wav",
]

_HOMES: dict[str, tuple[str, ...]] = {
    "audio": (
        "ArraySink",
        "ArraySource",
        "AudioSink",
        "AudioSource",
        "IterableSource",
        "NullSink",
        "QueueSource",
        "StreamResampler",
        "WavSink",
        "WavSource",
        "read_wav",
        "write_wav",
    ),
    "client": ("RealtimeClient",),
    "codec": (
        "decode_client_event",
        "decode_server_event",
        "encode_client_event",
        "encode_server_event",
    ),
    "config": (
        "UNSET",
        "CustomVoice",
        "FunctionTool",
        "MCPTool",
        "NoiseReduction",
        "RetentionRatio",
        "SemanticVAD",
        "ServerVAD",
        "SessionConfig",
        "Tracing",
        "Transcription",
    ),
    "conversation": (
        "AssistantSpeech",
        "AudioChunk",
        "CallTool",
        "Heard",
        "PlaybackInterrupted",
        "ResponseFinished",
        "ResponseStarted",
        "ServerProblem",
        "SpeechStarted",
        "SpeechStopped",
        "ToolCall",
        "TranscriptStatus",
        "TranscriptUpdate",
        "Turn",
        "TurnTiming",
        "UserSpeech",
    ),
    "errors": (
        "AudioError",
        "AuthError",
        "ConfigError",
        "ConnectError",
        "ConnectFailed",
        "ConnectionLost",
        "EventDecodeError",
        "EventEncodeError",
        "LinkStalled",
        "MessageTooLarge",
        "ProtocolViolation",
        "ProxyFailure",
        "QuotaExhausted",
        "RateLimited",
        "RealtimeError",
        "RequestRejected",
        "ResponseFailed",
        "ScriptError",
        "ServerUnavailable",
        "SendQueueFull",
        "SessionClosed",
        "SessionExpired",
        "SlowConsumerError",
        "TLSFailure",
        "UnconsumedStepError",
        "UnexpectedStepError",
    ),
    "formats": (
        "PCM16_24K",
        "PCMA_8K",
        "PCMU_8K",
        "AudioFormat",
    ),
    "session": (
        "AudioDropped",
        "Overflow",
        "Session",
        "SessionResult",
        "SessionStatistics",
        "Subscription",
        "UplinkOverflow",
    ),
    "transport": ("LinkOptions", "Transport"),
}
"""Public names, by the module that they are imported from on their first use."""

_MODULES = (
    "audio",
    "client",
    "codec",
    "config",
    "conversation",
    "errors",
    "events",
    "formats",
    "session",
    "testing",
    "transcripts",
    "transport",
)
"""Public modules: attributes of the package without an import of their own."""

if not TYPE_CHECKING:
    # Type checkers resolve the imports above, and report a name that is not there.
    _MODULE_OF = {name: module for module, names in _HOMES.items() for name in names}

    def __getattr__(name: str) -> object:
        """Import a name on its first use (PEP 562)."""
        if name in _MODULES:
            return import_module(f"{__name__}.{name}")
        if name not in _MODULE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    """Name the public names, also those that were not used yet."""
    return sorted({*globals(), *__all__, *_MODULES})
