"""A flood of events for somebody who does not read: memory stays within its bound.

Server, client and each transport run in processes of their own, so that the figure is the client's.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import anyio
import httpx

from realtime_voice.client import RealtimeClient
from realtime_voice.errors import SlowConsumerError
from realtime_voice.session import Session
from realtime_voice.testing import LocalServer, Scripted
from realtime_voice.testing.faults import AfterEvents, Flood
from tests.conformance.tables import say, table
from tests.conformance.transports import TransportKind, find_transport, run_on

__all__ = ["measured", "tell"]

_EVENTS = 60_000
_BOUND_MIB = 32
_ALLOWED_MIB = _BOUND_MIB * 1.1
_PAGE_MIB = 4096 / (1 << 20)
_LIMIT_S = 120
_EVENT = {
    "type": "response.output_audio.delta",
    "response_id": "resp_flood",
    "item_id": "item_flood",
    "output_index": 0,
    "content_index": 0,
    "delta": "AAEC" * 1000,
}


def tell(kinds: Sequence[TransportKind]) -> bool:
    """Measure each transport, print a table, and say whether the bound was kept."""
    if sys.platform != "linux":
        say("memory of a slow consumer: not measured; needs Linux")
        return True
    rows: list[list[object]] = []
    for kind in kinds:
        found = measured(kind)
        rows.append([kind.name, found["events"], found["delivered"], found["growth"], found["end"]])
    header = ["transport", "events", "then delivered", "memory grew by MiB", "the iterator ended"]
    say(table(header, rows))
    return all(float(str(row[3])) <= _ALLOWED_MIB for row in rows)


def measured(kind: TransportKind, *, events: int = _EVENTS) -> dict[str, object]:
    """Flood one client that does not read.

    Args:
        kind: Its transport.
        events: How many.

    Returns:
        ``events`` received, how many were then ``delivered``, the ``growth`` of memory in MiB, and
        how the iterator came to its ``end``.
    """
    module = [sys.executable, "-m", "tests.conformance.slow_consumer"]
    with subprocess.Popen(
        [*module, "serve", str(events)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        url, token = server.stdout.readline().split()
        try:
            done = subprocess.run(
                [*module, "listen", kind.name, url, token, str(events)],
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
        finally:
            server.terminate()
    found: dict[str, object] = json.loads(done.stdout)
    return found


async def _serve(events: int) -> None:
    flood = Flood(when=AfterEvents(event="session.updated"), count=events, event=_EVENT)
    async with LocalServer(Scripted(), faults=[flood]) as server:
        say(f"{server.url} {server.token}")
        await anyio.sleep_forever()


async def _listen(kind: TransportKind, url: str, token: str, count: int) -> dict[str, object]:
    async with httpx.AsyncClient(trust_env=False) as http_client:
        client = RealtimeClient(
            token, base_url=url, http_client=http_client if kind.own_client else None
        )
        session = Session(client=client, keep_audio_s=0)
        events = session.events()
        before = _resident_mib()
        most, delivered = before, 0
        end = "not"
        async with session:
            with anyio.fail_after(_LIMIT_S):
                while session.statistics().events_received < count:
                    most = max(most, _resident_mib())
                    await anyio.sleep(0.02)
            received = session.statistics().events_received
            try:
                with anyio.move_on_after(2):
                    async for _ in events:
                        delivered += 1
            except SlowConsumerError:
                end = SlowConsumerError.__name__
        growth = max(most, _resident_mib()) - before
    return {"events": received, "delivered": delivered, "growth": growth, "end": end}


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * _PAGE_MIB


def _main() -> None:
    parser = argparse.ArgumentParser(description="one of the processes")
    parser.add_argument("role", choices=["serve", "listen"])
    parser.add_argument("rest", nargs="*")
    options = parser.parse_args()
    if options.role == "serve":
        anyio.run(_serve, int(options.rest[0]))
    else:
        name, url, token, count = options.rest
        kind = find_transport(name)
        say(json.dumps(run_on(kind, partial(_listen, kind, url, token, int(count)))))


if __name__ == "__main__":
    _main()
