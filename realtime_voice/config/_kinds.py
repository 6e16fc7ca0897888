"""What kind of value a field holds: how it is read from the wire, written to it, and checked.

Reading never refuses: a value that does not fit raises :class:`Unfit` here, and the option that
holds the field keeps it untouched. Checking is for what users write. Knows no field by name.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Protocol, TypeGuard

import attrs

from realtime_voice.config._json import copy_json, is_array, is_json, is_object
from realtime_voice.errors import ConfigError

__all__ = [
    "FLAG",
    "NAME",
    "TEXT",
    "AnyOf",
    "JsonObject",
    "Kind",
    "ListOf",
    "Nullable",
    "Problem",
    "Scalar",
    "Unfit",
    "Unrecognised",
    "accept",
    "integer",
    "matching",
    "number",
    "one_of",
    "refusal",
    "shown",
]

_SHOWN_CHARACTERS = 120


class Unfit(ValueError):
    """A wire value that is of another kind than the field."""


@attrs.frozen
class Problem:
    """Why one value cannot work."""

    field: str
    """The option as the user wrote it; dotted where nested; empty for the value itself."""
    message: str
    """What would work, as the end of a sentence that begins with the field."""
    value: Any = attrs.field(default=None, repr=False, eq=False)
    """The refused value; None for a credential, and for an object that may hold one."""

    def inside(self, field: str) -> "Problem":
        """The same problem, seen from the object that holds the value in ``field``."""
        joint = "" if not self.field or self.field.startswith("[") else "."
        return attrs.evolve(self, field=f"{field}{joint}{self.field}")

    def error(self) -> ConfigError:
        """The exception that tells a user of this problem."""
        return ConfigError(f"{self.field} {self.message}", field=self.field, value=self.value)


class Kind(Protocol):
    """What every kind can do."""

    @property
    def limits(self) -> str:
        """What is accepted, in words, for messages and for the reference."""
        ...

    def owns(self, value: Any, /) -> bool:
        """Whether a field's value is of this kind; says nothing of its range."""
        ...

    def load(self, wire: Any, /) -> Any:
        """Turn a JSON value into the field's value; raise :class:`Unfit` for another kind."""
        ...

    def dump(self, value: Any, /) -> Any:
        """Turn the field's value into the JSON value that :meth:`load` reads as the same."""
        ...

    def check(self, value: Any, /) -> Iterator[Problem]:
        """Say what is wrong with a value that a user wrote."""
        ...


def accept(kind: Kind, value: Any) -> Any:
    """Take over what a user wrote: wire mappings become options, sequences become tuples.

    Never refuses; what cannot be taken over stays as it is, for the check to name it.
    """
    match kind:
        case Nullable():
            return accept(kind.kind, value)
        case ListOf():
            if not _is_sequence(value):
                return value
            return tuple(accept(kind.item, each) for each in value)
        case AnyOf() if _is_sequence(value):
            lists = (each for each in kind.kinds if isinstance(each, ListOf))
            return accept(next(lists, FLAG), value)
        case _ if isinstance(value, Mapping):
            return _load_or_copy(kind, copy_json(value))
        case _:
            return value


def _load_or_copy(kind: Kind, wire: dict[str, Any]) -> Any:
    try:
        return kind.load(wire)
    except Unfit:
        return wire


def _is_sequence(value: Any) -> TypeGuard[Iterable[Any]]:
    return isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping)


def shown(value: Any) -> str:
    """Show a value; of an object only its keys and its type, because what it holds may be secret.

    A tool that is still a wire mapping may carry the access token of an MCP server.
    """
    if _is_mapping(value):
        parts = [
            f"{key!r}: {each!r}" if key == "type" and isinstance(each, str) else f"{key!r}: ..."
            for key, each in value.items()
        ]
        return "{" + ", ".join(parts) + "}"
    if is_array(value):
        inner = ", ".join(shown(each) for each in value)
        if isinstance(value, list):
            return f"[{inner}]"
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    return repr(value)


def _holds_object(value: Any) -> bool:
    if is_array(value):
        return any(_holds_object(each) for each in value)
    return _is_mapping(value) and bool(value)


