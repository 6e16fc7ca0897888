"""The report: complete, self-contained, safe and readable for everybody."""

import base64
import hashlib
import io
import re
import wave

import pytest

from realtime_voice.cli import _report
from realtime_voice.cli._report import report
from tests.cli.stories import exchange, story
from tests.cli.test_html import read

ATTACK = '<script>alert("1")</script><img src=x onerror=alert(1)>'


def test_nothing_comes_from_elsewhere() -> None:
    """No address of the network stands in the page, and its policy forbids loading anything."""
    page = report(story())
    seen = read(page)
    sources = [
        value
        for _, attributes in seen.tags
        for name, value in attributes.items()
        if name in {"src", "href", "srcset", "poster", "data", "action"}
    ]
    assert all(value is not None and value.startswith("data:") for value in sources)
    assert re.search(r"url\(|@import|https?://", page) is None
    policy = next(
        attributes["content"]
        for name, attributes in seen.tags
        if name == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy


def test_every_exchange_is_told() -> None:
    """What was said, written down and answered stands in the page, with each latency."""
    rows = (
        exchange(1, said="go forward", transcript="go for ward", answer="Going."),
        exchange(2, said=None, transcript="", transcript_problem="no words were recognised"),
        exchange(3, answer="", answer_start_ms=None, answer_end_ms=None, answer_problem="failed"),
    )
    text = " ".join(read(report(story(*rows))).text.split())
    for expected in (
        "go forward",
        "said: forward",
        "heard: for",
        "heard although not said: ward",
        "Going.",
        "not known",
        "no words were recognised",
        "failed",
        "2 of 2",
        "0.50 s",
    ):
        assert expected in text


@pytest.mark.parametrize(
    "page",
    [
        report(story(exchange(1, said=ATTACK, transcript=ATTACK, answer=ATTACK, name=ATTACK))),
        report(story(where=ATTACK, notes=(ATTACK,), facts=((ATTACK, ATTACK),), problem=ATTACK)),
        report(story(licence_text=ATTACK)),
    ],
)
def test_texts_cannot_become_markup(page: str) -> None:
    """A transcript is what strangers say: it stays text wherever it is shown."""
    seen = read(page)
    names = [name for name, _ in seen.tags]
    assert names.count("script") == 1
    assert "img" not in names
    assert not any(name.startswith("on") for _, found in seen.tags for name in found)
    assert 'alert("1")' in seen.text


def test_the_sound_is_in_the_page() -> None:
    """The player holds both sides as a WAV file."""
    seen = read(report(story()))
    source = next(found["src"] for name, found in seen.tags if name == "audio")
    assert source is not None
    data = base64.b64decode(source.removeprefix("data:audio/wav;base64,"))
    with wave.open(io.BytesIO(data)) as file:
        assert file.getframerate() == 24_000
        assert file.getnframes() == 2 * 4 * 24_000


def test_a_very_long_conversation_is_not_embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that no browser opens is of no use: it says where the sound is instead."""
    monkeypatch.setattr(_report, "_LONGEST_EMBEDDED_MS", 1000)
    page = report(story())
    assert "<audio" not in page
    assert "conversation.wav" in page


def test_it_can_be_used_without_seeing_it() -> None:
    """Pictures have words, buttons have names, the table has headers, the page has a language."""
    seen = read(report(story()))
    by_name: dict[str, list[dict[str, str | None]]] = {}
    for name, attributes in seen.tags:
        by_name.setdefault(name, []).append(attributes)
    assert by_name["html"][0]["lang"] == "en"
    assert all(svg["role"] == "img" and svg["aria-label"] for svg in by_name["svg"])
    assert len([one for one in by_name["button"] if one.get("aria-label")]) == 2
    assert all(one["type"] == "button" for one in by_name["button"])
    assert [one["scope"] for one in by_name["th"]] == ["col"] * 6
    assert by_name["audio"][0]["aria-label"]


def test_a_script_is_not_judged_as_a_recogniser() -> None:
    """Where nothing was recognised there is no error rate and no marked difference."""
    page = report(story(recognised=False))
    assert "<ins>" not in page
    assert "1 of 3" not in page


def test_an_empty_conversation_has_a_page() -> None:
    """Nothing said, nothing broken."""
    rows = (exchange(1, answer_start_ms=None, answer_end_ms=None, transcript="", said=""),)
    assert "nothing" in report(story(*rows, credits=(), notes=(), licence_text=""))
