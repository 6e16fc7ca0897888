"""Levels and waveform peaks."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_voice import errors
from realtime_voice.audio import level_dbfs, peaks


def test_levels_of_known_sounds() -> None:
    """A full-scale square wave is 0 dB, a full-scale sine 3 dB less, silence the floor."""
    sine = np.rint(32767 * np.sin(2 * np.pi * np.arange(2400) / 24)).astype(np.int16)
    assert level_dbfs(np.full(100, -32768, np.int16)) == 0.0
    assert level_dbfs(sine) == pytest.approx(-3.01, abs=0.01)
    assert level_dbfs(np.zeros(10, np.int16)) == -120.0
    assert level_dbfs(np.zeros(0, np.int16)) == -120.0


@given(st.lists(st.integers(-32768, 32767), min_size=1), st.integers(1, 50))
def test_peaks_bound_their_stretch(values: list[int], buckets: int) -> None:
    """Each bucket holds the extremes of its stretch, and all of the sound is looked at."""
    samples = np.array(values, np.int16)
    low, high = peaks(samples, buckets)
    assert low.shape == high.shape == (buckets,)
    assert (low <= high).all()
    for n in range(buckets):
        start = n * len(values) // buckets
        stop = max(start + 1, (n + 1) * len(values) // buckets)
        assert (low[n], high[n]) == (min(values[start:stop]), max(values[start:stop]))
    if buckets <= len(values):
        assert (low.min(), high.max()) == (min(values), max(values))


def test_peaks_of_nothing_and_of_bad_input() -> None:
    """No sound is a flat line; another shape or no bucket is an error."""
    assert peaks(np.zeros(0, np.int16), 3)[1].tolist() == [0, 0, 0]
    with pytest.raises(errors.AudioError, match="shape"):
        peaks(np.zeros((3, 2), np.int16), 3)
    with pytest.raises(errors.AudioError, match="at least 1, not 0"):
        peaks(np.zeros(3, np.int16), 0)


def test_floats_and_stereo_have_a_level() -> None:
    """Whatever a source takes can be measured, on the same scale."""
    assert level_dbfs(np.full(100, 0.5)) == pytest.approx(-6.02, abs=0.01)
    assert level_dbfs(np.full((100, 2), 16384, np.int16)) == pytest.approx(-6.02, abs=0.01)
    assert [side.tolist() for side in peaks(np.array([0.5, -0.5]), 1)] == [[-16384], [16384]]


@pytest.mark.parametrize(
    ("samples", "words"),
    [([0.0, float("nan")], "nan"), ([1, 2], "int64"), (None, "shape"), ("x", "shape")],
)
def test_what_is_no_sound_has_no_level(samples: Any, words: str) -> None:
    """NaN is not silence, and nothing else gives a number that means nothing."""
    with pytest.raises(errors.AudioError, match=words):
        level_dbfs(samples)
    with pytest.raises(errors.AudioError, match=words):
        peaks(samples, 1)


@pytest.mark.parametrize("buckets", [2.5, "2", None])
def test_buckets_are_counted(buckets: Any) -> None:
    """A fraction of a bucket is refused."""
    with pytest.raises(errors.AudioError, match="whole number"):
        peaks(np.zeros(3, np.int16), buckets)
