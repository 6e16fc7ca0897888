"""The link of this library alone: the raw contestants' decoding behind our transport."""

import anyio
import anyio.abc

import realtime_voice as rv
from benchmarks.adapters import base
from benchmarks.adapters._frames import append_frame, dispatch, truncate_frame
from realtime_voice.errors import RealtimeError
from realtime_voice.transport import Transport


class RawLink(base.Connection):
    def __init__(self, link: Transport, sink: base.Sink) -> None:
        self._link, self._sink = link, sink
        self.ready = anyio.Event()

    async def read(self) -> None:
        link, sink = self._link, self._sink
        try:
            while True:
                frame: str | bytes | None = await link.receive()
                while frame is not None:
                    dispatch(frame, sink, self)
                    frame = link.receive_nowait()
        except RealtimeError:
            return

    def is_ready(self) -> None:
        self.ready.set()

    def barge_in(self, item_id: str | None) -> None:
        self._link.send_nowait(truncate_frame(item_id))

    async def append(self, pcm: bytes) -> None:
        frame = append_frame(pcm)
        if not self._link.send_nowait(frame):
            await self._link.send(frame)

    async def aclose(self) -> None:
        await self._link.aclose()


class Adapter(base.Adapter):
    async def prepare(self, url: str, group: anyio.abc.TaskGroup) -> None:
        await super().prepare(url, group)
        self._client = rv.RealtimeClient(base.KEY, base_url=url)

    async def open(self, sink: base.Sink, *, plays: bool = False) -> base.Connection:
        del plays
        connection = RawLink(await self._client.connect(model=base.MODEL), sink)
        self.group.start_soon(connection.read)
        await connection.ready.wait()
        return connection
