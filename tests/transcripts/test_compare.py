"""Words aligned, differences counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_voice.transcripts import WordAlignment, WordPair, align_words

TEXTS = st.lists(st.sampled_from(["go", "Stop,", "ten", "ten!", "meters", "-", "it's"])).map(
    " ".join
)


def kinds(alignment: WordAlignment) -> list[tuple[str, str, str]]:
    """The pairs in short."""
    return [(pair.kind, pair.reference, pair.hypothesis) for pair in alignment.pairs]


def test_case_and_punctuation_do_not_count() -> None:
    """The same words in another dress are the same words, and keep their spelling."""
    alignment = align_words("Go forward \u2013 ten meters!", "go forward ten Meters")
    assert alignment.errors == 0
    assert kinds(alignment)[0] == ("equal", "Go", "go")
    assert alignment.word_error_rate == 0


def test_apostrophes_of_all_forms_are_one() -> None:
    """A typographic apostrophe is no difference; a missing one is."""
    assert align_words("what\u2019s up", "what's up").errors == 0
    assert align_words("we're", "were").errors == 1


def test_each_kind_of_difference() -> None:
    """Replaced, missing and added words are told apart."""
    assert kinds(align_words("seven of clubs", "seven of quotes that")) == [
        ("equal", "seven", "seven"),
        ("equal", "of", "of"),
        ("replaced", "clubs", "quotes"),
        ("added", "", "that"),
    ]
    assert kinds(align_words("go forward ten", "go ten"))[1] == ("missing", "forward", "")


def test_rate_counts_against_what_was_said() -> None:
    """Two errors on three words; more than everything can be wrong; nothing said has no rate."""
    assert align_words("seven of clubs", "seven of quotes that").word_error_rate == pytest.approx(
        2 / 3
    )
    assert align_words("go", "no no no").word_error_rate == 3
    assert align_words("", "hello").word_error_rate is None
    assert align_words("go", "").word_error_rate == 1
    assert align_words("", "").pairs == ()


@given(TEXTS, TEXTS)
def test_alignment_keeps_every_word_of_both_texts(left: str, right: str) -> None:
    """Nothing is lost, nothing invented, and both directions count the same errors."""
    alignment = align_words(left, right)
    words = [word for word in left.split() if word != "-"]
    written = [word for word in right.split() if word != "-"]
    assert [pair.reference for pair in alignment.pairs if pair.kind != "added"] == words
    assert [pair.hypothesis for pair in alignment.pairs if pair.kind != "missing"] == written
    assert alignment.errors == align_words(right, left).errors
    assert abs(len(words) - len(written)) <= alignment.errors <= max(len(words), len(written))


def test_values_are_data() -> None:
    """Two pairs with the same content are equal."""
    pair = WordPair(kind="equal", reference="a", hypothesis="a")
    assert pair == WordPair(kind="equal", reference="a", hypothesis="a")
