"""Subscriptions: independent, bounded, weak, and each with one typed end."""

import gc
from collections.abc import AsyncIterator

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_voice.errors import ConnectionLost, SlowConsumerError
from realtime_voice.session._subscriptions import Ending, Subscription, Topic

pytestmark = pytest.mark.anyio


def topic(bound: float = 3) -> tuple[Topic[int], Ending]:
    """A topic of numbers."""
    ending = Ending()
    return Topic("numbers()", ending, bound=bound), ending


async def take(values: AsyncIterator[int], count: int) -> list[int]:
    """The next few values."""
    return [await anext(values) for _ in range(count)]


async def test_each_subscription_gets_everything_from_its_beginning() -> None:
    """Nobody takes values away from anybody."""
    numbers, ending = topic()
    one = numbers.subscribe()
    assert numbers.publish(1) == 1
    other = numbers.subscribe()
    assert numbers.publish(2) == 2
    assert one.backlog == 2
    ending.over = True
    numbers.wake()
    assert [value async for value in one] == [1, 2]
    assert [value async for value in other] == [2]
    assert one.backlog == 0
    assert [value async for value in numbers.subscribe()] == []


async def test_a_slow_subscriber_loses_its_subscription_and_nobody_elses() -> None:
    """What was buffered is delivered, then an error that says how much was missed."""
    numbers, _ = topic(bound=3)
    slow, quick = numbers.subscribe(), numbers.subscribe()
    for number in range(6):
        numbers.publish(number)
        assert await anext(quick) == number
    assert numbers.dropped == 3
    assert await take(slow, 3) == [0, 1, 2]
    for _ in range(2):
        with pytest.raises(SlowConsumerError, match=r"numbers\(\).*more than 3 values") as caught:
            await anext(slow)
        assert caught.value.dropped == 3


async def test_bounds_can_be_weighed() -> None:
    """Sound counts in seconds, not in pieces."""
    weighed = Topic("sound()", Ending(), bound=2.5, unit="s", weigh=lambda value: value / 10)
    subscription = weighed.subscribe()
    assert [weighed.publish(value) for value in (10, 10, 10, 1)] == [1, 1, 0, 0]
    assert subscription.backlog == pytest.approx(2)


async def test_the_end_raises_the_fault_after_what_was_published() -> None:
    """Everybody gets the same error, each time; it counts as told."""
    numbers, ending = topic()
    subscription = numbers.subscribe()
    numbers.publish(1)
    ending.error = ConnectionLost("gone")
    ending.over = True
    assert not ending.told
    assert await anext(subscription) == 1
    for values in (subscription, subscription, numbers.subscribe()):
        with pytest.raises(ConnectionLost) as caught:
            await anext(values)
        assert caught.value is ending.error
    assert ending.told


async def test_forgotten_subscriptions_are_let_go() -> None:
    """A loop that was left with ``break`` fills no memory."""
    numbers, _ = topic()
    numbers.subscribe()
    kept = numbers.subscribe()
    gc.collect()
    assert numbers.publish(1) == 1
    assert numbers.dropped == 0
    numbers.wake()
    assert await anext(kept) == 1


async def test_waiting_readers_are_woken_by_values_and_by_the_end() -> None:
    """Two tasks may share one subscription; each value goes to one of them."""
    numbers, ending = topic(bound=100)
    subscription = numbers.subscribe()
    got: list[int] = []

    async def read() -> None:
        got.extend([value async for value in subscription])

    async with anyio.create_task_group() as group:
        group.start_soon(read)
        group.start_soon(read)
        await anyio.wait_all_tasks_blocked()
        numbers.publish(1)
        await anyio.wait_all_tasks_blocked()
        numbers.publish(2)
        await anyio.wait_all_tasks_blocked()
        ending.over = True
        numbers.wake()
    assert sorted(got) == [1, 2]


async def test_reading_always_lets_others_run_and_a_cancelled_read_takes_nothing() -> None:
    """A full subscription does not hold the loop, and cancelling loses no value."""
    numbers, _ = topic(bound=100)
    subscription = numbers.subscribe()
    for number in range(50):
        numbers.publish(number)
    with anyio.CancelScope() as scope:
        scope.cancel()
        await anext(subscription)
    assert await anext(subscription) == 0
    ran: list[int] = []

    async def other() -> None:
        ran.append(1)

    async with anyio.create_task_group() as group:
        group.start_soon(other)
        await take(subscription, 3)
        assert ran == [1]


@given(st.lists(st.one_of(st.integers(), st.none()), max_size=60), st.integers(1, 20))
def test_what_is_delivered_is_a_prefix(script: list[int | None], bound: int) -> None:
    """Whatever the order of writing (numbers) and reading (None), nothing is lost or doubled."""
    subscription: Subscription[int] = Subscription("s()", Ending(), bound=bound)
    published: list[int] = []
    accepted: list[int] = []
    read: list[int] = []
    for step in script:
        if step is None:
            if subscription.backlog:
                coroutine = subscription.__anext__()
                read.append(anyio.run(_value_of, coroutine))
        else:
            published.append(step)
            if subscription.publish(step):
                accepted.append(step)
    assert accepted == published[: len(accepted)]
    assert read == accepted[: len(read)]
    assert subscription.backlog == len(accepted) - len(read) <= bound


async def _value_of(coroutine: object) -> int:
    return await coroutine  # type: ignore[misc, no-any-return]
