"""Our client converses with a server written by others: ``@copilotkit/aimock`` from npm.

It mocks the realtime protocol in writing: it takes sound and never answers it, so these
conversations are typed. ``REALTIME_VOICE_NODE_MODULES`` names the folder that it is installed in.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from realtime_voice.client import RealtimeClient
from realtime_voice.config import SessionConfig
from realtime_voice.session import Session

pytestmark = pytest.mark.anyio

_LIMIT_S = 20
_FIXTURES: dict[str, Any] = {
    "fixtures": [
        {"match": {"toolResultContains": "sunny"}, "response": {"content": "It is sunny in Rome."}},
        {"match": {"userMessage": "hello"}, "response": {"content": "Hello! How can I help?"}},
        {
            "match": {"userMessage": "weather"},
            "response": {"toolCalls": [{"name": "get_weather", "arguments": {"city": "Rome"}}]},
        },
    ]
}
_WEATHER_TOOL = {
    "type": "function",
    "name": "get_weather",
    "description": "Look up the weather for a city.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}


def _node() -> str:
    """Return the node to use: the one beside our Python, else the one on the path."""
    beside = shutil.which("node", path=str(Path(sys.executable).parent))
    found = beside or shutil.which("node")
    assert found is not None, "node is not installed"
    return found


@pytest.fixture(scope="module")
def aimock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run aimock; give its base URL."""
    modules = Path(os.environ["REALTIME_VOICE_NODE_MODULES"])
    command = modules / "@copilotkit" / "aimock" / "dist" / "cli.js"
    fixtures = tmp_path_factory.mktemp("aimock") / "fixtures.json"
    fixtures.write_text(json.dumps(_FIXTURES))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments = [_node(), str(command), "--port", str(port), "--fixtures", str(fixtures)]
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _LIMIT_S
    while time.monotonic() < deadline:
        assert process.poll() is None, "aimock ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("aimock does not listen")


async def test_written_conversation(aimock: str) -> None:
    """A written message gets its written answer, and the turn is complete."""
    config = SessionConfig(output_modality="text", turn_detection=None)
    client = RealtimeClient(api_key="any", base_url=aimock)
    with anyio.fail_after(_LIMIT_S):
        async with Session(config, client=client) as session:
            turns = session.turns()
            await session.send_text("hello")
            turn = await anext(turns)
    assert turn.user is not None
    assert turn.assistant is not None
    assert turn.user.text == "hello"
    assert turn.assistant.text == "Hello! How can I help?"


async def test_tool_call(aimock: str) -> None:
    """A function call reaches us with its arguments; its output leads to the answer."""
    config = SessionConfig(output_modality="text", turn_detection=None, tools=[_WEATHER_TOOL])
    client = RealtimeClient(api_key="any", base_url=aimock)
    with anyio.fail_after(_LIMIT_S):
        async with Session(config, client=client) as session:
            calls, turns = session.tool_calls(), session.turns()
            await session.send_text("weather")
            call = await anext(calls)
            assert (call.name, json.loads(call.arguments)) == ("get_weather", {"city": "Rome"})
            await session.submit_tool_output(call.call_id, "sunny")
            turn = await anext(turns)
    assert turn.assistant is not None
    assert turn.assistant.text == "It is sunny in Rome."
