"""How numbers are read aloud in English; strings of digits in, words out."""

__all__ = ["cardinal", "digits", "ordinal", "year"]

_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = ("", "thousand", "million", "billion", "trillion")
_MAX_DIGITS = 15
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth",
    "nine": "ninth", "twelve": "twelfth",
}  # fmt: skip


def digits(text: str) -> list[str]:
    """Each digit by its name: for phone numbers, codes and what is too long to count."""
    return [_SMALL[int(digit)] for digit in text]


def cardinal(text: str) -> list[str]:
    """A number: ``"1204"`` is *one thousand two hundred four*; ``"007"`` is read by digits."""
    if len(text) > _MAX_DIGITS or (len(text) > 1 and text[0] == "0"):
        return digits(text)
    number = int(text)
    if number == 0:
        return ["zero"]
    words: list[str] = []
    for power in range(len(_SCALES) - 1, -1, -1):
        group = number // 1000**power % 1000
        if group:
            words += [*_below_thousand(group), *([_SCALES[power]] if power else [])]
    return words


def ordinal(text: str) -> list[str]:
    """A rank: ``"21"`` is *twenty first*."""
    *words, last = cardinal(text)
    if last in _ORDINALS:
        return [*words, _ORDINALS[last]]
    return [*words, last.removesuffix("y") + "ieth" if last.endswith("y") else last + "th"]


def year(text: str) -> list[str]:
    """Four digits as a year: ``"1999"`` is *nineteen ninety nine*."""
    century, rest = int(text[:2]), int(text[2:])
    if century % 10 == 0 and rest < 10:
        return cardinal(text)
    if rest == 0:
        return [*_below_thousand(century), "hundred"]
    if rest < 10:
        return [*_below_thousand(century), "oh", _SMALL[rest]]
    return [*_below_thousand(century), *_below_thousand(rest)]


def _below_thousand(number: int) -> list[str]:
    words: list[str] = []
    if number >= 100:
        words += [_SMALL[number // 100], "hundred"]
        number %= 100
    if number >= 20:
        words.append(_TENS[number // 10 - 2])
        number %= 10
    if number:
        words.append(_SMALL[number])
    return words
