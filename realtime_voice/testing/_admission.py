"""Who may come in: what the server makes of a WebSocket request, before a session exists.

As the real server does it: a wrong path gets an HTTP answer, everything else is upgraded first,
and then told off with an ``error`` event and a close code. Decides; sends nothing.
"""

from collections.abc import Mapping, Sequence
from hmac import compare_digest
from typing import TypeAlias
from urllib.parse import parse_qs

import attrs

from realtime_voice.testing.faults import RefuseSession

__all__ = ["Admission", "Admitted", "HttpRefusal", "Refused", "UpgradeRequest", "admit"]

_PATHS = ("/v1/realtime", "/openai/v1/realtime")
_KEY_PROTOCOL = "openai-insecure-api-key."
_PROTOCOL = "realtime"
_SECRET_HEADERS = frozenset({"authorization", "api-key", "cookie", "proxy-authorization"})
_AUTH_CLOSE = 3000
_REQUEST_CLOSE = 4000


@attrs.frozen(kw_only=True)
class UpgradeRequest:
    """A request for a WebSocket, however it came."""

    path: str
    """Path of the URL."""
    query: str
    """Query of the URL, without the question mark."""
    headers: Mapping[str, str] = attrs.field(repr=False)
    """Headers by lower-case name."""
    subprotocols: Sequence[str] = attrs.field(repr=False)
    """Subprotocols on offer."""

    @property
    def open_headers(self) -> dict[str, str]:
        """The headers without those that hold credentials."""
        return {
            name: value
            for name, value in self.headers.items()
            if name not in _SECRET_HEADERS and name != "sec-websocket-protocol"
        }


@attrs.frozen(kw_only=True)
class Admitted:
    """Upgrade, and open a session."""

    model: str | None
    """The model; None for a transcription session."""
    subprotocol: str | None
    """The subprotocol to choose."""


@attrs.frozen(kw_only=True)
class Refused:
    """Upgrade, send an ``error`` and close."""

    code: str
    """The server's error code."""
    message: str
    """The server's message."""
    close_code: int
    """WebSocket close code."""
    subprotocol: str | None
    """The subprotocol to choose."""
    param: str | None = None
    """Parameter that is at fault."""


@attrs.frozen(kw_only=True)
class HttpRefusal:
    """Do not upgrade."""

    status: int
    """HTTP status."""
    code: str
    """The server's error code."""
    message: str
    """The server's message."""


Admission: TypeAlias = Admitted | Refused | HttpRefusal
"""What becomes of a request."""


def admit(request: UpgradeRequest, token: str, refusal: RefuseSession | None = None) -> Admission:
    """Decide about a request.

    Args:
        request: The request.
        token: The only key that is good.
        refusal: A fault that refuses every session.
    """
    if request.path.startswith(tuple(f"{path}/translations" for path in _PATHS)):
        return HttpRefusal(
            status=404,
            code="not_supported",
            message="This local server does not serve translation sessions.",
        )
    if request.path.rstrip("/") not in _PATHS:
        message = f"Invalid URL (GET {request.path})"
        return HttpRefusal(status=404, code="unknown_url", message=message)
    subprotocol = _PROTOCOL if _PROTOCOL in request.subprotocols else None
    if refusal is not None:
        return Refused(
            code=refusal.code,
            message=refusal.message,
            close_code=refusal.close_code,
            subprotocol=subprotocol,
            param=refusal.param,
        )
    problem = _problem(request, token)
    if problem is not None:
        close_code, code, message = problem
        return Refused(code=code, message=message, close_code=close_code, subprotocol=subprotocol)
    query = parse_qs(request.query)
    is_transcription = "intent" in query and "model" not in query
    model = None if is_transcription else query["model"][0]
    return Admitted(model=model, subprotocol=subprotocol)


def _problem(request: UpgradeRequest, token: str) -> tuple[int, str, str] | None:
    query = parse_qs(request.query)
    if not any(compare_digest(key.encode(), token.encode()) for key in _keys(request)):
        message = "Incorrect API key provided. Use the token of the local server."
        return _AUTH_CLOSE, "invalid_api_key", message
    if "openai-beta" in request.headers:
        message = "The beta API shape is no longer supported. Remove the OpenAI-Beta header."
        return _REQUEST_CLOSE, "beta_api_shape_disabled", message
    intent = query.get("intent", ["transcription"])[0]
    if intent != "transcription":
        return _REQUEST_CLOSE, "invalid_intent", f"Invalid intent '{intent}'."
    if "model" not in query and "intent" not in query:
        message = "You must provide a model parameter, for example ?model=gpt-realtime-2.1"
        return _REQUEST_CLOSE, "missing_model", message
    model = query.get("model", ["gpt-realtime"])[0]
    if "transcribe" in model or "whisper" in model or "translate" in model:
        message = f'Model "{model}" is not supported in realtime mode.'
        return _REQUEST_CLOSE, "invalid_model", message
    return None


def _keys(request: UpgradeRequest) -> list[str]:
    keys = [
        protocol.removeprefix(_KEY_PROTOCOL)
        for protocol in request.subprotocols
        if protocol.startswith(_KEY_PROTOCOL)
    ]
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        keys.append(bearer.strip())
    if "api-key" in request.headers:
        keys.append(request.headers["api-key"])
    return keys
