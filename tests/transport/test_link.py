"""A link keeps its promises against real peers that behave badly."""

import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from statistics import median

import anyio
import httpx
import pytest
from wsproto.frame_protocol import Opcode

from realtime_voice.errors import (
    AuthError,
    ConnectionLost,
    LinkStalled,
    MessageTooLarge,
    ProtocolViolation,
    RealtimeError,
    RequestRejected,
)
from realtime_voice.transport import Link, LinkOptions, Route, Target, open_link
from tests.transport.peer import Behaviour, Connection, serving

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def linked(behaviour: Behaviour, **options: object) -> AsyncIterator[Link]:
    """A link to a peer that behaves so."""
    async with serving(behaviour) as peer:
        url = httpx.URL(peer.url)
        target = Target(url=url, options=LinkOptions(**options))
        link = await open_link(target, Route(url.host, url.port or 80), timeout_s=5)
        try:
            yield link
        finally:
            with anyio.CancelScope(shield=True):
                await link.aclose()


async def cause_of(call: Callable[[], Awaitable[object]]) -> RealtimeError:
    """What a call raises, within a bound."""
    with anyio.fail_after(20):
        try:
            while True:
                await call()
        except RealtimeError as exc:
            return exc


async def echo(connection: Connection) -> None:
    """A good peer."""
    await connection.accept()
    async for text in connection.messages():
        await connection.send(text)


async def stand_still(connection: Connection) -> None:
    """A peer that upgrades and then never reads again."""
    await connection.accept()
    await anyio.sleep_forever()


async def test_messages_cross_in_order_whatever_their_size() -> None:
    """Small, empty, large and non-ASCII texts come back unchanged."""
    texts = ["", "a", "ä€😀", "x" * 125, "y" * 126, "z" * 70_000, "w" * 1_500_000]
    async with linked(echo) as link:
        for text in texts:
            await link.send(text)
        assert [await link.receive() for _ in texts] == texts


async def test_frames_that_come_with_the_handshake_are_not_lost() -> None:
    """A server may send its first event in the same packet as the upgrade."""

    async def eager(connection: Connection) -> None:
        await connection.accept(then=connection.frame("first") + connection.frame("second"))
        await connection.close()

    async with linked(eager) as link:
        assert [await link.receive(), await link.receive()] == ["first", "second"]


async def test_pings_that_come_together_are_all_answered_in_order() -> None:
    """Each pong carries what its ping did, also when ten of them come at once."""
    answers: list[bytes] = []
    sent = [b"%d" % number for number in range(10)]
    done = anyio.Event()

    async def pinger(connection: Connection) -> None:
        await connection.accept()
        await connection.stream.send(b"".join(connection.codec.ping(one) for one in sent))
        async for frame in connection.frames():
            if frame.opcode is Opcode.PONG:
                answers.append(bytes(frame.payload))  # type: ignore[arg-type]
            if len(answers) == len(sent):
                break
        done.set()
        await connection.close()

    async with linked(pinger):
        with anyio.fail_after(5):
            await done.wait()
    assert answers == sent


async def test_pings_are_answered_while_nobody_receives() -> None:
    """A consumer that sleeps does not cost the connection: pongs come at once."""
    waits: list[float] = []
    done = anyio.Event()

    async def pinger(connection: Connection) -> None:
        await connection.accept()
        frames = connection.frames()
        for number in range(10):
            sent = time.perf_counter()
            await connection.send("x" * 5000)
            await connection.ping(b"%d" % number)
            async for frame in frames:
                if frame.opcode is Opcode.PONG:
                    assert bytes(frame.payload) == b"%d" % number  # type: ignore[arg-type]
                    waits.append(time.perf_counter() - sent)
                    break
        done.set()
        await connection.close()

    async with linked(pinger) as link:
        with anyio.fail_after(20):
            await done.wait()
        assert median(waits) < 1
        assert [await link.receive() for _ in range(10)] == ["x" * 5000] * 10


