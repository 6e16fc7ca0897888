"""What the runner makes of Autobahn's report; the suite itself is nox session ``autobahn``."""

from tests.conformance.autobahn import CASES, as_table, read_report


def case(behavior: str = "OK", close: str = "OK") -> dict[str, object]:
    """A case in a report."""
    return {"behavior": behavior, "behaviorClose": close, "remoteCloseCode": 1000}


def test_a_clean_report_is_clean() -> None:
    """Cases may be non-strict or informational; none may have failed."""
    names = {str(number): case() for number in range(CASES - 2)}
    results = {
        **names,
        "6.4.1": case("NON-STRICT"),
        "7.1.6": case("INFORMATIONAL", "INFORMATIONAL"),
    }
    verdict = read_report(results, "trio", 17.0)
    assert verdict.is_clean
    assert verdict.problems == ()
    assert as_table([verdict]).splitlines()[-1] == "| trio | 301 | 299 | 1 | 1 | 0 | 0 | 17.0 |"


def test_a_failed_case_a_wrong_code_or_a_missing_case_is_none() -> None:
    """Each of them makes the report unclean, and is named."""
    names = {str(number): case() for number in range(CASES - 1)}
    failed = read_report({**names, "2.10": case("FAILED")}, "trio", 1.0)
    wrong = read_report({**names, "2.5": case(close="WRONG CODE")}, "trio", 1.0)
    assert (failed.is_clean, failed.failed, failed.wrong_close) == (False, 1, 0)
    assert (wrong.is_clean, wrong.failed, wrong.wrong_close) == (False, 0, 1)
    assert failed.problems == ("2.10: FAILED, close OK (1000)",)
    assert wrong.problems == ("2.5: OK, close WRONG CODE (1000)",)
    assert not read_report(names, "trio", 1.0).is_clean
