"""Calls that wait for the server's answer to one client event, each by its ``event_id``."""

from collections.abc import Generator
from contextlib import contextmanager

from realtime_voice.session._waiting import Flag

__all__ = ["Replies", "Reply"]


class Reply:
    """One awaited answer."""

    def __init__(self) -> None:
        self._settled = Flag()
        self._value = ""
        self._error: Exception | None = None

    async def wait(self) -> str:
        """Wait for the answer.

        Returns:
            What the answer was settled with.

        Raises:
            Exception: What it failed with.
        """
        await self._settled.wait()
        if self._error is not None:
            raise self._error.with_traceback(None)
        return self._value

    def settle(self, value: str) -> None:
        """The answer came."""
        self._value = value
        self._settled.set()

    def fail(self, error: Exception) -> None:
        """The answer is an error, or will never come."""
        self._error = error
        self._settled.set()


class Replies:
    """Every answer that somebody waits for; an answer that nobody awaits is no news."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[Reply]] = {}

    @contextmanager
    def expected(self, event_id: str) -> Generator[Reply, None, None]:
        """Expect the answer to an event, from now until the block is left.

        Enter it before the event is queued: an answer may come at once.

        Args:
            event_id: Id of the client event.

        Yields:
            What to wait for.
        """
        reply = Reply()
        self._waiting.setdefault(event_id, []).append(reply)
        try:
            yield reply
        finally:
            waiting = self._waiting.get(event_id, [])
            if reply in waiting:
                waiting.remove(reply)
            if not waiting:
                self._waiting.pop(event_id, None)

    def awaits(self, event_id: str | None) -> bool:
        """Whether somebody waits for the answer to an event."""
        return event_id in self._waiting

    def settle(self, event_id: str, value: str = "") -> None:
        """The answer to an event came."""
        for reply in self._waiting.pop(event_id, []):
            reply.settle(value)

    def fail(self, event_id: str, error: Exception) -> None:
        """An event was refused."""
        for reply in self._waiting.pop(event_id, []):
            reply.fail(error)

    def fail_all(self, error: Exception) -> None:
        """No answer will come any more."""
        for event_id in list(self._waiting):
            self.fail(event_id, error)
