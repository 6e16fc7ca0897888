"""Rows 12, 14 to 16 and 19 to 22: trust, proxies, keys, and what may be left of an attempt."""

import os
import random
import ssl
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import anyio
import httpx

from realtime_voice.client import RealtimeClient
from realtime_voice.errors import (
    AuthError,
    ConfigError,
    ConnectFailed,
    ProxyFailure,
    RequestRejected,
    TLSFailure,
)
from realtime_voice.testing.faults import RejectUpdate
from realtime_voice.testing.faults.matrix._acts import connected
from realtime_voice.testing.faults.matrix._expect import (
    NotHere,
    expect,
    expect_error,
    expect_failure,
    within,
)
from realtime_voice.testing.faults.matrix._log import logged
from realtime_voice.testing.faults.matrix._peers import closed_port, connect_proxy
from realtime_voice.testing.faults.matrix._rows import (
    ANYWHERE,
    ONLY_PLAIN,
    ONLY_TLS,
    OWN_CLIENT,
    Case,
    Check,
    Row,
)
from realtime_voice.testing.faults.matrix._world import MODEL, World, trust

__all__ = ["ROWS"]

_PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy")
_CANCELS = 200
_CANCELS_IN_PROCESS = 50
_LONGEST_CONNECT_S = 0.02


def _distrusted(*names: str, strangers: bool = False, expired: bool = False, told: str) -> Check:
    async def check(world: World) -> None:
        server, trusting = trust(*names, expired=expired)
        client = ssl.create_default_context() if strangers else trusting
        async with world.serving(ssl_context=server) as place:
            error = await expect_failure(
                place.connect(ssl_context=client), TLSFailure, retryable=False
            )
            expect(told in str(error).lower(), f"{error} does not give the reason ({told!r})")
            expect("127.0.0.1" in str(error), f"{error} does not name the host")

    return check


@contextmanager
def _environment(**variables: str) -> Generator[None]:
    """Other proxies for a while; no other case runs in this process at the same time."""
    before = {name: os.environ.pop(name, None) for name in _PROXIES}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name in _PROXIES:
            os.environ.pop(name, None)
        os.environ.update({name: value for name, value in before.items() if value is not None})


async def _environment_proxy(world: World) -> None:
    server, context = trust("realtime.test")
    async with world.serving(ssl_context=server) as place, connect_proxy(place.port) as proxy:
        address = proxy.url.replace("//", "//someone:proxy-pass@")
        with _environment(HTTPS_PROXY=address), logged() as lines:
            client = RealtimeClient(
                place.server.token, base_url="wss://realtime.test/v1", ssl_context=context
            )
            await (await client.connect(model=MODEL)).aclose()
        expect(len(proxy.heads) == 1, f"the proxy was asked {len(proxy.heads)} times")
        expect(
            proxy.heads[0].startswith("CONNECT realtime.test:443 "),
            f"the proxy was asked for {proxy.heads[0].splitlines()[0]!r}",
        )
        via = [line for line in lines if f"127.0.0.1:{proxy.port}" in line]
        expect(len(via) == 1, f"the proxy is in {len(via)} lines of the log, not one")
        expect(not any("proxy-pass" in line for line in lines), "the log shows its password")


async def _no_proxy(world: World) -> None:
    async with world.serving() as place, connect_proxy(1) as proxy:
        with _environment(HTTPS_PROXY=proxy.url, ALL_PROXY=proxy.url):
            await (await place.connect()).aclose()
        expect(proxy.accepted == 0, "the proxy was asked for a server on this very machine")


async def _plaintext(_: World) -> None:
    for scheme in ("ws", "http"):
        try:
            RealtimeClient("a-key", base_url=f"{scheme}://realtime.test/v1")
        except ConfigError as error:
            expect_error(error, ConfigError, field="base_url")
        else:
            expect(is_so=False, otherwise=f"{scheme}:// to another machine was accepted")


def _proxy_fails(refuse: bytes | None, **fields: Any) -> Check:
    async def check(_: World) -> None:
        async with connect_proxy(1, refuse=refuse or b"") as proxy:
            port = closed_port() if refuse is None else proxy.port
            client = RealtimeClient(
                "a-key",
                base_url="https://realtime.test/v1",
                proxy=f"http://someone:proxy-pass@127.0.0.1:{port}",
            )
            error = await expect_failure(client.connect(model=MODEL), ProxyFailure, **fields)
            expect("proxy-pass" not in f"{error!r}{vars(error)}", "the error shows its password")

    return check


async def _no_socks(_: World) -> None:
    if find_spec("socksio") is not None:
        raise NotHere("the package socksio is installed")
    client = RealtimeClient(
        "a-key", base_url="https://realtime.test/v1", proxy="socks5://127.0.0.1:1"
    )
    await expect_failure(client.connect(model=MODEL), ProxyFailure, told="pip install")


