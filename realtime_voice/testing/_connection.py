"""One connection: carries events between a channel, the engine and the brain.

Everything the engine wants is done at once and in order; whatever waits (sending, listening,
thinking, time) is a task of its own, so that the client is read all the time. The channel hides
whether there is a socket.
"""

import uuid
from collections import deque
from collections.abc import Callable, Iterator
from time import time
from typing import Protocol, assert_never

import anyio
import attrs
from anyio.abc import TaskGroup

from realtime_voice.codec import decode_client_event, encode_server_event
from realtime_voice.errors import EventDecodeError, ScriptError
from realtime_voice.events import ClientEvent, InputAudioBufferAppend
from realtime_voice.testing._brain import AudioRequest, Brain, Ear, Mind
from realtime_voice.testing._engine import LONGEST_APPEND, Engine, EngineOptions
from realtime_voice.testing._engine_outputs import (
    Ask,
    CloseConnection,
    DropEar,
    Emit,
    FeedEar,
    FinishEar,
    Output,
    StartEar,
    StopAsking,
)
from realtime_voice.testing._records import ConnectionRecord, Received, Sent

__all__ = ["Channel", "Closed", "Connection", "new_id"]

_GOING_AWAY = 1001
_INTERNAL_ERROR = 1011
_SLICE_BYTES = 48_000  # a second of sound at 24 kHz: about a millisecond of work
_GOODBYE_S = 1.0
_ID_LENGTH = 21  # characters behind the prefix, as the real server's ids have


class Closed(Exception):
    """The channel was closed, or it broke.

    Args:
        code: WebSocket close code; 1006 when it broke.
        reason: WebSocket close reason.
        by: ``client`` or ``server``: who closed it.
    """

    def __init__(self, code: int, reason: str = "", by: str = "client") -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason
        self.by = by


class Channel(Protocol):
    """A WebSocket after its handshake, seen from the server."""

    async def receive(self) -> str | bytes:
        """Return the next message.

        Raises:
            Closed: There is no next message.
        """
        ...

    async def send(self, text: str) -> None:
        """Send a text message.

        Raises:
            Closed: The peer is gone.
        """

    async def close(self, code: int, reason: str) -> None:
        """Close with a code; never raises."""


def new_id(prefix: str) -> str:
    """Make an id as the real server's: a prefix and 21 characters of chance."""
    return f"{prefix}_{uuid.uuid4().hex[:_ID_LENGTH]}"


