"""Frames and JSON objects to events, and events back: the fast path first, then the detailed one.

Knows which path to take; the rules themselves are in the modules beside it.
"""

from collections.abc import Mapping
from types import UnionType
from typing import Any, TypeAlias, TypeVar, cast

import attrs

from realtime_voice.codec import _sound
from realtime_voice.codec._detailed import WrongKindError, structure_event
from realtime_voice.codec._detailed import structure as structure_in_detail
from realtime_voice.codec._encode import plain, unstructure_object
from realtime_voice.codec._fast import Irregular, Structure, check_plain, compile_event
from realtime_voice.codec._frames import (
    SPLICE_FROM,
    Mark,
    check_depth,
    parse,
    parse_exactly,
    splice,
    to_json,
    write,
)
from realtime_voice.errors import EventDecodeError, EventEncodeError
from realtime_voice.events import (
    CLIENT_EVENTS,
    OLD_CLIENT_NAMES,
    OLD_SERVER_NAMES,
    SERVER_EVENTS,
    ClientEvent,
    InputAudioBufferAppend,
    MalformedClientEvent,
    MalformedServerEvent,
    ServerEvent,
    UnknownClientEvent,
    UnknownConversationItem,
    UnknownObject,
    UnknownServerEvent,
    WireObject,
)

__all__ = [
    "decode_client_event",
    "decode_server_event",
    "encode_client_event",
    "encode_server_event",
    "structure",
    "structure_client_event",
    "structure_server_event",
    "unstructure",
]

Frame: TypeAlias = str | bytes | bytearray | memoryview
_WireObject = TypeVar("_WireObject", bound=WireObject)

_SURELY_FITS = 1 << 20
"""Characters from which on the size of a frame is looked at."""


@attrs.frozen(kw_only=True)
class _Side:
    """What one side of a connection may say."""

    classes: Mapping[str, type[WireObject]]
    """Class of every type, under its old names too."""

    sound_field: str
    """Name of the field in which long sound comes."""

    mark: Mark[bytes]
    """How that field begins in a frame of bytes."""

    text_mark: Mark[str]
    """How it begins in one that is a string."""

    sound_types: frozenset[str]
    """Types, under their old names too, in which it holds sound."""

    unknown: type[UnknownServerEvent] | type[UnknownClientEvent]
    """What an event of an unknown type becomes."""

    malformed: type[MalformedServerEvent] | type[MalformedClientEvent]
    """What an event becomes in which a field is of the wrong kind."""

    structures: dict[str, Structure] = attrs.field(factory=dict[str, Structure])
    """Compiled functions of the types that were seen so far."""


def _with_old_names(
    classes: Mapping[str, type[WireObject]], old_names: Mapping[str, str]
) -> dict[str, type[WireObject]]:
    return {**classes, **{old: classes[name] for old, name in old_names.items()}}


_SERVER = _Side(
    classes=_with_old_names(SERVER_EVENTS, OLD_SERVER_NAMES),
    sound_field="delta",
    mark=Mark(b'"delta":"', b'"}', b"\\"),
    text_mark=Mark('"delta":"', '"}', "\\"),
    sound_types=frozenset(
        {"response.output_audio.delta", "response.audio.delta", "session.output_audio.delta"}
    ),
    unknown=UnknownServerEvent,
    malformed=MalformedServerEvent,
)
_CLIENT = _Side(
    classes=_with_old_names(CLIENT_EVENTS, OLD_CLIENT_NAMES),
    sound_field="audio",
    mark=Mark(b'"audio":"', b'"}', b"\\"),
    text_mark=Mark('"audio":"', '"}', "\\"),
    sound_types=frozenset({"input_audio_buffer.append", "session.input_audio_buffer.append"}),
    unknown=UnknownClientEvent,
    malformed=MalformedClientEvent,
)


def decode_server_event(frame: Frame) -> ServerEvent:
    """Read a frame from a server.

    Args:
        frame: The text, as a string or as UTF-8.

    Returns:
        The event; an unknown type or a field of the wrong kind gives an event that says so.

    Raises:
        EventDecodeError: The frame is no event at all: not JSON, not an object, without a type,
            beyond :data:`MAX_FRAME_BYTES` or :data:`MAX_DEPTH`.
    """
    event: ServerEvent = _decode(_SERVER, frame)
    return event


def decode_client_event(frame: Frame) -> ClientEvent:
    """Read a frame from a client; in all else like :func:`decode_server_event`."""
    event: ClientEvent = _decode(_CLIENT, frame)
    return event


def structure_server_event(raw: Mapping[str, Any]) -> ServerEvent:
    """Make a server event of parsed JSON, parts of which the event may keep.

    Raises:
        EventDecodeError: It is no event at all.
    """
    return cast("ServerEvent", _structure_event(_SERVER, raw))


def structure_client_event(raw: Mapping[str, Any]) -> ClientEvent:
    """Make a client event of parsed JSON, parts of which the event may keep.

    Raises:
        EventDecodeError: It is no event at all.
    """
    return cast("ClientEvent", _structure_event(_CLIENT, raw))


