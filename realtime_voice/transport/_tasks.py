"""Start a task that belongs to no block of code but to an object, on asyncio and trio.

A connection must outlive the call that opened it, be closable from another task (a notebook cell,
a fixture's second half), and its cancel scopes must be left by the task that entered them. So each
connection has one task of its own. This is the only place that asks which event loop runs.
"""

import asyncio
import contextvars
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import anyio

__all__ = ["Flag", "Signal", "on_trio", "start_detached"]

_running: set[asyncio.Task[None]] = set()


def start_detached(function: Callable[[], Coroutine[Any, Any, None]], *, name: str) -> None:
    """Start ``function()`` as a task without a parent.

    Args:
        function: Must catch every exception itself: nobody is there to see one.
        name: Name of the task, for debuggers.
    """
    if on_trio():
        trio = sys.modules["trio"]
        trio.lowlevel.spawn_system_task(function, name=name, context=contextvars.copy_context())
        return
    task = asyncio.get_running_loop().create_task(function(), name=name)
    # The loop itself holds tasks weakly.
    _running.add(task)
    task.add_done_callback(_running.discard)


def on_trio() -> bool:
    """Whether the running event loop is trio's; otherwise it is one of asyncio."""
    trio = sys.modules.get("trio")
    return trio is not None and trio.lowlevel.in_trio_task()


class Signal:
    """Wakes every task that waits, again and again.

    On asyncio it is a bare future: an event of anyio or asyncio costs several times as much, and
    this is made once for each message that somebody had to wait for.
    """

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None] | anyio.Event] = []

    def notify(self) -> None:
        """Wake everybody who waits now."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            if isinstance(one, anyio.Event):
                one.set()
            elif not one.done():
                one.set_result(None)

    async def wait(self) -> None:
        """Wait for the next :meth:`notify`; safe to cancel."""
        if on_trio():
            event = anyio.Event()
            self._waiting.append(event)
            await self._until(event, event.wait())
        else:
            future = asyncio.get_running_loop().create_future()
            self._waiting.append(future)
            await self._until(future, future)

    async def _until(
        self, entry: asyncio.Future[None] | anyio.Event, woken: Awaitable[None]
    ) -> None:
        try:
            await woken
        except BaseException:
            if entry in self._waiting:
                self._waiting.remove(entry)
            raise


class Flag:
    """Something that happens once, and that many may wait for; a tenth of an event's size."""

    __slots__ = ("_signal", "is_set")

    def __init__(self) -> None:
        self._signal: Signal | None = None
        self.is_set = False
        """Whether it has happened."""

    def set(self) -> None:
        """It has happened."""
        self.is_set = True
        if self._signal is not None:
            self._signal.notify()

    async def wait(self) -> None:
        """Return as soon as it has happened; at once where it has."""
        while not self.is_set:
            if self._signal is None:
                self._signal = Signal()
            await self._signal.wait()

    async def wait_for(self, seconds: float) -> None:
        """Return when it has happened, and after a while in any case; safe to cancel.

        On asyncio it is a bare timer: this runs several times a second for each connection.

        Args:
            seconds: The while.
        """
        if self.is_set:
            return
        if on_trio():
            with anyio.move_on_after(seconds):
                await self.wait()
            return
        if self._signal is None:
            self._signal = Signal()
        timer = asyncio.get_running_loop().call_later(seconds, self._signal.notify)
        try:
            await self._signal.wait()
        finally:
            timer.cancel()
