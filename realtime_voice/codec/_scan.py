"""What a long JSON text holds, told without a look at every value of it.

A megabyte of small values is half a million objects; to visit them one by one would hold up a
session for a tenth of a second. Here a text is worked on as a whole, by operations of ``bytes``
that run over a megabyte in a millisecond. Every text must be valid JSON; nothing else is known of
it.
"""

from typing import Any

import orjson

__all__ = ["has_long_number", "nests_deeper", "outside_strings", "surely_exact"]


def outside_strings(text: bytes) -> bytes:
    """Return a text without its strings: the punctuation, the numbers, the constants."""
    if b"\\" in text:
        # Backslashes occur in strings alone. Once the escaped ones are gone, from left to right,
        # one before a quote makes that quote part of a string.
        text = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    return b" ".join(text.split(b'"')[::2])


def nests_deeper(outside: bytes, levels: int) -> bool:
    """Tell whether objects and lists are nested more than so many levels deep.

    Args:
        outside: What stands outside of strings.
        levels: How many are fine.
    """
    brackets = outside.translate(_TO_SQUARE, _NO_BRACKETS)
    for _ in range(levels):
        if not brackets:
            return False
        # Each pass takes the innermost level away.
        brackets = brackets.replace(b"[]", b"")
    return bool(brackets)


def has_long_number(outside: bytes) -> bool:
    """Tell whether a number has 19 digits in a row, so that it may not fit into 64 bits.

    Args:
        outside: What stands outside of strings.
    """
    return b"0" * 19 in outside.translate(_TO_ZERO)


def surely_exact(value: Any) -> bool:
    """Tell whether parsed JSON has no float of 2**63 or more; False where that is not certain."""
    try:
        text = orjson.dumps(value)
    except (TypeError, RecursionError):
        return False
    # The writer gives every float from 1e16 on an exponent.
    return b"0e" not in outside_strings(text).translate(_TO_ZERO)


_TO_SQUARE = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_TO_ZERO = bytes.maketrans(b"123456789", b"000000000")
