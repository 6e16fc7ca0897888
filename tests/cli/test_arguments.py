"""What may be typed."""

from pathlib import Path

import pytest

from realtime_voice.cli._arguments import build_parser


def test_the_demo_needs_nothing() -> None:
    """Without options it runs locally, on recordings of people, into a folder of its own."""
    options = build_parser().parse_args(["demo"])
    assert options.wav == []
    assert options.out == Path("realtime-voice-demo")
    assert not options.live
    assert not options.debug


def test_several_recordings_may_speak() -> None:
    """--wav adds up."""
    options = build_parser().parse_args(["demo", "--wav", "a.wav", "--wav", "b.wav"])
    assert options.wav == [Path("a.wav"), Path("b.wav")]


def test_transcribe_takes_files_and_a_format() -> None:
    """Files, and how to write them."""
    options = build_parser().parse_args(["transcribe", "a.wav", "b.wav", "--format", "vtt"])
    assert options.files == [Path("a.wav"), Path("b.wav")]
    assert options.format == "vtt"
    assert options.out is None


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["serve", "--port", "70000"], "a port is a number from 0 to 65535, not 70000"),
        (["serve", "--port", "x"], "a port is a number"),
        (["transcribe"], "FILE"),
        (["transcribe", "a.wav", "--live", "--local"], "not allowed with"),
        (["transcribe", "a.wav", "--format", "doc"], "invalid choice: 'doc'"),
        (["sing"], "invalid choice: 'sing'"),
        (["demo", "--wa", "x"], "--wa"),
    ],
)
def test_mistakes_are_told_on_one_line(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is wrong, and where the help is; exit code 2."""
    with pytest.raises(SystemExit) as stop:
        build_parser().parse_args(arguments)
    assert stop.value.code == 2
    text = capsys.readouterr().err
    assert complaint in text
    assert "--help" in text
    assert len(text.splitlines()) == 1
