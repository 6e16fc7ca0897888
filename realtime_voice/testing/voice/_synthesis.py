"""From control values to samples: pulses through resonances, and shaped noise.

Each beat of the vocal folds is one impulse response, computed in the frequency domain for all beats
at once; overlap-add does the rest. Deterministic: the same tracks and style give the same samples.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from realtime_voice.testing.voice._styles import VoiceStyle
from realtime_voice.testing.voice._tracks import FRAME_MS, Tracks

__all__ = ["RATE", "render"]

RATE = 24_000
"""Samples per second."""

_Values = NDArray[np.float64]
_Spectra = NDArray[np.complex128]
_LENGTH = 768
"""Samples of one impulse response: 32 ms, after which the narrowest resonance is inaudible."""
_HOP = RATE * FRAME_MS // 1000
_FREQUENCIES = np.fft.rfftfreq(_LENGTH, 1 / RATE)
_FIXED_FORMANTS = (3500, 4500, 5500, 6500, 7500, 8500)
_FIXED_WIDTHS = (200, 250, 300, 400, 500, 600)
_NOSE_DARKENS = 0.2
_NOSE_NOTCH = 1.8
_HISS_GAIN = 0.035
_BREATH_GAIN = 0.045
_BREATHY_VOWEL = 0.12
_WIDTHS = (45.0, 60.0, 82.5)
_TILT_HZ = 350.0
_ONSET_S = 0.002
_FADE = 160
_PEAK = 22_000.0
_LOUDNESS = 3_600.0
"""Goal for the effective value of the voiced parts, in steps of 16 bit: about -19 dBFS."""


def render(tracks: Tracks, style: VoiceStyle) -> NDArray[np.int16]:
    """Compute the sound.

    Returns:
        Samples at :data:`RATE`; their number is the tracks' duration, rounded down.
    """
    random = np.random.default_rng(2026)
    formants = tracks.formants * style.formant_scale
    count = int(tracks.duration_ms * RATE / 1000)
    sound = np.zeros(count + 4 * _LENGTH)
    _add_pulses(sound, tracks, formants, style, random)
    _add_noise(sound, tracks, formants, style, random)
    sound = sound[:count]
    loud = sound[np.abs(sound) > 0.05 * (np.abs(sound).max(initial=0.0) or 1.0)]
    if not len(loud):
        return np.zeros(count, np.int16)
    gain = min(_PEAK / float(np.abs(loud).max()), _LOUDNESS / float(np.sqrt(np.mean(loud**2))))
    return np.rint(sound * gain).astype(np.int16)


def _add_pulses(
    sound: _Values,
    tracks: Tracks,
    formants: _Values,
    style: VoiceStyle,
    random: np.random.Generator,
) -> None:
    """Add the voiced part."""
    beats = _beats(tracks, style, random)
    frames = np.minimum(len(tracks.voicing) - 1, beats / FRAME_MS)
    rows = np.arange(len(tracks.voicing))
    strength = np.interp(frames, rows, tracks.voicing)
    audible = strength > 0.01
    if not audible.any():
        return
    beats, frames, strength = beats[audible], frames[audible], strength[audible]
    shapes = np.stack([np.interp(frames, rows, formants[:, n]) for n in range(3)], axis=1)
    spectra = _resonances(shapes) * (_upper(style.formant_scale) * _source(style.formant_scale))
    nose = np.interp(frames, rows, tracks.nasality)[:, None]
    if nose.any():
        notch = np.exp(-(((_FREQUENCIES - shapes[:, 1:2] * 0.85) / 350) ** 2))
        spectra *= (1 - _NOSE_DARKENS * nose * (_FREQUENCIES > 600)) / (
            1 + _NOSE_NOTCH * nose * notch
        )
    responses = np.fft.irfft(spectra, _LENGTH, axis=1) * strength[:, None]
    responses[:, -_FADE:] *= np.linspace(1, 0, _FADE)
    positions = (beats * RATE / 1000).astype(np.intp)
    for position, response in zip(positions, responses, strict=True):
        sound[position : position + _LENGTH] += response


def _beats(tracks: Tracks, style: VoiceStyle, random: np.random.Generator) -> _Values:
    """Times of the vocal folds' beats in milliseconds, with the unevenness of a living voice."""
    period = 1000 / (style.pitch * np.maximum(tracks.pitch, 0.3))
    jitter = 1 + random.normal(0, 0.006, 512)
    times: list[float] = []
    now = 0.0
    while now < tracks.duration_ms:
        times.append(now)
        frame = min(len(period) - 1, int(now / FRAME_MS))
        now += float(period[frame] * jitter[len(times) % len(jitter)])
    return np.array(times)


