"""The exceptions themselves; their tree is drawn and compared in ``test_architecture``."""

import copy
import pickle

import pytest

from realtime_voice import errors
from realtime_voice.errors import (
    AudioError,
    ConfigError,
    ConnectFailed,
    ConnectionLost,
    LinkStalled,
    RateLimited,
    RealtimeError,
    RequestRejected,
    ResponseFailed,
    ServerUnavailable,
    SlowConsumerError,
    UnconsumedStepError,
    UnexpectedStepError,
)

EXAMPLES: list[RealtimeError] = [
    ConfigError("speed must be less", field="speed", value=2),
    ConnectFailed("no answer", kind="timeout", stage="tcp"),
    RateLimited("wait", retry_after=1.5, status=429, code="rate_limit_exceeded", request_id="r"),
    RequestRejected("no", code="invalid_value", param="session.type", event_id="e", status=3000),
    ResponseFailed("failed", code="server_error", response_id="resp", retryable=True),
    ConnectionLost("gone", cause="reset", code=1001, reason="going away", by="client"),
    SlowConsumerError("read faster", dropped=3),
    UnconsumedStepError("left over", steps=["Heard('x')"]),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_what_an_error_says_survives_pickling_and_copying(error: RealtimeError) -> None:
    """A worker process may raise it, and a test runner may pass it on."""
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):  # noqa: S301 - our own
        assert type(again) is type(error)
        assert str(again) == str(error)
        assert vars(again) == vars(error)


@pytest.mark.parametrize("name", sorted(set(errors.__all__)))
def test_a_message_is_enough(name: str) -> None:
    """Every class can be raised with a sentence alone, and says whether to try again."""
    error = getattr(errors, name)("a sentence")
    assert str(error) == "a sentence"
    assert isinstance(error.retryable, bool)


def test_what_another_try_may_help() -> None:
    """Refusals of what was asked are not worth the same call again; broken ways are."""
    worth = (ConnectFailed, RateLimited, ServerUnavailable, ConnectionLost, LinkStalled)
    assert all(error("x").retryable for error in worth)
    assert not any(error("x").retryable for error in (ConfigError, RequestRejected, AudioError))
    assert ResponseFailed("x", retryable=True).retryable


def test_python_knows_them_too() -> None:
    """Bad values are ValueErrors, and a script that fails is a failed assertion."""
    assert all(issubclass(error, ValueError) for error in (ConfigError, AudioError))
    assert issubclass(UnexpectedStepError, AssertionError)
