"""The header of a WAV file, both ways: what a file says about its sound, and how to say it.

Understands RIFF and RF64/BW64, plain and extensible format chunks, chunks in between, and the
headers that streams and crashes leave behind. Reads no samples.
"""

import struct
from typing import Any, BinaryIO, Literal

import attrs

from realtime_voice.errors import AudioError
from realtime_voice.formats import AudioFormat

__all__ = ["HEADER_BYTES", "SampleKind", "WaveHeader", "parse_header", "read_fully", "wave_header"]

SampleKind = Literal["integer", "float", "pcmu", "pcma"]
"""How a sample is stored; the width stands beside it."""

HEADER_BYTES = 58
"""Length of what :func:`wave_header` returns, for every format."""

_UNKNOWN_SIZE = 0xFFFFFFFF
_LONGEST_MEANING = 64
"""Bytes at the beginning of a chunk that can matter here; a chunk may claim gigabytes."""

_INTEGER, _FLOAT, _ALAW, _MULAW, _EXTENSIBLE = 0x0001, 0x0003, 0x0006, 0x0007, 0xFFFE
_EXTENSIBLE_TAIL = bytes.fromhex("0000 0000 1000 8000 00aa 0038 9b71")
"""What follows the format tag in the GUID of every format that has a tag."""

_CODECS: dict[int, tuple[SampleKind, frozenset[int]]] = {
    _INTEGER: ("integer", frozenset({1, 2, 3, 4})),
    _FLOAT: ("float", frozenset({4, 8})),
    _ALAW: ("pcma", frozenset({1})),
    _MULAW: ("pcmu", frozenset({1})),
}
_KNOWN_BUT_UNSUPPORTED = {
    0x0002: "Microsoft ADPCM",
    0x0011: "IMA ADPCM",
    0x0031: "GSM 6.10",
    0x0040: "G.721 ADPCM",
    0x0050: "MPEG audio",
    0x0055: "MP3",
    0x00FF: "AAC",
    0x0161: "Windows Media Audio",
    0xF1AC: "FLAC",
}
_OTHER_FILES = {
    b"RIFX": "a big-endian WAV (RIFX)",
    b"FORM": "an AIFF file",
    b"fLaC": "a FLAC file",
    b"OggS": "an Ogg file",
    b"ID3\x03": "an MP3 file",
    b"ID3\x04": "an MP3 file",
    b"\x1aE\xdf\xa3": "a Matroska or WebM file",
}
_WAY_OUT = "convert it to PCM first, for example: ffmpeg -i IN -c:a pcm_s16le OUT.wav"


@attrs.frozen(kw_only=True)
class WaveHeader:
    """What a file says about its sound."""

    kind: SampleKind
    """How a sample is stored."""
    sample_bytes: int
    """Bytes of one sample."""
    channels: int
    """Samples of one frame."""
    rate: int
    """Frames per second."""
    data_bytes: int | None
    """Bytes of sound as the header has it; None where it means "until the end"."""

    @property
    def frame_bytes(self) -> int:
        """Bytes of one frame."""
        return self.sample_bytes * self.channels

    @property
    def format(self) -> AudioFormat:
        """The sound as PCM16, which is what this package makes of every width."""
        return AudioFormat(rate=self.rate, channels=self.channels)


def parse_header(file: BinaryIO, name: str) -> WaveHeader:
    """Read up to the first byte of sound.

    Args:
        file: Opened for reading bytes, at its beginning; it need not be able to seek.
        name: How messages call it.

    Raises:
        AudioError: It is empty, no WAV, broken, or its codec is not supported.
    """
    riff_bytes = _riff(file, name)
    position = 12
    header: tuple[SampleKind, int, int, int] | None = None
    long_data: int | None = None
    while True:
        head = read_fully(file, 8)
        if len(head) < 8:
            missing = "a data chunk" if header else "a fmt chunk"
            raise AudioError(f"{name} is a WAV file without {missing}: it was cut or never written")
        kind, size = struct.unpack("<4sI", head)
        position += 8
        match kind:
            case b"data":
                if header is None:
                    raise AudioError(f"{name} has its data before its fmt chunk; it is broken")
                data_bytes = _data_bytes(size, long_data, riff_bytes, position)
                return WaveHeader(
                    kind=header[0],
                    sample_bytes=header[1],
                    channels=header[2],
                    rate=header[3],
                    data_bytes=data_bytes,
                )
            case b"fmt ":
                header = _format(_head(file, size), name)
            case b"ds64":
                body = _head(file, size)
                if len(body) >= 16:
                    (long_data,) = struct.unpack_from("<Q", body, 8)
            case _:
                _skip(file, size)
        _skip(file, size % 2)
        position += size + size % 2


