"""What the suites share: who is measured, the line to the server, and how memory is counted."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import attrs

from benchmarks.adapters.base import Adapter
from benchmarks.control import Control
from benchmarks.corpus import BYTES_PER_MILLISECOND, CHUNKS
from benchmarks.profiling import Watch

EVENTS_PER_TURN = 100
SOUNDS_PER_TURN = 60
PCM_PER_TURN = SOUNDS_PER_TURN // len(CHUNKS) * sum(CHUNKS) * BYTES_PER_MILLISECOND

Values = dict[str, Any]
"""What a suite found, by name: numbers, in the unit that the name ends with."""


@dataclass
class Rig:
    """Everything that a suite needs."""

    adapter: Adapter
    control: Control
    parameters: dict[str, Any]
    """See :mod:`benchmarks.plan`."""
    watch: Watch
    """Suites of single operations let it look at what they measure."""


def sound(milliseconds: int) -> bytes:
    """A piece of the user's voice; what it says does not matter."""
    return (bytes(range(256)) * 40)[: milliseconds * BYTES_PER_MILLISECOND]


@attrs.frozen
class Memory:
    """Memory of this process, in kB."""

    resident: float
    private: float
    """What would be free again if the process ended: no page of it is shared."""

    @classmethod
    def now(cls) -> "Memory":
        resident = private = 0
        with Path("/proc/self/smaps_rollup").open(encoding="ascii") as lines:
            for line in lines:
                if line.startswith("Rss:"):
                    resident = int(line.split()[1])
                elif line.startswith(("Private_Clean:", "Private_Dirty:")):
                    private += int(line.split()[1])
        return cls(resident, private)


def number_or_none(value: float) -> float | None:
    """JSON has no nan."""
    return None if math.isnan(value) else value
