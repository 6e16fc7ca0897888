"""livekit-plugins-openai: a model's session, its streams read by tasks as an AgentSession does."""

import asyncio
from typing import Any

import aiohttp
import anyio.abc
from livekit import rtc
from livekit.plugins.openai.realtime import RealtimeModel

from benchmarks.adapters import base


class LivekitConnection(base.Connection):
    def __init__(self, model: RealtimeModel, sink: base.Sink) -> None:
        self._sink = sink
        self._tasks: set[asyncio.Task[None]] = set()
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._session = session = model.session()
        session.on("generation_created", lambda event: self._start(self._answer(event)))
        session.on("input_speech_started", self._speech_started)
        session.on("openai_server_event_received", self._event)

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _event(self, event: dict[str, Any]) -> None:
        if event["type"] == "session.created" and not self.ready.done():
            self.ready.set_result(None)
        elif event["type"] == "response.done":
            self._sink.done()

    def _speech_started(self, _: Any) -> None:
        self._session.truncate(
            message_id=self._sink.item_id or "item_none",
            modalities=["audio"],
            audio_end_ms=base.TRUNCATE_MS,
        )

    async def _answer(self, event: Any) -> None:
        async for message in event.message_stream:
            self._sink.item_id = message.message_id
            self._start(self._sound(message.audio_stream))
            self._start(self._words(message.text_stream))

    async def _sound(self, stream: Any) -> None:
        async for frame in stream:
            self._sink.audio(bytes(frame.data))

    async def _words(self, stream: Any) -> None:
        async for words in stream:
            self._sink.text(words)

    async def append(self, pcm: bytes) -> None:
        self._session.push_audio(rtc.AudioFrame(pcm, 24_000, 1, len(pcm) // 2))
        await asyncio.sleep(0)  # push_audio only queues: the sender must come to run

    async def aclose(self) -> None:
        await self._session.aclose()
        for task in list(self._tasks):
            task.cancel()


class Adapter(base.Adapter):
    frame_ms = 100

    async def prepare(self, url: str, group: anyio.abc.TaskGroup) -> None:
        await super().prepare(url, group)
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        self._model = RealtimeModel(
            base_url=url, api_key=base.KEY, model=base.MODEL, http_session=self._http
        )

    async def open(self, sink: base.Sink, *, plays: bool = False) -> base.Connection:
        del plays
        connection = LivekitConnection(self._model, sink)
        await asyncio.wait_for(connection.ready, base.READY_S)
        return connection

    async def finish(self) -> None:
        await self._http.close()
