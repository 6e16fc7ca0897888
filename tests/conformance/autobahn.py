"""Autobahn's fuzzing server against our link as its echo client, on every transport.

``nox -s autobahn`` installs the suite under Python 2.7 (it knows no other) and runs this module:
``python -m tests.conformance.autobahn --python2 PATH --suite FOLDER``. The exit status is 0 only if
no case failed and no close code was wrong.
"""

import argparse
import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import trustme

from realtime_voice.errors import RealtimeError
from tests.conformance.echo import echo_until_it_ends
from tests.conformance.tables import say, table
from tests.conformance.transports import (
    TLS_TRANSPORTS,
    TRANSPORTS,
    TransportKind,
    linked,
    run_on,
)

__all__ = ["Verdict", "as_table", "main", "read_report"]

CASES = 301
"""How many cases the suite has without compression, which the Realtime API does not use."""
_AGENT = "realtime_voice"
_CASE_SECONDS = 60.0
_START_SECONDS = 30.0
_MAX_FRAGMENTS = 1 << 17
"""Cases 9.3 and 9.4 cut 4 MiB into 65,536 fragments, four times what a link accepts by itself."""


@attrs.frozen(kw_only=True)
class Verdict:
    """What the suite says of one transport."""

    transport: str
    """Name of the transport."""
    cases: int
    """Cases that were run."""
    behaviour: Mapping[str, int]
    """How many cases ended how: ``OK``, ``NON-STRICT``, ``INFORMATIONAL``, ``FAILED``."""
    wrong_close: int
    """Cases after which the connection was not closed as it should have been."""
    seconds: float
    """How long all of them took."""
    problems: tuple[str, ...] = ()
    """The cases that failed, and what was wrong."""

    @property
    def failed(self) -> int:
        """Cases with an end that the suite does not accept."""
        accepted = ("OK", "NON-STRICT", "INFORMATIONAL")
        return self.cases - sum(self.behaviour.get(name, 0) for name in accepted)

    @property
    def is_clean(self) -> bool:
        """Whether every case ran, none failed, and every close was right."""
        return self.cases == CASES and self.failed == 0 and self.wrong_close == 0


def read_report(results: Mapping[str, Any], transport: str, seconds: float) -> Verdict:
    """Count what the suite wrote into ``index.json`` about one agent.

    Args:
        results: From the case's name to what happened.
        transport: Name of the transport.
        seconds: How long it took.
    """
    behaviour = Counter(str(case["behavior"]) for case in results.values())
    fine = {"OK", "INFORMATIONAL"}
    wrong = [name for name, case in results.items() if case["behaviorClose"] not in fine]
    bad = [
        f"{name}: {case['behavior']}, close {case['behaviorClose']} ({case['remoteCloseCode']})"
        for name, case in results.items()
        if case["behavior"] not in {*fine, "NON-STRICT"} or name in wrong
    ]
    return Verdict(
        transport=transport,
        cases=len(results),
        behaviour=dict(behaviour),
        wrong_close=len(wrong),
        seconds=seconds,
        problems=tuple(bad),
    )


def as_table(verdicts: Sequence[Verdict]) -> str:
    """One line for each transport, in Markdown."""
    header = ["transport", "cases", "OK", "non-strict", "informational", "failed"]
    rows = [
        [
            verdict.transport,
            verdict.cases,
            *(verdict.behaviour.get(name, 0) for name in ("OK", "NON-STRICT", "INFORMATIONAL")),
            verdict.failed,
            verdict.wrong_close,
            verdict.seconds,
        ]
        for verdict in verdicts
    ]
    return table([*header, "wrong close code", "s"], rows)


# --- The suite -------------------------------------------------------------------------------


