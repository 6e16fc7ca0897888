"""The server's door for clients in the same process: an ASGI application."""

from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

import anyio
import orjson

from realtime_voice.errors import ConfigError
from realtime_voice.testing._admission import HttpRefusal, UpgradeRequest, admit
from realtime_voice.testing._connection import Closed
from realtime_voice.testing._faulty_handshake import first_of, refusal_body
from realtime_voice.testing._records import ConnectionRecord
from realtime_voice.testing._service import Service
from realtime_voice.testing._turn import Turn
from realtime_voice.testing.faults import Refuse, RefuseSession

__all__ = ["App", "error_body"]

_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]

_NO_STATUS = 1005
_BROKEN = 1006
_GONE = (anyio.ClosedResourceError, anyio.BrokenResourceError, anyio.EndOfStream)


class App:
    """The server as an ASGI application, for ``httpx_ws.transport.ASGIWebSocketTransport``.

    Args:
        service: Serves connections.
        token: The only key that is good.
    """

    def __init__(self, service: Service, token: str) -> None:
        self._service = service
        self._token = token

    async def __call__(self, scope: _Message, receive: _Receive, send: _Send) -> None:
        """Serve one connection."""
        if scope["type"] != "websocket":
            if scope["type"] == "http":
                await _answer(send, "http.response", _not_found(scope["path"]))
            return
        request = _upgrade_request(scope)
        await receive()  # websocket.connect
        try:
            faults = self._service.faults_of(in_process=True)
        except ConfigError as error:
            self._service.failures.append(error)
            raise
        if (refuse := first_of(faults, Refuse)) is not None:
            record = self._service.record(request, None)
            record.note_fault(refuse)
            record.note_close(_BROKEN, f"HTTP {refuse.status}", "server")
            await _refuse(send, refuse)
            return
        admission = admit(request, self._token, first_of(faults, RefuseSession))
        if isinstance(admission, HttpRefusal):
            await _answer(send, "websocket.http.response", admission)
            return
        record = self._service.record(request, admission)
        await send({"type": "websocket.accept", "subprotocol": admission.subprotocol})
        await self._service.serve(_AppChannel(receive, send, record), admission, record, faults)


class _AppChannel:
    """Messages of an ASGI WebSocket."""

    def __init__(self, receive: _Receive, send: _Send, record: ConnectionRecord) -> None:
        self._receive = receive
        self._send = send
        self._record = record
        self._is_closed = False
        self._strike: Callable[[], Awaitable[None]] | None = None
        self._strike_at = 0
        self.turn = Turn()
        self._is_deaf = False
        self._is_mute = False

    def go_deaf(self) -> None:
        """Receive nothing any more."""
        self._is_deaf = True

    def go_mute(self) -> None:
        """Send nothing any more; sending seems to work."""
        self._is_mute = True

    def strike_at(self, count: int, strike: Callable[[], Awaitable[None]]) -> None:
        """Await something behind the message that holds a byte."""
        self._strike_at = count
        self._strike = strike

    async def receive(self) -> str | bytes:
        """Return the next message."""
        try:
            message = await self._receive()
            # Nobody is held up in memory: what a deaf server does not hear is thrown away.
            while self._is_deaf and message["type"] != "websocket.disconnect":
                message = await self._receive()
        except _GONE as error:
            self._is_closed = True
            raise Closed(_BROKEN) from error
        if message["type"] == "websocket.disconnect":
            self._is_closed = True
            self._record.client_close_code = message.get("code")
            raise Closed(message.get("code") or _NO_STATUS, message.get("reason") or "")
        text: str | None = message.get("text")
        data = text.encode() if text is not None else bytes(message["bytes"])
        self._record.bytes_received += len(data)
        return data if text is None else text

    async def send(self, text: str) -> None:
        """Send a text message."""
        await self._put({"type": "websocket.send", "text": text}, len(text.encode()))

    async def send_binary(self, data: bytes) -> None:
        """Send a binary message."""
        await self._put({"type": "websocket.send", "bytes": data}, len(data))

    async def close(self, code: int, reason: str) -> None:
        """Close with a code."""
        if self._is_closed:
            return
        self._is_closed = True
        with suppress(Closed):
            await self._put({"type": "websocket.close", "code": code, "reason": reason}, 0)

    async def _put(self, message: _Message, size: int) -> None:
        async with self.turn.take():
            try:
                if self._is_mute:
                    await anyio.lowlevel.checkpoint()
                else:
                    await self._send(message)
            except _GONE as error:
                self._is_closed = True
                raise Closed(_BROKEN) from error
            self._record.bytes_sent += size
            while self._strike is not None and self._record.bytes_sent >= self._strike_at:
                strike, self._strike = self._strike, None
                await strike()


def _upgrade_request(scope: _Message) -> UpgradeRequest:
    return UpgradeRequest(
        path=scope["path"],
        query=scope["query_string"].decode("ascii", "replace"),
        headers={
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        },
        subprotocols=[protocol.strip() for protocol in scope["subprotocols"]],
    )


def _not_found(path: str) -> HttpRefusal:
    return HttpRefusal(status=404, code="unknown_url", message=f"Invalid URL ({path})")


async def _refuse(send: _Send, fault: Refuse) -> None:
    headers = {"content-type": "application/json", **fault.headers}
    encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    kind = "websocket.http.response"
    await send({"type": f"{kind}.start", "status": fault.status, "headers": encoded})
    await send({"type": f"{kind}.body", "body": refusal_body(fault), "more_body": False})


async def _answer(send: _Send, kind: str, refusal: HttpRefusal) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": f"{kind}.start", "status": refusal.status, "headers": headers})
    await send({"type": f"{kind}.body", "body": error_body(refusal), "more_body": False})


def error_body(refusal: HttpRefusal) -> bytes:
    """Return the JSON that tells a refusal over HTTP."""
    error = {
        "type": "invalid_request_error",
        "code": refusal.code,
        "message": refusal.message,
        "param": None,
    }
    return orjson.dumps({"error": error})
