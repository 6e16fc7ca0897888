"""openai-python: ``async for event in connection``, as its README does."""

import base64
from typing import Any

import anyio.abc
from openai import AsyncOpenAI

from benchmarks.adapters import base


class OpenAIConnection(base.TaskConnection):
    def __init__(self, client: AsyncOpenAI, sink: base.Sink) -> None:
        super().__init__(sink)
        self._client = client
        self._connection: Any = None

    async def live(self) -> None:
        sink = self.sink
        async with self._client.realtime.connect(model=base.MODEL) as connection:
            self._connection = connection
            async for event in connection:
                kind = event.type
                if kind == "response.output_audio.delta":
                    sink.item_id = event.item_id
                    sink.audio(base64.b64decode(event.delta))
                elif kind == "response.output_audio_transcript.delta":
                    sink.text(event.delta)
                elif kind == "response.done":
                    sink.done()
                elif kind == "input_audio_buffer.speech_started":
                    await connection.conversation.item.truncate(
                        item_id=sink.item_id or "item_none",
                        content_index=0,
                        audio_end_ms=base.TRUNCATE_MS,
                    )
                elif kind == "session.created":
                    self.is_ready()

    async def append(self, pcm: bytes) -> None:
        audio = base64.b64encode(pcm).decode("ascii")
        await self._connection.input_audio_buffer.append(audio=audio)


class Adapter(base.Adapter):
    async def prepare(self, url: str, group: anyio.abc.TaskGroup) -> None:
        await super().prepare(url, group)
        address = url.replace("http", "ws", 1)
        self._client = AsyncOpenAI(api_key=base.KEY, websocket_base_url=address)

    async def open(self, sink: base.Sink, *, plays: bool = False) -> base.Connection:
        del plays
        return await OpenAIConnection(self._client, sink).start()

    async def finish(self) -> None:
        await self._client.close()
