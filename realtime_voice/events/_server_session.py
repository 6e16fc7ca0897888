"""What the server says about the session as a whole: its state, its limits and its errors."""

from typing import ClassVar, Literal

import attrs

from realtime_voice.events._base import KnownServerEvent, WireObject
from realtime_voice.events._enums import RateLimitName
from realtime_voice.events._sessions import Session

__all__ = [
    "ConversationCreated",
    "ConversationCreatedConversation",
    "Error",
    "ErrorError",
    "RateLimitsUpdated",
    "RateLimitsUpdatedRateLimits",
    "SessionCreated",
    "SessionUpdated",
]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SessionCreated(KnownServerEvent):
    """The connection is a session now; the first event, with the defaults of the server.

    On a side connection to a call (``call_id``) it does not come.
    """

    type: ClassVar[Literal["session.created"]] = "session.created"
    """Name of this event on the wire."""

    session: Session
    """The session itself."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SessionUpdated(KnownServerEvent):
    """The session has changed; answers ``session.update`` with everything that is now in force."""

    type: ClassVar[Literal["session.updated"]] = "session.updated"
    """Name of this event on the wire."""

    session: Session
    """The session itself."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ConversationCreatedConversation(WireObject):
    """A conversation."""

    id: str | None = None
    """Id of this object."""

    object: str | None = None
    """Kind of object, in the words of the API."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ConversationCreated(KnownServerEvent):
    """The default conversation exists; GA servers do not seem to send it."""

    type: ClassVar[Literal["conversation.created"]] = "conversation.created"
    """Name of this event on the wire."""

    conversation: ConversationCreatedConversation
    """The conversation itself."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ErrorError(WireObject):
    """What went wrong."""

    type: str
    """Kind of error, such as ``invalid_request_error``."""

    code: str | None = None
    """Code of the error."""

    message: str
    """What went wrong, for people to read."""

    param: str | None = None
    """Name of the parameter at fault."""

    event_id: str | None = None
    """Id of the client event at fault, where there is one."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Error(KnownServerEvent):
    """Something went wrong; most errors leave the session open."""

    type: ClassVar[Literal["error"]] = "error"
    """Name of this event on the wire."""

    error: ErrorError
    """What went wrong."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RateLimitsUpdatedRateLimits(WireObject):
    """How much is left of one rate limit."""

    name: RateLimitName | str | None = None
    """What is counted."""

    limit: int | None = None
    """The most that is allowed."""

    remaining: int | None = None
    """What is left."""

    reset_seconds: float | None = None
    """Seconds until the limit is whole again."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RateLimitsUpdated(KnownServerEvent):
    """How much is left of the rate limits; seen after ``response.done``."""

    type: ClassVar[Literal["rate_limits.updated"]] = "rate_limits.updated"
    """Name of this event on the wire."""

    rate_limits: tuple[RateLimitsUpdatedRateLimits, ...]
    """The limits, one by one."""
