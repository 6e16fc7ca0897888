"""What the server tells about responses: their life, words, voice and function calls.

One function for each class of event; see :mod:`_receive`.
"""

from typing import Literal

from realtime_voice.conversation._core import Core
from realtime_voice.conversation._items import ItemKind
from realtime_voice.conversation._on_error import on_incomplete
from realtime_voice.conversation._on_items import end_item, kind_of
from realtime_voice.conversation._outcomes import Outcome
from realtime_voice.conversation._quick import audio_chunk
from realtime_voice.conversation._responses import ResponseRecord
from realtime_voice.conversation._transcripts import AssistantText
from realtime_voice.events import (
    ConversationItem,
    RealtimeConversationItemFunctionCall,
    RealtimeConversationItemMessageAssistant,
    ResponseContentPartAdded,
    ResponseContentPartDone,
    ResponseCreated,
    ResponseDone,
    ResponseFunctionCallArgumentsDelta,
    ResponseFunctionCallArgumentsDone,
    ResponseOutputAudioDelta,
    ResponseOutputAudioDone,
    ResponseOutputAudioTranscriptDelta,
    ResponseOutputAudioTranscriptDone,
    ResponseOutputItemAdded,
    ResponseOutputItemDone,
    ResponseOutputTextDelta,
    ResponseOutputTextDone,
)

__all__ = [
    "begin_call",
    "on_all_words",
    "on_arguments",
    "on_audio",
    "on_audio_done",
    "on_output_item_added",
    "on_output_item_done",
    "on_part",
    "on_response_created",
    "on_response_done",
    "on_words",
    "own",
    "take_output",
    "text_of",
]


def on_response_created(core: Core, event: ResponseCreated, now: float) -> list[Outcome]:
    known = core.responses.named(event.response.id or "")
    if known is not None and (known.id or known.live):
        known.announced = True
        return []
    out: list[Outcome] = []
    for record in core.responses.live():
        if not record.announced:
            # It was taken for the response that begins only now.
            out += core.lose_response(record, "cancelled", "not_announced", now)
    return [*out, *core.begin_response(event.response, now)[1]]


def on_response_done(core: Core, event: ResponseDone, now: float) -> list[Outcome]:
    response = event.response
    out: list[Outcome] = []
    record = core.responses.get(response.id)
    if record is None:
        if response.id and not response.output and not core.slot.expects:
            # Nobody knows it, and it says nothing.
            core.counts.unattributed += 1
            return []
        record, out = core.begin_response(response, now)
    if not record.live:
        return out
    calls: list[Outcome] = []
    for item in response.output or ():
        out += take_output(core, record, item)
        calls += begin_call(core, record, item)
    if not record.out_of_band:
        for item_id in record.items:
            core.items.place_last(item_id, now)
    out += core.end_response(record, response, now)
    return [*out, *calls, *core.follow_up(record.id, now), *core.pump(now)]


def on_output_item_added(core: Core, event: ResponseOutputItemAdded, now: float) -> list[Outcome]:
    record, out = core.record_of(event.response_id, now)
    if record is None:
        return out
    if event.item.id:
        own(core, record, event.item.id, kind_of(event.item))
    return out


def on_output_item_done(core: Core, event: ResponseOutputItemDone, now: float) -> list[Outcome]:
    record, out = core.record_of(event.response_id, now)
    if record is None:
        return out
    out += take_output(core, record, event.item)
    item = event.item
    if isinstance(item, RealtimeConversationItemMessageAssistant) and item.id:
        out += end_item(core, item, item.id)
    return [*out, *begin_call(core, record, item)]


def own(core: Core, record: ResponseRecord, item_id: str, kind: ItemKind) -> None:
    """Note that an item belongs to a response; what is known is never unlearned."""
    if item_id in record.items:
        return
    record.items[item_id] = None
    if not record.out_of_band:
        core.items.note(item_id, kind=kind, response_id=record.id)
        core.dirty = True


def take_output(core: Core, record: ResponseRecord, item: ConversationItem) -> list[Outcome]:
    """Fill in what the deltas of an item left out."""
    if not item.id:
        return []
    own(core, record, item.id, kind_of(item))
    out: list[Outcome] = []
    if isinstance(item, RealtimeConversationItemMessageAssistant) and not core.is_late(record):
        for index, part in enumerate(item.content):
            words = part.transcript or part.text
            if words:
                kind: Literal["audio", "text"] = "audio" if part.transcript else "text"
                out += core.texts.whole(text_of(core, record, item.id, index, kind), words)
    return out


def begin_call(core: Core, record: ResponseRecord, item: ConversationItem) -> list[Outcome]:
    """Act on a complete function call; calls outside the conversation cannot be answered."""
    if record.out_of_band or not isinstance(item, RealtimeConversationItemFunctionCall):
        return []
    call = core.tools.begin(item, record.id)
    return [] if call is None else [call]


