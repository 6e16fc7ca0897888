"""WAV files as source and sink."""

import io
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, cast

import anyio
import numpy as np
import pytest

from realtime_voice.audio import WavSink, WavSource, read_wav, write_wav
from realtime_voice.errors import AudioError
from realtime_voice.formats import PCM16_24K, PCMU_8K, AudioFormat
from tests.audio.test_null import Clock
from tests.audio.test_wave_format import chunk, fmt, riff

SOUND = np.random.default_rng(5).integers(-32768, 32768, (30_011, 2)).astype(np.int16)


@pytest.fixture
def stereo(tmp_path: Path) -> Path:
    """A stereo file of 1.25 s at 24 kHz."""
    path = tmp_path / "stereo.wav"
    write_wav(path, SOUND, 24_000)
    return path


def _content(path: Path) -> bytes:
    return path.read_bytes()


def _times_open(path: Path) -> int:
    links = Path("/proc/self/fd").iterdir()
    return sum(1 for link in links if os.path.realpath(link) == str(path))


async def _collect(source: WavSource) -> bytes:
    return b"".join([chunk async for chunk in source])


@pytest.mark.anyio
async def test_a_file_is_spoken_completely_each_time(stereo: Path) -> None:
    """Every sample comes once, in chunks of the length asked for, on each iteration."""
    source = WavSource(stereo, realtime=False, chunk_ms=30)
    assert source.format == AudioFormat(rate=24_000, channels=2)
    assert source.duration_s == 30_011 / 24_000
    for _ in range(2):
        chunks = [chunk async for chunk in source]
        assert {len(chunk) for chunk in chunks[:-1]} == {720 * 4}
        assert b"".join(chunks) == SOUND.tobytes()
    assert repr(source).startswith("WavSource('stereo.wav'")
    await source.aclose()


@pytest.mark.anyio
async def test_realtime_is_the_default_and_keeps_the_pace(tmp_path: Path) -> None:
    """0.2 s of sound take 0.2 s."""
    write_wav(tmp_path / "x.wav", np.zeros(4800, np.int16), 24_000)
    start = time.monotonic()
    assert len(await _collect(WavSource(tmp_path / "x.wav"))) == 9600
    assert 0.195 <= time.monotonic() - start < 1.5


@pytest.mark.anyio
async def test_one_channel_may_be_chosen(stereo: Path) -> None:
    """The right channel alone is mono."""
    source = WavSource(stereo, realtime=False, channel=1)
    assert source.format.channels == 1
    assert await _collect(source) == SOUND[:, 1].tobytes()
    wrong: list[Any] = [2, -1, True, "left", 1.0]
    for channel in wrong:
        with pytest.raises(AudioError, match="channel must be None or 0 to 1"):
            WavSource(stereo, channel=channel)


@pytest.mark.anyio
async def test_file_objects_are_played_from_where_they_stand(stereo: Path) -> None:
    """A file inside a file: what stands before is left alone, and it may be played again."""
    file = io.BytesIO(b"prefix" + _content(stereo))
    file.seek(6)
    source = WavSource(file, realtime=False)
    assert await _collect(source) == SOUND.tobytes()
    assert await _collect(source) == SOUND.tobytes()
    await source.aclose()
    assert not file.closed
    assert "the WAV file object" in repr(source)


@pytest.mark.anyio
@pytest.mark.parametrize("streamed", [False, True])
async def test_a_pipe_is_played_once(stereo: Path, *, streamed: bool) -> None:
    """What cannot seek is read as it comes; its length may be unknown."""
    data = bytearray(_content(stereo))
    if streamed:
        data[54:58] = b"\xff\xff\xff\xff"
    reader, writer = os.pipe()

    def feed() -> None:
        with os.fdopen(writer, "wb") as out:
            out.write(data)

    thread = threading.Thread(target=feed)
    thread.start()
    with os.fdopen(reader, "rb") as pipe:
        source = WavSource(pipe, realtime=False)
        assert source.duration_s == (None if streamed else 30_011 / 24_000)
        assert await _collect(source) == SOUND.tobytes()
        with pytest.raises(AudioError, match="played once"):
            aiter(source)
    thread.join()


