"""A proxy that makes a line bad: latency, stalls, cuts and the rest, the same ones each time.

It forwards TCP and knows nothing of what it forwards, so TLS passes through it untouched.
"""

import re
import ssl
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack, suppress
from types import TracebackType
from typing import Self

import anyio

from realtime_voice.client import RealtimeClient
from realtime_voice.errors import ConfigError
from realtime_voice.testing._detached import Detached
from realtime_voice.testing._sockets import GONE, TcpStream, connect, end_stream, listen
from realtime_voice.testing.faults._chaos_plan import ChaosEvent, ChaosPlan, Direction, End
from realtime_voice.testing.faults._chaos_pump import Pump
from realtime_voice.testing.faults._chaos_schedule import Schedule, replayed, seeded
from realtime_voice.transport import LinkOptions

__all__ = ["ChaosProxy"]

_TARGET = re.compile(
    r"(?:(?P<scheme>https?)://)?(?P<host>\[[0-9a-fA-F:]+\]|[^\[\]/:?#@]+):(?P<port>\d+)(?P<rest>/.*)?"
)
_WINDOW = 65_536  # bytes: a sender must soon feel that nobody reads
_MOST_EVENTS = 100_000
_LINGER_S = 1.0
_NOT_RUNNING = "the proxy runs only inside its `async with` block"


