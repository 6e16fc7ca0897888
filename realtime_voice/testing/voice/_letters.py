"""Letter-to-sound rules of our own: how an English word that no dictionary knows is pronounced.

Rules as data, read left to right through the word; the first that fits consumes its letters.
Good enough to be understood, no more: English spelling takes a dictionary to get right.
"""

import re
from functools import lru_cache

__all__ = ["LETTER_NAMES", "sound_out"]

LETTER_NAMES: dict[str, str] = {
    "a": "EY", "b": "B IY", "c": "S IY", "d": "D IY", "e": "IY", "f": "EH F", "g": "JH IY",
    "h": "EY CH", "i": "AY", "j": "JH EY", "k": "K EY", "l": "EH L", "m": "EH M", "n": "EH N",
    "o": "OW", "p": "P IY", "q": "K Y UW", "r": "AA R", "s": "EH S", "t": "T IY", "u": "Y UW",
    "v": "V IY", "w": "D AH B AH L Y UW", "x": "EH K S", "y": "W AY", "z": "Z IY",
}  # fmt: skip
"""How the letters are called when a word is spelled."""

_Rule = tuple[str, str, str, str]

_RULES: tuple[_Rule, ...] = (
    # letters, what stands before (regular expression), what follows, phonemes
    ("augh", "", "", "AO"), ("eigh", "", "", "EY"), ("igh", "", "", "AY"),
    ("ough", "(br|th|b|s|f)", "t", "AO"), ("ough", "(thr)", "", "UW"), ("ough", "", "", "OW"),
    ("tion", "", "", "SH AH N"), ("ssion", "", "", "SH AH N"), ("sion", "[aeiou]", "", "ZH AH N"),
    ("sion", "", "", "SH AH N"), ("cian", "", "", "SH AH N"), ("cious", "", "", "SH AH S"),
    ("tious", "", "", "SH AH S"), ("tial", "", "", "SH AH L"), ("cial", "", "", "SH AH L"),
    ("ture", ".", "s?$", "CH ER"), ("sure", ".", "s?$", "ZH ER"), ("ious", "", "$", "IY AH S"),
    ("ous", "", "$", "AH S"), ("able", ".", "$", "AH B AH L"), ("ible", ".", "$", "AH B AH L"),
    ("ing", ".", "s?$", "IH NG"), ("ment", ".", "s?$", "M AH N T"), ("ness", ".", "$", "N AH S"),
    ("less", ".", "$", "L AH S"), ("ful", ".", "(ly)?$", "F AH L"), ("age", "..", "s?$", "IH JH"),
    ("ed", ".[td]", "$", "IH D"), ("ed", ".[pkfsxc]|[sc]h", "$", "T"), ("ed", "..", "$", "D"),
    ("es", "([sxz]|[sc]h|[cg])", "$", "IH Z"), ("es", "..", "$", "Z"),
    ("le", "[^aeiou]", "$", "AH L"), ("ey", ".", "s?$", "IY"), ("ies", ".", "$", "IY Z"),
    ("ied", ".", "$", "IY D"), ("y", "..", "$", "IY"), ("y", "", "$", "AY"), ("y", "^", "", "Y"),
    ("y", "", "[^aeiou][aeiou]", "AY"), ("y", "[aeou]", "", ""), ("y", "", "", "IH"),
    ("air", "", "", "EH R"), ("are", "", "s?$", "EH R"), ("ar", "", "(?![aeiou])", "AA R"),
    ("ai", "", "", "EY"), ("ay", "", "", "EY"), ("au", "", "", "AO"), ("aw", "", "", "AO"),
    ("al", "", "[kl]", "AO L"), ("a", "", "$", "AH"), ("a", "^", "$", "AH"),
    ("a", "w", "[st]", "AA"), ("a", "", "[^aeiouwyx](e|es|ed|ing|er|or|y)$", "EY"),
    ("a", "", "ste$", "EY"), ("a", "", "[bcdfgklmnpstvz]i[ao]", "EY"), ("a", "", "", "AE"),
    ("ear", "", "(n|l|th|ch)", "ER"), ("ear", "", "", "IH R"), ("eer", "", "", "IH R"),
    ("ere", "", "$", "IH R"), ("er", "", "(?![aeiou])", "ER"), ("ee", "", "", "IY"),
    ("ea", "", "(d$|lth|th$|ther|sure|vy)", "EH"), ("ea", "", "", "IY"), ("ei", "c", "", "IY"),
    ("ei", "", "", "EY"), ("eu", "", "", "Y UW"), ("ew", "[rljsc]|ch", "", "UW"),
    ("ew", "", "", "Y UW"), ("e", "^[^aeiou]*", "$", "IY"), ("e", ".", "$", ""),
    ("e", "", "[^aeiouwyx](e|es)$", "IY"), ("e", "^r|^d|^b|^pr", "[^aeiou][aeiou]", "IH"),
    ("e", "[^aeiou]", "(ly|less|ful|ment)", ""), ("e", "", "", "EH"), ("ier", "", "s?$", "IY ER"),
    ("ie", "", "(ld|f|v)", "IY"), ("ie", "^[^aeiou]+", "[sd]?$", "AY"), ("ie", "", "", "IY"),
    ("ire", "", "$", "AY ER"), ("ir", "", "(?![aeiou])", "ER"), ("ign", "", "", "AY N"),
    ("ind", "", "$", "AY N D"), ("ild", "", "$", "AY L D"), ("ize", "", "", "AY Z"),
    ("i", "", "[^aeiouwyx](e|es|ed|er|ing)$", "AY"), ("i", "", "[ao]", "IY"), ("i", "", "$", "IY"),
    ("i", "", "", "IH"), ("oar", "", "", "AO R"), ("oor", "", "", "AO R"),
    ("our", "", "(?![aeiou])", "AO R"), ("ore", "", "s?$", "AO R"), ("or", "w", "", "ER"),
    ("or", "..[^r]", "s?$", "ER"), ("or", "", "", "AO R"), ("oo", "", "[kd]$", "UH"),
    ("oo", "", "", "UW"), ("oa", "", "", "OW"), ("oe", "", "s?$", "OW"), ("oi", "", "", "OY"),
    ("oy", "", "", "OY"), ("ould", "", "", "UH D"), ("ou", "", "p", "UW"), ("ou", "", "", "AW"),
    ("ow", "", "(n|er|l|d)", "AW"), ("ow", "", "", "OW"), ("ol", "", "[dkt]", "OW L"),
    ("o", "", "st$", "OW"), ("o", "", "[^aeiouwyx](e|es|ed|er|ing|y)$", "OW"), ("o", "", "$", "OW"),
    ("o", "", "[mn]e", "AH"), ("o", "", "(ther|ven|ver$)", "AH"),
    ("o", "", "[bcdfgklmnpstvz][io][aou]", "OW"), ("o", "", "", "AA"),
    ("ure", "[^aeiou]", "$", "Y UH R"), ("ur", "", "(?![aeiou])", "ER"), ("uy", "", "", "AY"),
    ("ui", "[jr]", "", "UW"), ("ui", "b|g", "", "IH"), ("ue", "[rl]", "s?$", "UW"),
    ("ue", "g", "$", ""), ("ue", "", "$", "Y UW"),
    ("u", "[rljsc]|ch", "[^aeiouwyx](e|es|ed|er|ing|y)$", "UW"),
    ("u", "", "[^aeiouwyx](e|es|ed|er|ing|y|i|a|o)", "Y UW"), ("u", "g", "[aei]", ""),
    ("u", "p", "[lst]", "UH"), ("u", "", "$", "UW"), ("u", "", "", "AH"), ("bb", "", "", "B"),
    ("b", "m", "s?$", ""), ("b", "", "t$", ""), ("b", "", "", "B"), ("ch", "", "[rl]", "K"),
    ("ch", "s", "", "K"), ("ch", "", "", "CH"), ("ck", "", "", "K"), ("cc", "", "[ei]", "K S"),
    ("cc", "", "", "K"), ("ce", "", "(an|ou)", "SH"), ("c", "", "[eiy]", "S"), ("c", "", "", "K"),
    ("dge", "", "", "JH"), ("dd", "", "", "D"), ("d", "", "", "D"), ("ff", "", "", "F"),
    ("f", "", "", "F"), ("gn", "^", "", "N"), ("gn", "", "$", "N"), ("gh", "^", "", "G"),
    ("gh", "[aeiou]", "", ""), ("gg", "", "", "G"), ("g", "", "(e[^t]|i[^vr]|e$|y)", "JH"),
    ("g", "", "", "G"), ("h", "", "[aeiouy]", "HH"), ("h", "", "", ""), ("j", "", "", "JH"),
    ("kn", "^", "", "N"), ("kk", "", "", "K"), ("k", "", "", "K"), ("ll", "", "", "L"),
    ("l", "a", "[fm]", ""), ("l", "", "", "L"), ("mm", "", "", "M"), ("mn", "", "$", "M"),
    ("m", "", "", "M"), ("ng", "", "(s?$|th)", "NG"), ("ng", "", "[aou]", "NG G"),
    ("nk", "", "", "NG K"), ("nn", "", "", "N"), ("n", "", "", "N"), ("ph", "", "", "F"),
    ("pp", "", "", "P"), ("ps", "^", "", "S"), ("p", "", "", "P"), ("qu", "", "", "K W"),
    ("q", "", "", "K"), ("rh", "", "", "R"), ("rr", "", "", "R"), ("r", "", "", "R"),
    ("sch", "^", "", "S K"), ("sh", "", "", "SH"), ("ss", "", "", "S"), ("sc", "", "[ei]", "S"),
    ("s", "[aeiou]", "[aeioum]", "Z"), ("s", "[aeioubdgmnlrvwy]", "$", "Z"), ("s", "", "", "S"),
    ("tch", "", "", "CH"), ("th", "^", "(e[nmry]?|is|at|ese|ose|ough|us|an)$", "DH"),
    ("th", "", "er", "DH"), ("th", "", "", "TH"), ("tt", "", "", "T"), ("t", "", "", "T"),
    ("vv", "", "", "V"), ("v", "", "", "V"), ("wh", "", "o", "HH"), ("wh", "", "", "W"),
    ("wr", "^", "", "R"), ("w", "", "", "W"), ("x", "^", "", "Z"), ("x", "", "", "K S"),
    ("zz", "", "", "Z"), ("z", "", "", "Z"),
)  # fmt: skip

_COMPILED = tuple(
    (letters, re.compile(f"(?:{before})$"), re.compile(after), tuple(phonemes.split()))
    for letters, before, after, phonemes in _RULES
)
_BY_FIRST = {
    letter: tuple(rule for rule in _COMPILED if rule[0][0] == letter) for letter in LETTER_NAMES
}


@lru_cache(maxsize=4096)
def sound_out(word: str) -> tuple[str, ...]:
    """Guess the phonemes of a word from its letters.

    Args:
        word: Lower-case letters ``a`` to ``z``; everything else is passed over in silence.

    Returns:
        ARPAbet names; spelled letter by letter where the word holds no vowel.
    """
    word = "".join(letter for letter in word if letter in LETTER_NAMES)
    if not re.search("[aeiouy]", word):
        return tuple(name for letter in word for name in LETTER_NAMES[letter].split())
    phonemes: list[str] = []
    position = 0
    while position < len(word):
        for letters, before, after, sounds in _BY_FIRST[word[position]]:
            end = position + len(letters)
            if (
                word.startswith(letters, position)
                and before.search(word[:position])
                and after.match(word[end:])
            ):
                phonemes.extend(sounds)
                position = end
                break
    return tuple(phonemes)
