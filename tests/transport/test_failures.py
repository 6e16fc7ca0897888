"""The translation of what goes wrong while connecting, as far as it needs no network."""

import httpx
import pytest

from realtime_voice.errors import ConnectFailed, RateLimited, RealtimeError, TLSFailure
from realtime_voice.transport import Route
from realtime_voice.transport._failures import Refusal, from_connect_exception, from_refusal

ROUTE = Route("api.example", 443)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("12", 12.0), ("0", 0.0), ("-1", None), ("inf", None), ("Wed, 21 Oct", None), (None, None)],
)
def test_retry_after(value: str | None, expected: float | None) -> None:
    """Only a sensible number of seconds is told."""
    headers = {} if value is None else {"retry-after": value}
    error = from_refusal(Refusal(429, headers, b"not json"), ROUTE)
    assert isinstance(error, RateLimited)
    assert error.retry_after == expected
    assert "not json" in str(error)


def test_odd_exceptions_still_tell_something() -> None:
    """Empty messages are filled with the class, groups and cycles are walked through."""
    empty = httpx.ReadError("")
    empty.__cause__ = empty
    error = from_connect_exception(empty, Route("h", 1, "handshake"), 1)
    assert isinstance(error, ConnectFailed)
    assert "ReadError" in str(error)
    group = ExceptionGroup("many", [OSError(111, "x"), OSError(111, "y")])
    grouped = from_connect_exception(OSError("all failed"), Route("h", 1, "tcp"), 1)
    assert "all failed" in str(grouped)
    outer = OSError("all failed")
    outer.__cause__ = group
    assert "refused" in str(from_connect_exception(outer, Route("h", 1, "tcp"), 1))
    odd = from_connect_exception(TimeoutError(), Route("h", 1, "somewhere"), 1)
    assert "somewhere" in str(odd)
    assert issubclass(TLSFailure, RealtimeError)
