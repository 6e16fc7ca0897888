"""Every server event is taken, and the ones that matter have exactly one meaning."""

import pytest

from realtime_voice import events
from realtime_voice.codec import structure_server_event
from realtime_voice.conversation._receive import HANDLERS
from realtime_voice.events import (
    KnownServerEvent,
    MalformedServerEvent,
    ServerEvent,
    UnknownServerEvent,
)
from tests.conversation.story import Story


def test_only_server_events_have_a_meaning() -> None:
    """The table names classes that exist on the wire, and the two for what does not."""
    others = {MalformedServerEvent, UnknownServerEvent}
    assert set(HANDLERS) - others <= set(events.SERVER_EVENTS.values())
    assert all(issubclass(one, KnownServerEvent) for one in set(HANDLERS) - others)
    assert others <= set(HANDLERS)


@pytest.mark.parametrize("kind", sorted(events.SERVER_EVENTS))
def test_an_event_with_nothing_in_it_does_no_harm(kind: str) -> None:
    """Every field may be missing."""
    story = Story()
    event: ServerEvent = structure_server_event({"type": kind, "event_id": "e"})
    story.core.receive(event, 1.0)
    assert story.core.statistics.events == 3


def test_nothing_is_taken_after_the_end() -> None:
    """The session is over; late frames change nothing."""
    story = Story()
    story.do(story.core.finish, reason="stopped")
    assert story.speaks("u1") == []
    assert story.core.statistics.events == 2
