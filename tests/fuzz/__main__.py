"""A million broken inputs: ``nox -s fuzz``, or ``python -m tests.fuzz --inputs 1000000 --seed 1``.

Half of them are made by knowing the structure; the same seed gives the same ones. The other half is
guided by coverage, where atheris is installed (see ``guided``). What is not a documented outcome is
printed with what makes it again, ``--only TARGET NUMBER``, and makes the exit status 1.
"""

import argparse
import json
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import attrs

from tests.conformance.tables import say, table
from tests.fuzz.targets import TARGETS

__all__ = ["Findings", "fuzz", "main"]

_SHARES = {"frames": 0.45, "events": 0.45, "core": 0.1}
_GUIDED = "guided by coverage"
_MOST_PROBLEMS = 20


@attrs.define
class Findings:
    """What some inputs came to."""

    target: str
    """What was fuzzed."""
    outcomes: Counter[str] = attrs.field(factory=Counter)
    """How many inputs ended how."""
    problems: list[str] = attrs.field(factory=list)
    """What must not be."""
    seconds: float = 0.0
    """Processor time of it."""


def fuzz(target: str, seed: int, first: int, inputs: int) -> Findings:
    """Send inputs through a target.

    Args:
        target: A name in :data:`TARGETS`.
        seed: Gives other inputs.
        first: Number of the first one, a source of chance.
        inputs: How many, at least.
    """
    findings = Findings(target)
    began = time.process_time()
    number = first
    while findings.outcomes.total() < inputs:
        try:
            findings.outcomes.update(TARGETS[target](Random(f"{target} {seed} {number}")))
        except Exception:  # noqa: BLE001 - whatever it is, it is what we look for
            findings.outcomes["UNDOCUMENTED"] += 1
            if len(findings.problems) < _MOST_PROBLEMS:
                told = traceback.format_exc(limit=-4)
                findings.problems.append(f"--seed {seed} --only {target} {number}\n{told}")
        number += 1
    findings.seconds = time.process_time() - began
    return findings


def _guided(inputs: int, seed: int) -> Findings:
    """Let atheris make inputs, in a process of its own."""
    findings = Findings(_GUIDED)
    began = time.perf_counter()
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.fuzz.guided", str(inputs), str(seed), folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        told = Path(folder) / "outcomes.json"
        if done.returncode == 0 and told.exists():
            findings.outcomes.update(json.loads(told.read_text(encoding="utf-8")))
        else:
            findings.outcomes["UNDOCUMENTED"] += 1
            findings.problems.append(f"guided, --seed {seed}\n{done.stdout}{done.stderr[-2000:]}")
    findings.seconds = time.perf_counter() - began
    return findings


def _in_processes(inputs: int, seed: int, processes: int) -> list[Findings]:
    parts = 4 * processes
    guided = inputs // 2 if find_spec("atheris") else 0
    inputs -= guided
    with ProcessPoolExecutor(processes) as pool:
        first = [pool.submit(_guided, guided, seed)] if guided else []
        jobs = first + [
            pool.submit(fuzz, target, seed, part * inputs, round(inputs * share / parts))
            for target, share in _SHARES.items()
            for part in range(parts)
        ]
        return [job.result() for job in jobs]


def _report(findings: Sequence[Findings], seconds: float, processes: int) -> int:
    rows: list[list[object]] = []
    for target in (*_SHARES, _GUIDED):
        mine = [one for one in findings if one.target == target]
        outcomes = sum((one.outcomes for one in mine), Counter[str]())
        cpu = sum(one.seconds for one in mine)
        rows += [[target, name, count, ""] for name, count in sorted(outcomes.items())]
        if mine:
            rows.append([target, "all", outcomes.total(), round(outcomes.total() / cpu)])
    say(table(["target", "outcome", "inputs", "inputs/s"], rows, words=2))
    total = sum(one.outcomes.total() for one in findings)
    undocumented = sum(one.outcomes["UNDOCUMENTED"] for one in findings)
    say(
        f"{total} inputs in {seconds:.0f} s with {processes} processes "
        f"({total / seconds:.0f}/s): {undocumented} without a documented outcome"
    )
    for one in findings:
        for problem in one.problems:
            say(problem)
    return min(undocumented, 1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz everything and print a table; the status is 0 if every outcome is a documented one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--only", nargs=2, metavar=("TARGET", "NUMBER"), help="one input again")
    options = parser.parse_args(arguments)
    if options.only:
        target, number = options.only
        say(", ".join(TARGETS[target](Random(f"{target} {options.seed} {number}"))))
        return 0
    began = time.perf_counter()
    findings = _in_processes(options.inputs, options.seed, options.processes)
    return _report(findings, time.perf_counter() - began, options.processes)


if __name__ == "__main__":
    sys.exit(main())
