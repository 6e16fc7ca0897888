"""Voice conversations on the OpenAI Realtime API, with transcripts you can trust.

:class:`Session` holds a conversation; everything else here is what it takes and gives. The
classes of the wire are in :mod:`realtime_voice.events`, the local server for tests in
:mod:`realtime_voice.testing`. What works on sound is imported on its first use, because numpy
takes longer to import than all the rest.
"""

from typing import TYPE_CHECKING

from realtime_voice import audio as _audio
from realtime_voice import events
from realtime_voice._version import __version__
from realtime_voice.audio import AudioSink, AudioSource
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
    ServerUnavailable,
    SessionClosed,
    SessionExpired,
    SlowConsumerError,
    TLSFailure,
    UnconsumedStepError,
    UnexpectedStepError,
)
from realtime_voice.formats import PCM16_24K, PCMA_8K, PCMU_8K, AudioFormat
from realtime_voice.session import Session, SessionResult, SessionStatistics, Subscription
from realtime_voice.transport import Transport

if TYPE_CHECKING:
    from realtime_voice.audio import (
        ArraySink,
        ArraySource,
        IterableSource,
        NullSink,
        QueueSource,
        StreamResampler,
        WavSink,
        WavSource,
        read_wav,
        write_wav,
    )

__all__ = [
    "PCM16_24K",
    "PCMA_8K",
    "PCMU_8K",
    "UNSET",
    "ArraySink",
    "ArraySource",
    "AssistantSpeech",
    "AudioChunk",
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
    "LinkStalled",
    "MCPTool",
    "MessageTooLarge",
    "NoiseReduction",
    "NullSink",
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


def __getattr__(name: str) -> object:
    """Import a name that needs numpy on its first use (PEP 562)."""
    if name in __all__:
        return getattr(_audio, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Name the public names, also those that were not used yet."""
    return sorted({*globals(), *__all__})
