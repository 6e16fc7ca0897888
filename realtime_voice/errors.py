"""Every exception that this library raises, under one root.

The tree::

    RealtimeError
    ├── ConfigError              an option that cannot work, found before anything was sent
    ├── AudioError               sound that cannot be read, converted or played
    ├── EventDecodeError         a frame that is not an event at all
    ├── EventEncodeError         an event that cannot become a frame
    ├── ConnectError             no session came up
    │   ├── ConnectFailed        DNS, TCP, timeout or handshake; worth another try
    │   ├── AuthError            the credentials were refused
    │   ├── RateLimited          too many requests; ``retry_after`` says how long to wait
    │   ├── QuotaExhausted       the account may not spend more
    │   ├── ServerUnavailable    the service answered with 5xx
    │   ├── TLSFailure           no trusted, encrypted connection
    │   └── ProxyFailure         the proxy refused or could not be reached
    ├── RequestRejected          the server said no to one request, or to how we asked
    ├── ResponseFailed           the model's answer ended as failed or incomplete
    ├── ConnectionLost           the connection ended before the session did
    │   ├── LinkStalled          nothing moved any more
    │   ├── SessionExpired       the server's time limit for one session was reached
    │   ├── MessageTooLarge      the server sent more than one message may hold
    │   └── ProtocolViolation    the peer broke the WebSocket protocol
    ├── SessionClosed            a call on a session that is not running (any more)
    ├── SendQueueFull            too much waits to be sent; nothing of this call was
    ├── SlowConsumerError        one iterator was not read for too long; the session goes on
    └── ScriptError              a scripted server and its client disagree (testing)
        ├── UnexpectedStepError  the client did something for which no step was left
        └── UnconsumedStepError  the conversation ended with steps left over

Messages name the value, the limit and the way out. No exception holds a credential, nor the text
or the sound of a user. This module must not import anything of the package.
"""

from collections.abc import Sequence

__all__ = [
    "AudioError",
    "AuthError",
    "ConfigError",
    "ConnectError",
    "ConnectFailed",
    "ConnectionLost",
    "EventDecodeError",
    "EventEncodeError",
    "LinkStalled",
    "MessageTooLarge",
    "ProtocolViolation",
    "ProxyFailure",
    "QuotaExhausted",
    "RateLimited",
    "RealtimeError",
    "RequestRejected",
    "ResponseFailed",
    "ScriptError",
    "SendQueueFull",
    "ServerUnavailable",
    "SessionClosed",
    "SessionExpired",
    "SlowConsumerError",
    "TLSFailure",
    "UnconsumedStepError",
    "UnexpectedStepError",
]


class RealtimeError(Exception):
    """The root of every exception of this library."""

    retryable: bool = False
    """Whether the same call may succeed when it is made again, unchanged."""

    retry_after: float | None = None
    """Seconds to wait before that, where the server said so."""

    request_id: str | None = None
    """The server's id of the HTTP request, for a support case, where it is known."""

    session_id: str | None = None
    """The server's id of the session, where it is known."""


class ConfigError(RealtimeError, ValueError):
    """An option, or a combination of options, that cannot work.

    Args:
        message: What is wrong and what would work.
        field: Name of the option, as the user wrote it; dotted where nested.
        value: The refused value (never a credential).
    """

    def __init__(self, message: str, *, field: str | None = None, value: object = None) -> None:
        super().__init__(message)
        self.field = field
        self.value = value


class AudioError(RealtimeError, ValueError):
    """Sound that cannot be read, converted or played."""


class EventDecodeError(RealtimeError, ValueError):
    """A frame that is no event: not JSON, not an object, without a type, too deep or too large."""


class EventEncodeError(RealtimeError, ValueError):
    """An event that holds something which JSON cannot carry."""


