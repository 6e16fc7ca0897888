"""What faults look like on the wire: frames, odd events and answers, as bytes and text.

Pure: data in, data out. Knows RFC 6455 and the shape of events.
"""

import struct
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import pybase64

from realtime_voice.testing.faults._handshake import BadUpgrade
from realtime_voice.testing.faults._messages import BigMessage, Flood, OddEvent
from realtime_voice.testing.faults._wire import Breach, Close

__all__ = [
    "HALF_A_FRAME",
    "bad_upgrade",
    "big_text",
    "breach_frames",
    "close_frame",
    "error_text",
    "flood_texts",
    "fragments",
    "frame_header",
    "odd_text",
    "server_frame",
]

_CONTINUATION, _TEXT, _CLOSE, _PING = 0x0, 0x1, 0x8, 0x9
_FIN = 0x80
_WRONG_ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # the answer to the example key of RFC 6455
_SHORT, _MEDIUM = 126, 127

HALF_A_FRAME = bytes([_FIN | _TEXT, 126, 1, 0]) + b'{"type": "response.output_audio.delta", "delta'
"""The header of a text frame of 256 bytes, and the first of them."""


def frame_header(opcode: int, length: int, *, final: bool = True) -> bytes:
    """Return the header of an unmasked frame.

    Args:
        opcode: Opcode.
        length: Bytes of the payload.
        final: Whether the message ends with it.
    """
    first = opcode | (_FIN if final else 0)
    if length < _SHORT:
        return bytes([first, length])
    if length < 1 << 16:
        return struct.pack(">BBH", first, _SHORT, length)
    return struct.pack(">BBQ", first, _MEDIUM, length)


def server_frame(opcode: int, payload: bytes, *, final: bool = True) -> bytes:
    """Return an unmasked frame.

    Args:
        opcode: Opcode.
        payload: Payload.
        final: Whether the message ends with it.
    """
    return frame_header(opcode, len(payload), final=final) + payload


def fragments(data: bytes, size: int) -> Iterator[bytes]:
    """Yield the frames of a text message in pieces.

    Args:
        data: The message.
        size: Bytes of each fragment.
    """
    for start in range(0, len(data), size):
        opcode = _TEXT if start == 0 else _CONTINUATION
        piece = data[start : start + size]
        yield server_frame(opcode, piece, final=start + size >= len(data))


def close_frame(fault: Close) -> bytes:
    """Return a close frame, also with a code that no frame may hold."""
    if fault.code is None:
        return server_frame(_CLOSE, b"")
    reason = fault.reason.encode()[:123].decode(errors="ignore").encode()
    return server_frame(_CLOSE, struct.pack(">H", fault.code & 0xFFFF) + reason)


def breach_frames(fault: Breach) -> bytes:
    """Return the frame, or the few frames, that break the protocol in one way."""
    text = b'{"type": "test.breach"}'
    return {
        "reserved_bit": bytes([_FIN | 0x40 | _TEXT, len(text)]) + text,
        "reserved_opcode": server_frame(0x3, text),
        "masked": bytes([_FIN | _TEXT, 0x80 | len(text), 0, 0, 0, 0]) + text,
        "long_control": server_frame(_PING, bytes(126)),
        "fragmented_control": server_frame(_PING, b"half", final=False),
        "lone_continuation": server_frame(_CONTINUATION, text),
        "message_in_message": server_frame(_TEXT, b"{", final=False) + server_frame(_TEXT, text),
        "long_length": struct.pack(">BBQ", _FIN | _TEXT, _MEDIUM, len(text)) + text,
        "negative_length": struct.pack(">BBQ", _FIN | _TEXT, _MEDIUM, 1 << 63),
        "close_one_byte": server_frame(_CLOSE, b"\x03"),
        "close_bad_code": server_frame(_CLOSE, struct.pack(">H", 1005)),
        "close_bad_text": server_frame(_CLOSE, struct.pack(">H", 1000) + b"\xc3\x28"),
        "invalid_text": server_frame(_TEXT, b'{"type": "\xc3\x28"}'),
        "surrogate": server_frame(_TEXT, b'{"type": "\xed\xa0\x80"}'),
        "cut_text": server_frame(_TEXT, b'{"type": "\xe2\x82'),
    }[fault.kind]


