"""Bodies of the HTTP calls around a session, and the webhook of an incoming call."""

from typing import ClassVar, Literal

import attrs

from realtime_voice.events._base import WireObject
from realtime_voice.events._enums import SipMediaSecurity
from realtime_voice.events._sessions import RealtimeSessionCreateRequestGA, Session, SessionRequest
from realtime_voice.events._translation import (
    RealtimeTranslationSession,
    RealtimeTranslationSessionCreateRequest,
)

__all__ = [
    "RealtimeCallCreateRequest",
    "RealtimeCallReferRequest",
    "RealtimeCallRejectRequest",
    "RealtimeCreateClientSecretRequest",
    "RealtimeCreateClientSecretRequestExpiresAfter",
    "RealtimeCreateClientSecretResponse",
    "RealtimeTranslationClientSecretCreateRequest",
    "RealtimeTranslationClientSecretCreateRequestExpiresAfter",
    "RealtimeTranslationClientSecretCreateResponse",
    "WebhookRealtimeCallIncoming",
    "WebhookRealtimeCallIncomingData",
    "WebhookRealtimeCallIncomingDataSipHeaders",
]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeCreateClientSecretRequestExpiresAfter(WireObject):
    """When a client secret stops opening sessions."""

    anchor: str | None = None
    """Moment from which the seconds count."""

    seconds: int | None = None
    """Seconds from then: 10 to 7200."""


RealtimeTranslationClientSecretCreateRequestExpiresAfter = (
    RealtimeCreateClientSecretRequestExpiresAfter
)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeCreateClientSecretRequest(WireObject):
    """Ask for a secret that a browser can open a session with."""

    expires_after: RealtimeCreateClientSecretRequestExpiresAfter | None = None
    """When the secret stops opening sessions."""

    session: SessionRequest | None = None
    """The session to open; the holder may change it."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeCreateClientSecretResponse(WireObject):
    """A secret for a browser, and the session that it opens."""

    value: str = attrs.field(repr=False)
    """The secret; not shown by ``repr``."""

    expires_at: int
    """When the secret stops opening sessions, in Unix seconds."""

    session: Session
    """The session itself."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeTranslationClientSecretCreateRequest(WireObject):
    """Ask for a secret that a browser can open a translation session with."""

    expires_after: RealtimeCreateClientSecretRequestExpiresAfter | None = None
    """When the secret stops opening sessions."""

    session: RealtimeTranslationSessionCreateRequest
    """The session to open."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeTranslationClientSecretCreateResponse(WireObject):
    """A secret for a browser, and the translation session that it opens."""

    value: str = attrs.field(repr=False)
    """The secret; not shown by ``repr``."""

    expires_at: int
    """When the secret stops opening sessions, in Unix seconds."""

    session: RealtimeTranslationSession
    """The session itself."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeCallCreateRequest(WireObject):
    """Open a WebRTC call."""

    sdp: str
    """Session description that offers the call."""

    session: RealtimeSessionCreateRequestGA | None = None
    """The session itself."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeCallReferRequest(WireObject):
    """Hand a SIP call over to somebody else."""

    target_uri: str
    """Whom to hand the call to, as a ``tel:`` or ``sip:`` URI."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RealtimeCallRejectRequest(WireObject):
    """Turn a SIP call away."""

    status_code: int | None = None
    """SIP status to answer with; 603 when left out."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class WebhookRealtimeCallIncomingDataSipHeaders(WireObject):
    """One header of the SIP invitation."""

    name: str
    """Name of the header."""

    value: str
    """Value of the header."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class WebhookRealtimeCallIncomingData(WireObject):
    """The call that waits."""

    call_id: str
    """Id to accept or reject the call with."""

    sip_headers: tuple[WebhookRealtimeCallIncomingDataSipHeaders, ...]
    """Headers of the invitation."""

    sip_media_security: SipMediaSecurity | str | None = None
    """Whether its media is encrypted."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class WebhookRealtimeCallIncoming(WireObject):
    """Somebody calls; sent to the webhook of the project."""

    type: ClassVar[Literal["realtime.call.incoming"]] = "realtime.call.incoming"
    """Tells this kind of object from others on the wire."""

    created_at: int
    """When it happened, in Unix seconds."""

    id: str
    """Id of the notice."""

    data: WebhookRealtimeCallIncomingData
    """The call."""

    object: str | None = None
    """Kind of object, in the words of the API."""
