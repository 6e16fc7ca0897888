"""What JSON each field takes, read from the annotations."""

from typing import Any

import attrs
import pytest

from realtime_voice import events
from realtime_voice.codec._shapes import Shape, class_shape, of_annotation
from realtime_voice.events import WireObject


@pytest.mark.parametrize(
    "cls",
    {*events.SERVER_EVENTS.values(), *events.CLIENT_EVENTS.values(), *events.OBJECTS.values()},
    ids=lambda cls: cls.__name__,
)
def test_every_class_can_be_read(cls: type[WireObject]) -> None:
    """Every field of every class takes at least one kind of JSON, and says which."""
    shape = class_shape(cls)
    assert class_shape(cls) is shape
    names = {field.name for field in attrs.fields(cls)} - {"extra", "missing"}
    assert {field.name for field in shape.fields} == names
    assert shape.names == names | set(shape.constants)
    assert all(field.shape.expected for field in shape.fields)


def test_events_have_their_type_as_a_constant() -> None:
    """The type of an event is no field; of a message, neither is the role."""
    assert class_shape(events.SessionClosed).constants == {"type": "session.closed"}
    user = class_shape(events.RealtimeConversationItemMessageUser)
    assert user.constants == {"type": "message", "role": "user"}


@pytest.mark.parametrize(
    ("annotation", "shape"),
    [
        (str | None, Shape(text=True)),
        (int | events.ItemStatus | str, Shape(text=True, number=True)),
        (float, Shape(number=True)),
        (bytes, Shape(sound=True)),
        (bool | None, Shape(flag=True)),
        (tuple[str, ...] | None, Shape(items=Shape(text=True))),
    ],
)
def test_annotations_are_read(annotation: object, shape: Shape) -> None:
    """Unions are taken apart; words are text."""
    assert of_annotation(annotation) == shape


def test_other_annotations_are_an_error() -> None:
    """A class that no JSON can fill is a mistake of ours, found when it is first used."""
    with pytest.raises(TypeError, match="no JSON becomes"):
        of_annotation(set[Any])


def test_expectations_are_put_into_words() -> None:
    """Messages list all that a field takes."""
    shape = Shape(text=True, number=True, mapping=True, items=Shape(text=True))
    assert shape.expected == "a string or a number or a list or an object"
