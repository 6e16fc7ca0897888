"""What the tests of the session share: a voice, and a server that plays a script."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
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
