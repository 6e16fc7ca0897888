"""What a row of the fault matrix is: a fault, what must happen, and how to find out.

Data only. What a check does with a server and a client stands beside its row; how checks are run,
and in which process, is not known here.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import attrs

from realtime_voice.errors import ConfigError

if TYPE_CHECKING:
    from realtime_voice.testing.faults.matrix._world import World

__all__ = [
    "ANYWHERE",
    "BACKENDS",
    "IN_PROCESS",
    "ONLY_PLAIN",
    "ONLY_TLS",
    "OWN_CLIENT",
    "PLAIN",
    "SOCKETS",
    "TLS",
    "TRANSPORTS",
    "WIRES",
    "Case",
    "Check",
    "Job",
    "Row",
    "jobs_of",
    "pick_rows",
]

PLAIN = "plain"
TLS = "tls"
OWN_CLIENT = "client"
IN_PROCESS = "process"
BACKENDS = ("asyncio", "uvloop", "trio")
"""The event loops; uvloop is asyncio with another loop."""
TRANSPORTS = (PLAIN, TLS, OWN_CLIENT, IN_PROCESS)
"""How bytes move: TCP, TLS, TCP through an httpx client of the user's own, no socket at all."""
ANYWHERE = TRANSPORTS
"""For rows that are about events, or about calls of the program."""
SOCKETS = (PLAIN, TLS, OWN_CLIENT)
"""For rows that need a connection."""
WIRES = (PLAIN, TLS)
"""For rows that are about our own way to connect."""
ONLY_PLAIN = (PLAIN,)
ONLY_TLS = (TLS,)

Check = Callable[["World"], Awaitable[None]]


@attrs.frozen(kw_only=True)
class Case:
    """One way in which the fault of a row can show."""

    name: str
    """In words, unique in its row."""
    check: Check
    """Causes the fault and raises :class:`.Unmet` if something else happens than must."""
    on: tuple[str, ...] = SOCKETS
    """Transports on which it makes sense."""
    backends: tuple[str, ...] = BACKENDS
    """Event loops on which it makes sense."""
    bound_s: float = 5.0
    """Seconds within which everything must have happened; one more, and it counts as a hang."""
    long: bool = False
    """Takes too long for every day; runs when asked for."""


@attrs.frozen(kw_only=True)
class Row:
    """One fault of the matrix."""

    number: int
    """Its number."""
    fault: str
    """What goes wrong."""
    must: str
    """What the library must do about it, as a user sees it."""
    cases: tuple[Case, ...]
    """The ways to find out."""

    @property
    def transports(self) -> tuple[str, ...]:
        """Transports on which any of the cases makes sense, in the usual order."""
        wanted = {transport for case in self.cases for transport in case.on}
        return tuple(transport for transport in TRANSPORTS if transport in wanted)


@attrs.frozen(kw_only=True)
class Job:
    """One case, to be run on one event loop over one transport."""

    row: int
    """Number of the row."""
    case: str
    """Name of the case."""
    backend: str
    """Event loop."""
    transport: str
    """Transport."""
    bound_s: float
    """Seconds that it may take."""


def pick_rows(rows: tuple[Row, ...], wanted: str | None) -> tuple[Row, ...]:
    """Choose rows by number.

    Args:
        rows: All rows.
        wanted: Numbers and ranges, such as ``23,36-38``; None: all.

    Raises:
        ConfigError: That is no list of numbers, or there is no such row.
    """
    if wanted is None:
        return rows
    known = {row.number for row in rows}
    numbers: set[int] = set()
    for part in wanted.split(","):
        first, dash, last = part.strip().partition("-")
        last = last if dash else first
        if not first.isdecimal() or not last.isdecimal():
            raise ConfigError(
                f"rows are numbers and ranges such as 23,36-38, not {wanted!r}",
                field="rows",
                value=wanted,
            )
        found = known & set(range(int(first), int(last) + 1))
        if not found:
            raise ConfigError(f"there is no row {part.strip()}", field="rows", value=wanted)
        numbers |= found
    return tuple(row for row in rows if row.number in numbers)


def jobs_of(
    rows: tuple[Row, ...],
    *,
    backends: tuple[str, ...] = BACKENDS,
    transports: tuple[str, ...] = TRANSPORTS,
    long: bool = False,
) -> list[Job]:
    """Everything there is to run, the slowest first, so that none is left alone at the end.

    Args:
        rows: The rows to run.
        backends: Event loops to run them on.
        transports: Transports to run them over.
        long: Also what takes minutes.
    """
    jobs = [
        Job(
            row=row.number,
            case=case.name,
            backend=backend,
            transport=transport,
            bound_s=case.bound_s,
        )
        for row in rows
        for case in row.cases
        for backend in backends
        for transport in transports
        if transport in case.on and backend in case.backends and (long or not case.long)
    ]
    return sorted(jobs, key=lambda job: -job.bound_s)
