"""What JSON each field takes, read once from the annotations of the event classes.

Knows the classes; knows nothing of frames, nor in which way a value is converted.
"""

from collections.abc import Iterator, Mapping
from inspect import get_annotations
from types import UnionType
from typing import Any, ClassVar, Literal, Union, get_args, get_origin

import attrs

from realtime_voice.events import UnknownConversationItem, UnknownObject, WireObject

__all__ = ["ClassShape", "FieldShape", "Shape", "class_shape", "of_annotation"]

_Unknown = type[UnknownObject] | type[UnknownConversationItem]


@attrs.frozen(kw_only=True)
class Shape:
    """The kinds of JSON value that one field takes; several may be allowed at once."""

    text: bool = False
    """A string."""

    sound: bool = False
    """A base64 string, which becomes bytes."""

    number: bool = False
    """A number, whole or not."""

    flag: bool = False
    """True or false."""

    mapping: bool = False
    """An object that is kept as it is."""

    items: "Shape | None" = None
    """A list, and what its elements are."""

    values: "Shape | None" = None
    """An object with free names, and what its values are."""

    classes: tuple[type[WireObject], ...] = ()
    """An object that becomes one of these."""

    unknown: _Unknown | None = None
    """What an object becomes that is none of them."""

    @property
    def expected(self) -> str:
        """What the field takes, as words for an error message."""
        allowed = {
            "a string": self.text,
            "base64": self.sound,
            "a number": self.number,
            "true or false": self.flag,
            "a list": self.items is not None,
            "an object": self.mapping or self.values is not None or bool(self.classes),
        }
        return " or ".join(words for words, is_allowed in allowed.items() if is_allowed)


@attrs.frozen(kw_only=True)
class FieldShape:
    """One field of a class."""

    name: str
    """Name, on the wire and as an attribute."""

    shape: Shape
    """What it takes."""

    optional: bool
    """Whether the wire may leave it out without it being ``missing``."""

    default: Any = None
    """What it holds then, where the class gives it a value of its own."""


@attrs.frozen(kw_only=True)
class ClassShape:
    """A class of the wire vocabulary."""

    constants: Mapping[str, str]
    """Fields with one fixed value, which tells the class from others."""

    fields: tuple[FieldShape, ...]
    """Fields that are attributes."""

    names: frozenset[str]
    """Names of all of them."""


def class_shape(cls: type[WireObject]) -> ClassShape:
    """Read the annotations of a class."""
    shape = _CLASS_SHAPES.get(cls)
    if shape is None:
        shape = _CLASS_SHAPES[cls] = _read_class(cls)
    return shape


def of_annotation(annotation: object) -> Shape:
    """Read one annotation.

    Raises:
        TypeError: No JSON value becomes such a thing.
    """
    found: dict[str, Any] = {}
    for part in _parts(annotation):
        origin, arguments = get_origin(part), get_args(part)
        if part in _SCALARS or origin is Literal:
            found[_SCALARS.get(part, "text")] = True
        elif origin is tuple:
            found["items"] = of_annotation(arguments[0])
        elif origin is Mapping and arguments[1] is Any:
            found["mapping"] = True
        elif origin is Mapping:
            found["values"] = of_annotation(arguments[1])
        elif part is UnknownObject or part is UnknownConversationItem:
            found["unknown"] = part
        elif isinstance(part, type) and issubclass(part, WireObject):
            found["classes"] = (*found.get("classes", ()), part)
        else:
            raise TypeError(f"no JSON becomes {part!r}")
    return Shape(**found)


_CLASS_SHAPES: dict[type[WireObject], ClassShape] = {}
_SCALARS: dict[object, str] = {
    str: "text",
    bytes: "sound",
    int: "number",
    float: "number",
    bool: "flag",
}


def _read_class(cls: type[WireObject]) -> ClassShape:
    constants = {
        name: vars(owner)[name]
        for owner in reversed(cls.__mro__)
        for name, hint in get_annotations(owner).items()
        if _is_constant(hint) and name in vars(owner)
    }
    fields = tuple(
        FieldShape(
            name=field.name,
            shape=of_annotation(field.type),
            optional=field.default is None,
            default=None if field.default is attrs.NOTHING else field.default,
        )
        for field in attrs.fields(cls)
        if field.name not in {"extra", "missing"}
    )
    names = frozenset(constants) | {field.name for field in fields}
    return ClassShape(constants=constants, fields=fields, names=names)


def _is_constant(hint: Any) -> bool:
    return get_origin(hint) is ClassVar


def _parts(annotation: object) -> Iterator[object]:
    """Take a union apart; ``None`` stands for a field that may be left out."""
    if get_origin(annotation) in {Union, UnionType}:
        for part in get_args(annotation):
            yield from _parts(part)
    elif annotation is not type(None):
        yield annotation
