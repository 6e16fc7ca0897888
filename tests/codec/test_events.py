"""Frames to events and back: what a user of the codec relies on."""

import copy
import json
import sys
from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_voice import events
from realtime_voice.codec import (
    decode_client_event,
    decode_server_event,
    encode_client_event,
    encode_server_event,
    structure,
    structure_client_event,
    structure_server_event,
    unstructure,
)
from realtime_voice.errors import EventDecodeError, EventEncodeError
from realtime_voice.events import (
    InputAudioBufferAppend,
    KnownClientEvent,
    KnownServerEvent,
    MalformedClientEvent,
    MalformedServerEvent,
    ResponseDone,
    ResponseOutputAudioDelta,
    UnknownClientEvent,
    UnknownObject,
    UnknownServerEvent,
)
from tests.codec.frames import CLIENT, OLD, SERVER
from tests.events.strategies import instances, json_objects, json_values

JSON = dict[str, Any]
Path = tuple[str | int, ...]
SERVER_CLASSES = sorted(events.SERVER_EVENTS.values(), key=lambda cls: cls.type)
CLIENT_CLASSES = sorted(events.CLIENT_EVENTS.values(), key=lambda cls: cls.type)
AUDIO = {
    "type": "response.output_audio.delta",
    "event_id": "event_1",
    "response_id": "resp_1",
    "item_id": "item_1",
    "output_index": 0,
    "content_index": 0,
    "delta": "AAEC",
}


def name_of(value: object) -> str:
    """Name of a test case."""
    return str(value["type"]) if isinstance(value, dict) else getattr(value, "__name__", "")


def paths(value: object, path: Path = ()) -> Iterator[Path]:
    """Every place below a JSON value."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield (*path, name)
            yield from paths(inner, (*path, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield (*path, place)
            yield from paths(inner, (*path, place))


def changed(frame: JSON, path: Path, change: Callable[[Any, str | int], None]) -> JSON:
    """Return a copy of a frame in which one place is changed."""
    result = copy.deepcopy(frame)
    holder: Any = result
    for step in path[:-1]:
        holder = holder[step]
    change(holder, path[-1])
    return result


def test_every_type_is_among_the_frames() -> None:
    """The sessions written for these tests have every type of either side."""
    assert {frame["type"] for frame in SERVER} == set(events.SERVER_EVENTS)
    assert {frame["type"] for frame in CLIENT} == set(events.CLIENT_EVENTS)


@pytest.mark.parametrize("frame", SERVER, ids=name_of)
def test_server_frames_become_their_classes_and_come_back(frame: JSON) -> None:
    """A server's frame becomes the class named after its type; encoding gives equal JSON."""
    event = decode_server_event(json.dumps(frame))
    assert type(event) is events.SERVER_EVENTS[frame["type"]]
    assert json.loads(encode_server_event(event)) == frame


@pytest.mark.parametrize("frame", CLIENT, ids=name_of)
def test_client_frames_become_their_classes_and_come_back(frame: JSON) -> None:
    """A client's frame becomes the class named after its type; encoding gives equal JSON."""
    event = decode_client_event(json.dumps(frame))
    assert type(event) is events.CLIENT_EVENTS[frame["type"]]
    assert json.loads(encode_client_event(event)) == frame


@pytest.mark.parametrize(("frame", "class_name"), OLD, ids=name_of)
def test_old_names_become_today_s_classes_and_come_back(frame: JSON, class_name: str) -> None:
    """An event under its name of the time before GA has today's class, and keeps its name."""
    frame = {"event_id": "event_1", **frame}
    event = decode_server_event(json.dumps(frame))
    assert type(event).__name__ == class_name
    assert isinstance(event, KnownServerEvent)
    assert event.extra.get("type", event.type) == frame["type"]
    assert json.loads(encode_server_event(event)) == frame


