"""This library, whole: the core, turns, three iterators and the events, as an application has them.

Three tasks read the sound, the model's words and the user's words, and one the events; what is
measured is all of it.
"""

from contextlib import AsyncExitStack
from typing import Any

import anyio.abc

import realtime_voice as rv
from benchmarks.adapters import base
from realtime_voice.audio import NullSink
from realtime_voice.events import ResponseDone


class Voice(base.Connection):
    def __init__(self, client: Any, sink: base.Sink, *, plays: bool) -> None:
        self._sink = sink
        self._session = rv.Session(
            rv.SessionConfig(model=base.MODEL),
            client=client,
            sink=NullSink() if plays else None,
            keep_audio_s=0,
        )
        self._stack = AsyncExitStack()

    async def start(self, group: anyio.abc.TaskGroup) -> "Voice":
        for reader in (self._sound, self._words, self._user_words, self._events):
            group.start_soon(reader)
        await self._stack.enter_async_context(self._session)
        self.append = self._session.append_audio
        return self

    async def _sound(self) -> None:
        sink = self._sink
        async for chunk in self._session.audio_chunks():
            sink.audio(chunk.data)

    async def _words(self) -> None:
        sink = self._sink
        async for update in self._session.assistant_transcripts():
            sink.text(update.delta)

    async def _user_words(self) -> None:
        async for _ in self._session.user_transcripts():
            pass

    async def _events(self) -> None:
        sink = self._sink
        async for event in self._session.events():
            if isinstance(event, ResponseDone):
                sink.done()

    async def aclose(self) -> None:
        await self._stack.aclose()


class Adapter(base.Adapter):
    async def prepare(self, url: str, group: anyio.abc.TaskGroup) -> None:
        await super().prepare(url, group)
        self.client: Any = rv.RealtimeClient(base.KEY, base_url=url)

    async def open(self, sink: base.Sink, *, plays: bool = False) -> base.Connection:
        return await Voice(self.client, sink, plays=plays).start(self.group)
