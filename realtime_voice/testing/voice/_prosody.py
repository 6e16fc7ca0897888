"""Rhythm and melody: from tokens to sounds with a duration and a pitch.

The rules are few: function words are short, the last syllable before a rest is long, vowels before
voiceless consonants are clipped, the melody falls through a statement and rises at the end of a
question that can be answered with yes or no.
"""

from collections.abc import Sequence

import attrs

from realtime_voice.testing.voice._lexicon import Pronunciation
from realtime_voice.testing.voice._normalise import Pause, Token
from realtime_voice.testing.voice._phonemes import CONSONANTS, VOICELESS, VOWELS
from realtime_voice.testing.voice._styles import VoiceStyle

__all__ = ["Plan", "Segment", "plan_speech"]

_PAUSE_MS: dict[Pause, float] = {"none": 0, "clause": 150, "sentence": 260, "question": 260}
_LEAD_MS = 30.0
_TAIL_MS = 90.0
_FUNCTION_WORDS = frozenset({
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "can", "do", "for", "from", "had",
    "has", "have", "he", "her", "his", "i", "if", "in", "is", "it", "its", "my", "of", "on", "or",
    "our", "she", "so", "than", "that", "the", "their", "them", "they", "this", "to", "was", "we",
    "were", "will", "with", "you", "your",
})  # fmt: skip
_QUESTION_WORDS = frozenset({
    "what", "when", "where", "which", "who", "whom", "whose", "why", "how", "what's", "who's",
})  # fmt: skip


@attrs.frozen(kw_only=True)
class Segment:
    """One sound, or silence."""

    phoneme: str | None
    """ARPAbet name; None for silence."""
    ms: float
    """Duration in milliseconds."""
    pitch: float = 1.0
    """Pitch in the middle of the sound, relative to the voice's own."""


@attrs.frozen(kw_only=True)
class Plan:
    """A sentence, ready to be spoken."""

    segments: tuple[Segment, ...]
    """The sounds in order."""
    word_starts: tuple[int, ...]
    """For each token, the index of the segment at which it begins."""


def plan_speech(
    tokens: Sequence[Token], pronunciation: Pronunciation, style: VoiceStyle, speed: float
) -> Plan:
    """Lay out a sentence in time and pitch.

    Args:
        tokens: The sentence.
        pronunciation: Knows how words sound.
        style: The voice.
        speed: Speaking rate on top of the style's; 1.0 is normal.
    """
    pace = 1.0 / (style.rate * speed)
    segments = [Segment(phoneme=None, ms=_LEAD_MS)]
    starts: list[int] = []
    phrase_start = 0
    for number, token in enumerate(tokens):
        last = number + 1 == len(tokens)
        rests = last or token.pause != "none"
        starts.append(len(segments))
        for position, word in enumerate(token.words):
            final = rests and position + 1 == len(token.words)
            segments += _word(word, pronunciation.phonemes(word), final=final, pace=pace)
        if rests:
            rising = token.pause == "question" and not _asks_for_more(tokens)
            segments[phrase_start:] = _melody(
                segments[phrase_start:], style.liveliness, rising=rising, ends=last
            )
            segments.append(Segment(phoneme=None, ms=max(_PAUSE_MS[token.pause], 1.0) * pace))
            phrase_start = len(segments)
    segments.append(Segment(phoneme=None, ms=_TAIL_MS))
    return Plan(segments=tuple(segments), word_starts=tuple(starts))


def _asks_for_more(tokens: Sequence[Token]) -> bool:
    """A question that asks what, who or how; its melody falls."""
    first = next((word for token in tokens for word in token.words), "")
    return first in _QUESTION_WORDS


def _word(word: str, phonemes: Sequence[str], *, final: bool, pace: float) -> list[Segment]:
    """The sounds of one word with their durations and the accent on its first full vowel."""
    vowels = [number for number, name in enumerate(phonemes) if name in VOWELS]
    function = word in _FUNCTION_WORDS
    accented = _accented(phonemes, vowels) if not function else None
    segments: list[Segment] = []
    for number, name in enumerate(phonemes):
        ms = VOWELS[name].ms if name in VOWELS else CONSONANTS[name].ms
        if name in VOWELS:
            clipped = VOICELESS.issuperset(phonemes[number + 1 : number + 2] or [name])
            ms *= 0.8 if function else 1.0
            ms *= 1.35 if final and number == vowels[-1] else 1.0
            ms *= 0.85 if len(vowels) > 2 else 1.0
            ms *= 0.8 if clipped else 1.0
        segments.append(
            Segment(phoneme=name, ms=ms * pace, pitch=1.08 if number == accented else 1.0)
        )
    return segments


def _accented(phonemes: Sequence[str], vowels: Sequence[int]) -> int | None:
    """Index of the vowel that carries the accent: the first that is not a murmur."""
    full = [number for number in vowels if phonemes[number] not in {"AH", "IH", "ER"}]
    return next(iter(full or vowels), None)


def _melody(
    phrase: Sequence[Segment], liveliness: float, *, rising: bool, ends: bool
) -> list[Segment]:
    """Let the pitch sink through a phrase and move at its end."""
    total = sum(segment.ms for segment in phrase) or 1.0
    passed = 0.0
    shaped: list[Segment] = []
    for segment in phrase:
        place = (passed + segment.ms / 2) / total
        left_ms = total - passed - segment.ms / 2
        base = 1.08 - 0.14 * place
        if left_ms < 250:
            base += (0.30 if rising else -0.10 if ends else 0.02) * (1 - left_ms / 250)
        pitch = 1 + (base * segment.pitch - 1) * liveliness
        shaped.append(attrs.evolve(segment, pitch=pitch))
        passed += segment.ms
    return shaped
