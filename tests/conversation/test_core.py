"""Steps that several inputs share: lost announcements, silence, and what is awaited."""

from realtime_voice.conversation import (
    AudioChunk,
    RequestFailed,
    ResponseFinished,
    ResponseStarted,
    StopPlayback,
    TranscriptUpdate,
)
from realtime_voice.events import ConversationItemDelete, ResponseCreate, SessionUpdate
from tests.conversation.story import CONFIG, FRAMES_PER_MS, Story, assistant, call_item

MANUAL = CONFIG.evolve(turn_detection=None)


def test_a_response_that_was_not_announced_begins_with_its_first_word() -> None:
    """Its announcement changes nothing when it comes after all, nor after its end."""
    story = Story(MANUAL)
    story.core.create_response(0.0, event_id="ask")
    out = story.writes("r1", "a1", "Hello")
    assert out[0] == ResponseStarted(response_id="r1", out_of_band=False, event_ids=("ask",))
    assert len(story.of(TranscriptUpdate, out)) == 1
    assert story.begins("r1") == []
    story.ends("r1")
    assert story.begins("r1") == []
    assert story.ends("r1") == []


def test_responses_without_a_name_are_one_at_a_time() -> None:
    """A second one begins only when the first has ended."""
    story = Story(MANUAL)
    assert len(story.begins("")) == 1
    assert story.begins("") == []
    assert len(story.of(ResponseFinished, story.ends(""))) == 1
    assert len(story.of(ResponseStarted, story.begins(""))) == 1


def test_a_response_that_falls_silent_is_lost() -> None:
    """After a minute without a word it is ended as failed; each word counts."""
    story = Story(MANUAL)
    story.begins("r1")
    story.wait(50)
    story.writes("r1", "a1", "Hm")
    story.wait(59)
    assert story.of(ResponseFinished) == []
    (finished,) = story.of(ResponseFinished, story.wait(2))
    assert (finished.status, finished.code) == ("failed", "timed_out")
    assert story.core.is_idle


def test_an_update_that_is_not_answered_is_given_up() -> None:
    """Whoever waits for it is told."""
    story = Story(MANUAL)
    story.do(story.core.update, CONFIG.only("transcription"))
    (failed,) = story.of(RequestFailed, story.wait(10))
    assert (failed.code, failed.message) == ("timed_out", "session.updated did not come")
    assert failed.event_id == story.sent(SessionUpdate)[-1].event_id


def test_awaiting_names_everything_that_is_due() -> None:
    """In words, for people; nothing of it is left out of ``is_idle``."""
    story = Story(ready=False)
    story.speaks("u1")
    story.server("input_audio_buffer.speech_started", item_id="u2", audio_start_ms=0)
    story.server("input_audio_buffer.speech_started", item_id=None, audio_start_ms=0)
    story.server("input_audio_buffer.speech_stopped", item_id=None, audio_end_ms=0)
    story.begins("r1")
    story.opens("r1", call_item("f1", "call1", status="in_progress"))
    story.closes("r1", call_item("f1", "call1"))
    story.do(story.core.create_response, event_id="ask1")
    story.do(story.core.clear_audio)
    assert story.core.awaiting == (
        "the session to be ready",
        "the end of the user's speech",
        "the transcript of u1",
        "the transcript of the speech",
        "an answer to response.create ask1",
        "the end of response r1",
        "the output of the tool look",
        "input_audio_buffer.cleared for id1",
    )
    assert not story.core.is_idle


def test_the_answer_to_tools_waits_while_the_user_speaks() -> None:
    """The server's own answer takes its place, if it knows the outputs."""
    story = Story()
    story.begins("r1")
    story.closes("r1", call_item("f1", "call1"))
    story.ends("r1")
    story.server("input_audio_buffer.speech_started", item_id="u1", audio_start_ms=0)
    out = story.do(story.core.tool_finished, "call1", "done")
    assert story.sent(ResponseCreate, out) == []
    output = {"id": "o1", "type": "function_call_output", "call_id": "call1", "output": "done"}
    story.adds(output, "f1")
    story.server("input_audio_buffer.speech_stopped", item_id="u1", audio_end_ms=9)
    story.commits("u1", "o1")
    story.begins("r2")
    assert story.sent(ResponseCreate, story.ends("r2")) == []


def test_the_answer_to_tools_follows_when_the_servers_own_came_too_early() -> None:
    """An output that the server did not know yet needs an answer of its own."""
    story = Story()
    story.begins("r1")
    story.closes("r1", call_item("f1", "call1"))
    story.ends("r1")
    story.speaks("u1")
    story.do(story.core.tool_finished, "call1", "done")
    story.begins("r2")
    assert len(story.sent(ResponseCreate, story.ends("r2"))) == 1


def test_an_interrupted_written_answer_is_left_alone() -> None:
    """There is no sound that could have been missed."""
    story = Story()
    story.begins("r1", output_modalities=["text"])
    story.opens("r1", assistant("a1"))
    story.writes("r1", "a1", "Hello")
    story.server("input_audio_buffer.speech_started", item_id="u1", audio_start_ms=0)
    assert story.sent(ConversationItemDelete, story.ends("r1", "cancelled")) == []


