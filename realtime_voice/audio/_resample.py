"""From one audio format to another, piece by piece, as if it were one piece.

:class:`StreamResampler` joins what the neighbours do: G.711 and bytes (``_convert``), rates
(``_polyphase``), channels (here). It knows nothing of sessions, and holds no more than the few
milliseconds of sound that its filter spans.
"""

import numpy as np
from numpy.typing import NDArray

from realtime_voice.audio._checks import checked_bytes, checked_format
from realtime_voice.audio._convert import decode_samples, encode_samples
from realtime_voice.audio._polyphase import FILTER_SCALE, Polyphase
from realtime_voice.errors import AudioError
from realtime_voice.formats import AudioFormat

__all__ = ["StreamResampler"]


class StreamResampler:
    """Converts a stream of sound from one format to another.

    However the input is cut into chunks, also within a sample, the output is the same to the bit.
    The sound does not shift: output frame ``k`` lies at the instant ``k / target.rate``. Because a
    frame can be told only when the filter has seen :attr:`delay_ms` of what follows, that much of
    the first chunk's output comes later; from then on each chunk gives its own duration, within
    one frame. ``n`` frames in give ``ceil(n * target.rate / source.rate)`` frames out, after
    :meth:`flush`.

    Several channels become one as their mean; one becomes several as copies. The arithmetic is
    exact up to one rounding to the nearest 16 bit step (halves to even) at the very end, where the
    sound saturates; nothing is dithered. The same format on both sides costs nothing.

    Args:
        source: Format of what :meth:`process` takes.
        target: Format of what it returns.

    Raises:
        AudioError: One is no :class:`AudioFormat`, both have several channels but not the same
            number, or the rates differ by more than a factor of 256.
    """

    def __init__(self, source: AudioFormat, target: AudioFormat) -> None:
        checked_format(source, "StreamResampler")
        checked_format(target, "StreamResampler")
        if source.channels != target.channels and 1 not in {source.channels, target.channels}:
            raise AudioError(
                f"cannot turn {source.channels} channels into {target.channels}: only a mix to "
                "mono, or mono to several, is defined; choose the channels before"
            )
        self.source = source
        self.target = target
        self._streams = min(source.channels, target.channels)
        self._divisor = source.channels // self._streams
        self._rest = b""
        self._polyphase = (
            None
            if source.rate == target.rate
            else Polyphase(source.rate, target.rate, self._streams)
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.source!r}, {self.target!r})"

    @property
    def delay_ms(self) -> float:
        """Sound that is held back until more arrives, in milliseconds.

        At most 2 ms when both rates are 8 kHz or more; below, 16 frames at the lower rate.
        Zero when only the encoding or the channels change.
        """
        if self._polyphase is None:
            return 0.0
        return self.source.milliseconds(self._polyphase.delay_frames)

    def process(self, data: bytes) -> bytes:
        """Convert the next chunk.

        Args:
            data: Any number of bytes in the source format; a frame may be cut and goes on in the
                next chunk.

        Returns:
            Whole frames in the target format; perhaps none.

        Raises:
            AudioError: ``data`` is not bytes.
        """
        sound = self._rest + checked_bytes(data, "StreamResampler.process")
        cut = len(sound) - len(sound) % self.source.frame_bytes
        whole, self._rest = (sound, b"") if cut == len(sound) else (sound[:cut], sound[cut:])
        if self.source == self.target or not whole:
            return whole
        return self._convert(decode_samples(whole, self.source))

    def flush(self) -> bytes:
        """Return what was held back, as if silence followed, and begin a new stream.

        Bytes of an incomplete last frame are no sound and are left out.
        """
        self._rest = b""
        if self._polyphase is None:
            return b""
        return self._round(self._polyphase.flush() / (FILTER_SCALE * self._divisor))

    def _convert(self, samples: NDArray[np.int16]) -> bytes:
        if self._polyphase is None and self._divisor == 1:
            return self._encode(samples)
        # Summed, not averaged yet: whole numbers keep the filter exact, and are rounded once.
        mixed = samples.astype(np.float64).T
        if self._divisor > 1:
            mixed = mixed.sum(axis=0, keepdims=True)
        if self._polyphase is None:
            return self._round(mixed / self._divisor)
        return self._round(self._polyphase.push(mixed) / (FILTER_SCALE * self._divisor))

    def _round(self, streams: NDArray[np.float64]) -> bytes:
        return self._encode(np.clip(np.rint(streams), -32768, 32767).astype(np.int16).T)

    def _encode(self, samples: NDArray[np.int16]) -> bytes:
        if self.target.channels != self._streams:
            samples = np.repeat(samples, self.target.channels, axis=1)
        return encode_samples(samples, self.target)
