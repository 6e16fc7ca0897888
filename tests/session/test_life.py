"""How a session ends when what people plug into it is not as it should be."""

from collections.abc import AsyncIterator
from typing import Any

import anyio
import anyio.lowlevel
import numpy as np
import pytest

from realtime_voice.audio import ArraySink, AudioSource
from realtime_voice.config import SessionConfig
from realtime_voice.errors import AudioError, ConfigError, ConnectionLost
from realtime_voice.formats import PCM16_24K
from realtime_voice.session import Session
from realtime_voice.testing import Heard
from tests.session.helpers import collect, failure_of, scripted, utterance

pytestmark = pytest.mark.anyio


class Giving(AudioSource):
    """A source that gives what a test wants."""

    def __init__(self, *chunks: Any) -> None:
        self.chunks = chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            yield chunk


@pytest.mark.parametrize("option", ["source", "sink"])
def test_what_is_no_source_and_no_sink_is_refused_at_once(option: str) -> None:
    """By its name and by what it lacks, before anything was opened."""
    options: dict[str, Any] = {option: [b"\0\0"]}
    with pytest.raises(ConfigError, match=r"list lacks format, .*aclose") as caught:
        Session(**options)
    assert caught.value.field == option


def test_a_source_needs_no_base_class() -> None:
    """Any object with the members will do; a property is not asked before the session runs."""

    class Closed:
        def __init__(self) -> None:
            self.format = PCM16_24K

        @property
        def frames_rendered(self) -> int:
            raise OSError("the device is not open yet")

        def write(self, data: bytes) -> None: ...
        def clear(self) -> int:
            return 0

        async def drain(self) -> None: ...
        async def aclose(self) -> None: ...

    assert repr(Session(sink=Closed())) == "<Session new>"


@pytest.mark.parametrize("chunk", [None, "text", 5, np.zeros(480, dtype=np.int16)])
async def test_chunks_that_are_no_bytes_are_refused(chunk: object) -> None:
    """With the source's name and the way out."""
    async with scripted() as server:
        failure = await failure_of(Session(source=Giving(chunk), client=server.client()).run)
    assert isinstance(failure, AudioError)
    assert f"Giving gave {type(chunk).__name__}" in str(failure)


async def test_chunks_may_be_any_kind_of_bytes_of_any_length() -> None:
    """Empty ones, single frames, and views of arrays; nothing is lost."""
    samples = np.arange(480, dtype="<i2")
    chunks = (b"", b"\1\0", bytearray(b"\2\0" * 3), memoryview(samples), b"")
    async with scripted() as server:
        result = await Session(source=Giving(*chunks), client=server.client()).run()
        got = server.sessions[0].audio_received
    assert got.startswith(b"\1\0" + b"\2\0" * 3 + samples.tobytes())
    assert result.end_reason == "source_ended"


async def test_a_source_without_a_format_is_refused() -> None:
    """Everybody is told; nothing hangs."""
    source = Giving(b"\0\0")
    source.format = None  # type: ignore[assignment]
    async with scripted() as server:
        session = Session(source=source, client=server.client())
        turns = session.turns()
        failure = await failure_of(session.run)
        assert isinstance(failure, AudioError)
        assert await failure_of(lambda: collect(turns)) is failure


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_source_whose_own_task_was_cancelled_is_a_fault() -> None:
    """Somebody else's cancellation does not look like a session that was stopped."""

    class Cancelled(AudioSource):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"\0\0" * 480
            raise anyio.get_cancelled_exc_class()

    async with scripted() as server:
        session = Session(source=Cancelled(), client=server.client())
        with pytest.raises(AudioError, match="Cancelled was cancelled"):
            await session.run()
        assert session.result is not None
        assert session.result.end_reason == "error"


async def test_a_sink_that_cannot_tell_its_position_ends_the_session() -> None:
    """Also those who subscribed before it ran are told, and the sink is closed."""
    fault = OSError("no device")
    closed: list[str] = []

    class Lost(ArraySink):
        @property
        def frames_rendered(self) -> int:
            raise fault

        async def aclose(self) -> None:
            closed.append("sink")

    async with scripted() as server:
        session = Session(sink=Lost(), client=server.client())
        turns = session.turns()
        assert await failure_of(session.run) is fault
        assert await failure_of(lambda: collect(turns)) is fault
    assert closed == ["sink"]


async def test_a_count_that_fails_at_the_end_is_the_sessions_fault() -> None:
    """The iterators end all the same."""
    fault = OSError("the count is gone")

    class Forgetful(Giving):
        asked = 0

        @property
        def frames_dropped(self) -> int:
            self.asked += 1
            if self.asked > 1:
                raise fault
            return 0

    async with scripted() as server:
        session = Session(source=Forgetful(b"\0\0" * 480), client=server.client())
        turns = session.turns()
        assert await failure_of(session.run) is fault
        assert await failure_of(lambda: collect(turns)) is fault


@pytest.mark.parametrize("in_process", [False, True])
async def test_a_server_that_goes_away_is_named_in_plain_words(*, in_process: bool) -> None:
    """The same typed end over a socket and in process, without another library's words."""
    ends: list[Exception] = []
    running, go = anyio.Event(), anyio.Event()
    sessions: list[Session] = []

    async def serve() -> None:
        async with scripted() as server:
            client = server.in_process_client() if in_process else server.client()
            sessions.append(Session(client=client))
            running.set()
            await go.wait()

    async def run() -> None:
        ends.append(await failure_of(sessions[0].run))

    with anyio.fail_after(20):
        async with anyio.create_task_group() as group:
            group.start_soon(serve)
            await running.wait()
            group.start_soon(run)
            await anyio.lowlevel.checkpoint()
            await sessions[0].wait_ready()
            go.set()
    assert isinstance(ends[0], ConnectionLost)
    assert str(ends[0]).startswith(("the server closed", "the connection ended"))


async def test_sound_that_was_committed_by_hand_is_found_again() -> None:
    """Without turn detection the server tells no times; the result has players all the same."""
    pcm = utterance("one", before_s=0), utterance("two", before_s=0)
    config = SessionConfig(turn_detection=None)
    async with scripted(Heard("one", say="Uno."), Heard("two", say="Due.")) as server:
        async with Session(config, client=server.client(), keep_audio_s=300) as session:
            turns = session.turns()
            await session.append_audio(b"\1\0" * 24_000)
            await session.clear()
            for sound in pcm:
                await session.append_audio(sound)
                await session.commit()
                await session.create_response()
                await anext(turns)
        result = session.result
    assert result is not None
    found = [result.user_audio_of(turn) for turn in result.turns]
    assert tuple(kept.data for kept in found if kept is not None) == pcm
    assert result._repr_html_().count("<audio") == 4
