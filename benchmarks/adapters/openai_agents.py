"""openai-agents: a ``RealtimeRunner``'s session, iterated."""

import os
from typing import Any

os.environ.setdefault("OPENAI_AGENTS_DISABLE_TRACING", "1")

from agents.realtime import RealtimeAgent, RealtimeRunner

from benchmarks.adapters import base


class AgentsConnection(base.TaskConnection):
    def __init__(self, url: str, sink: base.Sink) -> None:
        super().__init__(sink)
        self._url = url
        self._session: Any = None

    async def live(self) -> None:
        runner = RealtimeRunner(RealtimeAgent(name="bench", instructions="You are helpful."))
        config: Any = {
            "url": base.websocket_url(self._url),
            "api_key": base.KEY,
            "initial_model_settings": {"model_name": base.MODEL},
        }
        async with await runner.run(model_config=config) as session:
            self._session = session
            async for event in session:
                self._take(event)

    def _take(self, event: Any) -> None:
        if event.type == "audio":
            self.sink.audio(event.audio.data)
        elif event.type == "raw_model_event":
            inner = event.data
            if inner.type == "transcript_delta":
                self.sink.text(inner.delta)
            elif inner.type == "turn_ended":
                self.sink.done()
            elif inner.type == "raw_server_event" and inner.data["type"] == "session.created":
                self.is_ready()

    async def append(self, pcm: bytes) -> None:
        await self._session.send_audio(pcm)


class Adapter(base.Adapter):
    async def open(self, sink: base.Sink, *, plays: bool = False) -> base.Connection:
        del plays
        return await AgentsConnection(self.url, sink).start()
