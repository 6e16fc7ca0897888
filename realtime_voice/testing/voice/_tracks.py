"""From sounds to the movements of a vocal tract: one row of control values every 5 ms.

Knows articulation; knows nothing of words above it or of samples below it.
"""

from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from realtime_voice.testing.voice._phonemes import CONSONANTS, VOWELS, Consonant, Formants
from realtime_voice.testing.voice._prosody import Segment

__all__ = ["FRAME_MS", "Tracks", "draw_tracks"]

FRAME_MS = 5
"""Distance between two rows of control values."""

_Values = NDArray[np.float64]
_NEUTRAL: Formants = (500, 1500, 2500)
_EXTRA_FRAMES = 4
_HISS = 0.35
"""Share of the surrounding vowel in a fricative's formants: the tongue is already on its way."""
_ASPIRATION_FRAMES = 5
_ASPIRATION = 0.22
_BREATH = 0.30
_FORMANT_SMOOTHING = 13
_VOICE_SMOOTHING = 5
_NOSE_SMOOTHING = 5


@attrs.frozen(kw_only=True)
class Tracks:
    """Control values over time; the first axis of every array is the frame."""

    starts_ms: tuple[float, ...]
    """When each segment begins; one more for the end of the last."""
    formants: _Values
    """Shape ``(frames, 3)``, in Hz."""
    voicing: _Values
    """Strength of the vocal folds."""
    aspiration: _Values
    """Strength of breath noise, shaped by the formants."""
    noise: _Values
    """Shape ``(frames, 3)``: centre in Hz, width in Hz and strength of turbulence."""
    nasality: _Values
    """How far the nose is open, 0 to 1."""
    pitch: _Values
    """Pitch relative to the voice's own."""

    @property
    def duration_ms(self) -> float:
        """When the last segment ends."""
        return self.starts_ms[-1]


def draw_tracks(segments: Sequence[Segment]) -> Tracks:
    """Turn a sequence of sounds into smooth control values.

    Args:
        segments: At least one sound or silence.
    """
    ends = np.cumsum([segment.ms for segment in segments])
    starts = (0.0, *(float(end) for end in ends))
    drawing = _Drawing(segments, starts)
    for number in range(len(segments)):
        drawing.add(number)
    return drawing.finish()


