"""pipecat: its OpenAI service in the smallest pipeline, a processor behind it as the user."""

import asyncio
from typing import Any

import anyio.abc
from loguru import logger
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    LLMFullResponseEndFrame,
    LLMTextFrame,
    TTSAudioRawFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService
from pipecat.workers.runner import WorkerRunner

from benchmarks.adapters import base


class User(FrameProcessor):
    def __init__(self, sink: base.Sink) -> None:
        super().__init__()
        self._sink = sink

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, TTSAudioRawFrame):
            self._sink.audio(frame.audio)
            return
        if isinstance(frame, LLMTextFrame):
            self._sink.text(frame.text)
        elif isinstance(frame, LLMFullResponseEndFrame):
            self._sink.done()
        await self.push_frame(frame, direction)


class Service(OpenAIRealtimeLLMService):
    """Only to learn when the session exists."""

    created: asyncio.Event

    async def _handle_evt_session_created(self, event: Any) -> None:
        await super()._handle_evt_session_created(event)
        self.created.set()


class PipecatConnection(base.Connection):
    def __init__(self, url: str, sink: base.Sink) -> None:
        self._service = Service(
            api_key=base.KEY,
            base_url=url.replace("http", "ws", 1) + "/realtime",
            settings=Service.Settings(model=base.MODEL),
        )
        self._service.created = asyncio.Event()
        self._worker = PipelineWorker(
            Pipeline([self._service, User(sink)]),
            cancel_on_idle_timeout=False,
            enable_rtvi=False,
            params=PipelineParams(audio_in_sample_rate=24_000, audio_out_sample_rate=24_000),
        )
        self._runner = WorkerRunner(handle_sigint=False)

    async def start(self) -> "PipecatConnection":
        started = asyncio.Event()

        @self._worker.event_handler("on_pipeline_started")
        async def _started(_worker: Any, _frame: Any) -> None:
            started.set()

        await self._runner.add_workers(self._worker)
        self._task = asyncio.create_task(self._runner.run())
        await asyncio.wait_for(started.wait(), base.READY_S)
        await asyncio.wait_for(self._service.created.wait(), base.READY_S)
        return self

    async def append(self, pcm: bytes) -> None:
        frame = InputAudioRawFrame(audio=pcm, sample_rate=24_000, num_channels=1)
        await self._worker.queue_frame(frame)

    async def aclose(self) -> None:
        await self._worker.cancel()
        await asyncio.wait_for(self._task, 10)


class Adapter(base.Adapter):
    async def prepare(self, url: str, group: anyio.abc.TaskGroup) -> None:
        await super().prepare(url, group)
        logger.remove()

    async def open(self, sink: base.Sink, *, plays: bool = False) -> base.Connection:
        del plays
        return await PipecatConnection(self.url, sink).start()
