"""Copies of JSON values, and places inside them."""

from types import MappingProxyType
from typing import Any

import pytest

from realtime_voice.config._json import copy_json, find, is_json, place, remove


def test_a_copy_shares_nothing() -> None:
    """Nested mappings and sequences are copied into plain dicts and lists."""
    inner: list[Any] = [1, {"a": ()}]
    copied = copy_json(MappingProxyType({"x": inner, "y": (1, 2)}))
    assert copied == {"x": [1, {"a": []}], "y": [1, 2]}
    assert copied["x"] is not inner


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": [None, True, 1, 1.5, "é"]}, True),
        ({1: "x"}, False),
        ([float("nan")], False),
        ([float("inf")], False),
        ({"a": object()}, False),
        ("\ud800", False),
        ({"\ud800": 1}, False),
    ],
)
def test_what_json_can_carry(value: object, expected: object) -> None:
    """Text keys, finite numbers, whole characters; nothing else."""
    assert is_json(value) is expected


def test_finding_and_placing() -> None:
    """A place is found through objects only; placing makes the objects on the way."""
    tree: dict[str, Any] = {"a": {"b": None}, "c": 5}
    assert find(tree, ("a", "b")) == (True, None)
    assert find(tree, ("a", "x")) == (False, None)
    assert find(tree, ("c", "x")) == (False, None)
    place(tree, ("c", "d", "e"), 1)
    assert tree == {"a": {"b": None}, "c": {"d": {"e": 1}}}


def test_removing_keeps_objects_that_say_something() -> None:
    """Objects that removing leaves empty go; others stay."""
    tree: dict[str, Any] = {"a": {"b": {"c": 1}, "d": {}}}
    remove(tree, ("a", "b", "c"))
    assert tree == {"a": {"d": {}}}
    remove(tree, ("a", "d"))
    assert tree == {}
