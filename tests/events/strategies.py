"""Hypothesis strategies for every class of the vocabulary, made from its annotations alone."""

from collections.abc import Callable, Mapping
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import attrs
from hypothesis import strategies as st

from realtime_voice import events
from realtime_voice.events import UnknownConversationItem, UnknownObject, WireObject

__all__ = ["instances", "json_objects", "json_values", "names"]

names = st.text(st.characters(codec="utf-8"), max_size=6)
"""Names of fields; a prefix keeps them apart from those that the wire knows."""

finite = st.floats(allow_nan=False, allow_infinity=False)


def json_values() -> st.SearchStrategy[Any]:
    """Any JSON value, a few levels deep."""
    scalars = st.none() | st.booleans() | st.integers() | finite | st.text(max_size=8)
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
        max_leaves=6,
    )


def json_objects() -> st.SearchStrategy[dict[str, Any]]:
    """Any JSON object whose names the wire does not know."""
    return st.dictionaries(names.map("new_{}".format), json_values(), max_size=2)


def instances(cls: type[WireObject]) -> st.SearchStrategy[Any]:
    """Instances of a class: any values, optional fields left out, null, or set, unknown fields."""
    return st.deferred(lambda: _build(cls))


@cache
def _build(cls: type[WireObject]) -> st.SearchStrategy[Any]:
    if cls is events.RealtimeTranslationSessionUpdateRequest:
        # Nothing but its one field tells it from a session of the beta.
        audio = instances(events.RealtimeTranslationSessionAudio)
        return audio.map(lambda value: cls(audio=value))
    fields = {
        field.name: _values(field.type, is_optional=field.default is None)
        for field in attrs.fields(cls)
        if field.name not in {"extra", "missing"}
    }
    parts = st.tuples(st.fixed_dictionaries(fields), json_objects(), st.booleans())
    return parts.map(lambda drawn: _make(cls, *drawn))


def _make(
    cls: type[WireObject], values: Mapping[str, Any], extra: dict[str, Any], says_null: object
) -> WireObject:
    optional = {field.name for field in attrs.fields(cls) if field.default is None}
    nulls = {name: None for name in optional if says_null and values[name] is None}
    return cls(**values, extra={**extra, **nulls})


def _values(annotation: Any, *, is_optional: bool) -> st.SearchStrategy[Any]:
    found = st.one_of([_one(part) for part in _parts(annotation)])
    return st.none() | found if is_optional else found


def _parts(annotation: Any) -> list[Any]:
    if get_origin(annotation) in {Union, UnionType}:
        return [inner for part in get_args(annotation) for inner in _parts(part)]
    return [] if annotation is type(None) else [annotation]


def _one(part: Any) -> st.SearchStrategy[Any]:
    origin, arguments = get_origin(part), get_args(part)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is tuple:
        items = st.deferred(lambda: _values(arguments[0], is_optional=False))
        return st.lists(items, max_size=2).map(tuple)
    if origin is Mapping:
        return st.dictionaries(names, _mapped(arguments[1]), max_size=2)
    if isinstance(part, type) and issubclass(part, WireObject):
        return instances(part)
    return _SIMPLE[part]()


def _mapped(annotation: Any) -> st.SearchStrategy[Any]:
    return json_values() if annotation is Any else _values(annotation, is_optional=False)


def _unknown(cls: type[UnknownObject] | type[UnknownConversationItem]) -> st.SearchStrategy[Any]:
    kinds = names.map("new_{}".format)
    pairs = st.tuples(kinds, json_objects())
    return pairs.map(lambda pair: cls(type=pair[0], raw={"type": pair[0], **pair[1]}))


_SIMPLE: dict[Any, Callable[[], st.SearchStrategy[Any]]] = {
    str: lambda: st.text(max_size=8),
    bytes: lambda: st.binary(max_size=7),
    int: st.integers,
    float: lambda: finite | st.integers(),
    bool: st.booleans,
    UnknownObject: lambda: _unknown(UnknownObject),
    UnknownConversationItem: lambda: _unknown(UnknownConversationItem),
}
