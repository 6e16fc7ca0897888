"""The shared checks."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from realtime_voice.audio import (
    ArraySink,
    IterableSource,
    NullSink,
    QueueSource,
    StreamResampler,
    WavSink,
)
from realtime_voice.audio._checks import (
    checked_bytes,
    checked_format,
    checked_frames,
    checked_positive,
    checked_rate,
)
from realtime_voice.errors import AudioError
from realtime_voice.formats import PCM16_24K, AudioFormat


@pytest.mark.parametrize("data", [b"ab", bytearray(b"ab"), memoryview(b"ab")])
def test_bytes_like_objects_become_bytes(data: Any) -> None:
    """Every bytes-like object is taken."""
    assert checked_bytes(data, "x") == b"ab"


@pytest.mark.parametrize("data", ["ab", 3, None, [1, 2], np.zeros(2, np.int16)])
def test_other_objects_are_refused_by_name(data: Any) -> None:
    """The message names who asks and what came; an array is told the way out."""
    with pytest.raises(AudioError, match=f"sink takes bytes, not {type(data).__name__}") as caught:
        checked_bytes(data, "sink")
    assert ("tobytes" in str(caught.value)) == isinstance(data, np.ndarray)


def test_incomplete_frames_are_refused() -> None:
    """The message names the length and the frame."""
    stereo = AudioFormat(channels=2)
    assert checked_frames(bytes(8), stereo, "x") == bytes(8)
    with pytest.raises(AudioError, match=r"x got 7 bytes.*frames of 4 bytes"):
        checked_frames(bytes(7), stereo, "x")


def test_rates_are_whole_numbers() -> None:
    """A numpy integer is fine, a float is not."""
    assert checked_rate(np.int32(8000)) == 8000
    for rate in (8000.0, "8000", None, True):
        with pytest.raises(AudioError, match="whole number"):
            checked_rate(rate)


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), "20", None, True])
def test_options_above_zero(value: Any) -> None:
    """Zero, negative, infinite and other types are refused with the option's name."""
    assert checked_positive(2.5, "chunk_ms") == 2.5
    assert checked_positive(np.int64(20), "chunk_ms") == 20.0
    with pytest.raises(AudioError, match="chunk_ms must be a finite number above 0"):
        checked_positive(value, "chunk_ms")


@pytest.mark.parametrize("layout", [24_000, "pcm16", None])
def test_formats_are_formats(layout: Any, tmp_path: Path) -> None:
    """A rate in the place of a format is told at once, by everything that takes a format."""
    path = tmp_path / "x.wav"
    for make in (
        lambda: ArraySink(layout),
        lambda: NullSink(layout),
        lambda: WavSink(path, layout),
        lambda: QueueSource(layout),
        lambda: IterableSource([], layout),
        lambda: StreamResampler(layout, PCM16_24K),
        lambda: StreamResampler(PCM16_24K, layout),
    ):
        with pytest.raises(AudioError, match="takes an AudioFormat, such as PCM16_24K, not"):
            make()
    assert not path.exists()
    assert checked_format(PCM16_24K, "x") is PCM16_24K
