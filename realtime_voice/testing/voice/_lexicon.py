"""How words are pronounced: a dictionary where one is installed, our own rules for the rest.

The dictionary is the CMUdict that comes inside pocketsphinx. It is read as a file: pocketsphinx
itself is not imported, so that a voice costs nothing but numpy.
"""

import importlib.util
from functools import cache
from pathlib import Path
from typing import Protocol

from realtime_voice.testing.voice._letters import LETTER_NAMES, sound_out
from realtime_voice.testing.voice._phonemes import VOICELESS

__all__ = ["CommonWords", "FileLexicon", "Lexicon", "Pronunciation", "default_lexicon"]

_NEAR_BYTES = 4096

_COMMON = """
a AH|about AH B AW T|again AH G EH N|am AE M|and AE N D|another AH N AH DH ER|any EH N IY
api EY P IY AY|are AA R|been B IH N|built B IH L T|busy B IH Z IY|buy B AY|can K AE N
clock K L AA K|come K AH M|could K UH D|days D EY Z|do D UW|does D AH Z|done D AH N|door D AO R
early ER L IY|eight EY T|eighteen EY T IY N|eighty EY T IY|eleven IH L EH V AH N
english IH NG G L IH SH|eye AY|fifteen F IH F T IY N|fifty F IH F T IY|five F AY V|for F AO R
forty F AO R T IY|four F AO R|friend F R EH N D|from F R AH M|give G IH V|go G OW|gone G AO N
good G UH D|goodbye G UH D B AY|great G R EY T|has HH AE Z|have HH AE V|he HH IY|heard HH ER D
heart HH AA R T|hello HH AH L OW|her HH ER|here HH IH R|his HH IH Z|hour AW ER|hours AW ER Z
how HH AW|hundred HH AH N D R AH D|i AY|i'd AY D|i'll AY L|i'm AY M|i've AY V
imagine IH M AE JH AH N|is IH Z|it's IH T S|joke JH OW K|know N OW|laugh L AE F
listening L IH S AH N IH NG|live L IH V|love L AH V|machine M AH SH IY N|many M EH N IY|me M IY
meter M IY T ER|meters M IY T ER Z|million M IH L Y AH N|minute M IH N AH T|minutes M IH N AH T S
money M AH N IY|month M AH N TH|monday M AH N D EY|mother M AH DH ER|move M UW V|my M AY
nine N AY N|nineteen N AY N T IY N|ninety N AY N T IY|none N AH N|nothing N AH TH IH NG|of AH V
oh OW|okay OW K EY|old OW L D|on AA N|once W AH N S|one W AH N|only OW N L IY|open OW P AH N
or AO R|other AH DH ER|our AW ER|own OW N|paris P EH R IH S|people P IY P AH L|please P L IY Z
point P OY N T|put P UH T|question K W EH S CH AH N|read R IY D|realtime R IY L T AY M
repeat R IH P IY T|said S EH D|says S EH Z|second S EH K AH N D|seven S EH V AH N
seventeen S EH V AH N T IY N|seventy S EH V AH N T IY|shall SH AE L|she SH IY|should SH UH D
six S IH K S|sixteen S IH K S T IY N|sixty S IH K S T IY|some S AH M|someone S AH M W AH N
something S AH M TH IH NG|sorry S AA R IY|sure SH UH R|talk T AO K|talking T AO K IH NG|ten T EH N
thank TH AE NG K|thanks TH AE NG K S|that DH AE T|the DH AH|their DH EH R|then DH EH N
there DH EH R|they DH EY|they're DH EH R|thing TH IH NG|thirteen TH ER T IY N|thirty TH ER T IY
this DH IH S|thousand TH AW Z AH N D|three TH R IY|through TH R UW|timer T AY M ER|to T UW
today T AH D EY|together T AH G EH DH ER|tomorrow T AH M AA R OW|tonight T AH N AY T
tuesday T UW Z D IY|twelve T W EH L V|twenty T W EH N T IY|two T UW|very V EH R IY|voice V OY S
want W AA N T|was W AA Z|water W AO T ER|we W IY|weather W EH DH ER|wednesday W EH N Z D EY
were W ER|what W AH T|what's W AH T S|where W EH R|who HH UW|whole HH OW L|why W AY
window W IH N D OW|with W IH DH|without W IH TH AW T|woman W UH M AH N|word W ER D|words W ER D Z
work W ER K|world W ER L D|would W UH D|yes Y EH S|you Y UW|you're Y UH R|your Y AO R
zero Z IH R OW
"""


