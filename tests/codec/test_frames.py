"""Frames and their limits, and the short cut for sound."""

import base64
import json
import string
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from realtime_voice.codec import (
    MAX_DEPTH,
    MAX_FRAME_BYTES,
    decode_client_event,
    decode_server_event,
    encode_server_event,
)
from realtime_voice.codec import _events as codec_events
from realtime_voice.codec._detailed import WrongKindError, structure_event
from realtime_voice.codec._frames import SPLICE_FROM, parse, parse_exactly, splice
from realtime_voice.codec._shapes import class_shape
from realtime_voice.errors import EventDecodeError, EventEncodeError
from realtime_voice.events import (
    SERVER_EVENTS,
    MalformedServerEvent,
    ResponseOutputAudioDelta,
    UnknownServerEvent,
)

FIELDS = {
    "type": "response.output_audio.delta",
    "event_id": "event_1",
    "response_id": "resp_1",
    "item_id": "item_1",
    "output_index": 0,
    "content_index": 0,
}


def nested(levels: int) -> str:
    """An event with so many levels of objects and lists."""
    return '{"type":"new","deep":' + "[" * (levels - 1) + "]" * (levels - 1) + "}"


def test_nesting_up_to_the_limit_survives() -> None:
    """Events as deep as the limit can be decoded and encoded."""
    text = nested(MAX_DEPTH)
    assert encode_server_event(decode_server_event(text)) == text


@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 1000, 100_000])
def test_nesting_beyond_the_limit_is_an_error(levels: int) -> None:
    """Anything deeper gives the one error, whether the parser would take it or not."""
    with pytest.raises(EventDecodeError, match=r"deep|depth"):
        decode_server_event(nested(levels))


def test_many_brackets_are_no_depth() -> None:
    """A flat frame may have as many brackets as it likes."""
    text = '{"type":"new","flat":[' + ",".join(["[]"] * 500) + "]}"
    assert encode_server_event(decode_server_event(text)) == text


def test_encoding_beyond_the_limit_is_an_error() -> None:
    """What could not be decoded again is not encoded, by us or by the writer."""
    for levels in (MAX_DEPTH + 1, 400):
        deep: list[Any] = []
        for _ in range(levels - 2):
            deep = [deep]
        with pytest.raises(EventEncodeError, match=r"deep|limit"):
            encode_server_event(UnknownServerEvent(type="new", raw={"type": "new", "deep": deep}))


@pytest.mark.parametrize("kind", [str, bytes, bytearray, memoryview])
def test_frames_beyond_the_limit_are_an_error(kind: type) -> None:
    """A frame that is too large is refused before it is parsed."""
    frame = bytes(MAX_FRAME_BYTES + 1)
    with pytest.raises(EventDecodeError, match=f"has {MAX_FRAME_BYTES + 1} bytes; the limit is"):
        decode_server_event(frame.decode() if kind is str else kind(frame))