async def test_closing_is_orderly_and_idempotent() -> None:
    """The peer gets a close frame with 1000; all closers return together; later calls say so."""
    closes: list[object] = []

    async def watcher(connection: Connection) -> None:
        await connection.accept()
        async for frame in connection.frames():
            if frame.opcode is Opcode.CLOSE:
                closes.append(frame.payload)
                await connection.close(1000)

    async with linked(watcher) as link:
        async with anyio.create_task_group() as group:
            group.start_soon(link.aclose)
            group.start_soon(link.aclose)
        await link.aclose()
        first = await cause_of(link.receive)
        second = await cause_of(lambda: link.send("late"))
    assert closes == [(1000, "")]
    assert first is second
    assert isinstance(first, ConnectionLost)
    assert first.by == "client"


@pytest.mark.parametrize("blocked", [False, True])
async def test_closing_is_bounded_when_the_peer_has_stopped_reading(*, blocked: bool) -> None:
    """Leaving takes about 2.5 s at most, also with a send under way that cannot go on."""
    async with (
        linked(stand_still, stall_s=60, ping_s=None) as link,
        anyio.create_task_group() as tg,
    ):

        async def fill() -> None:
            await cause_of(lambda: link.send("x" * 1_000_000))

        if blocked:
            tg.start_soon(fill)
            await anyio.sleep(0.3)
        start = time.perf_counter()
        await link.aclose()
        assert time.perf_counter() - start < 4.5


async def test_a_cancelled_close_goes_on_by_itself() -> None:
    """Whoever closes may be cancelled; the link still ends."""
    async with linked(stand_still, close_s=0.3) as link:
        with anyio.move_on_after(0.01):
            await link.aclose()
        with anyio.fail_after(10):
            await link.aclose()


@pytest.mark.parametrize(
    ("code", "reason", "kind", "attribute"),
    [
        (1000, "", ConnectionLost, ("code", 1000)),
        (1001, "going away", ConnectionLost, ("reason", "going away")),
        (1011, "", ConnectionLost, ("retryable", True)),
        (3000, "invalid_request_error.invalid_api_key", AuthError, ("code", "invalid_api_key")),
        (4000, "invalid_request_error.missing_model", RequestRejected, ("code", "missing_model")),
        (1008, "policy", RequestRejected, ("status", 1008)),
    ],
)
async def test_a_close_of_the_server_is_never_a_silent_end(
    code: int, reason: str, kind: type[RealtimeError], attribute: tuple[str, object]
) -> None:
    """Every close code ends receive and send with the same typed cause, after what came before."""

    async def closer(connection: Connection) -> None:
        await connection.accept(then=connection.frame("before"))
        await connection.close(code, reason)

    async with linked(closer) as link:
        assert await link.receive() == "before"
        cause = await cause_of(link.receive)
        assert type(cause) is kind
        assert getattr(cause, attribute[0]) == attribute[1]
        assert await cause_of(lambda: link.send("late")) is cause
        assert await cause_of(link.receive) is cause


@pytest.mark.parametrize(("reset", "tail", "cause"), [(True, b"", "reset"), (False, b"", "eof")])
async def test_a_broken_connection_delivers_what_it_has(
    *, reset: bool, tail: bytes, cause: str
) -> None:
    """A burst that is followed by the end of the connection arrives whole (without a reset)."""

    async def burst(connection: Connection) -> None:
        await connection.accept()
        for number in range(500):
            await connection.send(f"{number}")
        if reset:
            await anyio.sleep(0.2)
            connection.reset()

    async with linked(burst) as link:
        assert [await link.receive() for _ in range(500)] == [f"{n}" for n in range(500)]
        error = await cause_of(link.receive)
        assert isinstance(error, ConnectionLost)
        assert error.cause == cause


async def test_a_message_cut_in_the_middle_is_told() -> None:
    """The end inside of a message is part of the error's text."""

    async def cut(connection: Connection) -> None:
        await connection.accept(then=connection.frame("x" * 1000)[:500])
        await anyio.sleep(0.1)

    async with linked(cut) as link:
        error = await cause_of(link.receive)
    assert "in the middle of a message" in str(error)


