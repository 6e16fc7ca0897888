"""A track as a picture: peaks of the samples, drawn as bars of an inline SVG.

It knows nothing of pages or sessions.
"""

import numpy as np
from numpy.typing import NDArray

from realtime_voice.cli._html import Html, tag
from realtime_voice.cli._story import Track

__all__ = ["peaks", "speech_end_ms", "waveform"]

_BAR_PITCH_PX = 3
_SHAPE = 0.6
"""Loudness is heard in proportion to a power of the amplitude (Stevens): quiet speech stays visible."""
_SILENCE = 0.003
_SPEECH_WINDOW_MS = 20
_SPEECH_BELOW_PEAK = 0.05


def peaks(samples: NDArray[np.int16], count: int, length: int) -> NDArray[np.float64]:
    """The loudest sample of each of ``count`` equal stretches, from 0 to 1.

    Args:
        samples: Mono samples.
        count: Number of stretches.
        length: Samples that all stretches cover together; the track is padded with silence.
    """
    edges = np.linspace(0, max(length, count), count + 1).astype(np.int64)
    padded = np.zeros(int(edges[-1]), dtype=np.float64)
    kept = min(len(samples), len(padded))
    padded[:kept] = np.abs(samples[:kept].astype(np.float64)) / 32768
    return np.maximum.reduceat(padded, edges[:-1])


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
    levels = peaks(track.samples, count, round(duration_ms * track.rate / 1000))
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
