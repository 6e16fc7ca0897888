"""Captions as text, JSON, WebVTT and SubRip."""

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from realtime_voice.transcripts import Cue, dump_json, to_json, to_srt, to_text, to_vtt

TIME = re.compile(
    r"^(\d{2,}):([0-5]\d):([0-5]\d)\.(\d{3}) --> (\d{2,}):([0-5]\d):([0-5]\d)\.(\d{3})$"
)

CUES = st.lists(
    st.builds(
        Cue,
        start_ms=st.integers(-50, 10_000_000),
        end_ms=st.integers(-50, 10_000_000),
        text=st.text(max_size=40),
        speaker=st.none() | st.text(max_size=8),
    ),
    max_size=6,
)


def cue(start_ms: int, end_ms: int, text: str, speaker: str | None = None) -> Cue:
    """A cue in short."""
    return Cue(start_ms=start_ms, end_ms=end_ms, text=text, speaker=speaker)


def test_text_is_one_line_for_each_utterance() -> None:
    """Lines come in order of time; silence has no line; a line break inside does not split."""
    cues = [cue(900, 1200, "second\nline"), cue(0, 500, "first"), cue(1300, 1400, " ")]
    assert to_text(cues) == "first\nsecond line\n"
    assert to_text([cue(0, 1, "hello", "Agent")]) == "Agent: hello\n"
    assert to_text([]) == ""


def test_json_has_stable_keys() -> None:
    """The keys are a promise to programs that read them."""
    value = to_json([cue(0, 500, "first"), cue(500, 900, "")], file="a.wav", duration_ms=900)
    assert list(value) == ["file", "duration_ms", "text", "segments"]
    assert value["text"] == "first"
    assert [list(segment) for segment in value["segments"]] == [
        ["start_ms", "end_ms", "text", "speaker", "status", "language", "error"]
    ] * 2
    assert json.loads(dump_json(value)) == value


def test_json_text_is_readable() -> None:
    """Letters stay letters, and the text ends with one newline."""
    assert dump_json({"text": "café"}) == '{\n  "text": "café"\n}\n'


def test_vtt_example() -> None:
    """Markup in the words is escaped, hours are written, an empty cue is left out."""
    cues = [
        cue(3_723_004, 3_724_000, "a < b & c --> d", "You"),
        cue(0, 0, "short"),
        cue(5, 9, ""),
    ]
    assert to_vtt(cues, notes=["made --> by hand"]) == (
        "WEBVTT\n\nNOTE made -> by hand\n\n"
        "1\n00:00:00.000 --> 00:00:00.001\nshort\n\n"
        "2\n01:02:03.004 --> 01:02:04.000\n<v You>a &lt; b &amp; c --&gt; d\n"
    )
    assert to_vtt([]) == "WEBVTT\n"


def test_srt_example() -> None:
    """SubRip writes a comma before the milliseconds and the speaker's name in front."""
    assert to_srt([cue(1500, 2000, "hello --> you", "You"), cue(2000, 2500, "yes")]) == (
        "1\n00:00:01,500 --> 00:00:02,000\nYou: hello -> you\n\n"
        "2\n00:00:02,000 --> 00:00:02,500\nyes\n"
    )


@given(CUES)
def test_any_text_makes_a_valid_vtt_file(cues: list[Cue]) -> None:
    """Whatever was said, each block is a number, a time line that goes forward, and one line."""
    head, *blocks = to_vtt(cues).removesuffix("\n").split("\n\n")
    assert head == "WEBVTT"
    previous = -1
    for number, block in enumerate(blocks, start=1):
        identifier, times, words = block.split("\n")
        assert identifier == str(number)
        found = TIME.match(times)
        assert found is not None
        start, end = (
            ((int(h) * 60 + int(m)) * 60 + int(s)) * 1000 + int(ms)
            for h, m, s, ms in (found.groups()[:4], found.groups()[4:])
        )
        assert previous <= start < end
        previous = start
        assert "-->" not in words
        assert "<" not in words.removeprefix("<v ")
