"""Tracks as sound files: one side alone, or both sides in one conversation.

It knows nothing of sessions or pages.
"""

import io
import wave

import numpy as np
from numpy.typing import NDArray

from realtime_voice.cli._story import Track

__all__ = ["mixed", "wav_bytes"]


def wav_bytes(track: Track) -> bytes:
    """A track as a WAV file: 16 bit, mono."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(track.rate)
        file.writeframes(track.samples.astype("<i2").tobytes())
    return buffer.getvalue()


def mixed(first: Track, second: Track) -> Track:
    """Both tracks at once, clipped where they are too loud together.

    Args:
        first: One side.
        second: The other side, at the same rate.
    """
    total = np.zeros(max(len(first.samples), len(second.samples)), dtype=np.int32)
    for track in (first, second):
        total[: len(track.samples)] += track.samples
    clipped: NDArray[np.int16] = np.clip(total, -32768, 32767).astype(np.int16)
    return Track(samples=clipped, rate=first.rate)
