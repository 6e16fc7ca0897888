"""The arithmetic of changing a sampling rate: one low-pass filter, cut into phases.

A frame of the output lies between frames of the input. Where exactly is its *phase*; each phase
has its own row of filter coefficients, and a frame of output is one row times
the input around it. The coefficients are whole numbers and so are the samples, and every sum
stays below 2**53: float arithmetic is then exact, in any order, on any machine and for any
division of the input into chunks. Encodings, channels and rounding are not known here.
"""

import math
from functools import lru_cache

import attrs
import numpy as np
from numpy.typing import NDArray

from realtime_voice.audio._kernel import LONG_ZEROS, SHORT_ZEROS, kernel
from realtime_voice.errors import AudioError

__all__ = ["FILTER_SCALE", "MAX_RATIO", "MAX_SUMMED_SAMPLE", "Polyphase"]

FILTER_SCALE = float(1 << 28)
"""What :meth:`Polyphase.push` returns is this many times the sound."""

MAX_SUMMED_SAMPLE = 64 * 32768
"""Largest input value for which the sums are exact: 64 channels of 16 bits, added."""

MAX_RATIO = 256
"""Largest quotient of two rates; beyond it one filter would be too long to be useful."""

_DELAY_MS = 2
_DELAY_S = _DELAY_MS / 1000
_FEW_PHASES = 8
"""Up to so many phases are filtered one after the other, which spares copying every window."""

_EXACT_COEFFICIENTS = 1 << 17
"""Rows for every phase as long as the table stays below this (1 MiB), else interpolated rows."""

_INTERPOLATED_PHASES = 1024
_GATHERED = 1 << 14
"""Coefficients that are gathered at a time: so few stay in the cache and in reused memory."""

_WORK = 1 << 19
"""Coefficients times frames in one step: bounds the memory for one long piece of input."""


