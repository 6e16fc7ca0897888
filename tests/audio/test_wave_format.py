"""Headers of WAV files: what is understood, tolerated and refused."""

import io
import struct
import wave
from typing import BinaryIO, cast

import pytest

from realtime_voice.audio._wave_format import HEADER_BYTES, WaveHeader, parse_header, wave_header
from realtime_voice.errors import AudioError
from realtime_voice.formats import PCM16_24K, PCMA_8K, PCMU_8K, AudioFormat

GUID_TAIL = bytes.fromhex("0000 0000 1000 8000 00aa 0038 9b71")


def chunk(kind: bytes, body: bytes, *, size: int | None = None) -> bytes:
    """One chunk, padded to an even length."""
    return (
        kind + struct.pack("<I", len(body) if size is None else size) + body + bytes(len(body) % 2)
    )


def fmt(
    tag: int = 1,
    *,
    channels: int = 1,
    rate: int = 8000,
    align: int = 2,
    bits: int = 16,
    tail: bytes = b"",
) -> bytes:
    """A format chunk."""
    body = struct.pack("<HHIIHH", tag, channels, rate, rate * align, align, bits)
    return chunk(b"fmt ", body + tail)


def riff(*chunks: bytes, magic: bytes = b"RIFF", size: int | None = None) -> bytes:
    """A whole file."""
    body = b"WAVE" + b"".join(chunks)
    return magic + struct.pack("<I", len(body) if size is None else size) + body


def parse(data: bytes) -> WaveHeader:
    """Parse a file in memory."""
    return parse_header(io.BytesIO(data), "x.wav")


@pytest.mark.parametrize(
    ("header", "kind", "sample_bytes"),
    [
        (fmt(1, align=1, bits=8), "integer", 1),
        (fmt(1, align=2, bits=16), "integer", 2),
        (fmt(1, align=2, bits=12), "integer", 2),
        (fmt(1, align=3, bits=24), "integer", 3),
        (fmt(1, align=4, bits=24), "integer", 4),
        (fmt(1, align=4, bits=32), "integer", 4),
        (fmt(1, align=0, bits=16), "integer", 2),
        (fmt(3, align=4, bits=32), "float", 4),
        (fmt(3, align=8, bits=64, tail=b"\0\0"), "float", 8),
        (fmt(6, align=1, bits=8, tail=b"\0\0"), "pcma", 1),
        (fmt(7, align=1, bits=8, tail=b"\0\0"), "pcmu", 1),
    ],
)
def test_each_kind_of_sample_is_understood(header: bytes, kind: str, sample_bytes: int) -> None:
    """The format tag and the frame's size tell how a sample is stored."""
    parsed = parse(riff(header, chunk(b"data", bytes(16))))
    assert (parsed.kind, parsed.sample_bytes) == (kind, sample_bytes)
    assert (parsed.rate, parsed.channels, parsed.data_bytes) == (8000, 1, 16)
    assert parsed.format == AudioFormat(rate=8000)


@pytest.mark.parametrize(("tag", "kind", "align"), [(1, "integer", 6), (3, "float", 8)])
def test_extensible_headers(tag: int, kind: str, align: int) -> None:
    """WAVE_FORMAT_EXTENSIBLE carries the real tag in its GUID."""
    bits = align * 4
    tail = struct.pack("<HHIH", 22, bits, 3, tag) + GUID_TAIL
    header = fmt(0xFFFE, channels=2, rate=96_000, align=align, bits=bits, tail=tail)
    parsed = parse(riff(header, chunk(b"data", bytes(24))))
    assert (parsed.kind, parsed.frame_bytes, parsed.channels) == (kind, align, 2)


def test_chunks_in_between_are_skipped_with_their_padding() -> None:
    """LIST, JUNK and unknown chunks of odd sizes may stand anywhere before the sound."""
    data = riff(
        chunk(b"JUNK", bytes(27)), chunk(b"LIST", b"INFOISFT\x03\0\0\0abc\0" + b"x"), fmt(),
        chunk(b"\0\0\0\0", b""), chunk(b"bext", bytes(603)), chunk(b"data", b"abcd"),
    )  # fmt: skip
    file = io.BytesIO(data)
    assert parse_header(file, "x").data_bytes == 4
    assert file.read(4) == b"abcd"


@pytest.mark.parametrize(
    ("data_size", "riff_size", "expected"),
    [
        (0xFFFFFFFF, 0xFFFFFFFF, None),
        (0xFFFFFFFF, 36, None),
        (0, 0, None),
        (0, 0xFFFFFFFF, None),
        (0, 36, None),
        (0, 36 + 40, 0),
        (1000, 0, 1000),
    ],
)
def test_headers_that_streams_and_crashes_leave(
    data_size: int, riff_size: int, expected: int | None
) -> None:
    """An unknown length means "until the end"; a real zero before other chunks means zero."""
    data = riff(fmt(), chunk(b"data", bytes(40), size=data_size), size=riff_size)
    assert parse(data).data_bytes == expected


