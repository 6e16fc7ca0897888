"""Words have a pronunciation, whether a dictionary knows them or not."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_voice.testing.voice import _lexicon
from realtime_voice.testing.voice._letters import LETTER_NAMES, sound_out
from realtime_voice.testing.voice._lexicon import (
    CommonWords,
    FileLexicon,
    Pronunciation,
    default_lexicon,
)
from realtime_voice.testing.voice._phonemes import CONSONANTS, VOWELS

RULES = Pronunciation(CommonWords())
KNOWN = {*VOWELS, *CONSONANTS}


@pytest.mark.parametrize(
    ("word", "phonemes"),
    [
        ("make", "M EY K"),
        ("making", "M EY K IH NG"),
        ("nation", "N EY SH AH N"),
        ("knight", "N AY T"),
        ("cheese", "CH IY Z"),
        ("city", "S IH T IY"),
        ("jumped", "JH AH M P T"),
        ("socket", "S AA K EH T"),
        ("phone", "F OW N"),
    ],
)
def test_letters_give_sounds(word: str, phonemes: str) -> None:
    """The rules pronounce regular words as a dictionary would."""
    assert " ".join(sound_out(word)) == phonemes


def test_a_word_without_vowels_is_spelled() -> None:
    """Letters that make no syllable are named one by one."""
    assert " ".join(sound_out("xq")) == f"{LETTER_NAMES['x']} {LETTER_NAMES['q']}"
    assert sound_out("") == ()


@pytest.mark.parametrize(
    ("word", "phonemes"),
    [
        ("two", "T UW"),
        ("b", "B IY"),
        ("words", "W ER D Z"),
        ("clocks", "K L AA K S"),
        ("talking", "T AO K IH NG"),
        ("meter's", "M IY T ER Z"),
        ("we'll", "W IY AH L"),
        ("o'clock", "OW K L AA K"),
        ("greatly", "G R EY T L IY"),
    ],
)
def test_words_without_a_dictionary(word: str, phonemes: str) -> None:
    """Common words are known, and so are their endings."""
    assert " ".join(RULES.phonemes(word)) == phonemes


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz'", max_size=12))
def test_every_word_has_known_phonemes(word: str) -> None:
    """Whatever the letters: every phoneme is one that the voice can make."""
    assert set(RULES.phonemes(word)) <= KNOWN


def test_the_common_words_use_known_phonemes() -> None:
    """The built-in lexicon has no misprint."""
    words = _lexicon._COMMON.strip().replace("\n", "|").split("|")
    assert all(set(line.split()[1:]) <= KNOWN and len(line.split()) > 1 for line in words)


def test_a_dictionary_file(tmp_path: Path) -> None:
    """A file in CMU's form is searched; order, line ends and the last line do not matter."""
    path = tmp_path / "words.dict"
    path.write_bytes(b"zebra Z IY B R AH\r\nant AE N T\nlast L AE S T")
    lexicon = FileLexicon(path)
    assert lexicon.look_up("zebra") == ("Z", "IY", "B", "R", "AH")
    assert lexicon.look_up("ant") == ("AE", "N", "T")
    assert lexicon.look_up("last") == ("L", "AE", "S", "T")
    assert lexicon.look_up("an") is None
    assert lexicon.look_up("") is None


def test_a_large_dictionary_file(tmp_path: Path) -> None:
    """Every word of a large file is found, in alphabetical order or not."""
    words = [
        f"{first}{second}{number}"
        for first in "abcxyz"
        for second in "aemz"
        for number in range(90)
    ]
    for order in (sorted(words), sorted(words, reverse=True)):
        path = tmp_path / "large.dict"
        path.write_text("\n".join(f"{word} AH {word[0].upper()}" for word in order))
        lexicon = FileLexicon(path)
        assert [lexicon.look_up(word) for word in words] == [
            ("AH", word[0].upper()) for word in words
        ]


def test_the_default_needs_no_dictionary(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without pocketsphinx the common words and the rules do."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    default_lexicon.cache_clear()
    try:
        assert isinstance(default_lexicon(), CommonWords)
    finally:
        monkeypatch.undo()
        default_lexicon.cache_clear()


def test_a_broken_installation_is_no_dictionary(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that cannot even be looked for does not matter."""

    def fail(name: str) -> None:
        raise ValueError(name)

    monkeypatch.setattr("importlib.util.find_spec", fail)
    default_lexicon.cache_clear()
    try:
        assert isinstance(default_lexicon(), CommonWords)
    finally:
        monkeypatch.undo()
        default_lexicon.cache_clear()
