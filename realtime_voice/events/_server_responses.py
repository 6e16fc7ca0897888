"""A response while it is made, piece by piece."""

from typing import ClassVar, Literal

import attrs

from realtime_voice.events._base import KnownServerEvent, WireObject
from realtime_voice.events._enums import ContentPartType
from realtime_voice.events._items import ConversationItem
from realtime_voice.events._responses import RealtimeResponse

__all__ = [
    "ResponseContentPartAdded",
    "ResponseContentPartAddedPart",
    "ResponseContentPartDone",
    "ResponseContentPartDonePart",
    "ResponseCreated",
    "ResponseDone",
    "ResponseFunctionCallArgumentsDelta",
    "ResponseFunctionCallArgumentsDone",
    "ResponseOutputAudioDelta",
    "ResponseOutputAudioDone",
    "ResponseOutputAudioTranscriptDelta",
    "ResponseOutputAudioTranscriptDone",
    "ResponseOutputItemAdded",
    "ResponseOutputItemDone",
    "ResponseOutputTextDelta",
    "ResponseOutputTextDone",
]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ResponseCreated(KnownServerEvent):
    """A response has begun; its metadata tells which request it answers."""

    type: ClassVar[Literal["response.created"]] = "response.created"
    """Name of this event on the wire."""

    response: RealtimeResponse
    """The response itself."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ResponseDone(KnownServerEvent):
    """A response has ended, one way or another; always the last of its events."""

    type: ClassVar[Literal["response.done"]] = "response.done"
    """Name of this event on the wire."""

    response: RealtimeResponse
    """The response itself."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ResponseOutputItemAdded(KnownServerEvent):
    """A response has begun a new item."""

    type: ClassVar[Literal["response.output_item.added"]] = "response.output_item.added"
    """Name of this event on the wire."""

    response_id: str
    """Id of the response that this is about."""

    output_index: int
    """Place of the item among the items of the response, from 0."""

    item: ConversationItem
    """The item itself."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ResponseOutputItemDone(KnownServerEvent):
    """A response has finished an item."""

    type: ClassVar[Literal["response.output_item.done"]] = "response.output_item.done"
    """Name of this event on the wire."""

    response_id: str
    """Id of the response that this is about."""

    output_index: int
    """Place of the item among the items of the response, from 0."""

    item: ConversationItem
    """The item itself."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ResponseContentPartAddedPart(WireObject):
    """A part of an item under way."""

    type: ContentPartType | str | None = None
    """Kind of part."""

    text: str | None = None
    """The text."""

    audio: bytes | None = None
    """The sound; servers leave it out."""

    transcript: str | None = None
    """The words of the sound."""


