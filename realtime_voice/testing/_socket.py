"""The server's door for everybody else: WebSockets over TCP, with anyio, h11 and wsproto."""

from collections import deque
from contextlib import suppress

import anyio
import h11
import wsproto
from anyio.abc import SocketStream
from wsproto.connection import ConnectionState
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    TextMessage,
)
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from realtime_voice.testing._admission import HttpRefusal, UpgradeRequest, admit
from realtime_voice.testing._asgi import error_body
from realtime_voice.testing._connection import Closed
from realtime_voice.testing._service import Service

__all__ = ["Door"]

_READ_SIZE = 65_536
_LARGEST_MESSAGE = 16 * 1024 * 1024
_HANDSHAKE_S = 10.0
_LINGER_S = 1.0
_BROKEN = 1006
_TOO_BIG = 1009
_LONGEST_REASON = 123  # bytes that a close frame has for it
_GONE = (anyio.ClosedResourceError, anyio.BrokenResourceError, anyio.EndOfStream, OSError)


class Door:
    """Turns TCP streams into connections of the server.

    Args:
        service: Serves connections.
        token: The only key that is good.
        ping_interval_s: Seconds between two pings.
    """

    def __init__(self, service: Service, token: str, ping_interval_s: float) -> None:
        self._service = service
        self._token = token
        self._ping_interval_s = ping_interval_s

    async def open(self, stream: SocketStream) -> None:
        """Serve one TCP connection until it ends; never raises for what a client does."""
        async with stream:
            try:
                with anyio.fail_after(_HANDSHAKE_S):
                    parser, head = await _read_head(stream)
            except (*_GONE, TimeoutError, h11.RemoteProtocolError):
                return
            await self._answer(stream, parser, head)

    async def _answer(
        self, stream: SocketStream, parser: h11.Connection, head: h11.Request
    ) -> None:
        request = _upgrade_request(head)
        admission = admit(request, self._token)
        if isinstance(admission, HttpRefusal):
            await _refuse(stream, parser, admission)
            return
        websocket = wsproto.WSConnection(wsproto.ConnectionType.SERVER)
        try:
            websocket.initiate_upgrade_connection(list(head.headers), head.target)
        except RemoteProtocolError as error:
            refusal = HttpRefusal(status=400, code="invalid_handshake", message=str(error))
            await _refuse(stream, parser, refusal)
            return
        channel = _SocketChannel(stream, websocket)
        trailing, _ = parser.trailing_data
        try:
            await channel.accept(admission.subprotocol, trailing)
        except Closed:
            return
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(channel.keep_alive, self._ping_interval_s)
            await self._service.serve(channel, request, admission)
            await channel.linger()
            tasks.cancel_scope.cancel()


class _SocketChannel:
    """Messages of a WebSocket on a TCP stream."""

    def __init__(self, stream: SocketStream, websocket: wsproto.WSConnection) -> None:
        self._stream = stream
        self._websocket = websocket
        self._lock = anyio.Lock()
        self._parts: list[str | bytes] = []
        self._size = 0
        self._last_sign_s = anyio.current_time()

    async def accept(self, subprotocol: str | None, trailing: bytes) -> None:
        """Finish the handshake.

        Args:
            subprotocol: What to choose of the client's offer.
            trailing: What the client sent behind its request.

        Raises:
            Closed: The peer is gone.
        """
        await self._write(AcceptConnection(subprotocol=subprotocol))
        if trailing:
            self._websocket.receive_data(trailing)

    async def receive(self) -> str | bytes:
        """Return the next message."""
        while True:
            for event in self._websocket.events():
                match event:
                    case TextMessage() | BytesMessage():
                        if (message := await self._gather(event)) is not None:
                            return message
                    case Ping():
                        await self._write(event.response())
                    case CloseConnection():
                        by = await self._say_goodbye(event)
                        raise Closed(int(event.code), event.reason or "", by)
                    case _:
                        self._last_sign_s = anyio.current_time()
            await self._read()

    async def send(self, text: str) -> None:
        """Send a text message."""
        await self._write(TextMessage(data=text))

    async def close(self, code: int, reason: str) -> None:
        """Close with a code, if the channel is not closed already."""
        if self._websocket.state is not ConnectionState.OPEN:
            return
        short = reason.encode()[:_LONGEST_REASON].decode(errors="ignore")
        try:
            await self._write(CloseConnection(code=code, reason=short))
        except Closed:
            return

    async def linger(self) -> None:
        """Wait for the peer's half of the close.

        Closing a TCP connection on data that nobody has read takes back what was sent last.
        """
        with anyio.move_on_after(_LINGER_S):
            try:
                deque(self._websocket.events(), maxlen=0)
                while self._websocket.state is ConnectionState.LOCAL_CLOSING:
                    self._websocket.receive_data(await self._stream.receive(_READ_SIZE))
                    deque(self._websocket.events(), maxlen=0)
            except _GONE:
                return

    async def keep_alive(self, interval_s: float) -> None:
        """Ping, and give up on a peer that stays silent for two intervals."""
        while True:
            await anyio.sleep(interval_s)
            if anyio.current_time() - self._last_sign_s > 2 * interval_s:
                await anyio.aclose_forcefully(self._stream)
                return
            try:
                # Sending waits for a peer that does not read, and may wait for ever.
                with anyio.move_on_after(interval_s):
                    await self._write(Ping())
            except Closed:
                return

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

    async def _say_goodbye(self, event: CloseConnection) -> str:
        """Answer a close frame, or send one for frames that break the protocol.

        Returns:
            Who closed: ``client`` or ``server``.
        """
        is_ours = self._websocket.state is ConnectionState.OPEN
        with suppress(Closed):
            await self._write(event if is_ours else event.response())
        return "server" if is_ours else "client"

    async def _read(self) -> None:
        try:
            data = await self._stream.receive(_READ_SIZE)
        except _GONE as error:
            raise Closed(_BROKEN) from error
        self._last_sign_s = anyio.current_time()
        self._websocket.receive_data(data)

    async def _write(self, event: Event) -> None:
        async with self._lock:
            try:
                await self._stream.send(self._websocket.send(event))
            except (*_GONE, LocalProtocolError) as error:
                raise Closed(_BROKEN) from error


async def _read_head(stream: SocketStream) -> tuple[h11.Connection, h11.Request]:
    parser = h11.Connection(h11.SERVER)
    while True:
        event = parser.next_event()
        if isinstance(event, h11.Request):
            return parser, event
        if event is not h11.NEED_DATA:
            raise anyio.EndOfStream
        parser.receive_data(await stream.receive(_READ_SIZE))


def _upgrade_request(head: h11.Request) -> UpgradeRequest:
    path, _, query = head.target.decode("latin-1").partition("?")
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
    offered = headers.get("sec-websocket-protocol", "")
    return UpgradeRequest(
        path=path,
        query=query,
        headers=headers,
        subprotocols=[protocol.strip() for protocol in offered.split(",") if protocol.strip()],
    )


async def _refuse(stream: SocketStream, parser: h11.Connection, refusal: HttpRefusal) -> None:
    body = error_body(refusal)
    headers = [
        ("content-type", "application/json"),
        ("content-length", str(len(body))),
        ("connection", "close"),
    ]
    answer = (
        h11.Response(status_code=refusal.status, headers=headers),
        h11.Data(data=body),
        h11.EndOfMessage(),
    )
    data = b"".join(parser.send(part) or b"" for part in answer)
    try:
        await stream.send(data)
        await stream.send_eof()
    except _GONE:
        return
