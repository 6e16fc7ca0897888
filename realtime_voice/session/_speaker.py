"""The session's side of a sink: the model's voice goes in, and what was heard is counted.

Translates between the session's output format, in which the conversation counts, and the sink's.
Everything but draining is synchronous, because nothing may come between a frame and the speaker.
"""

from realtime_voice.audio import AudioSink, StreamResampler
from realtime_voice.formats import AudioFormat

__all__ = ["Speaker"]


class Speaker:
    """Plays through a sink, and counts in the session's frames.

    Args:
        sink: Where the voice goes.
        format: The session's output format.
    """

    def __init__(self, sink: AudioSink, format: AudioFormat) -> None:  # noqa: A002 - the contract's name
        self._sink = sink
        self._format = format
        self._base = sink.frames_rendered
        self._written = 0
        self._resampler: StreamResampler | None = None

    @property
    def frames_rendered(self) -> int:
        """Frames that were heard since the session began, at the session's output rate."""
        return self._in_session_frames(self._sink.frames_rendered)

    @property
    def is_playing(self) -> bool:
        """Whether something that was written has not been heard yet."""
        return self._sink.frames_rendered - self._base < self._written

    def write(self, data: bytes, layout: AudioFormat) -> None:
        """Play sound after everything that waits.

        Args:
            data: Whole frames.
            layout: Their format; the session's output format may change while it runs.
        """
        if self._resampler is None or self._resampler.source != layout:
            self.flush()
            self._format = layout
            self._resampler = StreamResampler(layout, self._sink.format)
        self._write(self._resampler.process(data))

    def flush(self) -> None:
        """Play the last moment of a stretch of sound, which the resampler holds back."""
        if self._resampler is not None:
            resampler, self._resampler = self._resampler, None
            self._write(resampler.flush())

    def stop(self) -> int:
        """Fall silent at once and forget what was not heard.

        Returns:
            :attr:`frames_rendered` at that instant.
        """
        self._resampler = None
        rendered = self._sink.clear()
        self._written = rendered - self._base
        return self._in_session_frames(rendered)

    async def drain(self) -> None:
        """Wait until everything has been heard."""
        await self._sink.drain()

    async def aclose(self) -> None:
        """Release the sink."""
        await self._sink.aclose()

    def _write(self, data: bytes) -> None:
        if data:
            self._sink.write(data)
            self._written += self._sink.format.frames(len(data))

    def _in_session_frames(self, sink_frames: int) -> int:
        return (sink_frames - self._base) * self._format.rate // self._sink.format.rate
