"""Text frames to JSON objects and back, within limits, and with one kind of error.

Knows nothing of events, except that long sound may hide in a field of theirs.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, AnyStr, Generic, cast

import attrs
import orjson

from realtime_voice.codec import _sound
from realtime_voice.codec._scan import has_long_number, nests_deeper, outside_strings
from realtime_voice.errors import EventDecodeError, EventEncodeError

__all__ = [
    "MAX_DEPTH",
    "MAX_FRAME_BYTES",
    "SPLICE_FROM",
    "Mark",
    "check_depth",
    "parse",
    "parse_exactly",
    "splice",
    "to_json",
    "write",
]

MAX_FRAME_BYTES = 64 * 1024 * 1024
"""Bytes that one frame may have; the largest known ones, with 15 MiB of sound, have 20 MiB."""

MAX_DEPTH = 200
"""Levels to which objects and lists may be nested; the writer of JSON knows no more than 254."""

SPLICE_FROM = 1024
"""Bytes from which a frame is worth a splice; the field must begin within as many."""

_SURELY_FLAT = 2 * MAX_DEPTH
"""Characters with which nothing can be nested too deeply."""

_LONG_FRAME = 16 * 1024
_FEW = 2_000


def to_json(frame: object) -> str | bytes:
    """Return a frame as the parser takes it: ASCII as it is, everything else as UTF-8.

    A string of ASCII has the same length, positions and bytes as its UTF-8, so that nothing is
    gained by copying it.

    Raises:
        EventDecodeError: It is too large, holds half a surrogate pair, or is no text at all.
    """
    if type(frame) is bytes or (type(frame) is str and frame.isascii()):
        _check_size(len(frame))
        return frame
    if not isinstance(frame, str):
        return _to_bytes(frame)
    _check_size(len(frame))
    try:
        data = frame.encode()
    except UnicodeEncodeError as error:
        position = error.start
    else:
        _check_size(len(data))
        return data
    raise EventDecodeError(f"the frame is not valid Unicode at character {position}")


def parse(frame: str | bytes) -> dict[str, Any]:
    """Read a frame as a JSON object.

    Raises:
        EventDecodeError: It is not JSON, not an object, or nested too deeply.
    """
    try:
        value = orjson.loads(frame)
    except orjson.JSONDecodeError as error:
        # Not chained: the cause would keep the whole frame, with what the user said.
        problem = f"the frame is not JSON: {error.msg} at character {error.pos}"
    else:
        if type(value) is not dict:
            raise EventDecodeError(f"the frame is not a JSON object but {_kind(value)}")
        raw = cast("dict[str, Any]", value)
        if len(frame) > _SURELY_FLAT:
            _check_depth_of(frame, raw)
        return raw
    raise EventDecodeError(problem)


def parse_exactly(frame: str | bytes, parsed: dict[str, Any]) -> dict[str, Any]:
    """Read a frame once more if it may hold integers that the fast parser rounds.

    Args:
        frame: The frame.
        parsed: What :func:`parse` made of it.

    Returns:
        The object with all its digits.
    """
    if not has_long_number(outside_strings(_as_bytes(frame))):
        return parsed
    return cast("dict[str, Any]", json.loads(frame))


@attrs.frozen
class Mark(Generic[AnyStr]):
    """How a field of long sound is recognised in a frame, in the characters of the frame."""

    begin: AnyStr
    """The name in quotes, a colon, a quote."""

    end: AnyStr
    """What ends a frame whose last field it is."""

    escape: AnyStr
    """What makes the quote of the name part of a string, when it stands before it."""


def splice(frame: AnyStr, name: str, mark: Mark[AnyStr]) -> dict[str, Any] | None:
    """Read a frame without showing its long base64 string to the JSON parser.

    The string is cut out of the frame and decoded as it stands; JSON sees the 200 bytes before
    it. The cut is exact. The quote of the name is not escaped, so it opens a string, and the name
    is a name. What follows is base64 up to the last two bytes, so the string ends there, and the
    object with it. What is left is a whole JSON object, so that object is the outer one, and the
    member its last: the one that counts, should the name come twice. Any other frame takes the
    ordinary path.

    Args:
        frame: The frame.
        name: Name of the field that may hold sound.
        mark: How the field begins.

    Returns:
        The object, its field decoded; ``None`` where this does not apply.
    """
    begin, end = mark.begin, mark.end
    found = frame.find(begin, 1, SPLICE_FROM)
    if found < 0 or frame.startswith(mark.escape, found - 1) or not frame.endswith(end):
        return None
    start = found + len(begin)
    text = _window(frame)[start:-2]
    try:
        raw: dict[str, Any] = orjson.loads(frame[:start] + end)
        sound = _sound.decode_exactly(text)
    except ValueError:
        return None
    if len(text) * 3 != len(sound) * 4 and not _sound.encodes_to(sound, text):
        return None
    raw[name] = sound
    return raw


def check_depth(value: object) -> None:
    """See that nothing is nested more deeply than :data:`MAX_DEPTH`.

    Raises:
        EventDecodeError: Something is.
    """
    level = _inside([value])
    for _ in range(MAX_DEPTH):
        if not level:
            return
        level = [inner for outer in level for inner in _inside(outer)]
    if level:
        raise _too_deep()


def write(raw: dict[str, Any]) -> str:
    """Write a JSON object as a text frame.

    Raises:
        EventEncodeError: It holds what JSON cannot carry, or is nested too deeply.
    """
    try:
        frame = orjson.dumps(raw)
        if _brackets(frame) > MAX_DEPTH:
            check_depth(raw)
        return frame.decode()
    except TypeError as error:
        if "64-bit" not in str(error):
            raise EventEncodeError(f"the event is not JSON: {error}") from error
    except EventDecodeError as error:
        raise EventEncodeError(str(error)) from None
    try:
        # Only Python's own writer knows integers beyond 64 bits.
        return json.dumps(raw, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError as error:
        raise EventEncodeError(f"the event is not JSON: {error}") from error


def _window(frame: str | bytes) -> str | memoryview:
    """Return what can be sliced at the least cost."""
    return frame if isinstance(frame, str) else memoryview(frame)


def _to_bytes(frame: object) -> bytes:
    if not isinstance(frame, (bytes, bytearray, memoryview)):
        raise EventDecodeError(f"a frame is text or bytes, not {type(frame).__name__}")
    view = memoryview(cast("bytes", frame))
    _check_size(view.nbytes)
    return bytes(view)


def _check_size(size: int) -> None:
    if size > MAX_FRAME_BYTES:
        raise EventDecodeError(f"the frame has {size} bytes; the limit is {MAX_FRAME_BYTES}")


def _check_depth_of(frame: str | bytes, raw: dict[str, Any]) -> None:
    """See that a parsed frame is not too deep, in the quickest way for a frame of its length."""
    if len(frame) < _LONG_FRAME:
        # Counting brackets says that almost every frame is flat.
        if _brackets(frame) > MAX_DEPTH:
            check_depth(raw)
    elif _has_few_values(raw):
        check_depth(raw)
    elif nests_deeper(outside_strings(_as_bytes(frame)), MAX_DEPTH):
        raise _too_deep()


def _has_few_values(raw: dict[str, Any]) -> bool:
    """Tell whether all values can be visited in no time, as those of long sound or text."""
    left, waiting = _FEW, list[_Container]([raw])
    while waiting and left > 0:
        container = waiting.pop()
        left -= 1 + len(container)
        if left > 0:
            waiting += _inside(container)
    return left > 0


def _too_deep() -> EventDecodeError:
    return EventDecodeError(f"the event is nested more than {MAX_DEPTH} levels deep")


def _as_bytes(frame: str | bytes) -> bytes:
    return frame.encode() if isinstance(frame, str) else frame


def _brackets(frame: str | bytes) -> int:
    """Count what may open a level."""
    if isinstance(frame, str):
        return frame.count("{") + frame.count("[")
    return frame.count(b"{") + frame.count(b"[")


_Container = Mapping[str, object] | Sequence[object]


def _inside(container: _Container) -> list[_Container]:
    """List the objects and lists right inside of one."""
    values = container.values() if isinstance(container, Mapping) else container
    return [value for value in values if isinstance(value, (Mapping, list, tuple))]


def _kind(value: object) -> str:
    match value:
        case list():
            return "a list"
        case str():
            return "a string"
        case bool():
            return "true or false"
        case None:
            return "null"
        case _:
            return "a number"
