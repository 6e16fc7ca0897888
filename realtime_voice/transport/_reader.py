"""The frame reader: bytes of a WebSocket connection, in any cut, to messages; every rule checked.

No I/O, no tasks, no clock. Bytes go in, frames come out; what breaks RFC 6455 becomes one stored
failure, after the frames that came before it. A message that arrives in pieces is decoded piece by
piece, so that nothing is copied twice and bad UTF-8 is refused at once.
"""

from codecs import utf_8_decode
from io import StringIO

from realtime_voice.errors import MessageTooLarge, ProtocolViolation
from realtime_voice.transport._frames import (
    BINARY,
    CLOSE,
    NO_CODE,
    PING,
    TEXT,
    Close,
    Frame,
    Ping,
    Pong,
)

__all__ = ["FrameReader"]

_WHOLE_TEXT = 0x81
_FINAL = 0x80
_RESERVED_BITS = 0x70
_MASKED = 0x80
_OPCODE = 0x0F
_CONTROL = 0x08
_CONTINUATION = 0x0
_OPCODES = frozenset({0x0, 0x1, 0x2, 0x8, 0x9, 0xA})
_MAX_CONTROL_BYTES = 125
_MEDIUM = 126
_LONG = 127
_PROTOCOL_ERROR = 1002
_NOT_UTF8 = 1007
_TOO_LARGE = 1009
_DEFINED_CODES = frozenset({1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014})
_FREE_CODES = range(3000, 5000)
_MAX_FRAMES_AT_ONCE = 512


class FrameReader:
    """Reads the frames of a server.

    Args:
        max_message_bytes: Largest message to accept; refused on the header that declares it.
        max_fragments: Largest number of fragments in one message.
    """

    def __init__(self, *, max_message_bytes: int = 64 << 20, max_fragments: int = 16_384) -> None:
        self._max_message_bytes = max_message_bytes
        self._max_fragments = max_fragments
        self._rest: bytes | memoryview = b""
        self._opcode = 0
        self._final = False
        self._missing = 0
        self._size = 0
        self._fragments = 0
        self._text: StringIO | None = None
        self._binary: bytearray | None = None
        self._cut = b""
        self.failure: ProtocolViolation | MessageTooLarge | None = None
        """What the peer did wrong; :attr:`~.ConnectionLost.code` is the code to close with."""
        self.more = False
        """Whether frames are left that can be read at once: call :meth:`feed` without data."""

    @property
    def in_message(self) -> bool:
        """Whether a message or a frame has begun and not ended."""
        return self._opcode != 0 or bool(self._rest)

    def feed(self, data: bytes | memoryview = b"") -> list[Frame]:
        """Take what the network gave and return the frames that it completes, in order.

        At most 512 frames are read at once, so that a flood of tiny ones cannot hold the caller
        for long; :attr:`more` tells that there are others.

        Args:
            data: Bytes as they came; nothing of them is kept, so the buffer may be used again.

        Returns:
            Frames. After a :attr:`failure` nothing is read any more.
        """
        frames: list[Frame] = []
        if self.failure is not None:
            return frames
        ours = False
        if self._rest:
            data = b"".join((self._rest, data)) if data else self._rest
            self._rest, ours = b"", True
        self.more = False
        try:
            position = self._run(data, frames)
        except (ProtocolViolation, MessageTooLarge) as failure:
            self.failure = failure.with_traceback(None)
            return frames
        if self.more:
            rest = memoryview(data)[position:]
            self._rest = rest if ours else memoryview(bytes(rest))
        elif position < len(data):
            self._rest = bytes(data[position:])
        return frames

    def _run(self, data: bytes | memoryview, frames: list[Frame]) -> int:
        """Read frames; returns how far it came."""
        end = len(data)
        position = self._continue(data, 0, frames) if self._missing else 0
        for _ in range(_MAX_FRAMES_AT_ONCE):
            if end - position < 2:
                return position
            first, length, start = data[position], data[position + 1], position + 2
            if first != _WHOLE_TEXT or length > _LONG:
                _check_header(first, length)
            if length > _MAX_CONTROL_BYTES:
                start += 2 if length == _MEDIUM else 8
                if start > end:
                    return position
                length = _extended(int.from_bytes(data[position + 2 : start], "big"), length)
            stop = start + length
            if first == _WHOLE_TEXT and stop <= end and self._opcode == 0:
                frames.append(self._whole(data[start:stop]))
                position = stop
            elif first & _CONTROL:
                if stop > end:
                    return position
                frames.append(_control(first & _OPCODE, bytes(data[start:stop])))
                position = stop
            else:
                self._begin(first, length)
                position = self._continue(data, start, frames)
        self.more = end - position >= 2
        return position

    def _whole(self, payload: bytes | memoryview) -> str:
        """A text that came in one piece, as nearly all do."""
        if len(payload) > self._max_message_bytes:
            raise self._too_large()
        try:
            return str(payload, "utf-8")
        except UnicodeDecodeError:
            raise _violation("text is not UTF-8", _NOT_UTF8) from None

    def _begin(self, first: int, length: int) -> None:
        """Note the header of a frame that carries a message or a part of one."""
        opcode = first & _OPCODE
        if opcode == _CONTINUATION:
            if self._opcode == 0:
                raise _violation("a continuation without a beginning")
        elif self._opcode:
            raise _violation("a message begins within another one")
        else:
            self._opcode = opcode
        self._size += length
        self._fragments += 1
        if self._size > self._max_message_bytes or self._fragments > self._max_fragments:
            raise self._too_large()
        self._final = bool(first & _FINAL)
        self._missing = length

    def _continue(self, data: bytes | memoryview, start: int, frames: list[Frame]) -> int:
        """Take the next piece of a message, and the message when it is the last one."""
        stop = min(start + self._missing, len(data))
        self._missing -= stop - start
        ends = self._final and not self._missing
        piece = data[start:stop]
        if self._opcode == BINARY:
            if self._binary is None:
                self._binary = bytearray()
            self._binary += piece
        else:
            if self._text is None:
                self._text = StringIO()
            self._text.write(self._decoded(piece, ends=ends))
        if ends:
            frames.append(self._finish())
        return stop

    def _decoded(self, piece: bytes | memoryview, *, ends: bool) -> str:
        """Decode a piece of a text; a character that is cut waits for the next piece."""
        if self._cut:
            piece = b"".join((self._cut, piece))
        try:
            text, used = utf_8_decode(piece, "strict", ends)
        except UnicodeDecodeError:
            raise _violation("text is not UTF-8", _NOT_UTF8) from None
        self._cut = bytes(piece[used:]) if used < len(piece) else b""
        if self._cut[:2] >= b"\xed\xa0" and self._cut[:1] == b"\xed":
            # Half a surrogate: Python waits for the rest of what can never become right.
            raise _violation("text is not UTF-8", _NOT_UTF8)
        return text

    def _finish(self) -> str | bytes:
        message: str | bytes
        if self._opcode == TEXT:
            message = "" if self._text is None else self._text.getvalue()
        else:
            message = b"" if self._binary is None else bytes(self._binary)
        self._opcode = self._size = self._fragments = 0
        self._text = self._binary = None
        return message

    def _too_large(self) -> MessageTooLarge:
        return MessageTooLarge(
            f"the peer sent a message of more than {self._max_message_bytes} bytes "
            f"or {self._max_fragments} fragments",
            cause="too_large",
            code=_TOO_LARGE,
            by="client",
        )


