"""The short form of the long conversation."""

import pytest

from tests.session.soak import soak


@pytest.mark.slow
@pytest.mark.anyio
async def test_half_a_minute_in_real_time_loses_nothing() -> None:
    """Every sample arrives, every answer is played, every sentence is transcribed."""
    findings = await soak(30)
    assert findings.good, findings
    assert findings.spoken == 6
    assert findings.wall_s == pytest.approx(findings.sound_s, abs=4)
