"""Where received messages wait for whoever wants them: a deque with waiters and one final cause.

Putting never waits and never fails, so the task that reads the network is never held up. Taking is
safe to cancel: a message leaves the deque only in the step that returns it.
"""

from collections import deque
from collections.abc import Sequence

from anyio.lowlevel import checkpoint

from realtime_voice.transport._tasks import Signal

__all__ = ["Inbox"]

_YIELD_EVERY = 32
_OVERHEAD_BYTES = 64


class Inbox:
    """Messages in order, then the reason why no more will come."""

    def __init__(self) -> None:
        self._messages: deque[str | bytes] = deque()
        self.cause: Exception | None = None
        """Why no more messages will come; None while some may."""
        self._arrived = Signal()
        self._taken = 0
        self.size = 0
        """Length of everything that waits, in characters or bytes."""

    @property
    def weight(self) -> int:
        """About how many bytes of memory wait; small messages cost more than their length."""
        return self.size + _OVERHEAD_BYTES * len(self._messages)

    def put(self, message: str | bytes) -> None:
        """Add a message; ignored after the end."""
        if self.cause is None:
            self._messages.append(message)
            self.size += len(message)
            self._arrived.notify()

    def extend(self, messages: Sequence[str | bytes]) -> None:
        """Add messages; ignored after the end."""
        if self.cause is None and messages:
            self._messages.extend(messages)
            self.size += sum(map(len, messages))
            self._arrived.notify()

    def put_back(self, message: str | bytes) -> None:
        """Return a message that was taken: it will be the next one again."""
        self._messages.appendleft(message)
        self.size += len(message)
        self._arrived.notify()

    def fail(self, cause: Exception) -> None:
        """End it: whoever asks gets what waits, and then this cause; only the first one counts."""
        if self.cause is None:
            self.cause = cause
            self._arrived.notify()

    async def get(self) -> str | bytes:
        """Return the next message.

        Lets other tasks run when it has to wait, and at every 32nd message.

        Raises:
            Exception: The cause given to :meth:`fail`, once every message was delivered.
        """
        self._taken += 1
        if not self._taken % _YIELD_EVERY:
            await checkpoint()
        while not self._messages:
            self.raise_if_ended()
            await self._arrived.wait()
        message = self._messages.popleft()
        self.size -= len(message)
        return message

    def get_nowait(self) -> str | bytes | None:
        """Return the next message if there is one."""
        if not self._messages:
            return None
        message = self._messages.popleft()
        self.size -= len(message)
        return message

    def raise_if_ended(self) -> None:
        """Raise the cause if there is one: always the same object, without old tracebacks."""
        if self.cause is not None:
            raise self.cause.with_traceback(None)