class ChaosProxy:
    """Stands between a client and a server, on this machine only, and spoils the line.

    Everything it does hangs on the plan, the seed, the number of the connection and the position
    in the stream: the same traffic meets the same fate. Use it as an async context manager, on
    asyncio or trio; it may be entered in one task and left in another.

    Args:
        target: The server: an address such as ``LocalServer.url``, or ``host:port``.
        plan: What every connection suffers.
        seed: The only source of chance.
        replay: The :attr:`log` of an earlier proxy: what it did is done again, at the same bytes,
            by hand or not; of the plan, only ``bytes_per_s`` counts.

    Raises:
        ConfigError: The target cannot be.
    """

    def __init__(
        self,
        target: str,
        plan: ChaosPlan | None = None,
        *,
        seed: int = 0,
        replay: Iterable[ChaosEvent] | None = None,
    ) -> None:
        found = _TARGET.fullmatch(target)
        if found is None or not 0 < int(found["port"]) < 1 << 16:
            raise ConfigError(
                f"target must look like http://127.0.0.1:8080/v1 or host:port, not {target!r}",
                field="target",
                value=target,
            )
        self._scheme, self._rest = found["scheme"] or "http", found["rest"] or ""
        self._target = (found["host"].strip("[]"), int(found["port"]))
        self.plan = plan or ChaosPlan()
        """What connections suffer that come from now on."""
        self._seed = seed
        self._replay = None if replay is None else tuple(replay)
        self._address: tuple[str, int] | None = None
        self._log: deque[ChaosEvent] = deque(maxlen=_MOST_EVENTS)
        self._connections: dict[int, _Connection] = {}
        self._count = 0
        self._failures: list[Exception] = []
        self._life = Detached(self._enter, self._failures.append, name="realtime_voice chaos proxy")

    def __repr__(self) -> str:
        where = "not running" if self._address is None else self.url
        return f"<ChaosProxy {where}, {self._count} connections>"

    @property
    def address(self) -> tuple[str, int]:
        """Host and port to connect to.

        Raises:
            RuntimeError: The proxy does not run.
        """
        if self._address is None:
            raise RuntimeError(_NOT_RUNNING)
        return self._address

    @property
    def url(self) -> str:
        """The target's address with host and port of the proxy in it.

        Raises:
            RuntimeError: The proxy does not run.
        """
        host, port = self.address
        return f"{self._scheme}://{host}:{port}{self._rest}"

    @property
    def log(self) -> Sequence[ChaosEvent]:
        """What was done so far, in order; the last 100,000 events. Fit for ``replay``."""
        return list(self._log)

    @property
    def connections(self) -> int:
        """How many connections have come."""
        return self._count

    def client(
        self,
        api_key: str,
        *,
        ssl_context: ssl.SSLContext | None = None,
        link: LinkOptions | None = None,
    ) -> RealtimeClient:
        """A client that reaches the target through the proxy.

        Args:
            api_key: The key for the target, such as ``LocalServer.token``.
            ssl_context: Whom the client trusts; the certificate must hold 127.0.0.1.
            link: Limits of its connections.
        """
        return RealtimeClient(
            api_key=api_key, base_url=self.url, ssl_context=ssl_context, link=link
        )

    # --- By hand ------------------------------------------------------------------------------

    def stall(self) -> None:
        """Let every open connection stand still: nothing is read, nothing forwarded."""
        for connection in self._connections.values():
            for pump in connection.pumps:
                pump.stall()

    def resume(self) -> None:
        """End every stall."""
        for connection in self._connections.values():
            for pump in connection.pumps:
                pump.resume()

    def swallow(self) -> None:
        """Make every open connection half-open: all is taken, nothing is forwarded any more."""
        for connection in self._connections.values():
            for pump in connection.pumps:
                pump.swallow()

    def cut(self, how: End = "fin") -> None:
        """End every open connection.

        Args:
            how: ``fin``: it ends; ``rst``: it breaks.
        """
        for connection in self._connections.values():
            connection.cut(how, by_hand=True)

    # --- Its life -----------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        """Listen."""
        await self._life.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop; connections that are still open break."""
        await self._life.close()
        if error is None and self._failures:
            raise self._failures.pop()

    async def _enter(self, stack: AsyncExitStack) -> None:
        listener = await stack.enter_async_context(listen("127.0.0.1", 0, window=_WINDOW))
        stack.callback(self._forget)
        self._address = listener.address
        tasks = await stack.enter_async_context(anyio.create_task_group())
        stack.callback(tasks.cancel_scope.cancel)
        tasks.start_soon(listener.serve, self._serve, tasks)

    def _forget(self) -> None:
        self._address = None

    async def _serve(self, client: TcpStream) -> None:
        self._count += 1
        number, plan = self._count, self.plan
        async with client:
            try:
                server = await connect(*self._target, window=_WINDOW)
            except (OSError, UnicodeError):  # nobody there, or a name that cannot be one
                await end_stream(client, "rst")
                return
            async with server:
                connection = _Connection(client, server)
                for direction in ("up", "down"):
                    connection.add(self._pump(connection, plan, number, direction))
                self._connections[number] = connection
                try:
                    await connection.run()
                finally:
                    del self._connections[number]

    def _pump(
        self, connection: "_Connection", plan: ChaosPlan, number: int, direction: Direction
    ) -> Pump:
        way = plan.up if direction == "up" else plan.down
        ends = (connection.client, connection.server)
        source, sink = ends if direction == "up" else ends[::-1]

        async def end(how: End) -> None:
            connection.cut(how)
            await anyio.lowlevel.checkpoint()

        return Pump(
            source,
            sink,
            self._schedule(plan, number, direction),
            way.bytes_per_s,
            where=(number, direction),
            note=self._log.append,
            end=end,
        )

    def _schedule(self, plan: ChaosPlan, number: int, direction: Direction) -> Schedule:
        if self._replay is not None:
            return replayed(self._replay, number, direction)
        way = plan.up if direction == "up" else plan.down
        return seeded(way, self._seed, number, direction)


class _Connection:
    """A client's connection and the one to the server."""

    def __init__(self, client: TcpStream, server: TcpStream) -> None:
        self.client = client
        self.server = server
        self.pumps: list[Pump] = []
        self._how: End | None = None
        self._scope = anyio.CancelScope()

    def add(self, pump: Pump) -> None:
        """Add one direction."""
        self.pumps.append(pump)

    def cut(self, how: End, *, by_hand: bool = False) -> None:
        """End both connections."""
        if self._how is None:
            self._how = how
            if by_hand:
                self.pumps[-1].note_cut(how)
            self._scope.cancel()

    async def run(self) -> None:
        """Forward both ways until both have ended."""
        with self._scope:
            async with anyio.create_task_group() as tasks:
                for pump in self.pumps:
                    tasks.start_soon(pump.run)
        if self._how is not None:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(_end, self.client, self._how)
                tasks.start_soon(_end, self.server, self._how)


async def _end(stream: TcpStream, how: End) -> None:
    """End a connection, and read what still comes.

    A system that closes on unread data sends a RST instead of a FIN.
    """
    await end_stream(stream, how)
    with anyio.move_on_after(_LINGER_S), suppress(*GONE):
        while True:
            await stream.receive(_WINDOW)
