"""Listening: from the user's bytes to user items with transcripts.

Owns the input buffer, the ears' work and the transcripts that are still to be told. It knows when
speech begins and ends, and leaves it to its caller what that means for responses.
"""

from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from itertools import count
from typing import Any

from realtime_voice.audio import StreamResampler
from realtime_voice.formats import PCM16_24K, AudioFormat
from realtime_voice.testing._brain import HeardSpeech, SpeechDetector
from realtime_voice.testing._engine_emitter import Emitter, NewId
from realtime_voice.testing._engine_input import InputBuffer, InputFact, Onset, Sound, Stop
from realtime_voice.testing._engine_items import Item, Items
from realtime_voice.testing._engine_outputs import DropEar, FeedEar, FinishEar, StartEar
from realtime_voice.testing._engine_session import SessionState, TurnSettings
from realtime_voice.testing._engine_usage import transcription_usage
from realtime_voice.testing._refusals import Refusal
from realtime_voice.testing._wire import Wire

__all__ = ["DetectorFactory", "Listening"]

DetectorFactory = Callable[[float], SpeechDetector]
"""Makes a detector for a threshold from 0 to 1."""

_SHORTEST_COMMIT_MS = 100
_TRANSCRIPTION = "conversation.item.input_audio_transcription"
_LOGPROBS = "item.input_audio_transcription.logprobs"


