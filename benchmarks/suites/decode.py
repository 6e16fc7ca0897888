"""Decode: how fast frames become events; all contestants in one process, in one run.

    python -m benchmarks.suites.decode --rounds 15

prints one line of JSON, for whatever contestants are importable here.

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
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.adapters import OURS, TWIN, YARDSTICK
from benchmarks.corpus import Frame, conversation
from benchmarks.stats import ratio

FLOOR = "orjson + pybase64 + dict"
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


def _voicelive() -> tuple[str, Decode, Sound]:
    from azure.ai.voicelive.models import ServerEvent

    deserialize = ServerEvent._deserialize  # noqa: SLF001 - what its own reader calls
    now, then = b'"type":"response.output_audio', b'"type":"response.audio'
    beta: dict[bytes, bytes] = {}

    def decode(frame: bytes) -> Any:
        # It speaks the names of the beta: looked up, so that renaming takes no time here.
        text = beta.get(frame)
        if text is None:
            text = beta[frame] = frame.replace(now, then, 1)
        return deserialize(json.loads(text), [])

    return "peer", decode, lambda event: event.delta


MAKERS: dict[str, Callable[[], tuple[str, Decode, Sound]]] = {
    OURS: _ours,
    FLOOR: _floor,
    "json + base64 + dict": _standard_library,
    YARDSTICK: _openai_python,
    TWIN: _openai_python,
    "openai-agents": _openai_agents,
    "livekit": _livekit,
    "pipecat": _pipecat,
    "voicelive": _voicelive,
}


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
    rounds_of_mix = [
        {racer.name: times["mix"][racer.name][number] for racer in racers}
        for number in range(rounds)
    ]
    return {
        "rounds": rounds,
        "mean_frame_bytes": round(sum(len(frame.text) for frame in frames) / len(frames)),
        "left_out": left_out,
        "kind_of": {racer.name: racer.kind for racer in racers},
        "microseconds": {
            kind: {name: round(median(values), 3) for name, values in row.items()}
            for kind, row in times.items()
        },
        "times_as_fast": {
            racer.name: ratio(rounds_of_mix, YARDSTICK, racer.name) for racer in racers
        },
        "of_ours": {racer.name: ratio(rounds_of_mix, racer.name, OURS) for racer in racers},
    }


def main() -> None:
    """Run, and print one line."""
    parser = argparse.ArgumentParser(description="How fast frames become events.")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=0.04, help="of each measurement")
    options = parser.parse_args()
    print(json.dumps(run(options.rounds, options.seconds)))


if __name__ == "__main__":
    main()
