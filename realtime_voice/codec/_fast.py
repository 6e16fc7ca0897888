"""Structuring of regular events: one compiled function for each class, made when first needed.

Regular means: every required field is there, every value is of its kind, base64 is canonical.
Nulls of optional fields and unknown fields are regular too. For anything else the function raises
:class:`Irregular`, and :mod:`realtime_voice.codec._detailed` decides. That the two agree is a
property that the tests check.

Two things make it fast. A function per class, compiled from its fields, has no loop over fields.
And a frozen object is filled before it is frozen: as an instance of a subclass that adds nothing
but the right to be written to, whose class is then set to the frozen one; that takes a fifth of
the time of the initializer, which has to go around its own protection field by field.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, cast

from realtime_voice.codec import _sound
from realtime_voice.codec._scan import surely_exact
from realtime_voice.codec._shapes import FieldShape, Shape, class_shape
from realtime_voice.events import WireObject

__all__ = ["Irregular", "Structure", "check_plain", "compile_event"]

Structure = Callable[[dict[str, Any]], Any]
"""Makes an object of a parsed JSON object, or raises :class:`Irregular`."""

_MANY = 64
"""Elements from which on a look at the whole is quicker than one at each of them."""

_EXACT_BELOW = 2.0**63
"""The parser reads integers beyond 64 bits as floats; from here on a float may be one of them."""


class Irregular(Exception):
    """The fast path does not apply."""


def compile_event(cls: type[WireObject], wire_type: str) -> Structure:
    """Make the function for an event.

    Args:
        cls: Class of the event. That the object has the right ``type`` is for the caller to see.
        wire_type: Name on the wire; kept in ``extra`` where it is not that of the class.
    """
    is_old = wire_type != class_shape(cls).constants["type"]
    return _compile(cls, check_constants=False, old_type=wire_type if is_old else None)


def check_plain(value: object) -> None:
    """See that JSON of any shape has no number which the parser may have rounded.

    Raises:
        Irregular: It has one.
    """
    if type(value) is dict:
        elements = cast("Collection[object]", cast("dict[str, object]", value).values())
    elif type(value) is list:
        elements = cast("Collection[object]", value)
    elif type(value) is float and not -_EXACT_BELOW < value < _EXACT_BELOW:
        raise Irregular
    else:
        return
    if len(elements) > _MANY and surely_exact(value):
        return
    for element in elements:
        if element is not None and type(element) is not str:
            check_plain(element)


def _leftovers(raw: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    """Collect what goes to ``extra``: unknown fields and explicit nulls."""
    extra = {name: value for name, value in raw.items() if value is None or name not in names}
    check_plain(extra)
    return extra


def _compile_object(cls: type[WireObject], *, is_told: bool) -> Structure:
    """Return the function for a nested object, made when first asked for.

    Args:
        cls: Its class.
        is_told: Whether the object was already seen to have the constants of the class.
    """
    structure = _OBJECTS.get((cls, is_told))
    if structure is None:
        structure = _OBJECTS[cls, is_told] = _compile(cls, check_constants=not is_told)
    return structure


_OBJECTS: dict[tuple[type[WireObject], bool], Structure] = {}


def _compile(
    cls: type[WireObject], *, check_constants: bool, old_type: str | None = None
) -> Structure:
    """Write, compile and return the function."""
    shape = class_shape(cls)
    scope: dict[str, Any] = {
        "cls": cls,
        "Irregular": Irregular,
        "leftovers": _leftovers,
        "names": shape.names,
        "new": object.__new__,
        "nothing": frozenset[str](),
        "writable": _writable(cls),
    }
    lines = ["get = raw.get"]
    if check_constants:
        for name, constant in shape.constants.items():
            lines += [f"if get({name!r}) != {constant!r}:", "    raise Irregular"]
    required = [field for field in shape.fields if not field.optional]
    lines.append(f"count = {len(shape.constants) + len(required)}")
    if required:
        lines += ["try:", *(f"    {_name(field)} = raw[{field.name!r}]" for field in required)]
        lines += ["except KeyError:", "    raise Irregular from None"]
    for field in shape.fields:
        lines += _field_lines(field, scope)
    lines.append("extra = {} if len(raw) == count else leftovers(raw, names)")
    if old_type is not None:
        lines.append(f"extra['type'] = {old_type!r}")
    lines += ["it = new(writable)", "it.extra = extra", "it.missing = nothing"]
    lines += [f"it.{field.name} = {_name(field)}" for field in shape.fields]
    lines += ["it.__class__ = cls", "return it"]
    source = "\n    ".join(["def structure(raw):", *lines])
    exec(compile(source, f"<structure {cls.__name__}>", "exec"), scope)  # noqa: S102 - own source
    return cast("Structure", scope["structure"])


def _writable(cls: type[WireObject]) -> type[WireObject]:
    """Make a subclass whose instances can be written to and then become instances of the class."""
    open_to_writing = {
        "__slots__": (),
        "__setattr__": object.__setattr__,
        "__delattr__": object.__delattr__,
    }
    return type(cls.__name__, (cls,), open_to_writing)


def _name(field: FieldShape) -> str:
    """Name the variable of a field, so that it hides nothing."""
    return f"field_{field.name}"


def _field_lines(field: FieldShape, scope: dict[str, Any]) -> list[str]:
    """Write the lines that check and convert one field; a required one is already read."""
    check = _check_lines(field.shape, _name(field), scope)
    if not field.optional:
        return check
    return [
        f"{_name(field)} = get({field.name!r})",
        f"if {_name(field)} is not None:",
        *(f"    {line}" for line in check),
        "    count += 1",
    ]


def _check_lines(shape: Shape, variable: str, scope: dict[str, Any]) -> list[str]:
    """Write the lines that check and convert a value; the common kinds without a call."""
    match shape:
        case Shape(text=True) if shape == Shape(text=True):
            return [f"if type({variable}) is not str:", "    raise Irregular"]
        case Shape(number=True) if shape == Shape(number=True):
            scope["number"] = _number
            return [f"if type({variable}) is not int:", f"    {variable} = number({variable})"]
        case Shape(flag=True) if shape == Shape(flag=True):
            return [
                f"if {variable} is not True and {variable} is not False:",
                "    raise Irregular",
            ]
        case Shape(sound=True) if shape == Shape(sound=True):
            scope["sound"] = _read_sound
            return [f"if type({variable}) is not bytes:", f"    {variable} = sound({variable})"]
        case _:
            scope[f"convert_{variable}"] = _converter(shape)
            return [f"{variable} = convert_{variable}({variable})"]


def _converter(shape: Shape) -> Callable[[Any], Any]:
    """Make the function that converts a value of one of several kinds, or of a composite one."""
    by_type = _scalar_converters(shape)
    if shape.items is not None:
        by_type[list] = _list_converter(shape.items)
    if shape.mapping:
        by_type[dict] = _plain
    elif shape.values is not None:
        by_type[dict] = _values_converter(shape.values)
    elif shape.classes:
        by_type[dict] = _object_converter(shape)
        if len(by_type) == 1:
            return by_type[dict]
    get = by_type.get

    def convert(value: object) -> Any:
        convert_kind = get(type(value))
        if convert_kind is None:
            raise Irregular
        return convert_kind(value)

    return convert


def _scalar_converters(shape: Shape) -> dict[type, Callable[[Any], Any]]:
    by_type: dict[type, Callable[[Any], Any]] = {}
    if shape.text:
        by_type[str] = _same
    if shape.sound:
        by_type |= {str: _read_sound, bytes: _same}
    if shape.number:
        by_type |= {int: _same, float: _number}
    if shape.flag:
        by_type[bool] = _same
    return by_type


def _list_converter(shape: Shape) -> Callable[[list[Any]], tuple[Any, ...]]:
    if shape == Shape(text=True):
        return _read_texts
    convert = _converter(shape)
    return lambda values: tuple([convert(value) for value in values])


def _values_converter(shape: Shape) -> Callable[[dict[str, Any]], dict[str, Any]]:
    convert = _converter(shape)
    return lambda values: {
        name: None if value is None else convert(value) for name, value in values.items()
    }


def _object_converter(shape: Shape) -> Structure:
    """Make the function that finds the class of an object by its ``type`` and structures it."""
    if shape.unknown is None and len(shape.classes) == 1:
        return _only_class(shape.classes[0])
    # A class for each type; for messages, whose type is the same, one for each role.
    by_type: dict[object, list[type[WireObject]]] = {}
    for cls in shape.classes:
        by_type.setdefault(class_shape(cls).constants.get("type"), []).append(cls)
    by_type.pop(None, None)
    ready: dict[object, Structure] = {}

    def structure(raw: Any) -> Any:
        if type(raw) is not dict:
            raise Irregular
        known = cast("dict[str, Any]", raw)
        kind = known.get("type")
        if type(kind) is not str:
            raise Irregular
        structure_kind = ready.get(kind)
        if structure_kind is None:
            structure_kind = ready[kind] = _of_type(by_type, kind)
        return structure_kind(known)

    return structure


def _only_class(cls: type[WireObject]) -> Structure:
    structure_it: Structure | None = None

    def structure(raw: Any) -> Any:
        nonlocal structure_it
        if type(raw) is not dict:
            raise Irregular
        if structure_it is None:
            structure_it = _compile_object(cls, is_told=False)
        return structure_it(cast("dict[str, Any]", raw))

    return structure


def _of_type(by_type: Mapping[object, list[type[WireObject]]], kind: str) -> Structure:
    classes = by_type.get(kind)
    if classes is None:
        raise Irregular
    if len(classes) == 1:
        return _compile_object(classes[0], is_told=True)
    by_role = {class_shape(cls).constants["role"]: cls for cls in classes}
    ready: dict[str, Structure] = {}

    def structure(raw: dict[str, Any]) -> Any:
        role = raw.get("role")
        if type(role) is not str or role not in by_role:
            raise Irregular
        structure_role = ready.get(role)
        if structure_role is None:
            structure_role = ready[role] = _compile_object(by_role[role], is_told=True)
        return structure_role(raw)

    return structure


def _read_texts(values: list[Any]) -> tuple[str, ...]:
    for value in values:
        if type(value) is not str:
            raise Irregular
    return tuple(values)


def _same(value: Any) -> Any:
    return value


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    check_plain(value)
    return value


def _number(value: object) -> float:
    if type(value) is float and -_EXACT_BELOW < value < _EXACT_BELOW:
        return value
    raise Irregular


def _read_sound(value: object) -> bytes:
    if type(value) is not str:
        raise Irregular
    try:
        sound = _sound.decode_exactly(value)
    except ValueError:
        raise Irregular from None
    if not _sound.encodes_to(sound, value):
        raise Irregular
    return sound
