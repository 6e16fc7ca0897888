"""Events that come twice."""

import gc
import json
import tracemalloc
import weakref

import pytest

from realtime_voice.codec import decode_server_event
from realtime_voice.conversation import (
    AudioChunk,
)
from realtime_voice.conversation._seen import (
    SeenEvents,
)
from realtime_voice.events import (
    ResponseOutputAudioDelta,
    ResponseOutputAudioTranscriptDelta,
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


def test_a_session_is_recognised_by_everything_in_it() -> None:
    """Its description is not kept, and yet one that differs deep inside is another event."""
    seen = SeenEvents()

    def described(threshold: float) -> SessionUpdated:
        wire = {
            "type": "session.updated",
            "event_id": "e",
            "session": {
                "type": "realtime",
                "audio": {"input": {"turn_detection": {"type": "server_vad", "mine": [threshold]}}},
                "tools": [{"type": "function", "name": "f", "parameters": {"a": {"b": None}}}],
            },
        }
        event = decode_server_event(json.dumps(wire))
        assert isinstance(event, SessionUpdated)
        return event

    first = weakref.ref(event := described(0.5))
    assert not seen.twice(event)
    del event
    gc.collect()
    assert first() is None
    assert seen.twice(described(0.5))
    assert not seen.twice(described(0.6))


def delta(event_id: str, data: bytes, item_id: str = "a1") -> ResponseOutputAudioDelta:
    """Return a piece of sound."""
    return ResponseOutputAudioDelta(
        event_id=event_id,
        response_id="r1",
        item_id=item_id,
        output_index=0,
        content_index=0,
        delta=data,
    )


def words(event_id: str, text: str) -> ResponseOutputAudioTranscriptDelta:
    """Return a piece of text."""
    return ResponseOutputAudioTranscriptDelta(
        event_id=event_id,
        response_id="r1",
        item_id="a1",
        output_index=0,
        content_index=0,
        delta=text,
    )


@pytest.mark.parametrize("size", [2, 40, 64, 7200])
def test_sound_is_told_apart_by_what_it_is(size: int) -> None:
    """One id for every delta, as some servers have it, loses no sound."""
    seen, quiet_sound, loud = SeenEvents(), bytes(size), bytes([7] * size)
    assert not seen.twice(delta("e", quiet_sound))
    assert not seen.twice(delta("e", loud))
    assert not seen.twice(delta("e", loud + b"\0\0"))
    assert not seen.twice(delta("e", loud + b"\0\0", "a2"))
    assert seen.twice(delta("e", loud + b"\0\0", "a2"))


def test_words_are_told_apart_by_what_they_are() -> None:
    """The same for the text."""
    seen = SeenEvents()
    assert [seen.twice(words("e", text)) for text in ("a", "b", "b")] == [False, False, True]


def test_a_repetition_is_known_after_many_other_events() -> None:
    """Of at least 32; one that was let pass before is known as well."""
    seen, first = SeenEvents(), delta("first", bytes(100))
    assert not seen.twice(first)
    for number in range(32):
        assert not seen.twice(words(f"e{number}", "word"))
    assert seen.twice(first)
    assert not seen.twice(delta("first", bytes(90)))
    assert not any(seen.twice(words(f"f{number}", "word")) for number in range(40))
    assert not any(seen.twice(words(f"g{number}", "word")) for number in range(40))
    assert not seen.twice(first)


def test_no_sound_is_kept() -> None:
    """A session that has spoken for a minute remembers ids, not sound."""
    seen = SeenEvents()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(600):
            seen.twice(delta(f"event_{number:021}", number.to_bytes(2, "big") * 3600))
        kept = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert kept < 30_000


def test_a_repeated_event_changes_nothing() -> None:
    """No sound is played twice."""
    story = Story()
    story.begins("r1")
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
