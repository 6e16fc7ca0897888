"""Texts that grow and end once, whatever order their events come in."""

import pytest

from realtime_voice.config import SessionConfig
from realtime_voice.conversation import TranscriptStatus, TranscriptUpdate
from realtime_voice.conversation._transcripts import UserTexts
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


def test_switched_off_transcription_is_told_at_the_commit() -> None:
    """Nothing is awaited then; a transcript that comes anyway counts."""
    story = Story(SessionConfig(transcription=None))
    story.speaks("u1")
    assert states(story) == [("", "", "disabled", True)]
    story.transcribes("u1", "Hello")
    assert states(story)[-1] == ("Hello", "Hello", "final", True)


def test_a_cleared_buffer_forgets_what_was_not_committed() -> None:
    """Words that were told end; speech without words leaves nothing; items stay."""
    story = Story()
    story.speaks("u1")
    story.server("input_audio_buffer.speech_started", item_id="u2", audio_start_ms=0)
    story.server("input_audio_buffer.speech_started", item_id="u3", audio_start_ms=0)
    delta(story, "never", "u3")
    story.server("input_audio_buffer.cleared")
    assert states(story) == [
        ("never", "never", "pending", False),
        ("", "never", "timed_out", True),
    ]
    assert story.core.awaiting[0] == "the transcript of u1"


def test_a_deleted_item_ends_its_text() -> None:
    """What comes for it later is dropped and counted."""
    story = Story()
    story.speaks("u1")
    story.server("conversation.item.deleted", item_id="u1")
    assert states(story) == [("", "", "failed", True)]
    delta(story, "late")
    story.transcribes("u1", "late")
    story.server(f"{_WORDS}.failed", item_id="u1", content_index=0, error={})
    assert len(states(story)) == 1
    assert story.core.statistics.late == 3
    story.server("conversation.item.deleted", item_id="nobody's")
    story.server("conversation.item.deleted", item_id=None)


def test_events_without_an_item_mean_the_only_one_under_way() -> None:
    """A missing field never costs the user a transcript."""
    story = Story()
    story.server("input_audio_buffer.speech_started", item_id="u1", audio_start_ms=5)
    delta(story, "Hello", None)
    story.server("input_audio_buffer.speech_stopped")
    story.commits("u1", None)
    (update,) = story.of(TranscriptUpdate, story.transcribes("", "Hello"))
    assert (update.item_id, update.audio_start_ms, update.audio_end_ms) == ("u1", 5, None)


def test_nameless_speech_gets_the_name_of_its_commit() -> None:
    """Unless that item was known already; a commit without a name is left alone."""
    story = Story()
    story.server("input_audio_buffer.speech_started", audio_start_ms=5)
    story.server("input_audio_buffer.committed")
    delta(story, "one", "u1")
    story.server("input_audio_buffer.committed", item_id="u1")
    story.server("input_audio_buffer.speech_started", audio_start_ms=7)
    story.server("input_audio_buffer.committed", item_id="u2", previous_item_id="u1")
    (update,) = story.of(TranscriptUpdate, story.transcribes("u2", "two"))
    assert update.audio_start_ms == 7


def test_an_idle_timeout_is_silence_with_a_span() -> None:
    """The commit of silence has a start and an end, and an answer follows."""
    story = Story()
    story.server(
        "input_audio_buffer.timeout_triggered", item_id="u1", audio_start_ms=1, audio_end_ms=6
    )
    story.commits("u1", None)
    (update,) = story.of(TranscriptUpdate, story.transcribes("u1", ""))
    assert (update.audio_start_ms, update.audio_end_ms) == (1, 6)
    assert story.core.awaiting == ("the answer that the server begins by itself",)
    story.server("input_audio_buffer.timeout_triggered", item_id="u1")
    assert story.core.awaiting == ("the answer that the server begins by itself",)


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


# --- The model's words -----------------------------------------------------------------------


def begin(story: Story, *, written: bool = False) -> None:
    """Begin a response with one item."""
    story.begins("r1", output_modalities=["text" if written else "audio"])
    story.opens("r1", assistant("a1"))


