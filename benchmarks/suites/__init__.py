"""What is measured in the process of a contestant, by name; decoding and importing stand alone."""

from collections.abc import Awaitable, Callable

from benchmarks.suites import append, barge_in, burst, connect, holding, latency, paced
from benchmarks.suites.base import Rig, Values

__all__ = ["SUITES"]


async def _reaction(rig: Rig) -> Values:
    # Needs this library, which the process of a peer must not import.
    from benchmarks.suites import reaction

    return await reaction.measure(rig)


SUITES: dict[str, Callable[[Rig], Awaitable[Values]]] = {
    "connect": connect.measure,
    "burst": burst.measure,
    "append_20": append.measure_20,
    "append_100": append.measure_100,
    "latency": latency.measure,
    "barge_in_quiet": barge_in.measure_quiet,
    "barge_in_behind": barge_in.measure_behind,
    "paced": paced.measure,
    "holding": holding.measure,
    "reaction": _reaction,
}
