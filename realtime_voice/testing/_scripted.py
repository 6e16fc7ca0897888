"""A brain that plays a script: exact, for tests, without any recognition or synthesis.

It follows the steps one after the other and is strict: a client that does something else, or less,
makes the test fail with a typed error that names the step.
"""

from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

import anyio

from realtime_voice.errors import UnconsumedStepError, UnexpectedStepError
from realtime_voice.testing._brain import Answer, AudioRequest, HeardSpeech, SpeechDetector
from realtime_voice.testing._detector import EnergyDetector
from realtime_voice.testing._steps import Asked, Called, Heard, Step, Typed, typed_text

__all__ = ["ScriptEar", "ScriptMind", "Scripted"]


class Scripted:
    """Plays a script, for tests.

    Every spoken turn uses up the next step, which must be a :class:`Heard`: its text *is* what was
    heard. A response to a written message needs a :class:`Typed` with exactly that text, a response
    to tool outputs a :class:`Called` for each output, and a response to nothing new (a greeting) an
    :class:`Asked`. Out-of-band responses use the first :class:`Asked` that fits, wherever it
    stands, because they run beside the conversation.

    What does not fit raises :class:`~realtime_voice.errors.UnexpectedStepError`, steps left over
    raise :class:`~realtime_voice.errors.UnconsumedStepError`: where the test sees it, on leaving
    the ``async with`` block of the server. The client sees an ``error`` event.

    Args:
        steps: The script. Every connection plays it from its start.
        more: Scripts for the second connection, the third, and so on; the last one also serves all
            further connections.
        default: The step to use for whatever has no step (any more); nothing is unexpected then.
        repeat: Start again when the script is through; nothing is left over then.
    """

    def __init__(
        self,
        steps: Iterable[Step] = (),
        *more: Iterable[Step],
        default: Step | None = None,
        repeat: bool = False,
    ) -> None:
        self._scripts = [tuple(steps), *(tuple(script) for script in more)]
        self._default = default
        self._repeat = repeat
        self._connections = 0

    async def start(self) -> None:
        """Get ready: the first connection plays the first script."""
        self._connections = 0

    def connect(self) -> "ScriptMind":
        """A mind for a new connection."""
        script = self._scripts[min(self._connections, len(self._scripts) - 1)]
        self._connections += 1
        return ScriptMind(script, default=self._default, repeat=self._repeat)

    async def aclose(self) -> None:
        """End the performance.

        Raises:
            UnconsumedStepError: A script was never played.
        """
        unplayed = self._scripts[self._connections :]
        left = [str(step) for script in unplayed for step in script]
        if left and not self._repeat:
            raise UnconsumedStepError(
                f"nobody connected to play the script: {_listed(left)} left over", steps=left
            )


