"""Carries out what the core decides: sends, plays, tells. Synchronous from the first to the last.

There is no ``await`` between a frame and the speaker here, and nothing decides anything: this is
the only place where the core's outcomes become deeds. Tasks, waiting and lifetime are elsewhere.
"""

import logging
import math
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager

import anyio

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
from realtime_voice.errors import EventDecodeError, RealtimeError, RequestRejected
from realtime_voice.events import (
    ClientEvent,
    Error,
    InputAudioBufferClear,
    InputAudioBufferCleared,
    InputAudioBufferCommit,
    InputAudioBufferCommitted,
    MalformedServerEvent,
    ServerEvent,
    SessionCreated,
    SessionUpdate,
    SessionUpdated,
    UnknownServerEvent,
)
from realtime_voice.session._kept import AudioKeeper
from realtime_voice.session._outbox import Outbox
from realtime_voice.session._replies import Replies
from realtime_voice.session._speaker import Speaker
from realtime_voice.session._statistics import Counters
from realtime_voice.session._topics import Topics
from realtime_voice.transport import from_server_error, is_fatal

__all__ = ["End", "Performer", "event_id_of"]

_log = logging.getLogger("realtime_voice")

End = Callable[[EndReason, Exception | None], None]
"""Ends the session: why, and with which fault."""


def event_id_of(event: ClientEvent) -> str:
    """Id of an event that goes out; empty for one of a kind that nobody knows."""
    return getattr(event, "event_id", None) or ""


