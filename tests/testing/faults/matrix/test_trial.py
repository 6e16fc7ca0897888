"""A case is judged as what it is: right, wrong, stuck, or leaving something behind."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable

import anyio
import anyio.lowlevel
import pytest

from realtime_voice.errors import ConnectionLost, LinkStalled
from realtime_voice.testing.faults.matrix import Case, Outcome, Row, Verdict, jobs_of
from realtime_voice.testing.faults.matrix._expect import (
    NotHere,
    Unmet,
    expect_error,
    expect_failure,
    within,
)
from realtime_voice.testing.faults.matrix._trial import judge
from realtime_voice.testing.faults.matrix._world import World
from realtime_voice.transport import start_detached

BACKENDS = ("asyncio", "uvloop", "trio")
kept: list[object] = []


def judged(
    check: Callable[[World], Awaitable[None]], backend: str = "asyncio", *, bound_s: float = 5.0
) -> Verdict:
    """What comes of a check."""
    case = Case(name="case", check=check, on=("plain",), bound_s=bound_s)
    row = Row(number=1, fault="a fault", must="nothing", cases=(case,))
    (job,) = jobs_of((row,), backends=(backend,))
    return judge((row,), job)


@pytest.fixture(autouse=True)
def _tidy() -> AsyncIterator[None]:
    yield
    while kept:
        one = kept.pop()
        if isinstance(one, socket.socket):
            one.close()
        elif isinstance(one, threading.Event):
            one.set()
        elif isinstance(one, threading.Thread):
            one.join()


async def fine(_: World) -> None:
    """What must happen happens."""
    await anyio.lowlevel.checkpoint()


async def wrong(_: World) -> None:
    """A deliberately broken expectation: another class, then another field."""
    expect_error(ConnectionLost("gone"), LinkStalled)


async def bug(_: World) -> None:
    """The check itself is broken."""
    raise LookupError("no such thing")


async def stuck(_: World) -> None:
    """Nothing ever happens."""
    await anyio.sleep_forever()


async def forgets_task(_: World) -> None:
    """A task goes on."""
    start_detached(anyio.sleep_forever, name="forgotten task")
    await anyio.sleep(0.01)


async def forgets_socket(_: World) -> None:
    """A socket stays open."""
    kept.append(socket.socket())


async def forgets_thread(_: World) -> None:
    """A thread goes on."""
    event = threading.Event()
    thread = threading.Thread(target=event.wait, name="forgotten thread", daemon=True)
    thread.start()
    kept.extend((thread, event))


async def bug_in_groups(_: World) -> None:
    """The same, inside of a group of one, and then of two."""
    lone = ExceptionGroup("outer", [ExceptionGroup("inner", [LookupError("alone")])])
    raise lone if not kept else ExceptionGroup("two", [LookupError("a"), LookupError("b")])


async def lost_in_loop(_: World) -> None:
    """A callback of the event loop fails."""
    asyncio.get_running_loop().call_soon(int, "x")
    await anyio.sleep(0.01)


async def elsewhere(_: World) -> None:
    """Something is missing here."""
    raise NotHere("no moon tonight")


async def forgets_resource(_: World) -> None:
    """A socket is left to the garbage collector."""
    socket.socket()


@pytest.mark.parametrize("backend", BACKENDS)
def test_right(backend: str) -> None:
    """A check that returns is ok."""
    verdict = judged(fine, backend)
    assert (verdict.outcome, verdict.told, verdict.is_bad) == (Outcome.OK, "", False)


@pytest.mark.parametrize("backend", BACKENDS)
def test_wrong(backend: str) -> None:
    """A broken expectation fails, and says what came instead."""
    verdict = judged(wrong, backend)
    assert verdict.outcome is Outcome.FAIL
    assert verdict.told == "ConnectionLost('gone') instead of LinkStalled"
    broken = judged(bug, backend)
    assert broken.outcome is Outcome.FAIL
    assert broken.told.startswith("LookupError: no such thing (test_trial.py:")


@pytest.mark.parametrize("backend", BACKENDS)
def test_stuck(backend: str) -> None:
    """What does not end within its bound and a second is a hang."""
    verdict = judged(stuck, backend, bound_s=-0.8)
    assert verdict.outcome is Outcome.HANG
    assert verdict.is_bad


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("check", "kind", "name"),
    [
        (forgets_task, "tasks", "forgotten task"),
        (forgets_socket, "sockets", "socket"),
        (forgets_thread, "threads", "forgotten thread"),
    ],
)
def test_left_behind(
    backend: str, check: Callable[[World], Awaitable[None]], kind: str, name: str
) -> None:
    """A task, a socket or a thread that is still there is a leak, by name."""
    verdict = judged(check, backend)
    assert verdict.outcome is Outcome.LEAK
    assert getattr(verdict, kind) == (name,)
    assert f"{kind}: {name}" in verdict.told


def test_groups_in_words() -> None:
    """A group of one is told as what it holds, a real one as a group."""
    assert judged(bug_in_groups).told.startswith("LookupError: alone")
    kept.append(None)
    assert judged(bug_in_groups).told.startswith("ExceptionGroup: two (2 sub-exceptions)")


def test_callbacks() -> None:
    """What a callback of the event loop raises is a failure, although nobody could catch it."""
    verdict = judged(lost_in_loop)
    assert verdict.outcome is Outcome.FAIL
    assert "ValueError" in verdict.told


def test_not_here() -> None:
    """What cannot be run is skipped, with the reason, and counts for nothing."""
    verdict = judged(elsewhere)
    assert (verdict.outcome, verdict.told) == (Outcome.SKIPPED, "no moon tonight")
    assert not verdict.is_bad


def test_unseen() -> None:
    """What would only be printed by the garbage collector is a failure too."""
    verdict = judged(forgets_resource)
    assert verdict.outcome is Outcome.FAIL
    assert "unclosed <socket" in verdict.told


async def raises(error: Exception) -> None:
    """Fail."""
    raise error


def test_exactly_this_error() -> None:
    """Another class, a subclass, a group, another field and other words are all told apart."""

    async def check() -> None:
        lost = ConnectionLost("gone", code=1000)
        assert await expect_failure(raises(lost), ConnectionLost, code=1000, told="go") is lost
        for wanted, fields, told in (
            (LinkStalled, {}, "instead of LinkStalled"),
            (ConnectionLost, {"code": 1001}, "has {'code': 1000}, not {'code': 1001}"),
            (ConnectionLost, {"told": "else"}, "does not tell of 'else'"),
            (ConnectionLost, {"no_such_field": 1}, "'missing'"),
        ):
            with pytest.raises(Unmet) as caught:
                await expect_failure(raises(lost), wanted, **fields)
            assert told in str(caught.value)
        with pytest.raises(Unmet, match="ExceptionGroup"):
            await expect_failure(raises(ExceptionGroup("both", [lost])), ConnectionLost)
        with pytest.raises(Unmet, match="it returned NoneType"):
            await expect_failure(anyio.lowlevel.checkpoint(), ConnectionLost)

    anyio.run(check)


def test_in_time() -> None:
    """A block that takes too long is told so, one that hangs is cancelled first."""

    async def check() -> None:
        async with within(1, "resting"):
            await anyio.lowlevel.checkpoint()
        with pytest.raises(Unmet, match=r"resting took 0\.\d s, not 0 s"):
            async with within(0, "resting"):
                await anyio.sleep(0.1)
        with pytest.raises(Unmet, match=r"not -0\.4 s"):
            async with within(-0.4, "resting"):
                await anyio.sleep_forever()

    anyio.run(check)
