"""How loud sound is, in figures and in pictures.

Levels are relative to full scale; nothing here decides what counts as speech.
"""

import math

import numpy as np
from numpy.typing import NDArray

from realtime_voice.errors import AudioError

__all__ = ["level_dbfs", "peaks"]

_FULL_SCALE = 32768.0
_FLOOR_DBFS = -120.0


def level_dbfs(samples: NDArray[np.int16]) -> float:
    """Return the level of 16 bit samples in dB relative to full scale.

    Args:
        samples: Any shape; all of it counts.

    Returns:
        The root of the mean square: 0 for a full-scale square wave, about -3 for a full-scale
        sine, -120 for silence and for no samples.
    """
    if samples.size == 0:
        return _FLOOR_DBFS
    mean = float(np.mean(np.square(samples, dtype=np.float64)))
    if mean == 0:
        return _FLOOR_DBFS
    return max(_FLOOR_DBFS, 10 * math.log10(mean / _FULL_SCALE**2))


def peaks(samples: NDArray[np.int16], buckets: int) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Return the lowest and the highest sample in each of some equal stretches, for a waveform.

    Args:
        samples: 16 bit samples of one channel, shape ``(frames,)``.
        buckets: Number of stretches, at least 1; more than there are samples repeats samples.

    Returns:
        Two arrays of shape ``(buckets,)``: lowest and highest; zeros where there is no sound.

    Raises:
        AudioError: The array has another shape, or ``buckets`` is below 1.
    """
    if samples.ndim != 1:
        raise AudioError(f"samples must have the shape (frames,), not {samples.shape}")
    if buckets < 1:
        raise AudioError(f"buckets must be at least 1, not {buckets}")
    if samples.size == 0:
        return np.zeros(buckets, np.int16), np.zeros(buckets, np.int16)
    edges = np.arange(buckets, dtype=np.int64) * samples.size // buckets
    return np.minimum.reduceat(samples, edges), np.maximum.reduceat(samples, edges)
