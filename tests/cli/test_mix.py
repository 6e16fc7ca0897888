"""Two sides in one sound."""

import io
import wave

import numpy as np

from realtime_voice.cli._mix import mixed, wav_bytes
from realtime_voice.cli._story import Track


def track(*samples: int) -> Track:
    """A short track."""
    return Track(samples=np.array(samples, np.int16), rate=24_000)


def test_both_sides_are_heard() -> None:
    """Samples add up, the longer side sets the length, and nothing wraps around."""
    both = mixed(track(1, 30_000, -30_000), track(2, 30_000, -30_000, 5))
    assert both.samples.tolist() == [3, 32_767, -32_768, 5]
    assert both.rate == 24_000


def test_wav_bytes_are_a_wav_file() -> None:
    """Any player can read it."""
    with wave.open(io.BytesIO(wav_bytes(track(1, -2, 3)))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 24_000)
        assert np.frombuffer(file.readframes(3), "<i2").tolist() == [1, -2, 3]
