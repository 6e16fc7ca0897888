"""What of an answer was heard: words before the point where playing stopped.

An estimate: words are spread evenly over the sound. Transcript deltas run far ahead of their
sound, so the place where a delta arrived says little about when its words are spoken.
"""

from collections.abc import Sequence
from typing import Literal

from realtime_voice.conversation._outcomes import Heard
from realtime_voice.conversation._playback import ItemSound

__all__ = ["combine_heard", "hear_item", "split_text"]

_Certainty = Literal["exact", "estimated", "assumed"]


def split_text(text: str, played: int, received: int) -> tuple[str, str]:
    """Split a text where its sound was cut, between words.

    Args:
        text: The whole text.
        played: Frames that were heard.
        received: Frames that belong to the text.

    Returns:
        The words that were spoken to their end, and the others.
    """
    if received <= 0:
        return "", text
    cut = len(text) * min(played, received) // received
    if cut < len(text) and not text[cut].isspace():
        space = max(text.rfind(" ", 0, cut), text.rfind("\n", 0, cut))
        if space >= 0 or " " in text:
            cut = max(space, 0)
    return text[:cut].rstrip(), text[cut:].lstrip()


def hear_item(
    text: str,
    sound: ItemSound | None,
    rate: int,
    *,
    spoken: bool,
    plays_audio: bool,
    stopped: bool = False,
) -> Heard:
    """What was heard of one item.

    Args:
        text: Its text.
        sound: Its sound, if any arrived.
        rate: Frames in a second.
        spoken: The text is a transcript; a written one counts as read.
        plays_audio: A sink reports what is played.
        stopped: Its response was interrupted, perhaps before any sound came.
    """
    received = 0 if sound is None else sound.received
    if not spoken and not received:
        return _heard(text, "", 0, 0, "exact", interrupted=False)
    generated_ms = received * 1000 // rate
    if not plays_audio:
        return _heard(text, "", generated_ms, generated_ms, "assumed", interrupted=False)
    if sound is None:
        return _heard("", text, 0, 0, "exact", interrupted=stopped)
    if not sound.cut:
        return _heard(text, "", generated_ms, generated_ms, "exact", interrupted=False)
    if not sound.played:
        return _heard("", text, 0, generated_ms, "exact", interrupted=True)
    words, rest = split_text(text, sound.played, sound.received)
    played_ms = sound.played * 1000 // rate
    return _heard(words, rest, played_ms, generated_ms, "estimated", interrupted=True)


def combine_heard(parts: Sequence[Heard]) -> Heard:
    """What was heard of several items, one after the other."""
    kinds = {part.certainty for part in parts}
    certainty: _Certainty = "exact"
    if kinds - {"exact"}:
        certainty = "assumed" if "assumed" in kinds else "estimated"
    return _heard(
        " ".join(part.text for part in parts if part.text),
        " ".join(part.unheard for part in parts if part.unheard),
        sum(part.played_ms for part in parts),
        sum(part.generated_ms for part in parts),
        certainty,
        interrupted=any(part.interrupted for part in parts),
    )


def _heard(
    text: str,
    unheard: str,
    played_ms: int,
    generated_ms: int,
    certainty: _Certainty,
    *,
    interrupted: bool,
) -> Heard:
    return Heard(
        text=text,
        unheard=unheard,
        played_ms=played_ms,
        generated_ms=generated_ms,
        interrupted=interrupted,
        certainty=certainty,
    )