def test_old_sessions_keep_their_flat_fields_as_extra() -> None:
    """Fields that a session had before GA are not lost, and not shown."""
    event = decode_server_event(json.dumps(OLD[6][0]))
    assert isinstance(event, events.SessionCreated)
    assert isinstance(event.session, events.RealtimeSession)
    assert event.session.extra["voice"] == "alloy"
    assert event.session.missing == {"type"}
    assert "ek_1" not in repr(event)


@pytest.mark.parametrize(("frame", "_"), OLD[7:], ids=name_of)
def test_old_transcription_sessions_are_transcription_sessions(frame: JSON, _: str) -> None:
    """The name of the event says what its session is."""
    event = decode_server_event(json.dumps(frame))
    assert isinstance(event, events.SessionCreated | events.SessionUpdated)
    assert isinstance(event.session, events.TranscriptionSession)


@pytest.mark.parametrize(
    "session",
    [
        {"input_audio_format": "pcm16"},
        {"type": "transcription"},
        {"type": "transcription", "include": [None]},
        1,
    ],
)
def test_old_transcription_updates(session: object) -> None:
    """A client's old update is today's, whatever its session looks like."""
    frame = {"type": "transcription_session.update", "session": session}
    event = decode_client_event(json.dumps(frame))
    assert json.loads(encode_client_event(event)) == frame
    if isinstance(session, dict):
        assert isinstance(event, events.SessionUpdate)
        assert isinstance(event.session, events.RealtimeTranscriptionSessionCreateRequestGA)
    else:
        assert isinstance(event, MalformedClientEvent)


@pytest.mark.parametrize("cls", SERVER_CLASSES, ids=name_of)
@settings(max_examples=15)
@given(data=st.data())
def test_server_events_survive_the_wire(cls: type[KnownServerEvent], data: st.DataObject) -> None:
    """Any event of any class is the same after encoding and decoding, and after structuring."""
    event = data.draw(instances(cls))
    assert decode_server_event(encode_server_event(event)) == event
    assert structure_server_event(unstructure(event)) == event
    assert structure(unstructure(event), cls) == event


@pytest.mark.parametrize("cls", CLIENT_CLASSES, ids=name_of)
@settings(max_examples=15)
@given(data=st.data())
def test_client_events_survive_the_wire(cls: type[KnownClientEvent], data: st.DataObject) -> None:
    """Any event of any class is the same after encoding and decoding, and after structuring."""
    event = data.draw(instances(cls))
    assert decode_client_event(encode_client_event(event)) == event
    assert structure_client_event(unstructure(event)) == event
    assert structure(unstructure(event), cls) == event


@pytest.mark.parametrize("name", sorted(events.OBJECTS))
@settings(max_examples=5)
@given(data=st.data())
def test_objects_survive_structuring(name: str, data: st.DataObject) -> None:
    """Any object of any class is the same after unstructuring and structuring."""
    cls = events.OBJECTS[name]
    value = data.draw(instances(cls))
    assert structure(unstructure(value), cls) == value


def delete(holder: Any, step: str | int) -> None:
    """Take a field away."""
    del holder[step]


def nullify(holder: Any, step: str | int) -> None:
    """Make a field null."""
    holder[step] = None


@pytest.mark.parametrize("change", [delete, nullify])
@pytest.mark.parametrize("frame", SERVER, ids=name_of)
def test_what_is_missing_or_null_makes_no_event_malformed(
    frame: JSON, change: Callable[[Any, str | int], None]
) -> None:
    """Any field may be left out or be null: the event keeps its class, and comes back as it was."""
    for path in paths(frame):
        if path == ("type",):
            continue
        broken = changed(frame, path, change)
        event = decode_server_event(json.dumps(broken))
        assert type(event) is events.SERVER_EVENTS[frame["type"]], path
        assert json.loads(encode_server_event(event)) == broken, path


def test_what_is_missing_is_named_and_neutral() -> None:
    """A required field that does not come holds as good as nothing, and is told."""
    event = decode_server_event('{"type":"response.output_audio.delta","item_id":null}')
    assert event == ResponseOutputAudioDelta(
        event_id="",
        response_id="",
        item_id="",
        output_index=0,
        content_index=0,
        delta=b"",
        extra={"item_id": None},
        missing=frozenset(
            {"event_id", "response_id", "item_id", "output_index", "content_index", "delta"}
        ),
    )


