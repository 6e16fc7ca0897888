"""Numbers are read as a person would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_voice.testing.voice._numbers import cardinal, digits, ordinal, year


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("0", "zero"),
        ("7", "seven"),
        ("13", "thirteen"),
        ("40", "forty"),
        ("99", "ninety nine"),
        ("100", "one hundred"),
        ("1204", "one thousand two hundred four"),
        ("1000000", "one million"),
        ("007", "zero zero seven"),
        (
            "1234567890123456",
            "one two three four five six seven eight nine zero one two three four",
        ),
    ],
)
def test_cardinals(text: str, spoken: str) -> None:
    """A number is counted, unless it starts with a zero or is too long to count."""
    assert " ".join(cardinal(text)).startswith(spoken)


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("1", "first"),
        ("12", "twelfth"),
        ("20", "twentieth"),
        ("21", "twenty first"),
        ("6", "sixth"),
    ],
)
def test_ordinals(text: str, spoken: str) -> None:
    """A rank ends as ranks do."""
    assert " ".join(ordinal(text)) == spoken


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("1999", "nineteen ninety nine"),
        ("2005", "two thousand five"),
        ("2026", "twenty twenty six"),
        ("1900", "nineteen hundred"),
        ("1804", "eighteen oh four"),
    ],
)
def test_years(text: str, spoken: str) -> None:
    """Four digits of a year are read in pairs."""
    assert " ".join(year(text)) == spoken


@given(st.integers(min_value=0, max_value=10**20))
def test_every_number_has_words(number: int) -> None:
    """Every number gives words of letters only."""
    for reader in (cardinal, ordinal, digits):
        assert all(word.isalpha() for word in reader(str(number)))
