"""The base of every option: a typed view of one wire object that loses nothing of it.

Each field says with :func:`at` where its value stands on the wire and of which kind it is. What
no field takes (unknown keys, values of another kind, empty objects) stays in ``extra``, at its
place. So reading and writing are exact inverses. Knows no concrete option.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Self, TypeVar

import attrs

from realtime_voice.config._json import copy_json, find, is_json, is_object, place, remove
from realtime_voice.config._kinds import Kind, Problem, Unfit, refusal, shown
from realtime_voice.config._unset import UNSET
from realtime_voice.errors import ConfigError

__all__ = ["Nested", "Option", "Slot", "assemble", "at", "read", "slots"]

_METADATA_KEY = "realtime_voice.slot"
_OptionType = TypeVar("_OptionType", bound="Option")
_slots: dict[type[Any], Mapping[str, "Slot"]] = {}


@attrs.frozen(kw_only=True)
class Slot:
    """Where one field stands on the wire, and of which kind it is."""

    path: tuple[str, ...]
    """Keys from the option's own object down to the value."""
    kind: Kind
    """The kind of the value."""
    required: bool = False
    """Without it the object is not this option at all."""
    absent: Any = UNSET
    """What the field holds where the wire has nothing."""
    secret: bool = False
    """The value is never shown, in no error either."""

    @property
    def wire_path(self) -> str:
        """The path with dots."""
        return ".".join(self.path)


def at(
    path: str, kind: Kind, *, required: bool = False, absent: object = UNSET, secret: bool = False
) -> dict[str, Slot]:
    """Make the metadata of a field that stands at a dotted ``path`` of the wire object."""
    keys = tuple(path.split("."))
    slot = Slot(path=keys, kind=kind, required=required, absent=absent, secret=secret)
    return {_METADATA_KEY: slot}


def slots(option: type[Any]) -> Mapping[str, Slot]:
    """Fields of an option class that stand on the wire, by name, in order."""
    known = _slots.get(option)
    if known is None:
        found = {
            field.name: field.metadata[_METADATA_KEY]
            for field in attrs.fields(option)
            if _METADATA_KEY in field.metadata
        }
        known = _slots[option] = MappingProxyType(found)
    return known


def _copy_mapping(value: Any) -> Any:
    return copy_json(value)


@attrs.frozen(kw_only=True, repr=False)
class Option:
    """One wire object, typed.

    The constructor checks what it is given. :meth:`from_wire` does not: a server may say what this
    library has not heard of, and it must be possible to keep it, show it and send it back.
    """

    WIRE_CONSTANTS: ClassVar[Mapping[str, str]] = {}
    """Keys that every object of this class has on the wire, such as its type."""

    extra: Mapping[str, Any] = attrs.field(
        factory=dict[str, Any], kw_only=True, converter=_copy_mapping, hash=False
    )
    """What no field takes, at its place on the wire: unknown keys, and values of another kind.
    Default: nothing. Values are not shown in the repr."""

    def __repr__(self) -> str:
        """Show what is given; of what may be secret, that it is there."""
        parts: list[str] = []
        fields = attrs.fields(type(self))
        for name, slot in slots(type(self)).items():
            value = getattr(self, name)
            show = getattr(fields, name).repr
            if value is not slot.absent and show:
                told = "..." if slot.secret else (show if callable(show) else shown)(value)
                parts.append(f"{name}={told}")
        if self.extra:
            parts.append("extra={" + ", ".join(f"{key!r}: ..." for key in self.extra) + "}")
        return f"{type(self).__name__}({', '.join(parts)})"

    def __attrs_post_init__(self) -> None:
        self.validate()
        self._settle_extra()

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> Self:
        """Read a wire object, without checking ranges or combinations.

        Args:
            wire: The JSON object, as Python data.

        Returns:
            An option whose :meth:`to_wire` equals ``wire``.

        Raises:
            ConfigError: ``wire`` is not such an object, or is nested hundreds of levels deep.
        """
        try:
            values, extra = read(cls, wire)
        except Unfit:
            message = f"{cls.__name__}.from_wire needs {_outline(cls)}"
            raise ConfigError(message, field=cls.__name__) from None
        except RecursionError:
            message = f"{cls.__name__}.from_wire cannot read objects that are nested this deeply"
            raise ConfigError(message, field=cls.__name__) from None
        return assemble(cls, {**values, "extra": extra})

    def to_wire(self) -> dict[str, Any]:
        """Write the wire object.

        Returns:
            A new dict of plain JSON values, for the caller to keep and change.
        """
        wire: dict[str, Any] = copy_json(self.extra)
        wire.update(self.WIRE_CONSTANTS)
        for name, slot in slots(type(self)).items():
            value = getattr(self, name)
            if value is not slot.absent:
                place(wire, slot.path, slot.kind.dump(value))
        return wire

    def validate(self) -> None:
        """Refuse what cannot work, as the constructor does.

        Raises:
            ConfigError: The first problem, with the field, the value, the limit and the way out.
        """
        for problem in self.problems():
            raise problem.error()

    def problems(self) -> Iterator[Problem]:
        """Everything that cannot work, in the order of the fields."""
        for name, slot in slots(type(self)).items():
            value = getattr(self, name)
            if value is slot.absent and not slot.required:
                continue
            for problem in slot.kind.check(value):
                if slot.secret:
                    yield Problem(name, f"must be {slot.kind.limits}")
                else:
                    yield problem.inside(name)
        yield from self._problems_of_extra()

    def _problems_of_extra(self) -> Iterator[Problem]:
        if not is_object(self.extra) or not is_json(self.extra):
            yield Problem("extra", "must be a mapping that JSON can carry")
            return
        for key in self.WIRE_CONSTANTS:
            if key in self.extra:
                yield Problem(f"extra.{key}", "is fixed by the class and cannot be given")
        for name, slot in slots(type(self)).items():
            given = getattr(self, name) is not slot.absent
            there, value = find(self.extra, slot.path)
            if _blocked(self.extra, slot.path) or (given and there):
                yield Problem(f"extra.{slot.wire_path}", f"stands where {name} goes; give one")
            elif there and _fits(slot.kind, value):
                yield Problem(f"extra.{slot.wire_path}", f"has a field of its own: use {name}")
            elif there:
                yield _misfit(name, slot, value)

    def _settle_extra(self) -> None:
        # Empty objects in ``extra`` around fields that are given would be lost when read back.
        object.__setattr__(self, "extra", read(type(self), self.to_wire())[1])


