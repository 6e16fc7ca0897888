"""azure-ai-voicelive: ``async for event in connection``; it still speaks the names of the beta."""

import base64
from typing import Any

from azure.ai.voicelive.aio import connect
from azure.core.credentials import AzureKeyCredential

from benchmarks.adapters import base


class VoiceLiveConnection(base.TaskConnection):
    def __init__(self, url: str, sink: base.Sink) -> None:
        super().__init__(sink)
        self._url = url
        self._connection: Any = None

    async def live(self) -> None:
        sink = self.sink
        credential = AzureKeyCredential(base.KEY)
        async with connect(
            endpoint=self._url, credential=credential, model=base.MODEL
        ) as connection:
            self._connection = connection
            async for event in connection:
                kind = event.type
                if kind == "response.audio.delta":
                    sink.item_id = event.item_id
                    sink.audio(event.delta)
                elif kind == "response.audio_transcript.delta":
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
    async def open(self, sink: base.Sink, *, plays: bool = False) -> base.Connection:
        del plays
        return await VoiceLiveConnection(self.url.removesuffix("/v1"), sink).start()
