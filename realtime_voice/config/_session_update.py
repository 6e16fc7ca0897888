"""The event that carries a configuration to the server.

Builds the event; sends nothing and makes up no ids.
"""

from realtime_voice.codec import structure_client_event
from realtime_voice.config._session_config import SessionConfig
from realtime_voice.errors import ConfigError
from realtime_voice.events import SessionUpdate

__all__ = ["session_update"]


def session_update(config: SessionConfig, event_id: str) -> SessionUpdate:
    """Make the ``session.update`` that asks for a configuration.

    Args:
        config: What to ask for; what it leaves out stays as it is.
        event_id: Id of the event, at most 512 characters; an error about it repeats the id.

    Returns:
        The event; encoding it gives ``config.to_wire()`` as its session.

    Raises:
        ConfigError: The config came unchecked from the wire, and holds a value of another kind
            than the protocol's.
    """
    wire = {"type": "session.update", "event_id": event_id, "session": config.to_wire()}
    event = structure_client_event(wire)
    if not isinstance(event, SessionUpdate):
        config.validate()
        raise ConfigError(f"the session cannot be sent: {getattr(event, 'error', event)}")
    return event
