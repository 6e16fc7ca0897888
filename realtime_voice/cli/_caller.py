"""A microphone with manners: plays recordings one after the other and lets the other side finish.

The caller hears what happens through :meth:`PoliteCaller.hear` and knows nothing of sessions.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Self

import anyio
import attrs
import numpy as np
from numpy.typing import NDArray

from realtime_voice.audio import AudioSource
from realtime_voice.cli._story import Credit, Track
from realtime_voice.cli._waveform import speech_end_ms
from realtime_voice.conversation import (
    ResponseFinished,
    ResponseStarted,
    SpeechStarted,
    SpeechStopped,
)
from realtime_voice.formats import PCM16_24K

__all__ = ["PoliteCaller", "Spoken", "Utterance"]

_CHUNK_MS = 20
_LEAD_IN_S = 0.5
_PAUSE_S = 0.7
_PATIENCE_S = 8.0
"""How long the caller waits for somebody who does not begin to answer."""
_LONGEST_ANSWER_S = 60.0


@attrs.frozen(kw_only=True, eq=False)
class Utterance:
    """A recording that the caller plays."""

    name: str
    """Name of the recording."""
    text: str | None
    """Its words; None where nobody knows them."""
    samples: NDArray[np.int16]
    """Mono samples at 24 kHz."""
    credit: Credit | None = None
    """Whom it comes from."""


@attrs.frozen(kw_only=True)
class Spoken:
    """Where an utterance lies in the caller's sound, in ms."""

    utterance: Utterance
    """What was played."""
    start_ms: float
    """Where the recording begins."""
    end_ms: float
    """Where it ends."""
    speech_end_ms: float
    """Where its last word ends; silence at its end not counted."""


class PoliteCaller(AudioSource):
    """Speaks at real-time pace; after each recording, silence until the answer has been heard.

    Args:
        utterances: What to say.
        other_is_silent: Tells whether the other side's voice has been played to its end.
    """

    format = PCM16_24K

    def __init__(
        self, utterances: Sequence[Utterance], *, other_is_silent: Callable[[], bool]
    ) -> None:
        self._utterances = tuple(utterances)
        self._other_is_silent = other_is_silent
        self._parts: list[NDArray[np.int16]] = []
        self._frames = 0
        self._speech_is_open = False
        self._responses: set[str] = set()
        self._answers = 0
        self._started = 0.0
        self._spoken: list[Spoken] = []

    @property
    def started(self) -> float:
        """Clock time of the first frame; 0 before."""
        return self._started

    @property
    def spoken(self) -> tuple[Spoken, ...]:
        """What has been said, in order."""
        return tuple(self._spoken)

    @property
    def position_ms(self) -> float:
        """How much sound the caller has made, silence included."""
        return self.format.milliseconds(self._frames)

    @property
    def status(self) -> str:
        """What the caller is doing, in a few words."""
        total = len(self._utterances)
        where = f"recording {len(self._spoken)} of {total}"
        if self._responses:
            return f"{where}: the agent answers"
        if not self._other_is_silent():
            return f"{where}: listening to the agent"
        return f"{where}: speaking" if self._speech_is_open else f"{where}: waiting"

    def track(self) -> Track:
        """Everything the caller's microphone gave, silence included."""
        samples = np.concatenate([np.zeros(0, np.int16), *self._parts])
        return Track(samples=samples, rate=self.format.rate)

    def hear(self, happened: object) -> None:
        """Take note of what happens in the conversation; what does not matter here passes."""
        match happened:
            case SpeechStarted():
                self._speech_is_open = True
            case SpeechStopped():
                self._speech_is_open = False
            case ResponseStarted(response_id=response_id, out_of_band=False):
                self._responses.add(response_id)
            case ResponseFinished(response_id=response_id, out_of_band=False):
                self._responses.discard(response_id)
                self._answers += 1
            case _:
                pass

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield chunks of 20 ms, each when its last frame would have been spoken."""
        return _Paced(self, self._everything())

    async def wait_for(self, chunk: NDArray[np.int16]) -> bytes:
        """Return a chunk when it is due; the schedule is absolute, so that delays do not add up."""
        self._started = self._started or anyio.current_time()
        self._parts.append(chunk)
        self._frames += len(chunk)
        due = self._started + self._frames / self.format.rate
        await anyio.sleep(max(0.0, due - anyio.current_time()))
        return chunk.astype("<i2").tobytes()

    def _everything(self) -> Iterator[NDArray[np.int16]]:
        """The whole script: what comes next is decided when it is asked for."""
        yield from self._silence(_LEAD_IN_S)
        for utterance in self._utterances:
            answers = self._answers
            self._note(utterance)
            yield from _chunks(utterance.samples)
            yield from self._silence_until_answered(answers)
            yield from self._silence(_PAUSE_S)

    def _note(self, utterance: Utterance) -> None:
        start = self.position_ms
        length = self.format.milliseconds(len(utterance.samples))
        speech = speech_end_ms(utterance.samples, self.format.rate)
        self._spoken.append(
            Spoken(
                utterance=utterance,
                start_ms=start,
                end_ms=start + length,
                speech_end_ms=start + speech,
            )
        )

    def _silence(self, seconds: float) -> Iterator[NDArray[np.int16]]:
        return _chunks(np.zeros(self.format.frames_in(seconds * 1000), np.int16))

    def _silence_until_answered(self, answers: int) -> Iterator[NDArray[np.int16]]:
        """Silence while the answer is awaited, is being made, or is being heard."""
        chunk = np.zeros(self.format.frames_in(_CHUNK_MS), np.int16)
        for count in range(round(_LONGEST_ANSWER_S * 1000 / _CHUNK_MS)):
            waited_s = count * _CHUNK_MS / 1000
            is_busy = self._speech_is_open or self._responses or not self._other_is_silent()
            if not is_busy and (self._answers > answers or waited_s > _PATIENCE_S):
                return
            yield chunk


class _Paced:
    """Chunks when they are due; a plain iterator, which may be left at any point."""

    def __init__(self, caller: PoliteCaller, chunks: Iterator[NDArray[np.int16]]) -> None:
        self._caller = caller
        self._chunks = chunks

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        chunk = next(self._chunks, None)
        if chunk is None:
            raise StopAsyncIteration
        return await self._caller.wait_for(chunk)


def _chunks(samples: NDArray[np.int16]) -> Iterator[NDArray[np.int16]]:
    """Samples in pieces of 20 ms; the last one may be shorter."""
    size = PCM16_24K.frames_in(_CHUNK_MS)
    for at in range(0, len(samples), size):
        yield samples[at : at + size]
