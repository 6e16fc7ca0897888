"""The core as the session uses it: wishes and facts go in, the right outcomes come out."""

import pytest

from realtime_voice.config import SessionConfig
from realtime_voice.conversation import (
    AudioChunk,
    CallTool,
    PlaybackInterrupted,
    RequestFailed,
    ResponseFinished,
    ResponseStarted,
    Send,
    SessionReady,
    SpeechStarted,
    StopPlayback,
    TranscriptStatus,
    TranscriptUpdate,
    UpdateAcknowledged,
)
from realtime_voice.errors import RequestRejected
from realtime_voice.events import (
    ConversationItemCreate,
    ConversationItemDelete,
    ConversationItemTruncate,
    InputAudioBufferAppend,
    InputAudioBufferClear,
    InputAudioBufferCommit,
    RealtimeConversationItemFunctionCallOutput,
    RealtimeResponseCreateParams,
    ResponseCancel,
    ResponseCreate,
    SessionUpdate,
)
from tests.conversation.story import (
    CONFIG,
    FRAMES_PER_MS,
    Story,
    assistant,
    call_item,
    sound,
    typed,
    user,
)


def quiet(**options: object) -> Story:
    """Return a story in which only the application asks for answers."""
    return Story(CONFIG.evolve(turn_detection=None), **options)


# --- Opening ---------------------------------------------------------------------------------


def test_opening_sends_the_configuration_and_then_tells_that_the_session_is_ready() -> None:
    """``session.created`` is answered with the configuration; its acknowledgement is readiness."""
    story = Story(ready=False)
    assert story.core.awaiting == ("the session to be ready",)
    session = {"type": "realtime", "id": "sess", "expires_at": 1234}
    (sent,) = story.server("session.created", session=session)
    assert isinstance(sent, Send)
    assert isinstance(sent.event, SessionUpdate)
    assert not story.core.is_idle
    assert story.server("session.updated", session=session) == [
        SessionReady(session_id="sess", expires_at=1234)
    ]
    assert (story.core.session_id, story.core.expires_at) == ("sess", 1234)
    assert story.core.is_idle


def test_a_refused_configuration_is_told_and_the_session_is_never_ready() -> None:
    """The update's own id comes back in ``RequestFailed``."""
    story = Story(ready=False)
    story.server("session.created", session={"type": "realtime", "id": "sess"})
    (update,) = story.sent(SessionUpdate)
    (failed, _problem) = story.fails("invalid_value", update.event_id, param="session.speed")
    assert failed == RequestFailed(
        event_id=update.event_id or "", code="invalid_value", message="no", param="session.speed"
    )
    assert story.of(SessionReady) == []


def test_an_update_changes_the_config_only_when_it_is_acknowledged() -> None:
    """Updates are acknowledged in order, and a refused one leaves the config as it is."""
    story = Story()
    first = SessionConfig(speed=1.5).only("speed")
    (one,) = story.sent(SessionUpdate, story.do(story.core.update, first))
    refused = SessionConfig(instructions="Be brief.").only("instructions")
    (two,) = story.sent(SessionUpdate, story.do(story.core.update, refused))
    assert story.core.config == CONFIG
    session = {"type": "realtime", "id": "sess"}
    assert story.server("session.updated", session=session) == [
        UpdateAcknowledged(event_id=one.event_id or "")
    ]
    assert story.core.config == CONFIG.evolve(speed=1.5)
    story.fails("invalid_value", two.event_id)
    assert story.core.config == CONFIG.evolve(speed=1.5)
    assert story.core.is_idle


# --- The user's voice ------------------------------------------------------------------------


def test_sound_is_sent_with_cheap_ids_and_an_error_about_it_finds_its_event() -> None:
    """Appends carry counted ids; empty ones are not sent."""
    story = Story()
    (event,) = story.sent(InputAudioBufferAppend, story.do(story.core.append_audio, sound(20)))
    assert (event.audio, event.event_id) == (sound(20), "append_1")
    assert story.do(story.core.append_audio, b"") == []
    failed = story.of(RequestFailed, story.fails("invalid_value", "append_1"))
    assert [one.event_id for one in failed] == ["append_1"]


