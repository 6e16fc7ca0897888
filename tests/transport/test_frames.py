"""The frame codec: whole messages out of any cut of bytes, and a typed answer to every abuse."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto.frame_protocol import FrameProtocol

from realtime_voice.errors import MessageTooLarge, ProtocolViolation
from realtime_voice.transport._frames import Close, FrameCodec, Message, Ping, Pong


def server() -> FrameCodec:
    """The other side: reads what a client wrote."""
    return FrameCodec(client=False)


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True, length: bytes = b"") -> bytes:
    """A raw frame of a server, right or wrong."""
    return bytes([opcode | (0x80 if fin else 0)]) + (length or bytes([len(payload)])) + payload


@given(st.lists(st.text(max_size=300), max_size=5), st.data())
def test_any_cut_of_the_bytes_gives_the_same_messages(
    texts: list[str], data: st.DataObject
) -> None:
    """However the network cuts the stream, the messages come out whole and in order."""
    client, reader = FrameCodec(), server()
    stream = b"".join(client.text(text) for text in texts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    got = [one for piece in pieces for one in reader.receive(piece)]
    assert got == [Message(text) for text in texts]


def test_control_frames_pass_in_the_middle_of_a_message() -> None:
    """A ping between two fragments is told at once, and the message stays whole."""
    codec = FrameCodec()
    stream = frame(1, b"one ", fin=False) + frame(9, b"?") + frame(10, b"!") + frame(0, b"two")
    assert list(codec.receive(stream)) == [Ping(b"?"), Pong(b"!"), Message("one two")]
    assert not codec.in_message


def test_a_binary_message_stays_bytes() -> None:
    """Fragments of a binary message are joined as bytes."""
    codec = FrameCodec()
    assert list(codec.receive(frame(2, b"\x00\xff", fin=False))) == []
    assert codec.in_message
    assert list(codec.receive(frame(0, b"\x01"))) == [Message(b"\x00\xff\x01")]


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"", Close(1005, "")),
        (struct.pack("!H", 1001) + b"bye", Close(1001, "bye")),
        (struct.pack("!H", 4000), Close(4000, "")),
    ],
)
def test_close_frames(payload: bytes, expected: Close) -> None:
    """A close frame gives its code and reason; 1005 stands for none."""
    assert list(FrameCodec().receive(frame(8, payload))) == [expected]


@pytest.mark.parametrize(
    ("stream", "code"),
    [
        (frame(1 | 0x40, b"x"), 1002),
        (frame(3), 1002),
        (frame(0, b"x"), 1002),
        (frame(1, b"x", fin=False) + frame(1, b"y"), 1002),
        (frame(9, b"x", fin=False), 1002),
        (frame(9, b"x" * 126, length=b"\x7e\x00\x7e"), 1002),
        (frame(1, b"x", length=b"\x7e\x00\x01"), 1002),
        (frame(1, b"x", length=b"\x81" + b"mask"), 1002),
        (frame(8, b"x"), 1002),
        (frame(8, struct.pack("!H", 1006)), 1002),
        (frame(8, struct.pack("!H", 1000) + b"\xff"), 1007),
        (frame(1, b"\xff\xfe"), 1007),
        (frame(1, b"\xed\xa0\x80"), 1007),
    ],
)
def test_violations_carry_the_code_to_close_with(stream: bytes, code: int) -> None:
    """Whatever breaks RFC 6455 is one error, with the right close code."""
    with pytest.raises(ProtocolViolation) as caught:
        list(FrameCodec().receive(stream))
    assert (caught.value.code, caught.value.by) == (code, "client")


def test_messages_are_bounded_in_bytes_and_fragments() -> None:
    """A message that grows without end is refused while it grows."""
    small = FrameCodec(max_message_bytes=10)
    with pytest.raises(MessageTooLarge) as caught:
        list(small.receive(frame(1, b"x" * 11)))
    assert caught.value.code == 1009
    few = FrameCodec(max_fragments=3)
    with pytest.raises(MessageTooLarge):
        list(few.receive(frame(1, b"x", fin=False) + frame(0, b"x", fin=False) * 3))


@pytest.mark.parametrize("code", [1000, 1005, 3000])
def test_what_we_write_is_what_a_peer_reads(code: int) -> None:
    """Pings, pongs and closes arrive; a long reason is cut at 123 bytes, within no character."""
    client = FrameCodec()
    stream = client.ping(b"a") + client.pong(b"b") + client.close(code, "ä" * 80)
    ping, pong, close = server().receive(stream)
    assert (ping, pong) == (Ping(b"a"), Pong(b"b"))
    assert close == Close(code, "" if code == 1005 else "ä" * 61)


def test_frames_of_a_client_are_masked() -> None:
    """A server must not see the bytes of the text in clear (RFC 6455 section 5.3)."""
    data = FrameCodec().text("secret words that are long enough")
    assert b"secret" not in data
    peer = FrameProtocol(client=False, extensions=[])
    peer.receive_bytes(data)
    assert next(peer.received_frames()).payload == "secret words that are long enough"
