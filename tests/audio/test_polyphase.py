"""The filter bank: exact sums, bounded memory, measured response."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from realtime_voice.audio._polyphase import (
    FILTER_SCALE,
    MAX_SUMMED_SAMPLE,
    Polyphase,
    _bank,
)
from realtime_voice.errors import AudioError

PAIRS = [
    (a, b)
    for a in (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)
    for b in (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)
    if a != b
]
ODD_PAIRS = [(11_025, 24_000), (12_345, 24_000), (24_000, 12_345), (44_101, 24_000), (8_001, 7_999)]


def _response(rate_in: int, rate_out: int, frequencies: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gain of the bank as one filter at ``rate_in * rows`` Hz, for frequencies in Hz, in dB."""
    bank = _bank(rate_in, rate_out)
    rows = bank.table[:-1] if bank.interpolated else bank.table
    positions = np.arange(len(rows))[:, np.newaxis] / len(rows)
    distances = (positions - np.arange(1 - bank.half, bank.half + 1)).ravel() / rate_in
    weights = rows.ravel() / FILTER_SCALE / len(rows)
    sums = np.array([np.sum(weights * np.cos(2 * np.pi * f * distances)) for f in frequencies])
    return 20 * np.log10(np.abs(sums) + 1e-12)


@pytest.mark.parametrize(("rate_in", "rate_out"), PAIRS + ODD_PAIRS)
def test_every_sum_is_exact(rate_in: int, rate_out: int) -> None:
    """Coefficients are whole, rows add up to one, and no sum can leave the exact range."""
    bank = _bank(rate_in, rate_out)
    assert (bank.table == np.rint(bank.table)).all()
    assert (bank.table.sum(axis=1) == FILTER_SCALE).all()
    assert np.abs(bank.table).sum(axis=1).max() * MAX_SUMMED_SAMPLE < 2**53


@pytest.mark.parametrize(("rate_in", "rate_out"), PAIRS)
def test_alias_rejection_and_passband(rate_in: int, rate_out: int) -> None:
    """Nothing folds back, and what speech needs stays flat.

    From 16 kHz on, at least 105 dB from the lower Nyquist frequency on, within 0.1 dB up to 0.84
    of it; with 8 kHz on one side, from 1.1 on and within 0.2 dB up to 0.8.
    """
    nyquist = min(rate_in, rate_out) / 2
    start, flat, ripple = (1.0, 0.84, 0.1) if nyquist >= 8_000 else (1.1, 0.8, 0.2)
    # The bank as one filter works at rate_in * up, and mirrors at half of that.
    mirror = rate_in * _bank(rate_in, rate_out).up / 2
    high = np.geomspace(start * nyquist * 1.003, min(8 * nyquist, mirror), 400)
    assert _response(rate_in, rate_out, high).max() <= -105
    low = np.linspace(0, flat * nyquist, 100)
    assert np.abs(_response(rate_in, rate_out, low)).max() < ripple


@pytest.mark.parametrize(("rate_in", "rate_out"), PAIRS)
def test_delay_is_at_most_two_milliseconds(rate_in: int, rate_out: int) -> None:
    """For every pair of common rates."""
    assert Polyphase(rate_in, rate_out, 1).delay_frames / rate_in <= 0.002


@pytest.mark.parametrize(
    ("rate_in", "rate_out"),
    [(44_101, 48_000), (767_999, 768_000), (768_000, 3_001), (3_001, 768_000)],
)
def test_rates_without_a_common_divisor_need_no_giant_table(rate_in: int, rate_out: int) -> None:
    """Interpolated rows keep the table below 4 MiB for any two rates."""
    bank = _bank(rate_in, rate_out)
    assert bank.table.nbytes <= 4 << 20
    assert math.gcd(bank.up, bank.down) == 1


def test_interpolated_rows_reject_as_much() -> None:
    """With interpolated rows a tone keeps its level, and an alias stays below 95 dB."""
    rate_in, rate_out = 44_101, 24_000
    for frequency, expected in ((1_000.0, 0.0), (9_000.0, 0.0), (14_000.0, -95.0)):
        tone = np.rint(32_000 * np.sin(2 * np.pi * frequency * np.arange(rate_in) / rate_in))
        out = Polyphase(rate_in, rate_out, 1).push(tone[np.newaxis])[0] / FILTER_SCALE
        level = 20 * np.log10(out[1000:-1000].std() * math.sqrt(2) / 32_000)
        assert level <= expected + 0.01
        assert expected or level >= -0.01


def test_streams_are_filtered_separately() -> None:
    """Two streams side by side give what each gives alone."""
    both = np.rint(np.random.default_rng(1).uniform(-3e4, 3e4, (2, 500)))
    together = Polyphase(8000, 24_000, 2)
    result = np.concatenate((together.push(both), together.flush()), axis=1)
    for line, expected in zip(both, result, strict=True):
        alone = Polyphase(8000, 24_000, 1)
        single = np.concatenate((alone.push(line[np.newaxis]), alone.flush()), axis=1)
        assert np.array_equal(single[0], expected)


def test_rates_too_far_apart_are_refused() -> None:
    """The message names both rates and the limit."""
    with pytest.raises(AudioError, match=r"768000 Hz to 1000 Hz.*256"):
        Polyphase(768_000, 1_000, 1)
