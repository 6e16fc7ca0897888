"""Random cancels lose nothing; the short form of a campaign that is run by hand and in CI."""

from collections.abc import Iterator

import pytest

from tests.conformance.cancellations import Tally, as_table, campaign, styles_of
from tests.conformance.strict_peer import numbered, read_number, serving_strictly
from tests.conformance.transports import TRANSPORTS, TransportKind, run_on

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