def test_sound_that_the_caller_sends_by_himself_counts_like_any_other() -> None:
    """The ids are of one series, and what was noted can be committed."""
    story = Story()
    assert story.core.note_append(len(sound(60))) == "append_1"
    (event,) = story.sent(InputAudioBufferAppend, story.do(story.core.append_audio, sound(40)))
    assert event.event_id == "append_2"
    story.do(story.core.commit_audio)


def test_an_append_above_the_servers_limit_is_refused_here() -> None:
    """15 MiB is the most that one event may hold."""
    story = Story()
    story.do(story.core.append_audio, bytes(15 * 1024 * 1024))
    with pytest.raises(RequestRejected, match="split it"):
        story.do(story.core.append_audio, bytes(15 * 1024 * 1024 + 1))


def test_sound_that_was_never_sent_cannot_be_committed() -> None:
    """What was given up on its way out counts no more."""
    story = quiet()
    story.do(story.core.append_audio, sound(150))
    story.core.forget_audio(len(sound(100)))
    with pytest.raises(RequestRejected, match="there are 50 ms"):
        story.core.commit_audio(0.0)


def test_a_commit_needs_100_ms_of_sound() -> None:
    """A shorter one is refused without asking the server; committed sound does not count again."""
    story = quiet()
    story.do(story.core.append_audio, sound(99))
    with pytest.raises(RequestRejected, match="99 ms"):
        story.do(story.core.commit_audio)
    story.do(story.core.append_audio, sound(1))
    assert len(story.sent(InputAudioBufferCommit, story.do(story.core.commit_audio))) == 1
    with pytest.raises(RequestRejected):
        story.do(story.core.commit_audio)
    story.do(story.core.append_audio, sound(500))
    assert len(story.sent(InputAudioBufferClear, story.do(story.core.clear_audio))) == 1
    with pytest.raises(RequestRejected):
        story.do(story.core.commit_audio)


def test_a_commit_by_hand_is_awaited_and_owes_no_response() -> None:
    """After a manual commit, only the transcript is due."""
    story = quiet()
    story.do(story.core.append_audio, sound(200))
    story.do(story.core.commit_audio)
    assert not story.core.is_idle
    story.commits("u1", None)
    assert story.core.awaiting == ("the transcript of u1",)
    story.transcribes("u1", "Hello")
    assert story.core.is_idle


def test_a_commit_by_hand_beside_server_turns_owes_no_response() -> None:
    """The server answers its own commits, not ours."""
    story = Story()
    story.do(story.core.append_audio, sound(200))
    story.do(story.core.commit_audio)
    story.commits("u1", None)
    story.transcribes("u1", "Hello")
    assert story.core.is_idle


# --- Barge-in --------------------------------------------------------------------------------


def test_speech_stops_the_speaker_first_and_truncates_to_what_was_heard() -> None:
    """The order is: stop, tell; then truncate to whole milliseconds that were played."""
    story = Story()
    story.speaks("u1")
    story.answers("r1", "a1", "one two three four", 1000)
    assert story.server("input_audio_buffer.speech_started", item_id="u2", audio_start_ms=3000) == [
        StopPlayback(cause="speech_started"),
        SpeechStarted(item_id="u2", audio_start_ms=3000),
    ]
    out = story.do(story.core.playback_stopped, 400 * FRAMES_PER_MS + 23)
    (truncate,) = story.sent(ConversationItemTruncate, out)
    assert (truncate.item_id, truncate.content_index, truncate.audio_end_ms) == ("a1", 0, 400)
    assert out[1] == PlaybackInterrupted(item_id="a1", played_ms=400, received_ms=1000)


def test_without_a_sink_nothing_is_stopped_or_truncated() -> None:
    """What was generated counts as heard, and says that this is assumed."""
    story = Story(plays_audio=False)
    story.speaks("u1")
    story.transcribes("u1", "Go on")
    story.answers("r1", "a1", "one two three four", 1000)
    story.server("input_audio_buffer.speech_started", item_id="u2", audio_start_ms=3000)
    assert story.of(StopPlayback) == []
    (turn,) = story.turns
    assert turn.assistant is not None
    heard = turn.assistant.heard
    assert (heard.text, heard.certainty) == ("one two three four", "assumed")