class Connection:
    """Runs one connection from the first event to the last.

    Args:
        channel: Carries messages.
        brain: Understands and speaks.
        record: Takes note of everything.
        options: How the server behaves.
        report: Takes exceptions of the brain, for the test to see.
    """

    def __init__(
        self,
        channel: Channel,
        brain: Brain,
        record: ConnectionRecord,
        options: EngineOptions,
        report: Callable[[Exception], None],
    ) -> None:
        self._channel = channel
        self._record = record
        self._options = options
        self._report = report
        self._outbox: deque[str | CloseConnection] = deque()
        self._outbox_filled = anyio.Event()
        self._rescheduled = anyio.Event()
        self._ears: dict[str, Ear] = {}
        self._finished_ears: deque[tuple[str, Ear]] = deque()
        self._ear_finished = anyio.Event()
        self._thoughts: dict[str, anyio.CancelScope] = {}
        self._mind: Mind = brain.connect()

    async def run(self) -> None:
        """Serve until the connection ends."""
        self._engine = Engine(
            model=self._record.model,
            detector=self._mind.detector,
            new_id=new_id,
            now=anyio.current_time(),
            unix_time=time(),
            options=self._options,
        )
        try:
            async with anyio.create_task_group() as tasks:
                self._tasks: TaskGroup = tasks
                self._perform(self._engine.start())
                tasks.start_soon(self._write)
                tasks.start_soon(self._keep_time)
                tasks.start_soon(self._finish_ears)
                await self._read()
                tasks.cancel_scope.cancel()
        except Exception:
            self._record.note_close(_INTERNAL_ERROR, "internal error", "server")
            raise
        finally:
            with anyio.CancelScope(shield=True):
                await self._end()

    # --- Tasks --------------------------------------------------------------------------------

    async def _read(self) -> None:
        while True:
            try:
                frame = await self._channel.receive()
            except Closed as closed:
                self._record.note_close(closed.code, closed.reason, closed.by)
                return
            # An in-process client may have filled the channel: let the others run as well.
            await anyio.lowlevel.checkpoint()
            await self._take(frame)

    async def _take(self, frame: str | bytes) -> None:
        if isinstance(frame, bytes):
            self._record.note_breach("a binary message")
            self._perform(self._engine.receive_binary())
            return
        try:
            event = decode_client_event(frame)
        except EventDecodeError as error:
            self._record.note_breach("a message that is no event")
            self._perform(self._engine.receive_garbage(frame, str(error)))
            return
        self._record.received.append(Received(event=event, time_s=self._record.elapsed_s()))
        for part in _slices(event):
            self._perform(self._engine.receive(part, anyio.current_time()))
            await anyio.lowlevel.checkpoint()

    async def _write(self) -> None:
        while True:
            while self._outbox:
                message = self._outbox.popleft()
                if isinstance(message, CloseConnection):
                    self._record.note_close(message.code, message.reason, "server")
                    self._tasks.cancel_scope.cancel()
                    return
                try:
                    await self._channel.send(message)
                except Closed as closed:
                    self._record.note_close(closed.code, closed.reason, closed.by)
                    self._tasks.cancel_scope.cancel()
                    return
            self._outbox_filled = anyio.Event()
            await self._outbox_filled.wait()

    async def _keep_time(self) -> None:
        while True:
            deadline = self._engine.next_deadline()
            self._rescheduled = anyio.Event()
            seconds = None if deadline is None else deadline - anyio.current_time()
            with anyio.move_on_after(seconds):
                await self._rescheduled.wait()
            now = anyio.current_time()
            deadline = self._engine.next_deadline()
            if deadline is not None and now >= deadline:
                self._perform(self._engine.tick(now))
                await anyio.lowlevel.checkpoint()

    async def _finish_ears(self) -> None:
        """Finish one ear after the other, in the order of the utterances."""
        while True:
            while self._finished_ears:
                item_id, ear = self._finished_ears.popleft()
                try:
                    speech = await ear.finish()
                except Exception as error:  # noqa: BLE001 - a brain may raise anything
                    message, now = self._failure(error), anyio.current_time()
                    self._perform(self._engine.ear_failed(item_id, message, now))
                else:
                    self._perform(self._engine.heard(item_id, speech, anyio.current_time()))
            self._ear_finished = anyio.Event()
            await self._ear_finished.wait()

    async def _think(self, request: AudioRequest, scope: anyio.CancelScope) -> None:
        response_id = request.response_id
        with scope:
            try:
                async for answer in self._mind.answer(request):
                    now = anyio.current_time()
                    self._perform(self._engine.answered(response_id, answer, now))
            except Exception as error:  # noqa: BLE001 - a brain may raise anything
                message, now = self._failure(error), anyio.current_time()
                self._perform(self._engine.brain_failed(response_id, message, now))
            else:
                self._perform(self._engine.answers_ended(response_id, anyio.current_time()))
        self._thoughts.pop(response_id, None)

    # --- Outputs ------------------------------------------------------------------------------

    def _perform(self, outputs: list[Output]) -> None:
        for output in outputs:
            match output:
                case Emit():
                    self._emit(output)
                case StartEar() | FeedEar() | FinishEar() | DropEar():
                    self._listen(output)
                case Ask():
                    scope = self._thoughts[output.request.response_id] = anyio.CancelScope()
                    self._tasks.start_soon(self._think, output.request, scope)
                case StopAsking():
                    if (thought := self._thoughts.get(output.response_id)) is not None:
                        thought.cancel()
                case CloseConnection():
                    self._post(output)
                case _:
                    assert_never(output)
        self._rescheduled.set()

    def _emit(self, output: Emit) -> None:
        self._record.sent.append(Sent(event=output.event, time_s=self._record.elapsed_s()))
        self._post(encode_server_event(output.event))

    def _listen(self, output: StartEar | FeedEar | FinishEar | DropEar) -> None:
        match output:
            case StartEar():
                self._ears[output.item_id] = self._mind.ear(output.transcription)
            case FeedEar():
                for delta in self._ears[output.item_id].feed(output.pcm) or ():
                    self._perform(self._engine.partial(output.item_id, delta))
            case FinishEar():
                self._finished_ears.append((output.item_id, self._ears.pop(output.item_id)))
                self._ear_finished.set()
            case DropEar():
                self._ears.pop(output.item_id).cancel()

    def _post(self, message: str | CloseConnection) -> None:
        self._outbox.append(message)
        self._outbox_filled.set()

    def _failure(self, error: Exception) -> str:
        """Report what the brain raised; return what the client may know of it."""
        self._report(error)
        # Only a script's own words are for the wire: other messages may hold a user's.
        return str(error) if isinstance(error, ScriptError) else "The server had an error."

    # --- The end ------------------------------------------------------------------------------

    async def _end(self) -> None:
        self._record.note_close(_GOING_AWAY, "", "server")
        if self._record.closed_by == "server":
            with anyio.move_on_after(_GOODBYE_S):
                code = self._record.close_code or _GOING_AWAY
                await self._channel.close(code, self._record.close_reason)
        for ear in self._ears.values():
            ear.cancel()
        for _, ear in self._finished_ears:
            ear.cancel()
        try:
            await self._mind.aclose()
        except Exception as error:  # noqa: BLE001 - a brain may raise anything
            self._report(error)


def _slices(event: ClientEvent) -> Iterator[ClientEvent]:
    """Cut minutes of sound into seconds: looking at them at once would hold up everybody else."""
    too_much = isinstance(event, InputAudioBufferAppend) and len(event.audio) > LONGEST_APPEND
    if not isinstance(event, InputAudioBufferAppend) or too_much:
        yield event
        return
    for start in range(0, max(1, len(event.audio)), _SLICE_BYTES):
        yield attrs.evolve(event, audio=event.audio[start : start + _SLICE_BYTES])
