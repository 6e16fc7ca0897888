"""Text frames of a server, right and wrong: events that were bent as JSON and damaged as bytes."""

import copy
import json
from random import Random
from typing import Any

import orjson

from realtime_voice.events import SERVER_EVENTS
from tests.codec.frames import SERVER

__all__ = ["SPECIAL", "damage", "random_event", "random_frame"]

_TYPES = sorted(SERVER_EVENTS)
_CORPUS = [orjson.dumps(event) for event in SERVER]
"""Parsing one is the fastest way to copy it."""
_VALUES: list[Any] = [
    None,
    0,
    -1,
    1.5,
    1e300,
    123_456_789_012_345_678_901_234_567_890,
    True,
    False,
    "",
    "x",
    "QQ==",
    "QQ=",
    "QR==",
    "Q Q==",
    "A" * 2000,
    "é😀",
    "\ud800",
    "\0\x1b[31m\n",
    [],
    [None],
    [[]],
    ["a", 1],
    {},
    {"type": None},
    {"type": "zzz"},
    {"type": "message", "role": []},
    {"id": None},
    {"a": {"b": [None, 1, "x"]}},
]
SPECIAL: list[bytes] = [
    b"",
    b"null",
    b"[]",
    b"{}",
    b"nan",
    b'"text"',
    b'{"type":',
    b'{"type":null}',
    b'{"type":5}',
    b'{"type":"\\ud800"}',
    b'{"type":"response.done","type":5}',
    b'{"type":"x","n":1e999}',
    b'{"type":"x","n":NaN}',
    b'{"type":"x","n":' + b"9" * 5000 + b"}",
    b"[" * 100_000,
    b'{"type":"x","a":' + b"[" * 300 + b"]" * 300 + b"}",
    b'{"a":' * 20_000,
    b"\xef\xbb\xbf{}",
    b'{"type":"response.output_audio.delta","delta":"' + b"A" * 1500 + b'"}',
    b'{"type":"response.output_audio.delta","delta":"' + b"A" * 1501 + b'"}',
    b'{"type":"response.output_audio.delta","delta":"AAA' + b"\\u0041" * 400 + b'"}',
    b'{"type":"response.output_audio.delta","x":{"delta":"' + b"A" * 1500 + b'"}}',
    b'{"type":"response.output_audio.delta","delta":"A","delta":"' + b"A" * 1500 + b'"}',
]
"""Frames at the limits of JSON, of the parser and of the short cut for sound."""


def random_event(chance: Random) -> dict[str, Any]:
    """An event that was right once."""
    event: dict[str, Any] = orjson.loads(chance.choice(_CORPUS))
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3))):
        _bend(chance, event)
    return event


def random_frame(chance: Random) -> bytes:
    """A frame that was right once."""
    if chance.random() < 0.01:
        frame = chance.choice(SPECIAL)
    else:
        event = random_event(chance)
        if chance.random() < 0.05:
            event["delta"] = "AAEC" * chance.choice((200, 400, 1000))
        frame = json.dumps(event, ensure_ascii=chance.random() < 0.5).encode(errors="surrogatepass")
    return damage(chance, frame) if chance.random() < 0.25 else frame


def _written(chance: Random, event: dict[str, Any]) -> bytes:
    if chance.random() < 0.7:
        try:
            return orjson.dumps(event)
        except TypeError:
            pass  # Half a surrogate, or a number beyond 64 bits.
    text = json.dumps(event, ensure_ascii=chance.random() < 0.5)
    return text.encode(errors="surrogatepass")


def damage(chance: Random, frame: bytes) -> bytes:
    """The frame with some of its bytes changed."""
    data = bytearray(frame)
    for _ in range(chance.choice((1, 1, 2, 3))):
        place = chance.randrange(len(data) + 1)
        match chance.randrange(5):
            case 0 if place < len(data):
                data[place] ^= 1 << chance.randrange(8)
            case 1:
                del data[place : place + chance.choice((1, 2, 8))]
            case 2:
                data[place:place] = chance.choice((b'"', b"{", b"}", b"\\", b",", b"\0", b"\xff"))
            case 3:
                data[place:place] = data[place : place + 30]
            case _:
                del data[place:]
    return bytes(data)


def _bend(chance: Random, event: dict[str, Any]) -> None:
    """Change one thing in an event, wherever it is."""
    holder, key = chance.choice(_places(event))
    match chance.randrange(6):
        case 0 if isinstance(holder, dict):
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder[chance.choice(("zzz_new", "id", "type", "delta", "item", ""))] = holder[key]
        case 2:
            event["type"] = chance.choice(_TYPES)
        case 3:
            other, name = chance.choice(_places(orjson.loads(chance.choice(_CORPUS))))
            holder[key] = other[name]
        case _:
            holder[key] = copy.deepcopy(chance.choice(_VALUES))


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a JSON value that holds something."""
    found: list[tuple[Any, Any]] = []
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            found.append((value, key))
            found += _places(value[key])
    return found or [({"": None}, "")]
