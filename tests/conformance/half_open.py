"""A line that is cut without a word: how soon a link notices, and how much sound is lost with it.

On Linux, as root: in a network namespace of its own, nftables drops every packet of an established
connection, as a dead router would. The links have their default limits.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from shutil import which

import anyio
import attrs

from realtime_voice.errors import LinkStalled, RealtimeError
from tests.conformance.strict_peer import BreachError, GoneError, StrictClient
from tests.conformance.tables import say, table
from tests.conformance.transports import TransportKind, find_transport, linked, run_on

__all__ = ["CutLine", "is_possible", "measure", "separate_network", "tell"]

_NAMESPACE = f"realtime-voice-{os.getpid()}"
_FRAME_S = 0.02
_MESSAGE = '{"type":"input_audio_buffer.append","audio":"' + "A" * 1280 + '"}'
"""20 ms of sound at 24 kHz."""
_BEFORE_S = 1.0
_IDLE_S, _SENDING_S, _RISK_S = 10.0, 6.0, 2.5
"""Limits: a dead line is noticed so soon when idle and when sending, with so much sound at risk."""
_SLACK_S = 0.1
"""What a loaded machine and the clock of the watchdog may add."""


@attrs.frozen(kw_only=True)
class CutLine:
    """What a link did when its line was cut."""

    idle_s: float
    """Seconds until it noticed, when nothing was sent."""
    sending_s: float
    """Seconds until it noticed, when sound was sent every 20 ms."""
    at_risk_s: float
    """Seconds of sound that it had taken and that never arrived."""
    causes: tuple[str, ...]
    """How the links ended."""

    @property
    def is_good(self) -> bool:
        """Whether each figure keeps its limit."""
        return (
            self.idle_s <= _IDLE_S + _SLACK_S
            and self.sending_s <= _SENDING_S + _SLACK_S
            and self.at_risk_s <= _RISK_S
            and set(self.causes) == {LinkStalled.__name__}
        )


def is_possible() -> bool:
    """Whether this machine lets us cut lines."""
    return sys.platform == "linux" and os.geteuid() == 0 and bool(which("ip") and which("nft"))


def tell(kinds: Sequence[TransportKind]) -> bool:
    """Measure each transport, print a table, and say whether every limit was kept."""
    if not is_possible():
        say("half-open lines: not measured; needs Linux, root, ip and nft")
        return True
    rows: list[list[object]] = []
    good = True
    with separate_network():
        for kind in kinds:
            cut = measure(kind)
            rows.append([kind.name, cut.idle_s, cut.sending_s, cut.at_risk_s])
            good &= cut.is_good
    say(table(["transport", "noticed idle, s", "noticed sending, s", "sound at risk, s"], rows))
    return good


# --- Inside of the namespace -----------------------------------------------------------------


class _Counter:
    """A server that counts what arrives."""

    def __init__(self) -> None:
        self.arrived = 0
        listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=self._count, args=(connection,), daemon=True).start()

    def _count(self, connection: socket.socket) -> None:
        client = StrictClient(connection)
        client.read_request()
        with suppress(GoneError, BreachError):
            while True:
                client.read_text()
                self.arrived += 1


def _drop(port: int) -> None:
    """Lose every packet from and to a port from now on."""
    rules = "\n".join(
        (
            "table inet cut {",
            "chain input {",
            "type filter hook input priority 0",
            f"tcp dport {port} drop",
            f"tcp sport {port} drop",
            "}",
            "}",
            "",
        )
    )
    subprocess.run(["nft", "-f", "-"], input=rules.encode(), check=True)  # noqa: S607 - found by which()


async def _measure(kind: TransportKind) -> CutLine:
    """Cut the line of two links at the same moment: an idle one and one that sends."""
    counter = _Counter()
    url = f"http://127.0.0.1:{counter.port}/"
    found: dict[str, tuple[float, str]] = {}
    cut = anyio.Event()
    taken = 0

    async def idle() -> None:
        async with linked(kind, url) as link:
            await cut.wait()
            found["idle"] = await _end_of(link.receive)

    async def speaking() -> None:
        nonlocal taken

        async def speak() -> None:
            nonlocal taken
            await link.send(_MESSAGE)
            taken += 1
            await anyio.sleep(_FRAME_S)

        async with linked(kind, url) as link:
            while not cut.is_set():
                await speak()
            found["sending"] = await _end_of(speak)

    async with anyio.create_task_group() as group:
        group.start_soon(idle)
        group.start_soon(speaking)
        await anyio.sleep(_BEFORE_S)
        _drop(counter.port)
        cut.set()
    (idle_s, one), (sending_s, other) = found["idle"], found["sending"]
    at_risk_s = (taken - counter.arrived) * _FRAME_S
    return CutLine(idle_s=idle_s, sending_s=sending_s, at_risk_s=at_risk_s, causes=(one, other))


async def _end_of(call: partial[object] | object) -> tuple[float, str]:
    """Seconds until a call raises, and what."""
    began = time.monotonic()
    try:
        with anyio.fail_after(60):
            while True:
                await call()  # type: ignore[operator] # a coroutine function
    except (RealtimeError, TimeoutError) as exc:
        return time.monotonic() - began, type(exc).__name__


# --- Outside of it ---------------------------------------------------------------------------


@contextmanager
def separate_network() -> Iterator[None]:
    """A network of our own, with packets as small as on a real line."""
    _ip("netns", "add", _NAMESPACE)
    try:
        _ip("-n", _NAMESPACE, "link", "set", "lo", "mtu", "1500", "up")
        yield
    finally:
        _ip("netns", "del", _NAMESPACE)


def measure(kind: TransportKind) -> CutLine:
    """Measure a transport, in a process inside of :func:`separate_network`."""
    module = [sys.executable, "-m", "tests.conformance.half_open", kind.name]
    command = ["ip", "netns", "exec", _NAMESPACE, *module]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    subprocess.run(
        ["ip", "netns", "exec", _NAMESPACE, "nft", "flush", "ruleset"],  # noqa: S607 - found by which()
        check=True,
    )
    return CutLine(**{**found, "causes": tuple(found["causes"])})


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)  # noqa: S607 - found by which()


def _main() -> None:
    parser = argparse.ArgumentParser(description="inside of the namespace only")
    parser.add_argument("transport")
    kind = find_transport(parser.parse_args().transport)
    say(json.dumps(attrs.asdict(run_on(kind, _measure, kind))))


if __name__ == "__main__":
    _main()