def test_missing_objects_are_empty_ones() -> None:
    """A required object that does not come is an empty one of its class, an item an unknown."""
    created = decode_server_event('{"type":"session.created"}')
    added = decode_server_event('{"type":"conversation.item.added"}')
    assert isinstance(created, events.SessionCreated)
    assert isinstance(created.session, events.RealtimeSession)
    assert created.session.id == ""
    assert isinstance(added, events.ConversationItemAdded)
    assert added.item == events.UnknownConversationItem(type="", raw={})


def test_filling_in_what_was_missing_puts_it_on_the_wire() -> None:
    """A field that was missing is encoded once it holds something."""
    event = decode_server_event('{"type":"input_audio_buffer.cleared"}')
    assert isinstance(event, events.InputAudioBufferCleared)
    assert encode_server_event(event) == '{"type":"input_audio_buffer.cleared"}'
    named = attrs.evolve(event, event_id="event_1")
    assert json.loads(encode_server_event(named)) == {"event_id": "event_1", "type": event.type}


def test_a_set_field_goes_before_what_the_wire_once_said() -> None:
    """An explicit null, or another spelling, gives way to a new value."""
    frame = {"type": "input_audio_buffer.committed", "item_id": "item_1", "previous_item_id": None}
    event = decode_server_event(json.dumps(frame))
    assert isinstance(event, events.InputAudioBufferCommitted)
    moved = attrs.evolve(event, previous_item_id="item_0")
    assert json.loads(encode_server_event(moved)) == {**frame, "previous_item_id": "item_0"}
    sloppy = decode_client_event('{"type":"input_audio_buffer.append","audio":"AA"}')
    assert isinstance(sloppy, InputAudioBufferAppend)
    assert sloppy.audio == b"\0"
    louder = attrs.evolve(sloppy, audio=b"\x7f")
    assert json.loads(encode_client_event(louder))["audio"] == "fw=="


@settings(max_examples=120)
@given(
    st.sampled_from(SERVER + [{"event_id": "e", **frame} for frame, _ in OLD]),
    st.data(),
)
def test_no_server_frame_is_lost_or_changed(frame: JSON, data: st.DataObject) -> None:
    """Whatever is put anywhere, decoding raises nothing but its error, and encoding undoes it."""
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(sorted(paths(frame), key=repr) or [("type",)]))
        value = data.draw(json_values())
        frame = changed(
            frame, path, lambda holder, step, value=value: holder.__setitem__(step, value)
        )
    frame = {**frame, **data.draw(json_objects())}
    try:
        event = decode_server_event(json.dumps(frame))
    except EventDecodeError:
        assert not isinstance(frame["type"], str)
        return
    assert json.loads(encode_server_event(event)) == frame
    assert structure_server_event(frame) == event


@settings(max_examples=60)
@given(st.sampled_from(CLIENT), st.data())
def test_no_client_frame_is_lost_or_changed(frame: JSON, data: st.DataObject) -> None:
    """The same holds for clients."""
    path = data.draw(st.sampled_from(sorted(paths(frame), key=repr)))
    value = data.draw(json_values())
    frame = changed(frame, path, lambda holder, step: holder.__setitem__(step, value))
    try:
        event = decode_client_event(json.dumps(frame))
    except EventDecodeError:
        assert not isinstance(frame["type"], str)
        return
    assert json.loads(encode_client_event(event)) == frame
    assert structure_client_event(frame) == event


@given(json_values())
def test_any_json_is_an_event_or_an_error(value: object) -> None:
    """JSON that is no event gives the one error, with nothing of the frame in it."""
    try:
        event = decode_server_event(json.dumps(value))
    except EventDecodeError:
        assert not (isinstance(value, dict) and isinstance(value.get("type"), str))
    else:
        assert isinstance(event, UnknownServerEvent)


