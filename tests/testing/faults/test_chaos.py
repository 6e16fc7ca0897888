"""The chaos proxy over real sockets: what it spoils, and that it spoils nothing else."""

import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import anyio
import pytest
import trustme
from anyio.abc import SocketAttribute, SocketStream
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_voice.errors import ConfigError, ConnectFailed
from realtime_voice.testing import LocalServer, Scripted
from realtime_voice.testing._sockets import end_stream
from realtime_voice.testing.faults import ChaosEvent, ChaosPlan, ChaosProxy, OneWay
from realtime_voice.transport import LinkOptions

pytestmark = pytest.mark.anyio

FATES = st.builds(
    OneWay,
    latency_s=st.floats(0, 0.005),
    jitter_s=st.floats(0, 0.005),
    trickle_bytes=st.none() | st.integers(20, 2000),
    bytes_per_s=st.none() | st.integers(1_000_000, 10_000_000),
    stall_at=st.none() | st.integers(0, 5000),
    stall_s=st.floats(0, 0.005),
    cut_at=st.none() | st.integers(0, 8000),
)


@asynccontextmanager
async def peer(*, echo: bool = True) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A TCP server that keeps what it gets, and says it back if wanted."""
    got: list[bytes] = []

    async def serve(stream: SocketStream) -> None:
        number = len(got)
        got.append(b"")
        async with stream:
            try:
                async for data in stream:
                    got[number] += data
                    if echo:
                        await stream.send(data)
                await stream.send_eof()
            except (anyio.BrokenResourceError, anyio.ClosedResourceError):
                return

    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener:
        port = listener.extra(SocketAttribute.local_port)  # noqa: S610 - anyio's, not Django's
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(listener.serve, serve)
            yield f"127.0.0.1:{port}", got
            tasks.cancel_scope.cancel()


async def read_all(stream: SocketStream) -> tuple[bytes, str]:
    """Read up to the end; tell how that was."""
    data = b""
    with anyio.fail_after(10):
        while True:
            try:
                data += await stream.receive()
            except anyio.EndOfStream:
                return data, "fin"
            except anyio.BrokenResourceError:
                return data, "rst"


async def through(proxy: ChaosProxy, data: bytes) -> tuple[bytes, str]:
    """Send data through a proxy to an echo; return what comes back, and how it ends."""
    async with (
        await anyio.connect_tcp(*proxy.address) as stream,
        anyio.create_task_group() as tasks,
    ):

        async def send() -> None:
            try:
                await stream.send(data)
                await stream.send_eof()
            except (anyio.BrokenResourceError, anyio.ClosedResourceError, OSError):
                return

        tasks.start_soon(send)
        result = await read_all(stream)
        tasks.cancel_scope.cancel()
    return result


@settings(max_examples=25)
@given(up=FATES, down=FATES, seed=st.integers(0, 1000), data=st.binary(max_size=10_000))
def test_bytes_are_what_they_were(up: OneWay, down: OneWay, seed: int, data: bytes) -> None:
    """Whatever the plan: nothing is altered, reordered or lost but what a cut cuts off."""

    async def run() -> None:
        plan = ChaosPlan(up=up, down=down)
        async with peer() as (target, got), ChaosProxy(target, plan, seed=seed) as proxy:
            back, _ = await through(proxy, data)
            cuts = [event for event in proxy.log if event.action == "cut"]
        if not cuts:
            assert (got, back) == ([data], data)
            return
        assert data.startswith(got[0] if got else b"")
        assert data.startswith(back)
        (cut,) = cuts
        if cut.direction == "down":
            assert len(back) == cut.byte == down.cut_at
        else:
            assert len(got[0] if got else b"") == cut.byte == up.cut_at

    anyio.run(run)


async def test_a_plan_without_anything_changes_nothing() -> None:
    """The proxy alone is a line like any other, also for megabytes."""
    data = bytes(range(256)) * 12_000
    async with peer() as (target, got), ChaosProxy(target) as proxy:
        assert await through(proxy, data) == (data, "fin")
        assert got == [data]
        assert proxy.log == []
        assert proxy.connections == 1


@pytest.mark.parametrize("how", ["fin", "rst"])
@pytest.mark.parametrize("byte", [0, 1, 5000])
async def test_cut_at_a_byte(how: str, byte: int) -> None:
    """So many bytes come, then the end in the wanted way."""
    plan = ChaosPlan(down=OneWay(cut_at=byte, cut_how=how))
    async with peer() as (target, _), ChaosProxy(target, plan) as proxy:
        back, end = await through(proxy, bytes(10_000))
        assert (len(back), end) == (byte, how)
        assert proxy.log == [
            ChaosEvent(connection=1, direction="down", byte=byte, action="cut", how=how)
        ]


async def test_latency_and_bandwidth() -> None:
    """Bytes are late by the latency, and come no faster than the line lets them."""
    plan = ChaosPlan(up=OneWay(latency_s=0.15), down=OneWay(bytes_per_s=20_000))
    async with peer() as (target, _), ChaosProxy(target, plan) as proxy:
        began_s = anyio.current_time()
        back, _ = await through(proxy, bytes(4000))
        assert len(back) == 4000
        assert anyio.current_time() - began_s >= 0.15 + 0.19


async def test_the_same_seed_does_the_same() -> None:
    """Same seed, same traffic: same log; another seed: another one; a log replays itself."""
    way = OneWay(jitter_s=0.01, trickle_bytes=500, cut_at=(1000, 2000))
    plan = ChaosPlan(down=way)
    async with peer() as (target, _):

        async def log(**options: object) -> list[ChaosEvent]:
            async with ChaosProxy(target, plan, **options) as proxy:
                await through(proxy, bytes(5000))
            return list(proxy.log)

        first = await log(seed=7)
        assert first == await log(seed=7)
        assert first != await log(seed=8)
        assert first == await log(seed=9, replay=first)


async def test_pieces_are_replayed() -> None:
    """A replay cuts the stream into the same pieces, also where none of them is late."""
    plan = ChaosPlan(down=OneWay(trickle_bytes=40))
    async with peer() as (target, _):
        async with ChaosProxy(target, plan, seed=7) as proxy:
            await through(proxy, bytes(3000))
        sizes = [event.size for event in proxy.log]
        assert sum(sizes) >= 3000
        assert len(set(sizes)) > 5
        async with ChaosProxy(target, replay=proxy.log) as again:
            await through(again, bytes(3000))
        assert again.log == proxy.log


async def test_a_stall_by_hand_outlasts_a_planned_one() -> None:
    """Who stalls a line that stands still already is the one to end it."""
    plan = ChaosPlan(up=OneWay(stall_at=0, stall_s=0.1))
    async with (
        peer() as (target, _),
        ChaosProxy(target, plan) as proxy,
        await anyio.connect_tcp(*proxy.address) as stream,
    ):
        await stream.send(b"hello")
        await anyio.sleep(0.05)
        assert len(proxy.log) == 1
        proxy.stall()
        with anyio.move_on_after(0.2) as scope:
            await stream.receive()
        assert scope.cancelled_caught
        proxy.resume()
        with anyio.fail_after(5):
            assert await stream.receive() == b"hello"


async def test_bandwidth_is_reached_on_a_long_way() -> None:
    """Latency makes bytes late and a line no slower."""
    plan = ChaosPlan(up=OneWay(latency_s=0.5, bytes_per_s=100_000))
    async with peer() as (target, _), ChaosProxy(target, plan) as proxy:
        began_s = anyio.current_time()
        await through(proxy, bytes(100_000))
        assert 1.4 < anyio.current_time() - began_s < 2.2


async def test_one_byte_at_a_time_holds_nobody_up() -> None:
    """A large read in the smallest pieces leaves the event loop to the others."""
    plan = ChaosPlan(up=OneWay(trickle_bytes=1, latency_s=0.2))
    worst_s = 0.0
    async with (
        peer() as (target, _),
        ChaosProxy(target, plan) as proxy,
        await anyio.connect_tcp(*proxy.address) as stream,
    ):
        await stream.send(bytes(65_536))
        for _ in range(250):
            began_s = anyio.current_time()
            await anyio.sleep(0.001)
            worst_s = max(worst_s, anyio.current_time() - began_s)
    assert worst_s < 0.1  # at once, these pieces take several times as long


async def test_half_open_when_the_client_breaks() -> None:
    """The server does not hear that either."""
    async with peer() as (target, got), ChaosProxy(target) as proxy:
        stream = await anyio.connect_tcp(*proxy.address)
        await stream.send(b"heard")
        assert await stream.receive() == b"heard"
        proxy.swallow()
        await end_stream(stream, "rst")
        await anyio.sleep(0.1)
        assert len(proxy._connections) == 1
        assert [event.action for event in proxy.log] == ["swallow", "swallow"]
        assert got == [b"heard"]


async def test_a_name_that_cannot_be() -> None:
    """The connection breaks; the proxy lives on."""
    async with ChaosProxy(f"{'x' * 64}.example:80") as proxy:
        for _ in range(2):
            async with await anyio.connect_tcp(*proxy.address) as stream:
                assert await read_all(stream) == (b"", "rst")


async def test_stall_and_resume() -> None:
    """Nothing passes while the line stands still; then everything does. A replay ends by itself."""
    async with peer() as (target, got):
        async with ChaosProxy(target) as proxy, await anyio.connect_tcp(*proxy.address) as stream:
            await stream.send(b"one")
            assert await stream.receive() == b"one"
            proxy.stall()
            proxy.stall()
            await stream.send(b"two")
            with anyio.move_on_after(0.1) as scope:
                await stream.receive()
            assert scope.cancelled_caught
            proxy.resume()
            proxy.resume()
            assert await stream.receive() == b"two"
        assert [event.action for event in proxy.log] == ["stall", "stall", "resume", "resume"]
        async with ChaosProxy(target, replay=proxy.log) as again:
            began_s = anyio.current_time()
            assert (await through(again, b"onetwo"))[0] == b"onetwo"
            assert anyio.current_time() - began_s >= 0.09
        assert got == [b"onetwo"] * 2


async def test_stall_holds_the_sender_up() -> None:
    """What nobody reads fills the sender's buffers: the proxy holds next to nothing."""
    async with peer(echo=False) as (target, _):
        proxy = ChaosProxy(target, ChaosPlan(up=OneWay(stall_at=100)))
        async with proxy, await anyio.connect_tcp(*proxy.address) as stream:
            sent = 0
            with anyio.move_on_after(0.5):
                while True:
                    await stream.send(bytes(65_536))
                    sent += 65_536
            assert sent < 6 << 20


