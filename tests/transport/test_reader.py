"""The frame reader: whole messages out of any cut of bytes, and a typed answer to every abuse."""

import struct
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from wsproto.frame_protocol import FrameProtocol, Opcode, ParseFailed

from realtime_voice.errors import MessageTooLarge, ProtocolViolation
from realtime_voice.transport._frames import Close, Frame, Ping, Pong
from realtime_voice.transport._reader import FrameReader


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True, length: bytes = b"") -> bytes:
    """A raw frame of a server, right or wrong."""
    size = len(payload)
    if not length:
        if size < 126:
            length = bytes([size])
        elif size < 65_536:
            length = b"\x7e" + size.to_bytes(2, "big")
        else:
            length = b"\x7f" + size.to_bytes(8, "big")
    return bytes([opcode | (0x80 if fin else 0)]) + length + payload


def everything(reader: FrameReader, *pieces: bytes) -> list[Frame]:
    """Feed pieces through one buffer that is used again and again, as a stream does."""
    frames: list[Frame] = []
    for piece in pieces:
        buffer = bytearray(piece)
        frames += reader.feed(memoryview(buffer))
        buffer[:] = b"\xff" * len(buffer)
        while reader.more:
            frames += reader.feed()
    return frames


def failure(reader: FrameReader) -> ProtocolViolation | MessageTooLarge:
    """What the peer did wrong."""
    assert reader.failure is not None
    return reader.failure


def cut_at(stream: bytes, cuts: list[int]) -> list[bytes]:
    """The stream in pieces."""
    places = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    return [stream[a:b] for a, b in pairwise(places)]


def read_by_wsproto(stream: bytes) -> tuple[list[Frame], int | None]:
    """What another implementation makes of it: frames, and the close code of its complaint."""
    peer = FrameProtocol(client=True, extensions=[])
    frames: list[Frame] = []
    parts: list[str | bytes] = []
    peer.receive_bytes(stream)
    received = peer.received_frames()
    while True:
        try:
            one = next(received, None)
        except ParseFailed as exc:
            return frames, int(exc.code)
        if one is None:
            return frames, None
        if one.opcode is Opcode.PING:
            frames.append(Ping(bytes(one.payload)))  # type: ignore[arg-type] # of a ping
        elif one.opcode is Opcode.PONG:
            frames.append(Pong(bytes(one.payload)))  # type: ignore[arg-type] # of a pong
        elif one.opcode is Opcode.CLOSE:
            code, reason = one.payload  # type: ignore[misc] # of a close frame
            frames.append(Close(int(code), str(reason)))
        else:
            parts.append(one.payload if isinstance(one.payload, str) else bytes(one.payload))  # type: ignore[arg-type] # of data
            if one.message_finished:
                frames.append("".join(parts) if isinstance(parts[0], str) else b"".join(parts))  # type: ignore[arg-type] # of one kind
                parts = []


VALID = st.one_of(
    st.text(max_size=200).map(lambda text: frame(1, text.encode())),
    st.text(max_size=200).map(lambda text: frame(1, b"x" * 300 + text.encode())),
    st.binary(max_size=300).map(lambda data: frame(2, data)),
    st.binary(max_size=125).map(lambda data: frame(9, data)),
    st.binary(max_size=125).map(lambda data: frame(10, data)),
    st.lists(st.text(max_size=20), min_size=1, max_size=4).map(
        lambda texts: (
            frame(1, texts[0].encode(), fin=False)
            + b"".join(frame(9, b"!") + frame(0, text.encode(), fin=False) for text in texts[1:])
            + frame(0)
        )
    ),
    st.tuples(st.binary(max_size=9), st.binary(max_size=9)).map(
        lambda pair: frame(2, pair[0], fin=False) + frame(0, pair[1])
    ),
)
ANY = st.one_of(
    VALID,
    st.binary(max_size=12),
    st.tuples(st.integers(0, 255), st.integers(0, 127), st.binary(max_size=200)).map(
        lambda parts: bytes(parts[:2]) + parts[2]
    ),
    st.integers(0, 5200).map(lambda code: frame(8, code.to_bytes(2, "big") + b"why")),
)


@given(st.lists(ANY, max_size=6).map(b"".join), st.lists(st.integers(0), max_size=8))
@example(frame(1, "ä€😀".encode()), [3, 5, 9])
@example(b"\x7f\xff" * 9, [])
def test_another_implementation_reads_the_same(stream: bytes, cuts: list[int]) -> None:
    """However the stream is cut and whatever is in it: the same frames, the same complaint."""
    reader = FrameReader()
    got = everything(reader, *cut_at(stream, cuts))
    expected, code = read_by_wsproto(stream)
    # After a close frame nothing more may come; both read on, and that is of no interest.
    for place, one in enumerate(got):
        if isinstance(one, Close):
            assert got[: place + 1] == expected[: place + 1]
            return
    if code is None and reader.failure is not None:
        # Refused on the header, where wsproto waits for the payload, or for the code 1012-1014.
        assert got == expected[: len(got)]
        return
    assert got == expected[: len(got)]
    assert (reader.failure is None) == (code is None)
    if code is not None:
        assert failure(reader).code == code


@given(st.lists(VALID, max_size=6).map(b"".join), st.lists(st.integers(0), max_size=8))
def test_any_cut_of_the_bytes_gives_the_same_frames(stream: bytes, cuts: list[int]) -> None:
    """However the network cuts the stream, everything comes out whole and in order."""
    reader = FrameReader()
    assert everything(reader, *cut_at(stream, cuts)) == read_by_wsproto(stream)[0]
    assert reader.failure is None
    assert not reader.in_message


