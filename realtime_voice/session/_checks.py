"""What people give to a session, looked at before anything comes of it.

Each check raises an error that names the option, the value and what would do. Knows no session.
"""

from typing import cast

from realtime_voice.errors import AudioError, ConfigError, EventEncodeError
from realtime_voice.session._subscriptions import Overflow

__all__ = [
    "as_bytes",
    "check_choice",
    "check_count",
    "check_members",
    "check_seconds",
    "check_text",
    "checked",
]


def check_seconds(value: float, field: str, *, at_least: float = 0.0) -> None:
    """Refuse a time that cannot be, not-a-number included."""
    if not value >= at_least:
        raise ConfigError(
            f"{field} must be {at_least:g} or more seconds, not {value!r}", field=field, value=value
        )


def check_count(value: object, field: str) -> None:
    """Refuse what is no number of bytes."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ConfigError(
            f"{field} must be 1 or more bytes, not {value!r}", field=field, value=value
        )


def check_choice(value: object, field: str, choices: tuple[str, ...]) -> None:
    """Refuse what is none of the choices."""
    if value not in choices:
        known = " or ".join(repr(choice) for choice in choices)
        raise ConfigError(f"{field} must be {known}, not {value!r}", field=field, value=value)


def checked(overflow: Overflow) -> Overflow:
    """Refuse a policy that there is not."""
    check_choice(overflow, "overflow", ("error", "drop_deltas"))
    return overflow


def check_members(given: object, field: str, names: tuple[str, ...]) -> None:
    """Refuse what is no source or no sink before anything is opened."""
    if given is None:
        return
    missing = [name for name in names if not _has(given, name)]
    if missing:
        raise ConfigError(
            f"{field} must be an Audio{field.capitalize()}; {type(given).__name__} lacks "
            f"{', '.join(missing)}",
            field=field,
        )


def _has(given: object, name: str) -> bool:
    # A property is not asked for its value: a device may only have one while it is open.
    return hasattr(type(given), name) or hasattr(given, name)


def as_bytes(pcm: object) -> bytes:
    """Sound as bytes; people give all kinds of things."""
    if isinstance(pcm, bytes | bytearray | memoryview):
        return bytes(cast("bytes", pcm))
    raise AudioError(f"append_audio takes bytes, not {type(pcm).__name__}")


def check_text(text: str, method: str) -> None:
    """Refuse what cannot be sent while the caller is there to hear it."""
    try:
        text.encode()
    except (AttributeError, UnicodeEncodeError):
        pass
    else:
        return
    raise EventEncodeError(f"{method} takes a string of whole Unicode characters")