async def test_half_open() -> None:
    """Everything is taken and nothing comes out, the end included."""
    async with peer() as (target, got), ChaosProxy(target) as proxy:
        async with await anyio.connect_tcp(*proxy.address) as stream:
            await stream.send(b"heard")
            assert await stream.receive() == b"heard"
            proxy.swallow()
            for _ in range(50):
                await stream.send(bytes(65_536))
            await stream.send_eof()
            with anyio.move_on_after(0.1) as scope:
                await stream.receive()
            assert scope.cancelled_caught
        assert got == [b"heard"]


@pytest.mark.parametrize("how", ["fin", "rst"])
async def test_cut_by_hand(how: str) -> None:
    """Open connections end at once, in the wanted way; later ones are whole."""
    async with peer() as (target, _), ChaosProxy(target) as proxy:
        async with await anyio.connect_tcp(*proxy.address) as stream:
            await stream.send(b"hello")
            await stream.receive()
            proxy.cut(how)
            assert await read_all(stream) == (b"", how)
        assert (await through(proxy, b"again"))[0] == b"again"
        assert [(e.connection, e.byte, e.how) for e in proxy.log] == [(1, 5, how)]


async def test_the_plan_may_change() -> None:
    """Connections that come later suffer the new plan."""
    async with peer() as (target, _), ChaosProxy(target) as proxy:
        assert (await through(proxy, b"hello"))[0] == b"hello"
        proxy.plan = ChaosPlan.both(OneWay(cut_at=2))
        assert len((await through(proxy, b"hello"))[0]) <= 2


