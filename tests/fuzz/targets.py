"""What is fuzzed, and which ends are documented; everything else is a finding.

Each target takes a source of chance, makes one input (or the inputs of one life), feeds it and
names the outcomes. It raises what it finds.
"""

import json
from collections.abc import Callable
from itertools import count
from random import Random

import orjson

from realtime_voice.codec import decode_server_event, encode_server_event
from realtime_voice.config import SessionConfig, Transcription
from realtime_voice.conversation import Conversation, Outcome, StopPlayback
from realtime_voice.errors import EventDecodeError, RequestRejected
from realtime_voice.events import (
    MalformedServerEvent,
    ServerEvent,
    UnknownServerEvent,
)
from tests.fuzz.json_frames import random_event, random_frame
from tests.fuzz.reading import DisagreementError, compare, read
from tests.fuzz.streams import cut, random_stream

__all__ = ["TARGETS", "core_target", "event_target", "frame_target", "outcome_of_frame"]

_EVENTS_IN_A_LIFE = 40


def frame_target(chance: Random) -> list[str]:
    """A stream through the frame reader: frames, or a refusal with a documented code.

    However the stream is cut, the reading is the same, and it is wsproto's reading too.
    """
    stream = random_stream(chance)
    small = chance.random() < 0.2
    max_message_bytes, max_fragments = (300, 5) if small else (64 << 20, 16_384)
    reading = read(
        cut(chance, stream), max_message_bytes=max_message_bytes, max_fragments=max_fragments
    )
    compare(reading, stream)
    return [reading.outcome]


def event_target(chance: Random) -> list[str]:
    """A frame through the decoder: an event, or ``EventDecodeError``; and back without a change."""
    return [outcome_of_frame(random_frame(chance))]


def outcome_of_frame(frame: bytes) -> str:
    """Decode a frame, and encode it again.

    Raises:
        DisagreementError: What was encoded is not what was decoded.
        Exception: Whatever else the codec raises; it must not.
    """
    try:
        event = decode_server_event(frame)
    except EventDecodeError:
        return "EventDecodeError"
    again = encode_server_event(event)
    if orjson.loads(again) != orjson.loads(frame) and json.loads(again) != json.loads(frame):
        raise DisagreementError(f"decoded and encoded again, {frame!r} is {event!r}")
    repr(event)
    if isinstance(event, UnknownServerEvent):
        return "unknown event"
    if isinstance(event, MalformedServerEvent):
        return "malformed event"
    return "event"


class _Life:
    """One conversation that is fed events in an order that no server would send them in."""

    def __init__(self, chance: Random) -> None:
        numbers = count()
        self._chance = chance
        self._now = 0.0
        self._core = Conversation(
            SessionConfig(transcription=Transcription(model="gpt-transcribe")),
            new_id=lambda: f"mine_{next(numbers)}",
            plays_audio=chance.random() < 0.5,
        )

    def step(self) -> str:
        """Do one thing, mostly receive an event."""
        self._now += self._chance.random()
        try:
            outcomes = self._act()
        except RequestRejected:
            return "RequestRejected"
        for outcome in outcomes:
            if isinstance(outcome, StopPlayback):
                self._core.playback_stopped(self._chance.randrange(100_000), self._now)
        self._core.next_deadline()
        return "outcomes" if outcomes else "no outcome"

    def _act(self) -> list[Outcome]:
        core, chance, now = self._core, self._chance, self._now
        if chance.random() < 0.8:
            return core.receive(_any_event(chance), now)
        acts: list[Callable[[], list[Outcome]]] = [
            lambda: core.append_audio(bytes(2 * chance.randrange(5000)), now),
            lambda: core.commit_audio(now),
            lambda: core.clear_audio(now),
            lambda: core.send_message("Hello", now, respond=chance.random() < 0.5),
            lambda: core.create_response(now),
            lambda: core.interrupt(now),
            lambda: core.tool_finished(chance.choice(("call_1", "none")), "{}", now),
            lambda: core.playback_progress(chance.randrange(100_000), now),
            lambda: core.deadline(now),
            lambda: core.connection_lost("fuzz", now),
            lambda: core.connection_restored(now),
        ]
        return chance.choice(acts)()

    def finish(self) -> None:
        """End it."""
        self._core.finish(self._now, "over")
        self._core.receive(_any_event(self._chance), self._now)


def _any_event(chance: Random) -> ServerEvent:
    while True:
        try:
            return decode_server_event(json.dumps(random_event(chance)))
        except EventDecodeError:
            continue


def core_target(chance: Random) -> list[str]:
    """Forty steps in the life of a conversation; it never raises for what a server says."""
    life = _Life(chance)
    outcomes = [life.step() for _ in range(_EVENTS_IN_A_LIFE)]
    life.finish()
    return outcomes


TARGETS: dict[str, Callable[[Random], list[str]]] = {
    "frames": frame_target,
    "events": event_target,
    "core": core_target,
}
