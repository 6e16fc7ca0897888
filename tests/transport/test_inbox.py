"""Messages wait in order, are never lost to a cancellation, and end with one cause."""

import random

import anyio
import pytest

from realtime_voice.errors import ConnectionLost
from realtime_voice.transport._inbox import Inbox

pytestmark = pytest.mark.anyio


async def test_everything_is_delivered_before_the_cause() -> None:
    """The end does not overtake what came before; it is the same object each time."""
    inbox = Inbox()
    cause = ConnectionLost("gone")
    inbox.put("a")
    inbox.put("b")
    inbox.fail(cause)
    inbox.fail(ConnectionLost("later"))
    inbox.put("ignored")
    assert [await inbox.get(), await inbox.get()] == ["a", "b"]
    for _ in range(2):
        with pytest.raises(ConnectionLost) as caught:
            await inbox.get()
        assert caught.value is cause
    assert (inbox.cause, inbox.size) == (cause, 0)


async def test_put_back_makes_it_the_next_again() -> None:
    """A message that was looked at can be returned."""
    inbox = Inbox()
    inbox.put("a")
    inbox.put("b")
    inbox.put_back(await inbox.get())
    assert inbox.size == 2
    assert [await inbox.get(), await inbox.get()] == ["a", "b"]


async def test_cancelled_gets_lose_nothing() -> None:
    """A thousand cancellations at random instants lose and double nothing."""
    inbox = Inbox()
    got: list[str | bytes] = []
    chance = random.Random(7)

    async def produce() -> None:
        for number in range(1000):
            inbox.put(str(number))
            if chance.random() < 0.5:
                await anyio.lowlevel.checkpoint()
        inbox.fail(ConnectionLost("end"))

    async def consume() -> None:
        while True:
            with anyio.move_on_after(chance.choice([0, 0.0001, 1])):
                got.append(await inbox.get())

    async with anyio.create_task_group() as group:
        group.start_soon(produce)
        with pytest.raises(ConnectionLost):
            await consume()
    assert got == [str(number) for number in range(1000)]


async def test_several_may_wait() -> None:
    """Each message goes to one of those who wait; the cause goes to all."""
    inbox = Inbox()
    got: list[str | bytes] = []
    lost: list[int] = []

    async def take(number: int) -> None:
        try:
            while True:
                got.append(await inbox.get())
        except ConnectionLost:
            lost.append(number)

    async with anyio.create_task_group() as group:
        for number in range(3):
            group.start_soon(take, number)
        await anyio.wait_all_tasks_blocked()
        for number in range(9):
            inbox.put(str(number))
        await anyio.wait_all_tasks_blocked()
        inbox.fail(ConnectionLost("end"))
    assert sorted(map(str, got)) == [str(number) for number in range(9)]
    assert sorted(lost) == [0, 1, 2]
