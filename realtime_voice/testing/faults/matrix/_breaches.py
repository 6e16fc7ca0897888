"""Rows 30, 31 and 36 to 39: frames that are legal but odd, and frames that are not."""

import anyio
import orjson

from realtime_voice.errors import MessageTooLarge, ProtocolViolation
from realtime_voice.testing.faults import (
    BREACHES,
    BigMessage,
    Breach,
    EndlessMessage,
    OnClose,
    OversizedHeader,
    PingEvery,
    SendPong,
)
from realtime_voice.testing.faults.matrix._acts import connected, end_of, take_all
from realtime_voice.testing.faults.matrix._expect import expect, expect_error, within
from realtime_voice.testing.faults.matrix._rows import ANYWHERE, SOCKETS, Case, Check, Row
from realtime_voice.testing.faults.matrix._world import Place, World
from realtime_voice.transport import LinkOptions

__all__ = ["ROWS"]

_CLOSINGS = 20
_BIG_BYTES = 20_000_000


async def _odd_pongs(world: World) -> None:
    faults = (SendPong(), SendPong(payload=b"nobody asked"), SendPong(payload=bytes(125)))
    async with world.serving(*faults) as place, connected(place) as transport:
        await transport.send('{"type":"input_audio_buffer.clear"}')
        async with within(3, "an answer"):
            while orjson.loads(await transport.receive())["type"] != "input_audio_buffer.cleared":
                pass


async def _pings_while_closing(world: World) -> None:
    flood = PingEvery(interval_s=0, count=100, when=OnClose())
    async with world.serving(flood) as place:
        for _ in range(_CLOSINGS):
            async with connected(place):
                await anyio.lowlevel.checkpoint()
        codes = {record.client_close_code for record in place.server.sessions}
        expect(codes == {1000}, f"the server saw close codes {codes}, not 1000 alone")


def _breach(kind: str) -> Check:
    async def check(world: World) -> None:
        fault = Breach(kind=kind)
        async with world.serving(fault) as place, connected(place) as transport:
            error = await end_of(transport)
            expect_error(
                error, ProtocolViolation, code=fault.close_code, by="client", retryable=True
            )
            await _expect_close(place, fault.close_code)

    return check


async def _expect_close(place: Place, code: int) -> None:
    """Make sure that the server was told why."""
    with anyio.move_on_after(3):
        await place.record.wait_closed()
    sent = place.record.client_close_code
    expect(sent == code, f"the server was sent close code {sent}, not {code}")


async def _big_header(world: World) -> None:
    async with world.serving(OversizedHeader()) as place, connected(place) as transport:
        async with within(2, "refusing it"):
            expect_error(await end_of(transport), MessageTooLarge, code=1009, by="client")
        await _expect_close(place, 1009)


async def _endless(world: World) -> None:
    options = LinkOptions(max_message_bytes=2 << 20)
    async with (
        world.serving(EndlessMessage()) as place,
        connected(place, link=options) as transport,
    ):
        expect_error(await end_of(transport), MessageTooLarge, code=1009, by="client")


def _big(fragment_bytes: int | None) -> Check:
    async def check(world: World) -> None:
        fault = BigMessage(size=_BIG_BYTES, fragment_bytes=fragment_bytes)
        async with world.serving(fault) as place, connected(place) as transport:
            async with within(8, "a message of 20 MB"):
                while len(frame := await transport.receive()) < 1_000_000:
                    pass
            expect(
                len(frame) == _BIG_BYTES and orjson.loads(frame)["type"] == "test.big",
                f"{len(frame)} bytes of {_BIG_BYTES} came",
            )

    return check


async def _tiny_fragments(world: World) -> None:
    fault = BigMessage(size=200_000, fragment_bytes=1)
    async with world.serving(fault) as place, connected(place) as transport:
        _, error = await take_all(transport)
        expect_error(error, MessageTooLarge, code=1009, by="client", told="fragments")


def _named(kinds: tuple[str, ...]) -> tuple[Case, ...]:
    return tuple(Case(name=kind.replace("_", " "), check=_breach(kind)) for kind in kinds)


_BROKEN = tuple(kind for kind in BREACHES if Breach(kind=kind).close_code == 1002)
_NO_TEXT = tuple(kind for kind in BREACHES if kind not in _BROKEN)

ROWS = (
    Row(
        number=30,
        fault="pongs that nobody asked for, empty ones too",
        must="nothing: the connection goes on",
        cases=(Case(name="pongs", check=_odd_pongs),),
    ),
    Row(
        number=31,
        fault="a flood of pings while the program closes",
        must="a clean close, every time",
        cases=(Case(name="20 closes", check=_pings_while_closing, bound_s=20),),
    ),
    Row(
        number=36,
        fault="the server breaks the WebSocket protocol: reserved bits and opcodes, masks, odd "
        "control frames, continuations, lengths, close payloads",
        must="ProtocolViolation with code 1002 and by client, retryable; the server is sent 1002",
        cases=_named(_BROKEN),
    ),
    Row(
        number=37,
        fault="text that is no UTF-8, surrogates too",
        must="ProtocolViolation with code 1007 and by client; the server is sent 1007",
        cases=_named(_NO_TEXT),
    ),
    Row(
        number=38,
        fault="messages of 20 MB, of a terabyte, and without an end",
        must="20 MB arrive; what is above the bound (64 MiB unless set) is refused, on its header "
        "where that declares it: MessageTooLarge, code 1009",
        cases=(
            Case(name="20 MB in a frame", check=_big(None), on=ANYWHERE, bound_s=9),
            Case(name="20 MB in fragments", check=_big(65_536), bound_s=9),
            Case(name="declared terabyte", check=_big_header),
            Case(name="endless fragments", check=_endless),
        ),
    ),
    Row(
        number=39,
        fault="a message of 200,000 fragments of one byte",
        must="at most 16,384 fragments unless set: MessageTooLarge, code 1009",
        cases=(Case(name="tiny fragments", check=_tiny_fragments, on=SOCKETS, bound_s=8),),
    ),
)
