"""The named voices: how high, how fast, how large a head.

The names are those of the Realtime API, so that a configuration works unchanged; the sound is our
own and resembles nobody.
"""

import zlib

import attrs

__all__ = ["STYLES", "VoiceStyle", "style_of"]


@attrs.frozen(kw_only=True)
class VoiceStyle:
    """What makes one voice differ from another."""

    pitch: float = 110.0
    """Middle of the pitch range in Hz."""
    liveliness: float = 1.0
    """How lively the melody is; 0 is monotone."""
    rate: float = 1.0
    """Speaking rate; larger is faster."""
    formant_scale: float = 1.0
    """Factor on all resonances: above 1 for a shorter vocal tract."""
    breath: float = 0.0
    """Share of breath noise in vowels, 0 to 1."""


STYLES: dict[str, VoiceStyle] = {
    "alloy": VoiceStyle(pitch=118, formant_scale=1.03),
    "ash": VoiceStyle(pitch=104, formant_scale=0.98, rate=1.03),
    "ballad": VoiceStyle(pitch=124, liveliness=1.5, rate=0.95, formant_scale=1.02),
    "cedar": VoiceStyle(pitch=96, formant_scale=0.97, liveliness=0.8),
    "coral": VoiceStyle(pitch=186, formant_scale=1.13, liveliness=1.2),
    "echo": VoiceStyle(pitch=110),
    "marin": VoiceStyle(pitch=172, formant_scale=1.10, rate=0.97),
    "sage": VoiceStyle(pitch=160, formant_scale=1.08, liveliness=0.7),
    "shimmer": VoiceStyle(pitch=200, formant_scale=1.15, breath=0.3),
    "verse": VoiceStyle(pitch=132, liveliness=1.4, formant_scale=1.04, rate=1.05),
}
"""Voices by the Realtime API's names."""


def style_of(name: str) -> VoiceStyle:
    """The style for a voice's name; a name of your own gets one of them, always the same."""
    known = STYLES.get(name.lower())
    if known is not None:
        return known
    order = sorted(STYLES)
    return STYLES[order[zlib.crc32(name.encode()) % len(order)]]
