"""Texts that grow and end once, whatever order their events come in."""

import pytest

from realtime_voice.conversation import TranscriptStatus, TranscriptUpdate
from realtime_voice.conversation._transcripts import UserSlot, UserTexts
from tests.conversation.story import CONFIG, Story, assistant, typed, user

_WORDS = "conversation.item.input_audio_transcription"


def states(story: Story) -> list[tuple[str, str, str, bool]]:
    """Return delta, text, status and finality of every update so far."""
    updates = story.of(TranscriptUpdate)
    return [(one.delta, one.text, one.status.value, one.final) for one in updates]


def delta(story: Story, words: str, item_id: str | None = "u1") -> None:
    """Let the recogniser tell more words."""
    story.server(f"{_WORDS}.delta", item_id=item_id, content_index=0, delta=words)


# --- The user's words ------------------------------------------------------------------------


def test_words_may_come_before_the_item() -> None:
    """Streaming recognisers write while the user still speaks."""
    story = Story()
    story.server("input_audio_buffer.speech_started", item_id="u1", audio_start_ms=200)
    delta(story, "Hel")
    delta(story, "")
    story.server("input_audio_buffer.speech_stopped", item_id="u1", audio_end_ms=900)
    delta(story, "lo")
    story.commits("u1", None)
    story.transcribes("u1", "Hello!")
    assert states(story) == [
        ("Hel", "Hel", "pending", False),
        ("lo", "Hello", "pending", False),
        ("!", "Hello!", "final", True),
    ]
    last = story.of(TranscriptUpdate)[-1]
    assert (last.role, last.item_id, last.audio_start_ms, last.audio_end_ms) == (
        "user",
        "u1",
        200,
        900,
    )


def test_a_final_text_that_differs_replaces_the_words() -> None:
    """Then there is no delta, because nothing was merely added."""
    story = Story()
    story.speaks("u1")
    delta(story, "Hallo")
    story.transcribes("u1", "Hello")
    assert states(story)[-1] == ("", "Hello", "final", True)


def test_nothing_changes_a_final_text() -> None:
    """Repeated, different and failed second transcripts, and late words, are counted only."""
    story = Story()
    story.speaks("u1")
    story.transcribes("u1", "Hello")
    before = states(story)
    story.transcribes("u1", "Hello")
    story.transcribes("u1", "Goodbye")
    story.server(f"{_WORDS}.failed", item_id="u1", content_index=0, error={"code": "odd"})
    delta(story, "more")
    assert states(story) == before
    assert (story.core.statistics.duplicates, story.core.statistics.late) == (2, 2)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ({"code": "audio_unintelligible", "message": "what?"}, "audio_unintelligible: what?"),
        ({"type": "transcription_error"}, "transcription_error"),
        ({}, "failed"),
    ],
)
def test_a_failure_ends_the_text_and_says_why(error: dict[str, str], told: str) -> None:
    """Words that were told remain, but are not called final."""
    story = Story()
    story.speaks("u1")
    delta(story, "Hel")
    story.server(f"{_WORDS}.failed", item_id="u1", content_index=0, error=error)
    update = story.of(TranscriptUpdate)[-1]
    assert (update.text, update.status, update.final, update.error) == (
        "Hel",
        TranscriptStatus.FAILED,
        True,
        told,
    )
    story.transcribes("u1", "Hello")
    assert states(story)[-1] == ("lo", "Hello", "final", True)


def test_empty_transcripts_mean_no_speech() -> None:
    """White space is no speech either."""
    story = Story()
    story.speaks("u1")
    story.transcribes("u1", "  ")
    assert states(story) == [("  ", "  ", "no_speech", True)]


def test_a_transcript_that_does_not_come_times_out_and_may_come_late() -> None:
    """Five seconds after the commit; a late one gives one more final update."""
    story = Story()
    story.speaks("u1")
    story.begins("r1")
    assert story.of(TranscriptUpdate, story.wait(4.9)) == []
    assert [one.status for one in story.of(TranscriptUpdate, story.wait(0.2))] == [
        TranscriptStatus.TIMED_OUT
    ]
    delta(story, "Hel")
    story.transcribes("u1", "Hello")
    assert states(story) == [
        ("", "", "timed_out", True),
        ("Hello", "Hello", "final", True),
    ]


def test_speech_that_is_never_committed_times_out() -> None:
    """Also words that came for an item of which nothing else is heard."""
    story = Story()
    story.server("input_audio_buffer.speech_started", item_id="u1", audio_start_ms=0)
    assert story.core.next_deadline() is None
    story.server("input_audio_buffer.speech_stopped", item_id="u1", audio_end_ms=9)
    delta(story, "Hi", "u2")
    story.wait(6)
    assert [(one[1], one[2]) for one in states(story)[1:]] == [
        ("", "timed_out"),
        ("Hi", "timed_out"),
    ]
    assert story.core.is_idle


