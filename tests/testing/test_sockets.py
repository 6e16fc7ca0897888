"""TCP as the kernel does it."""

import socket
from contextlib import AsyncExitStack

import anyio
import pytest
from anyio.abc import SocketAttribute

from realtime_voice.testing._sockets import TcpStream, connect, end_stream, listen

pytestmark = pytest.mark.anyio


async def pair() -> tuple[TcpStream, TcpStream]:
    """Two ends of one connection."""
    accepted: list[TcpStream] = []
    came = anyio.Event()

    async def keep(stream: TcpStream) -> None:
        accepted.append(stream)
        came.set()

    async with AsyncExitStack() as stack:
        listener = await stack.enter_async_context(listen("127.0.0.1", 0, window=65_536))
        tasks = await stack.enter_async_context(anyio.create_task_group())
        tasks.start_soon(listener.serve, keep, tasks)
        client = await connect(*listener.address, window=65_536)
        await came.wait()
        tasks.cancel_scope.cancel()
    return client, accepted[0]


async def test_there_and_back() -> None:
    """Megabytes arrive as they were, and so does the end."""
    client, server = await pair()
    data = bytes(range(256)) * 8000
    async with client, server, anyio.create_task_group() as tasks:
        tasks.start_soon(client.send, data)
        got = b""
        while len(got) < len(data):
            got += await server.receive()
        assert got == data
        await client.send_eof()
        with pytest.raises(anyio.EndOfStream):
            await server.receive()
        assert server.extra(SocketAttribute.raw_socket).fileno() > 0  # noqa: S610 - anyio's


async def test_closing_wakes_whoever_waits() -> None:
    """Nobody waits for ever on what has been closed; calls afterwards say so."""
    client, server = await pair()
    closed: list[str] = []

    async def receive() -> None:
        with pytest.raises(anyio.ClosedResourceError):
            await client.receive()
        closed.append("receive")

    async def send() -> None:
        with pytest.raises(anyio.ClosedResourceError):
            await client.send(bytes(50_000_000))
        closed.append("send")

    with anyio.fail_after(5):
        async with server, anyio.create_task_group() as tasks:
            tasks.start_soon(receive)
            tasks.start_soon(send)
            await anyio.sleep(0.05)
            await anyio.aclose_forcefully(client)
    assert sorted(closed) == ["receive", "send"]
    with pytest.raises(anyio.ClosedResourceError):
        await client.receive()
    await client.aclose()


async def test_reset() -> None:
    """A RST comes behind what was sent; calls on the broken connection say so."""
    client, server = await pair()
    await server.send(b"last words")
    await end_stream(server, "rst")
    assert await client.receive() == b"last words"
    with pytest.raises(anyio.BrokenResourceError):
        await client.receive()
    with pytest.raises(anyio.BrokenResourceError):
        await client.send(b"x")
    await client.aclose()
    await end_stream(client, "rst")


async def test_unacknowledged_words_do_not_hold_a_reset_up_for_ever() -> None:
    """A peer that reads nothing gets the RST after a second."""
    client, server = await pair()
    with anyio.move_on_after(0.2):
        await server.send(bytes(20_000_000))
    with anyio.fail_after(3):
        await end_stream(server, "rst")
    await client.aclose()


async def test_nobody_there() -> None:
    """A connection that is refused is an ``OSError``, at once."""
    async with listen("127.0.0.1", 0) as listener:
        address = listener.address
    with anyio.fail_after(5), pytest.raises(OSError, match=r"refused|connect failed"):
        await connect(*address)


async def test_connect_may_be_cancelled() -> None:
    """Giving up leaves no socket behind."""
    with anyio.move_on_after(0) as scope:
        await connect("127.0.0.1", 9)
    assert scope.cancelled_caught


async def test_taken_port() -> None:
    """Two cannot listen on one port."""
    async with listen("127.0.0.1", 0) as listener:
        with pytest.raises(OSError, match=r"in use|[Aa]ddress"):
            async with listen(*listener.address):
                pass


async def test_ipv6() -> None:
    """IPv6 works where the machine has it."""
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    async with listen("::1", 0) as listener:
        assert listener.address[0] == "::1"


async def test_accepting_goes_on_when_the_system_refuses() -> None:
    """Out of descriptors, say: the listener tries again, and does not spin or break."""

    async def never(_: TcpStream) -> None:
        raise AssertionError

    async with listen("127.0.0.1", 0) as listener:
        pass
    with anyio.move_on_after(0.1) as scope:
        async with anyio.create_task_group() as tasks:
            await listener.serve(never, tasks)
    assert scope.cancelled_caught


async def test_host_without_an_address() -> None:
    """A name that nobody knows is an ``OSError``."""
    with pytest.raises(OSError, match=r".+"):
        await connect("name.invalid", 80)
