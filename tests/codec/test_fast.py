"""The fast path gives what the detailed one gives, or nothing."""

import copy
import json
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_voice import events
from realtime_voice.codec._detailed import WrongKindError, structure, structure_event
from realtime_voice.codec._encode import unstructure_object
from realtime_voice.codec._events import _CLIENT, _SERVER
from realtime_voice.codec._fast import (
    Irregular,
    _compile_object,
    _converter,
    check_plain,
    compile_event,
)
from realtime_voice.codec._shapes import Shape
from tests.codec.frames import CLIENT, OLD, SERVER
from tests.codec.test_events import changed, name_of, paths
from tests.events.strategies import instances, json_values

FRAMES = [
    *((frame, _SERVER) for frame in SERVER),
    *((frame, _CLIENT) for frame in CLIENT),
    *(({"event_id": "event_1", **frame}, _SERVER) for frame, _ in OLD),
]


def compiled(frame: dict[str, Any], side: Any) -> Any:
    """Take the fast path."""
    return compile_event(side.classes[frame["type"]], frame["type"])(copy.deepcopy(frame))


IRREGULAR = {"session.update", "session.created", "input_audio_buffer.dtmf_event_received"}


@pytest.mark.parametrize(("frame", "side"), FRAMES, ids=name_of)
def test_regular_frames_take_the_fast_path(frame: dict[str, Any], side: Any) -> None:
    """Frames as servers and clients write them are regular, also under their old names."""
    try:
        event = compiled(frame, side)
    except Irregular:
        is_old = "session" in frame and frame.get("session", {}).get("type") is None
        is_strange = "phase_of_the_moon" in json.dumps(frame)
        assert is_old or is_strange or frame["type"] in IRREGULAR
    else:
        assert event == structure_event(side.classes[frame["type"]], frame)


@settings(max_examples=150)
@given(st.sampled_from(FRAMES), st.data())
def test_both_paths_agree(pair: tuple[dict[str, Any], Any], data: st.DataObject) -> None:
    """Whatever is changed in a frame, the fast path agrees with the detailed one or stands back."""
    frame, side = pair
    path = data.draw(st.sampled_from(sorted(set(paths(frame)) - {("type",)}, key=repr) or [()]))
    value = data.draw(json_values())
    if path:
        frame = changed(frame, path, lambda holder, step: holder.__setitem__(step, value))
    frame = orjson.loads(json.dumps(frame))
    try:
        expected: Any = structure_event(side.classes[frame["type"]], frame)
    except WrongKindError:
        expected = None
    try:
        event = compiled(frame, side)
    except Irregular:
        return
    assert event == expected


@pytest.mark.parametrize("name", ["RealtimeResponse", "RealtimeSessionCreateResponseGA"])
@settings(max_examples=25)
@given(data=st.data())
def test_both_paths_agree_on_objects(name: str, data: st.DataObject) -> None:
    """Objects within an event are the same on both paths."""
    value = data.draw(instances(events.OBJECTS[name]))
    raw = unstructure_object(value)
    field = "session" if "Session" in name else "response"
    wire_type = f"{field}.created"
    frame = {"type": wire_type, "event_id": "event_1", field: raw}
    try:
        event = compiled(frame, _SERVER)
    except Irregular:
        return
    assert getattr(event, field) == structure(events.OBJECTS[name], raw)


@pytest.mark.parametrize(
    "change",
    [
        {"event_id": None},
        {"event_id": 1},
        {"audio_end_ms": True},
        {"audio_end_ms": "1"},
        {"audio_end_ms": 1e30},
        {"new": 1e30},
        {"new": [{"a": -1e19}]},
    ],
)
def test_irregular_fields_are_left_to_the_detailed_path(change: dict[str, Any]) -> None:
    """Nulls of required fields, wrong kinds and rounded numbers are not decided here."""
    frame = {
        "type": "conversation.item.truncated",
        "event_id": "event_1",
        "item_id": "item_1",
        "content_index": 0,
        "audio_end_ms": 1,
    }
    assert compiled({**frame, "new": [1, 1.5, None, "a", {}]}, _SERVER)
    with pytest.raises(Irregular):
        compiled({**frame, **change}, _SERVER)


@pytest.mark.parametrize(
    "item",
    [
        None,
        5,
        {},
        {"type": 5},
        {"type": "new"},
        {"type": "message"},
        {"type": "message", "role": "developer"},
        {"type": "message", "role": 5},
        {"type": "message", "role": "user", "content": [5]},
        {"type": "message", "role": "user", "content": [{"audio": 5}]},
        {"type": "message", "role": "user", "content": [{"audio": "!"}]},
        {"type": "message", "role": "user", "content": [{"audio": "AA"}]},
        {"type": "message", "role": "user", "content": [{"audio": "AB=="}]},
        {"type": "mcp_approval_response", "id": "", "approval_request_id": "", "approve": None},
    ],
)
def test_irregular_items_are_left_to_the_detailed_path(item: object) -> None:
    """Items that do not say what they are, or are not what they say, are not decided here."""
    frame = {"type": "conversation.item.retrieved", "event_id": "event_1", "item": item}
    with pytest.raises(Irregular):
        compiled(frame, _SERVER)


def test_a_direct_object_must_have_its_constants() -> None:
    """An object that no choice led to is checked for its type."""
    structure_call = _compile_object(events.RealtimeCallCreateRequest, is_told=False)
    call = {"sdp": "v=0", "session": {"type": "realtime"}}
    assert structure_call(call) == structure(events.RealtimeCallCreateRequest, call)
    for session in ({"type": "transcription"}, {}, 5):
        with pytest.raises(Irregular):
            structure_call({"sdp": "v=0", "session": session})


def test_lists_of_text_are_checked() -> None:
    """Every element of a list of text has to be text."""
    frame = {
        "type": "response.created",
        "event_id": "event_1",
        "response": {"output_modalities": ["text"], "output": []},
    }
    assert compiled(frame, _SERVER).response.output_modalities == ("text",)
    frame["response"] = {"output_modalities": ["text", 5]}
    with pytest.raises(Irregular):
        compiled(frame, _SERVER)


def test_fields_of_several_kinds() -> None:
    """A field may take any set of kinds, sound and flags among them."""
    convert = _converter(Shape(sound=True, flag=True, items=Shape(number=True)))
    assert [convert(value) for value in ("AA==", b"\1", True, [1, 2.5])] == [
        b"\0",
        b"\1",
        True,
        (1, 2.5),
    ]
    for value in (None, 1, "AA", [True], [1e20], {}):
        with pytest.raises(Irregular):
            convert(value)


def test_compiled_objects_are_frozen_and_of_their_class() -> None:
    """What the fast path makes cannot be told from what the initializer makes."""
    event = compiled({"type": "session.closed", "event_id": "event_1"}, _SERVER)
    assert type(event) is events.SessionClosed
    assert event == events.SessionClosed(event_id="event_1")
    with pytest.raises(AttributeError):
        event.event_id = "event_2"


def test_plain_json_is_searched_through() -> None:
    """Numbers that the parser may have rounded are found at any depth."""
    check_plain({"a": [1, 2.5, "x", None, True, {"b": [9e18]}]})
    for value in (1e19, [1e19], {"a": {"b": [-1e19]}}):
        with pytest.raises(Irregular):
            check_plain(value)
