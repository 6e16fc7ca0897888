"""The configuration of a session: typed, checked, and an exact view of the wire."""

from realtime_voice.config._audio import CustomVoice, NoiseReduction
from realtime_voice.config._context import RetentionRatio, StoredPrompt, Tracing
from realtime_voice.config._kinds import Problem
from realtime_voice.config._models import (
    REALTIME_MODELS,
    TRANSCRIPTION_MODELS,
    RealtimeModel,
    Retirement,
    TranscriptionModel,
)
from realtime_voice.config._option import Option
from realtime_voice.config._session_config import SessionConfig
from realtime_voice.config._session_update import session_update
from realtime_voice.config._tools import FunctionTool, MCPTool, Tool
from realtime_voice.config._transcription import Transcription
from realtime_voice.config._turns import SemanticVAD, ServerVAD, TurnDetection
from realtime_voice.config._unset import UNSET, Unset

__all__ = [
    "REALTIME_MODELS",
    "TRANSCRIPTION_MODELS",
    "UNSET",
    "CustomVoice",
    "FunctionTool",
    "MCPTool",
    "NoiseReduction",
    "Option",
    "Problem",
    "RealtimeModel",
    "RetentionRatio",
    "Retirement",
    "SemanticVAD",
    "ServerVAD",
    "SessionConfig",
    "StoredPrompt",
    "Tool",
    "Tracing",
    "Transcription",
    "TranscriptionModel",
    "TurnDetection",
    "Unset",
    "session_update",
]
