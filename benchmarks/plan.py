"""What a run measures: which suites, of whom, over what, how often."""

from typing import Any

import attrs

from benchmarks.adapters import FLOOR, OURS, PEERS, TWIN

LOOPS = (OURS, f"{OURS}@uvloop", f"{OURS}@trio")
EVERYBODY = (FLOOR, f"{FLOOR}@uvloop", "raw link", *LOOPS, *PEERS, TWIN)
RACE = (FLOOR, f"{FLOOR}@uvloop", "raw link", OURS, f"{OURS}@uvloop", *PEERS)
ROUND = ("connect", "burst", "append_20", "append_100", "latency")
BARGE_IN = ("barge_in_quiet", "barge_in_behind")


@attrs.frozen(kw_only=True)
class Step:
    """One table of the report."""

    name: str
    """Its name in the results."""
    suites: tuple[str, ...]
    """What is measured, in this order, in one process for each contestant and round."""
    contestants: tuple[str, ...]
    """Who takes part."""
    tls: bool = True
    """Over TLS, as production is."""
    rounds: tuple[int, int]
    """How many rounds, of a quick run and of a full one."""
    parameters: dict[str, Any] = attrs.field(factory=dict[str, Any])
    """What the suites are told beyond :func:`parameters`."""


STEPS = (
    Step(name="single", suites=ROUND + BARGE_IN, contestants=EVERYBODY, rounds=(2, 7)),
    Step(
        name="single_plain",
        suites=("connect", "burst", "append_20", "append_100"),
        contestants=EVERYBODY,
        tls=False,
        rounds=(1, 5),
    ),
    Step(name="paced_50", suites=("paced",), contestants=RACE, rounds=(2, 5)),
    Step(
        name="paced_200",
        suites=("paced",),
        contestants=RACE,
        rounds=(1, 3),
        parameters={"sessions": 200},
    ),
    Step(name="paced_50_plain", suites=("paced",), contestants=RACE, tls=False, rounds=(0, 3)),
    Step(name="reaction", suites=("reaction",), contestants=LOOPS, rounds=(2, 5)),
    Step(
        name="holding",
        suites=("holding",),
        contestants=(FLOOR, *LOOPS, *PEERS),
        rounds=(1, 3),
    ),
)


def parameters(*, quick: bool) -> dict[str, Any]:
    """What the suites are told."""
    return {
        "seconds": 0.15 if quick else 0.4,
        "connects": 5 if quick else 9,
        "stamps": 60 if quick else 200,
        "barge_ins": 12 if quick else 24,
        "sessions": 50,
        "append_ms": 20,
        "paced_s": 2.0 if quick else 4.0,
    }
