"""A caller with manners."""

import anyio
import numpy as np
import pytest

from realtime_voice.cli import _caller
from realtime_voice.cli._caller import PoliteCaller, Utterance
from realtime_voice.conversation import (
    ResponseFinished,
    ResponseStarted,
    SpeechStarted,
    SpeechStopped,
)

RATE = 24_000

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorter waits than for people."""
    monkeypatch.setattr(_caller, "_LEAD_IN_S", 0.04)
    monkeypatch.setattr(_caller, "_PAUSE_S", 0.04)
    monkeypatch.setattr(_caller, "_PATIENCE_S", 0.1)


def utterance(name: str, value: int, seconds: float = 0.1) -> Utterance:
    """A recording of constant sound with as much silence after it."""
    count = round(seconds * RATE)
    samples = np.concatenate([np.full(count, value, np.int16), np.zeros(count, np.int16)])
    return Utterance(name=name, text=name, samples=samples)


def started(response_id: str, *, out_of_band: bool = False) -> ResponseStarted:
    """The other side begins to answer."""
    return ResponseStarted(response_id=response_id, out_of_band=out_of_band)


def finished(response_id: str, *, out_of_band: bool = False) -> ResponseFinished:
    """The other side has made its answer."""
    return ResponseFinished(
        response_id=response_id,
        status="completed",
        reason=None,
        code=None,
        message=None,
        out_of_band=out_of_band,
        usage=None,
    )


async def test_it_speaks_at_the_pace_of_speech() -> None:
    """Sound comes when it would have been spoken, and the track is exactly what was given."""
    caller = PoliteCaller([utterance("a", 1000)], other_is_silent=lambda: True)
    data = b"".join([chunk async for chunk in caller])
    frames = len(data) // 2
    assert anyio.current_time() - caller.started == pytest.approx(frames / RATE, abs=0.05)
    assert caller.track().samples.astype("<i2").tobytes() == data
    assert caller.position_ms == frames / RATE * 1000
    (spoken,) = caller.spoken
    assert (spoken.start_ms, spoken.end_ms) == (40, 240)
    assert spoken.speech_end_ms == pytest.approx(140)
    first = round(spoken.start_ms * RATE / 1000)
    assert caller.track().samples[first - 1 : first + 1].tolist() == [0, 1000]


async def test_it_waits_until_the_answer_was_heard() -> None:
    """The next recording begins after the response has ended and the speaker is silent."""
    silent = True
    caller = PoliteCaller(
        [utterance("a", 1000), utterance("b", 500)], other_is_silent=lambda: silent
    )
    assert "recording 0 of 2" in caller.status
    async for _ in caller:
        match round(caller.position_ms):
            case 100:
                caller.hear(SpeechStarted(item_id="i", audio_start_ms=40))
                assert "speaking" in caller.status
            case 260:
                caller.hear(SpeechStopped(item_id="i", audio_end_ms=140))
                assert "waiting" in caller.status
                caller.hear(started("r"))
                assert "answers" in caller.status
                silent = False
            case 420:
                caller.hear(finished("r"))
                assert "listening" in caller.status
            case 500:
                silent = True
            case _:
                pass
    assert caller.spoken[1].start_ms == pytest.approx(560, abs=41)


async def test_it_goes_on_when_nobody_answers() -> None:
    """Silence from the other side is endured for a while only."""
    caller = PoliteCaller([utterance("a", 1000), utterance("b", 500)], other_is_silent=lambda: True)
    caller.hear(started("x", out_of_band=True))
    caller.hear(finished("x", out_of_band=True))
    async for _ in caller:
        pass
    assert caller.spoken[1].start_ms == pytest.approx(240 + 100 + 40, abs=41)


async def test_even_an_endless_answer_ends_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """A response that never ends does not hold the caller for ever."""
    monkeypatch.setattr(_caller, "_LONGEST_ANSWER_S", 0.2)
    caller = PoliteCaller([utterance("a", 1000)], other_is_silent=lambda: False)
    caller.hear(started("r"))
    async for _ in caller:
        pass
    assert caller.position_ms == 40 + 200 + 200 + 40
    caller.hear("something else")
