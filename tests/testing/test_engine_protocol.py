"""What is no proper event, and how a session ends: the engine's edges."""

from typing import Any

import pytest

from realtime_voice.testing import HeardSpeech, Scripted, Write
from realtime_voice.testing._engine import EngineOptions
from tests.testing.harness import Stage


def refusal(events: list[dict[str, Any]]) -> tuple[str, str | None]:
    """Return code and parameter of the one error."""
    (event,) = events
    assert event["type"] == "error", event
    return event["error"]["code"], event["error"]["param"]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"type": "session.upgrade"}, ("invalid_value", "type")),
        ({"type": "transcription_session.update", "session": {}}, ("invalid_value", "type")),
        ({"type": "session.close"}, ("invalid_value", "type")),
        ({"type": "session.update"}, ("missing_required_parameter", "session")),
        ({"type": "response.create", "now": True}, ("unknown_parameter", "now")),
        (
            {"type": "response.cancel", "event_id": "e" * 513},
            ("string_above_max_length", "event_id"),
        ),
        ({"type": "conversation.item.delete"}, ("missing_required_parameter", "item_id")),
        (
            {"type": "conversation.item.delete", "item_id": 5},
            ("invalid_type", "item_id"),
        ),
        (
            {
                "type": "conversation.item.truncate",
                "item_id": "x",
                "content_index": 0,
                "audio_end_ms": -1,
            },
            ("invalid_value", "audio_end_ms"),
        ),
        ({"type": "output_audio_buffer.clear"}, ("invalid_event", None)),
        ({"type": "input_audio_buffer.append"}, ("missing_required_parameter", "audio")),
    ],
)
def test_refused_events(event: dict[str, Any], expected: tuple[str, str | None]) -> None:
    """An event that cannot be is refused; the session goes on."""
    stage = Stage(Scripted())
    assert refusal(stage.send_raw(event)) == expected
    assert stage.update()[0]["type"] == "session.updated"


def test_unknown_type_lists_the_known_ones() -> None:
    """The message about an unknown type tells which ones there are."""
    (event,) = Stage(Scripted()).send_raw({"type": "session.upgrade"})
    assert "'response.create'" in event["error"]["message"]


def test_errors_name_the_event() -> None:
    """An error repeats the id of the event that caused it, and is null without one."""
    stage = Stage(Scripted())
    (with_id,) = stage.send("response.cancel", event_id="mine")
    (without,) = stage.send("response.cancel")
    assert (with_id["error"]["event_id"], without["error"]["event_id"]) == ("mine", None)


def test_longest_event_id() -> None:
    """512 characters are allowed."""
    (event,) = Stage(Scripted()).send("response.cancel", event_id="e" * 512)
    assert event["error"]["event_id"] == "e" * 512


def test_binary_frames_are_refused() -> None:
    """Nobody may send binary frames."""
    stage = Stage(Scripted())
    stage.perform(stage.engine.receive_binary())
    assert refusal(stage.sent[1:]) == ("invalid_event", None)


def test_garbage_is_refused() -> None:
    """What is no JSON is refused."""
    stage = Stage(Scripted())
    stage.perform(stage.engine.receive_garbage("not JSON", "not JSON"))
    assert refusal(stage.sent[1:]) == ("invalid_json", None)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ('{"event_id": "mine"}', "missing_required_parameter"),
        ('{"event_id": "mine", "type": 5}', "invalid_type"),
    ],
)
def test_object_without_a_type(frame: str, code: str) -> None:
    """An object that is no event is refused like every other one, with its id."""
    stage = Stage(Scripted())
    stage.perform(stage.engine.receive_garbage(frame, "no type"))
    assert refusal(stage.sent[1:]) == (code, "type")
    assert stage.sent[1]["error"]["event_id"] == "mine"


@pytest.mark.parametrize(("limit_s", "words"), [(3600, "60 minutes"), (5, "5 seconds")])
def test_expiry(limit_s: float, words: str) -> None:
    """At its end a session tells so and closes with 1001."""
    stage = Stage(Scripted(), options=EngineOptions(session_limit_s=limit_s))
    assert stage.wait(limit_s - 1) == []
    events = stage.wait(2)
    assert refusal(events) == ("session_expired", None)
    assert events[0]["error"]["message"] == f"Your session hit the maximum duration of {words}."
    assert stage.closed is not None
    assert stage.closed.code == 1001


def test_deadline_is_the_expiry_when_nothing_runs() -> None:
    """An idle session has one deadline: its end."""
    assert Stage(Scripted()).engine.next_deadline() == 3600


def test_ears_and_minds_that_come_too_late() -> None:
    """What concerns an item that is gone, or a response that is over, is dropped."""
    stage = Stage(Scripted())
    stage.perform(stage.engine.heard("gone", HeardSpeech(text="x"), 0.0))
    stage.perform(stage.engine.answered("gone", Write(text="x"), 0.0))
    stage.perform(stage.engine.answers_ended("gone", 0.0))
    assert len(stage.sent) == 1
    stage.perform(stage.engine.ear_failed("gone", "no ear", 0.0))
    stage.perform(stage.engine.brain_failed(None, "no mind", 0.0))
    assert [event["error"]["message"] for event in stage.sent[1:]] == ["no ear", "no mind"]


def test_long_event_id_on_an_append() -> None:
    """The limit for event ids holds for sound as well."""
    event = {"type": "input_audio_buffer.append", "audio": "", "event_id": "e" * 513}
    assert refusal(Stage(Scripted()).send_raw(event)) == ("string_above_max_length", "event_id")
    event = {"type": "input_audio_buffer.append", "audio": "", "volume": 11}
    assert refusal(Stage(Scripted()).send_raw(event)) == ("unknown_parameter", "volume")
    event = {"type": "input_audio_buffer.append", "audio": "", "event_id": None}
    assert Stage(Scripted()).send_raw(event) == []
