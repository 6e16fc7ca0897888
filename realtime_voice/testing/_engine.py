"""The local server's half of the Realtime protocol, without I/O.

Feed it with what the client sends, what ears heard, what the mind answers and what time it is; it
returns one ordered list of things to do. It reads no clock, starts no task and opens no socket, so
that a conversation can be played through it in a test, to the last event the same each time.

The caller must carry out the outputs in order, answer ``FinishEar`` with :meth:`Engine.heard`,
``Ask`` with :meth:`Engine.answered` and :meth:`Engine.answers_ended`, and call
:meth:`Engine.tick` at :meth:`Engine.next_deadline`.
"""

from collections.abc import Callable
from typing import Any

import attrs

from realtime_voice.events import (
    ClientEvent,
    ConversationItemCreate,
    InputAudioBufferAppend,
    MalformedClientEvent,
    RealtimeConversationItemMessageUser,
    ResponseCreate,
)
from realtime_voice.testing._brain import Answer, Failure, HeardSpeech
from realtime_voice.testing._engine_emitter import Emitter, NewId
from realtime_voice.testing._engine_input import Onset
from realtime_voice.testing._engine_items import Item, Items
from realtime_voice.testing._engine_listening import DetectorFactory, Listening
from realtime_voice.testing._engine_outputs import CloseConnection, Output
from realtime_voice.testing._engine_pace import Pace
from realtime_voice.testing._engine_responses import Responses
from realtime_voice.testing._engine_retrieve import retrieved
from realtime_voice.testing._engine_session import SessionState
from realtime_voice.testing._refusals import (
    Refusal,
    above_max_length,
    invalid_type,
    invalid_value,
    missing_parameter,
    unsupported_value,
)
from realtime_voice.testing._schema import CLIENT_EVENTS, EVENT_ID_LIMIT
from realtime_voice.testing._wire import Wire, client_wire, json_object

__all__ = ["LONGEST_APPEND", "Engine", "EngineOptions"]

LONGEST_APPEND = 15 * 1024 * 1024
"""Most bytes of sound in one event."""


@attrs.frozen(kw_only=True)
class EngineOptions:
    """How the server behaves."""

    pace: Pace = attrs.field(factory=Pace)
    """How fast answers are sent."""
    session_limit_s: float = 3600.0
    """When the session expires, in seconds after its start."""


