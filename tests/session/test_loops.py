"""What the loops and the performer do with frames that no good server sends."""

import anyio
import pytest

from realtime_voice.audio import ArraySink, QueueSource
from realtime_voice.config import SemanticVAD, SessionConfig
from realtime_voice.conversation import ServerProblem
from realtime_voice.errors import (
    AuthError,
    ConnectionLost,
    EventEncodeError,
    LinkStalled,
    QuotaExhausted,
    RequestRejected,
    SessionExpired,
)
from realtime_voice.events import RealtimeResponseCreateParams, UnknownServerEvent
from realtime_voice.session import Session, _loops
from tests.session.helpers import (
    FedClient,
    Server,
    collect,
    failure_of,
    failure_of_run,
    opened,
    run,
)

pytestmark = pytest.mark.anyio


async def test_frames_that_are_no_events_end_nothing() -> None:
    """They are counted, and the session goes on."""
    async with opened() as (session, server):
        events, notes = session.events(), session.notifications()
        for text in ("not json", "[]", "{}", '{"type": "session.updated", "session": 5}'):
            await server.send_text(text)
        await server.send("brand.new", value=1)
        with anyio.fail_after(20):
            async for event in events:
                if isinstance(event, UnknownServerEvent):
                    break
        assert event.raw["value"] == 1
        statistics = session.statistics()
        assert (statistics.events_malformed, statistics.events_unknown) == (4, 1)
        told = [await anext(notes) for _ in range(4)]
        assert all(isinstance(note, ServerProblem) and note.code == "malformed" for note in told)
        assert statistics.problems == 4


async def test_errors_that_belong_to_nobody_are_told_and_survived() -> None:
    """The kind of error decides what they count as."""
    async with opened() as (session, server):
        notes = session.notifications()
        await server.error("response_cancel_not_active")
        await server.error("something_new")
        problems = [await anext(notes), await anext(notes)]
        assert [one.benign for one in problems if isinstance(one, ServerProblem)] == [True, False]
        statistics = session.statistics()
        assert (statistics.problems, statistics.problems_benign) == (1, 1)


async def test_a_model_that_does_not_exist_ends_the_session() -> None:
    """Unless the caller of an update has asked for it: then it is his error alone."""

    async def refuse(server: Server) -> None:
        await server.error("model_not_found", param="model")

    session = await run(refuse)
    assert session.result is not None
    error = session.result.error
    assert isinstance(error, RequestRejected)
    assert (error.code, session.result.end_reason) == ("model_not_found", "error")

    async with opened() as (session, server):

        async def answer() -> None:
            event = await server.next("session.update")
            await server.error("model_not_found", event_id=event["event_id"])

        async with anyio.create_task_group() as group:
            group.start_soon(answer)
            with pytest.raises(RequestRejected) as caught:
                await session.update(instructions="x")
        assert caught.value.code == "model_not_found"
        assert not isinstance(caught.value, AuthError)
        await session.send_text("still alive")
        await server.next("conversation.item.create")


async def test_an_answer_that_failed_for_want_of_money_ends_the_session() -> None:
    """The quota is told in ``response.done``, where few look."""

    async def fail(server: Server) -> None:
        response = {"id": "resp_1", "object": "realtime.response", "output": []}
        await server.send("response.created", response={**response, "status": "in_progress"})
        details = {"type": "failed", "error": {"code": "insufficient_quota", "message": "Pay."}}
        await server.send(
            "response.done", response={**response, "status": "failed", "status_details": details}
        )

    session = await run(fail, sink=ArraySink())
    assert session.result is not None
    assert isinstance(session.result.error, QuotaExhausted)


async def test_the_last_words_explain_the_end() -> None:
    """An expiry keeps its meaning; another error counts only if it was the very last word."""

    async def expire(server: Server) -> None:
        await server.error("session_expired")
        await server.send("rate_limits.updated", rate_limits=[])
        await server.aclose()

    session = await run(expire)
    assert session.result is not None
    assert isinstance(session.result.error, SessionExpired)

    async def unrelated(server: Server) -> None:
        await server.error("invalid_value")
        await server.send("rate_limits.updated", rate_limits=[])
        await server.aclose()

    session = await run(unrelated)
    assert session.result is not None
    assert type(session.result.error) is ConnectionLost


