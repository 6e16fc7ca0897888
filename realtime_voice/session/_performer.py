"""Carries out what the core decides: sends, plays, tells. Synchronous from the first to the last.

There is no ``await`` between a frame and the speaker here, and nothing decides anything: this is
the only place where the core's outcomes become deeds. Tasks, waiting and lifetime are elsewhere.
"""

import logging
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from realtime_voice.audio import AudioSink
from realtime_voice.codec import decode_server_event
from realtime_voice.conversation import (
    AudioChunk,
    CallTool,
    Conversation,
    EndReason,
    Notification,
    Outcome,
    PlaybackInterrupted,
    RequestFailed,
    ResponseFinished,
    ResponseStarted,
    Send,
    ServerProblem,
    SessionReady,
    SpeechStarted,
    SpeechStopped,
    StopPlayback,
    TranscriptUpdate,
    TurnCompleted,
    UpdateAcknowledged,
)
from realtime_voice.errors import (
    EventDecodeError,
    ProtocolViolation,
    RealtimeError,
    RequestRejected,
)
from realtime_voice.events import (
    Error,
    InputAudioBufferCleared,
    InputAudioBufferCommitted,
    MalformedServerEvent,
    SessionCreated,
    SessionUpdate,
    SessionUpdated,
    UnknownServerEvent,
)
from realtime_voice.formats import AudioFormat
from realtime_voice.session._kept import AudioKeeper
from realtime_voice.session._replies import Replies
from realtime_voice.session._speaker import Speaker
from realtime_voice.session._statistics import Counters
from realtime_voice.session._topics import (
    Topics,
    event_bytes,
    notification_bytes,
    sound_bytes,
    text_bytes,
)
from realtime_voice.session._uplink import Uplink, UplinkLimits, event_id_of
from realtime_voice.session._waiting import Flag, loop_clock
from realtime_voice.transport import from_server_error, is_fatal, printable

__all__ = ["End", "Performer"]

_log = logging.getLogger("realtime_voice")

_NONSENSE = 10
"""Frames that are no events, within :data:`_NONSENSE_SECONDS`, with which a server is given up."""
_NONSENSE_SECONDS = 60.0

End = Callable[[EndReason, Exception | None], None]
"""Ends the session: why, and with which fault."""


