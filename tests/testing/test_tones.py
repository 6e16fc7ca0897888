"""The stand-in for a voice: exact, loud enough, and the same every time."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from realtime_voice.testing import EnergyDetector, tone_speech


def test_words_lie_where_they_are_said_to() -> None:
    """Each word begins at its time; right before it there is silence."""
    said = tone_speech("one twenty three")
    samples = np.frombuffer(said.pcm, dtype="<i2")
    assert [word for word, _ in said.words] == ["one", " twenty", " three"]
    for _, start_ms in said.words:
        start = round(start_ms * 24)
        assert np.abs(samples[start : start + 1200]).max() > 4000
        assert not samples[max(0, start - 900) : start].any()


def test_same_every_time() -> None:
    """The same text has the same sound."""
    assert tone_speech("hello you") == tone_speech("hello you")


@given(st.text(max_size=60))
def test_pieces_join_to_the_text(text: str) -> None:
    """Whatever the text, its pieces join to it."""
    assert "".join(word for word, _ in tone_speech(text).words) == text


def test_detector_hears_tones_and_no_silence() -> None:
    """Tones are speech, silence is not, for every usual threshold."""
    frame = np.frombuffer(tone_speech("hello").pcm, dtype="<i2")[480:960]
    for threshold in (0.0, 0.5, 0.8):
        assert EnergyDetector(threshold).is_speech(frame)
        assert not EnergyDetector(threshold).is_speech(np.zeros(480, dtype=np.int16))


def test_detector_threshold_in_decibels() -> None:
    """0.5 means an RMS of 328, 0 means 33, 1 means 3277."""
    for threshold, rms in ((0.0, 33), (0.5, 328), (1.0, 3277)):
        detector = EnergyDetector(threshold)
        assert detector.is_speech(np.full(480, rms + 1, dtype=np.int16))
        assert not detector.is_speech(np.full(480, rms - 1, dtype=np.int16))
