"""Base64 as servers write it, and as sloppy ones do."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_voice.codec import _sound


@given(st.binary(max_size=64))
def test_encoding_is_canonical_base64(sound: bytes) -> None:
    """Encoding gives what the standard library gives, and decoding undoes it."""
    text = _sound.encode(sound)
    assert text == base64.b64encode(sound).decode()
    assert _sound.decode_exactly(text) == sound
    assert _sound.decode(text) == sound
    assert _sound.encodes_to(sound, text)
    assert _sound.encodes_to(sound, memoryview(text.encode()))


@pytest.mark.parametrize("text", ["AA", "AAE", "AA==\n", " AAE=", "AA\r\nE=", "AA\tECAw=="])
def test_missing_padding_and_line_breaks_are_read(text: str) -> None:
    """Base64 without padding or with line breaks is read, and known not to be canonical."""
    sound = _sound.decode(text)
    assert sound == base64.b64decode(text + "==")
    assert not _sound.encodes_to(sound, text)
    with pytest.raises(ValueError, match="base64"):
        _sound.decode_exactly(text)


def test_bits_that_no_byte_holds_are_noticed() -> None:
    """Text whose last bits are set though they belong to no byte does not come back."""
    assert _sound.decode("AB==") == b"\0"
    assert not _sound.encodes_to(b"\0", "AB==")
    assert _sound.encodes_to(b"\0", "AA==")


@pytest.mark.parametrize("text", ["A", "A===", "=", "====", "AA=A", "AAE=AAE=", "A-_A", "é", "A A"])
def test_what_is_not_base64_is_an_error(text: str) -> None:
    """Foreign characters, padding in the middle and half bytes are refused."""
    if text == "A A":
        assert _sound.decode(text) == b"\0"
        return
    with pytest.raises(ValueError):  # noqa: PT011 - messages are those of the base64 library
        _sound.decode(text)
