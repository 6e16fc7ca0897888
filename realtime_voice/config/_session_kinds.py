"""Two fields that are arrays on the wire and one plain value for the user.

Knows the protocol's words for them; what else an array may hold is not for these fields.
"""

from collections.abc import Iterator
from typing import Any

import attrs

from realtime_voice.config._kinds import FLAG, Kind, Problem, Unfit, one_of

__all__ = ["LOGPROBS", "MODALITY"]

_LOGPROBS_WORD = "item.input_audio_transcription.logprobs"


@attrs.frozen
class _Boxed:
    """A field whose wire value is one of a few arrays, or an array of exactly one entry."""

    kind: Kind
    """The kind of the user's value."""

    @property
    def limits(self) -> str:
        """What is accepted, in words."""
        return self.kind.limits

    def owns(self, value: Any) -> bool:
        """Whether it is of the user's kind."""
        return self.kind.owns(value)

    def check(self, value: Any) -> Iterator[Problem]:
        """Check the user's value."""
        yield from self.kind.check(value)


@attrs.frozen
class _Modality(_Boxed):
    """``["audio"]`` on the wire, ``"audio"`` for the user."""

    def load(self, wire: Any) -> Any:
        """Take the one entry."""
        match wire:
            case [str() as only]:
                return only
            case _:
                raise Unfit

    def dump(self, value: Any) -> Any:
        """Make an array of it."""
        return [value]


@attrs.frozen
class _Logprobs(_Boxed):
    """The one word that ``include`` knows, or none, as a boolean."""

    def load(self, wire: Any) -> Any:
        """Read the array that has just this word, or nothing."""
        match wire:
            case [str() as only] if only == _LOGPROBS_WORD:
                return True
            case []:
                return False
            case _:
                raise Unfit

    def dump(self, value: Any) -> Any:
        """Write the word or an empty array."""
        return [_LOGPROBS_WORD] if value else []


MODALITY = _Modality(one_of("audio", "text"))
"""The kind of the field ``output_modality``."""

LOGPROBS = _Logprobs(FLAG)
"""The kind of the field ``include_logprobs``."""
