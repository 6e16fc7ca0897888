"""How fast frames become events: this library beside the peers that are installed, in one run.

    nox -s bench                      full run, in an environment that holds the peers
    python benchmarks/decode.py       whatever of them is importable here

A contestant turns the bytes of a frame into its event, as its own documentation has it done, and
the event of an audio delta into bytes of PCM. Each round runs all contestants in a new order and
compares them within the round: absolute times drift with the load of the machine by a third,
ratios hardly. Every contestant is checked first: what it decodes must have the right number of
bytes, so none of them can win by leaving out the work.
"""

import argparse
import base64
import gc
import json
import platform
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from _corpus import Frame, conversation

OURS, FLOOR, YARDSTICK = "realtime_voice", "orjson + pybase64 + dict", "openai-python"
Decode = Callable[[bytes], Any]
Sound = Callable[[Any], bytes]


@dataclass(frozen=True)
class Contestant:
    """One way to decode."""

    name: str
    kind: str
    """``ours``, ``floor`` or ``peer``."""

    decode: Decode
    """A frame to an event."""

    sound: Sound
    """The event of an audio delta to bytes."""


def _ours() -> tuple[str, Decode, Sound]:
    from realtime_voice.codec import decode_server_event

    return "ours", decode_server_event, lambda event: event.delta


def _floor() -> tuple[str, Decode, Sound]:
    import orjson
    import pybase64

    decode_sound = pybase64.b64decode
    return "floor", orjson.loads, lambda event: decode_sound(event["delta"], None, True)


def _standard_library() -> tuple[str, Decode, Sound]:
    return "floor", json.loads, lambda event: base64.b64decode(event["delta"])


def _openai_python() -> tuple[str, Decode, Sound]:
    from openai.resources.realtime.realtime import AsyncRealtimeConnection

    parse = AsyncRealtimeConnection.parse_event
    return "peer", lambda frame: parse(None, frame), lambda event: base64.b64decode(event.delta)


def _openai_agents() -> tuple[str, Decode, Sound]:
    from agents.realtime.openai_realtime import get_server_event_type_adapter

    validate = get_server_event_type_adapter().validate_python

    def decode(frame: bytes) -> Any:
        event = json.loads(frame)
        # Its own reader does this too: its models take no null here.
        if event.get("previous_item_id", "") is None:
            event["previous_item_id"] = ""
        return validate(event)

    return "peer", decode, lambda event: base64.b64decode(event.delta)


def _livekit() -> tuple[str, Decode, Sound]:
    # The plugin reads JSON and builds openai's models, without validation, for what it handles.
    import typing

    from livekit.plugins.openai.realtime import realtime_model  # noqa: F401 - must be installed
    from openai.types.realtime.realtime_server_event import RealtimeServerEvent

    union = typing.get_args(typing.get_args(RealtimeServerEvent)[0])
    models = {typing.get_args(cls.model_fields["type"].annotation)[0]: cls for cls in union}
    ignored = ("session.", "conversation.item.done", "rate_limits", "response.content_part.done")

    def decode(frame: bytes) -> Any:
        event = json.loads(frame)
        if event["type"].startswith(ignored):
            return event
        return models[event["type"]].construct(**event)

    return "peer", decode, lambda event: base64.b64decode(event.delta)


def _pipecat() -> tuple[str, Decode, Sound]:
    from pipecat.services.openai.realtime.events import parse_server_event

    return "peer", parse_server_event, lambda event: base64.b64decode(event.delta)


MAKERS: dict[str, Callable[[], tuple[str, Decode, Sound]]] = {
    OURS: _ours,
    FLOOR: _floor,
    "json + base64 + dict": _standard_library,
    YARDSTICK: _openai_python,
    "openai-python, once more": _openai_python,
    "openai-agents": _openai_agents,
    "livekit": _livekit,
    "pipecat": _pipecat,
}
DISTRIBUTIONS = (
    "openai",
    "openai-agents",
    "livekit-plugins-openai",
    "pipecat-ai",
    "pydantic",
    "orjson",
    "pybase64",
    "attrs",
)


def contestants(frames: list[Frame]) -> tuple[list[Contestant], dict[str, str]]:
    """Import and check every contestant; name those that are left out, with the reason."""
    found, left_out = [], {}
    for name, make in MAKERS.items():
        try:
            kind, decode, sound = make()
            check(decode, sound, frames)
        except Exception as error:  # noqa: BLE001 - whatever keeps a peer from running
            left_out[name] = f"{type(error).__name__}: {error}"[:120]
        else:
            found.append(Contestant(name, kind, decode, sound))
    return found, left_out


