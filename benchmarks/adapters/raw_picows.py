"""picows and orjson, decoded inside the callback of the C parser: the floor for Python."""

import asyncio
import ssl
from typing import Any

import anyio.abc
import picows

from benchmarks.adapters import base
from benchmarks.adapters._frames import append_frame, dispatch, truncate_frame

TEXT = picows.WSMsgType.TEXT
FULL = 1 << 20
LARGEST = 64 << 20


class Picows(picows.WSListener, base.Connection):
    def __init__(self, sink: base.Sink) -> None:
        self.sink = sink
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._gone = asyncio.Event()

    def on_ws_connected(self, transport: Any) -> None:
        self.transport = transport

    def on_ws_frame(self, transport: Any, frame: Any) -> None:
        if frame.msg_type is TEXT:
            dispatch(frame.get_payload_as_memoryview(), self.sink, self)
        elif frame.msg_type is picows.WSMsgType.CLOSE:
            transport.disconnect()

    def on_ws_disconnected(self, transport: Any) -> None:
        del transport
        self._gone.set()

    def is_ready(self) -> None:
        if not self.ready.done():
            self.ready.set_result(None)

    def barge_in(self, item_id: str | None) -> None:
        self.transport.send(TEXT, truncate_frame(item_id))

    async def append(self, pcm: bytes) -> None:
        self.transport.send(TEXT, append_frame(pcm))
        if self.transport.underlying_transport.get_write_buffer_size() > FULL:
            await asyncio.sleep(0)

    async def aclose(self) -> None:
        self.transport.send_close(picows.WSCloseCode.OK)
        self.transport.disconnect()
        await asyncio.wait_for(self._gone.wait(), 5)


class Adapter(base.Adapter):
    async def prepare(self, url: str, group: anyio.abc.TaskGroup) -> None:
        await super().prepare(url, group)
        self._ssl = ssl.create_default_context() if url.startswith("https") else None

    async def open(self, sink: base.Sink, *, plays: bool = False) -> base.Connection:
        del plays
        headers = {"Authorization": f"Bearer {base.KEY}"}
        _, connection = await picows.ws_connect(
            lambda: Picows(sink),
            base.websocket_url(self.url),
            extra_headers=headers,
            ssl_context=self._ssl,
            max_frame_size=LARGEST,
        )
        await connection.ready
        return connection
