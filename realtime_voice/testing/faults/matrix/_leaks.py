"""What a case left behind: tasks, threads, and open descriptors.

Counted on the running event loop, before the case and some time after it. Threads that the event
loops keep for later use are no leak: they are named by their pools.
"""

import asyncio
import gc
import os
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import anyio
import attrs

__all__ = ["Census", "leaks_since"]

_SETTLE_SECONDS = 1.0
_POLL_SECONDS = 0.01
_POOLS = ("AnyIO worker thread", "asyncio_", "Trio thread", "ThreadPoolExecutor")
_DESCRIPTORS = Path("/proc/self/fd")


@attrs.frozen(kw_only=True)
class Census:
    """What there is at one moment."""

    tasks: Counter[str] = attrs.field(factory=Counter[str])
    """Tasks of the event loop, by name."""
    threads: Counter[str] = attrs.field(factory=Counter[str])
    """Threads that do not belong to a pool, by name."""
    sockets: Counter[str] = attrs.field(factory=Counter[str])
    """Open descriptors, by what they are; empty where the system does not tell."""

    @classmethod
    def take(cls) -> "Census":
        """Count, from inside a task of the event loop."""
        names = (thread.name for thread in threading.enumerate())
        return cls(
            tasks=Counter(_tasks()),
            threads=Counter(name for name in names if not name.startswith(_POOLS)),
            sockets=Counter(_descriptors()),
        )

    def __sub__(self, other: "Census") -> "Census":
        return Census(
            tasks=self.tasks - other.tasks,
            threads=self.threads - other.threads,
            sockets=self.sockets - other.sockets,
        )

    def __bool__(self) -> bool:
        return bool(self.tasks or self.threads or self.sockets)

    def __str__(self) -> str:
        kinds = {"tasks": self.tasks, "threads": self.threads, "sockets": self.sockets}
        told = (f"{kind}: {', '.join(left.elements())}" for kind, left in kinds.items() if left)
        return "; ".join(told)


async def leaks_since(before: Census, *, settle_s: float = _SETTLE_SECONDS) -> Census:
    """Compare with an earlier census; what is on its way out gets a moment to be gone.

    Args:
        before: The earlier census.
        settle_s: Seconds to wait at most.

    Returns:
        What there is now and was not there then.
    """
    deadline = anyio.current_time() + settle_s
    while True:
        left = Census.take() - before
        if not left or anyio.current_time() >= deadline:
            return left
        gc.collect()
        await anyio.sleep(_POLL_SECONDS)


def _tasks() -> list[str]:
    trio: Any = sys.modules.get("trio")
    if trio is not None and trio.lowlevel.in_trio_task():
        return [str(task.name) for task in _descendants(trio.lowlevel.current_root_task())]
    # Tasks are numbered by their loop: two of the same kind must compare as equal.
    return [_name(task) for task in asyncio.all_tasks()]


def _name(task: "asyncio.Task[Any]") -> str:
    name = task.get_name()
    coroutine = getattr(task.get_coro(), "__qualname__", "task")
    return coroutine if name.startswith("Task-") else name


def _descendants(task: Any) -> list[Any]:
    children = [child for nursery in task.child_nurseries for child in nursery.child_tasks]
    return [task] + [found for child in children for found in _descendants(child)]


def _descriptors() -> list[str]:
    """What each descriptor is, such as ``socket``; their numbers are of no use to a reader."""
    kinds: list[str] = []
    try:
        links = list(_DESCRIPTORS.iterdir())
    except OSError:
        return kinds
    for link in links:
        try:
            kind = str(link.readlink()).partition(":")[0]
        except OSError:  # the descriptor of the listing itself
            continue
        # uvloop holds one in reserve, for when the system has no descriptor left to accept with.
        if kind != os.devnull:
            kinds.append(kind)
    return kinds