def test_speech_that_does_not_interrupt_leaves_the_speaker_alone() -> None:
    """``interrupt_response=False`` means neither stop nor truncation, but the speech is told."""
    detection = {"type": "server_vad", "interrupt_response": False}
    session = {"type": "realtime", "id": "s", "audio": {"input": {"turn_detection": detection}}}
    story = Story(ready=False)
    story.server("session.created", session=session)
    story.server("session.updated", session=session)
    story.speaks("u1")
    story.begins("r1")
    story.opens("r1", assistant("a1"))
    story.says("r1", "a1", "one", 100)
    out = story.server("input_audio_buffer.speech_started", item_id="u2", audio_start_ms=1)
    assert out == [SpeechStarted(item_id="u2", audio_start_ms=1)]
    assert len(story.of(AudioChunk, story.says("r1", "a1", " two", 100))) == 1


def test_speech_without_its_fields_still_interrupts() -> None:
    """A missing or null field never costs the user a barge-in."""
    story = Story()
    story.answers("r1", "a1", "one", 100)
    out = story.server("input_audio_buffer.speech_started", item_id=None, audio_start_ms=None)
    assert out == [
        StopPlayback(cause="speech_started"),
        SpeechStarted(item_id="", audio_start_ms=0),
    ]
    story.commits("u2", "a1")
    (update,) = story.of(TranscriptUpdate, story.transcribes("u2", "Stop"))
    assert (update.item_id, update.audio_start_ms) == ("u2", None)


def test_an_item_of_which_nothing_was_heard_is_deleted() -> None:
    """Truncating at 0 ms is an error at the server, so the item goes."""
    story = Story()
    story.speaks("u1")
    story.answers("r1", "a1", "one", 100)
    story.server("input_audio_buffer.speech_started", item_id="u2", audio_start_ms=3000)
    out = story.do(story.core.playback_stopped, 0)
    assert [one.item_id for one in story.sent(ConversationItemDelete, out)] == ["a1"]
    assert story.sent(ConversationItemTruncate, out) == []


def test_an_item_that_was_heard_to_its_end_is_left_alone() -> None:
    """One frame less than everything is an interruption; everything is none."""
    story = Story()
    story.speaks("u1")
    story.answers("r1", "a1", "one", 100)
    story.server("input_audio_buffer.speech_started", item_id="u2", audio_start_ms=3000)
    assert story.do(story.core.playback_stopped, 100 * FRAMES_PER_MS) == []


def test_every_unheard_item_is_cut_and_not_only_the_last() -> None:
    """Several items may wait for the speaker: the first is truncated, the others are deleted."""
    story = Story()
    story.speaks("u1")
    story.begins("r1")
    for item_id in ("a1", "a2", "a3"):
        story.opens("r1", assistant(item_id))
        story.says("r1", item_id, "words", 1000)
        story.closes("r1", assistant(item_id, "words", "completed"))
    story.ends("r1")
    story.server("input_audio_buffer.speech_started", item_id="u2", audio_start_ms=3000)
    out = story.do(story.core.playback_stopped, 1500 * FRAMES_PER_MS)
    (truncate,) = story.sent(ConversationItemTruncate, out)
    assert (truncate.item_id, truncate.audio_end_ms) == ("a2", 500)
    assert [one.item_id for one in story.sent(ConversationItemDelete, out)] == ["a3"]
    assert [one.item_id for one in story.of(PlaybackInterrupted, out)] == ["a2", "a3"]


def test_sound_that_comes_after_the_interruption_is_not_played() -> None:
    """The server has sent it already; it counts as generated and never as heard."""
    story = Story()
    story.speaks("u1")
    story.transcribes("u1", "Go on")
    story.begins("r1")
    story.opens("r1", assistant("a1"))
    story.says("r1", "a1", "one two three four", 1000)
    story.server("input_audio_buffer.speech_started", item_id="u2", audio_start_ms=3000)
    story.do(story.core.playback_stopped, 500 * FRAMES_PER_MS)
    assert story.of(AudioChunk, story.says("r1", "a1", "", 1000)) == []
    out = story.ends("r1", "cancelled", "turn_detected")
    assert story.sent(ConversationItemTruncate, out) == []
    (turn,) = story.turns
    assert turn.assistant is not None
    heard = turn.assistant.heard
    assert (heard.played_ms, heard.generated_ms, heard.text) == (500, 2000, "one")
    assert (heard.unheard, heard.certainty) == ("two three four", "estimated")
    assert turn.assistant.status is TranscriptStatus.INTERRUPTED
    assert story.core.statistics.muted_frames == 1000 * FRAMES_PER_MS


