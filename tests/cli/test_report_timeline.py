"""Times become places on the time line."""

import re

from realtime_voice.cli._report_timeline import timeline
from tests.cli.stories import exchange, noise, story
from tests.cli.test_html import read


def test_words_stand_where_they_were_spoken() -> None:
    """A caption's place is its time by the line's scale, on both sides."""
    page = timeline(story())
    scale = float(re.findall(r'data-scale="([\d.]+)"', page)[0])
    places = [
        (float(left), float(start))
        for left, start in re.findall(r'margin-left:(\d+)px[^>]*data-from="([\d.]+)"', page)
    ]
    assert [start for _, start in places] == [0.5, 4.5, 2.0, 6.0]
    assert all(abs(left - start * scale) <= 0.5 for left, start in places)


def test_waits_are_drawn_from_the_last_word_to_the_first_sound() -> None:
    """A wait of half a second is as long as that; an answer before the end has none."""
    page = timeline(story(exchange(1), exchange(2, answer_start_ms=5000.0)))
    scale = float(re.findall(r'data-scale="([\d.]+)"', page)[0])
    assert re.findall(r'<span style="left:(\d+)px;width:(\d+)px"', page) == [
        (f"{1.5 * scale:.0f}", f"{0.5 * scale:.0f}")
    ]
    assert "0.50 s" in page


def test_long_conversations_are_drawn_smaller() -> None:
    """An hour does not become a picture of a kilometre; times stay readable."""
    track = noise((0, 10), duration_ms=3_600_000)
    page = timeline(story(exchange(1), user=track, agent=track))
    assert "width:36000px" in page
    assert "59:00" in read(page).text


def test_silence_is_told() -> None:
    """What was not transcribed, or not answered in words, has a caption that says so."""
    text = read(
        timeline(
            story(
                exchange(1, transcript="", transcript_problem="recognition failed", answer=""),
                exchange(2, answer_start_ms=None, answer_end_ms=None),
            )
        )
    ).text
    assert "recognition failed" in text
    assert "no words" in text
