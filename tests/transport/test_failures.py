"""The translation of what goes wrong while connecting, as far as it needs no network."""

import ssl

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


def test_a_port_that_speaks_tls_is_found_by_its_alert() -> None:
    """Plain HTTP to such a port gets a hint."""
    told = r"illegal status line: bytearray(b'\x15\x03\x01')"
    error = from_connect_exception(httpx.RemoteProtocolError(told), Route("h", 1, "handshake"), 1)
    assert "port 1 speaks TLS: use https" in str(error)


def test_an_end_in_the_tls_handshake_may_be_tried_again() -> None:
    """It is no judgement on a certificate."""
    ended = httpx.ConnectError("")
    ended.__cause__ = ssl.SSLEOFError(8, "EOF occurred in violation of protocol")
    error = from_connect_exception(ended, Route("h", 1, "tls"), 1)
    assert isinstance(error, ConnectFailed)
    assert (error.stage, error.retryable) == ("tls", True)
