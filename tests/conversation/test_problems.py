"""How bad an error is."""

from realtime_voice.conversation import (
    Severity,
    severity_of,
)


def test_severities() -> None:
    """The table decides; truncations have two more codes; the unknown is recoverable."""
    assert severity_of("session_expired") is Severity.RECONNECT
    assert severity_of("rate_limit_exceeded") is Severity.RETRY
    assert severity_of("invalid_value") is Severity.RECOVERABLE
    assert severity_of("invalid_value", truncating=True) is Severity.BENIGN
    assert severity_of(None) is Severity.RECOVERABLE
