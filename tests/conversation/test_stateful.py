"""The core alone, fed with any events in any order: nothing escapes, and the rules still hold."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from realtime_voice import events
from realtime_voice.codec import structure_server_event
from realtime_voice.conversation import (
    AudioChunk,
    CallTool,
    Conversation,
    Outcome,
    ResponseFinished,
    ResponseStarted,
    Send,
    TranscriptStatus,
    TranscriptUpdate,
    TurnCompleted,
)
from realtime_voice.errors import RequestRejected
from realtime_voice.events import (
    ConversationItemTruncate,
    MalformedServerEvent,
    RealtimeResponseCreateParams,
    ResponseCreate,
    ServerEvent,
    UnknownServerEvent,
)
from tests.conversation.story import CONFIG, assistant, call_item, typed, user

_ITEMS = ("i1", "i2", "i3", "i4", "")
_RESPONSES = ("r1", "r2", "r3", "")
_REVISABLE = {TranscriptStatus.TIMED_OUT, TranscriptStatus.DISABLED, TranscriptStatus.FAILED}

item_ids = st.sampled_from(_ITEMS)
response_ids = st.sampled_from(_RESPONSES)
texts = st.sampled_from(["", "one", "one two", "three"])
statuses = st.sampled_from(["completed", "incomplete", "in_progress"])


@st.composite
def items(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a conversation item, sometimes of a kind that nobody knows, or without an id."""
    item_id = draw(item_ids)
    made: dict[str, Any] = draw(
        st.sampled_from(
            [
                user(item_id, draw(st.none() | texts)),
                typed(item_id, draw(texts)),
                assistant(item_id, draw(st.none() | texts), draw(statuses)),
                assistant(item_id, draw(texts), draw(statuses), written=True),
                call_item(item_id, draw(st.sampled_from(["c1", "c2", ""])), status=draw(statuses)),
                {"id": item_id, "type": "function_call_output", "call_id": "c1", "output": "x"},
                {"id": item_id, "type": "message", "role": "system", "content": []},
                {"id": item_id, "type": "telepathy"},
            ]
        )
    )
    return {key: value for key, value in made.items() if key != "id" or value}


