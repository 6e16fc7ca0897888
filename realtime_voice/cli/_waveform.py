"""A track as a picture: peaks of the samples, drawn as bars of an inline SVG.

It knows nothing of pages or sessions.
"""

import numpy as np
from numpy.typing import NDArray

from realtime_voice.audio import peaks
from realtime_voice.cli._html import Html, tag
from realtime_voice.cli._story import Track

__all__ = ["speech_end_ms", "waveform"]

_BAR_PITCH_PX = 3
_SHAPE = 0.6
"""Loudness grows with a power of the amplitude (Stevens): quiet speech stays visible."""
_FULL_SCALE = 32768
_SILENCE = 0.003
_SPEECH_WINDOW_MS = 20
_SPEECH_BELOW_PEAK = 0.05


def waveform(track: Track, *, duration_ms: float, width: int, height: int, label: str) -> Html:
    """An SVG of a track, scaled to its own loudest sound.

    Args:
        track: The sound.
        duration_ms: What the whole width stands for.
        width: Width in pixels.
        height: Height in pixels.
        label: What a person who cannot see it is told.
    """
    count = max(1, width // _BAR_PITCH_PX)
    levels = _levels(track, count, duration_ms)
    shaped = (levels / max(float(levels.max()), 1e-6)) ** _SHAPE
    middle = height / 2
    bars: list[str] = []
    for index, (level, bar) in enumerate(zip(levels.tolist(), shaped.tolist(), strict=True)):
        if level > _SILENCE:
            half = max(0.5, bar * (middle - 2))
            x = index * _BAR_PITCH_PX + _BAR_PITCH_PX / 2
            bars.append(f"M{x:g} {middle - half:.1f}V{middle + half:.1f}")
    return tag(
        "svg",
        tag("path", d=f"M0 {middle:g}H{width}", class_="silence"),
        tag("path", d="".join(bars) or "M0 0", class_="bars"),
        role="img",
        aria_label=label,
        width=width,
        height=height,
        viewBox=f"0 0 {width} {height}",
    )


def _levels(track: Track, count: int, duration_ms: float) -> NDArray[np.float64]:
    """The loudest sample of each of ``count`` equal stretches of the time line, from 0 to 1."""
    padded = np.zeros(max(count, round(duration_ms * track.rate / 1000)), np.int16)
    kept = track.samples[: len(padded)]
    padded[: len(kept)] = kept
    lowest, highest = (side.astype(np.float64) for side in peaks(padded, count))
    return np.maximum(-lowest, highest) / _FULL_SCALE


def speech_end_ms(samples: NDArray[np.int16], rate: int) -> float:
    """Where the speech in a recording ends: its last stretch that is not quiet, in ms.

    Recordings end with some silence; who waits for an answer counts from the last word.
    """
    window = max(1, rate * _SPEECH_WINDOW_MS // 1000)
    whole = len(samples) // window * window
    if whole == 0:
        return len(samples) * 1000 / rate
    levels = np.sqrt(np.mean(samples[:whole].reshape(-1, window).astype(np.float64) ** 2, axis=1))
    loud = np.flatnonzero(levels > _SPEECH_BELOW_PEAK * levels.max())
    last = int(loud[-1]) + 1 if len(loud) else len(levels)
    return last * window * 1000 / rate
