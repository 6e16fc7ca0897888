"""Events that come twice: recognised by their id, so that no sound is played twice.

Only a true repetition counts. Servers of others, and tests, use one id for different events.
"""

from collections.abc import Mapping
from typing import Any, cast

import attrs

from realtime_voice.events import (
    ResponseOutputAudioDelta,
    ResponseOutputAudioTranscriptDelta,
    ServerEvent,
    SessionCreated,
    SessionUpdated,
)

__all__ = ["SeenEvents"]

_GENERATION = 32
"""Events after which the older half is forgotten; a repetition comes soon or never."""

_SESSIONS = frozenset({SessionCreated, SessionUpdated})

_SAMPLES = 32
"""Bytes of a piece of sound that are compared, at least; of a short one, all are."""


class SeenEvents:
    """The last 32 to 64 events, by id.

    Deltas are remembered as a hash, so that no sound is kept: that would be a quarter of a
    megabyte for each session. Two pieces of sound under one id are the same if they belong to the
    same item, are equally long and agree in 32 to 96 bytes spread over them.
    """

    def __init__(self) -> None:
        self._young: dict[str, object] = {}
        self._old: dict[str, object] = {}

    def twice(self, event: ServerEvent) -> bool:
        """Whether this very event has come before; remembers it."""
        event_id = event.event_id
        if not event_id:
            return False
        mark = _mark(event)
        young = self._young
        if event_id in young:
            if young[event_id] == mark:
                return True
        elif event_id in self._old and self._old[event_id] == mark:
            return True
        young[event_id] = mark
        if len(young) > _GENERATION:
            self._young, self._old = {}, young
        return False


def _mark(event: ServerEvent) -> object:
    """What an event is recognised by: for those that come all the time or are large, a hash."""
    if type(event) is ResponseOutputAudioDelta:
        sound = event.delta
        # An odd step meets the low and the high bytes of samples.
        sample = sound[:: len(sound) // _SAMPLES | 1]
        place = (event.response_id, event.item_id, event.content_index)
        return hash((place, len(sound), sample))
    if type(event) is ResponseOutputAudioTranscriptDelta:
        return hash((event.response_id, event.item_id, event.content_index, event.delta))
    # A session's description takes 4 kB, and each quiet session would keep two of them.
    return _digest(event) if type(event) in _SESSIONS else event


def _digest(value: object) -> int:
    """A hash of all that an object of the protocol holds, which its own hash is not."""
    if value is None or isinstance(value, str | int | float):
        return hash(value)
    if isinstance(value, Mapping):
        items = cast("Mapping[str, Any]", value).items()
        return hash(frozenset((key, _digest(each)) for key, each in items))
    if isinstance(value, list | tuple):
        return hash(tuple(map(_digest, cast("list[Any]", value))))
    kind: type[Any] = type(value)
    if attrs.has(kind):
        fields = (getattr(value, field.name) for field in attrs.fields(kind))
        return hash((kind, *map(_digest, fields)))
    return hash(value)
