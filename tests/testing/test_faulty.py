"""Faults on a living connection: when they strike, what they do, and what the record tells."""

import json

import anyio
import pytest
from wsproto.events import BytesMessage, CloseConnection, Event, Ping, Pong, TextMessage

from realtime_voice.errors import AuthError, ConfigError, ConnectFailed, ConnectionLost, RateLimited
from realtime_voice.testing import Asked, LocalServer, Pace, Say, Scripted
from realtime_voice.testing.faults import (
    AfterBytes,
    AfterEvents,
    AfterSeconds,
    BigMessage,
    Breach,
    Close,
    Cut,
    EndlessMessage,
    Expire,
    Fault,
    Flood,
    GoSilent,
    IgnoreClose,
    NoSession,
    OddEvent,
    OnClientEvent,
    OnClose,
    OversizedHeader,
    PingEvery,
    Refuse,
    RefuseSession,
    RejectUpdate,
    Repeat,
    SendBinary,
    SendPong,
    SendRaw,
    SendText,
    SlowWriting,
    StopReading,
)
from tests.testing.wires import RawSocket, connected

pytestmark = pytest.mark.anyio

UPDATE = '{"type": "session.update", "event_id": "mine", "session": {"type": "realtime"}}'
CREATE = '{"type": "response.create"}'
HEAD = (
    "GET /v1/realtime?model=gpt-realtime HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer {token}\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
CLEAR = '{"type": "input_audio_buffer.clear"}'


def faulty(*faults: Fault) -> LocalServer:
    """A server with faults that answers everything."""
    sound = Say(text="and so on", pcm=bytes(48 * 500))
    script = Scripted(default=Asked(say=sound))
    return LocalServer(script, faults=faults, pace=Pace(speed=50.0))


async def rest(socket: RawSocket, *, limit_s: float = 5.0) -> tuple[list[Event], str]:
    """Read events up to the end of the connection; tell how it ended."""
    events: list[Event] = []
    with anyio.move_on_after(limit_s):
        while True:
            try:
                events.append(await socket.event())
            except anyio.EndOfStream:
                return events, "fin"
            except anyio.BrokenResourceError:
                return events, "rst"
            if isinstance(events[-1], CloseConnection):
                return events, "close"
    return events, "open"


def types(events: list[Event]) -> list[str]:
    """Wire types of whole text messages."""
    return [json.loads(e.data)["type"] for e in events if isinstance(e, TextMessage)]


# --- Several at once ---------------------------------------------------------------------------

AT_ONCE = AfterEvents(count=0)


@pytest.mark.parametrize(
    "faults",
    [
        [Cut(when=AT_ONCE), Close(when=AT_ONCE)],
        [Cut(when=AT_ONCE), SendText(text="{}", when=AT_ONCE)],
        [Cut(), Flood()],
    ],
)
async def test_faults_behind_the_end(faults: list[Fault]) -> None:
    """What strikes on a connection that has ended does nothing, and is no failure."""
    async with faulty(*faults) as server, RawSocket(server) as socket:
        assert (await rest(socket))[1] in {"fin", "rst"}
        await server.sessions[0].wait_closed()
        assert server.sessions[0].close_code == 1006


async def test_a_client_that_leaves_in_the_first_words() -> None:
    """Who hangs up on the very first fault makes the server fail neither."""
    async with faulty(EndlessMessage(when=AT_ONCE)) as server:
        async with RawSocket(server) as socket:
            await socket.event()
        with anyio.fail_after(5):
            await server.sessions[0].wait_closed()
        assert server.sessions[0].close_code == 1006


@pytest.mark.parametrize("fault", [EndlessMessage(), Flood(count=10**9), PingEvery(interval_s=0)])
async def test_much_from_a_mute_server(fault: Fault) -> None:
    """What has no end lets others run also where it goes nowhere."""
    async with faulty(GoSilent(), fault) as server:
        async with RawSocket(server) as socket:
            events, end = await rest(socket, limit_s=0.2)
        assert (types(events), end) == (["session.created"], "open")
        assert len(server.sessions[0].pings) < 2


@pytest.mark.parametrize(
    "fault",
    [EndlessMessage(when=AfterSeconds(seconds=0.02)), Flood(count=10**9)],
)
async def test_a_cut_in_the_middle_of_it(fault: Fault) -> None:
    """A time comes also while another fault goes on and on."""
    cut = Cut(when=AfterSeconds(seconds=0.1))
    async with faulty(fault, cut) as server, RawSocket(server) as socket:
        assert (await rest(socket))[1] in {"fin", "rst"}
        assert [struck.fault for struck in server.sessions[0].struck] == [fault, cut]


@pytest.mark.parametrize(
    ("fault", "kinds"),
    [
        (SendText(text='{"type": "test.late"}', when=OnClose()), ["test.late"]),
        (Flood(count=3, when=OnClose()), ["test.flood"] * 3),
        (BigMessage(size=200, fragment_bytes=300, when=OnClose()), ["test.big"]),
        (BigMessage(size=200, when=OnClose()), ["test.big"]),
        (SendBinary(when=OnClose()), []),
        (SendPong(payload=b"late", when=OnClose()), []),
    ],
)
async def test_words_behind_the_close_of_the_client(fault: Fault, kinds: list[str]) -> None:
    """A server may go on until it answers the close, and then does that."""
    async with faulty(fault) as server, RawSocket(server) as socket:
        await socket.event()
        await socket.write(bytes([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8]))
        events, end = await rest(socket)
        assert end == "close"
        assert types(events) == kinds
        assert len(events) == max(1, len(kinds)) + 1
        assert server.sessions[0].client_close_code == 1000


# --- Ends --------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["fin", "rst"])
async def test_cut_behind_an_event(how: str) -> None:
    """What was sent before arrives; nothing comes behind it; the record knows who cut."""
    fault = Cut(how=how, when=AfterEvents(event="response.output_audio.delta", count=2))
    async with faulty(Flood(count=500), fault) as server, RawSocket(server) as socket:
        await socket.send(TextMessage(data=CREATE))
        events, end = await rest(socket)
        assert end == how
        assert types(events)[1:501] == ["test.flood"] * 500
        assert types(events)[-1] == "response.output_audio.delta"
        assert types(events).count("response.output_audio.delta") == 2
        await server.sessions[0].wait_closed()
        record = server.sessions[0]
        assert (record.close_code, record.closed_by) == (1006, "server")
        assert [struck.fault for struck in record.struck] == [Flood(count=500), fault]
        assert 0 <= record.struck[0].time_s <= record.struck[1].time_s


@pytest.mark.parametrize("how", ["fin", "rst"])
async def test_cut_in_the_middle_of_a_frame(how: str) -> None:
    """The first half of a frame comes, and the end."""
    async with faulty(Cut(how=how, mid_frame=True)) as server, RawSocket(server) as socket:
        events, end = await rest(socket)
    assert end == how
    assert types(events[:1]) == ["session.created"]
    assert isinstance(events[1], TextMessage)
    assert not events[1].message_finished


@pytest.mark.parametrize("count", [0, 1, 700])
async def test_cut_at_a_byte(count: int) -> None:
    """Exactly so many bytes come behind the upgrade."""
    async with faulty(Cut(when=AfterBytes(count=count))) as server:
        host, _, port = server.url.removeprefix("http://").partition("/")[0].partition(":")
        async with await anyio.connect_tcp(host, int(port)) as stream:
            await stream.send(HEAD.format(token=server.token).encode())
            with anyio.fail_after(5):
                got = b"".join([part async for part in stream])
        await server.sessions[0].wait_closed()
        assert len(got.partition(b"\r\n\r\n")[2]) == count == server.sessions[0].bytes_sent


async def test_cut_while_the_client_does_not_read() -> None:
    """A write that does not get through does not keep the cut from coming."""
    cut = Cut(how="rst", when=AfterSeconds(seconds=0.3))
    async with faulty(Flood(count=200_000), cut) as server, RawSocket(server):
        with anyio.fail_after(5):
            await server.sessions[0].wait_closed()
        assert server.sessions[0].closed_by == "server"


@pytest.mark.parametrize("code", [1000, 1001, 1008, 1011, 3000, 4999, 1015])
async def test_close_with_a_code(code: int) -> None:
    """Any code goes out; the client's own close frame is in the record."""
    fault = Close(code=code, reason="because", when=OnClientEvent(event="session.update"))
    async with faulty(fault) as server, RawSocket(server) as socket:
        await socket.message()
        await socket.send(TextMessage(data=UPDATE))
        event = await socket.event()
        assert isinstance(event, CloseConnection)
        if code != 1015:  # which the parser takes for a breach
            assert (event.code, event.reason) == (code, "because")
            await socket.send(event.response())
        await server.sessions[0].wait_closed()
        with anyio.move_on_after(2):
            await rest(socket)
        record = server.sessions[0]
        assert (record.close_code, record.close_reason) == (code, "because")
        assert record.closed_by == "server"
        assert record.client_close_code == (None if code == 1015 else code)


async def test_close_without_a_code() -> None:
    """A close frame may hold nothing; the record says 1005."""
    async with faulty(Close(code=None)) as server, RawSocket(server) as socket:
        await socket.message()
        event = await socket.event()
        assert isinstance(event, CloseConnection)
        assert event.code == 1005
        assert server.sessions[0].close_code == 1005


async def test_close_is_never_answered() -> None:
    """The close is heard and recorded; no answer and no end of the connection come."""
    async with faulty(IgnoreClose()) as server:
        async with RawSocket(server) as socket:
            await socket.message()
            await socket.send(CloseConnection(code=1000, reason="bye"))
            assert (await rest(socket, limit_s=1.3)) == ([], "open")
        record = server.sessions[0]
        assert (record.close_code, record.close_reason, record.closed_by) == (
            *(1000, "bye", "client"),
        )
        assert [struck.fault for struck in record.struck] == [IgnoreClose()]


async def test_session_expires() -> None:
    """An error says so, then the connection is closed with 1001."""
    async with (
        faulty(Expire(when=AfterSeconds(seconds=0.1))) as server,
        RawSocket(server) as socket,
    ):
        await socket.message()
        assert (await socket.message())["error"]["code"] == "session_expired"
        event = await socket.event()
        assert isinstance(event, CloseConnection)
        assert event.code == 1001
        assert server.sessions[0].errors[0].error.code == "session_expired"


# --- Silence -----------------------------------------------------------------------------------


async def test_silence() -> None:
    """No pong, no event and no close come any more, but everything is still read."""
    async with faulty(GoSilent()) as server, RawSocket(server) as socket:
        await socket.message()
        await socket.send(Ping(payload=b"there?"))
        await socket.send(TextMessage(data=UPDATE))
        assert await rest(socket, limit_s=0.3) == ([], "open")
        assert len(server.sessions[0].client_events) == 1
        assert len(server.sessions[0].client_pings) == 1


async def test_nobody_reads() -> None:
    """What the client sends is held up within a few MiB; the server still sends and pings."""
    server = LocalServer(
        Scripted(), faults=[StopReading(), PingEvery(interval_s=0.05)], ping_interval_s=0.05
    )
    async with server, RawSocket(server) as socket:
        await socket.message()
        sent = 0
        with anyio.move_on_after(0.5):
            while True:
                await socket.write(bytes(65_536))
                sent += 65_536
        assert sent < 16 << 20
        assert isinstance(await socket.event(), Ping)


async def test_nobody_reads_after_a_flood_of_the_client() -> None:
    """It also holds when the client was sending all the time."""
    server = faulty(StopReading(when=AfterSeconds(seconds=0.2)))
    async with server, RawSocket(server) as socket:
        sent = 0
        frame = socket.websocket.send(Pong(payload=b"x" * 100)) * 500
        with anyio.move_on_after(0.8):
            while True:
                await socket.write(frame)
                sent += len(frame)
        read = server.sessions[0].bytes_received
        assert server.sessions[0].struck
        assert read < sent < read + (16 << 20)


# --- Pings -------------------------------------------------------------------------------------


async def test_pings_are_recorded() -> None:
    """Payloads differ, and the record tells how soon each pong came."""
    async with faulty(PingEvery(interval_s=0.02, count=5)) as server, RawSocket(server) as socket:
        await socket.message()
        for number in range(5):
            event = await socket.event()
            assert isinstance(event, Ping)
            if number != 2:
                await socket.send(event.response())
        await anyio.sleep(0.1)
        pings = server.sessions[0].pings
        assert len({ping.payload for ping in pings}) == 5
        delays = [ping.delay_s for ping in pings]
        assert delays[2] is None
        assert all(d is not None and 0 <= d < 1 for i, d in enumerate(delays) if i != 2)


async def test_a_flood_of_pings_while_closing() -> None:
    """The answer to a close comes behind so many pings."""
    async with faulty(PingEvery(when=OnClose(), interval_s=0, count=300)) as server:
        async with RawSocket(server) as socket:
            await socket.message()
            await socket.send(CloseConnection(code=1000))
            events, end = await rest(socket)
        assert end == "close"
        assert [type(event) for event in events[:-1]] == [Ping] * 300
        assert server.sessions[0].close_code == 1000


async def test_an_unasked_pong() -> None:
    """It comes as it is, with nothing in it or something."""
    async with faulty(SendPong(), SendPong(payload=b"x")) as server, RawSocket(server) as socket:
        await socket.message()
        events = [await socket.event(), await socket.event()]
        assert [bytes(e.payload) for e in events if isinstance(e, Pong)] == [b"", b"x"]


# --- Frames ------------------------------------------------------------------------------------


async def test_a_breach() -> None:
    """The frames of a breach come behind the event, and the server goes on."""
    async with faulty(Breach(kind="reserved_bit")) as server, RawSocket(server) as socket:
        await socket.message()
        event = await socket.event()
        assert isinstance(event, CloseConnection)  # what the parser makes of it
        assert event.code == 1002
        await socket.write(b"\x88\x82\x00\x00\x00\x00\x03\xea")
        await server.sessions[0].wait_closed()
        assert server.sessions[0].client_close_code == 1002


async def test_raw_bytes_and_texts() -> None:
    """Any bytes, any text and any binary message can be sent, in order."""
    faults = [SendRaw(data=b"\x81\x02ab"), SendText(text="cd"), SendBinary(data=b"ef")]
    async with faulty(*faults) as server, RawSocket(server) as socket:
        await socket.message()
        events = [await socket.event() for _ in range(3)]
        assert [e.data for e in events if isinstance(e, TextMessage)] == ["ab", "cd"]
        assert [bytes(e.data) for e in events if isinstance(e, BytesMessage)] == [b"ef"]


@pytest.mark.parametrize("fragment_bytes", [None, 1, 1000])
async def test_a_big_message(fragment_bytes: int | None) -> None:
    """It comes whole, in one frame or in fragments."""
    fault = BigMessage(size=5000, fragment_bytes=fragment_bytes)
    async with faulty(fault) as server, RawSocket(server) as socket:
        await socket.message()
        message = await socket.message()
        assert message["type"] == "test.big"
        assert len(json.dumps(message, separators=(",", ":"))) == 5000


@pytest.mark.parametrize("fault", [EndlessMessage(), EndlessMessage(fragment_bytes=1)])
async def test_an_endless_message(fault: Fault) -> None:
    """It goes on until the client closes, which is answered."""
    async with faulty(fault) as server, RawSocket(server) as socket:
        await socket.message()
        for _ in range(200):
            assert isinstance(await socket.event(), TextMessage)
        await socket.send(CloseConnection(code=1009))
        with anyio.fail_after(5):
            while not isinstance(await socket.event(), CloseConnection):
                pass
        assert server.sessions[0].close_code == 1009


async def test_an_oversized_header() -> None:
    """A terabyte is announced, and little comes."""
    async with faulty(OversizedHeader()) as server, RawSocket(server) as socket:
        await socket.message()
        event = await socket.event()
        assert isinstance(event, TextMessage)
        assert not event.frame_finished


async def test_slow_writing() -> None:
    """The line is as slow as wanted, from the wanted moment on."""
    server = faulty(SlowWriting(bytes_per_s=5000), Flood(count=10))
    async with server, RawSocket(server) as socket:
        began_s = anyio.current_time()
        for _ in range(11):
            await socket.message()
        assert 0.1 <= anyio.current_time() - began_s <= 2


# --- Messages ----------------------------------------------------------------------------------


async def test_odd_events_and_repeats() -> None:
    """Odd sound is of the item that plays; a repeated event has the same id."""
    at = AfterEvents(event="response.output_audio.delta")
    faults = [OddEvent(kind="odd_bytes", when=at, count=2), Repeat(when=at)]
    async with faulty(*faults) as server, RawSocket(server) as socket:
        await socket.send(TextMessage(data=CREATE))
        while (sound := await socket.message())["type"] != "response.output_audio.delta":
            pass
        odd = [await socket.message(), await socket.message()]
        assert {event["item_id"] for event in odd} == {sound["item_id"]}
        assert len({event["event_id"] for event in odd}) == 2
        assert await socket.message() == sound


async def test_repeat_of_nothing() -> None:
    """Without an event before there is nothing to repeat."""
    async with faulty(Repeat(when=AfterEvents(count=0))) as server, RawSocket(server) as socket:
        assert (await socket.message())["type"] == "session.created"


async def test_flood() -> None:
    """Each event is numbered and has an id of its own; its fields are as wanted."""
    fault = Flood(count=3, event={"type": "x", "a": 1}, when=OnClientEvent(event="x.y", count=2))
    async with faulty(fault) as server, RawSocket(server) as socket:
        await socket.message()
        await socket.send(TextMessage(data='{"type": "x.y"}'))
        assert (await socket.message())["type"] == "error"
        await socket.send(TextMessage(data='{"type": "x.y"}'))
        events = [await socket.message() for _ in range(3)]
        assert [event["number"] for event in events] == [1, 2, 3]
        assert len({event["event_id"] for event in events}) == 3
        assert {event["a"] for event in events} == {1}


async def test_update_is_rejected_once() -> None:
    """The first one is refused with its id and recorded; the second one works."""
    fault = RejectUpdate(code="invalid_value", param="session.voice")
    async with faulty(fault) as server, RawSocket(server) as socket:
        await socket.message()
        await socket.send(TextMessage(data=CLEAR))
        assert (await socket.message())["type"] == "input_audio_buffer.cleared"
        await socket.send(TextMessage(data=UPDATE))
        error = (await socket.message())["error"]
        assert (error["code"], error["param"], error["event_id"]) == (
            *("invalid_value", "session.voice", "mine"),
        )
        await socket.send(TextMessage(data=UPDATE))
        assert (await socket.message())["type"] == "session.updated"
        assert len(server.sessions[0].client_events) == 3
        assert [struck.fault for struck in server.sessions[0].struck] == [fault]


async def test_no_session() -> None:
    """No event ever comes; pings are answered."""
    async with faulty(NoSession()) as server, RawSocket(server) as socket:
        await socket.send(Ping(payload=b"x"))
        assert isinstance(await socket.event(), Pong)
        assert await rest(socket, limit_s=0.2) == ([], "open")


# --- What the client may not send --------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"\x81\x02hi", "unmasked"),
        (b"\x81\x82\x00\x00\x00\x00\xc3\x28", "utf"),
        (b"\xc1\x82\x00\x00\x00\x00hi", "reserved"),
        (b"\x81\x82\x00\x00\x00\x00hi", "no event"),
        (b"\x82\x82\x00\x00\x00\x00hi", "binary"),
    ],
)
async def test_breaches_of_the_client(data: bytes, problem: str) -> None:
    """Broken frames, and messages that are no events, are in the record with their times."""
    async with faulty() as server, RawSocket(server) as socket:
        await socket.message()
        await socket.write(data)
        await rest(socket, limit_s=0.2)
        (breach,) = server.sessions[0].breaches
        assert problem in breach.problem.lower()
        assert breach.time_s >= 0


