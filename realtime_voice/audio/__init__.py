"""Sound: sources and sinks, WAV files, resampling and G.711; usable alone, knows no server.

The names are imported when they are first used, because most of them need numpy, which takes
longer to import than the rest of the package.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from realtime_voice.audio._protocol import AudioSink, AudioSource

if TYPE_CHECKING:
    from realtime_voice.audio._g711 import decode_g711, encode_g711
    from realtime_voice.audio._levels import level_dbfs, peaks
    from realtime_voice.audio._memory import ArraySink, ArraySource
    from realtime_voice.audio._null import NullSink
    from realtime_voice.audio._queue import IterableSource, QueueSource
    from realtime_voice.audio._resample import StreamResampler
    from realtime_voice.audio._ring import BoundedByteQueue, ByteQueue
    from realtime_voice.audio._wav import WavSink, WavSource
    from realtime_voice.audio._wave_file import read_wav, write_wav

__all__ = [
    "ArraySink",
    "ArraySource",
    "AudioSink",
    "AudioSource",
    "BoundedByteQueue",
    "ByteQueue",
    "IterableSource",
    "NullSink",
    "QueueSource",
    "StreamResampler",
    "WavSink",
    "WavSource",
    "decode_g711",
    "encode_g711",
    "level_dbfs",
    "peaks",
    "read_wav",
    "write_wav",
]

_HOMES = {
    "ArraySink": "_memory",
    "ArraySource": "_memory",
    "BoundedByteQueue": "_ring",
    "ByteQueue": "_ring",
    "IterableSource": "_queue",
    "NullSink": "_null",
    "QueueSource": "_queue",
    "StreamResampler": "_resample",
    "WavSink": "_wav",
    "WavSource": "_wav",
    "decode_g711": "_g711",
    "encode_g711": "_g711",
    "level_dbfs": "_levels",
    "peaks": "_levels",
    "read_wav": "_wave_file",
    "write_wav": "_wave_file",
}


def __getattr__(name: str) -> object:
    """Import a public name on its first use (PEP 562)."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Name the public names, also those that were not used yet."""
    return sorted({*globals(), *__all__})
