"""Every campaign of random cancels: ``nox -s cancellations``.

``python -m tests.conformance.cancel_everything`` cancels, on each transport, 100,000 calls of
``receive`` and ``send`` and 2,000 of a session's ``append_audio`` and ``events()``; those of
sessions through TLS as well. The exit status is 0 only if nothing was lost, doubled, damaged or
out of order.
"""

import argparse
import sys
from collections.abc import Sequence
from functools import partial

from tests.conformance.cancellations import Tally, as_table, campaign, styles_of
from tests.conformance.session_cancellations import CALLS, session_campaign
from tests.conformance.strict_peer import serving_strictly
from tests.conformance.tables import say
from tests.conformance.transports import TLS_TRANSPORTS, TRANSPORTS, TransportKind, run_on

__all__ = ["main"]

_LINK_CALLS = ("receive", "send")


def _campaigns(kind: TransportKind, url: str, options: argparse.Namespace) -> list[Tally]:
    """All campaigns on one transport, each told as soon as it is over."""
    possible = CALLS if kind.tls else (*_LINK_CALLS, *CALLS)
    wanted = [call for call in possible if not options.call or call in options.call]
    styles = styles_of(kind)
    tallies: list[Tally] = []
    for call in wanted:
        of_link = call in _LINK_CALLS
        total = options.cancels if of_link else options.session_cancels
        cancels = -(-total // (2 * len(styles)))
        for style in styles:
            run = (
                partial(campaign, kind, call, style, url, cancels=cancels, seed=options.seed)
                if of_link
                else partial(
                    session_campaign, kind, call, style, cancels=cancels, seed=options.seed
                )
            )
            tallies.append(run_on(kind, run))
            say(as_table(tallies[-1:]).splitlines()[-1])
    return tallies


def main(arguments: Sequence[str] | None = None) -> int:
    """Run every campaign and print the table; the status is 0 if nothing went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cancels", type=int, default=100_000, help="on each transport")
    parser.add_argument("--session-cancels", type=int, default=2_000, help="on each transport")
    parser.add_argument("--transport", action="append", default=[], help="only this one")
    parser.add_argument("--call", action="append", choices=[*_LINK_CALLS, *CALLS], default=[])
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    every = (*TRANSPORTS, *TLS_TRANSPORTS)
    kinds = [kind for kind in every if not options.transport or kind.name in options.transport]
    with serving_strictly() as url:
        tallies = [tally for kind in kinds for tally in _campaigns(kind, url, options)]
    say(as_table(tallies))
    total = sum(tally.cancelled for tally in tallies)
    faulty = sum(not tally.is_clean for tally in tallies)
    say(f"{total} cancelled calls, {faulty} faulty campaigns")
    return min(faulty, 1)


if __name__ == "__main__":
    sys.exit(main())
