"""Making the four frozen objects of which a session makes hundreds in a second.

The initializer of a frozen class goes around its own protection, field by field. Here an object
is filled before it is frozen: as an instance of a subclass that adds nothing but the right to be
written to, whose class is then set to the frozen one. (Both ways of writing are opened, or Python
would take the slow one for both.) Knows the fields of the four classes and decides nothing.
"""

from typing import Any

from realtime_voice.conversation._outcomes import (
    AudioChunk,
    Send,
    TranscriptStatus,
    TranscriptUpdate,
)
from realtime_voice.events import InputAudioBufferAppend
from realtime_voice.formats import AudioFormat

__all__ = ["assistant_update", "audio_chunk", "send_append"]


def audio_chunk(  # noqa: PLR0917 - keyword arguments cost more than the fields
    data: bytes,
    layout: AudioFormat,
    item_id: str,
    response_id: str,
    content_index: int,
    start_frame: int,
    out_of_band: bool,  # noqa: FBT001 - see above
) -> AudioChunk:
    """Make a piece of the model's voice; see :class:`AudioChunk` for the fields."""
    open_chunk: Any = _new(_OpenChunk)
    open_chunk.data = data
    open_chunk.format = layout
    open_chunk.item_id = item_id
    open_chunk.response_id = response_id
    open_chunk.content_index = content_index
    open_chunk.start_frame = start_frame
    open_chunk.out_of_band = out_of_band
    open_chunk.__class__ = AudioChunk
    chunk: AudioChunk = open_chunk
    return chunk


def assistant_update(  # noqa: PLR0917 - see audio_chunk
    item_id: str,
    content_index: int,
    response_id: str,
    delta: str,
    text: str,
    status: TranscriptStatus,
    error: str | None,
) -> TranscriptUpdate:
    """Make a step of the model's text; see :class:`TranscriptUpdate` for the fields."""
    open_update: Any = _new(_OpenUpdate)
    open_update.role = "assistant"
    open_update.item_id = item_id
    open_update.content_index = content_index
    open_update.response_id = response_id
    open_update.delta = delta
    open_update.text = text
    open_update.final = status is not TranscriptStatus.PENDING
    open_update.status = status
    open_update.language = None
    open_update.error = error
    open_update.audio_start_ms = None
    open_update.audio_end_ms = None
    open_update.__class__ = TranscriptUpdate
    update: TranscriptUpdate = open_update
    return update


def send_append(event_id: str, audio: bytes) -> Send:
    """Make the effect that sends a piece of the user's voice."""
    open_event: Any = _new(_OpenAppend)
    open_event.extra = {}
    open_event.missing = _NOTHING
    open_event.event_id = event_id
    open_event.audio = audio
    open_event.__class__ = InputAudioBufferAppend
    open_send: Any = _new(_OpenSend)
    open_send.event = open_event
    open_send.__class__ = Send
    send: Send = open_send
    return send


class _OpenChunk(AudioChunk):
    __slots__ = ()
    __setattr__ = object.__setattr__
    __delattr__ = object.__delattr__


class _OpenUpdate(TranscriptUpdate):
    __slots__ = ()
    __setattr__ = object.__setattr__
    __delattr__ = object.__delattr__


class _OpenAppend(InputAudioBufferAppend):
    __slots__ = ()
    __setattr__ = object.__setattr__
    __delattr__ = object.__delattr__


class _OpenSend(Send):
    __slots__ = ()
    __setattr__ = object.__setattr__
    __delattr__ = object.__delattr__


_new = object.__new__
_NOTHING: frozenset[str] = frozenset()
