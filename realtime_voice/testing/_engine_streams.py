"""One output item on its way to the client: planned whole, sent piece by piece, cut anywhere.

A stream knows the events of its item and what of it was sent, so that every closing event tells
exactly what the client got. It knows nothing of responses, slots or the clock.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Literal

import attrs

from realtime_voice.audio import StreamResampler
from realtime_voice.formats import PCM16_24K, AudioFormat
from realtime_voice.testing._brain import Call, Say, Write
from realtime_voice.testing._engine_items import Item
from realtime_voice.testing._engine_pace import Pace
from realtime_voice.testing._wire import Wire

__all__ = [
    "CallStream",
    "ItemStream",
    "Piece",
    "SpeechStream",
    "TextStream",
    "speech_pieces",
    "word_pieces",
]

_AUDIO_TOKEN_MS = 50
_ARGUMENT_PIECE = 6


@attrs.frozen
class Piece:
    """One delta that is to be sent."""

    time_s: float
    """When, in seconds after the stream began."""
    kind: Literal["words", "sound", "text", "arguments"]
    """What it is."""
    value: str | bytes
    """The delta; sound in the format of the output."""
    text_tokens: int
    """What it costs, in text tokens."""
    audio_tokens: int = 0
    """What it costs, in audio tokens."""


class ItemStream:
    """The common part: an item, its plan, its place."""

    def __init__(self, item: Item, place: Wire, pieces: Iterable[Piece], started_s: float) -> None:
        self.item = item
        self._place = place  # response_id and output_index
        self._pieces = deque(pieces)
        self._started_s = started_s

    @property
    def due_s(self) -> float | None:
        """When the next piece is to be sent; None when nothing is left."""
        return self._started_s + self._pieces[0].time_s if self._pieces else None

    @property
    def next_tokens(self) -> int:
        """What the next piece costs, in tokens."""
        return self._pieces[0].text_tokens + self._pieces[0].audio_tokens

    def opening(self) -> Iterator[Wire]:
        """Give the events between the item's announcement and its first piece."""
        yield from ()

    def send_piece(self) -> tuple[Wire, Piece]:
        """Take the next piece off the plan and return its event."""
        piece = self._pieces.popleft()
        return self._sent(piece), piece

    def closing(self, status: Literal["completed", "incomplete"]) -> Iterator[Wire]:
        """Give the events that end the content, and settle the item."""
        self.item.wire["status"] = status
        yield from ()

    def _sent(self, piece: Piece) -> Wire:
        raise AssertionError(piece)  # pragma: no cover - every stream has its own

    def _part_event(self, kind: str, **fields: object) -> Wire:
        return {
            "type": kind,
            "response_id": self._place["response_id"],
            "item_id": self.item.id,
            "output_index": self._place["output_index"],
            "content_index": 0,
            **fields,
        }


class SpeechStream(ItemStream):
    """A spoken message: sound with its words."""

    def __init__(
        self,
        item: Item,
        place: Wire,
        pieces: Iterable[Piece],
        started_s: float,
        sound_format: AudioFormat,
    ) -> None:
        super().__init__(item, place, pieces, started_s)
        item.sound_format = sound_format
        item.is_speech = True
        self._words = ""

    def opening(self) -> Iterator[Wire]:
        """Open the audio part."""
        part = {"type": "audio", "transcript": ""}
        yield self._part_event("response.content_part.added", part=part)

    def _sent(self, piece: Piece) -> Wire:
        if isinstance(piece.value, bytes):
            self.item.sound += piece.value
            return self._part_event("response.output_audio.delta", delta=piece.value)
        self._words += piece.value
        return self._part_event("response.output_audio_transcript.delta", delta=piece.value)

    def closing(self, status: Literal["completed", "incomplete"]) -> Iterator[Wire]:
        """Close the audio part with the words that were sent."""
        self.item.wire["status"] = status
        transcript = {} if self.item.is_truncated else {"transcript": self._words}
        self.item.wire["content"] = [{"type": "output_audio", **transcript}]
        part = {"type": "audio", "transcript": self._words}
        yield self._part_event("response.output_audio.done")
        yield self._part_event("response.output_audio_transcript.done", transcript=self._words)
        yield self._part_event("response.content_part.done", part=part)