def test_a_barge_in_before_the_first_sound_deletes_the_item() -> None:
    """Nothing plays, so nothing is stopped; but the server shall not remember unheard words."""
    story = Story()
    story.speaks("u1")
    story.begins("r1")
    story.opens("r1", assistant("a1"))
    out = story.server("input_audio_buffer.speech_started", item_id="u2", audio_start_ms=3000)
    assert out == [SpeechStarted(item_id="u2", audio_start_ms=3000)]
    story.says("r1", "a1", "too late", 100)
    out = story.ends("r1", "cancelled", "turn_detected")
    assert [one.item_id for one in story.sent(ConversationItemDelete, out)] == ["a1"]
    assert story.of(AudioChunk) == []


def test_an_item_that_was_cut_between_two_pieces_is_truncated_at_its_end() -> None:
    """All that came had been played when the user spoke; more came too late."""
    story = Story()
    story.speaks("u1")
    story.begins("r1")
    story.opens("r1", assistant("a1"))
    story.says("r1", "a1", "one", 100)
    story.do(story.core.playback_progress, 100 * FRAMES_PER_MS)
    story.server("input_audio_buffer.speech_started", item_id="u2", audio_start_ms=3000)
    story.says("r1", "a1", " two", 100)
    out = story.ends("r1", "cancelled", "turn_detected")
    (truncate,) = story.sent(ConversationItemTruncate, out)
    assert truncate.audio_end_ms == 100
    assert story.of(PlaybackInterrupted, out) == [
        PlaybackInterrupted(item_id="a1", played_ms=100, received_ms=200)
    ]


def test_a_second_barge_in_counts_from_the_first_one() -> None:
    """After a stop, playing goes on at the frame that was reported."""
    story = Story()
    story.speaks("u1")
    story.answers("r1", "a1", "one", 1000)
    story.speaks("u2", start_ms=2000, end_ms=3000)
    story.do(story.core.playback_stopped, 300 * FRAMES_PER_MS)
    story.answers("r2", "a2", "two", 1000)
    story.speaks("u3", start_ms=4000, end_ms=5000)
    out = story.do(story.core.playback_stopped, 500 * FRAMES_PER_MS)
    (truncate,) = story.sent(ConversationItemTruncate, out)
    assert (truncate.item_id, truncate.audio_end_ms) == ("a2", 200)
    assert len(story.of(StopPlayback)) == 2


def test_sound_that_follows_a_stop_that_was_not_reported_yet_is_played() -> None:
    """A new answer belongs behind the stop, wherever that turns out to have been."""
    story = Story()
    story.answers("r1", "a1", "one", 1000)
    story.speaks("u2")
    story.begins("r2")
    story.opens("r2", assistant("a2"))
    assert len(story.of(AudioChunk, story.says("r2", "a2", "two", 1000))) == 1
    story.do(story.core.playback_stopped, 300 * FRAMES_PER_MS)
    story.do(story.core.interrupt)
    out = story.do(story.core.playback_stopped, 350 * FRAMES_PER_MS)
    (truncate,) = story.sent(ConversationItemTruncate, out)
    assert (truncate.item_id, truncate.audio_end_ms) == ("a2", 50)


def test_interrupt_cancels_by_id_stops_and_drops_what_waits() -> None:
    """The application's own interruption does everything that the server does on speech."""
    story = quiet()
    story.do(story.core.create_response, event_id="ask1")
    (create,) = story.sent(ResponseCreate)
    metadata = {"client_event_id": create.event_id}
    story.begins("r1", metadata=metadata)
    story.opens("r1", assistant("a1"))
    story.says("r1", "a1", "one", 100)
    assert story.do(story.core.create_response, event_id="ask2") == []
    out = story.do(story.core.interrupt)
    (cancel,) = story.sent(ResponseCancel, out)
    assert cancel.response_id == "r1"
    assert out[1] == StopPlayback(cause="interrupt")
    assert [one.event_id for one in story.of(RequestFailed, out)] == ["ask2"]
    assert story.of(AudioChunk, story.says("r1", "a1", " two", 100)) == []
    assert story.do(story.core.interrupt) == []
    story.do(story.core.playback_stopped, 0)
    story.ends("r1", "cancelled", "client_cancelled")
    assert story.core.is_idle


