"""The parts of the handshake that need no peer; the rest is tested through ``test_open``."""

import httpx
import pytest

from realtime_voice.transport import Route, Secret
from realtime_voice.transport._handshake import Credentials, check_upgrade, stage_tracer

RFC_KEY = "dGhlIHNhbXBsZSBub25jZQ=="
RFC_ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def test_the_example_of_the_standard_passes() -> None:
    """Key and accept value are those of RFC 6455 section 1.3."""
    request = httpx.Request("GET", "http://x", headers={"Sec-WebSocket-Key": RFC_KEY})
    headers = {
        "Upgrade": "WebSocket",
        "Connection": "keep-alive, Upgrade",
        "Sec-WebSocket-Accept": RFC_ACCEPT,
    }
    check_upgrade(httpx.Response(101, headers=headers, request=request))


@pytest.mark.anyio
async def test_the_tracer_names_the_stage() -> None:
    """Each step of httpcore moves the stage; steps that nobody knows do not."""
    route = Route("api.example", 443)
    trace = stage_tracer(route)
    stages = []
    for name, info in [
        ("connection.connect_tcp.started", {"host": "api.example", "port": 443}),
        ("connection.connect_tcp.started", {"host": "proxy", "port": 3128}),
        ("http11.send_request_headers.started", {"request": type("R", (), {"method": b"CONNECT"})}),
        ("proxy.start_tls.started", {}),
        ("http11.send_request_headers.started", {"request": type("R", (), {"method": b"GET"})}),
        ("http11.new_in_some_version", {}),
    ]:
        await trace(name, info)
        stages.append(route.stage)
    assert stages == ["tcp", "proxy", "proxy", "tls", "handshake", "handshake"]


def test_credentials_show_nothing() -> None:
    """The object that holds them has a plain repr."""
    assert "canary" not in repr(vars(Credentials({"Authorization": Secret("canary")})))
