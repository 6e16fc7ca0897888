"""The watchdog decides by the clocks it is given, and by nothing else."""

import logging

import attrs
import pytest

from realtime_voice.errors import LinkStalled
from realtime_voice.transport import LinkOptions
from realtime_voice.transport._watch import Watch


@attrs.define
class Clocks:
    """Two clocks that a test moves."""

    monotonic: float = 1000.0
    wall: float = 5e8
    asked: list[float] = attrs.field(factory=list)
    told: str = ""

    def sleep(self, seconds: float) -> None:
        """Let time pass on both."""
        self.monotonic += seconds
        self.wall += seconds


def watched(clocks: Clocks) -> Watch:
    """A watchdog with the usual limits."""
    options = LinkOptions(clock=lambda: clocks.monotonic, wall_clock=lambda: clocks.wall)
    watch = Watch(options)
    watch.start(0)
    return watch


def dead_after(clocks: Clocks, watch: Watch, *, unsent: bool, progress: int, heard: bool) -> float:
    """Seconds until the link counts as dead; how often it asked is in ``clocks.asked``."""
    start = clocks.monotonic
    try:
        while clocks.monotonic < start + 20:
            clocks.sleep(watch.pause_s())
            if heard:
                watch.heard()
            if watch.look(unsent=unsent, progress=progress):
                clocks.asked.append(clocks.monotonic - start)
    except LinkStalled as exc:
        clocks.told = str(exc)
    return clocks.monotonic - start


def test_silence_is_asked_about_and_then_found_within_ten_seconds() -> None:
    """One ping, and a dead link is found in time, whenever the last byte came."""
    for offset in (0.0, 0.1, 0.33, 0.6):
        clocks = Clocks()
        watch = watched(clocks)
        clocks.sleep(offset)
        watch.heard()
        passed = dead_after(clocks, watch, unsent=False, progress=0, heard=False)
        assert "not even an answer" in clocks.told
        assert len(clocks.asked) == 1
        assert 4.7 < clocks.asked[0] <= 5.5
        assert 9.5 < passed <= 10.0


def test_any_byte_is_life() -> None:
    """A peer that sends anything is never asked and never dropped."""
    clocks = Clocks()
    watch = watched(clocks)
    for _ in range(100):
        clocks.sleep(watch.pause_s())
        watch.heard()
        assert not watch.look(unsent=False, progress=0)


def test_a_write_that_stands_still_is_found_within_six_seconds() -> None:
    """Progress counts, not time: a slow line lives, one on which nothing leaves is dead."""
    clocks = Clocks()
    watch = watched(clocks)
    for step in range(40):
        clocks.sleep(watch.pause_s())
        watch.heard()
        watch.look(unsent=True, progress=step)
    passed = dead_after(clocks, watch, unsent=True, progress=39, heard=True)
    assert "written" in clocks.told
    assert 4.0 <= passed <= 5.0


def test_a_blocked_event_loop_is_told_once_and_judged_later(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Our own silence is not the peer's: what it sent meanwhile is read before it is judged."""
    clocks = Clocks()
    watch = watched(clocks)
    for _ in range(2):
        clocks.sleep(watch.pause_s() + 30)
        assert not watch.look(unsent=True, progress=0)
        clocks.sleep(watch.pause_s())
        watch.look(unsent=True, progress=0)
        watch.heard()
    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(told) == 1
    assert "event loop blocked 30.0 s" in told[0]


@pytest.mark.parametrize("drift", [12.0, -12.0, 3600.0])
def test_a_machine_that_slept_asks_at_once(drift: float) -> None:
    """When the clocks ran apart, a ping goes out and has two seconds."""
    clocks = Clocks()
    watch = watched(clocks)
    clocks.sleep(watch.pause_s())
    clocks.wall += drift
    assert watch.look(unsent=False, progress=0)
    assert dead_after(clocks, watch, unsent=False, progress=0, heard=False) <= 2.1
    assert clocks.asked == []


def test_an_answer_after_sleep_restores_the_usual_limits() -> None:
    """Life after the ping means that all is as before."""
    clocks = Clocks()
    watch = watched(clocks)
    clocks.sleep(watch.pause_s())
    clocks.wall += 60
    assert watch.look(unsent=False, progress=0)
    clocks.sleep(0.5)
    watch.heard()
    start = clocks.monotonic
    while clocks.monotonic < start + 4.5:
        clocks.sleep(watch.pause_s())
        watch.look(unsent=False, progress=0)


def test_small_drift_is_nothing() -> None:
    """Clocks that are set by a few seconds do no harm."""
    clocks = Clocks()
    watch = watched(clocks)
    clocks.sleep(watch.pause_s())
    clocks.wall += 5
    assert not watch.look(unsent=False, progress=0)


def test_no_ping_is_sent_where_none_is_wanted() -> None:
    """Without ``ping_s`` there is no limit to silence."""
    clocks = Clocks()
    options = LinkOptions(
        ping_s=None, clock=lambda: clocks.monotonic, wall_clock=lambda: clocks.wall
    )
    watch = Watch(options)
    for _ in range(100):
        clocks.sleep(watch.pause_s())
        assert not watch.look(unsent=False, progress=0)