def text_of(
    core: Core,
    record: ResponseRecord,
    item_id: str,
    content_index: int,
    kind: Literal["audio", "text"],
) -> AssistantText:
    return core.texts.part(record.id, item_id, content_index, kind, silent=record.out_of_band)


def on_part(
    core: Core, event: ResponseContentPartAdded | ResponseContentPartDone, now: float
) -> list[Outcome]:
    record, out = core.record_of(event.response_id, now)
    if record is None:
        return out
    item_id = core.item_of(record, event.item_id)
    part = event.part
    if part.type not in {"audio", "text"} or item_id is None or core.is_late(record):
        return out
    kind: Literal["audio", "text"] = "audio" if part.type == "audio" else "text"
    own(core, record, item_id, ItemKind.ASSISTANT)
    text = text_of(core, record, item_id, event.content_index, kind)
    words = part.transcript or part.text
    if words and isinstance(event, ResponseContentPartDone):
        out += core.texts.whole(text, words)
    return out


def on_words(
    core: Core,
    event: ResponseOutputTextDelta | ResponseOutputAudioTranscriptDelta,
    now: float,
) -> list[Outcome]:
    if not event.delta and "delta" in event.missing:
        return on_incomplete(core, event)
    item_id = event.item_id
    record = core.responses.running(event.response_id)
    text = core.texts.get(item_id, event.content_index)
    if record is None or text is None or not item_id or item_id not in record.items:
        return _on_first_words(core, event, now)
    record.moved_at = now
    return [*core.texts.delta(text, event.delta)]


def _on_first_words(
    core: Core,
    event: ResponseOutputTextDelta | ResponseOutputAudioTranscriptDelta,
    now: float,
) -> list[Outcome]:
    record, out = core.record_of(event.response_id, now)
    if record is None:
        return out
    item_id = core.item_of(record, event.item_id)
    if item_id is None or core.is_late(record):
        return out
    spoken = isinstance(event, ResponseOutputAudioTranscriptDelta)
    own(core, record, item_id, ItemKind.ASSISTANT)
    text = text_of(core, record, item_id, event.content_index, "audio" if spoken else "text")
    return [*out, *core.texts.delta(text, event.delta)]


def on_all_words(
    core: Core,
    event: ResponseOutputTextDone | ResponseOutputAudioTranscriptDone,
    now: float,
) -> list[Outcome]:
    record, out = core.record_of(event.response_id, now)
    if record is None:
        return out
    item_id = core.item_of(record, event.item_id)
    if item_id is None or core.is_late(record):
        return out
    own(core, record, item_id, ItemKind.ASSISTANT)
    if isinstance(event, ResponseOutputTextDone):
        text, words = text_of(core, record, item_id, event.content_index, "text"), event.text
    else:
        text = text_of(core, record, item_id, event.content_index, "audio")
        words = event.transcript
    return [*out, *core.texts.whole(text, words or text.text)]


def on_audio(core: Core, event: ResponseOutputAudioDelta, now: float) -> list[Outcome]:
    if not event.delta and "delta" in event.missing:
        return on_incomplete(core, event)
    out: list[Outcome] = []
    item_id: str | None = event.item_id
    record = core.responses.running(event.response_id)
    if record is None or not item_id or item_id not in record.items:
        record, out = core.record_of(event.response_id, now)
        item_id = None if record is None else core.item_of(record, event.item_id)
        if record is None or item_id is None:
            return out
        own(core, record, item_id, ItemKind.ASSISTANT)
    record.moved_at = now
    if record.first_audio_at is None:
        record.first_audio_at = now
    outside, counts = record.out_of_band, core.counts
    ledger = core.outside if outside else core.ledger
    data, start = ledger.receive(item_id, record.id, event.delta, muted=record.muted)
    if not data:
        counts.muted_frames += len(event.delta) // ledger.frame_bytes
        return out
    counts.audio_frames += len(data) // ledger.frame_bytes
    place = event.content_index
    out.append(audio_chunk(data, ledger.format, item_id, record.id, place, start, outside))
    return out


def on_audio_done(core: Core, event: ResponseOutputAudioDone, now: float) -> list[Outcome]:
    record, out = core.record_of(event.response_id, now)
    if record is None:
        return out
    item_id = core.item_of(record, event.item_id)
    if item_id is not None and not record.out_of_band:
        core.ledger.complete(item_id)
    return out


def on_arguments(
    core: Core,
    event: ResponseFunctionCallArgumentsDelta | ResponseFunctionCallArgumentsDone,
    now: float,
) -> list[Outcome]:
    record, out = core.record_of(event.response_id, now)
    if record is None:
        return out
    if event.item_id:
        own(core, record, event.item_id, ItemKind.CALL)
    return out
