"""A block that may be entered in one task and left in another."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import anyio

from realtime_voice.transport import start_detached

__all__ = ["Detached"]


class Detached:
    """Enters contexts in a task of its own, keeps them open, and leaves them there.

    Args:
        enter: Enters contexts on the stack that it is given.
        report: Takes what goes wrong once the contexts are open.
        name: Name of the task, for debuggers.
    """

    def __init__(
        self,
        enter: Callable[[AsyncExitStack], Awaitable[None]],
        report: Callable[[Exception], None],
        *,
        name: str,
    ) -> None:
        self._enter = enter
        self._report = report
        self._name = name
        self._error: Exception | None = None

    async def open(self) -> None:
        """Start the task and wait until everything is open; raise what stood in the way."""
        self._error = None
        self._opened, self._closing, self._closed = anyio.Event(), anyio.Event(), anyio.Event()
        start_detached(self._live, name=self._name)
        try:
            await self._opened.wait()
        except BaseException:
            await self.close()
            raise
        if self._error is not None:
            raise self._error

    async def close(self) -> None:
        """Close everything, also when the caller is cancelled."""
        self._closing.set()
        with anyio.CancelScope(shield=True):
            await self._closed.wait()

    async def _live(self) -> None:
        try:
            async with AsyncExitStack() as stack:
                await self._enter(stack)
                self._opened.set()
                await self._closing.wait()
        except Exception as error:  # noqa: BLE001 - told to whoever enters or leaves the block
            if self._opened.is_set():
                self._report(error)
            else:
                self._error = error
        finally:
            self._opened.set()
            self._closed.set()
