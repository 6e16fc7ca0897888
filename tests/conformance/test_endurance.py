"""Pongs, the event loop, dead lines and memory; the short form of nox session ``endurance``.

The limits here are wide, because the machine may be busy; the session holds the links to the real
ones.
"""

from collections.abc import Iterator
from functools import partial

import pytest

from tests.conformance.endurance import holding, pongs, sending
from tests.conformance.half_open import is_possible, measure, separate_network
from tests.conformance.slow_consumer import measured
from tests.conformance.strict_peer import serving_strictly
from tests.conformance.transports import TRANSPORTS, TransportKind, run_on

MIB = 1 << 20
each_transport = pytest.mark.parametrize("kind", TRANSPORTS, ids=lambda kind: kind.name)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A strict server."""
    with serving_strictly() as address:
        yield address


@each_transport
def test_pings_are_answered_while_the_consumer_sleeps(kind: TransportKind, url: str) -> None:
    """Each ping gets its pong at once, although a backlog grows that nobody reads."""
    found = run_on(kind, partial(pongs, kind, url, seconds=0.7, every=0.02))
    assert found.answered == found.pings > 10
    assert found.worst_s < 0.5


@each_transport
def test_a_large_message_does_not_hold_the_loop(kind: TransportKind, url: str) -> None:
    """1 MiB comes, whole or in 16,384 pieces, and goes, while others get their turns."""
    runs = [
        partial(holding, kind, url, size=MIB),
        partial(holding, kind, url, size=MIB, fragments=16_384),
        partial(sending, kind, url, size=MIB),
    ]
    for run in runs:
        assert min(run_on(kind, run) for _ in range(3)) < 0.25


@pytest.mark.slow
@pytest.mark.skipif(not is_possible(), reason="needs Linux, root, ip and nft")
def test_a_line_that_is_cut_without_a_word_is_noticed() -> None:
    """Idle or sending, the link ends as stalled, with little sound at risk."""
    with separate_network():
        found = measure(TRANSPORTS[0])
    assert found.causes == ("LinkStalled", "LinkStalled")
    assert found.idle_s < 11.0
    assert found.sending_s < 8.0
    assert found.at_risk_s < 2.5


@pytest.mark.slow
def test_a_flood_for_a_slow_consumer_stays_within_its_bound() -> None:
    """What waits for an iterator that nobody reads has a bound, and the iterator tells."""
    found = measured(TRANSPORTS[0], events=10_000)
    assert found["end"] == "SlowConsumerError"
    assert found["delivered"] == 8192
    assert float(str(found["growth"])) < 64
