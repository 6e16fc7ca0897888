"""What crosses a WebSocket connection, and how this side writes it.

No I/O, no tasks, no clock. Text messages are ``str`` and binary messages ``bytes``; control frames
have classes. Reading is in ``_reader``. Knows nothing about what the messages say.
"""

from collections.abc import Iterator

import attrs

from realtime_voice.transport._mask import mask, mask_anew, new_key

__all__ = [
    "BINARY",
    "CLOSE",
    "NO_CODE",
    "PING",
    "PONG",
    "TEXT",
    "Close",
    "Frame",
    "Ping",
    "Pong",
    "close_frame",
    "encode",
    "encode_slices",
]

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
"""Opcodes (RFC 6455 section 5.2)."""

NO_CODE = 1005
"""The close code that stands for a close frame without one."""

_FINAL = 0x80
_MASKED = 0x80
_SHORT = 126
_MEDIUM = 65_536
_MAX_REASON_BYTES = 123
_SLICE_BYTES = 65_536


@attrs.frozen
class Ping:
    """The peer wants a sign of life."""

    payload: bytes
    """Must be sent back."""


@attrs.frozen
class Pong:
    """A sign of life."""

    payload: bytes
    """What the ping carried; unsolicited pongs are legal."""


@attrs.frozen
class Close:
    """The peer closes the connection."""

    code: int
    """Close code; 1005 where the frame had none."""
    reason: str
    """Reason text."""


Frame = str | bytes | Ping | Pong | Close
"""What a connection carries: whole messages and control frames."""


def encode(payload: bytes, opcode: int = TEXT) -> bytes:
    """One frame of a client, whole and masked.

    Args:
        payload: What it carries; UTF-8 for text, which is not checked again.
        opcode: What it is.
    """
    size = len(payload)
    key, masked = mask_anew(payload)
    if _SHORT <= size < _MEDIUM:
        # As sound has it, so in one step.
        return b"%c\xfe%c%c%b%b" % (_FINAL | opcode, size >> 8, size & 255, key, masked)
    return b"".join((_head(size, opcode), key, masked))


def encode_slices(payload: bytes) -> Iterator[bytes]:
    """One text frame of a client in slices of about 64 KiB, each made when it is asked for.

    Masking 20 MB at once would hold the event loop for tens of milliseconds.

    Args:
        payload: UTF-8.
    """
    key = new_key()
    yield _head(len(payload), TEXT) + key
    for start in range(0, len(payload), _SLICE_BYTES):
        yield mask(payload[start : start + _SLICE_BYTES], key)


def close_frame(code: int, reason: str = "") -> bytes:
    """A close frame; no further frame may follow it.

    Args:
        code: Close code; 1005 for a frame without one.
        reason: Reason; cut at 123 bytes, within no character.
    """
    if code == NO_CODE:
        return encode(b"", CLOSE)
    cut = reason.encode()[:_MAX_REASON_BYTES].decode(errors="ignore")
    return encode(code.to_bytes(2, "big") + cut.encode(), CLOSE)


def _head(size: int, opcode: int) -> bytes:
    """The first bytes of a frame of a client, up to the key."""
    if size < _SHORT:
        return bytes((_FINAL | opcode, _MASKED | size))
    if size < _MEDIUM:
        return bytes((_FINAL | opcode, _MASKED | 126, size >> 8, size & 255))
    return bytes((_FINAL | opcode, _MASKED | 127)) + size.to_bytes(8, "big")
