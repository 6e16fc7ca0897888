"""Tells the core what a server would say, in a few words, and remembers what it answers."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from realtime_voice.codec import structure_server_event
from realtime_voice.config import SessionConfig, Transcription
from realtime_voice.conversation import Conversation, Outcome, Send, Turn, TurnCompleted
from realtime_voice.events import ResponseOutputAudioDelta

__all__ = ["CONFIG", "FRAMES_PER_MS", "Story", "assistant", "call_item", "sound", "typed", "user"]

_T = TypeVar("_T")

FRAMES_PER_MS = 24
CONFIG = SessionConfig(transcription=Transcription(model="gpt-transcribe"))


def sound(milliseconds: int) -> bytes:
    """Return silence at 24 kHz."""
    return bytes(2 * FRAMES_PER_MS * milliseconds)


def user(item_id: str, transcript: str | None = None) -> dict[str, Any]:
    """Return a spoken user item."""
    content = [{"type": "input_audio", "transcript": transcript}]
    return {"id": item_id, "type": "message", "role": "user", "content": content}


def typed(item_id: str, text: str) -> dict[str, Any]:
    """Return a written user item."""
    content = [{"type": "input_text", "text": text}]
    return {"id": item_id, "type": "message", "role": "user", "content": content}


def assistant(
    item_id: str, text: str | None = None, status: str = "in_progress", *, written: bool = False
) -> dict[str, Any]:
    """Return an assistant item; empty without a text."""
    part = (
        {"type": "output_text", "text": text}
        if written
        else {"type": "output_audio", "transcript": text}
    )
    content = [] if text is None else [part]
    return {
        "id": item_id,
        "type": "message",
        "role": "assistant",
        "status": status,
        "content": content,
    }


def call_item(
    item_id: str, call_id: str, *, name: str = "look", status: str = "completed"
) -> dict[str, Any]:
    """Return a function call item."""
    return {
        "id": item_id,
        "type": "function_call",
        "status": status,
        "call_id": call_id,
        "name": name,
        "arguments": "{}",
    }


class Story:
    """A conversation and a clock; every method returns the outcomes of its step."""

    def __init__(
        self, config: SessionConfig = CONFIG, *, ready: bool = True, **options: Any
    ) -> None:
        self.now = 0.0
        self.told: list[Outcome] = []
        self._ids = 0
        self._events = 0
        self.core = Conversation(config, new_id=self._new_id, **options)
        if ready:
            self.server("session.created", session={"type": "realtime", "id": "sess"})
            self.server("session.updated", session={"type": "realtime", "id": "sess"})

    def _new_id(self) -> str:
        self._ids += 1
        return f"id{self._ids}"

    # --- Steps -------------------------------------------------------------------------------

    def server(self, kind: str, **fields: Any) -> list[Outcome]:
        """Let the server say something, by its wire name."""
        self._events += 1
        wire = {"type": kind, "event_id": f"event{self._events}", **fields}
        return self.keep(self.core.receive(structure_server_event(wire), self.now))

    def do(self, call: Callable[..., list[Outcome]], *args: Any, **options: Any) -> list[Outcome]:
        """Call a method of the core at the current time."""
        return self.keep(call(*args, now=self.now, **options))

    def wait(self, seconds: float) -> list[Outcome]:
        """Let time pass; the core is called at each of its deadlines."""
        out: list[Outcome] = []
        end = self.now + seconds
        while (due := self.core.next_deadline()) is not None and due <= end:
            self.now = max(self.now, due)
            out += self.keep(self.core.deadline(self.now))
        self.now = end
        return out

    def keep(self, outcomes: list[Outcome]) -> list[Outcome]:
        """Remember outcomes."""
        self.told += outcomes
        return outcomes

    # --- What servers say --------------------------------------------------------------------

    def speaks(self, item_id: str, *, start_ms: int = 0, end_ms: int = 1000) -> list[Outcome]:
        """The user says something, and the server turns it into an item."""
        previous = self.core.items[-1] if self.core.items else None
        return [
            *self.server(
                "input_audio_buffer.speech_started", item_id=item_id, audio_start_ms=start_ms
            ),
            *self.server("input_audio_buffer.speech_stopped", item_id=item_id, audio_end_ms=end_ms),
            *self.commits(item_id, previous),
        ]

    def commits(self, item_id: str, previous: str | None) -> list[Outcome]:
        """The server makes an item of the sound."""
        return [
            *self.server(
                "input_audio_buffer.committed", item_id=item_id, previous_item_id=previous
            ),
            *self.adds(user(item_id), previous),
        ]

    def adds(self, item: dict[str, Any], previous: str | None) -> list[Outcome]:
        """The server puts an item into the conversation."""
        return self.server("conversation.item.added", item=item, previous_item_id=previous)

    def transcribes(self, item_id: str, text: str) -> list[Outcome]:
        """The server writes down what the user said."""
        return self.server(
            "conversation.item.input_audio_transcription.completed",
            item_id=item_id,
            content_index=0,
            transcript=text,
            usage={"type": "duration", "seconds": 1},
        )

    def begins(self, response_id: str, **fields: Any) -> list[Outcome]:
        """A response begins."""
        response = {"id": response_id, "status": "in_progress", "conversation_id": "conv", **fields}
        return self.server("response.created", response=response)

    def opens(self, response_id: str, item: dict[str, Any], index: int = 0) -> list[Outcome]:
        """A response begins an item."""
        previous = self.core.items[-1] if self.core.items else None
        out = self.server(
            "response.output_item.added", response_id=response_id, output_index=index, item=item
        )
        return [*out, *self.adds(item, previous)]

    def says(self, response_id: str, item_id: str, words: str, milliseconds: int) -> list[Outcome]:
        """A response says something: first the words, then the sound."""
        where = {"response_id": response_id, "item_id": item_id, "content_index": 0}
        self._events += 1
        event = ResponseOutputAudioDelta(
            event_id=f"event{self._events}", output_index=0, delta=sound(milliseconds), **where
        )
        out: list[Outcome] = []
        if words:
            kind = "response.output_audio_transcript.delta"
            out = self.server(kind, output_index=0, delta=words, **where)
        return [*out, *self.keep(self.core.receive(event, self.now))]

    def writes(self, response_id: str, item_id: str, words: str) -> list[Outcome]:
        """A response writes something."""
        return self.server(
            "response.output_text.delta",
            response_id=response_id,
            item_id=item_id,
            content_index=0,
            output_index=0,
            delta=words,
        )

    def closes(self, response_id: str, item: dict[str, Any], index: int = 0) -> list[Outcome]:
        """A response ends an item."""
        out: list[Outcome] = []
        if item["type"] == "message":
            out = self.server(
                "response.output_audio.done",
                response_id=response_id,
                item_id=item["id"],
                output_index=index,
                content_index=0,
            )
        return [
            *out,
            *self.server("conversation.item.done", item=item, previous_item_id=None),
            *self.server(
                "response.output_item.done", response_id=response_id, output_index=index, item=item
            ),
        ]

    def ends(
        self, response_id: str, status: str = "completed", reason: str | None = None, **fields: Any
    ) -> list[Outcome]:
        """A response ends."""
        details = None if reason is None else {"type": status, "reason": reason}
        response = {
            "id": response_id,
            "status": status,
            "status_details": details,
            "conversation_id": "conv",
            **fields,
        }
        return self.server("response.done", response=response)

    def answers(
        self, response_id: str, item_id: str, words: str, milliseconds: int = 1000, **fields: Any
    ) -> list[Outcome]:
        """A whole spoken response."""
        return [
            *self.begins(response_id, **fields),
            *self.opens(response_id, assistant(item_id)),
            *self.says(response_id, item_id, words, milliseconds),
            *self.closes(response_id, assistant(item_id, words, "completed")),
            *self.ends(response_id),
        ]

    def fails(self, code: str | None, event_id: str | None = None, **fields: Any) -> list[Outcome]:
        """The server reports an error."""
        error = {"type": "invalid_request_error", "code": code, "message": "no", **fields}
        return self.server("error", error=error | {"event_id": event_id})

    # --- What came out -----------------------------------------------------------------------

    def of(self, kind: type[_T], outcomes: Sequence[Outcome] | None = None) -> list[_T]:
        """Return the outcomes of one class, so far or of a step."""
        return [
            one for one in (self.told if outcomes is None else outcomes) if isinstance(one, kind)
        ]

    def sent(self, kind: type[_T], outcomes: Sequence[Outcome] | None = None) -> list[_T]:
        """Return the client events of one class, so far or of a step."""
        return [one.event for one in self.of(Send, outcomes) if isinstance(one.event, kind)]

    @property
    def turns(self) -> list[Turn]:
        """The turns that were told."""
        return [one.turn for one in self.of(TurnCompleted)]
