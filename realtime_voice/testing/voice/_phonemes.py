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
    "AA": Vowel((700, 1220, 2600), (700, 1220, 2600), 150),
    "AE": Vowel((620, 1660, 2430), (650, 1490, 2470), 150),
    "AH": Vowel((620, 1220, 2550), (600, 1250, 2550), 90),
    "AO": Vowel((600, 990, 2570), (630, 1040, 2600), 150),
    "AW": Vowel((640, 1230, 2550), (420, 940, 2350), 180),
    "AY": Vowel((660, 1200, 2550), (400, 1880, 2500), 180),
    "EH": Vowel((530, 1680, 2500), (620, 1530, 2530), 110),
    "ER": Vowel((470, 1270, 1540), (420, 1310, 1540), 140),
    "EY": Vowel((480, 1720, 2520), (330, 2020, 2600), 150),
    "IH": Vowel((400, 1800, 2570), (470, 1600, 2600), 90),
    "IY": Vowel((310, 2020, 2960), (290, 2070, 2960), 120),
    "OW": Vowel((540, 1100, 2300), (450, 900, 2300), 150),
    "OY": Vowel((550, 960, 2400), (360, 1820, 2450), 190),
    "UH": Vowel((450, 1100, 2350), (500, 1180, 2390), 100),
    "UW": Vowel((350, 1250, 2200), (320, 900, 2200), 130),
}

CONSONANTS: dict[str, Consonant] = {
    "W": Consonant("glide", (290, 610, 2150), 0.75, 70),
    "Y": Consonant("glide", (260, 2070, 3020), 0.75, 65),
    "R": Consonant("glide", (310, 1060, 1380), 0.75, 75),
    "L": Consonant("glide", (310, 1050, 2880), 0.70, 70),
    "M": Consonant("nasal", (270, 1000, 2130), 0.50, 75),
    "N": Consonant("nasal", (270, 1500, 2470), 0.50, 70),
    "NG": Consonant("nasal", (270, 2000, 2900), 0.50, 80),
    "F": Consonant("fricative", (340, 1100, 2080), 0, 95, Noise(7000, 6000, 0.10)),
    "TH": Consonant("fricative", (320, 1290, 2540), 0, 90, Noise(6500, 5000, 0.09)),
    "S": Consonant("fricative", (320, 1390, 2530), 0, 105, Noise(6500, 2600, 0.42)),
    "SH": Consonant("fricative", (300, 1840, 2750), 0, 110, Noise(3300, 1700, 0.42)),
    "V": Consonant("fricative", (220, 1100, 2080), 0.35, 65, Noise(7000, 6000, 0.05)),
    "DH": Consonant("fricative", (270, 1290, 2540), 0.45, 45, Noise(6500, 5000, 0.03)),
    "Z": Consonant("fricative", (240, 1390, 2530), 0.30, 85, Noise(6500, 2600, 0.22)),
    "ZH": Consonant("fricative", (300, 1840, 2750), 0.30, 80, Noise(3300, 1700, 0.22)),
    "HH": Consonant("aspirate", (500, 1500, 2500), 0, 65),
    "P": Consonant("stop", (400, 1100, 2150), 0, 80, Noise(1200, 2500, 0.25)),
    "T": Consonant("stop", (400, 1600, 2600), 0, 75, Noise(5000, 3500, 0.45)),
    "K": Consonant("stop", (300, 1700, 2400), 0, 85, Noise(1900, 1400, 0.40)),
    "B": Consonant("stop", (200, 1100, 2150), 0.15, 70, Noise(1000, 2500, 0.15)),
    "D": Consonant("stop", (200, 1600, 2600), 0.15, 55, Noise(4500, 3500, 0.22)),
    "G": Consonant("stop", (200, 1700, 2400), 0.15, 70, Noise(1900, 1400, 0.22)),
    "CH": Consonant("affricate", (350, 1800, 2820), 0, 120, Noise(3300, 1800, 0.45)),
    "JH": Consonant("affricate", (260, 1800, 2820), 0.15, 95, Noise(3300, 1800, 0.25)),
}

VOICELESS = frozenset({"P", "T", "K", "CH", "F", "TH", "S", "SH", "HH"})
"""Consonants without the vocal folds; vowels before them are shorter."""
