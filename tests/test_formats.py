"""Bytes, frames and milliseconds."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_voice.errors import AudioError
from realtime_voice.formats import PCM16_24K, PCMA_8K, PCMU_8K, AudioFormat, Encoding

FORMATS = st.builds(
    AudioFormat,
    rate=st.integers(1, 768_000),
    channels=st.integers(1, 64),
    encoding=st.sampled_from(["pcm16", "pcmu", "pcma"]),
)


@pytest.mark.parametrize(
    ("layout", "frame_bytes", "bytes_per_second"),
    [
        (PCM16_24K, 2, 48_000),
        (PCMU_8K, 1, 8_000),
        (PCMA_8K, 1, 8_000),
        (AudioFormat(rate=44_100, channels=2), 4, 176_400),
    ],
)
def test_sizes(layout: AudioFormat, frame_bytes: int, bytes_per_second: int) -> None:
    """The API's three formats, and stereo."""
    assert layout.frame_bytes == frame_bytes
    assert layout.bytes_per_second == bytes_per_second
    assert layout.bytes_in(1000) == bytes_per_second
    assert layout.milliseconds(layout.rate) == 1000


@given(FORMATS, st.integers(0, 10**9))
def test_frames_and_bytes_are_inverses(layout: AudioFormat, frames: int) -> None:
    """Whole frames come back, and an incomplete last frame does not count."""
    size = layout.bytes_for(frames)
    assert layout.frames(size) == frames
    assert layout.frames(size + layout.frame_bytes - 1) == frames
    assert layout.frames_in(layout.milliseconds(frames)) == frames


@pytest.mark.parametrize("value", [0, -1, 768_001, 24_000.0, 24_000.5, "24000", None, True])
def test_rates_that_cannot_be(value: Any) -> None:
    """A rate is a whole number of frames per second: a fraction would give fractions of bytes."""
    with pytest.raises(AudioError, match="rate"):
        AudioFormat(rate=value)


@pytest.mark.parametrize("value", [0, -1, 65, 1.5, 2.0, "1", None, True])
def test_channels_that_cannot_be(value: Any) -> None:
    """Between one and 64 whole channels."""
    with pytest.raises(AudioError, match="channels"):
        AudioFormat(channels=value)


@pytest.mark.parametrize("value", ["wav", "", None, 3, []])
def test_encodings_that_cannot_be(value: Any) -> None:
    """The message names those that there are."""
    encoding: Encoding = value
    with pytest.raises(AudioError, match="encoding must be one of pcm16, pcmu, pcma"):
        AudioFormat(encoding=encoding)


def test_whole_numbers_of_other_types_become_int() -> None:
    """What a numpy array gives as its length or rate is no trap later on."""
    layout = AudioFormat(rate=np.int32(24_000), channels=np.uint8(1))  # type: ignore[arg-type] # what is tested
    assert layout == PCM16_24K
    assert type(layout.rate) is type(layout.channels) is int


@pytest.mark.parametrize("duration", [float("nan"), float("inf"), float("-inf")])
def test_durations_are_finite(duration: float) -> None:
    """NaN and infinity are no lengths."""
    with pytest.raises(AudioError, match="finite"):
        PCM16_24K.frames_in(duration)
    with pytest.raises(AudioError, match="finite"):
        PCM16_24K.bytes_in(duration)
