"""The verdicts as one table, for people, for Markdown, and for programs."""

import json
import platform
import textwrap
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

import attrs

from realtime_voice.testing.faults.matrix._rows import BACKENDS, TRANSPORTS, Row
from realtime_voice.testing.faults.matrix._verdicts import Outcome, Verdict

__all__ = ["Report"]

_FAULT_WIDTH = 36
_MUST_WIDTH = 46
_CELL_WIDTH = 7
_SENSELESS = "-"
_WORST = (Outcome.HANG, Outcome.FAIL, Outcome.LEAK, Outcome.OK, Outcome.SKIPPED)
_PACKAGES = ("anyio", "httpx", "httpx-ws", "trio", "uvloop")


@attrs.frozen
class Report:
    """All that was run, and what came of it."""

    rows: tuple[Row, ...]
    """The rows that were asked for."""
    verdicts: tuple[Verdict, ...]
    """What came of their cases, in any order."""
    seconds: float = 0.0
    """How long everything took together."""

    @property
    def failed(self) -> tuple[Verdict, ...]:
        """What did not end as it must."""
        return tuple(verdict for verdict in self.verdicts if verdict.is_bad)

    def text(self) -> str:
        """The table for a terminal, what went wrong in words, and the sum."""
        lines = [*self._head(), *(line for row in self.rows for line in self._row(row))]
        lines += ["", *self._told()]
        return "\n".join([*lines, self.sum()])

    def sum(self) -> str:
        """The last line: how much was run and how much of it went wrong."""
        ran = [verdict for verdict in self.verdicts if verdict.outcome is not Outcome.SKIPPED]
        skipped = len(self.verdicts) - len(ran)
        hangs = sum(verdict.outcome is Outcome.HANG for verdict in ran)
        leaked = {
            kind: sum(len(getattr(verdict, kind)) for verdict in ran)
            for kind in ("tasks", "threads", "sockets")
        }
        leaks = ", ".join(f"{count} {kind}" for kind, count in leaked.items())
        return (
            f"{len(self.rows)} rows, {len(ran)} cases run, {len(self.failed)} failed, {hangs} "
            f"hangs, leaked: {leaks}; {skipped} skipped; {self.seconds:.0f} s"
        )

    def markdown(self) -> str:
        """The table in Markdown; without results if nothing was run."""
        ran = bool(self.verdicts)
        columns = list(BACKENDS) if ran else ["where"]
        head = ["row", "fault", "what must happen", *columns]
        lines = [_line(head), _line(["---"] * len(head))]
        for row in self.rows:
            cells = [self._cell(row, backend) for backend in BACKENDS]
            where = [", ".join(row.transports)]
            lines.append(_line([str(row.number), row.fault, row.must, *(cells if ran else where)]))
        return "\n".join([*lines, *(["", self.sum()] if ran else [])])

    def json(self) -> str:
        """Everything, with the versions it was run with."""
        return json.dumps(
            {
                "python": platform.python_version(),
                "versions": {name: found for name in _PACKAGES if (found := _version(name))},
                "seconds": round(self.seconds, 1),
                "sum": self.sum(),
                "rows": [
                    {"row": row.number, "fault": row.fault, "must": row.must} for row in self.rows
                ],
                "verdicts": [attrs.asdict(verdict) for verdict in self.verdicts],
            },
            indent=1,
        )

    # --- Parts -------------------------------------------------------------------------------

    def _head(self) -> Iterator[str]:
        room = " " * (4 + _FAULT_WIDTH + 2 + _MUST_WIDTH + 2)
        width = _CELL_WIDTH * len(TRANSPORTS)
        yield room + "".join(f"{backend:<{width}}" for backend in BACKENDS)
        titles = "".join(f"{transport:<{_CELL_WIDTH}}" for transport in TRANSPORTS)
        fault = f"{'row':<4}{'fault':<{_FAULT_WIDTH}}  {'what must happen':<{_MUST_WIDTH}}  "
        yield fault + titles * len(BACKENDS) + "seconds"
        yield "-" * (len(room) + width * len(BACKENDS) + len("seconds"))

    def _row(self, row: Row) -> Iterator[str]:
        """One row: as many lines as its words need, the results beside the first."""
        fault = textwrap.wrap(row.fault, _FAULT_WIDTH)
        must = textwrap.wrap(row.must, _MUST_WIDTH)
        cells = "".join(
            f"{self._result(row, backend, transport):<{_CELL_WIDTH}}"
            for backend in BACKENDS
            for transport in TRANSPORTS
        )
        seconds = sum(one.seconds for one in self.verdicts if one.job.row == row.number)
        for index in range(max(len(fault), len(must))):
            left = fault[index] if index < len(fault) else ""
            right = must[index] if index < len(must) else ""
            number = str(row.number) if index == 0 else ""
            line = f"{number:<4}{left:<{_FAULT_WIDTH}}  {right:<{_MUST_WIDTH}}  "
            yield (line + f"{cells}{seconds:7.1f}" if index == 0 else line.rstrip())

    def _result(self, row: Row, backend: str, transport: str) -> str:
        """The worst of a row's cases in one place."""
        if transport not in row.transports:
            return _SENSELESS
        found = {
            one.outcome
            for one in self.verdicts
            if (one.job.row, one.job.backend, one.job.transport) == (row.number, backend, transport)
        }
        worst = next((outcome for outcome in _WORST if outcome in found), None)
        return "" if worst is None else "skip" if worst is Outcome.SKIPPED else worst.value

    def _cell(self, row: Row, backend: str) -> str:
        """All transports of one event loop in one cell: together where they agree."""
        results = {
            transport: result
            for transport in row.transports
            if (result := self._result(row, backend, transport))
        }
        if set(results.values()) == {Outcome.OK.value}:
            return f"ok: {', '.join(results)}"
        return "; ".join(f"{transport}: {result}" for transport, result in results.items())

    def _told(self) -> Iterator[str]:
        for one in self.failed:
            job = one.job
            where = f"row {job.row}, {job.case}, {job.backend}, {job.transport}"
            yield f"{one.outcome.value}: {where} ({one.seconds:.1f} s): {one.told}"
        skipped = [one for one in self.verdicts if one.outcome is Outcome.SKIPPED]
        for reason in sorted({one.told for one in skipped}):
            cases = sum(one.told == reason for one in skipped)
            yield f"skipped: {cases} cases, because {reason}"


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
