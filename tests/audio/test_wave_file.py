"""Whole WAV files, every width."""

import io
import os
import struct
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_voice.audio import WavSink, WavSource, decode_g711, read_wav, write_wav
from realtime_voice.errors import AudioError
from tests.audio.test_wave_format import chunk, fmt, riff

SAMPLES = st.lists(st.integers(-32768, 32767), max_size=40)


def _file(header: bytes, body: bytes, folder: Path) -> Path:
    path = folder / "x.wav"
    path.write_bytes(riff(header, chunk(b"data", body), chunk(b"LIST", b"INFOx")))
    return path


@settings(deadline=None)
@given(SAMPLES, st.integers(1, 4), st.sampled_from([8000, 22_050, 44_100, 192_000]))
def test_samples_survive_writing_and_reading(
    tmp_path_factory: pytest.TempPathFactory, values: list[int], channels: int, rate: int
) -> None:
    """16 bit sound of any shape comes back as it was."""
    samples = np.array(values[: len(values) // channels * channels], np.int16).reshape(-1, channels)
    path = tmp_path_factory.getbasetemp() / "round.wav"
    write_wav(path, samples, rate)
    result, read_rate = read_wav(str(path))
    assert read_rate == rate
    assert result.dtype == np.int16
    assert np.array_equal(result, samples)
    with wave.open(str(path)) as file:
        assert file.readframes(1000) == samples.astype("<i2").tobytes()


@settings(deadline=None)
@given(SAMPLES, st.sampled_from([1, 2]))
def test_every_width_gives_the_sound_back(
    tmp_path_factory: pytest.TempPathFactory, values: list[int], channels: int
) -> None:
    """16 bit sound stored as 16, 24, 32 bit, float32 and float64 is read back exactly."""
    folder = tmp_path_factory.getbasetemp()
    samples = np.array(values[: len(values) // channels * channels], np.int64)
    widths: list[tuple[int, int, bytes]] = [
        (1, 2, samples.astype("<i2").tobytes()),
        (1, 3, b"".join((int(s) << 8).to_bytes(3, "little", signed=True) for s in samples)),
        (1, 4, (samples << 16).astype("<i4").tobytes()),
        (3, 4, (samples / 32768).astype("<f4").tobytes()),
        (3, 8, (samples / 32768).astype("<f8").tobytes()),
    ]
    for tag, width, body in widths:
        header = fmt(tag, channels=channels, align=width * channels, bits=8 * width)
        result, _ = read_wav(_file(header, body, folder))
        assert result.ravel().tolist() == samples.tolist()
        assert result.shape[1] == channels


@given(st.lists(st.integers(-(2**23), 2**23 - 1), max_size=30))
def test_24_bits_are_rounded_and_saturate(
    tmp_path_factory: pytest.TempPathFactory, values: list[int]
) -> None:
    """The nearest 16 bit step, halves up; the loudest values do not wrap."""
    body = b"".join(value.to_bytes(3, "little", signed=True) for value in values)
    path = _file(fmt(1, align=3, bits=24), body, tmp_path_factory.getbasetemp())
    assert read_wav(path)[0].ravel().tolist() == [min((v + 128) >> 8, 32767) for v in values]


@pytest.mark.parametrize(("tag", "law"), [(6, "pcma"), (7, "pcmu")])
def test_telephone_files(tmp_path: Path, tag: int, law: Any) -> None:
    """A-law and mu-law files are decoded."""
    codes = bytes(range(256))
    path = _file(fmt(tag, align=1, bits=8, tail=b"\0\0"), codes, tmp_path)
    assert np.array_equal(read_wav(path)[0].ravel(), decode_g711(codes, law))


def test_8_bits_are_centred_at_128(tmp_path: Path) -> None:
    """8 bit WAV is unsigned."""
    path = _file(fmt(1, align=1, bits=8), bytes([0, 127, 128, 255]), tmp_path)
    assert read_wav(path)[0].ravel().tolist() == [-32768, -256, 0, 32512]


def test_a_file_that_was_cut_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    """The header promises more; half a frame at the end does not count."""
    path = tmp_path / "cut.wav"
    path.write_bytes(riff(fmt(), chunk(b"data", bytes(101)[:101], size=4000))[:-1])
    assert read_wav(path)[0].shape == (50, 1)


def test_a_file_of_unknown_length_is_read_to_its_end(tmp_path: Path) -> None:
    """A streamed header says "until the end"."""
    path = tmp_path / "stream.wav"
    path.write_bytes(riff(fmt(), b"data\xff\xff\xff\xff" + bytes(60), size=0xFFFFFFFF))
    assert read_wav(path)[0].shape == (30, 1)


@pytest.mark.parametrize("claim", [1 << 40, (1 << 64) - 2])
def test_a_claim_beyond_memory_is_only_a_claim(tmp_path: Path, claim: int) -> None:
    """A header that promises a terabyte or more is read as far as the file goes."""
    ds64 = chunk(b"ds64", struct.pack("<QQQI", claim, claim, 0, 0))
    body = b"data\xff\xff\xff\xff" + bytes(60)
    (tmp_path / "x.wav").write_bytes(riff(ds64, fmt(), body, magic=b"RF64", size=0xFFFFFFFF))
    assert read_wav(tmp_path / "x.wav")[0].shape == (30, 1)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that cannot be read")
def test_a_disk_error_is_typed() -> None:
    """A file that opens but cannot be read is an AudioError."""
    with pytest.raises(AudioError, match="cannot read /proc/self/mem"):
        read_wav("/proc/self/mem")


def test_floats_that_are_no_sound(tmp_path: Path) -> None:
    """NaN in a float file is a typed error that names the file and the sample."""
    body = struct.pack("<3f", 0.5, float("nan"), 0.1)
    with pytest.raises(AudioError, match=r"x\.wav: frame 1 holds a sample that is nan"):
        read_wav(_file(fmt(3, align=4, bits=32), body, tmp_path))


def test_what_cannot_be_read_or_written(tmp_path: Path) -> None:
    """Missing files, directories, missing parents and other types are typed errors."""
    with pytest.raises(AudioError, match=r"cannot read .*gone\.wav: No such file"):
        read_wav(tmp_path / "gone.wav")
    with pytest.raises(AudioError, match="cannot read"):
        read_wav(tmp_path)
    with pytest.raises(AudioError, match="cannot write"):
        write_wav(tmp_path, np.zeros(3, np.int16), 8000)
    with pytest.raises(AudioError, match="cannot write"):
        write_wav(tmp_path / "none" / "x.wav", np.zeros(3, np.int16), 8000)
    assert not (tmp_path / "none").exists()
    wrong: list[Any] = [3, None, b"x.wav", io.BytesIO()]
    for path in wrong:
        with pytest.raises(AudioError, match="path must be"):
            read_wav(path)
    with pytest.raises(AudioError, match="rate must be"):
        write_wav(tmp_path / "x.wav", np.zeros(3, np.int16), 0)
    with pytest.raises(AudioError, match="finite"):
        write_wav(tmp_path / "x.wav", np.array([np.nan]), 8000)
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - names are compared


def test_the_frame_that_is_no_sound_is_counted_in_frames(tmp_path: Path) -> None:
    """With several channels too, the message names the frame, not the sample."""
    path = tmp_path / "x.wav"
    floats = np.zeros((10, 2), np.float32)
    floats[7, 1] = np.inf
    header = fmt(3, channels=2, align=8, bits=32)
    path.write_bytes(riff(header, chunk(b"data", floats.tobytes())))
    with pytest.raises(AudioError, match="frame 7 holds a sample that is inf"):
        read_wav(path)


def test_a_path_with_a_nul_is_refused() -> None:
    """No file name can hold it; the operating system is not asked."""
    for use in (read_wav, WavSource, WavSink, lambda path: write_wav(path, [0.0], 8000)):
        with pytest.raises(AudioError, match="NUL"):
            use("a\0b.wav")
