"""The parts of the core and the steps that several inputs share.

Inputs come in through :mod:`_receive` (the server) and :mod:`_conversation` (the application);
both change the parts held here and return what follows. No input is looked at here.
"""

from collections.abc import Callable, Iterable
from typing import Any

from realtime_voice.config import SessionConfig
from realtime_voice.conversation._items import ItemGraph, ItemKind
from realtime_voice.conversation._metrics import ConversationStatistics, Usage
from realtime_voice.conversation._outcomes import (
    Outcome,
    PlaybackInterrupted,
    RequestFailed,
    ResponseFinished,
    ResponseStarted,
    Send,
    StopPlayback,
    TranscriptStatus,
    TurnCompleted,
)
from realtime_voice.conversation._playback import Cut, PlaybackLedger
from realtime_voice.conversation._requests import Awaited, RequestKind, Requests
from realtime_voice.conversation._responses import ResponseRecord, Responses
from realtime_voice.conversation._seen import SeenEvents
from realtime_voice.conversation._settings import Settings, settings_from_config
from realtime_voice.conversation._slot import Request, ResponseSlot
from realtime_voice.conversation._tools import ToolCalls
from realtime_voice.conversation._transcripts import AssistantTexts, UserTexts
from realtime_voice.conversation._turns import Turns
from realtime_voice.events import (
    ConversationItemCreate,
    ConversationItemDelete,
    ConversationItemTruncate,
    InputAudioBufferClear,
    InputAudioBufferCommit,
    RealtimeResponse,
    RealtimeResponseStatusDetails,
    RealtimeResponseStatusDetailsError,
    ResponseCancel,
    ResponseCreate,
    SessionUpdate,
)

__all__ = ["Core", "Sendable", "request_failed"]

Sendable = (
    ConversationItemCreate
    | ConversationItemDelete
    | ConversationItemTruncate
    | InputAudioBufferClear
    | InputAudioBufferCommit
    | ResponseCancel
    | ResponseCreate
    | SessionUpdate
)
"""Client events whose fate is of interest."""

_SILENT_RESPONSE_S = 60.0
"""A response of which nothing is heard for so long has been lost, in seconds. Reasoning models
think for many seconds before they speak, so that this is far above ``hold_s``."""


