"""Rows 1 to 4, 11, 13, 17 and 18: getting to a server, and shaking hands with it."""

from typing import Literal

import anyio
import orjson

from realtime_voice.client import RealtimeClient
from realtime_voice.errors import ConnectFailed
from realtime_voice.testing.faults import (
    BadUpgrade,
    DropHandshake,
    GarbageAnswer,
    NeverAnswer,
    NoSession,
    SessionWithUpgrade,
    TrickleUpgrade,
)
from realtime_voice.testing.faults.matrix._acts import connected
from realtime_voice.testing.faults.matrix._expect import expect, expect_failure, within
from realtime_voice.testing.faults.matrix._peers import closed_port, full_port, mute
from realtime_voice.testing.faults.matrix._rows import (
    ANYWHERE,
    ONLY_PLAIN,
    ONLY_TLS,
    SOCKETS,
    WIRES,
    Case,
    Check,
    Row,
)
from realtime_voice.testing.faults.matrix._world import MODEL, World, trust

__all__ = ["ROWS"]

_TIMEOUT_S = 0.4
_SLACK_S = 0.6
_DEFAULT_TIMEOUT_S = 10.0

_Problem = Literal[
    "wrong_accept", "no_accept", "no_upgrade", "no_connection", "extension", "subprotocol"
]


async def _no_such_host(_: World) -> None:
    client = RealtimeClient("a-key", base_url="https://realtime.invalid/v1")
    error = await expect_failure(
        client.connect(model=MODEL), ConnectFailed, kind="dns", retryable=True
    )
    expect("realtime.invalid" in str(error), f"{error} does not name the host")


async def _refused(world: World) -> None:
    scheme = "https" if world.transport == "tls" else "http"
    client = RealtimeClient("a-key", base_url=f"{scheme}://127.0.0.1:{closed_port()}/v1")
    await expect_failure(client.connect(model=MODEL), ConnectFailed, kind="refused", retryable=True)


async def _never_answered(world: World) -> None:
    expect(
        RealtimeClient("a-key").connect_timeout == _DEFAULT_TIMEOUT_S,
        "the usual limit is not 10 s",
    )
    async with world.serving(NeverAnswer()) as place:
        client = place.client(connect_timeout=_TIMEOUT_S)
        async with within(_TIMEOUT_S + _SLACK_S, "giving up"):
            await expect_failure(
                client.connect(model=MODEL),
                ConnectFailed,
                kind="timeout",
                stage="handshake",
                retryable=True,
            )


async def _mute_at(stage: str, url: str, **options: object) -> None:
    """Somebody on the way says nothing, and the error must name the stage."""
    _, context = trust("127.0.0.1") if url.startswith("https") else (None, None)
    client = RealtimeClient(
        "a-key",
        base_url=url,
        connect_timeout=_TIMEOUT_S,
        ssl_context=context,
        **options,  # type: ignore[arg-type] # a proxy, where there is one
    )
    async with within(_TIMEOUT_S + _SLACK_S, "giving up"):
        await expect_failure(
            client.connect(model=MODEL), ConnectFailed, kind="timeout", stage=stage, retryable=True
        )


async def _no_room(_: World) -> None:
    async with full_port() as port:
        await _mute_at("tcp", f"http://127.0.0.1:{port}/v1")


async def _mute_tls(_: World) -> None:
    async with mute() as host:
        await _mute_at("tls", f"https://127.0.0.1:{host.port}/v1")


async def _mute_proxy(_: World) -> None:
    async with mute() as host:
        await _mute_at("proxy", "https://127.0.0.1:9/v1", proxy=host.url)


def _broken_off(fault: DropHandshake | GarbageAnswer) -> Check:
    async def check(world: World) -> None:
        async with world.serving(fault) as place:
            await expect_failure(
                place.connect(), ConnectFailed, kind="handshake", stage="handshake", retryable=True
            )

    return check


def _bad_upgrade(problem: _Problem, told: str) -> Check:
    async def check(world: World) -> None:
        async with world.serving(BadUpgrade(problem=problem)) as place:
            await expect_failure(
                place.connect(), ConnectFailed, kind="handshake", retryable=True, told=told
            )

    return check


async def _tls_to_plain(world: World) -> None:
    async with world.serving() as place:
        client = RealtimeClient(
            "a-key", base_url=place.server.url.replace("http:", "https:"), connect_timeout=3
        )
        await expect_failure(client.connect(model=MODEL), ConnectFailed, told="speak TLS")


async def _plain_to_tls(world: World) -> None:
    async with world.serving() as place:
        client = RealtimeClient(
            "a-key", base_url=place.server.url.replace("https:", "http:"), connect_timeout=3
        )
        await expect_failure(client.connect(model=MODEL), ConnectFailed, kind="handshake")


