"""WAV files as a microphone and as a speaker, streamed from and to the disk.

Memory stays constant however long a file is. What a header says is ``_wave_format``'s, what
samples become is ``_wave_file``'s.
"""

import io
import operator
import os
import time
import weakref
from collections.abc import AsyncIterator, Callable
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO

import anyio.to_thread
import attrs
import numpy as np

from realtime_voice.audio._checks import checked_format, checked_frames, checked_positive
from realtime_voice.audio._convert import encode_samples
from realtime_voice.audio._null import Playhead
from realtime_voice.audio._pace import PacedChunks
from realtime_voice.audio._protocol import AudioSink, AudioSource
from realtime_voice.audio._ring import ByteQueue
from realtime_voice.audio._wave_file import checked_path, decode_wave, open_for_reading
from realtime_voice.audio._wave_format import (
    WaveHeader,
    parse_header,
    read_fully,
    wave_header,
)
from realtime_voice.errors import AudioError
from realtime_voice.formats import PCM16_24K, AudioFormat

__all__ = ["WavSink", "WavSource"]

_READ_AHEAD_S = 1.0
"""Sound that is read from disk at a time, in a thread, so that a slow disk stops nobody."""

_OPEN_FLAGS: int = os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)


class WavSource(AudioSource):
    """Speaks a WAV file: any rate, 8 to 32 bit, float, A-law or mu-law, any channels.

    Its :attr:`format` is PCM16 at the file's rate with the file's channels; wider samples are
    rounded and saturate. A file that was cut off, or that a stream wrote without knowing its
    length, is played as far as it goes. It may be iterated several times, from the beginning each
    time (a file object only if it can seek).

    Args:
        file: A path, or an object opened for reading bytes, which stays open.
        realtime: Hand the sound out at the pace of speech, as a microphone would; otherwise as
            fast as it is taken.
        chunk_ms: Length of a chunk in milliseconds; the last one may be shorter.
        channel: Take only this channel (0 is the first, left); None takes all, and the session
            mixes them.

    Raises:
        AudioError: The file cannot be read, is empty, no WAV, broken, or of an unsupported codec.
    """

    def __init__(
        self,
        file: str | PathLike[str] | BinaryIO,
        *,
        realtime: bool = True,
        chunk_ms: float = 20,
        channel: int | None = None,
    ) -> None:
        if isinstance(file, str | PathLike) or not hasattr(file, "read"):
            path = checked_path(file)
            self._source: Path | BinaryIO = path
            with open_for_reading(path) as opened:
                self._sound = _inspect(opened, path.name)
        else:
            self._source = file
            self._sound = _inspect(file, _name(file))
        header = self._sound.header
        self._channel = _checked_channel(channel, header.channels, self._sound.name)
        self.format = AudioFormat(
            rate=header.rate, channels=header.channels if channel is None else 1
        )
        self._chunk = max(1, self.format.frames_in(checked_positive(chunk_ms, "chunk_ms")))
        self._realtime = realtime
        self._used = False
        self._closers: list[weakref.finalize[[], _Reader]] = []

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._sound.name!r}, format={self.format!r})"

    @property
    def duration_s(self) -> float | None:
        """Length of the sound in seconds; None where only its end will tell (a pipe)."""
        frames = self._sound.frames
        return None if frames is None else frames / self.format.rate

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the sound from its beginning, in chunks.

        Raises:
            AudioError: The file has gone, or a file object cannot go back to its beginning.
        """
        if isinstance(self._source, Path):
            reader = _Reader(open_for_reading(self._source), self._sound, self._channel)
            # Closed by aclose(), or quietly when a forgotten iterator goes.
            self._closers = [closer for closer in self._closers if closer.alive]
            self._closers.append(weakref.finalize(reader, reader.file.close))
        else:
            reader = _Reader(self._source, self._sound, self._channel)
        if self._used or isinstance(self._source, Path):
            reader.rewind()
        self._used = True
        read = partial(reader.read, self._chunk)
        return PacedChunks(read, self.format, realtime=self._realtime)

    async def aclose(self) -> None:
        """Close what iterating has opened; a file object that was given stays open."""
        for closer in self._closers:
            closer()
        self._closers.clear()


class WavSink(AudioSink):
    """Writes what is heard into a WAV file.

    Without ``realtime`` everything counts as heard the moment it is written. With it, the sink
    plays by the clock like :class:`NullSink`, and what :meth:`clear` or closing cut off does not
    get into the file. The file is complete after every call, also when the process dies.

    Args:
        path: The file; its directory must exist, and a file of that name is replaced.
        format: Layout of what :meth:`write` takes, and of the file.
        realtime: Play by the clock.
        mode: Permissions of a new file; by default nobody else may read a recording.
        clock: Returns seconds that only grow; for ``realtime``.

    Raises:
        AudioError: The file cannot be made, or ``format`` is no :class:`AudioFormat`; later, the
            file cannot be written.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        format: AudioFormat = PCM16_24K,  # noqa: A002 - the contract's name
        *,
        realtime: bool = False,
        mode: int = 0o600,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.format = checked_format(format, "WavSink")
        self._path = checked_path(path)
        self._playhead = Playhead(format.rate, clock) if realtime else None
        self._waiting = ByteQueue()
        self._kept = 0
        self._failure: AudioError | None = None
        try:
            # Unbuffered: nothing is left to write when the sink is forgotten or the process dies.
            self._file = io.FileIO(os.open(self._path, _OPEN_FLAGS, mode), "w")
        except OSError as error:
            raise self._cannot_write(error) from error
        self._closer = weakref.finalize(self, self._file.close)
        self._store(wave_header(format, 0))
        self._raise_failure()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._path.name!r}, {self.format!r})"

    def write(self, data: bytes) -> None:
        """Queue sound, or write it at once without ``realtime``.

        Raises:
            AudioError: ``data`` is not bytes or not whole frames, the sink was closed, or the file
                cannot be written (now or before).
        """
        sound = checked_frames(data, self.format, "WavSink.write")
        if self._file.closed and self._failure is None:
            raise AudioError(f"WavSink.write after aclose(): {self._path.name} is complete")
        self._waiting.append(sound)
        if self._playhead is not None:
            self._playhead.write(self.format.frames(len(sound)))
        self._settle()
        self._raise_failure()

    def clear(self) -> int:
        """Stop at once and forget what was not heard.

        Returns:
            Frames heard since the sink was made. A file that cannot be written is told by the
            next call, not by this one: stopping comes first.
        """
        if self._playhead is not None:
            self._playhead.clear()
        self._settle()
        self._waiting.clear()
        return self.frames_rendered

    @property
    def frames_rendered(self) -> int:
        """Frames heard since the sink was made."""
        if self._playhead is not None:
            return self._playhead.frames_rendered
        return self.format.frames(self._kept + len(self._waiting))

    async def drain(self) -> None:
        """Wait until everything that was written has been heard (or cleared), and is in the file.

        Raises:
            AudioError: The file cannot be written.
        """
        if self._playhead is not None:
            await self._playhead.drain()
        self._settle()
        self._raise_failure()

    async def aclose(self) -> None:
        """Complete the file with what was heard up to now, and close it.

        Raises:
            AudioError: The file cannot be written; it is closed all the same.
        """
        if self._file.closed:
            return
        self.clear()
        # A chunk of odd length is padded; its size does not count the padding.
        self._store(b"\0" * (self._kept % 2))
        self._closer()
        self._raise_failure()

    def _settle(self) -> None:
        """Move what was heard by now into the file."""
        heard = self.format.bytes_for(self.frames_rendered) - self._kept
        data = self._waiting.take(heard)
        self._kept += len(data)
        self._store(data)

    def _store(self, data: bytes) -> None:
        """Write sound and header, and remember a failure: it is told where an error may be."""
        if self._failure is not None or self._file.closed:
            return
        try:
            self._file.seek(0, os.SEEK_END)
            _write_fully(self._file, data)
            self._file.seek(0)
            _write_fully(self._file, wave_header(self.format, self._kept))
        except OSError as error:
            self._failure = self._cannot_write(error)

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _cannot_write(self, error: OSError) -> AudioError:
        return AudioError(f"cannot write {self._path}: {error.strerror or error}")


