"""Addresses: what is refused, what is shown, and that what was checked is what is asked."""

import ssl

import httpx
import pytest

from realtime_voice.errors import ConfigError
from realtime_voice.transport import Address, ProxyAddress, check_ssl_context, is_loopback


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


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("wss://Host.Example:443/v1", "https://host.example/v1"),
        ("ws://[::1]:8080/v1?a=b%20c", "http://[::1]:8080/v1?a=b%20c"),
        ("https://host.example:8443", "https://host.example:8443"),
    ],
)
def test_an_address_is_put_together_from_what_was_checked(given: str, shown: str) -> None:
    """Scheme, host, port, path and query, each as it will be asked for."""
    assert str(Address.parse(given)) == shown
    assert httpx.URL(shown).host == Address.parse(given).host


@pytest.mark.parametrize(
    "given",
    [
        None,
        "https://host.example\\@other.example/v1",
        "https://host.example:0/v1",
        "https://host.example:/v1",
        "https://[::zz]/v1",
        "https://[::1/v1",
        "https://host..\x00example/v1",
        "https://host example/v1",
        "https://host.example/a b",
        "https://user@host.example/v1",
        "https://host.example/v1?access_token=x",
    ],
)
def test_addresses_that_could_be_read_in_two_ways_are_refused(given: object) -> None:
    """What one parser takes for the host, another one may not."""
    with pytest.raises(ConfigError):
        Address.parse(given)


def test_an_address_below_another() -> None:
    """Paths are joined by one slash; new parameters win."""
    address = Address.parse("https://host.example/v1/?a=1&b=2").joined("/realtime", {"a": "ü"})
    assert str(address) == "https://host.example/v1/realtime?a=%C3%BC&b=2"


@pytest.mark.parametrize(
    "given", [None, "nonsense", "ftp://proxy:1", "http://proxy:99999", "http://u:é@proxy:1"]
)
def test_what_is_no_proxy(given: object) -> None:
    """Another scheme, no port that can be, or letters that no header holds."""
    assert ProxyAddress.parse(given) is None
    proxy = ProxyAddress.parse("socks5h://u:canary@proxy")
    assert proxy is not None
    assert (proxy.host, proxy.port) == ("proxy", 1080)
    assert "canary" not in repr(proxy)
