"""What a stretch of sound is made of: bytes, frames and milliseconds, and nothing else.

A *frame* is one sample of every channel at one instant. This module does arithmetic; it reads no
sound and imports nothing but the errors.
"""

import math
import operator
from typing import Any, Literal

import attrs

from realtime_voice.errors import AudioError

__all__ = ["PCM16_24K", "PCMA_8K", "PCMU_8K", "AudioFormat", "Encoding"]

Encoding = Literal["pcm16", "pcmu", "pcma"]
"""``pcm16``: signed 16 bit little endian. ``pcmu``, ``pcma``: G.711 mu-law and A-law, one byte."""

_BYTES_PER_SAMPLE: dict[str, int] = {"pcm16": 2, "pcmu": 1, "pcma": 1}
_MAX_RATE = 768_000
_MAX_CHANNELS = 64


def _whole_number(value: Any) -> int:
    """Take over a whole number of any type as ``int``: others would give fractions of frames."""
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, bool):
        raise AudioError(f"rate and channels must be whole numbers, not {value!r}; use int()")
    return number


@attrs.frozen
class AudioFormat:
    """How raw sound is laid out in memory.

    Raises:
        AudioError: The rate, the channel count or the encoding cannot be.
    """

    rate: int = attrs.field(default=24_000, converter=_whole_number)
    """Frames per second, in Hz."""

    channels: int = attrs.field(default=1, converter=_whole_number)
    """Samples per frame; interleaved where there is more than one."""

    encoding: Encoding = "pcm16"
    """How one sample is stored."""

    def __attrs_post_init__(self) -> None:
        if not 1 <= self.rate <= _MAX_RATE:
            raise AudioError(f"rate must be 1 to {_MAX_RATE} Hz, not {self.rate!r}")
        if not 1 <= self.channels <= _MAX_CHANNELS:
            raise AudioError(f"channels must be 1 to {_MAX_CHANNELS}, not {self.channels!r}")
        if self.encoding not in tuple(_BYTES_PER_SAMPLE):
            known = ", ".join(_BYTES_PER_SAMPLE)
            raise AudioError(f"encoding must be one of {known}, not {self.encoding!r}")

    @property
    def frame_bytes(self) -> int:
        """Bytes in one frame."""
        return _BYTES_PER_SAMPLE[self.encoding] * self.channels

    @property
    def bytes_per_second(self) -> int:
        """Bytes in one second."""
        return self.frame_bytes * self.rate

    def frames(self, byte_count: int) -> int:
        """Whole frames in ``byte_count`` bytes; an incomplete last frame does not count."""
        return byte_count // self.frame_bytes

    def bytes_for(self, frame_count: int) -> int:
        """Bytes that ``frame_count`` frames take."""
        return frame_count * self.frame_bytes

    def milliseconds(self, frame_count: int) -> float:
        """Duration of ``frame_count`` frames in milliseconds."""
        return frame_count * 1000 / self.rate

    def frames_in(self, milliseconds: float) -> int:
        """Frames in a duration, rounded to the nearest whole frame.

        Raises:
            AudioError: The duration is NaN or infinite.
        """
        if not math.isfinite(milliseconds):
            raise AudioError(f"a duration must be a finite number of ms, not {milliseconds!r}")
        return round(milliseconds * self.rate / 1000)

    def bytes_in(self, milliseconds: float) -> int:
        """Bytes of whole frames in a duration; fails as :meth:`frames_in` does."""
        return self.bytes_for(self.frames_in(milliseconds))


PCM16_24K = AudioFormat(rate=24_000, channels=1, encoding="pcm16")
"""The Realtime API's default: ``audio/pcm`` at 24 kHz, mono."""

PCMU_8K = AudioFormat(rate=8_000, channels=1, encoding="pcmu")
"""``audio/pcmu``: G.711 mu-law, telephony in North America and Japan."""

PCMA_8K = AudioFormat(rate=8_000, channels=1, encoding="pcma")
"""``audio/pcma``: G.711 A-law, telephony elsewhere."""
