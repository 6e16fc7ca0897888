"""The input buffer: turns the user's bytes into utterances.

With turn detection it looks for speech frame by frame and says when an utterance begins, what
belongs to it and when it ends; without, everything is one utterance until it is committed.
Positions count from the first byte of the session, whatever became of the sound.
"""

from collections.abc import Iterator
from typing import TypeAlias

import attrs
import numpy as np

from realtime_voice.audio import StreamResampler
from realtime_voice.formats import PCM16_24K, AudioFormat
from realtime_voice.testing._brain import SpeechDetector
from realtime_voice.testing._engine_session import TurnSettings

__all__ = ["InputBuffer", "InputFact", "Onset", "Sound", "Stop"]

_ONSET_MS = 60  # speech as short as this is a click


@attrs.frozen(kw_only=True)
class Onset:
    """An utterance began."""

    start_ms: int
    """Where it starts, padding included, in ms since the session's first sound."""


@attrs.frozen(kw_only=True)
class Sound:
    """The next piece of the utterance."""

    pcm: bytes
    """PCM16 mono at 24 kHz."""


@attrs.frozen(kw_only=True)
class Stop:
    """The utterance ended."""

    end_ms: int
    """Where it ends, the silence included, in ms since the session's first sound."""


InputFact: TypeAlias = Onset | Sound | Stop
"""What the buffer found."""


class InputBuffer:
    """The user's sound that is not in the conversation yet.

    Args:
        sound_format: How the sound comes in.
        turns: How turns are taken; None for by hand.
        detector: Finds speech; None for by hand.
    """

    def __init__(
        self,
        sound_format: AudioFormat,
        turns: TurnSettings | None,
        detector: SpeechDetector | None,
    ) -> None:
        self._position = 0  # bytes at 24 kHz that were looked at, since the session's first
        self._utterance = bytearray()
        self._rest = b""  # less than a frame
        self._odd = b""  # half a sample of the wire
        self._speaking = False
        self._run_bytes = 0  # speech (before an onset) or silence (after it) at a stretch
        self.configure(sound_format, turns, detector)

    @property
    def is_speaking(self) -> bool:
        """Whether an utterance is under way."""
        return self._speaking

    @property
    def position_ms(self) -> int:
        """How much sound the session has had, in ms."""
        return _ms(self._position)

    @property
    def buffered_ms(self) -> float:
        """Length of the sound that a commit would take, in ms."""
        return PCM16_24K.milliseconds(PCM16_24K.frames(len(self._utterance)))

    def configure(
        self,
        sound_format: AudioFormat,
        turns: TurnSettings | None,
        detector: SpeechDetector | None,
    ) -> None:
        """Go on with other settings; an utterance under way is forgotten."""
        self._format = sound_format
        self._resampler = (
            None if sound_format == PCM16_24K else StreamResampler(sound_format, PCM16_24K)
        )
        self._turns = turns
        self._detector = detector
        self._speaking = False
        self._run_bytes = 0
        frame_ms = detector.frame_ms if detector is not None else 20
        self._frame_bytes = PCM16_24K.bytes_in(frame_ms)

    def append(self, data: bytes) -> Iterator[InputFact]:
        """Take more sound.

        Args:
            data: Sound in the session's input format.

        Yields:
            What was found in it, in order.
        """
        pcm = self._to_pcm(data)
        if self._turns is None:
            pcm, self._rest = self._rest + pcm, b""
            self._position += len(pcm)
            self._utterance += pcm
            if pcm:
                yield Sound(pcm=pcm)
            return
        pcm = self._rest + pcm
        whole = len(pcm) - len(pcm) % self._frame_bytes
        self._rest = pcm[whole:]
        for start in range(0, whole, self._frame_bytes):
            yield from self._look(pcm[start : start + self._frame_bytes], self._turns)

    def take(self) -> bytes:
        """End the utterance and return its sound: PCM16 mono at 24 kHz."""
        taken = bytes(self._utterance)
        self._utterance.clear()
        self._speaking = False
        self._run_bytes = 0
        return taken

    def clear(self) -> None:
        """Forget what was not committed."""
        self._position += len(self._rest)
        self._rest = b""
        self._utterance.clear()
        self._speaking = False
        self._run_bytes = 0

    def _to_pcm(self, data: bytes) -> bytes:
        data = self._odd + data
        whole = len(data) - len(data) % self._format.frame_bytes
        data, self._odd = data[:whole], data[whole:]
        return data if self._resampler is None else self._resampler.process(data)

    def _look(self, frame: bytes, turns: TurnSettings) -> Iterator[InputFact]:
        detector = self._detector
        is_speech = detector is not None and detector.is_speech(np.frombuffer(frame, dtype="<i2"))
        self._position += len(frame)
        self._utterance += frame
        self._run_bytes = self._run_bytes + len(frame) if is_speech != self._speaking else 0
        if self._speaking:
            yield Sound(pcm=frame)
            if not is_speech and self._run_bytes >= PCM16_24K.bytes_in(turns.silence_ms):
                self._speaking = False
                self._run_bytes = 0
                yield Stop(end_ms=_ms(self._position))
        elif self._run_bytes >= PCM16_24K.bytes_in(_ONSET_MS):
            self._cut_to(self._run_bytes + PCM16_24K.bytes_in(turns.padding_ms))
            self._speaking = True
            self._run_bytes = 0
            yield Onset(start_ms=_ms(self._position - len(self._utterance)))
            yield Sound(pcm=bytes(self._utterance))
        else:
            self._cut_to(PCM16_24K.bytes_in(turns.padding_ms + _ONSET_MS))

    def _cut_to(self, count: int) -> None:
        if len(self._utterance) > count:
            del self._utterance[: len(self._utterance) - count]


def _ms(byte_count: int) -> int:
    return round(PCM16_24K.milliseconds(PCM16_24K.frames(byte_count)))
