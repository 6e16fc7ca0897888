"""Tells speech from silence and noise, while it happens."""

from importlib import import_module

import numpy as np
from numpy.typing import NDArray

from realtime_voice.audio import StreamResampler
from realtime_voice.errors import ConfigError
from realtime_voice.formats import PCM16_24K, AudioFormat

__all__ = ["LocalDetector", "VoiceGate"]

_FRAME_MS = 30
_EARS = AudioFormat(rate=16_000)
_FRAME_BYTES = _EARS.bytes_in(_FRAME_MS)
_STRICT = 3
_LOUDEST_NOISE = 300.0
"""Effective value, in steps of 16 bit, that the gate asks for at a threshold of 1."""
_FAINT = 0.15
"""Share of the recent voice's loudness (-16 dB) below which a frame is its echo: the detector alone
holds on for 100 ms after the last sound, and the user would wait for it."""
_MEMORY = 0.5 ** (_FRAME_MS / 1000)
"""What is left of the recent voice's loudness after a frame: a half after a second."""


class VoiceGate:
    """The WebRTC voice activity detector of pocketsphinx, in its strictest mode, with its memory.

    It learns the background noise as it goes: a new one opens on faint noise, so there is one for
    each connection, for as long as that lasts.

    Raises:
        ConfigError: pocketsphinx is not installed.
    """

    def __init__(self) -> None:
        try:
            pocketsphinx = import_module("pocketsphinx")  # an extra
        except ImportError as error:
            raise ConfigError(
                "Local needs pocketsphinx: pip install 'realtime-voice[local]'"
            ) from error
        self._vad = pocketsphinx.Vad(_STRICT, _EARS.rate, _FRAME_MS / 1000)
        self._resampler = StreamResampler(PCM16_24K, _EARS)
        self._rest = b""
        self._last = (False, 0.0)

    def look(self, frame: NDArray[np.int16]) -> tuple[bool, float]:
        """Judge the next frame.

        Args:
            frame: Mono, 24 kHz.

        Returns:
            Whether it sounds like a voice, and its effective value in steps of 16 bit.
        """
        self._rest += self._resampler.process(frame.astype("<i2").tobytes())
        while len(self._rest) >= _FRAME_BYTES:
            piece, self._rest = self._rest[:_FRAME_BYTES], self._rest[_FRAME_BYTES:]
            samples = np.frombuffer(piece, "<i2").astype(np.float64)
            loudness = float(np.sqrt(np.mean(samples**2)))
            self._last = (bool(self._vad.is_speech(piece)), loudness)
        return self._last


class LocalDetector:
    """Speech is what sounds like a voice and is loud enough.

    Args:
        gate: The connection's voice activity detector.
        threshold: The session's, 0 to 1; 0.5 asks for 150 steps of 16 bit, -47 dBFS.
    """

    frame_ms = _FRAME_MS

    def __init__(self, gate: VoiceGate, threshold: float) -> None:
        self._gate = gate
        self._loud_enough = threshold * _LOUDEST_NOISE
        self._recent = 0.0

    def is_speech(self, frame: NDArray[np.int16]) -> bool:
        """Whether this frame (mono, 24 kHz, 30 ms) holds speech."""
        voiced, loudness = self._gate.look(frame)
        voiced = voiced and loudness > max(self._loud_enough, _FAINT * self._recent)
        self._recent = max(self._recent * _MEMORY, loudness if voiced else 0.0)
        return voiced
