"""Rows 67 to 71 and 82: events that are no events, come twice, or come faster than one can read."""

import anyio

from realtime_voice.conversation import ServerProblem, TranscriptStatus
from realtime_voice.errors import ProtocolViolation, SlowConsumerError
from realtime_voice.testing.faults import (
    AfterEvents,
    Fault,
    Flood,
    OddEvent,
    Repeat,
    SendBinary,
    SendText,
)
from realtime_voice.testing.faults.matrix._acts import expect_alive, left
from realtime_voice.testing.faults.matrix._expect import expect, expect_error
from realtime_voice.testing.faults.matrix._rows import ANYWHERE, SOCKETS, Case, Check, Row
from realtime_voice.testing.faults.matrix._world import World

__all__ = ["ROWS"]

_READY = AfterEvents(event="session.updated")
_IN_ANSWER = AfterEvents(event="response.output_audio.delta")
_ENOUGH = 10
_EVENTS_BOUND = 8192
_FLOOD = 9500


def _survived(*faults: Fault, malformed: int = 0, unknown: int = 0, problems: int = 0) -> Check:
    """The session tells of what came, counts it, and goes on conversing."""

    async def check(world: World) -> None:
        async with world.serving(*faults) as place:
            session = place.session()
            notices = session.notifications()
            async with left(session):
                await expect_alive(session)
                await expect_alive(session)
                found = session.statistics()
            counted = (found.events_malformed, found.events_unknown)
            expect(
                counted[0] >= malformed and counted[1] >= unknown,
                f"{counted} malformed and unknown events were counted, not {(malformed, unknown)}",
            )
            told = [notice async for notice in notices if isinstance(notice, ServerProblem)]
            expect(
                len(told) >= problems,
                f"{len(told)} problems were told, not {problems}",
            )

    return check


def _too_many(kind: str) -> Check:
    """Ten frames in a minute that are no events: the server does not speak this protocol."""

    async def check(world: World) -> None:
        async with world.serving(OddEvent(kind=kind, count=_ENOUGH, when=_READY)) as place:
            session = place.session()
            turns = session.turns()
            async with left(session):
                error: Exception | None = None
                try:
                    async for _ in turns:
                        pass
                except Exception as exc:  # noqa: BLE001 - looked at below
                    error = exc
                expect(error is not None, "the session went on")
                if error is not None:
                    expect_error(error, ProtocolViolation)

    return check


async def _repeated(world: World) -> None:
    """Sound and words that come twice are heard and shown once."""
    texts: list[str] = []
    sounds: list[int] = []
    for faults in ((), (Repeat(when=_IN_ANSWER, count=3),)):
        async with world.serving(*faults) as place:
            session = place.session()
            chunks = session.audio_chunks()
            turns = session.turns()
            async with left(session):
                await session.send_text("Hello?")
                turn = await anext(turns)
            texts.append("" if turn.assistant is None else turn.assistant.text)
            sounds.append(sum([len(chunk.data) async for chunk in chunks]))
    expect(texts[0] == texts[1], f"{texts[1]!r} instead of {texts[0]!r}")
    expect(sounds[0] == sounds[1], f"{sounds[1]} bytes of sound instead of {sounds[0]}")


async def _odd_bytes(world: World) -> None:
    """An odd byte at the end of a chunk is no reason for noise, nor for an end."""
    fault = OddEvent(kind="odd_bytes", when=_IN_ANSWER)
    async with world.serving(fault) as place:
        session = place.session()
        chunks = session.audio_chunks()
        async with left(session):
            await expect_alive(session)
        sizes = [len(chunk.data) async for chunk in chunks]
        expect(all(size % 2 == 0 for size in sizes), "half a sample was delivered")


async def _slow_consumer(world: World) -> None:
    """One iterator is not read; it alone ends, and every transcript that is final still comes."""
    flood = Flood(count=_FLOOD, when=_READY)
    async with world.serving(flood) as place:
        session = place.session()
        slow = session.events()
        transcripts = session.assistant_transcripts()
        async with left(session):
            with anyio.fail_after(30):
                while session.statistics().events_received < _FLOOD:  # noqa: ASYNC110 - counted
                    await anyio.sleep(0.05)
            await expect_alive(session)
            await _expect_overflow(slow)
            await expect_alive(session)
        finals = [
            update.text async for update in transcripts if update.status is TranscriptStatus.FINAL
        ]
        expect(len(finals) == 2, f"{len(finals)} final transcripts of 2 were delivered")