def _is_mapping(value: Any) -> TypeGuard[Mapping[Any, Any]]:
    return isinstance(value, Mapping)


def refusal(value: Any, limits: str, advice: str = "") -> Problem:
    """Say that a value is not within its limits, and what to do."""
    text = shown(value) if is_json(copy_json(value)) else f"{shown(value)} ({type(value).__name__})"
    if len(text) > _SHOWN_CHARACTERS:
        text = f"{text[:_SHOWN_CHARACTERS]}..."
    if value is None:
        advice = "; None is null on the wire, UNSET leaves the field out"
    kept = None if _holds_object(value) else value
    return Problem("", f"must be {limits}, not {text}{advice}", kept)


@attrs.frozen
class Scalar:
    """A value that is the same in JSON and in Python."""

    limits: str
    """What is accepted, in words."""
    owns: Callable[[Any], bool]
    """Whether a value is of this JSON kind."""
    allows: Callable[[Any], bool]
    """Whether a value of this kind is in range."""
    advise: Callable[[Any], str] = lambda _: ""
    """The way out for a refused value, where there is more to say than the limits."""

    def load(self, wire: Any) -> Any:
        """Take the value as it is."""
        if not self.owns(wire):
            raise Unfit
        return wire

    def dump(self, value: Any) -> Any:
        """Give the value as it is."""
        return value

    def check(self, value: Any) -> Iterator[Problem]:
        """Refuse another kind, and what is out of range."""
        if not self.owns(value) or not self.allows(value):
            yield refusal(value, self.limits, self.advise(value))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _unsendable(value: Any) -> str:
    return "; UTF-8 cannot carry it" if isinstance(value, str) and value else ""


TEXT = Scalar("text", _is_text, is_json, _unsendable)
"""Any text."""

NAME = Scalar("text, not empty", _is_text, lambda value: value != "" and is_json(value))
"""A name or an id."""

FLAG = Scalar("True or False", _is_flag, lambda _: True)
"""A boolean; 0 and 1 are not."""


def integer(low: int, high: int | None = None) -> Scalar:
    """Make the kind of whole numbers from ``low`` to ``high``, both included."""
    limits = f"a whole number from {low} to {high}" if high else f"a whole number from {low} up"
    return Scalar(limits, _is_integer, lambda value: low <= value <= (high or value))


def number(low: float, high: float | None = None) -> Scalar:
    """Make the kind of finite numbers from ``low`` to ``high``, both included."""
    limits = f"a number from {low:g} to {high:g}" if high else f"a finite number from {low:g} up"

    def allows(value: float) -> bool:
        return math.isfinite(value) and low <= value <= (high or value)

    return Scalar(limits, _is_number, allows)


def matching(pattern: str, limits: str) -> Scalar:
    """Make the kind of texts that match a regular expression from end to end."""
    compiled = re.compile(pattern)
    return Scalar(limits, _is_text, lambda value: compiled.fullmatch(value) is not None)


def one_of(*words: str) -> Scalar:
    """Make the kind of words that the protocol lists and does not leave open."""
    quoted = [repr(word) for word in words]
    limits = " or ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))

    def advise(value: Any) -> str:
        if not isinstance(value, str):
            return ""
        close = get_close_matches(value, words, n=1)
        meant = f"; did you mean {close[0]!r}?" if close else ""
        return f"{meant} (a word that is newer than this library goes through from_wire)"

    return Scalar(limits, _is_text, lambda value: value in words, advise)


@attrs.frozen
class Nullable:
    """A value, or None for JSON's null."""

    kind: Kind
    """The kind of the value."""

    @property
    def limits(self) -> str:
        """What is accepted, in words."""
        limits = self.kind.limits
        return limits if "None" in limits else f"{limits}, or None"

    def owns(self, value: Any) -> bool:
        """Whether it is None or the value's kind."""
        return value is None or self.kind.owns(value)

    def load(self, wire: Any) -> Any:
        """Read null or the value."""
        return None if wire is None else self.kind.load(wire)

    def dump(self, value: Any) -> Any:
        """Write null or the value."""
        return None if value is None else self.kind.dump(value)

    def check(self, value: Any) -> Iterator[Problem]:
        """Check the value, if there is one."""
        if value is not None:
            yield from self.kind.check(value)