def test_byte_by_byte() -> None:
    """The worst cut there is."""
    stream = frame(1, b"x" * 200) + frame(9, b"?") + frame(1, "ä€😀".encode()) + frame(2, b"\x00")
    reader = FrameReader()
    pieces = [stream[place : place + 1] for place in range(len(stream))]
    assert everything(reader, *pieces) == ["x" * 200, Ping(b"?"), "ä€😀", b"\x00"]


def test_control_frames_pass_in_the_middle_of_a_message() -> None:
    """A ping between two fragments is told at once, and the message stays whole."""
    stream = frame(1, b"one ", fin=False) + frame(9, b"?") + frame(10, b"!") + frame(0, b"two")
    reader = FrameReader()
    assert everything(reader, stream) == [Ping(b"?"), Pong(b"!"), "one two"]
    assert not reader.in_message


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"", Close(1005, "")),
        (struct.pack("!H", 1001) + b"bye", Close(1001, "bye")),
        (struct.pack("!H", 1012), Close(1012, "")),
        (struct.pack("!H", 4000), Close(4000, "")),
    ],
)
def test_close_frames(payload: bytes, expected: Close) -> None:
    """A close frame gives its code and reason; 1005 stands for none."""
    assert everything(FrameReader(), frame(8, payload)) == [expected]


@pytest.mark.parametrize(
    ("stream", "code"),
    [
        (frame(1 | 0x40, b"x"), 1002),
        (frame(3), 1002),
        (frame(11), 1002),
        (frame(0, b"x"), 1002),
        (frame(1, b"x", fin=False) + frame(1, b"y"), 1002),
        (frame(1, b"x", fin=False) + frame(2, b"y"), 1002),
        (frame(9, b"x", fin=False), 1002),
        (frame(9, b"x" * 126), 1002),
        (frame(1, b"x", length=b"\x7e\x00\x01"), 1002),
        (frame(1, b"x", length=b"\x7f" + (65_535).to_bytes(8, "big")), 1002),
        (frame(1, b"x", length=b"\x7f" + (1 << 63).to_bytes(8, "big")), 1002),
        (frame(1, b"x", length=b"\x81" + b"mask"), 1002),
        (frame(1, b"", length=b"\xfe"), 1002),
        (frame(8, b"x"), 1002),
        (frame(8, struct.pack("!H", 1006)), 1002),
        (frame(8, struct.pack("!H", 2999)), 1002),
        (frame(8, struct.pack("!H", 5000)), 1002),
        (frame(8, struct.pack("!H", 1000) + b"\xff"), 1007),
        (frame(1, b"\xff\xfe"), 1007),
        (frame(1, b"\xed\xa0\x80"), 1007),
        (frame(1, b"\xed\xa0", fin=False), 1007),
        (frame(1, b"\xe2\x82", fin=False) + frame(0), 1007),
        (frame(1, b"\xff" + b"x" * 99)[:3], 1007),
    ],
)
def test_violations_carry_the_code_to_close_with(stream: bytes, code: int) -> None:
    """Whatever breaks RFC 6455 is one error, as early as possible, after what came before it."""
    reader = FrameReader()
    assert everything(reader, frame(1, b"before"), stream, frame(1, b"ignored")) == ["before"]
    error = failure(reader)
    assert isinstance(error, ProtocolViolation)
    assert (error.code, error.by) == (code, "client")


@pytest.mark.parametrize(
    "stream",
    [
        frame(1, b"x" * 11),
        frame(1, b"x" * 11)[:2],
        frame(2, b"", length=b"\x7f" + (1 << 40).to_bytes(8, "big")),
        frame(1, b"x" * 6, fin=False) + frame(0, b"x" * 6)[:2],
        frame(1, b"x", fin=False) + frame(0, b"", fin=False) * 3,
    ],
)
def test_messages_are_bounded_in_bytes_and_fragments(stream: bytes) -> None:
    """A message that is too large is refused on the header that says so."""
    reader = FrameReader(max_message_bytes=10, max_fragments=3)
    assert everything(reader, stream) == []
    error = failure(reader)
    assert isinstance(error, MessageTooLarge)
    assert error.code == 1009


def test_a_message_at_the_bound_is_taken() -> None:
    """The bound itself is allowed, and counts for each message anew."""
    reader = FrameReader(max_message_bytes=10, max_fragments=3)
    whole = frame(1, b"x" * 10)
    parts = frame(1, b"x" * 5, fin=False) + frame(0, fin=False) + frame(0, b"x" * 5)
    assert everything(reader, whole + parts + whole + parts) == ["x" * 10] * 4


def test_a_flood_of_tiny_frames_is_read_in_portions() -> None:
    """Nobody is held up for long: the rest waits, whole and in order."""
    reader = FrameReader()
    first = reader.feed(memoryview(frame(1, b"x", fin=False) + frame(0, b"y", fin=False) * 5000))
    assert first == []
    assert reader.more
    rounds = 0
    while reader.more:
        assert reader.feed() == []
        rounds += 1
    assert 6 <= rounds <= 12
    assert reader.feed(frame(0, b"z")) == ["x" + "y" * 5000 + "z"]
    assert len(everything(reader, frame(1) * 3000)) == 3000
