"""The tasks of a running session: read, keep time, listen to the source, wind up.

Each is one loop that ends by being cancelled, or by an exception that ends the session. What an
event means is not decided here.
"""

import math
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import cast

import anyio
from anyio.lowlevel import checkpoint, checkpoint_if_cancelled

from realtime_voice import audio
from realtime_voice.audio import AudioSource
from realtime_voice.errors import AudioError, LinkStalled, RealtimeError, RequestRejected
from realtime_voice.formats import AudioFormat
from realtime_voice.session._notices import AudioDropped
from realtime_voice.session._performer import Performer
from realtime_voice.session._rehearsal import rehearse
from realtime_voice.session._silence import silence_byte, trailing_silence_ms
from realtime_voice.session._waiting import Flag
from realtime_voice.transport import Transport, from_server_error

__all__ = ["Loops"]

_PROGRESS_SECONDS = 0.1
_SHORTEST_NAP = 0.005
_TURN_BYTES = 256 * 1024
_TURN_SECONDS = 0.005
"""How much the reader does before others get to run."""
_SILENCE_MS = 100
_PACED = 0.8
_POLL_SECONDS = 0.02
_SETTLE_SECONDS = 0.25
_BARRIER_SECONDS = 10.0
_SILENT_SECONDS = 60.0


