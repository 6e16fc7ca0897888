"""Latency: from the server's write to the user's code, by a time stamp inside the sound."""

import anyio

from benchmarks.adapters.base import Sink
from benchmarks.stats import percentile
from benchmarks.suites.base import Rig, Values, number_or_none

INTERVAL_MS = 5


async def measure(rig: Rig) -> Values:
    """Microseconds one way, on a quiet session."""
    sink = Sink(stamped=True)
    connection = await rig.adapter.open(sink)
    await rig.control("open_response", turn=30, sounds=5)
    await anyio.sleep(0.05)
    sink.latencies.clear()
    await rig.control("stamped", count=rig.parameters["stamps"], interval_ms=INTERVAL_MS)
    await anyio.sleep(0.1)
    micros = [value / 1e3 for value in sink.latencies]
    await connection.aclose()
    await rig.control.settled(0)
    if len(micros) < rig.parameters["stamps"]:
        raise RuntimeError(f"{len(micros)} of {rig.parameters['stamps']} sounds came")
    return {
        "latency_p50_us": number_or_none(percentile(micros, 50)),
        "latency_p99_us": number_or_none(percentile(micros, 99)),
    }