def _event(kind: str, **fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Draw an event with these fields, some of which may be null or missing."""
    return st.fixed_dictionaries(
        {"type": st.just(kind)},
        optional={name: value | st.none() for name, value in fields.items()},
    )


where = {"response_id": response_ids, "item_id": item_ids, "content_index": st.integers(0, 1)}
sound = {**where, "delta": st.sampled_from(["", "AAAA", "AAAAAAAA", "AAAAAA=="])}
responses = st.fixed_dictionaries(
    {},
    optional={
        "id": response_ids | st.none(),
        "status": st.sampled_from(["completed", "cancelled", "failed", "incomplete", "odd"]),
        "conversation_id": st.sampled_from(["conv", None]),
        "metadata": st.sampled_from([None, {}, {"client_event_id": "id3"}]),
        "output": st.lists(items(), max_size=2),
        "output_modalities": st.sampled_from([["text"], ["audio"]]),
        "usage": st.sampled_from([None, {"total_tokens": 3}]),
        "status_details": st.sampled_from(
            [None, {"error": {"code": "server_error"}}, {"reason": "turn_detected"}]
        ),
    },
)
errors = st.fixed_dictionaries(
    {"type": st.just("invalid_request_error"), "message": st.just("no")},
    optional={
        "code": st.sampled_from(
            [
                "conversation_already_has_active_response",
                "response_cancel_not_active",
                "invalid_value",
                "insufficient_quota",
                None,
            ]
        ),
        "event_id": st.sampled_from([*(f"id{n}" for n in range(1, 9)), "append_1", "?", None]),
    },
)
session = st.fixed_dictionaries(
    {"type": st.just("realtime")},
    optional={
        "id": st.just("sess"),
        "audio": st.sampled_from(
            [
                None,
                {"input": {"turn_detection": None, "transcription": None}},
                {"input": {"turn_detection": {"type": "semantic_vad"}}},
                {"output": {"format": {"type": "audio/pcmu"}}},
            ]
        ),
    },
)
_VOICE = "input_audio_buffer"
_WORDS = "conversation.item.input_audio_transcription"
wire_events = st.one_of(
    _event("session.created", session=session),
    _event("session.updated", session=session),
    _event(f"{_VOICE}.speech_started", item_id=item_ids, audio_start_ms=st.integers(0, 9)),
    _event(f"{_VOICE}.speech_stopped", item_id=item_ids, audio_end_ms=st.integers(0, 9)),
    _event(f"{_VOICE}.committed", item_id=item_ids, previous_item_id=item_ids),
    _event(f"{_VOICE}.timeout_triggered", item_id=item_ids),
    _event(f"{_VOICE}.cleared"),
    _event("conversation.item.added", item=items(), previous_item_id=item_ids),
    _event("conversation.item.created", item=items(), previous_item_id=item_ids),
    _event("conversation.item.done", item=items(), previous_item_id=item_ids),
    _event("conversation.item.retrieved", item=items()),
    _event("conversation.item.deleted", item_id=item_ids),
    _event("conversation.item.truncated", item_id=item_ids),
    _event(f"{_WORDS}.delta", item_id=item_ids, delta=texts),
    _event(f"{_WORDS}.completed", item_id=item_ids, transcript=texts),
    _event(f"{_WORDS}.failed", item_id=item_ids, error=st.just({"code": "odd"})),
    _event("response.created", response=responses),
    _event("response.done", response=responses),
    _event("response.output_item.added", response_id=response_ids, item=items()),
    _event("response.output_item.done", response_id=response_ids, item=items()),
    _event("response.content_part.added", **where, part=st.just({"type": "audio"})),
    _event("response.content_part.done", **where, part=st.just({"type": "text", "text": "x"})),
    _event("response.output_text.delta", **where, delta=texts),
    _event("response.output_text.done", **where, text=texts),
    _event("response.output_audio_transcript.delta", **where, delta=texts),
    _event("response.output_audio_transcript.done", **where, transcript=texts),
    _event("response.output_audio.delta", **sound),
    _event("response.output_audio.done", **where),
    _event("response.function_call_arguments.done", **where),
    _event("rate_limits.updated", rate_limits=st.just([])),
    _event("error", error=errors),
    st.sampled_from([{"type": kind} for kind in events.SERVER_EVENTS]),
    st.just({"type": "nobody.knows"}),
)
actions = st.one_of(
    st.tuples(st.just("wait"), st.sampled_from([0.1, 3.0, 11.0])),
    st.tuples(st.just("create_response"), st.sampled_from([None, "none", "auto"])),
    st.tuples(st.just("send_message"), texts),
    st.tuples(st.just("interrupt"), st.none()),
    st.tuples(st.just("playback_stopped"), st.integers(0, 12)),
    st.tuples(st.just("playback_progress"), st.integers(0, 12)),
    st.tuples(st.just("tool_finished"), st.sampled_from(["c1", "c2"])),
    st.tuples(st.just("clear_audio"), st.none()),
    st.tuples(st.just("connection_lost"), st.none()),
    st.tuples(st.just("update"), st.none()),
)
steps = st.lists(wire_events | wire_events | actions, max_size=40)


class Watcher:
    """Feeds the core and checks what comes out."""

    def __init__(self, *, plays_audio: bool) -> None:
        self.now = 0.0
        self.ids = 0
        self.core = Conversation(CONFIG, new_id=self.new_id, plays_audio=plays_audio)
        self.finals: dict[tuple[str, str | None, str, int], TranscriptUpdate] = {}
        self.running: set[str] = set()
        self.calls: set[str] = set()
        self.turn_items: set[str] = set()
        self.turns = 0
        self.lost = False

    def new_id(self) -> str:
        """Make an id."""
        self.ids += 1
        return f"id{self.ids}"

    def act(self, name: str, value: Any) -> None:
        """Call a method of the core."""
        core = self.core
        match name:
            case "wait":
                self.wait(value)
            case "create_response":
                params = value and RealtimeResponseCreateParams(conversation=value)
                self.check(core.create_response(self.now, params=params))
            case "interrupt" | "clear_audio":
                self.check(getattr(core, name)(self.now))
            case "tool_finished":
                try:
                    self.check(core.tool_finished(value, "out", self.now))
                except RequestRejected:
                    return
            case "connection_lost":
                self.check(core.connection_lost("reset", self.now))
                self.check(core.connection_restored(self.now))
            case "update":
                self.check(core.update(CONFIG.only("transcription"), self.now))
            case _:
                self.check(getattr(core, name)(value, self.now))

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        end = self.now + seconds
        while (due := self.core.next_deadline()) is not None and due <= end:
            self.now = max(due, self.now)
            self.check(self.core.deadline(self.now))
            later = self.core.next_deadline()
            assert later is None or later > self.now, "a deadline that nothing is done about"
        self.now = end

    def check_deadline(self) -> None:
        """What is remembered of deadlines is what looking at everything gives."""
        remembered = self.core.next_deadline()
        self.core._core.moved = True
        assert self.core.next_deadline() == remembered

    def check(self, outcomes: list[Outcome]) -> None:
        """Check the outcomes of one step."""
        self.check_deadline()
        for outcome in outcomes:
            match outcome:
                case Send(event=ResponseCreate() as event):
                    outside = event.response and event.response.conversation == "none"
                    assert outside or self.core._core.slot.in_flight is not None
                case Send(event=ConversationItemTruncate() as event):
                    received = self.core._core.ledger.get(event.item_id)
                    assert received is not None
                    assert 1 <= event.audio_end_ms <= received.received
                case TranscriptUpdate():
                    self.check_text(outcome)
                case AudioChunk():
                    assert len(outcome.data) % outcome.format.frame_bytes == 0
                case CallTool():
                    assert outcome.call_id not in self.calls
                    self.calls.add(outcome.call_id)
                case ResponseStarted():
                    assert outcome.response_id not in self.running
                    self.running.add(outcome.response_id)
                case ResponseFinished():
                    self.running.remove(outcome.response_id)
                case TurnCompleted():
                    self.check_turn(outcome)
                case _:
                    pass

    def check_text(self, update: TranscriptUpdate) -> None:
        """A final text changes only when it was given up before."""
        key = (update.role, update.response_id, update.item_id, update.content_index)
        before = self.finals.get(key)
        if before is not None and update.item_id:
            assert before.status in _REVISABLE
            assert update.final
        if update.final:
            self.finals[key] = update

    def check_turn(self, told: TurnCompleted) -> None:
        """Turns are numbered, and no item is in two of them."""
        turn = told.turn
        assert turn.index == self.turns
        self.turns += 1
        user_ids = () if turn.user is None else turn.user.item_ids
        assistant_ids = () if turn.assistant is None else turn.assistant.item_ids
        assert self.turn_items.isdisjoint({*user_ids, *assistant_ids})
        self.turn_items.update(user_ids, assistant_ids)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=steps, plays_audio=st.booleans(), repeats=st.sets(st.integers(0, 39)))
def test_any_sequence_of_events(steps: list[Any], *, plays_audio: bool, repeats: set[int]) -> None:
    """No event raises, no deadline is empty, and time and the end settle everything."""
    watcher = Watcher(plays_audio=plays_audio)
    for index, step in enumerate(steps):
        if isinstance(step, tuple):
            watcher.act(*step)
            continue
        event: ServerEvent = structure_server_event({**step, "event_id": f"e{index}"})
        assert step["type"] == "nobody.knows" or not isinstance(event, UnknownServerEvent)
        watcher.check(watcher.core.receive(event, watcher.now))
        if index in repeats and not isinstance(event, MalformedServerEvent):
            assert watcher.core.receive(event, watcher.now) == []
    for call_id in watcher.calls:
        watcher.act("tool_finished", call_id)
    watcher.wait(300)
    assert watcher.core.next_deadline() is None
    awaiting = set(watcher.core.awaiting) - {"the session to be ready"}
    assert not awaiting or "the end of the user's speech" in awaiting
    watcher.check(watcher.core.finish(watcher.now, "stopped"))
    assert watcher.running == set()
    assert watcher.core._core.users.open() == []
    assert watcher.core._core.texts.open() == []
    told_kinds = {"user", "assistant", "function_call", "function_call_output"}
    assert told_kinds.isdisjoint(item.kind for item in watcher.core._core.items.untold())
    ready = ("the session to be ready",)
    assert watcher.core.awaiting in {(), ready}
