"""Plays conversations through the engine without a network, a clock or a task."""

import json
from collections import Counter, deque
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar, assert_never

import pybase64

from realtime_voice.codec import decode_client_event, encode_server_event
from realtime_voice.errors import ScriptError
from realtime_voice.testing._brain import Answer, Brain, Ear
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
from realtime_voice.testing._tones import tone_speech

__all__ = ["Stage", "run_now", "silence", "speech"]

_T = TypeVar("_T")


def silence(milliseconds: int) -> bytes:
    """Return silence at 24 kHz."""
    return bytes(48 * milliseconds)


def speech(text: str = "one two three") -> bytes:
    """Return something that sounds like speech to a detector of loudness."""
    return tone_speech(text).pcm


def run_now(coroutine: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine that waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        value: _T = stop.value
        return value
    raise AssertionError("the coroutine waits for something")


class Stage:
    """An engine with a brain, in a world where time passes only when told."""

    def __init__(
        self,
        brain: Brain,
        *,
        model: str | None = "gpt-realtime",
        options: EngineOptions | None = None,
    ) -> None:
        counts: Counter[str] = Counter()

        def new_id(prefix: str) -> str:
            counts[prefix] += 1
            return f"{prefix}_{counts[prefix]}"

        self.mind = brain.connect()
        self.now = 0.0
        self.sent: list[dict[str, Any]] = []
        self.ears: dict[str, Ear] = {}
        self.failures: list[Exception] = []
        self.closed: CloseConnection | None = None
        self.stopped: list[str] = []
        self._mark = 0
        self._todo: deque[Output] = deque()
        self.engine = Engine(
            model=model,
            detector=self.mind.detector,
            new_id=new_id,
            now=0.0,
            unix_time=1_000_000,
            options=options,
        )
        self.perform(self.engine.start())

    def send(self, kind: str, **fields: Any) -> list[dict[str, Any]]:
        """Send a client event; return the events that answer it at once."""
        return self.send_raw({"type": kind, **fields})

    def send_raw(self, event: dict[str, Any]) -> list[dict[str, Any]]:
        """Send any JSON object."""
        start = len(self.sent)
        self.perform(self.engine.receive(decode_client_event(json.dumps(event)), self.now))
        return self.sent[start:]

    def update(self, **session: Any) -> list[dict[str, Any]]:
        """Send a ``session.update``."""
        return self.send("session.update", session={"type": "realtime", **session})

    def hear(self, pcm: bytes, *, chunk_ms: int = 100) -> list[dict[str, Any]]:
        """Append sound in chunks, while time passes as it does for a microphone."""
        start = len(self.sent)
        step = 48 * chunk_ms
        for offset in range(0, len(pcm), step):
            chunk = pcm[offset : offset + step]
            self.wait(len(chunk) / 48_000)
            self.send("input_audio_buffer.append", audio=pybase64.b64encode(chunk).decode())
        return self.sent[start:]

    def type(self, text: str, *, respond: bool = True) -> list[dict[str, Any]]:
        """Send a written message, and ask for a response."""
        start = len(self.sent)
        content = [{"type": "input_text", "text": text}]
        item = {"type": "message", "role": "user", "content": content}
        self.send("conversation.item.create", item=item)
        if respond:
            self.send("response.create")
        return self.sent[start:]

    def wait(self, seconds: float) -> list[dict[str, Any]]:
        """Let time pass; the engine is called at each of its deadlines."""
        start = len(self.sent)
        end = self.now + seconds
        while (due := self.engine.next_deadline()) is not None and due <= end:
            self.now = max(self.now, due)
            self.perform(self.engine.tick(self.now))
            if self.closed is not None:
                break
        self.now = end
        return self.sent[start:]

    def perform(self, outputs: list[Output]) -> None:
        """Do what the engine wants done, at once."""
        self._todo.extend(outputs)
        while self._todo:
            self._perform_one(self._todo.popleft())

    def _perform_one(self, output: Output) -> None:
        match output:
            case Emit():
                self.sent.append(json.loads(encode_server_event(output.event)))
            case StartEar() | FeedEar() | FinishEar() | DropEar():
                self._listen(output)
            case Ask():
                self._ask(output)
            case StopAsking():
                self.stopped.append(output.response_id)
            case CloseConnection():
                self.closed = output
            case _:
                assert_never(output)

    def _listen(self, output: StartEar | FeedEar | FinishEar | DropEar) -> None:
        match output:
            case StartEar():
                self.ears[output.item_id] = self.mind.ear(output.transcription)
            case FeedEar():
                for delta in self.ears[output.item_id].feed(output.pcm) or ():
                    self._todo.extend(self.engine.partial(output.item_id, delta))
            case FinishEar():
                self._finish(output.item_id)
            case DropEar():
                self.ears.pop(output.item_id).cancel()

    def _ask(self, output: Ask) -> None:
        response_id = output.request.response_id
        try:
            answers = _collect(self.mind.answer(output.request))
        except ScriptError as error:
            self.failures.append(error)
            self._todo.extend(self.engine.brain_failed(response_id, str(error), self.now))
            return
        for answer in answers:
            self._todo.extend(self.engine.answered(response_id, answer, self.now))
        self._todo.extend(self.engine.answers_ended(response_id, self.now))

    def _finish(self, item_id: str) -> None:
        try:
            heard = run_now(self.ears.pop(item_id).finish())
        except ScriptError as error:
            self.failures.append(error)
            self._todo.extend(self.engine.ear_failed(item_id, str(error), self.now))
        else:
            self._todo.extend(self.engine.heard(item_id, heard, self.now))


def _collect(answers: AsyncIterator[Answer]) -> list[Answer]:
    collected: list[Answer] = []
    while True:
        try:
            collected.append(run_now(answers.__anext__()))  # type: ignore[arg-type] - a coroutine
        except StopAsyncIteration:
            return collected
