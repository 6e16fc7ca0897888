"""Rows 87 and 88: receiving and sending, cancelled at any moment and in every way there is."""

import asyncio
import random
from base64 import b64encode
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import anyio
import orjson

from realtime_voice.events import InputAudioBufferAppend
from realtime_voice.testing.faults import Fault, Flood, SlowWriting
from realtime_voice.testing.faults.matrix._acts import connected, numbers
from realtime_voice.testing.faults.matrix._expect import expect, within
from realtime_voice.testing.faults.matrix._rows import (
    ANYWHERE,
    IN_PROCESS,
    PLAIN,
    SOCKETS,
    TLS,
    Case,
    Check,
    Row,
)
from realtime_voice.testing.faults.matrix._world import Place, World
from realtime_voice.transport import Transport

__all__ = ["ROWS"]

_ATTEMPTS = 1000
_MESSAGES = 1000
_BYTES_PER_S = 120_000
_SIZES = (1, 300, 30_000)
_ASYNCIO = ("asyncio", "uvloop")

_Call = Callable[[], Coroutine[Any, Any, Any]]
_Style = Callable[[_Call, float], Awaitable[tuple[bool, Any]]]
"""Makes a call and cancels it after some seconds; tells whether it returned, and what."""


async def _scope(call: _Call, patience_s: float) -> tuple[bool, Any]:
    """A cancel scope of anyio; on trio it is one of trio."""
    with anyio.move_on_after(patience_s):
        return True, await call()
    return False, None


async def _wait_for(call: _Call, patience_s: float) -> tuple[bool, Any]:
    """The way of asyncio's library: the call runs in a task of its own, before Python 3.12."""
    try:
        return True, await asyncio.wait_for(call(), patience_s)
    except TimeoutError:
        return False, None


async def _task_cancel(call: _Call, patience_s: float) -> tuple[bool, Any]:
    """A task that is cancelled by hand."""
    task = asyncio.get_running_loop().create_task(call())
    await asyncio.sleep(patience_s)
    task.cancel()
    try:
        return True, await task
    except asyncio.CancelledError:
        return False, None


def _receiving(style: _Style) -> Check:
    async def check(world: World) -> None:
        chance = random.Random(87)  # noqa: S311 - to be the same every time
        faults: tuple[Fault, ...] = (Flood(count=_MESSAGES),)
        if world.transport != IN_PROCESS:
            faults = (SlowWriting(bytes_per_s=_BYTES_PER_S), *faults)
        async with world.serving(*faults) as place, connected(place) as transport:
            received: list[int] = []
            cancelled = 0
            async with within(15, "receiving"):
                while len(received) < _MESSAGES:
                    returned, frame = await style(
                        transport.receive, chance.choice((0, 0.0002, 0.001, 0.003))
                    )
                    if returned:
                        received += numbers([frame])
                    cancelled += not returned
            expected = list(range(1, _MESSAGES + 1))
            lost = set(expected) - set(received)
            expect(not lost, f"{len(lost)} messages were lost by {cancelled} cancellations")
            expect(received == expected, "messages came twice, or out of order")

    return check


def _sending(style: _Style) -> Check:
    async def check(world: World) -> None:
        async with world.serving() as place, connected(place) as transport:
            begun, done = await _send_many(transport, style)
            async with within(10, "the last message"):
                await transport.send('{"type":"input_audio_buffer.clear"}')
                while _kind(await transport.receive()) != "input_audio_buffer.cleared":
                    pass
            _expect_intact(place, begun, done)

    return check


async def _send_many(transport: Transport, style: _Style) -> tuple[list[str], list[str]]:
    """Send messages of many sizes; returns the ids of all, and of those that were not cancelled."""
    chance = random.Random(88)  # noqa: S311 - to be the same every time
    begun: list[str] = []
    done: list[str] = []
    for number in range(_ATTEMPTS):
        event = {
            "type": "input_audio_buffer.append",
            "event_id": f"e{number}",
            "audio": b64encode(bytes(2 * chance.choice(_SIZES))).decode(),
        }
        frame = orjson.dumps(event)

        async def call(frame: bytes = frame) -> None:
            await transport.send(frame)

        begun.append(f"e{number}")
        returned, _ = await style(call, chance.choice((0, 0, 0.0001, 0.001)))
        if returned:
            done.append(f"e{number}")
    return begun, done


def _expect_intact(place: Place, begun: list[str], done: list[str]) -> None:
    heard = [event.event_id or "" for event in place.record.received_of(InputAudioBufferAppend)]
    problems = place.record.breaches
    expect(not problems, f"the server received broken frames: {problems[:1]}")
    lost = set(done) - set(heard)
    expect(not lost, f"{len(lost)} messages that were sent did not arrive")
    expect(len(heard) == len(set(heard)), f"{len(heard) - len(set(heard))} messages came twice")
    expect(set(heard) <= set(begun), "messages came that nobody sent")
    order = [int(name[1:]) for name in heard]
    expect(order == sorted(order), "messages came out of order")


def _kind(frame: str | bytes) -> str:
    return str(orjson.loads(frame)["type"])


def _in_every_way(make: Callable[[_Style], Check]) -> tuple[Case, ...]:
    return (
        Case(name="cancel scope", check=make(_scope), on=ANYWHERE, bound_s=25),
        Case(
            name="asyncio.wait_for",
            check=make(_wait_for),
            on=(PLAIN, TLS),
            backends=_ASYNCIO,
            bound_s=25,
        ),
        Case(
            name="task.cancel",
            check=make(_task_cancel),
            on=SOCKETS,
            backends=_ASYNCIO,
            bound_s=25,
        ),
    )


ROWS = (
    Row(
        number=87,
        fault="receive() is cancelled at any moment, a thousand times and more",
        must="no message is lost, none comes twice, all in order",
        cases=_in_every_way(_receiving),
    ),
    Row(
        number=88,
        fault="send() is cancelled at any moment, a thousand times",
        must="a message was not sent, or was sent whole; none is lost that was sent, none twice",
        cases=_in_every_way(_sending),
    ),
)
