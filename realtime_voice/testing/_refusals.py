"""How the local server says no: the codes, messages and parameters of the real one.

Knows the shape of a refusal and nothing about who is refused or why.
"""

from collections.abc import Iterable

__all__ = [
    "Refusal",
    "above_max_length",
    "invalid_type",
    "invalid_value",
    "missing_parameter",
    "unknown_parameter",
    "unsupported_value",
]


class Refusal(Exception):
    """One client event is refused; the session goes on.

    Args:
        code: The server's error code.
        message: The server's message.
        param: Dotted path of the offending parameter.
        kind: The error's type.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        param: str | None = None,
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.param = param
        self.kind = kind


def invalid_value(message: str, param: str | None = None) -> Refusal:
    """A value of the right type that cannot be."""
    return Refusal("invalid_value", message, param=param)


def unsupported_value(value: object, supported: Iterable[str], param: str) -> Refusal:
    """A value outside of a closed set."""
    quoted = [f"'{name}'" for name in supported]
    listed = quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])}, and {quoted[-1]}"
    return invalid_value(f"Invalid value: '{value}'. Supported values are: {listed}.", param)


def invalid_type(path: str, expected: str, value: object) -> Refusal:
    """A value of the wrong JSON type."""
    return Refusal(
        "invalid_type",
        f"Invalid type for '{path}': expected {expected}, but got {_json_name(value)} instead.",
        param=path,
    )


def missing_parameter(path: str) -> Refusal:
    """A required field is not there."""
    return Refusal(
        "missing_required_parameter", f"Missing required parameter: '{path}'.", param=path
    )


def unknown_parameter(path: str) -> Refusal:
    """A field that the schema does not have."""
    return Refusal("unknown_parameter", f"Unknown parameter: '{path}'.", param=path)


def above_max_length(path: str, limit: int, actual: int) -> Refusal:
    """A text that is too long."""
    return Refusal(
        "string_above_max_length",
        f"Invalid '{path}': string too long. Expected a string with maximum length {limit}, "
        f"but got a string with length {actual} instead.",
        param=path,
    )


def _json_name(value: object) -> str:
    if value is None:
        return "null"
    names: dict[type, str] = {
        bool: "a boolean",
        int: "an integer",
        float: "a decimal",
        str: "a string",
    }
    return names.get(type(value), "an array" if isinstance(value, list) else "an object")
