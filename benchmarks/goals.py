"""What this library has promised to reach, and whether a run has shown it.

A goal is judged on the median of the run, for the contestant on asyncio, which is what a user gets
who does nothing about it; the same on uvloop is told beside it.
"""

import math
from collections.abc import Callable

import attrs

from benchmarks.adapters import FLOOR, OURS, PEERS, YARDSTICK
from benchmarks.results import Ratio, Results

UVLOOP = f"{OURS}@uvloop"


@attrs.frozen
class Verdict:
    """A goal and what came of it."""

    goal: str
    """In words."""
    measured: str
    """In words; empty: it was not measured."""
    reached: bool | None
    """Whether it was reached; None: it was not measured."""


def verdicts(results: Results) -> list[Verdict]:
    """Every goal, in the order of the report."""
    return [judge(results) for judge in _JUDGES]


def _shown(found: Ratio | None, unit: str = "x") -> str:
    if found is None:
        return ""
    return f"{found[0]:.2f} {unit} ({found[1]:.2f} to {found[2]:.2f})"


def _at_least(goal: str, found: Ratio | None, limit: float, more: str = "") -> Verdict:
    if found is None:
        return Verdict(goal, "", None)
    return Verdict(goal, _shown(found) + more, found[0] >= limit)


def _decode_yardstick(results: Results) -> Verdict:
    found = results.found.get("decode", {}).get("times_as_fast", {}).get(OURS)
    return _at_least("decode, realistic mix: at least 15 x openai-python", found, 15.0)


def _decode_peers(results: Results) -> Verdict:
    goal = "decode, realistic mix: at least 4 x the fastest peer"
    times = results.found.get("decode", {}).get("of_ours", {})
    peers = {name: times[name] for name in PEERS if times.get(name)}
    if not peers:
        return Verdict(goal, "", None)
    best = min(peers, key=lambda name: peers[name][0])
    return _at_least(goal, peers[best], 4.0, f", {best}")


def _paced_peers(step: str, limit: float, goal: str) -> Callable[[Results], Verdict]:
    def judge(results: Results) -> Verdict:
        best = results.best_peer(step, "sessions_per_core", most=True)
        found = results.ratio(step, "sessions_per_core", OURS, best)
        fast = results.ratio(step, "sessions_per_core", UVLOOP, best)
        on_time = results.value(step, OURS, "sends_on_time")
        theirs = results.value(step, best, "sends_on_time")
        more = f", {best} (its sends on time: {theirs:.0%}); ours on time: {on_time:.0%}"
        more += f"; on uvloop {_shown(fast)}" if fast else ""
        verdict = _at_least(goal, found, limit, more)
        if verdict.reached and not on_time >= 0.99:
            return attrs.evolve(verdict, reached=False)
        return verdict

    return judge


def _paced_floor(results: Results) -> Verdict:
    found = results.ratio("paced_50", "sessions_per_core", OURS, FLOOR)
    fast = results.ratio("paced_50", "sessions_per_core", UVLOOP, f"{FLOOR}@uvloop")
    more = f"; both on uvloop {_shown(fast)}" if fast else ""
    return _at_least("50 sessions: at least 0.75 x raw picows", found, 0.75, more)


def _append(results: Results) -> Verdict:
    goal = "append of 20 ms: at most 11 µs of CPU"
    value = results.value("single", OURS, "append_20_cpu_us")
    if math.isnan(value):
        return Verdict(goal, "", None)
    floor = results.ratio("single", "append_20_cpu_us", OURS, FLOOR)
    plain = results.value("single_plain", OURS, "append_20_cpu_us")
    least = results.least("single", OURS, "append_20_cpu_us")
    shown = f"{value:.1f} µs (best round {least:.1f}; without TLS {plain:.1f}); "
    return Verdict(goal, f"{shown}{_shown(floor)} raw picows", value <= 11.0)


def _burst(results: Results) -> Verdict:
    best = results.best_peer("single", "burst_cpu_us")
    found = results.ratio("single", "burst_cpu_us", best, OURS)
    floor = results.ratio("single", "burst_cpu_us", OURS, FLOOR)
    more = f", {best}; {_shown(floor)} the time of raw picows"
    return _at_least("burst: at least 4 x the fastest peer", found, 4.0, more)


def _memory(results: Results) -> Verdict:
    goal = "private memory: at most 100 kB for each active session"
    value = results.value("paced_50", OURS, "private_active_kb")
    if math.isnan(value):
        return Verdict(goal, "", None)
    idle = results.value("paced_50", OURS, "private_idle_kb")
    plain = results.value("paced_50_plain", OURS, "private_active_kb")
    shown = f"{value:.0f} kB (idle {idle:.0f})"
    shown += "" if math.isnan(plain) else f"; without TLS {plain:.0f}"
    return Verdict(goal, shown, value <= 100.0)


def _reaction(results: Results) -> Verdict:
    goal = "speech_started to truncate: less than 1 ms of our own time, also behind 9 s of sound"
    shown, reached = [], True
    for name in ("quiet", "queued"):
        cpu = results.value("reaction", OURS, f"reaction_{name}_cpu_p99_us")
        wall = results.value("reaction", OURS, f"reaction_{name}_p50_us")
        if math.isnan(cpu):
            return Verdict(goal, "", None)
        shown.append(f"{name}: p99 {cpu:.0f} µs of CPU, p50 {wall:.0f} µs of wall time")
        reached = reached and cpu < 1000 and wall < 1000
    return Verdict(goal, "; ".join(shown), reached)


def _import(results: Results) -> Verdict:
    goal = "import: at most 250 ms, and at most half of openai-python"
    value = results.value("imports", OURS, "import_ms")
    share = results.ratio("imports", "import_ms", OURS, YARDSTICK)
    if share is None:
        return Verdict(goal, "", None)
    shown = f"{value:.0f} ms; {_shown(share)} openai-python"
    return Verdict(goal, shown, value <= 250 and share[0] <= 0.5)


def _holding(results: Results) -> Verdict:
    goal = "the loop is held at most 5 ms by 1 MiB and 50 ms by 20 MB"
    limits = {"1mib": 5.0, "20mb": 50.0}
    shown, reached = [], True
    for size, limit in limits.items():
        for kind in ("sound", "text"):
            value = results.value("holding", OURS, f"held_{size}_{kind}_ms")
            if math.isnan(value):
                return Verdict(goal, "", None)
            shown.append(f"{size.replace('mib', ' MiB').replace('mb', ' MB')} {kind} {value:.1f}")
            reached = reached and value <= limit
    return Verdict(goal, ", ".join(shown) + " ms", reached)


_JUDGES: tuple[Callable[[Results], Verdict], ...] = (
    _decode_yardstick,
    _decode_peers,
    _paced_peers("paced_50", 1.3, "50 sessions: at least 1.3 x the best peer"),
    _paced_floor,
    _paced_peers("paced_200", 1.2, "200 sessions: at least 1.2 x the best peer, sends on time"),
    _append,
    _burst,
    _memory,
    _reaction,
    _import,
    _holding,
)
