"""The session's side of a sink: the model's voice goes in, and what was heard is counted.

Translates between the session's output format, in which the conversation counts, and the sink's.
Everything but draining is synchronous, because nothing may come between a frame and the speaker.
"""

from collections import deque

import attrs

from realtime_voice import audio
from realtime_voice.audio import AudioSink
from realtime_voice.formats import AudioFormat

__all__ = ["Speaker"]


@attrs.frozen
class _Stretch:
    """Where a stretch of sound begins that one resampler converted as a whole."""

    sink_frame: int
    """In the sink's count."""
    session_frame: int
    """In the session's count."""
    rate: int
    """The session's frames per second within it."""


class Speaker:
    """Plays through a sink, and counts in the session's frames.

    A resampler rounds each stretch of sound up to whole frames of the sink, so that positions are
    computed within a stretch and never add up errors.

    Args:
        sink: Where the voice goes. What it has played before does not count.
        format: The session's output format.
    """

    def __init__(self, sink: AudioSink, format: AudioFormat) -> None:  # noqa: A002 - the contract's name
        self._sink = sink
        self._sink_frames = self._reported = sink.frames_rendered
        self._session_frames = 0
        self._stretches = deque([_Stretch(self._sink_frames, 0, format.rate)])
        self._resampler: audio.StreamResampler | None = None

    @property
    def is_playing(self) -> bool:
        """Whether something that was written has not been heard yet."""
        return self._sink.frames_rendered < self._sink_frames

    @property
    def owes_report(self) -> bool:
        """Whether :meth:`report` has something to tell, now or soon."""
        return self._reported < self._sink_frames

    def report(self) -> int:
        """Frames that were heard since the session began, at the session's output rate."""
        self._reported = self._sink.frames_rendered
        return self._position(self._reported)

    def write(self, data: bytes, layout: AudioFormat) -> None:
        """Play sound after everything that waits.

        Args:
            data: Whole frames.
            layout: Their format; the session's output format may change while it runs.
        """
        if self._resampler is None or self._resampler.source != layout:
            self.flush()
            self._resampler = audio.StreamResampler(layout, self._sink.format)
            stretch = _Stretch(self._sink_frames, self._session_frames, layout.rate)
            self._stretches.append(stretch)
        self._session_frames += layout.frames(len(data))
        self._write(self._resampler.process(data))

    def flush(self) -> None:
        """Play the last moment of a stretch of sound, which the resampler holds back."""
        if self._resampler is not None:
            resampler, self._resampler = self._resampler, None
            self._write(resampler.flush())

    def stop(self) -> int:
        """Fall silent at once and forget what was not heard.

        Returns:
            Frames that were heard since the session began, at the session's output rate.
        """
        self._resampler = None
        self._sink_frames = self._reported = self._sink.clear()
        self._session_frames = self._position(self._sink_frames)
        rate = self._stretches[0].rate
        self._stretches = deque([_Stretch(self._sink_frames, self._session_frames, rate)])
        return self._session_frames

    async def drain(self) -> None:
        """Wait until everything has been heard."""
        await self._sink.drain()

    def _write(self, data: bytes) -> None:
        if data:
            self._sink.write(data)
            self._sink_frames += self._sink.format.frames(len(data))

    def _position(self, sink_frame: int) -> int:
        """A position of the sink in the session's count."""
        stretches = self._stretches
        while len(stretches) > 1 and stretches[1].sink_frame <= sink_frame:
            stretches.popleft()
        current = stretches[0]
        end = stretches[1].session_frame if len(stretches) > 1 else self._session_frames
        played = (sink_frame - current.sink_frame) * current.rate // self._sink.format.rate
        return min(current.session_frame + played, end)