class Core:
    """Everything that a conversation knows.

    Args:
        config: What we ask the server for.
        new_id: Makes ids for client events.
        transcript_deadline_s: Seconds from a commit after which its transcript is given up.
        hold_s: Seconds that an answer of the server, and a turn, is waited for.
        plays_audio: A sink plays the model's voice and reports how far it has come.
    """

    def __init__(
        self,
        config: SessionConfig,
        *,
        new_id: Callable[[], str],
        transcript_deadline_s: float,
        hold_s: float,
        plays_audio: bool,
    ) -> None:
        self.config = config
        self.new_id = new_id
        self.hold_s = hold_s
        self.plays_audio = plays_audio
        self.session_id: str | None = None
        self.expires_at: float | None = None
        self.opened = False
        self.ready = False
        self.finished = False
        self.dirty = False
        self.moved = True
        self._due: float | None = None
        self.appended_ms = 0.0
        self.committed_ms = 0.0
        self.items = ItemGraph()
        self.users = UserTexts(transcript_deadline_s)
        self.texts = AssistantTexts()
        self.responses = Responses()
        self.slot = ResponseSlot()
        self.ledger = PlaybackLedger()
        self.outside = PlaybackLedger()
        self.seen = SeenEvents()
        self.tools = ToolCalls()
        self.requests = Requests()
        self.usage = Usage()
        self.counts = ConversationStatistics()
        self.turns = Turns(
            items=self.items,
            users=self.users,
            responses=self.responses,
            texts=self.texts,
            ledger=self.ledger,
            tools=self.tools,
            hold_s=hold_s,
            plays_audio=plays_audio,
        )
        self.adopt(settings_from_config(config))

    def adopt(self, settings: Settings) -> None:
        """Take over what is in force on the server."""
        self.settings = settings
        self.input_bytes_per_second = settings.input_format.bytes_per_second
        self.ledger.adopt(settings.output_format)
        self.outside.adopt(settings.output_format)

    # --- Asking for responses ----------------------------------------------------------------

    def ask(self, request: Request, now: float) -> list[Outcome]:
        """Ask for a response, now or when its turn comes."""
        if request.out_of_band:
            self.slot.send_outside(request, now)
            return [self._send_request(request, now)]
        self.slot.add(request)
        return self.pump(now)

    def pump(self, now: float) -> list[Outcome]:
        """Send the next request if the slot is free."""
        self.dirty = True
        hold_tools = self.settings.creates_response and self.users.speaking
        request = self.slot.take(now, hold_tools=hold_tools)
        if request is None:
            return []
        if request.attempts > 1:
            request.event_id = self.new_id()
            self.counts.retries += 1
        return [self._send_request(request, now)]

    def _send_request(self, request: Request, now: float) -> Send:
        event = ResponseCreate(event_id=request.event_id, response=request.wire_params())
        return self.send(event, RequestKind.CREATE, now)

    def follow_up(self, response_id: str, now: float) -> list[Outcome]:
        """Let the model go on when all tools of an ended response have answered."""
        record = self.responses.get(response_id)
        if (record is not None and record.live) or not self.tools.follow_up(response_id):
            return []
        return self.ask(Request(event_id=self.new_id(), for_tools=True), now)

    def refuse(self, request: Request, code: str | None, message: str) -> list[Outcome]:
        """Tell everybody who waits for a request that it failed."""
        self.dirty = True
        names = request.waiting or (() if request.for_tools else (request.event_id,))
        return [request_failed(name, code, message) for name in names]

    def cancel_response(self, response_id: str | None, now: float) -> Send:
        """Cancel a response by its id."""
        event = ResponseCancel(event_id=self.new_id(), response_id=response_id)
        return self.send(event, RequestKind.CANCEL, now)

    def send(self, event: Sendable, kind: RequestKind, now: float, **known: Any) -> Send:
        """Send an event, and remember what it was.

        Args:
            event: The event, with its id.
            kind: What it is.
            now: Time on the session's clock.
            **known: What :class:`Awaited` should know beside that.
        """
        event_id = event.event_id or ""
        self.moved = True
        self.requests.note(Awaited(event_id=event_id, kind=kind, sent_at=now, **known))
        return Send(event=event)

    # --- Responses ---------------------------------------------------------------------------

    def begin_response(
        self, response: RealtimeResponse, now: float
    ) -> tuple[ResponseRecord, list[Outcome]]:
        """Take in a response that is new, whatever told of it first."""
        outside = self.slot.created_outside(response)
        out_of_band = outside is not None or (
            response.conversation_id is None and "conversation_id" in response.extra
        )
        record = self.responses.add(
            response, now, out_of_band=out_of_band, anchor=self.items.last_id
        )
        request = outside if out_of_band else self.slot.created(response, now)
        if request is not None:
            record.event_ids = request.waiting
        if not out_of_band and request is None and self.tools.all_confirmed:
            self.slot.drop_answered()
        self.dirty = True
        out: list[Outcome] = [
            ResponseStarted(
                response_id=record.id, out_of_band=out_of_band, event_ids=record.event_ids
            )
        ]
        if request is not None and request.abandoned:
            record.muted = self.plays_audio
            out.append(self.cancel_response(record.id, now))
        return record, out

    def record_of(
        self, response_id: str, now: float
    ) -> tuple[ResponseRecord | None, list[Outcome]]:
        """The response that an event names.

        One that was never announced begins now if a response is expected. If none is, it is
        dropped and counted: its end may never come, and nobody could speak until then.
        """
        record = self.responses.get(response_id)
        if record is None:
            if response_id and not self.slot.expects:
                self.counts.unattributed += 1
                return None, []
            record, out = self.begin_response(RealtimeResponse(id=response_id), now)
            record.announced = not response_id
            return record, out
        record.moved_at = now
        return record, []

    def is_late(self, record: ResponseRecord) -> bool:
        """Whether a response has ended, so that more words of it are dropped and counted."""
        self.counts.late += not record.live
        return not record.live

    def end_response(
        self, record: ResponseRecord, response: RealtimeResponse, now: float
    ) -> list[Outcome]:
        """Take over the end of a response."""
        self.responses.finish(record, response, now)
        status = {
            "completed": TranscriptStatus.FINAL,
            "failed": TranscriptStatus.FAILED,
        }.get(record.status or "", TranscriptStatus.INTERRUPTED)
        out: list[Outcome] = []
        for item_id in record.items:
            out += self.texts.close(item_id, status, error=record.failure)
            if not record.out_of_band:
                self.ledger.complete(item_id)
        out += self._forget_unheard(record, now)
        self.usage.add_response(response.usage)
        if not record.out_of_band:
            self.slot.done(record.id, now)
        self.dirty = True
        out.append(self._finished(record))
        return out

    def _finished(self, record: ResponseRecord) -> ResponseFinished:
        texts = (text.text for one in record.items for text in self.texts.of_item(one))
        return ResponseFinished(
            response_id=record.id,
            status=record.status or "completed",
            reason=record.reason,
            code=record.code,
            message=record.message,
            out_of_band=record.out_of_band,
            usage=record.usage,
            text=" ".join(text for text in texts if text),
        )

    def lose_response(
        self, record: ResponseRecord, status: str, reason: str, now: float
    ) -> list[Outcome]:
        """End a response of which the server will tell no more."""
        error = RealtimeResponseStatusDetailsError(code=reason) if status == "failed" else None
        details = RealtimeResponseStatusDetails(reason=reason, error=error)
        lost = RealtimeResponse(id=record.id, status=status, status_details=details)
        return self.end_response(record, lost, now)

    # --- Items -------------------------------------------------------------------------------

    def item_of(self, record: ResponseRecord, item_id: str) -> str | None:
        """The item that a delta belongs to.

        A delta that names no item means the only message of its response. With several, it is
        dropped and counted: words and sound on the wrong item are worse than missing ones.
        """
        if item_id:
            return item_id
        spoken = [one for one in record.items if not self._is_call(one)]
        if len(spoken) > 1:
            self.counts.unattributed += 1
            return None
        return spoken[0] if spoken else ""

    def _is_call(self, item_id: str) -> bool:
        item = self.items.get(item_id)
        return item is not None and item.kind is ItemKind.CALL

    def forgot(self, item_id: str) -> bool:
        """Whether an item was deleted, so that what comes for it is dropped and counted."""
        item = self.items.get(item_id)
        gone = item is not None and item.deleted and not item.kept
        self.counts.late += gone
        return gone

    # --- Interruptions -----------------------------------------------------------------------

    def mute(self) -> None:
        """Play nothing more of the responses that run in the conversation."""
        if self.plays_audio:
            for record in self.responses.live():
                record.muted = record.muted or not record.out_of_band

    def stop_playback(self, stop: StopPlayback) -> list[Outcome]:
        """Stop the speaker, if there is anything to be heard."""
        if not (self.plays_audio and self.ledger.audible):
            return []
        self.ledger.stop()
        return [stop]

    def playback_stopped(self, frames_rendered: int, now: float) -> list[Outcome]:
        """The speaker was stopped: bring the server's memory in line with what was heard."""
        cuts = self.ledger.stopped(frames_rendered, now)
        self.dirty = True
        out: list[Outcome] = []
        for cut in cuts:
            sound = self.ledger.get(cut.item_id)
            record = None if sound is None else self.responses.get(sound.response_id)
            if record is not None and record.live:
                record.muted = True
            out += self._shorten(cut, now)
        return [*out, *(_interrupted(cut) for cut in cuts)]

    def _shorten(self, cut: Cut, now: float) -> list[Outcome]:
        item = self.items.get(cut.item_id)
        if not cut.item_id or item is None or item.deleted:
            return []
        if cut.played_ms == 0:
            return [self._delete(cut.item_id, now)]
        event = ConversationItemTruncate(
            event_id=self.new_id(),
            item_id=cut.item_id,
            content_index=0,
            audio_end_ms=min(cut.played_ms, cut.received_ms),
        )
        return [self.send(event, RequestKind.TRUNCATE, now)]

    def _forget_unheard(self, record: ResponseRecord, now: float) -> list[Outcome]:
        """Cut the spoken items of an interrupted response that the speaker's stop did not cut."""
        out: list[Outcome] = []
        for item_id in record.items if record.muted and not record.text_only else ():
            item = self.items.get(item_id)
            if item is None or item.kind is not ItemKind.ASSISTANT:
                continue
            sound = self.ledger.get(item_id)
            if sound is None:
                if all(text.kind == "audio" for text in self.texts.of_item(item_id)):
                    out += self._shorten(Cut(item_id=item_id, played_ms=0, received_ms=0), now)
            elif not sound.settled and not self.ledger.stopping:
                cut = self.ledger.cut(sound)
                out += [*self._shorten(cut, now), _interrupted(cut)]
        return out

    def _delete(self, item_id: str, now: float) -> Send:
        """Take an item that nobody heard out of the server's memory, but keep it on record."""
        self.items.note(item_id).kept = True
        event = ConversationItemDelete(event_id=self.new_id(), item_id=item_id)
        return self.send(event, RequestKind.DELETE, now)

    # --- Time and ends -----------------------------------------------------------------------

    def settle(self, now: float) -> list[Outcome]:
        """Tell the turns that are ready, if anything changed."""
        self.moved = True
        if not self.dirty:
            return []
        self.dirty = False
        slot = self.slot
        expecting = bool(slot.queue) or slot.in_flight is not None or slot.owed_since is not None
        turns = self.turns.advance(now, expecting=expecting, closing=self.finished)
        return [TurnCompleted(turn=turn) for turn in turns]

    def deadline(self, now: float) -> list[Outcome]:
        """Give up what has been waited for long enough."""
        out: list[Outcome] = [*self.users.give_up(now)]
        for request in self.slot.give_up_asking(now, self.hold_s):
            out += self.refuse(request, "timed_out", "the server did not answer response.create")
        for awaited in self.requests.give_up(now, self.hold_s):
            out.append(
                request_failed(awaited.event_id, "timed_out", f"{awaited.kind} did not come")
            )
        for record in self.responses.live():
            if record.moved_at + _SILENT_RESPONSE_S <= now:
                out += self.lose_response(record, "failed", "timed_out", now)
        self.items.place_orphans(now, self.hold_s)
        self.dirty = True
        return out + self.pump(now)

    def next_deadline(self) -> float | None:
        """When :meth:`deadline` will have something to do."""
        if self.moved:
            self.moved = False
            self._due = self._next_due()
        due = self._due
        # Every delta moves this one, and there is hardly ever more than one response.
        for record in self.responses.live():
            silent = record.moved_at + _SILENT_RESPONSE_S
            if due is None or silent < due:
                due = silent
        return due

    def _next_due(self) -> float | None:
        """The same, without responses that may fall silent."""
        times = (
            self.users.next_deadline(),
            self.slot.due(self.hold_s),
            self.requests.due(self.hold_s),
            self.items.due(self.hold_s),
            self.turns.due,
        )
        return min((time for time in times if time is not None), default=None)

    def close(self, reason: str, now: float) -> list[Outcome]:
        """End everything that is open: no further word of the server will come."""
        out: list[Outcome] = []
        for slot in self.users.open():
            out += self.users.close(slot, TranscriptStatus.TIMED_OUT, now, error=reason)
        self.items.place_orphans(now, float("-inf"))
        for slot in self.users.all():
            if slot.item_id:
                self.items.note(slot.item_id, kind=ItemKind.USER)
                self.items.place_last(slot.item_id, now)
        for record in self.responses.live():
            out += self.lose_response(record, "cancelled", reason, now)
        for request in self.slot.requests():
            out += self.refuse(request, reason, f"the connection ended: {reason}")
        for awaited in self.requests.give_up(now, float("-inf")):
            out.append(request_failed(awaited.event_id, reason, f"the connection ended: {reason}"))
        self.slot = ResponseSlot()
        turns = self.turns.advance(now, expecting=False, closing=True)
        self.dirty = False
        self.moved = True
        told = [one for one in out if not isinstance(one, Send)]
        return [*told, *(TurnCompleted(turn=turn) for turn in turns)]

    def awaiting(self) -> Iterable[str]:
        """What is due, in words."""
        if not self.ready:
            yield "the session to be ready"
        if self.users.speaking:
            yield "the end of the user's speech"
        for slot in self.users.open():
            if not slot.speaking:
                yield f"the transcript of {slot.item_id or 'the speech'}"
        yield from self.slot.awaiting()
        for record in self.responses.live():
            yield f"the end of response {record.id}"
        for call in self.tools.running():
            yield f"the output of the tool {call.name}"
        for awaited in self.requests.awaited():
            yield f"{awaited.kind} for {awaited.event_id}"


def _interrupted(cut: Cut) -> PlaybackInterrupted:
    return PlaybackInterrupted(
        item_id=cut.item_id, played_ms=cut.played_ms, received_ms=cut.received_ms
    )


def request_failed(
    event_id: str, code: str | None, message: str, param: str | None = None
) -> RequestFailed:
    """The notification that a request failed."""
    return RequestFailed(event_id=event_id, code=code, message=message, param=param)
