"""Answers find those who wait for them."""

import anyio
import pytest

from realtime_voice.errors import RequestRejected, SessionClosed
from realtime_voice.session._replies import Replies

pytestmark = pytest.mark.anyio


async def test_each_answer_finds_its_caller() -> None:
    """By event id, in any order; an answer may come before the wait begins."""
    replies = Replies()
    with replies.expected("a") as a, replies.expected("b") as b, replies.expected("a") as again:
        assert replies.awaits("a")
        replies.settle("b", "two")
        replies.fail("a", RequestRejected("no", event_id="a"))
        assert await b.wait() == "two"
        for reply in (a, again):
            with pytest.raises(RequestRejected):
                await reply.wait()
    assert not replies.awaits("a")
    replies.settle("a")
    replies.fail("nobody", RequestRejected("x"))


async def test_a_cancelled_caller_is_forgotten() -> None:
    """No memory is kept for who has gone, and others still wait."""
    replies = Replies()
    with replies.expected("a") as kept:
        with anyio.move_on_after(0.01), replies.expected("a") as reply:
            await reply.wait()
        assert replies.awaits("a")
        replies.settle("a", "late")
        assert await kept.wait() == "late"
    assert not replies.awaits("a")
    assert not replies.awaits(None)


async def test_the_end_of_the_session_answers_everybody() -> None:
    """Nobody waits for ever."""
    replies = Replies()
    with replies.expected("a") as one, replies.expected("b") as other:
        replies.fail_all(SessionClosed("over"))
        for reply in (one, other):
            with pytest.raises(SessionClosed):
                await reply.wait()
