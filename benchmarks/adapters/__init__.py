"""The contestants, one module each.

A name may carry an event loop, ``realtime_voice@uvloop`` or ``realtime_voice@trio``, and ``#2``
marks a second run of the same contestant, which shows how far two equal things differ.
"""

import importlib
from typing import Any

FLOOR, YARDSTICK, TWIN, OURS = "raw picows", "openai-python", "openai-python#2", "realtime_voice"
MODULES = {
    FLOOR: "raw_picows",
    "raw link": "raw_link",
    OURS: "realtime_voice",
    YARDSTICK: "openai_python",
    "openai-agents": "openai_agents",
    "livekit": "livekit",
    "pipecat": "pipecat",
    "voicelive": "voicelive",
}
PEERS = (YARDSTICK, "openai-agents", "livekit", "pipecat", "voicelive")


def bare(name: str) -> str:
    """A name without its event loop and its number."""
    return name.partition("@")[0].partition("#")[0]


def loop(name: str) -> str:
    """Its event loop: ``asyncio``, ``uvloop`` or ``trio``."""
    return name.partition("@")[2] or "asyncio"


def load(name: str) -> Any:
    """Import a contestant."""
    return importlib.import_module(f"{__name__}.{MODULES[bare(name)]}").Adapter()
