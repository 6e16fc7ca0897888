"""What overtakes what on the way out."""

import anyio
import pytest

from realtime_voice.events import (
    ClientEvent,
    ConversationItemTruncate,
    InputAudioBufferAppend,
    InputAudioBufferClear,
    InputAudioBufferCommit,
    ResponseCancel,
    ResponseCreate,
)
from realtime_voice.session._outbox import Outbox

pytestmark = pytest.mark.anyio


def sound(number: int, size: int = 100) -> InputAudioBufferAppend:
    """A piece of sound with a number."""
    return InputAudioBufferAppend(event_id=f"a{number}", audio=b"\0" * size)


COMMIT = InputAudioBufferCommit(event_id="commit")
CLEAR = InputAudioBufferClear(event_id="clear")
CREATE = ResponseCreate(event_id="create")
CANCEL = ResponseCancel(event_id="cancel")
TRUNCATE = ConversationItemTruncate(
    event_id="truncate", item_id="i", content_index=0, audio_end_ms=1
)


async def order(*events: ClientEvent) -> list[str | None]:
    """In which order events leave that were put in this order."""
    outbox = Outbox()
    for event in events:
        outbox.put(event)
    assert len(outbox) == len(events)
    return [getattr(await outbox.get(), "event_id", None) for _ in events]


async def test_control_jumps_ahead_of_sound() -> None:
    """A barge-in does not wait behind two seconds of sound."""
    got = await order(sound(1), sound(2), CANCEL, TRUNCATE, CREATE)
    assert got == ["cancel", "truncate", "create", "a1", "a2"]


async def test_nothing_but_the_urgent_overtakes_a_commit() -> None:
    """A response asked for after a commit comes after it; a cancel still comes first."""
    got = await order(sound(1), COMMIT, CREATE, CANCEL, sound(2))
    assert got == ["cancel", "a1", "commit", "create", "a2"]


async def test_clear_and_sound_keep_their_order() -> None:
    """What was cleared stays cleared, and what came after stays after."""
    got = await order(sound(1), CLEAR, sound(2), CREATE)
    assert got == ["a1", "clear", "a2", "create"]


async def test_after_the_commit_has_left_control_is_quick_again() -> None:
    """The barrier holds only as long as it waits."""
    outbox = Outbox()
    for event in (COMMIT, sound(1)):
        outbox.put(event)
    assert await outbox.get() is COMMIT
    outbox.put(CREATE)
    assert await outbox.get() is CREATE


async def test_sound_is_bounded_by_waiting() -> None:
    """``room`` holds a fast source back until sound has left."""
    outbox = Outbox()
    entered: list[int] = []

    async def produce() -> None:
        for number in range(6):
            await outbox.room(100, 350)
            outbox.put(sound(number))
            entered.append(number)

    async with anyio.create_task_group() as group:
        group.start_soon(produce)
        await anyio.wait_all_tasks_blocked()
        assert entered == [0, 1, 2]
        assert outbox.audio_bytes == 300
        await outbox.get()
        await anyio.wait_all_tasks_blocked()
        assert entered == [0, 1, 2, 3]
        for _ in range(5):
            await outbox.get()
            await anyio.wait_all_tasks_blocked()
    assert (entered, outbox.audio_bytes, len(outbox)) == ([0, 1, 2, 3, 4, 5], 0, 0)


async def test_getting_waits_and_can_be_cancelled() -> None:
    """An empty outbox waits; a cancelled wait loses nothing."""
    outbox = Outbox()
    with anyio.move_on_after(0.01):
        await outbox.get()
    got: list[ClientEvent] = []

    async def take() -> None:
        got.append(await outbox.get())

    async with anyio.create_task_group() as group:
        group.start_soon(take)
        await anyio.wait_all_tasks_blocked()
        outbox.put(CREATE)
    assert got == [CREATE]


async def test_room_is_left_when_nothing_will_be_taken_any_more() -> None:
    """Whoever waits is let go, and so is whoever comes later."""
    outbox = Outbox()
    outbox.put(sound(1))
    left: list[int] = []

    async def wait() -> None:
        await outbox.room(100, 150)
        left.append(1)

    async with anyio.create_task_group() as group:
        group.start_soon(wait)
        await anyio.wait_all_tasks_blocked()
        assert not left
        outbox.close()
    await wait()
    assert left == [1, 1]


async def test_a_piece_larger_than_the_bound_goes_when_nothing_waits() -> None:
    """Otherwise it would wait for ever."""
    with anyio.fail_after(5):
        await Outbox().room(1_000, 10)


async def test_the_oldest_sound_gives_way_that_nobody_has_asked_for() -> None:
    """Not what a commit or a clear follows: that is a turn already, or nothing any more."""
    outbox = Outbox()
    for event in (sound(1), COMMIT, sound(2), CREATE, sound(3), sound(4), TRUNCATE):
        outbox.put(event)
    assert outbox.drop_oldest(150) == 200
    assert outbox.audio_bytes == 200
    assert outbox.drop_oldest(500) == 100
    assert outbox.drop_oldest(500) == 0
    left = [getattr(await outbox.get(), "event_id", None) for _ in range(len(outbox))]
    assert left == ["truncate", "a1", "commit", "create"]
    assert outbox.audio_bytes == 0