def test_spoken_words_grow_and_are_final_with_their_item() -> None:
    """``output_audio_transcript.done`` tells all words, the item's end that they are all."""
    story = Story()
    begin(story)
    story.says("r1", "a1", "Hello", 10)
    story.says("r1", "a1", " there", 10)
    story.server(
        "response.output_audio_transcript.done",
        response_id="r1",
        item_id="a1",
        output_index=0,
        content_index=0,
        transcript="Hello there!",
    )
    story.closes("r1", assistant("a1", "Hello there!", "completed"))
    story.ends("r1")
    assert states(story) == [
        ("Hello", "Hello", "pending", False),
        (" there", "Hello there", "pending", False),
        ("!", "Hello there!", "pending", False),
        ("", "Hello there!", "final", True),
    ]
    assert {one.response_id for one in story.of(TranscriptUpdate)} == {"r1"}


def test_written_words_are_told_like_spoken_ones() -> None:
    """Text answers come through the same updates."""
    story = Story()
    begin(story, written=True)
    story.writes("r1", "a1", "Hello")
    story.server(
        "response.output_text.done",
        response_id="r1",
        item_id="a1",
        output_index=0,
        content_index=0,
        text="Hello",
    )
    story.server(
        "response.content_part.done",
        response_id="r1",
        item_id="a1",
        output_index=0,
        content_index=0,
        part={"type": "text", "text": "Hello"},
    )
    story.ends("r1")
    assert states(story) == [
        ("Hello", "Hello", "pending", False),
        ("", "Hello", "final", True),
    ]


@pytest.mark.parametrize(
    ("status", "told"),
    [("cancelled", "interrupted"), ("incomplete", "interrupted"), ("failed", "failed")],
)
def test_a_cut_text_is_never_called_final(status: str, told: str) -> None:
    """Its ``done`` events look like those of a whole one; the status decides."""
    story = Story()
    begin(story)
    story.says("r1", "a1", "Hel", 10)
    story.server(
        "response.output_audio_transcript.done",
        response_id="r1",
        item_id="a1",
        output_index=0,
        content_index=0,
        transcript="Hel",
    )
    story.closes("r1", assistant("a1", "Hel", "incomplete"))
    story.ends("r1", status, "content_filter")
    assert states(story) == [("Hel", "Hel", "pending", False), ("", "Hel", told, True)]


def test_words_that_only_the_end_tells_are_not_lost() -> None:
    """``response.done`` holds the items; lost deltas are filled in from there."""
    story = Story()
    story.begins("r1")
    story.ends("r1", output=[assistant("a1", "Hello", "completed"), assistant("a2", "", "completed")])
    assert states(story) == [("Hello", "Hello", "pending", False), ("", "Hello", "final", True)]
    (turn,) = story.turns
    assert turn.assistant is not None
    assert (turn.assistant.text, turn.assistant.item_ids) == ("Hello", ("a1", "a2"))


def test_words_after_the_end_are_dropped_and_counted() -> None:
    """Nothing changes a text that has ended."""
    story = Story()
    begin(story)
    story.says("r1", "a1", "Hello", 10)
    story.ends("r1")
    before = states(story)
    story.writes("r1", "a1", "more")
    story.closes("r1", assistant("a1", "Hello more", "completed"))
    assert states(story) == before
    assert story.core.statistics.late == 2


def test_words_after_the_end_of_their_item_are_dropped() -> None:
    """The response may go on with other items."""
    story = Story()
    begin(story)
    story.says("r1", "a1", "Hello", 10)
    story.closes("r1", assistant("a1", "Hello", "completed"))
    story.says("r1", "a1", " again", 10)
    assert [one[1] for one in states(story)] == ["Hello", "Hello"]


def test_interleaved_items_do_not_mix() -> None:
    """State belongs to response, item and part; there is no current item."""
    story = Story()
    story.begins("r1")
    for item_id in ("a1", "a2"):
        story.opens("r1", assistant(item_id))
    for words in ("one ", "two"):
        for item_id in ("a1", "a2"):
            story.says("r1", item_id, words, 10)
    story.ends("r1")
    finals = [one for one in story.of(TranscriptUpdate) if one.final]
    assert [(one.item_id, one.text) for one in finals] == [("a1", "one two"), ("a2", "one two")]