def test_interrupt_before_the_response_exists_cancels_it_when_it_is_born() -> None:
    """A response that nobody wants any more is cancelled by its id and never heard."""
    story = quiet()
    story.do(story.core.create_response, event_id="ask1")
    assert story.do(story.core.interrupt) == []
    out = story.begins("r1", metadata={"client_event_id": "ask1"})
    assert [one.event_ids for one in story.of(ResponseStarted, out)] == [("ask1",)]
    assert [one.response_id for one in story.sent(ResponseCancel, out)] == ["r1"]
    story.opens("r1", assistant("a1"))
    assert story.of(AudioChunk, story.says("r1", "a1", "one", 100)) == []


def test_interrupt_when_nothing_runs_does_nothing() -> None:
    """It is safe to call at any time."""
    assert quiet().do(quiet().core.interrupt) == []


# --- Asking ----------------------------------------------------------------------------------


def test_a_message_is_sent_with_a_request_for_an_answer() -> None:
    """Item first, request second; without ``respond``, the item alone."""
    story = quiet()
    out = story.do(story.core.send_message, "Hello")
    assert [type(one) for one in (story.sent(object, out))] == [
        ConversationItemCreate,
        ResponseCreate,
    ]
    assert [len(story.do(story.core.send_message, "And?", respond=False))] == [1]


def test_requests_wait_for_their_turn_and_are_merged() -> None:
    """While a response runs, all that ask for the same become one request behind it."""
    story = quiet()
    story.do(story.core.create_response, event_id="ask1")
    story.begins("r1", metadata={"client_event_id": "ask1"})
    assert story.do(story.core.create_response, event_id="ask2") == []
    assert story.do(story.core.create_response, event_id="ask3") == []
    params = RealtimeResponseCreateParams(instructions="Sing.")
    assert story.do(story.core.create_response, params=params, event_id="ask4") == []
    (create,) = story.sent(ResponseCreate, story.ends("r1"))
    assert create.event_id == "ask2"
    out = story.begins("r2", metadata={"client_event_id": "ask2"})
    assert story.of(ResponseStarted, out) == [
        ResponseStarted(response_id="r2", out_of_band=False, event_ids=("ask2", "ask3"))
    ]
    (create,) = story.sent(ResponseCreate, story.ends("r2"))
    assert create.response is not None
    assert create.response.instructions == "Sing."


def test_a_lost_race_is_run_once_more_and_not_shown() -> None:
    """The server's own response came first: the request is repeated when that has ended."""
    story = quiet()
    story.do(story.core.create_response, event_id="ask1")
    story.begins("r0", metadata={"client_event_id": "somebody else's"})
    out = story.fails("conversation_already_has_active_response", "ask1")
    assert story.of(RequestFailed, out) == []
    (again,) = story.sent(ResponseCreate, story.ends("r0"))
    assert again.event_id != "ask1"
    out = story.begins("r1", metadata={"client_event_id": again.event_id})
    assert [one.event_ids for one in story.of(ResponseStarted, out)] == [("ask1",)]


def test_a_race_that_is_lost_twice_is_told() -> None:
    """There is one second attempt."""
    story = quiet()
    story.do(story.core.create_response, event_id="ask1")
    for _ in range(2):
        story.begins(f"r{story.now}", metadata={"client_event_id": "x"})
        out = story.fails(
            "conversation_already_has_active_response", story.sent(ResponseCreate)[-1].event_id
        )
        story.ends(f"r{story.now}")
        story.now += 1
    assert [one.event_id for one in story.of(RequestFailed, out)] == ["ask1"]
    assert story.core.is_idle


