"""Every name of the wire has its class, named by one rule."""

import re

import attrs
import pytest

from realtime_voice import events
from realtime_voice.events import KnownClientEvent, KnownServerEvent, WireObject

SERVER_TYPES = [
    "conversation.created",
    "conversation.item.added",
    "conversation.item.created",
    "conversation.item.deleted",
    "conversation.item.done",
    "conversation.item.input_audio_transcription.completed",
    "conversation.item.input_audio_transcription.delta",
    "conversation.item.input_audio_transcription.failed",
    "conversation.item.input_audio_transcription.segment",
    "conversation.item.retrieved",
    "conversation.item.truncated",
    "error",
    "input_audio_buffer.cleared",
    "input_audio_buffer.committed",
    "input_audio_buffer.dtmf_event_received",
    "input_audio_buffer.speech_started",
    "input_audio_buffer.speech_stopped",
    "input_audio_buffer.timeout_triggered",
    "mcp_list_tools.completed",
    "mcp_list_tools.failed",
    "mcp_list_tools.in_progress",
    "output_audio_buffer.cleared",
    "output_audio_buffer.started",
    "output_audio_buffer.stopped",
    "rate_limits.updated",
    "response.content_part.added",
    "response.content_part.done",
    "response.created",
    "response.done",
    "response.function_call_arguments.delta",
    "response.function_call_arguments.done",
    "response.mcp_call.completed",
    "response.mcp_call.failed",
    "response.mcp_call.in_progress",
    "response.mcp_call_arguments.delta",
    "response.mcp_call_arguments.done",
    "response.output_audio.delta",
    "response.output_audio.done",
    "response.output_audio_transcript.delta",
    "response.output_audio_transcript.done",
    "response.output_item.added",
    "response.output_item.done",
    "response.output_text.delta",
    "response.output_text.done",
    "session.closed",
    "session.created",
    "session.input_transcript.delta",
    "session.output_audio.delta",
    "session.output_transcript.delta",
    "session.updated",
]
CLIENT_TYPES = [
    "conversation.item.create",
    "conversation.item.delete",
    "conversation.item.retrieve",
    "conversation.item.truncate",
    "input_audio_buffer.append",
    "input_audio_buffer.clear",
    "input_audio_buffer.commit",
    "output_audio_buffer.clear",
    "response.cancel",
    "response.create",
    "session.close",
    "session.input_audio_buffer.append",
    "session.update",
]


def camel_case(name: str) -> str:
    """The rule by which classes are named."""
    words = re.split("[^A-Za-z0-9]+|_", name.rpartition(":")[2])
    return "".join(word[:1].upper() + word[1:] for word in words)


def test_every_server_type_is_there() -> None:
    """Conversation, transcription and translation sessions have 50 server events."""
    assert sorted(events.SERVER_EVENTS) == SERVER_TYPES


def test_every_client_type_is_there() -> None:
    """Conversation, transcription and translation sessions have 13 client events."""
    assert sorted(events.CLIENT_EVENTS) == CLIENT_TYPES


@pytest.mark.parametrize("wire_type", SERVER_TYPES)
def test_server_events_are_named_after_the_wire(wire_type: str) -> None:
    """The class of a server event is its type in camel case, and says the type itself."""
    cls = events.SERVER_EVENTS[wire_type]
    assert (camel_case(wire_type), wire_type) == (cls.__name__, cls.type)
    assert getattr(events, cls.__name__) is cls
    assert issubclass(cls, KnownServerEvent)


@pytest.mark.parametrize("wire_type", CLIENT_TYPES)
def test_client_events_are_named_after_the_wire(wire_type: str) -> None:
    """The class of a client event is its type in camel case, and says the type itself."""
    cls = events.CLIENT_EVENTS[wire_type]
    assert (camel_case(wire_type), wire_type) == (cls.__name__, cls.type)
    assert getattr(events, cls.__name__) is cls
    assert issubclass(cls, KnownClientEvent)


def test_there_are_117_objects() -> None:
    """Each nested object of the protocol has an entry."""
    assert len(events.OBJECTS) == 117


@pytest.mark.parametrize("name", sorted(events.OBJECTS))
def test_objects_are_named_after_the_protocol(name: str) -> None:
    """The class of an object can be had under its own name, also where objects share a class."""
    assert getattr(events, camel_case(name)) is events.OBJECTS[name]


def test_tables_hold_nothing_else() -> None:
    """Every public class is an event, an object, or one of those that stand for the unknown."""
    listed = {*events.SERVER_EVENTS.values(), *events.CLIENT_EVENTS.values()}
    listed |= set(events.OBJECTS.values())
    public = [getattr(events, name) for name in events.__all__]
    classes = {cls for cls in public if isinstance(cls, type) and issubclass(cls, WireObject)}
    assert classes - listed == {WireObject, KnownServerEvent, KnownClientEvent}


@pytest.mark.parametrize("old", sorted({**events.OLD_SERVER_NAMES, **events.OLD_CLIENT_NAMES}))
def test_old_names_lead_to_new_ones(old: str) -> None:
    """A name of the time before GA is none of today's, and stands for one of them."""
    names = {**events.OLD_SERVER_NAMES, **events.OLD_CLIENT_NAMES}
    known = {*SERVER_TYPES, *CLIENT_TYPES}
    assert old not in known
    assert names[old] in known


@pytest.mark.parametrize(
    "cls",
    [*events.SERVER_EVENTS.values(), *events.CLIENT_EVENTS.values(), *events.OBJECTS.values()],
    ids=lambda cls: cls.__name__,
)
def test_classes_are_frozen_and_small(cls: type[WireObject]) -> None:
    """Every class is frozen attrs data with slots, whose fields are given by name."""
    assert attrs.has(cls)
    assert not hasattr(cls, "__dict__") or "__dict__" not in cls.__slots__  # type: ignore[attr-defined]
    assert all(field.kw_only for field in attrs.fields(cls))
    assert cls.__doc__
