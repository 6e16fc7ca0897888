"""From written text to speakable words: numbers, times, dates, money, abbreviations, symbols.

Each stretch of the text between blanks becomes one :class:`Token`, so that the time of a spoken
word can be told for the text as it is written. Nothing here knows how words sound.
"""

import re
import unicodedata
from typing import Literal

import attrs

from realtime_voice.testing.voice._numbers import cardinal, digits, ordinal, year

__all__ = ["Pause", "Token", "sentences", "tokens"]

Pause = Literal["none", "clause", "sentence", "question"]
"""What follows a token: how long the voice rests and how its melody moves."""


@attrs.frozen(kw_only=True)
class Token:
    """One stretch of text between blanks."""

    text: str
    """As written, with the blanks before it; the texts of all tokens join to the whole."""
    words: tuple[str, ...]
    """What to say: lower-case letters and apostrophes; empty where nothing is to be said."""
    pause: Pause
    """What follows."""


_APOSTROPHE, _EN_DASH, _MINUS = "\N{RIGHT SINGLE QUOTATION MARK}", "\N{EN DASH}", "\N{MINUS SIGN}"
_CLOSING = "\"')]}”" + _APOSTROPHE
_SURROUNDING = "\"'`()[]{}“”„«»,;:!?…—" + _EN_DASH + _APOSTROPHE + "\N{LEFT SINGLE QUOTATION MARK}"
_SENTENCE_END = re.compile(rf"(?<=[.!?…])[{re.escape(_CLOSING)}]*\s+(?=\S)|\n+(?=\S)")
_PIECE = re.compile(r"\s*\S+")
_ABBREVIATIONS = {
    "mr.": "mister", "mrs.": "missus", "ms.": "miss", "dr.": "doctor", "st.": "saint",
    "vs.": "versus", "etc.": "et cetera", "e.g.": "for example", "i.e.": "that is",
    "approx.": "approximately", "jan.": "january", "feb.": "february",
    "aug.": "august", "sept.": "september", "oct.": "october", "nov.": "november",
    "dec.": "december", "a.m.": "a m", "p.m.": "p m",
}  # fmt: skip
_NOT_AN_END = frozenset(_ABBREVIATIONS) - {"etc.", "a.m.", "p.m."}
_UNITS = {
    "km": "kilometers", "kg": "kilograms", "cm": "centimeters", "mm": "millimeters", "m": "meters",
    "g": "grams", "ms": "milliseconds", "s": "seconds", "min": "minutes", "h": "hours",
    "hz": "hertz", "khz": "kilohertz", "mb": "megabytes", "gb": "gigabytes", "kb": "kilobytes",
    "°c": "degrees celsius", "°f": "degrees fahrenheit", "°": "degrees", "%": "percent",
    "db": "decibels", "x": "times", "am": "a m", "pm": "p m",
}  # fmt: skip
_SYMBOLS = {
    "&": "and", "+": "plus", "=": "equals", "@": "at", "#": "number", "%": "percent", "/": "slash",
    "*": "times", "<": "less than", ">": "greater than", "°": "degrees",
}  # fmt: skip
_CURRENCIES = {"$": ("dollar", "cent"), "€": ("euro", "cent"), "£": ("pound", "p")}
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_SAID_AS_WORDS = {"ok": "okay", "wav": "wave", "nasa": "nasa"}

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?([ap]m)?", re.IGNORECASE)
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_MONEY = re.compile(r"([$€£])(\d[\d,]*)(?:\.(\d{2}))?")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)", re.IGNORECASE)
_NUMBER = re.compile(
    rf"([-+{_MINUS}]?)(\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.(\d+))?([a-z°%]+)?", re.IGNORECASE
)
_PART = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)*|\d+|[^A-Za-z\d\s]")
_CAPITALS = re.compile(r"[A-Z]{2,5}s?")


def sentences(text: str) -> list[str]:
    """Cut a text into sentences; they join to the text."""
    parts: list[str] = []
    start = 0
    for found in _SENTENCE_END.finditer(text):
        last_word = text[start : found.start()].rsplit(maxsplit=1)[-1:]
        if last_word and last_word[0].lower().lstrip("(\"'") in _NOT_AN_END:
            continue
        parts.append(text[start : found.end()].rstrip())
        start += len(parts[-1])
    parts.append(text[start:])
    return [part for part in parts if part]


def tokens(text: str) -> list[Token]:
    """Cut a text into tokens and say how each is spoken.

    Args:
        text: Any text.

    Returns:
        Tokens whose texts join to ``text``; none for an empty text.
    """
    pieces = _PIECE.findall(text)
    if not pieces:
        return [Token(text=text, words=(), pause="none")] if text else []
    pieces[-1] += text[sum(map(len, pieces)) :]
    shouted = text.isupper() and len(pieces) > 1
    found: list[Token] = []
    before = ""
    for piece in pieces:
        plain = _plain(piece.lower() if shouted else piece)
        unit = _UNITS.get(plain.lower()) if _NUMBER.fullmatch(before) else None
        words = _unit(unit, before) if unit else _spoken(plain)
        found.append(Token(text=piece, words=tuple(words), pause=_pause_after(piece.strip())))
        before = plain
    return found


