"""Two transports that are each other's peer, without a network: for tests and for embedding."""

import anyio.lowlevel

from realtime_voice.errors import ConnectionLost, RealtimeError
from realtime_voice.transport._inbox import Inbox

__all__ = ["MemoryTransport", "memory_pair"]


class MemoryTransport:
    """One end of :func:`memory_pair`; keeps the contract of :class:`.Transport`."""

    def __init__(self) -> None:
        self._inbox = Inbox()
        self.peer: MemoryTransport | None = None
        """The other end; None for an end without one, which loses what it sends."""

    async def send(self, data: str | bytes) -> None:
        """Hand one text frame to the other end.

        Args:
            data: The text, as a string or as UTF-8.

        Raises:
            ConnectionLost: Either end has ended.
        """
        await anyio.lowlevel.checkpoint()
        self.send_nowait(data)

    def send_nowait(self, data: str | bytes) -> bool:
        """Hand one text frame to the other end; there is always room.

        Args:
            data: The text, as a string or as UTF-8.

        Returns:
            True.

        Raises:
            ConnectionLost: Either end has ended.
        """
        self._inbox.raise_if_ended()
        if self.peer is not None:
            self.peer.deliver(data if isinstance(data, str) else data.decode())
        return True

    def receive_nowait(self) -> str | bytes | None:
        """Return the next frame if one has come already; None when nothing waits."""
        return self._inbox.get_nowait()

    async def receive(self) -> str | bytes:
        """Return the next frame from the other end.

        Raises:
            ConnectionLost: Either end has ended, and every frame was delivered.
        """
        return await self._inbox.get()

    async def aclose(self) -> None:
        """End both ends; the other one still delivers what it has."""
        self._inbox.fail(_closed(by="client"))
        if self.peer is not None:
            self.peer.fail(_closed(by="server"))
        await anyio.lowlevel.checkpoint()

    def fail(self, cause: RealtimeError) -> None:
        """End this end with a cause, as a broken network would.

        Args:
            cause: What every later call raises.
        """
        self._inbox.fail(cause)

    def deliver(self, frame: str | bytes) -> None:
        """Put a frame into this end's inbox, as if the peer had sent it; never waits.

        Args:
            frame: Text, or bytes for a binary frame.
        """
        self._inbox.put(frame)


def memory_pair() -> tuple[MemoryTransport, MemoryTransport]:
    """Make two connected transports.

    Returns:
        Two ends; what one sends the other receives.
    """
    one, other = MemoryTransport(), MemoryTransport()
    one.peer, other.peer = other, one
    return one, other


def _closed(*, by: str) -> ConnectionLost:
    return ConnectionLost(f"the connection was closed by the {by}", code=1000, by=by)
