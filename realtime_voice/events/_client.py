"""What a client may send in conversation and transcription sessions."""

from typing import ClassVar, Literal

import attrs

from realtime_voice.events._base import KnownClientEvent
from realtime_voice.events._items import ConversationItem
from realtime_voice.events._responses import RealtimeResponseCreateParams
from realtime_voice.events._sessions import SessionRequest

__all__ = [
    "ConversationItemCreate",
    "ConversationItemDelete",
    "ConversationItemRetrieve",
    "ConversationItemTruncate",
    "InputAudioBufferAppend",
    "InputAudioBufferClear",
    "InputAudioBufferCommit",
    "OutputAudioBufferClear",
    "ResponseCancel",
    "ResponseCreate",
    "SessionUpdate",
]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SessionUpdate(KnownClientEvent):
    """Change the session; what is left out stays as it is.

    Refused as a whole when one field is refused.
    """

    type: ClassVar[Literal["session.update"]] = "session.update"
    """Name of this event on the wire."""

    session: SessionRequest
    """What to change."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class InputAudioBufferAppend(KnownClientEvent):
    """More sound of the user; there is no answer to it."""

    type: ClassVar[Literal["input_audio_buffer.append"]] = "input_audio_buffer.append"
    """Name of this event on the wire."""

    audio: bytes
    """Raw sound in the input format of the session; at most 15 MiB."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class InputAudioBufferCommit(KnownClientEvent):
    """Make a user message of what is in the input buffer; does not start a response."""

    type: ClassVar[Literal["input_audio_buffer.commit"]] = "input_audio_buffer.commit"
    """Name of this event on the wire."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class InputAudioBufferClear(KnownClientEvent):
    """Forget what is in the input buffer."""

    type: ClassVar[Literal["input_audio_buffer.clear"]] = "input_audio_buffer.clear"
    """Name of this event on the wire."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ConversationItemCreate(KnownClientEvent):
    """Put an item into the conversation."""

    type: ClassVar[Literal["conversation.item.create"]] = "conversation.item.create"
    """Name of this event on the wire."""

    previous_item_id: str | None = None
    """Id of the item to put it after; ``root`` for the very beginning, ``None`` for the end."""

    item: ConversationItem
    """The item itself."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ConversationItemRetrieve(KnownClientEvent):
    """Ask for an item as the server holds it, sound included."""

    type: ClassVar[Literal["conversation.item.retrieve"]] = "conversation.item.retrieve"
    """Name of this event on the wire."""

    item_id: str
    """Id of the item that this is about."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ConversationItemTruncate(KnownClientEvent):
    """Tell how much of the sound of an assistant item was heard."""

    type: ClassVar[Literal["conversation.item.truncate"]] = "conversation.item.truncate"
    """Name of this event on the wire."""

    item_id: str
    """Id of the item that this is about."""

    content_index: int
    """Place of the part within the item; 0."""

    audio_end_ms: int
    """Milliseconds of its sound that were heard, from its first byte."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ConversationItemDelete(KnownClientEvent):
    """Take an item out of the conversation."""

    type: ClassVar[Literal["conversation.item.delete"]] = "conversation.item.delete"
    """Name of this event on the wire."""

    item_id: str
    """Id of the item that this is about."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ResponseCreate(KnownClientEvent):
    """Ask for a response; refused while another one is under way in the conversation."""

    type: ClassVar[Literal["response.create"]] = "response.create"
    """Name of this event on the wire."""

    response: RealtimeResponseCreateParams | None = None
    """What to do differently; ``None`` for nothing."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ResponseCancel(KnownClientEvent):
    """Stop a response."""

    type: ClassVar[Literal["response.cancel"]] = "response.cancel"
    """Name of this event on the wire."""

    response_id: str | None = None
    """Id of the response; the one of the conversation when left out."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class OutputAudioBufferClear(KnownClientEvent):
    """Stop playing (WebRTC and SIP only)."""

    type: ClassVar[Literal["output_audio_buffer.clear"]] = "output_audio_buffer.clear"
    """Name of this event on the wire."""