async def _expect_overflow(slow: object) -> None:
    taken = 0
    try:
        async for _ in slow:  # type: ignore[attr-defined] # a subscription of any kind
            taken += 1
    except SlowConsumerError as error:
        expect(error.dropped > 0, "the error does not say how much was dropped")
        expect(taken <= _EVENTS_BOUND, f"{taken} events were kept, more than {_EVENTS_BOUND}")
    else:
        expect(is_so=False, otherwise="an iterator that was never read ended without a word")


def _odd(kind: str, *, times: int = 3) -> OddEvent:
    return OddEvent(kind=kind, count=times, when=_READY)


ROWS = (
    Row(
        number=67,
        fault="frames that are not JSON, no object, or have no type",
        must="a problem that is told and counted, and the session goes on; ten in a minute end it "
        "with ProtocolViolation",
        cases=(
            Case(
                name="not JSON",
                check=_survived(_odd("not_json"), malformed=3, problems=3),
                on=ANYWHERE,
            ),
            Case(
                name="no object",
                check=_survived(_odd("no_object"), malformed=3, problems=3),
                on=ANYWHERE,
            ),
            Case(
                name="no type",
                check=_survived(_odd("no_type"), malformed=3, problems=3),
                on=ANYWHERE,
            ),
            Case(
                name="too deep",
                check=_survived(_odd("too_deep"), malformed=3, problems=3),
                on=ANYWHERE,
            ),
            Case(name="long number", check=_survived(_odd("long_number")), on=ANYWHERE),
            Case(
                name="empty frames",
                check=_survived(SendText(text="", when=_READY), problems=1),
                on=ANYWHERE,
            ),
            Case(name="ten of them", check=_too_many("not_json"), on=ANYWHERE),
        ),
    ),
    Row(
        number=68,
        fault="events of unknown types, unknown values, missing or odd fields",
        must="unknown ones are delivered as they are, odd ones are told as problems; the session "
        "goes on",
        cases=(
            Case(
                name="unknown type", check=_survived(_odd("unknown_type"), unknown=3), on=ANYWHERE
            ),
            Case(name="unknown value", check=_survived(_odd("unknown_enum")), on=ANYWHERE),
            Case(
                name="missing field",
                check=_survived(_odd("missing_field"), problems=3),
                on=ANYWHERE,
            ),
            Case(
                name="wrong type",
                check=_survived(_odd("wrong_type"), malformed=3, problems=3),
                on=ANYWHERE,
            ),
        ),
    ),
    Row(
        number=69,
        fault="a binary frame",
        must="a problem that is told; the session goes on",
        cases=(
            Case(name="binary", check=_survived(SendBinary(when=_READY), problems=1), on=ANYWHERE),
        ),
    ),
    Row(
        number=70,
        fault="events for items that nobody knows, and events that come twice",
        must="what comes twice counts once, what belongs to nothing changes nothing",
        cases=(
            Case(name="unknown item", check=_survived(_odd("unknown_item")), on=ANYWHERE),
            Case(name="repeated sound", check=_repeated, on=ANYWHERE),
        ),
    ),
    Row(
        number=71,
        fault="sound that is no base64, or half a sample",
        must="bad base64 is told as a problem, half a sample waits for its other half; the session "
        "goes on",
        cases=(
            Case(
                name="bad base64",
                check=_survived(OddEvent(kind="bad_base64", when=_IN_ANSWER), problems=1),
                on=ANYWHERE,
            ),
            Case(name="odd bytes", check=_odd_bytes, on=ANYWHERE),
        ),
    ),
    Row(
        number=82,
        fault="events come faster than the program reads them",
        must="at most 8,192 events or 32 MiB are kept for an iterator; then it alone ends with "
        "SlowConsumerError, and final transcripts still reach theirs",
        cases=(Case(name="flood", check=_slow_consumer, on=SOCKETS, bound_s=40),),
    ),
)
