"""The core against the local server, driven at random, with rules that must hold at all times."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from realtime_voice.config import ServerVAD, SessionConfig, Transcription
from realtime_voice.conversation import (
    AudioChunk,
    Outcome,
    RequestFailed,
    ResponseFinished,
    ResponseStarted,
    Send,
    TranscriptStatus,
    TranscriptUpdate,
    TurnCompleted,
)
from realtime_voice.events import (
    ConversationItemTruncate,
    RealtimeResponseCreateParams,
    ResponseCreate,
)
from realtime_voice.testing import Call, Failure, Say, Write
from realtime_voice.testing._brain import Answer, AudioRequest, HeardSpeech
from tests.conversation.world import World
from tests.testing.harness import silence, speech

_REVISABLE = {TranscriptStatus.TIMED_OUT, TranscriptStatus.DISABLED, TranscriptStatus.FAILED}
_WORDS = ("yes", "go on please", "seven of clubs", "")


def _say(milliseconds: int) -> Say:
    return Say(text="well then " * max(1, milliseconds // 400), pcm=bytes(48 * milliseconds))


answers = st.lists(
    st.one_of(
        st.integers(100, 8000).map(_say),
        st.integers(3000, 8000).map(_say),
        st.integers(1, 30).map(_say),
        st.sampled_from(_WORDS[:3]).map(lambda text: Write(text=text)),
        st.just(Call(name="look", arguments="{}")),
        st.just(Failure(code="server_error", message="no luck")),
        st.just(Failure(code="max_output_tokens", message="", status="incomplete")),
    ),
    min_size=0,
    max_size=3,
)
utterances = st.builds(
    HeardSpeech,
    text=st.sampled_from(_WORDS),
    failure=st.sampled_from([None, None, None, ("audio_unintelligible", "what?")]),
    delay_s=st.sampled_from([0.0, 0.3, 2.0, 7.0]),
)
mostly = st.sampled_from([True, True, True, False])
delays = st.sampled_from([0.0, 0.01, 0.2, 1.0])


class Machine(RuleBasedStateMachine):
    """A user and an application that do anything at any time."""

    @initialize(
        data=st.data(),
        plays_audio=mostly,
        creates=mostly,
        interrupts=mostly,
        server_turns=mostly,
    )
    def start(
        self,
        data: st.DataObject,
        *,
        plays_audio: bool,
        creates: bool,
        interrupts: bool,
        server_turns: bool,
    ) -> None:
        """Open a session."""
        self.data = data
        self.finals: dict[tuple[str, str, int], TranscriptUpdate] = {}
        self.asked: dict[str, bool] = {}
        self.running: set[str] = set()
        self.positions: dict[tuple[str, int], int] = {}
        self.turn_items: set[str] = set()
        self.turns = 0
        detection = ServerVAD(create_response=creates, interrupt_response=interrupts)
        config = SessionConfig(
            transcription=Transcription(model="gpt-transcribe"),
            turn_detection=detection if server_turns else None,
        )
        self.world = World(
            config,
            hear=lambda: data.draw(utterances),
            answer=self._answer,
            delay=lambda: data.draw(delays),
            plays_audio=plays_audio,
        )
        self.world.on_outcome = self._check
        self.world.wait(10)

    def _answer(self, request: AudioRequest) -> list[Answer]:
        drawn: list[Answer] = self.data.draw(answers)
        if request.out_of_band:
            return [one for one in drawn if not isinstance(one, Call)]
        return drawn

    # --- What may happen ---------------------------------------------------------------------

    @rule(
        words=st.sampled_from(["one", "one two three four"]), quiet=st.sampled_from([0, 300, 900])
    )
    def speak(self, words: str, quiet: int) -> None:
        """The user says something."""
        self.world.speak(speech(words) + silence(quiet))

    @rule(seconds=st.sampled_from([0.0, 1.0, 4.0]))
    def take_turns(self, seconds: float) -> None:
        """The user says something and listens for a while."""
        self.world.speak(speech("one two") + silence(700))
        self.world.wait(seconds)

    @rule(seconds=st.sampled_from([0.3, 1.0, 3.0]), reports=st.booleans())
    def barge_in(self, seconds: float, *, reports: bool) -> None:
        """The user cuts in while the model speaks."""
        self.world.do(self.world.core.send_message, "Tell me all")
        self.world.wait(seconds)
        if reports:
            self.world.report()
        self.world.speak(speech("stop") + silence(100))

    @rule(seconds=st.sampled_from([0.05, 0.5, 3.0]))
    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.world.wait(seconds)

    @rule(respond=st.booleans())
    def write(self, *, respond: bool) -> None:
        """The user types something."""
        self.world.do(self.world.core.send_message, "Hello there", respond=respond)

    @rule()
    def ask(self) -> None:
        """The application wants an answer."""
        self.world.do(self.world.core.create_response)

    @rule()
    def ask_outside(self) -> None:
        """The application wants an answer outside of the conversation."""
        params = RealtimeResponseCreateParams(conversation="none")
        self.world.do(self.world.core.create_response, params=params)

    @rule()
    def interrupt(self) -> None:
        """The application interrupts."""
        self.world.do(self.world.core.interrupt)

    @rule()
    def answer_a_call(self) -> None:
        """A tool finishes."""
        if self.world.open_calls:
            call = self.world.open_calls.pop(0)
            self.world.do(self.world.core.tool_finished, call.call_id, "done")

    @rule()
    def report(self) -> None:
        """The speaker tells how far it has come."""
        self.world.report()

    @rule(speed=st.sampled_from([1.0, 1.2]))
    def update(self, speed: float) -> None:
        """The application changes the session."""
        changes = SessionConfig(speed=speed).only("speed")
        self.world.do(self.world.core.update, changes)

    @rule()
    def commit(self) -> None:
        """Push to talk ends."""
        core = self.world.core
        if not core.settings.server_turns and core._core.appended_ms >= (
            core._core.committed_ms + 100
        ):
            self.world.do(core.commit_audio)

    @rule()
    def clear(self) -> None:
        """The application throws the user's sound away."""
        self.world.do(self.world.core.clear_audio)

    # --- What must hold ----------------------------------------------------------------------

    def _check(self, outcome: Outcome) -> None:
        match outcome:
            case Send():
                self._check_sent(outcome.event)
            case TranscriptUpdate():
                self._check_text(outcome)
            case AudioChunk():
                key = (outcome.item_id, outcome.content_index)
                assert outcome.start_frame == self.positions.get(key, 0)
                self.positions[key] = outcome.start_frame + len(outcome.data) // 2
            case ResponseStarted():
                assert outcome.response_id not in self.running
                self.running.add(outcome.response_id)
                self._answered()
            case ResponseFinished():
                self.running.remove(outcome.response_id)
            case RequestFailed():
                self._answered()
            case TurnCompleted():
                self._check_turn(outcome)
            case _:
                pass

    def _answered(self) -> None:
        """Forget the requests that the core takes for answered."""
        slot = self.world.core._core.slot
        known = {one.event_id for one in slot.requests()} - {one.event_id for one in slot.queue}
        self.asked = {key: value for key, value in self.asked.items() if key in known}

    def _check_sent(self, event: Any) -> None:
        match event:
            case ResponseCreate():
                self._answered()
                outside = event.response is not None and event.response.conversation == "none"
                assert outside or not any(not one for one in self.asked.values())
                self.asked[event.event_id or ""] = outside
            case ConversationItemTruncate():
                item = self.world.server_items[event.item_id]
                assert 1 <= event.audio_end_ms <= item.duration_ms
            case _:
                pass

    def _check_text(self, update: TranscriptUpdate) -> None:
        key = (update.role, update.item_id, update.content_index)
        before = self.finals.get(key)
        if before is not None:
            assert before.status in _REVISABLE, "a final text changed"
            assert update.final
        if update.final:
            self.finals[key] = update
        else:
            assert update.status is TranscriptStatus.PENDING

    def _check_turn(self, told: TurnCompleted) -> None:
        turn = told.turn
        assert turn.index == self.turns
        self.turns += 1
        user = () if turn.user is None else turn.user.item_ids
        assistant = () if turn.assistant is None else turn.assistant.item_ids
        for item_id in (*user, *assistant):
            assert item_id not in self.turn_items, "an item in two turns"
            self.turn_items.add(item_id)
        if turn.assistant is not None:
            assert turn.assistant.heard.played_ms <= turn.assistant.heard.generated_ms

    @invariant()
    def the_server_has_no_reason_to_complain(self) -> None:
        """No error but the races that cannot be avoided."""
        allowed = {"conversation_already_has_active_response", "response_cancel_not_active"}
        if hasattr(self, "world"):
            codes = {event.error.code for event in self.world.errors}
            assert codes <= allowed

    @invariant()
    def deadlines_are_remembered_well(self) -> None:
        """What is remembered of them is what looking at everything gives."""
        if hasattr(self, "world"):
            core = self.world.core
            remembered = core.next_deadline()
            core._core.moved = True
            assert core.next_deadline() == remembered

    def teardown(self) -> None:
        """Everything comes to rest, and everything that was said is in a turn."""
        if not hasattr(self, "world"):
            return
        world, core = self.world, self.world.core
        world.do(core.clear_audio)
        for _ in range(60):
            world.wait(10)
            world.report()
            while world.open_calls:
                world.do(core.tool_finished, world.open_calls.pop().call_id, "done")
            if core.is_idle and core.next_deadline() is None:
                break
        # A user who is still speaking was thrown away with the buffer.
        assert core.is_idle, core.awaiting
        assert list(core.items) == list(world.server_items)
        world.do(core.finish, reason="stopped")
        messages = {
            item.id
            for item in world.server_items.values()
            if item.wire.get("role") in {"user", "assistant"}
        }
        assert messages <= self.turn_items
        assert self.running == set()
        assert all(update.final for update in self.finals.values())


TestStateful = Machine.TestCase
TestStateful.settings = settings(
    max_examples=60,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