def test_the_servers_own_response_is_not_ours() -> None:
    """A request that meets the server's answer to speech waits behind it."""
    story = Story()
    story.speaks("u1")
    story.transcribes("u1", "Hello")
    assert story.do(story.core.create_response, event_id="ask1") == []
    out = story.begins("r1")
    assert [one.event_ids for one in story.of(ResponseStarted, out)] == [()]
    (create,) = story.sent(ResponseCreate, story.ends("r1"))
    assert create.event_id == "ask1"


def test_a_server_that_returns_no_metadata_is_understood() -> None:
    """Then order decides: what was asked for is what begins."""
    story = quiet()
    story.do(story.core.create_response, event_id="ask1")
    out = story.begins("r1")
    assert [one.event_ids for one in story.of(ResponseStarted, out)] == [("ask1",)]


def test_a_response_outside_of_the_conversation_bypasses_everything() -> None:
    """It runs beside the main one, and its words and sound mix with nothing."""
    story = quiet()
    story.do(story.core.create_response, event_id="ask1")
    story.begins("r1", metadata={"client_event_id": "ask1"})
    params = RealtimeResponseCreateParams(conversation="none", metadata={"topic": "mood"})
    (create,) = story.sent(
        ResponseCreate, story.do(story.core.create_response, params=params, event_id="ask2")
    )
    assert create.response is not None
    assert create.response.metadata == {"topic": "mood", "client_event_id": "ask2"}
    out = story.begins("o1", metadata={"client_event_id": "ask2"}, conversation_id=None)
    assert out == [ResponseStarted(response_id="o1", out_of_band=True, event_ids=("ask2",))]
    assert story.writes("o1", "x1", "Happy") == []
    (chunk,) = story.of(AudioChunk, story.says("o1", "x2", "ha", 20))
    assert chunk.out_of_band
    story.do(story.core.interrupt)
    assert story.of(AudioChunk, story.says("o1", "x2", "", 20))
    assert story.of(StopPlayback) == []
    (finished,) = story.of(ResponseFinished, story.ends("o1"))
    assert (finished.out_of_band, finished.text) == (True, "Happy ha")
    story.ends("r1", "cancelled", "client_cancelled")
    assert [turn.assistant and turn.assistant.response_ids for turn in story.turns] == [("r1",)]


def test_a_refused_request_is_told_to_everybody_who_waits() -> None:
    """One refusal, every caller."""
    story = quiet()
    story.do(story.core.create_response, event_id="ask1")
    story.begins("r1", metadata={"client_event_id": "ask1"})
    story.do(story.core.create_response, event_id="ask2")
    story.do(story.core.create_response, event_id="ask3")
    story.ends("r1")
    out = story.fails("invalid_value", "ask2")
    assert [one.event_id for one in story.of(RequestFailed, out)] == ["ask2", "ask3"]
    assert story.core.is_idle


def test_a_request_that_the_server_ignores_is_given_up() -> None:
    """Nothing is awaited for ever."""
    story = quiet()
    story.do(story.core.create_response, event_id="ask1")
    assert story.wait(9.9) == []
    out = story.wait(0.2)
    assert [(one.event_id, one.code) for one in story.of(RequestFailed, out)] == [
        ("ask1", "timed_out")
    ]
    assert story.core.is_idle


def test_speech_drops_requests_that_the_server_will_answer_anyway() -> None:
    """The user's new turn is answered by the server itself."""
    story = Story()
    story.speaks("u1")
    story.begins("r1")
    story.do(story.core.create_response, event_id="ask1")
    out = story.server("input_audio_buffer.speech_started", item_id="u2", audio_start_ms=9)
    assert [(one.event_id, one.code) for one in story.of(RequestFailed, out)] == [
        ("ask1", "interrupted")
    ]


# --- Tools -----------------------------------------------------------------------------------