class Loops:
    """The loops of one session on one connection.

    Args:
        transport: The connection.
        performer: Carries everything out.
    """

    def __init__(self, transport: Transport, performer: Performer) -> None:
        self._transport = transport
        self._performer = performer
        self._dropped = 0

    async def read(self) -> None:
        """Take everything from the server, at once, and let others run now and then.

        Raises:
            RealtimeError: How the connection ended, explained by the server's last words.
        """
        performer, clock = self._performer, self._performer.clock
        take = self._transport.receive_nowait
        while True:
            try:
                frame: str | bytes | None = await self._transport.receive()
            except RealtimeError as exc:
                raise self._explained(exc) from None
            began = now = clock()
            size = 0
            while frame is not None:
                performer.receive(frame, now)
                size += len(frame)
                now = clock()
                if size >= _TURN_BYTES or now - began >= _TURN_SECONDS:
                    break
                frame = take()
            performer.rearm()
            if frame is not None:
                await checkpoint()

    def _explained(self, cause: RealtimeError) -> RealtimeError:
        """How the connection ended, in the light of an ``error`` that came just before."""
        said = self._performer.last_error
        if said is None:
            return cause
        error = said.error
        return from_server_error(error.code, error.message, param=error.param, cause=cause)

    async def keep_time(self) -> None:
        """Fire the core's deadlines, and tell it how far the speaker has come while it plays."""
        performer = self._performer
        await rehearse()
        while True:
            now = anyio.current_time()
            deadline = performer.core.next_deadline()
            fires = math.inf if deadline is None else deadline
            if performer.owes_report:
                fires = min(fires, now + _PROGRESS_SECONDS)
            alarm = performer.alarm(fires)
            with anyio.move_on_after(max(fires - now, _SHORTEST_NAP)):
                await alarm.wait()
            performer.advance(anyio.current_time())

    # --- The source --------------------------------------------------------------------------

    async def listen(self, source: AudioSource) -> float:
        """Send everything that the source gives.

        Args:
            source: Where the user's voice comes from.

        Returns:
            How fast it was: 1 for the pace of speech, more for a faster one.

        Raises:
            AudioError: A chunk is not bytes or not whole frames, or the source was cancelled.
        """
        resampler: audio.StreamResampler | None = None
        layout = _format_of(source)
        began = anyio.current_time()
        seconds = 0.0
        chunks = aiter(source)
        try:
            async for given in chunks:
                chunk = _whole_frames(given, source, layout)
                seconds += layout.frames(len(chunk)) / layout.rate
                target = self._performer.core.settings.input_format
                if resampler is None or resampler.target != target:
                    resampler = audio.StreamResampler(layout, target)
                await self._performer.uplink.append(resampler.process(chunk))
                self._report_drops(source, layout)
        except anyio.get_cancelled_exc_class():
            # Either this session is being cancelled, or something that the source waited for.
            await checkpoint_if_cancelled()
            raise AudioError(
                f"{type(source).__name__} was cancelled while the session was listening to it"
            ) from None
        finally:
            await _close_iterator(chunks)
        if resampler is not None:
            await self._performer.uplink.append(resampler.flush())
        elapsed = anyio.current_time() - began
        return seconds / elapsed if elapsed > 0 else float("inf")

    def _report_drops(self, source: AudioSource, layout: AudioFormat) -> None:
        """A live source that was not read in time has dropped sound: say so."""
        total = getattr(source, "frames_dropped", 0)
        if total > self._dropped:
            notice = AudioDropped(
                duration_ms=layout.milliseconds(total - self._dropped),
                total_ms=layout.milliseconds(total),
                why="source",
            )
            self._dropped = total
            self._performer.topics.notifications.publish(notice)

    # --- The end -----------------------------------------------------------------------------

    async def wind_up(self, speed: float) -> None:
        """The user has said everything: let the conversation come to its end.

        Args:
            speed: How fast the source was; see :meth:`listen`.

        Raises:
            LinkStalled: Something is awaited, and the server has said nothing for a minute.
        """
        if self._performer.core.settings.server_turns:
            await self._trail(paced=speed < 1 / _PACED)
        else:
            self._commit_rest()
        await self._pass_barrier()
        await self._until_quiet()

    async def _trail(self, *, paced: bool) -> None:
        """Silence, until the server must have noticed that the user has stopped."""
        performer = self._performer
        layout = performer.core.settings.input_format
        least, most = trailing_silence_ms(performer.detection, performer.core.config)
        piece = silence_byte(layout) * layout.bytes_in(_SILENCE_MS)
        start, sent = anyio.current_time(), 0
        while sent < (most if performer.speaking or not paced else least):
            await performer.uplink.append(piece)
            sent += _SILENCE_MS
            if paced:
                await anyio.sleep(max(start + sent / 1000 - anyio.current_time(), 0))

    def _commit_rest(self) -> None:
        """Push to talk: what was not committed is a turn, if it is long enough to be one."""
        performer = self._performer
        now = anyio.current_time()
        with suppress(RequestRejected):
            performer.perform(performer.core.commit_audio(now))
            performer.perform(performer.core.create_response(now))

    async def _pass_barrier(self) -> None:
        """Events answer in order: when a last ``clear`` is answered, all sound was judged."""
        performer = self._performer
        cleared = performer.cleared = Flag()
        performer.perform(performer.core.clear_audio(anyio.current_time()))
        with anyio.move_on_after(_BARRIER_SECONDS):
            await cleared.wait()

    async def _until_quiet(self) -> None:
        """Wait until nothing is awaited, everything was heard, and it stays so for a moment."""
        performer = self._performer
        quiet_since: float | None = None
        while True:
            now = anyio.current_time()
            performer.advance(now)
            if not performer.is_settled:
                quiet_since = None
                self._check_alive(now)
            elif self._is_playing():
                quiet_since = None
                await self._drain()
            elif quiet_since is None or performer.last_event_at > quiet_since:
                quiet_since = now
            elif now - quiet_since >= _SETTLE_SECONDS:
                return
            await anyio.sleep(_POLL_SECONDS)

    def _check_alive(self, now: float) -> None:
        performer = self._performer
        if now - performer.last_event_at > _SILENT_SECONDS and not self._is_playing():
            raise LinkStalled(
                f"the server said nothing for {_SILENT_SECONDS:g} s while these were awaited: "
                f"{', '.join(performer.core.awaiting)}",
                cause="stalled",
            )

    async def _drain(self) -> None:
        if self._performer.speaker is not None:
            await self._performer.speaker.drain()

    def _is_playing(self) -> bool:
        speaker = self._performer.speaker
        return speaker is not None and speaker.is_playing


def _format_of(source: AudioSource) -> AudioFormat:
    layout = cast("object", source.format)
    if isinstance(layout, AudioFormat):
        return layout
    raise AudioError(
        f"the format of {type(source).__name__} must be an AudioFormat, not {type(layout).__name__}"
    )


def _whole_frames(given: object, source: AudioSource, layout: AudioFormat) -> bytes:
    """A chunk as bytes; people's own sources give all kinds of things."""
    if not isinstance(given, bytes | bytearray | memoryview):
        raise AudioError(
            f"{type(source).__name__} gave {type(given).__name__}; chunks must be bytes (for an "
            "array of samples: ArraySource, or array.tobytes())"
        )
    chunk = bytes(cast("bytes", given))
    if len(chunk) % layout.frame_bytes:
        raise AudioError(
            f"{type(source).__name__} gave {len(chunk)} bytes, which are not whole frames of "
            f"{layout.frame_bytes} bytes"
        )
    return chunk


async def _close_iterator(chunks: AsyncIterator[bytes]) -> None:
    """Release a source's async generator here, in the task that ran it."""
    aclose = getattr(chunks, "aclose", None)
    if aclose is not None:
        await aclose()
