"""Pacing of finished sound."""

import time

import anyio
import anyio.lowlevel
import pytest

from realtime_voice.audio._pace import PacedChunks
from realtime_voice.formats import PCM16_24K

CHUNK = bytes(960)


def _chunks(count: int, *, realtime: bool) -> PacedChunks:
    pieces = iter([CHUNK] * count)

    async def read() -> bytes:
        return next(pieces, b"")

    return PacedChunks(read, PCM16_24K, realtime=realtime)


@pytest.mark.anyio
async def test_a_chunk_comes_when_it_would_have_been_spoken() -> None:
    """The n-th chunk of 20 ms comes n * 20 ms after the first request, without drift."""
    start = anyio.current_time()
    times = [anyio.current_time() - start async for _ in _chunks(10, realtime=True)]
    assert len(times) == 10
    for n, passed in enumerate(times, 1):
        assert n * 0.02 - 0.002 <= passed < n * 0.02 + 0.3


@pytest.mark.anyio
async def test_after_a_stall_what_is_due_comes_at_once_and_no_more() -> None:
    """A stall of five chunks is made up by a burst of five chunks; then the pace is kept."""
    chunks = _chunks(10, realtime=True)
    start = anyio.current_time()
    await anext(chunks)
    time.sleep(0.11)  # noqa: ASYNC251 - the stall
    times = [anyio.current_time() - start async for _ in chunks]
    for n, passed in enumerate(times, 2):
        assert passed >= n * 0.02 - 0.002
    assert times[3] < times[8]
    assert times[8] >= 0.198


@pytest.mark.anyio
async def test_a_cancelled_request_loses_no_sound() -> None:
    """The chunk that was waited for comes with the next request."""
    chunks = _chunks(4, realtime=True)
    received = 0
    for _ in range(200):
        with anyio.move_on_after(0.003):
            try:
                received += len(await anext(chunks))
            except StopAsyncIteration:
                break
    assert received == 4 * len(CHUNK)


@pytest.mark.anyio
async def test_unpaced_chunks_let_others_run() -> None:
    """Even as fast as possible, each chunk is a point where others run and cancellation works."""
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as group:
        group.start_soon(other)
        async for _ in _chunks(100, realtime=False):
            pass
        group.cancel_scope.cancel()
    assert turns >= 50


@pytest.mark.anyio
async def test_the_end_stays_the_end() -> None:
    """Asking again after the end gives the end again."""
    chunks = _chunks(1, realtime=False)
    assert [chunk async for chunk in chunks] == [CHUNK]
    assert [chunk async for chunk in chunks] == []
