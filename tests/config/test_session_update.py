"""The event that carries a configuration."""

import json

from realtime_voice.codec import encode_client_event
from realtime_voice.config import SessionConfig, session_update
from realtime_voice.events import SessionUpdate


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
