"""The lifetime of one session: everything that runs runs in here, and ends with one reason.

Connects, starts the loops in one task group, waits for an end, settles what is open, releases
what is held, and keeps the result. What applications may call is the public class's business.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import anyio
import anyio.abc

from realtime_voice.audio import AudioSink, AudioSource
from realtime_voice.client import RealtimeClient
from realtime_voice.config import SessionConfig
from realtime_voice.conversation import Conversation, EndReason
from realtime_voice.errors import (
    ConnectFailed,
    ConnectionLost,
    RealtimeError,
    SessionClosed,
    SessionExpired,
)
from realtime_voice.events import RealtimeResponseCreateParams
from realtime_voice.session._loops import Loops
from realtime_voice.session._performer import Performer
from realtime_voice.session._result import SessionResult
from realtime_voice.session._statistics import SessionStatistics
from realtime_voice.session._topics import Topics
from realtime_voice.session._uplink import UplinkLimits
from realtime_voice.session._waiting import Flag
from realtime_voice.transport import Transport

__all__ = ["Connector", "Life"]

_RELEASE_SECONDS = 2.4


class Connector(Protocol):
    """What a session needs of a client; :class:`.RealtimeClient` is one."""

    connect_timeout: float
    """Seconds for everything until the session exists."""

    async def connect(self, *, model: str | None = None) -> Transport:
        """Open a connection whose first frame is the server's first event."""
        ...


