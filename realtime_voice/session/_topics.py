"""The kinds of values that a session publishes, each with its bound."""

from sys import getsizeof
from typing import Any

from realtime_voice.conversation import AudioChunk, CallTool, Notification, TranscriptUpdate, Turn
from realtime_voice.events import (
    ConversationItemInputAudioTranscriptionDelta,
    ResponseFunctionCallArgumentsDelta,
    ResponseOutputAudioDelta,
    ResponseOutputAudioTranscriptDelta,
    ResponseOutputTextDelta,
    ServerEvent,
)
from realtime_voice.session._notices import AudioDropped
from realtime_voice.session._subscriptions import Bound, Ending, Topic

__all__ = ["Topics", "event_bytes", "notification_bytes", "sound_bytes", "text_bytes"]

_MEMORY = 32 << 20
_AUDIO = Bound(amount=600.0, unit="seconds of sound", bytes=_MEMORY)
_EVENTS = Bound(amount=8_192.0, bytes=_MEMORY)
_TEXTS = Bound(amount=16_384.0, bytes=_MEMORY)

_OBJECT = 512
"""Bytes that an event, a chunk or a notification takes beside its sound and its text."""
_PER_CHARACTER = 4
"""Bytes of objects that one character of JSON becomes in the events of the protocol."""
_PER_BRACKET = 128
"""Bytes of an object or a list, and of its place in another."""

_DELTAS = frozenset(
    {
        ResponseOutputAudioDelta,
        ResponseOutputAudioTranscriptDelta,
        ResponseOutputTextDelta,
        ResponseFunctionCallArgumentsDelta,
        ConversationItemInputAudioTranscriptionDelta,
    }
)


class Topics:
    """Everything that can be subscribed to."""

    __slots__ = (
        "_all",
        "assistant",
        "audio",
        "ending",
        "events",
        "notifications",
        "tool_calls",
        "turns",
        "user",
    )

    def __init__(self) -> None:
        self.ending = Ending()
        """How all of them end."""
        end = self.ending
        self.audio: Topic[AudioChunk] = Topic("audio_chunks()", end, bound=_AUDIO)
        """The model's voice; an amount is a second."""
        self.assistant: Topic[TranscriptUpdate] = Topic(
            "assistant_transcripts()", end, bound=_TEXTS, is_delta=_is_open
        )
        """The model's words."""
        self.user: Topic[TranscriptUpdate] = Topic(
            "user_transcripts()", end, bound=_TEXTS, is_delta=_is_open
        )
        """The user's words."""
        self.turns: Topic[Turn] = Topic("turns()", end, bound=_TEXTS)
        """Completed exchanges."""
        self.events: Topic[ServerEvent] = Topic("events()", end, bound=_EVENTS, is_delta=_is_delta)
        """Server events as they came."""
        self.tool_calls: Topic[CallTool] = Topic("tool_calls()", end, bound=_EVENTS)
        """Functions that the model calls."""
        self.notifications: Topic[Notification | AudioDropped] = Topic(
            "notifications()", end, bound=_EVENTS, is_delta=_is_open
        )
        """Everything that happens, but the sound itself."""
        self._all: tuple[Topic[Any], ...] = (
            self.audio,
            self.assistant,
            self.user,
            self.turns,
            self.events,
            self.tool_calls,
            self.notifications,
        )

    @property
    def dropped(self) -> int:
        """Values that subscribers missed because they were too slow."""
        return sum(topic.dropped for topic in self._all)

    def finish(self, error: Exception | None) -> None:
        """End every subscription, those to come included.

        Args:
            error: What they raise; None: they just end.
        """
        self.ending.error = error
        self.ending.over = True
        for topic in self._all:
            topic.wake()


def event_bytes(event: ServerEvent, frame: str) -> int:
    """Memory that an event takes, roughly, and rather too much than too little.

    Args:
        event: The event.
        frame: The text that it was made of.
    """
    if type(event) is ResponseOutputAudioDelta:
        return len(event.delta) + _OBJECT
    size = _OBJECT + _PER_CHARACTER * len(frame)
    if type(event) in _DELTAS:
        return size
    # People who send lists in lists want to fill memory: an empty one takes 20 times its text.
    return size + _PER_BRACKET * (frame.count("{") + frame.count("["))


def text_bytes(update: TranscriptUpdate) -> int:
    """Memory that an update takes, with all the text so far."""
    return getsizeof(update.text) + _OBJECT


def sound_bytes(data: bytes) -> int:
    """Memory that a piece of sound takes."""
    return len(data) + _OBJECT


def notification_bytes(frame_bytes: int) -> int:
    """Memory that a notification takes; it may keep what it was made of.

    Args:
        frame_bytes: Length of the frame that led to it.
    """
    return _OBJECT + _PER_CHARACTER * frame_bytes


def _is_delta(event: ServerEvent) -> bool:
    return type(event) in _DELTAS


def _is_open(value: object) -> bool:
    return type(value) is TranscriptUpdate and not value.final
