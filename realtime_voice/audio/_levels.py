"""How loud sound is, in figures and in pictures.

Levels are relative to full scale; nothing here decides what counts as speech.
"""

import math
import operator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from realtime_voice.audio._convert import as_int16
from realtime_voice.errors import AudioError

__all__ = ["level_dbfs", "peaks"]

_FULL_SCALE = 32768.0
_FLOOR_DBFS = -120.0


def level_dbfs(samples: Any) -> float:
    """Return the level of samples in dB relative to full scale.

    Args:
        samples: As for :class:`ArraySource`: int16, or floats from -1 to 1, shape ``(frames,)`` or
            ``(frames, channels)``; all of it counts.

    Returns:
        The root of the mean square: 0 for a full-scale square wave, about -3 for a full-scale
        sine, -120 for silence and for no samples.

    Raises:
        AudioError: NaN, infinity, or another shape or type.
    """
    array = as_int16(samples)
    if array.size == 0:
        return _FLOOR_DBFS
    mean = float(np.mean(np.square(array, dtype=np.float64)))
    if mean == 0:
        return _FLOOR_DBFS
    return max(_FLOOR_DBFS, 10 * math.log10(mean / _FULL_SCALE**2))


def peaks(samples: Any, buckets: int) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Return the lowest and the highest sample in each of some equal stretches, for a waveform.

    Args:
        samples: Samples of one channel, shape ``(frames,)``: int16, or floats from -1 to 1.
        buckets: Number of stretches, at least 1; more than there are samples repeats samples.

    Returns:
        Two int16 arrays of shape ``(buckets,)``: lowest and highest; zeros where there is no sound.

    Raises:
        AudioError: The array has another shape or type, holds NaN or infinity, or ``buckets`` is
            no whole number or below 1.
    """
    array = as_int16(samples)
    if np.ndim(samples) != 1:
        raise AudioError(f"samples must have the shape (frames,), not {np.shape(samples)}")
    count = _checked_count(buckets)
    if array.size == 0:
        return np.zeros(count, np.int16), np.zeros(count, np.int16)
    edges = np.arange(count, dtype=np.int64) * array.size // count
    line = array[:, 0]
    return np.minimum.reduceat(line, edges), np.maximum.reduceat(line, edges)


def _checked_count(buckets: Any) -> int:
    try:
        count = operator.index(buckets)
    except TypeError:
        count = 0
    if count < 1:
        raise AudioError(f"buckets must be a whole number and at least 1, not {buckets!r}")
    return count
