"""Sound in memory: a source that speaks an array and a sink that collects one.

Neither knows devices, files or sessions.
"""

from collections.abc import AsyncIterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from realtime_voice.audio._checks import (
    checked_format,
    checked_frames,
    checked_positive,
    checked_rate,
)
from realtime_voice.audio._convert import as_int16, decode_samples, encode_samples
from realtime_voice.audio._pace import PacedChunks
from realtime_voice.audio._protocol import AudioSink, AudioSource
from realtime_voice.formats import PCM16_24K, AudioFormat

__all__ = ["ArraySink", "ArraySource"]


class ArraySource(AudioSource):
    """Speaks an array of samples.

    Its :attr:`format` is PCM16 at the array's rate and with its channels. It may be iterated
    several times; each starts from the beginning.

    Args:
        samples: Shape ``(frames,)`` or ``(frames, channels)``. Floats are full scale at -1 to 1
            and saturate beyond; ``int16`` is taken as it is; ``int8``, ``uint8`` and ``int32`` are
            scaled from their own full scale. The array is copied.
        rate: Frames per second.
        realtime: Hand the sound out at the pace of speech instead of as fast as it is taken.
        chunk_ms: Length of a chunk in milliseconds; the last one may be shorter.

    Raises:
        AudioError: NaN, infinity, another shape or type, or a rate or length that cannot be.
    """

    def __init__(
        self, samples: Any, rate: int, *, realtime: bool = False, chunk_ms: float = 20
    ) -> None:
        array = as_int16(samples)
        self.format = AudioFormat(rate=checked_rate(rate), channels=array.shape[1])
        self._data = encode_samples(array, self.format)
        self._chunk = max(1, self.format.frames_in(checked_positive(chunk_ms, "chunk_ms")))
        self._realtime = realtime

    def __repr__(self) -> str:
        return f"{type(self).__name__}(duration_s={self.duration_s:g}, format={self.format!r})"

    @property
    def duration_s(self) -> float:
        """Length of the sound in seconds."""
        return self.format.frames(len(self._data)) / self.format.rate

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the sound from its beginning, in chunks."""
        size = self.format.bytes_for(self._chunk)
        chunks = (self._data[at : at + size] for at in range(0, len(self._data), size))

        async def read() -> bytes:
            return next(chunks, b"")

        return PacedChunks(read, self.format, realtime=self._realtime)


class ArraySink(AudioSink):
    """Collects everything that is written; it counts as played at once.

    Args:
        format: Layout of what :meth:`write` takes.

    Raises:
        AudioError: ``format`` is no :class:`AudioFormat`.
    """

    def __init__(self, format: AudioFormat = PCM16_24K) -> None:  # noqa: A002 - the contract's name
        self.format = checked_format(format, "ArraySink")
        self._pieces: list[bytes] = []
        self._frames = 0

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.format!r}, frames_rendered={self._frames})"

    @property
    def data(self) -> bytes:
        """All the sound, raw, in :attr:`format`."""
        if len(self._pieces) > 1:
            self._pieces = [b"".join(self._pieces)]
        return self._pieces[0] if self._pieces else b""

    @property
    def samples(self) -> NDArray[np.int16]:
        """All the sound as 16 bit samples: a new array.

        Its shape is ``(frames,)`` for one channel and ``(frames, channels)`` for several.
        """
        samples = decode_samples(self.data, self.format).copy()
        return samples[:, 0] if self.format.channels == 1 else samples

    @property
    def duration_s(self) -> float:
        """Length of the sound in seconds."""
        return self._frames / self.format.rate

    def write(self, data: bytes) -> None:
        """Keep the sound.

        Raises:
            AudioError: ``data`` is not bytes or not a whole number of frames.
        """
        sound = checked_frames(data, self.format, "ArraySink.write")
        self._pieces.append(sound)
        self._frames += self.format.frames(len(sound))

    def clear(self) -> int:
        """Return the frames so far: all of them were played, so there is nothing to forget."""
        return self._frames

    @property
    def frames_rendered(self) -> int:
        """Frames that were written."""
        return self._frames

    async def drain(self) -> None:
        """Return at once: nothing is outstanding."""
