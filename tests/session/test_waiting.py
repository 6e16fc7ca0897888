"""Waiting without an event for each wait, on both event loops."""

import anyio
import pytest

from realtime_voice.session._waiting import Flag, Waiters, loop_clock

pytestmark = pytest.mark.anyio


async def test_everybody_who_waits_is_woken_once() -> None:
    """Whoever comes later waits for the next time."""
    waiters = Waiters()
    woken: list[int] = []

    async def wait(number: int) -> None:
        await waiters.wait()
        woken.append(number)

    async with anyio.create_task_group() as group:
        waiters.wake()
        for number in range(3):
            group.start_soon(wait, number)
        await anyio.wait_all_tasks_blocked()
        assert not woken
        waiters.wake()
        await anyio.wait_all_tasks_blocked()
        assert sorted(woken) == [0, 1, 2]
        group.start_soon(wait, 3)
        await anyio.wait_all_tasks_blocked()
        waiters.wake()
        waiters.wake()
    assert sorted(woken) == [0, 1, 2, 3]


async def test_a_cancelled_wait_is_forgotten() -> None:
    """By a scope around it, also when it was woken in the same moment."""
    waiters = Waiters()
    with anyio.move_on_after(0.01) as scope:
        await waiters.wait()
    assert scope.cancelled_caught
    waiters.wake()
    ended: list[bool] = []

    async def wait(scope: anyio.CancelScope) -> None:
        with scope:
            await waiters.wait()
        ended.append(True)

    async with anyio.create_task_group() as group:
        scopes = [anyio.CancelScope() for _ in range(2)]
        for scope in scopes:
            group.start_soon(wait, scope)
        await anyio.wait_all_tasks_blocked()
        waiters.wake()
        scopes[0].cancel()
    assert ended == [True, True]


async def test_a_flag_stays_set() -> None:
    """Those who wait are let go, and those who come later do not wait."""
    flag = Flag()
    assert not flag.is_set
    async with anyio.create_task_group() as group:
        group.start_soon(flag.wait)
        group.start_soon(flag.wait)
        await anyio.wait_all_tasks_blocked()
        flag.set()
    with anyio.fail_after(1):
        await flag.wait()
    assert flag.is_set


async def test_the_clock_is_the_event_loops() -> None:
    """It reads what ``anyio.current_time()`` reads."""
    clock = loop_clock()
    before = anyio.current_time()
    assert before <= clock() <= anyio.current_time()
