"""What people see in the terminal, and what ends up in files and pipes."""

import io

import pytest

from realtime_voice.cli import _terminal
from realtime_voice.cli._terminal import (
    LiveCaptions,
    PlainCaptions,
    captions_for,
    clean,
    is_watched,
    make_console,
    print_exchanges,
    progress,
    require_rich,
    say,
    seconds,
)
from realtime_voice.errors import ConfigError
from tests.cli.stories import exchange, story


class Terminal(io.StringIO):
    """A stream that a person watches."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A colourful terminal, whatever the test runs in."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    return Terminal()


def test_words_cannot_steer_a_terminal() -> None:
    """Escape sequences and line breaks lose their power; letters of all kinds stay."""
    assert clean("a\x1b[31mb\x9bc\nd\te\ud800") == "a[31mbc d e"
    assert clean("schön 你好") == "schön 你好"


def test_only_a_person_who_likes_colours_watches(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipe, NO_COLOR and a dumb terminal get plain lines."""
    assert is_watched(terminal)
    assert isinstance(captions_for(terminal), LiveCaptions)
    assert not is_watched(io.StringIO())
    assert isinstance(captions_for(io.StringIO()), PlainCaptions)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not is_watched(terminal)
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert not is_watched(terminal)


def test_a_stream_that_knows_few_letters_gets_what_it_can_show() -> None:
    """An ASCII terminal sees question marks, not a traceback."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", write_through=True)
    say("café \u2192 tea", to=stream)
    assert raw.getvalue() == b"caf? ? tea\n"


def test_say_writes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    """The default."""
    say("hello")
    say()
    assert capsys.readouterr().out == "hello\n\n"


def test_plain_captions_are_complete_lines() -> None:
    """Half a sentence has no place in a file."""
    stream = io.StringIO()
    with PlainCaptions(stream) as captions:
        captions.status("waiting")
        captions.show("user", "u", "go for", at_s=1.0, final=False)
        captions.show("user", "u", "go forward\x1b[2J", at_s=2.0, final=True)
        captions.show("assistant", "a", "Going.", at_s=2.5, final=True)
    assert stream.getvalue() == "   1.0 s  You    go forward[2J\n   2.5 s  Agent  Going.\n"


def test_live_captions_grow_and_stay(terminal: Terminal) -> None:
    """While they grow they are shown with dots; in the end the whole text stays, once."""
    with captions_for(terminal) as captions:
        captions.status("speaking")
        captions.status("speaking")
        captions.show("user", "u", "go for", at_s=1.0, final=False)
        captions.show("user", "u", "[red]go forward", at_s=9.0, final=True)
    written = terminal.getvalue()
    assert "1.0 s" in written
    assert "9.0 s" not in written
    assert "[red]go forward" in written
    assert "speaking" in written


def test_the_table_tells_said_against_transcribed() -> None:
    """Differences are marked without colours too, and long texts are not cut."""
    stream = io.StringIO()
    rows = (
        exchange(1, answer="A long answer. " * 20 + "The end."),
        exchange(2, said=None, transcript="", transcript_problem="nothing was heard"),
        exchange(3, answer="", answer_start_ms=None, answer_problem="quota exhausted"),
    )
    print_exchanges(make_console(stream), story(*rows))
    text = " ".join(stream.getvalue().replace("\u2502", " ").split())
    assert "\x1b" not in stream.getvalue()
    for expected in ("[-clubs-]", "{+quotes+}", "1/3", "0.50 s", "The end.", "(cards/2)"):
        assert expected in text
    assert "nothing was" in text
    assert "quota" in text


def test_a_script_is_not_judged(capsys: pytest.CaptureFixture[str]) -> None:
    """No differences are marked where nothing was recognised."""
    stream = io.StringIO()
    print_exchanges(make_console(stream), story(exchange(1), recognised=False))
    assert "{+" not in stream.getvalue()


def test_seconds() -> None:
    """A number, or a dash."""
    assert seconds(1234.5) == "1.23 s"
    assert seconds(None) == "-"


def test_progress_is_for_people(terminal: Terminal) -> None:
    """A bar on a terminal; not a byte in a pipe."""
    pipe = io.StringIO()
    with progress(pipe, "a.wav", 10.0) as advance:
        advance(5.0)
    assert pipe.getvalue() == ""
    with progress(terminal, "[b]a.wav", 10.0) as advance:
        advance(5.0)
    assert "[b]a.wav" in terminal.getvalue()


def test_a_missing_package_is_named_with_the_way_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The message is the command to type."""
    require_rich()
    monkeypatch.setattr(_terminal, "find_spec", lambda _name: None)
    with pytest.raises(ConfigError, match=r"pip install 'realtime-voice\[demo\]'"):
        require_rich()


def test_a_console_survives_letters_that_the_stream_lacks() -> None:
    """As on Windows, where a pipe is cp1252: a mark stands for the letter, nothing fails."""
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding="cp1252")
    make_console(stream).print("caf\u00e9 \u2192 \u4f60")
    stream.flush()
    assert written.getvalue().decode("cp1252").rstrip() == "caf\u00e9 ? ?"
