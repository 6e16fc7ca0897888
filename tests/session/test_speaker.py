"""Positions in the session's frames, whatever the sink's format."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_voice.audio import ArraySink, NullSink
from realtime_voice.formats import PCM16_24K, PCMU_8K, AudioFormat
from realtime_voice.session._speaker import Speaker

RATES = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)


class Clock:
    """Time by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def silence(frames: int) -> bytes:
    """Sound of some frames."""
    return b"\0\0" * frames


@given(st.sampled_from(RATES), st.lists(st.integers(1, 5_000), min_size=1, max_size=12))
def test_a_position_at_the_end_is_exact_however_many_stretches(
    rate: int, stretches: list[int]
) -> None:
    """Rounding within one stretch never adds up over the next ones."""
    speaker = Speaker(ArraySink(AudioFormat(rate=rate)), PCM16_24K)
    total = 0
    for frames in stretches:
        speaker.write(silence(frames), PCM16_24K)
        speaker.flush()
        total += frames
        assert speaker.report() == total
    assert not speaker.owes_report


@pytest.mark.parametrize("rate", RATES)
def test_a_position_in_the_middle_is_right_to_a_frame(rate: int) -> None:
    """What was played is counted at the session's rate; stopping continues from there."""
    clock = Clock()
    speaker = Speaker(NullSink(AudioFormat(rate=rate), clock=clock), PCM16_24K)
    for _ in range(5):
        speaker.write(silence(7_777), PCM16_24K)
        speaker.flush()
    clock.now = 1.0
    # Each stretch is rounded up to a whole frame of the sink, which plays for that long.
    rounding = 4 * 24_000 / rate + 1
    assert speaker.report() == pytest.approx(24_000, abs=rounding)
    assert speaker.is_playing
    assert speaker.owes_report
    stopped = speaker.stop()
    assert stopped == pytest.approx(24_000, abs=rounding)
    assert not speaker.is_playing
    speaker.write(silence(2_400), PCM16_24K)
    clock.now = 5.0
    speaker.flush()
    clock.now = 9.0
    assert speaker.report() == stopped + 2_400


def test_what_a_sink_played_before_does_not_count() -> None:
    """A sink may have a past."""
    sink = ArraySink()
    sink.write(silence(1_000))
    speaker = Speaker(sink, PCM16_24K)
    assert speaker.report() == 0
    assert not speaker.owes_report
    speaker.write(silence(10), PCM16_24K)
    speaker.flush()
    assert speaker.report() == 10
    assert speaker.stop() == 10


def test_the_format_may_change_while_it_runs() -> None:
    """The end of the old stretch is played before the new one begins."""
    sink = ArraySink()
    speaker = Speaker(sink, PCM16_24K)
    speaker.write(silence(2_400), PCM16_24K)
    speaker.write(b"\xff" * 800, PCMU_8K)
    speaker.flush()
    speaker.flush()
    assert sink.duration_s == pytest.approx(0.2)
    assert speaker.report() == 2_400 + 800


@pytest.mark.anyio
async def test_draining_waits_for_the_sink() -> None:
    """Everything was heard then."""
    sink = NullSink(speed=50)
    speaker = Speaker(sink, PCM16_24K)
    speaker.write(np.zeros(24_000, "<i2").tobytes(), PCM16_24K)
    await speaker.drain()
    assert not speaker.is_playing
