"""What a microphone and a speaker must be able to do; nothing here knows where sound comes from.

Both are protocols: any object with these members will do, also for a type checker. Subclassing
gives the defaults and ``async with``, and says at once which member is missing.
"""

from abc import abstractmethod
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Protocol, Self, runtime_checkable

from realtime_voice.formats import PCM16_24K, AudioFormat

__all__ = ["AudioSink", "AudioSource"]


class _Closing(Protocol):
    """``async with`` for objects with ``aclose()``."""

    async def aclose(self) -> None:
        """Release what the object holds; calling it again does nothing."""
        return  # A protocol's method without any statement would count as abstract.

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()


@runtime_checkable
class AudioSource(_Closing, Protocol):
    """Where the user's voice comes from.

    A subclass gives :attr:`format` and ``__aiter__``, which yields chunks of raw sound (``bytes``,
    whole frames of :attr:`format`, any length; 20 ms is a good size). The session resamples and
    mixes down where the format differs from its own. When the iteration ends, the user has said
    everything; when it raises, the session ends with that error.
    """

    format: AudioFormat = PCM16_24K
    """Layout of the chunks."""

    @abstractmethod
    def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield chunks of raw sound until there is no more; called once for each session."""


@runtime_checkable
class AudioSink(_Closing, Protocol):
    """Where the model's voice goes.

    Counting is the heart of it: what a listener heard is known only from :meth:`clear` and
    :attr:`frames_rendered`, so a sink subtracts its device's latency itself. Frames are counted
    at :attr:`format`'s rate since the sink was made and never go back.
    """

    format: AudioFormat = PCM16_24K
    """Layout of what :meth:`write` takes."""

    @abstractmethod
    def write(self, data: bytes) -> None:
        """Queue sound for playing; never blocks and never drops.

        Args:
            data: Whole frames of :attr:`format`.
        """

    @abstractmethod
    def clear(self) -> int:
        """Stop at once and forget what was not played.

        Returns:
            Frames played since the sink was made (:attr:`frames_rendered` at that instant).
        """

    @property
    @abstractmethod
    def frames_rendered(self) -> int:
        """Frames played since the sink was made."""

    @abstractmethod
    async def drain(self) -> None:
        """Wait until everything that was written has been played (or cleared)."""
