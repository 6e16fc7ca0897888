"""The recordings of people that we know: where they lie, what is said, under which licence."""

import attrs

__all__ = ["ARCHIVE", "RECORDINGS", "SHA256", "VERSION", "Recording"]

VERSION = "5.1.1"
"""Version of pocketsphinx whose source distribution holds the recordings."""
ARCHIVE = f"pocketsphinx-{VERSION}.tar.gz"
"""Name of the source distribution."""
SHA256 = "675778b309a22dfc9b7d37f7621976bba491d2a5f8c59696bd77fd6d07271355"
"""Its checksum."""

_LIBRIVOX = "Public domain: LibriVox recording of Sense and Sensibility by Jane Austen."
_BSD = "BSD-2-Clause: test recording of the pocketsphinx project."


@attrs.frozen
class Recording:
    """One recording."""

    name: str
    """Our name for it."""
    member: str
    """Path in the archive, below its top folder: a WAV file, or raw PCM16 at 16 kHz."""
    text: str
    """What is said, as the archive's own transcription has it."""
    licence: str = _BSD
    """Summary of the licence."""
    speaker: str | None = None
    """Who speaks, if told."""


def _librivox(number: str, text: str) -> Recording:
    member = f"test/data/librivox/sense_and_sensibility_01_austen_64kb-{number}.wav"
    return Recording(f"librivox/{number}", member, text, _LIBRIVOX, "LibriVox volunteer")


def _card(number: str, text: str) -> Recording:
    return Recording(f"cards/{number}", f"test/data/cards/{number}.wav", text)


RECORDINGS: tuple[Recording, ...] = (
    _librivox("0880", "he was not an ill disposed young man"),
    _librivox("0930", "he might even have been made amiable himself"),
    _librivox("0890", "unless to be rather cold hearted and rather selfish is to be ill disposed"),
    _librivox(
        "0920",
        "had he married a more a amiable woman he might have been made still more respectable "
        "than he was",
    ),
    _librivox(
        "0870",
        "and mister john dashwood had then leisure to consider how much there might be prudently "
        "in his power to do for them",
    ),
    _card("001", "ten of clubs"),
    _card("002", "four queen of clubs"),
    _card("003", "seven of clubs"),
    _card("004", "five five"),
    _card("005", "eight of spades four of clubs seven of hearts"),
    Recording("commands/goforward", "test/data/goforward.raw", "go forward ten meters"),
)
"""Short ones first within each kind."""
