"""Structuring with all the rules: what is missing, null, misspelt or of the wrong kind.

This is the truth about how JSON becomes an event; the fast path does the same for regular events
and gives everything else to this one. Knows nothing of frames.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from realtime_voice.codec import _sound
from realtime_voice.codec._shapes import FieldShape, Shape, class_shape
from realtime_voice.codec._variants import OLD_SESSIONS, choose
from realtime_voice.events import WireObject

__all__ = ["WrongKindError", "convert", "neutral", "structure", "structure_event"]


class WrongKindError(Exception):
    """A field holds a value of a kind that it does not take.

    Args:
        path: Where, such as ``item.content[0].text``.
        expected: What it takes.
        value: What it holds.
    """

    def __init__(self, path: str, expected: str, value: object) -> None:
        super().__init__(f"{path or 'the object'}: expected {expected}, got {_describe(value)}")


def structure_event(cls: type[WireObject], raw: Mapping[str, Any]) -> WireObject:
    """Make an event of a JSON object.

    Args:
        cls: Class of the event; the object may call it by its old name.
        raw: The whole event.

    Raises:
        WrongKindError: A field holds what it does not take.
    """
    session_class = OLD_SESSIONS.get(raw["type"])
    session = raw.get("session")
    if session_class is None or not isinstance(session, Mapping):
        return structure(cls, raw)
    if cast("Mapping[str, Any]", session).get("type") is not None:
        return structure(cls, raw)
    return structure(cls, raw, narrowed={"session": Shape(classes=(session_class,))})


def structure(
    cls: type[WireObject],
    raw: Mapping[str, Any],
    path: str = "",
    *,
    narrowed: Mapping[str, Shape] | None = None,
) -> WireObject:
    """Make an object of a JSON object.

    Args:
        cls: Its class.
        raw: The JSON object.
        path: Where it stands, for messages.
        narrowed: Shapes of fields about which the caller knows more than the class.

    Raises:
        WrongKindError: A field holds what it does not take.
    """
    shape = class_shape(cls)
    values: dict[str, Any] = {}
    extra = {name: value for name, value in raw.items() if name not in shape.names}
    missing: set[str] = set()
    for name, constant in shape.constants.items():
        value = raw.get(name)
        if value is None:
            missing.add(name)
        if value != constant and name in raw:
            extra[name] = value
    for field in shape.fields:
        value = raw.get(field.name)
        if value is None:
            values[field.name] = None if field.optional else neutral(field)
            if not field.optional:
                missing.add(field.name)
            if field.name in raw:
                extra[field.name] = None
            continue
        field_shape = (narrowed or {}).get(field.name, field.shape)
        values[field.name], is_exact = convert(field_shape, value, _join(path, field.name))
        if not is_exact:
            extra[field.name] = value
    return cls(**values, extra=extra, missing=frozenset(missing))


def neutral(field: FieldShape) -> Any:
    """Return what a field holds when the wire left it out: its default, or as good as nothing."""
    if field.default is not None:
        return field.default
    shape = field.shape
    if shape.text:
        return ""
    if shape.sound:
        return b""
    if shape.number:
        return 0
    if shape.flag:
        return False
    return () if shape.items else convert(shape, {}, "")[0]


def convert(shape: Shape, value: object, path: str) -> tuple[Any, bool]:
    """Make the value of a field of a JSON value other than null.

    Args:
        shape: What the field takes.
        value: The JSON value.
        path: Where it stands, for messages.

    Returns:
        The value, and whether encoding it gives the JSON value back.

    Raises:
        WrongKindError: The field does not take it.
    """
    if _is_scalar(shape, value):
        return value, True
    match value:
        case str() if shape.sound:
            return _convert_sound(shape, value, path)
        case list() | tuple() if shape.items is not None:
            return _convert_items(shape.items, cast("Sequence[object]", value), path)
        case Mapping():
            return _convert_mapping(shape, cast("Mapping[str, object]", value), path)
        case _:
            raise WrongKindError(path, shape.expected, value)


def _is_scalar(shape: Shape, value: object) -> bool:
    """Tell whether a value is taken as it is."""
    match value:
        case str():
            return shape.text
        case bool():
            return shape.flag
        case int() | float():
            return shape.number
        case bytes():
            return shape.sound
        case _:
            return False


def _convert_sound(shape: Shape, text: str, path: str) -> tuple[bytes, bool]:
    try:
        sound = _sound.decode(text)
    except ValueError:
        raise WrongKindError(path, shape.expected, text) from None
    return sound, _sound.encodes_to(sound, text)


def _convert_items(shape: Shape, values: Sequence[object], path: str) -> tuple[Any, bool]:
    """Convert a list; a null among its elements becomes a neutral value, so that places stay."""
    blank = FieldShape(name="", shape=shape, optional=False)
    pairs = [
        (neutral(blank), False) if value is None else convert(shape, value, f"{path}[{place}]")
        for place, value in enumerate(values)
    ]
    return tuple(item for item, _ in pairs), all(is_exact for _, is_exact in pairs)


def _convert_mapping(shape: Shape, raw: Mapping[str, object], path: str) -> tuple[Any, bool]:
    if shape.mapping:
        return raw, True
    if shape.values is not None:
        return _convert_values(shape.values, raw, path), True
    if shape.classes:
        return _convert_object(shape, raw, path), True
    raise WrongKindError(path, shape.expected, raw)


def _convert_values(
    shape: Shape, values: Mapping[str, object], path: str
) -> dict[str, object | None]:
    return {
        name: None if value is None else convert(shape, value, _join(path, name))[0]
        for name, value in values.items()
    }


def _convert_object(shape: Shape, raw: Mapping[str, Any], path: str) -> object:
    cls = choose(shape, raw)
    if cls is not None:
        return structure(cls, raw, path)
    kind = raw.get("type")
    unknown = shape.unknown
    assert unknown is not None  # noqa: S101 - choose() leaves nothing over otherwise
    return unknown(type=kind if isinstance(kind, str) else "", raw=raw)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _describe(value: object) -> str:
    """Name a JSON value without repeating what a user may have said."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float() if abs(value) < _LARGE:
            return repr(value)
        case _:
            kinds = (words for kind, words in _KINDS.items() if isinstance(value, kind))
            return next(kinds, f"a value of type {type(value).__name__}")


_LARGE = 1e15
_KINDS: Mapping[type, str] = {
    str: "a string",
    int: "a large number",
    float: "a large number",
    list: "a list",
    tuple: "a list",
    Mapping: "an object",
}