def test_a_call_is_made_once_and_its_answer_lets_the_model_go_on() -> None:
    """Three events report a call; two calls of one response lead to one answer."""
    story = quiet()
    story.do(story.core.send_message, "Weather?")
    story.adds(typed("u1", "Weather?"), None)
    (create,) = story.sent(ResponseCreate)
    story.begins("r1", metadata={"client_event_id": create.event_id})
    for number in (1, 2):
        story.opens("r1", call_item(f"f{number}", f"call{number}", status="in_progress"))
        story.server(
            "response.function_call_arguments.done",
            response_id="r1",
            item_id=f"f{number}",
            output_index=0,
            call_id=f"call{number}",
            name="look",
            arguments="{}",
        )
        story.closes("r1", call_item(f"f{number}", f"call{number}"))
    assert [one.call_id for one in story.of(CallTool)] == ["call1", "call2"]
    out = story.do(story.core.tool_finished, "call1", "foggy")
    assert [type(one) for one in story.sent(object, out)] == [ConversationItemCreate]
    out = story.ends("r1", output=[call_item("f1", "call1"), call_item("f2", "call2")])
    assert story.of(CallTool, out) == []
    assert story.core.awaiting[0] == "the output of the tool look"
    out = story.do(story.core.tool_finished, "call2", "cold")
    assert [type(one) for one in story.sent(object, out)] == [
        ConversationItemCreate,
        ResponseCreate,
    ]
    for number, output in ((1, "foggy"), (2, "cold")):
        item = {
            "id": f"o{number}",
            "type": "function_call_output",
            "call_id": f"call{number}",
            "output": output,
        }
        story.adds(item, story.core.items[-1])
    create = story.sent(ResponseCreate)[-1]
    story.answers("r2", "a1", "Foggy.", metadata={"client_event_id": create.event_id})
    story.do(story.core.playback_progress, 1000 * FRAMES_PER_MS)
    (turn,) = story.turns
    assert [(call.name, call.output) for call in turn.tool_calls] == [
        ("look", "foggy"),
        ("look", "cold"),
    ]
    assert turn.assistant is not None
    assert turn.assistant.response_ids == ("r1", "r2")
    assert (turn.user and turn.user.text, turn.assistant.text) == ("Weather?", "Foggy.")
    assert turn.complete
    assert story.core.is_idle


def test_a_tool_that_ends_first_waits_for_its_response() -> None:
    """The model goes on only when its response has ended."""
    story = quiet()
    story.begins("r1")
    story.opens("r1", call_item("f1", "call1", status="in_progress"))
    story.closes("r1", call_item("f1", "call1"))
    out = story.do(story.core.tool_finished, "call1", "done")
    assert story.sent(ResponseCreate, out) == []
    assert len(story.sent(ResponseCreate, story.ends("r1"))) == 1


@pytest.mark.parametrize("call_id", ["nobody's", "call1"])
def test_an_answer_nobody_asked_for_is_refused(call_id: str) -> None:
    """Unknown calls, and calls that were answered, are mistakes of the caller."""
    story = quiet()
    story.begins("r1")
    story.closes("r1", call_item("f1", "call1"))
    story.do(story.core.tool_finished, "call1", "done")
    with pytest.raises(RequestRejected, match=call_id):
        story.do(story.core.tool_finished, call_id, "done")


def test_an_output_that_the_application_sends_itself_answers_the_call() -> None:
    """Then it is up to the application to ask for the answer."""
    story = quiet()
    story.begins("r1")
    story.closes("r1", call_item("f1", "call1"))
    story.ends("r1")
    item = RealtimeConversationItemFunctionCallOutput(call_id="call1", output="done")
    out = story.do(story.core.create_item, item)
    assert story.sent(ResponseCreate, out) == []
    story.adds({"id": "o1", "type": "function_call_output", "call_id": "call1", "output": ""}, None)
    assert story.core.is_idle


def test_an_incomplete_call_is_not_made() -> None:
    """A cancelled response leaves half a call behind."""
    story = quiet()
    story.begins("r1")
    story.closes("r1", call_item("f1", "call1", status="incomplete"))
    story.ends("r1", "cancelled", output=[call_item("f1", "call1", status="incomplete")])
    assert story.of(CallTool) == []


def test_an_item_can_be_put_first() -> None:
    """``root`` is the first place; the server confirms it with a null predecessor."""
    story = quiet()
    story.adds(typed("u1", "one"), None)
    item = RealtimeConversationItemFunctionCallOutput(call_id="c", output="o")
    out = story.do(story.core.create_item, item, previous_item_id="root")
    assert [one.previous_item_id for one in story.sent(ConversationItemCreate, out)] == ["root"]
    story.adds({"id": "o1", "type": "function_call_output", "call_id": "c", "output": "o"}, None)
    assert story.core.items == ("o1", "u1")