def big_text(fault: BigMessage) -> str:
    """Return an event of the wanted size in bytes."""
    head, tail = '{"type":"test.big","event_id":"event_big","padding":"', '"}'
    return head + "x" * (fault.size - len(head) - len(tail)) + tail


def flood_texts(fault: Flood) -> Iterator[str]:
    """Yield the events of a flood, each with its number."""
    for number in range(1, fault.count + 1):
        mark = {"event_id": f"event_flood_{number}", "number": number}
        yield orjson.dumps({**fault.event, **mark}).decode()


def error_text(
    code: str, message: str, *, param: str | None, event_id: str | None, about: str | None = None
) -> str:
    """Return an ``error`` event.

    Args:
        code: The server's error code.
        message: The server's words.
        param: Parameter that is at fault.
        event_id: Id of this event.
        about: Id of the client's event that is refused.
    """
    error = {
        "type": "invalid_request_error",
        "code": code,
        "message": message,
        "param": param,
        "event_id": about,
    }
    return orjson.dumps({"type": "error", "event_id": event_id, "error": error}).decode()


def odd_text(fault: OddEvent, event_id: str, last_sound: Mapping[str, Any] | None) -> str:
    """Return a message that is no proper event.

    Args:
        fault: What is odd.
        event_id: Id of the event, where it has one.
        last_sound: The audio delta that was sent last; None: none was.
    """
    sound = {
        "type": "response.output_audio.delta",
        "response_id": "resp_of_nobody",
        "item_id": "item_of_nobody",
        "output_index": 0,
        "content_index": 0,
        "delta": pybase64.b64encode(bytes(480)).decode(),
    }
    unknown, sound = {**sound, "event_id": event_id}, {**sound, **(last_sound or {})}
    sound["event_id"] = event_id
    texts: dict[str, Any] = {
        "no_object": [1, 2],
        "no_type": {"event_id": event_id},
        "type_no_text": {"event_id": event_id, "type": 5},
        "unknown_type": {"event_id": event_id, "type": "test.unknown", "more": {"a": [None]}},
        "unknown_enum": {
            "type": "response.done",
            "event_id": event_id,
            "response": {"id": "resp_of_nobody", "object": "realtime.response", "status": "paused"},
        },
        "missing_field": {key: value for key, value in sound.items() if key != "delta"},
        "wrong_type": {**sound, "item_id": {"not": "text"}, "delta": 7},
        "unknown_item": unknown,
        "bad_base64": {**sound, "delta": "%%% no base64 %%%"},
        "odd_bytes": {**sound, "delta": pybase64.b64encode(bytes(481)).decode()},
    }
    literal = {
        "not_json": '{"type": "response.output_text.delta", ',
        "lone_surrogate": '{"type": "test.unknown", "text": "\\ud800"}',
        "too_deep": '{"type": "test.unknown", "deep": ' + "[" * 50_000 + "]" * 50_000 + "}",
        "long_number": '{"type": "test.unknown", "number": ' + "9" * 10_000 + "}",
    }
    if fault.kind in literal:
        return literal[fault.kind]
    return orjson.dumps(texts[fault.kind]).decode()


def bad_upgrade(answer: bytes, fault: BadUpgrade) -> bytes:
    """Spoil an answer with status 101.

    Args:
        answer: The answer as it should be.
        fault: What is to be wrong.
    """
    lines = answer.decode("latin-1").rstrip("\r\n").split("\r\n")
    without = {
        "wrong_accept": "sec-websocket-accept",
        "no_accept": "sec-websocket-accept",
        "no_upgrade": "upgrade",
        "no_connection": "connection",
        "subprotocol": "sec-websocket-protocol",
    }.get(fault.problem)
    kept = [line for line in lines if line.partition(":")[0].lower() != without]
    more = {
        "wrong_accept": [f"Sec-WebSocket-Accept: {_WRONG_ACCEPT}"],
        "extension": ["Sec-WebSocket-Extensions: permessage-deflate"],
        "subprotocol": ["Sec-WebSocket-Protocol: something-else"],
    }.get(fault.problem, [])
    return "\r\n".join([*kept, *more, "", ""]).encode("latin-1")
