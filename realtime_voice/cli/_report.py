"""One self-contained HTML page that tells a conversation: to look at, to listen to, to judge.

No script, font, picture or sound comes from elsewhere, and the page forbids itself to load any.
Every text passes through :mod:`realtime_voice.cli._html`. It knows nothing of sessions.
"""

import base64
import hashlib
from collections.abc import Iterator
from importlib import resources

from realtime_voice.cli._html import Html, join, tag
from realtime_voice.cli._mix import mixed, wav_bytes
from realtime_voice.cli._report_timeline import timeline
from realtime_voice.cli._story import Exchange, Story
from realtime_voice.transcripts import WordPair

__all__ = ["report"]

_LONGEST_EMBEDDED_MS = 600_000
"""Ten minutes of sound make a page of 38 MB, which browsers still open at once."""


def report(story: Story) -> str:
    """The whole page.

    Args:
        story: What happened.

    Returns:
        An HTML document; write it as UTF-8.
    """
    style, script = _resource("report.css"), _resource("report.js")
    body = tag(
        "main",
        tag("h1", "A realtime voice conversation"),
        tag("p", story.where, class_="where"),
        _notes(story),
        _figures(story),
        _listen(story),
        _turns(story),
        _circumstances(story),
        _credits(story),
        tag("footer", "Made by realtime-voice demo. This page is complete in itself."),
    )
    head = join(
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        _policy(style, script),
        tag("title", "A realtime voice conversation"),
        tag("style", style),
    )
    page = join(tag("head", head), tag("body", body, tag("script", script)))
    return f"<!doctype html>\n{tag('html', page, lang='en')}\n"


def _resource(name: str) -> Html:
    """A file of the package that is markup already."""
    file = resources.files("realtime_voice.cli").joinpath(name)
    return Html(f"\n{file.read_text(encoding='utf-8')}")


def _policy(style: str, script: str) -> Html:
    """Let the page use what is in it, and load nothing: not even a leaked text could call home."""
    digests = [
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in (style, script)
    ]
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digests[1]}'; "
        "media-src data:; img-src data:; base-uri 'none'; form-action 'none'"
    )
    return tag("meta", http_equiv="Content-Security-Policy", content=policy)


def _notes(story: Story) -> Html | None:
    """What a reader must know first."""
    ended = () if story.problem is None else (f"The session ended early: {story.problem}",)
    items = [tag("li", note) for note in (*ended, *story.notes)]
    return tag("ul", *items, class_="notes", aria_label="Notes") if items else None


def _figures(story: Story) -> Html:
    """The few numbers that sum it up."""
    rate, latency = story.word_error_rate, story.median_latency_ms
    figures = [
        (f"{len(story.exchanges)}", "exchanges"),
        (f"{story.duration_ms / 1000:.0f} s", "of conversation"),
        ("\u2013" if latency is None else f"{latency / 1000:.2f} s", "median response latency"),
        ("\u2013" if rate is None else f"{rate:.0%}", "word error rate of the transcripts"),
    ]
    return tag(
        "dl",
        *(tag("div", tag("dt", name), tag("dd", value)) for value, name in figures),
        class_="figures",
    )


def _listen(story: Story) -> Html:
    """The player and the time line."""
    return tag(
        "section",
        tag("h2", "Both sides on one time line", id="listen"),
        _player(story),
        timeline(story),
        tag(
            "p",
            "Choose a text or a place on the time line to listen from there. Amber marks the "
            "response latency: from the last word to the first sound of the answer.",
            class_="legend",
        ),
        aria_labelledby="listen",
    )


def _player(story: Story) -> Html:
    """The whole conversation as sound."""
    if story.duration_ms > _LONGEST_EMBEDDED_MS:
        return tag("p", "This conversation is too long to embed: listen to conversation.wav.")
    sound = base64.b64encode(wav_bytes(mixed(story.user, story.agent))).decode()
    return tag(
        "audio",
        controls="",
        preload="metadata",
        aria_label="The whole conversation, both sides",
        src=f"data:audio/wav;base64,{sound}",
    )


