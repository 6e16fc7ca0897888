"""Turns: who said what in answer to what, once and in order."""

import pytest

from realtime_voice.conversation import TranscriptStatus, Turn
from tests.conversation.story import (
    CONFIG,
    FRAMES_PER_MS,
    Story,
    assistant,
    call_item,
    typed,
    user,
)

MANUAL = CONFIG.evolve(turn_detection=None)


def pairs(story: Story) -> list[tuple[str | None, str | None]]:
    """Return the texts of both sides of every turn so far."""
    return [
        (turn.user and turn.user.text, turn.assistant and turn.assistant.text)
        for turn in story.turns
    ]


def heard_all(story: Story, milliseconds: int = 100_000) -> list[Turn]:
    """Report that everything was played; return the turns."""
    story.do(story.core.playback_progress, milliseconds * FRAMES_PER_MS)
    return story.turns


def test_a_turn_joins_speech_and_answer_when_both_are_complete_and_heard() -> None:
    """The transcript comes last, the answer has been played: nothing is missing."""
    story = Story()
    story.now = 1.0
    story.speaks("u1", start_ms=100, end_ms=900)
    story.now = 1.2
    story.answers("r1", "a1", "Hi there", 1000)
    assert heard_all(story) == []
    story.now = 1.5
    story.transcribes("u1", "Hello")
    (turn,) = story.turns
    assert (turn.id, turn.index, turn.complete, turn.incomplete_reason) == ("u1", 0, True, None)
    assert turn.user is not None
    assert (turn.user.text, turn.user.item_ids) == ("Hello", ("u1",))
    assert (turn.user.audio_start_ms, turn.user.audio_end_ms, turn.user.typed) == (100, 900, False)
    assert turn.assistant is not None
    assert (turn.assistant.text, turn.assistant.status) == ("Hi there", TranscriptStatus.FINAL)
    heard = turn.assistant.heard
    assert (heard.text, heard.unheard, heard.certainty) == ("Hi there", "", "exact")
    assert (heard.played_ms, heard.generated_ms, heard.interrupted) == (1000, 1000, False)
    timing = turn.timing
    assert (timing.speech_started, timing.speech_stopped) == (1.0, 1.0)
    assert (timing.response_created, timing.first_audio, timing.response_done) == (1.2, 1.2, 1.2)
    assert timing.latency_ms == pytest.approx(200)


def test_a_written_turn_has_no_latency() -> None:
    """It has neither speech nor sound, and what was written counts as read."""
    story = Story(MANUAL)
    story.adds(typed("u1", "Hello"), None)
    story.begins("r1", output_modalities=["text"])
    story.opens("r1", assistant("a1"))
    story.writes("r1", "a1", "Hi")
    story.ends("r1")
    (turn,) = story.turns
    assert turn.timing.latency_ms is None
    assert turn.user is not None
    assert turn.user.typed
    assert turn.assistant is not None
    assert (turn.assistant.heard.text, turn.assistant.heard.certainty) == ("Hi", "exact")


def test_the_conversations_order_is_kept_whatever_comes_first() -> None:
    """A later turn that is ready waits for the one before it."""
    story = Story(MANUAL)
    story.commits("u1", None)
    story.answers("r1", "a1", "one")
    story.commits("u2", "a1")
    story.answers("r2", "a2", "two")
    heard_all(story)
    story.transcribes("u2", "second")
    assert story.turns == []
    story.transcribes("u1", "first")
    assert pairs(story) == [("first", "one"), ("second", "two")]


def test_speech_in_two_commits_is_one_turn() -> None:
    """A user item joins the turn that has no answer yet."""
    story = Story(MANUAL)
    story.commits("u1", None)
    story.commits("u2", "u1")
    story.transcribes("u1", "I would like")
    story.transcribes("u2", "some tea")
    story.answers("r1", "a1", "Sure")
    heard_all(story)
    assert pairs(story) == [("I would like some tea", "Sure")]


def test_a_greeting_has_no_user() -> None:
    """And what the user says next is a turn of its own."""
    story = Story(MANUAL)
    story.answers("r1", "a1", "Welcome")
    story.adds(typed("u1", "Hello"), "a1")
    story.answers("r2", "a2", "Hi")
    heard_all(story)
    assert pairs(story) == [(None, "Welcome"), ("Hello", "Hi")]


