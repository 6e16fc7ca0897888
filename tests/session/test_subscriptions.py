"""Subscriptions: independent, bounded, weak, and each with one typed end."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import suppress

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_voice.errors import ConnectionLost, SlowConsumerError
from realtime_voice.session._subscriptions import Bound, Ending, Subscription, Topic

pytestmark = pytest.mark.anyio


def topic(bound: float = 3) -> tuple[Topic[int], Ending]:
    """A topic of numbers."""
    ending = Ending()
    return Topic("numbers()", ending, bound=Bound(amount=bound)), ending


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
    weighed: Topic[int] = Topic("sound()", Ending(), bound=Bound(amount=2.5, unit="s"))
    subscription = weighed.subscribe()
    assert [weighed.publish(value, value / 10) for value in (10, 10, 10, 1)] == [1, 1, 0, 0]
    assert subscription.backlog == pytest.approx(2)
    assert subscription.dropped == 2


async def test_memory_is_bounded_as_well() -> None:
    """Whatever is passed first; one value may always wait, however large it is."""
    heavy: Topic[int] = Topic("heavy()", Ending(), bound=Bound(amount=100, bytes=1 << 20))
    subscription = heavy.subscribe()
    assert heavy.publish(0, 1.0, 5 << 20) == 1
    assert subscription.backlog_bytes == 5 << 20
    assert await anext(subscription) == 0
    assert [heavy.publish(value, 1.0, 500_000) for value in (1, 2, 3)] == [1, 1, 0]
    assert await take(subscription, 2) == [1, 2]
    with pytest.raises(SlowConsumerError, match="more than 100 values or 1 MiB waited; 1 values"):
        await anext(subscription)


def odd(value: int) -> bool:
    """Odd numbers are deltas: the next even one says all that they say."""
    return value % 2 == 1


async def test_deltas_give_way_to_what_ends_something() -> None:
    """The oldest go first, all others stay in order, and everything that went is counted."""
    numbers: Topic[int] = Topic("n()", Ending(), bound=Bound(amount=8), is_delta=odd)
    sleeper, strict = numbers.subscribe("drop_deltas"), numbers.subscribe()
    for number in range(14):
        numbers.publish(number)
    assert await take(sleeper, int(sleeper.backlog)) == [0, 2, 4, 6, 8, 10, 12, 13]
    assert sleeper.dropped == 6
    assert strict.dropped == 6
    assert numbers.dropped == 12
    numbers.publish(15)
    assert await anext(sleeper) == 15


async def test_a_flood_of_deltas_never_costs_a_final_value() -> None:
    """However many come while nobody reads, and whenever the final ones come."""
    numbers: Topic[int] = Topic("n()", Ending(), bound=Bound(amount=100), is_delta=odd)
    sleeper = numbers.subscribe("drop_deltas")
    finals = list(range(0, 20_000, 400))
    for number in range(20_000):
        if odd(number) or number in finals:
            numbers.publish(number)
        assert sleeper.backlog <= 100
    got = await take(sleeper, int(sleeper.backlog))
    assert [number for number in got if not odd(number)] == finals
    assert got == sorted(got)
    assert len(got) + sleeper.dropped == 10_000 + len(finals)


async def test_too_much_that_is_no_delta_is_an_error_in_the_end() -> None:
    """A delta without room goes alone; another value takes the subscription with it."""
    numbers: Topic[int] = Topic("n()", Ending(), bound=Bound(amount=3), is_delta=odd)
    sleeper = numbers.subscribe("drop_deltas")
    for number in (0, 2, 4, 5):
        numbers.publish(number)
    assert await take(sleeper, 3) == [0, 2, 4]
    for number in (6, 8, 10, 12, 14):
        numbers.publish(number)
    assert await take(sleeper, 3) == [6, 8, 10]
    with pytest.raises(SlowConsumerError) as caught:
        await anext(sleeper)
    assert caught.value.dropped == 3


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
    """A full subscription holds the loop for 32 values at most, and cancelling loses no value."""
    numbers, _ = topic(bound=1_000)
    subscription = numbers.subscribe()
    for number in range(500):
        numbers.publish(number)
    got: list[int] = []
    with anyio.CancelScope() as scope:
        scope.cancel()
        while True:
            got.append(await anext(subscription))
    assert len(got) <= 32
    ran: list[int] = []

    async def other() -> None:
        ran.append(1)

    async with anyio.create_task_group() as group:
        group.start_soon(other)
        got += await take(subscription, 33)
        assert ran == [1]
    assert got == list(range(len(got)))


async def test_the_end_lets_others_run_too() -> None:
    """A loop that asks again and again for what will not come can be cancelled."""
    numbers, ending = topic()
    ending.over = True
    subscription = numbers.subscribe()
    with anyio.move_on_after(0.05) as scope:
        while True:
            with pytest.raises(StopAsyncIteration):
                await anext(subscription)
    assert scope.cancelled_caught


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_no_value_is_lost_or_doubled_when_reads_time_out() -> None:
    """Neither by ``asyncio.wait_for`` nor by ``task.cancel``, however they race with publishing."""
    numbers, ending = topic(bound=100_000)
    subscription = numbers.subscribe()
    got: list[int] = []
    total = 3_000

    async def publish() -> None:
        for number in range(total):
            numbers.publish(number)
            await asyncio.sleep(0.0002 * (number % 3))
        ending.over = True
        numbers.wake()

    async def read_with_timeouts() -> None:
        while len(got) < total / 3:
            with suppress(asyncio.TimeoutError):
                got.append(await asyncio.wait_for(anext(subscription), 0.0001))

    async def read_and_be_cancelled() -> None:
        while len(got) < total * 2 / 3:
            task = asyncio.ensure_future(take(subscription, 1))
            await asyncio.sleep(0.0001)
            task.cancel()
            with suppress(asyncio.CancelledError):
                got.extend(await task)

    publisher = asyncio.ensure_future(publish())
    await read_with_timeouts()
    await read_and_be_cancelled()
    await publisher
    rest = [value async for value in subscription]
    assert [*got, *rest] == list(range(total))


@given(st.lists(st.one_of(st.integers(), st.none()), max_size=60), st.integers(1, 20))
def test_what_is_delivered_is_a_prefix(script: list[int | None], bound: int) -> None:
    """Whatever the order of writing (numbers) and reading (None), nothing is lost or doubled."""
    subscription: Subscription[int] = Subscription("s()", Ending(), bound=Bound(amount=bound))
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
            if not subscription.offer((step, 1.0, 0)):
                accepted.append(step)
    assert accepted == published[: len(accepted)]
    assert read == accepted[: len(read)]
    assert subscription.backlog == len(accepted) - len(read) <= bound


async def _value_of(coroutine: object) -> int:
    return await coroutine  # type: ignore[misc, no-any-return]
