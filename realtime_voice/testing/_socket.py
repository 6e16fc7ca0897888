"""The server's door for everybody else: WebSockets over TCP, with anyio, h11 and wsproto."""

import ssl
from collections.abc import Sequence

import anyio
import h11
import wsproto
from anyio.abc import ByteStream
from anyio.streams.tls import TLSStream
from wsproto.utilities import RemoteProtocolError

from realtime_voice.testing._admission import (
    Admitted,
    HttpRefusal,
    Refused,
    UpgradeRequest,
    admit,
)
from realtime_voice.testing._asgi import error_body
from realtime_voice.testing._channel import SocketChannel
from realtime_voice.testing._faulty_handshake import (
    fail_handshake,
    first_of,
    no_upgrade,
    upgrade_answer,
)
from realtime_voice.testing._faulty_wire import WireFaults
from realtime_voice.testing._pipe import Pipe
from realtime_voice.testing._records import ConnectionRecord
from realtime_voice.testing._service import Service
from realtime_voice.testing._sockets import GONE
from realtime_voice.testing.faults import (
    Fault,
    IgnoreClose,
    RefuseSession,
    SessionWithUpgrade,
    TrickleUpgrade,
)

__all__ = ["Door"]

_READ_SIZE = 65_536
_HANDSHAKE_S = 10.0
_BROKEN = 1006


class Door:
    """Turns TCP streams into connections of the server.

    Args:
        service: Serves connections.
        token: The only key that is good.
        ping_interval_s: Seconds between two pings.
        ssl_context: Encrypts; None: nothing does.
    """

    def __init__(
        self,
        service: Service,
        token: str,
        ping_interval_s: float,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._service = service
        self._token = token
        self._ping_interval_s = ping_interval_s
        self._ssl_context = ssl_context

    async def open(self, stream: ByteStream) -> None:
        """Serve one TCP connection until it ends; never raises for what a client does."""
        async with stream:
            try:
                with anyio.fail_after(_HANDSHAKE_S):
                    inner = await self._secure(stream)
                    parser, head = await _read_head(inner)
            except (*GONE, TimeoutError, h11.RemoteProtocolError):
                return
            try:
                await self._answer(inner, parser, head)
            except Exception as error:  # noqa: BLE001 - the server outlives every connection
                self._service.report(error)

    async def _secure(self, stream: ByteStream) -> ByteStream:
        if self._ssl_context is None:
            return stream
        return await TLSStream.wrap(
            stream, server_side=True, ssl_context=self._ssl_context, standard_compatible=False
        )

    async def _answer(self, stream: ByteStream, parser: h11.Connection, head: h11.Request) -> None:
        request = _upgrade_request(head)
        faults = self._service.faults_of(in_process=False)
        if (failure := no_upgrade(faults)) is not None:
            record = self._service.record(request, None)
            record.note_fault(failure)
            try:
                await fail_handshake(stream, failure)
            finally:
                record.note_close(_BROKEN, "", "server")
            return
        admission = admit(request, self._token, first_of(faults, RefuseSession))
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
        record = self._service.record(request, admission)
        channel = SocketChannel(Pipe(stream, record), websocket, record)
        trailing, _ = parser.trailing_data
        answer = upgrade_answer(channel.accept(admission.subprotocol, trailing), faults)
        if not await _send_upgrade(channel.pipe, answer, faults):
            record.note_close(_BROKEN, "", "client")
            return
        await self._serve(channel, admission, record, faults)

    async def _serve(
        self,
        channel: SocketChannel,
        admission: Admitted | Refused,
        record: ConnectionRecord,
        faults: Sequence[Fault],
    ) -> None:
        wire = WireFaults(channel, record, first_of(faults, IgnoreClose))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(channel.keep_alive, self._ping_interval_s)
            await self._service.serve(channel, admission, record, faults, wire)
            await channel.linger()
            tasks.cancel_scope.cancel()


async def _send_upgrade(pipe: Pipe, answer: bytes, faults: Sequence[Fault]) -> bool:
    """Send the 101 as the faults want it; say whether the client is still there."""
    slowly = first_of(faults, TrickleUpgrade)
    try:
        if slowly is not None:
            for byte in answer:
                await pipe.send(bytes([byte]))
                await anyio.sleep(slowly.interval_s)
        elif first_of(faults, SessionWithUpgrade) is not None:
            pipe.hold(answer)
        else:
            await pipe.send(answer)
    except GONE:
        return False
    pipe.start()
    return True


async def _read_head(stream: ByteStream) -> tuple[h11.Connection, h11.Request]:
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


async def _refuse(stream: ByteStream, parser: h11.Connection, refusal: HttpRefusal) -> None:
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
    except GONE:
        return
