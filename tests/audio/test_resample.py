"""The streaming resampler: chunked equals whole, nothing shifts, nothing wraps."""

import math
import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from realtime_voice.audio import StreamResampler, decode_g711, encode_g711
from realtime_voice.errors import AudioError
from realtime_voice.formats import PCM16_24K, PCMA_8K, PCMU_8K, AudioFormat

RATES = [8_000, 11_025, 12_345, 16_000, 22_050, 24_000, 44_100, 44_101, 48_000]
COMMON = [8_000, 16_000, 22_050, 24_000, 44_100, 48_000]
PAIRS = [(a, b) for a in COMMON for b in COMMON if a != b]

FORMATS = st.builds(
    AudioFormat,
    rate=st.sampled_from(RATES),
    channels=st.sampled_from([1, 2]),
    encoding=st.sampled_from(["pcm16", "pcmu", "pcma"]),
)


def _pcm(samples: NDArray[np.float64]) -> bytes:
    return np.clip(np.rint(samples), -32768, 32767).astype("<i2").tobytes()


def _tone(frequency: float, rate: int, seconds: float, level: float = 32_000) -> bytes:
    return _pcm(level * np.sin(2 * np.pi * frequency * np.arange(round(rate * seconds)) / rate))


def _whole(source: AudioFormat, target: AudioFormat, data: bytes) -> bytes:
    resampler = StreamResampler(source, target)
    return resampler.process(data) + resampler.flush()


