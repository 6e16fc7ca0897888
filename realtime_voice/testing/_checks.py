"""Small checks that add up to a schema: what the server lets through, and how it refuses the rest.

A check is a function of a JSON value and its dotted path; it returns nothing or raises
:class:`~realtime_voice.testing._refusals.Refusal`. Knows JSON, not the protocol.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from realtime_voice.testing._refusals import (
    above_max_length,
    invalid_type,
    invalid_value,
    missing_parameter,
    unknown_parameter,
    unsupported_value,
)

__all__ = [
    "Check",
    "anything",
    "boolean",
    "either",
    "integer",
    "list_of",
    "null_or",
    "number",
    "one_of",
    "record",
    "tagged",
    "text",
    "text_map",
]

Check = Callable[[Any, str], None]
"""Takes a JSON value and its path; raises a refusal when the value cannot pass."""


def anything(value: Any, path: str) -> None:
    """Let every value pass."""


def boolean(value: Any, path: str) -> None:
    """Let true and false pass."""
    if not isinstance(value, bool):
        raise invalid_type(path, "a boolean", value)


def text(max_length: int | None = None) -> Check:
    """Let strings pass, up to ``max_length`` characters."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, str):
            raise invalid_type(path, "a string", value)
        if max_length is not None and len(value) > max_length:
            raise above_max_length(path, max_length, len(value))

    return check


def one_of(*values: str) -> Check:
    """Let only these strings pass."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, str):
            raise invalid_type(path, f"one of {', '.join(repr(name) for name in values)}", value)
        if value not in values:
            raise unsupported_value(value, values, path)

    return check


def number(low: float, high: float) -> Check:
    """Let numbers from ``low`` to ``high`` pass."""

    def check(value: Any, path: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise invalid_type(path, "a decimal", value)
        _within(value, low, high, path, "decimal")

    return check


def integer(low: int, high: int | None = None) -> Check:
    """Let whole numbers from ``low`` to ``high`` pass."""

    def check(value: Any, path: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            raise invalid_type(path, "an integer", value)
        _within(value, low, high, path, "integer")

    return check


def null_or(inner: Check) -> Check:
    """Let null pass, and what ``inner`` lets pass."""

    def check(value: Any, path: str) -> None:
        if value is not None:
            inner(value, path)

    return check


def list_of(inner: Check, *, at_least: int = 0) -> Check:
    """Let arrays pass whose values all pass ``inner``."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, list):
            raise invalid_type(path, "an array", value)
        entries = cast("Sequence[Any]", value)
        if len(entries) < at_least:
            raise invalid_value(
                f"Invalid '{path}': array too short. Expected at least {at_least}.", path
            )
        for index, entry in enumerate(entries):
            inner(entry, f"{path}[{index}]")

    return check


def text_map(max_entries: int, max_key: int, max_value: int) -> Check:
    """Let objects of strings pass, as metadata is."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise invalid_type(path, "an object", value)
        entries = cast("dict[str, Any]", value)
        if len(entries) > max_entries:
            raise invalid_value(
                f"Invalid '{path}': too many properties. Expected at most {max_entries}.", path
            )
        for key, entry in entries.items():
            text(max_key)(key, path)
            text(max_value)(entry, f"{path}.{key}")

    return check


def record(fields: Mapping[str, Check], *, required: Sequence[str] = ()) -> Check:
    """Let objects pass that have no other fields than these."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise invalid_type(path, "an object", value)
        entries = cast("dict[str, Any]", value)
        for name in required:
            if name not in entries:
                raise missing_parameter(_join(path, name))
        for name, entry in entries.items():
            inner = fields.get(name)
            if inner is None:
                raise unknown_parameter(_join(path, name))
            inner(entry, _join(path, name))

    return check


def tagged(variants: Mapping[str, Check], *, default: str | None = None) -> Check:
    """Let objects pass by what their ``type`` says they are."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise invalid_type(path, "an object", value)
        tag = cast("dict[str, Any]", value).get("type", default)
        if tag is None:
            raise missing_parameter(_join(path, "type"))
        one_of(*variants)(tag, _join(path, "type"))
        variants[tag](value, path)

    return check


def either(first: Check, second: Check, *, when: type[Any]) -> Check:
    """Use ``first`` for values of the type ``when``, else ``second``."""

    def check(value: Any, path: str) -> None:
        (first if isinstance(value, when) else second)(value, path)

    return check


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _within(value: float, low: float, high: float | None, path: str, name: str) -> None:
    if not value >= low:
        raise invalid_value(
            f"Invalid '{path}': {name} below minimum value. Expected a value >= {low}, "
            f"but got {value} instead.",
            path,
        )
    if high is not None and value > high:
        raise invalid_value(
            f"Invalid '{path}': {name} above maximum value. Expected a value <= {high}, "
            f"but got {value} instead.",
            path,
        )
