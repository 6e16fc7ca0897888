"""What a conversation cost and what went past it: token totals by kind, and counters.

Cached tokens are a part of the input tokens, and reasoning tokens a part of the output's text:
nothing is counted twice in the totals.
"""

from collections.abc import Mapping
from types import MappingProxyType

import attrs

from realtime_voice.events import (
    RealtimeResponseUsage,
    TranscriptionUsage,
    TranscriptTextUsageDuration,
    TranscriptTextUsageTokens,
)

__all__ = ["ConversationStatistics", "Usage", "add_counts", "flatten_usage"]


@attrs.define(kw_only=True)
class ConversationStatistics:
    """Counts since the conversation began."""

    events: int = 0
    """Server events that were taken in."""
    duplicates: int = 0
    """Events that came twice, and second transcripts; they changed nothing."""
    unknown: int = 0
    """Events of a type that this library does not know."""
    malformed: int = 0
    """Events of a known type that could not be read."""
    late: int = 0
    """Texts that came after their end was told."""
    unattributed: int = 0
    """Deltas that named no item where several were possible, or a response that nobody knows while
    none was expected; they were dropped."""
    audio_frames: int = 0
    """Frames of the model's voice that were passed on."""
    muted_frames: int = 0
    """Frames that came after an interruption and were not passed on."""
    retries: int = 0
    """Requests for a response that were sent again after a lost race."""


class Usage:
    """Running totals of tokens, and of seconds where the service bills by time."""

    def __init__(self) -> None:
        self._totals: dict[str, int] = {}
        self._seconds = 0.0

    def add_response(self, usage: RealtimeResponseUsage | None) -> None:
        """Count what one response cost."""
        add_counts(self._totals, flatten_usage(usage))

    def add_transcription(self, usage: TranscriptionUsage | None) -> None:
        """Count what one transcript cost; it is billed apart from the responses."""
        match usage:
            case TranscriptTextUsageTokens():
                counts = {
                    "transcription_input_tokens": usage.input_tokens,
                    "transcription_output_tokens": usage.output_tokens,
                }
                add_counts(self._totals, counts)
            case TranscriptTextUsageDuration():
                self._seconds += usage.seconds
            case _:
                return

    def totals(self) -> Mapping[str, float]:
        """Everything so far, by kind; kinds that did not occur are left out."""
        found: dict[str, float] = {key: value for key, value in self._totals.items() if value}
        if self._seconds:
            found["transcription_seconds"] = self._seconds
        return MappingProxyType(found)


def add_counts(totals: dict[str, int], counts: Mapping[str, int]) -> None:
    """Add counts to totals; ``collections.Counter`` takes ten times as long for a few."""
    for name, count in counts.items():
        totals[name] = totals.get(name, 0) + count


def flatten_usage(usage: RealtimeResponseUsage | None) -> dict[str, int]:
    """Tokens of one response by kind; the wire's own names, with their modality in front."""
    if usage is None:
        return {}
    found: dict[str, int | None] = {
        "total_tokens": usage.total_tokens,
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
    }
    taken = usage.input_token_details
    if taken is not None:
        found["input_text_tokens"] = taken.text_tokens
        found["input_audio_tokens"] = taken.audio_tokens
        found["input_image_tokens"] = taken.image_tokens
        found["cached_tokens"] = taken.cached_tokens
        cached = taken.cached_tokens_details
        if cached is not None:
            found["cached_text_tokens"] = cached.text_tokens
            found["cached_audio_tokens"] = cached.audio_tokens
            found["cached_image_tokens"] = cached.image_tokens
    given = usage.output_token_details
    if given is not None:
        found["output_text_tokens"] = given.text_tokens
        found["output_audio_tokens"] = given.audio_tokens
        found["reasoning_tokens"] = given.reasoning_tokens
    return {name: count for name, count in found.items() if count and count > 0}
