"""How much silence the server needs to hear before it is sure that the user has stopped."""

from realtime_voice.config import SemanticVAD, ServerVAD, SessionConfig
from realtime_voice.events import RealtimeTurnDetectionSemanticVad
from realtime_voice.formats import AudioFormat

__all__ = ["silence_byte", "trailing_silence_ms"]

_MARGIN_MS = 500
_SERVER_DEFAULT_MS = 500
_SEMANTIC_MS = {"low": 8_000, "medium": 4_000, "auto": 4_000, "high": 2_000}
"""Longest wait of semantic turn detection by eagerness, as the service documents it."""
_SILENCE = {"pcm16": b"\0", "pcmu": b"\xff", "pcma": b"\xd5"}


def silence_byte(layout: AudioFormat) -> bytes:
    """The byte that stands for silence in an encoding."""
    return _SILENCE[layout.encoding]


def trailing_silence_ms(detection: object | None, config: SessionConfig) -> tuple[int, int]:
    """How much silence to send after the last word.

    Args:
        detection: The turn detection that the server says is in force; None where it said nothing.
        config: What was asked for, for what the server did not say.

    Returns:
        What is enough when nobody seems to be speaking, and what is enough in any case, in ms.
    """
    asked = config.turn_detection
    if isinstance(detection, RealtimeTurnDetectionSemanticVad) or (
        detection is None and isinstance(asked, SemanticVAD)
    ):
        eagerness = _text(getattr(detection, "eagerness", None)) or _text(
            getattr(asked, "eagerness", None)
        )
        longest = _SEMANTIC_MS.get(eagerness or "auto", _SEMANTIC_MS["low"])
        return _MARGIN_MS * 2, longest + _MARGIN_MS
    told = getattr(detection, "silence_duration_ms", None)
    if not isinstance(told, int) and isinstance(asked, ServerVAD):
        told = asked.silence_duration_ms
    enough = (told if isinstance(told, int) else _SERVER_DEFAULT_MS) + _MARGIN_MS
    return enough, enough


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
