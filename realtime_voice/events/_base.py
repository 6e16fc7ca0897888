"""What all events and wire objects have in common, and what stands for the unknown.

Knows nothing of JSON or base64: how a frame becomes an object is the codec's business.
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar, TypeAlias

import attrs

__all__ = [
    "ClientEvent",
    "KnownClientEvent",
    "KnownServerEvent",
    "MalformedClientEvent",
    "MalformedServerEvent",
    "ServerEvent",
    "UnknownClientEvent",
    "UnknownConversationItem",
    "UnknownObject",
    "UnknownServerEvent",
    "WireObject",
    "show_url",
]

_USERINFO = re.compile(r"(?<=//)[^/?#]*@")
_PARAMETERS = re.compile(r"[?#].*", re.DOTALL)


def show_url(url: object) -> str:
    """Write an address for ``repr``: no credentials, no parameters, no content of a data URL."""
    if not isinstance(url, str):
        return repr(url)
    if url[:5].lower() == "data:":
        kind, comma, content = url.partition(",")
        return f"{kind + comma!r}<{len(content)} characters>"
    return repr(_PARAMETERS.sub("?***", _USERINFO.sub("***@", url)))


def _show_bytes(value: object) -> str:
    """Write a value for ``repr``: sound by its length, everything else as usual."""
    return f"<{len(value)} bytes>" if isinstance(value, bytes) else repr(value)


def _show_raw(raw: Mapping[str, Any]) -> str:
    """Write a JSON object for ``repr`` by its field names alone: its values may be secrets."""
    return "{" + ", ".join(f"{name!r}: ..." for name in raw) + "}"


def _text_of(raw: Mapping[str, Any], name: str) -> str | None:
    value = raw.get(name)
    return value if isinstance(value, str) else None


# Equality, hash and repr are written once, here: made for each of 150 classes, they would double
# the time that the import takes.
@attrs.frozen(kw_only=True, eq=False, repr=False)
class WireObject:
    """A JSON object with a class of its own.

    A field that is ``None`` is not written to the wire. To send an explicit null, put it into
    :attr:`extra`.
    """

    extra: Mapping[str, Any] = attrs.field(factory=dict[str, Any], repr=False)
    """What the wire said beyond the fields: unknown fields, explicit nulls, another spelling."""

    missing: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    """Fields that the wire left out or sent as null; they hold a neutral value: ``""``, 0, ..."""

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(
            getattr(self, field.name) == getattr(other, field.name)
            for field in attrs.fields(type(self))
        )

    def __hash__(self) -> int:
        # JSON objects within the fields cannot be hashed, so they do not count.
        values = (getattr(self, field.name) for field in attrs.fields(type(self)))
        return hash((type(self), *(v for v in values if isinstance(v, (str, int, float, bytes)))))

    def __repr__(self) -> str:
        shown = [
            f"{field.name}={field.repr(value) if callable(field.repr) else _show_bytes(value)}"
            for field in attrs.fields(type(self))
            if field.repr and (value := getattr(self, field.name)) is not None
        ]
        shown += [f"extra={_show_raw(self.extra)}"] if self.extra else []
        shown += [f"missing={sorted(self.missing)}"] if self.missing else []
        return f"{type(self).__name__}({', '.join(shown)})"


@attrs.frozen(kw_only=True)
class UnknownObject:
    """A JSON object of a kind that this library does not know (yet)."""

    type: str
    """Kind of object, as the wire calls it; empty where it does not say."""

    raw: Mapping[str, Any] = attrs.field(hash=False, repr=_show_raw)
    """The whole object."""


@attrs.frozen(kw_only=True)
class UnknownConversationItem:
    """A conversation item of a kind that this library does not know (yet)."""

    type: str
    """Kind of item, as the wire calls it; empty where it does not say."""

    raw: Mapping[str, Any] = attrs.field(hash=False, repr=_show_raw)
    """The whole item."""

    @property
    def id(self) -> str | None:
        """Id of the item, where it has one."""
        return _text_of(self.raw, "id")


@attrs.frozen(kw_only=True, eq=False, repr=False)
class KnownServerEvent(WireObject):
    """What every server event with a class of its own is.

    Decoded under a name of the time before GA, it keeps that name as ``extra["type"]``.
    """

    type: ClassVar[str]
    """Name of the event on the wire."""

    event_id: str
    """Id that the server gave this event."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class KnownClientEvent(WireObject):
    """What every client event with a class of its own is.

    Decoded under a name of the time before GA, it keeps that name as ``extra["type"]``.
    """

    type: ClassVar[str]
    """Name of the event on the wire."""

    event_id: str | None = None
    """Id that the client gave this event; errors repeat it. At most 512 characters."""


@attrs.frozen(kw_only=True)
class UnknownServerEvent:
    """A server event of a type that this library does not know (yet)."""

    type: str
    """Name of the event on the wire."""

    raw: Mapping[str, Any] = attrs.field(hash=False, repr=_show_raw)
    """The whole event."""

    @property
    def event_id(self) -> str | None:
        """Id of the event, where it has one."""
        return _text_of(self.raw, "event_id")


@attrs.frozen(kw_only=True)
class MalformedServerEvent:
    """A server event of a known type in which a field is not what it has to be."""

    type: str
    """Name of the event on the wire."""

    raw: Mapping[str, Any] = attrs.field(hash=False, repr=_show_raw)
    """The whole event."""

    error: str
    """Which field is wrong, and how: ``item.content[0].text: expected a string, got 5``."""

    @property
    def event_id(self) -> str | None:
        """Id of the event, where it has one."""
        return _text_of(self.raw, "event_id")


@attrs.frozen(kw_only=True)
class UnknownClientEvent:
    """A client event of a type that this library does not know (yet)."""

    type: str
    """Name of the event on the wire."""

    raw: Mapping[str, Any] = attrs.field(hash=False, repr=_show_raw)
    """The whole event."""

    @property
    def event_id(self) -> str | None:
        """Id of the event, where it has one."""
        return _text_of(self.raw, "event_id")


@attrs.frozen(kw_only=True)
class MalformedClientEvent:
    """A client event of a known type in which a field is not what it has to be."""

    type: str
    """Name of the event on the wire."""

    raw: Mapping[str, Any] = attrs.field(hash=False, repr=_show_raw)
    """The whole event."""

    error: str
    """Which field is wrong, and how: ``item.content[0].text: expected a string, got 5``."""

    @property
    def event_id(self) -> str | None:
        """Id of the event, where it has one."""
        return _text_of(self.raw, "event_id")


ServerEvent: TypeAlias = KnownServerEvent | UnknownServerEvent | MalformedServerEvent
"""Anything that a server may say."""

ClientEvent: TypeAlias = KnownClientEvent | UnknownClientEvent | MalformedClientEvent
"""Anything that a client may say."""
