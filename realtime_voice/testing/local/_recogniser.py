"""Speech recognition in a process of its own, as seen from the server's side.

Two threads move the messages, so that nothing here ever waits in an event loop and nothing cares
which event loop that is. When the process dies, the utterances that it had are failed, and the next
utterance starts a new one. Knows nothing of the protocol, nor of what is said.
"""

import atexit
import json
import os
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

import attrs

from realtime_voice.audio import StreamResampler
from realtime_voice.errors import ConfigError, RealtimeError
from realtime_voice.formats import PCM16_24K, AudioFormat
from realtime_voice.testing.local import _worker
from realtime_voice.testing.voice._lexicon import CommonWords, Pronunciation

__all__ = ["Heard", "Recogniser", "RecogniserError", "Utterance"]

_EXIT_S = 2.0
_EARS = AudioFormat(rate=16_000)
_PHRASE = re.compile(r"[a-z']+( [a-z']+)*")


class RecogniserError(RealtimeError):
    """The recogniser's process ended in the middle of an utterance."""

    retryable = True


@attrs.frozen(kw_only=True)
class Heard:
    """What the recogniser made of an utterance."""

    dictated: str
    """With any words of the language model: rough."""
    phrase: str
    """With the known phrases alone; empty where none came near."""


class Utterance:
    """One utterance on its way to the recogniser; its methods never block.

    Args:
        recogniser: Where it goes.
        number: Its number, unique in the recogniser.
        speaker: Who speaks; utterances of one speaker are heard better and better.
    """

    def __init__(self, recogniser: "Recogniser", number: int, speaker: str) -> None:
        self.number = number
        self.heard: Future[Heard] = Future()
        self.resampler = StreamResampler(PCM16_24K, _EARS)
        self.process: _Process | None = None
        self.is_cancelled = False
        self._put = recogniser.put
        self._put(_worker.START, self, speaker.encode())

    def feed(self, pcm: bytes) -> None:
        """Take the next piece: PCM16 mono at 24 kHz."""
        self._put(_worker.FEED, self, pcm)

    def end(self) -> Future[Heard]:
        """Say that it is over.

        Returns:
            What was heard, some time later; or :class:`RecogniserError`.
        """
        self._put(_worker.END, self)
        return self.heard

    def cancel(self) -> None:
        """Forget it, what is still on its way included."""
        self.is_cancelled = True
        self._put(_worker.CANCEL, self)