def _plain(piece: str) -> str:
    """The piece with straight quotes, without accents and without surrounding punctuation."""
    piece = piece.strip().replace(_APOSTROPHE, "'").replace("ß", "ss")
    decomposed = unicodedata.normalize("NFKD", piece.replace("°", "\0")).replace("\0", "°")
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return bare.strip(_SURROUNDING)


def _pause_after(piece: str) -> Pause:
    stripped = piece.rstrip(_CLOSING)
    if stripped.lower().lstrip("(\"'") in _NOT_AN_END:
        return "none"
    match stripped[-1:]:
        case "?":
            return "question"
        case "." | "!" | "…":
            return "sentence"
        case "," | ";" | ":" | "—" | "\N{EN DASH}":
            return "clause"
        case _:
            return "none"


def _spoken(piece: str) -> list[str]:
    """The words of one piece of text that holds no blanks."""
    lowered = piece.lower()
    if lowered in _ABBREVIATIONS:
        return _ABBREVIATIONS[lowered].split()
    piece = piece.rstrip(".")
    for pattern, reader in _READERS:
        found = pattern.fullmatch(piece)
        if found is not None:
            return reader(found)
    words: list[str] = []
    for part in _PART.findall(piece):
        words += _part(part, alone=part == piece, dotted="." in piece)
    return words


def _part(part: str, *, alone: bool, dotted: bool) -> list[str]:
    """One run of letters, one run of digits or one symbol."""
    if part.isdigit():
        return cardinal(part)
    if part == ".":
        return ["dot"] if dotted else []
    if not part.isascii() or not part[0].isalpha():
        return _SYMBOLS.get(part, "").split()
    lowered = part.lower()
    if _CAPITALS.fullmatch(part):
        if lowered in _SAID_AS_WORDS:
            return _SAID_AS_WORDS[lowered].split()
        plural = part.endswith("s")
        letters = list(lowered.removesuffix("s") if plural else lowered)
        return [*letters[:-1], letters[-1] + "'s"] if plural else letters
    return _SAID_AS_WORDS.get(lowered, lowered).split() if alone else [lowered]


def _read_time(found: re.Match[str]) -> list[str]:
    hour, minute, half = found[1], found[2], found[3]
    words = cardinal(str(int(hour)))
    if minute != "00":
        words += ["oh", *digits(minute[1])] if minute[0] == "0" else cardinal(minute)
    elif not half:
        words += ["o'clock"] if 1 <= int(hour) <= 12 else ["hundred"]
    return [*words, *(list(half.lower()) if half else [])]


def _read_date(found: re.Match[str]) -> list[str]:
    month = int(found[2])
    if not 1 <= month <= len(_MONTHS):
        return [*digits(found[1]), *digits(found[2]), *digits(found[3])]
    return [_MONTHS[month - 1], *ordinal(str(int(found[3]))), *year(found[1])]


def _read_ordinal(found: re.Match[str]) -> list[str]:
    return ordinal(found[1])


def _read_money(found: re.Match[str]) -> list[str]:
    unit, small = _CURRENCIES[found[1]]
    amount = found[2].replace(",", "")
    words = [*cardinal(amount), unit if amount == "1" else unit + "s"]
    if found[3] and found[3] != "00":
        cents = str(int(found[3]))
        words += ["and", *cardinal(cents), small if cents == "1" or small == "p" else small + "s"]
    return words


def _read_number(found: re.Match[str]) -> list[str]:
    sign, whole, fraction, unit = found[1], found[2], found[3], found[4]
    plain_year = not (sign or fraction or unit) and len(whole) == 4 and "1100" <= whole <= "2099"
    words = year(whole) if plain_year else cardinal(whole.replace(",", ""))
    if sign:
        words.insert(0, "plus" if sign == "+" else "minus")
    if fraction:
        words += ["point", *digits(fraction)]
    if unit and unit.lower() in _UNITS:
        return [*words, *_unit(_UNITS[unit.lower()], "" if fraction else whole)]
    return [*words, *(_part(unit, alone=True, dotted=False) if unit else [])]


def _unit(unit: str, number: str) -> list[str]:
    """A unit in the singular or plural that the number asks for."""
    singular = number == "1" and unit.endswith("s")
    return (unit.removesuffix("s") if singular else unit).split()


_READERS = (
    (_TIME, _read_time),
    (_DATE, _read_date),
    (_MONEY, _read_money),
    (_ORDINAL, _read_ordinal),
    (_NUMBER, _read_number),
)