def structure(raw: Mapping[str, Any], cls: type[_WireObject]) -> _WireObject:
    """Make an object of a class of the vocabulary of parsed JSON.

    Args:
        raw: The JSON object.
        cls: Any class of :data:`realtime_voice.events.OBJECTS`, or of an event.

    Raises:
        EventDecodeError: A field is of the wrong kind; the message names it.
    """
    _check_mapping(raw)
    try:
        return cast("_WireObject", structure_in_detail(cls, raw))
    except WrongKindError as error:
        problem = str(error)
    raise EventDecodeError(problem)


def encode_server_event(event: ServerEvent) -> str:
    """Write a server event as a frame.

    Raises:
        EventEncodeError: It is no server event, or holds what JSON cannot carry.
    """
    _check_side(event, ServerEvent, "server")
    return write(unstructure(event))


def encode_client_event(event: ClientEvent) -> str:
    """Write a client event as a frame.

    Raises:
        EventEncodeError: It is no client event, or holds what JSON cannot carry.
    """
    if (
        type(event) is InputAudioBufferAppend
        and type(event.audio) is bytes
        and not (event.extra or event.missing)
    ):
        # The one event that a client sends all the time.
        event_id, sound = event.event_id, _sound.encode(event.audio)
        if event_id is None:
            return f'{{"type":"input_audio_buffer.append","audio":"{sound}"}}'
        if type(event_id) is str and event_id.isidentifier():
            # Letters, digits and underscores: nothing that JSON would have to escape.
            return (
                f'{{"type":"input_audio_buffer.append","event_id":"{event_id}","audio":"{sound}"}}'
            )
    _check_side(event, ClientEvent, "client")
    return write(unstructure(event))


def unstructure(
    event: ServerEvent | ClientEvent | WireObject | UnknownObject | UnknownConversationItem,
) -> dict[str, Any]:
    """Make a JSON object of an event, or of any object of the vocabulary.

    Raises:
        EventEncodeError: It holds what JSON cannot carry.
    """
    try:
        if isinstance(event, WireObject):
            return unstructure_object(event)
        return cast("dict[str, Any]", plain(event.raw, ""))
    except RecursionError:
        raise EventEncodeError("the event holds itself, or is nested too deeply") from None


def _decode(side: _Side, frame: Frame) -> Any:
    """Decode a frame; this is where the time goes, so it calls no more than it must."""
    try:
        # Nearly every frame is a short string of ASCII, which the parser takes as it is.
        if type(frame) is str and len(frame) < _SURELY_FITS and frame.isascii():
            data: str | bytes = frame
        else:
            data = to_json(frame)
        if len(data) >= SPLICE_FROM:
            event = _decode_sound(side, data)
            if event is not None:
                return event
        raw = parse(data)
        kind = raw.get("type")
        if type(kind) is not str:
            raise _no_type(raw)
        try:
            structure_kind = side.structures.get(kind)
            if structure_kind is None:
                return _structure_fast(side, kind, raw)
            return structure_kind(raw)
        except Irregular:
            return _structure_in_detail(side, kind, parse_exactly(data, raw))
    except (RecursionError, MemoryError) as error:
        problem = type(error).__name__
    raise EventDecodeError(f"the frame is too much for this process: {problem}")


def _decode_sound(side: _Side, data: str | bytes) -> object | None:
    """Decode a frame of long sound without showing the sound to the parser; None: it has none."""
    if isinstance(data, str):
        raw = splice(data, side.sound_field, side.text_mark)
    else:
        raw = splice(data, side.sound_field, side.mark)
    if raw is None:
        return None
    kind = raw.get("type")
    if type(kind) is not str or kind not in side.sound_types:
        return None
    try:
        structure_kind = side.structures.get(kind)
        if structure_kind is None:
            return _structure_fast(side, kind, raw)
        event: object = structure_kind(raw)
    except Irregular:
        return None
    return event


def _structure_event(side: _Side, raw: Mapping[str, Any]) -> object:
    _check_mapping(raw)
    kind = raw.get("type")
    if not isinstance(kind, str):
        raise _no_type(raw)
    if isinstance(raw, dict):
        try:
            return _structure_fast(side, kind, raw)
        except Irregular:
            pass
    return _structure_in_detail(side, kind, raw)


def _structure_fast(side: _Side, kind: str, raw: dict[str, Any]) -> object:
    structure_kind = side.structures.get(kind)
    if structure_kind is None:
        cls = side.classes.get(kind)
        if cls is None:
            check_plain(raw)
            return side.unknown(type=kind, raw=raw)
        structure_kind = side.structures[kind] = compile_event(cls, kind)
    return structure_kind(raw)


def _structure_in_detail(side: _Side, kind: str, raw: Mapping[str, Any]) -> object:
    cls = side.classes.get(kind)
    if cls is None:
        return side.unknown(type=kind, raw=raw)
    try:
        return structure_event(cls, raw)
    except WrongKindError as error:
        return side.malformed(type=kind, raw=raw, error=str(error))


def _no_type(raw: Mapping[str, Any]) -> EventDecodeError:
    problem = "is not a string" if "type" in raw else "is missing"
    return EventDecodeError(f"the frame is not an event: its type {problem}")


def _check_side(event: object, kinds: UnionType, side: str) -> None:
    if not isinstance(event, kinds):
        raise EventEncodeError(f"{type(event).__name__} is no {side} event")


def _check_mapping(raw: object) -> None:
    if not isinstance(raw, Mapping):
        raise EventDecodeError(f"an event is a mapping, not {type(raw).__name__}")
    check_depth(cast("object", raw))