class Listening:
    """The user's half of the conversation.

    Args:
        emitter: Takes what is to be done.
        new_id: Makes ids.
        items: The conversation.
        session: The session in force.
        detector: Makes speech detectors.
    """

    def __init__(
        self,
        emitter: Emitter,
        new_id: NewId,
        items: Items,
        session: SessionState,
        detector: DetectorFactory,
    ) -> None:
        self._emitter = emitter
        self._new_id = new_id
        self._items = items
        self._session = session
        self._make_detector = detector
        self._utterance_id: str | None = None
        self._open_ear: str | None = None
        self._later: list[tuple[float, int, Wire]] = []
        self._order = count()
        self._brought: dict[str, Item] = {}  # came with their sound; ears are at work on them
        self._settings = self._current_settings()
        self._buffer = InputBuffer(session.input_format, session.turns, self._detector())

    @property
    def is_speaking(self) -> bool:
        """Whether the user speaks, as far as turn detection can tell."""
        return self._buffer.is_speaking

    @property
    def due_s(self) -> float | None:
        """When :meth:`tick` has something to do."""
        return self._later[0][0] if self._later else None

    def append(self, data: bytes) -> Iterator[InputFact]:
        """Take sound; tell about speech.

        Args:
            data: Sound in the session's input format.

        Yields:
            Every onset, after its event, and every stop, after the item is in the conversation.
        """
        for fact in self._buffer.append(data):
            match fact:
                case Onset():
                    self._start_utterance()
                    self._emit(
                        "input_audio_buffer.speech_started",
                        audio_start_ms=fact.start_ms,
                        item_id=self._utterance_id,
                    )
                    yield fact
                case Sound():
                    self._start_utterance()
                    self._feed(fact.pcm)
                case Stop():
                    self._emit(
                        "input_audio_buffer.speech_stopped",
                        audio_end_ms=fact.end_ms,
                        item_id=self._utterance_id,
                    )
                    self._commit()
                    yield fact

    def commit(self) -> None:
        """Commit by hand.

        Raises:
            Refusal: There is less than 100 ms of sound.
        """
        buffered_ms = self._buffer.buffered_ms
        if buffered_ms < _SHORTEST_COMMIT_MS:
            raise Refusal(
                "input_audio_buffer_commit_empty",
                "Error committing input audio buffer: buffer too small. Expected at least "
                f"{_SHORTEST_COMMIT_MS}ms of audio, but buffer only has {buffered_ms:.2f}ms of "
                "audio.",
            )
        self._commit()

    def clear(self) -> None:
        """Forget what was not committed."""
        self._buffer.clear()
        self._drop_utterance()
        self._emit("input_audio_buffer.cleared")

    def session_changed(self) -> None:
        """Use the session's settings from now on."""
        settings = self._current_settings()
        if settings == self._settings:
            return
        self._settings = settings
        self._drop_utterance()
        self._buffer.configure(self._session.input_format, self._session.turns, self._detector())

    def commit_silence(self, silence_ms: int) -> None:
        """The user said nothing for too long: make an item of the silence.

        Args:
            silence_ms: How long.
        """
        end_ms = self._buffer.position_ms
        item_id = self._new_id("item")
        self._emit(
            "input_audio_buffer.timeout_triggered",
            audio_start_ms=max(0, end_ms - silence_ms),
            audio_end_ms=end_ms,
            item_id=item_id,
        )
        item = self._user_item(item_id, self._buffer.take())
        item.heard = ""
        self._announce(item)
        self._tell(item, HeardSpeech(text=""), 0.0, 0.0)

    def listen_to(self, item: Item, sound: bytes) -> None:
        """Let an ear hear sound that came within an item.

        Args:
            item: The item; need not be in the conversation.
            sound: Its sound, in the session's input format.
        """
        pcm = _to_pcm(sound, self._session.input_format)
        item.awaits_ear = True
        item.sound += pcm
        self._brought[item.id] = item
        self._emitter.put(StartEar(item_id=item.id, transcription=None))
        self._emitter.put(FeedEar(item_id=item.id, pcm=pcm))
        self._emitter.put(FinishEar(item_id=item.id))

    def done_with(self, item_id: str) -> Item | None:
        """Return the item that an ear has finished with; None where it was deleted."""
        return self._brought.pop(item_id, None) or self._items.get(item_id)

    def partial(self, item_id: str, delta: str) -> None:
        """Tell what an ear knows while the user still speaks."""
        if self._session.input["transcription"] is not None:
            self._emit(f"{_TRANSCRIPTION}.delta", item_id=item_id, content_index=0, delta=delta)

    def heard(self, item: Item, speech: HeardSpeech, now: float) -> None:
        """Take what an ear made of an item."""
        item.awaits_ear = False
        item.heard = speech.text
        if item.wire["content"][0].get("transcript", "") is None:
            self._tell(item, speech, now + speech.delay_s, speech.delta_interval_s)
        self.tick(now)

    def tick(self, now: float) -> None:
        """Tell the transcripts that are due."""
        while self._later and self._later[0][0] <= now:
            _, _, wire = heappop(self._later)
            item = self._items.get(wire["item_id"])
            if item is None:
                continue
            if wire["type"].endswith("completed"):
                item.wire["content"][0]["transcript"] = wire["transcript"]
            self._emitter.emit(wire)

    def _current_settings(self) -> tuple[Any, TurnSettings | None]:
        return self._session.input_format, self._session.turns

    def _detector(self) -> SpeechDetector | None:
        turns = self._session.turns
        return None if turns is None else self._make_detector(turns.threshold)

    def _start_utterance(self) -> None:
        if self._utterance_id is None:
            self._utterance_id = self._new_id("item")

    def _feed(self, pcm: bytes) -> None:
        if self._utterance_id is None:
            return
        if self._open_ear is None:
            self._open_ear = self._utterance_id
            transcription = self._session.input["transcription"]
            self._emitter.put(StartEar(item_id=self._open_ear, transcription=transcription))
        self._emitter.put(FeedEar(item_id=self._open_ear, pcm=pcm))

    def _drop_utterance(self) -> None:
        if self._open_ear is not None:
            self._emitter.put(DropEar(item_id=self._open_ear))
        self._open_ear = None
        self._utterance_id = None

    def _commit(self) -> None:
        pcm = self._buffer.take()
        self._start_utterance()
        if self._open_ear is None:
            self._feed(pcm)
        item = self._user_item(str(self._utterance_id), pcm)
        item.awaits_ear = True
        self._utterance_id = None
        self._open_ear = None
        self._announce(item)
        self._emitter.put(FinishEar(item_id=item.id))

    def _user_item(self, item_id: str, pcm: bytes) -> Item:
        wire: Wire = {
            "id": item_id,
            "type": "message",
            "status": "completed",
            "role": "user",
            "content": [{"type": "input_audio", "transcript": None}],
        }
        return Item(wire=wire, sound=bytearray(pcm))

    def _announce(self, item: Item) -> None:
        previous_id = self._items.add(item)
        self._emit("input_audio_buffer.committed", previous_item_id=previous_id, item_id=item.id)
        self._emit("conversation.item.added", previous_item_id=previous_id, item=item.shown())
        self._emit("conversation.item.done", previous_item_id=previous_id, item=item.shown())

    def _tell(self, item: Item, speech: HeardSpeech, due: float, interval: float) -> None:
        transcription = self._session.input["transcription"]
        if transcription is None:
            return
        place = {"item_id": item.id, "content_index": 0}
        if speech.failure is not None:
            code, message = speech.failure
            error = {"type": "transcription_error", "code": code, "message": message, "param": None}
            self._schedule(due, {"type": f"{_TRANSCRIPTION}.failed", **place, "error": error})
            return
        # A transcript in one piece has one delta as well, as the real server's have.
        for delta in speech.deltas or ((speech.text,) if speech.text else ()):
            self._schedule(due, {"type": f"{_TRANSCRIPTION}.delta", **place, "delta": delta})
            due += interval
        usage = transcription_usage(transcription["model"], item.duration_ms, speech.text)
        completed: Wire = {
            "type": f"{_TRANSCRIPTION}.completed",
            **place,
            "transcript": speech.text,
        }
        if speech.language is not None and transcription["model"] == "gpt-transcribe":
            completed["languages"] = [{"code": speech.language}]
        if speech.logprobs and _LOGPROBS in (self._session["include"] or ()):
            completed["logprobs"] = [
                {"token": token, "logprob": logprob, "bytes": list(token.encode())}
                for token, logprob in speech.logprobs
            ]
        self._schedule(due, {**completed, "usage": usage})

    def _schedule(self, due: float, wire: Wire) -> None:
        heappush(self._later, (due, next(self._order), wire))

    def _emit(self, kind: str, **fields: Any) -> None:
        self._emitter.emit({"type": kind, **fields})


def _to_pcm(sound: bytes, sound_format: AudioFormat) -> bytes:
    """Return sound as PCM16 mono at 24 kHz, without half a sample at its end."""
    sound = sound[: len(sound) - len(sound) % sound_format.frame_bytes]
    if sound_format == PCM16_24K:
        return sound
    resampler = StreamResampler(sound_format, PCM16_24K)
    return resampler.process(sound) + resampler.flush()
