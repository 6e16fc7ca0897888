"""Calls that wait for the server's answer to one client event, each by its ``event_id``."""

import anyio

from realtime_voice.errors import RealtimeError

__all__ = ["Replies", "Reply"]


class Reply:
    """One awaited answer."""

    def __init__(self) -> None:
        self._settled = anyio.Event()
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
            raise self._error
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

    async def expect(self, event_id: str) -> str:
        """Wait for the answer to an event.

        Args:
            event_id: Id of the client event.

        Returns:
            What the answer was settled with.

        Raises:
            RequestRejected: The server refused the event.
            RealtimeError: The session ended first.
        """
        reply = Reply()
        self._waiting.setdefault(event_id, []).append(reply)
        try:
            return await reply.wait()
        finally:
            waiting = self._waiting.get(event_id, [])
            if reply in waiting:
                waiting.remove(reply)
            if not waiting:
                self._waiting.pop(event_id, None)

    def settle(self, event_id: str, value: str = "") -> None:
        """The answer to an event came."""
        for reply in self._waiting.pop(event_id, []):
            reply.settle(value)

    def fail(self, event_id: str, error: Exception) -> None:
        """An event was refused."""
        for reply in self._waiting.pop(event_id, []):
            reply.fail(error)

    def fail_all(self, error: RealtimeError) -> None:
        """No answer will come any more."""
        for event_id in list(self._waiting):
            self.fail(event_id, error)
