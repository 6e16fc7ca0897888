"""One voice conversation, from the connection to its result: the class that applications use.

It owns the lifetime: one task group for everything that runs, one end with one reason, for every
caller and every iterator. What events mean is the core's business, and how bytes move the
transport's; here is only who may call what, and when.
"""

from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import anyio
import anyio.lowlevel
import attrs

from realtime_voice.audio import AudioSink, AudioSource
from realtime_voice.config import SessionConfig
from realtime_voice.conversation import (
    AudioChunk,
    CallTool,
    Conversation,
    Notification,
    Send,
    TranscriptUpdate,
    Turn,
)
from realtime_voice.errors import SessionClosed
from realtime_voice.events import RealtimeResponseCreateParams, ServerEvent
from realtime_voice.session._checks import (
    as_bytes,
    check_choice,
    check_count,
    check_members,
    check_seconds,
    check_text,
    checked,
)
from realtime_voice.session._life import Connector, Life
from realtime_voice.session._notices import AudioDropped
from realtime_voice.session._performer import Performer
from realtime_voice.session._result import SessionResult
from realtime_voice.session._statistics import Counters, SessionStatistics
from realtime_voice.session._subscriptions import Overflow, Subscription
from realtime_voice.session._topics import Topics
from realtime_voice.session._uplink import (
    UplinkLimits,
    UplinkOverflow,
    event_id_of,
    not_whole_frames,
)
from realtime_voice.transport import start_detached

__all__ = ["Session"]

_KEEP_SECONDS = 300.0
_SHORTEST_BACKLOG_SECONDS = 0.1