class Performer:
    """The hands of one session.

    Args:
        core: Decides.
        topics: Tells.
        end: Ends the session when the server refused it for good.
        keep_audio_s: Seconds of sound to keep for the result, on each side.
    """

    def __init__(
        self,
        core: Conversation,
        topics: Topics,
        end: End,
        *,
        keep_audio_s: float,
    ) -> None:
        config = core.config
        self.core = core
        self.topics = topics
        self.outbox = Outbox(2 * config.input_audio_format.bytes_per_second)
        self.replies = Replies()
        self.counters = Counters()
        self.speaker: Speaker | None = None
        self.user_keeper = AudioKeeper(keep_audio_s)
        self.assistant_keeper = AudioKeeper(keep_audio_s)
        self.ready = anyio.Event()
        self.speaking = False
        self.detection: object | None = None
        self.cleared = anyio.Event()
        self.last_error: Error | None = None
        self.last_event_at = 0.0
        self.unheard_calls: set[str] = set()
        self._end = end
        self._commits: dict[str, tuple[int, int]] = {}
        self._setup_id: str | None = None
        self._told_id: str | None = None
        self._alarm: anyio.Event | None = None
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

        Args:
            frame: As the transport gave it.
            now: Time on the event loop's clock.
        """
        counters = self.counters
        counters.events_received += 1
        self.last_event_at = now
        try:
            event = decode_server_event(frame)
        except EventDecodeError:
            counters.events_malformed += 1
            return
        self._note(event)
        self.perform(self.core.receive(event, now))
        self.topics.events.publish(event)

    def append(self, data: bytes, now: float) -> None:
        """Queue the user's sound for sending.

        Args:
            data: Whole frames of the session's input format.
            now: Time on the event loop's clock.
        """
        self.perform(self.core.append_audio(data, now))
        self.user_keeper.add(data, self.core.settings.input_format)

    def perform(self, outcomes: Iterable[Outcome]) -> None:
        """Carry out the core's answer, in its order.

        Args:
            outcomes: Effects and notifications.
        """
        for outcome in outcomes:
            if isinstance(outcome, Send):
                self._send(outcome)
            elif isinstance(outcome, AudioChunk):
                self._play(outcome)
            elif isinstance(outcome, StopPlayback):
                self._stop_playback()
            elif isinstance(outcome, CallTool):
                self._call(outcome)
            else:
                self._act_on(outcome)
                self._tell(outcome)
        self._rearm()

    def _tell(self, outcome: Notification) -> None:
        topics = self.topics
        if isinstance(outcome, TranscriptUpdate):
            (topics.user if outcome.role == "user" else topics.assistant).publish(outcome)
        elif isinstance(outcome, TurnCompleted):
            self.counters.turns += 1
            topics.turns.publish(outcome.turn)
        topics.notifications.publish(outcome)

    @property
    def is_settled(self) -> bool:
        """Whether nothing is awaited that may still come, and nothing waits to be sent."""
        if len(self.outbox):
            return False
        # A tool that nobody will run holds nothing up; its turn is told as incomplete.
        return self.core.is_idle or len(self.core.awaiting) <= len(self.unheard_calls)

    # --- Effects -----------------------------------------------------------------------------

    def _send(self, outcome: Send) -> None:
        event = outcome.event
        if self._setup_id is None and isinstance(event, SessionUpdate):
            self._setup_id = event_id_of(event)
        if isinstance(event, InputAudioBufferCommit):
            self._commits[event_id_of(event)] = self.user_keeper.mark()
        elif isinstance(event, InputAudioBufferClear):
            self.user_keeper.mark()
        self.outbox.put(event)

    def _play(self, chunk: AudioChunk) -> None:
        layout = chunk.format
        self.counters.audio_received_s += layout.frames(len(chunk.data)) / layout.rate
        if not chunk.out_of_band:
            if self.speaker is not None:
                with self._blaming():
                    self.speaker.write(chunk.data, layout)
            self.assistant_keeper.add(chunk.data, layout, chunk.item_id)
        self.topics.audio.publish(chunk)

    def _stop_playback(self) -> None:
        """Silence first, then the consequences, before anything else of the same answer."""
        if self.speaker is not None:
            with self._blaming():
                frames = self.speaker.stop()
                self.perform(self.core.playback_stopped(frames, anyio.current_time()))

    def _call(self, call: CallTool) -> None:
        """Hand a function call over; the session does not wait for one that nobody reads."""
        if not self.topics.tool_calls.publish(call):
            self.unheard_calls.add(call.call_id)
            _log.warning("the model called the tool %r, and nobody reads tool_calls()", call.name)

    @contextmanager
    def _blaming(self) -> Generator[None, None, None]:
        """A sink that fails ends the session with its error, whoever made it play or stop."""
        try:
            yield
        except Exception as exc:  # noqa: BLE001 - stored, and raised by run() and the iterators
            self._end("error", exc)

    # --- Notifications that also concern the session -------------------------------------------

    def _act_on(self, outcome: Notification) -> None:
        counters = self.counters
        match outcome:
            case SpeechStarted() | SpeechStopped():
                self.speaking = isinstance(outcome, SpeechStarted)
            case ResponseFinished():
                self._response_finished(outcome)
            case SessionReady():
                counters.ready_at = anyio.current_time()
                self.ready.set()
            case ServerProblem():
                self._problem(outcome)
            case PlaybackInterrupted():
                counters.interruptions += 1
            case _:
                self._settle(outcome)

    def _settle(self, outcome: Notification) -> None:
        """Answer those who wait for the fate of a request."""
        match outcome:
            case UpdateAcknowledged(event_id=event_id):
                self.replies.settle(event_id)
            case ResponseStarted(event_ids=event_ids, response_id=response_id):
                for event_id in event_ids:
                    self.replies.settle(event_id, response_id)
            case RequestFailed():
                self._request_failed(outcome)
            case _:
                pass

    def _problem(self, outcome: ServerProblem) -> None:
        self.counters.problems_benign += outcome.benign
        self.counters.problems += not outcome.benign
        if outcome.fatal and (is_fatal(outcome.code) or not self._is_for_a_caller(outcome)):
            self._end("error", from_server_error(outcome.code, outcome.message))

    def _is_for_a_caller(self, problem: ServerProblem) -> bool:
        """Whether somebody waited for the request that failed, and gets the error himself."""
        event = problem.event
        failed = event.error.event_id if isinstance(event, Error) else None
        return failed is not None and (failed == self._told_id or self.replies.awaits(failed))

    def _response_finished(self, outcome: ResponseFinished) -> None:
        if self.speaker is not None and not outcome.out_of_band:
            with self._blaming():
                self.speaker.flush()
        if is_fatal(outcome.code):
            self._end("error", from_server_error(outcome.code, outcome.message or ""))

    def _request_failed(self, outcome: RequestFailed) -> None:
        error = RequestRejected(
            outcome.message, code=outcome.code, param=outcome.param, event_id=outcome.event_id
        )
        self.refuse(outcome.event_id, error)

    def refuse(self, event_id: str, error: RealtimeError) -> None:
        """One of our events came to nothing: tell who waits; without the first, nothing works.

        Args:
            event_id: Id of the event.
            error: Why.
        """
        self._commits.pop(event_id, None)
        if self.replies.awaits(event_id):
            self._told_id = event_id
        self.replies.fail(event_id, error)
        if event_id == self._setup_id and not self.ready.is_set():
            self._end("error", error)

    def _note(self, event: ServerEvent) -> None:
        """Remember what the session's own life depends on."""
        match event:
            case Error():
                self.last_error = event
                return
            case SessionCreated() | SessionUpdated():
                heard = getattr(getattr(event.session, "audio", None), "input", None)
                self.detection = getattr(heard, "turn_detection", None)
            case InputAudioBufferCleared():
                self.cleared.set()
            case InputAudioBufferCommitted():
                self._note_commit(event.item_id)
            case UnknownServerEvent():
                self.counters.events_unknown += 1
            case MalformedServerEvent():
                self.counters.events_malformed += 1
            case _:
                pass
        if self.last_error is not None and self.last_error.error.code != "session_expired":
            # Only the very last word explains why the server hung up.
            self.last_error = None

    def _note_commit(self, item_id: str | None) -> None:
        """Sound that was committed by hand has become an item: answers come in order."""
        if self.core.settings.server_turns or not self._commits or not item_id:
            return
        span = self._commits.pop(next(iter(self._commits)))
        self.user_keeper.place(item_id, span)

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

    def alarm(self, fires: float) -> anyio.Event:
        """An event that is set when the timer has to fire sooner than it will by itself.

        Args:
            fires: When it will fire by itself, on the event loop's clock; may be infinite.
        """
        self._fires = fires
        self._reports = self.owes_report
        self._alarm = anyio.Event()
        return self._alarm

    def _rearm(self) -> None:
        if self._alarm is None:
            return
        deadline = self.core.next_deadline()
        if (deadline is not None and deadline < self._fires) or self.owes_report > self._reports:
            self._alarm.set()
            self._alarm = None
