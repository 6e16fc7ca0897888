"""A speaker that remembers what was heard when."""

import numpy as np
import pytest

from realtime_voice.cli._speaker import Speaker

FRAMES_100_MS = 2400


class Clock:
    """Time that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def sound(value: int, frames: int = FRAMES_100_MS) -> bytes:
    """Some constant sound."""
    return np.full(frames, value, "<i2").tobytes()


def test_sound_lies_where_it_was_played() -> None:
    """Sound that is written faster than played is played in a row; a pause stays a pause."""
    clock = Clock()
    speaker = Speaker(clock=clock)
    clock.now = 101.0
    speaker.write(sound(1))
    speaker.write(sound(2))
    assert not speaker.is_silent
    clock.now = 102.0
    assert speaker.is_silent
    speaker.write(sound(3))
    clock.now = 103.0
    samples = speaker.track(zero=100.0).samples
    assert speaker.spans_ms(100.0) == [(1000, 1200), (2000, 2100)]
    assert len(samples) == 21 * FRAMES_100_MS
    assert samples[: 10 * FRAMES_100_MS].max() == 0
    assert set(samples[10 * FRAMES_100_MS : 11 * FRAMES_100_MS]) == {1}
    assert set(samples[11 * FRAMES_100_MS : 12 * FRAMES_100_MS]) == {2}
    assert set(samples[20 * FRAMES_100_MS :]) == {3}
    assert len(speaker.voice().samples) == 3 * FRAMES_100_MS


def test_what_was_cut_off_was_not_heard() -> None:
    """clear() keeps what was played up to now and forgets the rest."""
    clock = Clock()
    speaker = Speaker(clock=clock)
    speaker.write(sound(1))
    clock.now += 0.05
    assert speaker.clear() == FRAMES_100_MS // 2
    assert speaker.is_silent
    assert speaker.frames_rendered == FRAMES_100_MS // 2
    clock.now += 0.01
    speaker.write(sound(2))
    clock.now += 1
    assert speaker.frames_rendered == FRAMES_100_MS * 3 // 2
    assert speaker.spans_ms(100.0) == [
        (0, 50),
        (pytest.approx(60), pytest.approx(160)),
    ]


def test_nothing_played_is_nothing() -> None:
    """An unused speaker has an empty track, and clearing it is no error."""
    speaker = Speaker(clock=Clock())
    assert speaker.clear() == 0
    assert speaker.spans_ms(0) == []
    assert len(speaker.track(0).samples) == 0
    assert len(speaker.voice().samples) == 0


@pytest.mark.anyio
async def test_drain_waits_for_the_end() -> None:
    """After drain() everything was heard."""
    speaker = Speaker()
    speaker.write(sound(1))
    await speaker.drain()
    assert speaker.is_silent
    await speaker.aclose()
