"""Checks refuse with the path of what is wrong, and let everything else pass."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_voice.testing import _checks as checks
from realtime_voice.testing._refusals import Refusal
from realtime_voice.testing._schema import CLIENT_EVENTS, REALTIME_SESSION

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (checks.boolean, True, 1),
        (checks.text(), "x", 1),
        (checks.text(2), "xx", "xxx"),
        (checks.one_of("a", "b"), "a", "c"),
        (checks.one_of("a"), "a", None),
        (checks.number(0, 1), 0.5, 2),
        (checks.number(0, 1), 1, float("nan")),
        (checks.number(0, 1), 0, "0"),
        (checks.integer(1, 5), 5, 6),
        (checks.integer(1), 10**9, 0),
        (checks.integer(1), 1, 1.0),
        (checks.integer(1), 1, True),
        (checks.null_or(checks.text()), None, 1),
        (checks.list_of(checks.text()), ["x"], [1]),
        (checks.list_of(checks.text(), at_least=1), ["x"], []),
        (checks.list_of(checks.text()), [], {}),
        (checks.text_map(1, 2, 2), {"a": "b"}, {"a": 1}),
        (checks.text_map(1, 2, 2), {}, {"a": "b", "c": "d"}),
        (checks.text_map(1, 2, 2), {}, []),
        (checks.record({"a": checks.text()}), {"a": "b"}, {"b": "c"}),
        (checks.record({"a": checks.text()}, required=("a",)), {"a": "b"}, {}),
        (checks.record({}), {}, []),
        (checks.tagged({"a": checks.anything}), {"type": "a"}, {"type": "b"}),
        (checks.tagged({"a": checks.anything}), {"type": "a"}, {}),
        (checks.tagged({"a": checks.anything}), {"type": "a"}, "a"),
        (checks.tagged({"a": checks.anything}, default="a"), {}, {"type": 1}),
        (checks.either(checks.one_of("inf"), checks.integer(1), when=str), "inf", "many"),
    ],
)
def test_check(check: checks.Check, good: Any, bad: Any) -> None:
    """Each check lets its kind pass and refuses another."""
    check(good, "field")
    with pytest.raises(Refusal) as caught:
        check(bad, "field")
    assert caught.value.param is not None
    assert caught.value.param.startswith("field")


@given(
    st.sampled_from(sorted(CLIENT_EVENTS)), st.dictionaries(st.text(max_size=9), _JSON, max_size=4)
)
def test_client_events_never_fail(kind: str, fields: dict[str, Any]) -> None:
    """Whatever JSON comes, it passes or is refused; nothing else is raised."""
    with suppress(Refusal):
        CLIENT_EVENTS[kind]({"type": kind, **fields}, "")


@given(_JSON, _JSON, _JSON)
def test_sessions_never_fail(listening: Any, speaking: Any, tools: Any) -> None:
    """Whatever a session holds, it passes or is refused."""
    session = {
        "type": "realtime",
        "audio": {"input": listening, "output": speaking},
        "tools": tools,
    }
    with suppress(Refusal):
        REALTIME_SESSION(session, "session")
