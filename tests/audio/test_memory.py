"""Arrays as source and sink."""

import numpy as np
import pytest

from realtime_voice.audio import ArraySink, ArraySource
from realtime_voice.errors import AudioError
from realtime_voice.formats import PCMU_8K, AudioFormat


@pytest.mark.anyio
@pytest.mark.parametrize("channels", [1, 2])
async def test_an_array_goes_through_source_and_sink_unchanged(channels: int) -> None:
    """Every sample arrives once, in chunks of the length asked for, each time it is iterated."""
    samples = np.arange(-5000, 5000, dtype=np.int16)[: 4999 * channels].reshape(-1, channels)
    source = ArraySource(samples, 16_000, chunk_ms=10)
    assert source.format == AudioFormat(rate=16_000, channels=channels)
    assert source.duration_s == 4999 / 16_000
    for _ in range(2):
        sink = ArraySink(source.format)
        lengths = []
        async for chunk in source:
            sink.write(chunk)
            lengths.append(source.format.frames(len(chunk)))
        assert set(lengths[:-1]) == {160}
        assert np.array_equal(sink.samples.reshape(-1, channels), samples)
        assert sink.frames_rendered == sink.clear() == 4999
        assert sink.duration_s == source.duration_s
    await sink.drain()
    await source.aclose()


@pytest.mark.anyio
async def test_no_samples_are_no_chunks() -> None:
    """An empty array says nothing."""
    source = ArraySource(np.zeros(0, np.float32), 24_000)
    assert [chunk async for chunk in source] == []
    assert "duration_s=0" in repr(source)


@pytest.mark.anyio
async def test_the_array_is_copied() -> None:
    """Changing the array later does not change what is spoken."""
    samples = np.ones(10, np.int16)
    source = ArraySource(samples, 8000)
    samples[:] = 0
    assert b"".join([chunk async for chunk in source]) == b"\1\0" * 10


def test_a_sink_of_telephone_sound_gives_samples() -> None:
    """G.711 is decoded for `samples`; `data` stays raw."""
    sink = ArraySink(PCMU_8K)
    assert sink.data == b""
    assert sink.samples.shape == (0,)
    sink.write(b"\xff\x80")
    sink.write(b"\x00")
    assert sink.data == b"\xff\x80\x00"
    assert sink.samples.tolist() == [0, 32124, -32124]
    sink.samples[0] = 1
    assert sink.samples[0] == 0
    assert "frames_rendered=3" in repr(sink)


def test_bad_options_are_refused() -> None:
    """A rate, a length or a shape that cannot be is told at once."""
    samples = np.zeros(4, np.int16)
    with pytest.raises(AudioError, match="rate must be 1 to"):
        ArraySource(samples, 0)
    with pytest.raises(AudioError, match="whole number"):
        ArraySource(samples, 24_000.0)  # type: ignore[arg-type] # what is tested
    with pytest.raises(AudioError, match="chunk_ms"):
        ArraySource(samples, 24_000, chunk_ms=0)
    with pytest.raises(AudioError, match="channels must be 1 to 64, not 1000"):
        ArraySource(np.zeros((2, 1000), np.int16), 24_000)
    with pytest.raises(AudioError, match="finite"):
        ArraySource(np.array([np.nan]), 24_000)
    with pytest.raises(AudioError, match="whole number of frames"):
        ArraySink().write(b"a")
