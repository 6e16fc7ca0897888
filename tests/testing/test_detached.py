"""Blocks that are entered in one task and left in another."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import anyio
import pytest

from realtime_voice.testing import Asked, LocalServer, Scripted
from realtime_voice.testing._detached import Detached

pytestmark = pytest.mark.anyio


async def in_a_task(function: Callable[[], Awaitable[object]]) -> None:
    """Await something in a task of its own."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(function)


async def test_a_server_of_a_fixture() -> None:
    """A server entered in one task serves others, and is left in a third."""
    server = LocalServer(Scripted([Asked(say="left over")]))
    await in_a_task(server.__aenter__)
    link = await server.client().connect(model="m")
    await link.aclose()

    async def leave() -> None:
        await server.__aexit__(ValueError, ValueError(), None)

    await in_a_task(leave)
    with pytest.raises(RuntimeError):
        _ = server.url


async def test_what_stands_in_the_way_is_raised() -> None:
    """An error on entering is raised bare by ``open``, and the contexts are left."""
    left: list[str] = []

    async def enter(stack: AsyncExitStack) -> None:
        stack.callback(left.append, "left")
        raise LookupError("no")

    with pytest.raises(LookupError, match="no"):
        await Detached(enter, lambda _: None, name="test").open()
    assert left == ["left"]


async def test_what_breaks_later_is_reported() -> None:
    """An error on leaving goes to the report."""
    reported: list[Exception] = []

    def fail() -> None:
        raise LookupError("late")

    async def enter(stack: AsyncExitStack) -> None:
        stack.callback(fail)

    life = Detached(enter, reported.append, name="test")
    await life.open()
    await life.close()
    assert [str(error) for error in reported] == ["late"]


async def test_cancelled_while_opening() -> None:
    """Whoever gives up on opening leaves nothing open."""
    left: list[str] = []

    async def enter(stack: AsyncExitStack) -> None:
        stack.callback(left.append, "left")
        await anyio.sleep(0.05)

    with anyio.move_on_after(0.01):
        await Detached(enter, lambda _: None, name="test").open()
    assert left == ["left"]
