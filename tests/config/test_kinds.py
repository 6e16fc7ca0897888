"""Kinds of values: reading what fits, taking over what users write, and naming what is wrong."""

from typing import Any

import pytest

from realtime_voice.config import ServerVAD
from realtime_voice.config._audio import FORMAT
from realtime_voice.config._kinds import (
    FLAG,
    NAME,
    TEXT,
    AnyOf,
    JsonObject,
    Kind,
    ListOf,
    Nullable,
    Problem,
    Unfit,
    Unrecognised,
    accept,
    integer,
    number,
    one_of,
)
from realtime_voice.config._option import Nested
from realtime_voice.config._session_kinds import LOGPROBS, MODALITY
from realtime_voice.config._turns import TURN_DETECTION
from realtime_voice.formats import PCMU_8K

WORDS = ListOf(TEXT, "words")
EITHER = AnyOf((integer(1, 3), WORDS), "1 to 3 or words")


@pytest.mark.parametrize(
    ("kind", "wire", "value"),
    [
        (TEXT, "", ""),
        (FLAG, False, False),
        (number(0, 1), 0.5, 0.5),
        (Nullable(NAME), None, None),
        (WORDS, ["a"], ("a",)),
        (EITHER, ["a"], ("a",)),
        (EITHER, 2, 2),
        (Nullable(EITHER), 2, 2),
        (JsonObject(), {"a": [1]}, {"a": [1]}),
        (TURN_DETECTION, {"type": "server_vad"}, ServerVAD()),
        (TURN_DETECTION, {"type": "new"}, {"type": "new"}),
        (FORMAT, {"type": "audio/pcmu"}, PCMU_8K),
        (FORMAT, {"type": "audio/pcm"}, {"type": "audio/pcm"}),
        (AnyOf((EITHER, TEXT), "any"), 3, 3),
        (MODALITY, ["text"], "text"),
        (LOGPROBS, [], False),
    ],
)
def test_what_fits_is_read_and_written(kind: Kind, wire: Any, value: Any) -> None:
    """Reading and writing are inverses, and the value is of the kind."""
    assert kind.load(wire) == value
    assert kind.dump(value) == wire
    assert kind.owns(value)
    assert kind.limits


@pytest.mark.parametrize(
    ("kind", "wire"),
    [
        (TEXT, 1),
        (FLAG, 1),
        (integer(0), True),
        (integer(0), 1.0),
        (number(0), "1"),
        (WORDS, "a"),
        (WORDS, ["a", 1]),
        (EITHER, None),
        (JsonObject(), []),
        (TURN_DETECTION, []),
        (MODALITY, ["audio", "text"]),
        (MODALITY, []),
        (LOGPROBS, ["else"]),
        (LOGPROBS, None),
    ],
)
def test_what_is_of_another_kind_does_not_fit(kind: Kind, wire: Any) -> None:
    """Kinds are told apart as JSON does: no boolean is a number, no float an integer."""
    with pytest.raises(Unfit):
        kind.load(wire)


def test_sequences_of_any_sort_are_taken_over() -> None:
    """Lists, tuples and generators become tuples; text is no sequence of texts."""
    assert accept(WORDS, ["a"]) == accept(EITHER, (each for each in "a")) == ("a",)
    assert accept(WORDS, "a") == "a"
    assert accept(TEXT, ["a"]) == ["a"]
    assert accept(AnyOf((TEXT,), "text"), ["a"]) == ["a"]


def test_a_problem_knows_its_place() -> None:
    """The place is spelled as one would write it in Python."""
    problem = Problem("", "is wrong").inside("[1]").inside("tools")
    assert problem.field == "tools[1]"
    assert problem.inside("config").field == "config.tools[1]"
    assert str(problem.error()) == "tools[1] is wrong"


def messages(kind: Kind, value: Any) -> list[str]:
    """What is wrong with a value."""
    return [problem.message for problem in kind.check(value)]


def test_messages_say_what_would_work() -> None:
    """The limits, the value, and the way out, in one line that stays short."""
    assert messages(integer(1, 3), 4) == ["must be a whole number from 1 to 3, not 4"]
    assert messages(EITHER, 4) == ["must be 1 to 3 or words, not 4"]
    assert messages(EITHER, {1}) == ["must be 1 to 3 or words, not {1} (set)"]
    assert messages(EITHER, ("a",)) == messages(EITHER, 1) == []
    assert messages(JsonObject(), 5) == ["must be a mapping that JSON can carry, not 5"]
    assert "did you mean 'low'?" in messages(one_of("low", "high"), "lov")[0]
    assert "; UTF-8 cannot carry it" in messages(TEXT, "\ud800")[0]
    assert len(messages(integer(1), "x" * 10_000)[0]) < 200
    assert messages(ListOf(TEXT, "words", at_least=1), ()) == [
        "must be a sequence of words, at least one, not (); leave it out instead"
    ]


def test_a_nested_option_must_be_one() -> None:
    """Something else in the place of an option is named."""
    assert messages(Nested(ServerVAD, "a ServerVAD"), 5) == ["must be a ServerVAD, not 5"]
    assert "type None" in messages(Unrecognised("something known"), 5)[0]
