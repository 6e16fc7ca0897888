"""The steps of a script: what the server expects next, and how it answers.

Data and the arithmetic of matching; who plays the script stands in ``_scripted``.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from realtime_voice.testing._brain import (
    Answer,
    AudioRequest,
    Call,
    Failure,
    HeardSpeech,
    Say,
    Write,
)
from realtime_voice.testing._tones import tone_speech

__all__ = ["Asked", "Called", "Heard", "Step", "Typed", "typed_text"]


def _calls(value: Call | Sequence[Call] | None) -> tuple[Call, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, Call) else tuple(value)


@attrs.frozen(kw_only=True)
class Step:
    """What all steps share: the answer."""

    say: str | Say | None = None
    """Spoken answer: a text, which tones stand for, or a text with your own sound."""
    write: str | Write | None = None
    """Written answer."""
    call: tuple[Call, ...] = attrs.field(default=None, converter=_calls)
    """Function call, or several."""
    fail: Failure | None = None
    """The response fails, after whatever else was answered."""
    answers: tuple[Answer, ...] = attrs.field(default=(), converter=tuple)
    """Output items in an order of your own; they come before the others."""
    think_s: float = 0.0
    """Seconds before the answer begins."""

    def outputs(self, speed: float) -> tuple[Answer, ...]:
        """Return the output items, in order.

        Args:
            speed: The session's speaking rate; scales the tones.
        """
        outputs: list[Answer] = list(self.answers)
        if self.say is not None:
            outputs.append(tone_speech(self.say, speed) if isinstance(self.say, str) else self.say)
        if self.write is not None:
            outputs.append(Write(text=self.write) if isinstance(self.write, str) else self.write)
        outputs.extend(self.call)
        if self.fail is not None:
            outputs.append(self.fail)
        return tuple(outputs)


@attrs.frozen
class Heard(Step):
    """The user speaks. The ear takes the utterance for this text, whatever it was."""

    text: str
    """The transcript."""
    deltas: tuple[str, ...] = attrs.field(default=(), converter=tuple, kw_only=True)
    """Pieces of the transcript to send first; empty means the text in one piece."""
    early: int = attrs.field(default=0, kw_only=True)
    """How many of the deltas are told while the user still speaks, one per piece of sound."""
    logprobs: tuple[tuple[str, float], ...] = attrs.field(default=(), converter=tuple, kw_only=True)
    """Tokens with the logarithm of their probability, for sessions that include them."""
    delta_interval_s: float = attrs.field(default=0.0, kw_only=True)
    """Seconds between two deltas, and between the last one and the final text."""
    delay_s: float = attrs.field(default=0.0, kw_only=True)
    """Seconds by which the transcript is late; the answer does not wait for it."""
    failure: tuple[str, str] | None = attrs.field(default=None, kw_only=True)
    """Code and message, when transcription shall fail."""
    language: str | None = attrs.field(default=None, kw_only=True)
    """Language code to report."""

    def __str__(self) -> str:
        return f"Heard({self.text!r})"

    def speech(self) -> HeardSpeech:
        """Return what the ear says."""
        return HeardSpeech(
            text=self.text,
            deltas=self.deltas[self.early :],
            logprobs=self.logprobs,
            language=self.language,
            failure=self.failure,
            delay_s=self.delay_s,
            delta_interval_s=self.delta_interval_s,
        )


@attrs.frozen
class Typed(Step):
    """The user writes exactly this text."""

    text: str
    """The whole text of the message."""

    def __str__(self) -> str:
        return f"Typed({self.text!r})"


@attrs.frozen
class Called(Step):
    """A tool was called and its output arrives."""

    name: str
    """Name of the function."""
    output: str | None = None
    """The exact output; None for any."""

    def __str__(self) -> str:
        return f"Called({self.name!r})"

    def matches(self, name: str | None, output: str) -> bool:
        """Whether this is the output that was expected."""
        return name == self.name and self.output in (None, output)


@attrs.frozen
class Asked(Step):
    """A response is asked for without anything new to answer: a greeting, or out of band."""

    instructions: str | None = attrs.field(default=None, kw_only=True)
    """The instructions in force; None for any."""
    metadata: Mapping[str, str] = attrs.field(factory=dict[str, str], kw_only=True)
    """Metadata that the request must carry, among others."""

    def __str__(self) -> str:
        given = {"instructions": self.instructions, "metadata": dict(self.metadata)}
        shown = ", ".join(f"{name}={value!r}" for name, value in given.items() if value)
        return f"Asked({shown})"

    def matches(self, request: AudioRequest) -> bool:
        """Whether this is the request that was expected."""
        fits = self.instructions is None or self.instructions == request.instructions
        return fits and self.metadata.items() <= request.metadata.items()


def typed_text(item: Mapping[str, Any]) -> str | None:
    """Return what a user item says in writing; None where it says nothing."""
    if item.get("type") != "message" or item.get("role") != "user":
        return None
    parts = [part["text"] for part in item["content"] if part["type"] == "input_text"]
    return "".join(parts) if parts else None