@given(st.binary(max_size=64) | st.text(st.characters(), max_size=64))
def test_any_frame_is_an_event_or_an_error(frame: bytes | str) -> None:
    """Bytes and text of any kind give the one error, and nothing else escapes."""
    with pytest.raises(EventDecodeError):
        decode_server_event(frame)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ("", "the frame is not JSON: "),
        ("{", "the frame is not JSON: "),
        ('{"type": NaN}', "the frame is not JSON: "),
        ('{"type": "a", "b": Infinity}', "the frame is not JSON: "),
        ('{"type": "a", "b": 1e999}', "the frame is not JSON: "),
        ('{"type": "\\ud800"}', "the frame is not JSON: "),
        (b'{"type": "\xff"}', "the frame is not JSON: "),
        ('{"type": "\ud800"}', "the frame is not valid Unicode at character 10"),
        ("[]", "the frame is not a JSON object but a list"),
        ('"error"', "the frame is not a JSON object but a string"),
        ("true", "the frame is not a JSON object but true or false"),
        ("null", "the frame is not a JSON object but null"),
        ("7", "the frame is not a JSON object but a number"),
        ("{}", "the frame is not an event: its type is missing"),
        ('{"type": null}', "the frame is not an event: its type is not a string"),
        ('{"type": ["error"]}', "the frame is not an event: its type is not a string"),
        (7, "a frame is text or bytes, not int"),
    ],
)
def test_what_is_no_event_is_told(frame: Any, message: str) -> None:
    """The error says what is wrong."""
    with pytest.raises(EventDecodeError, match=f"^{message}"):
        decode_server_event(frame)


def test_errors_keep_nothing_of_the_frame() -> None:
    """Neither the message nor a chained exception holds what a user may have said."""
    with pytest.raises(EventDecodeError) as caught:
        decode_server_event('{"type": "response.output_text.delta", "delta": "my secret"')
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"delta": 5}, "delta: expected base64, got 5"),
        ({"delta": "not base64"}, "delta: expected base64, got a string"),
        ({"output_index": True}, "output_index: expected a number, got true"),
        ({"output_index": "0"}, "output_index: expected a number, got a string"),
        ({"item_id": []}, "item_id: expected a string, got a list"),
        ({"item_id": {}}, "item_id: expected a string, got an object"),
        ({"item_id": 0.5}, "item_id: expected a string, got 0.5"),
        ({"item_id": 10**20}, "item_id: expected a string, got a large number"),
        ({"item_id": -1e300}, "item_id: expected a string, got a large number"),
    ],
)
def test_the_wrong_kind_of_value_makes_an_event_malformed(change: JSON, error: str) -> None:
    """An event of a known type with a field of the wrong kind is data too, and names the field."""
    frame = {**AUDIO, **change}
    event = decode_server_event(json.dumps(frame))
    assert event == MalformedServerEvent(type=AUDIO["type"], raw=frame, error=error)
    assert json.loads(encode_server_event(event)) == frame


@pytest.mark.parametrize(
    ("item", "error"),
    [
        (
            {"type": "message", "role": "user", "content": [{"text": "a"}, {"text": 5}]},
            "item.content[1].text: expected a string, got 5",
        ),
        (
            {"type": "message", "role": "user", "content": {"text": "a"}},
            "item.content: expected a list, got an object",
        ),
        (
            {"type": "mcp_approval_response", "approve": 1},
            "item.approve: expected true or false, got 1",
        ),
        ("message", "item: expected an object, got a string"),
    ],
)
def test_the_path_leads_to_the_field(item: object, error: str) -> None:
    """The path of the wrong field goes through objects and lists."""
    frame = {"type": "conversation.item.added", "event_id": "event_1", "item": item}
    event = decode_server_event(json.dumps(frame))
    assert isinstance(event, MalformedServerEvent)
    assert event.error == error


