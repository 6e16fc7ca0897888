"""A whole run: every step of the plan, in interleaved rounds, into one file of results."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import machine, plan
from benchmarks.lab import ROOT, Lab
from benchmarks.suites import imports

RESULTS = Path(__file__).parent / "results"
DECODE_TIMEOUT_S = 900.0
ALONE = ("imports", "decode")


class Run:
    """Collects what is found; every finished round is on disk.

    Args:
        quick: Few and short rounds.
        only: Steps to run, by name; empty: all.
        contestants: Who takes part, by name; empty: everybody.
    """

    def __init__(
        self, *, quick: bool, only: tuple[str, ...] = (), contestants: tuple[str, ...] = ()
    ) -> None:
        self._quick = quick
        self._only = only
        self._contestants = contestants
        self._began = time.monotonic()
        self._order = random.Random(5)
        self._left_out: dict[str, str] = {}
        self.found: dict[str, Any] = {"quick": quick, **machine.describe(), "rows": []}
        stamp = self.found["date"].replace(":", "").partition("+")[0]
        self.path = RESULTS / f"{stamp}{'-quick' if quick else ''}.json"

    def execute(self) -> Path:
        """Run everything; returns where the results are."""
        RESULTS.mkdir(parents=True, exist_ok=True)
        with Lab(RESULTS / "bytecode") as lab:
            self._alone("imports", lambda: self._imports(lab))
            self._alone("decode", lambda: self._decode(lab))
            for step in plan.STEPS:
                if not self._only or step.name in self._only:
                    self._rounds(lab, step)
        self.found["left_out"] = self._left_out
        self.found["load_at_end"] = [round(load, 2) for load in os.getloadavg()]
        self.found["minutes"] = round((time.monotonic() - self._began) / 60, 1)
        self._save()
        return self.path

    def _alone(self, name: str, measure: Callable[[], None]) -> None:
        if not self._only or name in self._only:
            measure()
            self._save()
            self._tell(name)

    def _imports(self, lab: Lab) -> None:
        rounds = 3 if self._quick else 9
        self.found["rows"] += imports.run(rounds, lab.environment(), str(ROOT))

    def _decode(self, lab: Lab) -> None:
        rounds, seconds = (3, 0.01) if self._quick else (15, 0.04)
        command = [sys.executable, "-m", "benchmarks.suites.decode"]
        command += ["--rounds", str(rounds), "--seconds", str(seconds)]
        finished = subprocess.run(
            command,
            cwd=ROOT,
            env=lab.environment(),
            stdout=subprocess.PIPE,
            text=True,
            timeout=DECODE_TIMEOUT_S,
            check=True,
        )
        self.found["decode"] = json.loads(finished.stdout.splitlines()[-1])

    def _rounds(self, lab: Lab, step: plan.Step) -> None:
        """One step: each round has everybody once, in a new order."""
        names = [name for name in step.contestants if self._takes_part(name)]
        told = plan.parameters(quick=self._quick) | step.parameters
        for number in range(step.rounds[0 if self._quick else 1]):
            for name in self._order.sample(names, len(names)):
                if name in self._left_out:
                    continue
                row = lab.run(name, ",".join(step.suites), told, tls=step.tls)
                if "left_out" in row:
                    self._left_out[name] = row["left_out"]
                    continue
                if "errors" in row:
                    self._tell(f"{step.name}: {name}: {row['errors']}")
                self.found["rows"].append({**row, "step": step.name, "round": number})
            self._save()
            self._tell(f"{step.name}: round {number + 1}")

    def _takes_part(self, name: str) -> bool:
        return not self._contestants or name in self._contestants

    def _save(self) -> None:
        self.path.write_text(json.dumps(self.found, indent=1) + "\n", encoding="utf-8")

    def _tell(self, what: str) -> None:
        load = os.getloadavg()[0]
        print(f"{time.monotonic() - self._began:6.0f} s  load {load:.2f}  {what}", flush=True)