def _session_arrives(fault: SessionWithUpgrade | TrickleUpgrade) -> Check:
    async def check(world: World) -> None:
        async with world.serving(fault) as place, connected(place) as transport:
            kinds = [orjson.loads(await transport.receive())["type"]]
            await transport.send('{"type":"input_audio_buffer.clear"}')
            while kinds[-1] != "input_audio_buffer.cleared":
                kinds.append(orjson.loads(await transport.receive())["type"])
            expect(kinds[0] == "session.created", f"{kinds} instead of session.created first")

    return check


async def _no_session(world: World) -> None:
    async with world.serving(NoSession()) as place:
        client = place.client(connect_timeout=_TIMEOUT_S)
        # The connection stands already: ending it may take as long as leaving takes.
        async with within(_TIMEOUT_S + _SLACK_S + 2.0, "giving up"):
            await expect_failure(
                client.connect(model=MODEL),
                ConnectFailed,
                kind="timeout",
                stage="session.created",
                retryable=True,
            )


async def _no_session_awaited(world: World) -> None:
    async with world.serving(NoSession()) as place:
        with anyio.fail_after(3):
            transport = await place.client().connect(model=MODEL, call_id="rtc_call")
        await transport.aclose()


ROWS = (
    Row(
        number=1,
        fault="the name of the host cannot be resolved",
        must="ConnectFailed, kind dns, retryable; the message names the host",
        cases=(Case(name="no such host", check=_no_such_host, on=ONLY_PLAIN, bound_s=11),),
    ),
    Row(
        number=2,
        fault="nobody listens on the port",
        must="ConnectFailed, kind refused, retryable",
        cases=(Case(name="closed port", check=_refused, on=WIRES),),
    ),
    Row(
        number=3,
        fault="connecting never comes to an end",
        must="one limit for everything (10 s unless set): ConnectFailed, kind timeout, and the "
        "stage that was waited for",
        cases=(
            Case(name="the upgrade is never answered", check=_never_answered),
            Case(name="TCP never connects", check=_no_room, on=ONLY_PLAIN),
            Case(name="TLS is never answered", check=_mute_tls, on=ONLY_TLS),
            Case(name="the proxy never answers", check=_mute_proxy, on=ONLY_TLS),
        ),
    ),
    Row(
        number=4,
        fault="the connection ends or breaks, or garbage comes, instead of the handshake",
        must="ConnectFailed, kind handshake, retryable",
        cases=(
            Case(name="end", check=_broken_off(DropHandshake(how="fin"))),
            Case(name="reset", check=_broken_off(DropHandshake(how="rst"))),
            Case(name="garbage", check=_broken_off(GarbageAnswer())),
            Case(name="half an answer", check=_broken_off(GarbageAnswer(data=b"HTTP/1.1 101 Sw"))),
        ),
    ),
    Row(
        number=11,
        fault="the server's 101 does not prove itself",
        must="ConnectFailed, kind handshake; the message names the header",
        cases=(
            Case(name="wrong key", check=_bad_upgrade("wrong_accept", "Sec-WebSocket-Accept")),
            Case(name="no key", check=_bad_upgrade("no_accept", "Sec-WebSocket-Accept")),
            Case(name="no Upgrade", check=_bad_upgrade("no_upgrade", "upgrade")),
            Case(name="no Connection", check=_bad_upgrade("no_connection", "Connection")),
            Case(name="extension that nobody asked for", check=_bad_upgrade("extension", "exten")),
            Case(name="foreign subprotocol", check=_bad_upgrade("subprotocol", "subprotocol")),
        ),
    ),
    Row(
        number=13,
        fault="one side speaks TLS, the other does not",
        must="ConnectFailed; the message says that the port does not speak TLS",
        cases=(
            Case(name="TLS to a plain port", check=_tls_to_plain, on=ONLY_PLAIN),
            Case(name="plain to a TLS port", check=_plain_to_tls, on=ONLY_TLS),
        ),
    ),
    Row(
        number=17,
        fault="the first events travel in one packet with the answer to the upgrade, or the "
        "answer comes byte by byte",
        must="everything arrives, in order",
        cases=(
            Case(name="one packet", check=_session_arrives(SessionWithUpgrade())),
            Case(name="byte by byte", check=_session_arrives(TrickleUpgrade())),
        ),
    ),
    Row(
        number=18,
        fault="the server accepts the connection and sends no session.created",
        must="ConnectFailed, kind timeout, stage session.created; a connection to a running call, "
        "which has no such event, does not wait for it",
        cases=(
            Case(name="a session", check=_no_session, on=ANYWHERE),
            Case(name="a running call", check=_no_session_awaited, on=SOCKETS),
        ),
    ),
)
