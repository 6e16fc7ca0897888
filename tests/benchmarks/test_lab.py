"""The server, a contestant's process and this library work together."""

import math
from collections.abc import Iterator

import pytest

from benchmarks import plan
from benchmarks.lab import Lab

pytest.importorskip("picows", reason="the server of the benchmarks needs it")
pytest.importorskip("uvloop", reason="the server of the benchmarks needs it")

SHORT = {"seconds": 0.02, "barge_ins": 3, "sessions": 2, "paced_s": 0.3}
SMALL = plan.parameters(quick=True) | SHORT


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One server for all tests."""
    with Lab(tmp_path_factory.mktemp("lab"), pin=False) as lab:
        yield lab


@pytest.mark.parametrize("name", ["realtime_voice", "realtime_voice@trio", "raw link"])
def test_the_server_and_our_adapter_work_together(lab: Lab, name: str) -> None:
    """Sound is counted on both ends, over TLS, on every event loop."""
    found = lab.run(name, "burst,append_20,barge_in_quiet,paced", SMALL, tls=True)
    assert found.get("errors") is None
    assert found["barge_in_quiet_lost"] == 0
    for key in ("burst_cpu_us", "append_20_cpu_us", "sessions_per_core"):
        assert math.isfinite(found[key])
        assert found[key] > 0


def test_a_contestant_that_takes_too_long_is_ended(lab: Lab) -> None:
    """A process is ended by its own handle, and the run goes on."""
    found = lab.run("realtime_voice", "burst", SMALL, tls=False, timeout_s=0.05)
    again = lab.run("raw link", "connect", SMALL, tls=False)
    assert found["errors"]["run"] == "took more than 0.05 s"
    assert again["connect_ms"] > 0


def test_who_is_not_installed_is_left_out(lab: Lab) -> None:
    """A peer that is missing does not stop a run."""
    found = lab.run("no such contestant", "burst", SMALL, tls=False)
    assert "burst_cpu_us" not in found
    assert found.get("left_out") or found.get("errors")
