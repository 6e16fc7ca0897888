"""Whole WAV files to arrays and back.

The header is ``_wave_format``'s; here its samples become 16 bits. What streams from disk is
``_wav``'s.
"""

import sys
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO, assert_never

import numpy as np
from numpy.typing import NDArray

from realtime_voice.audio._checks import checked_rate
from realtime_voice.audio._convert import as_int16, encode_samples, float_to_int16, int32_to_int16
from realtime_voice.audio._g711 import decode_g711
from realtime_voice.audio._wave_format import (
    WaveHeader,
    parse_header,
    read_fully,
    wave_header,
)
from realtime_voice.errors import AudioError
from realtime_voice.formats import AudioFormat

__all__ = ["checked_path", "decode_wave", "open_for_reading", "read_wav", "write_wav"]


def read_wav(path: str | PathLike[str]) -> tuple[NDArray[np.int16], int]:
    """Read a whole WAV file.

    Takes 8, 16, 24 and 32 bit integers, 32 and 64 bit floats, A-law and mu-law, at any rate; wider
    samples are rounded to 16 bits and saturate.

    Args:
        path: The file.

    Returns:
        The samples, shape ``(frames, channels)``, and the rate in frames per second.

    Raises:
        AudioError: The file cannot be read, is no WAV, is broken, or its codec is not supported.
    """
    checked = checked_path(path)
    try:
        with open_for_reading(checked) as file:
            header = parse_header(file, checked.name)
            # Piece by piece: a header may claim more than there is memory for.
            length = sys.maxsize if header.data_bytes is None else header.data_bytes
            data = read_fully(file, length)
    except OSError as error:
        raise AudioError(f"cannot read {checked}: {error.strerror or error}") from error
    return decode_wave(data, header, checked.name), header.rate


def write_wav(path: str | PathLike[str], samples: Any, rate: int) -> None:
    """Write samples as a 16 bit WAV file; a file of that name is replaced.

    Args:
        path: The file; its directory must exist.
        samples: As for :class:`ArraySource`: shape ``(frames,)`` or ``(frames, channels)``.
        rate: Frames per second.

    Raises:
        AudioError: The samples or the rate cannot be, or the file cannot be written.
    """
    array = as_int16(samples)
    layout = AudioFormat(rate=checked_rate(rate), channels=array.shape[1])
    data = encode_samples(array, layout)
    checked = checked_path(path)
    try:
        checked.write_bytes(wave_header(layout, len(data)) + data)
    except OSError as error:
        raise AudioError(f"cannot write {checked.name}: {error.strerror or error}") from error


def decode_wave(
    data: bytes, header: WaveHeader, name: str, *, first_frame: int = 0
) -> NDArray[np.int16]:
    """Turn the sound of a WAV file into samples of shape ``(frames, channels)``.

    Args:
        data: Raw sound; an incomplete last frame, left by a writer that was cut off, does not
            count.
        header: What the file says about it.
        name: How messages call the file.
        first_frame: Number of the first frame of ``data`` in the file, for messages.

    Raises:
        AudioError: Float samples are NaN or infinite.
    """
    whole = data[: len(data) - len(data) % header.frame_bytes]
    match header.kind:
        case "integer":
            samples = _integers(whole, header.sample_bytes)
        case "float":
            floats = np.frombuffer(whole, f"<f{header.sample_bytes}")
            try:
                samples = float_to_int16(floats.reshape(-1, header.channels), first_frame)
            except AudioError as error:
                raise AudioError(f"{name}: {error}") from None
        case "pcmu" | "pcma" as law:
            samples = decode_g711(whole, law)
        case _:
            assert_never(header.kind)
    return samples.reshape(-1, header.channels)


def open_for_reading(path: Path) -> BinaryIO:
    """Open a file for reading bytes.

    Raises:
        AudioError: It does not exist, is a directory, or may not be read.
    """
    try:
        return path.open("rb")
    except OSError as error:
        raise AudioError(f"cannot read {path}: {error.strerror or error}") from error


def checked_path(path: Any) -> Path:
    """Return a path.

    Raises:
        AudioError: It is neither text nor a path, or holds a NUL, which no file name can.
    """
    try:
        checked = Path(path)
    except TypeError:
        message = f"a path must be str or os.PathLike, not {type(path).__name__}"
        raise AudioError(message) from None
    if "\0" in str(checked):
        raise AudioError(f"a path cannot hold a NUL character: {str(checked)!r:.120}")
    return checked


def _integers(data: bytes, width: int) -> NDArray[np.int16]:
    match width:
        case 1:
            return (np.frombuffer(data, np.uint8).astype(np.int16) - 128) << 8
        case 2:
            return np.frombuffer(data, "<i2").astype(np.int16)
        case 3:
            wide = np.zeros((len(data) // 3, 4), np.uint8)
            wide[:, 1:] = np.frombuffer(data, np.uint8).reshape(-1, 3)
            return int32_to_int16(wide.view("<i4")[:, 0].astype(np.int32))
        case _:
            return int32_to_int16(np.frombuffer(data, "<i4").astype(np.int32))
