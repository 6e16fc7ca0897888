"""The process that runs cases, one after the other: jobs come on stdin, verdicts go to stdout."""

import gc
import json
import os
import sys

from realtime_voice.testing.faults.matrix._all import ROWS
from realtime_voice.testing.faults.matrix._rows import Job
from realtime_voice.testing.faults.matrix._trial import judge

__all__ = ["main"]


def main() -> None:
    """Serve until stdin ends."""
    # The modules stay: looking through them again behind every case would take most of the time.
    gc.freeze()
    # What a case prints must not be taken for a verdict.
    with os.fdopen(os.dup(sys.stdout.fileno()), "w") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        for line in sys.stdin:
            verdict = judge(ROWS, Job(**json.loads(line)))
            answers.write(verdict.to_json() + "\n")
            answers.flush()


if __name__ == "__main__":
    main()
