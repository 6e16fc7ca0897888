"""The brain: dialogue or callback in, spoken or written answers out, on both event loops."""

from collections.abc import Sequence
from datetime import UTC, datetime

import anyio
import anyio.lowlevel
import numpy as np
import pytest

from realtime_voice.testing import Answer, AudioRequest, Call, Failure, HeardSpeech, Say, Write
from realtime_voice.testing.local import Local
from realtime_voice.testing.local._local import LocalMind
from realtime_voice.testing.local._phrases import GREETING
from realtime_voice.testing.voice import FormantVoice, Speech
from tests.testing.local.conftest import request_for, wait_for_process


def noon() -> datetime:
    """A fixed time."""
    return datetime(2026, 11, 22, 12, 5, tzinfo=UTC)


class Mute:
    """Ears that hear nothing, so that no process is started."""

    def feed(self, pcm: bytes) -> None:
        """Forget it."""

    async def finish(self) -> HeardSpeech:
        """Nothing."""
        return HeardSpeech(text="")

    def cancel(self) -> None:
        """Forget it."""


def mind_of(reply: object = None, **options: object) -> LocalMind:
    """A connection without a recogniser."""
    return Local(reply, ears=lambda _: Mute(), now=noon, **options).connect()


async def answers(mind: LocalMind, request: AudioRequest) -> list[Answer]:
    """Everything that is answered."""
    return [answer async for answer in mind.answer(request)]


@pytest.mark.anyio
async def test_it_speaks() -> None:
    """An answer in sound has the text, its sound in the session's voice, and the words' times."""
    (said,) = await answers(mind_of(), request_for(heard="what time is it", voice="coral"))
    assert isinstance(said, Say)
    assert said.text == "It is 12:05 PM."
    assert said.pcm == FormantVoice("coral").say(said.text).pcm
    assert "".join(piece for piece, _ in said.words) == said.text


@pytest.mark.anyio
async def test_it_writes() -> None:
    """An answer in text is written."""
    found = await answers(mind_of(), request_for(typed="Hello!", modality="text"))
    assert found == [Write(text="Hello. What can I do for you?")]


@pytest.mark.anyio
async def test_it_greets_and_calls() -> None:
    """It greets when nobody spoke, and calls a tool that fits."""
    (greeting,) = await answers(mind_of(), request_for())
    assert isinstance(greeting, Say)
    assert greeting.text == GREETING
    tool = {"type": "function", "name": "get_time"}
    found = await answers(mind_of(), request_for(heard="what time is it", tools=(tool,)))
    assert found == [Call(name="get_time", arguments="{}")]


@pytest.mark.anyio
@pytest.mark.parametrize("speed", [0.1, 1.5, 9.0])
async def test_any_speed_is_spoken(speed: float) -> None:
    """Speeds beyond the voice's range are brought into it."""
    (said,) = await answers(mind_of(), request_for(heard="stop", speed=speed))
    (normal,) = await answers(mind_of(), request_for(heard="stop"))
    assert isinstance(said, Say)
    assert isinstance(normal, Say)
    assert (len(said.pcm) < len(normal.pcm)) == (speed > 1)


@pytest.mark.anyio
async def test_a_mind_of_ones_own() -> None:
    """A callback sees the request, may wait, and may answer with anything that can be answered."""
    call = Call(name="look", arguments="{}")

    async def reply(request: AudioRequest) -> Sequence[str | Answer]:
        await anyio.lowlevel.checkpoint()
        return [f"You said {request.heard}.", call, Write(text="noted")]

    said, *rest = await answers(mind_of(reply), request_for(heard="hello"))
    assert isinstance(said, Say)
    assert said.text == "You said hello."
    assert rest == [call, Write(text="noted")]


@pytest.mark.anyio
async def test_a_mind_that_has_nothing_to_say() -> None:
    """None is an empty response."""

    async def reply(_: AudioRequest) -> None:
        await anyio.lowlevel.checkpoint()

    assert await answers(mind_of(reply), request_for(heard="hello")) == []


@pytest.mark.anyio
async def test_a_mind_that_fails() -> None:
    """An exception, or an answer of the wrong type, fails the response and says why."""

    async def broken(_: AudioRequest) -> str:
        await anyio.lowlevel.checkpoint()
        raise KeyError("city")

    async def wrong(_: AudioRequest) -> object:
        await anyio.lowlevel.checkpoint()
        return 42

    for reply, message in ((broken, "KeyError: 'city'"), (wrong, "not int")):
        (failure,) = await answers(mind_of(reply), request_for(heard="hello"))
        assert isinstance(failure, Failure)
        assert message in failure.message


@pytest.mark.anyio
async def test_a_voice_of_ones_own() -> None:
    """A voice object, or the name of one of ours, takes the place of the session's."""

    class Beep:
        def say(self, text: str, *, speed: float = 1.0) -> Speech:
            return Speech(text=text, pcm=bytes(480))

    (own,) = await answers(mind_of(voice=Beep()), request_for(heard="stop"))
    (named,) = await answers(mind_of(voice="cedar"), request_for(heard="stop", voice="coral"))
    assert own == Say(text="Okay.", pcm=bytes(480))
    assert isinstance(named, Say)
    assert named.pcm == FormantVoice("cedar").say("Okay.").pcm


@pytest.mark.anyio
async def test_ears_of_ones_own() -> None:
    """Own ears get the session's transcription settings, and no recogniser is started."""
    asked: list[object] = []

    def ears(transcription: object) -> Mute:
        asked.append(transcription)
        return Mute()

    brain = Local(ears=ears)
    await brain.start()
    mind = brain.connect()
    ear = mind.ear({"language": "en"})
    assert (await ear.finish()).text == ""
    assert asked == [{"language": "en"}]
    await mind.aclose()
    await brain.aclose()


@pytest.mark.anyio
async def test_the_recogniser_lives_as_long_as_the_brain() -> None:
    """Starting the brain starts the process, closing it ends it; a connection starts it again."""
    brain = Local(phrases=["hello"])
    await brain.start()
    for _ in range(2):
        brain.connect()
        assert wait_for_process(brain._recogniser)
        await brain.aclose()
        assert brain._recogniser.process_id is None


def test_connections_share_no_conversation() -> None:
    """Each connection has a memory and a detector of its own; detectors of one share theirs."""
    brain = Local(ears=lambda _: Mute())
    first, second = brain.connect(), brain.connect()
    frame = np.zeros(720, np.int16)
    assert not first.detector(0.5).is_speech(frame)
    assert first._gate is not second._gate
    assert first._reply is not second._reply