@pytest.mark.anyio
async def test_a_slow_disk_does_not_stop_the_loop(stereo: Path) -> None:
    """While a read takes long, other tasks run."""

    class SlowFile(io.BytesIO):
        slow = False

        def read(self, size: int | None = -1, /) -> bytes:
            if self.slow:
                time.sleep(0.1)
            return super().read(size)

    file = SlowFile(_content(stereo))
    source = WavSource(file, realtime=False)
    file.slow = True
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            before = time.monotonic()
            await anyio.sleep(0.001)
            longest = max(longest, time.monotonic() - before)

    async with anyio.create_task_group() as group:
        group.start_soon(watch)
        assert await _collect(source) == SOUND.tobytes()
        group.cancel_scope.cancel()
    assert longest < 0.09


@pytest.mark.anyio
async def test_cancelled_requests_lose_no_sample(stereo: Path) -> None:
    """Cancelling at every await, also while reading, keeps the sound complete."""
    source = WavSource(stereo, realtime=False)
    chunks, received, finished = aiter(source), b"", False
    for attempt in range(100_000):
        with anyio.CancelScope() as scope:
            if attempt % 2:
                scope.cancel()
            try:
                received += await anext(chunks)
            except StopAsyncIteration:
                finished = True
        if finished:
            break
    assert received == SOUND.tobytes()
    await source.aclose()


@pytest.mark.anyio
async def test_a_cut_or_endless_file_is_played_as_far_as_it_goes(tmp_path: Path) -> None:
    """Truncated data and streaming headers play what is there; half a frame does not count."""
    body = bytes(range(201))
    promised = riff(fmt(), b"data" + (4000).to_bytes(4, "little") + body)
    endless = riff(fmt(), b"data\xff\xff\xff\xff" + body, size=0xFFFFFFFF)
    for data in (promised, endless):
        source = WavSource(io.BytesIO(data), realtime=False)
        assert source.duration_s == 100 / 8000
        assert await _collect(source) == body[:200]


@pytest.mark.anyio
async def test_chunks_behind_the_sound_are_not_played(tmp_path: Path) -> None:
    """A LIST chunk at the end is no noise."""
    data = riff(fmt(), chunk(b"data", b"\1\0" * 50), chunk(b"LIST", bytes(range(100))))
    assert await _collect(WavSource(io.BytesIO(data), realtime=False)) == b"\1\0" * 50


@pytest.mark.anyio
async def test_memory_stays_constant(tmp_path: Path) -> None:
    """Of a file of 100 s, no more than about two seconds are in memory."""
    import tracemalloc  # noqa: PLC0415 - only here

    path = tmp_path / "long.wav"
    write_wav(path, np.zeros(2_400_000, np.int16), 24_000)
    tracemalloc.start()
    try:
        total = 0
        async for piece in WavSource(path, realtime=False):
            total += len(piece)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
    assert total == 4_800_000


@pytest.mark.anyio
async def test_a_file_that_goes_or_breaks_while_playing(stereo: Path, tmp_path: Path) -> None:
    """Errors of the disk after the start are typed errors too."""
    source = WavSource(stereo, realtime=False)
    os.remove(stereo)  # noqa: PTH107 - the test is about the file, not about blocking
    with pytest.raises(AudioError, match=r"cannot read .*stereo\.wav"):
        aiter(source)
    write_wav(tmp_path / "x.wav", SOUND, 24_000)
    with (tmp_path / "x.wav").open("rb") as file:
        given = WavSource(file, realtime=False)
    with pytest.raises(AudioError, match="closed file"):
        await _collect(given)
    with pytest.raises(AudioError, match="cannot go back"):
        aiter(given)


@pytest.mark.anyio
@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files in /proc")
async def test_closing_and_forgetting_leave_no_file_open(stereo: Path) -> None:
    """Neither aclose() in the middle nor a forgotten iterator leaks a file."""
    source = WavSource(stereo, realtime=False)
    chunks = aiter(source)
    await anext(chunks)
    assert _times_open(stereo) == 1
    await source.aclose()
    assert _times_open(stereo) == 0
    chunks = aiter(source)
    await anext(chunks)
    del chunks
    assert _times_open(stereo) == 0


