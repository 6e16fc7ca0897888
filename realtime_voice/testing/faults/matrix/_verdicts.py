"""What came of one case: a few words that travel between processes as JSON."""

import json
from enum import StrEnum
from typing import Any

import attrs

from realtime_voice.testing.faults.matrix._rows import Job

__all__ = ["Outcome", "Verdict"]


class Outcome(StrEnum):
    """How a case ended."""

    OK = "ok"
    """What must happen happened."""
    FAIL = "FAIL"
    """Something else happened."""
    HANG = "HANG"
    """It did not end in time."""
    LEAK = "LEAK"
    """It ended as it must, and left something behind."""
    SKIPPED = "skipped"
    """It could not be run here."""


@attrs.frozen(kw_only=True)
class Verdict:
    """One case on one event loop over one transport, judged."""

    job: Job
    """What was run."""
    outcome: Outcome
    """How it ended."""
    told: str = ""
    """What happened instead, or why it was not run."""
    seconds: float = 0.0
    """How long it took."""
    tasks: tuple[str, ...] = ()
    """Tasks that it left behind."""
    threads: tuple[str, ...] = ()
    """Threads that it left behind."""
    sockets: tuple[str, ...] = ()
    """Sockets, and other open descriptors, that it left behind."""

    @property
    def is_bad(self) -> bool:
        """Whether it counts as a failure."""
        return self.outcome in {Outcome.FAIL, Outcome.HANG, Outcome.LEAK}

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(attrs.asdict(self))

    @classmethod
    def from_json(cls, line: str) -> "Verdict":
        """The verdict that :meth:`to_json` wrote."""
        fields: dict[str, Any] = json.loads(line)
        for name in ("tasks", "threads", "sockets"):
            fields[name] = tuple(fields[name])
        job, outcome = Job(**fields.pop("job")), Outcome(fields.pop("outcome"))
        return cls(job=job, outcome=outcome, **fields)
