"""All rows of the matrix, by number."""

from realtime_voice.testing.faults.matrix import (
    _alive,
    _breaches,
    _cancelling,
    _connecting,
    _ends,
    _events,
    _interrupting,
    _program,
    _refusals,
    _trust,
)
from realtime_voice.testing.faults.matrix._rows import Row

__all__ = ["ROWS"]

_GROUPS = (
    _connecting,
    _refusals,
    _trust,
    _ends,
    _breaches,
    _alive,
    _events,
    _program,
    _cancelling,
    _interrupting,
)

ROWS: tuple[Row, ...] = tuple(
    sorted((row for group in _GROUPS for row in group.ROWS), key=lambda row: row.number)
)
