"""Objects back to JSON: what is refused, and with which words."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from realtime_voice import events
from realtime_voice.codec import (
    decode_client_event,
    encode_client_event,
    encode_server_event,
    unstructure,
)
from realtime_voice.codec._encode import plain
from realtime_voice.errors import EventEncodeError
from realtime_voice.events import (
    ConversationItemCreate,
    InputAudioBufferAppend,
    InputAudioBufferCommit,
    RealtimeConversationItemFunctionCallOutput,
    RealtimeResponseCreateParams,
    RealtimeSessionCreateRequestGA,
    ResponseCreate,
    SessionUpdate,
    UnknownClientEvent,
    UnknownConversationItem,
)


def test_fields_that_are_none_are_left_out() -> None:
    """``None`` is nothing on the wire; an explicit null goes through ``extra``."""
    assert unstructure(InputAudioBufferCommit()) == {"type": "input_audio_buffer.commit"}
    audio = events.RealtimeSessionCreateRequestGAAudioInput(extra={"turn_detection": None})
    assert unstructure(audio) == {"turn_detection": None}


def test_empty_is_not_left_out() -> None:
    """Empty text and lists mean something: they clear."""
    session = RealtimeSessionCreateRequestGA(instructions="", tools=())
    assert unstructure(session) == {"type": "realtime", "instructions": "", "tools": []}


@pytest.mark.parametrize("sound", [b"\0\1", bytearray(b"\0\1"), memoryview(b"\0\1")])
def test_sound_may_be_any_kind_of_bytes(sound: Any) -> None:
    """Bytes-like objects are encoded alike."""
    event = InputAudioBufferAppend(audio=sound)
    assert encode_client_event(event) == '{"type":"input_audio_buffer.append","audio":"AAE="}'


@pytest.mark.parametrize(
    "event_id", [None, "", "append_1", "a-b", 'a"b', "a\\b", "é_1", "\u2028", "7", "a b", "a\n"]
)
def test_appended_sound_carries_its_id(event_id: str | None) -> None:
    """Whatever characters it has; the frame is JSON, and gives the event back."""
    event = InputAudioBufferAppend(event_id=event_id, audio=b"\0\1\2")
    frame = encode_client_event(event)
    assert decode_client_event(frame) == event
    named = {} if event_id is None else {"event_id": event_id}
    assert json.loads(frame) == {"type": "input_audio_buffer.append", **named, "audio": "AAEC"}


def test_half_a_surrogate_pair_is_no_id() -> None:
    """It cannot be sent as text."""
    with pytest.raises(EventEncodeError):
        encode_client_event(InputAudioBufferAppend(event_id="\ud800", audio=b"\0"))


def test_numbers_of_numpy_are_numbers() -> None:
    """Counts that come out of arithmetic on arrays need no conversion."""
    event = events.ConversationItemTruncate(
        item_id="item_1",
        content_index=np.int64(0),
        audio_end_ms=np.float32(120.5),  # type: ignore[arg-type]
    )
    assert unstructure(event)["audio_end_ms"] == 120.5
    assert '"content_index":0' in encode_client_event(event)


def test_unknown_items_and_raw_events_are_copied() -> None:
    """What is not understood is written as it is."""
    item = UnknownConversationItem(type="new", raw={"type": "new", "a": [1, {"b": None}]})
    event = ConversationItemCreate(item=item)
    assert unstructure(event)["item"] == {"type": "new", "a": [1, {"b": None}]}


def test_variables_of_a_prompt_keep_their_nulls() -> None:
    """Nulls among free names are kept."""
    text = events.InputTextContent(text="Ada")
    prompt = events.Prompt(id="pmpt_1", variables={"a": "b", "c": None, "d": text})  # type: ignore[dict-item]
    variables = {"a": "b", "c": None, "d": {"type": "input_text", "text": "Ada"}}
    assert unstructure(prompt) == {"id": "pmpt_1", "variables": variables}


def test_large_integers_are_written_out() -> None:
    """Integers of any length can be encoded."""
    event = UnknownClientEvent(type="new", raw={"type": "new", "é": 10**30})
    assert encode_client_event(event) == '{"type":"new","é":' + str(10**30) + "}"


def test_extra_may_rename_an_event() -> None:
    """An event is written under the name that ``extra`` gives it."""
    event = events.ResponseOutputAudioDone(
        event_id="e",
        response_id="r",
        item_id="i",
        output_index=0,
        content_index=0,
        extra={"type": "response.audio.done"},
    )
    assert '"type":"response.audio.done"' in encode_server_event(event)


def test_extra_does_not_override_what_a_field_says() -> None:
    """A field that is set wins over ``extra``, unless that is another spelling of the same."""
    event = InputAudioBufferAppend(audio=b"\0", extra={"audio": 7, "event_id": "e"})
    assert unstructure(event) == {
        "type": "input_audio_buffer.append",
        "audio": "AA==",
        "event_id": "e",
    }
    spelled = InputAudioBufferAppend(audio=b"\0", extra={"audio": "AA"})
    assert unstructure(spelled)["audio"] == "AA"


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (InputAudioBufferCommit(event_id=5), "event_id: expected a string, got int"),
        (InputAudioBufferCommit(event_id=b"e"), "event_id: expected a string, got bytes"),
        (InputAudioBufferCommit(event_id=True), "event_id: expected a string, got bool"),
        (InputAudioBufferAppend(audio="AA=="), "audio: expected bytes, got str"),
        (InputAudioBufferAppend(audio=None), None),
        (
            events.ConversationItemTruncate(item_id="i", content_index="0", audio_end_ms=0),
            "content_index: expected a number, got str",
        ),
        (
            events.ConversationItemTruncate(
                item_id="i", content_index=0, audio_end_ms=float("nan")
            ),
            "audio_end_ms: JSON has no way to write nan",
        ),
        (ConversationItemCreate(item={"type": "new"}), "item: expected an object, got dict"),
        (
            ConversationItemCreate(
                item=RealtimeConversationItemFunctionCallOutput(call_id="c", output={})
            ),
            "item.output: expected a string, got dict",
        ),
        (
            SessionUpdate(session=RealtimeSessionCreateRequestGA(tools=(1,))),
            "session.tools[0]: expected an object, got int",
        ),
        (
            ResponseCreate(response=RealtimeResponseCreateParams(metadata={"a": float("inf")})),
            "response.metadata.a: JSON has no way to write inf",
        ),
        (
            ResponseCreate(response=RealtimeResponseCreateParams(metadata={1: "a"})),
            "response.metadata: expected names that are strings, got int",
        ),
        (
            ResponseCreate(
                response=RealtimeResponseCreateParams(
                    prompt=events.Prompt(id="p", variables={1: ""})
                )
            ),
            "response.prompt.variables: expected names that are strings, got int",
        ),
        (
            InputAudioBufferCommit(extra={"when": [datetime(2026, 1, 1, tzinfo=UTC)]}),
            "when[0]: expected JSON, got datetime",
        ),
        (InputAudioBufferCommit(extra={1: "a"}), "the object: expected names that are strings"),
        (InputAudioBufferCommit(event_id="\ud800"), "the event is not JSON: "),
        (UnknownClientEvent(type="new", raw={"a": Decimal(1)}), "a: expected JSON, got Decimal"),
        (UnknownClientEvent(type="new", raw={"a": b""}), "a: expected JSON, got bytes"),
        (UnknownClientEvent(type="new", raw={"a": 10**5000}), "the event is not JSON: "),
        (UnknownClientEvent(type="new", raw={None: 1}), "the object: expected names"),
    ],
)
def test_what_json_cannot_carry_is_an_error(event: Any, message: str | None) -> None:
    """The error names the place, what it takes, and the kind of what is there."""
    if message is None:
        assert unstructure(event) == {"type": event.type}
        return
    with pytest.raises(EventEncodeError) as caught:
        encode_client_event(event)
    assert str(caught.value).startswith(message)


def test_plain_copies() -> None:
    """Changing what was encoded does not change the event."""
    raw = {"a": [{"b": 1}]}
    copied = plain(raw, "")
    copied["a"][0]["b"] = 2
    assert raw == {"a": [{"b": 1}]}