class Session:
    """A voice conversation.

    Either ``await session.run()``, or ``async with session:`` to run it in the background while
    the block runs. A session runs once. The source and the sink belong to it: it closes them.

    A lost connection ends the session: :meth:`run` and the iterators raise the
    :class:`.ConnectionLost`, and :attr:`result` keeps everything up to then.

    Args:
        config: What to ask of the server; None: the defaults.
        source: Where the user's voice comes from. When it has said everything, the session lets
            the conversation come to its end and ends. None: sound comes from
            :meth:`append_audio`, and the session runs until :meth:`stop`.
        sink: Where the model's voice goes; None: nowhere, and what was generated counts as heard.
        client: Credentials and address; None: those of the environment.
        greet: Instructions by which the model speaks first, as soon as the server has accepted
            the configuration.
        keep_audio_s: Seconds of sound to keep for the result, on each side; 0: none. None: 300 s
            with a ``source``, because then there is one conversation to look at afterwards, and
            none without, because a server has many and would keep 14 MB of each.
        uplink_backlog_s: Seconds of the user's sound that may wait when the connection takes it
            more slowly than it comes.
        uplink_overflow: What happens to more: ``wait`` holds back whoever brings it, the source
            (a live one then drops by itself) or :meth:`append_audio`. ``drop`` gives up the oldest
            sound that was not committed. Both tell with :class:`.AudioDropped`.
        send_queue_bytes: Bytes of everything else that may wait likewise; with more, calls that
            send something raise :class:`.SendQueueFull`. :meth:`interrupt` always works.
        transcript_deadline_s: Seconds to wait for the transcript of committed speech.

    Raises:
        ConfigError: An option cannot work.
    """

    def __init__(
        self,
        config: SessionConfig | None = None,
        *,
        source: AudioSource | None = None,
        sink: AudioSink | None = None,
        client: Connector | None = None,
        greet: str | None = None,
        keep_audio_s: float | None = None,
        uplink_backlog_s: float = 10.0,
        uplink_overflow: UplinkOverflow = "wait",
        send_queue_bytes: int = 4 << 20,
        transcript_deadline_s: float = 5.0,
    ) -> None:
        self._life: Life | None = None
        if keep_audio_s is None:
            keep_audio_s = 0.0 if source is None else _KEEP_SECONDS
        check_seconds(keep_audio_s, "keep_audio_s")
        check_seconds(uplink_backlog_s, "uplink_backlog_s", at_least=_SHORTEST_BACKLOG_SECONDS)
        check_choice(uplink_overflow, "uplink_overflow", ("wait", "drop"))
        check_count(send_queue_bytes, "send_queue_bytes")
        check_members(source, "source", ("format", "__aiter__", "aclose"))
        check_members(
            sink, "sink", ("format", "write", "clear", "frames_rendered", "drain", "aclose")
        )
        self._source = source
        self._sink = sink
        self._client = client
        self._greet = greet
        self._keep_audio_s = keep_audio_s
        self._limits = UplinkLimits(
            backlog_s=uplink_backlog_s, overflow=uplink_overflow, queue_bytes=send_queue_bytes
        )
        self._core = Conversation(
            config if config is not None else SessionConfig(),
            new_id=_new_id,
            transcript_deadline_s=transcript_deadline_s,
            plays_audio=sink is not None,
        )
        self._topics = Topics()
        self._stopped = False

    # --- Its life ----------------------------------------------------------------------------

    async def run(self) -> SessionResult:
        """Hold the conversation, from connecting to the end.

        Returns:
            The result, when the session was stopped or the source has said everything.

        Raises:
            ConnectError: No session came up; the class says why.
            RequestRejected: The server refused the model or the configuration.
            SessionExpired: The server's time limit was reached.
            ConnectionLost: The connection ended before the session did.
            SessionClosed: This session has run already.
            Exception: What the source or the sink raised, unchanged.
        """
        life = self._begin()
        await life.run()
        return life.conclude()

    def stop(self) -> None:
        """End the session; returns at once, and may be called often, from any task of its loop.

        :meth:`run` and the iterators then end, without an error. Before :meth:`run`, it makes
        that return at once.
        """
        self._stopped = True
        if self._life is not None:
            self._life.end("stopped")

    async def wait_ready(self) -> None:
        """Wait until the server has accepted the configuration.

        Raises:
            SessionClosed: The session was not started, or has ended.
        """
        await self._running()

    async def __aenter__(self) -> Self:
        life = self._begin()
        start_detached(life.run_alone, name="realtime_voice session")
        try:
            await life.wait_ready()
        except BaseException:
            self.stop()
            await life.wait_over()
            raise
        if not life.was_ready:
            await life.wait_over()
            life.conclude()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
        if self._life is None:
            return
        await self._life.wait_over()
        # A fault is told once: by whoever met it first, else here.
        if error is None and not self._topics.ending.told:
            self._life.conclude()

    def _begin(self) -> Life:
        """Start, once."""
        if self._life is not None:
            raise SessionClosed("a session runs once: make a new Session for another conversation")
        life = self._life = Life(
            self._core,
            self._topics,
            client=self._client,
            source=self._source,
            sink=self._sink,
            greet=self._greet,
            keep_audio_s=self._keep_audio_s,
            limits=self._limits,
        )
        if self._stopped:
            life.end("stopped")
        return life

    async def _running(self) -> Performer:
        """What carries out a call, as soon as the session is up.

        Raises:
            SessionClosed: It was not started, or has ended.
            Exception: The fault that ended it.
        """
        await anyio.lowlevel.checkpoint()
        life = self._life
        if life is None:
            raise SessionClosed(
                "the session is not running: await session.run() in another task, or use "
                "async with session"
            )
        await life.wait_ready()
        if not life.is_up:
            raise life.ended()
        return life.performer

    async def _running_with_room(self) -> Performer:
        """As :meth:`_running`, for calls that add to what waits to be sent.

        Raises:
            SendQueueFull: Too much waits already.
        """
        performer = await self._running()
        performer.uplink.check_room()
        return performer

    # --- What applications ask for -----------------------------------------------------------

    async def append_audio(self, pcm: bytes | bytearray | memoryview) -> None:
        """Say something: add sound to what the user says.

        As long as the connection keeps up, the sound is sent before this returns. When it does
        not, up to ``uplink_backlog_s`` seconds wait in the session; then this waits, so that a
        source that is faster than the connection is slowed down and loses nothing (or, with
        ``uplink_overflow="drop"``, the oldest gives way). A cancelled call was not sent or is sent
        whole; more than two seconds (or a quarter of ``uplink_backlog_s``) go block by block.

        Args:
            pcm: Raw sound in the session's input format (PCM 16 bit, mono, 24 kHz unless
                configured otherwise), whole frames, any length.

        Raises:
            AudioError: Not bytes, or not whole frames.
            SessionClosed: The session is not running.
            Exception: The fault that ended the session.
        """
        data = pcm if type(pcm) is bytes else as_bytes(pcm)
        life = self._life
        if life is None or not life.is_up:
            layout = self._core.settings.input_format
            if len(data) % layout.frame_bytes:
                raise not_whole_frames(len(data), layout)
        elif life.performer.uplink.append_nowait(data):
            return
        performer = await self._running()
        await performer.uplink.append(data)

    async def commit(self) -> None:
        """Declare what was said so far a turn of its own; asks for no answer.

        Only needed without turn detection by the server.

        Raises:
            RequestRejected: Less than 100 ms of sound waits; nothing was sent.
            SendQueueFull: Too much waits to be sent; nothing of this was.
            SessionClosed: The session is not running.
        """
        performer = await self._running_with_room()
        performer.perform(self._core.commit_audio(anyio.current_time()))

    async def clear(self) -> None:
        """Forget the sound that was not committed.

        Raises:
            SendQueueFull: Too much waits to be sent; nothing of this was.
            SessionClosed: The session is not running.
        """
        performer = await self._running_with_room()
        performer.perform(self._core.clear_audio(anyio.current_time()))

    async def send_text(self, text: str, *, respond: bool = True) -> None:
        """Say something in writing.

        Args:
            text: The user's words.
            respond: Ask for an answer as well.

        Raises:
            EventEncodeError: The text is not a string, or holds half of a surrogate pair.
            SendQueueFull: Too much waits to be sent; nothing of this was.
            SessionClosed: The session is not running.
        """
        performer = await self._running_with_room()
        check_text(text, "send_text")
        performer.perform(self._core.send_message(text, anyio.current_time(), respond=respond))

    async def create_response(
        self,
        params: RealtimeResponseCreateParams | None = None,
        *,
        instructions: str | None = None,
    ) -> str:
        """Ask the model for an answer and wait until it has begun.

        While another answer is under way, the request waits for its turn; requests for the same
        that wait are merged. With ``conversation="none"`` in ``params``, the answer stands
        outside the conversation and may begin beside another.

        Args:
            params: What to ask for beyond the session's configuration.
            instructions: Instructions for this answer alone; a short form of ``params``.

        Returns:
            Id of the response.

        Raises:
            RequestRejected: The server refused it, or :meth:`interrupt` took it back.
            SendQueueFull: Too much waits to be sent; nothing of this was.
            SessionClosed: The session is not running, or ended before the answer began.
        """
        performer = await self._running_with_room()
        if instructions is not None:
            params = attrs.evolve(
                params or RealtimeResponseCreateParams(), instructions=instructions
            )
        event_id = _new_id()
        with performer.replies.expected(event_id) as reply:
            performer.perform(
                self._core.create_response(anyio.current_time(), params=params, event_id=event_id)
            )
            return await reply.wait()

    async def interrupt(self) -> None:
        """Make the model stop: its answer is cancelled and the speaker falls silent.

        Raises:
            SessionClosed: The session is not running.
        """
        performer = await self._running()
        performer.perform(self._core.interrupt(anyio.current_time()))

    async def submit_tool_output(self, call_id: str, output: str) -> None:
        """Answer a function call; the model goes on when all calls of its answer are answered.

        Args:
            call_id: Id of the call, from :class:`.CallTool`.
            output: What the function returned, as text; JSON is usual.

        Raises:
            RequestRejected: There is no such call, or it was answered already.
            EventEncodeError: The text is not a string, or holds half of a surrogate pair.
            SendQueueFull: Too much waits to be sent; nothing of this was.
            SessionClosed: The session is not running.
        """
        performer = await self._running_with_room()
        check_text(output, "submit_tool_output")
        performer.unheard_calls.discard(call_id)
        performer.perform(self._core.tool_finished(call_id, output, anyio.current_time()))

    async def update(self, **changes: Any) -> SessionConfig:
        """Change the configuration and wait until the server has taken it over.

        Several updates may be under way at the same time.

        Args:
            **changes: Fields of :class:`.SessionConfig` with their new values.

        Returns:
            The configuration that is now in force.

        Raises:
            TypeError: There is no such field; nothing was sent.
            ConfigError: A value or a combination cannot work; nothing was sent.
            RequestRejected: The server refused this update; the configuration stays as it was.
            SendQueueFull: Too much waits to be sent; nothing of this was.
            SessionClosed: The session is not running, or ended before the answer came.
        """
        performer = await self._running_with_room()
        wanted = self._core.config.evolve(**changes).only(*changes)
        outcomes = self._core.update(wanted, anyio.current_time())
        with ExitStack() as stack:
            replies = [
                stack.enter_context(performer.replies.expected(event_id_of(outcome.event)))
                for outcome in outcomes
                if isinstance(outcome, Send)
            ]
            performer.perform(outcomes)
            for reply in replies:
                await reply.wait()
        return self._core.config

    # --- What applications hear --------------------------------------------------------------

    def audio_chunks(self) -> Subscription[AudioChunk]:
        """The model's voice, piece by piece, as fast as it arrives (faster than it is played).

        Like every subscription here: it begins with this call, also before the session runs; it
        is independent of all others; it ends when the session ended well and raises its error
        otherwise; and when it is not read for too long (here: 600 s of sound or 32 MiB), it alone
        ends with :class:`.SlowConsumerError`, after everything that it had kept.
        """
        return self._topics.audio.subscribe()

    def assistant_transcripts(
        self, *, overflow: Overflow = "drop_deltas"
    ) -> Subscription[TranscriptUpdate]:
        """The model's words, as they grow; each update carries the whole text so far.

        Args:
            overflow: What happens when more than 16,384 updates or 32 MiB wait: ``drop_deltas``
                drops the oldest updates that are not final, never a final one; ``error`` ends the
                subscription with :class:`.SlowConsumerError`.
        """
        return self._topics.assistant.subscribe(checked(overflow))

    def user_transcripts(
        self, *, overflow: Overflow = "drop_deltas"
    ) -> Subscription[TranscriptUpdate]:
        """The user's words, as they are recognised; each update carries the whole text so far.

        Args:
            overflow: As for :meth:`assistant_transcripts`.
        """
        return self._topics.user.subscribe(checked(overflow))

    def turns(self) -> Subscription[Turn]:
        """The exchanges, each once, when it is complete, in the order of the conversation."""
        return self._topics.turns.subscribe()

    def events(self, *, overflow: Overflow = "error") -> Subscription[ServerEvent]:
        """Every server event as it came, those of unknown types included.

        Args:
            overflow: What happens when more than 8,192 events or 32 MiB wait: ``error`` ends the
                subscription with :class:`.SlowConsumerError`; ``drop_deltas`` drops the oldest
                deltas of sound, words and arguments, and keeps every other event.
        """
        return self._topics.events.subscribe(checked(overflow))

    def tool_calls(self) -> Subscription[CallTool]:
        """Functions that the model calls; answer with :meth:`submit_tool_output`."""
        return self._topics.tool_calls.subscribe()

    def notifications(
        self, *, overflow: Overflow = "error"
    ) -> Subscription[Notification | AudioDropped]:
        """Everything that happens, in one order, but the sound itself.

        Args:
            overflow: As for :meth:`events`; the deltas are the texts that are not final.
        """
        return self._topics.notifications.subscribe(checked(overflow))

    # --- How it stands -----------------------------------------------------------------------

    @property
    def config(self) -> SessionConfig:
        """The configuration in force: changes only when the server has acknowledged them."""
        return self._core.config

    @property
    def result(self) -> SessionResult | None:
        """What the session came to; None while it has not ended."""
        return None if self._life is None else self._life.result

    def statistics(self) -> SessionStatistics:
        """What was counted up to now."""
        if self._life is None:
            return Counters().snapshot(0.0)
        return self._life.statistics()

    def __repr__(self) -> str:
        if self._life is None:
            return "<Session new>"
        return f"<Session {self._life.end_reason or 'running'}>"


def _new_id() -> str:
    # The service takes ids of 32 characters at most from a client.
    return uuid4().hex[:20]
