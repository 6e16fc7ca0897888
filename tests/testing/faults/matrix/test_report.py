"""The table tells the worst of each place, and the sum counts everything."""

import json
from pathlib import Path

import pytest

from realtime_voice.testing.faults import __main__ as command
from realtime_voice.testing.faults.matrix import ROWS, Case, Job, Outcome, Report, Row, Verdict
from realtime_voice.testing.faults.matrix._world import World

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "faults.md"


async def nothing(_: World) -> None:
    """No check."""


def row(number: int, *cases: str, on: tuple[str, ...] = ("plain", "tls")) -> Row:
    """Some row."""
    made = tuple(Case(name=name, check=nothing, on=on) for name in cases)
    return Row(number=number, fault=f"fault {number}", must="be | well", cases=made)


def verdict(number: int, case: str, outcome: Outcome, **changes: object) -> Verdict:
    """Some verdict."""
    place = {"backend": "trio", "transport": "tls"}
    job = Job(row=number, case=case, bound_s=1.0, **place)
    return Verdict(job=job, outcome=outcome, seconds=1.5, **changes)


REPORT = Report(
    (row(7, "a", "b"), row(8, "c")),
    (
        verdict(7, "a", Outcome.OK),
        verdict(7, "b", Outcome.FAIL, told="something else"),
        verdict(8, "c", Outcome.HANG, told="it did not end"),
        verdict(8, "d", Outcome.LEAK, tasks=("x", "y"), sockets=("socket",)),
        verdict(8, "e", Outcome.SKIPPED, told="there is no moon"),
    ),
    12.0,
)


def test_sum() -> None:
    """Rows, cases, failures, hangs and what was left behind."""
    assert REPORT.sum() == (
        "2 rows, 4 cases run, 3 failed, 1 hangs, leaked: 2 tasks, 0 threads, 1 sockets; "
        "1 skipped; 12 s"
    )


def test_text() -> None:
    """One table, what went wrong in words below it, the sum as the last line."""
    lines = REPORT.text().splitlines()
    (seven,) = [line for line in lines if line.startswith("7 ")]
    assert seven.split()[-4:] == ["-", "FAIL", "-", "3.0"] or "FAIL" in seven
    (eight,) = [line for line in lines if line.startswith("8 ")]
    assert "HANG" in eight
    assert "FAIL: row 7, b, trio, tls (1.5 s): something else" in lines
    assert "skipped: 1 cases, because there is no moon" in lines
    assert lines[-1] == REPORT.sum()


def test_markdown() -> None:
    """Places that agree share a word; a bar in a text does not break the table."""
    good = Report((row(7, "a"),), (verdict(7, "a", Outcome.OK),))
    assert "| 7 | fault 7 | be \\| well |  |  | ok: tls |" in good.markdown()
    assert "tls: FAIL" in REPORT.markdown()
    assert "| 7 | fault 7 | be \\| well | plain, tls |" in Report((row(7, "a"),), ()).markdown()


def test_json() -> None:
    """Every verdict, and the versions; verdicts survive the way between processes."""
    found = json.loads(REPORT.json())
    assert found["verdicts"][1]["told"] == "something else"
    assert found["versions"]["anyio"]
    for one in REPORT.verdicts:
        assert Verdict.from_json(one.to_json()) == one


def test_the_page_shows_the_rows() -> None:
    """The table in the docs is the one that ``--list --markdown`` prints."""
    assert Report(ROWS, ()).markdown() in PAGE.read_text()


def test_the_command_lists(capsys: pytest.CaptureFixture[str]) -> None:
    """``--list`` runs nothing."""
    assert command.main(["--list", "--rows", "2", "--markdown"]) == 0
    assert "nobody listens on the port" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments", [["--rows", "999"], ["--backend", "twisted"], ["--transport", "pigeon"]]
)
def test_the_command_refuses(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Words that nobody knows end it with status 2 and the words that it knows."""
    assert command.main(arguments) == 2
    assert capsys.readouterr().err


def test_the_command_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It prints the table, writes the verdicts, and ends with 0 where all is well."""
    path = tmp_path / "faults.json"
    arguments = ["--rows", "15", "--backend", "asyncio", "--jobs", "1", "--json", str(path)]
    assert command.main(arguments) == 0
    assert "0 failed, 0 hangs, leaked: 0 tasks, 0 threads, 0 sockets" in capsys.readouterr().out
    assert len(json.loads(path.read_text())["verdicts"]) == 2


def test_the_command_fails(capsys: pytest.CaptureFixture[str]) -> None:
    """A row that the processes cannot even find is a failure: status 1, and told at once."""
    unknown = (row(15, "no such case", on=("plain",)),)
    assert command.main(["--backend", "asyncio", "--jobs", "1"], rows=unknown) == 1
    captured = capsys.readouterr()
    assert "FAIL: row 15" in captured.err
    assert "1 failed" in captured.out