# --- Which connection --------------------------------------------------------------------------


async def test_faults_by_number() -> None:
    """A function chooses by the connection's number, from 1 on, in process as well."""
    server = LocalServer(Scripted(), faults=lambda n: [Refuse(status=429)] if n == 3 else [])
    async with server:
        for client in (server.client(), server.in_process_client()):
            link = await client.connect(model="m")
            await link.aclose()
        with pytest.raises(RateLimited):
            await server.client().connect(model="m")
        async with connected(server):
            assert len(server.sessions) == 4
        assert server.sessions[2].closed_by == "server"


async def two_events_in_process(server: LocalServer) -> None:
    """Connect without a socket and receive two events."""
    with anyio.fail_after(5):
        async with connected(server, in_process=True) as wire:
            await wire.receive()
            await wire.receive()


async def test_in_process() -> None:
    """Messages, closes and refusals work without a socket."""
    cases: list[tuple[Fault, type[Exception], str]] = [
        (Refuse(status=429, headers={"Retry-After": "7"}), RateLimited, "429"),
        (RefuseSession(), AuthError, "Refused for a test"),
        (Close(code=1011), ConnectionLost, "1011"),
        (Close(code=1001, when=AfterBytes(count=10)), ConnectionLost, "1001"),
    ]
    for fault, kind, words in cases:
        async with faulty(fault) as server:
            with pytest.raises(kind, match=words) as caught:
                await two_events_in_process(server)
            assert getattr(caught.value, "retry_after", None) in {None, 7.0}
            assert [struck.fault for struck in server.sessions[0].struck] == [fault]


async def test_in_process_messages() -> None:
    """Odd messages come; a server that is deaf or mute is so."""
    faults = [SendBinary(data=b"x"), SendText(text='{"type": "y"}'), StopReading(), GoSilent()]
    async with faulty(*faults) as server, connected(server, in_process=True) as wire:
        await wire.receive()
        assert await wire.transport.receive() == b"x"
        assert (await wire.receive())["type"] == "y"
        await wire.send("input_audio_buffer.clear")
        with anyio.move_on_after(0.1) as scope:
            await wire.receive()
        assert scope.cancelled_caught
        assert server.sessions[0].client_events == []


async def test_what_needs_a_socket() -> None:
    """It is refused by name: at once where it is known, else when the connection comes."""
    async with faulty(Cut()) as server:
        with pytest.raises(ConfigError, match="Cut needs a socket"):
            server.in_process_client()
    server = LocalServer(Scripted(), faults=lambda _: [Cut()])
    await server.__aenter__()
    with pytest.raises((ConnectFailed, ConnectionLost)):
        await server.in_process_client().connect(model="m")
    with pytest.raises(ConfigError, match="Cut needs a socket"):
        await server.__aexit__(None, None, None)
