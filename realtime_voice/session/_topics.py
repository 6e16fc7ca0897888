"""The kinds of values that a session publishes, each with its bound."""

from typing import Any

from realtime_voice.conversation import AudioChunk, CallTool, Notification, TranscriptUpdate, Turn
from realtime_voice.events import ServerEvent
from realtime_voice.session._notices import AudioDropped
from realtime_voice.session._subscriptions import Ending, Topic

__all__ = ["Topics"]

_AUDIO_SECONDS = 600.0
_EVENTS = 8_192.0
_TEXTS = 16_384.0


def _seconds(chunk: AudioChunk) -> float:
    return chunk.format.frames(len(chunk.data)) / chunk.format.rate


class Topics:
    """Everything that can be subscribed to."""

    def __init__(self) -> None:
        self.ending = Ending()
        """How all of them end."""
        end = self.ending
        self.audio: Topic[AudioChunk] = Topic(
            "audio_chunks()", end, bound=_AUDIO_SECONDS, unit="seconds of sound", weigh=_seconds
        )
        """The model's voice."""
        self.assistant: Topic[TranscriptUpdate] = Topic(
            "assistant_transcripts()", end, bound=_TEXTS
        )
        """The model's words."""
        self.user: Topic[TranscriptUpdate] = Topic("user_transcripts()", end, bound=_TEXTS)
        """The user's words."""
        self.turns: Topic[Turn] = Topic("turns()", end, bound=_TEXTS)
        """Completed exchanges."""
        self.events: Topic[ServerEvent] = Topic("events()", end, bound=_EVENTS)
        """Server events as they came."""
        self.tool_calls: Topic[CallTool] = Topic("tool_calls()", end, bound=_EVENTS)
        """Functions that the model calls."""
        self.notifications: Topic[Notification | AudioDropped] = Topic(
            "notifications()", end, bound=_EVENTS
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
