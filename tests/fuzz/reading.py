"""What two implementations make of a stream: our frame reader, and wsproto to compare it with."""

from bisect import bisect
from collections.abc import Sequence

import attrs
from wsproto.frame_protocol import FrameProtocol, Opcode, ParseFailed

from realtime_voice.transport._frames import Close, Frame, Ping, Pong
from realtime_voice.transport._reader import FrameReader

__all__ = ["DisagreementError", "Reading", "compare", "read", "read_by_wsproto", "read_whole"]

_PROTOCOL_ERROR = 1002
_TOO_LARGE = 1009
_NOT_UTF8 = 1007
_BAD_GATEWAY = (1014).to_bytes(2, "big")
"""A close code that IANA registered after RFC 6455."""
_INTERNAL_ERROR = (1011).to_bytes(2, "big")
_GATEWAY = "wsproto does not know the close code 1014"
_USUAL_BYTES, _USUAL_FRAGMENTS = 64 << 20, 16_384
_PADDING = b"\x8a\x00" * 35_000
"""Empty pongs: nothing to a reader between frames, and enough to fill a frame that was begun."""
_DOCUMENTED = frozenset({_PROTOCOL_ERROR, _NOT_UTF8, _TOO_LARGE})


class DisagreementError(AssertionError):
    """A stream was read in a way that nobody promised."""


@attrs.frozen
class Reading:
    """What was read."""

    frames: tuple[Frame, ...]
    """Messages and control frames, in order."""
    code: int | None
    """Close code of the complaint; None without one."""

    @property
    def until_close(self) -> "Reading":
        """What counts: after a close frame, nothing does."""
        for index, frame in enumerate(self.frames):
            if isinstance(frame, Close):
                return Reading(self.frames[: index + 1], None)
        return self

    @property
    def outcome(self) -> str:
        """In a word or two."""
        if self.code is not None:
            return f"refused with {self.code}"
        if any(isinstance(frame, Close) for frame in self.frames):
            return "closed"
        return "frames" if self.frames else "nothing whole"


def read(pieces: Sequence[bytes], *, max_message_bytes: int, max_fragments: int) -> Reading:
    """Feed our reader piece by piece, through one buffer that is used again.

    Raises:
        DisagreementError: The reader goes on after its failure, or fails with another code.
        Exception: Whatever else it raises; it must not.
    """
    reader = FrameReader(max_message_bytes=max_message_bytes, max_fragments=max_fragments)
    frames: list[Frame] = []
    for piece in pieces:
        buffer = bytearray(piece)
        frames += reader.feed(memoryview(buffer))
        buffer[:] = b"\xff" * len(buffer)
        while reader.more:
            frames += reader.feed()
    failure = reader.failure
    code = None if failure is None else failure.code
    if failure is not None:
        if code not in _DOCUMENTED:
            raise DisagreementError(f"a failure with the code {code}")
        if reader.feed(b"\x81\x01a") or reader.failure is not failure:
            raise DisagreementError("it read on after its failure")
    return Reading(tuple(frames), code)


def read_whole(stream: bytes) -> Reading:
    """Feed our reader everything at once, within its usual limits."""
    return read([stream], max_message_bytes=_USUAL_BYTES, max_fragments=_USUAL_FRAGMENTS)


def read_by_wsproto(stream: bytes) -> Reading:
    """What wsproto reads, its pieces of messages joined."""
    protocol = FrameProtocol(client=True, extensions=[])
    protocol.receive_bytes(stream)
    frames: list[Frame] = []
    parts: list[str | bytes] = []
    try:
        for frame in protocol.received_frames():
            payload = frame.payload
            if frame.opcode is Opcode.PING:
                frames.append(Ping(bytes(payload)))  # type: ignore[arg-type] # of a ping
            elif frame.opcode is Opcode.PONG:
                frames.append(Pong(bytes(payload)))  # type: ignore[arg-type] # of a pong
            elif frame.opcode is Opcode.CLOSE:
                frames.append(Close(int(payload[0]), payload[1]))  # type: ignore[arg-type] # a pair
            else:
                parts.append(payload if isinstance(payload, str) else bytes(payload))  # type: ignore[arg-type] # of data
                if frame.message_finished:
                    frames.append(type(parts[0])().join(parts))  # type: ignore[arg-type] # of one kind
                    parts = []
    except ParseFailed as exc:
        return Reading(tuple(frames), int(exc.code))
    return Reading(tuple(frames), None)


def compare(ours: Reading, stream: bytes) -> str | None:
    """Hold our reading of a stream against wsproto's.

    Returns:
        None where both agree; else the name of a difference that is meant to be.

    Raises:
        DisagreementError: They differ in a way that is not.
    """
    theirs = read_by_wsproto(stream)
    if ours == theirs:
        return None
    if ours.code == _TOO_LARGE and _begins(theirs, ours):
        return "wsproto knows no limits"
    if ours.until_close == theirs.until_close:
        return "wsproto stops reading at a close frame"
    if theirs.code == _PROTOCOL_ERROR and _BAD_GATEWAY in stream:
        # Only this code changes: any other reading of the stream must be the same.
        again = stream.replace(_BAD_GATEWAY, _INTERNAL_ERROR)
        if compare(read_whole(again), again) != _GATEWAY:
            return _GATEWAY
    if ours.code is not None and theirs == Reading(ours.frames, None):
        later = read_by_wsproto(stream + _PADDING)
        if later.code == ours.code and _begins(later, ours):
            return "wsproto refuses a frame only when more of it is there"
    if ours.code == _NOT_UTF8 and _is_dead_end(stream, ours):
        return "wsproto refuses half a surrogate only when the next byte is there"
    raise DisagreementError(f"ours {ours!r}\ntheirs {theirs!r}")


def _is_dead_end(stream: bytes, ours: Reading) -> bool:
    """Whether our reader has refused what no further byte could have made right.

    Python's decoder waits for a third byte behind the first two of a surrogate, so wsproto does.
    """
    lengths = range(len(stream) + 1)
    refused = bisect(lengths, 0, key=lambda length: read_whole(stream[:length]).code is not None)
    prefix = stream[:refused]
    if read_by_wsproto(prefix) != Reading(ours.frames, None):
        return False
    for last in (b"\x80", b"\xbf"):
        # The frame goes on, or another one must follow.
        goes_on = (prefix + last, prefix + b"\x00\x01" + last)
        if all(read_by_wsproto(longer).code != _NOT_UTF8 for longer in goes_on):
            return False
    return True


def _begins(whole: Reading, part: Reading) -> bool:
    return whole.frames[: len(part.frames)] == part.frames