def test_rf64_takes_its_length_from_ds64() -> None:
    """Files above 4 GiB tell their length in a chunk of their own."""
    ds64 = struct.pack("<QQQI", 5 << 30, (5 << 30) - 80, 0, 0)
    data = riff(
        chunk(b"ds64", ds64), fmt(), chunk(b"data", b"", size=0xFFFFFFFF),
        magic=b"RF64", size=0xFFFFFFFF,
    )  # fmt: skip
    assert parse(data).data_bytes == (5 << 30) - 80
    short = riff(chunk(b"ds64", b"abc"), fmt(), chunk(b"data", b"", size=0xFFFFFFFF), magic=b"BW64")
    assert parse(short).data_bytes is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "x.wav is empty: 0 bytes"),
        (b"RIFF", "was cut off: 4 bytes"),
        (b"hello, this is a text", "not a WAV file.*b'hell'.*ffmpeg"),
        (b"RIFF\0\0\0\0AVI ", "not a WAV file"),
        (b"fLaC" + bytes(20), "FLAC"),
        (b"OggS" + bytes(20), "Ogg"),
        (b"ID3\x04" + bytes(20), "MP3"),
        (b"RIFX" + bytes(20), "big-endian"),
        (riff(), "without a fmt chunk"),
        (riff(chunk(b"JUNK", bytes(5), size=1 << 31)), "without a fmt chunk"),
        (riff(fmt()), "without a data chunk"),
        (riff(chunk(b"data", bytes(4)), fmt()), "data before its fmt"),
        (riff(chunk(b"fmt ", bytes(7))), "fmt chunk of 7 bytes"),
        (riff(fmt(channels=0), chunk(b"data", b"")), "x.wav .*channels must be 1 to 64, not 0"),
        (riff(fmt(channels=65, align=130), chunk(b"data", b"")), "not 65"),
        (riff(fmt(rate=0), chunk(b"data", b"")), "rate must be 1 to 768000 Hz, not 0"),
        (riff(fmt(2, bits=4), chunk(b"data", b"")), "codec 0x0002 .Microsoft ADPCM.*ffmpeg"),
        (riff(fmt(0x55), chunk(b"data", b"")), "codec 0x0055 .MP3"),
        (riff(fmt(0x1234), chunk(b"data", b"")), "codec 0x1234 .unknown"),
        (riff(fmt(1, align=8, bits=64), chunk(b"data", b"")), "64 bit integer"),
        (riff(fmt(3, align=2, bits=16), chunk(b"data", b"")), "16 bit float"),
        (riff(fmt(1, align=1, bits=16), chunk(b"data", b"")), "frames of 1 bytes"),
        (riff(fmt(0xFFFE, tail=bytes(24)), chunk(b"data", b"")), "sub-format"),
        (riff(fmt(0xFFFE, tail=b"\0\0"), chunk(b"data", b"")), "codec 0xfffe"),
    ],
)
def test_what_cannot_be_played_is_named(data: bytes, message: str) -> None:
    """The error names the file, what is wrong with it, and the way out."""
    with pytest.raises(AudioError, match=message):
        parse(data)


def test_a_chunk_that_claims_gigabytes_takes_no_memory() -> None:
    """Sizes are claims: a fmt chunk of 4 GiB is read as far as it means something."""
    body = struct.pack("<HHIIHH", 1, 1, 8000, 16_000, 2, 16)
    with pytest.raises(AudioError, match="without a data chunk"):
        parse(riff(chunk(b"fmt ", body + bytes(100), size=0xFFFFFFF0)))


def test_a_file_opened_for_text_is_refused() -> None:
    """The way out is mode 'rb'."""
    with pytest.raises(AudioError, match=r"mode 'rb'.*str"):
        parse_header(cast("BinaryIO", io.StringIO("RIFF")), "x")


@pytest.mark.parametrize(
    "layout", [PCM16_24K, AudioFormat(rate=8000, channels=2), PCMA_8K, PCMU_8K]
)
@pytest.mark.parametrize("frames", [0, 1, 480])
def test_our_header_is_understood_again(layout: AudioFormat, frames: int) -> None:
    """What we write we read, and its length is constant."""
    data = bytes(layout.bytes_for(frames))
    header = wave_header(layout, len(data))
    assert len(header) == HEADER_BYTES
    parsed = parse(header + data)
    assert (parsed.rate, parsed.channels) == (layout.rate, layout.channels)
    assert parsed.frame_bytes == layout.frame_bytes
    assert parsed.data_bytes == len(data) or (frames == 0 and parsed.data_bytes is None)


def test_the_standard_library_reads_our_header() -> None:
    """Python's own wave module agrees about every figure."""
    with wave.open(io.BytesIO(wave_header(PCM16_24K, 960) + bytes(960))) as file:
        assert file.getparams()[:4] == (1, 2, 24_000, 480)


def test_more_than_four_gibibytes_read_until_the_end() -> None:
    """Sizes that do not fit are written as unknown."""
    assert parse(wave_header(PCM16_24K, 5 << 30)).data_bytes is None
