"""Checks of fault options: a value that cannot be is told at once, by name.

Knows attrs and nothing about faults.
"""

from collections.abc import Callable
from typing import Any

import attrs

from realtime_voice.errors import ConfigError

__all__ = ["above", "at_least", "one_of"]

_Validator = Callable[[Any, "attrs.Attribute[Any]", Any], None]


def at_least(limit: float) -> _Validator:
    """Refuse numbers below a limit; None passes.

    Args:
        limit: Smallest value that passes.
    """

    def check(_: object, attribute: "attrs.Attribute[Any]", value: float | None) -> None:
        if value is not None and not value >= limit:
            _refuse(attribute, value, f"at least {limit:g}")

    return check


def above(limit: float) -> _Validator:
    """Refuse numbers up to a limit; None passes.

    Args:
        limit: Largest value that does not pass.
    """

    def check(_: object, attribute: "attrs.Attribute[Any]", value: float | None) -> None:
        if value is not None and not value > limit:
            _refuse(attribute, value, f"above {limit:g}")

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


def _refuse(attribute: "attrs.Attribute[Any]", value: object, wanted: str) -> None:
    raise ConfigError(
        f"{attribute.name} must be {wanted}, not {value!r}", field=attribute.name, value=value
    )
