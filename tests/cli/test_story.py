"""Figures of a conversation."""

import pytest

from tests.cli.stories import exchange, noise, story


def test_rates_count_words_not_utterances() -> None:
    """One wrong word of three, twice, and none of one: two of seven."""
    rows = (exchange(1), exchange(2), exchange(3, said="yes", transcript="Yes."))
    assert story(*rows).word_error_rate == pytest.approx(2 / 7)


def test_unknown_words_have_no_rate() -> None:
    """Without truth, or without a recogniser, nothing is judged."""
    assert story(exchange(1, said=None)).word_error_rate is None
    assert exchange(1, said=None).alignment is None
    assert story(recognised=False).word_error_rate is None


def test_latency_runs_from_the_last_word_to_the_first_sound() -> None:
    """Unanswered exchanges do not count."""
    rows = (
        exchange(1),
        exchange(2, answer_start_ms=6500.0),
        exchange(3, answer_start_ms=None),
    )
    assert [row.latency_ms for row in rows] == [500, 1000, None]
    assert story(*rows).median_latency_ms == 750
    assert story(rows[2]).median_latency_ms is None


def test_the_time_line_is_as_long_as_the_longer_side() -> None:
    """Both sides fit."""
    short, long = noise(duration_ms=1000), noise(duration_ms=2500)
    assert story(user=short, agent=long).duration_ms == 2500
    assert story(user=long, agent=short).duration_ms == 2500
