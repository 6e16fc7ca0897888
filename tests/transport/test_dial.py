"""Which proxy to take, and whom to trust."""

import socket
from ipaddress import ip_address

import httpcore
import httpx
import pytest

from realtime_voice.errors import ProxyFailure
from realtime_voice.transport._dial import environment_proxy, make_client, spare_kernel

CLOUD = httpx.URL("https://api.openai.com/v1")


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.parametrize(
    ("environment", "url", "expected"),
    [
        ({}, CLOUD, None),
        ({"HTTPS_PROXY": "http://proxy:3128"}, CLOUD, "http://proxy:3128"),
        ({"HTTPS_PROXY": "proxy:3128"}, CLOUD, "http://proxy:3128"),
        ({"ALL_PROXY": "http://all:1"}, CLOUD, "http://all:1"),
        ({"HTTP_PROXY": "http://proxy:3128"}, CLOUD, None),
        ({"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "openai.com"}, CLOUD, None),
        ({"HTTPS_PROXY": "http://proxy:3128"}, httpx.URL("https://localhost/v1"), None),
        ({"HTTP_PROXY": "http://proxy:3128"}, httpx.URL("http://127.0.0.1/v1"), None),
    ],
)
def test_the_environment_names_the_proxy(
    environment: dict[str, str],
    url: httpx.URL,
    expected: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The usual variables count for WebSockets too, and never for this very machine."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    found = environment_proxy(url)
    assert (None if found is None else str(found.url)) == expected


@pytest.mark.parametrize(
    "value", ["garbage://u:canary@h:1", "http://u:canary@h:99999", "http://u:canary@h:x", "http://"]
)
def test_a_proxy_of_the_environment_that_cannot_be_is_a_typed_error(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the variables and not their values."""
    monkeypatch.setenv("HTTPS_PROXY", value)
    with pytest.raises(ProxyFailure, match="HTTPS_PROXY") as caught:
        environment_proxy(httpx.URL("https://api.example/v1"))
    assert "canary" not in str(caught.value)


@pytest.mark.anyio
async def test_clients_share_one_default_trust() -> None:
    """The authorities are read once, with at least TLS 1.2."""
    async with (
        await make_client(CLOUD, ssl_context=None, proxy=None) as one,
        await make_client(CLOUD, ssl_context=None, proxy=None) as other,
        await make_client(httpx.URL("http://127.0.0.1"), ssl_context=None, proxy=None) as plain,
    ):
        assert not one.follow_redirects
        assert not other.is_closed
        assert not plain.trust_env
    assert ip_address("127.0.0.1").is_loopback


class _Stream(httpcore.AsyncNetworkStream):
    """A network stream that is nothing but its socket."""

    def __init__(self, raw: object) -> None:
        self._raw = raw

    def get_extra_info(self, info: str) -> object:
        """What httpcore's streams tell."""
        return self._raw if info == "socket" else None


@pytest.mark.skipif(
    not hasattr(socket, "TCP_NOTSENT_LOWAT"), reason="the system has no such option"
)
def test_sockets_of_other_clients_get_our_options() -> None:
    """Little unsent data stays in the kernel; a stream without a socket, or a dead one, is fine."""
    with socket.socket() as raw:
        spare_kernel(_Stream(raw))
        assert raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT) == 16_384
        assert raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
    spare_kernel(_Stream(raw))
    spare_kernel(_Stream(None))
