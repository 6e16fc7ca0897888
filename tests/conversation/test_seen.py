"""Events that come twice."""

from realtime_voice.conversation import (
    AudioChunk,
)
from realtime_voice.conversation._seen import (
    SeenEvents,
)
from realtime_voice.events import (
    ResponseOutputAudioDelta,
    SessionUpdated,
    UnknownObject,
    UnknownServerEvent,
)
from tests.conversation.story import (
    Story,
    sound,
)


def test_only_a_true_repetition_is_one() -> None:
    """The same id with other content is another event; memory is short."""
    seen = SeenEvents()
    events = [
        SessionUpdated(event_id="e", session=UnknownObject(type=kind, raw={})) for kind in "ab"
    ]
    assert [seen.twice(one) for one in (events[0], events[0], events[1])] == [False, True, False]
    assert not seen.twice(UnknownServerEvent(type="x", raw={}))
    assert not seen.twice(UnknownServerEvent(type="x", raw={}))
    for number in range(100):
        seen.twice(SessionUpdated(event_id=f"e{number}", session=UnknownObject(type="", raw={})))
    assert not seen.twice(events[1])


def test_a_repeated_event_changes_nothing() -> None:
    """No sound is played twice."""
    story = Story()
    event = ResponseOutputAudioDelta(
        event_id="e",
        response_id="r1",
        item_id="a1",
        output_index=0,
        content_index=0,
        delta=sound(9),
    )
    assert len(story.of(AudioChunk, story.core.receive(event, 0.0))) == 1
    assert story.core.receive(event, 0.0) == []
    assert story.core.statistics.duplicates == 1
