"""What a contestant is, and what it must deliver.

The work is the same for everybody: sound must reach ``Sink.audio`` as bytes of PCM, words reach
``Sink.text``, the end of an answer reaches ``Sink.done``, and every other event is decoded as the
library usually does it. When the user begins to speak, ``conversation.item.truncate`` must be sent
for what is being played: by the library, or by the lines of user code that its documentation shows.
"""

import asyncio
import contextlib
import struct
import time
from typing import Any

import anyio
import anyio.abc

KEY = "sk-benchmark"
MODEL = "gpt-realtime"
TRUNCATE_MS = 1200
READY_S = 20.0
NEVER = 1 << 62
_stamp = struct.Struct("<q").unpack_from


class Sink:
    """The user's code behind a contestant: counts, and looks at the time of sending."""

    __slots__ = (
        "_audio_goal",
        "_done_goal",
        "audio_events",
        "dones",
        "item_id",
        "latencies",
        "pcm_bytes",
        "reached",
        "stamped",
        "text_characters",
    )

    def __init__(self, *, stamped: bool = False) -> None:
        self.audio_events = self.pcm_bytes = self.text_characters = self.dones = 0
        self.latencies: list[int] = []
        self.stamped = stamped
        self.item_id: str | None = None
        self.reached = anyio.Event()
        self._audio_goal = self._done_goal = NEVER

    def expect(self, audio: int, dones: int) -> anyio.Event:
        """An event that is set when so much more has come."""
        self._audio_goal, self._done_goal = self.audio_events + audio, self.dones + dones
        self.reached = anyio.Event()
        return self.reached

    def audio(self, pcm: bytes) -> None:
        self.audio_events += 1
        self.pcm_bytes += len(pcm)
        if self.stamped:
            self.latencies.append(time.monotonic_ns() - _stamp(pcm)[0])
        if self.audio_events == self._audio_goal and self.dones >= self._done_goal:
            self.reached.set()

    def text(self, words: str) -> None:
        self.text_characters += len(words)

    def done(self) -> None:
        self.dones += 1
        if self.dones == self._done_goal and self.audio_events >= self._audio_goal:
            self.reached.set()


class Connection:
    """One open session."""

    async def append(self, pcm: bytes) -> None:
        """Send a piece of the user's voice."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """Close it."""
        raise NotImplementedError


class Adapter:
    """A library; one for each process."""

    frame_ms: int | None = None
    """Set where the library cuts sound into pieces of its own, with their length."""

    async def prepare(self, url: str, group: anyio.abc.TaskGroup) -> None:
        """Make what sessions share.

        Args:
            url: Base of the API, ``http(s)://127.0.0.1:port/v1``.
            group: For tasks that live as long as the process.
        """
        self.url = url
        self.group = group

    async def open(self, sink: Sink, *, plays: bool = False) -> Connection:
        """Open a session; returns when ``session.created`` was delivered.

        Args:
            sink: The user's code.
            plays: The voice is played (for measures of barge-in), where the library knows that.
        """
        raise NotImplementedError

    async def finish(self) -> None:
        """Release what :meth:`prepare` made."""


class TaskConnection(Connection):
    """For asyncio libraries whose connection is a context manager: it lives in a task."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._task: asyncio.Task[None] | None = None

    async def live(self) -> None:
        """Connect and handle every event, until cancelled."""
        raise NotImplementedError

    def is_ready(self) -> None:
        """Call this when ``session.created`` has come."""
        if not self._ready.done():
            self._ready.set_result(None)

    async def start(self) -> "TaskConnection":
        self._task = asyncio.create_task(self.live())
        self._task.add_done_callback(self._ended)
        await asyncio.wait_for(self._ready, READY_S)
        return self

    def _ended(self, task: asyncio.Task[Any]) -> None:
        if self._ready.done():
            return
        error = None if task.cancelled() else task.exception()
        self._ready.set_exception(error or RuntimeError("it ended before session.created"))

    async def aclose(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(BaseException):
                await self._task


def websocket_url(url: str) -> str:
    """The address of a session below a base of the API."""
    return url.replace("http", "ws", 1) + f"/realtime?model={MODEL}"