@attrs.frozen(kw_only=True)
class _Sound:
    """Where the sound of a file lies."""

    name: str
    """How messages call the file."""
    header: WaveHeader
    """How it is stored."""
    first: int
    """Position of its first byte in the file."""
    data_bytes: int | None
    """Its length as far as the file really goes; None where only its end will tell."""

    @property
    def frames(self) -> int | None:
        """Its length in frames."""
        return None if self.data_bytes is None else self.data_bytes // self.header.frame_bytes


class _Reader:
    """Reads the sound of one file once, from its beginning to its end."""

    def __init__(self, file: BinaryIO, sound: _Sound, channel: int | None) -> None:
        self.file = file
        self._sound = sound
        self._channel = channel
        self._left = sound.data_bytes
        self._loaded = 0
        self._decoded = ByteQueue()
        channels = sound.header.channels if channel is None else 1
        self._layout = AudioFormat(rate=sound.header.rate, channels=channels)

    def rewind(self) -> None:
        """Go to the first byte of sound."""
        try:
            self.file.seek(self._sound.first)
        except (OSError, ValueError) as error:
            raise AudioError(
                f"{self._sound.name} cannot go back to its beginning ({error}); a pipe can be "
                "played once"
            ) from error

    async def read(self, frames: int) -> bytes:
        """Return that many frames, fewer at the end, none after it."""
        wanted = self._layout.bytes_for(frames)
        while len(self._decoded) < wanted and self._left != 0:
            await anyio.to_thread.run_sync(self._load)
        return self._decoded.take(wanted)

    def _load(self) -> None:
        """Read and decode the next stretch; runs in a thread, one at a time."""
        header = self._sound.header
        size = max(1, round(header.rate * _READ_AHEAD_S)) * header.frame_bytes
        if self._left is not None:
            size = min(size, self._left)
        try:
            data = read_fully(self.file, size)
        except (OSError, ValueError) as error:
            raise AudioError(f"cannot read {self._sound.name}: {error}") from error
        ended = len(data) < size
        self._left = 0 if ended else None if self._left is None else self._left - size
        samples = decode_wave(data, header, self._sound.name, first_frame=self._loaded)
        self._loaded += len(samples)
        if self._channel is not None:
            samples = samples[:, self._channel, np.newaxis]
        self._decoded.append(encode_samples(samples, self._layout))


