"""The short way to write sound gives the same text as the long one."""

from hypothesis import given
from hypothesis import strategies as st

from realtime_voice.codec import encode_append, encode_client_event
from realtime_voice.events import InputAudioBufferAppend


@given(st.binary(max_size=5_000), st.integers(0, 10**9))
def test_both_ways_write_the_same(audio: bytes, number: int) -> None:
    """Byte for byte, for any sound and any id that a session counts."""
    event_id = f"append_{number}"
    event = InputAudioBufferAppend(event_id=event_id, audio=audio)
    assert encode_append(event_id, audio) == encode_client_event(event).encode()