async def test_server_that_breaks() -> None:
    """A connection that breaks on one side breaks on the other."""

    async def serve(stream: SocketStream) -> None:
        await stream.receive(1)
        await end_stream(stream, "rst")

    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener:
        port = listener.extra(SocketAttribute.local_port)  # noqa: S610 - anyio's, not Django's
        async with anyio.create_task_group() as tasks, ChaosProxy(f"127.0.0.1:{port}") as proxy:
            tasks.start_soon(listener.serve, serve)
            async with await anyio.connect_tcp(*proxy.address) as stream:
                await stream.send(bytes(100_000))
                assert await read_all(stream) == (b"", "rst")
            tasks.cancel_scope.cancel()


async def test_nobody_behind_it() -> None:
    """Without a server, connections break at once."""
    async with peer() as (target, _):
        pass
    async with ChaosProxy(target) as proxy, await anyio.connect_tcp(*proxy.address) as stream:
        assert await read_all(stream) == (b"", "rst")


async def test_a_session_through_it() -> None:
    """Address and client lead to the server by way of the proxy; so does TLS."""
    authority = trustme.CA()
    served, trusted = (
        ssl.SSLContext(p) for p in (ssl.PROTOCOL_TLS_SERVER, ssl.PROTOCOL_TLS_CLIENT)
    )
    authority.issue_cert("127.0.0.1").configure_cert(served)
    authority.configure_trust(trusted)
    for context, trust in ((None, None), (served, trusted)):
        async with AsyncExitStack() as stack:
            server = await stack.enter_async_context(LocalServer(Scripted(), ssl_context=context))
            proxy = await stack.enter_async_context(ChaosProxy(server.url))
            assert proxy.url.partition(":")[0] == server.url.partition(":")[0]
            assert proxy.url.endswith("/v1")
            client = proxy.client(server.token, ssl_context=trust, link=LinkOptions())
            link = await client.connect(model="gpt-realtime")
            await link.aclose()
            proxy.plan = ChaosPlan(down=OneWay(cut_at=20))
            with pytest.raises(ConnectFailed):
                await client.connect(model="gpt-realtime")
            assert "2 connections" in repr(proxy)


@pytest.mark.parametrize("target", ["", "host", "ftp://x:1/", "host:0", "host:99999", "a:b@c:1"])
def test_targets_that_cannot_be(target: str) -> None:
    """An address without a port, or none at all, is refused."""
    with pytest.raises(ConfigError, match="target must look like"):
        ChaosProxy(target)


def test_before_it_runs() -> None:
    """There is no address yet, and it says why."""
    proxy = ChaosProxy("[::1]:80")
    with pytest.raises(RuntimeError, match="async with"):
        _ = proxy.url
    assert "not running" in repr(proxy)


async def test_entered_here_and_left_there() -> None:
    """A fixture may enter it in one task and leave it in another."""
    async with peer() as (target, _):
        proxy = ChaosProxy(target)
        for step in (proxy.__aenter__, lambda: proxy.__aexit__(None, None, None)):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(step)
        with pytest.raises(RuntimeError):
            _ = proxy.address
