"""What the tests of the local brain share: requests, and sound at hand."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from realtime_voice.testing import AudioRequest
from realtime_voice.testing.local._phrases import phrases
from realtime_voice.testing.local._recogniser import Recogniser
from realtime_voice.testing.voice import FormantVoice


def request_for(
    *,
    typed: str | None = None,
    heard: str | None = None,
    history: tuple[dict[str, Any], ...] | None = None,
    **changes: Any,
) -> AudioRequest:
    """A request for a response to something typed or said."""
    if history is None:
        if typed is not None:
            content = [{"type": "input_text", "text": typed}]
        else:
            content = [{"type": "input_audio", "transcript": heard}]
        said = typed is not None or heard is not None
        item = {"type": "message", "role": "user", "content": content}
        history = (item,) if said else ()
    values: dict[str, Any] = {
        "response_id": "resp_1",
        "instructions": "",
        "history": history,
        "heard": heard,
        "tools": (),
        "tool_choice": "auto",
        "modality": "audio",
        "voice": "marin",
        "speed": 1.0,
        "metadata": {},
        "out_of_band": False,
    }
    return AudioRequest(**{**values, **changes})


def spoken(text: str, voice: str = "marin") -> bytes:
    """Our own voice with some silence around: PCM16 at 24 kHz."""
    return bytes(9600) + FormantVoice(voice).say(text).pcm + bytes(24_000)


def wait_for_process(recogniser: Recogniser) -> int:
    """The id of the process, as soon as there is one."""
    for _ in range(200):
        if recogniser.process_id is not None:
            return recogniser.process_id
        time.sleep(0.01)
    raise AssertionError("no process")


@pytest.fixture(scope="session")
def recogniser() -> Iterator[Recogniser]:
    """A recogniser that listens for the dialogue's phrases."""
    found = Recogniser(phrases())
    found.start()
    yield found
    found.close()
