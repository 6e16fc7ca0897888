"""The brain with real ears and a real voice, all of it on this machine."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias

import anyio
import anyio.to_thread

from realtime_voice.testing._brain import (
    Answer,
    AudioRequest,
    Call,
    Ear,
    Failure,
    Say,
    SpeechDetector,
    Write,
)
from realtime_voice.testing.local._detector import LocalDetector, VoiceGate
from realtime_voice.testing.local._dialogue import Dialogue
from realtime_voice.testing.local._ears import LocalEar
from realtime_voice.testing.local._phrases import phrases
from realtime_voice.testing.local._recogniser import Recogniser
from realtime_voice.testing.voice import FormantVoice, Voice

__all__ = ["Local", "LocalMind", "Reply"]

_OneAnswer: TypeAlias = str | Answer
Reply: TypeAlias = Callable[[AudioRequest], Awaitable[_OneAnswer | Sequence[_OneAnswer] | None]]
"""Your own mind: is told what was asked and returns what to answer.

A text is spoken (or written, where the client wants text); :class:`Say`, :class:`Write`,
:class:`Call` and :class:`Failure` are taken as they are; a list gives several output items; None
gives an empty response."""

_MIN_SPEED, _MAX_SPEED = 0.25, 4.0


class Local:
    """Hears with pocketsphinx and speaks with our own synthesiser: no key, no network.

    Its dialogue is small and closed: it knows the time, jokes, a story, timers, the weather (which
    it makes up) and how to call your session's tools by their names; everything else it repeats as
    *I heard: ...*. Open dictation is rough: about 24 % word error rate on human speech, and worse
    on two-word commands and synthetic voices. The dialogue's phrases are understood far better.
    English only.

    Args:
        reply: Your own mind instead of the dialogue: ``async def reply(request) -> str``.
        voice: One voice for everything; left out, the session's ``voice`` chooses one of ours.
        phrases: What to understand best besides open dictation, lower-case words; left out, the
            phrases of the dialogue.
        ears: Your own ears instead of pocketsphinx: called for each utterance, with the session's
            transcription settings.
        now: The clock of the dialogue.

    Raises:
        ConfigError: pocketsphinx is not installed, or a phrase is not made of words.
    """

    def __init__(
        self,
        reply: Reply | None = None,
        *,
        voice: Voice | str | None = None,
        phrases: Sequence[str] | None = None,
        ears: Callable[[Mapping[str, Any] | None], Ear] | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        VoiceGate()  # imports pocketsphinx now, and not when somebody waits
        self._reply = reply
        self._voice = FormantVoice(voice) if isinstance(voice, str) else voice
        self._ears = ears
        self._now = now or _local_time
        self._recogniser = Recogniser(_known_phrases() if phrases is None else phrases)
        self._voices: dict[str, Voice] = {}
        self._connections = 0

    async def start(self) -> None:
        """Load the recogniser's models in the background; the first connection does it, too."""
        self._wake()

    def connect(self) -> "LocalMind":
        """A mind for a new connection."""
        self._wake()
        self._connections += 1
        ears = self._ears or partial(self._listen, str(self._connections))
        return LocalMind(self._reply or _talk(Dialogue(self._now)), ears, self.voice)

    async def aclose(self) -> None:
        """End the recogniser's process; the next connection would start it again."""
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(self._recogniser.close)

    def voice(self, name: str) -> Voice:
        """The voice for a session's voice name."""
        if self._voice is not None:
            return self._voice
        if name not in self._voices:
            self._voices[name] = FormantVoice(name)
        return self._voices[name]

    def _listen(self, speaker: str, transcription: Mapping[str, Any] | None) -> Ear:
        """An ear of ours; it needs none of the settings, there is one model and one language."""
        del transcription
        return LocalEar(self._recogniser, speaker)

    def _wake(self) -> None:
        """Start the recogniser, unless the ears are the user's own."""
        if self._ears is None:
            self._recogniser.start()


class LocalMind:
    """One connection of :class:`Local`.

    Args:
        reply: Finds the answers.
        ears: Makes ears.
        voices: Finds the voice of a name.
    """

    def __init__(
        self,
        reply: Reply,
        ears: Callable[[Mapping[str, Any] | None], Ear],
        voices: Callable[[str], Voice],
    ) -> None:
        self._reply = reply
        self._ears = ears
        self._voices = voices
        self._gate = VoiceGate()

    def detector(self, threshold: float) -> SpeechDetector:
        """A voice activity detector; all of a connection share what it learned about the noise."""
        return LocalDetector(self._gate, threshold)

    def ear(self, transcription: Mapping[str, Any] | None) -> Ear:
        """A fresh ear for one utterance."""
        return self._ears(transcription)

    async def answer(self, request: AudioRequest) -> AsyncIterator[Answer]:
        """Answer one request.

        A reply callback that raises makes the response fail with the error's name and message.
        """
        try:
            found = await self._reply(request)
        except Exception as error:  # noqa: BLE001 - the user's code; told to the client instead
            yield Failure(code="reply_failed", message=f"{type(error).__name__}: {error}")
            return
        for answer in _as_list(found):
            yield await self._formulate(answer, request)

    async def aclose(self) -> None:
        """The connection ended; there is nothing to release."""

    async def _formulate(self, answer: object, request: AudioRequest) -> Answer:
        match answer:
            case str() if request.modality == "text":
                return Write(text=answer)
            case str():
                return await self._say(answer, request)
            case Say() | Write() | Call() | Failure():
                return answer
            case _:
                kind = type(answer).__name__
                message = f"a reply must be text, Say, Write, Call or Failure, not {kind}"
                return Failure(code="reply_failed", message=message)

    async def _say(self, text: str, request: AudioRequest) -> Say:
        """Speak, in a thread: one second of speech takes some milliseconds of computing."""
        speed = min(max(request.speed, _MIN_SPEED), _MAX_SPEED)
        speak = partial(self._voices(request.voice).say, text, speed=speed)
        speech = await anyio.to_thread.run_sync(speak, abandon_on_cancel=True)
        return Say(text=text, pcm=speech.pcm, words=speech.words)


def _as_list(found: _OneAnswer | Sequence[_OneAnswer] | None) -> Sequence[object]:
    if found is None:
        return ()
    return found if isinstance(found, list | tuple) else (found,)


def _talk(dialogue: Dialogue) -> Reply:
    async def reply(request: AudioRequest) -> str | Call:
        return dialogue.answer(request)

    return reply


def _known_phrases() -> tuple[str, ...]:
    return phrases()


def _local_time() -> datetime:
    return datetime.now().astimezone()
