"""Chunks of finished sound, handed out as fast as they are asked for or at the pace of speech.

A plain iterator, not an async generator: it may be left at any point and holds no task.
"""

from collections.abc import Awaitable, Callable
from typing import Self

import anyio
import anyio.lowlevel

from realtime_voice.formats import AudioFormat

__all__ = ["PacedChunks"]


class PacedChunks:
    """Hands out what ``read`` gives, until it gives nothing.

    At the pace of speech, a chunk comes when its last frame would have been spoken, counted from
    the first request: the schedule is absolute, so that delays do not add up, and after a stall
    everything that is due comes at once, and no more.

    Args:
        read: Returns the next chunk; empty at the end.
        layout: Format of the chunks.
        realtime: Whether to keep the pace of speech.
        clock: Returns seconds that only grow; the event loop's own by default.
    """

    def __init__(
        self,
        read: Callable[[], Awaitable[bytes]],
        layout: AudioFormat,
        *,
        realtime: bool,
        clock: Callable[[], float] = anyio.current_time,
    ) -> None:
        self._read = read
        self._layout = layout
        self._realtime = realtime
        self._clock = clock
        self._start: float | None = None
        self._frames = 0
        self._next: bytes | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if self._start is None:
            self._start = self._clock()
        if self._next is None:
            chunk = await self._read()
            self._frames += self._layout.frames(len(chunk))
            self._next = chunk
        # A cancellation from here on keeps the chunk for the next request: no sound is lost.
        await self._wait(self._start)
        due, self._next = self._next, None
        if not due:
            self._next = b""
            raise StopAsyncIteration
        return due

    async def _wait(self, start: float) -> None:
        if self._realtime:
            left = start + self._frames / self._layout.rate - self._clock()
            if left > 0:
                await anyio.sleep(left)
                return
        await anyio.lowlevel.checkpoint()
