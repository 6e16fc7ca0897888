"""What a connection did, for assertions."""

from collections.abc import Sequence
from typing import TypeVar

import anyio
import attrs

from realtime_voice.events import (
    ClientEvent,
    ConversationItemTruncated,
    Error,
    InputAudioBufferAppend,
    ServerEvent,
)

__all__ = ["ConnectionRecord", "Received", "Sent"]

_Event = TypeVar("_Event")


@attrs.frozen(kw_only=True)
class Received:
    """An event that the client sent."""

    event: ClientEvent
    """The event."""
    time_s: float
    """When it came, in seconds after the connection began."""


@attrs.frozen(kw_only=True)
class Sent:
    """An event that the server sent."""

    event: ServerEvent
    """The event."""
    time_s: float
    """When it was ready to be sent, in seconds after the connection began."""


@attrs.define(kw_only=True)
class ConnectionRecord:
    """What one connection did so far; grows while the connection lives."""

    model: str | None
    """Model in the URL; None for a transcription session."""
    headers: dict[str, str] = attrs.field(factory=dict[str, str])
    """Headers of the request, lower case, without credentials."""
    received: list[Received] = attrs.field(factory=list[Received], repr=False)
    """Events of the client, in order."""
    sent: list[Sent] = attrs.field(factory=list[Sent], repr=False)
    """Events of the server, in order."""
    close_code: int | None = None
    """WebSocket close code; 1006 when the connection broke; None while it lives."""
    close_reason: str = ""
    """WebSocket close reason."""
    closed_by: str | None = None
    """``client`` or ``server``: who closed; None while it lives."""

    _closed: anyio.Event = attrs.field(factory=anyio.Event, init=False, repr=False)

    def note_close(self, code: int, reason: str, by: str) -> None:
        """Take note of the end; for the server."""
        self.close_code = code
        self.close_reason = reason
        self.closed_by = by
        self._closed.set()

    async def wait_closed(self) -> None:
        """Wait until the connection has ended: :attr:`close_code` is known then."""
        await self._closed.wait()

    @property
    def client_events(self) -> Sequence[ClientEvent]:
        """Events of the client without their times."""
        return [entry.event for entry in self.received]

    @property
    def server_events(self) -> Sequence[ServerEvent]:
        """Events of the server without their times."""
        return [entry.event for entry in self.sent]

    @property
    def audio_received(self) -> bytes:
        """All sound that the client appended, in the session's input format."""
        return b"".join(entry.audio for entry in self.received_of(InputAudioBufferAppend))

    @property
    def truncations(self) -> Sequence[ConversationItemTruncated]:
        """Truncations that were accepted."""
        return self.sent_of(ConversationItemTruncated)

    @property
    def errors(self) -> Sequence[Error]:
        """Error events that the server sent."""
        return self.sent_of(Error)

    def received_of(self, kind: type[_Event]) -> list[_Event]:
        """Return the client's events of one class."""
        return [entry.event for entry in self.received if isinstance(entry.event, kind)]

    def sent_of(self, kind: type[_Event]) -> list[_Event]:
        """Return the server's events of one class."""
        return [entry.event for entry in self.sent if isinstance(entry.event, kind)]
