"""Which voices speak in the demo: people, the user's own files, or our own synthetic voice.

It reads files and asks :mod:`realtime_voice.testing` for recordings; it knows nothing of sessions.
"""

from collections.abc import Sequence
from pathlib import Path

import attrs
import numpy as np
from numpy.typing import NDArray

from realtime_voice.audio import StreamResampler, read_wav
from realtime_voice.cli._caller import Utterance
from realtime_voice.cli._story import Credit
from realtime_voice.errors import AudioError, RealtimeError
from realtime_voice.formats import PCM16_24K, AudioFormat
from realtime_voice.testing import Clip, human_clips, synthetic_clips

__all__ = ["Recordings", "find_recordings"]

_MOST_CLIPS = 5


@attrs.frozen(kw_only=True)
class Recordings:
    """What will be spoken, and what a listener must be told about it."""

    utterances: tuple[Utterance, ...]
    """What to say, in order."""
    description: str
    """Whose voices, in a few words."""
    notes: tuple[str, ...] = ()
    """What did not work, and what happens instead."""
    licence_text: str = ""
    """The licence as it came with the recordings."""


def find_recordings(files: Sequence[Path]) -> Recordings:
    """The user's files if there are any, else people, else our own voice.

    Args:
        files: WAV files to speak.

    Raises:
        AudioError: A file cannot be read, or is no WAV.
    """
    if files:
        utterances = tuple(
            Utterance(name=file.name, text=None, samples=_load(file)) for file in files
        )
        return Recordings(utterances=utterances, description=_count(len(files), "file of yours"))
    try:
        clips = _selection(human_clips())
    except (RealtimeError, OSError) as error:
        return _synthetic(str(error))
    return Recordings(
        utterances=tuple(_utterance(clip) for clip in clips),
        description=_count(len(clips), "recording of people"),
        licence_text="\n\n".join(dict.fromkeys(clip.licence for clip in clips)),
    )


def _synthetic(reason: str) -> Recordings:
    """Our own voice, and why."""
    clips = list(synthetic_clips())[:_MOST_CLIPS]
    return Recordings(
        utterances=tuple(_utterance(clip) for clip in clips),
        description=_count(len(clips), "sentence of our own synthetic voice"),
        notes=(f"The user's voice is synthetic, because there are no recordings: {reason}",),
    )


def _utterance(clip: Clip) -> Utterance:
    """A clip, loaded."""
    credit = Credit(name=clip.name, source=clip.source, licence=_first_line(clip.licence))
    return Utterance(name=clip.name, text=clip.text, samples=_load(clip.path), credit=credit)


def _selection(clips: Sequence[Clip]) -> list[Clip]:
    """A few clips of every kind: the kinds take turns, in the order in which they are listed."""
    kinds: dict[str, list[Clip]] = {}
    for clip in clips:
        kinds.setdefault(str(Path(clip.name).parent), []).append(clip)
    rounds = max((len(kind) for kind in kinds.values()), default=0)
    mixed = [kind[index] for index in range(rounds) for kind in kinds.values() if index < len(kind)]
    return mixed[:_MOST_CLIPS]


def _load(path: str | Path) -> NDArray[np.int16]:
    """A WAV file as mono samples at 24 kHz."""
    samples, rate = read_wav(path)
    if not len(samples):
        raise AudioError(f"{Path(path).name} holds no sound")
    layout = AudioFormat(rate=rate, channels=samples.shape[1])
    convert = StreamResampler(layout, PCM16_24K)
    data = convert.process(samples.astype("<i2").tobytes()) + convert.flush()
    return np.frombuffer(data, dtype="<i2").astype(np.int16)


def _first_line(text: str) -> str:
    """The line of a licence that names it."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def _count(number: int, thing: str) -> str:
    """``1 file of yours``, ``2 files of yours``."""
    noun, _, rest = thing.partition(" ")
    return f"{number} {noun}{'' if number == 1 else 's'} {rest}".strip()
