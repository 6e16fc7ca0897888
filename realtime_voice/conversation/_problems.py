"""How bad an error of the server is.

Most errors leave the session open. A table of codes tells the races that need no attention from
mistakes, and those from the end of everything; a code that nobody has seen yet ends nothing.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

__all__ = ["SEVERITIES", "Severity", "severity_of"]


class Severity(StrEnum):
    """What an error means for the session."""

    BENIGN = "benign"
    """A race that everybody loses now and then; nothing to do."""
    RECOVERABLE = "recoverable"
    """One request failed; the session goes on."""
    RETRY = "retry"
    """The same request may succeed later."""
    RECONNECT = "reconnect"
    """This connection ends; a new one may work."""
    FATAL = "fatal"
    """No request can succeed any more."""


SEVERITIES: Final[Mapping[str, Severity]] = MappingProxyType(
    {
        "response_cancel_not_active": Severity.BENIGN,
        "conversation_already_has_active_response": Severity.BENIGN,
        "input_audio_buffer_commit_empty": Severity.BENIGN,
        "item_truncate_invalid_item_id": Severity.BENIGN,
        "item_delete_invalid_item_id": Severity.BENIGN,
        "item_retrieve_invalid_item_id": Severity.BENIGN,
        "server_error": Severity.RETRY,
        "rate_limit_exceeded": Severity.RETRY,
        "inference_rate_limit_exceeded": Severity.RETRY,
        "session_expired": Severity.RECONNECT,
        "invalid_api_key": Severity.FATAL,
        "insufficient_quota": Severity.FATAL,
        "account_deactivated": Severity.FATAL,
        "billing_hard_limit_reached": Severity.FATAL,
        "model_not_found": Severity.FATAL,
        "invalid_model": Severity.FATAL,
        "missing_model": Severity.FATAL,
        "invalid_intent": Severity.FATAL,
        "beta_api_shape_disabled": Severity.FATAL,
    }
)
"""Severity by error code; every other code is recoverable."""

_BENIGN_AFTER_TRUNCATE = frozenset({"invalid_value", "unsupported_content_type"})
"""The item turned out shorter than what was played, or has no sound: it is as we want it."""


def severity_of(code: str | None, *, truncating: bool = False) -> Severity:
    """How bad an error is.

    Args:
        code: The server's error code.
        truncating: The request that failed was a ``conversation.item.truncate``.
    """
    if truncating and code in _BENIGN_AFTER_TRUNCATE:
        return Severity.BENIGN
    return SEVERITIES.get(code or "", Severity.RECOVERABLE)
