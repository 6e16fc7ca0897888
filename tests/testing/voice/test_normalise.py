"""Written text becomes speakable words, and nothing of the text is lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_voice.testing.voice._normalise import sentences, tokens


def spoken(text: str) -> str:
    """All words of a text."""
    return " ".join(word for token in tokens(text) for word in token.words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It is 7:05 PM.", "it is seven oh five p m"),
        ("At 10:00 and 14:00", "at ten o'clock and fourteen hundred"),
        ("at 9:30am", "at nine thirty a m"),
        ("I am here", "i am here"),
        ("$5.20, £1", "five dollars and twenty cents one pound"),
        ("€1.01", "one euro and one cent"),
        ("$3.00", "three dollars"),
        ("3.14 and -5", "three point one four and minus five"),
        ("+49", "plus forty nine"),
        ("1,234 users", "one thousand two hundred thirty four users"),
        ("in 1999", "in nineteen ninety nine"),
        ("2026-11-22", "november twenty second twenty twenty six"),
        ("2026-13-01", "two zero two six one three zero one"),
        ("the 1st and 22nd", "the first and twenty second"),
        ("24kHz, 5 kg, 1 km", "twenty four kilohertz five kilograms one kilometer"),
        ("1.5km", "one point five kilometers"),
        ("20 % of 5°C", "twenty percent of five degrees celsius"),
        ("10-15", "ten fifteen"),
        ("Dr. Smith vs. Mrs. Jones", "doctor smith versus missus jones"),
        ("e.g. this", "for example this"),
        ("the GPT API and two PCs", "the g p t a p i and two p c's"),
        ("OK, HELLO WORLD", "okay hello world"),
        ("GPT-4o", "g p t four o"),
        ("user@mail.com", "user at mail dot com"),
        ("a & b", "a and b"),
        ("naïve café", "naive cafe"),
        ("it\N{RIGHT SINGLE QUOTATION MARK}s", "it's"),
        ("日本 😀 — hi", "hi"),
        ("5qz", "five qz"),
    ],
)  # fmt: skip
def test_text_is_read_as_a_person_would(text: str, words: str) -> None:
    """Numbers, times, dates, money, units, abbreviations and symbols become words."""
    assert spoken(text) == words


def test_what_follows_a_word() -> None:
    """Punctuation tells how long the voice rests; an abbreviation's full stop does not count."""
    pauses = [token.pause for token in tokens("Well, Mr. Hill — is it? (Yes!) no…")]
    expected = ["clause", "none", "none", "clause", "none", "question", "sentence", "sentence"]
    assert pauses == expected


def test_sentences() -> None:
    """A text is cut after sentences and lines, not after abbreviations or inside numbers."""
    text = "Dr. Lee pays $3.50. “Really?” she said!\nNext line"
    assert sentences(text) == ["Dr. Lee pays $3.50.", " “Really?”", " she said!", "\nNext line"]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "..."])
def test_nothing_to_say(text: str) -> None:
    """A text without words has no words."""
    assert spoken(text) == ""
    assert "".join(sentences(text)) == text


@given(st.text(max_size=80))
def test_any_text_is_kept_and_spoken(text: str) -> None:
    """Tokens and sentences join to the text; the words are letters and apostrophes."""
    assert "".join(token.text for token in tokens(text)) == text
    assert "".join(sentences(text)) == text
    for token in tokens(text):
        assert all(re.fullmatch(r"[a-z']+", word) for word in token.words)
