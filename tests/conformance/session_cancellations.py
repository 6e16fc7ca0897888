"""Random cancels one floor up: of ``append_audio`` and of an iterator of a whole session.

What was appended must reach the server whole, once and in order; a piece whose call was cancelled
may be missing, but never in part. An iterator whose ``__anext__`` is cancelled again and again must
give what another one gives that nobody disturbs. A part of ``nox -s cancellations``.
"""

import random
import ssl
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import anyio
import httpx
import numpy as np
import trustme

from realtime_voice.client import RealtimeClient
from realtime_voice.config import SessionConfig
from realtime_voice.events import InputAudioBufferAppend, ServerEvent
from realtime_voice.session import Session
from realtime_voice.testing import ConnectionRecord, LocalServer, Scripted
from tests.conformance.cancellations import CANCELLED, STYLES, Tally, random_delay
from tests.conformance.transports import TransportKind

__all__ = ["CALLS", "session_campaign"]

CALLS = ("append_audio", "events")
"""What is cancelled."""
_LIMIT_SECONDS = 300.0
_SETTLE_SECONDS = 0.2
_SAMPLES = (1, 240, 480, 2400)
"""Lengths of pieces, up to 100 ms."""
_VALUES = 30_000
_LAST = b"\xff\xff"
"""A sample that no piece has."""
_ROUNDS_PER_CANCEL = 30


@asynccontextmanager
async def _running(kind: TransportKind) -> AsyncIterator[tuple[Session, LocalServer]]:
    """A session without turn detection on this transport."""
    authority = trustme.CA()
    trust, proof = ssl.create_default_context(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.configure_trust(trust)
    authority.issue_cert("127.0.0.1").configure_cert(proof)
    async with (
        LocalServer(Scripted(), ssl_context=proof if kind.tls else None) as server,
        httpx.AsyncClient(verify=trust, trust_env=False) as http_client,
    ):
        client = RealtimeClient(
            server.token,
            base_url=server.url,
            http_client=http_client if kind.own_client else None,
            ssl_context=trust if kind.tls and not kind.own_client else None,
        )
        session = Session(SessionConfig(turn_detection=None), client=client, keep_audio_s=0)
        async with session:
            yield session, server


async def session_campaign(
    kind: TransportKind, call: str, style: str, *, cancels: int, seed: int
) -> Tally:
    """Cancel one kind of call of a session in one style.

    Args:
        kind: The transport.
        call: A name in :data:`CALLS`.
        style: A name in :data:`.STYLES`.
        cancels: How many calls to cancel.
        seed: Makes the same choices again.
    """
    tally = Tally(transport=kind.name, call=call, style=style)
    began = time.perf_counter()
    chance = random.Random(seed)
    with anyio.fail_after(_LIMIT_SECONDS):
        async with _running(kind) as (session, server):
            if call == "append_audio":
                await _appending(tally, session, server, cancels, chance)
            else:
                await _iterating(tally, session, cancels, chance)
    tally.seconds = time.perf_counter() - began
    return tally


# --- Appending -------------------------------------------------------------------------------


async def _appending(
    tally: Tally, session: Session, server: LocalServer, cancels: int, chance: random.Random
) -> None:
    """Every piece has one value of its own, so that the sound that came tells which they were."""
    style = STYLES[tally.style]
    lengths: list[int] = []
    sent: set[int] = set()
    while tally.cancelled < cancels and tally.calls < cancels * _ROUNDS_PER_CANCEL:
        tally.calls += 1
        number, length = len(lengths), chance.choice(_SAMPLES)
        lengths.append(length)
        piece = np.full(length, number % _VALUES, dtype="<i2").tobytes()
        if await style(partial(session.append_audio, piece), random_delay(chance)) is CANCELLED:
            tally.cancelled += 1
        else:
            sent.add(number)
    record = server.sessions[0]
    await session.append_audio(_LAST)
    while _last_sample(record) != _LAST:  # noqa: ASYNC110 - the server tells nobody
        await anyio.sleep(0.02)
    _judge(tally, np.frombuffer(record.audio_received, dtype="<i2")[:-1], lengths, sent)


def _last_sample(record: ConnectionRecord) -> bytes:
    appended = record.received_of(InputAudioBufferAppend)
    return appended[-1].audio[-2:] if appended else b""


def _judge(tally: Tally, samples: np.ndarray, lengths: list[int], sent: set[int]) -> None:
    """Cut the sound where its value changes, and look which pieces these are."""
    edges = np.flatnonzero(np.diff(samples)) + 1
    arrived: list[int] = []
    for run in np.split(samples, edges) if len(samples) else []:
        # Values repeat after a while: it must be the next piece with this value.
        behind = arrived[-1] if arrived else -1
        number = behind + 1 + (int(run[0]) - behind - 1) % _VALUES
        if number >= len(lengths) or len(run) != lengths[number]:
            tally.damaged += 1
        arrived.append(number)
    tally.lost += len(sent - set(arrived))
    tally.doubled += sum(count - 1 for count in Counter(arrived).values())


# --- Iterating -------------------------------------------------------------------------------


async def _iterating(tally: Tally, session: Session, cancels: int, chance: random.Random) -> None:
    """One iterator is disturbed, the other is not; both must give the same."""
    style = STYLES[tally.style]
    disturbed, quiet = session.events(), session.events()
    mine: list[ServerEvent] = []
    others: list[ServerEvent] = []
    over = False

    async def make_events() -> None:
        while not over:
            await session.send_text("hello", respond=False)
            await anyio.sleep(chance.random() * 2e-3)

    async with anyio.create_task_group() as group:
        group.start_soon(make_events)
        group.start_soon(_collect, quiet, others)
        while tally.cancelled < cancels and tally.calls < cancels * _ROUNDS_PER_CANCEL:
            tally.calls += 1
            event = await style(disturbed.__anext__, random_delay(chance))
            if event is CANCELLED:
                tally.cancelled += 1
            else:
                mine.append(event)
        over = True
        await anyio.sleep(_SETTLE_SECONDS)
        with anyio.move_on_after(_SETTLE_SECONDS):
            await _collect(disturbed, mine)
        group.cancel_scope.cancel()
    # Both iterators give the same objects, and both lists keep them.
    got, expected = [id(event) for event in mine], [id(event) for event in others]
    tally.lost += len(set(expected) - set(got))
    tally.doubled += len(got) - len(set(got))
    tally.disordered += int(got != expected)


async def _collect(events: AsyncIterator[ServerEvent], found: list[ServerEvent]) -> None:
    async for event in events:
        found.append(event)  # noqa: PERF401 - one by one, because it is cancelled