def test_history_gives_turns_too() -> None:
    """Items that were put there complete need no response."""
    story = Story(MANUAL)
    story.adds({**typed("s1", "Be kind."), "role": "system"}, None)
    story.adds(typed("u1", "I am Alice."), "s1")
    story.adds(assistant("a1", "Hello Alice.", "completed", written=True), "u1")
    assert pairs(story) == [("I am Alice.", "Hello Alice.")]


def test_a_failed_answer_is_on_the_turn() -> None:
    """Silence is explained, although there is no item to hang it on."""
    story = Story(MANUAL)
    story.adds(typed("u1", "Hello"), None)
    story.begins("r1")
    error = {"type": "tokens", "code": "rate_limit_exceeded", "message": "slow down"}
    story.server(
        "response.done",
        response={
            "id": "r1",
            "status": "failed",
            "status_details": {"type": "failed", "error": error},
            "conversation_id": "conv",
        },
    )
    (turn,) = story.turns
    assert turn.assistant is not None
    assert turn.assistant.status is TranscriptStatus.FAILED
    assert turn.assistant.error == "rate_limit_exceeded: slow down"
    assert turn.complete
    story.adds(typed("u2", "Still there?"), "u1")
    story.answers("r2", "a2", "Yes")
    heard_all(story)
    assert pairs(story)[1:] == [("Still there?", "Yes")]


def test_a_failed_greeting_is_a_turn() -> None:
    """Even with no item at all."""
    story = Story(MANUAL)
    story.begins("r1")
    story.ends("r1", "incomplete", "max_output_tokens")
    (turn,) = story.turns
    assert (turn.id, turn.user) == ("r1", None)
    assert turn.assistant is not None
    assert (turn.assistant.status, turn.assistant.error) == (
        TranscriptStatus.INTERRUPTED,
        "max_output_tokens",
    )


def test_several_responses_to_one_message_are_one_turn() -> None:
    """As long as the turn was not told; then a new one begins."""
    story = Story(MANUAL)
    story.commits("u1", None)
    story.answers("r1", "a1", "one")
    story.answers("r2", "a2", "two")
    heard_all(story)
    story.transcribes("u1", "Count")
    story.answers("r3", "a3", "three")
    heard_all(story, 200_000)
    assert pairs(story) == [("Count", "one two"), (None, "three")]


def test_a_turn_without_an_answer_is_held_for_a_while() -> None:
    """Nothing was asked for, so that nothing is missing when it is told."""
    story = Story(MANUAL)
    story.adds(typed("u1", "Note this."), None)
    story.wait(9.9)
    assert story.turns == []
    assert story.core.is_idle
    story.wait(0.2)
    (turn,) = story.turns
    assert (turn.assistant, turn.complete) == (None, True)


def test_an_answer_that_is_owed_and_never_comes_is_missing() -> None:
    """The turn is told when the server has had its time."""
    story = Story()
    story.speaks("u1")
    story.transcribes("u1", "Hello")
    story.wait(9.9)
    assert not story.core.is_idle
    story.wait(0.2)
    assert story.core.is_idle
    story.wait(10)
    assert len(story.turns) == 1


def test_a_transcript_that_timed_out_is_missing() -> None:
    """The turn says so."""
    story = Story()
    story.speaks("u1")
    story.answers("r1", "a1", "Hm?")
    heard_all(story)
    story.wait(5.1)
    (turn,) = story.turns
    assert (turn.complete, turn.incomplete_reason) == (
        False,
        "the user's transcript did not come",
    )
    story.transcribes("u1", "Late")
    assert len(story.turns) == 1


def test_playing_that_is_not_reported_holds_a_turn_for_its_length() -> None:
    """Ten seconds of sound take ten seconds; then ``hold_s`` more."""
    story = Story(MANUAL)
    story.adds(typed("u1", "Sing"), None)
    story.answers("r1", "a1", "La", 10_000)
    story.wait(19.9)
    assert story.turns == []
    story.wait(0.2)
    (turn,) = story.turns
    assert turn.incomplete_reason == "what was played was not reported"
    assert turn.assistant is not None
    assert turn.assistant.heard.played_ms == 0


def test_a_tool_may_take_its_time() -> None:
    """The turn waits for it, and for the answer that follows; without one, it is incomplete."""
    story = Story(MANUAL)
    story.adds(typed("u1", "Weather?"), None)
    story.begins("r1")
    story.opens("r1", call_item("f1", "call1", status="in_progress"))
    story.closes("r1", call_item("f1", "call1"))
    story.ends("r1")
    story.wait(100)
    assert story.turns == []
    story.do(story.core.tool_finished, "call1", "rain")
    output = {"id": "o1", "type": "function_call_output", "call_id": "call1", "output": "rain"}
    story.adds(output, "f1")
    story.fails("server_error", "id3")
    story.wait(20)
    (turn,) = story.turns
    assert turn.incomplete_reason == "no answer to the tools' outputs came"
    assert [call.output for call in turn.tool_calls] == ["rain"]


