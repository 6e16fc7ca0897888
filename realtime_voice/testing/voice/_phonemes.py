"""The sounds of American English as numbers: where the resonances lie, how long, how noisy.

Phonemes carry their ARPAbet names. The formant figures follow the tables that phonetics has long
published (Peterson and Barney 1952, Klatt 1980), adjusted by what a speech recogniser understood.
Data only; nothing here makes sound.
"""

from typing import Literal

import attrs

__all__ = ["CONSONANTS", "VOICELESS", "VOWELS", "Consonant", "Formants", "Noise", "Vowel"]

Formants = tuple[float, float, float]
"""Centre frequencies of the first three resonances of an adult male vocal tract, in Hz."""

Manner = Literal["glide", "nasal", "fricative", "aspirate", "stop", "affricate"]


@attrs.frozen
class Vowel:
    """A voiced sound with an open mouth; a diphthong where start and end differ."""

    start: Formants
    """Formants when it begins."""
    end: Formants
    """Formants when it ends."""
    ms: float
    """Usual duration in milliseconds."""


@attrs.frozen
class Noise:
    """Turbulence behind a narrow passage: a hump in the spectrum."""

    centre: float
    """Frequency of the hump in Hz."""
    width: float
    """Distance in Hz at which the hump has fallen to 1/e."""
    amplitude: float
    """Strength, relative to a vowel."""


@attrs.frozen
class Consonant:
    """A sound with the mouth narrowed or closed."""

    manner: Manner
    """How it is made."""
    formants: Formants
    """Where the formants point to while the mouth is narrow (the *locus*)."""
    voicing: float
    """Strength of the vocal folds, relative to a vowel."""
    ms: float
    """Usual duration in milliseconds."""
    noise: Noise | None = None
    """Turbulence: during a fricative, at the release of a stop."""


VOWELS: dict[str, Vowel] = {
    "AA": Vowel((700, 1220, 2600), (700, 1220, 2600), 115),
    "AE": Vowel((620, 1660, 2430), (650, 1490, 2470), 115),
    "AH": Vowel((620, 1220, 2550), (600, 1250, 2550), 69),
    "AO": Vowel((600, 990, 2570), (630, 1040, 2600), 115),
    "AW": Vowel((640, 1230, 2550), (420, 940, 2350), 138),
    "AY": Vowel((660, 1200, 2550), (400, 1880, 2500), 138),
    "EH": Vowel((530, 1680, 2500), (620, 1530, 2530), 85),
    "ER": Vowel((470, 1270, 1540), (420, 1310, 1540), 108),
    "EY": Vowel((480, 1720, 2520), (330, 2020, 2600), 115),
    "IH": Vowel((400, 1800, 2570), (470, 1600, 2600), 69),
    "IY": Vowel((310, 2020, 2960), (290, 2070, 2960), 92),
    "OW": Vowel((540, 1100, 2300), (450, 900, 2300), 115),
    "OY": Vowel((550, 960, 2400), (360, 1820, 2450), 146),
    "UH": Vowel((450, 1100, 2350), (500, 1180, 2390), 77),
    "UW": Vowel((350, 1250, 2200), (320, 900, 2200), 100),
}

CONSONANTS: dict[str, Consonant] = {
    "W": Consonant("glide", (290, 610, 2150), 0.75, 54),
    "Y": Consonant("glide", (260, 2070, 3020), 0.75, 50),
    "R": Consonant("glide", (310, 1060, 1380), 0.75, 58),
    "L": Consonant("glide", (310, 1050, 2880), 0.70, 54),
    "M": Consonant("nasal", (270, 1000, 2130), 0.50, 58),
    "N": Consonant("nasal", (270, 1500, 2470), 0.50, 54),
    "NG": Consonant("nasal", (270, 2000, 2900), 0.50, 62),
    "F": Consonant("fricative", (340, 1100, 2080), 0, 73, Noise(7000, 6000, 0.1)),
    "TH": Consonant("fricative", (320, 1290, 2540), 0, 69, Noise(6500, 5000, 0.09)),
    "S": Consonant("fricative", (320, 1390, 2530), 0, 81, Noise(6500, 2600, 0.42)),
    "SH": Consonant("fricative", (300, 1840, 2750), 0, 85, Noise(3300, 1700, 0.42)),
    "V": Consonant("fricative", (220, 1100, 2080), 0.35, 50, Noise(7000, 6000, 0.075)),
    "DH": Consonant("fricative", (270, 1290, 2540), 0.45, 35, Noise(6500, 5000, 0.045)),
    "Z": Consonant("fricative", (240, 1390, 2530), 0.30, 65, Noise(6500, 2600, 0.33)),
    "ZH": Consonant("fricative", (300, 1840, 2750), 0.30, 62, Noise(3300, 1700, 0.33)),
    "HH": Consonant("aspirate", (500, 1500, 2500), 0, 50),
    "P": Consonant("stop", (400, 1100, 2150), 0, 62, Noise(1200, 2500, 0.275)),
    "T": Consonant("stop", (400, 1600, 2600), 0, 58, Noise(5000, 3500, 0.495)),
    "K": Consonant("stop", (300, 1700, 2400), 0, 65, Noise(1900, 1400, 0.44)),
    "B": Consonant("stop", (200, 1100, 2150), 0.15, 54, Noise(1000, 2500, 0.165)),
    "D": Consonant("stop", (200, 1600, 2600), 0.15, 42, Noise(4500, 3500, 0.242)),
    "G": Consonant("stop", (200, 1700, 2400), 0.15, 54, Noise(1900, 1400, 0.242)),
    "CH": Consonant("affricate", (350, 1800, 2820), 0, 92, Noise(3300, 1800, 0.495)),
    "JH": Consonant("affricate", (260, 1800, 2820), 0.15, 73, Noise(3300, 1800, 0.275)),
}

VOICELESS = frozenset({"P", "T", "K", "CH", "F", "TH", "S", "SH", "HH"})
"""Consonants without the vocal folds; vowels before them are shorter."""
