"""The recogniser's process hears, dies, comes back, and goes away without a trace."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from realtime_voice.errors import ConfigError
from realtime_voice.testing.local._phrases import phrases
from realtime_voice.testing.local._recogniser import Recogniser, RecogniserError
from realtime_voice.testing.voice import STYLES
from tests.testing.local.conftest import spoken, wait_for_process

WAIT_S = 30.0
NEEDS_SIGNALS = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


def is_gone(process_id: int) -> bool:
    """Whether a process is neither running nor a zombie."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return True
    return False


def test_it_hears_phrases(recogniser: Recogniser) -> None:
    """A phrase is heard word for word, sound fed in pieces of any size."""
    utterance = recogniser.utterance()
    sound = spoken("What time is it?")
    for start in range(0, len(sound), 1234):
        utterance.feed(sound[start : start + 1234])
    assert utterance.end().result(WAIT_S).phrase == "what time is it"


def test_feeding_does_not_wait(recogniser: Recogniser) -> None:
    """A minute of sound is taken at once; the work happens elsewhere."""
    utterance = recogniser.utterance()
    before = time.perf_counter()
    utterance.feed(bytes(48_000 * 60))
    assert time.perf_counter() - before < 1  # decoding it takes several seconds
    utterance.cancel()


def test_silence_has_no_words(recogniser: Recogniser) -> None:
    """No sound and silence are no phrase."""
    silent, empty = recogniser.utterance(), recogniser.utterance()
    silent.feed(bytes(48_000))
    assert silent.end().result(WAIT_S).phrase == ""
    assert empty.end().result(WAIT_S).phrase == ""


def test_several_speak_at_once(recogniser: Recogniser) -> None:
    """Several users do not disturb each other, not even more than there are decoders."""
    said = ["tell me a joke", "what time is it", "tell me a story"] * 2
    utterances = [recogniser.utterance(str(number)) for number in range(len(said))]
    sounds = [spoken(text) for text in said]
    for start in range(0, max(map(len, sounds)), 9600):
        for utterance, sound in zip(utterances, sounds, strict=True):
            utterance.feed(sound[start : start + 9600])
    for utterance in reversed(utterances):
        utterance.end()
    assert [utterance.heard.result(WAIT_S).phrase for utterance in utterances] == said


@pytest.mark.slow
def test_the_voice_is_understood(recogniser: Recogniser) -> None:
    """Nine of ten phrases of the dialogue, spoken by our own voices, are heard word for word."""
    names = sorted(STYLES)
    cases = [(text, names[number % len(names)]) for number, text in enumerate(phrases()[::5])]
    right = 0
    for text, voice in cases:
        utterance = recogniser.utterance(voice)
        utterance.feed(spoken(f"{text}.", voice))
        right += utterance.end().result(WAIT_S).phrase == text
    assert right / len(cases) >= 0.9


def test_words_of_ones_own() -> None:
    """A phrase may hold words that no dictionary has."""
    own = Recogniser(["open the zorbledook", "close the window"])
    try:
        utterance = own.utterance()
        utterance.feed(spoken("Open the zorbledook."))
        assert utterance.end().result(WAIT_S).phrase == "open the zorbledook"
    finally:
        own.close()


def test_no_phrases_at_all() -> None:
    """Without phrases there is dictation alone."""
    own = Recogniser([])
    try:
        utterance = own.utterance()
        utterance.feed(spoken("What time is it?"))
        heard = utterance.end().result(WAIT_S)
        assert heard.phrase == ""
        assert "time" in heard.dictated
    finally:
        own.close()


@pytest.mark.parametrize("phrase", ["", "What time?", "two  blanks", "a | b", "<s>", " x"])
def test_phrases_must_be_words(phrase: str) -> None:
    """Anything but lower-case words is refused, with the phrase named."""
    with pytest.raises(ConfigError) as caught:
        Recogniser([phrase])
    assert caught.value.value == phrase


@NEEDS_SIGNALS
def test_it_comes_back_after_a_crash() -> None:
    """A dead process fails its utterances with a typed error; the next utterance is heard again."""
    own = Recogniser(["hello", "what time is it"])
    try:
        utterance = own.utterance()
        utterance.feed(spoken("Hello."))
        first = wait_for_process(own)
        os.kill(first, signal.SIGKILL)
        with pytest.raises(RecogniserError, match="-9"):
            utterance.end().result(WAIT_S)
        assert is_gone(first)
        again = own.utterance()
        again.feed(spoken("What time is it?"))
        assert again.end().result(WAIT_S).phrase == "what time is it"
        assert own.process_id not in {None, first}
    finally:
        own.close()


@NEEDS_SIGNALS
def test_closing_leaves_nothing_behind() -> None:
    """After closing there is no process and no zombie; it may be closed and started again."""
    own = Recogniser(["hello"])
    own.close()
    for _ in range(2):
        own.start()
        own.start()
        process_id = wait_for_process(own)
        own.close()
        own.close()
        assert is_gone(process_id)
        assert own.process_id is None


@NEEDS_SIGNALS
def test_closing_fails_what_is_under_way() -> None:
    """An utterance that nobody ended fails when the recogniser is closed."""
    own = Recogniser(["hello"])
    utterance = own.utterance()
    utterance.feed(spoken("Hello."))
    wait_for_process(own)
    own.close()
    with pytest.raises(RecogniserError):
        utterance.heard.result(WAIT_S)


@NEEDS_SIGNALS
def test_closing_a_process_that_hangs() -> None:
    """A process that reads nothing any more is killed after a short while."""
    own = Recogniser(["hello"])
    utterance = own.utterance()
    process_id = wait_for_process(own)
    os.kill(process_id, signal.SIGSTOP)
    utterance.feed(bytes(48_000 * 30))
    before = time.monotonic()
    own.close()
    assert time.monotonic() - before < 10
    assert is_gone(process_id)


def test_other_programs_do_not_come_between(tmp_path: Path) -> None:
    """The worker finds the package wherever the parent found it, whatever the working folder is."""
    here = Path.cwd()
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')")
    os.chdir(tmp_path)
    try:
        own = Recogniser(["hello"])
        utterance = own.utterance()
        utterance.feed(spoken("Hello."))
        assert utterance.end().result(WAIT_S).phrase == "hello"
        own.close()
    finally:
        os.chdir(here)
