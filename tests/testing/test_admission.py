"""Who may come in, and how the others are told."""

from typing import Any

import pytest

from realtime_voice.testing._admission import (
    Admitted,
    HttpRefusal,
    Refused,
    UpgradeRequest,
    admit,
)

_TOKEN = "local-secret"
_BEARER = {"authorization": f"Bearer {_TOKEN}"}


def request(**fields: Any) -> UpgradeRequest:
    """Return a good request, with changes."""
    values = {
        "path": "/v1/realtime",
        "query": "model=gpt-realtime",
        "headers": _BEARER,
        "subprotocols": (),
        **fields,
    }
    return UpgradeRequest(**values)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"headers": {"authorization": f"bearer {_TOKEN}"}},
        {"headers": {"api-key": _TOKEN}},
        {"headers": {}, "subprotocols": ["realtime", f"openai-insecure-api-key.{_TOKEN}"]},
        {"path": "/v1/realtime/"},
        {"path": "/openai/v1/realtime"},
    ],
)
def test_good_requests(fields: dict[str, Any]) -> None:
    """A key may come in a header, as Azure sends it, or as a subprotocol."""
    admission = admit(request(**fields), _TOKEN)
    assert isinstance(admission, Admitted)
    assert admission.model == "gpt-realtime"


def test_subprotocol() -> None:
    """``realtime`` is chosen where it is on offer; the key never is."""
    offered = ["realtime", f"openai-insecure-api-key.{_TOKEN}"]
    admission = admit(request(headers={}, subprotocols=offered), _TOKEN)
    assert isinstance(admission, Admitted)
    assert admission.subprotocol == "realtime"


def test_transcription() -> None:
    """``intent=transcription`` without a model is a transcription session; with one it is not."""
    only_intent = admit(request(query="intent=transcription"), _TOKEN)
    both = admit(request(query="intent=transcription&model=gpt-realtime"), _TOKEN)
    assert isinstance(only_intent, Admitted)
    assert isinstance(both, Admitted)
    assert (only_intent.model, both.model) == (None, "gpt-realtime")


@pytest.mark.parametrize(
    ("fields", "code", "close_code"),
    [
        ({"headers": {}}, "invalid_api_key", 3000),
        ({"headers": {"authorization": "Bearer wrong"}}, "invalid_api_key", 3000),
        ({"headers": {"authorization": f"Basic {_TOKEN}"}}, "invalid_api_key", 3000),
        ({"headers": {"authorization": "Bearer ü"}}, "invalid_api_key", 3000),
        ({"query": ""}, "missing_model", 4000),
        ({"query": "intent=chat"}, "invalid_intent", 4000),
        ({"query": "model=gpt-4o-transcribe"}, "invalid_model", 4000),
        ({"query": "model=gpt-realtime-translate"}, "invalid_model", 4000),
        (
            {"headers": {**_BEARER, "openai-beta": "realtime=v1"}},
            "beta_api_shape_disabled",
            4000,
        ),
    ],
)
def test_refused_after_the_upgrade(fields: dict[str, Any], code: str, close_code: int) -> None:
    """What the real server refuses with an event and a close code is refused so here."""
    admission = admit(request(**fields), _TOKEN)
    assert isinstance(admission, Refused)
    assert (admission.code, admission.close_code) == (code, close_code)


@pytest.mark.parametrize("path", ["/", "/v1/chat", "/v2/realtime", "/v1/realtime/translations"])
def test_refused_over_http(path: str) -> None:
    """A path that is not served gets a 404, key or no key."""
    admission = admit(request(path=path), _TOKEN)
    assert isinstance(admission, HttpRefusal)
    assert admission.status == 404


def test_credentials_stay_out_of_records() -> None:
    """No repr and no record shows a key."""
    offered = [f"openai-insecure-api-key.{_TOKEN}"]
    headers = {
        **_BEARER,
        "api-key": _TOKEN,
        "sec-websocket-protocol": offered[0],
        "user-agent": "test",
    }
    asked = request(headers=headers, subprotocols=offered)
    assert _TOKEN not in repr(asked)
    assert asked.open_headers == {"user-agent": "test"}