ResponseContentPartDonePart = ResponseContentPartAddedPart


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ResponseContentPartAdded(KnownServerEvent):
    """An item of a response has begun a new part."""

    type: ClassVar[Literal["response.content_part.added"]] = "response.content_part.added"
    """Name of this event on the wire."""

    response_id: str
    """Id of the response that this is about."""

    item_id: str
    """Id of the item that this is about."""

    output_index: int
    """Place of the item among the items of the response, from 0."""

    content_index: int
    """Place of the part within the item, from 0."""

    part: ResponseContentPartAddedPart
    """The part as it begins."""

    content: ResponseContentPartAddedPart | None = None
    """The part once more; sent by Azure."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ResponseContentPartDone(KnownServerEvent):
    """A part of an item is complete."""

    type: ClassVar[Literal["response.content_part.done"]] = "response.content_part.done"
    """Name of this event on the wire."""

    response_id: str
    """Id of the response that this is about."""

    item_id: str
    """Id of the item that this is about."""

    output_index: int
    """Place of the item among the items of the response, from 0."""

    content_index: int
    """Place of the part within the item, from 0."""

    part: ResponseContentPartAddedPart
    """The part as it is."""

    content: ResponseContentPartAddedPart | None = None
    """The part once more; sent by Azure."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ResponseOutputAudioDelta(KnownServerEvent):
    """More of the sound of the model; comes faster than it plays."""

    type: ClassVar[Literal["response.output_audio.delta"]] = "response.output_audio.delta"
    """Name of this event on the wire."""

    response_id: str
    """Id of the response that this is about."""

    item_id: str
    """Id of the item that this is about."""

    output_index: int
    """Place of the item among the items of the response, from 0."""

    content_index: int
    """Place of the part within the item, from 0."""

    delta: bytes
    """Raw sound in the format of the session, decoded."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ResponseOutputAudioDone(KnownServerEvent):
    """The sound of a part is complete."""

    type: ClassVar[Literal["response.output_audio.done"]] = "response.output_audio.done"
    """Name of this event on the wire."""

    response_id: str
    """Id of the response that this is about."""

    item_id: str
    """Id of the item that this is about."""

    output_index: int
    """Place of the item among the items of the response, from 0."""

    content_index: int
    """Place of the part within the item, from 0."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ResponseOutputAudioTranscriptDelta(KnownServerEvent):
    """More of the words of the model, ahead of or behind their sound."""

    type: ClassVar[Literal["response.output_audio_transcript.delta"]] = (
        "response.output_audio_transcript.delta"
    )
    """Name of this event on the wire."""

    response_id: str
    """Id of the response that this is about."""

    item_id: str
    """Id of the item that this is about."""

    output_index: int
    """Place of the item among the items of the response, from 0."""

    content_index: int
    """Place of the part within the item, from 0."""

    delta: str
    """Text to append as it is."""

    obfuscation: str | None = None
    """Random padding that hides the length of the text; carries no meaning."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ResponseOutputAudioTranscriptDone(KnownServerEvent):
    """All the words of a part; also sent when the response was cut short."""

    type: ClassVar[Literal["response.output_audio_transcript.done"]] = (
        "response.output_audio_transcript.done"
    )
    """Name of this event on the wire."""

    response_id: str
    """Id of the response that this is about."""

    item_id: str
    """Id of the item that this is about."""

    output_index: int
    """Place of the item among the items of the response, from 0."""

    content_index: int
    """Place of the part within the item, from 0."""

    transcript: str
    """The words of the sound."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ResponseOutputTextDelta(KnownServerEvent):
    """More of an answer in text."""

    type: ClassVar[Literal["response.output_text.delta"]] = "response.output_text.delta"
    """Name of this event on the wire."""

    response_id: str
    """Id of the response that this is about."""

    item_id: str
    """Id of the item that this is about."""

    output_index: int
    """Place of the item among the items of the response, from 0."""

    content_index: int
    """Place of the part within the item, from 0."""

    delta: str
    """Text to append as it is."""

    obfuscation: str | None = None
    """Random padding that hides the length of the text; carries no meaning."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ResponseOutputTextDone(KnownServerEvent):
    """All of an answer in text."""

    type: ClassVar[Literal["response.output_text.done"]] = "response.output_text.done"
    """Name of this event on the wire."""

    response_id: str
    """Id of the response that this is about."""

    item_id: str
    """Id of the item that this is about."""

    output_index: int
    """Place of the item among the items of the response, from 0."""

    content_index: int
    """Place of the part within the item, from 0."""

    text: str
    """The text."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ResponseFunctionCallArgumentsDelta(KnownServerEvent):
    """More of the arguments of a function call."""

    type: ClassVar[Literal["response.function_call_arguments.delta"]] = (
        "response.function_call_arguments.delta"
    )
    """Name of this event on the wire."""

    response_id: str
    """Id of the response that this is about."""

    item_id: str
    """Id of the item that this is about."""

    output_index: int
    """Place of the item among the items of the response, from 0."""

    call_id: str
    """Id of the function call."""

    delta: str
    """JSON text to append as it is."""

    obfuscation: str | None = None
    """Random padding that hides the length of the text; carries no meaning."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ResponseFunctionCallArgumentsDone(KnownServerEvent):
    """All arguments of a function call.

    ``response.output_item.done`` tells of the same call: act on one of the two.
    """

    type: ClassVar[Literal["response.function_call_arguments.done"]] = (
        "response.function_call_arguments.done"
    )
    """Name of this event on the wire."""

    response_id: str
    """Id of the response that this is about."""

    item_id: str
    """Id of the item that this is about."""

    output_index: int
    """Place of the item among the items of the response, from 0."""

    call_id: str
    """Id of the function call."""

    name: str
    """Name of the function."""

    arguments: str
    """Arguments of the call, as JSON text."""
