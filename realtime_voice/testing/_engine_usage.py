"""What things cost: tokens as the real server counts them, as far as that is known.

User sound costs one token per 100 ms, assistant sound one per 50 ms; text is counted roughly, four
characters to a token.
"""

from collections.abc import Iterable
from math import ceil

import attrs

from realtime_voice.testing._engine_items import Item
from realtime_voice.testing._wire import Wire

__all__ = ["Spent", "input_usage", "text_tokens", "transcription_usage", "usage_wire"]

_CHARACTERS_PER_TOKEN = 4
_USER_TOKEN_MS = 100
_ASSISTANT_TOKEN_MS = 50
_BY_DURATION = ("gpt-transcribe", "gpt-live-transcribe")


@attrs.define(kw_only=True)
class Spent:
    """Tokens by modality."""

    text: int = 0
    """Text tokens."""
    audio: int = 0
    """Audio tokens."""

    @property
    def total(self) -> int:
        """All tokens."""
        return self.text + self.audio


def text_tokens(text: str) -> int:
    """Return the rough cost of a text, in tokens."""
    return ceil(len(text) / _CHARACTERS_PER_TOKEN)


def input_usage(instructions: str, items: Iterable[Item]) -> Spent:
    """Return what a response has to read."""
    spent = Spent(text=text_tokens(instructions))
    for item in items:
        per_ms = _ASSISTANT_TOKEN_MS if item.wire.get("role") == "assistant" else _USER_TOKEN_MS
        spent.audio += ceil(item.duration_ms / per_ms)
        spent.text += sum(text_tokens(str(part.get("text") or "")) for part in item.parts)
        spent.text += text_tokens(item.wire.get("arguments") or "")
        spent.text += text_tokens(item.wire.get("output") or "")
    return spent


def usage_wire(read: Spent, written: Spent) -> Wire:
    """Return the ``usage`` object of a response."""
    return {
        "total_tokens": read.total + written.total,
        "input_tokens": read.total,
        "output_tokens": written.total,
        "input_token_details": {
            "text_tokens": read.text,
            "audio_tokens": read.audio,
            "image_tokens": 0,
            "cached_tokens": 0,
            "cached_tokens_details": {"text_tokens": 0, "audio_tokens": 0, "image_tokens": 0},
        },
        "output_token_details": {"text_tokens": written.text, "audio_tokens": written.audio},
    }


def transcription_usage(model: str, duration_ms: float, transcript: str) -> Wire:
    """Return the ``usage`` object of a transcription: by time or by tokens, as the model bills."""
    if "whisper" in model or model.startswith(_BY_DURATION):
        return {"type": "duration", "seconds": ceil(duration_ms / 1000)}
    read = ceil(duration_ms / _USER_TOKEN_MS)
    written = text_tokens(transcript)
    return {
        "type": "tokens",
        "total_tokens": read + written,
        "input_tokens": read,
        "input_token_details": {"text_tokens": 0, "audio_tokens": read},
        "output_tokens": written,
    }