def test_unknown_types_are_data() -> None:
    """An event that nobody has heard of comes through, and goes back as it came."""
    frame = {"type": "response.output_smell.delta", "event_id": "event_1", "delta": [1, None]}
    server, client = decode_server_event(json.dumps(frame)), decode_client_event(json.dumps(frame))
    assert server == UnknownServerEvent(type=frame["type"], raw=frame)
    assert client == UnknownClientEvent(type=frame["type"], raw=frame)
    assert json.loads(encode_server_event(server)) == frame
    assert json.loads(encode_client_event(client)) == frame


@pytest.mark.parametrize("number", [2**63, 2**64, -(2**63) - 1, 10**40, 12345678901234567890123])
@pytest.mark.parametrize(
    "frame",
    [
        {"type": "new.event", "deep": [{"number": 0}]},
        {"type": "input_audio_buffer.cleared", "event_id": "e", "deep": [{"number": 0}]},
        {"type": "rate_limits.updated", "rate_limits": [{"limit": 0}]},
        {"type": "rate_limits.updated", "rate_limits": 0},
        {"type": "response.created", "response": {"metadata": {"number": 0}}},
    ],
    ids=name_of,
)
def test_large_integers_keep_their_digits(frame: JSON, number: int) -> None:
    """Integers beyond 64 bits are neither rounded nor refused."""
    path = max((path for path in paths(frame) if path != ("type",)), key=len)
    large = changed(frame, path, lambda holder, step: holder.__setitem__(step, number))
    event = decode_server_event(json.dumps(large))
    assert encode_server_event(event).count(str(number)) == 1
    assert json.loads(encode_server_event(event)) == large


def test_numbers_of_many_digits_do_no_harm() -> None:
    """Digits are kept up to what a float can hold; more of them are no number to any peer."""
    digits = "9" * 300
    event = decode_server_event(f'{{"type":"new","a":{digits},"b":0.{"1" * 5000}}}')
    assert isinstance(event, UnknownServerEvent)
    assert event.raw["a"] == int(digits)
    with pytest.raises(EventDecodeError):
        decode_server_event(f'{{"type":"new","a":{digits * 20}}}')


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
@pytest.mark.parametrize("size", [3, 3000])
def test_frames_may_be_any_kind_of_bytes(kind: type, size: int) -> None:
    """Frames as text and as any bytes-like object give the same event."""
    text = encode_server_event(attrs.evolve(decode_audio(), delta=bytes(size)))
    assert decode_server_event(kind(text.encode())) == decode_server_event(text)


def decode_audio() -> ResponseOutputAudioDelta:
    """An audio delta."""
    event = decode_server_event(json.dumps(AUDIO))
    assert isinstance(event, ResponseOutputAudioDelta)
    return event


def test_structuring_takes_any_mapping() -> None:
    """Parsed JSON may be made of mappings and tuples that are not dicts and lists."""

    class Custom(dict[str, Any]):
        pass

    limits = (Custom(name="tokens", limit=1),)
    event = structure_server_event(Custom(type="rate_limits.updated", rate_limits=limits))
    expected = {"type": "rate_limits.updated", "rate_limits": [{"name": "tokens", "limit": 1}]}
    assert json.loads(encode_server_event(event)) == expected
    assert structure_server_event(MappingProxyType(expected)) == event
    unknown = structure_server_event(MappingProxyType({"type": "new"}))
    assert unknown == UnknownServerEvent(type="new", raw={"type": "new"})


def test_structuring_takes_sound_that_is_decoded_already() -> None:
    """Parsed JSON may hold bytes where the wire has base64."""
    raw = {"type": "input_audio_buffer.append", "audio": b"\0\1"}
    assert structure_client_event(raw) == InputAudioBufferAppend(audio=b"\0\1")
    assert structure(raw, InputAudioBufferAppend) == InputAudioBufferAppend(audio=b"\0\1")


@pytest.mark.parametrize("raw", [7, {}, {"type": 7}, [], None])
def test_structuring_what_is_no_event_is_an_error(raw: Any) -> None:
    """Parsed JSON that is no event gives the same error as a frame."""
    with pytest.raises(EventDecodeError):
        structure_server_event(raw)
    with pytest.raises(EventDecodeError):
        structure_client_event(raw)


