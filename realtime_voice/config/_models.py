"""What is known of each model: what it can do, until when it runs, and what replaces it.

An unknown model is no error: nothing is known of it, so nothing is refused. Facts of November
2026. Holds no rules; :mod:`._checks` does.
"""

import re
from collections.abc import Mapping

import attrs

__all__ = [
    "NOT_CONVERSATIONAL",
    "PROMPTS_END",
    "REALTIME_MODELS",
    "TRANSCRIPTION_MODELS",
    "RealtimeModel",
    "Retirement",
    "TranscriptionModel",
    "realtime_model",
    "transcription_model",
]

PROMPTS_END = "2026-11-30"
"""The day on which stored (reusable) prompts end."""

_SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}$")


@attrs.frozen
class Retirement:
    """When a model is shut down, and what to use instead."""

    date: str
    """The day, as YYYY-MM-DD."""
    replacement: str
    """A model that does the same work."""


@attrs.frozen(kw_only=True)
class RealtimeModel:
    """A model that holds a conversation."""

    reasons: bool | None = None
    """Takes ``reasoning_effort`` and ``parallel_tool_calls``; None where nobody says."""
    context_tokens: int | None = None
    """Size of the context window, in tokens, rounded up; None where nobody says."""
    retirement: Retirement | None = None
    """When it ends, if that is announced."""


@attrs.frozen(kw_only=True)
class TranscriptionModel:
    """A model that writes down what the user says; None where documents disagree or are silent."""

    conversation: bool = True
    """May be used beside a conversation."""
    hints: bool = False
    """Takes ``languages`` and ``keywords``."""
    prompt: bool = True
    """Takes ``prompt``."""
    prompt_tokens: int | None = None
    """Most tokens of a prompt."""
    delay: bool | None = False
    """Takes ``delay``."""
    logprobs: bool | None = None
    """Gives log probabilities."""
    retirement: Retirement | None = None
    """When it ends, if that is announced."""


_CONTEXT_2 = 131_072
_CONTEXT_1 = 32_768
_JANUARY = "2027-01-20"
_FEBRUARY = "2027-02-26"
_PREVIEW_ENDED = "2026-05-07"


def _first_generation(date: str, replacement: str) -> RealtimeModel:
    retirement = Retirement(date, replacement)
    return RealtimeModel(reasons=False, context_tokens=_CONTEXT_1, retirement=retirement)


REALTIME_MODELS: Mapping[str, RealtimeModel] = {
    "gpt-realtime-2.1": RealtimeModel(reasons=True, context_tokens=_CONTEXT_2),
    "gpt-realtime-2.1-mini": RealtimeModel(context_tokens=_CONTEXT_2),
    "gpt-realtime-2": RealtimeModel(reasons=True, context_tokens=_CONTEXT_2),
    "gpt-realtime-1.5": RealtimeModel(reasons=False, context_tokens=_CONTEXT_1),
    "gpt-realtime": _first_generation(_JANUARY, "gpt-realtime-2.1"),
    "gpt-realtime-2025-08-28": _first_generation(_JANUARY, "gpt-realtime-2.1"),
    "gpt-realtime-mini": _first_generation(_JANUARY, "gpt-realtime-2.1-mini"),
    "gpt-realtime-mini-2025-12-15": _first_generation(_JANUARY, "gpt-realtime-2.1-mini"),
    "gpt-audio-mini": RealtimeModel(retirement=Retirement(_JANUARY, "gpt-realtime-2.1-mini")),
    "gpt-audio-mini-2025-12-15": RealtimeModel(
        retirement=Retirement(_JANUARY, "gpt-realtime-2.1-mini")
    ),
    "gpt-4o-realtime-preview": RealtimeModel(
        reasons=False, retirement=Retirement(_PREVIEW_ENDED, "gpt-realtime-2.1")
    ),
    "gpt-4o-mini-realtime-preview": RealtimeModel(
        reasons=False, retirement=Retirement(_PREVIEW_ENDED, "gpt-realtime-2.1-mini")
    ),
}
"""Models for conversations, by name."""

_GPT_4O_TRANSCRIBE = TranscriptionModel(
    prompt_tokens=1_024, logprobs=True, retirement=Retirement(_FEBRUARY, "gpt-transcribe")
)

TRANSCRIPTION_MODELS: Mapping[str, TranscriptionModel] = {
    "gpt-transcribe": TranscriptionModel(hints=True),
    "gpt-live-transcribe": TranscriptionModel(conversation=False, hints=True, delay=None),
    "gpt-realtime-whisper": TranscriptionModel(prompt=False, delay=True),
    "gpt-4o-transcribe": _GPT_4O_TRANSCRIBE,
    "gpt-4o-mini-transcribe": _GPT_4O_TRANSCRIBE,
    "gpt-4o-mini-transcribe-2025-12-15": _GPT_4O_TRANSCRIBE,
    "gpt-4o-transcribe-diarize": TranscriptionModel(
        prompt=False, logprobs=False, retirement=Retirement(_FEBRUARY, "gpt-transcribe")
    ),
    "whisper-1": TranscriptionModel(
        logprobs=False, retirement=Retirement(_FEBRUARY, "gpt-transcribe")
    ),
}
"""Models for transcription, by name."""

NOT_CONVERSATIONAL: Mapping[str, str] = {
    **dict.fromkeys(
        TRANSCRIPTION_MODELS, "only transcribes; name it in transcription=Transcription(model=...)"
    ),
    "gpt-realtime-translate": "only translates, in translation sessions of their own",
    "gpt-live-1": "speaks another protocol, GPT-Live",
    "gpt-live-1.1": "speaks another protocol, GPT-Live",
}
"""Models that cannot hold a Realtime conversation, with the reason."""


def realtime_model(name: object) -> RealtimeModel | None:
    """Look up a conversation model; a dated snapshot can do what its family can."""
    if not isinstance(name, str):
        return None
    family = REALTIME_MODELS.get(_SNAPSHOT.sub("", name))
    if name in REALTIME_MODELS or family is None or "preview" in name:
        return REALTIME_MODELS.get(name, family)
    return attrs.evolve(family, retirement=None)


def transcription_model(name: object) -> TranscriptionModel | None:
    """Look up a transcription model; None where nothing is known of it."""
    return TRANSCRIPTION_MODELS.get(name) if isinstance(name, str) else None
