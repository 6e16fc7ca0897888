"""Responses: the one slot of the conversation, the ones beside it, and what each sends when.

Knows how an answer becomes events. It learns from outside who asks, what the ears heard, what the
mind answers and what time it is.
"""

from collections import deque
from collections.abc import Iterable
from math import inf
from typing import Any, Literal

import attrs

from realtime_voice.formats import AudioFormat
from realtime_voice.testing._brain import Answer, AudioRequest, Call, Failure, Say, Write
from realtime_voice.testing._engine_emitter import Emitter, NewId
from realtime_voice.testing._engine_items import Item, Items
from realtime_voice.testing._engine_outputs import Ask, StopAsking
from realtime_voice.testing._engine_pace import Pace
from realtime_voice.testing._engine_session import SessionState, audio_format, check_modalities
from realtime_voice.testing._engine_streams import (
    CallStream,
    ItemStream,
    SpeechStream,
    TextStream,
    speech_pieces,
)
from realtime_voice.testing._engine_usage import Spent, input_usage, usage_wire
from realtime_voice.testing._refusals import Refusal
from realtime_voice.testing._wire import Wire, child

__all__ = ["ResponseRun", "Responses"]

_TOKENS_PER_MINUTE = 200_000


@attrs.define(kw_only=True, eq=False)
class ResponseRun:
    """One response, from its creation to its end."""

    id: str
    """Id of the response."""
    settings: Wire
    """What was asked for, over the session's settings: a merged session object."""
    history: list[Item]
    """What the model sees."""
    metadata: Wire | None = None
    """What the client attached."""
    out_of_band: bool = False
    """Whether it stands outside the conversation."""
    is_asked: bool = False
    """Whether the mind was asked."""
    answers: deque[Answer] = attrs.field(factory=deque[Answer])
    """Output items that wait for their turn."""
    answers_ended: bool = False
    """Whether the mind has said everything."""
    streams: list[ItemStream] = attrs.field(factory=list[ItemStream])
    """Output items on their way; more than one where they overlap."""
    output: list[Item] = attrs.field(factory=list[Item])
    """Output items so far, those on their way included."""
    read: Spent = attrs.field(factory=Spent)
    """Tokens that went in."""
    written: Spent = attrs.field(factory=Spent)
    """Tokens that came out."""
    first_sound_s: float | None = None
    """When the first sound was sent."""

    @property
    def modality(self) -> Literal["audio", "text"]:
        """What kind of output was asked for."""
        return "text" if self.settings["output_modalities"] == ["text"] else "audio"

    @property
    def output_settings(self) -> Wire:
        """The ``audio.output`` object."""
        speaking: Wire = self.settings["audio"]["output"]
        return speaking

    @property
    def sound_format(self) -> AudioFormat:
        """How the output's sound is laid out."""
        return audio_format(self.output_settings["format"])

    @property
    def token_limit(self) -> float:
        """Most tokens that may come out."""
        limit = self.settings["max_output_tokens"]
        return inf if limit == "inf" else limit

    @property
    def sound_ms(self) -> float:
        """Length of all sound sent, in ms."""
        return sum(item.duration_ms for item in self.output)

    def wire(self, conversation_id: str) -> Wire:
        """Return the response object as it is while in progress."""
        return {
            "object": "realtime.response",
            "id": self.id,
            "status": "in_progress",
            "status_details": None,
            "output": [],
            "conversation_id": None if self.out_of_band else conversation_id,
            "output_modalities": self.settings["output_modalities"],
            "max_output_tokens": self.settings["max_output_tokens"],
            "audio": {
                "output": {
                    "format": self.output_settings["format"],
                    "voice": self.output_settings["voice"],
                }
            },
            "usage": None,
            "metadata": self.metadata,
        }

    def request(self) -> AudioRequest:
        """Return what the mind is asked."""
        heard = [item.heard for item in self.history if item.wire.get("role") == "user"]
        voice: Any = self.output_settings["voice"]
        return AudioRequest(
            response_id=self.id,
            instructions=self.settings["instructions"],
            history=tuple(item.understood() for item in self.history),
            heard=heard[-1] if heard else None,
            tools=tuple(self.settings["tools"]),
            tool_choice=self.settings["tool_choice"],
            modality=self.modality,
            voice=voice if isinstance(voice, str) else voice["id"],
            speed=float(self.output_settings.get("speed", 1.0)),
            metadata=self.metadata or {},
            out_of_band=self.out_of_band,
        )


