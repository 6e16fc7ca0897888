"""The local server as a command."""

import os
import signal
import socket
import subprocess
import sys

import anyio
import pytest

from realtime_voice.cli import _serve, main
from realtime_voice.client import RealtimeClient
from realtime_voice.errors import AuthError
from realtime_voice.session import Session


def test_it_can_be_talked_to_and_needs_its_token(served: dict[str, str]) -> None:
    """A session with the printed variables comes up; one with another token is refused."""

    async def talk(token: str) -> str | None:
        client = RealtimeClient(base_url=served["OPENAI_BASE_URL"], api_key=token)
        session = Session(client=client)
        async with session:
            await session.wait_ready()
        assert session.result is not None
        return session.result.session_id

    assert anyio.run(talk, served["OPENAI_API_KEY"])
    with pytest.raises(AuthError):
        anyio.run(talk, "wrong")
    assert served["OPENAI_BASE_URL"].startswith("http://127.0.0.1:")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_it_cleanly(number: signal.Signals) -> None:
    """It says how to reach it, and stops with code 0 and without a traceback."""
    command = [
        *(sys.executable, "-W", "error", "-m", "realtime_voice", "serve"),
        *("--scripted", "--token", "secret-for-test"),
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        while "as connection" not in lines[-1]:
            lines.append(process.stdout.readline())
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    text = "".join(lines)
    assert "OPENAI_API_KEY=secret-for-test" in text
    assert 'websocket_base_url="ws://127.0.0.1:' in text
    assert out.strip().endswith("stopped")
    assert err == ""
    assert process.returncode == 0


def test_a_request_to_terminate_ends_it_in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The very moment that the address is printed is late enough to stop it."""
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        if "OPENAI_BASE_URL" in text:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(_serve, "say", say)
    assert main(["serve", "--scripted", "--debug"]) == 0
    assert said[-1] == "stopped"


def test_a_port_that_is_taken_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """One line that names the port and the way out, code 1."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["serve", "--scripted", "--port", str(port)]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"realtime-voice serve: error: port {port} of this machine cannot")
    assert "leave --port out for a free one" in error
    assert len(error.splitlines()) == 1


def test_without_ears_it_says_how_to_get_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command to type is in the message."""
    monkeypatch.setattr(_serve, "local_ears_installed", lambda: False)
    assert main(["serve"]) == 1
    assert "pip install 'realtime-voice[local]'" in capsys.readouterr().err
