"""Detached tasks run on both event loops and see the caller's context."""

import contextvars

import anyio
import anyio.lowlevel
import pytest

from realtime_voice.transport import start_detached

pytestmark = pytest.mark.anyio

colour: contextvars.ContextVar[str] = contextvars.ContextVar("colour", default="none")


async def test_a_detached_task_outlives_its_starter_and_keeps_its_context() -> None:
    """It is no child of the block that started it."""
    seen: list[str] = []
    done = anyio.Event()
    go = anyio.Event()

    async def work() -> None:
        await go.wait()
        seen.append(colour.get())
        done.set()

    with anyio.CancelScope() as scope:
        colour.set("red")
        start_detached(work, name="work")
        scope.cancel()
        await anyio.lowlevel.checkpoint()
    go.set()
    with anyio.fail_after(10):
        await done.wait()
    assert seen == ["red"]