@contextmanager
def _fuzzing_server(
    python2: str, suite: Path, folder: Path, authority: trustme.CA | None
) -> Iterator[str]:
    """Autobahn's server in a process of its own; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    specification = {
        "url": f"{'wss' if authority else 'ws'}://127.0.0.1:{port}",
        "outdir": str(folder / "report"),
        "cases": ["*"],
        "exclude-cases": ["12.*", "13.*"],
        "exclude-agent-cases": {},
    }
    if authority is not None:
        specification |= _certificate(authority, folder)
    (folder / "spec.json").write_text(json.dumps(specification), encoding="utf-8")
    # As a site folder, not on PYTHONPATH: zope.interface is found through its .pth file only.
    program = (
        f"import site; site.addsitedir({str(suite.absolute())!r}); "
        "from autobahntestsuite.wstest import run; run()"
    )
    process = subprocess.Popen(
        [python2, "-c", program, "-m", "fuzzingserver", "-w", "0", "-s", "spec.json"],
        cwd=folder,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        stdout=subprocess.DEVNULL,
        stderr=(folder / "server.log").open("wb"),
    )
    try:
        _await_port(port, process, folder / "server.log")
        yield f"{'https' if authority else 'http'}://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _certificate(authority: trustme.CA, folder: Path) -> dict[str, str]:
    """The part of the specification that makes the server speak TLS."""
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    issued.cert_chain_pems[0].write_to_path(folder / "certificate.pem")
    return {"key": str(folder / "key.pem"), "cert": str(folder / "certificate.pem")}


def _await_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"Autobahn's server did not start:\n{log.read_text(errors='replace')}")


# --- Our side --------------------------------------------------------------------------------


async def _run_cases(kind: TransportKind, url: str, trust: ssl.SSLContext) -> None:
    """Be the echo client of every case, one after the other."""
    async with linked(kind, f"{url}/getCaseCount", trust=trust) as link:
        count = int(await link.receive())
    for number in range(1, count + 1):
        try:
            address = f"{url}/runCase?case={number}&agent={_AGENT}"
            async with linked(kind, address, trust=trust, max_fragments=_MAX_FRAGMENTS) as link:
                await echo_until_it_ends(link, limit_s=_CASE_SECONDS)
        except (RealtimeError, TimeoutError) as exc:
            say(f"{kind.name}: case number {number}: {exc!r}")
    async with linked(kind, f"{url}/updateReports?agent={_AGENT}", trust=trust) as link:
        await echo_until_it_ends(link, limit_s=_CASE_SECONDS)


def _run(kind: TransportKind, options: argparse.Namespace, folder: Path) -> Verdict:
    """Run all cases on one transport."""
    folder.mkdir(parents=True)
    authority = trustme.CA()
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    wanted = authority if kind.tls else None
    with _fuzzing_server(options.python2, options.suite, folder, wanted) as url:
        began = time.perf_counter()
        run_on(kind, partial(_run_cases, kind, url, trust))
        seconds = time.perf_counter() - began
    report = json.loads((folder / "report" / "index.json").read_text(encoding="utf-8"))
    return read_report(report[_AGENT], kind.name, seconds)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the suite and print the table; the status is 0 if nothing was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python2", required=True, help="a Python 2.7")
    parser.add_argument("--suite", type=Path, required=True, help="where autobahntestsuite is")
    parser.add_argument("--transport", action="append", default=[], help="only this one")
    parser.add_argument("--keep", type=Path, help="folder for Autobahn's own report")
    options = parser.parse_args(arguments)
    every = (*TRANSPORTS, *TLS_TRANSPORTS)
    kinds = [kind for kind in every if not options.transport or kind.name in options.transport]
    with tempfile.TemporaryDirectory() as scratch:
        folder = (options.keep or Path(scratch)).absolute()
        verdicts = [_run(kind, options, folder / kind.name) for kind in kinds]
    say(as_table(verdicts))
    for verdict in verdicts:
        for problem in verdict.problems:
            say(f"{verdict.transport}: {problem}")
    return 0 if all(verdict.is_clean for verdict in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
