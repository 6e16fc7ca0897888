"""What moves text frames: three methods, and nothing about what the frames say."""

from typing import Protocol

__all__ = ["Transport"]


class Transport(Protocol):
    """A connected, ordered, reliable carrier of frames.

    Implementations translate every foreign exception into :mod:`realtime_voice.errors`, keep
    draining the peer while nobody calls :meth:`receive`, and raise the same stored cause from
    every call after the end.
    """

    async def send(self, text: str) -> None:
        """Send one frame; a cancelled call was either not sent or sent whole.

        Raises:
            ConnectionLost: The connection has ended.
        """

    async def receive(self) -> str | bytes:
        """Return the next frame; safe to cancel, nothing is lost.

        Raises:
            ConnectionLost: The connection has ended and every frame that came was delivered.
        """
        ...

    async def aclose(self) -> None:
        """Close with a bounded grace; idempotent, never raises for a peer that is gone."""
