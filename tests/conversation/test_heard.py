"""What of an answer was heard."""

import pytest

from realtime_voice.conversation._heard import (
    combine_heard,
    hear_item,
    split_text,
)
from realtime_voice.conversation._outcomes import (
    Heard,
)
from realtime_voice.conversation._playback import (
    ItemSound,
)


@pytest.mark.parametrize(
    ("text", "played", "received", "expected"),
    [
        ("one two three", 0, 100, ("", "one two three")),
        ("one two three", 100, 100, ("one two three", "")),
        ("one two three", 200, 100, ("one two three", "")),
        ("one two three", 60, 100, ("one two", "three")),
        ("one two three", 50, 100, ("one", "two three")),
        ("one two three", 10, 100, ("", "one two three")),
        ("one\ntwo", 60, 100, ("one", "two")),
        ("今日はいい天気", 50, 100, ("今日は", "いい天気")),
        ("words", 10, 0, ("", "words")),
    ],
)
def test_text_is_cut_between_words(
    text: str, played: int, received: int, expected: tuple[str, str]
) -> None:
    """Only words that were spoken to their end count; a script without spaces is cut anywhere."""
    assert split_text(text, played, received) == expected


def sound(received: int, played: int, *, cut: bool) -> ItemSound:
    """Return the sound of an item."""
    return ItemSound(item_id="a", response_id="r", received=received, played=played, cut=cut)


@pytest.mark.parametrize(
    ("of", "stopped", "expected"),
    [
        (None, False, ("", "one two", False, "exact")),
        (None, True, ("", "one two", True, "exact")),
        (sound(24, 24, cut=False), False, ("one two", "", False, "exact")),
        (sound(24, 0, cut=True), True, ("", "one two", True, "exact")),
        (sound(24, 12, cut=True), True, ("one", "two", True, "estimated")),
    ],
)
def test_what_was_heard_of_an_item(
    of: ItemSound | None, expected: tuple[str, str, bool, str], *, stopped: bool
) -> None:
    """All or nothing is exact; a cut between words is an estimate."""
    heard = hear_item("one two", of, 24_000, spoken=True, plays_audio=True, stopped=stopped)
    assert (heard.text, heard.unheard, heard.interrupted, heard.certainty) == expected


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ((), "exact"),
        (("exact", "exact"), "exact"),
        (("exact", "estimated"), "estimated"),
        (("assumed", "estimated"), "assumed"),
    ],
)
def test_the_least_certain_part_decides(kinds: tuple[str, ...], expected: str) -> None:
    """What is heard of several items is as certain as the worst of them."""
    parts = [
        Heard(
            text="a",
            unheard="b",
            played_ms=1,
            generated_ms=2,
            interrupted=False,
            certainty=kind,  # type: ignore[arg-type]  # one of the three
        )
        for kind in kinds
    ]
    heard = combine_heard(parts)
    assert (heard.certainty, heard.played_ms) == (expected, len(kinds))