class _Drawing:
    """Tracks in the making."""

    def __init__(self, segments: Sequence[Segment], starts: tuple[float, ...]) -> None:
        frames = int(starts[-1] / FRAME_MS) + _EXTRA_FRAMES
        self.segments = segments
        self.starts = starts
        self.formants = np.full((frames, 3), np.nan)
        self.voicing = np.zeros(frames)
        self.aspiration = np.zeros(frames)
        self.noise = np.zeros((frames, 3))
        self.nasality = np.zeros(frames)
        self.pitch = np.full(frames, np.nan)

    def add(self, number: int) -> None:
        """Draw one segment."""
        segment = self.segments[number]
        first = int(self.starts[number] / FRAME_MS)
        end = max(first + 1, int(self.starts[number + 1] / FRAME_MS))
        if segment.phoneme is None:
            return
        self.pitch[(first + end) // 2] = segment.pitch
        if segment.phoneme in VOWELS:
            self._vowel(segment.phoneme, first, end)
        else:
            self._consonant(number, CONSONANTS[segment.phoneme], first, end)

    def _vowel(self, name: str, first: int, end: int) -> None:
        vowel = VOWELS[name]
        way = np.clip((np.linspace(0, 1, end - first)[:, None] - 0.25) / 0.6, 0, 1)
        start, goal = np.array(vowel.start, float), np.array(vowel.end, float)
        self.formants[first:end] = start + (goal - start) * way
        self.voicing[first:end] = np.maximum(self.voicing[first:end], 1.0) * np.where(
            self.aspiration[first:end] > 0, 0.15, 1.0
        )

    def _consonant(self, number: int, sound: Consonant, first: int, end: int) -> None:
        name = self.segments[number].phoneme
        around = np.array(self._vowel_near(number), float)
        locus = np.array(sound.formants, float)
        self.voicing[first:end] = sound.voicing
        match sound.manner:
            case "aspirate":
                locus = around
                self.aspiration[first:end] = _BREATH
            case "nasal":
                self.nasality[first:end] = 1.0
            case "fricative":
                locus = (1 - _HISS) * locus + _HISS * around * [0.6, 1, 1]
                self._hiss(sound, first, end)
            case "stop" | "affricate":
                if name in {"K", "G"}:
                    locus[1] = np.clip(around[1] * 1.1, 1000, 2200)
                    locus[2] = max(locus[1] + 350, locus[2])
                self._burst(number, sound, first, end, locus[1] if name in {"K", "G"} else None)
            case "glide":
                pass
        self.formants[first:end] = locus

    def _vowel_near(self, number: int) -> Formants:
        """Where the neighbouring vowel has its formants: the next one, else the one before."""
        for neighbour in self.segments[number + 1 : number + 3]:
            if neighbour.phoneme in VOWELS:
                return VOWELS[neighbour.phoneme].start
        for neighbour in reversed(self.segments[max(0, number - 2) : number]):
            if neighbour.phoneme in VOWELS:
                return VOWELS[neighbour.phoneme].end
        return _NEUTRAL

    def _hiss(self, sound: Consonant, first: int, end: int) -> None:
        if sound.noise is None:
            return
        self.noise[first:end] = (sound.noise.centre, sound.noise.width, sound.noise.amplitude)
        self.noise[first, 2] *= 0.4
        self.noise[end - 1, 2] *= 0.5

    def _burst(
        self, number: int, sound: Consonant, first: int, end: int, centre: float | None
    ) -> None:
        """Silence while the mouth is closed, then the release with its noise."""
        if sound.noise is None:
            return
        stop = sound.manner == "stop"
        release = max(1, round((end - first) * (0.35 if stop else 0.6)))
        start = end - release
        where = centre * 1.05 if centre is not None else sound.noise.centre
        self.noise[start:end] = (where, sound.noise.width, sound.noise.amplitude)
        self.noise[start:end, 2] *= np.linspace(1.0, 0.35, release) if stop else 0.75
        if sound.voicing == 0 and stop and self._breathes_after(number):
            self.aspiration[end : end + _ASPIRATION_FRAMES] = _ASPIRATION

    def _breathes_after(self, number: int) -> bool:
        """Voiceless stops are followed by breath before a vowel or a glide, but not after S."""
        after = self.segments[number + 1].phoneme if number + 1 < len(self.segments) else None
        before = self.segments[number - 1].phoneme if number else None
        opens = after is not None and (after in VOWELS or CONSONANTS[after].manner == "glide")
        return opens and before != "S"

    def finish(self) -> Tracks:
        """Fill the gaps and round the corners: a tongue has mass."""
        for column in range(3):
            self.formants[:, column] = _smooth(_fill(self.formants[:, column]), _FORMANT_SMOOTHING)
        for column in range(2):
            values = self.noise[:, column]
            self.noise[:, column] = _fill(np.where(values > 0, values, np.nan), empty=1.0)
        self.noise[:, 2] = _smooth(self.noise[:, 2], 3)
        return Tracks(
            starts_ms=self.starts,
            formants=self.formants,
            voicing=_smooth(self.voicing, _VOICE_SMOOTHING),
            aspiration=_smooth(self.aspiration, _VOICE_SMOOTHING),
            noise=self.noise,
            nasality=_smooth(self.nasality, _NOSE_SMOOTHING),
            pitch=_smooth(_fill(self.pitch, empty=1.0), 15),
        )


def _fill(values: _Values, empty: float = 500.0) -> _Values:
    """Straight lines through the gaps (NaN)."""
    known = np.flatnonzero(~np.isnan(values))
    if not len(known):
        return np.full(len(values), empty)
    return np.interp(np.arange(len(values)), known, values[known])


def _smooth(values: _Values, width: int) -> _Values:
    """A moving average with soft edges over an odd number of frames."""
    window = np.hanning(width + 2)[1:-1]
    padded = np.pad(values, width // 2, mode="edge")
    return np.convolve(padded, window / window.sum(), mode="valid").astype(np.float64)
