"""The laboratory: the server, its certificate, and the processes of the contestants.

Every process has a time limit and is ended by its own handle.
"""

import json
import os
import select
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import certifi
import trustme

from benchmarks.adapters.base import KEY

ROOT = Path(__file__).parent.parent
START_S = 60.0
STOP_S = 10.0


class Lab:
    """Everything that contestants need; leave it with ``with``.

    Args:
        folder: Where byte code is cached, from one run to the next.
        pin: Give the server and the contestants a processor each, where there are two.
    """

    def __init__(self, folder: Path, *, pin: bool = True) -> None:
        self._bytecode = folder.absolute()
        processors = sorted(os.sched_getaffinity(0))
        pair = (processors[0], processors[1]) if pin and len(processors) > 1 else (-1, -1)
        self._client_cpu, server_cpu = pair
        self._secrets = tempfile.TemporaryDirectory()
        secrets = Path(self._secrets.name)
        self._trust = secrets / "authorities.pem"
        chain = secrets / "server.pem"
        _make_certificates(chain, self._trust)
        command = [sys.executable, "-m", "benchmarks.server", "--certificate", str(chain)]
        command += ["--cpu", str(server_cpu)]
        self._server = subprocess.Popen(
            command, stdout=subprocess.PIPE, cwd=ROOT, env=self.environment(), text=True
        )
        self.ports = self._await_ports()

    def _await_ports(self) -> dict[str, int]:
        output = self._server.stdout
        assert output is not None
        ready, _, _ = select.select([output], [], [], START_S)
        line = output.readline() if ready else ""
        if not line:
            self.close()
            raise RuntimeError("the server did not start")
        ports: dict[str, int] = json.loads(line)
        return ports

    def environment(self) -> dict[str, str]:
        """Environment of every process: byte code is cached, our authority is trusted."""
        kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        return {
            **kept,
            "PYTHONPYCACHEPREFIX": str(self._bytecode),
            "OPENAI_API_KEY": KEY,
            "SSL_CERT_FILE": str(self._trust),
        }

    def run(
        self,
        name: str,
        suites: str,
        parameters: dict[str, Any],
        *,
        tls: bool,
        timeout_s: float = 300.0,
        profile: bool = False,
    ) -> dict[str, Any]:
        """Run one contestant; returns what it found, or how it failed."""
        scheme, port = ("https", self.ports["wss"]) if tls else ("http", self.ports["ws"])
        url = f"{scheme}://127.0.0.1:{port}/v1"
        command = [sys.executable, "-m", "benchmarks.child", name, "--url", url]
        command += ["--control", str(self.ports["control"]), "--suites", suites]
        command += ["--parameters", json.dumps(parameters), "--cpu", str(self._client_cpu)]
        if profile:
            command.append("--profile")
        errors = None if profile else subprocess.PIPE
        load = os.getloadavg()[0]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            output, said = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return {"name": name, "errors": {"run": f"took more than {timeout_s:g} s"}}
        lines = output.strip().splitlines()
        if not lines:
            return {"name": name, "errors": {"run": (said or "")[-300:]}}
        return {**json.loads(lines[-1]), "load": round(load, 2)}

    def close(self) -> None:
        """End the server."""
        self._server.terminate()
        try:
            self._server.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        if self._server.stdout is not None:
            self._server.stdout.close()
        self._secrets.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _make_certificates(chain: Path, trust: Path) -> None:
    """A certificate for this machine, and the usual authorities with ours among them.

    A production client loads all of them, so a contestant that does so for every connection
    pays for it here too.
    """
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1", "localhost")
    issued.private_key_and_cert_chain_pem.write_to_path(str(chain))
    usual = Path(certifi.where()).read_bytes()
    trust.write_bytes(usual + b"\n" + authority.cert_pem.bytes())
