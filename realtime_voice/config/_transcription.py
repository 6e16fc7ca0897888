"""The option of the separate recogniser that writes down what the user says.

Knows what each recogniser takes; which of them fits a conversation is for the session's checks.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from realtime_voice.config._kinds import (
    NAME,
    TEXT,
    ListOf,
    Nullable,
    Problem,
    accept,
    one_of,
)
from realtime_voice.config._models import (
    TRANSCRIPTION_MODELS,
    TranscriptionModel,
    transcription_model,
)
from realtime_voice.config._option import Nested, Option, at
from realtime_voice.config._unset import UNSET, Unset

__all__ = ["TRANSCRIPTION", "Transcription", "accept_transcription"]

_LANGUAGES = Nullable(ListOf(TEXT, "language codes", at_least=1))
_KEYWORDS = Nullable(ListOf(TEXT, "words or phrases"))
_DELAYS = one_of("minimal", "low", "medium", "high", "xhigh")
_WAY_OUT = "leave it out, or use "


def _accept_languages(value: Iterable[str] | Unset | None) -> tuple[str, ...] | Unset | None:
    taken: tuple[str, ...] | Unset | None = accept(_LANGUAGES, value)
    return taken


def _accept_keywords(value: Iterable[str] | Unset | None) -> tuple[str, ...] | Unset | None:
    taken: tuple[str, ...] | Unset | None = accept(_KEYWORDS, value)
    return taken


@attrs.frozen(kw_only=True, repr=False)
class Transcription(Option):
    """Write down what the user says, with a recogniser beside the conversation's model.

    The text is a guide, not what the model heard. None is null on the wire, here as everywhere.

    Raises:
        ConfigError: A value is of another kind, or the recogniser is known not to take it.
    """

    model: str | Unset = attrs.field(default="gpt-transcribe", metadata=at("model", NAME))
    """Name of the recogniser; any name passes, at Azure it is that of a deployment. Default of this
    library: ``gpt-transcribe``; the server has none."""

    language: str | Unset | None = attrs.field(
        default=UNSET, metadata=at("language", Nullable(TEXT))
    )
    """The language that is spoken, as ISO 639-1 code such as ``en``; not together with
    ``languages``. Default of the server: found out by listening."""

    languages: tuple[str, ...] | Unset | None = attrs.field(
        default=UNSET, converter=_accept_languages, metadata=at("languages", _LANGUAGES)
    )
    """Languages that may be spoken, as ISO 639-1 codes; at least one. Only gpt-transcribe and
    gpt-live-transcribe. Default of the server: any."""

    prompt: str | Unset | None = attrs.field(default=UNSET, metadata=at("prompt", Nullable(TEXT)))
    """Context for the recogniser; for whisper-1 a list of words. At most 1024 tokens for the
    gpt-4o family; not for gpt-realtime-whisper nor for diarization. Default of the server: none."""

    keywords: tuple[str, ...] | Unset | None = attrs.field(
        default=UNSET, converter=_accept_keywords, metadata=at("keywords", _KEYWORDS)
    )
    """Names and terms to expect. Only gpt-transcribe and gpt-live-transcribe. Default of the
    server: none."""

    delay: str | Unset | None = attrs.field(default=UNSET, metadata=at("delay", Nullable(_DELAYS)))
    """How long to wait before text is emitted: ``minimal`` to ``xhigh``; longer is more accurate.
    Only gpt-realtime-whisper; for gpt-live-transcribe the documents disagree, so it passes. No
    default is documented."""

    def problems(self) -> Iterator[Problem]:
        """Everything that cannot work, in the order of the fields."""
        yield from Option.problems(self)
        if self.language and self.languages:
            message = "cannot be given together with languages; one hint or the other"
            yield Problem("language", message, self.language)
        yield from self._problems_of_model()

    def _problems_of_model(self) -> Iterator[Problem]:
        known = transcription_model(self.model)
        if known is None:
            return
        for name, taken in _takes(known).items():
            value = getattr(self, name)
            if value and not taken:
                others = _models_that_take(name)
                message = f"is not taken by {self.model}; {_WAY_OUT}{others}"
                yield Problem(name, message, value)
        if known.prompt_tokens and isinstance(self.prompt, str):
            yield from _problems_of_prompt(self.prompt, known.prompt_tokens, str(self.model))


def _models_that_take(name: str) -> str:
    names = [
        model
        for model, known in TRANSCRIPTION_MODELS.items()
        if known.conversation and known.retirement is None and _takes(known)[name]
    ]
    return " or ".join(names)


def _takes(known: TranscriptionModel) -> dict[str, bool]:
    return {
        "languages": known.hints,
        "prompt": known.prompt,
        "keywords": known.hints,
        "delay": known.delay is not False,
    }


def _problems_of_prompt(prompt: str, limit: int, model: str) -> Iterator[Problem]:
    # A token never spans two words, so words are a sure lower bound of tokens.
    words = len(prompt.split())
    if words > limit:
        message = f"may hold {limit} tokens for {model}, and has more: {words} words; shorten it"
        yield Problem("prompt", message, prompt)


TRANSCRIPTION = Nullable(Nested(Transcription, "a Transcription, or None to switch it off"))
"""The kind of the field ``transcription``."""


def accept_transcription(
    value: Transcription | Mapping[str, Any] | Unset | None,
) -> Transcription | Unset | None:
    """Take the option, or the wire's mapping."""
    taken: Transcription | Unset | None = accept(TRANSCRIPTION, value)
    return taken
