"""What a long text holds, told as a whole; the truth is a look at every value."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_voice.codec import MAX_DEPTH, decode_server_event, encode_server_event
from realtime_voice.codec._scan import (
    has_long_number,
    nests_deeper,
    outside_strings,
    surely_exact,
)
from realtime_voice.errors import EventDecodeError
from realtime_voice.events import UnknownServerEvent

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(alphabet='ab"\\[]{}1e0é\n'),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(alphabet='"\\[{1'), inner),
)


def depth(value: Any) -> int:
    """Count levels one by one."""
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


def numbers(value: Any) -> list[float]:
    """Collect every number."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [number for element in value for number in numbers(element)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


@given(value=values, levels=st.integers(0, 6), ascii_only=st.booleans())
def test_depth_is_told_from_the_text(value: Any, levels: int, *, ascii_only: bool) -> None:
    """Brackets in strings do not count, however they are escaped."""
    text = json.dumps(value, ensure_ascii=ascii_only).encode()
    assert nests_deeper(outside_strings(text), levels) == (depth(value) > levels)


@given(values)
def test_numbers_beyond_64_bits_are_found(value: Any) -> None:
    """Digits in strings do not count; a number that is found may still fit."""
    outside = outside_strings(json.dumps(value).encode())
    assert has_long_number(outside) == any(
        len(run) >= 19
        for number in numbers(value)
        for run in "".join(c if c.isdigit() else " " for c in repr(number)).split()
    )


@given(values)
def test_what_is_surely_exact_is_exact(value: Any) -> None:
    """The parser makes a float of an integer that is too large; none of those is missed."""
    try:
        parsed = orjson.loads(json.dumps(value))
    except orjson.JSONDecodeError:  # an integer beyond all floats
        return
    if surely_exact(parsed):
        assert all(abs(one) < 2**63 for one in numbers(parsed) if isinstance(one, float))


def test_what_cannot_be_written_is_not_certain() -> None:
    """Nor what is nested too deeply to be written."""
    deep: list[Any] = []
    for _ in range(300):
        deep = [deep]
    assert not surely_exact([object()])
    assert not surely_exact(deep)


@pytest.mark.parametrize("kind", [str, bytes])
@pytest.mark.parametrize("number", [12345678901234567890123, 5, -(2**64), 2**64 - 1])
def test_long_lists_keep_all_their_digits(number: int, kind: type) -> None:
    """A frame with many values is decoded by the same rules as one with few."""
    raw = {"type": "new", "many": [1] * 10_000 + [number, '"\\"', 1e20]}
    text = json.dumps(raw)
    event = decode_server_event(text if kind is str else text.encode())
    assert isinstance(event, UnknownServerEvent)
    assert json.loads(encode_server_event(event)) == raw


@pytest.mark.parametrize("beside", ["x" * 20_000, [[]] * 10_000, '"[' * 10_000])
def test_long_frames_are_no_deeper_than_others(beside: Any) -> None:
    """With one long value or with many, the limit is the same."""
    deep: Any = 0
    for _ in range(MAX_DEPTH - 1):
        deep = [deep]
    text = json.dumps({"type": "new", "beside": beside, "deep": deep})
    assert decode_server_event(text).type == "new"
    with pytest.raises(EventDecodeError, match="nested"):
        decode_server_event(json.dumps({"type": "new", "beside": beside, "deep": [deep]}))
