"""The client: credentials that stay secret, addresses that are safe, and a session at the end."""

import copy
import json
import logging
import pickle
import ssl
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import httpx
import pytest

from realtime_voice.client import RealtimeClient
from realtime_voice.errors import (
    AuthError,
    ConfigError,
    ConnectFailed,
    RealtimeError,
    RequestRejected,
    SessionExpired,
)
from realtime_voice.testing import LocalServer, Scripted
from realtime_voice.transport import Secret
from tests.transport.peer import Connection, serving

KEY = "sk-canary-55aa"
CREATED = json.dumps({"type": "session.created", "event_id": "e", "session": {"type": "realtime"}})


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.delenv(name, raising=False)


async def greet(connection: Connection) -> None:
    """A server that makes a session."""
    await connection.accept(then=connection.frame(CREATED))
    async for _ in connection.messages():
        pass


def error_event(code: str | None, message: str = "Because.") -> str:
    """The wire form of an error."""
    error = {"type": "invalid_request_error", "code": code, "message": message, "param": "model"}
    return json.dumps({"type": "error", "event_id": "e1", "error": error})


# --- Without a network -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, "https://api.openai.com/v1"),
        ("wss://host.example/v1", "https://host.example/v1"),
        ("https://host.example:8443/openai/v1/", "https://host.example:8443/openai/v1/"),
        ("ws://localhost:9/v1", "http://localhost:9/v1"),
        (" http://127.0.0.1:8/v1 ", "http://127.0.0.1:8/v1"),
    ],
)
def test_addresses(given: str | None, expected: str) -> None:
    """WebSocket schemes are mapped, so that proxies apply to them."""
    assert RealtimeClient(KEY, base_url=given).base_url == expected


@pytest.mark.parametrize(
    "given",
    [
        "http://api.openai.com/v1",
        "ws://10.0.0.1/v1",
        "ftp://host/v1",
        "api.openai.com/v1",
        "https://",
        "https://host:port/v1",
        f"https://user:{KEY}@host/v1",
        f"https://host/v1?api-key={KEY}",
    ],
)
def test_unsafe_addresses_are_refused(given: str) -> None:
    """Plain text to another machine, credentials in the address, and nonsense."""
    with pytest.raises(ConfigError) as caught:
        RealtimeClient(KEY, base_url=given)
    assert caught.value.field == "base_url"
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"api_key": 5}, "api_key"),
        ({"api_key": " "}, "api_key"),
        ({"connect_timeout": 0}, "connect_timeout"),
        ({"connect_timeout": float("nan")}, "connect_timeout"),
        ({"proxy": "nonsense"}, "proxy"),
        ({"proxy": "http://host:port"}, "proxy"),
        ({"proxy": "http://host:99999"}, "proxy"),
        ({"connect_timeout": "10"}, "connect_timeout"),
        ({"headers": {"X": "a\r\nY: b"}}, "headers"),
        ({"headers": {"X": "é"}}, "headers"),
        ({"headers": {"X": 5}}, "headers"),
        ({"headers": {"X Y": "a"}}, "headers"),
        ({"organization": "a\r\nY: b"}, "organization"),
        ({"project": "é"}, "project"),
        ({"safety_identifier": "a\nb"}, "safety_identifier"),
        ({"http_client": httpx.AsyncClient(), "proxy": "http://proxy:1"}, "http_client"),
        ({"ssl_context": ssl._create_unverified_context()}, "ssl_context"),  # noqa: S323
    ],
)
def test_options_that_cannot_work(options: dict[str, Any], field: str) -> None:
    """Each is refused at once, by its name."""
    with pytest.raises(ConfigError) as caught:
        RealtimeClient(**{"api_key": KEY, **options})
    assert caught.value.field == field


@pytest.mark.parametrize(
    "options",
    [
        {"api_key": f"{KEY}\n{KEY}é"},
        {"api_key": KEY, "proxy": f"ftp://u:{KEY}@host"},
        {"api_key": KEY, "base_url": f"https://u:{KEY}@host"},
        {"api_key": KEY, "headers": {"X-Some-Token": f"{KEY}é"}},
        {"api_key": KEY, "connect_timeout": -1},
        {"api_key": KEY, "organization": "é"},
    ],
)
def test_a_traceback_that_prints_locals_shows_no_secret(options: dict[str, Any]) -> None:
    """Refused options leave the frames of the client before the error does."""
    with pytest.raises(ConfigError) as caught:
        RealtimeClient(**options)
    ours = caught.value.__traceback__.tb_next  # type: ignore[union-attr]
    told = traceback.TracebackException(type(caught.value), caught.value, ours, capture_locals=True)
    assert KEY not in "".join(told.format())


