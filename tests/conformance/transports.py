"""Every way in which a link can move its bytes, by name, and a way to run a program on each.

Knows how a link is opened; nothing about what is measured on it.
"""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import Any, TypeVar

import anyio
import attrs
import httpx

from realtime_voice.transport import Link, LinkOptions, Route, Target, open_link

__all__ = [
    "TLS_TRANSPORTS",
    "TRANSPORTS",
    "TransportKind",
    "find_transport",
    "linked",
    "opened",
    "run_on",
]

_Result = TypeVar("_Result")


@attrs.frozen(kw_only=True)
class TransportKind:
    """One way to move bytes."""

    name: str
    """What tables call it."""
    backend: str
    """Backend of anyio: ``asyncio`` or ``trio``."""
    uvloop: bool = False
    """Whether asyncio runs on uvloop."""
    tls: bool = False
    """Whether it goes through TLS."""
    own_client: bool = False
    """Whether the user brings an httpx client, so that the ordinary network stream is used."""


TRANSPORTS = tuple(
    kind
    for kind in (
        TransportKind(name="asyncio", backend="asyncio"),
        TransportKind(name="uvloop", backend="asyncio", uvloop=True),
        TransportKind(name="asyncio, own client", backend="asyncio", own_client=True),
        TransportKind(name="trio", backend="trio"),
    )
    if not kind.uvloop or find_spec("uvloop")
)
"""Every way there is over a socket; uvloop where it is installed."""

TLS_TRANSPORTS = tuple(
    attrs.evolve(kind, name=f"{kind.name}, TLS", tls=True) for kind in TRANSPORTS
)
"""The same through TLS, for servers that speak it."""


def find_transport(name: str) -> TransportKind:
    """The kind with this name.

    Raises:
        LookupError: There is none.
    """
    for kind in TRANSPORTS:
        if kind.name == name:
            return kind
    raise LookupError(f"no transport {name!r}; there are {[kind.name for kind in TRANSPORTS]}")


def run_on(
    kind: TransportKind, program: Callable[..., Awaitable[_Result]], *arguments: Any
) -> _Result:
    """Run an asynchronous program on the event loop of this kind."""
    options = {"use_uvloop": True} if kind.uvloop else {}
    return anyio.run(program, *arguments, backend=kind.backend, backend_options=options)


async def opened(
    kind: TransportKind,
    url: str,
    *,
    client: httpx.AsyncClient | None = None,
    trust: ssl.SSLContext | None = None,
    **options: Any,
) -> Link:
    """Open a link of this kind.

    Args:
        kind: How to move bytes.
        url: Where to, ``http`` with path and query.
        client: The user's client, for kinds that have one.
        trust: Whom to trust, for kinds with TLS.
        options: Limits of the link.
    """
    address = httpx.URL(url)
    target = Target(
        url=address,
        http_client=client if kind.own_client else None,
        ssl_context=trust if kind.tls and not kind.own_client else None,
        options=LinkOptions(**options),
    )
    return await open_link(target, Route(address.host, address.port or 80), timeout_s=10)


@asynccontextmanager
async def linked(
    kind: TransportKind, url: str, *, trust: ssl.SSLContext | None = None, **options: Any
) -> AsyncIterator[Link]:
    """A link of this kind for the length of a block; arguments as for :func:`opened`."""
    # Without the usual authorities, which take a tenth of a second to read.
    verify = trust or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    async with httpx.AsyncClient(verify=verify, trust_env=False) as client:
        link = await opened(kind, url, client=client, trust=trust, **options)
        try:
            yield link
        finally:
            with anyio.CancelScope(shield=True):
                await link.aclose()