def assemble(option: type[_OptionType], values: Mapping[str, Any]) -> _OptionType:
    """Make an option without its constructor, hence without its checks."""
    made = option.__new__(option)
    for field in attrs.fields(option):
        object.__setattr__(made, field.name, values[field.name])
    return made


def read(option: type[Option], wire: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split a wire object into the values of the option's fields and what no field takes.

    Raises:
        Unfit: Not an object, or one without what makes it this option.
    """
    if not isinstance(wire, Mapping):
        raise Unfit
    rest: dict[str, Any] = copy_json(wire)
    for key, constant in option.WIRE_CONSTANTS.items():
        if rest.pop(key, None) != constant:
            raise Unfit
    values: dict[str, Any] = {}
    for name, slot in slots(option).items():
        there, value = find(rest, slot.path)
        values[name] = slot.absent
        if there:
            try:
                values[name] = slot.kind.load(value)
                remove(rest, slot.path)
            except Unfit:
                there = False
        if slot.required and not there:
            raise Unfit
    return values, rest


def _fits(kind: Kind, value: Any) -> bool:
    try:
        kind.load(value)
    except Unfit:
        return False
    return True


def _misfit(name: str, slot: Slot, value: Any) -> Problem:
    """A value of another kind in the place of a field."""
    if slot.secret:
        limits = f"must be {slot.kind.limits}, not a value of another kind"
        return Problem(name, f"{limits} (or send it with from_wire)")
    return attrs.evolve(
        refusal(value, slot.kind.limits, " (or send it with from_wire)"), field=name
    )


def _blocked(tree: Mapping[str, Any], path: tuple[str, ...]) -> bool:
    """Whether something that is no object stands on the way to a path."""
    if not tree:
        return False
    return any(
        there and not isinstance(value, dict)
        for there, value in (find(tree, path[:length]) for length in range(1, len(path)))
    )


def _outline(option: type[Option]) -> str:
    needed = [f"{key} {value!r}" for key, value in option.WIRE_CONSTANTS.items()]
    needed += [slot.wire_path for slot in slots(option).values() if slot.required]
    return f"a mapping with {', '.join(needed)}" if needed else "a mapping"


@attrs.frozen
class Nested:
    """The kind of a field that holds another option."""

    option: type[Option]
    """The option's class."""
    limits: str
    """What is accepted, in words."""

    def owns(self, value: Any) -> bool:
        """Whether it is this option."""
        return isinstance(value, self.option)

    def load(self, wire: Any) -> Any:
        """Read the option, unchecked."""
        values, extra = read(self.option, wire)
        return assemble(self.option, {**values, "extra": extra})

    def dump(self, value: Any) -> Any:
        """Write the option."""
        return value.to_wire()

    def check(self, value: Any) -> Iterator[Problem]:
        """Check the option, which may have come unchecked from the wire."""
        if not isinstance(value, self.option):
            yield refusal(value, self.limits)
            return
        yield from value.problems()
