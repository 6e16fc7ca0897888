"""One contestant in one process: runs some suites and prints one line of JSON.

    python -m benchmarks.child NAME --url URL --control PORT --suites burst,append_20

With ``--profile``, cProfile looks at what suites of single operations measure, and its table goes
to standard error.
"""

import argparse
import json
import logging
import os
import sys
import time
from typing import Any

import anyio

from benchmarks import adapters
from benchmarks.adapters.base import Sink
from benchmarks.control import Control
from benchmarks.profiling import Watch
from benchmarks.suites import SUITES
from benchmarks.suites.base import Rig

LONGEST_SUITE_S = 150.0
CALIBRATION_LOOPS = 200


async def run(options: argparse.Namespace, found: dict[str, Any]) -> None:
    """Run all suites; what they find goes into ``found``, also when a later one fails."""
    parameters = json.loads(options.parameters)
    async with anyio.create_task_group() as group:
        control = await Control.open(options.control, group)
        watch = Watch(active=options.profile)
        cpu, wall = time.process_time(), time.perf_counter()
        rig = Rig(adapters.load(options.name), control, parameters, watch)
        found["load_ms"] = (time.perf_counter() - wall) * 1e3
        await rig.adapter.prepare(options.url, group)
        connection = await rig.adapter.open(Sink())
        found["first_session_ms"] = (time.perf_counter() - wall) * 1e3
        found["first_session_cpu_ms"] = (time.process_time() - cpu) * 1e3
        await connection.aclose()
        await control.settled(0)
        for name in options.suites.split(","):
            try:
                with anyio.fail_after(LONGEST_SUITE_S):
                    found.update(await SUITES[name](rig))
                    if options.profile:
                        rig.watch = report(rig.watch, name, found)
            except Exception as error:  # noqa: BLE001 - reported; what was found stays
                found["errors"] = {name: told(error)}
                break  # nobody knows how the sessions stand now
        await rig.adapter.finish()
        group.cancel_scope.cancel()


def execute(options: argparse.Namespace, found: dict[str, Any]) -> None:
    """Run on the contestant's event loop."""
    kind = adapters.loop(options.name)
    backend = "trio" if kind == "trio" else "asyncio"
    settings = {"use_uvloop": True} if kind == "uvloop" else {}
    anyio.run(run, options, found, backend=backend, backend_options=settings)


def report(watch: Watch, name: str, found: dict[str, Any]) -> Watch:
    """Print where the time of a suite went; the next one gets a fresh watch."""
    print(f"\n### {found['name']}: {name}\n\n{watch.report()}", file=sys.stderr)
    return Watch(active=True)


def calibration() -> float:
    """µs of CPU for a fixed piece of Python: how slow the machine is at the moment."""
    begin = time.thread_time()
    for _ in range(CALIBRATION_LOOPS):
        json.loads(json.dumps({"numbers": list(range(100)), "text": "a" * 100}))
    return (time.thread_time() - begin) / CALIBRATION_LOOPS * 1e6


def told(error: BaseException) -> str:
    """An error in one line; of a group, its first."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"[:300]


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="One contestant, some suites, one line of JSON.")
    parser.add_argument("name")
    parser.add_argument("--url", required=True)
    parser.add_argument("--control", type=int, required=True)
    parser.add_argument("--suites", required=True)
    parser.add_argument("--parameters", default="{}")
    parser.add_argument("--cpu", type=int, default=-1)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    if options.cpu >= 0:
        os.sched_setaffinity(0, {options.cpu})
    logging.disable(logging.WARNING)
    found: dict[str, Any] = {"name": options.name, "calibration_us": calibration()}
    answer = os.dup(1)
    os.dup2(2, 1)  # libraries may print
    try:
        execute(options, found)
    except ModuleNotFoundError as error:
        found["left_out"] = str(error)
    except BaseException as error:  # noqa: BLE001 - the parent needs a line in every case
        found.setdefault("errors", {})["run"] = told(error)
    os.write(answer, json.dumps(found).encode() + b"\n")
    sys.stderr.flush()
    os._exit(0)  # some frameworks leave threads behind


if __name__ == "__main__":
    main()