class Life:
    """One life, from the connection to the result. Made inside the event loop that it runs in.

    Args:
        core: Decides.
        topics: Tells.
        client: Connects; None: one with the credentials of the environment.
        source: Listens; None: nobody.
        sink: Plays; None: nobody.
        greet: Instructions by which the model speaks first.
        keep_audio_s: Seconds of sound to keep, on each side.
        limits: How much may wait to be sent.
    """

    def __init__(
        self,
        core: Conversation,
        topics: Topics,
        *,
        client: Connector | None,
        source: AudioSource | None,
        sink: AudioSink | None,
        greet: str | None,
        keep_audio_s: float,
        limits: UplinkLimits,
    ) -> None:
        self._core = core
        self._topics = topics
        self._client = client
        self._source = source
        self._sink = sink
        self._greet = greet
        self._transport: Transport | None = None
        self._ending = Flag()
        self._over = Flag()
        self._releasing = anyio.CancelScope()
        self.performer = Performer(
            core,
            topics,
            self.end,
            keep_audio_s=keep_audio_s,
            limits=limits,
        )
        self.performer.counters.started_at = anyio.current_time()
        self.loops: Loops | None = None
        self.end_reason: EndReason | None = None
        self.error: Exception | None = None
        self.result: SessionResult | None = None
        self._dropped_s = 0.0

    @property
    def is_up(self) -> bool:
        """Whether the server has accepted the configuration, and nothing has ended since."""
        return self.end_reason is None and self.performer.counters.ready_at is not None

    @property
    def was_ready(self) -> bool:
        """Whether the server has ever accepted the configuration."""
        return self.performer.counters.ready_at is not None

    # --- Running -----------------------------------------------------------------------------

    async def run(self) -> None:
        """Live; returns after the end.

        Raises:
            BaseException: A cancellation from outside, or Ctrl-C; nothing else.
        """
        try:
            await self._live()
        except BaseExceptionGroup as exc:
            # On trio, Ctrl-C is raised within the task group, which wraps it up.
            raise _alone(exc) from None

    async def _live(self) -> None:
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._guarded, self._lead, group)
                await self._ending.wait()
                group.cancel_scope.cancel()
        finally:
            self.end("stopped")
            with anyio.CancelScope(shield=True):
                await self._finish()

    async def run_alone(self) -> None:
        """:meth:`run` for a task of its own, where nobody would see an exception."""
        try:
            await self.run()
        except Exception as exc:  # noqa: BLE001 - stored, and raised by whoever leaves the block
            self._fail(exc)
        finally:
            self._over.set()

    async def wait_ready(self) -> None:
        """Wait until the server has accepted the configuration, or the session has failed."""
        await self.performer.ready.wait()

    async def wait_over(self) -> None:
        """Wait until nothing runs any more; not to be cancelled, because it is bounded."""
        with anyio.CancelScope(shield=True):
            try:
                await self._over.wait()
            except BaseException:
                # A second Ctrl-C, or a task that is cancelled twice: no more patience.
                self._releasing.cancel()
                raise

    async def _guarded(self, function: Callable[..., Awaitable[None]], *args: Any) -> None:
        """Run one task; whatever it raises ends the session, bare and not in a group."""
        try:
            await function(*args)
        except Exception as exc:  # noqa: BLE001 - stored, and raised by run() and the iterators
            self._fail(exc)

    async def _run(self, loop: Callable[[], Awaitable[None]]) -> None:
        """Run one loop likewise; what it raises that is no error of ours says when it happened."""
        try:
            await loop()
        except RealtimeError as exc:
            self._fail(exc)
        except Exception as exc:  # noqa: BLE001 - as above
            index = self.performer.counters.events_received
            exc.add_note(f"in {loop.__qualname__}(), at server event {index}")
            self._fail(exc)

    async def _lead(self, group: anyio.abc.TaskGroup) -> None:
        """Connect, greet, listen, and wind up."""
        performer = self.performer
        performer.attach(self._sink)
        client = self._client if self._client is not None else RealtimeClient()
        asked = self._core.config.model
        model = asked if isinstance(asked, str) else _usual_model()
        self._transport = await client.connect(model=model)
        loops = self.loops = Loops(self._transport, performer)
        performer.uplink.connect(self._transport)
        for loop in (loops.read, performer.uplink.run, loops.keep_time):
            group.start_soon(self._run, loop)
        with anyio.move_on_after(client.connect_timeout):
            await performer.ready.wait()
        if not self.was_ready:
            raise ConnectFailed(
                f"the server did not accept the configuration within {client.connect_timeout:g} s",
                kind="timeout",
                stage="session.updated",
            )
        if self._greet is not None:
            params = RealtimeResponseCreateParams(instructions=self._greet)
            performer.perform(self._core.create_response(anyio.current_time(), params=params))
        if self._source is not None:
            speed = await loops.listen(self._source)
            await loops.wind_up(speed)
            self.end("source_ended")

    # --- Ending ------------------------------------------------------------------------------

    def end(self, reason: EndReason, error: Exception | None = None) -> None:
        """Decide why the session ends; the first reason counts.

        Args:
            reason: Why.
            error: The fault, where it is one.
        """
        if self.end_reason is None:
            self.end_reason = reason
            self.error = error
            if isinstance(error, RealtimeError):
                error.session_id = error.session_id or self._core.session_id
            self.performer.ready.set()
            self._ending.set()

    def conclude(self) -> SessionResult:
        """The result of a session that ended well.

        Raises:
            Exception: The fault that ended it, bare.
        """
        if self.error is not None:
            self._topics.ending.told = True
            raise self.error.with_traceback(None)
        if self.result is None:
            raise self.ended()
        return self.result

    def ended(self) -> Exception:
        """What calls after the end get: the fault that ended it, else that it was stopped."""
        if self.error is not None:
            self._topics.ending.told = True
            return self.error.with_traceback(None)
        reason = (self.end_reason or "stopped").replace("_", " ")
        return SessionClosed(f"the session has ended: {reason}")

    def _fail(self, error: Exception) -> None:
        if isinstance(error, SessionExpired):
            self.end("expired", error)
        elif isinstance(error, ConnectionLost):
            self.end("connection_lost", error)
        else:
            self.end("error", error)

    async def _finish(self) -> None:
        """Settle everything that is open, let go of everything that is held, tell everybody."""
        performer = self.performer
        try:
            now = anyio.current_time()
            performer.advance(now)
            performer.perform(self._core.finish(now, self.end_reason or "stopped"))
        except Exception as exc:  # noqa: BLE001 - kept as the session's fault if it is the first
            self._blame(exc)
        try:
            with self._releasing:
                self._releasing.deadline = anyio.current_time() + _RELEASE_SECONDS
                async with anyio.create_task_group() as group:
                    for held in (self._transport, self._source, self._sink):
                        if held is not None:
                            group.start_soon(self._release, held)
        finally:
            self._tell_end()

    def _tell_end(self) -> None:
        """Nothing is held any more: make the result, and tell everybody who waits."""
        performer = self.performer
        performer.counters.ended_at = anyio.current_time()
        try:
            self._count_drops()
        except Exception as exc:  # noqa: BLE001 - kept as the session's fault if it is the first
            self._blame(exc)
        self.result = self._make_result()
        self._topics.finish(self.error)
        error = self.error or self.ended()
        performer.uplink.close(error)
        performer.replies.fail_all(error)
        self._over.set()

    async def _release(self, held: Transport | AudioSource | AudioSink) -> None:
        try:
            await held.aclose()
        except Exception as exc:  # noqa: BLE001 - kept as the session's fault if it is the first
            self._blame(exc)

    def _blame(self, error: Exception) -> None:
        """A fault while ending is the session's fault, unless it had one already."""
        if self.error is None:
            self.error = error
            self.end_reason = "error"

    # --- Telling -----------------------------------------------------------------------------

    def statistics(self) -> SessionStatistics:
        """What was counted up to now."""
        performer = self.performer
        told = self._core.statistics
        if performer.counters.ended_at is None:
            self._count_drops()
        return performer.counters.snapshot(
            anyio.current_time() if performer.counters.ended_at is None else 0.0,
            waiting_s=performer.uplink.waiting_s,
            lag_ms=performer.uplink.lag_ms,
            dropped_s=self._dropped_s + performer.uplink.dropped_s,
            duplicate=told.duplicates,
            late=told.late + told.unattributed,
            values_dropped=self._topics.dropped,
        )

    def _count_drops(self) -> None:
        """Ask a live source how much it had to drop; people's own need not know."""
        frames = getattr(self._source, "frames_dropped", 0)
        if self._source is not None and frames:
            self._dropped_s = frames / self._source.format.rate

    def _make_result(self) -> SessionResult:
        performer = self.performer
        return SessionResult(
            turns=tuple(self._core.turns),
            usage=self._core.usage,
            end_reason=self.end_reason or "stopped",
            error=self.error,
            statistics=self.statistics(),
            session_id=self._core.session_id,
            user_audio=performer.user_keeper.kept(),
            assistant_audio=performer.assistant_keeper.kept(),
            places=performer.user_keeper.places() | performer.assistant_keeper.places(),
        )


def _alone(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """What a group holds, where that is one thing."""
    match group.exceptions:
        case (BaseExceptionGroup() as only,):
            return _alone(only)
        case (only,):
            return only
        case _:
            return group


def _usual_model() -> str | None:
    """The model of a session whose configuration names none."""
    model = SessionConfig().model
    return model if isinstance(model, str) else None
