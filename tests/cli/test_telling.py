"""Turns find the recordings that they belong to."""

import attrs
import numpy as np
import pytest

from realtime_voice.cli._caller import Spoken, Utterance
from realtime_voice.cli._telling import exchanges
from realtime_voice.conversation import (
    AssistantSpeech,
    Heard,
    TranscriptStatus,
    Turn,
    TurnTiming,
    UserSpeech,
)

SPOKEN = tuple(
    Spoken(
        utterance=Utterance(name=name, text=name, samples=np.zeros(1, np.int16)),
        start_ms=start,
        end_ms=start + 1200,
        speech_end_ms=start + 1000,
    )
    for name, start in (("a", 500), ("b", 5000))
)


def user(text: str, start: int | None, end: int | None, **changes: object) -> UserSpeech:
    """What the user said in a turn."""
    status = TranscriptStatus.FINAL if text else TranscriptStatus.NO_SPEECH
    values = {"status": status, "item_ids": ("u",), "audio_start_ms": start, "audio_end_ms": end}
    return UserSpeech(text=text, **{**values, **changes})  # type: ignore[arg-type]  # many types


def assistant(text: str, error: str | None = None) -> AssistantSpeech:
    """What was answered in a turn."""
    heard = Heard(
        text=text,
        unheard="",
        played_ms=1,
        generated_ms=1,
        interrupted=False,
        certainty="exact",
    )
    return AssistantSpeech(
        text=text,
        status=TranscriptStatus.FINAL,
        heard=heard,
        item_ids=("x",),
        response_ids=("r",),
        error=error,
    )


def turn(
    index: int,
    speech: UserSpeech | None,
    answer: AssistantSpeech | None = None,
    *,
    timing: TurnTiming | None = None,
    reason: str | None = None,
) -> Turn:
    """A turn."""
    return Turn(
        id=f"t{index}",
        index=index,
        user=speech,
        assistant=answer,
        tool_calls=(),
        timing=timing or TurnTiming(),
        usage={},
        complete=reason is None,
        incomplete_reason=reason,
    )


def test_turns_belong_to_the_recording_they_were_spoken_in() -> None:
    """By time, and not by number: here one recording was not noticed at all."""
    timing = TurnTiming(speech_stopped=6.0, first_audio=6.04)
    rows = exchanges(
        SPOKEN,
        [turn(0, user("bee", 5100, 6100), assistant("I heard bee."), timing=timing)],
        [(6500, 7000), (7010, 8000)],
    )
    assert [row.name for row in rows] == ["a", "b"]
    assert rows[0].transcript == ""
    assert rows[0].transcript_problem == "nothing was heard"
    assert rows[0].latency_ms is None
    assert rows[1].transcript == "bee"
    assert rows[1].answer == "I heard bee."
    assert (rows[1].answer_start_ms, rows[1].answer_end_ms) == (6500, 8000)
    assert rows[1].latency_ms == 500
    assert rows[1].server_latency_ms == pytest.approx(40)


def test_a_recording_that_was_split_is_put_together() -> None:
    """A pause made two turns: the words join, and the latency is that of the last answer."""
    rows = exchanges(
        SPOKEN,
        [
            turn(0, user("first half", 400, 900), assistant("What?")),
            turn(1, user("second half", 1000, 1600), assistant("I see.")),
        ],
        [(950, 1000), (1900, 2500)],
    )
    assert rows[0].transcript == "first half second half"
    assert rows[0].answer == "What? I see."
    assert rows[0].latency_ms == 400


def test_answers_only_in_a_pause_are_told_where_they_were() -> None:
    """The only answer came before the end of the recording: it is not hidden."""
    rows = exchanges(SPOKEN, [turn(0, user("half", 400, 900), assistant("Hm?"))], [(950, 1000)])
    assert rows[0].answer_start_ms == 950


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (TranscriptStatus.NO_SPEECH, None, "no words were recognised"),
        (TranscriptStatus.FAILED, "worker died", "recognition failed: worker died"),
        (TranscriptStatus.TIMED_OUT, None, "the transcript did not come in time"),
        (TranscriptStatus.FINAL, None, "nothing was heard"),
    ],
)
def test_missing_words_have_a_reason(
    status: TranscriptStatus, error: str | None, words: str
) -> None:
    """A status is told in words."""
    rows = exchanges(SPOKEN, [turn(0, user("", 600, 900, status=status, error=error))], [])
    assert rows[0].transcript_problem == words


def test_problems_of_an_answer_are_told() -> None:
    """A failed response, and a turn that stayed incomplete."""
    rows = exchanges(
        SPOKEN, [turn(0, user("a", 600, 900), assistant("", "quota"), reason="timed out")], []
    )
    assert rows[0].answer_problem == "quota; timed out"
    assert rows[0].answer == ""


def test_turns_without_times_go_by_their_number() -> None:
    """A greeting or typed text has no place in the sound; nothing is lost, nothing fails."""
    turns = [
        turn(0, None, assistant("Hello!")),
        turn(7, user("typed", None, None), assistant("Yes.")),
        turn(8, user("early", 0, None), assistant("Oh.")),
    ]
    rows = exchanges(SPOKEN, turns, [])
    assert rows[0].answer == "Hello! Oh."
    assert rows[1].answer == "Yes."
    assert exchanges((), turns, []) == ()


def test_somebodys_own_recording_is_told_turn_by_turn() -> None:
    """Its words are not known, so nothing ties its turns together; each has its own latency."""
    samples = np.zeros(24 * 3000, np.int16)
    samples[24 * 100 : 24 * 900] = 5000
    samples[24 * 1700 : 24 * 2300] = 5000
    own = Spoken(
        utterance=Utterance(name="mine.wav", text=None, samples=samples),
        start_ms=500,
        end_ms=3500,
        speech_end_ms=2800,
    )
    turns = [
        turn(0, user("one", 300, 1800), interrupted("Yes, and", "Yes,")),
        turn(1, user("two", 2100, 3300), interrupted("Never heard", "")),
    ]
    rows = exchanges([own], turns, [(2000, 2050), (3400, 3600)])
    assert [row.name for row in rows] == ["mine.wav, turn 1", "mine.wav, turn 2"]
    assert [row.transcript for row in rows] == ["one", "two"]
    assert [row.answer for row in rows] == ["Yes, \u2026", ""]
    assert [row.answer_problem for row in rows] == [None, "cut off before a word was heard"]
    assert [row.said_start_ms for row in rows] == [500, 2100]
    assert [row.latency_ms for row in rows] == [
        pytest.approx(2000 - 1400),
        pytest.approx(3400 - 2800),
    ]


def interrupted(text: str, heard: str) -> AssistantSpeech:
    """An answer that was cut off."""
    whole = assistant(text)
    cut = attrs.evolve(whole.heard, text=heard, interrupted=True)
    return attrs.evolve(whole, heard=cut, status=TranscriptStatus.INTERRUPTED)