def test_a_client_whose_options_were_refused_can_be_shown() -> None:
    """Debuggers and tracebacks print every object that they meet, half made ones too."""
    assert repr(RealtimeClient.__new__(RealtimeClient)) == "RealtimeClient(base_url=None)"


def test_headers_that_speak_of_credentials_are_secrets() -> None:
    """Whatever the gateway calls them."""
    client = RealtimeClient(KEY, headers={"X-Gateway-Token": KEY, "Ocp-Subscription-Key": KEY})
    assert KEY not in repr(vars(client))


def test_the_key_shows_nowhere() -> None:
    """Not in a repr, not in vars, and nothing can be pickled or copied."""
    client = RealtimeClient(KEY, headers={"api-key": KEY}, proxy=f"http://u:{KEY}@proxy:1")
    assert repr(client) == "RealtimeClient(base_url='https://api.openai.com/v1')"
    assert KEY not in repr(vars(client))
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            attempt(client)


def test_a_base_url_of_the_environment_is_announced(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever redirects the key by a variable is told where it goes."""
    monkeypatch.setenv("OPENAI_BASE_URL", "https://proxy.example/v1")
    monkeypatch.setenv("OPENAI_API_KEY", f" {KEY}\n")
    with caplog.at_level(logging.WARNING):
        assert RealtimeClient().base_url == "https://proxy.example/v1"
    assert "proxy.example" in caplog.text
    assert KEY not in caplog.text


# --- Connecting ------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_the_first_frame_is_the_first_event(monkeypatch: pytest.MonkeyPatch) -> None:
    """``session.created`` was waited for and is still there; the address is as documented."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_ORG_ID", "org_1")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj_1")
    seen: dict[str, str] = {}

    async def look(connection: Connection) -> None:
        seen.update(await connection.read_request())
        await greet(connection)

    async with serving(look) as peer:
        client = RealtimeClient(
            base_url=peer.url + "/", safety_identifier="hash", headers={"X-More": "1"}
        )
        link = await client.connect(model="gpt-realtime 2", query={"extra": "ü"})
        assert json.loads(await link.receive())["type"] == "session.created"
        await link.aclose()
        target = httpx.URL(peer.connections[0].target)
    assert target.path == "/v1/realtime"
    assert dict(target.params) == {"model": "gpt-realtime 2", "extra": "ü"}
    expected = {
        "authorization": f"Bearer {KEY}",
        "openai-organization": "org_1",
        "openai-project": "proj_1",
        "openai-safety-identifier": "hash",
        "x-more": "1",
    }
    assert {name: seen[name] for name in expected} == expected
    assert seen["user-agent"].startswith("realtime-voice/")


@pytest.mark.anyio
async def test_a_header_of_ones_own_takes_the_place_of_the_key() -> None:
    """Azure's ``api-key`` is sent alone, and no key is missed."""
    seen: dict[str, str] = {}

    async def look(connection: Connection) -> None:
        seen.update(await connection.read_request())
        await greet(connection)

    async with serving(look) as peer:
        link = await RealtimeClient(base_url=peer.url, headers={"api-key": KEY}).connect(model="m")
        await link.aclose()
    assert seen["api-key"] == KEY
    assert "authorization" not in seen


@pytest.mark.anyio
async def test_without_a_key_nothing_is_sent() -> None:
    """The error says what to set."""
    async with serving(greet) as peer:
        with pytest.raises(AuthError, match="OPENAI_API_KEY"):
            await RealtimeClient(base_url=peer.url).connect(model="m")
        assert peer.connections == []


async def _later() -> Secret:
    return Secret("second")


@pytest.mark.anyio
async def test_a_callable_key_is_asked_for_each_connection() -> None:
    """Rotated keys work: sync and async callables, strings and secrets."""
    keys: list[Callable[[], str | Secret | Awaitable[Secret]]] = [lambda: "first", _later]
    seen: list[str] = []

    def next_key() -> str | Secret | Awaitable[Secret]:
        return keys.pop(0)()

    async def look(connection: Connection) -> None:
        seen.append((await connection.read_request())["authorization"])
        await greet(connection)

    async with serving(look) as peer:
        client = RealtimeClient(next_key, base_url=peer.url)
        for _ in range(2):
            link = await client.connect(model="m")
            await link.aclose()
    assert seen == ["Bearer first", "Bearer second"]


