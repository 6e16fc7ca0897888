"""The responses of a session."""

from realtime_voice.conversation._responses import (
    Responses,
)
from realtime_voice.events import (
    RealtimeResponse,
)


def test_responses_can_be_walked_through() -> None:
    """In the order in which they began."""
    responses = Responses()
    for name in ("r1", "r2"):
        responses.add(RealtimeResponse(id=name), 0, out_of_band=False, anchor=None)
    assert [one.id for one in responses] == ["r1", "r2"]
    assert responses.get(None) is None