class Engine:
    """One connection's server.

    Args:
        model: Model in the URL; None for a transcription session.
        detector: Makes speech detectors.
        new_id: Makes ids.
        now: The time, in seconds, on any clock that only goes forward.
        unix_time: The time in seconds since the epoch, for ``expires_at``.
        options: How the server behaves.
    """

    def __init__(
        self,
        *,
        model: str | None,
        detector: DetectorFactory,
        new_id: NewId,
        now: float,
        unix_time: float = 0.0,
        options: EngineOptions | None = None,
    ) -> None:
        options = options or EngineOptions()
        self._new_id = new_id
        self._emitter = Emitter(new_id)
        expires_at = int(unix_time + options.session_limit_s)
        self._session = SessionState(new_id("sess"), model, expires_at)
        self._items = Items()
        self._responses = Responses(self._emitter, new_id, self._items, options.pace)
        self._listening = Listening(self._emitter, new_id, self._items, self._session, detector)
        self._expiry_s: float | None = now + options.session_limit_s
        self._limit_s = options.session_limit_s
        self._idle_s: float | None = None
        self._handlers: dict[str, Callable[[ClientEvent, Wire, float], None]] = {
            "session.update": self._update_session,
            "input_audio_buffer.append": self._append,
            "input_audio_buffer.commit": self._commit,
            "input_audio_buffer.clear": self._clear,
            "output_audio_buffer.clear": self._clear_output,
            "conversation.item.create": self._create_item,
            "conversation.item.retrieve": self._retrieve_item,
            "conversation.item.delete": self._delete_item,
            "conversation.item.truncate": self._truncate_item,
            "response.create": self._create_response,
            "response.cancel": self._cancel_response,
        }

    # --- What comes in ------------------------------------------------------------------------

    def start(self) -> list[Output]:
        """Greet the client; to be called first."""
        self._emit("session.created", session=self._session.wire)
        return self._emitter.take()

    def receive(self, event: ClientEvent, now: float) -> list[Output]:
        """Take an event of the client.

        Args:
            event: The event, also an unknown or malformed one.
            now: The time, in seconds.
        """
        try:
            self._dispatch(event, now)
        except Refusal as refusal:
            event_id = client_wire(event).get("event_id")
            self._refuse(refusal, event_id if isinstance(event_id, str) else None)
        self._arm_idle_timer(now)
        return self._emitter.take()

    def receive_binary(self) -> list[Output]:
        """Take note of a binary frame, which nobody may send."""
        self._refuse(Refusal("invalid_event", "Binary messages are not supported."), None)
        return self._emitter.take()

    def receive_garbage(self, frame: str, problem: str) -> list[Output]:
        """Take note of a text frame that is no event.

        Args:
            frame: The frame.
            problem: What is wrong with it.
        """
        wire = json_object(frame)
        if wire is None:
            self._refuse(Refusal("invalid_json", f"Could not parse the message: {problem}"), None)
        else:
            event_id = wire.get("event_id")
            no_type = "type" not in wire
            refusal = (
                missing_parameter("type")
                if no_type
                else invalid_type("type", "a string", wire["type"])
            )
            self._refuse(refusal, event_id if isinstance(event_id, str) else None)
        return self._emitter.take()

    def partial(self, item_id: str, delta: str) -> list[Output]:
        """Take a piece of text that an ear knows while the user still speaks."""
        self._listening.partial(item_id, delta)
        return self._emitter.take()

    def heard(self, item_id: str, speech: HeardSpeech, now: float) -> list[Output]:
        """Take what an ear made of an utterance."""
        if (item := self._listening.done_with(item_id)) is not None:
            self._listening.heard(item, speech, now)
        self._responses.ear_finished(now)
        return self._emitter.take()

    def answered(self, response_id: str, answer: Answer, now: float) -> list[Output]:
        """Take one output item from the mind."""
        self._responses.answered(response_id, answer, now)
        return self._settle(now)

    def answers_ended(self, response_id: str, now: float) -> list[Output]:
        """Take note that the mind has nothing to add."""
        self._responses.answers_ended(response_id, now)
        return self._settle(now)

    def brain_failed(self, response_id: str | None, message: str, now: float) -> list[Output]:
        """Tell the client that the brain behind the server is at a loss.

        Args:
            response_id: Id of the response that was to be answered, if one was.
            message: What went wrong.
            now: The time, in seconds.
        """
        self._refuse(Refusal("server_error", message, kind="server_error"), None)
        if response_id is not None:
            failure = Failure(code="server_error", message=message)
            self._responses.answered(response_id, failure, now)
        return self._settle(now)

    def ear_failed(self, item_id: str, message: str, now: float) -> list[Output]:
        """Tell the client that an ear is at a loss; whatever waited for it fails.

        Args:
            item_id: Id of the user item.
            message: What went wrong.
            now: The time, in seconds.
        """
        self._refuse(Refusal("server_error", message, kind="server_error"), None)
        if (item := self._listening.done_with(item_id)) is not None:
            self._responses.fail_waiting(item, Failure(code="server_error", message=message))
            speech = HeardSpeech(text="", failure=("server_error", message))
            self._listening.heard(item, speech, now)
        return self._settle(now)

    # --- Time ---------------------------------------------------------------------------------

    def next_deadline(self) -> float | None:
        """When :meth:`tick` has something to do; None for never."""
        dues = (self._responses.due_s, self._listening.due_s, self._idle_s, self._expiry_s)
        return min((due for due in dues if due is not None), default=None)

    def tick(self, now: float) -> list[Output]:
        """Do what is due.

        Args:
            now: The time, in seconds.
        """
        self._listening.tick(now)
        self._responses.tick(now)
        self._arm_idle_timer(now)
        if self._idle_s is not None and now >= self._idle_s:
            self._time_out(now)
        if self._expiry_s is not None and now >= self._expiry_s:
            self._expire()
        return self._emitter.take()

    def _settle(self, now: float) -> list[Output]:
        self._arm_idle_timer(now)
        return self._emitter.take()

    def _arm_idle_timer(self, now: float) -> None:
        """Start the idle timer behind a response; any activity stops it."""
        turns = self._session.turns
        finished, self._responses.finished = self._responses.finished, None
        is_busy = self._listening.is_speaking or self._responses.active is not None
        if is_busy or turns is None or turns.idle_timeout_ms is None:
            self._idle_s = None
        elif finished is not None:
            played_s = (finished.first_sound_s or now) + finished.sound_ms / 1000
            self._idle_s = max(now, played_s) + turns.idle_timeout_ms / 1000

    def _time_out(self, now: float) -> None:
        self._idle_s = None
        turns = self._session.turns
        if turns is not None and turns.idle_timeout_ms is not None:
            self._listening.commit_silence(turns.idle_timeout_ms)
            self._listening.tick(now)
            self._responses.create(self._session, {}, self._items, now)

    def _expire(self) -> None:
        self._expiry_s = None
        limit = (
            f"{self._limit_s / 60:g} minutes"
            if self._limit_s >= 60
            else f"{self._limit_s:g} seconds"
        )
        message = f"Your session hit the maximum duration of {limit}."
        self._refuse(Refusal("session_expired", message), None)
        self._emitter.put(CloseConnection(code=1001, reason=message))

    # --- Client events ------------------------------------------------------------------------

    def _dispatch(self, event: ClientEvent, now: float) -> None:
        if isinstance(event, InputAudioBufferAppend) and not event.extra and not event.missing:
            self._append(event, {}, now)  # fifty a second: nothing in it needs a second look
            return
        wire = client_wire(event)
        kind = wire["type"]  # the name as it came: the class also stands for names from before GA
        if kind not in CLIENT_EVENTS:
            raise unsupported_value(kind, CLIENT_EVENTS, "type")
        CLIENT_EVENTS[kind](wire, "")
        if kind == "session.update":
            self._session.check(wire["session"])
        if isinstance(event, MalformedClientEvent):
            path = event.error.partition(":")[0]
            raise invalid_value(f"Invalid '{event.error}'.", path)
        self._handlers[kind](event, wire, now)

    def _append(self, event: ClientEvent, _wire: Wire, now: float) -> None:
        if not isinstance(event, InputAudioBufferAppend):
            return
        if len(event.event_id or "") > EVENT_ID_LIMIT:
            raise above_max_length("event_id", EVENT_ID_LIMIT, len(event.event_id or ""))
        if len(event.audio) > LONGEST_APPEND:
            raise invalid_value("Invalid 'audio': at most 15 MiB can be appended at once.", "audio")
        for fact in self._listening.append(event.audio):
            turns = self._session.turns
            if turns is None:
                continue
            if isinstance(fact, Onset):
                self._idle_s = None
                if turns.interrupts_response:
                    self._responses.interrupt()
            elif turns.creates_response:
                try:
                    self._responses.create(self._session, {}, self._items, now)
                except Refusal as refusal:
                    self._refuse(refusal, None)

    def _update_session(self, _event: ClientEvent, wire: Wire, _now: float) -> None:
        self._session.update(wire["session"], has_spoken=self._responses.has_spoken)
        self._listening.session_changed()
        self._emit("session.updated", session=self._session.wire)

    def _commit(self, _event: ClientEvent, _wire: Wire, _now: float) -> None:
        self._listening.commit()
        self._idle_s = None

    def _clear(self, _event: ClientEvent, _wire: Wire, _now: float) -> None:
        self._listening.clear()

    def _clear_output(self, _event: ClientEvent, _wire: Wire, _now: float) -> None:
        raise Refusal(
            "invalid_event", "output_audio_buffer.clear is for WebRTC and SIP connections only."
        )

    def _create_item(self, event: ClientEvent, wire: Wire, _now: float) -> None:
        self._refuse_in_transcription(wire["type"])
        item = self._incoming(wire["item"])
        previous_id = self._items.add(item, wire.get("previous_item_id"))
        if isinstance(event, ConversationItemCreate) and (sound := _sound_of(event.item)):
            self._listening.listen_to(item, sound)
        self._emit("conversation.item.added", previous_item_id=previous_id, item=item.shown())
        self._emit("conversation.item.done", previous_item_id=previous_id, item=item.shown())

    def _retrieve_item(self, _event: ClientEvent, wire: Wire, _now: float) -> None:
        item = self._items.find(wire["item_id"], "retrieve", "retrieving")
        self._emitter.put(retrieved(item, self._new_id("event"), self._session.input_format))

    def _delete_item(self, _event: ClientEvent, wire: Wire, now: float) -> None:
        item = self._items.delete(wire["item_id"])
        item.awaits_ear = False
        self._emit("conversation.item.deleted", item_id=item.id)
        self._responses.ear_finished(now)

    def _truncate_item(self, _event: ClientEvent, wire: Wire, _now: float) -> None:
        item = self._items.find(wire["item_id"], "truncate", "truncating")
        end_ms = wire["audio_end_ms"]
        if not item.is_speech or not item.sound or end_ms == 0:
            raise Refusal(
                "unsupported_content_type", "Only model output audio messages can be truncated"
            )
        if wire["content_index"] != 0:
            raise invalid_value("Invalid 'content_index': there is no such part.", "content_index")
        if end_ms > item.duration_ms:
            raise invalid_value(
                f"Audio content of {int(item.duration_ms)}ms is already shorter than {end_ms}ms"
            )
        del item.sound[item.sound_format.bytes_in(end_ms) :]
        item.is_truncated = True
        for part in item.wire["content"]:
            part.pop("transcript", None)
        self._emit(
            "conversation.item.truncated", item_id=item.id, content_index=0, audio_end_ms=end_ms
        )

    def _create_response(self, event: ClientEvent, wire: Wire, now: float) -> None:
        self._refuse_in_transcription(wire["type"])
        params: Wire = wire.get("response") or {}
        history = list(self._items)
        sounds: list[tuple[Item, bytes]] = []
        if isinstance(event, ResponseCreate) and params.get("input") is not None:
            typed = (event.response.input or ()) if event.response is not None else ()
            history = [
                self._input_item(entry, f"response.input[{index}].id")
                for index, entry in enumerate(params["input"])
            ]
            for item, entry_event in zip(history, typed, strict=True):
                if sound := _sound_of(entry_event):
                    item.awaits_ear = True  # the mind is asked when the ear has finished
                    sounds.append((item, sound))
        self._responses.create(self._session, params, history, now)
        for item, sound in sounds:  # no ear listens for a response that was refused
            self._listening.listen_to(item, sound)

    def _cancel_response(self, _event: ClientEvent, wire: Wire, _now: float) -> None:
        self._responses.cancel(wire.get("response_id"))

    # --- Helpers ------------------------------------------------------------------------------

    def _refuse_in_transcription(self, kind: str) -> None:
        if self._session.kind == "transcription":
            raise Refusal("invalid_event", f"{kind} is not allowed in a transcription session.")

    def _incoming(self, wire: Wire) -> Item:
        kept = {name: value for name, value in wire.items() if name not in ("id", "object")}
        item: Wire = {"id": wire.get("id") or self._new_id("item"), **kept}
        if wire["type"] in ("message", "function_call"):
            item["status"] = wire.get("status") or "completed"
        if wire["type"] == "function_call":
            item["call_id"] = wire.get("call_id") or self._new_id("call")
        if wire["type"] == "message":
            item["content"] = [_without_sound(part) for part in wire["content"]]
        return Item(wire=item)

    def _input_item(self, wire: Wire, path: str) -> Item:
        if wire["type"] != "item_reference":
            # It stands outside the conversation, where its own id may be in use.
            return self._incoming({**wire, "id": None})
        known = self._items.get(wire["id"])
        if known is None:
            raise invalid_value(f"Item with id '{wire['id']}' not found.", path)
        return known

    def _refuse(self, refusal: Refusal, event_id: str | None) -> None:
        error = {
            "type": refusal.kind,
            "code": refusal.code,
            "message": refusal.message,
            "param": refusal.param,
            "event_id": event_id,
        }
        self._emit("error", error=error)

    def _emit(self, kind: str, **fields: Any) -> None:
        self._emitter.emit({"type": kind, **fields})


def _sound_of(item: object) -> bytes:
    """Return the sound that a client put into an item."""
    if not isinstance(item, RealtimeConversationItemMessageUser):
        return b""
    return b"".join(part.audio for part in item.content if part.audio)


def _without_sound(part: Wire) -> Wire:
    return {name: value for name, value in part.items() if name != "audio"}
