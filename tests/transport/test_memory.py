"""The pair in memory keeps the contract of a transport."""

import pytest

from realtime_voice.errors import ConnectionLost
from realtime_voice.transport import MemoryTransport, memory_pair

pytestmark = pytest.mark.anyio


async def test_what_one_sends_the_other_receives() -> None:
    """Frames cross in order, both ways."""
    one, other = memory_pair()
    await one.send("a")
    await one.send("b")
    await other.send("c")
    other.deliver(b"d")
    assert [await other.receive(), await other.receive(), await other.receive()] == ["a", "b", b"d"]
    assert await one.receive() == "c"


async def test_closing_one_end_ends_both_after_delivery() -> None:
    """The other end still gets what was sent, then one typed cause, for ever."""
    one, other = memory_pair()
    await one.send("last words")
    await one.aclose()
    await one.aclose()
    assert await other.receive() == "last words"
    with pytest.raises(ConnectionLost) as theirs:
        await other.receive()
    with pytest.raises(ConnectionLost) as ours:
        await one.send("too late")
    assert (theirs.value.by, ours.value.by, ours.value.code) == ("server", "client", 1000)


async def test_an_end_can_break() -> None:
    """A cause that is put in comes out of every call."""
    one, other = memory_pair()
    cause = ConnectionLost("cable cut", cause="reset")
    one.fail(cause)
    for call in (one.receive(), one.send("x")):
        with pytest.raises(ConnectionLost) as caught:
            await call
        assert caught.value is cause
    await other.send("nobody hears")


async def test_an_end_without_a_peer_loses_what_it_sends() -> None:
    """One end alone can be fed by hand."""
    alone = MemoryTransport()
    await alone.send("lost")
    alone.deliver("fed")
    assert await alone.receive() == "fed"
    await alone.aclose()