@pytest.mark.parametrize(
    ("data", "kind", "code"),
    [
        (b"\xc1\x01x", ProtocolViolation, 1002),
        (b"\x81\x02\xff\xfe", ProtocolViolation, 1007),
        (b"\x81\x7f" + (200_000).to_bytes(8, "big") + b"x" * 200_000, MessageTooLarge, 1009),
    ],
)
async def test_a_peer_that_breaks_the_protocol_is_told_why(
    data: bytes, kind: type[ConnectionLost], code: int
) -> None:
    """The close frame carries the right code, and the error says that it was us who closed."""
    closes: list[object] = []

    async def violator(connection: Connection) -> None:
        await connection.accept(then=data)
        closes.extend(
            [one.payload async for one in connection.frames() if one.opcode is Opcode.CLOSE]
        )

    async with linked(violator, max_message_bytes=100_000, close_s=0.3) as link:
        error = await cause_of(link.receive)
    assert type(error) is kind
    assert (error.code, error.by) == (code, "client")
    assert closes == [(code, "")]


async def test_pongs_that_nobody_asked_for_and_pings_at_the_end_do_no_harm() -> None:
    """Legal but odd control frames are ignored."""

    async def odd(connection: Connection) -> None:
        await connection.accept()
        await connection.stream.send(b"\x8a\x00\x8a\x03abc")
        await connection.send("still here")
        async for frame in connection.frames():
            if frame.opcode is Opcode.CLOSE:
                await connection.stream.send(b"\x89\x01x" * 50)
                await connection.close(1000)

    for _ in range(5):
        async with linked(odd) as link:
            assert await link.receive() == "still here"


async def test_a_silent_peer_is_found() -> None:
    """No answer to a ping for too long is a stalled link."""
    async with linked(stand_still, ping_s=0.2, pong_s=0.2) as link:
        start = time.perf_counter()
        error = await cause_of(link.receive)
        assert isinstance(error, LinkStalled)
        assert time.perf_counter() - start < 5


async def test_a_write_that_stands_still_is_found() -> None:
    """A peer that reads nothing more while we send is a stalled link, found while sending."""

    async def talk_and_not_read(connection: Connection) -> None:
        await connection.accept()
        while True:
            await connection.send("I talk")
            await anyio.sleep(0.05)

    async with linked(talk_and_not_read, stall_s=0.4) as link:
        error = await cause_of(lambda: link.send("x" * 500_000))
        assert isinstance(error, LinkStalled)
        assert "written" in str(error)


async def test_a_healthy_link_is_left_alone() -> None:
    """A peer that answers pings keeps its link, however silent it is."""
    pings = 0

    async def polite(connection: Connection) -> None:
        nonlocal pings
        await connection.accept()
        async for frame in connection.frames():
            if frame.opcode is Opcode.PING:
                pings += 1
                await connection.stream.send(bytes(connection.codec.pong(b"")))
            if frame.opcode is Opcode.TEXT:
                await connection.send("here")

    async with linked(polite, ping_s=0.1, pong_s=5) as link:
        with anyio.fail_after(20):
            while pings < 3:  # noqa: ASYNC110 - the peer counts
                await anyio.sleep(0.05)
        await link.send("still there?")
        assert await link.receive() == "here"


async def test_a_blocked_event_loop_is_no_stall() -> None:
    """When our own program stood still, the peer is judged only after reading."""

    async def chatty(connection: Connection) -> None:
        await connection.accept()
        async for frame in connection.frames():
            if frame.opcode is Opcode.PING:
                await connection.stream.send(bytes(connection.codec.pong(b"")))
            if frame.opcode is Opcode.TEXT:
                await connection.send("here")

    async with linked(chatty, ping_s=0.8, pong_s=0.8, stall_s=1) as link:
        await anyio.sleep(0.1)
        time.sleep(2.5)  # noqa: ASYNC251 - blocking the loop is the point
        await link.send("hello")
        assert await link.receive() == "here"


