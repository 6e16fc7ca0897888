"""The core and the local server's engine, wired to each other without a network.

Time passes only when told. Events travel in order, as on a socket, and take a while; a speaker
plays in real time what the core passes on.
"""

import heapq
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Mapping
from itertools import count
from typing import Any

from realtime_voice.codec import (
    decode_client_event,
    decode_server_event,
    encode_client_event,
    encode_server_event,
)
from realtime_voice.config import SessionConfig
from realtime_voice.conversation import (
    AudioChunk,
    CallTool,
    Conversation,
    Outcome,
    Send,
    StopPlayback,
)
from realtime_voice.events import Error
from realtime_voice.testing import Pace
from realtime_voice.testing._brain import Answer, AudioRequest, HeardSpeech, SpeechDetector
from realtime_voice.testing._detector import EnergyDetector
from realtime_voice.testing._engine import Engine, EngineOptions
from realtime_voice.testing._engine_outputs import (
    Ask,
    CloseConnection,
    DropEar,
    Emit,
    FeedEar,
    FinishEar,
    Output,
    StartEar,
    StopAsking,
)

__all__ = ["World", "run_now"]


def run_now(iterator: AsyncIterator[Any]) -> list[Any]:
    """Collect an asynchronous iterator that waits for nothing."""
    found: list[Any] = []
    while True:
        step = iterator.__anext__()
        try:
            step.send(None)  # type: ignore[attr-defined]  # a coroutine of an async generator
        except StopIteration as stop:
            found.append(stop.value)
        except StopAsyncIteration:
            return found


class World:
    """Both sides, the way between them, and a speaker.

    Args:
        config: The configuration of the core.
        hear: Says what an ear makes of the next utterance.
        answer: Says what the model makes of a request.
        delay: Draws how long an event travels, in seconds.
        plays_audio: There is a speaker.
    """

    def __init__(
        self,
        config: SessionConfig,
        *,
        hear: Callable[[], HeardSpeech],
        answer: Callable[[AudioRequest], list[Answer]],
        delay: Callable[[], float],
        plays_audio: bool = True,
    ) -> None:
        self.now = 0.0
        self.told: list[Outcome] = []
        self.errors: list[Error] = []
        self.open_calls: list[CallTool] = []
        self.on_outcome: Callable[[Outcome], None] = lambda _outcome: None
        self._hear, self._answer, self._delay = hear, answer, delay
        self._plays_audio = plays_audio
        self._to_server: deque[tuple[float, Any]] = deque()
        self._to_client: deque[tuple[float, Any]] = deque()
        self._ears: list[tuple[float, int, str, HeardSpeech]] = []
        self._order = count()
        self._written = self._rendered = 0.0
        counts: Counter[str] = Counter()

        def new_id(prefix: str) -> str:
            counts[prefix] += 1
            return f"{prefix}_{counts[prefix]}"

        self.engine = Engine(
            model="gpt-realtime-2.1",
            detector=self._detector,
            new_id=new_id,
            now=0.0,
            options=EngineOptions(pace=Pace(), session_limit_s=1e9),
        )
        self.core = Conversation(config, new_id=lambda: new_id("client"), plays_audio=plays_audio)
        self._perform(self.engine.start())

    @staticmethod
    def _detector(threshold: float) -> SpeechDetector:
        return EnergyDetector(threshold)

    # --- The user's side ---------------------------------------------------------------------

    def do(self, call: Callable[..., list[Outcome]], *args: Any, **options: Any) -> None:
        """Call a method of the core now, and carry out what it returns."""
        self._carry_out(call(*args, now=self.now, **options))

    def speak(self, pcm: bytes, *, chunk_ms: int = 100) -> None:
        """Say something, in real time."""
        step = 48 * chunk_ms
        for offset in range(0, len(pcm), step):
            chunk = pcm[offset : offset + step]
            self.do(self.core.append_audio, chunk)
            self.wait(len(chunk) / 48_000)

    def report(self) -> None:
        """Tell the core how far the speaker has come."""
        if self._plays_audio:
            self.do(self.core.playback_progress, int(self._rendered))

    # --- Time --------------------------------------------------------------------------------

    def wait(self, seconds: float) -> None:
        """Let time pass, event by event."""
        end = self.now + seconds
        while (due := self._next()) is not None and due <= end:
            self._go_to(max(due, self.now))
            self._step()
        self._go_to(end)

    def _next(self) -> float | None:
        dues = [self.engine.next_deadline(), self.core.next_deadline()]
        dues += [line[0][0] for line in (self._to_server, self._to_client) if line]
        if self._ears:
            dues.append(self._ears[0][0])
        return min((due for due in dues if due is not None), default=None)

    def _go_to(self, moment: float) -> None:
        played = self._rendered + (moment - self.now) * 24_000
        self._rendered = min(self._written, played)
        self.now = moment

    def _step(self) -> None:
        while self._to_server and self._to_server[0][0] <= self.now:
            self._perform(self.engine.receive(self._to_server.popleft()[1], self.now))
        while self._to_client and self._to_client[0][0] <= self.now:
            event = self._to_client.popleft()[1]
            if isinstance(event, Error):
                self.errors.append(event)
            self._carry_out(self.core.receive(event, self.now))
        while self._ears and self._ears[0][0] <= self.now:
            _, _, item_id, heard = heapq.heappop(self._ears)
            self._perform(self.engine.heard(item_id, heard, self.now))
        if (due := self.engine.next_deadline()) is not None and due <= self.now:
            self._perform(self.engine.tick(self.now))
        if (due := self.core.next_deadline()) is not None and due <= self.now:
            self.do(self.core.deadline)
            later = self.core.next_deadline()
            assert later is None or later > self.now, "a deadline that nothing is done about"

    # --- Carrying out ------------------------------------------------------------------------

    def _carry_out(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            self.told.append(outcome)
            self.on_outcome(outcome)
            match outcome:
                case Send():
                    event = decode_client_event(encode_client_event(outcome.event))
                    self._travel(self._to_server, event)
                case AudioChunk() if not outcome.out_of_band:
                    self._written += len(outcome.data) // 2
                case StopPlayback():
                    self._written = self._rendered = float(int(self._rendered))
                    self.do(self.core.playback_stopped, int(self._rendered))
                case CallTool():
                    self.open_calls.append(outcome)
                case _:
                    pass

    def _travel(self, line: deque[tuple[float, Any]], event: Any) -> None:
        last = line[-1][0] if line else 0.0
        line.append((max(last, self.now + self._delay()), event))

    def _perform(self, outputs: list[Output]) -> None:
        todo = deque(outputs)
        while todo:
            match output := todo.popleft():
                case Emit():
                    event = decode_server_event(encode_server_event(output.event))
                    self._travel(self._to_client, event)
                case FinishEar():
                    heard = self._hear()
                    due = self.now + heard.delay_s
                    heapq.heappush(self._ears, (due, next(self._order), output.item_id, heard))
                case Ask():
                    request = output.request
                    for answer in self._answer(request):
                        todo.extend(self.engine.answered(request.response_id, answer, self.now))
                    todo.extend(self.engine.answers_ended(request.response_id, self.now))
                case StartEar() | FeedEar() | DropEar() | StopAsking():
                    pass
                case CloseConnection():
                    raise AssertionError("the server closed the connection")

    @property
    def server_items(self) -> Mapping[str, Any]:
        """The items on the server, in order."""
        return {item.id: item for item in self.engine._items}
