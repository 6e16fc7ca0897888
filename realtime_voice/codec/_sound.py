"""Base64, both ways: the only place of the library that knows how sound looks on the wire."""

from binascii import Error as Base64Error

import pybase64

__all__ = ["Base64Error", "decode", "decode_exactly", "encode", "encodes_to"]

_WHITE_SPACE = str.maketrans("", "", " \t\r\n")


def encode(sound: bytes | bytearray | memoryview) -> str:
    """Write bytes as canonical base64: padded, without line breaks."""
    return pybase64.b64encode_as_string(sound)


def decode_exactly(text: str | bytes | memoryview) -> bytes:
    """Read base64 as every known server writes it: padded, without line breaks.

    Strict reading is also the fast one: it skips a pass that strips foreign characters, and is
    three times as fast.

    Raises:
        ValueError: It is not base64 of that kind.
    """
    return pybase64.b64decode(text, None, True)  # noqa: FBT003 - positional is 0.1 us faster


def decode(text: str) -> bytes:
    """Read base64, also without its padding or broken into lines.

    Raises:
        ValueError: It is not base64.
    """
    # Looking for each is a hundred times as fast as taking out none.
    has_space = any(space in text for space in " \t\r\n")
    compact = text.translate(_WHITE_SPACE) if has_space else text
    return decode_exactly(compact + "=" * (-len(compact) % 4))


def encodes_to(sound: bytes, text: str | bytes | memoryview) -> bool:
    """Tell whether encoding gives back the very text that was decoded.

    Without padding it does: then every bit of the text is in the bytes. With padding, a sloppy
    writer may have set bits that no byte holds.
    """
    return len(text) * 3 == len(sound) * 4 or encode(sound).encode() == _bytes(text)


def _bytes(text: str | bytes | memoryview) -> bytes:
    return text.encode() if isinstance(text, str) else bytes(text)
