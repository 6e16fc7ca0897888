"""Import: what it takes until an application can use a library; byte code is cached.

Each import runs in a fresh interpreter. What libraries import later, when they first connect, is in
the time to the first session, which every contestant's process tells.
"""

import random
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from benchmarks.adapters import OURS, YARDSTICK

NOTHING = "(Python alone)"
STATEMENTS = {
    NOTHING: "pass",
    OURS: "from realtime_voice import RealtimeClient, Session, SessionConfig",
    "realtime_voice, all of it": "import realtime_voice; [getattr(realtime_voice, name) "
    "for name in realtime_voice.__all__]",
    YARDSTICK: "from openai import AsyncOpenAI",
    "openai-python, ready to connect": "from openai import AsyncOpenAI; "
    "AsyncOpenAI(api_key='x').realtime; import websockets.asyncio.client",
    "openai-agents": "from agents.realtime import RealtimeAgent, RealtimeRunner",
    "livekit": "import livekit.plugins.openai.realtime",
    "pipecat": "import pipecat.services.openai.realtime.llm, pipecat.workers.runner, "
    "pipecat.pipeline.worker",
    "voicelive": "from azure.ai.voicelive.aio import connect",
    "httpx": "import httpx",
    "numpy": "import numpy",
}
TIMEOUT_S = 90.0
PROBE = """
import os, sys, time
cpu, wall = time.process_time(), time.perf_counter()
exec({statement!r})
cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
lines = open("/proc/self/status").read().splitlines()
resident = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
print(wall * 1e3, cpu * 1e3, resident / 1024, len(sys.modules), flush=True)
os._exit(0)
"""


def measure(name: str, environment: Mapping[str, str], folder: str) -> dict[str, Any] | None:
    """Import once; None: it is not installed."""
    finished = subprocess.run(
        [sys.executable, "-c", PROBE.format(statement=STATEMENTS[name])],
        env=dict(environment),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    if finished.returncode or not finished.stdout:
        return None
    wall, cpu, resident, modules = map(float, finished.stdout.split()[-4:])
    return {
        "name": name,
        "import_ms": wall,
        "import_cpu_ms": cpu,
        "import_resident_mb": resident,
        "import_modules": modules,
    }


def run(rounds: int, environment: Mapping[str, str], folder: str) -> list[dict[str, Any]]:
    """All imports, so many rounds, each in a new order."""
    order = random.Random(2)
    # The first import of each writes the byte code, and is not counted.
    there = [name for name in STATEMENTS if measure(name, environment, folder)]
    rows = []
    for number in range(rounds):
        for name in order.sample(there, len(there)):
            row = measure(name, environment, folder)
            if row is not None:
                rows.append({**row, "step": "imports", "round": number})
    return rows
