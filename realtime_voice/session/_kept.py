"""Sound that a session keeps for its result, up to a bound; knows neither files nor devices."""

import base64
import io
import wave
from collections import deque

import attrs

from realtime_voice import audio
from realtime_voice.formats import AudioFormat

__all__ = ["AudioKeeper", "KeptAudio"]


@attrs.frozen(kw_only=True)
class KeptAudio:
    """A stretch of sound in memory."""

    format: AudioFormat
    """Layout of :attr:`data`."""
    data: bytes = attrs.field(repr=lambda data: f"<{len(data)} bytes>")
    """Raw sound, whole frames."""
    start_s: float = 0.0
    """Where it begins, in seconds since the side began to speak; above 0 when the bound was
    passed and the oldest sound gave way."""

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.format.frames(len(self.data)) / self.format.rate

    def between(self, start_ms: float, end_ms: float) -> "KeptAudio":
        """Cut out a stretch.

        Args:
            start_ms: Begin, in milliseconds since the side began to speak.
            end_ms: End, likewise.

        Returns:
            What is kept of that stretch; may be empty.
        """
        begin = max(self.format.frames_in(start_ms - self.start_s * 1000), 0)
        end = max(self.format.frames_in(end_ms - self.start_s * 1000), begin)
        data = self.data[self.format.bytes_for(begin) : self.format.bytes_for(end)]
        start_s = self.start_s + begin / self.format.rate
        return KeptAudio(format=self.format, data=data, start_s=start_s)

    def to_wav(self) -> bytes:
        """The sound as a WAV file of 16 bit samples."""
        layout = AudioFormat(rate=self.format.rate, channels=self.format.channels)
        converter = audio.StreamResampler(self.format, layout)
        buffer = io.BytesIO()
        with wave.open(buffer, "wb") as file:
            file.setnchannels(layout.channels)
            file.setsampwidth(2)
            file.setframerate(layout.rate)
            file.writeframes(converter.process(self.data) + converter.flush())
        return buffer.getvalue()

    def to_data_uri(self) -> str:
        """The WAV file as a ``data:`` address, for a web page that stands alone."""
        return "data:audio/wav;base64," + base64.b64encode(self.to_wav()).decode()


class AudioKeeper:
    """Keeps the newest sound of one side.

    Args:
        seconds: How much to keep; 0: nothing.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.keeps = seconds > 0
        """Whether there is any use in adding sound."""
        self._format: AudioFormat | None = None
        # A deque is made when there is sound: most sessions of a server keep none.
        self._pieces: deque[bytes] | list[bytes] = []
        self._size = 0
        self._gone = 0
        self._before_s = 0.0
        self._marked = 0
        self._places: dict[str, list[int]] = {}

    def add(self, data: bytes, layout: AudioFormat, item_id: str = "") -> None:
        """Keep more sound.

        Args:
            data: Whole frames.
            layout: Their format; a change of the format drops what was kept before.
            item_id: Item that the sound belongs to, where that is known by now.
        """
        if self._seconds <= 0 or not data:
            return
        if layout != self._format:
            self._begin(layout)
        end = self._gone + self._size + len(data)
        if item_id:
            self._places.setdefault(item_id, [end - len(data), end])[1] = end
        self._pieces.append(data)
        self._size += len(data)
        bound = self._seconds * layout.bytes_per_second
        while self._size > bound and len(self._pieces) > 1:
            oldest = self._pieces[0]
            del self._pieces[0]
            self._size -= len(oldest)
            self._gone += len(oldest)

    def mark(self) -> tuple[int, int]:
        """What was added since the last mark, for :meth:`place`."""
        begin, self._marked = self._marked, self._gone + self._size
        return begin, self._marked

    def place(self, item_id: str, span: tuple[int, int]) -> None:
        """Tell later which item a stretch of sound has become.

        Args:
            item_id: The item.
            span: What :meth:`mark` gave.
        """
        self._places[item_id] = list(span)

    def kept(self) -> KeptAudio | None:
        """Everything that is kept; None when there is nothing."""
        if self._format is None or not self._pieces:
            return None
        self._pieces = deque([b"".join(self._pieces)])
        start_s = self._before_s + self._format.frames(self._gone) / self._format.rate
        return KeptAudio(format=self._format, data=self._pieces[0], start_s=start_s)

    def places(self) -> dict[str, tuple[float, float]]:
        """Where each item's sound lies: begin and end in milliseconds."""
        layout = self._format
        if layout is None:
            return {}
        before_ms = self._before_s * 1000
        return {
            item_id: (
                before_ms + layout.milliseconds(layout.frames(begin)),
                before_ms + layout.milliseconds(layout.frames(end)),
            )
            for item_id, (begin, end) in self._places.items()
        }

    def _begin(self, layout: AudioFormat) -> None:
        """Start over in another format; the clock goes on."""
        if self._format is not None:
            self._before_s += self._format.frames(self._gone + self._size) / self._format.rate
        self._format = layout
        self._pieces = deque()
        self._places.clear()
        self._size = self._gone = self._marked = 0
