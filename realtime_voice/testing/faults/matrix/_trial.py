"""Run one case: on an event loop of its own, within its bound, and look what it leaves behind."""

import asyncio
import gc
import sys
import time
import traceback
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, cast

import anyio

from realtime_voice.testing.faults.matrix._expect import NotHere, Unmet
from realtime_voice.testing.faults.matrix._leaks import Census, leaks_since
from realtime_voice.testing.faults.matrix._rows import Case, Job, Row
from realtime_voice.testing.faults.matrix._verdicts import Outcome, Verdict
from realtime_voice.testing.faults.matrix._world import World

__all__ = ["GRACE_S", "judge"]

GRACE_S = 1.0
"""Seconds behind a case's bound after which it counts as a hang."""


def judge(rows: tuple[Row, ...], job: Job) -> Verdict:
    """Run one case to its end.

    Args:
        rows: The rows to look it up in.
        job: What to run.

    Returns:
        How it ended. A case that cannot be cancelled does not return: see ``_pool``.
    """
    row = next(row for row in rows if row.number == job.row)
    case = next(case for case in row.cases if case.name == job.case)
    began = time.perf_counter()
    with _unseen() as unseen:
        outcome, told, left = _run(case, job, unseen)
        gc.collect()
    if outcome is Outcome.OK and unseen:
        outcome, told = Outcome.FAIL, f"an exception that nobody could catch: {unseen[0]}"
    return Verdict(
        job=job,
        outcome=outcome,
        told=told,
        seconds=round(time.perf_counter() - began, 3),
        tasks=tuple(left.tasks.elements()),
        threads=tuple(left.threads.elements()),
        sockets=tuple(left.sockets.elements()),
    )


def _run(case: Case, job: Job, unseen: list[str]) -> tuple[Outcome, str, Census]:
    options = {"use_uvloop": True} if job.backend == "uvloop" else {}
    backend = "trio" if job.backend == "trio" else "asyncio"
    try:
        return anyio.run(_on_loop, case, job, unseen, backend=backend, backend_options=options)
    except Exception as exc:  # noqa: BLE001 - whatever a broken case raises is its verdict
        return Outcome.FAIL, _in_words(exc), Census()


async def _on_loop(case: Case, job: Job, unseen: list[str]) -> tuple[Outcome, str, Census]:
    if job.backend != "trio":
        asyncio.get_running_loop().set_exception_handler(
            lambda _loop, context: unseen.append(_from_context(context))
        )
    before = Census.take()
    outcome, told = Outcome.OK, ""
    limit = case.bound_s + GRACE_S
    with anyio.move_on_after(limit) as scope:
        try:
            await case.check(World(backend=job.backend, transport=job.transport))
        except NotHere as exc:
            outcome, told = Outcome.SKIPPED, str(exc)
        except Exception as exc:  # noqa: BLE001 - whatever a check raises is its verdict
            outcome, told = Outcome.FAIL, _in_words(exc)
    if scope.cancelled_caught:
        outcome, told = Outcome.HANG, f"it did not end within {limit:g} s"
    left = await leaks_since(before)
    if outcome is Outcome.OK and left:
        outcome, told = Outcome.LEAK, f"left behind: {left}"
    return outcome, told, left


def _in_words(exc: BaseException) -> str:
    """What went wrong, in one line; for what is no verdict of a check, also where."""
    exc = _alone(exc)
    text = " ".join(str(exc).split())
    if isinstance(exc, Unmet):
        return text
    frames = traceback.extract_tb(exc.__traceback__)
    where = f" ({frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno})" if frames else ""
    return f"{type(exc).__name__}: {text}{where}"


def _alone(exc: BaseException) -> BaseException:
    """Take a lone exception out of the groups around it."""
    if isinstance(exc, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", exc)
        return _alone(group.exceptions[0]) if len(group.exceptions) == 1 else group
    return exc


def _from_context(context: dict[str, Any]) -> str:
    exc = context.get("exception")
    return f"{context.get('message', '')}: {exc!r}" if exc is not None else context["message"]


@contextmanager
def _unseen() -> Generator[list[str]]:
    """Collect what would only be printed: exceptions in finalizers, forgotten resources."""
    seen: list[str] = []
    before = sys.unraisablehook

    def note(unraisable: Any) -> None:
        seen.append(f"{unraisable.exc_value!r} in {unraisable.object!r}")

    sys.unraisablehook = note
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", ResourceWarning)
            yield seen
    finally:
        sys.unraisablehook = before