def _turns(story: Story) -> Html:
    """What was said against what was written down, and what was answered."""
    names = ["", "Said", "Transcribed", "Answered", "Words wrong", "Latency"]
    head = tag("tr", *(tag("th", name or _hidden("Listen"), scope="col") for name in names))
    longest = max((row.latency_ms or 0 for row in story.exchanges), default=0)
    rows = [_row(row, longest, recognised=story.recognised) for row in story.exchanges]
    return tag(
        "section",
        tag("h2", "What was said, heard and answered", id="turns"),
        tag("table", tag("thead", head), tag("tbody", *rows), aria_labelledby="turns"),
    )


def _row(row: Exchange, longest_ms: float, *, recognised: bool) -> Html:
    """One exchange."""
    alignment = row.alignment if recognised else None
    wrong = "\u2013" if alignment is None else f"{alignment.errors} of {alignment.reference_words}"
    end = max(row.said_end_ms, row.answer_end_ms or 0)
    button = tag(
        "button",
        "\u25b6\ufe0e",
        type="button",
        class_="play",
        data_from=f"{row.said_start_ms / 1000:.3f}",
        data_to=f"{end / 1000:.3f}",
        aria_label=f"Listen to exchange {row.number}",
    )
    return tag(
        "tr",
        tag("td", button),
        tag("td", row.said or "not known", tag("span", row.name, class_="clip"), data_label="Said"),
        tag("td", *_transcribed(row, recognised=recognised), data_label="Transcribed"),
        tag("td", *_answered(row), data_label="Answered"),
        tag("td", wrong, class_="number", data_label="Words wrong"),
        tag("td", *_latency(row, longest_ms), class_="number", data_label="Latency"),
    )


def _transcribed(row: Exchange, *, recognised: bool) -> Iterator[Html | str]:
    """The transcript with its differences from the truth marked."""
    if not row.transcript:
        yield tag("span", row.transcript_problem or "nothing", class_="problem")
        return
    if row.alignment is None or not recognised:
        yield row.transcript
        return
    for pair in row.alignment.pairs:
        yield from _word(pair)
        yield " "


def _word(pair: WordPair) -> Iterator[Html | str]:
    """One word, or a difference in a form that colours, lines and screen readers all tell."""
    match pair.kind:
        case "equal":
            yield pair.hypothesis
        case "missing":
            yield tag("del", _hidden("not heard: "), pair.reference)
        case "added":
            yield tag("ins", _hidden("heard although not said: "), pair.hypothesis)
        case "replaced":
            yield tag("del", _hidden("said: "), pair.reference)
            yield " "
            yield tag("ins", _hidden("heard: "), pair.hypothesis)


def _answered(row: Exchange) -> Iterator[Html | str]:
    """The answer, and what went wrong with it."""
    if row.answer:
        yield row.answer
    if row.answer_problem or not row.answer:
        yield tag("span", row.answer_problem or "nothing", class_="problem clip")


def _latency(row: Exchange, longest_ms: float) -> Iterator[Html | str]:
    """The response latency as a number and as a bar."""
    if row.latency_ms is None:
        yield "\u2013"
        return
    yield f"{row.latency_ms / 1000:.2f} s"
    share = 100 * max(0.0, row.latency_ms) / longest_ms if longest_ms > 0 else 0
    yield tag("span", class_="bar", style=f"width:{share:.0f}%", aria_hidden="true")


def _circumstances(story: Story) -> Html:
    """Where and with what it ran."""
    pairs = [part for name, value in story.facts for part in (tag("dt", name), tag("dd", value))]
    return tag(
        "section",
        tag("h2", "How it ran", id="facts"),
        tag("dl", *pairs, class_="facts"),
        aria_labelledby="facts",
    )


def _credits(story: Story) -> Html | None:
    """Whose voices these are."""
    if not story.credits_:
        return None
    pairs = [
        part
        for credit in story.credits_
        for part in (tag("dt", credit.name), tag("dd", f"{credit.source}; {credit.licence}"))
    ]
    whole = tag("details", tag("summary", "Licence text"), tag("pre", story.licence_text))
    return tag(
        "section",
        tag("h2", "Whose recordings", id="credits"),
        tag("dl", *pairs, class_="facts"),
        whole if story.licence_text else None,
        aria_labelledby="credits",
    )


def _hidden(text: str) -> Html:
    """Text for screen readers only."""
    return tag("span", text, class_="vh")
