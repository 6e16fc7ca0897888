"""Sources for applications with callbacks and iterables."""

import threading
import time
from collections.abc import AsyncIterator
from typing import Any

import anyio
import pytest

from realtime_voice.audio import IterableSource, QueueSource
from realtime_voice.errors import AudioError
from realtime_voice.formats import AudioFormat


async def _collect(source: QueueSource | IterableSource) -> bytes:
    return b"".join([chunk async for chunk in source])


@pytest.mark.anyio
async def test_sound_pushed_by_another_thread_arrives_complete() -> None:
    """Every byte comes in order while a thread pushes at its own pace, and closing ends it."""
    source = QueueSource()
    pieces = [bytes([n % 256, n // 256]) * 480 for n in range(60)]

    def callback() -> None:
        for piece in pieces:
            assert source.push(piece) == 0
            time.sleep(0.001)
        source.close()

    thread = threading.Thread(target=callback)
    thread.start()
    with anyio.fail_after(10):
        assert await _collect(source) == b"".join(pieces)
    thread.join()
    assert source.frames_dropped == 0


@pytest.mark.anyio
async def test_pushing_wakes_a_waiting_loop_at_once() -> None:
    """Latency from a foreign thread to the loop stays far below a chunk."""
    source = QueueSource()

    def callback() -> None:
        for _ in range(20):
            time.sleep(0.005)
            source.push(time.monotonic_ns().to_bytes(8, "little"))
        source.close()

    thread = threading.Thread(target=callback)
    thread.start()
    with anyio.fail_after(10):
        delays = [
            time.monotonic_ns() - int.from_bytes(chunk[-8:], "little") async for chunk in source
        ]
    thread.join()
    assert sorted(delays)[len(delays) // 2] < 20e6


@pytest.mark.anyio
async def test_pushing_from_the_loop_itself() -> None:
    """The same loop may push while another task waits."""
    source = QueueSource()
    received: list[bytes] = []

    async def listen() -> None:
        received.extend([chunk async for chunk in source])

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(listen)
            await anyio.sleep(0.01)
            source.push(b"ab")
            await anyio.sleep(0.01)
            source.push(b"")
            source.push(b"cd")
            source.close()
            source.close()
    assert b"".join(received) == b"abcd"


@pytest.mark.anyio
async def test_beyond_the_bound_the_oldest_gives_way_and_is_counted() -> None:
    """100 ms are kept; the rest is counted, and the newest is heard."""
    source = QueueSource(AudioFormat(rate=1000), max_ms=100)
    assert source.push(bytes(2 * 60)) == 0
    assert source.push(b"\1\0" * 60) == 20
    assert source.queued_ms == 100
    assert source.push(b"\2\0" * 300) == 300
    assert source.frames_dropped == 320
    assert "queued_ms=100" in repr(source)
    source.close()
    assert await _collect(source) == b"\2\0" * 100


@pytest.mark.anyio
async def test_a_cancelled_wait_loses_nothing_and_may_be_repeated() -> None:
    """Sound pushed around cancellations arrives complete."""
    source = QueueSource()
    chunks = aiter(source)
    received = b""
    for n in range(20):
        with anyio.move_on_after(0.002):
            received += await anext(chunks)
        source.push(bytes([n, 0]))
    source.close()
    async for chunk in chunks:
        received += chunk
    assert received == b"".join(bytes([n, 0]) for n in range(20))


@pytest.mark.anyio
async def test_closing_the_source_forgets_and_refuses() -> None:
    """After aclose() nothing is heard any more, and pushing says why."""
    async with QueueSource() as source:
        source.push(bytes(2))
    assert await _collect(source) == b""
    with pytest.raises(AudioError, match="after close"):
        source.push(bytes(2))


@pytest.mark.anyio
async def test_two_listeners_at_once_are_an_error() -> None:
    """Two sessions cannot share one queue: each would hear half."""
    source = QueueSource()
    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(_collect, source)
            await anyio.sleep(0.01)
            with pytest.raises(AudioError, match="iterated twice"):
                await anext(aiter(source))
            source.close()


def test_pushing_after_the_loop_has_ended_is_quiet() -> None:
    """A callback that outlives its loop must not raise in the audio thread."""
    for backend in ("asyncio", "trio"):
        source = QueueSource()
        wakes: list[Any] = []

        async def wait(source: QueueSource = source, wakes: list[Any] = wakes) -> None:
            async with anyio.create_task_group() as group:
                group.start_soon(_collect, source)
                await anyio.sleep(0.01)
                wakes.append(source._wake)
                group.cancel_scope.cancel()

        anyio.run(wait, backend=backend)
        assert source._wake is None
        wakes[0]()
        source.push(bytes(2))


def test_bad_input_is_refused() -> None:
    """Incomplete frames, other types and impossible bounds are typed errors."""
    with pytest.raises(AudioError, match="whole number of frames"):
        QueueSource().push(b"a")
    with pytest.raises(AudioError, match="takes bytes"):
        QueueSource().push([1])  # type: ignore[arg-type] # what is tested
    with pytest.raises(AudioError, match="max_ms"):
        QueueSource(max_ms=-1)


async def _pieces() -> AsyncIterator[bytes]:
    for piece in (b"a", b"", b"bc", b"def", b"gh"):
        yield piece


@pytest.mark.anyio
async def test_pieces_cut_anywhere_come_out_as_whole_frames() -> None:
    """Synchronous and asynchronous iterables are joined to frames."""
    stereo = AudioFormat(channels=2)
    for pieces in ([b"a", b"", b"bc", b"def", b"gh"], _pieces()):
        chunks = [chunk async for chunk in IterableSource(pieces, stereo)]
        assert all(len(chunk) % 4 == 0 for chunk in chunks)
        assert b"".join(chunks) == b"abcdefgh"


@pytest.mark.anyio
async def test_sound_that_ends_within_a_frame_is_told() -> None:
    """All whole frames come, then the error, then the end."""
    chunks = aiter(IterableSource([b"abc"]))
    assert await anext(chunks) == b"ab"
    with pytest.raises(AudioError, match="1 of 2 bytes"):
        await anext(chunks)
    assert [chunk async for chunk in chunks] == []


@pytest.mark.anyio
async def test_pieces_of_another_type_are_refused() -> None:
    """A single piece, a text, or pieces that are no bytes are typed errors."""
    wrong: list[Any] = [b"abcd", "abcd", 5, None]
    for pieces in wrong:
        with pytest.raises(AudioError, match="iterable of bytes"):
            IterableSource(pieces)
    numbers: Any = [1, 2]
    with pytest.raises(AudioError, match="takes bytes, not int"):
        await _collect(IterableSource(numbers))
