"""Small clients for tests: one that speaks events, one that speaks WebSocket frames."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

import anyio
import pybase64
import wsproto
from anyio.abc import SocketStream
from wsproto.events import AcceptConnection, Event, Message, Request

from realtime_voice.testing import LocalServer
from realtime_voice.transport import Transport

__all__ = ["RawSocket", "Wire", "connected"]

_LIMIT_S = 10.0


class Wire:
    """Speaks events over a transport.

    Args:
        transport: Carries frames.
    """

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    async def send(self, kind: str, **fields: Any) -> None:
        """Send an event."""
        await self.transport.send(json.dumps({"type": kind, **fields}))

    async def speak(self, pcm: bytes) -> None:
        """Append sound in pieces of 100 ms, as fast as it goes."""
        for start in range(0, len(pcm), 4800):
            audio = pybase64.b64encode(pcm[start : start + 4800]).decode()
            await self.send("input_audio_buffer.append", audio=audio)

    async def receive(self) -> dict[str, Any]:
        """Return the next event."""
        with anyio.fail_after(_LIMIT_S):
            event: dict[str, Any] = json.loads(await self.transport.receive())
        return event

    async def until(self, kind: str) -> list[dict[str, Any]]:
        """Return the events up to the next one of a type, which is the last."""
        events: list[dict[str, Any]] = []
        while not events or events[-1]["type"] != kind:
            events.append(await self.receive())
        return events


@asynccontextmanager
async def connected(
    server: LocalServer, *, in_process: bool = False, **query: str
) -> AsyncIterator[Wire]:
    """Connect to a server; ``session.created`` is the first event."""
    client = server.in_process_client() if in_process else server.client()
    options: dict[str, Any] = query or {"model": "gpt-realtime"}
    transport = await client.connect(**options)
    try:
        yield Wire(transport)
    finally:
        await transport.aclose()


class RawSocket:
    """A WebSocket client that does what it is told, right or wrong.

    Args:
        server: The server.
        target: Path and query.
        token: The key; None for the right one.
    """

    def __init__(
        self, server: LocalServer, target: str = "/v1/realtime?model=gpt-realtime"
    ) -> None:
        self._server = server
        self._target = target
        self.websocket = wsproto.WSConnection(wsproto.ConnectionType.CLIENT)
        self.stream: SocketStream

    async def __aenter__(self) -> Self:
        """Connect and shake hands."""
        host, _, port = self._server.url.removeprefix("http://").partition("/")[0].partition(":")
        self.stream = await anyio.connect_tcp(host, int(port))
        authorization = ("Authorization", f"Bearer {self._server.token}")
        request = Request(host=host, target=self._target, extra_headers=[authorization])
        await self.write(self.websocket.send(request))
        event = await self.event()
        assert isinstance(event, AcceptConnection), event
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Disconnect without a word."""
        await self.stream.aclose()

    async def write(self, data: bytes) -> None:
        """Write bytes as they are."""
        await self.stream.send(data)

    async def send(self, event: Event) -> None:
        """Send a WebSocket event."""
        await self.write(self.websocket.send(event))

    async def event(self) -> Event:
        """Return the next WebSocket event."""
        with anyio.fail_after(_LIMIT_S):
            while True:
                for event in self.websocket.events():
                    return event
                self.websocket.receive_data(await self.stream.receive())

    async def message(self) -> dict[str, Any]:
        """Return the next message as JSON."""
        text = ""
        while True:
            event = await self.event()
            if isinstance(event, Message):
                text += str(event.data)
                if event.message_finished:
                    found: dict[str, Any] = json.loads(text)
                    return found
