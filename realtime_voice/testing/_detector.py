"""Speech detection by loudness: simple, exact and the same everywhere.

Right for scripts and for clean recordings; noise as loud as speech is speech to it.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["EnergyDetector"]

_FULL_SCALE = 32_768
_QUIETEST_DB = -60.0
_RANGE_DB = 40.0


class EnergyDetector:
    """Takes every frame for speech that is loud enough.

    Args:
        threshold: The session's, from 0 to 1: -60 to -20 dB relative to full scale, so that the
            default 0.5 means -40 dB (an RMS of 328 in 16 bit samples).
    """

    frame_ms = 20
    """Length of the frames it takes."""

    def __init__(self, threshold: float = 0.5) -> None:
        level_db = _QUIETEST_DB + _RANGE_DB * threshold
        self._power = (_FULL_SCALE * 10 ** (level_db / 20)) ** 2

    def is_speech(self, frame: NDArray[np.int16]) -> bool:
        """Whether this frame (mono, 24 kHz) is loud enough."""
        samples = frame.astype(np.float32)
        return bool(np.dot(samples, samples) >= self._power * max(1, len(samples)))
