"""The detector opens on speech and stays shut on silence and noise."""

import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from realtime_voice.errors import ConfigError
from realtime_voice.testing.local._detector import LocalDetector, VoiceGate
from realtime_voice.testing.voice import STYLES, FormantVoice

FRAME = 720


def decisions(samples: NDArray[np.int16], threshold: float = 0.5) -> list[bool]:
    """What a fresh detector says about each frame of 30 ms."""
    detector = LocalDetector(VoiceGate(), threshold)
    assert detector.frame_ms * 24 == FRAME
    frames = range(0, len(samples) - FRAME + 1, FRAME)
    return [detector.is_speech(samples[start : start + FRAME]) for start in frames]


def noise(level: float, seconds: float = 4.0) -> NDArray[np.int16]:
    """White noise of an effective value."""
    random = np.random.default_rng(1)
    return np.rint(random.normal(0, level, int(24_000 * seconds))).astype(np.int16)


@pytest.mark.parametrize("name", sorted(STYLES))
def test_speech_is_speech(name: str) -> None:
    """Every voice opens it within 200 ms, keeps it mostly open, and it shuts soon after."""
    pcm = FormantVoice(name).say("My name is long and I am running on your machine").pcm
    speech = np.frombuffer(pcm, "<i2").astype(np.int16)
    still = np.zeros(24_000, np.int16)
    found = decisions(np.concatenate([still, speech, still]))
    begin, end = 24_000 // FRAME, (24_000 + len(speech)) // FRAME
    assert not any(found[: begin - 1])
    assert any(found[begin : begin + 7])
    assert np.mean(found[begin:end]) > 0.7
    assert not any(found[end + 5 :])


@pytest.mark.parametrize("level", [0, 3, 15, 60])
def test_faint_noise_is_no_speech(level: float) -> None:
    """Silence and background noise do not open it, however long they last."""
    assert not any(decisions(noise(level, 10.0)))


def test_the_threshold_asks_for_loudness() -> None:
    """A higher threshold refuses a faint voice that a lower one takes."""
    pcm = FormantVoice("echo").say("My name is long.").pcm
    faint = (np.frombuffer(pcm, "<i2") * 0.05).astype(np.int16)
    assert sum(decisions(faint, 0.1)) > 5
    assert not any(decisions(faint, 1.0))


def test_what_was_learned_about_the_noise_is_kept() -> None:
    """Two detectors of a connection share one gate; a new threshold does not start anew."""
    gate = VoiceGate()
    first, second = LocalDetector(gate, 0.1), LocalDetector(gate, 0.2)
    hum = noise(40)
    for start in range(0, len(hum) - FRAME, FRAME):
        first.is_speech(hum[start : start + FRAME])
    assert not any(
        second.is_speech(hum[start : start + FRAME]) for start in range(0, len(hum) - FRAME, FRAME)
    )


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without pocketsphinx the error names the command that installs it."""
    monkeypatch.setitem(sys.modules, "pocketsphinx", None)
    with pytest.raises(ConfigError, match=r"pip install 'realtime-voice\[local\]'"):
        VoiceGate()
