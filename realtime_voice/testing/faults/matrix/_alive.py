"""Rows 24, 25, 27 to 29 and 41: links that are dead without a word, and links that are not."""

import logging
import time
from base64 import b64encode

import anyio
import orjson

from realtime_voice.errors import LinkStalled, RealtimeError
from realtime_voice.testing.faults import (
    AfterEvents,
    ChaosProxy,
    Flood,
    GoSilent,
    PingEvery,
    StopReading,
)
from realtime_voice.testing.faults.matrix._acts import connected, end_of, left, numbers
from realtime_voice.testing.faults.matrix._expect import expect, expect_error, within
from realtime_voice.testing.faults.matrix._log import logged
from realtime_voice.testing.faults.matrix._peers import narrow
from realtime_voice.testing.faults.matrix._rows import (
    PLAIN,
    SOCKETS,
    TLS,
    Case,
    Check,
    Row,
)
from realtime_voice.testing.faults.matrix._world import MODEL, World
from realtime_voice.transport import LinkOptions

__all__ = ["ROWS"]

_IDLE_S = 10.0
_SENDING_S = 6.0
_AT_RISK_S = 2.5
_CHUNK_S = 0.02
_CHUNK_EVENT = orjson.dumps(
    {"type": "input_audio_buffer.append", "audio": b64encode(bytes(960)).decode()}
)
_TOLERANCE_S = 0.4
_QUICK = LinkOptions(ping_s=0.4, pong_s=0.4, stall_s=0.5)
_PONG_S = 0.1


def _dead_while_sending(options: LinkOptions, bound_s: float) -> Check:
    """The line takes nothing any more while the user speaks."""

    async def check(world: World) -> None:
        async with (
            world.serving(StopReading(), GoSilent()) as place,
            connected(place, link=options) as transport,
        ):
            moved = anyio.current_time()
            try:
                with anyio.fail_after(bound_s + 2):
                    while True:
                        await transport.send(_CHUNK_EVENT)
                        moved = anyio.current_time()
            except RealtimeError as error:
                expect_error(error, LinkStalled, cause="stalled", by="client", retryable=True)
            took = anyio.current_time() - moved
            expect(
                took <= bound_s + _TOLERANCE_S,
                f"noticed {took:.1f} s after the last progress, not {bound_s:g} s",
            )

    return check


async def _at_risk(world: World) -> None:
    """The line takes nothing any more; how much do we believe to have sent?"""
    options = LinkOptions(stall_s=60, ping_s=None)
    async with world.serving() as place, narrow(place.port) as line:
        url = place.server.url.replace(f":{place.port}/", f":{line.port}/")
        transport = await place.client(url=url, link=options).connect(model=MODEL)
        try:
            await anyio.sleep(0.1)
            line.is_still = True
            accepted = 0
            with anyio.move_on_after(2):
                while True:
                    await transport.send(_CHUNK_EVENT)
                    accepted += 1
            risk = accepted * _CHUNK_S
            expect(risk <= _AT_RISK_S, f"{risk:.1f} s of sound went into a dead line")
        finally:
            await transport.aclose()


async def _half_open(world: World) -> None:
    """The line swallows everything and brings nothing, while the user speaks at his pace."""
    async with world.serving() as place, ChaosProxy(place.server.url) as proxy:
        transport = await place.client(url=proxy.url, link=_QUICK).connect(model=MODEL)
        try:
            await anyio.sleep(0.1)
            proxy.swallow()
            began = anyio.current_time()
            try:
                with anyio.fail_after(4):
                    while True:
                        await transport.send(_CHUNK_EVENT)
                        await anyio.sleep(_CHUNK_S)
            except RealtimeError as error:
                expect_error(error, LinkStalled, cause="stalled", by="client", retryable=True)
            took = anyio.current_time() - began
            expect(took <= 0.8 + _TOLERANCE_S, f"noticed after {took:.1f} s, not 0.8 s")
        finally:
            await transport.aclose()


def _dead_while_idle(options: LinkOptions, bound_s: float) -> Check:
    async def check(world: World) -> None:
        async with (
            world.serving(GoSilent(), StopReading()) as place,
            connected(place, link=options) as transport,
        ):
            began = anyio.current_time()
            error = await end_of(transport)
            took = anyio.current_time() - began
            expect_error(error, LinkStalled, cause="stalled", by="client", retryable=True)
            expect(took <= bound_s + _TOLERANCE_S, f"noticed after {took:.1f} s, not {bound_s:g} s")

    return check


async def _dead_session(world: World) -> None:
    silent = AfterEvents(event="session.updated")
    faults = (GoSilent(when=silent), StopReading(when=silent))
    async with world.serving(*faults) as place:
        session = place.session(link=_QUICK)
        turns = session.turns()
        async with left(session):
            try:
                async for _ in turns:
                    pass
                expect(is_so=False, otherwise="the turns ended without a word")
            except RealtimeError as error:
                expect_error(error, LinkStalled, retryable=True)


def _pongs(seconds: float, interval_s: float) -> Check:
    """Messages and pings arrive while the consumer does something else."""

    async def check(world: World) -> None:
        count = round(seconds / interval_s)
        faults = (PingEvery(interval_s=interval_s, count=count), Flood(count=3000))
        async with world.serving(*faults) as place, connected(place) as transport:
            with anyio.move_on_after(seconds + 2):
                while len(place.record.pings) < count:  # noqa: ASYNC110 - the server counts
                    await anyio.sleep(interval_s)
            await anyio.sleep(0.2)
            # A busy machine may send fewer in this time; each one that was sent counts.
            delays = [ping.delay_s for ping in place.record.pings]
            unanswered = sum(delay is None for delay in delays)
            expect(unanswered == 0, f"{unanswered} of {len(delays)} pings were not answered")
            slowest = max((delay for delay in delays if delay is not None), default=0.0)
            expect(len(delays) > count / 2, f"only {len(delays)} of {count} pings were sent")
            expect(slowest <= _PONG_S, f"a pong took {slowest * 1000:.0f} ms")
            received = 0
            while received < 3000:
                received += len(numbers([await transport.receive()]))

    return check