class Recogniser:
    """A worker process with open dictation and a closed set of phrases, for any number of users.

    Args:
        phrases: What is understood best: lower-case words with blanks between them.

    Raises:
        ConfigError: A phrase holds something else than words.
    """

    def __init__(self, phrases: Sequence[str]) -> None:
        for phrase in phrases:
            if _PHRASE.fullmatch(phrase) is None:
                raise ConfigError(
                    f"a phrase to listen for must be lower-case words, not {phrase!r}",
                    field="phrases",
                    value=phrase,
                )
        self._phrases = tuple(phrases)
        self._jobs: queue.SimpleQueue[tuple[bytes, Utterance, bytes] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()
        self._process: _Process | None = None
        self._count = 0

    @property
    def process_id(self) -> int | None:
        """Id of the worker process; None while there is none."""
        process = self._process
        return process.process_id if process is not None and process.is_alive else None

    def start(self) -> None:
        """Begin to load the models; returns at once. Calling it again does nothing."""
        with self._lock:
            if self._thread is None:
                self._closing = threading.Event()
                self._thread = threading.Thread(
                    target=self._run, args=[self._closing], name="recogniser-in", daemon=True
                )
                self._thread.start()
                atexit.register(self.close)

    def utterance(self, speaker: str = "") -> Utterance:
        """Begin an utterance of a speaker."""
        self.start()
        with self._lock:
            self._count += 1
            number = self._count
        return Utterance(self, number, speaker)

    def put(self, operation: bytes, utterance: Utterance, payload: bytes = b"") -> None:
        """Queue one step of an utterance."""
        self._jobs.put((operation, utterance, payload))

    def close(self) -> None:
        """End the process and wait until it is gone; utterances under way fail. May be repeated."""
        with self._lock:
            thread, self._thread = self._thread, None
            closing, process = self._closing, self._process
        if thread is None:
            return
        atexit.unregister(self.close)
        closing.set()
        self._jobs.put(None)
        thread.join(_EXIT_S)
        if thread.is_alive() and process is not None:
            process.kill()  # it hangs, and the thread hangs on writing to it
        thread.join()

    def _run(self, closing: threading.Event) -> None:
        """Feed the process, in a thread of its own."""
        process = self._process = _Process(self._phrases)
        while (job := self._jobs.get()) is not None:
            operation, utterance, payload = job
            if operation == _worker.START:
                if not process.is_alive and not closing.is_set():
                    process.close()
                    process = self._process = _Process(self._phrases)
                utterance.process = process
                process.adopt(utterance)
            if utterance.process is process and not closing.is_set():
                self._pass_on(process, operation, utterance, payload)
        self._process = None
        process.close()

    @staticmethod
    def _pass_on(
        process: "_Process", operation: bytes, utterance: Utterance, payload: bytes
    ) -> None:
        if operation == _worker.FEED:
            if utterance.is_cancelled:
                return
            payload = utterance.resampler.process(payload)
        elif operation == _worker.END:
            process.send(_worker.FEED, utterance.number, utterance.resampler.flush())
        elif operation == _worker.CANCEL:
            process.abandon(utterance)
        process.send(operation, utterance.number, payload)


class _Process:
    """One life of the worker process."""

    def __init__(self, phrases: Sequence[str]) -> None:
        self._popen = subprocess.Popen(  # noqa: S603 - our own file under our own interpreter
            [sys.executable, "-P", str(Path(_worker.__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        self._lock = threading.Lock()
        self._ended = False
        self._waiting: dict[int, Utterance] = {}
        self._phrases = frozenset(phrases)
        self._reader = threading.Thread(target=self._read, name="recogniser-out", daemon=True)
        self._reader.start()
        self.send(_worker.SETTINGS, 0, json.dumps(_settings(phrases)).encode())

    @property
    def process_id(self) -> int:
        """Id of the process."""
        return self._popen.pid

    @property
    def is_alive(self) -> bool:
        """Whether it still answers."""
        return not self._ended

    def adopt(self, utterance: Utterance) -> None:
        """Take responsibility for an utterance: it will be answered or failed."""
        with self._lock:
            if not self._ended:
                self._waiting[utterance.number] = utterance
                return
        self._fail([utterance])

    def abandon(self, utterance: Utterance) -> None:
        """Nobody waits for this utterance any more."""
        with self._lock:
            self._waiting.pop(utterance.number, None)

    def send(self, operation: bytes, number: int, payload: bytes = b"") -> None:
        """Write a message; when the process is gone, the reader will notice and say so."""
        assert self._popen.stdin is not None  # noqa: S101 - it was opened as a pipe
        try:
            _worker.write_message(self._popen.stdin, operation, number, payload)
        except (OSError, ValueError):
            self.kill()

    def close(self) -> None:
        """End the process, kindly at first, and leave nothing behind."""
        assert self._popen.stdin is not None  # noqa: S101 - it was opened as a pipe
        with suppress(OSError):
            self._popen.stdin.close()
        try:
            self._popen.wait(_EXIT_S)
        except subprocess.TimeoutExpired:
            self.kill()
        self._reader.join()

    def kill(self) -> None:
        """End the process at once."""
        self._popen.kill()

    def _read(self) -> None:
        """Hand out results until the process ends, in a thread of its own."""
        assert self._popen.stdout is not None  # noqa: S101 - it was opened as a pipe
        with self._popen.stdout as stream:
            for operation, number, payload in _worker.read_messages(stream):
                if operation != _worker.HEARD:
                    continue
                with self._lock:
                    utterance = self._waiting.pop(number, None)
                if utterance is not None:
                    utterance.heard.set_result(self._heard(json.loads(payload)))
        self._popen.wait()
        with self._lock:
            self._ended = True
            left = list(self._waiting.values())
            self._waiting.clear()
        self._fail(left)

    def _heard(self, found: Mapping[str, str]) -> Heard:
        """The result; a phrase that was not spoken to its end does not count."""
        phrase = found.get("closed", "")
        return Heard(dictated=found["open"], phrase=phrase if phrase in self._phrases else "")

    def _fail(self, utterances: Sequence[Utterance]) -> None:
        for utterance in utterances:
            utterance.heard.set_exception(
                RecogniserError(
                    "the speech recogniser's process ended "
                    f"(exit code {self._popen.returncode}) before it had heard everything"
                )
            )


def _settings(phrases: Sequence[str]) -> dict[str, object]:
    """What the worker needs to know: the grammar, and how unusual words might sound."""
    pronunciation = Pronunciation(CommonWords())
    words = sorted({word for phrase in phrases for word in phrase.split()})
    choices = " | ".join(phrases)
    grammar = f"#JSGF V1.0;\ngrammar dialogue;\npublic <phrase> = {choices} ;\n" if phrases else ""
    return {
        "grammar": grammar,
        "words": [(word, " ".join(pronunciation.phonemes(word))) for word in words],
    }
