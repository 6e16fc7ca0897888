"""What all events and objects have in common."""

import ast
import copy
import pickle
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings

from realtime_voice import config, events
from realtime_voice.events import (
    InputAudioBufferAppend,
    MalformedClientEvent,
    MalformedServerEvent,
    MCPTool,
    RateLimitsUpdated,
    RateLimitsUpdatedRateLimits,
    RealtimeCreateClientSecretResponse,
    RealtimeSessionCreateResponseGA,
    ResponseOutputTextDelta,
    UnknownClientEvent,
    UnknownConversationItem,
    UnknownServerEvent,
    show_url,
)
from tests.events.strategies import instances


def delta(**changes: object) -> ResponseOutputTextDelta:
    """An event with nothing special about it."""
    fields = {
        "event_id": "event_1",
        "response_id": "resp_1",
        "item_id": "item_1",
        "output_index": 0,
        "content_index": 0,
        "delta": "Hello",
    }
    return ResponseOutputTextDelta(**{**fields, **changes})  # type: ignore[arg-type]


def test_repr_shows_what_is_set() -> None:
    """Fields that are not set, and empty ``extra`` and ``missing``, are left out."""
    assert repr(delta()) == (
        "ResponseOutputTextDelta(event_id='event_1', response_id='resp_1', item_id='item_1', "
        "output_index=0, content_index=0, delta='Hello')"
    )


def test_repr_shows_the_names_of_what_is_extra_and_missing() -> None:
    """Values of unknown fields are not shown, since they may be secrets."""
    event = RateLimitsUpdated(
        event_id="", rate_limits=(), extra={"key": "sk-1"}, missing=frozenset({"event_id"})
    )
    assert repr(event) == (
        "RateLimitsUpdated(event_id='', rate_limits=(), extra={'key': ...}, missing=['event_id'])"
    )


def test_repr_shows_sound_by_its_length() -> None:
    """Sound is not written out."""
    assert repr(InputAudioBufferAppend(audio=bytes(960))) == (
        "InputAudioBufferAppend(audio=<960 bytes>)"
    )


def test_repr_hides_secrets() -> None:
    """Client secrets, tokens and headers for MCP servers are never shown."""
    session = RealtimeSessionCreateResponseGA(id="sess_1")
    secret = RealtimeCreateClientSecretResponse(value="ek_1", expires_at=1, session=session)
    tool = MCPTool(server_label="files", authorization="token", headers={"Authorization": "key"})
    shown = repr(secret) + repr(tool)
    assert not any(word in shown for word in ("ek_1", "token", "key"))


@pytest.mark.parametrize(
    "event",
    [
        UnknownServerEvent(type="new", raw={"event_id": "event_1", "key": "sk-1"}),
        UnknownClientEvent(type="new", raw={"event_id": "event_1", "key": "sk-1"}),
        MalformedServerEvent(
            type="error", raw={"event_id": "event_1", "key": "sk-1"}, error="error: ..."
        ),
        MalformedClientEvent(
            type="error", raw={"event_id": "event_1", "key": "sk-1"}, error="error: ..."
        ),
    ],
    ids=lambda event: type(event).__name__,
)
def test_unknown_and_malformed_events(
    event: UnknownServerEvent | UnknownClientEvent | MalformedServerEvent | MalformedClientEvent,
) -> None:
    """They tell their id, can be hashed, and show names of fields but no values."""
    assert event.event_id == "event_1"
    assert hash(event) == hash(copy.deepcopy(event))
    assert "'key': ..." in repr(event)
    assert "sk-1" not in repr(event)
    assert attrs.evolve(event, raw={"event_id": 5}).event_id is None


def test_unknown_items_tell_their_id() -> None:
    """The id of an item is the same attribute whatever the item is."""
    assert UnknownConversationItem(type="new", raw={"id": "item_1"}).id == "item_1"
    assert UnknownConversationItem(type="new", raw={"id": None}).id is None


def test_equality_is_by_class_and_fields() -> None:
    """Events are equal when all their fields are, ``extra`` and ``missing`` included."""
    assert delta() == delta()
    assert delta() != delta(delta="Hallo")
    assert delta() != delta(extra={"new": 1})
    assert delta() != delta(missing=frozenset({"event_id"}))
    assert delta() != "delta"


def test_equal_events_have_equal_hashes() -> None:
    """Events go into sets; objects within them do not count for the hash."""
    limits = (RateLimitsUpdatedRateLimits(name="tokens"),)
    one = RateLimitsUpdated(event_id="event_1", rate_limits=limits)
    other = RateLimitsUpdated(event_id="event_1", rate_limits=limits)
    assert len({one, other, delta(), delta(extra={"new": []})}) == 3


def test_events_are_frozen() -> None:
    """No field can be set or deleted."""
    event = delta()
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        event.delta = "Hallo"  # type: ignore[misc]
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        del event.delta


@settings(max_examples=20)
@given(instances(events.ResponseDone))
def test_events_can_be_copied_and_pickled(event: events.ResponseDone) -> None:
    """Events go to other processes and back."""
    assert copy.deepcopy(event) == event
    assert pickle.loads(pickle.dumps(event)) == event  # noqa: S301 - our own bytes


@pytest.mark.parametrize(
    "path", sorted(Path(events.__file__).parent.glob("_*.py")), ids=lambda path: path.name
)
def test_every_field_is_documented(path: Path) -> None:
    """A docstring follows every field of every class."""
    undocumented = [
        f"{node.name}.{ast.unparse(statement)}"
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
        for statement, after in zip(node.body, [*node.body[1:], None], strict=True)
        if isinstance(statement, ast.AnnAssign)
        and not (isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant))
    ]
    assert undocumented == []


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://tools.example/mcp", "'https://tools.example/mcp'"),
        ("https://me:canary@tools.example:1/mcp", "'https://***@tools.example:1/mcp'"),
        ("https://tools.example/mcp?key=canary#canary", "'https://tools.example/mcp?***'"),
        ("https://tools.example/@mine", "'https://tools.example/@mine'"),
        ("data:image/png;base64,canary", "'data:image/png;base64,'<6 characters>"),
        (None, "None"),
    ],
)
def test_addresses_are_shown_without_what_may_be_secret(url: str | None, shown: str) -> None:
    """User, password and parameters of an address are in no repr, nor is an image."""
    assert show_url(url) == shown
    if url is not None:
        assert f"server_url={shown}" in repr(MCPTool(server_label="a", server_url=url))
        assert f"server_url={shown}" in repr(config.MCPTool(server_label="a", server_url=url))