def test_a_call_that_is_never_answered_is_on_the_last_turn() -> None:
    """The end of the session tells it as it is."""
    story = Story(MANUAL)
    story.begins("r1")
    story.opens("r1", call_item("f1", "call1", status="in_progress"))
    story.closes("r1", call_item("f1", "call1"))
    story.ends("r1")
    story.do(story.core.finish, reason="stopped")
    (turn,) = story.turns
    assert turn.incomplete_reason == "a tool did not answer"
    assert [call.output for call in turn.tool_calls] == [None]


def test_a_call_that_came_as_an_item_only_is_no_call_of_ours() -> None:
    """History may hold calls; nobody waits for their outputs."""
    story = Story(MANUAL)
    story.adds(typed("u1", "Weather?"), None)
    story.adds(call_item("f1", "call1"), "u1")
    story.adds(assistant("a1", "Rain.", "completed", written=True), "f1")
    (turn,) = story.turns
    assert (turn.tool_calls, turn.assistant and turn.assistant.text) == ((), "Rain.")


def test_an_item_whose_predecessor_never_comes_is_not_lost() -> None:
    """It goes to the end after a while."""
    story = Story(MANUAL)
    story.adds(typed("u2", "Hello"), "lost")
    story.wait(25)
    assert pairs(story) == [("Hello", None)]


def test_a_deleted_user_item_is_in_no_turn() -> None:
    """The application took it back."""
    story = Story(MANUAL)
    story.adds(typed("u1", "Forget this"), None)
    story.adds(typed("u2", "Hello"), "u1")
    story.server("conversation.item.deleted", item_id="u1")
    story.answers("r1", "a1", "Hi")
    heard_all(story)
    assert pairs(story) == [("Hello", "Hi")]


def test_a_turn_does_not_wait_for_the_transcript_of_a_deleted_item() -> None:
    """Words that are still to come of it are nobody's any more."""
    story = Story()
    story.speaks("u1")
    story.speaks("u2")
    story.answers("r1", "a1", "Hi")
    story.transcribes("u2", "Hello")
    assert heard_all(story) == []
    story.server("conversation.item.deleted", item_id="u1")
    assert pairs(story) == [("Hello", "Hi")]


def test_an_answer_whose_items_are_gone_is_still_an_answer() -> None:
    """Its response stands for it."""
    story = Story(MANUAL)
    story.adds(typed("u1", "Hello"), None)
    story.begins("r1")
    story.opens("r1", assistant("a1"))
    story.server("conversation.item.deleted", item_id="a1")
    story.ends("r1")
    (turn,) = story.turns
    assert turn.assistant is not None
    assert (turn.assistant.item_ids, turn.assistant.response_ids) == ((), ("r1",))


def test_the_cost_of_a_turn_is_that_of_its_responses() -> None:
    """By kind; what did not occur is left out."""
    story = Story(MANUAL)
    story.commits("u1", None)
    usage = {
        "total_tokens": 30,
        "input_tokens": 10,
        "output_tokens": 20,
        "input_token_details": {
            "text_tokens": 4,
            "audio_tokens": 6,
            "cached_tokens": 2,
            "cached_tokens_details": {"text_tokens": 2},
        },
        "output_token_details": {"audio_tokens": 15, "text_tokens": 5, "reasoning_tokens": 1},
    }
    for number in (1, 2):
        story.begins(f"r{number}")
        story.ends(f"r{number}", usage=usage)
    story.transcribes("u1", "Hello")
    (turn,) = story.turns
    assert turn.usage == {
        "total_tokens": 60,
        "input_tokens": 20,
        "output_tokens": 40,
        "input_text_tokens": 8,
        "input_audio_tokens": 12,
        "cached_tokens": 4,
        "cached_text_tokens": 4,
        "output_text_tokens": 10,
        "output_audio_tokens": 30,
        "reasoning_tokens": 2,
    }


def test_sound_that_waits_for_a_transcript_of_its_own_stays_pending() -> None:
    """A user item that is placed but not transcribed keeps its turn open."""
    story = Story(MANUAL)
    story.adds(user("u1"), None)
    story.answers("r1", "a1", "Hi")
    heard_all(story)
    assert story.turns == []
    assert story.core.next_deadline() == 5.0
