"""G.711: eight bits for one sample of telephone speech, in mu-law and in A-law.

The tables are built from the arithmetic of ITU-T G.711 when they are first needed: mu-law works
on 14 bits and A-law on 13, so a 16 bit sample is shifted right (towards minus infinity) first.
Rates, channels and containers are not known here.
"""

from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from realtime_voice.audio._checks import checked_bytes
from realtime_voice.errors import AudioError

__all__ = ["Law", "decode_g711", "encode_g711"]

Law = Literal["pcmu", "pcma"]
"""``pcmu``: mu-law (North America, Japan). ``pcma``: A-law (elsewhere)."""

_MU_BIAS = 33
_MU_CLIP = 8159


def encode_g711(samples: NDArray[np.int16], law: Law) -> bytes:
    """Compress samples to one byte each.

    Args:
        samples: 16 bit samples; more than one dimension is read row by row.
        law: ``pcmu`` or ``pcma``.

    Returns:
        As many bytes as there are samples.

    Raises:
        AudioError: The samples are no int16 array, or the law is another one.
    """
    given: Any = samples
    kind = getattr(given, "dtype", None)
    if kind != np.int16:
        raise AudioError(
            f"encode_g711 takes an int16 array, not {kind or type(given).__name__}; scale floats "
            "from -1 to 1 by 32767 and use numpy.rint(...).astype(numpy.int16)"
        )
    return _encoder(_checked_law(law))[np.ascontiguousarray(samples).view(np.uint16)].tobytes()


def decode_g711(data: bytes | bytearray | memoryview, law: Law) -> NDArray[np.int16]:
    """Expand bytes to 16 bit samples.

    Args:
        data: One byte for each sample.
        law: ``pcmu`` or ``pcma``.

    Returns:
        A new array of shape ``(len(data),)``.

    Raises:
        AudioError: ``data`` is not bytes, or the law is another one.
    """
    return _decoder(_checked_law(law))[np.frombuffer(checked_bytes(data, "decode_g711"), np.uint8)]


def _checked_law(law: Law) -> Law:
    if law not in ("pcmu", "pcma"):
        raise AudioError(f"the law must be 'pcmu' (mu-law) or 'pcma' (A-law), not {law!r:.120}")
    return law


@cache
def _encoder(law: Law) -> NDArray[np.uint8]:
    """The code of every 16 bit sample, indexed by the sample's bits read as unsigned."""
    samples = np.arange(1 << 16, dtype=np.uint16).view(np.int16).astype(np.int64)
    table = _encode_mu(samples) if law == "pcmu" else _encode_a(samples)
    return table.astype(np.uint8)


@cache
def _decoder(law: Law) -> NDArray[np.int16]:
    """The sample of every code."""
    codes = np.arange(256)
    table = _decode_mu(codes) if law == "pcmu" else _decode_a(codes)
    return table.astype(np.int16)


def _encode_mu(samples: NDArray[np.int64]) -> NDArray[np.int64]:
    value = samples >> 2
    magnitude = np.minimum(np.abs(value), _MU_CLIP) + _MU_BIAS
    # 8192 lies one step above the last segment: both it and 8191 take the last code.
    magnitude = np.minimum(magnitude, (1 << 13) - 1)
    segment = _bit_length(magnitude) - 6
    code = (segment << 4) | ((magnitude >> (segment + 1)) & 0x0F)
    # All bits are inverted on the line; bit 7 is the sign, 1 for positive.
    line: NDArray[np.int64] = code ^ np.where(value < 0, 0x7F, 0xFF)
    return line


def _decode_mu(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    inverted = ~codes & 0xFF
    segment = (inverted >> 4) & 0x07
    magnitude = ((((inverted & 0x0F) << 1) + _MU_BIAS) << segment) - _MU_BIAS
    value: NDArray[np.int64] = np.where(inverted & 0x80, -magnitude, magnitude)
    return value << 2


def _encode_a(samples: NDArray[np.int64]) -> NDArray[np.int64]:
    value = samples >> 3
    magnitude = np.where(value < 0, ~value, value)
    segment = np.maximum(_bit_length(magnitude) - 5, 0)
    code = (segment << 4) | ((magnitude >> np.maximum(segment, 1)) & 0x0F)
    # Every second bit is inverted on the line; bit 7 is the sign, 1 for positive.
    line: NDArray[np.int64] = code ^ np.where(value < 0, 0x55, 0xD5)
    return line


def _decode_a(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    straight = codes ^ 0x55
    segment = (straight >> 4) & 0x07
    step = ((straight & 0x0F) << 1) + 1
    magnitude = np.where(segment == 0, step, (step + 32) << np.maximum(segment - 1, 0))
    value: NDArray[np.int64] = np.where(straight & 0x80, magnitude, -magnitude)
    return value << 3


def _bit_length(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Bits that each of the (non-negative, small) values needs; 0 needs none."""
    return np.frexp(values.astype(np.float64))[1].astype(np.int64)
