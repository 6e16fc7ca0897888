"""Masking of what a client sends (RFC 6455 section 5.3): each frame XORed with a key of its own.

numpy does it at several bytes a nanosecond, but takes long to import; until :func:`prepare` has
brought it, and for small frames, Python's integers do it. Knows nothing of frames.
"""

import os
from collections.abc import Callable
from typing import Any

__all__ = ["mask", "mask_anew", "new_key", "prepare"]

_POOL_BYTES = 1024
_SMALL_BYTES = 256
_PADDING = (b"", b"\0", b"\0\0", b"\0\0\0")

# Keys are drawn from the system many at a time, for a call takes longer than masking a frame.
# Taking one is a single step of the interpreter, so threads do not get the same.
_keys: list[bytes] = []
_fast: list[Callable[[bytes, bytes], bytes]] = []
_fast_anew: list[Callable[[bytes], tuple[bytes, bytes]]] = []


def new_key() -> bytes:
    """Four bytes that nobody can foretell."""
    try:
        return _keys.pop()
    except IndexError:
        pool = os.urandom(_POOL_BYTES)
        keys = [pool[start : start + 4] for start in range(0, _POOL_BYTES, 4)]
        key = keys.pop()
        _keys.extend(keys)
        return key


def mask(data: bytes, key: bytes) -> bytes:
    """XOR data with a key that repeats; doing it twice gives the data again.

    Args:
        data: What to mask.
        key: Four bytes.
    """
    if _fast and len(data) >= _SMALL_BYTES:
        return _fast[0](data, key)
    return _mask_integer(data, key)


def mask_anew(data: bytes) -> tuple[bytes, bytes]:
    """Mask data with a new key.

    Args:
        data: What to mask.

    Returns:
        The key and the masked data.
    """
    if len(data) >= _SMALL_BYTES and _fast_anew:
        return _fast_anew[0](data)
    key = new_key()
    return key, _mask_integer(data, key)


def prepare() -> None:
    """Import numpy, for speed; takes about a tenth of a second, so do it in a thread."""
    if not _fast:
        _fast.append(_make_fast())
        _fast_anew.append(_make_fast_anew())


def _mask_integer(data: bytes, key: bytes) -> bytes:
    size = len(data)
    repeated = (key * (size // 4 + 1))[:size]
    number = int.from_bytes(data, "little") ^ int.from_bytes(repeated, "little")
    return number.to_bytes(size, "little")


def _make_fast() -> Callable[[bytes, bytes], bytes]:
    import numpy as np  # noqa: PLC0415 - a sixth of a second that a listener never needs

    word: Any = np.dtype(np.uint32)
    view, xor = np.frombuffer, np.bitwise_xor

    def masked(data: bytes, key: bytes) -> bytes:
        padding = -len(data) & 3
        words = view(data + _PADDING[padding] if padding else data, word)
        result = xor(words, view(key, word)).tobytes()
        return result[: len(data)] if padding else result

    return masked


def _make_fast_anew() -> Callable[[bytes], tuple[bytes, bytes]]:
    import numpy as np  # noqa: PLC0415 - as above

    word: Any = np.dtype(np.uint32)
    view, xor, padding = np.frombuffer, np.bitwise_xor, _PADDING
    keys: list[tuple[bytes, Any]] = []

    def draw() -> tuple[bytes, Any]:
        # Each key as bytes and as an array without dimensions: of those numpy makes short work,
        # while one of length one goes through the general rules of broadcasting.
        pool = os.urandom(_POOL_BYTES)
        words = view(pool, word)
        drawn = [(pool[4 * at : 4 * at + 4], words[at, ...]) for at in range(len(words))]
        first = drawn.pop()
        keys.extend(drawn)
        return first

    def masked(data: bytes) -> tuple[bytes, bytes]:
        try:
            key, key_word = keys.pop()
        except IndexError:
            key, key_word = draw()
        size = len(data)
        if over := -size & 3:
            result = xor(view(data + padding[over], word), key_word).tobytes()
            return key, result[:size]
        return key, xor(view(data, word), key_word).tobytes()

    return masked