class Performer:
    """The hands of one session. Made inside the event loop that it works in.

    Args:
        core: Decides.
        topics: Tells.
        end: Ends the session when the server refused it for good.
        keep_audio_s: Seconds of sound to keep for the result, on each side.
        limits: How much may wait to be sent; None: the usual.
    """

    def __init__(
        self,
        core: Conversation,
        topics: Topics,
        end: End,
        *,
        keep_audio_s: float,
        limits: UplinkLimits | None = None,
    ) -> None:
        self.core = core
        self.topics = topics
        self.clock = loop_clock()
        self.replies = Replies()
        self.counters = Counters()
        self.speaker: Speaker | None = None
        self.user_keeper = AudioKeeper(keep_audio_s)
        self.assistant_keeper = AudioKeeper(keep_audio_s)
        self.uplink = Uplink(
            core,
            self.counters,
            self.user_keeper,
            limits=limits or UplinkLimits(),
            refuse=self.refuse,
            fail=self._fail,
            tell=topics.notifications.publish,
        )
        self.ready = Flag()
        self.speaking = False
        self.detection: object | None = None
        self.cleared = Flag()
        self.last_error: Error | None = None
        self.last_event_at = 0.0
        self.unheard_calls: set[str] = set()
        self._end = end
        self._frame_bytes = 0
        self._keeps = keep_audio_s > 0
        self._layout: AudioFormat | None = None
        self._byte_rate = 1
        self._nonsense: list[float] = []
        self._setup_id: str | None = None
        self._told_id: str | None = None
        self._alarm: Flag | None = None
        self._fires = math.inf
        self._reports = False

    def attach(self, sink: AudioSink | None) -> None:
        """Play through a sink from now on.

        Args:
            sink: Where the voice goes; None for a session without a speaker.
        """
        if sink is not None:
            self.speaker = Speaker(sink, self.core.config.output_audio_format)

    # --- What comes in -----------------------------------------------------------------------

    def receive(self, frame: str | bytes, now: float) -> None:
        """Take one frame from the server, all the way to the speaker and the subscribers.

        Timers are not set by this: call :meth:`rearm` after the last of several.

        Args:
            frame: As the transport gave it.
            now: Time on the event loop's clock.

        Raises:
            ProtocolViolation: The server has sent too much that is no event.
        """
        self.counters.events_received += 1
        self.last_event_at = now
        if not isinstance(frame, str):
            self._take_nonsense(f"a binary frame of {len(frame)} bytes", now)
            return
        try:
            event = decode_server_event(frame)
        except EventDecodeError as exc:
            self._take_nonsense(str(exc), now)
            return
        note = self._NOTES.get(type(event))
        if note is not None:
            note(self, event)
        elif self.last_error is not None:
            self._forget_error()
        self._frame_bytes = len(frame)
        deeds = self._DEEDS
        for outcome in self.core.receive(event, now):
            deeds[type(outcome)](self, outcome)
        events = self.topics.events
        if events.is_heard:
            events.publish(event, 1.0, event_bytes(event, frame))

    def _take_nonsense(self, problem: str, now: float) -> None:
        """A frame that is no event: told and counted; many of them are no Realtime server."""
        self.counters.events_malformed += 1
        event = MalformedServerEvent(type="", raw={}, error=problem)
        self._carry_out(
            [ServerProblem(code="malformed", message=problem, benign=False, event=event)]
        )
        times = self._nonsense = [*self._nonsense[1 - _NONSENSE :], now]
        if len(times) == _NONSENSE and now - times[0] <= _NONSENSE_SECONDS:
            raise ProtocolViolation(
                f"the server sent {_NONSENSE} frames within {now - times[0]:.0f} s that are no "
                f"events, the last of them: {problem}",
                cause="protocol",
                by="client",
            )

    def perform(self, outcomes: Iterable[Outcome]) -> None:
        """Carry out the core's answer, in its order, and set the timer anew.

        Args:
            outcomes: Effects and notifications.
        """
        self._carry_out(outcomes)
        self.rearm()

    def _carry_out(self, outcomes: Iterable[Outcome]) -> None:
        deeds = self._DEEDS
        for outcome in outcomes:
            deeds[type(outcome)](self, outcome)

    @property
    def is_settled(self) -> bool:
        """Whether nothing is awaited that may still come, and nothing waits to be sent."""
        if not self.uplink.is_idle:
            return False
        # A tool that nobody will run holds nothing up; its turn is told as incomplete.
        return self.core.is_idle or len(self.core.awaiting) <= len(self.unheard_calls)

    # --- Effects -----------------------------------------------------------------------------

    def _send(self, outcome: Send) -> None:
        if self._setup_id is None and isinstance(outcome.event, SessionUpdate):
            self._setup_id = event_id_of(outcome.event)
        self.uplink.send(outcome.event)

    def _play(self, chunk: AudioChunk) -> None:
        layout = chunk.format
        if layout is not self._layout:
            # Two properties and a table away, and the same for all chunks of a session.
            self._layout, self._byte_rate = layout, layout.bytes_per_second
        data = chunk.data
        seconds = len(data) / self._byte_rate
        self.counters.audio_received_s += seconds
        if not chunk.out_of_band:
            if self.speaker is not None:
                try:
                    self.speaker.write(data, layout)
                except Exception as exc:  # noqa: BLE001 - a sink's fault; see _fail
                    self._fail(exc)
            if self._keeps:
                self.assistant_keeper.add(data, layout, chunk.item_id)
        topic = self.topics.audio
        if topic.is_heard:
            topic.publish(chunk, seconds, sound_bytes(data))

    def _stop_playback(self, _: StopPlayback) -> None:
        """Silence first, then the consequences, before anything else of the same answer."""
        if self.speaker is None:
            return
        try:
            frames = self.speaker.stop()
        except Exception as exc:  # noqa: BLE001 - a sink's fault; see _fail
            self._fail(exc)
        else:
            self._carry_out(self.core.playback_stopped(frames, self.clock()))

    def _call(self, call: CallTool) -> None:
        """Hand a function call over; the session does not wait for one that nobody reads."""
        if not self.topics.tool_calls.publish(call, 1.0, self._frame_bytes):
            self.unheard_calls.add(call.call_id)
            _log.warning(
                "the model called the tool %r, and nobody reads tool_calls()", printable(call.name)
            )

    def _fail(self, error: Exception) -> None:
        """A sink that fails ends the session with its error, whoever made it play or stop."""
        self._end("error", error)

    # --- Notifications -----------------------------------------------------------------------

    def _tell_text(self, update: TranscriptUpdate) -> None:
        topics = self.topics
        topic = topics.user if update.role == "user" else topics.assistant
        size = text_bytes(update)
        topic.publish(update, 1.0, size)
        if topics.notifications.is_heard:
            topics.notifications.publish(update, 1.0, size)

    def _tell_turn(self, outcome: TurnCompleted) -> None:
        self.counters.turns += 1
        self.topics.turns.publish(outcome.turn)
        self._tell(outcome)

    def _tell(self, outcome: Notification) -> None:
        """Tell what needs no deed of the session, or had it."""
        self.topics.notifications.publish(outcome, 1.0, notification_bytes(self._frame_bytes))

    def _tell_speech(self, outcome: SpeechStarted | SpeechStopped) -> None:
        self.speaking = type(outcome) is SpeechStarted
        self._tell(outcome)

    def _tell_ready(self, outcome: SessionReady) -> None:
        self.counters.ready_at = self.clock()
        self.ready.set()
        self._tell(outcome)

    def _tell_interruption(self, outcome: PlaybackInterrupted) -> None:
        self.counters.interruptions += 1
        self._tell(outcome)

    def _tell_update(self, outcome: UpdateAcknowledged) -> None:
        self.replies.settle(outcome.event_id)
        self._tell(outcome)

    def _tell_response(self, outcome: ResponseStarted) -> None:
        for event_id in outcome.event_ids:
            self.replies.settle(event_id, outcome.response_id)
        self._tell(outcome)

    def _tell_end(self, outcome: ResponseFinished) -> None:
        if self.speaker is not None and not outcome.out_of_band:
            try:
                self.speaker.flush()
            except Exception as exc:  # noqa: BLE001 - a sink's fault; see _fail
                self._fail(exc)
        if is_fatal(outcome.code):
            self._end("error", from_server_error(outcome.code, outcome.message or ""))
        self._tell(outcome)

    def _tell_problem(self, outcome: ServerProblem) -> None:
        self.counters.problems_benign += outcome.benign
        self.counters.problems += not outcome.benign
        if outcome.fatal and (is_fatal(outcome.code) or not self._is_for_a_caller(outcome)):
            self._end("error", from_server_error(outcome.code, outcome.message))
        self._tell(outcome)

    def _is_for_a_caller(self, problem: ServerProblem) -> bool:
        """Whether somebody waited for the request that failed, and gets the error himself."""
        event = problem.event
        failed = event.error.event_id if isinstance(event, Error) else None
        return failed is not None and (failed == self._told_id or self.replies.awaits(failed))

    def _tell_failure(self, outcome: RequestFailed) -> None:
        error = RequestRejected(
            outcome.message, code=outcome.code, param=outcome.param, event_id=outcome.event_id
        )
        self.refuse(outcome.event_id, error)
        self._tell(outcome)

    def refuse(self, event_id: str, error: RealtimeError) -> None:
        """One of our events came to nothing: tell who waits; without the first, nothing works.

        Args:
            event_id: Id of the event.
            error: Why.
        """
        self.uplink.forget_commit(event_id)
        if self.replies.awaits(event_id):
            self._told_id = event_id
        self.replies.fail(event_id, error)
        if event_id == self._setup_id and not self.ready.is_set:
            self._end("error", error)

    # --- Events that the session's own life depends on -----------------------------------------

    def _note_error(self, event: Error) -> None:
        self.last_error = event

    def _note_session(self, event: SessionCreated | SessionUpdated) -> None:
        heard = getattr(getattr(event.session, "audio", None), "input", None)
        self.detection = getattr(heard, "turn_detection", None)
        self._forget_error()

    def _note_cleared(self, _: InputAudioBufferCleared) -> None:
        self.cleared.set()
        self._forget_error()

    def _note_committed(self, event: InputAudioBufferCommitted) -> None:
        if event.item_id and not self.core.settings.server_turns:
            self.uplink.note_committed(event.item_id)
        self._forget_error()

    def _note_unknown(self, _: UnknownServerEvent) -> None:
        self.counters.events_unknown += 1
        self._forget_error()

    def _note_malformed(self, _: MalformedServerEvent) -> None:
        self.counters.events_malformed += 1
        self._forget_error()

    def _forget_error(self) -> None:
        """Only the very last word explains why the server hung up."""
        if self.last_error is not None and self.last_error.error.code != "session_expired":
            self.last_error = None

    # --- Time --------------------------------------------------------------------------------

    def advance(self, now: float) -> None:
        """Tell the core what time it is, and how far the speaker has come.

        Args:
            now: Time on the event loop's clock.
        """
        if self.owes_report and self.speaker is not None:
            self.perform(self.core.playback_progress(self.speaker.report(), now))
        deadline = self.core.next_deadline()
        if deadline is not None and deadline <= now:
            self.perform(self.core.deadline(now))

    @property
    def owes_report(self) -> bool:
        """Whether the core has to be told how far the speaker has come, now or soon."""
        return self.speaker is not None and self.speaker.owes_report

    def alarm(self, fires: float) -> Flag:
        """An event that is set when the timer has to fire sooner than it will by itself.

        Args:
            fires: When it will fire by itself, on the event loop's clock; may be infinite.
        """
        self._fires = fires
        self._reports = self.owes_report
        self._alarm = Flag()
        return self._alarm

    def rearm(self) -> None:
        """Look whether the timer has to fire sooner, after something was carried out."""
        if self._alarm is None:
            return
        deadline = self.core.next_deadline()
        if (deadline is not None and deadline < self._fires) or self.owes_report > self._reports:
            self._alarm.set()
            self._alarm = None

    # --- Tables ------------------------------------------------------------------------------

    _DEEDS: ClassVar[Mapping[type[object], Callable[[Any, Any], None]]] = {
        Send: _send,
        AudioChunk: _play,
        StopPlayback: _stop_playback,
        CallTool: _call,
        TranscriptUpdate: _tell_text,
        TurnCompleted: _tell_turn,
        SpeechStarted: _tell_speech,
        SpeechStopped: _tell_speech,
        SessionReady: _tell_ready,
        PlaybackInterrupted: _tell_interruption,
        UpdateAcknowledged: _tell_update,
        ResponseStarted: _tell_response,
        ResponseFinished: _tell_end,
        ServerProblem: _tell_problem,
        RequestFailed: _tell_failure,
    }
    """What to do about each class of outcome; a test sees that none is missing."""

    _NOTES: ClassVar[Mapping[type[object], Callable[[Any, Any], None]]] = {
        Error: _note_error,
        SessionCreated: _note_session,
        SessionUpdated: _note_session,
        InputAudioBufferCleared: _note_cleared,
        InputAudioBufferCommitted: _note_committed,
        UnknownServerEvent: _note_unknown,
        MalformedServerEvent: _note_malformed,
    }
    """Events that the session itself takes notice of, before the core does."""
