"""The translation of what needs no network to happen."""

import anyio
import pytest

from realtime_voice.errors import (
    AuthError,
    ConnectionLost,
    QuotaExhausted,
    RealtimeError,
    RequestRejected,
    SessionExpired,
)
from realtime_voice.transport import from_server_error, is_fatal
from realtime_voice.transport._errors import from_close, from_network_exception


def test_expiry_is_told_by_the_last_error_before_the_close() -> None:
    """Close code 1001 alone is a lost connection; after ``session_expired`` it is an expiry."""
    lost = from_close(1001, "")
    told = "Your session hit the maximum duration of 60 minutes."
    error = from_server_error("session_expired", told, cause=lost)
    assert isinstance(error, SessionExpired)
    assert (error.code, error.cause, error.by) == (1001, "expired", "server")
    assert told in str(error)
    assert isinstance(from_server_error("session_expired", told), SessionExpired)


@pytest.mark.parametrize(
    ("code", "cause", "kind"),
    [
        ("invalid_api_key", None, AuthError),
        ("whatever", AuthError("x"), AuthError),
        ("insufficient_quota", None, QuotaExhausted),
        ("billing_hard_limit_reached", from_close(1000, ""), QuotaExhausted),
        ("model_not_found", None, RequestRejected),
        ("odd", RequestRejected("x", status=4000), RequestRejected),
        (None, None, RequestRejected),
    ],
)
def test_errors_that_end_a_session(
    code: str | None, cause: RealtimeError | None, kind: type[RealtimeError]
) -> None:
    """The code counts first, then the close."""
    error = from_server_error(code, "Because.", param="model", cause=cause)
    assert type(error) is kind
    assert "Because." in str(error)


def test_an_unrelated_error_explains_no_end() -> None:
    """A harmless error before a broken connection does not take its place."""
    lost = from_network_exception(OSError(104, "reset"))
    assert from_server_error("invalid_value", "no", cause=lost) is lost


def test_fatal_codes_are_about_the_account() -> None:
    """Only these end a session whoever caused them."""
    assert is_fatal("insufficient_quota")
    assert is_fatal("invalid_api_key")
    assert not is_fatal("invalid_model")
    assert not is_fatal(None)


def test_an_expected_close_is_ours() -> None:
    """When we asked for it, the server's answer is no fault of the server."""
    error = from_close(1000, "", expected=True)
    assert isinstance(error, ConnectionLost)
    assert error.by == "client"


@pytest.mark.parametrize(
    ("end", "told"),
    [
        (anyio.EndOfStream(), "the server ended the connection"),
        (anyio.ClosedResourceError(), "the connection ended: its stream was closed"),
    ],
)
def test_the_end_of_a_stream_is_told_in_our_own_words(end: Exception, told: str) -> None:
    """Also where the library below raises it while handling an error of its own."""
    end.__context__ = AttributeError("'Receiver' object has no attribute 'item'")
    error = from_network_exception(end)
    assert str(error).startswith(told)
    assert "attribute" not in str(error)
    assert error.cause == "eof"