def _add_noise(
    sound: _Values,
    tracks: Tracks,
    formants: _Values,
    style: VoiceStyle,
    random: np.random.Generator,
) -> None:
    """Add turbulence and breath in overlapping windows of 10 ms."""
    strength = tracks.noise[:, 2]
    breath = np.maximum(tracks.aspiration, style.breath * _BREATHY_VOWEL * tracks.voicing)
    rows = np.flatnonzero((strength > 0.004) | (breath > 0.01))
    hiss = random.normal(0, 1, (len(strength) + 4) * _HOP)
    if not len(rows):
        return
    window = np.hanning(2 * _HOP + 1)[:-1]
    pieces = np.stack([hiss[row * _HOP : (row + 2) * _HOP] for row in rows]) * window
    centre, width = tracks.noise[rows, 0:1], tracks.noise[rows, 1:2]
    hump = np.exp(-(((_FREQUENCIES - centre) / width) ** 2)) * strength[rows, None]
    throat = np.abs(_resonances(formants[rows]) * _upper(style.formant_scale))
    throat *= (_FREQUENCIES / 900) / (1 + _FREQUENCIES / 900) * breath[rows, None]
    spectra = np.fft.rfft(pieces, _LENGTH, axis=1) * (_HISS_GAIN * hump + _BREATH_GAIN * throat)
    responses = np.fft.irfft(spectra, _LENGTH, axis=1)
    starts: list[int] = np.maximum(0, rows * _HOP - _HOP // 2).tolist()
    for start, response in zip(starts, responses, strict=True):
        sound[start : start + _LENGTH] += response


def _resonances(formants: _Values) -> _Spectra:
    """Transfer function of the three moving formants; shape ``(n, frequencies)``."""
    widths = np.array(_WIDTHS) + formants * [0.04, 0.02, 0.015]
    first, second, third = (
        _resonator(formants[:, column : column + 1], widths[:, column : column + 1])
        for column in range(3)
    )
    return first * second * third


def _resonator(centre: _Values, width: _Values) -> _Spectra:
    """A pair of poles with gain 1 at 0 Hz."""
    radius = np.exp(-np.pi * width / RATE)
    first = 2 * radius * np.cos(2 * np.pi * centre / RATE)
    second = -(radius**2)
    delay: _Spectra = np.exp(-2j * np.pi * _FREQUENCIES / RATE)
    response: _Spectra = (1 - first - second) / (1 - first * delay - second * delay**2)
    return response


@cache
def _upper(scale: float) -> _Spectra:
    """The resonances above the third, which hardly move."""
    result: _Spectra = np.ones(len(_FREQUENCIES), np.complex128)
    for centre, width in zip(_FIXED_FORMANTS, _FIXED_WIDTHS, strict=True):
        if centre * scale < RATE / 2:
            result = result * _resonator(np.array(centre * scale), np.array(float(width)))
    return result


@cache
def _source(scale: float) -> _Spectra:
    """One beat of the vocal folds as it leaves the lips: -12 dB per octave, +6 by radiation."""
    glottis = 1 / (1 + (_FREQUENCIES / (_TILT_HZ * scale)) ** 2)
    lips = 2 * np.pi * _FREQUENCIES / RATE * 6
    onset: _Spectra = np.exp(-2j * np.pi * _FREQUENCIES * _ONSET_S)
    return glottis * lips * onset