def test_frames_of_wide_characters_are_measured_in_bytes() -> None:
    """Text that is short in characters may still be too large."""
    with pytest.raises(EventDecodeError, match="the limit is"):
        decode_server_event('"' + "€" * (MAX_FRAME_BYTES // 3) + '"')


def test_a_large_frame_is_no_error() -> None:
    """The 15 MiB of sound that one append may have go through."""
    sound = bytes(15 * 1024 * 1024)
    frame = f'{{"type":"input_audio_buffer.append","audio":"{base64.b64encode(sound).decode()}"}}'
    event = decode_client_event(frame)
    assert getattr(event, "audio", b"") == sound


@pytest.mark.parametrize("side", [codec_events._SERVER, codec_events._CLIENT])
def test_the_short_cut_knows_all_types_with_sound(side: Any) -> None:
    """The types that may take it are those with sound in that field."""
    has_sound = {
        wire_type
        for wire_type, cls in side.classes.items()
        for field in class_shape(cls).fields
        if field.name == side.sound_field and field.shape.sound
    }
    assert side.sound_types == has_sound


def as_frame(fields: dict[str, Any]) -> bytes:
    """Write a frame as servers do."""
    return json.dumps(fields, separators=(",", ":")).encode()


def test_frames_as_servers_write_them_take_the_short_cut() -> None:
    """The sound is decoded from where it stands; the rest is parsed."""
    sound = bytes(range(240)) * 20
    frame = as_frame({**FIELDS, "delta": base64.b64encode(sound).decode()})
    side = codec_events._SERVER
    assert splice(frame, "delta", side.mark) == {**FIELDS, "delta": sound}
    assert splice(frame.decode(), "delta", side.text_mark) == {**FIELDS, "delta": sound}


LONG = base64.b64encode(bytes(range(256)) * 12).decode()
TRICKS = [
    f'{{"type":"response.output_audio.delta","x":{{"delta":"{LONG}"}}}}',
    f'{{"type":"response.output_audio.delta","x":{{"delta":"{LONG}"}}',
    f'[{{"type":"response.output_audio.delta","delta":"{LONG}"}}',
    f'{{"type":"response.output_audio.delta","delta" : "AAAA","delta":"{LONG}"}}',
    f'{{"type":"response.output_audio.delta","delta":"AAAA","delta":"{LONG}"}}',
    f'{{"type":"response.output_audio.delta","delta" : "","x\\"delta":"{LONG}"}}',
    f'{{"type":"response.output_audio.delta","delta" : "","\\\\"delta":"{LONG}"}}',
    f'{{"type":"response.output_audio.delta","x":"a\\"delta":"{LONG}"}}',
    f'{{"type":"response.output_audio.delta","d\\u0065lta":"AAAA","delta":"{LONG}"}}',
    f'{{"type":"response.output_audio.delta","delta":"{LONG}","delta":"AAAA"}}',
    f'{{"type":"response.output_audio.delta","delta":"{LONG}","d\\u0065lta":"AAAA"}}',
    f'{{"type":"response.output_audio.delta","delta":"{LONG}" }}',
    f'{{"type":"response.output_audio.delta","delta":"{LONG[:-1]}"}}',
    f'{{"type":"response.output_audio.delta","delta":"{LONG[:-4]}QR=="}}',
    f'{{"type":"response.output_audio.delta","delta":"{LONG}\\n"}}',
    f'{{"type":"response.output_audio.delta","delta":"{LONG[:100]}\\u0041{LONG[101:]}"}}',
    f'{{"type":"response.output_audio.delta","delta":"{LONG}é"}}',
    f'{{"type":["response.output_audio.delta"],"delta":"{LONG}"}}',
    f'{{"type":"response.output_text.delta","delta":"{LONG}"}}',
    f'{{"type":"response.created","delta":"{LONG}"}}',
    f'{{"type":"new","delta":"{LONG}"}}',
    f'{{"delta":"{LONG}"}}',
    f'"delta":"{LONG}"}}',
    f'{{"x":"{"y" * 2000}","type":"response.output_audio.delta","delta":"{LONG}"}}',
    f'{{"type":"response.output_audio.delta","output_index":123456789012345678901234,"delta":"{LONG}"}}',
]


def without_short_cut(frame: bytes) -> object:
    """Decode as the rules say, without any of the ways to be faster."""
    try:
        raw = parse(frame)
    except EventDecodeError:
        return EventDecodeError
    kind = raw.get("type")
    if not isinstance(kind, str):
        return EventDecodeError
    cls = codec_events._SERVER.classes.get(kind)
    if cls is None:
        return UnknownServerEvent(type=kind, raw=parse_exactly(frame, raw))
    try:
        return structure_event(cls, parse_exactly(frame, raw))
    except WrongKindError as error:
        return MalformedServerEvent(type=kind, raw=raw, error=str(error))


def decoded(frame: bytes | str) -> object:
    """Decode as users do."""
    try:
        return decode_server_event(frame)
    except EventDecodeError:
        return EventDecodeError


@pytest.mark.parametrize("text", TRICKS)
def test_no_trick_fools_the_short_cut(text: str) -> None:
    """Frames made to look like the plain shape are decoded by the ordinary rules."""
    frame = text.encode()
    assert len(frame) > SPLICE_FROM
    assert decoded(frame) == decoded(text) == without_short_cut(frame)


def members() -> st.SearchStrategy[str]:
    """Members of an object, some of which look like the one with the sound."""
    names = st.sampled_from(
        ["delta", "d\\u0065lta", '\\"delta', "type", "item_id", "x", "delta\\\\"]
    )
    values = st.sampled_from(
        ['""', '"AAAA"', "null", "0", "[]", '{"delta":""}', '"\\"delta\\":\\""', f'"{LONG}"']
    )
    colons = st.sampled_from([":", " :", ": "])
    return st.tuples(names, colons, values).map(lambda it: f'"{it[0]}"{it[1]}{it[2]}')


@settings(max_examples=200)
@given(
    st.lists(members(), max_size=4),
    st.lists(members(), max_size=2),
    st.sampled_from(["}", " }", "}}", "}\n", ""]),
    st.binary(min_size=760, max_size=800),
)
@example([], [], "}", bytes(768))
def test_the_short_cut_gives_what_the_ordinary_path_gives(
    before: list[str], after: list[str], end: str, sound: bytes
) -> None:
    """Whatever stands around the sound, the event is the same as without the short cut."""
    fields = [f'"{name}":{json.dumps(value)}' for name, value in FIELDS.items()]
    delta = f'"delta":"{base64.b64encode(sound).decode()}"'
    frame = ("{" + ",".join([*fields, *before, delta, *after]) + end).encode()
    assert decoded(frame) == decoded(frame.decode()) == without_short_cut(frame)


@given(st.dictionaries(st.sampled_from(string.ascii_lowercase), st.integers(), max_size=3))
def test_sound_of_every_length_comes_back(extra: dict[str, int]) -> None:
    """Padding or not, short or long: what was encoded is decoded, unknown fields included."""
    for length in (0, 1, 2, 3, 959, 960, 961, 4800):
        event = ResponseOutputAudioDelta(
            event_id="e",
            response_id="r",
            item_id="i",
            output_index=0,
            content_index=0,
            delta=bytes(length),
            extra=extra,
        )
        assert decode_server_event(encode_server_event(event)) == event


def test_frames_of_every_class_have_room_for_the_tables() -> None:
    """Both tables are of the classes that the events package lists."""
    assert set(SERVER_EVENTS) <= set(codec_events._SERVER.classes)
