"""Checks of fault options: a value that cannot be is told at once, by name.

Knows attrs and nothing about faults.
"""

from collections.abc import Callable
from math import inf
from typing import Any

import attrs

from realtime_voice.errors import ConfigError

__all__ = ["above", "at_least", "at_most_bytes", "between", "one_of"]

_Validator = Callable[[Any, "attrs.Attribute[Any]", Any], None]


def at_least(limit: float) -> _Validator:
    """Refuse numbers below a limit, and what has no end; None passes.

    Args:
        limit: Smallest value that passes.
    """

    def check(_: object, attribute: "attrs.Attribute[Any]", value: float | None) -> None:
        if value is not None and not value >= limit:
            _refuse(attribute, value, f"at least {limit:g}")
        _require_finite(attribute, value)

    return check


def between(first: int, last: int) -> _Validator:
    """Refuse numbers outside of a range; None passes.

    Args:
        first: Smallest value that passes.
        last: Largest value that passes.
    """

    def check(_: object, attribute: "attrs.Attribute[Any]", value: int | None) -> None:
        if value is not None and not first <= value <= last:
            _refuse(attribute, value, f"from {first} to {last}")

    return check


def at_most_bytes(limit: int) -> _Validator:
    """Refuse what is too long.

    Args:
        limit: Most bytes that pass.
    """

    def check(_: object, attribute: "attrs.Attribute[Any]", value: bytes) -> None:
        if len(value) > limit:
            _refuse(attribute, value, f"{limit} bytes at most")

    return check


def above(limit: float) -> _Validator:
    """Refuse numbers up to a limit, and what has no end; None passes.

    Args:
        limit: Largest value that does not pass.
    """

    def check(_: object, attribute: "attrs.Attribute[Any]", value: float | None) -> None:
        if value is not None and not value > limit:
            _refuse(attribute, value, f"above {limit:g}")
        _require_finite(attribute, value)

    return check


def one_of(*values: str) -> _Validator:
    """Refuse words that are not in a list.

    Args:
        values: Words that pass.
    """

    def check(_: object, attribute: "attrs.Attribute[Any]", value: str) -> None:
        if value not in values:
            _refuse(attribute, value, f"one of {', '.join(values)}")

    return check


def _require_finite(attribute: "attrs.Attribute[Any]", value: float | None) -> None:
    if value == inf:
        _refuse(attribute, value, "finite")


def _refuse(attribute: "attrs.Attribute[Any]", value: object, wanted: str) -> None:
    raise ConfigError(
        f"{attribute.name} must be {wanted}, not {value!r}", field=attribute.name, value=value
    )
