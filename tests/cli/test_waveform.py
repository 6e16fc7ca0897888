"""Sound as a picture."""

import re

import numpy as np
import pytest

from realtime_voice.cli._story import Track
from realtime_voice.cli._waveform import speech_end_ms, waveform
from tests.cli.stories import noise


def bars(picture: str) -> list[float]:
    """Where bars stand, in pixels from the left."""
    return [float(x) for x in re.findall(r"M([\d.]+) [\d.]+V", picture)]


def test_bars_stand_where_the_sound_is() -> None:
    """Sound in the third quarter gives bars in the third quarter only."""
    track = noise((2000, 3000), duration_ms=3000)
    places = bars(waveform(track, duration_ms=4000, width=400, height=40, label="x"))
    assert 195 <= min(places) <= 205
    assert 295 <= max(places) <= 305


def test_silence_is_a_line() -> None:
    """A silent or empty track is drawn, without bars."""
    for samples in (np.zeros(0, np.int16), np.zeros(24_000, np.int16)):
        picture = waveform(
            Track(samples=samples, rate=24_000), duration_ms=1000, width=100, height=40, label="x"
        )
        assert bars(picture) == []
        assert 'role="img" aria-label="x"' in picture


@pytest.mark.parametrize("silence_ms", [0, 300, 1000])
def test_speech_ends_with_the_last_loud_sound(silence_ms: int) -> None:
    """Silence at the end of a recording does not count, even if it is not quite silent."""
    track = noise((0, 1000), duration_ms=1000 + silence_ms)
    samples = track.samples + np.tile(np.array([20, -20], np.int16), len(track.samples) // 2)
    assert speech_end_ms(samples, 24_000) == pytest.approx(1000, abs=20)


def test_speech_end_of_almost_nothing() -> None:
    """A few samples are all speech; so is silence, since nothing is louder."""
    assert speech_end_ms(np.zeros(24, np.int16), 24_000) == 1
    assert speech_end_ms(np.zeros(24_000, np.int16), 24_000) == 1000