class ConnectError(RealtimeError):
    """No session came up.

    Args:
        message: What failed, at which stage, and what to try.
        host: The server (not the proxy) that was asked.
        status: HTTP status of the answer to the upgrade, or the close code that followed one.
        code: The server's own error code, such as ``invalid_api_key``.
        body: What the refusal said, at most 64 KiB and without credentials; not in the message.
        request_id: The server's id of the refused request, for a support case.
        retry_after: Seconds to wait as the server asked, if it did; not capped.
    """

    def __init__(
        self,
        message: str,
        *,
        host: str | None = None,
        status: int | None = None,
        code: str | None = None,
        body: str = "",
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.host = host
        self.status = status
        self.code = code
        self.body = body
        self.request_id = request_id
        self.retry_after = retry_after


class ConnectFailed(ConnectError):
    """DNS, TCP, a timeout or the handshake failed.

    Args:
        message: What failed.
        kind: ``dns``, ``refused``, ``timeout`` or ``handshake``.
        stage: What was waited for when it failed: ``api_key``, ``pool``, ``tcp``, ``proxy``,
            ``tls``, ``handshake`` or ``session.created``.
        host: The server that was asked.
        status: HTTP status, where there was an answer.
        code: The server's error code, where it sent one.
        body: What the answer said.
        request_id: The server's id of the request.
        retry_after: Seconds to wait as the server asked.
    """

    retryable = True

    def __init__(
        self,
        message: str,
        *,
        kind: str = "handshake",
        stage: str | None = None,
        host: str | None = None,
        status: int | None = None,
        code: str | None = None,
        body: str = "",
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(
            message,
            host=host,
            status=status,
            code=code,
            body=body,
            request_id=request_id,
            retry_after=retry_after,
        )
        self.kind = kind
        self.stage = stage


class AuthError(ConnectError):
    """The credentials were refused, or there are none."""


class RateLimited(ConnectError):
    """Too many requests; ``retry_after`` says how long to wait, where the server did."""

    retryable = True


class QuotaExhausted(ConnectError):
    """The account has no quota left or is not allowed to spend; trying again cannot help."""


class ServerUnavailable(ConnectError):
    """The service answered with a 5xx status."""

    retryable = True


class TLSFailure(ConnectError):
    """No trusted, encrypted connection: unknown authority, wrong host, expired certificate.

    Args:
        message: What failed.
        reason: OpenSSL's own words, such as ``certificate has expired``.
        host: The server that was asked.
    """

    def __init__(self, message: str, *, reason: str = "", host: str | None = None) -> None:
        super().__init__(message, host=host)
        self.reason = reason


class ProxyFailure(ConnectError):
    """The proxy could not be reached or refused the connection."""


class RequestRejected(RealtimeError):
    """The server said no to one request; the session usually goes on.

    Args:
        message: The server's message and our advice.
        code: The server's error code, such as ``invalid_value``.
        param: The parameter that the server names.
        event_id: Id of the client event that was refused.
        status: HTTP status or WebSocket close code, when the whole connection was refused.
        body: What the HTTP refusal said, at most 64 KiB and without credentials.
        request_id: The server's id of the HTTP request, when that was refused.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        event_id: str | None = None,
        status: int | None = None,
        body: str = "",
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.body = body
        self.request_id = request_id
        self.code = code
        self.param = param
        self.event_id = event_id
        self.status = status


class ResponseFailed(RealtimeError):
    """The model's answer ended as ``failed`` or ``incomplete``.

    Args:
        message: What the server said.
        code: Error code or reason: ``rate_limit_exceeded``, ``content_filter``, ...
        response_id: Id of the response.
        retryable: Whether asking again may help.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        response_id: str | None = None,
        retryable: bool = False,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.response_id = response_id
        self.retryable = retryable


class ConnectionLost(RealtimeError):
    """The connection ended before the session did.

    Args:
        message: How it ended.
        cause: ``reset``, ``eof``, ``closed``, ``stalled``, ``expired``, ...
        code: WebSocket close code, where a close frame came.
        reason: The peer's reason text, where a close frame came.
        by: ``server`` or ``client``: who ended it.
    """

    retryable = True

    def __init__(
        self,
        message: str,
        *,
        cause: str = "closed",
        code: int | None = None,
        reason: str = "",
        by: str = "server",
    ) -> None:
        super().__init__(message)
        self.cause = cause
        self.code = code
        self.reason = reason
        self.by = by


class LinkStalled(ConnectionLost):
    """The connection is open by name only: for too long, nothing came in or went out."""


class SessionExpired(ConnectionLost):
    """The server's limit for the length of one session (60 minutes at OpenAI) was reached."""


class MessageTooLarge(ConnectionLost):
    """The server sent a message above the limit for one message."""


class ProtocolViolation(ConnectionLost):
    """The peer broke the WebSocket protocol."""


class SessionClosed(RealtimeError):
    """A call on a session that is not running: not started yet, or ended."""


class SendQueueFull(RealtimeError):
    """The connection takes less than is asked of it: nothing of this call was sent or remembered.

    Args:
        message: How much waits, what the bound is, what to do.
        waiting: Bytes of events, without sound, that wait to be sent.
        limit: The bound, in bytes.
    """

    retryable = True

    def __init__(self, message: str, *, waiting: int = 0, limit: int = 0) -> None:
        super().__init__(message)
        self.waiting = waiting
        self.limit = limit


class SlowConsumerError(RealtimeError):
    """One iterator was not read for so long that its bound was reached; the session goes on.

    Args:
        message: Which iterator, what the bound is, what to do.
        dropped: Number of values that this iterator did not deliver.
    """

    def __init__(self, message: str, *, dropped: int = 0) -> None:
        super().__init__(message)
        self.dropped = dropped


class ScriptError(RealtimeError, AssertionError):
    """A scripted server and its client disagree about what happens: a test has failed."""


class UnexpectedStepError(ScriptError):
    """The client did something for which the script has no step (left)."""


class UnconsumedStepError(ScriptError):
    """The conversation ended although the script has steps left.

    Args:
        message: What was expected and never came.
        steps: The steps left over, as text.
    """

    def __init__(self, message: str, *, steps: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.steps = tuple(steps)