class Polyphase:
    """Changes the rate of one or more streams of samples that run side by side.

    Args:
        rate_in: Frames per second that come in.
        rate_out: Frames per second that go out; not the same.
        streams: Number of streams (channels that are filtered separately).

    Raises:
        AudioError: The rates differ by more than :data:`MAX_RATIO`.
    """

    def __init__(self, rate_in: int, rate_out: int, streams: int) -> None:
        if max(rate_in, rate_out) > MAX_RATIO * min(rate_in, rate_out):
            raise AudioError(
                f"cannot resample {rate_in} Hz to {rate_out} Hz: the rates may differ by a factor "
                f"of {MAX_RATIO} at most; go there in two steps"
            )
        self._bank = _bank(rate_in, rate_out)
        self._streams = streams
        self._start()

    @property
    def delay_frames(self) -> int:
        """Frames of input after an instant that must be known before its output can be told."""
        return self._bank.half

    def push(self, samples: NDArray[np.float64]) -> NDArray[np.float64]:
        """Take the next input and return the output that can be told by now.

        Args:
            samples: Whole numbers up to :data:`MAX_SUMMED_SAMPLE`; shape ``(streams, frames)``.

        Returns:
            Shape ``(streams, frames)``, multiplied by :data:`FILTER_SCALE`.
        """
        self._taken += samples.shape[1]
        step = max(1, _WORK * self._bank.down // (self._bank.taps * self._bank.up))
        pieces = [
            self._filter(samples[:, start : start + step])
            for start in range(0, samples.shape[1], step)
        ]
        result = np.concatenate(pieces, axis=1) if pieces else np.zeros((self._streams, 0))
        self._given += result.shape[1]
        return result

    def flush(self) -> NDArray[np.float64]:
        """Return the rest as if silence followed, and begin anew.

        Over all, ``n`` frames of input give ``ceil(n * rate_out / rate_in)`` frames of output.
        """
        total = -(-self._taken * self._bank.up // self._bank.down)
        missing = total - self._given
        rest = self._filter(np.zeros((self._streams, self._bank.half)))[:, :missing]
        self._start()
        return rest

    def _start(self) -> None:
        # Silence precedes the first frame, so that output frame 0 lies exactly on input frame 0.
        self._input = np.zeros((self._streams, self._bank.half - 1))
        self._position = 0
        self._taken = 0
        self._given = 0

    def _filter(self, samples: NDArray[np.float64]) -> NDArray[np.float64]:
        bank = self._bank
        known = np.concatenate((self._input, samples), axis=1)
        windows = known.shape[1] - bank.taps + 1
        count = max(0, -(-(windows * bank.up - self._position) // bank.down))
        positions = self._position + bank.down * np.arange(count)
        result = np.empty((self._streams, count))
        for stream, line in enumerate(known):
            result[stream] = bank.apply(line, positions)
        self._position += bank.down * count
        done = min(self._position // bank.up, known.shape[1])
        self._position -= done * bank.up
        self._input = known[:, done:]
        return result


@attrs.frozen(kw_only=True)
class _Bank:
    """The filter for one pair of rates; shared, never changed."""

    up: int
    """Phases for each frame of input."""
    down: int
    """Phases from one frame of output to the next."""
    half: int
    """Frames of input on each side of a frame of output."""
    table: NDArray[np.float64]
    """One row for each phase; when interpolated, one more for the phase of the next frame."""
    interpolated: bool
    """Whether the rows are fewer than the phases."""

    @property
    def taps(self) -> int:
        """Frames of input that make one frame of output."""
        return 2 * self.half

    def apply(self, line: NDArray[np.float64], positions: NDArray[np.int64]) -> NDArray[np.float64]:
        """Filter one stream at some positions, counted in phases from its first frame."""
        if not len(positions):
            return np.zeros(0)
        # What sliding_window_view does, in a tenth of its time.
        shape = (len(line) - self.taps + 1, self.taps)
        windows: NDArray[np.float64] = np.ndarray(
            shape, np.float64, buffer=line, strides=(line.itemsize, line.itemsize)
        )
        frames, phases = np.divmod(positions, self.up)
        if self.up <= _FEW_PHASES:
            result = np.empty(len(positions))
            for first in range(min(self.up, len(positions))):
                # After as many frames of output as there are phases, the same phase comes again.
                every = windows[frames[first] :: self.down][: len(result[first :: self.up])]
                result[first :: self.up] = _dot("ij,j->i", every, self.table[phases[first]])
            return result
        step = max(1, _GATHERED // self.taps)
        pieces = [
            self._gather(windows, frames[start : start + step], phases[start : start + step])
            for start in range(0, len(positions), step)
        ]
        return np.concatenate(pieces)

    def _gather(
        self,
        windows: NDArray[np.float64],
        frames: NDArray[np.int64],
        phases: NDArray[np.int64],
    ) -> NDArray[np.float64]:
        near = windows[frames]
        if not self.interpolated:
            return _dot("ij,ij->i", near, self.table[phases])
        rows, parts = np.divmod(phases * (len(self.table) - 1), self.up)
        before = _dot("ij,ij->i", near, self.table[rows])
        after = _dot("ij,ij->i", near, self.table[rows + 1])
        return before + (after - before) * (parts / self.up)


def _dot(
    subscripts: str, windows: NDArray[np.float64], rows: NDArray[np.float64]
) -> NDArray[np.float64]:
    result: NDArray[np.float64] = np.einsum(subscripts, windows, rows)
    return result


@lru_cache(maxsize=32)
def _bank(rate_in: int, rate_out: int) -> _Bank:
    """Cut the longest kernel that fits into two milliseconds of delay into rows."""
    common = math.gcd(rate_in, rate_out)
    up, down = rate_out // common, rate_in // common
    lower = min(rate_in, rate_out)
    zeros = LONG_ZEROS if lower >= LONG_ZEROS / _DELAY_S else SHORT_ZEROS
    stretch = max(1.0, down / up)
    half = math.ceil(zeros * stretch)
    if lower >= SHORT_ZEROS / _DELAY_S:
        half = min(half, rate_in * _DELAY_MS // 1000)
    interpolated = up * 2 * half > _EXACT_COEFFICIENTS
    phases = math.ceil(_INTERPOLATED_PHASES / stretch) if interpolated else up
    rows = np.arange(phases + interpolated)[:, np.newaxis] / phases
    distances = rows - np.arange(1 - half, half + 1)
    # Where 2 ms are not a whole number of frames, the kernel shrinks by a part of one.
    scale = max(1 / stretch, zeros / half)
    table = _whole_numbers(kernel(distances * scale, zeros))
    return _Bank(up=up, down=down, half=half, table=table, interpolated=interpolated)


def _whole_numbers(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale and round the rows so that each adds up to exactly :data:`FILTER_SCALE`.

    A constant input then gives the same constant in every phase: no hum at the phase rate.
    """
    rounded: NDArray[np.float64] = np.rint(table / table.sum(axis=1, keepdims=True) * FILTER_SCALE)
    largest = np.abs(rounded).argmax(axis=1)
    rounded[np.arange(len(rounded)), largest] += FILTER_SCALE - rounded.sum(axis=1)
    return rounded
