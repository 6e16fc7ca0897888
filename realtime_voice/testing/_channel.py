"""Messages of a WebSocket on a byte stream, seen from the server; takes note of all that comes."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import anyio
import wsproto
from wsproto.connection import ConnectionState
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    Pong,
    TextMessage,
)
from wsproto.utilities import LocalProtocolError

from realtime_voice.testing._connection import Closed
from realtime_voice.testing._pipe import Pipe
from realtime_voice.testing._records import ConnectionRecord, PingRecord
from realtime_voice.testing._sockets import GONE
from realtime_voice.testing.faults._bytes import server_frame

__all__ = ["SocketChannel"]

_LARGEST_MESSAGE = 16 * 1024 * 1024
_LINGER_S = 1.0
_BROKEN = 1006
_TOO_BIG = 1009
_LONGEST_REASON = 123  # bytes that a close frame has for it
_TEXT, _BINARY, _PING = 0x1, 0x2, 0x9


class SocketChannel:
    """One connection.

    Args:
        pipe: The byte stream.
        websocket: The protocol, with the request taken.
        record: Takes note.
    """

    def __init__(
        self, pipe: Pipe, websocket: wsproto.WSConnection, record: ConnectionRecord
    ) -> None:
        self.pipe = pipe
        """The byte stream under the messages."""
        self.turn = pipe.turn
        """Whoever sends has it."""
        self._websocket = websocket
        self._record = record
        self._parts: list[str | bytes] = []
        self._size = 0
        self._last_sign_s = anyio.current_time()
        self._unanswered: dict[bytes, PingRecord] = {}
        self._pings = 0
        self.on_close: Callable[[int, str], Awaitable[bool]] | None = None
        """Is awaited with code and reason when the client closes; says whether to answer."""

    def go_deaf(self) -> None:
        """Receive nothing any more."""
        self.pipe.is_deaf = True

    def go_mute(self) -> None:
        """Send nothing any more; sending seems to work."""
        self.pipe.is_mute = True

    def strike_at(self, count: int, strike: Callable[[], Awaitable[None]]) -> None:
        """Await something between two bytes; see :meth:`.Pipe.strike_at`."""
        self.pipe.strike_at(count, strike)

    def accept(self, subprotocol: str | None, trailing: bytes) -> bytes:
        """Finish the handshake.

        Args:
            subprotocol: What to choose of the client's offer.
            trailing: What the client sent behind its request.

        Returns:
            The answer to the request.
        """
        answer = self._websocket.send(AcceptConnection(subprotocol=subprotocol))
        if trailing:
            self._websocket.receive_data(trailing)
        return answer

    async def receive(self) -> str | bytes:
        """Return the next message.

        Raises:
            Closed: The client closed, broke the protocol, or is gone.
        """
        while True:
            for event in self._websocket.events():
                match event:
                    case TextMessage() | BytesMessage():
                        if (message := await self._gather(event)) is not None:
                            return message
                    case Ping():
                        self._record.client_pings.append(self._record.elapsed_s())
                        await self._write(event.response())
                    case Pong():
                        self._note_pong(bytes(event.payload))
                    case CloseConnection():
                        raise await self._end_of(event)
                    case _:  # pragma: no cover - wsproto has nothing else behind a handshake
                        pass
            await self._read()

    async def send(self, text: str) -> None:
        """Send a text message."""
        if self._websocket.state is ConnectionState.REMOTE_CLOSING:
            # Legal until the close is answered, and more than the protocol's library knows.
            await self.send_raw(server_frame(_TEXT, text.encode()))
            return
        await self._write(TextMessage(data=text))

    async def send_binary(self, data: bytes) -> None:
        """Send a binary message."""
        if self._websocket.state is ConnectionState.REMOTE_CLOSING:
            await self.send_raw(server_frame(_BINARY, data))
            return
        await self._write(BytesMessage(data=data))

    async def ping(self) -> None:
        """Send a ping and take note of it.

        Raises:
            Closed: The client is gone.
        """
        self._pings += 1
        payload = self._pings.to_bytes(8, "big")
        record = PingRecord(payload=payload, sent_s=self._record.elapsed_s())
        self._record.pings.append(record)
        self._unanswered[payload] = record
        await self.send_raw(server_frame(_PING, payload))

    async def send_raw(self, data: bytes) -> None:
        """Send bytes past the protocol.

        Raises:
            Closed: The client is gone.
        """
        try:
            await self.pipe.send(data)
        except GONE as error:
            raise Closed(_BROKEN) from error

    async def close(self, code: int, reason: str) -> None:
        """Close with a code, if the channel is not closed already."""
        if self._websocket.state is not ConnectionState.OPEN:
            return
        short = reason.encode()[:_LONGEST_REASON].decode(errors="ignore")
        with suppress(Closed):
            await self._write(CloseConnection(code=code, reason=short))

    async def linger(self) -> None:
        """Wait a second for the client's half of the close.

        Closing a TCP connection on data that nobody has read takes back what was sent last.
        """
        with anyio.move_on_after(_LINGER_S), suppress(Closed, LocalProtocolError):
            while True:
                for event in self._websocket.events():
                    if isinstance(event, CloseConnection):
                        self._record.client_close_code = int(event.code)
                if self._record.client_close_code is not None:
                    return
                await self._read()

    async def keep_alive(self, interval_s: float) -> None:
        """Ping, and give up on a peer that stays silent for two intervals."""
        while True:
            await anyio.sleep(interval_s)
            if self.pipe.is_deaf or self.pipe.is_mute:
                continue
            if anyio.current_time() - self._last_sign_s > 2 * interval_s:
                await self.pipe.abort()
                return
            try:
                # Sending waits for a peer that does not read, and may wait for ever.
                with anyio.move_on_after(interval_s):
                    await self.ping()
            except Closed:
                return

    def _note_pong(self, payload: bytes) -> None:
        if (ping := self._unanswered.pop(payload, None)) is not None:
            ping.answered_s = self._record.elapsed_s()

    async def _gather(self, event: TextMessage | BytesMessage) -> str | bytes | None:
        """Add a fragment; return the message when it is complete."""
        self._parts.append(event.data if isinstance(event, TextMessage) else bytes(event.data))
        self._size += len(event.data)
        if self._size > _LARGEST_MESSAGE:
            await self.close(_TOO_BIG, "message too big")
            raise Closed(_TOO_BIG, "message too big", by="server")
        if not event.message_finished:
            return None
        parts, self._parts, self._size = self._parts, [], 0
        if isinstance(event, TextMessage):
            return "".join(part for part in parts if isinstance(part, str))
        return b"".join(part for part in parts if not isinstance(part, str))

    async def _end_of(self, event: CloseConnection) -> Closed:
        """Answer a close frame, or send one for frames that break the protocol."""
        code, reason = int(event.code), event.reason or ""
        if self._websocket.state in {ConnectionState.OPEN, ConnectionState.LOCAL_CLOSING}:
            # The protocol would have moved on if this had been a frame of the client's.
            self._record.note_breach(reason)
            with suppress(Closed):
                await self._write(event)
            return Closed(code, reason, "server")
        self._record.client_close_code = code
        if self.on_close is None or await self.on_close(code, reason):
            with suppress(Closed):
                await self._write(event.response())
        return Closed(code, reason, "client")

    async def _read(self) -> None:
        try:
            data = await self.pipe.receive()
        except GONE as error:
            raise Closed(_BROKEN) from error
        self._last_sign_s = anyio.current_time()
        self._websocket.receive_data(data)

    async def _write(self, event: Event) -> None:
        async with self.turn.take():
            try:
                data = self._websocket.send(event)
            except LocalProtocolError as error:
                raise Closed(_BROKEN) from error
            await self.send_raw(data)
