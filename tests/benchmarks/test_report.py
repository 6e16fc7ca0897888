"""What a report says about a run: ratios within rounds, goals, gaps."""

from pathlib import Path
from typing import Any

from benchmarks import report
from benchmarks.goals import verdicts
from benchmarks.results import Results
from benchmarks.stats import percentile, ratio


def run(**rows_by_step: list[dict[str, Any]]) -> dict[str, Any]:
    """Results as a run writes them."""
    rows = [{"step": step, **row} for step, some in rows_by_step.items() for row in some]
    return {
        "quick": True,
        "date": "2026-11-22T10:00:00+00:00",
        "processor": "A processor",
        "processors": 2,
        "system": "Linux",
        "python": "3.11.7",
        "load_at_start": [0.1, 0.1, 0.1],
        "versions": {"openai": "3.54.0"},
        "rows": rows,
    }


def paced(name: str, number: int, sessions: float, on_time: float = 1.0) -> dict[str, Any]:
    """One row of 50 sessions."""
    return {
        "name": name,
        "round": number,
        "sessions_per_core": sessions,
        "sends_on_time": on_time,
    }


def test_ratios_are_taken_within_a_round() -> None:
    """A slow round is slow for both, and says nothing about their ratio."""
    rounds = [{"ours": 10.0, "theirs": 5.0}, {"ours": 100.0, "theirs": 50.0}, {"ours": 1.0}]
    assert ratio(rounds, "ours", "theirs") == (2.0, 2.0, 2.0)


def test_percentiles_are_interpolated() -> None:
    """Between two values lies a value."""
    assert percentile([3.0, 1.0, 2.0], 50) == 2.0
    assert percentile([0.0, 10.0], 25) == 2.5


def test_a_goal_is_reached_behind_or_not_measured() -> None:
    """The three words that a goal can get."""
    rows = [paced("realtime_voice", 0, 400), paced("livekit", 0, 250), paced("raw picows", 0, 600)]
    judged = {one.goal: one.reached for one in verdicts(Results(run(paced_50=rows)))}
    assert judged["50 sessions: at least 1.3 x the best peer"] is True
    assert judged["50 sessions: at least 0.75 x raw picows"] is False
    assert judged["200 sessions: at least 1.2 x the best peer, sends on time"] is None


def test_who_sends_late_does_not_reach_the_goal() -> None:
    """Less work in the same time is no speed."""
    rows = [paced("realtime_voice", 0, 400, 0.9), paced("livekit", 0, 250)]
    judged = {one.goal: one.reached for one in verdicts(Results(run(paced_50=rows)))}
    assert judged["50 sessions: at least 1.3 x the best peer"] is False


def test_a_report_shows_machine_tables_and_errors() -> None:
    """What a reader needs to judge the figures stands beside them."""
    rows = [paced("realtime_voice", 0, 400), {"name": "livekit", "round": 0, "errors": {"a": "b"}}]
    text = report.render(run(paced_50=rows))
    assert "A processor" in text
    assert "| **realtime_voice** |" in text
    assert "paced_50: livekit: a: b" in text


def test_a_report_is_written_between_the_marks(tmp_path: Path) -> None:
    """The words around it stay."""
    page = tmp_path / "page.md"
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n", encoding="utf-8")
    report.write("new\n", page)
    report.write("newer\n", page)
    text = page.read_text(encoding="utf-8")
    assert text == f"before\n{report.BEGIN}\n\nnewer\n\n{report.END}\nafter\n"


def test_the_page_in_the_docs_has_the_marks() -> None:
    """The report has a place to go."""
    text = report.PAGE.read_text(encoding="utf-8")
    assert 0 < text.index(report.BEGIN) < text.index(report.END)
