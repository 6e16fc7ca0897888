"""What moves bytes under a link, and how it tells the link: two protocols, and nothing else.

There are two streams: :mod:`._socket` calls back on asyncio, :mod:`._pull` reads and writes any
network stream in two tasks. Neither knows what a frame is.
"""

from collections.abc import Awaitable, Callable, Iterator
from typing import Protocol

__all__ = ["ByteStream", "Loop", "Sink"]

Loop = Callable[[], Awaitable[None]]
"""A part of a stream that runs in a task of its own, until it is cancelled or raises."""


class Sink(Protocol):
    """Who gets the bytes. Each method returns at once and never raises."""

    def on_bytes(self, data: bytes | memoryview = b"") -> bool:
        """Take bytes.

        Args:
            data: What came; valid during the call only.

        Returns:
            Whether there is more to do with them: call again without data, but let others run
            before, and bring nothing new until then.
        """
        ...

    def on_end(self, exc: BaseException | None) -> None:
        """Take the end: nothing more comes.

        Args:
            exc: What broke the connection; None for an orderly end.
        """
        ...

    def on_room(self) -> None:
        """Hear that :attr:`ByteStream.has_room` is true again."""
        ...


class ByteStream(Protocol):
    """A connected stream of bytes, after the handshake."""

    has_room: bool
    """Whether a write would go out at once or nearly so."""

    def attach(self, sink: Sink) -> tuple[Loop, ...]:
        """Start to deliver.

        Args:
            sink: Gets everything from now on, beginning with what came with the handshake.

        Returns:
            What must be run, each in a task of its own, for bytes to move.
        """
        ...

    def push(self, data: bytes | Iterator[bytes]) -> None:
        """Take bytes to send; never waits. Whoever cares for memory asks ``has_room`` before.

        Args:
            data: A whole frame, or its slices, which are asked for as there is room.
        """
        ...

    def unsent(self) -> bool:
        """Whether something that was taken has not left this process."""
        ...

    def unsent_bytes(self) -> int:
        """How many bytes were taken and have not left this process, as far as they were made."""
        ...

    def progress(self) -> int:
        """How many bytes have left this process; grows while the peer takes anything."""
        ...

    async def aclose(self) -> None:
        """Close at once; what is unsent is lost."""
