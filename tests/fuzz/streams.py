"""Byte streams of a WebSocket server, right and wrong: frames as a generator of bad luck sees them.

Half of the work is knowing the structure: a fault is put into a header, a length, a code or a
character, where a parser decides something. The other half is blind: bits flip, bytes vanish.
"""

from collections.abc import Callable
from itertools import pairwise
from random import Random

__all__ = ["cut", "random_stream", "raw_frame"]

_TEXTS = [
    b"",
    b"a",
    b"x" * 125,
    b"y" * 126,
    b"z" * 400,
    b'{"type":"response.done"}',
    "größer als 😀 ".encode(),
    "κόσμε".encode(),
    "\U0010ffff".encode(),
]
_NOT_UTF8 = [
    b"\xff",
    b"\xc0\xaf",
    b"\xed\xa0\x80",
    b"\xed\xa0\x80\xed\xb0\x80",
    b"\xf4\x90\x80\x80",
    b"\xf8\x88\x80\x80\x80",
    b"ok\x80",
    b"cut \xe2\x82",
    b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited",
]
_CODES = [*range(999, 1017), 1100, 2999, 3000, 3999, 4000, 4999, 5000, 65_535, 0]
_UNDEFINED = (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)
_LENGTHS = (5000, 1 << 16, 1 << 26, (1 << 26) + 1, 1 << 62, 1 << 63, -1)
_CLOSINGS = [b"", b"\x03", b"\x03\xe8", b"\x03\xe8bye", b"\x03\xe8\xff", b"\x0b\xb8" + b"r" * 123]


def raw_frame(
    opcode: int,
    payload: bytes,
    *,
    final: bool = True,
    reserved: int = 0,
    masked: bool = False,
    width: int | None = None,
    length: int | None = None,
) -> bytes:
    """One frame, with any part of its header as told.

    Args:
        opcode: Four bits.
        payload: What follows the header.
        final: The first bit.
        reserved: The three bits behind it.
        masked: The mask bit; a key of zeros is put in.
        width: Bytes of the extended length: 0, 2 or 8; None: the shortest.
        length: What the header declares; None: the truth.
    """
    declared = len(payload) if length is None else length
    if width is None:
        width = 0 if declared < 126 else 2 if declared < 1 << 16 else 8
    first = (0x80 if final else 0) | reserved << 4 | opcode
    short = {0: declared & 127, 2: 126, 8: 127}[width]
    head = bytes((first, short | (0x80 if masked else 0)))
    extended = (declared & (1 << 8 * width) - 1).to_bytes(width, "big") if width else b""
    return head + extended + (b"\0\0\0\0" if masked else b"") + payload


def random_stream(chance: Random) -> bytes:
    """A few frames, most of them right."""
    pieces: list[bytes] = []
    for _ in range(chance.choice((1, 1, 2, 3, 5))):
        pieces += _message(chance)
        if chance.random() < 0.2:
            pieces.append(_broken_frame(chance))
    if chance.random() < 0.2:
        pieces.append(raw_frame(8, chance.choice((*_CLOSINGS, _closing(chance)))))
    if chance.random() < 0.1:
        chance.shuffle(pieces)
    stream = b"".join(pieces)
    return _damaged(chance, stream) if chance.random() < 0.3 else stream


def cut(chance: Random, stream: bytes) -> list[bytes]:
    """The stream in pieces, as a network might bring it."""
    size = len(stream)
    if chance.random() < 0.1 and size < 300:
        return [stream[index : index + 1] for index in range(size)]
    places = sorted(chance.randrange(size + 1) for _ in range(chance.choice((0, 1, 2, 6))))
    edges = [0, *places, size]
    return [stream[start:stop] for start, stop in pairwise(edges)]


# --- Frames ----------------------------------------------------------------------------------


def _message(chance: Random) -> list[bytes]:
    """A message in one or several frames, perhaps with control frames between them."""
    binary = chance.random() < 0.2
    payload = chance.choice(_TEXTS)
    if chance.random() < 0.08:
        payload += chance.choice(_NOT_UTF8)
    pieces = cut(chance, payload) if chance.random() < 0.4 else [payload]
    frames: list[bytes] = []
    for index, piece in enumerate(pieces):
        opcode = 0 if index else 2 if binary else 1
        frames.append(raw_frame(opcode, piece, final=index == len(pieces) - 1))
        if chance.random() < 0.15:
            frames.append(
                raw_frame(chance.choice((9, 10)), chance.choice((b"", b"ping", b"p" * 125)))
            )
    return frames


def _closing(chance: Random) -> bytes:
    return chance.choice(_CODES).to_bytes(2, "big") + chance.choice((b"", b"why", *_NOT_UTF8[:3]))


_BROKEN: list[Callable[[Random, bytes], bytes]] = [
    lambda chance, payload: raw_frame(1, payload, reserved=chance.randrange(1, 8)),
    lambda chance, payload: raw_frame(chance.choice(_UNDEFINED), payload),
    lambda chance, payload: raw_frame(chance.choice((1, 2, 9)), payload[:100], masked=True),
    lambda chance, payload: raw_frame(1, payload, width=chance.choice((2, 8))),
    lambda chance, _: raw_frame(chance.choice((8, 9, 10)), b"c" * chance.choice((125, 126, 200))),
    lambda chance, _: raw_frame(chance.choice((8, 9, 10)), b"", final=False),
    lambda chance, payload: raw_frame(0, payload, final=chance.random() < 0.5),
    lambda chance, payload: raw_frame(1, payload, width=8, length=chance.choice(_LENGTHS)),
    lambda chance, payload: raw_frame(chance.choice((1, 2)), payload, final=False),
]
"""Frames with one thing wrong, or at a limit."""


def _broken_frame(chance: Random) -> bytes:
    return chance.choice(_BROKEN)(chance, chance.choice(_TEXTS))


def _damaged(chance: Random, stream: bytes) -> bytes:
    """The stream with some of its bytes changed."""
    data = bytearray(stream)
    for _ in range(chance.choice((1, 1, 2, 4))):
        place = chance.randrange(len(data) + 1)
        match chance.randrange(5):
            case 0 if place < len(data):
                data[place] ^= 1 << chance.randrange(8)
            case 1:
                del data[place : place + chance.choice((1, 2, 10))]
            case 2:
                data[place:place] = chance.randbytes(chance.choice((1, 2, 10)))
            case 3:
                data[place:place] = data[place : place + 20]
            case _:
                del data[max(place, 1) :]
    return bytes(data)
