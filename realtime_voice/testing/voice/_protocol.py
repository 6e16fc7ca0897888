"""What a voice is: text in, sound and word times out.

Any object with a fitting ``say`` will do; this module knows no particular way to make sound.
"""

from typing import Protocol

import attrs

__all__ = ["Speech", "Voice"]


@attrs.frozen(kw_only=True)
class Speech:
    """A text that was spoken."""

    text: str
    """The text, unchanged."""
    pcm: bytes
    """The sound: PCM16 mono at 24 kHz."""
    words: tuple[tuple[str, float], ...] = ()
    """``(piece of the text, start in ms)`` in order; the pieces join to the text."""

    @property
    def duration_ms(self) -> float:
        """Length of the sound in milliseconds."""
        return len(self.pcm) / 48


class Voice(Protocol):
    """Speaks."""

    def say(self, text: str, *, speed: float = 1.0) -> Speech:
        """Speak a text.

        Args:
            text: What to say; any text, also an empty one.
            speed: Speaking rate; 1.0 is normal, 2.0 takes half the time.

        Returns:
            The sound and the time at which each word begins.
        """
        ...