class Lexicon(Protocol):
    """Knows words."""

    def look_up(self, word: str) -> tuple[str, ...] | None:
        """The phonemes of a lower-case word as ARPAbet names; None for an unknown word."""
        ...


class CommonWords:
    """The words that English spells least as it speaks them, and those that our dialogue needs."""

    def __init__(self) -> None:
        entries = (entry.partition(" ") for entry in _COMMON.strip().replace("\n", "|").split("|"))
        self._words = {word: tuple(sounds.split()) for word, _, sounds in entries}

    def look_up(self, word: str) -> tuple[str, ...] | None:
        """The phonemes of a lower-case word; None for an unknown word."""
        return self._words.get(word)


class FileLexicon:
    """A pronouncing dictionary in CMU's form: a word and its phonemes on each line.

    The file is kept as bytes and searched when asked: reading takes 2 ms, a table of its 135,000
    words would take 80 ms and many times the memory.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._text: bytes | None = None
        self._known: dict[str, tuple[str, ...] | None] = {}

    def look_up(self, word: str) -> tuple[str, ...] | None:
        """The phonemes of a lower-case word; None for an unknown word."""
        if word not in self._known:
            self._known[word] = self._search(word)
        return self._known[word]

    def _search(self, word: str) -> tuple[str, ...] | None:
        if self._text is None:
            self._text = b"\n" + self._path.read_bytes().replace(b"\r", b"")
        key = f"\n{word} ".encode()
        found = self._text.find(key, _shortly_before(self._text, key[:3]))
        if found < 0:
            found = self._text.find(key)  # the file is not in alphabetical order after all
        if not word or found < 0:
            return None
        start = found + len(key)
        end = self._text.find(b"\n", start)
        line = self._text[start : end if end >= 0 else len(self._text)]
        return tuple(line.decode("ascii").split())


def _shortly_before(text: bytes, prefix: bytes) -> int:
    """A place in sorted lines from which the first one with this prefix is not far."""
    low, high = 0, len(text)
    while high - low > _NEAR_BYTES:
        middle = (low + high) // 2
        line = text.find(b"\n", middle)
        low, high = (middle, high) if text[line : line + len(prefix)] < prefix else (low, middle)
    return low


class Pronunciation:
    """Turns words into phonemes: never fails, and never takes an unknown word for silence.

    Args:
        lexicon: Asked first; rules and common words cover the rest.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._common = CommonWords()

    def phonemes(self, word: str) -> tuple[str, ...]:
        """The phonemes of a lower-case word (letters and apostrophes)."""
        found = self._lexicon.look_up(word) or self._common.look_up(word)
        if found is not None:
            return found
        if len(word) == 1:
            return tuple(LETTER_NAMES.get(word, "").split())
        stem, apostrophe, ending = word.partition("'")
        if apostrophe and stem:
            return (*self.phonemes(stem), *_ENDINGS.get(ending, sound_out(ending)))
        return self._inflected(word) or sound_out(word)

    def _inflected(self, word: str) -> tuple[str, ...] | None:
        """An ending on a word that the lexicon knows."""
        for ending, sounds in (("s", ("Z",)), ("ing", ("IH", "NG")), ("ly", ("L", "IY"))):
            stem = word.removesuffix(ending)
            if stem == word or len(stem) < 3:
                continue
            found = self._lexicon.look_up(stem) or self._common.look_up(stem)
            if found is not None:
                voiceless = ending == "s" and found[-1] in VOICELESS
                return (*found, *(("S",) if voiceless else sounds))
        return None


_ENDINGS: dict[str, tuple[str, ...]] = {
    "s": ("Z",), "t": ("T",), "d": ("D",), "ll": ("AH", "L"), "re": ("R",), "ve": ("V",),
    "m": ("M",),
}  # fmt: skip


@cache
def default_lexicon() -> Lexicon:
    """CMUdict where pocketsphinx is installed, else the common words alone."""
    try:
        package = importlib.util.find_spec("pocketsphinx")
    except (ImportError, ValueError):
        package = None
    for folder in (package.submodule_search_locations or ()) if package is not None else ():
        path = Path(folder) / "model" / "en-us" / "cmudict-en-us.dict"
        if path.is_file():
            return FileLexicon(path)
    return CommonWords()
