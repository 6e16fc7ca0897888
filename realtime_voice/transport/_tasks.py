"""Start a task that belongs to no block of code but to an object, on asyncio and trio.

A connection must outlive the call that opened it, be closable from another task (a notebook cell,
a fixture's second half), and its cancel scopes must be left by the task that entered them. So each
connection has one task of its own. This is the only place that knows which event loop runs.
"""

import asyncio
import contextvars
import sys
from collections.abc import Callable, Coroutine
from typing import Any

__all__ = ["start_detached"]

_running: set[asyncio.Task[None]] = set()


def start_detached(function: Callable[[], Coroutine[Any, Any, None]], *, name: str) -> None:
    """Start ``function()`` as a task without a parent.

    Args:
        function: Must catch every exception itself: nobody is there to see one.
        name: Name of the task, for debuggers.
    """
    if (trio := sys.modules.get("trio")) is not None and trio.lowlevel.in_trio_task():
        trio.lowlevel.spawn_system_task(function, name=name, context=contextvars.copy_context())
        return
    task = asyncio.get_running_loop().create_task(function(), name=name)
    # The loop itself holds tasks weakly.
    _running.add(task)
    task.add_done_callback(_running.discard)