def _inspect(file: BinaryIO, name: str) -> _Sound:
    """Read the header, and find out how far the sound really goes."""
    try:
        header = parse_header(file, name)
        if not _can_seek(file):
            return _Sound(name=name, header=header, first=0, data_bytes=header.data_bytes)
        first = file.tell()
        there = file.seek(0, os.SEEK_END) - first
        file.seek(first)
    except AudioError:
        raise
    except (OSError, ValueError) as error:
        # A ValueError comes from a file that is closed, or open for text in another encoding.
        reason = getattr(error, "strerror", None) or error
        raise AudioError(
            f"cannot read {name}: {reason}; a file object must be open for bytes (mode 'rb')"
        ) from error
    declared = header.data_bytes
    data_bytes = there if declared is None else min(declared, there)
    return _Sound(name=name, header=header, first=first, data_bytes=data_bytes)


def _write_fully(file: io.FileIO, data: bytes) -> None:
    """Write all of it: an unbuffered file may take less at a time."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _can_seek(file: BinaryIO) -> bool:
    seekable: Callable[[], bool] | None = getattr(file, "seekable", None)
    return seekable is not None and seekable()


def _name(file: object) -> str:
    name: Any = getattr(file, "name", None)
    return Path(name).name if isinstance(name, str) else "the WAV file object"


def _checked_channel(channel: Any, channels: int, name: str) -> int | None:
    if channel is None:
        return None
    try:
        index = operator.index(channel)
    except TypeError:
        index = -1
    if 0 <= index < channels and not isinstance(channel, bool):
        return index
    raise AudioError(
        f"channel must be None or 0 to {channels - 1}, not {channel!r}: {name} has {channels} "
        "channel(s)"
    )