@attrs.frozen
class ListOf:
    """A JSON array: a tuple in Python, because options do not change."""

    item: Kind
    """The kind of each entry."""
    what: str
    """What the entries are, in words."""
    at_least: int = 0
    """The fewest entries."""

    @property
    def limits(self) -> str:
        """What is accepted, in words."""
        return f"a sequence of {self.what}" + (", at least one" if self.at_least else "")

    def owns(self, value: Any) -> bool:
        """Whether it is a tuple."""
        return isinstance(value, tuple)

    def load(self, wire: Any) -> Any:
        """Read each entry; one that does not fit makes the whole list unfit."""
        if not is_array(wire):
            raise Unfit
        return tuple(self.item.load(each) for each in wire)

    def dump(self, value: Any) -> Any:
        """Write each entry."""
        return [self.item.dump(each) for each in value]

    def check(self, value: Any) -> Iterator[Problem]:
        """Check the length and each entry."""
        if not is_array(value):
            yield refusal(value, self.limits)
            return
        if len(value) < self.at_least:
            yield refusal(value, self.limits, "; leave it out instead")
        for index, each in enumerate(value):
            for problem in self.item.check(each):
                yield problem.inside(f"[{index}]")


@attrs.frozen
class JsonObject:
    """A JSON object that is passed on as it is."""

    limits: str = "a mapping that JSON can carry"
    """What is accepted, in words."""

    def owns(self, value: Any) -> bool:
        """Whether it is a dict."""
        return isinstance(value, dict)

    def load(self, wire: Any) -> Any:
        """Copy the object."""
        if not isinstance(wire, dict):
            raise Unfit
        return copy_json(wire)

    def dump(self, value: Any) -> Any:
        """Copy the object."""
        return copy_json(value)

    def check(self, value: Any) -> Iterator[Problem]:
        """Refuse what JSON cannot carry; values may be secret, so none is shown."""
        if not isinstance(value, dict):
            yield refusal(value, self.limits)
        elif not is_json(value):
            yield Problem("", f"must be {self.limits}: text keys, finite numbers, no other types")


@attrs.frozen
class Unrecognised:
    """An object of a sort that this library does not know: kept when read, refused when written."""

    limits: str
    """What is accepted instead, in words."""
    owns = JsonObject.owns
    load = JsonObject.load
    dump = JsonObject.dump

    def check(self, value: Any) -> Iterator[Problem]:
        """Refuse, and say how such an object can still be sent."""
        sort = value.get("type") if is_object(value) else None
        kept = None if _holds_object(value) else value
        yield Problem(
            "",
            f"must be {self.limits}, not an object with type {sort!r:.120} "
            "(an object that is newer than this library goes through from_wire)",
            kept,
        )


@attrs.frozen
class AnyOf:
    """A value of the first kind that fits."""

    kinds: tuple[Kind, ...]
    """The kinds, in the order in which they are tried."""
    limits: str
    """What is accepted, in words."""

    def owns(self, value: Any) -> bool:
        """Whether it is of any of the kinds."""
        return any(kind.owns(value) for kind in self.kinds)

    def load(self, wire: Any) -> Any:
        """Read with the first kind that fits."""
        for kind in self.kinds:
            try:
                return kind.load(wire)
            except Unfit:
                continue
        raise Unfit

    def dump(self, value: Any) -> Any:
        """Write with the kind that the value is of."""
        return next(kind for kind in self.kinds if kind.owns(value)).dump(value)

    def check(self, value: Any) -> Iterator[Problem]:
        """Check with the kind that the value is of."""
        kind = next((kind for kind in self.kinds if kind.owns(value)), None)
        if kind is None:
            yield refusal(value, self.limits)
        elif not isinstance(kind, Scalar):
            yield from kind.check(value)
        elif any(kind.check(value)):
            # The limits of all kinds, because another one may be the way out.
            yield refusal(value, self.limits, kind.advise(value))