def test_only_spoken_items_of_an_interrupted_answer_are_deleted() -> None:
    """Calls and written parts stay in the server's memory."""
    story = Story()
    story.begins("r1")
    story.opens("r1", call_item("f1", "call1", status="in_progress"))
    story.opens("r1", assistant("a1"))
    story.writes("r1", "a1", "Hello")
    story.server("input_audio_buffer.speech_started", item_id="u1", audio_start_ms=0)
    assert story.sent(ConversationItemDelete, story.ends("r1", "cancelled")) == []


def test_an_item_that_was_deleted_already_is_not_cut() -> None:
    """Nor is one that the server never named."""
    story = Story()
    story.begins("r1")
    story.opens("r1", assistant("a1"))
    story.says("r1", "a1", "Hello", 1000)
    story.server("conversation.item.deleted", item_id="a1")
    story.server("input_audio_buffer.speech_started", item_id="u1", audio_start_ms=0)
    assert story.sent(object, story.do(story.core.playback_stopped, 24_000 // 2)) == []
    story.begins("r2")
    story.says("r2", "", "Hello", 1000)
    story.do(story.core.interrupt)
    out = story.do(story.core.playback_stopped, 24_000)
    assert story.sent(ConversationItemDelete, out) == []


def test_a_response_that_ends_before_the_stop_is_reported_is_cut_once() -> None:
    """The report knows what was heard; the end of the response does not."""
    story = Story()
    story.begins("r1")
    story.opens("r1", assistant("a1"))
    story.says("r1", "a1", "Hello", 1000)
    story.server("input_audio_buffer.speech_started", item_id="u1", audio_start_ms=0)
    assert story.sent(object, story.ends("r1", "cancelled")) == []
    assert len(story.sent(object, story.do(story.core.playback_stopped, FRAMES_PER_MS * 10))) == 1


def test_a_stop_nobody_asked_for_mutes_what_still_runs() -> None:
    """The application emptied the speaker itself: what follows would be heard with a gap."""
    story = Story()
    story.begins("r1")
    story.opens("r1", assistant("a1"))
    story.says("r1", "a1", "Hello", 1000)
    story.do(story.core.playback_stopped, FRAMES_PER_MS * 10)
    assert story.of(AudioChunk, story.says("r1", "a1", "", 1000)) == []
    assert story.of(StopPlayback) == []


def test_deltas_without_an_item_go_to_the_only_one() -> None:
    """Of several, none is guessed: they are dropped and counted."""
    story = Story(MANUAL)
    story.begins("r1")
    story.opens("r1", call_item("f1", "call1", status="in_progress"))
    story.opens("r1", assistant("a1"))
    assert [one.item_id for one in story.of(AudioChunk, story.says("r1", "", "Hi", 10))] == ["a1"]
    story.opens("r1", assistant("a2"))
    assert story.says("r1", "", "?", 10) == []
    story.server(
        "response.output_text.done", response_id="r1", content_index=0, output_index=0, text="?"
    )
    story.server(
        "response.content_part.done", response_id="r1", content_index=0, part={"type": "audio"}
    )
    story.server("response.output_audio.done", response_id="r1", content_index=0)
    assert story.core.statistics.unattributed == 5


def test_deltas_without_a_response_go_to_the_only_one() -> None:
    """A missing id is no reason to fall silent."""
    story = Story(MANUAL)
    story.begins("r1")
    story.opens("r1", assistant("a1"))
    (chunk,) = story.of(AudioChunk, story.says("", "a1", "Hi", 10))
    assert chunk.response_id == "r1"


def test_an_interrupted_item_that_had_words_only_is_deleted() -> None:
    """Its sound never came, but the server remembers the words as spoken."""
    story = Story()
    story.begins("r1")
    story.opens("r1", assistant("a1"))
    story.server(
        "response.output_audio_transcript.delta",
        response_id="r1",
        item_id="a1",
        output_index=0,
        content_index=0,
        delta="Hello",
    )
    story.server("input_audio_buffer.speech_started", item_id="u1", audio_start_ms=0)
    out = story.ends("r1", "cancelled", "turn_detected")
    assert [one.item_id for one in story.sent(ConversationItemDelete, out)] == ["a1"]
    story.server("conversation.item.deleted", item_id="a1")
    (turn,) = story.turns
    assert turn.assistant is not None
    assert (turn.assistant.heard.text, turn.assistant.heard.unheard) == ("", "Hello")
    assert turn.assistant.heard.interrupted


def test_the_end_answers_everybody_who_waits() -> None:
    """Also for an update that was under way."""
    story = Story(MANUAL)
    (update,) = story.sent(SessionUpdate, story.do(story.core.update, CONFIG.only("transcription")))
    out = story.do(story.core.finish, reason="stopped")
    assert [(one.event_id, one.code) for one in story.of(RequestFailed, out)] == [
        (update.event_id, "stopped")
    ]
