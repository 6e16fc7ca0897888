"""A scripted server in a process of its own, and something to say to it."""

import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from realtime_voice.audio import write_wav
from realtime_voice.cli._peer import Peer
from realtime_voice.testing import LocalServer
from realtime_voice.testing.voice import FormantVoice

RATE = 24_000

OpenPeer = Callable[..., AbstractAsyncContextManager[Peer]]


@pytest.fixture(scope="session")
def served() -> Iterator[dict[str, str]]:
    """``realtime-voice serve --scripted``, as the variables that it prints."""
    command = [sys.executable, "-W", "error", "-m", "realtime_voice", "serve", "--scripted"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        variables: dict[str, str] = {}
        while len(variables) < 2:
            name, _, value = process.stdout.readline().strip().partition("=")
            if name in {"OPENAI_BASE_URL", "OPENAI_API_KEY"}:
                variables[name] = value
        yield variables
        process.terminate()


@pytest.fixture
def live(served: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of somebody who has a key; the "service" is the scripted server."""
    for name, value in served.items():
        monkeypatch.setenv(name, value)
    return served


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    """A file in which somebody says something."""
    return spoken_file(tmp_path / "hello.wav", "hello there")


def spoken_file(path: Path, *sentences: str) -> Path:
    """A file with some sentences in our own voice, and a second of silence after each."""
    voice = FormantVoice()
    silence = np.zeros(RATE, np.int16)
    parts = [
        part
        for sentence in sentences
        for part in (np.frombuffer(voice.say(sentence).pcm, "<i2"), silence)
    ]
    write_wav(path, np.concatenate(parts), RATE)
    return path


def peer_on(make: Callable[[], LocalServer]) -> OpenPeer:
    """A way to open a server of the test's own instead of one of the command's."""

    @asynccontextmanager
    async def open_peer(**_: object) -> AsyncIterator[Peer]:
        async with make() as server:
            yield Peer(client=server.client(), where="a server of the test")

    return open_peer