class TextStream(ItemStream):
    """A written message."""

    def __init__(
        self, item: Item, place: Wire, answer: Write, started_s: float, pace: Pace
    ) -> None:
        self._text = ""
        deltas = tuple(answer.deltas) or word_pieces(answer.text)
        pieces = (
            Piece(index * pace.text_delta_s, "text", delta, 1) for index, delta in enumerate(deltas)
        )
        super().__init__(item, place, pieces, started_s)

    def opening(self) -> Iterator[Wire]:
        """Open the text part."""
        yield self._part_event("response.content_part.added", part={"type": "text", "text": ""})

    def _sent(self, piece: Piece) -> Wire:
        self._text += str(piece.value)
        return self._part_event("response.output_text.delta", delta=piece.value)

    def closing(self, status: Literal["completed", "incomplete"]) -> Iterator[Wire]:
        """Close the text part with the text that was sent."""
        self.item.wire["status"] = status
        self.item.wire["content"] = [{"type": "output_text", "text": self._text}]
        yield self._part_event("response.output_text.done", text=self._text)
        part = {"type": "text", "text": self._text}
        yield self._part_event("response.content_part.done", part=part)


class CallStream(ItemStream):
    """A function call."""

    def __init__(self, item: Item, place: Wire, answer: Call, started_s: float, pace: Pace) -> None:
        self._arguments = ""
        cuts = [*range(0, len(answer.arguments), _ARGUMENT_PIECE), len(answer.arguments)]
        pieces = (
            Piece(index * pace.text_delta_s, "arguments", answer.arguments[start:end], 1)
            for index, (start, end) in enumerate(pairwise(cuts))
        )
        super().__init__(item, place, pieces, started_s)

    def _call_event(self, kind: str, **fields: object) -> Wire:
        event = self._part_event(kind, call_id=self.item.wire["call_id"], **fields)
        del event["content_index"]
        return event

    def _sent(self, piece: Piece) -> Wire:
        self._arguments += str(piece.value)
        return self._call_event("response.function_call_arguments.delta", delta=piece.value)

    def closing(self, status: Literal["completed", "incomplete"]) -> Iterator[Wire]:
        """Close the call; one that was cut off has no ``arguments.done``."""
        self.item.wire["status"] = status
        self.item.wire["arguments"] = self._arguments
        if status == "completed":
            yield self._call_event(
                "response.function_call_arguments.done",
                name=self.item.wire["name"],
                arguments=self._arguments,
            )


def word_pieces(text: str) -> tuple[str, ...]:
    """Cut a text in front of its words; the pieces join to the text."""
    starts = [
        index
        for index in range(1, len(text))
        if text[index - 1].isspace() is False and text[index].isspace()
    ]
    return tuple(text[start:end] for start, end in pairwise([0, *starts, len(text)]) if end > start)


def speech_pieces(answer: Say, pace: Pace, sound_format: AudioFormat) -> Iterator[Piece]:
    """Plan a spoken message: each chunk of sound behind the words that belong to it."""
    total_ms = PCM16_24K.milliseconds(PCM16_24K.frames(len(answer.pcm)))
    words = deque(answer.words or _spread(answer.text, total_ms))
    step = PCM16_24K.bytes_in(pace.chunk_ms)
    resampler = StreamResampler(PCM16_24K, sound_format)
    time_s = 0.0
    for index, start in enumerate(range(0, len(answer.pcm), step)):
        time_s = pace.chunk_time_s(index)
        chunk = answer.pcm[start : start + step]
        end_ms = (index + 1) * pace.chunk_ms
        is_last = start + step >= len(answer.pcm)
        while words and (is_last or words[0][1] < end_ms + pace.lead_ms):
            yield Piece(time_s, "words", words.popleft()[0], 1)
        sound = resampler.process(chunk) + (resampler.flush() if is_last else b"")
        tokens = round(end_ms / _AUDIO_TOKEN_MS) - round((end_ms - pace.chunk_ms) / _AUDIO_TOKEN_MS)
        yield Piece(time_s, "sound", sound, 0, tokens)
    for word, _ in words:
        yield Piece(time_s, "words", word, 1)


def _spread(text: str, total_ms: float) -> list[tuple[str, float]]:
    place = 0
    words: list[tuple[str, float]] = []
    for piece in word_pieces(text):
        words.append((piece, total_ms * place / len(text)))
        place += len(piece)
    return words
