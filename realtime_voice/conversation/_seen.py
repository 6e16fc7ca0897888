"""Events that come twice: recognised by their id, so that no sound is played twice.

Only a true repetition counts. Servers of others, and tests, use one id for different events.
"""

from realtime_voice.events import ServerEvent

__all__ = ["SeenEvents"]

_REMEMBERED = 64
"""Events that are kept for comparison; a repetition comes soon or never."""


class SeenEvents:
    """The last events, by id."""

    def __init__(self) -> None:
        self._events: dict[str, ServerEvent] = {}

    def twice(self, event: ServerEvent) -> bool:
        """Whether this very event has come before; remembers it."""
        event_id = getattr(event, "event_id", None)
        if not event_id:
            return False
        if self._events.get(event_id) == event:
            return True
        self._events[event_id] = event
        if len(self._events) > _REMEMBERED:
            del self._events[next(iter(self._events))]
        return False