class ScriptMind:
    """The part of a script that belongs to one connection."""

    def __init__(self, script: Sequence[Step], *, default: Step | None, repeat: bool) -> None:
        self._script = script
        self._steps = deque(script)
        self._default = default
        self._repeat = repeat
        self._utterances = 0
        self._unanswered: Step | None = None
        self._seen: set[str] = set()
        self._failed = False

    def detector(self, threshold: float) -> SpeechDetector:
        """A detector of loudness."""
        return EnergyDetector(threshold)

    def ear(self, transcription: Mapping[str, Any] | None) -> "ScriptEar":
        """An ear that hears what the script says."""
        return ScriptEar(self, is_transcribed=transcription is not None)

    async def answer(self, request: AudioRequest) -> AsyncIterator[Answer]:
        """Answer as the script says.

        Raises:
            UnexpectedStepError: The script has no such step here.
        """
        step = self._beside(request) if request.out_of_band else self._next(request)
        if step.think_s:
            await anyio.sleep(step.think_s)
        for output in step.outputs(request.speed):
            yield output

    async def aclose(self) -> None:
        """The connection ended.

        Raises:
            UnconsumedStepError: The script has steps left over.
        """
        if self._failed or self._repeat or not self._steps:
            return
        left = [str(step) for step in self._steps]
        raise UnconsumedStepError(
            f"the connection ended with {len(left)} of {len(self._script)} steps left over: "
            f"{_listed(left)}",
            steps=left,
        )

    def early_deltas(self) -> tuple[str, ...]:
        """What the next step tells while the user still speaks."""
        step = self._peek()
        return step.deltas[: step.early] if isinstance(step, Heard) else ()

    def hear(self) -> HeardSpeech:
        """Use up the step for a spoken turn.

        Raises:
            UnexpectedStepError: The next step is something else.
        """
        self._utterances += 1
        step = self._peek()
        if isinstance(step, Heard):
            self._use(step)
        elif self._default is not None:
            step = self._default
        else:
            raise self._unexpected(f"the user spoke (utterance {self._utterances})")
        self._unanswered = step
        return step.speech() if isinstance(step, Heard) else HeardSpeech(text="")

    def _next(self, request: AudioRequest) -> Step:
        answered, self._unanswered = self._unanswered, None
        news = self._news(request.history)
        for item in news:
            text = typed_text(item)
            if text is not None:
                answered = self._match_typed(text)
        outputs = [item for item in news if item["type"] == "function_call_output"]
        if outputs:
            answered = self._match_outputs(outputs, request.history)
        if answered is not None:
            return answered
        step = self._peek()
        if isinstance(step, Asked) and step.matches(request):
            return self._use(step)
        return self._otherwise("a response was asked for without anything new to answer")

    def _news(self, history: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Return what came in since the model's last word."""
        news: list[Mapping[str, Any]] = []
        for item in reversed(history):
            if item["type"] == "function_call" or item.get("role") == "assistant":
                break
            news.append(item)
        fresh = [item for item in reversed(news) if item["id"] not in self._seen]
        self._seen.update(item["id"] for item in history)
        return fresh

    def _match_typed(self, text: str) -> Step:
        step = self._peek()
        if isinstance(step, Typed) and step.text == text:
            return self._use(step)
        return self._otherwise(f"the user wrote {text!r}")

    def _match_outputs(
        self, outputs: list[Mapping[str, Any]], history: Sequence[Mapping[str, Any]]
    ) -> Step:
        """Use a step for each output, in any order: tools that run side by side race."""
        names = {
            item["call_id"]: item["name"] for item in history if item["type"] == "function_call"
        }
        expected: list[Called] = []
        while len(expected) < len(outputs) and isinstance(step := self._peek(), Called):
            self._use(step)
            expected.append(step)
        last: Step | None = expected[-1] if expected else None
        for item in outputs:
            name = names.get(item["call_id"])
            found = next((s for s in expected if s.matches(name, item["output"])), None)
            if found is None:
                self._steps.extendleft(reversed(expected))
                return self._otherwise(f"the tool {name!r} answered {item['output']!r}")
            expected.remove(found)
        return last if last is not None else self._otherwise("a tool answered")

    def _beside(self, request: AudioRequest) -> Step:
        for step in self._steps:
            if isinstance(step, Asked) and step.matches(request):
                return self._use(step)
        return self._otherwise(
            f"an out-of-band response was asked for, with metadata {dict(request.metadata)!r}"
        )

    def _peek(self) -> Step | None:
        if not self._steps and self._repeat:
            self._steps.extend(self._script)
        return self._steps[0] if self._steps else None

    def _use(self, step: Step) -> Step:
        self._steps.remove(step)
        return step

    def _otherwise(self, what: str) -> Step:
        if self._default is not None:
            return self._default
        raise self._unexpected(what)

    def _unexpected(self, what: str) -> UnexpectedStepError:
        self._failed = True
        step = self._peek()
        due = "the script has no step left" if step is None else f"the next step is {step}"
        return UnexpectedStepError(f"{what}, but {due}")


class ScriptEar:
    """Hears what the script says, whatever the sound.

    Args:
        mind: Plays the script.
        is_transcribed: Whether anybody is told what it hears.
    """

    def __init__(self, mind: ScriptMind, *, is_transcribed: bool) -> None:
        self._mind = mind
        self._told = 0
        self.is_transcribed = is_transcribed
        """Whether anybody is told what it hears."""

    def feed(self, pcm: bytes) -> Sequence[str]:
        """Take sound; tell the next of the step's early deltas, whatever the sound."""
        early = self._mind.early_deltas()[self._told :][:1] if pcm else ()
        self._told += len(early)
        return early

    async def finish(self) -> HeardSpeech:
        """Return the next step's text.

        Raises:
            UnexpectedStepError: The next step is something else.
        """
        return self._mind.hear()

    def cancel(self) -> None:
        """Nothing to forget: a discarded utterance uses up no step."""


def _listed(steps: Sequence[str]) -> str:
    return ", ".join(steps)
