"""The frame codec: bytes of a WebSocket connection to messages and back. The one seam to wsproto.

No I/O, no tasks, no clock: bytes go in, frames come out, so that a faster codec can take its place
without anybody noticing. Knows nothing about what the messages say.
"""

from collections.abc import Iterator

import attrs
from wsproto.frame_protocol import Frame as RawFrame
from wsproto.frame_protocol import FrameProtocol, Opcode, ParseFailed

from realtime_voice.errors import MessageTooLarge, ProtocolViolation

__all__ = ["Close", "Frame", "FrameCodec", "Message", "Ping", "Pong"]

_NO_CODE = 1005
_TOO_LARGE = 1009
_MAX_REASON_BYTES = 123


@attrs.frozen
class Message:
    """One whole message."""

    data: str | bytes
    """Text, or bytes for a binary message."""


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


Frame = Message | Ping | Pong | Close
"""What :meth:`FrameCodec.receive` yields."""


class FrameCodec:
    """Reads and writes the frames of one connection.

    Args:
        client: Whether this side is the client, which masks what it sends.
        max_message_bytes: Largest message to accept.
        max_fragments: Largest number of fragments in one message.
    """

    def __init__(
        self, *, client: bool = True, max_message_bytes: int = 1 << 26, max_fragments: int = 16_384
    ) -> None:
        self._protocol = FrameProtocol(client, [])
        self._max_message_bytes = max_message_bytes
        self._max_fragments = max_fragments
        self._parts: list[str | bytes] = []
        self._size = 0
        self._fragments = 0

    @property
    def in_message(self) -> bool:
        """Whether a message has begun and not ended."""
        return bool(self._parts)

    def receive(self, data: bytes) -> Iterator[Frame]:
        """Feed what the network gave and yield the frames that it completes.

        Args:
            data: Bytes as they came.

        Raises:
            ProtocolViolation: The peer broke the protocol; :attr:`~.ConnectionLost.code` is the
                code to close with.
            MessageTooLarge: A message has passed a bound.
        """
        self._protocol.receive_bytes(data)
        frames = self._protocol.received_frames()
        while True:
            try:
                frame = next(frames, None)
            except ParseFailed as exc:
                raise ProtocolViolation(
                    f"the peer broke the WebSocket protocol: {exc}",
                    cause="protocol",
                    code=int(exc.code),
                    by="client",
                ) from None
            if frame is None:
                return
            yield from self._translate(frame)

    def text(self, data: str) -> bytes:
        """One text message as bytes for the network.

        Raises:
            UnicodeEncodeError: The text cannot be written as UTF-8.
        """
        return bytes(self._protocol.send_data(data, fin=True))

    def ping(self, payload: bytes) -> bytes:
        """A ping frame."""
        return bytes(self._protocol.ping(payload))

    def pong(self, payload: bytes) -> bytes:
        """A pong frame."""
        return bytes(self._protocol.pong(payload))

    def close(self, code: int, reason: str = "") -> bytes:
        """A close frame; no further frame may follow it."""
        if code == _NO_CODE:
            return bytes(self._protocol.close())
        cut = reason.encode()[:_MAX_REASON_BYTES].decode(errors="ignore")
        return bytes(self._protocol.close(code, cut))

    def _translate(self, frame: RawFrame) -> Iterator[Frame]:
        match frame.opcode, frame.payload:
            case (Opcode.PING, bytes() | bytearray() as payload):
                yield Ping(bytes(payload))
            case (Opcode.PONG, bytes() | bytearray() as payload):
                yield Pong(bytes(payload))
            case (Opcode.CLOSE, (int() as code, str() as reason)):
                yield Close(int(code), reason)
            case (_, str() | bytes() | bytearray() as payload):
                data = payload if isinstance(payload, str) else bytes(payload)
                yield from self._collect(
                    data, frame_ends=frame.frame_finished, ends=frame.message_finished
                )
            case _:  # pragma: no cover - wsproto gives nothing else
                pass

    def _collect(self, data: str | bytes, *, frame_ends: bool, ends: bool) -> Iterator[Message]:
        """Join the pieces of a message: the protocol hands them out as they arrive."""
        self._parts.append(data)
        self._size += len(data)
        self._fragments += frame_ends
        if self._size > self._max_message_bytes or self._fragments > self._max_fragments:
            raise MessageTooLarge(
                f"the peer sent a message of more than {self._max_message_bytes} bytes "
                f"or {self._max_fragments} fragments",
                cause="too_large",
                code=_TOO_LARGE,
                by="client",
            )
        if ends:
            parts = self._parts
            self._parts, self._size, self._fragments = [], 0, 0
            if len(parts) == 1:
                yield Message(parts[0])
            elif isinstance(parts[0], str):
                yield Message("".join(part for part in parts if isinstance(part, str)))
            else:
                yield Message(b"".join(part for part in parts if isinstance(part, bytes)))
