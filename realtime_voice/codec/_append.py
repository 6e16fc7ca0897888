"""The one event that a client sends all the time, straight from sound to the bytes of a frame.

Gives what :func:`.encode_client_event` gives for the same event, and makes no event for it.
"""

from pybase64 import b64encode

__all__ = ["encode_append"]


def encode_append(event_id: str, audio: bytes) -> bytes:
    """Write an ``input_audio_buffer.append``.

    Args:
        event_id: Its id: letters, digits and underscores alone.
        audio: Raw sound.

    Returns:
        The text of the frame, as UTF-8.
    """
    return b'{"type":"input_audio_buffer.append","event_id":"%b","audio":"%b"}' % (
        event_id.encode(),
        b64encode(audio),
    )
