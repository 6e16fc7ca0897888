"""The rehearsal of an interruption: whole, once, and without consequences."""

import pytest

from realtime_voice.codec import encode_client_event
from realtime_voice.events import ClientEvent, ConversationItemTruncate
from realtime_voice.session import _rehearsal
from realtime_voice.session._rehearsal import rehearse

pytestmark = pytest.mark.anyio


async def test_it_goes_as_far_as_the_truncation_and_happens_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """That is the event which a user waits for, and it is written, not sent."""
    written: list[ClientEvent] = []

    def write(event: ClientEvent) -> str:
        written.append(event)
        return encode_client_event(event)

    monkeypatch.setattr(_rehearsal, "encode_client_event", write)
    monkeypatch.setattr(_rehearsal, "_done", [])
    await rehearse()
    (truncate,) = [event for event in written if isinstance(event, ConversationItemTruncate)]
    assert truncate.audio_end_ms == 10
    written.clear()
    await rehearse()
    assert written == []
