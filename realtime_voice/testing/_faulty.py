"""A channel on which faults strike: it carries messages and, at the right moment, fails to.

Knows when each fault is due and what it does to messages; what it does to bytes is the business of
:class:`WireFaults`, and only where there is a wire.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, cast

import anyio
import orjson
from anyio.abc import TaskGroup

from realtime_voice.codec import decode_client_event, decode_server_event
from realtime_voice.testing._connection import Channel, Closed, new_id
from realtime_voice.testing._faulty_wire import WireFaults
from realtime_voice.testing._records import ConnectionRecord, Received, Sent
from realtime_voice.testing._turn import Turn
from realtime_voice.testing.faults import (
    AfterBytes,
    AfterEvents,
    AfterSeconds,
    BigMessage,
    Close,
    Expire,
    Fault,
    Flood,
    GoSilent,
    NoSession,
    OddEvent,
    OnClientEvent,
    OnClose,
    RejectUpdate,
    Repeat,
    SendBinary,
    SendText,
    StopReading,
    Trigger,
)
from realtime_voice.testing.faults._bytes import big_text, error_text, flood_texts, odd_text
from realtime_voice.testing.faults._plan import TimedFault

__all__ = ["FaultyChannel", "Line"]

_NO_CODE = 1005
_EXPIRED = 1001
_EXPIRED_MESSAGE = "Your session hit the maximum duration of 60 minutes."
_SOUND = "response.output_audio.delta"


class Line(Channel, Protocol):
    """What a channel must have so that faults can strike on it."""

    turn: Turn
    """Whoever sends has it."""

    def go_deaf(self) -> None:
        """Receive nothing any more."""

    def go_mute(self) -> None:
        """Send nothing any more; sending seems to work."""

    async def send_binary(self, data: bytes) -> None:
        """Send a binary message."""

    def strike_at(self, count: int, strike: Callable[[], Awaitable[None]]) -> None:
        """Await something when a number of bytes was sent."""


class FaultyChannel:
    """A channel with faults.

    Args:
        line: Carries messages.
        wire: What can be done to bytes; None: there are none.
        faults: What goes wrong.
        record: Takes note of what strikes.
        tasks: Runs what goes on for a while.
    """

    def __init__(
        self,
        line: Line,
        wire: WireFaults | None,
        faults: Sequence[Fault],
        record: ConnectionRecord,
        tasks: TaskGroup,
    ) -> None:
        self._line = line
        self._wire = wire
        self._record = record
        self._tasks = tasks
        self._pending = [fault for fault in faults if isinstance(fault, TimedFault)]
        self._rejection = next((f for f in faults if isinstance(f, RejectUpdate)), None)
        self._has_no_session = any(isinstance(fault, NoSession) for fault in faults)
        self._sent: dict[str | None, int] = {None: 0}
        self._received: dict[str, int] = {}
        self._last_text: str | None = None
        self._last_sound: dict[str, Any] | None = None
        self._reading: anyio.CancelScope | None = None
        self._ended: Closed | None = None

    async def start(self) -> None:
        """Let strike what is due right behind the upgrade, and watch the clock."""
        if self._wire is not None:
            self._wire.on_client_close(self._strike_on_close)
        await self._strike(lambda when: isinstance(when, AfterEvents) and when.count == 0)
        self._aim_at_bytes()
        # One clock for each time: what never ends must not hold up what is due later.
        for seconds in {f.when.seconds for f in self._pending if isinstance(f.when, AfterSeconds)}:
            self._tasks.start_soon(self._strike_after, seconds)

    # --- The channel --------------------------------------------------------------------------

    async def receive(self) -> str | bytes:
        """Return the next message.

        Raises:
            Closed: There is no next message.
        """
        while True:
            with anyio.CancelScope() as self._reading:
                self._raise_if_ended()
                message = await self._line.receive()
                if isinstance(message, bytes) or not await self._has_taken(message):
                    self._raise_if_ended()
                    return message
            self._raise_if_ended()

    async def send(self, text: str) -> None:
        """Send a text message.

        Raises:
            Closed: The connection has ended.
        """
        async with self._line.turn.take():
            self._raise_if_ended()
            if self._has_no_session:
                return
            await self._line.send(text)
            if not self._pending:
                return
            self._last_text = text
            wire = _json(text)
            if (kind := wire.get("type")) == _SOUND:
                self._last_sound = wire
            for name in (None, kind):
                self._sent[name] = self._sent.get(name, 0) + 1
            await self._strike(
                lambda when: (
                    isinstance(when, AfterEvents)
                    and when.event in {None, kind}
                    and when.count == self._sent[when.event]
                )
            )

    async def close(self, code: int, reason: str) -> None:
        """Close with a code, if nothing has ended the connection before."""
        if self._ended is None:
            await self._line.close(code, reason)

    # --- When ---------------------------------------------------------------------------------

    async def _strike(self, is_due: Callable[[Trigger], bool]) -> None:
        for fault in list(self._pending):
            if is_due(fault.when):
                self._pending.remove(fault)
                self._record.note_fault(fault)
                await self._perform(fault)

    def _aim_at_bytes(self) -> None:
        counts = [f.when.count for f in self._pending if isinstance(f.when, AfterBytes)]
        if counts:
            nearest = min(counts)
            self._line.strike_at(nearest, lambda: self._strike_at_byte(nearest))

    async def _strike_at_byte(self, count: int) -> None:
        await self._strike(lambda when: isinstance(when, AfterBytes) and when.count == count)
        self._aim_at_bytes()

    async def _strike_after(self, seconds: float) -> None:
        await anyio.sleep(seconds)
        try:
            await self._strike(
                lambda when: isinstance(when, AfterSeconds) and when.seconds == seconds
            )
        except Closed:
            return

    async def _strike_on_close(self) -> bool:
        """Let strike what waits for the client's close; say whether to answer it."""
        await self._strike(lambda when: isinstance(when, OnClose))
        return self._ended is None

    async def _has_taken(self, message: str) -> bool:
        """Let strike what waits for an event; say whether the engine must not see it."""
        if not self._pending and self._rejection is None:
            return False
        wire = _json(message)
        kind = str(wire.get("type"))
        self._received[kind] = count = self._received.get(kind, 0) + 1
        await self._strike(
            lambda when: (
                isinstance(when, OnClientEvent) and when.event == kind and when.count == count
            )
        )
        if kind != "session.update" or self._rejection is None:
            return False
        rejection, self._rejection = self._rejection, None
        self._record.note_fault(rejection)
        event = decode_client_event(message)
        self._record.received.append(Received(event=event, time_s=self._record.elapsed_s()))
        await self._say_error(
            rejection.code, rejection.message, param=rejection.param, about=wire.get("event_id")
        )
        return True

    # --- What ---------------------------------------------------------------------------------

    async def _perform(self, fault: TimedFault) -> None:
        match fault:
            case StopReading():
                self._line.go_deaf()
            case GoSilent():
                self._line.go_mute()
            case Close() | Expire():
                await self._close(fault)
            case BigMessage(fragment_bytes=None):
                await self._line.send(big_text(fault))
            case Flood() if self._wire is not None:
                await self._wire.perform(fault, self._tasks)  # many frames in one write
            case SendText() | SendBinary() | OddEvent() | Repeat() | Flood():
                await self._say(fault)
            case _:
                if self._wire is not None:
                    ended = await self._wire.perform(fault, self._tasks)
                    if ended is not None:
                        self._end(ended)

    async def _say(self, fault: SendText | SendBinary | OddEvent | Repeat | Flood) -> None:
        async with self._line.turn.take():
            match fault:
                case SendText():
                    await self._line.send(fault.text)
                case SendBinary():
                    await self._line.send_binary(fault.data)
                case Repeat():
                    for _ in range(fault.count if self._last_text is not None else 0):
                        await self._line.send(self._last_text or "")
                case OddEvent():
                    for _ in range(fault.count):
                        text = odd_text(fault, new_id("event"), self._last_sound)
                        await self._line.send(text)
                case Flood():
                    for text in flood_texts(fault):
                        await self._line.send(text)

    async def _close(self, fault: Close | Expire) -> None:
        close = fault
        if isinstance(close, Expire):
            await self._say_error("session_expired", _EXPIRED_MESSAGE)
            close = Close(code=_EXPIRED, reason=_EXPIRED_MESSAGE)
        code = _NO_CODE if close.code is None else close.code
        self._record.note_close(code, close.reason, "server")
        if self._wire is not None:
            await self._wire.close(close)
        else:
            await self._line.close(code, close.reason)
        self._end(Closed(code, close.reason, "server"))

    async def _say_error(
        self, code: str, message: str, *, param: str | None = None, about: str | None = None
    ) -> None:
        text = error_text(code, message, param=param, event_id=new_id("event"), about=about)
        event = decode_server_event(text)
        self._record.sent.append(Sent(event=event, time_s=self._record.elapsed_s()))
        await self._line.send(text)

    def _end(self, closed: Closed) -> None:
        self._ended = closed
        if self._reading is not None:
            self._reading.cancel()

    def _raise_if_ended(self) -> None:
        if self._ended is not None:
            raise Closed(self._ended.code, self._ended.reason, self._ended.by)


def _json(text: str) -> dict[str, Any]:
    try:
        value: object = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
