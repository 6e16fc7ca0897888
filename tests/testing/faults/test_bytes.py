"""What faults look like on the wire."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto.frame_protocol import FrameProtocol, ParseFailed

from realtime_voice.codec import decode_server_event
from realtime_voice.errors import EventDecodeError
from realtime_voice.events import Error, MalformedServerEvent, UnknownServerEvent
from realtime_voice.testing.faults import (
    BREACHES,
    ODDITIES,
    BadUpgrade,
    BigMessage,
    Breach,
    Close,
    OddEvent,
)
from realtime_voice.testing.faults._bytes import (
    HALF_A_FRAME,
    bad_upgrade,
    big_text,
    breach_frames,
    close_frame,
    error_text,
    fragments,
    odd_text,
    server_frame,
)

ANSWER = (
    b"HTTP/1.1 101 \r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: abc=\r\nSec-WebSocket-Protocol: realtime\r\n\r\n"
)


def parsed(data: bytes) -> list[object]:
    """Read frames as a client does, with the parser of another project."""
    protocol = FrameProtocol(client=True, extensions=[])
    protocol.receive_bytes(data)
    return [frame.payload for frame in protocol.received_frames()]


@given(payload=st.binary(max_size=70_000))
def test_frames_are_frames(payload: bytes) -> None:
    """Frames of every size are read as what they hold."""
    assert b"".join(bytes(part) for part in parsed(server_frame(0x2, payload))) == payload


@given(data=st.text(min_size=1, max_size=300), size=st.integers(1, 50))
def test_fragments_are_the_message(data: str, size: int) -> None:
    """Fragments are one message in so many pieces."""
    frames = list(fragments(data.encode(), size))
    assert len(frames) == -(-len(data.encode()) // size)
    assert "".join(str(part) for part in parsed(b"".join(frames))) == data


@pytest.mark.parametrize("kind", BREACHES)
def test_breaches_are_breaches(kind: str) -> None:
    """Another project's parser refuses each one with the code that we expect of ourselves."""
    fault = Breach(kind=kind)
    with pytest.raises(ParseFailed) as caught:
        parsed(breach_frames(fault))
    assert int(caught.value.code) == fault.close_code


def test_half_a_frame() -> None:
    """It is the beginning of a frame that is longer."""
    assert "delta" in "".join(str(part) for part in parsed(HALF_A_FRAME))
    assert len(HALF_A_FRAME) < 256


@pytest.mark.parametrize(
    ("fault", "payload"),
    [
        (Close(code=1011, reason="oh"), (1011, "oh")),
        (Close(code=4000, reason="ö" * 100), (4000, "ö" * 61)),
        (Close(code=None), (1005, None)),
    ],
)
def test_close_frames(fault: Close, payload: tuple[int, str | None]) -> None:
    """Code and reason, the latter as long as a frame can hold; or neither."""
    assert [(int(p[0]), p[1] or None) for p in parsed(close_frame(fault))] == [
        (payload[0], payload[1])
    ]


def test_big_text() -> None:
    """It has the size in bytes and is an event of an unknown type."""
    text = big_text(BigMessage(size=1234))
    assert len(text.encode()) == 1234
    assert isinstance(decode_server_event(text), UnknownServerEvent)


def test_error_text() -> None:
    """It is the error event that a server sends."""
    event = decode_server_event(error_text("c", "m", param="p", event_id="e", about="a"))
    assert isinstance(event, Error)
    assert (event.error.code, event.error.param, event.error.event_id) == ("c", "p", "a")


@pytest.mark.parametrize("kind", ODDITIES)
def test_odd_events_are_odd(kind: str) -> None:
    """None of them is a proper event, or it speaks of an item that nobody knows."""
    try:
        event = decode_server_event(odd_text(OddEvent(kind=kind), "event_1", None))
    except EventDecodeError:
        return
    if isinstance(event, UnknownServerEvent | MalformedServerEvent) or event.missing:
        return
    assert kind in {"unknown_item", "odd_bytes", "unknown_enum"}


def test_odd_sound_belongs_to_the_item_that_was_spoken() -> None:
    """Bad sound comes for the item that is playing; sound of nobody does not."""
    last = {"type": "response.output_audio.delta", "item_id": "item_7", "event_id": "event_0"}
    texts = {
        kind: json.loads(odd_text(OddEvent(kind=kind), "event_1", last))
        for kind in ("bad_base64", "odd_bytes", "unknown_item")
    }
    assert [text["item_id"] for text in texts.values()] == ["item_7", "item_7", "item_of_nobody"]
    assert {text["event_id"] for text in texts.values()} == {"event_1"}


@pytest.mark.parametrize(
    ("problem", "gone", "come"),
    [
        ("wrong_accept", b"abc=", b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
        ("no_accept", b"Sec-WebSocket-Accept", None),
        ("no_upgrade", b"\r\nUpgrade:", None),
        ("no_connection", b"Connection:", None),
        ("extension", None, b"Sec-WebSocket-Extensions: permessage-deflate\r\n"),
        ("subprotocol", b": realtime", b"Sec-WebSocket-Protocol: something-else\r\n"),
    ],
)
def test_bad_upgrades(problem: str, gone: bytes | None, come: bytes | None) -> None:
    """One thing is wrong and the rest stays."""
    answer = bad_upgrade(ANSWER, BadUpgrade(problem=problem))
    assert answer.startswith(b"HTTP/1.1 101 \r\n")
    assert answer.endswith(b"\r\n\r\n")
    assert gone is None or gone not in answer
    assert come is None or come in answer