async def _key_from_a_callable(world: World) -> None:
    async with world.serving() as place:
        keys: list[str] = []

        async def provide() -> str:
            keys.append(place.server.token if len(keys) != 1 else "expired-key")
            return keys[-1]

        client = place.client(api_key=provide)
        await (await client.connect(model=MODEL)).aclose()
        await expect_failure(client.connect(model=MODEL), AuthError)
        await (await client.connect(model=MODEL)).aclose()
        expect(len(keys) == 3, f"the callable was asked {len(keys)} times for 3 connections")


async def _cancelled(world: World) -> None:
    """Connect and cancel at any moment; what is left is counted behind every case."""
    chance = random.Random(20)  # noqa: S311 - to be the same every time
    async with world.serving() as place:
        client = place.client()
        cancelled = 0
        # In process, closing waits a moment for an answer that never comes.
        wanted = _CANCELS_IN_PROCESS if place.in_process else _CANCELS
        for _ in range(wanted):
            with anyio.move_on_after(chance.uniform(0, _LONGEST_CONNECT_S)) as scope:
                transport = await client.connect(model=MODEL)
                with anyio.CancelScope(shield=True):
                    await transport.aclose()
            cancelled += scope.cancelled_caught
        expect(cancelled > wanted // 10, f"only {cancelled} of {wanted} were cancelled")
        async with connected(place):
            pass


async def _rejected_update(world: World) -> None:
    async with world.serving(RejectUpdate(param="session.audio.output.voice")) as place:
        session = place.session()
        async with within(4, "refusing the configuration"):
            await expect_failure(
                session.__aenter__(),
                RequestRejected,
                param="session.audio.output.voice",
                retryable=False,
            )
        async with within(3, "closing the connection"):
            await place.record.wait_closed()


async def _pool_full(world: World) -> None:
    limits = httpx.Limits(max_connections=1)
    async with world.serving() as place, httpx.AsyncClient(limits=limits) as http_client:
        client = RealtimeClient(
            place.server.token,
            base_url=place.server.url,
            http_client=http_client,
            connect_timeout=0.4,
        )
        first = await client.connect(model=MODEL)
        async with within(1, "giving up"):
            await expect_failure(
                client.connect(model=MODEL), ConnectFailed, stage="pool", told="pool"
            )
        await first.aclose()
        await (await client.connect(model=MODEL)).aclose()


_407 = b"HTTP/1.1 407 Auth\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n"

ROWS = (
    Row(
        number=12,
        fault="a certificate that cannot be trusted",
        must="TLSFailure with OpenSSL's reason and the host; not retryable",
        cases=(
            Case(
                name="unknown authority",
                check=_distrusted("127.0.0.1", strangers=True, told="certificate"),
                on=ONLY_TLS,
            ),
            Case(name="wrong host", check=_distrusted("other.test", told="match"), on=ONLY_TLS),
            Case(
                name="expired",
                check=_distrusted("127.0.0.1", expired=True, told="expired"),
                on=ONLY_TLS,
            ),
        ),
    ),
    Row(
        number=14,
        fault="the environment names a proxy, and the address is wss://",
        must="the connection goes through the proxy (CONNECT), which the log tells once, without "
        "its password; never for this very machine",
        cases=(
            Case(name="HTTPS_PROXY", check=_environment_proxy, on=ONLY_TLS),
            Case(name="this machine", check=_no_proxy, on=ONLY_TLS),
        ),
    ),
    Row(
        number=15,
        fault="ws:// or http://, with or without a proxy",
        must="ConfigError for another machine; this very machine is reached without the proxy",
        cases=(
            Case(name="another machine", check=_plaintext, on=ONLY_PLAIN),
            Case(name="this machine", check=_no_proxy, on=ONLY_PLAIN),
        ),
    ),
    Row(
        number=16,
        fault="the proxy wants a password, is dead, or is a SOCKS proxy without its package",
        must="ProxyFailure, with the status where there is one; never the proxy's password",
        cases=(
            Case(name="407", check=_proxy_fails(_407, status=407), on=ONLY_TLS),
            Case(name="dead", check=_proxy_fails(None), on=ONLY_TLS),
            Case(name="SOCKS", check=_no_socks, on=ONLY_TLS),
        ),
    ),
    Row(
        number=19,
        fault="keys expire and change",
        must="a callable is asked for a key before every connection; its answer is not kept",
        cases=(Case(name="callable", check=_key_from_a_callable),),
    ),
    Row(
        number=20,
        fault="connecting is cancelled at any moment (200 times, by a seed)",
        must="nothing is left: no task, no socket, no slot in a pool",
        cases=(Case(name="cancel", check=_cancelled, on=ANYWHERE, bound_s=20),),
    ),
    Row(
        number=21,
        fault="the server accepts the connection and refuses the configuration",
        must="entering the session raises RequestRejected with the setting; the connection is gone",
        cases=(Case(name="rejected update", check=_rejected_update, on=ANYWHERE),),
    ),
    Row(
        number=22,
        fault="the user's httpx client has no free connection in its pool",
        must="ConnectFailed, stage pool, within the limit; works again when one is free",
        cases=(Case(name="pool of one", check=_pool_full, on=(OWN_CLIENT,)),),
    ),
)
