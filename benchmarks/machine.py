"""On what a run was made: machine, versions, load, date."""

import os
import platform
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

DISTRIBUTIONS = (
    "realtime-voice",
    "openai",
    "openai-agents",
    "livekit-plugins-openai",
    "pipecat-ai",
    "azure-ai-voicelive",
    "picows",
    "uvloop",
    "trio",
    "websockets",
    "aiohttp",
    "httpx",
    "httpcore",
    "httpx-ws",
    "anyio",
    "attrs",
    "orjson",
    "pybase64",
    "numpy",
    "pydantic",
)


def describe() -> dict[str, Any]:
    """Everything that a reader of the figures must know."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": _processor(),
        "processors": len(os.sched_getaffinity(0)),
        "system": platform.system(),
        "python": platform.python_version(),
        "load_at_start": [round(load, 2) for load in os.getloadavg()],
        "versions": _versions(),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _versions() -> dict[str, str]:
    found = {}
    for name in DISTRIBUTIONS:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
