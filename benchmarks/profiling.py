"""Where the time of a suite goes: cProfile over what it measures alone, added up by part.

cProfile makes small functions look dearer than they are: read the shares, not the times.
"""

import cProfile
import pstats
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager

PARTS = (
    ("realtime_voice/codec", "our codec"),
    ("realtime_voice/events", "our events (constructors)"),
    ("<attrs generated", "attrs (generated constructors)"),
    ("realtime_voice/conversation", "our core"),
    ("realtime_voice/session", "our session"),
    ("realtime_voice/transport", "our link"),
    ("realtime_voice/audio", "our audio"),
    ("benchmarks/", "the harness"),
    ("anyio", "anyio"),
    ("sniffio", "anyio"),
    ("trio/", "trio"),
    ("httpcore", "httpcore"),
    ("wsproto", "wsproto"),
    ("asyncio", "asyncio"),
    ("selectors", "asyncio"),
    ("ssl.py", "ssl"),
    ("uuid", "uuid"),
)
FUNCTIONS = 40


class Watch:
    """Profiles what runs inside :meth:`watching`; several times add up."""

    def __init__(self, *, active: bool) -> None:
        self._profile = cProfile.Profile() if active else None
        self._units = 0

    @contextmanager
    def watching(self, units: int) -> Generator[None, None, None]:
        """Profile the body, which does so many units of work."""
        self._units += units
        if self._profile is None:
            yield
            return
        self._profile.enable()
        try:
            yield
        finally:
            self._profile.disable()

    def report(self) -> str:
        """The shares of the parts and the dearest functions, in µs for each unit of work."""
        units = self._units
        if self._profile is None:
            return ""
        stats = pstats.Stats(self._profile).stats  # type: ignore[attr-defined]
        parts: dict[str, float] = defaultdict(float)
        for place, (_, _, own, _, callers) in stats.items():
            parts[_part(place, callers)] += own
        whole = sum(parts.values())
        lines = ["| part | µs | share |", "|---|---:|---:|"]
        for part, own in sorted(parts.items(), key=lambda pair: -pair[1]):
            lines.append(f"| {part} | {own / units * 1e6:.2f} | {own / whole:.0%} |")
        lines += ["", "| function | calls | own µs | with callees µs |", "|---|---:|---:|---:|"]
        dearest = sorted(stats.items(), key=lambda pair: -pair[1][2])[:FUNCTIONS]
        for (path, line, name), (_, calls, own, total, _) in dearest:
            where = "" if path == "~" else f"{'/'.join(path.split('/')[-2:])}:{line} "
            cells = f"{calls / units:.2f} | {own / units * 1e6:.2f} | {total / units * 1e6:.2f}"
            lines.append(f"| `{where}{name}` | {cells} |")
        return "\n".join(lines)


def _part(place: tuple[str, int, str], callers: dict[tuple[str, int, str], object]) -> str:
    path = place[0]
    for mark, part in PARTS:
        if mark in path:
            return part
    if path == "~" and len(callers) > 0:
        if "socket" in place[2] or "_ssl" in place[2]:
            return "socket"
        if "epoll" in place[2]:
            return "asyncio"
        return "built-in functions"
    return "other"
