"""A lock that its holder may take again."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio

__all__ = ["Turn"]


class Turn:
    """One task at a time has it; a task that has it may take it once more inside."""

    def __init__(self) -> None:
        self._lock = anyio.Lock()
        self._owner: int | None = None

    @asynccontextmanager
    async def take(self) -> AsyncGenerator[None, None]:
        """Wait for the turn and keep it for the block."""
        task = anyio.get_current_task().id
        if self._owner == task:
            yield
            return
        async with self._lock:
            self._owner = task
            try:
                yield
            finally:
                self._owner = None