@settings(max_examples=150, deadline=None)
@given(FORMATS, FORMATS, st.binary(max_size=3000), st.lists(st.integers(0, 3000), max_size=12))
@example(PCM16_24K, AudioFormat(rate=44_100), bytes(range(256)) * 8, [1, 2, 3, 701])
@example(AudioFormat(rate=44_101), AudioFormat(rate=8_000), bytes(range(256)) * 8, [1, 2, 3, 701])
def test_chunked_equals_whole_bit_for_bit(
    source: AudioFormat, target: AudioFormat, data: bytes, cuts: list[int]
) -> None:
    """However the bytes are cut, also within a sample, the same bytes come out; all are counted."""
    resampler = StreamResampler(source, target)
    edges = sorted({0, len(data), *(min(cut, len(data)) for cut in cuts)})
    pieces = [resampler.process(data[start:stop]) for start, stop in pairwise(edges)]
    chunked = b"".join(pieces) + resampler.flush()
    assert chunked == _whole(source, target, data)
    frames = source.frames(len(data))
    assert target.frames(len(chunked)) == -(-frames * target.rate // source.rate)
    assert all(len(piece) % target.frame_bytes == 0 for piece in pieces)


@pytest.mark.parametrize(("rate_in", "rate_out"), PAIRS)
def test_each_chunk_gives_its_own_duration(rate_in: int, rate_out: int) -> None:
    """20 ms in, 20 ms out, within one frame; only the first chunk lacks the delay."""
    source, target = AudioFormat(rate=rate_in), AudioFormat(rate=rate_out)
    resampler = StreamResampler(source, target)
    rng = np.random.default_rng(7)
    lengths = [
        target.frames(len(resampler.process(_pcm(rng.normal(0, 3000, source.frames_in(20))))))
        for _ in range(40)
    ]
    chunk = source.frames_in(20) * rate_out / rate_in
    assert lengths[0] >= chunk - resampler.delay_ms * rate_out / 1000 - 1
    assert all(abs(length - chunk) < 1 for length in lengths[1:])
    assert 0 < resampler.delay_ms <= 2


@pytest.mark.parametrize(("rate_in", "rate_out"), PAIRS)
def test_a_tone_keeps_its_level_its_place_and_its_shape(rate_in: int, rate_out: int) -> None:
    """Every sample of a 1 kHz tone is within two steps of the ideal: no shift, no click."""
    out = _whole(AudioFormat(rate=rate_in), AudioFormat(rate=rate_out), _tone(1000, rate_in, 1))
    samples = np.frombuffer(out, "<i2").astype(float)
    ideal = 32_000 * np.sin(2 * np.pi * 1000 * np.arange(len(samples)) / rate_out)
    edge = rate_out // 100
    assert np.abs(samples - ideal)[edge:-edge].max() <= 2


@pytest.mark.parametrize(("rate_in", "rate_out"), [pair for pair in PAIRS if pair[0] > pair[1]])
def test_tones_above_the_new_band_disappear(rate_in: int, rate_out: int) -> None:
    """Full-scale tones above the lower Nyquist frequency leave less than -95 dB."""
    for factor in (1.1, 1.15, 1.3, 1.5, 1.9):
        frequency = factor * rate_out / 2
        if frequency < rate_in / 2:
            source, target = AudioFormat(rate=rate_in), AudioFormat(rate=rate_out)
            out = _whole(source, target, _tone(frequency, rate_in, 0.5, 32_767))
            samples = np.frombuffer(out, "<i2")[400:-400].astype(float)
            assert samples.std() * math.sqrt(2) <= 32_767 * 10 ** (-95 / 20)


def test_an_impulse_stays_where_it_was() -> None:
    """The delay is compensated: the peak comes out at the same instant."""
    for rate_in, rate_out in PAIRS:
        samples = np.zeros(rate_in)
        samples[rate_in // 2] = 30_000
        out = _whole(AudioFormat(rate=rate_in), AudioFormat(rate=rate_out), _pcm(samples))
        peak = int(np.abs(np.frombuffer(out, "<i2").astype(int)).argmax())
        assert abs(peak - (rate_in // 2) * rate_out / rate_in) <= 1


@pytest.mark.parametrize("value", [-32_768, -1, 0, 1, 12_345, 32_767])
@pytest.mark.parametrize("rate_out", [8_000, 12_345, 44_100])
def test_a_constant_stays_that_constant(value: int, rate_out: int) -> None:
    """Every phase has a gain of exactly one: no hum, no offset."""
    data = _pcm(np.full(4800, float(value)))
    out = np.frombuffer(_whole(PCM16_24K, AudioFormat(rate=rate_out), data), "<i2")
    edge = rate_out // 200
    assert set(out[edge:-edge].tolist()) == {value}


def test_overshoot_saturates() -> None:
    """A full-scale square wave overshoots when it is filtered; it clips and never wraps."""
    square = np.where(np.arange(24_000) // 60 % 2, 32_767.0, -32_768.0)
    out = np.frombuffer(_whole(PCM16_24K, AudioFormat(rate=48_000), _pcm(square)), "<i2")
    signs = np.where(np.arange(len(out)) // 120 % 2, 1, -1)
    clear = (np.arange(len(out)) % 120 > 4) & (np.arange(len(out)) % 120 < 116)
    assert (np.sign(out[clear]) == signs[clear]).all()
    assert (out.max(), out.min()) == (32_767, -32_768)


@given(st.lists(st.tuples(st.integers(-32768, 32767), st.integers(-32768, 32767)), min_size=1))
def test_mixing_is_the_mean_without_overflow(frames: list[tuple[int, int]]) -> None:
    """Two channels become their mean, rounded to the nearest, halves to even."""
    data = np.array(frames, "<i2").tobytes()
    mono = np.frombuffer(_whole(AudioFormat(channels=2), PCM16_24K, data), "<i2")
    assert mono.tolist() == [round((left + right) / 2) for left, right in frames]


def test_mixing_happens_before_rounding() -> None:
    """Opposite channels cancel exactly, also while the rate changes; equal ones stay."""
    noise = np.random.default_rng(3).integers(-32_767, 32_767, 4_410)
    stereo = AudioFormat(rate=44_100, channels=2)
    opposite = np.stack((noise, -noise), axis=1).astype("<i2").tobytes()
    equal = np.stack((noise, noise), axis=1).astype("<i2").tobytes()
    assert not any(_whole(stereo, PCM16_24K, opposite))
    mono = noise.astype("<i2").tobytes()
    assert _whole(stereo, PCM16_24K, equal) == _whole(AudioFormat(rate=44_100), PCM16_24K, mono)


def test_mono_is_copied_to_every_channel() -> None:
    """One channel becomes two equal ones."""
    data = _tone(300, 24_000, 0.1)
    out = np.frombuffer(_whole(PCM16_24K, AudioFormat(rate=48_000, channels=2), data), "<i2")
    mono = np.frombuffer(_whole(PCM16_24K, AudioFormat(rate=48_000), data), "<i2")
    assert np.array_equal(out.reshape(-1, 2), np.stack((mono, mono), axis=1))


def test_g711_is_decoded_and_encoded() -> None:
    """Telephone sound comes in and goes out; between the laws there is only the table."""
    codes = bytes(range(256))
    expected = encode_g711(decode_g711(codes, "pcmu"), "pcma")
    assert _whole(PCMU_8K, PCMA_8K, codes) == expected
    up = _whole(PCMU_8K, PCM16_24K, codes)
    pcm = decode_g711(codes, "pcmu").astype("<i2").tobytes()
    assert up == _whole(AudioFormat(rate=8000), PCM16_24K, pcm)
    down = _whole(PCM16_24K, PCMA_8K, up)
    samples = np.frombuffer(_whole(PCM16_24K, AudioFormat(rate=8000), up), "<i2")
    assert down == encode_g711(samples, "pcma")


def test_the_same_format_costs_nothing() -> None:
    """Equal formats give the very same bytes object back, with no delay."""
    resampler = StreamResampler(PCM16_24K, PCM16_24K)
    data = bytes(960)
    assert resampler.process(data) is data
    assert resampler.flush() == b""
    assert resampler.delay_ms == 0
    assert resampler.process(b"abc") == b"ab"
    assert resampler.process(b"d") == b"cd"


def test_flush_begins_a_new_stream() -> None:
    """After flush() the next sound is treated as if the resampler were new."""
    resampler = StreamResampler(PCM16_24K, AudioFormat(rate=8000))
    data = _tone(440, 24_000, 0.05)
    first = resampler.process(data + b"x") + resampler.flush()
    assert resampler.process(data) + resampler.flush() == first
    assert resampler.flush() == b""
    assert "24000" in repr(resampler)


def test_a_long_piece_is_converted_in_bounded_steps() -> None:
    """Ten minutes in one call neither take gigabytes nor differ from small chunks."""
    data = _tone(440, 8_000, 10) * 6
    resampler = StreamResampler(AudioFormat(rate=8000), PCM16_24K)
    whole = resampler.process(data) + resampler.flush()
    chunked = b"".join(resampler.process(data[n : n + 32_000]) for n in range(0, len(data), 32_000))
    assert chunked + resampler.flush() == whole


def test_one_chunk_takes_a_small_part_of_its_duration() -> None:
    """20 ms of sound take well below 2 ms; a generous bound for slow machines."""
    resampler = StreamResampler(AudioFormat(rate=48_000), PCM16_24K)
    chunk = bytes(1920)
    resampler.process(chunk)
    start = time.perf_counter()
    for _ in range(100):
        resampler.process(chunk)
    assert (time.perf_counter() - start) / 100 < 0.002


def test_what_is_not_defined_is_refused() -> None:
    """Six channels to two, rates too far apart and other types are typed errors."""
    with pytest.raises(AudioError, match="6 channels into 2"):
        StreamResampler(AudioFormat(channels=6), AudioFormat(channels=2))
    with pytest.raises(AudioError, match="factor of 256"):
        StreamResampler(AudioFormat(rate=1), PCM16_24K)
    with pytest.raises(AudioError, match="takes bytes, not str"):
        StreamResampler(PCM16_24K, PCMU_8K).process("abc")  # type: ignore[arg-type] # what is tested


def test_below_eight_kilohertz_the_delay_grows() -> None:
    """16 frames at the lower rate are needed: 4 ms at 4 kHz, as documented."""
    assert StreamResampler(AudioFormat(rate=4000), PCM16_24K).delay_ms == 4.0
