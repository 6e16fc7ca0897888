"""Samples in arrays and samples in bytes: the conversions between them.

Everything inside this package is 16 bit; the other widths of files and arrays come in here, are
rounded to the nearest step and saturate at full scale. Rates and files are not known here.
"""

from typing import Any, assert_never

import numpy as np
from numpy.typing import NDArray

from realtime_voice.audio._g711 import decode_g711, encode_g711
from realtime_voice.errors import AudioError
from realtime_voice.formats import AudioFormat

__all__ = ["as_int16", "decode_samples", "encode_samples", "float_to_int16", "int32_to_int16"]

_LARGEST_FLOAT = 64.0
"""Floats beyond this are taken for integers that somebody forgot to scale, not for loud sound."""

_HALF_STEP = 1 << 15
_LARGEST_INT32 = (1 << 31) - 1 - _HALF_STEP


def as_int16(samples: Any) -> NDArray[np.int16]:
    """Turn an array of samples into 16 bit samples of shape ``(frames, channels)``.

    Args:
        samples: Shape ``(frames,)`` or ``(frames, channels)``. Floats are full scale at -1 to 1
            and saturate beyond. ``int16`` is taken as it is; ``int8``, ``uint8`` (centred at 128,
            as in WAV files) and ``int32`` are scaled from their own full scale. Wider integers
            do not tell their full scale and are refused.

    Raises:
        AudioError: Another shape or type, NaN or infinity, or floats that are clearly not scaled.
    """
    try:
        array = np.asarray(samples)
    except (TypeError, ValueError) as error:
        raise AudioError(f"samples cannot become an array: {error}") from error
    if array.ndim not in {1, 2} or (array.ndim == 2 and array.shape[1] == 0):
        raise AudioError(
            f"samples must have the shape (frames,) or (frames, channels), not {array.shape}"
        )
    if array.ndim == 1:
        array = array[:, np.newaxis]
    return np.ascontiguousarray(_scaled(array))


def float_to_int16(samples: NDArray[np.floating[Any]], first_frame: int = 0) -> NDArray[np.int16]:
    """Scale floats (full scale at -1 to 1) to 16 bits: round to nearest, saturate.

    Args:
        samples: Any shape; frames are counted along the first axis.
        first_frame: Number of the first of them in the whole sound, for the message.

    Raises:
        AudioError: A sample is NaN or infinite.
    """
    if not np.isfinite(samples).all():
        place = tuple(np.argwhere(~np.isfinite(samples))[0])
        raise AudioError(
            f"frame {first_frame + place[0]} holds a sample that is {samples[place]!s}: sound "
            "must be finite; repair it before, for example with numpy.nan_to_num"
        )
    # 32768, not 32767: then int16 / 32768 comes back exactly.
    return np.clip(np.rint(samples.astype(np.float64) * 32768), -32768, 32767).astype(np.int16)


def int32_to_int16(samples: NDArray[np.int32]) -> NDArray[np.int16]:
    """Scale 32 bit samples to 16 bits: round to nearest (halves up), saturate."""
    return ((np.minimum(samples, _LARGEST_INT32) + _HALF_STEP) >> 16).astype(np.int16)


def decode_samples(data: bytes, layout: AudioFormat) -> NDArray[np.int16]:
    """Read raw sound as samples of shape ``(frames, channels)``.

    Args:
        data: Whole frames.
        layout: How they are stored.
    """
    match layout.encoding:
        case "pcm16":
            flat = np.frombuffer(data, "<i2").astype(np.int16, copy=False)
        case "pcmu" | "pcma" as law:
            flat = decode_g711(data, law)
        case _:
            assert_never(layout.encoding)
    return flat.reshape(-1, layout.channels)


def encode_samples(samples: NDArray[np.int16], layout: AudioFormat) -> bytes:
    """Store samples of shape ``(frames, channels)`` as raw sound.

    Args:
        samples: 16 bit samples with the channels of ``layout``.
        layout: How to store them.
    """
    match layout.encoding:
        case "pcm16":
            return samples.astype("<i2", copy=False).tobytes()
        case "pcmu" | "pcma" as law:
            return encode_g711(samples, law)
        case _:
            assert_never(layout.encoding)


def _scaled(array: NDArray[Any]) -> NDArray[np.int16]:
    kind, width = array.dtype.kind, array.dtype.itemsize
    match kind, width:
        case "f", _:
            result = float_to_int16(array)
            peak = float(np.abs(array).max(initial=0))
            if peak > _LARGEST_FLOAT:
                raise AudioError(
                    f"samples reach {peak:g}, but floats are full scale at -1 to 1; "
                    "16 bit values need samples.astype(numpy.int16)"
                )
            return result
        case "i", 2:
            return array.astype(np.int16)
        case "i", 4:
            return int32_to_int16(array.astype(np.int32))
        case "i", 1:
            return array.astype(np.int16) << 8
        case "u", 1:
            return (array.astype(np.int16) - 128) << 8
        case _:
            raise AudioError(
                f"samples of type {array.dtype} do not tell their full scale; give int16, "
                "for example samples.astype(numpy.int16), or floats from -1 to 1"
            )
