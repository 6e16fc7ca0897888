"""What the tests of the session share: a voice, and a server that plays a script."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

import anyio
import numpy as np

from realtime_voice.audio import ArraySource, AudioSource
from realtime_voice.config import SessionConfig
from realtime_voice.errors import RealtimeError
from realtime_voice.events import KnownServerEvent
from realtime_voice.session import Session
from realtime_voice.testing import LocalServer, Pace, Scripted, Step, tone_speech
from realtime_voice.transport import MemoryTransport, memory_pair

T = TypeVar("T")
RATE = 24_000


def utterance(
    text: str = "what time is it", *, before_s: float = 0.3, after_s: float = 0.0
) -> bytes:
    """Something that sounds like speech, with silence around it: PCM16 at 24 kHz."""
    silence = b"\0\0" * int(RATE * before_s)
    return silence + tone_speech(text).pcm + b"\0\0" * int(RATE * after_s)


def speaking(*texts: str, realtime: bool = False, pause_s: float = 1.0) -> AudioSource:
    """A source that says some sentences with pauses in between."""
    pcm = b"".join(utterance(text, after_s=pause_s) for text in texts)
    return ArraySource(np.frombuffer(pcm, dtype="<i2"), RATE, realtime=realtime)


@asynccontextmanager
async def scripted(*steps: Step, **options: Any) -> AsyncIterator[LocalServer]:
    """A local server that answers at once, and that raises what its script finds wrong."""
    options.setdefault("pace", Pace(speed=50.0))
    async with LocalServer(Scripted(list(steps)), **options) as server:
        yield server


async def collect(values: AsyncIterator[T]) -> list[T]:
    """Everything an iterator gives until its end."""
    return [value async for value in values]


async def failure_of(call: Callable[[], Awaitable[object]]) -> Exception:
    """What a call raises."""
    try:
        await call()
    except Exception as exc:  # noqa: BLE001 - the test looks at it
        return exc
    raise AssertionError("nothing was raised")


def kinds(events: Sequence[object]) -> list[str]:
    """Wire names of events."""
    return [type(event).type for event in events if isinstance(event, KnownServerEvent)]


class FedClient:
    """A client whose connection a test feeds by hand: the other end of a pair in memory."""

    connect_timeout = 5.0

    def __init__(self, *, fails: RealtimeError | None = None) -> None:
        self.ours, self.theirs = memory_pair()
        self.models: list[str | None] = []
        self._fails = fails

    async def connect(self, *, model: str | None = None) -> MemoryTransport:
        """Give the session its end."""
        await anyio.lowlevel.checkpoint()
        self.models.append(model)
        if self._fails is not None:
            raise self._fails
        return self.theirs


def plain(**options: Any) -> Session:
    """A session with the defaults."""
    return Session(SessionConfig(), **options)


class Server:
    """The other end of a pair in memory, scripted by the test."""

    def __init__(self, client: FedClient) -> None:
        self._client = client
        self._end = client.ours
        self.got: list[dict[str, Any]] = []

    async def send(self, type_: str, **fields: Any) -> None:
        """Send one event."""
        await self._end.send(json.dumps({"type": type_, "event_id": f"srv_{type_}", **fields}))

    def deliver(self, frame: str | bytes) -> None:
        """Put a frame into the client's inbox, without letting anybody run."""
        self._client.theirs.deliver(frame)

    async def send_text(self, text: str) -> None:
        """Send a frame as it is."""
        await self._end.send(text)

    async def error(self, code: str | None, *, event_id: str | None = None, **more: Any) -> None:
        """Send an error."""
        error = {"type": "invalid_request_error", "code": code, "message": "Told so.", **more}
        await self.send("error", error={**error, "event_id": event_id})

    async def next(self, type_: str) -> dict[str, Any]:
        """Wait for an event of this type."""
        with anyio.fail_after(20):
            while True:
                event = json.loads(await self._end.receive())
                self.got.append(event)
                if event["type"] == type_:
                    return dict(event)

    async def open(self, **session: Any) -> None:
        """Do what a server does at the beginning."""
        whole = {"type": "realtime", "id": "sess_1", "object": "realtime.session", **session}
        await self.send("session.created", session=whole)
        await self.next("session.update")
        await self.send("session.updated", session=whole)

    async def aclose(self) -> None:
        """Hang up."""
        await self._end.aclose()


@asynccontextmanager
async def opened(
    behave: Callable[[Server], Awaitable[None]] | None = None, **options: Any
) -> AsyncIterator[tuple[Session, Server]]:
    """A running session, and the server that a test plays."""
    client = FedClient()
    server = Server(client)
    session = Session(client=client, **options)
    async with anyio.create_task_group() as group:

        async def play() -> None:
            await server.open()
            if behave is not None:
                await behave(server)

        group.start_soon(play)
        try:
            async with session:
                yield session, server
        finally:
            group.cancel_scope.cancel()


async def run(behave: Callable[[Server], Awaitable[None]], **options: Any) -> Session:
    """Run a session against a server that behaves so; returns when it has ended."""
    client = FedClient()
    server = Server(client)
    session = Session(client=client, **options)

    async def play() -> None:
        await server.open()
        await behave(server)

    async with anyio.create_task_group() as group:
        group.start_soon(play)
        await failure_of_run(session)
        group.cancel_scope.cancel()
    return session


async def failure_of_run(session: Session) -> None:
    """Run to a fault, which is in the result as well; or to a good end."""
    with anyio.fail_after(20), suppress(Exception):
        await session.run()
    assert session.result is not None
