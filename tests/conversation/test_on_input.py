"""What the server tells about the user: speech, commits and transcripts."""

from realtime_voice.config import (
    SessionConfig,
)
from realtime_voice.conversation import (
    TranscriptUpdate,
)
from tests.conversation.story import (
    Story,
)

_WORDS = "conversation.item.input_audio_transcription"


def states(story: Story) -> list[tuple[str, str, str, bool]]:
    """Return delta, text, status and finality of every update so far."""
    updates = story.of(TranscriptUpdate)
    return [(one.delta, one.text, one.status.value, one.final) for one in updates]


def delta(story: Story, words: str, item_id: str | None = "u1") -> None:
    """Let the recogniser tell more words."""
    story.server(f"{_WORDS}.delta", item_id=item_id, content_index=0, delta=words)


# --- The user's words ------------------------------------------------------------------------


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
