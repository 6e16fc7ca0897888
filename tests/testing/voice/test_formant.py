"""The voice speaks any text, the same each time, and says exactly when each word begins."""

import subprocess
import sys
import time
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from realtime_voice.errors import ConfigError
from realtime_voice.testing.voice import STYLES, FormantVoice, VoiceStyle
from realtime_voice.testing.voice._lexicon import CommonWords
from realtime_voice.testing.voice._styles import style_of

TEXT = "Hello there. It is 7:05 PM, would you like a joke?"
VOICE = FormantVoice("echo", lexicon=CommonWords())


def samples(pcm: bytes) -> NDArray[np.float64]:
    """Samples of a sound."""
    return np.frombuffer(pcm, "<i2").astype(np.float64)


def loudness(pcm: bytes, start_ms: float, end_ms: float) -> float:
    """Effective value of a stretch of sound."""
    part = samples(pcm)[int(start_ms * 24) : int(end_ms * 24)]
    return float(np.sqrt(np.mean(part**2)))


def test_the_same_text_gives_the_same_sound() -> None:
    """Speaking is deterministic, also across voices made at different times."""
    again = FormantVoice("echo", lexicon=CommonWords())
    assert VOICE.say(TEXT) == again.say(TEXT)


def test_the_words_join_to_the_text() -> None:
    """Each stretch between blanks has one start, in order, inside the sound."""
    speech = VOICE.say(TEXT)
    starts = [start for _, start in speech.words]
    assert "".join(piece for piece, _ in speech.words) == TEXT
    assert len(speech.words) == len(TEXT.split())
    assert starts == sorted(starts)
    assert 0 <= starts[0] < starts[-1] < speech.duration_ms


def test_there_is_sound_where_words_are_and_none_where_they_are_not() -> None:
    """From a word's start on there is sound; before and between the sentences it is still."""
    speech = VOICE.say("Mama. Mama. Mama.")
    first, second, third = (start for _, start in speech.words)
    for start in (first, second, third):
        assert loudness(speech.pcm, start + 10, start + 70) > 150
        assert loudness(speech.pcm, start - 30, start - 10) < 30
    assert loudness(speech.pcm, 0, first - 10) < 30


def test_a_word_begins_at_its_time() -> None:
    """The first loud sample after a rest lies at the word's start."""
    speech = VOICE.say("Mama. Wow. Now.")
    level = np.abs(samples(speech.pcm))
    for _, start in speech.words:
        begin = int((start - 30) * 24)
        onset = begin + int(np.flatnonzero(level[begin : begin + 2400] > 100)[0])
        assert abs(onset / 24 - start) < 12


def test_every_sentence_is_ready_before_the_next() -> None:
    """Sentences come one by one and join to the whole."""
    whole = VOICE.say(TEXT)
    parts = list(VOICE.sentences(TEXT))
    assert len(parts) == 2
    assert b"".join(part.pcm for part in parts) == whole.pcm
    assert "".join(part.text for part in parts) == TEXT


@pytest.mark.parametrize("text", ["", " ", "😀", "...", "日本語"])
def test_nothing_to_say(text: str) -> None:
    """A text without words gives silence at most."""
    speech = VOICE.say(text)
    assert speech.text == text
    assert not np.any(samples(speech.pcm))
    assert "".join(piece for piece, _ in speech.words) == text


def test_speed_changes_the_length() -> None:
    """Twice the speed takes about half the time."""
    normal, fast = VOICE.say(TEXT), VOICE.say(TEXT, speed=2.0)
    assert fast.duration_ms == pytest.approx(normal.duration_ms / 2, rel=0.1)


@pytest.mark.parametrize("speed", [0.0, -1.0, 5.0, float("nan")])
def test_impossible_speeds_are_refused(speed: float) -> None:
    """A speed out of range is an error that names the option."""
    with pytest.raises(ConfigError) as caught:
        VOICE.say("Hello.", speed=speed)
    assert caught.value.field == "speed"


def test_the_voices_differ() -> None:
    """Every named voice has a sound of its own, at a healthy level without clipping."""
    sounds = {}
    for name in STYLES:
        pcm = FormantVoice(name, lexicon=CommonWords()).say("Hello, how are you?").pcm
        sounds[name] = zlib.crc32(pcm)
        assert np.abs(samples(pcm)).max() < 32_000
        assert loudness(pcm, 0, 2000) > 500
    assert len(set(sounds.values())) == len(STYLES)


def test_unknown_names_get_a_voice() -> None:
    """A name of one's own always gets the same voice; names are not case-sensitive."""
    assert style_of("my voice") == style_of("my voice")
    assert style_of("my voice") in STYLES.values()
    assert style_of("Marin") == STYLES["marin"]


def test_a_style_of_ones_own() -> None:
    """Any style can be given; a higher pitch means more beats."""
    low, high = (
        FormantVoice(VoiceStyle(pitch=pitch), lexicon=CommonWords()) for pitch in (80, 240)
    )
    crossings = [
        int(np.count_nonzero(np.diff(np.signbit(samples(voice.say("Mmm.").pcm)))))
        for voice in (low, high)
    ]
    assert crossings[0] != crossings[1]


def test_a_question_rises() -> None:
    """The melody of a yes-or-no question ends higher than that of a statement."""
    assert VOICE.say("You like it?").pcm != VOICE.say("You like it.").pcm
    assert len(VOICE.say("You like it?").pcm) == len(VOICE.say("You like it.").pcm)


def test_it_speaks_much_faster_than_real_time() -> None:
    """Ten seconds of speech take less than one."""
    VOICE.say(TEXT)
    took: list[float] = []
    for _ in range(3):  # a machine that is busy now may have time a moment later
        before = time.perf_counter()
        speech = VOICE.say(TEXT * 3)
        took.append((time.perf_counter() - before) / speech.duration_ms * 1000)
    assert min(took) < 1 / 5


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=30), st.sampled_from(sorted(STYLES)))
def test_any_text_can_be_spoken(text: str, name: str) -> None:
    """Whatever the text: whole samples, and words that join to it."""
    speech = FormantVoice(name, lexicon=CommonWords()).say(text)
    assert len(speech.pcm) % 2 == 0
    assert "".join(piece for piece, _ in speech.words) == text
    assert all(0 <= start <= speech.duration_ms for _, start in speech.words)


def test_the_voice_needs_numpy_alone() -> None:
    """Speaking imports neither pocketsphinx nor an event loop."""
    program = (
        "import sys; from realtime_voice.testing.voice import FormantVoice;"
        "FormantVoice().say('Hello.'); assert 'pocketsphinx' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