def test_bad_files_are_refused_at_once(tmp_path: Path) -> None:
    """Empty, missing, not a WAV, wrong types and impossible lengths."""
    empty = tmp_path / "empty.wav"
    empty.touch()
    cases: list[tuple[Any, str]] = [
        (empty, r"empty\.wav is empty"),
        (tmp_path / "gone.wav", "No such file"),
        (tmp_path, "cannot read"),
        (io.BytesIO(b"hello world, no sound"), "not a WAV"),
        (io.StringIO("RIFF"), "mode 'rb'"),
        (17, "path must be"),
        (None, "path must be"),
    ]
    for file, message in cases:
        with pytest.raises(AudioError, match=message):
            WavSource(file)
    write_wav(tmp_path / "x.wav", SOUND, 24_000)
    with pytest.raises(AudioError, match="chunk_ms"):
        WavSource(tmp_path / "x.wav", chunk_ms=-20)


def test_a_disk_error_in_the_header_is_typed() -> None:
    """An OSError while opening becomes an AudioError."""

    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(AudioError, match="cannot read the WAV file object: Input/output error"):
        WavSource(Broken())


@pytest.mark.anyio
async def test_a_sink_writes_what_is_played(tmp_path: Path) -> None:
    """Without a clock everything written is heard at once and readable at any time."""
    path = tmp_path / "reply.wav"
    async with WavSink(path) as sink:
        assert read_wav(path)[0].shape == (0, 1)
        sink.write(SOUND[:, 0].tobytes())
        assert sink.frames_rendered == sink.clear() == 30_011
        await sink.drain()
        assert np.array_equal(read_wav(path)[0][:, 0], SOUND[:, 0])
        sink.write(bytes(2))
    assert read_wav(path)[0].shape == (30_012, 1)
    assert path.stat().st_mode & 0o777 == 0o600
    await sink.aclose()
    with pytest.raises(AudioError, match=r"after aclose\(\): reply.wav"):
        sink.write(bytes(2))
    assert sink.frames_rendered == sink.clear() == 30_012
    assert "reply.wav" in repr(sink)


@pytest.mark.anyio
async def test_what_was_cut_off_is_not_in_the_file(tmp_path: Path) -> None:
    """With a clock the file holds what was heard: not the rest after a barge-in or closing."""
    clock, path = Clock(), tmp_path / "heard.wav"
    mono = SOUND[:, 0]
    async with WavSink(path, realtime=True, clock=clock) as sink:
        sink.write(mono[:12_000].tobytes())
        clock.now += 0.25
        assert sink.frames_rendered == 6000
        assert sink.clear() == 6000
        clock.now += 1
        sink.write(mono[12_000:24_000].tobytes())
        clock.now += 0.1
    assert sink.frames_rendered == 8400
    expected = np.concatenate((mono[:6000], mono[12_000:14_400]))
    assert np.array_equal(read_wav(path)[0][:, 0], expected)


@pytest.mark.anyio
async def test_draining_takes_the_time_of_the_sound(tmp_path: Path) -> None:
    """After drain() everything is in the file."""
    start = time.monotonic()
    async with WavSink(tmp_path / "x.wav", realtime=True) as sink:
        sink.write(bytes(PCM16_24K.bytes_in(100)))
        await sink.drain()
    assert time.monotonic() - start >= 0.099
    assert len(read_wav(tmp_path / "x.wav")[0]) == 2400


@pytest.mark.anyio
async def test_telephone_sound_of_odd_length_is_padded(tmp_path: Path) -> None:
    """The padding byte is in the file and not in the sound."""
    path = tmp_path / "phone.wav"
    async with WavSink(path, PCMU_8K) as sink:
        sink.write(b"\x80" * 3)
    assert path.stat().st_size % 2 == 0
    assert read_wav(path)[0].ravel().tolist() == [32124] * 3


def test_the_file_can_be_read_after_a_crash(tmp_path: Path) -> None:
    """A process that dies without closing leaves everything that it wrote."""
    path = tmp_path / "crash.wav"
    program = (
        "import os, sys; from realtime_voice.audio import WavSink\n"
        "sink = WavSink(sys.argv[1])\n"
        "for _ in range(120): sink.write(b'\\1\\0' * 480)\n"
        "os._exit(9)\n"
    )
    assert subprocess.run([sys.executable, "-c", program, path], check=False).returncode == 9
    samples, _ = read_wav(path)
    assert len(samples) == 57_600
    assert (samples == 1).all()


