"""A stand-in for a voice: one tone per word, the same every time, with exact word times.

Nobody understands it, but it is as long as speech, as loud as speech, and tells to the sample
where each word lies. Needs numpy and nothing else.
"""

from functools import lru_cache

import numpy as np

from realtime_voice.formats import PCM16_24K
from realtime_voice.testing._brain import Say
from realtime_voice.testing._engine_streams import word_pieces

__all__ = ["tone_speech"]

_SHORTEST_WORD_MS = 120
_LETTER_MS = 30
_GAP_MS = 40
_EDGE_MS = 10
_LEVEL = 8000.0
_PITCHES_HZ = (180.0, 200.0, 225.0, 240.0, 270.0)


@lru_cache(maxsize=256)
def tone_speech(text: str, speed: float = 1.0) -> Say:
    """Return a text as tones: an answer for a script, or an utterance for a user.

    Args:
        text: What it stands for; each word sounds for 120 ms and 30 ms per letter, with 40 ms of
            silence behind it.
        speed: Divides all times.

    Returns:
        The text, its sound (PCM16 mono at 24 kHz) and when each word begins.
    """
    pieces: list[bytes] = []
    words: list[tuple[str, float]] = []
    frames = 0
    for index, word in enumerate(word_pieces(text)):
        words.append((word, PCM16_24K.milliseconds(frames)))
        letters = sum(not letter.isspace() for letter in word)
        sound = _tone(index, (_SHORTEST_WORD_MS + _LETTER_MS * letters) / speed, _GAP_MS / speed)
        pieces.append(sound)
        frames += PCM16_24K.frames(len(sound))
    return Say(text=text, pcm=b"".join(pieces), words=tuple(words))


def _tone(index: int, sound_ms: float, gap_ms: float) -> bytes:
    count = PCM16_24K.frames_in(sound_ms)
    edge = PCM16_24K.frames_in(min(_EDGE_MS, sound_ms / 2))
    seconds = np.arange(count) / PCM16_24K.rate
    wave = _LEVEL * np.sin(2 * np.pi * _PITCHES_HZ[index % len(_PITCHES_HZ)] * seconds)
    rise = np.linspace(0.0, 1.0, edge, endpoint=False)
    wave[:edge] *= rise
    wave[count - edge :] *= rise[::-1]
    return wave.astype("<i2").tobytes() + bytes(PCM16_24K.bytes_in(gap_ms))
