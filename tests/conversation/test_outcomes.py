"""What the core answers."""

from realtime_voice.conversation import (
    AudioChunk,
)
from realtime_voice.formats import (
    PCM16_24K,
)


def test_sound_is_in_no_repr() -> None:
    """Neither in logs."""
    chunk = AudioChunk(
        data=b"secret" * 8,
        format=PCM16_24K,
        item_id="a",
        response_id="r",
        content_index=0,
        start_frame=0,
    )
    assert "<48 bytes>" in repr(chunk)
    assert "secret" not in repr(chunk)
