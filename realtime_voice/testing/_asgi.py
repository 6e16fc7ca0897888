"""The server's door for clients in the same process: an ASGI application."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import anyio
import orjson

from realtime_voice.testing._admission import HttpRefusal, UpgradeRequest, admit
from realtime_voice.testing._connection import Closed
from realtime_voice.testing._service import Service

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
        admission = admit(request, self._token)
        if isinstance(admission, HttpRefusal):
            await _answer(send, "websocket.http.response", admission)
            return
        await send({"type": "websocket.accept", "subprotocol": admission.subprotocol})
        await self._service.serve(_AppChannel(receive, send), request, admission)


class _AppChannel:
    """Messages of an ASGI WebSocket."""

    def __init__(self, receive: _Receive, send: _Send) -> None:
        self._receive = receive
        self._send = send
        self._is_closed = False

    async def receive(self) -> str | bytes:
        """Return the next message."""
        try:
            message = await self._receive()
        except _GONE as error:
            self._is_closed = True
            raise Closed(_BROKEN) from error
        if message["type"] == "websocket.disconnect":
            self._is_closed = True
            raise Closed(message.get("code") or _NO_STATUS, message.get("reason") or "")
        text: str | None = message.get("text")
        return text if text is not None else bytes(message["bytes"])

    async def send(self, text: str) -> None:
        """Send a text message."""
        try:
            await self._send({"type": "websocket.send", "text": text})
        except _GONE as error:
            self._is_closed = True
            raise Closed(_BROKEN) from error

    async def close(self, code: int, reason: str) -> None:
        """Close with a code."""
        if self._is_closed:
            return
        self._is_closed = True
        try:
            await self._send({"type": "websocket.close", "code": code, "reason": reason})
        except _GONE:
            return


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
