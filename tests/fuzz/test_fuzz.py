"""Broken input ends in documented outcomes; the short form of nox session ``fuzz``."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_voice.codec import decode_server_event
from realtime_voice.errors import EventDecodeError
from tests.fuzz.__main__ import fuzz, main
from tests.fuzz.json_frames import SPECIAL
from tests.fuzz.reading import DisagreementError, Reading, compare, read_whole
from tests.fuzz.streams import raw_frame
from tests.fuzz.targets import TARGETS

INPUTS = 2000


@pytest.mark.parametrize("target", TARGETS)
def test_random_input_ends_in_a_documented_outcome(target: str) -> None:
    """Frames, events and the core take whatever comes."""
    findings = fuzz(target, seed=11, first=0, inputs=INPUTS)
    assert findings.problems == []
    assert len(findings.outcomes) > 1
    assert findings.outcomes["UNDOCUMENTED"] == 0


@pytest.mark.parametrize("frame", SPECIAL, ids=lambda frame: repr(frame[:40]))
def test_a_frame_at_a_limit_is_an_event_or_a_decode_error(frame: bytes) -> None:
    """No parser's own exception comes through, neither for bytes nor for text."""
    for form in (frame, frame.decode()):
        with suppress(EventDecodeError):
            assert decode_server_event(form).type


@given(st.binary(max_size=300))
def test_any_bytes_are_read_as_wsproto_reads_them(stream: bytes) -> None:
    """Bytes that nobody meant as frames are read, or refused with a documented code."""
    compare(read_whole(stream), stream)


def test_the_comparison_sees_a_difference() -> None:
    """A reading that nobody promised is told, so that silence means agreement."""
    stream = raw_frame(1, b"hello")
    assert compare(Reading(("hello",), None), stream) is None
    for wrong in (
        Reading(("hallo",), None),
        Reading((), None),
        Reading((), 1002),
        Reading(("hello",), 1002),
        Reading(("hello",), 1007),
    ):
        with pytest.raises(DisagreementError):
            compare(wrong, stream)


def test_refusing_sooner_is_no_difference_but_refusing_too_soon_is() -> None:
    """Half a surrogate may be refused before another error comes; half a character may not."""
    behind = raw_frame(9, b"") + raw_frame(3, b"")
    hopeless = raw_frame(1, b"\xed\xa0", final=False) + behind
    hopeful = raw_frame(1, b"\xe2\x82", final=False) + behind
    assert "half a surrogate" in str(compare(read_whole(hopeless), hopeless))
    assert compare(read_whole(hopeful), hopeful) is None
    with pytest.raises(DisagreementError):
        compare(Reading((), 1007), hopeful)


def test_an_undocumented_outcome_is_reported_with_its_number(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A finding names what makes it again."""

    def broken(chance: object) -> list[str]:
        raise ZeroDivisionError

    monkeypatch.setitem(TARGETS, "frames", broken)
    findings = fuzz("frames", seed=3, first=7, inputs=2)
    assert findings.outcomes["UNDOCUMENTED"] == 2
    assert findings.problems[0].startswith("--seed 3 --only frames 7\n")
    assert "ZeroDivisionError" in findings.problems[0]
    monkeypatch.undo()
    assert main(["--seed", "3", "--only", "frames", "7"]) == 0
    assert capsys.readouterr().out