@pytest.mark.anyio
async def test_a_callable_key_that_fails_or_hangs() -> None:
    """Its exception comes out unchanged; waiting for it is bounded."""

    def broken() -> str:
        raise KeyError("vault")

    with pytest.raises(KeyError, match="vault"):
        await RealtimeClient(broken, base_url="http://127.0.0.1:1").connect(model="m")
    nothing: Any = lambda: None  # noqa: E731 - a callable that forgot its return
    with pytest.raises(ConfigError, match="must give a string, not NoneType"):
        await RealtimeClient(nothing, base_url="http://127.0.0.1:1").connect(model="m")

    async def hangs() -> str:
        await anyio.sleep_forever()
        return ""

    client = RealtimeClient(hangs, base_url="http://127.0.0.1:1", connect_timeout=0.1)
    with pytest.raises(ConnectFailed) as caught:
        await client.connect(model="m")
    assert (caught.value.kind, caught.value.stage) == ("timeout", "api_key")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("code", "close", "kind", "status"),
    [
        ("invalid_api_key", 3000, AuthError, 3000),
        (None, 3000, AuthError, 3000),
        ("missing_model", 4000, RequestRejected, 4000),
        ("invalid_model", 1000, RequestRejected, 1000),
        ("session_expired", 1001, SessionExpired, None),
    ],
)
async def test_a_refusal_after_the_upgrade(
    code: str | None, close: int, kind: type[RealtimeError], status: int | None
) -> None:
    """A bad key upgrades, gets an ``error`` and a close: one typed error with the server's text."""

    async def refuse(connection: Connection) -> None:
        await connection.accept(then=connection.frame(error_event(code, "Incorrect API key")))
        await connection.close(close, f"invalid_request_error.{code}")

    async with serving(refuse) as peer:
        with pytest.raises(RealtimeError) as caught:
            await RealtimeClient(KEY, base_url=peer.url).connect(model="m")
    error = caught.value
    assert type(error) is kind
    assert "Incorrect API key" in str(error)
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None
    if not isinstance(error, SessionExpired):
        assert error.status == status


@pytest.mark.anyio
async def test_a_refusal_by_the_close_frame_alone() -> None:
    """Close 3000 without an event is still about the credentials."""

    async def refuse(connection: Connection) -> None:
        await connection.accept()
        await connection.close(3000, "invalid_request_error.invalid_api_key")

    async with serving(refuse) as peer:
        with pytest.raises(AuthError) as caught:
            await RealtimeClient(KEY, base_url=peer.url).connect(model="m")
    assert caught.value.code == "invalid_api_key"


@pytest.mark.anyio
async def test_no_session_after_the_upgrade() -> None:
    """Silence and an immediate end are both a failed connect, with the stage."""

    async def silent(connection: Connection) -> None:
        await connection.accept()
        async for _ in connection.messages():
            pass

    async def gone(connection: Connection) -> None:
        await connection.accept()

    async with serving(silent) as peer:
        client = RealtimeClient(KEY, base_url=peer.url, connect_timeout=0.3)
        with pytest.raises(ConnectFailed) as caught:
            await client.connect(model="m")
        assert (caught.value.kind, caught.value.stage) == ("timeout", "session.created")
        link = await client.connect(call_id="rtc_1")
        await link.aclose()
        assert peer.connections[1].target == "/v1/realtime?call_id=rtc_1"
    async with serving(gone) as peer:
        with pytest.raises(ConnectFailed) as caught:
            await RealtimeClient(KEY, base_url=peer.url).connect(model="m")
        assert caught.value.stage == "session.created"


@pytest.mark.anyio
async def test_an_odd_first_frame_is_the_sessions_business() -> None:
    """What is no event at all is passed on, not judged here."""

    async def odd(connection: Connection) -> None:
        await connection.accept(then=connection.frame("not json"))
        async for _ in connection.messages():
            pass

    async with serving(odd) as peer:
        link = await RealtimeClient(KEY, base_url=peer.url).connect(model="m")
        assert await link.receive() == "not json"
        await link.aclose()


@pytest.mark.anyio
async def test_cancelling_while_waiting_for_the_session_closes_the_link() -> None:
    """Nothing stays open behind a cancelled connect."""
    closed = anyio.Event()

    async def silent(connection: Connection) -> None:
        await connection.accept()
        async for _ in connection.messages():
            pass
        closed.set()

    async with serving(silent) as peer:
        with anyio.move_on_after(0.2) as scope:
            await RealtimeClient(KEY, base_url=peer.url).connect(model="m")
        assert scope.cancelled_caught
        with anyio.fail_after(20):
            await closed.wait()


@pytest.mark.anyio
async def test_the_local_server_over_a_socket_and_in_process() -> None:
    """Both ways reach a session; a wrong key is refused both ways."""
    async with LocalServer(Scripted([])) as server:
        for client in (server.client(), server.in_process_client()):
            link = await client.connect(model="gpt-realtime-2.1")
            assert json.loads(await link.receive())["type"] == "session.created"
            await link.aclose()
        with pytest.raises(AuthError):
            await RealtimeClient("wrong", base_url=server.url).connect(model="gpt-realtime-2.1")
