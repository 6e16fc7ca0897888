"""Barge-in: the server says that the user speaks; time until the truncate has come back.

Quiet, and behind 9 s of the model's voice that the client still has to take. The clock is the
server's, so both ways through the network are in the figures.
"""

import anyio

from benchmarks.adapters.base import Sink
from benchmarks.stats import percentile
from benchmarks.suites.base import SOUNDS_PER_TURN, Rig, Values, number_or_none

SESSIONS = 3
LOST_ENOUGH = 3


async def measure_quiet(rig: Rig) -> Values:
    """Behind a single piece of sound."""
    return await _measure(rig, "barge_in_quiet", 1, rig.parameters["barge_ins"])


async def measure_behind(rig: Rig) -> Values:
    """Behind 60 pieces of sound."""
    count = rig.parameters["barge_ins"] // 2
    return await _measure(rig, "barge_in_behind", SOUNDS_PER_TURN, count)


async def _measure(rig: Rig, name: str, behind: int, count: int) -> Values:
    micros: list[float] = []
    lost = turn = 0
    for _ in range(SESSIONS):
        connection = await rig.adapter.open(Sink(), plays=True)
        for _ in range(max(1, count // SESSIONS)):
            turn += 1
            await rig.control("open_response", turn=turn, sounds=2)
            await anyio.sleep(0.01)
            answer = await rig.control("barge_in", turn=turn, behind=behind)
            if answer["us"] is None:
                lost += 1
                if lost >= LOST_ENOUGH:
                    break
            else:
                micros.append(answer["us"])
            await anyio.sleep(0.01)
        await connection.aclose()
        await rig.control.settled(0)
    return {
        f"{name}_p50_us": number_or_none(percentile(micros, 50)),
        f"{name}_p99_us": number_or_none(percentile(micros, 99)),
        f"{name}_lost": lost,
    }
