"""The core of a session: server events and facts go in, one ordered list of outcomes comes out.

Everything hard about a voice conversation is deciding: which response may start, what the user
really heard, which text is final. It is decided here and in the modules beside, which do no I/O,
read no clock and start no task: time, ids and randomness come in as arguments. Whoever calls must
carry out the outcomes in their order.
"""

from collections.abc import Callable, Mapping

import attrs

from realtime_voice.config import SessionConfig, session_update
from realtime_voice.conversation._core import Core
from realtime_voice.conversation._metrics import ConversationStatistics
from realtime_voice.conversation._outcomes import Outcome, StopPlayback, Turn
from realtime_voice.conversation._quick import send_append
from realtime_voice.conversation._receive import receive
from realtime_voice.conversation._requests import RequestKind
from realtime_voice.conversation._settings import Settings
from realtime_voice.conversation._slot import Request
from realtime_voice.errors import RequestRejected
from realtime_voice.events import (
    ConversationItem,
    ConversationItemCreate,
    InputAudioBufferClear,
    InputAudioBufferCommit,
    RealtimeConversationItemFunctionCallOutput,
    RealtimeConversationItemMessageUser,
    RealtimeConversationItemMessageUserContent,
    RealtimeResponseCreateParams,
    ServerEvent,
)

__all__ = ["Conversation"]

_MAX_APPEND_BYTES = 15 * 1024 * 1024
"""Sound in one ``input_audio_buffer.append``."""

_MIN_COMMIT_MS = 100.0
"""Sound that the server wants in the buffer to commit it."""