# --- Ends ------------------------------------------------------------------------------------


def test_the_end_settles_everything_that_is_open() -> None:
    """Texts, responses, requests and turns all end, and nothing is sent any more."""
    story = Story()
    story.speaks("u1")
    story.begins("r1")
    story.opens("r1", assistant("a1"))
    story.says("r1", "a1", "one two", 1000)
    story.do(story.core.create_response, event_id="ask1")
    out = story.do(story.core.finish, reason="stopped")
    assert [(one.item_id, one.status) for one in story.of(TranscriptUpdate, out)] == [
        ("u1", TranscriptStatus.TIMED_OUT),
        ("a1", TranscriptStatus.INTERRUPTED),
    ]
    assert [(one.status, one.reason) for one in story.of(ResponseFinished, out)] == [
        ("cancelled", "stopped")
    ]
    assert [one.event_id for one in story.of(RequestFailed, out)] == ["ask1"]
    (turn,) = story.turns
    assert (turn.complete, turn.user and turn.user.error) == (False, "stopped")
    assert story.of(Send, out) == []
    assert story.core.is_idle
    assert story.core.turns == (turn,)
    assert story.answers("r2", "a2", "late") == []
    assert story.core.next_deadline() is None


def test_speech_that_never_became_an_item_is_told_at_the_end() -> None:
    """What the recogniser had written is not lost."""
    story = Story()
    story.server("input_audio_buffer.speech_started", item_id="u1", audio_start_ms=0)
    story.server(
        "conversation.item.input_audio_transcription.delta", item_id="u1", delta="I was just"
    )
    story.do(story.core.finish, reason="connection_lost")
    (turn,) = story.turns
    assert turn.user is not None
    assert (turn.user.text, turn.user.status) == ("I was just", TranscriptStatus.TIMED_OUT)
    assert not turn.complete


def test_a_new_connection_starts_over_with_the_whole_configuration() -> None:
    """What was open ends; the next ``session.created`` gets the update again."""
    story = Story()
    story.speaks("u1")
    story.do(story.core.connection_lost, "reset")
    assert len(story.turns) == 1
    assert story.core.awaiting == ("the session to be ready",)
    assert story.do(story.core.connection_restored) == []
    session = {"type": "realtime", "id": "sess2"}
    assert len(story.sent(SessionUpdate, story.server("session.created", session=session))) == 1
    story.server("session.updated", session=session)
    assert story.core.session_id == "sess2"
    story.speaks("u2")
    story.transcribes("u2", "Again")
    story.answers("r2", "a2", "Hello")
    story.do(story.core.playback_progress, 1000 * FRAMES_PER_MS)
    assert [turn.index for turn in story.turns] == [0, 1]


def test_usage_adds_up_by_kind() -> None:
    """Tokens of responses and seconds of transcription are kept apart."""
    story = Story()
    story.speaks("u1")
    story.transcribes("u1", "Hello")
    usage = {"total_tokens": 30, "input_tokens": 10, "output_tokens": 20}
    story.begins("r1")
    story.ends("r1", usage=usage)
    story.begins("r2")
    story.ends("r2", usage=usage)
    assert story.core.usage == {
        "total_tokens": 60,
        "input_tokens": 20,
        "output_tokens": 40,
        "transcription_seconds": 1,
    }


def test_inputs_are_not_changed() -> None:
    """The parameters of a request stay as they were given."""
    metadata = {"topic": "mood"}
    params = RealtimeResponseCreateParams(metadata=metadata)
    story = quiet()
    story.do(story.core.create_response, params=params)
    assert metadata == {"topic": "mood"}
    assert params.metadata is metadata


def test_user_helper_items_are_spoken() -> None:
    """Sound that was sent as an item is written down like speech."""
    story = quiet()
    story.adds(user("u1"), None)
    assert story.core.awaiting == ("the transcript of u1",)
    story.adds(user("u2", "Known already"), "u1")
    assert story.core.awaiting == ("the transcript of u1",)