def check(decode: Decode, sound: Sound, frames: list[Frame]) -> None:
    """See that a contestant decodes everything."""
    for frame in frames:
        event = decode(frame.text)
        if frame.sound_bytes and len(sound(event)) != frame.sound_bytes:
            raise ValueError("wrong number of bytes")


def measure(contestant: Contestant, frames: list[Frame], loops: int) -> float:
    """Microseconds of CPU time that a frame takes, sound decoded."""
    decode, sound = contestant.decode, contestant.sound
    work = [(frame.text, bool(frame.sound_bytes)) for frame in frames]
    begin = time.thread_time()
    for _ in range(loops):
        for text, has_sound in work:
            event = decode(text)
            if has_sound:
                sound(event)
    return (time.thread_time() - begin) / (loops * len(work)) * 1e6


def run(rounds: int, seconds: float) -> dict[str, Any]:
    """Measure all contestants; each takes ``seconds`` a round for each kind of frame."""
    frames = conversation()
    kinds = {"mix": frames}
    for frame in frames:
        kinds.setdefault(frame.kind, []).append(frame)
    racers, left_out = contestants(frames)
    gc.collect()
    gc.freeze()
    loops = {
        (racer.name, kind): max(1, int(seconds * 1e6 / measure(racer, some, 2) / len(some)))
        for racer in racers
        for kind, some in kinds.items()
    }
    times: dict[str, dict[str, list[float]]] = {
        kind: {racer.name: [] for racer in racers} for kind in kinds
    }
    order = random.Random(1)
    for _ in range(rounds):
        for kind, some in kinds.items():
            for racer in order.sample(racers, len(racers)):
                gc.collect()
                times[kind][racer.name].append(measure(racer, some, loops[racer.name, kind]))
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": versions(),
        "rounds": rounds,
        "mean_frame_bytes": round(sum(len(frame.text) for frame in frames) / len(frames)),
        "left_out": left_out,
        "kind_of": {racer.name: racer.kind for racer in racers},
        "microseconds": {
            kind: {name: round(median(values), 3) for name, values in row.items()}
            for kind, row in times.items()
        },
        "ratios": {racer.name: ratios(times["mix"], racer.name) for racer in racers},
    }


def ratios(row: dict[str, list[float]], name: str) -> dict[str, list[float]]:
    """How many times as fast as the yardstick, and how many times the floor's time, by rounds."""
    found = {}
    for label, other, turned in (("speedup", YARDSTICK, True), ("of_floor", FLOOR, False)):
        if other in row:
            pairs = zip(row[name], row[other], strict=True)
            values = [theirs / mine if turned else mine / theirs for mine, theirs in pairs]
            found[label] = [round(f(values), 2) for f in (median, min, max)]
    return found


def machine() -> str:
    """Processor, system and Python."""
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = info.read_text(encoding="utf-8").splitlines()
        name = next((ln.split(":")[1].strip() for ln in lines if ln.startswith("model name")), name)
    return f"{name}, {platform.system()}, Python {platform.python_version()}"


def versions() -> dict[str, str]:
    """Versions of what takes part."""
    found = {}
    for name in DISTRIBUTIONS:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def markdown(result: dict[str, Any]) -> str:
    """The result as a table."""
    kinds = list(result["microseconds"])
    head = ["contestant", "times openai-python", "times the floor's time"]
    head += [f"{kind} µs" for kind in kinds]
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    times = result["microseconds"]
    for name in sorted(times["mix"], key=times["mix"].__getitem__):
        cells = [f"**{name}**" if name == OURS else name]
        for label in ("speedup", "of_floor"):
            middle, low, high = result["ratios"][name].get(label, [0, 0, 0])
            cells.append(f"{middle:.2f} ({low:.2f} to {high:.2f})" if middle else "")
        cells += [f"{times[kind][name]:.2f}" for kind in kinds]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Run, print, and write the result beside this script."""
    parser = argparse.ArgumentParser(description="How fast frames become events.")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--quick", action="store_true", help="3 short rounds")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    options = parser.parse_args()
    result = run(3 if options.quick else options.rounds, 0.01 if options.quick else 0.04)
    table = markdown(result)
    print(f"{result['machine']}; {result['date']}; medians of {result['rounds']} rounds")
    print(", ".join(f"{name} {version}" for name, version in result["versions"].items()))
    print(f"mean frame {result['mean_frame_bytes']} bytes; microseconds of CPU time a frame\n")
    print(table)
    for name, reason in result["left_out"].items():
        print(f"left out: {name}: {reason}")
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "decode.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    (options.out / "decode.md").write_text(table + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
