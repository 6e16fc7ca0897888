"""Jobs reach their processes, and whatever becomes of a process is a verdict."""

import sys

import anyio
import pytest

from realtime_voice.testing.faults.matrix import (
    ROWS,
    Job,
    Outcome,
    Verdict,
    jobs_of,
    pick_rows,
    run_jobs,
)
from realtime_voice.testing.faults.matrix import _pool as pool

DIES = (sys.executable, "-c", "import sys; sys.stdin.readline(); sys.exit(3)")
SLEEPS = (sys.executable, "-c", "import time; time.sleep(60)")


def job(**changes: object) -> Job:
    """Some job."""
    fields = {"row": 1, "case": "x", "backend": "asyncio", "transport": "plain", "bound_s": 0.1}
    return Job(**{**fields, **changes})


def ran(*jobs: Job, command: tuple[str, ...] = pool.WORKER, processes: int = 2) -> list[Verdict]:
    """What came of jobs, as reported and as returned."""
    reported: list[Verdict] = []
    verdicts = anyio.run(
        lambda: run_jobs(jobs, processes=processes, report=reported.append, command=command)
    )
    assert reported == verdicts
    return verdicts


def test_real_rows_in_real_processes() -> None:
    """Two rows without a server, each on two event loops, come back as ok."""
    jobs = [
        one
        for one in jobs_of(pick_rows(ROWS, "2,15"), backends=("asyncio", "trio"))
        if one.transport == "plain"
    ]
    verdicts = ran(*jobs)
    assert {verdict.job for verdict in verdicts} == set(jobs)
    assert [verdict.told for verdict in verdicts if verdict.outcome is not Outcome.OK] == []


def test_a_process_that_dies() -> None:
    """It fails its job, and the next job gets a new process."""
    verdicts = ran(job(), job(row=2), command=DIES, processes=1)
    assert [verdict.outcome for verdict in verdicts] == [Outcome.FAIL, Outcome.FAIL]
    assert verdicts[0].told == "the process died with status 3"


def test_a_process_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is killed, and its job is a hang."""
    monkeypatch.setattr(pool, "_START_SECONDS", 0.2)
    monkeypatch.setattr(pool, "_LEAVE_SECONDS", 0.2)
    (verdict,) = ran(job(), command=SLEEPS)
    assert verdict.outcome is Outcome.HANG
    assert "could not be cancelled" in verdict.told


def test_a_package_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its jobs are skipped, with its name; the others run."""
    monkeypatch.setattr(pool, "find_spec", lambda _: None)
    verdicts = ran(job(backend="trio"), job(transport="tls"), job(backend="uvloop"))
    assert {verdict.outcome for verdict in verdicts} == {Outcome.SKIPPED}
    told = [verdict.told for verdict in verdicts]
    assert told == [
        f"the package {name} is not installed" for name in ("trio", "trustme", "uvloop")
    ]
