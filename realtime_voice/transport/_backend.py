"""How httpcore makes connections for us on asyncio: ones that a link can take over.

Knows nothing of HTTP, TLS or frames.
"""

import asyncio
import socket
from collections.abc import Iterable
from typing import Any

import anyio
import httpcore

from realtime_voice.transport._socket import SocketStream

__all__ = ["SocketBackend"]

_NEXT_ADDRESS_SECONDS = 0.25

_Option = tuple[int, int, int]
_Address = tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]


class SocketBackend(httpcore.AsyncNetworkBackend):
    """Connects TCP on asyncio and uvloop.

    Args:
        options: Socket options of every connection, as for ``setsockopt``. They count on the way
            through a proxy too, where httpcore forgets its own.
    """

    def __init__(self, options: Iterable[_Option] = ()) -> None:
        self._options = tuple(options)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect, to the first address of a name that answers."""
        more: Iterable[Any] = socket_options or ()
        options: tuple[_Option, ...] = (*self._options, *more)
        try:
            async with asyncio.timeout(timeout):
                race = _Race(options, local_address)
                raw = await race.run(await _resolve(host, port))
                # From here on the transport closes the socket, also when this is cancelled.
                _, stream = await asyncio.get_running_loop().create_connection(
                    SocketStream, sock=raw
                )
        except TimeoutError as exc:
            if timeout is None:
                raise httpcore.ConnectError(str(exc)) from exc
            raise httpcore.ConnectTimeout from exc
        except OSError as exc:
            raise httpcore.ConnectError(str(exc)) from exc
        return stream

    async def sleep(self, seconds: float) -> None:
        """Wait, before another attempt."""
        await asyncio.sleep(seconds)


class _Race:
    """Connects to several addresses, each a little later than the one before (RFC 8305).

    asyncio has that too, but up to Python 3.12 it loses the socket when it is cancelled in the
    instant of success.
    """

    def __init__(self, options: tuple[_Option, ...], local_address: str | None) -> None:
        self._options = options
        self._local_address = local_address
        self._errors: list[OSError] = []
        self._winner: socket.socket | None = None

    async def run(self, addresses: list[_Address]) -> socket.socket:
        """Return the first connected socket.

        Raises:
            OSError: None answered; the first one's reason.
        """
        try:
            async with anyio.create_task_group() as group:
                for address in addresses:
                    over = anyio.Event()
                    group.start_soon(self._attempt, address, group.cancel_scope, over)
                    with anyio.move_on_after(_NEXT_ADDRESS_SECONDS):
                        await over.wait()
        except BaseException:
            if self._winner is not None:
                self._winner.close()
            raise
        if self._winner is None:
            raise self._errors[0]
        return self._winner

    async def _attempt(
        self, address: _Address, others: anyio.CancelScope, over: anyio.Event
    ) -> None:
        family, kind, protocol, _, where = address
        try:
            raw = socket.socket(family, kind, protocol)
        except OSError as exc:
            self._errors.append(exc)
            over.set()
            return
        try:
            raw.settimeout(0)
            for level, name, value in self._options:
                raw.setsockopt(level, name, value)
            if self._local_address is not None:
                raw.bind((self._local_address, 0))
            await asyncio.get_running_loop().sock_connect(raw, where)
            if self._winner is None:
                self._winner = raw
                others.cancel()
        except OSError as exc:
            self._errors.append(exc)
        finally:
            if self._winner is not raw:
                raw.close()
            over.set()


async def _resolve(host: str, port: int) -> list[_Address]:
    """Addresses of a name, in the system's order, IPv6 and IPv4 in turns."""
    try:
        # An address in figures needs no thread to ask the system.
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    first = [one for one in found if one[0] == found[0][0]]
    other = [one for one in found if one[0] != found[0][0]]
    mixed: list[_Address] = []
    while first or other:
        mixed += first[:1] + other[:1]
        del first[:1], other[:1]
    return mixed
