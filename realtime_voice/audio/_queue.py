"""Sources for applications that already have the sound: pushed from callbacks, or iterated.

A callback may run in any thread, such as an audio driver's: pushing takes a lock for the time of
a queue operation and wakes the event loop without waiting for it. Neither source paces anything.
"""

import asyncio
import sys
import threading
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, Self

import anyio
import anyio.lowlevel

from realtime_voice.audio._checks import (
    checked_bytes,
    checked_format,
    checked_frames,
    checked_positive,
)
from realtime_voice.audio._protocol import AudioSource
from realtime_voice.audio._ring import BoundedByteQueue
from realtime_voice.errors import AudioError
from realtime_voice.formats import PCM16_24K, AudioFormat

__all__ = ["IterableSource", "QueueSource"]


class QueueSource(AudioSource):
    """Speaks what the application pushes, from any thread.

    For live sound: when nobody takes it, the oldest whole frames beyond the bound give way and
    are counted in :attr:`frames_dropped`. Iterating takes all that is queued, as one chunk. Sound
    may be pushed before the session runs.

    Args:
        format: Layout of what is pushed.
        max_ms: Sound that is kept while nobody takes it, in milliseconds.

    Raises:
        AudioError: ``max_ms`` is not a finite number above 0, or ``format`` no
            :class:`AudioFormat`.
    """

    def __init__(
        self,
        format: AudioFormat = PCM16_24K,  # noqa: A002 - the contract's name
        *,
        max_ms: float = 2_000,
    ) -> None:
        self.format = checked_format(format, "QueueSource")
        bound = self.format.bytes_in(checked_positive(max_ms, "max_ms"))
        self._queue = BoundedByteQueue(format.frame_bytes, bound)
        self._lock = threading.Lock()
        self._closed = False
        self._wake: Callable[[], object] | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.format!r}, queued_ms={self.queued_ms:g})"

    @property
    def frames_dropped(self) -> int:
        """Frames that gave way because nobody took them in time."""
        return self._queue.frames_dropped

    @property
    def queued_ms(self) -> float:
        """Sound that waits to be taken, in milliseconds."""
        return self.format.milliseconds(self.format.frames(len(self._queue)))

    def push(self, data: bytes) -> int:
        """Add sound; never blocks, and may be called from any thread.

        Args:
            data: Whole frames of :attr:`format`.

        Returns:
            Frames that gave way: 0 as long as the sound is taken in time.

        Raises:
            AudioError: ``data`` is not bytes, not whole frames, or the source was closed.
        """
        sound = checked_frames(data, self.format, "QueueSource.push")
        with self._lock:
            if self._closed:
                raise AudioError("QueueSource.push after close(): no more sound can be added")
            dropped = self._queue.append(sound)
            wake = self._wake
        if wake is not None and sound:
            wake()
        return dropped

    def close(self) -> None:
        """Say that no more comes: what is queued is still taken, then the iteration ends.

        May be called from any thread, and again.
        """
        with self._lock:
            self._closed = True
            wake = self._wake
        if wake is not None:
            wake()

    async def aclose(self) -> None:
        """Close and forget what is queued."""
        with self._lock:
            self._queue.clear()
        self.close()

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield what was pushed until the source is closed; only one iteration at a time."""
        return _Pushed(self._take_or_register, self._unregister)

    def _take_or_register(self, wake: Callable[[], object]) -> bytes | None:
        """Take all that is queued; b"" says that no more comes, None that ``wake`` will tell."""
        with self._lock:
            if len(self._queue):
                return self._queue.take()
            if self._closed:
                return b""
            if self._wake is not None:
                raise AudioError("QueueSource is iterated twice at once; use one source for each")
            self._wake = wake
            return None

    def _unregister(self) -> None:
        with self._lock:
            self._wake = None


class _Pushed:
    """Takes from a :class:`QueueSource`."""

    def __init__(
        self,
        take: Callable[[Callable[[], object]], bytes | None],
        stop_waiting: Callable[[], object],
    ) -> None:
        self._take = take
        self._stop_waiting = stop_waiting

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        # First, so that a cancellation cannot come between taking sound and handing it over.
        await anyio.lowlevel.checkpoint()
        while True:
            event = anyio.Event()
            sound = self._take(partial(_call, _run_soon(), event.set))
            if sound is None:
                try:
                    await event.wait()
                finally:
                    self._stop_waiting()
            elif sound:
                return sound
            else:
                raise StopAsyncIteration


class IterableSource(AudioSource):
    """Speaks the pieces of any iterable of bytes, synchronous or asynchronous.

    The pieces may be cut anywhere, also within a frame; they come out as whole frames.

    Args:
        pieces: Raw sound.
        format: Layout of the sound.

    Raises:
        AudioError: ``pieces`` cannot be iterated, or ``format`` is no :class:`AudioFormat`. While
            iterating: a piece is not bytes, or the sound ends within a frame.
    """

    def __init__(
        self,
        pieces: AsyncIterable[bytes] | Iterable[bytes],
        format: AudioFormat = PCM16_24K,  # noqa: A002 - the contract's name
    ) -> None:
        iterable = hasattr(pieces, "__iter__") or hasattr(pieces, "__aiter__")
        if not iterable or isinstance(pieces, bytes | bytearray | memoryview | str):
            raise AudioError(
                f"IterableSource takes an iterable of bytes, not {type(pieces).__name__}; "
                "put a single piece into a list"
            )
        self._pieces = pieces
        self.format = checked_format(format, "IterableSource")

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the pieces as whole frames."""
        pieces = self._pieces
        if isinstance(pieces, AsyncIterable):
            return _WholeFrames(aiter(pieces), self.format)
        return _WholeFrames(_Stepping(iter(pieces)), self.format)


class _Stepping:
    """A synchronous iterator that lets others run before each step."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        await anyio.lowlevel.checkpoint()
        for piece in self._pieces:
            return piece
        raise StopAsyncIteration


class _WholeFrames:
    """Joins pieces that were cut anywhere to pieces of whole frames."""

    def __init__(self, pieces: AsyncIterator[bytes], layout: AudioFormat) -> None:
        self._pieces = pieces
        self._layout = layout
        self._rest = b""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        async for piece in self._pieces:
            sound = self._rest + checked_bytes(piece, "IterableSource")
            cut = len(sound) - len(sound) % self._layout.frame_bytes
            whole, self._rest = (sound, b"") if cut == len(sound) else (sound[:cut], sound[cut:])
            if whole:
                return whole
        if self._rest:
            left, self._rest = len(self._rest), b""
            raise AudioError(
                f"the sound ended within a frame: {left} of {self._layout.frame_bytes} bytes came; "
                "check the format, or leave the odd bytes out"
            )
        raise StopAsyncIteration


def _run_soon() -> Callable[[Callable[[], object]], object]:
    """How other threads make the running event loop call something, without waiting for it.

    anyio's own ``from_thread.run_sync`` waits for the loop, which an audio thread must not.
    """
    trio: Any = sys.modules.get("trio")
    if trio is not None and trio.lowlevel.in_trio_run():
        soon: Callable[[Callable[[], object]], object] = (
            trio.lowlevel.current_trio_token().run_sync_soon
        )
        return soon
    return asyncio.get_running_loop().call_soon_threadsafe


def _call(run_soon: Callable[[Callable[[], object]], object], wake: Callable[[], object]) -> None:
    # The loop may have ended since: then nobody waits, and nothing is lost but the waking.
    with suppress(RuntimeError):
        run_soon(wake)
