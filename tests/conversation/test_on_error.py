"""What the server says went wrong, and who is told."""

import pytest

from realtime_voice.conversation import RequestFailed, ServerProblem
from realtime_voice.events import (
    ConversationItemTruncate,
    ResponseCancel,
    ResponseCreate,
)
from tests.conversation.story import CONFIG, FRAMES_PER_MS, Story

MANUAL = CONFIG.evolve(turn_detection=None)


@pytest.mark.parametrize(
    ("code", "benign", "fatal"),
    [
        ("response_cancel_not_active", True, False),
        ("server_error", False, False),
        ("insufficient_quota", False, True),
        ("never_seen_before", False, False),
    ],
)
def test_every_error_is_told_with_its_weight(code: str, *, benign: bool, fatal: bool) -> None:
    """An unknown one ends nothing."""
    story = Story(MANUAL)
    (problem,) = story.of(ServerProblem, story.fails(code))
    assert (problem.code, problem.benign, problem.fatal) == (code, benign, fatal)
    assert story.of(RequestFailed) == []


def test_an_error_without_a_code_has_its_type() -> None:
    """Something must be said."""
    story = Story(MANUAL)
    (problem,) = story.of(ServerProblem, story.fails(None))
    assert problem.code == "invalid_request_error"


def test_a_truncation_that_came_too_late_is_benign() -> None:
    """``invalid_value`` means something else for every other event."""
    story = Story(MANUAL)
    story.answers("r1", "a1", "Hello", 1000)
    story.do(story.core.interrupt)
    out = story.do(story.core.playback_stopped, 500 * FRAMES_PER_MS)
    (truncate,) = story.sent(ConversationItemTruncate, out)
    (problem,) = story.fails("invalid_value", truncate.event_id)
    assert isinstance(problem, ServerProblem)
    assert problem.benign


def test_a_cancellation_that_came_too_late_frees_the_slot() -> None:
    """The end was lost; the next request need not wait for it."""
    story = Story(MANUAL)
    story.begins("r1")
    story.do(story.core.interrupt)
    story.do(story.core.create_response, event_id="ask1")
    (cancel,) = story.sent(ResponseCancel)
    out = story.fails("response_cancel_not_active", cancel.event_id)
    assert [one.event_id for one in story.sent(ResponseCreate, out)] == ["ask1"]


def test_a_lost_race_that_names_no_event_is_ours() -> None:
    """Only one request can be meant; a second loss is told, a third has nobody."""
    story = Story(MANUAL)
    code = "conversation_already_has_active_response"
    story.do(story.core.create_response, event_id="ask1")
    story.begins("r0", metadata={"client_event_id": "x"})
    assert story.of(RequestFailed, story.fails(code)) == []
    story.ends("r0")
    assert [one.event_id for one in story.of(RequestFailed, story.fails(code))] == ["ask1"]
    assert story.of(RequestFailed, story.fails(code)) == []


def test_malformed_events_are_told_and_unknown_ones_counted() -> None:
    """Neither ends anything."""
    story = Story(MANUAL)
    (problem,) = story.server("response.done", response="not an object")
    assert isinstance(problem, ServerProblem)
    assert (problem.code, problem.benign) == ("malformed", False)
    assert problem.message.startswith("response.done: ")
    assert story.server("nobody.knows", data=1) == []
    assert (story.core.statistics.malformed, story.core.statistics.unknown) == (1, 1)


@pytest.mark.parametrize("kind", ["audio", "audio_transcript", "text"])
def test_a_delta_without_a_delta_is_told_as_a_problem(kind: str) -> None:
    """It changes nothing else, and the next one is taken."""
    story = Story(MANUAL)
    story.begins("r1")
    (problem,) = story.server(f"response.output_{kind}.delta", response_id="r1", item_id="a1")
    assert isinstance(problem, ServerProblem)
    assert (problem.code, problem.benign) == ("malformed", False)
    assert story.says("r1", "a1", "Hello", 10)
