"""Arrays of every type to 16 bits."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_voice.audio._convert import as_int16, decode_samples, encode_samples, int32_to_int16
from realtime_voice.errors import AudioError
from realtime_voice.formats import AudioFormat, Encoding

SAMPLES = st.lists(st.integers(-32768, 32767), max_size=30)


@given(SAMPLES)
def test_each_width_gives_16_bit_samples_back_exactly(values: list[int]) -> None:
    """16 bit sound that was widened comes back as it was."""
    samples = np.array(values, np.int16)
    wider: list[Any] = [
        samples,
        samples.astype(">i2"),
        samples.astype(np.int32) << 16,
        samples / np.float64(32768),
        (samples / np.float64(32768)).astype(np.float32),
        (samples / np.float64(32768)).tolist(),
    ]
    for array in wider:
        result = as_int16(array)
        assert result.dtype == np.int16
        assert result.shape == (len(values), 1)
        assert result[:, 0].tolist() == values


def test_narrow_integers_are_scaled() -> None:
    """8 bit sound fills the upper byte; unsigned sound is centred at 128."""
    assert as_int16(np.array([-128, 0, 127], np.int8))[:, 0].tolist() == [-32768, 0, 32512]
    assert as_int16(np.array([0, 128, 255], np.uint8))[:, 0].tolist() == [-32768, 0, 32512]


@given(st.lists(st.integers(-(2**31), 2**31 - 1)))
def test_int32_is_rounded_to_the_nearest_and_saturates(values: list[int]) -> None:
    """Half a step goes up; the largest values do not wrap around."""
    expected = [min((value + 0x8000) >> 16, 32767) for value in values]
    assert int32_to_int16(np.array(values, np.int32)).tolist() == expected


def test_floats_saturate() -> None:
    """Beyond full scale is full scale."""
    assert as_int16([1.0, 1.5, -1.0, -2.5, 0.5])[:, 0].tolist() == [
        32767, 32767, -32768, -32768, 16384,
    ]  # fmt: skip


def test_channels_stay_columns() -> None:
    """Two columns are two channels."""
    assert as_int16(np.zeros((5, 2), np.int16)).shape == (5, 2)


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (np.array([0.0, np.nan]), "frame 1 holds a sample that is nan.*finite"),
        (np.array([np.inf]), "frame 0 .*inf"),
        (np.array([20000.0]), "reach 20000.*int16"),
        (np.array([1, 2]), "int64.*full scale"),
        (np.array([1], np.uint16), "uint16"),
        (np.array([True]), "bool"),
        (np.array([1j]), "complex"),
        (np.array(3.0), r"shape.*\(\)"),
        (np.zeros((2, 2, 2)), "shape"),
        (np.zeros((2, 0)), "shape"),
        ("sound", "shape"),
        (["a"], "<U1"),
        ([[1.0], [1.0, 2.0]], "cannot become an array"),
        (None, "shape"),
    ],
)
def test_what_is_no_sound_is_refused(samples: object, message: str) -> None:
    """NaN, infinity, unclear full scale and other shapes are typed errors that name the value."""
    with pytest.raises(AudioError, match=message):
        as_int16(samples)


@pytest.mark.parametrize("encoding", ["pcm16", "pcmu", "pcma"])
@pytest.mark.parametrize("channels", [1, 2])
def test_raw_sound_goes_through_arrays_unchanged(encoding: Encoding, channels: int) -> None:
    """Decoding and encoding raw sound gives the same bytes in each format."""
    layout = AudioFormat(rate=8000, channels=channels, encoding=encoding)
    data = bytes(n for n in range(256) if n != 0x7F) + b"\0"
    samples = decode_samples(data, layout)
    assert samples.shape == (layout.frames(len(data)), channels)
    assert encode_samples(samples, layout) == data
