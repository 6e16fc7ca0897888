"""Between events and JSON objects: the engine thinks in wire objects, its edges speak events.

A session or an item is merged, echoed and checked field by field, for which plain JSON objects
are the right form; everybody outside of the engine sees typed events.
"""

from typing import Any, TypeAlias, cast

import orjson

from realtime_voice.codec import structure_server_event, unstructure
from realtime_voice.events import (
    ClientEvent,
    MalformedClientEvent,
    ServerEvent,
    UnknownClientEvent,
)

__all__ = ["Wire", "child", "client_wire", "json_object", "server_event"]

Wire: TypeAlias = dict[str, Any]
"""A JSON object."""


def client_wire(event: ClientEvent) -> Wire:
    """Return what the client sent, as a JSON object."""
    if isinstance(event, UnknownClientEvent | MalformedClientEvent):
        return dict(event.raw)
    return unstructure(event)


def child(wire: Wire, *names: str) -> Wire:
    """Return an object within an object; empty where something on the way is null or missing."""
    for name in names:
        wire = cast("Wire | None", wire.get(name)) or {}
    return wire


def json_object(frame: str) -> Wire | None:
    """Return what a text frame holds, None where it is no JSON object."""
    try:
        value: object = orjson.loads(frame)
    except orjson.JSONDecodeError:
        return None
    return cast("Wire", value) if isinstance(value, dict) else None


def server_event(wire: Wire) -> ServerEvent:
    """Return a JSON object as the event it is."""
    return structure_server_event(wire)
