"""What moves text frames: a few methods, and nothing about what the frames say."""

from typing import Protocol

__all__ = ["Transport"]


class Transport(Protocol):
    """A connected, ordered, reliable carrier of frames.

    Implementations translate every foreign exception into :mod:`realtime_voice.errors`, keep
    draining the peer while nobody calls :meth:`receive`, and raise the same stored cause from
    every call after the end.
    """

    async def send(self, data: str | bytes) -> None:
        """Send one text frame; a cancelled call was either not sent or sent whole.

        Args:
            data: The text, as a string or as UTF-8.

        Raises:
            ConnectionLost: The connection has ended.
        """

    def send_nowait(self, data: str | bytes) -> bool:
        """Send one text frame if that needs no waiting.

        Args:
            data: The text, as a string or as UTF-8.

        Returns:
            Whether it was taken. If not, nothing has happened, and :meth:`send` waits for room.

        Raises:
            ConnectionLost: The connection has ended.
        """
        ...

    async def receive(self) -> str | bytes:
        """Return the next frame (text as a string); safe to cancel, nothing is lost.

        Raises:
            ConnectionLost: The connection has ended and every frame that came was delivered.
        """
        ...

    def receive_nowait(self) -> str | bytes | None:
        """Return the next frame if one has come already.

        Returns:
            The frame; None when nothing waits, also after the end (:meth:`receive` tells why).
        """
        ...

    async def aclose(self) -> None:
        """Close with a bounded grace; idempotent, never raises for a peer that is gone."""
