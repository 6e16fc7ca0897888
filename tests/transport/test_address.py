"""Addresses: what is refused, what is shown, and that what was checked is what is asked."""

import ssl

import pytest

from realtime_voice.errors import ConfigError
from realtime_voice.transport import check_ssl_context, is_loopback


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("LOCALHOST", True),
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("[::1]", True),
        ("0.0.0.0", False),  # noqa: S104 - nobody binds it
        ("10.0.0.1", False),
        ("localhost.evil.com", False),
        ("127.0.0.1.evil.com", False),
        ("", False),
    ],
)
def test_what_this_machine_is(host: str, *, expected: bool) -> None:
    """Only real loopback addresses count."""
    assert is_loopback(host) is expected


def test_contexts_that_trust_anybody_are_refused() -> None:
    """There is no way to switch verification off, but for this very machine."""
    careless = ssl.create_default_context()
    careless.check_hostname = False
    with pytest.raises(ConfigError, match="does not verify"):
        check_ssl_context(careless, "api.openai.com")
    check_ssl_context(careless, "127.0.0.1")
    check_ssl_context(ssl.create_default_context(), "api.openai.com")
    careless.verify_mode = ssl.CERT_NONE
    with pytest.raises(ConfigError):
        check_ssl_context(careless, "api.openai.com")
