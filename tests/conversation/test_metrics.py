"""What a conversation cost."""

from realtime_voice.conversation._metrics import (
    Usage,
    flatten_usage,
)
from realtime_voice.events import (
    RealtimeResponseUsage,
    RealtimeResponseUsageInputTokenDetails,
    UnknownObject,
)


def test_usage_of_nothing_is_nothing() -> None:
    """And details without cached tokens are no trouble."""
    usage = Usage()
    usage.add_response(None)
    usage.add_transcription(None)
    usage.add_transcription(UnknownObject(type="odd", raw={}))
    assert usage.totals() == {}
    details = RealtimeResponseUsageInputTokenDetails(text_tokens=3)
    assert flatten_usage(RealtimeResponseUsage(input_token_details=details)) == {
        "input_text_tokens": 3
    }