def test_transcripts_of_different_turns_come_in_any_order() -> None:
    """The item decides, never the arrival."""
    story = Story()
    story.speaks("u1")
    story.begins("r1")
    story.ends("r1")
    story.speaks("u2")
    story.transcribes("u2", "second")
    story.transcribes("u1", "first")
    assert [(one.item_id, one.text) for one in story.of(TranscriptUpdate)] == [
        ("u2", "second"),
        ("u1", "first"),
    ]
    assert [turn.user and turn.user.text for turn in story.turns] == ["first"]


def test_the_first_word_on_a_span_counts() -> None:
    """Repeated and contradicting events do not move it."""
    texts = UserTexts(5)
    texts.started("u1", 10, 1)
    texts.started("u1", 20, 2)
    texts.stopped("u1", 30, 3)
    slot = texts.stopped("u1", 40, 4)
    texts.started("u1", 50, 5)
    assert (slot.start_ms, slot.end_ms, slot.started_at, slot.stopped_at) == (10, 30, 1, 3)
    assert not texts.speaking
    assert texts.committed("u1", 6, transcribes=True) == []
    assert texts.committed("u1", 9, transcribes=False) == []
    texts.stopped("u1", 60, 7)
    assert slot.deadline == 11


def test_several_parts_of_an_item_have_texts_of_their_own() -> None:
    """The item is done when all are."""
    story = Story(CONFIG.evolve(turn_detection=None))
    story.adds(user("u1"), None)
    for index, words in ((1, "there"), (0, "Hello")):
        story.server(f"{_WORDS}.delta", item_id="u1", content_index=index, delta=words)
    for index, words in ((1, "there"), (0, "Hello")):
        story.server(
            f"{_WORDS}.completed",
            item_id="u1",
            content_index=index,
            transcript=words,
            languages=[{"code": "en"}],
            usage={"type": "tokens", "input_tokens": 3, "output_tokens": 2, "total_tokens": 5},
        )
    story.wait(11)
    (turn,) = story.turns
    assert turn.user is not None
    assert (turn.user.text, turn.user.language) == ("Hello there", "en")
    assert story.core.usage == {
        "transcription_input_tokens": 6,
        "transcription_output_tokens": 4,
    }


def test_retrieved_and_completed_items_bring_their_transcript() -> None:
    """An item event that shows the words ends the waiting; others change nothing."""
    story = Story(CONFIG.evolve(turn_detection=None))
    story.adds(user("u1"), None)
    story.server("conversation.item.retrieved", item=user("u1"))
    story.server("conversation.item.retrieved", item=user("u9", "unknown"))
    story.server("conversation.item.retrieved", item=assistant("a1", "x"))
    assert states(story) == []
    story.server("conversation.item.retrieved", item=user("u1", "Hello"))
    assert states(story) == [("Hello", "Hello", "final", True)]
    story.adds(user("u2"), "u1")
    story.server("conversation.item.done", item=user("u2", "there"))
    assert len(states(story)) == 2
    story.server("conversation.item.done", item=user("u9", "unknown"))
    story.server("conversation.item.done", item={**user("", "x"), "id": None})
    assert len(states(story)) == 2


def test_speech_that_became_an_item_is_not_typed() -> None:
    """An item event without sound does not turn speech into writing."""
    story = Story()
    story.server("input_audio_buffer.committed", item_id="u1", previous_item_id=None)
    story.adds(typed("u1", "odd"), None)
    story.transcribes("u1", "Hello")
    assert states(story) == [("Hello", "Hello", "final", True)]
    texts = UserTexts(5)
    texts.delta("u1", 0, "spoken", 0)
    texts.typed("u1", "typed", 0)
    assert texts.slot("u1").text == "spoken"


def test_a_slot_without_texts_is_pending() -> None:
    """Nothing is known yet."""
    slot = UserSlot(item_id="u1")
    assert (slot.status.value, slot.text, slot.final) == ("pending", "", False)


def test_a_text_that_ended_before_its_commit_is_not_awaited() -> None:
    """And only the parts that are open are closed."""
    texts = UserTexts(5)
    texts.completed("u1", 0, "Hello", None, 1)
    assert texts.committed("u1", 2, transcribes=True) == []
    assert texts.next_deadline() is None
    texts.completed("u2", 0, "Hello", None, 1)
    texts.delta("u2", 1, "and", 1)
    slot = texts.slot("u2")
    (update,) = texts.close(slot, TranscriptStatus.TIMED_OUT, 9)
    assert (update.content_index, update.text, slot.timed_out) == (1, "and", True)