def test_a_forgotten_sink_leaves_a_complete_file(tmp_path: Path) -> None:
    """A sink that was never closed leaves its file complete, and no warning."""
    sink = WavSink(tmp_path / "x.wav")
    sink.write(bytes(48_000))
    del sink
    assert len(read_wav(tmp_path / "x.wav")[0]) == 24_000


def test_what_cannot_be_written(tmp_path: Path) -> None:
    """Directories, missing parents, incomplete frames and other types are typed errors."""
    cases: list[tuple[Any, str]] = [
        (tmp_path, "cannot write .*directory"),
        (tmp_path / "none" / "x.wav", "cannot write .*No such file"),
        (3.5, "path must be"),
    ]
    for path, message in cases:
        with pytest.raises(AudioError, match=message):
            WavSink(path)
    assert not (tmp_path / "none").exists()
    sink = WavSink(tmp_path / "x.wav")
    with pytest.raises(AudioError, match="whole number of frames"):
        sink.write(b"abc")


@pytest.mark.anyio
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
async def test_a_full_disk_is_told() -> None:
    """A disk that is full at once is told at once."""
    with pytest.raises(AudioError, match="cannot write /dev/full: No space left"):
        WavSink("/dev/full")


@pytest.mark.anyio
async def test_a_disk_that_fails_later_never_stops_a_barge_in(tmp_path: Path) -> None:
    """clear() gives its figure; the failure comes with the next write, drain or close."""

    class Failing(io.FileIO):
        def write(self, data: Any, /) -> int:
            raise OSError(28, "No space left on device")

    calls: list[Callable[[WavSink], Any]] = [
        lambda sink: sink.write(bytes(2)),
        lambda sink: sink.drain(),
        lambda sink: sink.aclose(),
    ]
    for call in calls:
        sink = WavSink(tmp_path / "x.wav")
        sink.write(bytes(48))
        sink._file.close()
        sink._file = Failing(tmp_path / "x.wav", "w")
        sink._waiting.append(bytes(2))
        assert sink.clear() == 25
        with pytest.raises(AudioError, match=r"cannot write .*x\.wav: No space left"):
            await call(sink)
        sink._file.close()


@pytest.mark.anyio
async def test_a_disk_that_takes_little_at_a_time(tmp_path: Path) -> None:
    """Short writes are continued."""

    class Short(io.FileIO):
        def write(self, data: Any, /) -> int:
            return super().write(bytes(data[:7])) or 0

    async with WavSink(tmp_path / "x.wav") as sink:
        sink._file.close()
        sink._file = Short(tmp_path / "x.wav", "r+")
        sink.write(SOUND[:, 0].tobytes())
        sink._file.close()
    assert np.array_equal(read_wav(tmp_path / "x.wav")[0][:, 0], SOUND[:, 0])


def test_file_objects_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    """One that is closed, and one that was opened for text."""
    path = tmp_path / "x.wav"
    write_wav(path, np.arange(-999, 999, dtype=np.int16), 8000)
    closed = path.open("rb")
    closed.close()
    with pytest.raises(AudioError, match=r"x\.wav.*closed file.*mode 'rb'"):
        WavSource(closed)
    with (
        path.open(encoding="utf-8") as text,
        pytest.raises(AudioError, match=r"cannot read x\.wav.*mode 'rb'"),
    ):
        WavSource(cast("BinaryIO", text))


@pytest.mark.anyio
async def test_a_bad_sample_is_counted_from_the_beginning_of_the_file(tmp_path: Path) -> None:
    """Also when it is streamed: the second stretch that is read knows where it is."""
    path = tmp_path / "x.wav"
    floats = np.zeros(300, np.float32)
    floats[250] = np.nan
    header = fmt(3, rate=100, align=4, bits=32)
    path.write_bytes(riff(header, chunk(b"data", floats.tobytes())))
    async with WavSource(path, realtime=False) as source:
        with pytest.raises(AudioError, match="frame 250 holds a sample that is nan"):
            async for _ in source:
                pass


def test_a_channel_may_be_a_numpy_number(tmp_path: Path) -> None:
    """What indexes an array chooses a channel."""
    write_wav(tmp_path / "x.wav", np.zeros((9, 2), np.int16), 8000)
    assert WavSource(tmp_path / "x.wav", channel=cast("int", np.int64(1))).format.channels == 1
