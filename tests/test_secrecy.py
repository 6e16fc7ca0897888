"""What is secret or private stays so while a connection lives, and in each way it may end.

The key is in nothing that can be printed. What people and models say, and what tools are given, is
in no log, no warning and no message of an exception.
"""

import json
import logging
import warnings
from collections.abc import Iterator

import anyio
import pytest

from realtime_voice.errors import RealtimeError
from realtime_voice.session import Session
from realtime_voice.testing import Call, Called, LocalServer, Scripted, Typed
from realtime_voice.testing.faults import (
    BREACHES,
    ODDITIES,
    AfterEvents,
    Breach,
    Close,
    Cut,
    Expire,
    Fault,
    OddEvent,
    OversizedHeader,
    SendBinary,
    SendText,
)
from tests.secrecy import leaks

pytestmark = pytest.mark.anyio

KEY = "sk-canary-" + "84b2d7"
ASKED = "canary" + "-what-the-user-wrote"
SAID = "canary" + "-what-the-model-said"
GIVEN = "canary" + "-what-the-tool-was-given"
FOUND = "canary" + "-what-the-tool-found"
ODD = "canary" + "-in-an-odd-event"
PRIVATE = (ASKED, SAID, GIVEN, FOUND, ODD)

AT = AfterEvents(event="response.done", count=2)
END = Cut(when=AT)
BROKEN_DELTA = json.dumps({"type": "response.output_text.delta", "delta": [ODD], "event_id": 5})
ODD_TEXTS = (BROKEN_DELTA, f'{{"type": "{ODD}"}}', f'["{ODD}"]', f'{{"{ODD}": "{ODD}', ODD)
FAULTS: list[list[Fault]] = [
    [Cut(when=AT)],
    [Cut(when=AT, how="rst")],
    [Cut(when=AT, mid_frame=True)],
    [Close(when=AT, code=1000)],
    [Close(when=AT, code=1011, reason="going down")],
    [Close(when=AT, code=3000, reason="invalid_request_error.invalid_api_key")],
    [Close(when=AT, code=4000)],
    [Expire(when=AT)],
    [OversizedHeader(when=AT)],
    [SendBinary(when=AT, data=ODD.encode()), END],
    *([SendText(when=AT, text=text), END] for text in ODD_TEXTS),
    *([OddEvent(when=AT, kind=kind), END] for kind in ODDITIES),
    *([Breach(when=AT, kind=kind)] for kind in BREACHES),
]


@pytest.fixture(autouse=True)
def _loggers(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Every logger at its lowest level; no canary is in what they write."""
    caplog.set_level(1)
    for name in ("realtime_voice", "httpx", "httpcore", "anyio", "asyncio", "trio"):
        caplog.set_level(1, logger=name)
    with warnings.catch_warnings(record=True) as caught:
        yield
    written = [caplog.text, *(repr(vars(record)) for record in caplog.records)]
    written += [str(warning.message) for warning in caught]
    assert logging.getLogger("httpx").level == 1
    for canary in (KEY, *PRIVATE):
        assert [text for text in written if canary in text] == []


async def talk(server: LocalServer) -> Session:
    """Write, let a tool be called, answer it, and stay until the connection ends."""
    session = Session(client=server.client())
    async with session:
        await session.send_text(ASKED)
        async for call in session.tool_calls():
            assert json.loads(call.arguments) == {"query": GIVEN}
            await session.submit_tool_output(call.call_id, FOUND)
            break
        async for _ in session.turns():
            pass
    return session


@pytest.mark.parametrize("faults", FAULTS, ids=repr)
async def test_a_life_and_its_end_give_nothing_away(faults: list[Fault]) -> None:
    """Whatever ends the connection, the error is typed and holds no secret and no private word."""
    script = [
        Typed(ASKED, call=Call(name="look", arguments=json.dumps({"query": GIVEN}))),
        Called("look", say=SAID),
    ]
    async with LocalServer(Scripted(script), token=KEY, faults=faults) as server:
        with pytest.raises(RealtimeError) as caught, anyio.fail_after(15):
            await talk(server)
    error = caught.value
    below = error.__traceback__.tb_next  # type: ignore[union-attr] # this frame knows the server
    assert leaks(error.with_traceback(below), KEY) == []
    for canary in PRIVATE:
        assert canary not in f"{error} {error!r}"