class Conversation:
    """One conversation with the server, without the connection.

    Call :meth:`receive` for each server event and one of the other methods for each wish of the
    application or fact about the speaker, and carry out what they return, in order. Call
    :meth:`deadline` when :meth:`next_deadline` is due.

    Args:
        config: What to ask the server for, once ``session.created`` has come.
        new_id: Makes ids for client events; at most 512 characters, no two alike.
        transcript_deadline_s: Seconds after a commit in which its transcript must come.
        hold_s: Seconds that the server is given for any other answer, and that a turn is held
            back when something of it is missing.
        plays_audio: A sink plays the model's voice, and its position is reported with
            :meth:`playback_progress` and :meth:`playback_stopped`. Without one, nothing is
            stopped or truncated, and everything counts as heard.
    """

    def __init__(
        self,
        config: SessionConfig,
        *,
        new_id: Callable[[], str],
        transcript_deadline_s: float = 5.0,
        hold_s: float = 10.0,
        plays_audio: bool = True,
    ) -> None:
        self._core = Core(
            config,
            new_id=new_id,
            transcript_deadline_s=transcript_deadline_s,
            hold_s=hold_s,
            plays_audio=plays_audio,
        )

    # --- What is known -----------------------------------------------------------------------

    @property
    def config(self) -> SessionConfig:
        """The configuration, with every update that the server acknowledged."""
        return self._core.config

    @property
    def settings(self) -> Settings:
        """What is in force on the server, as far as it told."""
        return self._core.settings

    @property
    def session_id(self) -> str | None:
        """The server's id of the session."""
        return self._core.session_id

    @property
    def expires_at(self) -> float | None:
        """Unix time at which the server will end the session, where it said so."""
        return self._core.expires_at

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way: no speech, no response, no answer that is due.

        Playing is not counted; the sink knows when it is drained.
        """
        return next(iter(self._core.awaiting()), None) is None

    @property
    def awaiting(self) -> tuple[str, ...]:
        """What is due, for people to read."""
        return tuple(self._core.awaiting())

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Turns that were told, in order."""
        return tuple(self._core.turns.told)

    @property
    def items(self) -> tuple[str, ...]:
        """Ids of the conversation's items, in the server's order."""
        return tuple(self._core.items.order())

    @property
    def usage(self) -> Mapping[str, float]:
        """Tokens so far by kind, and seconds of transcription where it is billed by time."""
        return self._core.usage.totals()

    @property
    def statistics(self) -> ConversationStatistics:
        """Counts of what came; a copy."""
        core = self._core
        return attrs.evolve(
            core.counts,
            late=core.counts.late + core.users.late + core.texts.late,
            duplicates=core.counts.duplicates + core.users.duplicates,
        )

    # --- From the server ---------------------------------------------------------------------

    def receive(self, event: ServerEvent, now: float) -> list[Outcome]:
        """Take in one server event.

        Args:
            event: The event; any event in any order is taken, none raises.
            now: Time on the session's clock, in seconds.

        Returns:
            What to do and what to tell, in order.
        """
        core = self._core
        out = receive(core, event, now)
        if core.dirty:
            out += core.settle(now)
        return out

    # --- From the application ----------------------------------------------------------------

    def note_append(self, size: int) -> str:
        """Take note of a piece of the user's voice that the caller sends by himself.

        The short way to do what :meth:`append_audio` does, without an event for each piece.

        Args:
            size: Its length in bytes of the session's input format; above 0.

        Returns:
            The id of the event that must carry it.
        """
        core = self._core
        core.appended_ms += size * 1000 / core.input_bytes_per_second
        return core.requests.next_append_id()

    def append_audio(self, data: bytes, now: float) -> list[Outcome]:
        """Send a piece of the user's voice.

        Args:
            data: Raw sound in the session's input format.
            now: Time on the session's clock.

        Raises:
            RequestRejected: The piece is above 15 MiB.
        """
        if len(data) > _MAX_APPEND_BYTES:
            raise RequestRejected(
                f"one append takes up to {_MAX_APPEND_BYTES} bytes, not {len(data)}; split it",
                code="input_audio_buffer_append_too_large",
                param="audio",
            )
        del now  # sound is not answered, so that nothing is ever due for it
        if not data:
            return []
        core = self._core
        core.appended_ms += len(data) * 1000 / core.input_bytes_per_second
        return [send_append(core.requests.next_append_id(), data)]

    def forget_audio(self, size: int) -> None:
        """Sound that was appended since the last commit was given up before it was sent.

        Args:
            size: Its length in bytes of the session's input format.
        """
        core = self._core
        core.appended_ms -= size * 1000 / core.input_bytes_per_second

    def commit_audio(self, now: float) -> list[Outcome]:
        """Make the sound since the last commit an item; no response follows by itself.

        Raises:
            RequestRejected: There are less than 100 ms of sound.
        """
        core = self._core
        waiting_ms = core.appended_ms - core.committed_ms
        if waiting_ms < _MIN_COMMIT_MS:
            raise RequestRejected(
                f"a commit needs {_MIN_COMMIT_MS:.0f} ms of sound, there are {waiting_ms:.0f} ms",
                code="input_audio_buffer_commit_empty",
            )
        core.committed_ms = core.appended_ms
        event = InputAudioBufferCommit(event_id=core.new_id())
        return [core.send(event, RequestKind.COMMIT, now)]

    def clear_audio(self, now: float) -> list[Outcome]:
        """Throw away the sound since the last commit."""
        core = self._core
        core.committed_ms = core.appended_ms
        event = InputAudioBufferClear(event_id=core.new_id())
        return [core.send(event, RequestKind.CLEAR, now)]

    def send_message(self, text: str, now: float, *, respond: bool = True) -> list[Outcome]:
        """Say something in writing.

        Args:
            text: The user's words.
            now: Time on the session's clock.
            respond: Ask for an answer as well.
        """
        content = RealtimeConversationItemMessageUserContent(type="input_text", text=text)
        out = self.create_item(RealtimeConversationItemMessageUser(content=(content,)), now)
        return [*out, *self.create_response(now)] if respond else out

    def create_item(
        self, item: ConversationItem, now: float, *, previous_item_id: str | None = None
    ) -> list[Outcome]:
        """Put an item into the conversation.

        Args:
            item: The item; the server makes up its id where it has none.
            now: Time on the session's clock.
            previous_item_id: Item to put it behind; ``root`` for the first place, None for the
                last.
        """
        core = self._core
        if isinstance(item, RealtimeConversationItemFunctionCallOutput):
            call = core.tools.get(item.call_id)
            if call is not None and call.running:
                core.tools.answer(call, item.output, now)
                core.dirty = True
        event = ConversationItemCreate(
            event_id=core.new_id(), item=item, previous_item_id=previous_item_id
        )
        first = previous_item_id == "root"
        out: list[Outcome] = [core.send(event, RequestKind.ITEM, now, item=item, first=first)]
        return self._settled(out, now)

    def create_response(
        self,
        now: float,
        *,
        params: RealtimeResponseCreateParams | None = None,
        event_id: str | None = None,
    ) -> list[Outcome]:
        """Ask the model for an answer, now or as soon as it may be asked.

        The ``response.create`` waits until no response runs or is about to begin; requests for
        the same that wait are merged. One for a response outside of the conversation
        (``conversation: "none"``) is sent at once.

        Args:
            now: Time on the session's clock.
            params: What to ask for beyond the session's configuration.
            event_id: Name of the request in :attr:`ResponseStarted.event_ids` and
                :attr:`RequestFailed.event_id`; made up where None.
        """
        name = self._core.new_id() if event_id is None else event_id
        request = Request(event_id=name, params=params, waiting=(name,))
        return self._settled(self._core.ask(request, now), now)

    def interrupt(self, now: float) -> list[Outcome]:
        """Stop the model: cancel its response, silence the speaker, forget waiting requests."""
        core = self._core
        dropped = core.slot.drop_queue()
        response_id = core.slot.cancel(now)
        out: list[Outcome] = []
        if response_id is not None:
            out.append(core.cancel_response(response_id, now))
        out += core.stop_playback(StopPlayback(cause="interrupt"))
        core.mute()
        for request in dropped:
            out += core.refuse(request, "interrupted", "interrupt() was called")
        return self._settled(out, now)

    def update(self, config_changes: SessionConfig, now: float) -> list[Outcome]:
        """Change the session; :attr:`config` changes when the server has acknowledged it.

        Args:
            config_changes: Only the fields that change; see :meth:`SessionConfig.only`.
            now: Time on the session's clock.

        Returns:
            The ``session.update`` to send; :class:`UpdateAcknowledged` or
            :class:`RequestFailed` with its id follows later.
        """
        core = self._core
        event = session_update(config_changes, core.new_id())
        return [core.send(event, RequestKind.UPDATE, now, changes=config_changes)]

    def tool_finished(self, call_id: str, output: str, now: float) -> list[Outcome]:
        """Answer a function call; the model goes on when all calls of its response are answered.

        Args:
            call_id: The server's id of the call.
            output: What the tool returned, as text.
            now: Time on the session's clock.

        Raises:
            RequestRejected: There is no such call, or it was answered already.
        """
        core = self._core
        call = core.tools.get(call_id)
        if call is None or not call.running:
            problem = "is not known" if call is None else "was answered already"
            raise RequestRejected(
                f"the call {call_id!r} {problem}", code="invalid_call_id", param="call_id"
            )
        item = RealtimeConversationItemFunctionCallOutput(call_id=call_id, output=output)
        out = self.create_item(item, now)
        return self._settled([*out, *core.follow_up(call.response_id, now)], now)

    # --- From the speaker --------------------------------------------------------------------

    def playback_stopped(self, frames_rendered: int, now: float) -> list[Outcome]:
        """The speaker was stopped and emptied, as :class:`StopPlayback` asked for.

        Args:
            frames_rendered: Frames played since the sink was made, at the output rate.
            now: Time on the session's clock.
        """
        return self._settled(self._core.playback_stopped(frames_rendered, now), now)

    def playback_progress(self, frames_rendered: int, now: float) -> list[Outcome]:
        """How far the speaker has come; to be told now and then, and when it has run dry.

        Args:
            frames_rendered: Frames played since the sink was made, at the output rate.
            now: Time on the session's clock.
        """
        self._core.ledger.progress(frames_rendered, now)
        self._core.dirty = True
        return self._settled([], now)

    # --- Time and ends -----------------------------------------------------------------------

    def deadline(self, now: float) -> list[Outcome]:
        """Give up what was due and did not come; harmless when nothing is due."""
        return self._settled(self._core.deadline(now), now)

    def next_deadline(self) -> float | None:
        """When to call :meth:`deadline`, on the session's clock; None if nothing is due."""
        return self._core.next_deadline()

    def finish(self, now: float, reason: str) -> list[Outcome]:
        """The session is over: end every text, response and turn that is open.

        Args:
            now: Time on the session's clock.
            reason: Why it ended; becomes the error of texts that never came.

        Returns:
            Notifications only; later events change nothing.
        """
        out = self._core.close(reason, now)
        self._core.finished = True
        return out

    def connection_lost(self, reason: str, now: float) -> list[Outcome]:
        """The connection is gone: nothing that was under way will come."""
        out = self._core.close(reason, now)
        self._core.ready = self._core.opened = False
        return out

    def connection_restored(self, now: float) -> list[Outcome]:
        """A new connection stands; its ``session.created`` gets the whole configuration."""
        self._core.appended_ms = self._core.committed_ms = 0.0
        return self._settled([], now)

    def _settled(self, out: list[Outcome], now: float) -> list[Outcome]:
        told = self._core.settle(now)
        return [*out, *told] if told else out