class Responses:
    """All responses of a connection.

    Args:
        emitter: Takes what is to be done.
        new_id: Makes ids.
        items: The conversation.
        pace: How fast answers are sent.
    """

    def __init__(self, emitter: Emitter, new_id: NewId, items: Items, pace: Pace) -> None:
        self._emitter = emitter
        self._new_id = new_id
        self._items = items
        self._pace = pace
        self._runs: dict[str, ResponseRun] = {}
        self._conversation_id = new_id("conv")
        self._tokens_left = _TOKENS_PER_MINUTE
        self.active: ResponseRun | None = None
        """The response in the conversation's slot."""
        self.finished: ResponseRun | None = None
        """The response that was in the slot last."""
        self.has_spoken = False
        """Whether assistant audio was sent."""

    @property
    def due_s(self) -> float | None:
        """When :meth:`tick` has something to do."""
        streams = [stream for run in self._runs.values() for stream in run.streams]
        return min(map(_due, streams), default=None)

    @property
    def running(self) -> tuple[str, ...]:
        """Ids of the responses in progress."""
        return tuple(self._runs)

    def create(
        self, session: SessionState, params: Wire, history: Iterable[Item], now: float
    ) -> None:
        """Start a response.

        Args:
            session: The session in force.
            params: The ``response`` of the event; may be empty.
            history: What the model shall see.
            now: The time, in seconds.

        Raises:
            Refusal: There is one already.
        """
        out_of_band = params.get("conversation") == "none"
        settings = _response_settings(session.wire, params)
        check_modalities(settings["output_modalities"], "response.output_modalities")
        if not out_of_band and self.active is not None:
            raise Refusal(
                "conversation_already_has_active_response",
                "Conversation already has an active response in progress: "
                f"{self.active.id}. Wait until the response is finished before creating a new one.",
            )
        run = ResponseRun(
            id=self._new_id("resp"),
            settings=settings,
            history=list(history),
            metadata=params.get("metadata"),
            out_of_band=out_of_band,
        )
        self._runs[run.id] = run
        if not out_of_band:
            self.active = run
        self._emit("response.created", response=run.wire(self._conversation_id))
        self._ask_when_ready(run, now)

    def cancel(self, response_id: str | None) -> None:
        """Cancel on the client's behalf.

        Raises:
            Refusal: There is nothing to cancel.
        """
        run = self.active if response_id is None else self._runs.get(response_id)
        if run is None:
            raise Refusal(
                "response_cancel_not_active", "Cancellation failed: no active response found"
            )
        self._finish(run, "cancelled", {"type": "cancelled", "reason": "client_cancelled"})

    def interrupt(self) -> None:
        """Cancel because the user speaks; responses beside the conversation go on."""
        if self.active is not None:
            details = {"type": "cancelled", "reason": "turn_detected"}
            self._finish(self.active, "cancelled", details)

    def ear_finished(self, now: float) -> None:
        """Ask for whatever waited for an ear only."""
        for run in tuple(self._runs.values()):
            self._ask_when_ready(run, now)

    def fail_waiting(self, item: Item, failure: Failure) -> None:
        """Let whatever waited for an ear fail with it."""
        for run in tuple(self._runs.values()):
            if not run.is_asked and item in run.history:
                self._finish(run, failure.status, _failure_details(failure))

    def answered(self, response_id: str, answer: Answer, now: float) -> None:
        """Take an output item from the mind."""
        if (run := self._runs.get(response_id)) is not None:
            run.answers.append(answer)
            self._advance(run, now)

    def answers_ended(self, response_id: str, now: float) -> None:
        """Take note that the mind has said everything."""
        if (run := self._runs.get(response_id)) is not None:
            run.answers_ended = True
            self._advance(run, now)

    def tick(self, now: float) -> None:
        """Send what is due."""
        for run in tuple(self._runs.values()):
            self._advance(run, now)

    def _ask_when_ready(self, run: ResponseRun, now: float) -> None:
        if run.is_asked or any(item.awaits_ear for item in run.history):
            return
        run.is_asked = True
        run.read = input_usage(run.settings["instructions"], run.history)
        self._emitter.put(Ask(request=run.request()))
        self._advance(run, now)

    def _advance(self, run: ResponseRun, now: float) -> None:
        while run.id in self._runs:
            self._send_due(run, now)
            if run.id not in self._runs:
                return
            if run.answers and (not run.streams or _overlaps(run.answers[0])):
                self._take_answer(run, run.answers.popleft(), now)
            elif run.answers_ended and not run.streams:
                self._finish(run, "completed", None)
            else:
                return

    def _send_due(self, run: ResponseRun, now: float) -> None:
        """Send what is due of the items on their way, and close those that are through."""
        while run.streams:
            stream = min(run.streams, key=_due)
            if _due(stream) > now:
                return
            if stream.due_s is None:
                self._close_item(run, stream, "completed")
                continue
            if run.written.total + stream.next_tokens > run.token_limit:
                details = {"type": "incomplete", "reason": "max_output_tokens"}
                self._finish(run, "incomplete", details)
                return
            wire, piece = stream.send_piece()
            run.written.text += piece.text_tokens
            run.written.audio += piece.audio_tokens
            if piece.kind == "sound" and run.first_sound_s is None:
                run.first_sound_s = now
                self.has_spoken = True
            self._emitter.emit(wire)

    def _take_answer(self, run: ResponseRun, answer: Answer, now: float) -> None:
        if isinstance(answer, Failure):
            self._finish(run, answer.status, _failure_details(answer))
            return
        item = Item(wire=self._item_wire(answer))
        place = {"response_id": run.id, "output_index": len(run.output)}
        run.output.append(item)
        stream = self._stream(run, item, place, answer, now)
        run.streams.append(stream)
        self._emit("response.output_item.added", **place, item=item.shown())
        if not run.out_of_band:
            previous_id = self._items.add(item)
            self._emit("conversation.item.added", previous_item_id=previous_id, item=item.shown())
        for wire in stream.opening():
            self._emitter.emit(wire)

    def _item_wire(self, answer: Say | Write | Call) -> Wire:
        head: Wire = {"id": self._new_id("item")}
        if isinstance(answer, Call):
            return {
                **head,
                "type": "function_call",
                "status": "in_progress",
                "name": answer.name,
                "call_id": answer.call_id or self._new_id("call"),
                "arguments": "",
            }
        phase = {"phase": answer.phase} if isinstance(answer, Say) and answer.phase else {}
        return {
            **head,
            "type": "message",
            "status": "in_progress",
            "role": "assistant",
            "content": [],
            **phase,
        }

    def _stream(
        self, run: ResponseRun, item: Item, place: Wire, answer: Say | Write | Call, now: float
    ) -> ItemStream:
        match answer:
            case Call():
                return CallStream(item, place, answer, now, self._pace)
            case Say() if run.modality == "audio":
                pieces = speech_pieces(answer, self._pace, run.sound_format)
                return SpeechStream(item, place, pieces, now, run.sound_format)
            case Say():
                return TextStream(item, place, Write(text=answer.text), now, self._pace)
            case Write():
                return TextStream(item, place, answer, now, self._pace)

    def _close_item(
        self, run: ResponseRun, stream: ItemStream, status: Literal["completed", "incomplete"]
    ) -> None:
        run.streams.remove(stream)
        item = stream.item
        for wire in stream.closing(status):
            self._emitter.emit(wire)
        if not run.out_of_band and self._items.get(item.id) is item:
            # The real server gives the previous item here for text only; see the item events.
            is_text = isinstance(stream, TextStream)
            previous_id = self._items.previous_id(item.id) if is_text else None
            self._emit("conversation.item.done", previous_item_id=previous_id, item=item.shown())
        self._emit(
            "response.output_item.done",
            response_id=run.id,
            output_index=run.output.index(item),
            item=item.shown(),
        )

    def _finish(
        self,
        run: ResponseRun,
        status: Literal["completed", "cancelled", "incomplete", "failed"],
        details: Wire | None,
    ) -> None:
        for stream in tuple(run.streams):
            self._close_item(run, stream, "incomplete")
        del self._runs[run.id]
        if run.is_asked and not run.answers_ended:
            self._emitter.put(StopAsking(response_id=run.id))
        if self.active is run:
            self.active = None
            self.finished = run
        response = {
            **run.wire(self._conversation_id),
            "status": status,
            "status_details": details,
            "output": [item.shown() for item in run.output],
            "usage": usage_wire(run.read, run.written),
        }
        self._emit("response.done", response=response)
        self._emit("rate_limits.updated", rate_limits=[self._rate_limit(run)])

    def _rate_limit(self, run: ResponseRun) -> Wire:
        self._tokens_left = max(0, self._tokens_left - run.read.total - run.written.total)
        spent = _TOKENS_PER_MINUTE - self._tokens_left
        return {
            "name": "tokens",
            "limit": _TOKENS_PER_MINUTE,
            "remaining": self._tokens_left,
            "reset_seconds": round(60 * spent / _TOKENS_PER_MINUTE, 3),
        }

    def _emit(self, kind: str, **fields: Any) -> None:
        self._emitter.emit({"type": kind, **fields})


def _due(stream: ItemStream) -> float:
    """When a stream has something to do; one that is through has it at once."""
    return -inf if stream.due_s is None else stream.due_s


def _overlaps(answer: Answer) -> bool:
    return isinstance(answer, Call) and answer.overlaps


def _response_settings(session: Wire, params: Wire) -> Wire:
    names = ("output_modalities", "instructions", "tools", "tool_choice", "max_output_tokens")
    settings = {**session, **{name: params[name] for name in names if params.get(name) is not None}}
    asked = child(params, "audio", "output")
    settings["audio"] = {**session["audio"], "output": {**session["audio"]["output"], **asked}}
    return settings


def _failure_details(failure: Failure) -> Wire:
    if failure.status == "incomplete":
        return {"type": "incomplete", "reason": failure.code}
    error = {"type": failure.kind, "code": failure.code, "message": failure.message}
    return {"type": "failed", "error": error}
