"""Random cancels lose nothing; the short form of a campaign that is run by hand and in CI."""

from collections.abc import Iterator

import pytest
from anyio.lowlevel import checkpoint

from realtime_voice.transport import Link
from realtime_voice.transport._inbox import Inbox
from tests.conformance.cancel_everything import main
from tests.conformance.cancellations import Tally, as_table, campaign, styles_of
from tests.conformance.session_cancellations import CALLS, session_campaign
from tests.conformance.strict_peer import numbered, read_number, serving_strictly
from tests.conformance.transports import TLS_TRANSPORTS, TRANSPORTS, TransportKind, run_on

CANCELS = 100
"""Of each of the 20 campaigns, so 2,000 in all."""
CAMPAIGNS = [
    (kind, call, style)
    for kind in TRANSPORTS
    for call in ("receive", "send")
    for style in styles_of(kind)
]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A strict server."""
    with serving_strictly() as address:
        yield address


@pytest.mark.parametrize(("kind", "call", "style"), CAMPAIGNS, ids=str)
def test_a_cancelled_call_loses_and_doubles_nothing(
    kind: TransportKind, call: str, style: str, url: str
) -> None:
    """What was cancelled is received by the next call, or was not sent, or was sent whole."""

    async def run() -> Tally:
        return await campaign(kind, call, style, url, cancels=CANCELS, seed=7)

    tally = run_on(kind, run)
    assert tally.cancelled >= CANCELS
    assert tally.is_clean, as_table([tally])


def test_a_message_tells_its_number() -> None:
    """A message of any size says which one it is, and cannot hide damage."""
    for size in (0, 1, 20, 40_000):
        assert read_number(numbered(2, 17, size)) == (2, 17)
    with pytest.raises(ValueError, match="damaged"):
        read_number(numbered(2, 17, 20)[:-1] + "x")
    with pytest.raises(ValueError, match="damaged"):
        read_number(numbered(2, 17, 0) + numbered(2, 18, 0))


@pytest.mark.parametrize(
    ("kind", "style"),
    [(TRANSPORTS[0], "anyio scope"), (TLS_TRANSPORTS[0], "task.cancel")],
    ids=str,
)
@pytest.mark.parametrize("call", CALLS)
def test_a_cancelled_call_of_a_session_loses_and_doubles_nothing(
    kind: TransportKind, call: str, style: str
) -> None:
    """Sound arrives in whole pieces, and an iterator that is disturbed gives everything."""

    async def run() -> Tally:
        return await session_campaign(kind, call, style, cancels=50, seed=7)

    tally = run_on(kind, run)
    assert tally.cancelled >= 50
    assert tally.is_clean, as_table([tally])


def test_a_receive_that_loses_is_found_out(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The campaign sees a message that leaves the inbox before the call may still be cancelled."""
    good = Inbox.get

    async def bad(self: Inbox) -> str | bytes:
        message = await good(self)
        await checkpoint()
        return message

    monkeypatch.setattr(Inbox, "get", bad)

    async def run() -> Tally:
        return await campaign(TRANSPORTS[0], "receive", "anyio scope", url, cancels=300, seed=7)

    tally = run_on(TRANSPORTS[0], run)
    assert tally.lost > 0
    assert not tally.is_clean


def test_a_send_that_doubles_is_found_out(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The campaign sees a message that is sent again."""
    good = Link.send

    async def bad(self: Link, data: str | bytes) -> None:
        await good(self, data)
        if data != "report":
            await good(self, data)

    monkeypatch.setattr(Link, "send", bad)

    async def run() -> Tally:
        return await campaign(TRANSPORTS[0], "send", "anyio scope", url, cancels=100, seed=7)

    assert run_on(TRANSPORTS[0], run).doubled > 0


def test_the_command_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    """One line for each campaign, and the total."""
    arguments = ["--transport", "trio", "--call", "receive", "--cancels", "40"]
    assert main(arguments) == 0
    assert capsys.readouterr().out.endswith("20 cancelled calls, 0 faulty campaigns\n")