async def test_a_backlog_that_nobody_takes_is_bounded() -> None:
    """A receiver who never comes ends the link instead of filling the memory."""
    sent = anyio.Event()

    async def flood(connection: Connection) -> None:
        await connection.accept()
        for _ in range(100):
            await connection.send("x" * 10_000)
        sent.set()
        await connection.close()

    async with linked(flood, max_backlog_bytes=200_000, close_s=0.3) as link:
        with anyio.fail_after(20):
            await sent.wait()
        await anyio.sleep(0.3)
        received: list[str | bytes] = []

        async def receive() -> None:
            received.append(await link.receive())

        error = await cause_of(receive)
    assert isinstance(error, ConnectionLost)
    assert error.cause == "backlog"
    assert 20 <= len(received) <= 22


async def test_a_thousand_cancelled_sends_and_receives_lose_nothing() -> None:
    """A cancelled send was not sent, or was sent whole; a cancelled receive took nothing."""
    chance = random.Random(3)
    heard: list[str] = []

    async def listen(connection: Connection) -> None:
        await connection.accept()
        async for text in connection.messages():
            heard.append(text)
            await connection.send(text)

    async with linked(listen) as link:
        done, begun, back = [], [], []

        async def receive_all() -> None:
            while "end" not in back:
                with anyio.move_on_after(chance.choice([0, 0.0002, 0.001, 5])):
                    back.append(await link.receive())

        async with anyio.create_task_group() as group:
            group.start_soon(receive_all)
            for number in range(500):
                text = f"{number}:" + "x" * chance.choice([1, 100, 40_000])
                begun.append(text)
                with anyio.move_on_after(chance.choice([0, 0.0001, 0.0005, 5])):
                    await link.send(text)
                    done.append(text)
            await link.send("end")
    assert heard[-1] == "end"
    assert set(done) <= set(heard)
    assert set(heard) <= {*begun, "end"}
    assert len(heard) == len(set(heard))
    assert back == heard
    order = [begun.index(text) for text in heard[:-1]]
    assert order == sorted(order)


async def test_senders_share_one_link() -> None:
    """Frames of concurrent senders never mix, and each sender's order is kept."""
    async with linked(echo) as link:

        async def talk(name: str) -> None:
            for number in range(50):
                await link.send(f"{name}{number}")

        async with anyio.create_task_group() as group:
            for name in "abcd":
                group.start_soon(talk, name)
            got = [str(await link.receive()) for _ in range(200)]
    for name in "abcd":
        assert [text for text in got if text[0] == name] == [f"{name}{n}" for n in range(50)]


async def test_a_text_that_is_no_unicode_is_refused_before_it_is_sent() -> None:
    """Half a surrogate pair raises and leaves the link intact."""
    async with linked(echo) as link:
        with pytest.raises(UnicodeEncodeError):
            await link.send("\ud800")
        await link.send("fine")
        assert await link.receive() == "fine"


async def test_a_sender_that_waits_hears_how_it_ended() -> None:
    """A send that could not finish raises the link's cause."""

    async def leave(connection: Connection) -> None:
        await connection.accept()
        await anyio.sleep(0.3)
        connection.reset()

    async with linked(leave, ping_s=None) as link:
        error = await cause_of(lambda: link.send("x" * 2_000_000))
    assert isinstance(error, ConnectionLost)


async def test_it_tells_how_much_has_not_left_yet() -> None:
    """Nothing on a line that moves; what was taken and waits on one that stands still."""
    async with linked(echo) as link:
        for _ in range(3):
            await link.send("x" * 10_000)
            await link.receive()
        assert link.unsent_bytes == 0
    async with linked(stand_still, stall_s=60, close_s=0.1) as link:
        for _ in range(300):
            # The kernel takes a few hundred kilobytes, and its buffers grow.
            if not link.send_nowait("x" * 100_000):
                await anyio.sleep(0.005)
        before = link.unsent_bytes
        assert before > 0
        async with anyio.create_task_group() as group:
            group.start_soon(link.send, "y" * 50_000)
            await anyio.sleep(0.1)
            assert before < link.unsent_bytes <= before + 50_000
            group.cancel_scope.cancel()
        assert link.unsent_bytes <= before
