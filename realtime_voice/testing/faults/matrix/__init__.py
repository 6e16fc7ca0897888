"""The fault matrix: every fault of a line, a server or a program, and what must come of it.

Run it with ``python -m realtime_voice.testing.faults``. Each row is data beside a short
check (``_connecting``, ``_ends``, ...); the rest of this package runs checks in processes of their
own and writes down what came of them.
"""

from realtime_voice.testing.faults.matrix._all import ROWS
from realtime_voice.testing.faults.matrix._pool import run_jobs
from realtime_voice.testing.faults.matrix._report import Report
from realtime_voice.testing.faults.matrix._rows import Case, Job, Row, jobs_of, pick_rows
from realtime_voice.testing.faults.matrix._verdicts import Outcome, Verdict

__all__ = [
    "ROWS",
    "Case",
    "Job",
    "Outcome",
    "Report",
    "Row",
    "Verdict",
    "jobs_of",
    "pick_rows",
    "run_jobs",
]
