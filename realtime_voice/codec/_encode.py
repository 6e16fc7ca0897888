"""Events and objects back to JSON: the inverse of structuring, whatever came in.

Knows nothing of frames.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, SupportsFloat, SupportsIndex, cast

from realtime_voice.codec import _sound
from realtime_voice.codec._detailed import WrongKindError, convert, neutral
from realtime_voice.codec._shapes import ClassShape, FieldShape, Shape, class_shape
from realtime_voice.errors import EventEncodeError
from realtime_voice.events import UnknownConversationItem, UnknownObject, WireObject

__all__ = ["plain", "unstructure_object"]


def unstructure_object(wire_object: WireObject, path: str = "") -> dict[str, Any]:
    """Make a JSON object: fields that are not ``None``, and what ``extra`` and ``missing`` say.

    Args:
        wire_object: An event or another object.
        path: Where it stands, for messages.

    Raises:
        EventEncodeError: A field holds what it does not take.
    """
    shape = class_shape(type(wire_object))
    raw: dict[str, Any] = dict(shape.constants)
    for field in shape.fields:
        value: object = getattr(wire_object, field.name)
        if value is None:
            continue
        kind = type(value)
        if (kind is str and field.shape.text) or (kind is int and field.shape.number):
            # Nearly every field, and to ask what else it may be is dear.
            raw[field.name] = value
        else:
            raw[field.name] = _pack(field.shape, value, _join(path, field.name))
    if wire_object.missing:
        _drop_missing(wire_object, shape, raw)
    if wire_object.extra:
        _add_extra(wire_object, shape, raw, path)
    return raw


def plain(value: object, path: str) -> Any:
    """Make sure that a value is JSON as it is, and copy it.

    Raises:
        EventEncodeError: It is not: a number that is not finite, a name that is not a string,
            or a value of another kind.
    """
    match value:
        case None | bool() | str():
            return value
        case int() | float():
            return _pack_number(value, path)
        case list() | tuple():
            elements = enumerate(cast("Sequence[object]", value))
            return [plain(element, f"{path}[{place}]") for place, element in elements]
        case Mapping():
            members = cast("Mapping[object, object]", value).items()
            return {
                _name(name, path): plain(part, _join(path, str(name))) for name, part in members
            }
        case _:
            raise _refuse(path, "JSON", value)


def _drop_missing(wire_object: WireObject, shape: ClassShape, raw: dict[str, Any]) -> None:
    """Leave out what the wire left out, unless somebody has filled it in since."""
    for name in wire_object.missing & shape.constants.keys():
        raw.pop(name)
    for field in shape.fields:
        if field.name in wire_object.missing:
            value = getattr(wire_object, field.name)
            if value == neutral(field):
                raw.pop(field.name)


def _add_extra(wire_object: WireObject, shape: ClassShape, raw: dict[str, Any], path: str) -> None:
    """Add what the fields cannot say; a field that says something else by now goes first."""
    fields = {field.name: field for field in shape.fields}
    for name, value in wire_object.extra.items():
        is_field_set = name in raw and name in fields
        if is_field_set and not _spells(fields[name], value, getattr(wire_object, name)):
            continue
        raw[_name(name, path)] = plain(value, _join(path, str(name)))


def _spells(field: FieldShape, spelling: object, value: object) -> bool:
    """Tell whether a JSON value is another spelling of what a field holds."""
    if spelling is None:
        return False
    try:
        return bool(convert(field.shape, spelling, "")[0] == value)
    except WrongKindError:
        return False


def _pack(shape: Shape, value: object, path: str) -> Any:
    """Make JSON of what a field holds."""
    match value:
        case str() | bool():
            if shape.text if isinstance(value, str) else shape.flag:
                return value
        case bytes() | bytearray() | memoryview() if shape.sound:
            return _sound.encode(cast("bytes", value))
        case list() | tuple() if shape.items is not None:
            items, elements = shape.items, enumerate(cast("Sequence[object]", value))
            return [_pack(items, element, f"{path}[{place}]") for place, element in elements]
        case SupportsIndex() | SupportsFloat() if shape.number:
            return _pack_number(value, path)
        case _:
            return _pack_object(shape, value, path)
    raise _refuse(path, shape.expected, value)


def _pack_object(shape: Shape, value: object, path: str) -> dict[str, Any]:
    match value:
        case WireObject() if shape.classes:
            return unstructure_object(value, path)
        case UnknownObject() | UnknownConversationItem() if shape.classes:
            return cast("dict[str, Any]", plain(value.raw, path))
        case Mapping() if shape.values is not None:
            members = cast("Mapping[object, object]", value).items()
            return {_name(k, path): _pack_value(shape.values, v, path, k) for k, v in members}
        case Mapping() if shape.mapping:
            return cast("dict[str, Any]", plain(cast("object", value), path))
        case _:
            raise _refuse(path, shape.expected, value)


def _pack_value(shape: Shape, value: object, path: str, name: object) -> Any:
    return None if value is None else _pack(shape, value, _join(path, str(name)))


def _pack_number(value: SupportsIndex | SupportsFloat, path: str) -> int | float:
    """Take any number, those of numpy included, as long as it is finite."""
    if isinstance(value, SupportsIndex):
        return int(value)
    number = float(value)
    if not math.isfinite(number):
        raise EventEncodeError(f"{path}: JSON has no way to write {number}")
    return number


def _name(name: object, path: str) -> str:
    if isinstance(name, str):
        return name
    raise _refuse(path, "names that are strings", name)


def _refuse(path: str, expected: str, value: object) -> EventEncodeError:
    kind = type(value).__name__
    expected = expected.replace("base64", "bytes")
    return EventEncodeError(f"{path or 'the object'}: expected {expected}, got {kind}")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
