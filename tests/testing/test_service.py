"""The server outlives broken brains and broken connections."""

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import numpy as np
import pytest
from numpy.typing import NDArray

from realtime_voice.errors import ConnectError, ConnectionLost, UnconsumedStepError
from realtime_voice.testing import (
    AudioRequest,
    Heard,
    LocalServer,
    Scripted,
    SpeechDetector,
    Typed,
)
from realtime_voice.testing._asgi import App
from realtime_voice.testing._engine import EngineOptions
from realtime_voice.testing._scripted import ScriptMind
from realtime_voice.testing._service import Service
from tests.testing.harness import silence, speech
from tests.testing.wires import connected

pytestmark = pytest.mark.anyio


class NoMind(Scripted):
    """A brain that has no mind for anybody."""

    def connect(self) -> ScriptMind:
        raise RuntimeError("no mind")


class DeafDetector:
    """A detector that breaks."""

    frame_ms = 20

    def is_speech(self, frame: NDArray[np.int16]) -> bool:
        raise RuntimeError("deaf")


class Deaf(Scripted):
    """A brain whose detector breaks."""

    def connect(self) -> ScriptMind:
        mind = super().connect()

        def detector(threshold: float) -> SpeechDetector:
            return DeafDetector()

        mind.detector = detector  # type: ignore[method-assign] - the point of the test
        return mind


@pytest.mark.parametrize("in_process", [False, True])
async def test_brain_without_a_mind(*, in_process: bool) -> None:
    """A brain that cannot take a connection ends it with 1011; the test gets the exception."""

    async def play() -> None:
        async with LocalServer(NoMind()) as server:
            client = server.in_process_client() if in_process else server.client()
            with pytest.raises((ConnectError, ConnectionLost)):
                await client.connect(model="gpt-realtime")
            assert server.sessions[0].close_code == 1011

    with pytest.raises(RuntimeError, match="no mind"):
        await play()


async def test_broken_detector() -> None:
    """A detector that breaks ends its connection with 1011, bare."""

    async def play() -> None:
        async with LocalServer(Deaf()) as server, connected(server) as wire:
            await wire.receive()
            await wire.speak(silence(100))
            with pytest.raises(ConnectionLost) as caught:
                await wire.receive()
            assert caught.value.code == 1011

    with pytest.raises(RuntimeError, match="deaf"):
        await play()


async def test_utterance_under_way_at_the_end() -> None:
    """A connection that ends in mid-speech, or while its user is being heard, ends cleanly."""

    async def play() -> None:
        async with LocalServer(Scripted([Heard("never finished")])) as server:
            async with connected(server) as wire:
                await wire.speak(speech())
                await wire.until("input_audio_buffer.speech_started")
            await server.sessions[0].wait_closed()

    with pytest.raises(UnconsumedStepError):
        await play()


async def test_answer_that_is_not_waited_for() -> None:
    """A response that is cancelled while the mind thinks lets the mind go."""
    script = Scripted([Typed("hello", think_s=60, write="Too late.")])
    async with LocalServer(script) as server, connected(server) as wire:
        content = [{"type": "input_text", "text": "hello"}]
        item = {"type": "message", "role": "user", "content": content}
        await wire.send("conversation.item.create", item=item)
        await wire.send("response.create")
        await wire.until("response.created")
        await anyio.wait_all_tasks_blocked()
        await wire.send("response.cancel")
        response = (await wire.until("response.done"))[-1]["response"]
        assert (response["status"], response["output"]) == ("cancelled", [])


async def test_request_of_an_answer() -> None:
    """The mind is told everything it needs, in plain values."""
    seen: list[AudioRequest] = []

    class Curious(Scripted):
        def connect(self) -> ScriptMind:
            mind = super().connect()
            answer = mind.answer

            def spy(request: AudioRequest) -> Any:
                seen.append(request)
                return answer(request)

            mind.answer = spy  # type: ignore[method-assign] - the point of the test
            return mind

    brain = Curious([Typed("hello", write="Hi.")])
    async with LocalServer(brain) as server, connected(server) as wire:
        session = {
            "type": "realtime",
            "instructions": "Be kind.",
            "output_modalities": ["text"],
        }
        await wire.send("session.update", session=session)
        content = [{"type": "input_text", "text": "hello"}]
        item = {"type": "message", "role": "user", "content": content}
        await wire.send("conversation.item.create", item=item)
        await wire.send("response.create", response={"metadata": {"a": "b"}})
        await wire.until("response.done")
    (request,) = seen
    assert (request.instructions, request.modality, request.voice) == ("Be kind.", "text", "alloy")
    assert (request.metadata, request.heard, request.out_of_band) == ({"a": "b"}, None, False)


# --- ASGI by hand -----------------------------------------------------------------------------


def _app() -> App:
    return App(Service(Scripted(), EngineOptions()), "secret")


def _scope(path: str = "/v1/realtime", kind: str = "websocket") -> dict[str, Any]:
    return {
        "type": kind,
        "path": path,
        "query_string": b"model=gpt-realtime",
        "headers": [(b"authorization", b"Bearer secret")],
        "subprotocols": [],
    }


def _script(*messages: Any) -> Callable[[], Awaitable[dict[str, Any]]]:
    """Return a ``receive`` that gives these messages, or raises them."""
    left = list(messages)

    async def receive() -> dict[str, Any]:
        if not left:
            await anyio.sleep_forever()
        message = left.pop(0)
        if isinstance(message, Exception):
            raise message
        found: dict[str, Any] = message
        return found

    return receive


async def _run(scope: dict[str, Any], *messages: Any) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await _app()(scope, _script({"type": "websocket.connect"}, *messages), send)
    return sent


async def test_asgi_denial() -> None:
    """A wrong path is denied over HTTP before the upgrade."""
    start, body = await _run(_scope("/v1/nowhere"))
    assert (start["type"], start["status"]) == ("websocket.http.response.start", 404)
    assert b"unknown_url" in body["body"]


async def test_asgi_lifespan_is_not_spoken() -> None:
    """Other kinds of ASGI scopes are left alone."""
    assert await _run(_scope(kind="lifespan")) == []


async def test_asgi_binary_and_goodbye() -> None:
    """Binary messages are refused; a disconnect without a code is 1005."""
    sent = await _run(
        _scope(),
        {"type": "websocket.receive", "bytes": b"\x00"},
        {"type": "websocket.disconnect"},
    )
    kinds = [message["type"] for message in sent]
    assert kinds[0] == "websocket.accept"
    assert "websocket.close" not in kinds


@pytest.mark.parametrize("error", [anyio.ClosedResourceError(), anyio.EndOfStream()])
async def test_asgi_that_breaks(error: Exception) -> None:
    """A channel that breaks while it is read ends the connection quietly."""
    assert (await _run(_scope(), error))[0]["type"] == "websocket.accept"


@pytest.mark.parametrize("token", [b"Bearer secret", b"Bearer wrong"])
async def test_asgi_that_cannot_be_written(token: bytes) -> None:
    """A channel that breaks while it is written ends the connection quietly."""
    sent: list[str] = []

    async def send(message: Any) -> None:
        sent.append(message["type"])
        if len(sent) > 1:
            raise anyio.BrokenResourceError

    scope = {**_scope(), "headers": [(b"authorization", token)]}
    await _app()(scope, _script({"type": "websocket.connect"}), send)
    assert sent[0] == "websocket.accept"
