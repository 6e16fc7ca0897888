"""What the engine of the local server wants done, in order.

Data only. The connection carries it out: it sends, listens, asks the brain and closes.
"""

from typing import Any, TypeAlias

import attrs

from realtime_voice.events import ServerEvent
from realtime_voice.testing._brain import AudioRequest

__all__ = [
    "Ask",
    "CloseConnection",
    "DropEar",
    "Emit",
    "FeedEar",
    "FinishEar",
    "Output",
    "StartEar",
    "StopAsking",
]


@attrs.frozen(kw_only=True)
class Emit:
    """Send this event to the client."""

    event: ServerEvent
    """The event, complete with its id."""


@attrs.frozen(kw_only=True)
class StartEar:
    """An utterance begins: take a fresh ear."""

    item_id: str
    """Id of the user item that the utterance becomes; names the ear from now on."""
    transcription: dict[str, Any] | None
    """The session's transcription settings as a wire object; None where switched off."""


@attrs.frozen(kw_only=True)
class FeedEar:
    """Let an ear hear more."""

    item_id: str
    """Names the ear."""
    pcm: bytes
    """PCM16 mono at 24 kHz."""


@attrs.frozen(kw_only=True)
class FinishEar:
    """The utterance is over; answer with ``Engine.heard``."""

    item_id: str
    """Names the ear."""


@attrs.frozen(kw_only=True)
class DropEar:
    """The utterance was discarded."""

    item_id: str
    """Names the ear."""


@attrs.frozen(kw_only=True)
class Ask:
    """Ask the mind; answer with ``Engine.answered`` and at last ``Engine.answers_ended``."""

    request: AudioRequest
    """What to answer."""


@attrs.frozen(kw_only=True)
class StopAsking:
    """The response ended before the mind did: stop listening to it."""

    response_id: str
    """Id of the response."""


@attrs.frozen(kw_only=True)
class CloseConnection:
    """Close the connection after everything before this was sent."""

    code: int
    """WebSocket close code."""
    reason: str
    """WebSocket close reason."""


Output: TypeAlias = (
    Emit | StartEar | FeedEar | FinishEar | DropEar | Ask | StopAsking | CloseConnection
)
"""Anything the engine may want done."""
