"""Detached tasks run on both event loops and see the caller's context."""

import contextvars

import anyio
import anyio.lowlevel
import pytest

from realtime_voice.transport import start_detached
from realtime_voice.transport._tasks import Flag

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


async def test_a_flag_is_waited_for_until_it_is_set_or_for_a_while() -> None:
    """Nobody is told too early, and the others who wait go on waiting when the time is over."""
    flag = Flag()
    others: list[bool] = []

    async def other() -> None:
        await flag.wait()
        others.append(flag.is_set)

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(other)
            started = anyio.current_time()
            await flag.wait_for(0.05)
            assert anyio.current_time() - started >= 0.04
            assert not others
            with anyio.move_on_after(0.01):
                await flag.wait_for(60)
            group.start_soon(flag.wait_for, 60)
            await anyio.sleep(0.01)
            flag.set()
        await flag.wait_for(60)
    assert others == [True]
