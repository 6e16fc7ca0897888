"""Checks that sources, sinks and converters share; each says what is wrong and what would do.

This module must not import numpy: sinks and sources that move bytes only work without it.
"""

import math
import operator
from numbers import Real
from typing import Any

from realtime_voice.errors import AudioError
from realtime_voice.formats import AudioFormat

__all__ = [
    "checked_bytes",
    "checked_format",
    "checked_frames",
    "checked_positive",
    "checked_rate",
]


def checked_bytes(data: Any, what: str) -> bytes:
    """Return the content of any bytes-like object as bytes.

    Args:
        data: ``bytes``, ``bytearray`` or ``memoryview``.
        what: Who asks, for the message.

    Raises:
        AudioError: It is none of these.
    """
    if isinstance(data, bytes):
        return data
    if isinstance(data, bytearray):
        return bytes(data)
    if isinstance(data, memoryview):
        return data.tobytes()
    message = f"{what} takes bytes, not {type(data).__name__}"
    if hasattr(data, "dtype"):
        message += "; for an int16 array in the format's channels use array.tobytes()"
    raise AudioError(message)


def checked_format(layout: Any, what: str) -> AudioFormat:
    """Return a format that was given by a caller.

    Args:
        layout: The format.
        what: Who asks, for the message.

    Raises:
        AudioError: It is no :class:`AudioFormat`.
    """
    if isinstance(layout, AudioFormat):
        return layout
    raise AudioError(f"{what} takes an AudioFormat, such as PCM16_24K, not {layout!r:.120}")


def checked_frames(data: Any, layout: AudioFormat, what: str) -> bytes:
    """Return sound as bytes after checking that it holds whole frames.

    Args:
        data: Raw sound in ``layout``.
        layout: Format of the sound.
        what: Who asks, for the message.

    Raises:
        AudioError: It is not bytes-like, or its length is not a whole number of frames.
    """
    sound = checked_bytes(data, what)
    if len(sound) % layout.frame_bytes:
        raise AudioError(
            f"{what} got {len(sound)} bytes, which is not a whole number of frames of "
            f"{layout.frame_bytes} bytes ({layout.encoding}, {layout.channels} channel(s)); "
            "keep the incomplete frame and put it before the next piece"
        )
    return sound


def checked_rate(rate: Any) -> int:
    """Return a sampling rate as an int.

    Raises:
        AudioError: It is not a whole number; a bool is none.
    """
    try:
        number = operator.index(rate)
    except TypeError:
        number = None
    if number is None or isinstance(rate, bool):
        raise AudioError(f"rate must be a whole number of frames per second, not {rate!r}")
    return number


def checked_positive(value: Any, name: str) -> float:
    """Return an option as a finite number above zero.

    Raises:
        AudioError: It is not a number, not finite, or not above zero.
    """
    if (
        isinstance(value, bool)
        or not isinstance(value, Real)
        or not math.isfinite(value)
        or value <= 0
    ):
        raise AudioError(f"{name} must be a finite number above 0, not {value!r}")
    return float(value)
