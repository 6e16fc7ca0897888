"""The sink that plays by the clock."""

import time

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_voice.audio import NullSink
from realtime_voice.errors import AudioError
from realtime_voice.formats import PCM16_24K, AudioFormat


class Clock:
    """Time by hand, starting late as real clocks do."""

    def __init__(self) -> None:
        self.now = 86_400.123

    def __call__(self) -> float:
        return self.now


def test_frames_are_rendered_with_the_clock() -> None:
    """What was written is played at the rate of the format, and no further."""
    clock = Clock()
    sink = NullSink(PCM16_24K, clock=clock)
    sink.write(bytes(4800))
    assert sink.frames_rendered == 0
    clock.now += 0.04
    assert sink.frames_rendered == 960
    clock.now += 10
    assert sink.frames_rendered == 2400


def test_clear_stops_at_the_frame_and_counting_goes_on_from_there() -> None:
    """After a barge-in the rest never counts; later sound counts on top."""
    clock = Clock()
    sink = NullSink(clock=clock)
    sink.write(bytes(48_000))
    clock.now += 0.25
    assert sink.clear() == 6000
    clock.now += 5
    assert sink.frames_rendered == 6000
    assert sink.clear() == 6000
    sink.write(bytes(480))
    clock.now += 1
    assert sink.frames_rendered == 6240


def test_a_pause_between_writes_is_not_sound() -> None:
    """Time in which there was nothing to play does not count."""
    clock = Clock()
    sink = NullSink(clock=clock)
    sink.write(bytes(480))
    clock.now += 3
    sink.write(bytes(960))
    clock.now += 0.01
    assert sink.frames_rendered == 480


@given(
    st.lists(st.tuples(st.integers(0, 500), st.integers(0, 400))),
    st.sampled_from([8000, 11025, 24000, 44100]),
)
def test_many_small_writes_do_not_drift(steps: list[tuple[int, int]], rate: int) -> None:
    """As long as sound is queued, the count follows one schedule whatever is written when."""
    clock = Clock()
    start = clock.now
    sink = NullSink(AudioFormat(rate=rate), clock=clock)
    sink.write(bytes(2 * 500_000))
    passed = 0
    for frames, milliseconds in steps:
        sink.write(bytes(2 * frames))
        passed += milliseconds
        clock.now = start + passed / 1000
        assert sink.frames_rendered == passed * rate // 1000


def test_a_clock_that_goes_back_takes_no_frame_back() -> None:
    """The count never shrinks."""
    clock = Clock()
    sink = NullSink(clock=clock)
    sink.write(bytes(48_000))
    clock.now += 0.1
    assert sink.frames_rendered == 2400
    clock.now -= 0.05
    assert sink.frames_rendered == 2400
    assert sink.clear() == 2400


def test_speed() -> None:
    """Twice the speed renders twice the frames."""
    clock = Clock()
    sink = NullSink(speed=2.0, clock=clock)
    sink.write(bytes(9600))
    clock.now += 0.05
    assert sink.frames_rendered == 2400
    assert "speed=2" in repr(sink)


@pytest.mark.anyio
async def test_drain_waits_for_the_end() -> None:
    """Draining takes as long as the sound, in real time."""
    sink = NullSink()
    await sink.drain()
    start = time.monotonic()
    sink.write(bytes(PCM16_24K.bytes_in(100)))
    await sink.drain()
    assert 0.099 <= time.monotonic() - start < 1.0
    assert sink.frames_rendered == 2400


@pytest.mark.anyio
async def test_clearing_ends_drain() -> None:
    """Whoever waits for the end of ten minutes is woken by a barge-in."""
    sink = NullSink()
    sink.write(bytes(PCM16_24K.bytes_in(600_000)))
    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(sink.drain)
            await anyio.sleep(0.05)
            sink.clear()


@pytest.mark.anyio
async def test_leaving_the_block_stops_playing() -> None:
    """Closing stops the clock."""
    clock = Clock()
    async with NullSink(clock=clock) as sink:
        sink.write(bytes(4800))
        clock.now += 0.01
    clock.now += 1
    assert sink.frames_rendered == 240


def test_bad_input_is_refused() -> None:
    """Incomplete frames, other types and impossible speeds are typed errors."""
    with pytest.raises(AudioError, match="whole number of frames"):
        NullSink().write(b"abc")
    with pytest.raises(AudioError, match="takes bytes"):
        NullSink().write("ab")  # type: ignore[arg-type] # what is tested
    for speed in (0, -1, float("inf")):
        with pytest.raises(AudioError, match="speed"):
            NullSink(speed=speed)
