"""Ears turn an utterance into a transcript, or say why they could not."""

import os
import signal
import sys
import time

import anyio
import pytest

from realtime_voice.testing.local import _ears
from realtime_voice.testing.local._ears import LocalEar, best_reading
from realtime_voice.testing.local._recogniser import Heard, Recogniser
from tests.testing.local.conftest import spoken, wait_for_process


@pytest.mark.parametrize(
    ("dictated", "phrase", "reading"),
    [
        ("tell me a choke", "tell me a joke", "tell me a joke"),
        ("seven of clubs", "what can you do", "seven of clubs"),
        ("go forward ten meters", "", "go forward ten meters"),
        ("", "stop", ""),
        ("", "", ""),
    ],
)
def test_the_best_reading(dictated: str, phrase: str, reading: str) -> None:
    """A known phrase counts when it resembles what was dictated."""
    assert best_reading(Heard(dictated=dictated, phrase=phrase)) == reading


@pytest.mark.anyio
async def test_an_utterance_is_heard(recogniser: Recogniser) -> None:
    """The transcript comes with one delta for each word."""
    ear = LocalEar(recogniser)
    ear.feed(spoken("Tell me a joke."))
    heard = await ear.finish()
    assert heard.text == "tell me a joke"
    assert heard.deltas == ("tell", " me", " a", " joke")
    assert heard.failure is None


@pytest.mark.anyio
async def test_waiting_does_not_block_the_loop(recogniser: Recogniser) -> None:
    """While the recogniser works, other tasks run on."""
    ear = LocalEar(recogniser)
    ear.feed(spoken("What is the weather in San Francisco today?") * 2)
    late: list[float] = []

    async def watch() -> None:
        while True:
            before = time.perf_counter()
            await anyio.sleep(0.005)
            late.append(time.perf_counter() - before - 0.005)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(watch)
        await ear.finish()
        tasks.cancel_scope.cancel()
    assert sorted(late)[len(late) // 2] < 0.05  # decoding in this process: 0.2


@pytest.mark.anyio
async def test_giving_up_is_possible(recogniser: Recogniser) -> None:
    """Waiting for a transcript can be cancelled at once, and the ear thrown away."""
    ear = LocalEar(recogniser)
    ear.feed(spoken("Tell me a story.") * 5)
    before = time.monotonic()
    with anyio.move_on_after(0.05):
        await ear.finish()
    assert time.monotonic() - before < 1
    ear.cancel()


@pytest.mark.anyio
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
async def test_a_dead_recogniser_is_a_failed_transcript() -> None:
    """When the process dies, the item's transcription fails, and the next one works."""
    own = Recogniser(["hello"])
    try:
        ear = LocalEar(own)
        ear.feed(spoken("Hello."))
        os.kill(wait_for_process(own), signal.SIGKILL)
        heard = await ear.finish()
        assert heard.text == ""
        assert heard.failure is not None
        assert heard.failure[0] == "transcription_failed"
        again = LocalEar(own)
        again.feed(spoken("Hello."))
        assert (await again.finish()).text == "hello"
    finally:
        await anyio.to_thread.run_sync(own.close)


class _Deaf(Recogniser):
    """A recogniser that never answers: nothing it is told reaches a process."""

    def put(self, *_: object) -> None:
        """Forget it."""

    def start(self) -> None:
        """Start nothing."""


@pytest.mark.anyio
async def test_no_answer_is_a_failed_transcript(monkeypatch: pytest.MonkeyPatch) -> None:
    """A recogniser that hangs fails the transcription after some time."""
    monkeypatch.setattr(_ears, "_PATIENCE_S", 0.05)
    heard = await LocalEar(_Deaf([])).finish()
    assert heard.failure is not None
    assert "did not answer" in heard.failure[1]
