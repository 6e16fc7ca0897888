"""The rows are all there, each case has a place, and rows can be picked by number."""

import pytest

from realtime_voice.errors import ConfigError
from realtime_voice.testing.faults.matrix import ROWS, jobs_of, pick_rows
from realtime_voice.testing.faults.matrix._rows import BACKENDS, TRANSPORTS

WANTED = {*range(1, 44), *range(67, 72), 82, *range(84, 93)}


def test_every_row_is_there_once() -> None:
    """Rows 1 to 43, 67 to 71, 82 and 84 to 92."""
    numbers = [row.number for row in ROWS]
    assert numbers == sorted(WANTED)


def test_every_row_says_what_and_how() -> None:
    """Names are unique within a row, places exist, and both kinds of event loops are tried."""
    for row in ROWS:
        names = [case.name for case in row.cases]
        assert len(names) == len(set(names)) > 0
        assert row.fault
        assert row.must
        for case in row.cases:
            assert set(case.on) <= set(TRANSPORTS)
            assert set(case.backends) <= set(BACKENDS)
        backends = {backend for case in row.cases for backend in case.backends}
        assert {"asyncio", "trio"} <= backends


def test_picking_rows() -> None:
    """Numbers and ranges; a range may have gaps, a number may not."""
    assert pick_rows(ROWS, None) == ROWS
    assert [row.number for row in pick_rows(ROWS, "67-84, 3")] == [3, 67, 68, 69, 70, 71, 82, 84]


@pytest.mark.parametrize("wanted", ["", "x", "1-", "44", "3,50-60", "-3"])
def test_picking_no_rows(wanted: str) -> None:
    """What names no row is refused."""
    with pytest.raises(ConfigError) as caught:
        pick_rows(ROWS, wanted)
    assert caught.value.field == "rows"


def test_jobs() -> None:
    """One for each place where a case makes sense, slow ones first, long ones when asked for."""
    rows = pick_rows(ROWS, "27")
    jobs = jobs_of(rows, backends=("trio",), transports=("plain", "process"))
    assert [(job.row, job.backend, job.transport) for job in jobs] == [(27, "trio", "plain")]
    longer = jobs_of(rows, backends=("trio",), transports=("plain",), long=True)
    assert len(longer) == 2
    bounds = [job.bound_s for job in jobs_of(ROWS)]
    assert bounds == sorted(bounds, reverse=True)
