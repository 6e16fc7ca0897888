"""The shape of the filter's kernels."""

import numpy as np
import pytest

from realtime_voice.audio._kernel import LONG_ZEROS, SHORT_ZEROS, kernel


@pytest.mark.parametrize("zeros", [SHORT_ZEROS, LONG_ZEROS])
def test_a_kernel_is_even_ends_smoothly_and_sums_to_one(zeros: int) -> None:
    """Value and slope vanish at the end; samples one spacing apart add up to one anywhere."""
    ends = np.array([-2.0 * zeros, -zeros, zeros, zeros + 1.0])
    assert np.abs(kernel(ends, zeros)).max() < 1e-9
    near = kernel(np.array([zeros - 1e-4]), zeros)
    assert np.abs(near).max() < 1e-9
    distances = np.linspace(0, zeros, 1000)
    assert np.array_equal(kernel(distances, zeros), kernel(-distances, zeros))
    assert kernel(distances, zeros).argmax() == 0
    for phase in (0.0, 0.25, 0.7):
        total = kernel(np.arange(-zeros, zeros + 1) + phase, zeros).sum()
        assert total == pytest.approx(1, abs=1e-4)