async def test_calls_that_wait_at_the_end_get_the_end() -> None:
    """Nobody is left waiting for an answer."""

    async def leave(server: Server) -> None:
        await server.next("session.update")
        await server.aclose()

    client = FedClient()
    server = Server(client)
    session = Session(client=client)
    failures: list[Exception] = []

    async def play() -> None:
        await server.open()
        await leave(server)

    async def ask() -> None:
        failures.append(await failure_of(lambda: session.update(instructions="x")))

    async with anyio.create_task_group() as group:
        group.start_soon(play)
        group.start_soon(failure_of_run, session)
        await anyio.lowlevel.checkpoint()
        group.start_soon(ask)
    assert len(failures) == 1
    assert session.result is not None
    assert isinstance(session.result.error, ConnectionLost)


async def test_a_client_that_cannot_connect() -> None:
    """The client's error is the session's."""
    fault = AuthError("no")
    session = Session(client=FedClient(fails=fault))
    assert await failure_of(session.run) is fault
    assert (await failure_of(lambda: collect(session.turns()))) is fault


async def test_the_model_is_the_configured_one_or_the_default() -> None:
    """A configuration without a model asks for the default model."""
    for config, model in [
        (SessionConfig(model="mine"), "mine"),
        (SessionConfig.from_wire({"type": "realtime"}), "gpt-realtime-2.1"),
    ]:
        client = FedClient(fails=AuthError("no"))
        await failure_of(Session(config, client=client).run)
        assert client.models == [model]


async def test_an_event_that_cannot_be_written_fails_its_caller_only() -> None:
    """Half a surrogate pair stops nobody else; in the first configuration it ends the session."""
    broken = RealtimeResponseCreateParams(instructions="\ud800")
    async with opened() as (session, server):
        assert isinstance(
            await failure_of(lambda: session.create_response(broken)), EventEncodeError
        )
        await session.send_text("fine", respond=False)
        await server.next("conversation.item.create")
    config = SessionConfig.from_wire({"type": "realtime", "instructions": "\ud800"})
    client = FedClient()
    await Server(client).send("session.created", session={"type": "realtime"})
    failure = await failure_of(Session(config, client=client).run)
    assert isinstance(failure, EventEncodeError)


async def test_a_server_that_says_nothing_more_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names what was awaited."""
    monkeypatch.setattr(_loops, "_SILENT_SECONDS", 0.3)
    monkeypatch.setattr(_loops, "_BARRIER_SECONDS", 0.1)
    source = QueueSource()
    source.push(b"\0\0" * 2400)
    source.close()

    async def silent(server: Server) -> None:
        await server.send("input_audio_buffer.speech_started", item_id="item_1", audio_start_ms=0)
        await server.next("input_audio_buffer.clear")

    session = await run(silent, source=source)
    assert session.result is not None
    error = session.result.error
    assert isinstance(error, LinkStalled)
    assert "speech" in str(error)


async def test_semantic_turns_get_more_silence_while_somebody_speaks() -> None:
    """A fast source gets all of it at once, because nobody can tell yet."""
    source = QueueSource()
    source.push(b"\0\0" * 2400)
    source.close()
    sent: list[int] = []

    async def listen(server: Server) -> None:
        await server.next("input_audio_buffer.clear")
        await server.send("input_audio_buffer.cleared")
        sent.append(sum(event["type"] == "input_audio_buffer.append" for event in server.got))

    config = SessionConfig(turn_detection=SemanticVAD(eagerness="high"))
    session = await run(listen, source=source, config=config)
    assert session.result is not None
    assert session.result.end_reason == "source_ended"
    assert sent == [1 + 25]
