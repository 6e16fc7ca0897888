"""The command ``python -m realtime_voice.testing.faults``: run the fault matrix, print its table.

Ends with status 0 if every case ended as it must, 1 if not, 2 for options that cannot be.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import anyio

from realtime_voice.errors import ConfigError
from realtime_voice.testing.faults.matrix import (
    ROWS,
    Report,
    Row,
    Verdict,
    jobs_of,
    pick_rows,
    run_jobs,
)
from realtime_voice.testing.faults.matrix._rows import BACKENDS, TRANSPORTS

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None, rows: tuple[Row, ...] = ROWS) -> int:
    """Run the command.

    Args:
        arguments: The command line; None: that of this process.
        rows: The rows there are.

    Returns:
        Status to exit with.
    """
    options = _parser().parse_args(arguments)
    try:
        picked = pick_rows(rows, options.rows)
        backends = _words(options.backend, BACKENDS, "backend")
        transports = _words(options.transport, TRANSPORTS, "transport")
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if options.list:
        report = Report(picked, ())
    else:
        jobs = jobs_of(picked, backends=backends, transports=transports, long=options.long)
        began = time.perf_counter()
        show = _progress(len(jobs))
        verdicts = anyio.run(lambda: run_jobs(jobs, processes=options.jobs, report=show))
        report = Report(picked, tuple(verdicts), time.perf_counter() - began)
    sys.stdout.write((report.markdown() if options.markdown else report.text()) + "\n")
    if options.json is not None:
        options.json.write_text(report.json() + "\n")
    return 1 if report.failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m realtime_voice.testing.faults",
        description="Cause every fault of the fault matrix on this machine, and see whether what "
        "must happen happens. Needs no network and no key.",
    )
    parser.add_argument("--rows", metavar="23,36-38", help="only these rows")
    parser.add_argument("--backend", metavar="NAMES", help=f"only these of {', '.join(BACKENDS)}")
    parser.add_argument(
        "--transport", metavar="NAMES", help=f"only these of {', '.join(TRANSPORTS)}"
    )
    parser.add_argument("--long", action="store_true", help="also what takes minutes")
    parser.add_argument(
        "--jobs",
        type=int,
        default=3 * (os.cpu_count() or 2),
        metavar="N",
        help="how many processes share the work (default: %(default)s)",
    )
    parser.add_argument("--list", action="store_true", help="only tell what there is")
    parser.add_argument("--markdown", action="store_true", help="print the table in Markdown")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every verdict to a file")
    return parser


def _words(given: str | None, known: tuple[str, ...], field: str) -> tuple[str, ...]:
    """Choose words of a list."""
    if given is None:
        return known
    words = tuple(word.strip() for word in given.split(","))
    if not set(words) <= set(known):
        raise ConfigError(
            f"--{field} takes {', '.join(known)}, separated by commas, not {given!r}",
            field=field,
            value=given,
        )
    return words


def _progress(total: int) -> Callable[[Verdict], None]:
    """Tell on stderr how far it is, where somebody watches."""
    done = 0

    def show(verdict: Verdict) -> None:
        nonlocal done
        done += 1
        if verdict.is_bad:
            where = f"row {verdict.job.row}, {verdict.job.backend}, {verdict.job.transport}"
            sys.stderr.write(f"\r{verdict.outcome.value}: {where}: {verdict.told}\n")
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{done} of {total}")
            if done == total:
                sys.stderr.write("\r" + " " * 20 + "\r")

    return show


if __name__ == "__main__":
    sys.exit(main())
