"""What this side writes is what a strict peer reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto.frame_protocol import Frame, FrameProtocol, Opcode

from realtime_voice.transport import _mask
from realtime_voice.transport._frames import (
    BINARY,
    PING,
    PONG,
    close_frame,
    encode,
    encode_slices,
)


def read_by_server(data: bytes) -> list[Frame]:
    """What a server makes of it."""
    peer = FrameProtocol(client=False, extensions=[])
    peer.receive_bytes(data)
    return list(peer.received_frames())


@pytest.mark.parametrize("size", [0, 1, 125, 126, 255, 256, 65_535, 65_536, 200_001])
def test_frames_of_every_length_arrive(size: int) -> None:
    """The length has three forms; each one is read back."""
    _mask.prepare()
    text = "x" * size
    for data in (encode(text.encode()), b"".join(encode_slices(text.encode()))):
        frames = read_by_server(data)
        assert "".join(str(frame.payload) for frame in frames) == text
        assert frames[-1].message_finished


def test_frames_are_masked() -> None:
    """A server must not see the bytes of the text in clear (RFC 6455 section 5.3)."""
    payload = b"secret words that are long enough" * 20
    data = encode(payload)
    assert b"secret" not in data
    assert data != encode(payload)


@given(st.binary(max_size=2000), st.binary(min_size=4, max_size=4))
def test_both_ways_of_masking_agree(data: bytes, key: bytes) -> None:
    """Integers and numpy give the same, and masking twice gives the data again."""
    _mask.prepare()
    assert _mask._fast
    expected = bytes(byte ^ key[place % 4] for place, byte in enumerate(data))
    assert _mask.mask(data, key) == _mask._mask_integer(data, key) == expected
    assert _mask.mask(expected, key) == data
    new, masked = _mask.mask_anew(data)
    assert _mask.mask(masked, new) == data


def test_keys_do_not_repeat() -> None:
    """Each frame has a key of its own."""
    assert len({_mask.new_key() for _ in range(2000)}) > 1990


def test_control_frames_arrive() -> None:
    """Pings, pongs and binary frames are what they say."""
    data = encode(b"a", PING) + encode(b"b", PONG) + encode(b"c", BINARY)
    got = [(frame.opcode, bytes(frame.payload)) for frame in read_by_server(data)]  # type: ignore[arg-type] # of these
    assert got == [(Opcode.PING, b"a"), (Opcode.PONG, b"b"), (Opcode.BINARY, b"c")]


@pytest.mark.parametrize("code", [1000, 1005, 3000])
def test_close_frames_arrive(code: int) -> None:
    """A long reason is cut at 123 bytes, within no character."""
    (frame,) = read_by_server(close_frame(code, "ä" * 80))
    assert frame.payload == (code, "" if code == 1005 else "ä" * 61)


def test_keys_of_whole_frames_differ_too() -> None:
    """They are drawn many at a time, with and without numpy."""
    _mask.prepare()
    for size in (1, 1_000, 1_001):
        assert len({_mask.mask_anew(bytes(size))[0] for _ in range(2000)}) > 1990
