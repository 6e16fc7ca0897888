"""Our own voice: text to speech with nothing but numpy.

A formant synthesiser: no recordings of anybody, no model to load, no licence to mind. It sounds
like the machine that it is; a speech recogniser understands it about half as well as a person.
"""

from collections.abc import Iterator

import numpy as np

from realtime_voice.errors import ConfigError
from realtime_voice.testing.voice._lexicon import Lexicon, Pronunciation, default_lexicon
from realtime_voice.testing.voice._normalise import sentences, tokens
from realtime_voice.testing.voice._prosody import plan_speech
from realtime_voice.testing.voice._protocol import Speech
from realtime_voice.testing.voice._styles import VoiceStyle, style_of
from realtime_voice.testing.voice._synthesis import RATE, render
from realtime_voice.testing.voice._tracks import draw_tracks

__all__ = ["FormantVoice"]

_MIN_SPEED = 0.25
_MAX_SPEED = 4.0


class FormantVoice:
    """A synthetic voice that tells exactly when each word begins.

    The same text, voice and lexicon give the same bytes, each time and on each machine with the
    same numpy.

    Args:
        voice: One of the Realtime API's voice names, any other name (it gets one of the voices,
            always the same), or a style of your own.
        lexicon: How words are pronounced. Left out, it is the CMUdict that comes with pocketsphinx
            where that is installed, and a small lexicon with letter-to-sound rules where it is not.
    """

    def __init__(
        self, voice: str | VoiceStyle = "alloy", *, lexicon: Lexicon | None = None
    ) -> None:
        self.style = style_of(voice) if isinstance(voice, str) else voice
        self._pronunciation = Pronunciation(lexicon or default_lexicon())

    def say(self, text: str, *, speed: float = 1.0) -> Speech:
        """Speak a text; takes about a hundredth of the time that listening to it takes.

        Args:
            text: Any text; numbers, times, dates, money and abbreviations are read as words.
            speed: Speaking rate, 0.25 to 4; 1.0 is normal.

        Returns:
            PCM16 mono at 24 kHz and the start of each word. An empty text gives no sound.

        Raises:
            ConfigError: The speed is out of range.
        """
        pcm: list[bytes] = []
        words: list[tuple[str, float]] = []
        passed_ms = 0.0
        for speech in self.sentences(text, speed=speed):
            pcm.append(speech.pcm)
            words += [(piece, passed_ms + start) for piece, start in speech.words]
            passed_ms += speech.duration_ms
        return Speech(text=text, pcm=b"".join(pcm), words=tuple(words))

    def sentences(self, text: str, *, speed: float = 1.0) -> Iterator[Speech]:
        """Speak a text sentence by sentence: the first is ready long before the last.

        Args:
            text: As in :meth:`say`.
            speed: As in :meth:`say`.

        Yields:
            One speech for each sentence; their texts and sounds join to those of :meth:`say`.

        Raises:
            ConfigError: The speed is out of range.
        """
        if not _MIN_SPEED <= speed <= _MAX_SPEED:
            raise ConfigError(
                f"speed must be {_MIN_SPEED} to {_MAX_SPEED}, not {speed!r}",
                field="speed",
                value=speed,
            )
        for sentence in sentences(text):
            yield self._sentence(sentence, speed)

    def _sentence(self, text: str, speed: float) -> Speech:
        parts = tokens(text)
        plan = plan_speech(parts, self._pronunciation, self.style, speed)
        tracks = draw_tracks(plan.segments)
        samples = render(tracks, self.style)
        words = tuple(
            (part.text, float(np.floor(tracks.starts_ms[start] * RATE / 1000)) * 1000 / RATE)
            for part, start in zip(parts, plan.word_starts, strict=True)
        )
        return Speech(text=text, pcm=samples.astype("<i2").tobytes(), words=words)