def test_structuring_an_object_of_the_wrong_kind_is_an_error() -> None:
    """The message names the field."""
    with pytest.raises(EventDecodeError, match=r"^output\[0\]: expected an object, got 1$"):
        structure({"output": [1]}, events.RealtimeResponse)
    with pytest.raises(EventDecodeError, match=r"^an event is a mapping, not list$"):
        structure([], events.RealtimeResponse)  # type: ignore[arg-type]


def test_structuring_an_event_with_itself_inside_is_an_error() -> None:
    """A mapping that holds itself is too deep."""
    raw: JSON = {"type": "new"}
    raw["self"] = raw
    with pytest.raises(EventDecodeError, match="more than 200 levels"):
        structure_server_event(raw)


def test_a_shallow_stack_is_an_error_and_no_crash() -> None:
    """Where the caller has used up the stack, the error is still ours."""
    frame = '{"type":"new","a":' + "[" * 150 + "]" * 150 + "}"

    def dive(depth: int) -> object:
        return dive(depth - 1) if depth else decode_server_event(frame)

    assert isinstance(decode_server_event(frame), UnknownServerEvent)
    used = len(__import__("inspect").stack())
    with pytest.raises(EventDecodeError, match="too much for this process: RecursionError"):
        dive(sys.getrecursionlimit() - used - 60)


def test_encoding_the_wrong_side_is_an_error() -> None:
    """A client cannot send a server's event, nor the reverse."""
    with pytest.raises(EventEncodeError, match=r"^ResponseOutputAudioDelta is no client event$"):
        encode_client_event(decode_audio())  # type: ignore[arg-type]
    with pytest.raises(EventEncodeError, match=r"^InputAudioBufferAppend is no server event$"):
        encode_server_event(InputAudioBufferAppend(audio=b""))  # type: ignore[arg-type]


def test_encoding_an_event_that_holds_itself_is_an_error() -> None:
    """A loop in ``raw`` is told, not followed for ever."""
    raw: JSON = {"type": "new"}
    raw["self"] = raw
    with pytest.raises(EventEncodeError, match="holds itself"):
        encode_server_event(UnknownServerEvent(type="new", raw=raw))


def test_unstructure_takes_unknown_objects() -> None:
    """An object of no known kind is its JSON."""
    assert unstructure(UnknownObject(type="new", raw={"a": (1, 2)})) == {"a": [1, 2]}


@given(st.binary(max_size=4096))
def test_appended_sound_is_encoded_as_it_is(sound: bytes) -> None:
    """The short way for the event that is sent all the time gives what the long way gives."""
    event = InputAudioBufferAppend(audio=sound)
    assert json.loads(encode_client_event(event)) == unstructure(event)
    assert decode_client_event(encode_client_event(event)) == event


def test_the_last_of_two_values_counts() -> None:
    """A name that comes twice has its last value, in long frames as in short ones."""
    sound = "AAEC" * 1000
    for text in (
        f'{{"type":"response.output_audio.delta","delta":"AAAA","delta":"{sound}"}}',
        f'{{"delta":"AAAA","type":"error","type":"response.output_audio.delta","delta":"{sound}"}}',
    ):
        event = decode_server_event(text)
        assert isinstance(event, ResponseOutputAudioDelta)
        assert event.delta == b"\0\1\2" * 1000


def test_a_response_is_typed_through_and_through() -> None:
    """Objects and lists become objects and tuples, all the way down."""
    done = next(frame for frame in SERVER if frame["type"] == "response.done")
    event = decode_server_event(json.dumps(done))
    assert isinstance(event, ResponseDone)
    assert event.response.output is not None
    (item,) = event.response.output
    assert isinstance(item, events.RealtimeConversationItemMessageAssistant)
    assert item.content[0].transcript == "At ten."
    assert event.response.usage is not None
    assert event.response.usage.output_token_details is not None
    assert event.response.usage.output_token_details.reasoning_tokens == 12
    assert event.missing == frozenset()
    assert event.response.extra == {"status_details": None, "metadata": None}