def wave_header(layout: AudioFormat, data_bytes: int) -> bytes:
    """Return the header of a file, up to the first byte of sound.

    Args:
        layout: Format of the sound, PCM16 or G.711.
        data_bytes: Bytes of sound; beyond 4 GiB the header says "until the end".
    """
    tag = {"pcm16": _INTEGER, "pcmu": _MULAW, "pcma": _ALAW}[layout.encoding]
    bits = 8 * layout.frame_bytes // layout.channels
    riff_bytes = HEADER_BYTES - 8 + data_bytes + data_bytes % 2
    # fmt with an empty extension and a fact chunk: demanded for G.711, allowed for PCM.
    return struct.pack(
        "<4sI4s4sIHHIIHHH4sII4sI",
        b"RIFF",
        min(riff_bytes, _UNKNOWN_SIZE),
        b"WAVE",
        b"fmt ",
        18,
        tag,
        layout.channels,
        layout.rate,
        layout.bytes_per_second,
        layout.frame_bytes,
        bits,
        0,
        b"fact",
        4,
        min(layout.frames(data_bytes), _UNKNOWN_SIZE),
        b"data",
        min(data_bytes, _UNKNOWN_SIZE),
    )


def read_fully(file: BinaryIO, count: int) -> bytes:
    """Read that many bytes, fewer only at the end; a pipe may give them in pieces.

    Raises:
        AudioError: The file was opened for text.
    """
    pieces: list[bytes] = []
    while count > 0:
        piece: Any = file.read(min(count, 1 << 16))
        if not isinstance(piece, bytes):
            raise AudioError(
                f"a WAV file must be opened for reading bytes (mode 'rb'), but it gave "
                f"{type(piece).__name__}"
            )
        if not piece:
            break
        pieces.append(piece)
        count -= len(piece)
    return b"".join(pieces)


def _riff(file: BinaryIO, name: str) -> int:
    head = read_fully(file, 12)
    if not head:
        raise AudioError(f"{name} is empty: 0 bytes, not even a WAV header")
    magic, kind = head[:4], head[8:]
    if magic == b"RIFF" and len(head) < 12:
        raise AudioError(f"{name} was cut off: {len(head)} bytes are no WAV header")
    if magic in {b"RIFF", b"RF64", b"BW64"} and kind == b"WAVE":
        riff_bytes: int = struct.unpack("<I", head[4:8])[0]
        return riff_bytes
    what = _OTHER_FILES.get(magic, "not a WAV file")
    raise AudioError(f"{name} is {what} (it begins with {head[:4]!r}); {_WAY_OUT}")


def _format(body: bytes, name: str) -> tuple[SampleKind, int, int, int]:
    if len(body) < 16:
        raise AudioError(f"{name} has a fmt chunk of {len(body)} bytes; at least 16 are needed")
    tag, channels, rate, _, align, bits = struct.unpack_from("<HHIIHH", body)
    if tag == _EXTENSIBLE and len(body) >= 40:
        if body[26:40] != _EXTENSIBLE_TAIL:
            raise AudioError(
                f"{name} has the unsupported sub-format {body[24:40].hex()}; {_WAY_OUT}"
            )
        (tag,) = struct.unpack_from("<H", body, 24)
    codec = _CODECS.get(tag)
    if codec is None:
        called = _KNOWN_BUT_UNSUPPORTED.get(tag, "unknown")
        raise AudioError(f"{name} has the unsupported codec {tag:#06x} ({called}); {_WAY_OUT}")
    try:
        AudioFormat(rate=rate, channels=channels)
    except AudioError as error:
        raise AudioError(f"{name} has an impossible header: {error}") from None
    kind, widths = codec
    # 12 bits, say, are stored in 16: the container counts, and the rest of it is zero.
    sample_bytes = align // channels if align % channels == 0 and align else (bits + 7) // 8
    if sample_bytes not in widths or bits > 8 * sample_bytes:
        raise AudioError(
            f"{name} has {bits} bit {kind} samples in frames of {align} bytes for {channels} "
            f"channel(s), which is not supported; {_WAY_OUT}"
        )
    return kind, sample_bytes, channels, rate


def _data_bytes(size: int, long_data: int | None, riff_bytes: int, position: int) -> int | None:
    """The length of the sound; None where the header was written before it was known."""
    if size == _UNKNOWN_SIZE:
        return long_data
    # A writer that streams or dies leaves 0 here, and a whole file that ends here as well.
    if size == 0 and (riff_bytes == _UNKNOWN_SIZE or riff_bytes + 8 <= position):
        return None
    return size


def _head(file: BinaryIO, size: int) -> bytes:
    """Read the first bytes of a chunk, all that has a meaning here, and skip the rest."""
    body = read_fully(file, min(size, _LONGEST_MEANING))
    _skip(file, size - _LONGEST_MEANING)
    return body


def _skip(file: BinaryIO, count: int) -> None:
    while count > 0:
        piece = file.read(min(count, 1 << 16))
        if not piece:
            break
        count -= len(piece)
