"""The event that carries a configuration."""

import json

import pytest
from hypothesis import given, settings

from realtime_voice.codec import encode_client_event
from realtime_voice.config import SessionConfig, session_update
from realtime_voice.errors import ConfigError
from realtime_voice.events import SessionUpdate
from tests.config.test_round_trip import CONFIGS


def test_the_event_carries_the_configuration_unchanged() -> None:
    """Encoded, the event holds exactly what the config says, nulls and unknown fields included."""
    config = SessionConfig(
        turn_detection=None, noise_reduction=None, tools=[], tracing=None, extra={"later": {}}
    )
    event = session_update(config, "event_1")
    assert isinstance(event, SessionUpdate)
    assert json.loads(encode_client_event(event)) == {
        "type": "session.update",
        "event_id": "event_1",
        "session": config.to_wire(),
    }


@settings(max_examples=50, deadline=None)
@given(CONFIGS)
def test_any_config_can_be_sent(config: SessionConfig) -> None:
    """Whatever a user can build becomes an event, and loses nothing on the way."""
    event = session_update(config, "event_1")
    assert json.loads(encode_client_event(event))["session"] == config.to_wire()


@pytest.mark.parametrize(
    "wire",
    [{}, {"type": "realtime", "audio": {}, "include": []}, {"type": "realtime", "later": {"a": 1}}],
)
def test_what_was_read_can_be_sent(wire: dict[str, object]) -> None:
    """A config that came from the wire goes back as it came."""
    event = session_update(SessionConfig.from_wire(wire), "event_1")
    assert json.loads(encode_client_event(event))["session"] == wire


@pytest.mark.parametrize(
    ("wire", "field"), [({"type": "realtime", "model": 5}, "model"), ({"audio": 5}, "audio")]
)
def test_what_no_event_can_hold_is_refused(wire: dict[str, object], field: str) -> None:
    """A value of another kind, read from the wire, is named before it is sent."""
    with pytest.raises(ConfigError, match=field):
        session_update(SessionConfig.from_wire(wire), "event_1")
