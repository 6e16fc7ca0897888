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
from realtime_voice.testing.faults import Fault

__all__ = ["ClientBreach", "ConnectionRecord", "PingRecord", "Received", "Sent", "Struck"]

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
class PingRecord:
    """A ping of the server."""

    payload: bytes
    """What it carried; no two pings of a connection carry the same."""
    sent_s: float
    """When it was written, in seconds after the connection began."""
    answered_s: float | None = None
    """When the pong with the same payload came; None while none has."""

    @property
    def delay_s(self) -> float | None:
        """Seconds until the pong; None without one."""
        return None if self.answered_s is None else self.answered_s - self.sent_s


@attrs.frozen(kw_only=True)
class ClientBreach:
    """Something that the client may not send: a broken frame, or a message that is no event."""

    problem: str
    """What is wrong with it."""
    time_s: float
    """When it came, in seconds after the connection began."""


@attrs.frozen(kw_only=True)
class Struck:
    """A fault that has struck."""

    fault: Fault
    """The fault."""
    time_s: float
    """When it struck, in seconds after the connection began."""


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

    client_close_code: int | None = None
    """Code of the close frame that the client sent; None where none came."""
    breaches: list[ClientBreach] = attrs.field(factory=list[ClientBreach])
    """What the client may not send and sent: frames that are unmasked, cut short or run into each
    other, bad UTF-8, messages that are no events."""
    pings: list[PingRecord] = attrs.field(factory=list[PingRecord], repr=False)
    """Pings of the server, and how soon the client answered."""
    client_pings: list[float] = attrs.field(factory=list[float], repr=False)
    """When pings of the client came, in seconds after the connection began."""
    bytes_received: int = 0
    """Bytes that the client sent behind its request."""
    bytes_sent: int = 0
    """Bytes that the server sent behind its answer to the request."""
    struck: list[Struck] = attrs.field(factory=list[Struck])
    """Faults that struck, in order."""

    _began_s: float = attrs.field(factory=anyio.current_time, init=False, repr=False)
    _closed: anyio.Event = attrs.field(factory=anyio.Event, init=False, repr=False)

    def elapsed_s(self) -> float:
        """Return the seconds since the connection began."""
        return anyio.current_time() - self._began_s

    def note_breach(self, problem: str) -> None:
        """Take note of what the client may not send; for the server."""
        self.breaches.append(ClientBreach(problem=problem, time_s=self.elapsed_s()))

    def note_fault(self, fault: Fault) -> None:
        """Take note of a fault that strikes; for the server."""
        self.struck.append(Struck(fault=fault, time_s=self.elapsed_s()))

    def note_close(self, code: int, reason: str, by: str) -> None:
        """Take note of the end, if it is the first one; for the server."""
        if self.close_code is not None:
            return
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