def _check_header(first: int, second: int) -> None:
    """Refuse a header for what its first two bytes say."""
    opcode = first & _OPCODE
    if first & _RESERVED_BITS:
        raise _violation("reserved bits are set")
    if opcode not in _OPCODES:
        raise _violation(f"the opcode {opcode:#x} is not defined")
    if second & _MASKED:
        raise _violation("a frame of the server is masked")
    if opcode & _CONTROL and not first & _FINAL:
        raise _violation("a control frame is fragmented")
    if opcode & _CONTROL and second > _MAX_CONTROL_BYTES:
        raise _violation("a control frame is too long")


def _extended(length: int, form: int) -> int:
    """Check a length of 16 or 64 bits (RFC 6455 section 5.2: the minimal form must be used)."""
    if length < (_MEDIUM if form == _MEDIUM else 1 << 16) or length >> 63:
        raise _violation("the length of a frame is not in its shortest form")
    return length


def _control(opcode: int, payload: bytes) -> Frame:
    if opcode == PING:
        return Ping(payload)
    if opcode != CLOSE:
        return Pong(payload)
    if not payload:
        return Close(NO_CODE, "")
    code = int.from_bytes(payload[:2], "big")
    if len(payload) < 2 or (code not in _DEFINED_CODES and code not in _FREE_CODES):
        raise _violation("a close frame without a valid code")
    try:
        return Close(code, payload[2:].decode())
    except UnicodeDecodeError:
        raise _violation("the reason of a close frame is not UTF-8", _NOT_UTF8) from None


def _violation(told: str, code: int = _PROTOCOL_ERROR) -> ProtocolViolation:
    return ProtocolViolation(
        f"the peer broke the WebSocket protocol: {told}", cause="protocol", code=code, by="client"
    )