async def _busy_consumer(world: World) -> None:
    """A healthy link with a keepalive of its own, and a consumer that does not come."""
    options = LinkOptions(ping_s=0.2, pong_s=0.3, stall_s=0.4)
    async with (
        world.serving(Flood(count=3000)) as place,
        connected(place, link=options) as transport,
    ):
        await anyio.sleep(1.5)
        received = 0
        while received < 3000:
            received += len(numbers([await transport.receive()]))
        await transport.send('{"type":"input_audio_buffer.clear"}')
        async with within(2, "an answer"):
            while orjson.loads(await transport.receive())["type"] != "input_audio_buffer.cleared":
                pass


async def _blocked_loop(world: World) -> None:
    """The program holds the event loop for longer than the link's patience."""
    options = LinkOptions(ping_s=0.5, pong_s=0.5, stall_s=0.5)
    with logged(logging.WARNING) as lines:
        async with world.serving() as place, connected(place, link=options) as transport:
            await anyio.sleep(0.2)
            time.sleep(2.0)  # noqa: ASYNC251 - the fault of this row
            await transport.send('{"type":"input_audio_buffer.clear"}')
            async with within(3, "an answer"):
                while (
                    orjson.loads(await transport.receive())["type"] != "input_audio_buffer.cleared"
                ):
                    pass
            await anyio.sleep(0.3)
    told = [line for line in lines if "event loop" in line and "blocked" in line]
    expect(len(told) == 1, f"the log tells of the blocked event loop {len(told)} times, not once")


class _Clocks:
    """The time of day runs away from the time since the machine started: it slept."""

    def __init__(self) -> None:
        self.slept_s = 0.0

    def wall(self) -> float:
        """The time of day, in seconds."""
        return time.time() + self.slept_s


async def _slept(world: World) -> None:
    clocks = _Clocks()
    options = LinkOptions(
        ping_s=30, pong_s=30, drift_s=10, drift_pong_s=0.5, wall_clock=clocks.wall
    )
    silent = AfterEvents()
    faults = (GoSilent(when=silent), StopReading(when=silent))
    async with (
        world.serving(*faults) as place,
        connected(place, link=options) as transport,
    ):
        await anyio.sleep(0.2)
        clocks.slept_s = 3600.0
        began = anyio.current_time()
        expect_error(await end_of(transport), LinkStalled, retryable=True)
        took = anyio.current_time() - began
        expect(took <= 4, f"the dead link was found {took:.1f} s after the machine woke up")


async def _slept_in_health(world: World) -> None:
    clocks = _Clocks()
    options = LinkOptions(
        ping_s=30, pong_s=30, drift_s=10, drift_pong_s=0.5, wall_clock=clocks.wall
    )
    async with world.serving() as place, connected(place, link=options) as transport:
        await anyio.sleep(0.2)
        clocks.slept_s = 3600.0
        await anyio.sleep(2.0)
        await transport.send('{"type":"input_audio_buffer.clear"}')
        async with within(2, "an answer"):
            while orjson.loads(await transport.receive())["type"] != "input_audio_buffer.cleared":
                pass


ROWS = (
    Row(
        number=24,
        fault="the line is dead while the user speaks, and nobody says so",
        must="LinkStalled, retryable, within 6 s (faster if set so); at most 2.5 s of sound are "
        "believed to be sent",
        cases=(
            Case(name="quick settings", check=_dead_while_sending(_QUICK, 0.8)),
            Case(
                name="usual settings",
                check=_dead_while_sending(LinkOptions(), _SENDING_S),
                on=(PLAIN, TLS),
                bound_s=9,
            ),
            Case(name="half-open", check=_half_open),
            Case(name="sound at risk", check=_at_risk, bound_s=6),
        ),
    ),
    Row(
        number=25,
        fault="the line is dead while nobody speaks",
        must="LinkStalled, retryable, within 10 s (faster if set so)",
        cases=(
            Case(name="quick settings", check=_dead_while_idle(_QUICK, 0.8)),
            Case(
                name="usual settings",
                check=_dead_while_idle(LinkOptions(), _IDLE_S),
                on=(PLAIN, TLS),
                bound_s=12,
            ),
            Case(name="session", check=_dead_session),
        ),
    ),
    Row(
        number=27,
        fault="pings of the server while the program is busy with something else",
        must="every pong within 100 ms; then all messages, in order",
        cases=(
            Case(name="1.5 s", check=_pongs(1.5, 0.05)),
            Case(name="60 s", check=_pongs(60, 1), bound_s=66, long=True),
        ),
    ),
    Row(
        number=28,
        fault="a slow consumer on a healthy line that is watched closely",
        must="no false alarm: everything is delivered, and the link lives",
        cases=(Case(name="slow consumer", check=_busy_consumer),),
    ),
    Row(
        number=29,
        fault="the program blocks the event loop for longer than the link's patience",
        must="the link reads first and judges later: no false alarm, and one warning in the log",
        cases=(Case(name="blocked for 2 s", check=_blocked_loop, on=SOCKETS, bound_s=7),),
    ),
    Row(
        number=41,
        fault="the machine slept: the time of day jumps",
        must="a ping at once, and LinkStalled soon if there is no answer; a link that still lives "
        "goes on",
        cases=(
            Case(name="dead line", check=_slept, bound_s=7),
            Case(name="living line", check=_slept_in_health),
        ),
    ),
)
