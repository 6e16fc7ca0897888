"""Structuring with all the rules, by itself."""

import re
from typing import Any

import pytest

from realtime_voice import events
from realtime_voice.codec._detailed import WrongKindError, convert, neutral, structure
from realtime_voice.codec._shapes import FieldShape, Shape, class_shape


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("event_id", ""),
        ("output_index", 0),
        ("delta", b""),
    ],
)
def test_neutral_values_of_an_audio_delta(name: str, value: object) -> None:
    """Each kind of field has its own way to hold nothing."""
    fields = class_shape(events.ResponseOutputAudioDelta).fields
    assert neutral(next(field for field in fields if field.name == name)) == value


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        (Shape(flag=True), False),
        (Shape(items=Shape(text=True)), ()),
        (Shape(mapping=True), {}),
        (Shape(text=True, number=True), ""),
    ],
)
def test_neutral_values_of_a_shape(shape: Shape, value: object) -> None:
    """Each kind of field has its own way to hold nothing."""
    assert neutral(FieldShape(name="x", shape=shape, optional=False)) == value


def test_a_default_is_the_neutral_value() -> None:
    """A field that has a value of its own holds it when the wire leaves it out."""
    session = structure(events.RealtimeSession, {"id": "sess_1", "type": "realtime"})
    assert isinstance(session, events.RealtimeSession)
    assert session.object == "realtime.session"
    assert session.missing == {"object"}


def test_nulls_in_lists_keep_places() -> None:
    """A null among the elements becomes a neutral value, so that places still count."""
    raw = {"type": "message", "role": "user", "content": [None, {"text": "a"}]}
    item = structure(events.RealtimeConversationItemMessageUser, raw)
    assert isinstance(item, events.RealtimeConversationItemMessageUser)
    assert item.content[0].text is None
    assert item.content[1].text == "a"
    assert item.extra == {"content": raw["content"]}


def test_constants_that_differ_are_kept() -> None:
    """A class that the caller has chosen keeps a type that is not its own."""
    tool = structure(events.RealtimeFunctionTool, {"type": "gadget"})
    assert tool.extra == {"type": "gadget"}
    bare = structure(events.RealtimeFunctionTool, {"type": None})
    assert (bare.extra, bare.missing) == ({"type": None}, {"type"})


@pytest.mark.parametrize(
    ("shape", "value", "message"),
    [
        (Shape(text=True, number=True), [], "x: expected a string or a number, got a list"),
        (Shape(text=True), None, "x: expected a string, got a value of type NoneType"),
        (Shape(sound=True), 1, "x: expected base64, got 1"),
        (Shape(flag=True), 0, "x: expected true or false, got 0"),
        (Shape(number=True), False, "x: expected a number, got false"),
        (Shape(number=True), True, "x: expected a number, got true"),
        (Shape(number=True), {}, "x: expected a number, got an object"),
        (Shape(items=Shape(text=True)), (1,), "x[0]: expected a string, got 1"),
        (Shape(values=Shape(text=True)), {"a": 1}, "x.a: expected a string, got 1"),
        (Shape(mapping=True), "secret", "x: expected an object, got a string"),
        (Shape(mapping=True), 10**400, "x: expected an object, got a large number"),
        (Shape(mapping=True), object(), "x: expected an object, got a value of type object"),
    ],
)
def test_messages_name_place_and_kinds(shape: Shape, value: Any, message: str) -> None:
    """The message says where, what is taken, and what is there, but repeats no text."""
    with pytest.raises(WrongKindError, match=f"^{re.escape(message)}$"):
        convert(shape, value, "x")


def test_a_message_without_a_place() -> None:
    """The outermost value is the object."""
    with pytest.raises(WrongKindError, match=r"^the object: expected a string, got 1$"):
        convert(Shape(text=True), 1, "")
