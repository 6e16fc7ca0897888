"""Run jobs in processes of their own, so that not even a case that cannot be cancelled stops us.

A process serves one job after the other. One that does not answer in time is killed: its job is a
hang. One that dies is a failure of its job. Either way the next job gets a new process.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib.util import find_spec

import anyio
import attrs
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from realtime_voice.testing.faults.matrix._rows import TLS, Job
from realtime_voice.testing.faults.matrix._trial import GRACE_S
from realtime_voice.testing.faults.matrix._verdicts import Outcome, Verdict

__all__ = ["WORKER", "run_jobs"]

WORKER = (sys.executable, "-m", "realtime_voice.testing.faults.matrix._worker")
"""The command of a process that serves jobs."""
_START_SECONDS = 30.0
_LEAVE_SECONDS = 8.0
_LONGEST_LINE = 1 << 20
_NEEDS = {"uvloop": "uvloop", "trio": "trio", TLS: "trustme"}


async def run_jobs(
    jobs: Iterable[Job],
    *,
    processes: int,
    report: Callable[[Verdict], None],
    command: tuple[str, ...] = WORKER,
) -> list[Verdict]:
    """Run every job once.

    Args:
        jobs: What to run, in this order.
        processes: How many processes share the work.
        report: Is told of each verdict as soon as it is there.
        command: Starts a process that takes jobs on stdin.

    Returns:
        The verdicts, in the order in which they came.
    """
    verdicts: list[Verdict] = []
    waiting: list[Job] = []

    def note(verdict: Verdict) -> None:
        verdicts.append(verdict)
        report(verdict)

    for job in jobs:
        missing = _missing(job)
        if missing is None:
            waiting.append(job)
        else:
            told = f"the package {missing} is not installed"
            note(Verdict(job=job, outcome=Outcome.SKIPPED, told=told))
    waiting.reverse()
    async with anyio.create_task_group() as group:
        for _ in range(min(processes, len(waiting))):
            group.start_soon(_serve, waiting, note, command)
    return verdicts


async def _serve(
    waiting: list[Job], note: Callable[[Verdict], None], command: tuple[str, ...]
) -> None:
    """Take jobs until there are none."""
    worker: _Worker | None = None
    try:
        while waiting:
            job = waiting.pop()
            if worker is None:
                worker = await _Worker.start(command)
            verdict = await worker.run(job)
            if verdict is None:
                verdict = await worker.bury(job)
                worker = None
            note(verdict)
    finally:
        if worker is not None:
            with anyio.CancelScope(shield=True):
                await worker.stop()


@attrs.define
class _Worker:
    """One process."""

    _process: Process
    _lines: BufferedByteReceiveStream
    _is_new: bool = True

    @classmethod
    async def start(cls, command: tuple[str, ...]) -> "_Worker":
        process = await anyio.open_process(list(command), stderr=None, stdin=subprocess.PIPE)
        if process.stdout is None:  # it is a pipe, because nothing else was asked for
            raise RuntimeError("a worker without stdout")
        return cls(process, BufferedByteReceiveStream(process.stdout))

    async def run(self, job: Job) -> Verdict | None:
        """The verdict; None when there was none in time."""
        patience = job.bound_s + GRACE_S + _LEAVE_SECONDS
        patience += _START_SECONDS if self._is_new else 0
        self._is_new = False
        gone = (anyio.BrokenResourceError, anyio.EndOfStream, anyio.IncompleteRead)
        with anyio.move_on_after(patience), suppress(*gone):
            if self._process.stdin is not None:
                await self._process.stdin.send(json.dumps(attrs.asdict(job)).encode() + b"\n")
            line = await self._lines.receive_until(b"\n", _LONGEST_LINE)
            return Verdict.from_json(line.decode())
        return None

    async def bury(self, job: Job) -> Verdict:
        """End a process that did not answer; say how it ended."""
        with anyio.move_on_after(0.5):
            status = await self._process.wait()
            told = f"the process died with status {status}"
            await self._process.aclose()
            return Verdict(job=job, outcome=Outcome.FAIL, told=told)
        await self.stop()
        told = f"it did not end within {job.bound_s + GRACE_S:g} s, and could not be cancelled"
        return Verdict(job=job, outcome=Outcome.HANG, told=told)

    async def stop(self) -> None:
        """End the process for good."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.aclose()


def _missing(job: Job) -> str | None:
    """The package that a job needs and that is not here."""
    needed = (_NEEDS.get(job.backend), _NEEDS.get(job.transport))
    return next((name for name in needed if name and find_spec(name) is None), None)
