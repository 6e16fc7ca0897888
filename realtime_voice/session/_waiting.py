"""Waiting until somebody says so, and the time, without the cost of a new event for each wait.

``anyio.Event`` makes two objects and looks the event loop up each time; a realtime session waits
and wakes a hundred times in a second. Knows nothing of what is waited for.
"""

import asyncio
import sys
from collections.abc import Callable
from typing import Any, cast

__all__ = ["Flag", "Waiters", "loop_clock"]


class Waiters:
    """Tasks that wait for the same thing, on asyncio or trio.

    Whoever wakes up must look again whether the thing is there: somebody else may have taken it.
    """

    __slots__ = ("parked",)

    def __init__(self) -> None:
        self.parked: list[Any] = []
        """Who waits now; a look at it is cheaper than a :meth:`wake` that finds nobody."""

    async def wait(self) -> None:
        """Wait for the next :meth:`wake`; safe to cancel."""
        trio = _trio()
        if trio is not None:
            await self._wait_on_trio(trio)
            return
        future = asyncio.get_running_loop().create_future()
        self.parked.append(future)
        try:
            await future
        except BaseException:
            self._forget(future)
            raise

    def wake(self) -> None:
        """Wake everybody who waits; costs next to nothing when nobody does."""
        if not self.parked:
            return
        parked, self.parked = self.parked, []
        for one in parked:
            if not isinstance(one, asyncio.Future):
                sys.modules["trio"].lowlevel.reschedule(one)
            elif not one.done():
                cast("asyncio.Future[None]", one).set_result(None)

    async def _wait_on_trio(self, trio: Any) -> None:
        task = trio.lowlevel.current_task()
        self.parked.append(task)

        def abort(_: object) -> Any:
            self._forget(task)
            return trio.lowlevel.Abort.SUCCEEDED

        await trio.lowlevel.wait_task_rescheduled(abort)

    def _forget(self, one: object) -> None:
        if one in self.parked:
            self.parked.remove(one)


class Flag:
    """Something that happens once, and that many may wait for; a tenth of an event's size."""

    __slots__ = ("_waiters", "is_set")

    def __init__(self) -> None:
        self.is_set = False
        """Whether it has happened."""
        self._waiters: Waiters | None = None

    def set(self) -> None:
        """It has happened."""
        self.is_set = True
        if self._waiters is not None:
            self._waiters.wake()

    async def wait(self) -> None:
        """Return as soon as it has happened; at once where it has."""
        while not self.is_set:
            if self._waiters is None:
                self._waiters = Waiters()
            await self._waiters.wait()


def loop_clock() -> Callable[[], float]:
    """The clock of the event loop that runs, as ``anyio.current_time()`` reads it, but quicker."""
    trio = _trio()
    if trio is None:
        return asyncio.get_running_loop().time
    return cast("Callable[[], float]", trio.current_time)


def _trio() -> Any:
    """The module trio if it runs this task."""
    trio = sys.modules.get("trio")
    return trio if trio is not None and trio.lowlevel.in_trio_task() else None
