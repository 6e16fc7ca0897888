"""The shape of the resampler's low-pass filter, as a continuous curve that any phase is read from.

A kernel is even, ends after its zero crossings with a value and a slope of zero, and is the sum
of cosines below; ``benchmarks/resample_kernel.py`` found the coefficients and finds them again.
Frequencies are in units of the lower of the two Nyquist frequencies. Rates are not known here.
"""

import numpy as np
from numpy.polynomial.chebyshev import chebval
from numpy.typing import NDArray

__all__ = ["LONG_ZEROS", "SHORT_ZEROS", "kernel"]

SHORT_ZEROS = 16
"""Exact up to 0.4, within 0.2 dB up to 0.8, -1.7 dB at 0.85, rejects 107 dB from 1.1 on."""

LONG_ZEROS = 32
"""Exact up to 0.65, within 0.1 dB up to 0.84, rejects 110 dB from 1.0 on: nothing folds back."""

# fmt: off
_COSINES = {
    SHORT_ZEROS: (
        0.03125087068, 0.06249824724, 0.06250175882, 0.06249825866, 0.06250175080,
        0.06249830294, 0.06250137204, 0.06249983239, 0.06249886416, 0.06249872805,
        0.06254094199, 0.06224723450, 0.06335525764, 0.06073095166, 0.04191876697,
        0.01612778495, 0.00261531145, 0.00008540320, 0.00000020420, -0.00000003065,
        -0.00000017572, 0.00000021007,
    ),
    LONG_ZEROS: (
        0.01562529130, 0.03124942297, 0.03125056024, 0.03124946932, 0.03125048423,
        0.03124957194, 0.03125037017, 0.03124968804, 0.03125025117, 0.03124981836,
        0.03125012378, 0.03124992465, 0.03125002050, 0.03125001230, 0.03124995859,
        0.03125004829, 0.03124995037, 0.03125001174, 0.03125006735, 0.03124978283,
        0.03125060479, 0.03124830970, 0.03125427671, 0.03123947710, 0.03127412561,
        0.03120789078, 0.03127959505, 0.03123630661, 0.02526334234, 0.01246539730,
        0.00289518038, 0.00019890380, 0.00000009215, -0.00000009217, 0.00000001998,
        0.00000004645, -0.00000007518, 0.00000008522, -0.00000008667, 0.00000007762,
    ),
}
# fmt: on


def kernel(distance: NDArray[np.float64], zeros: int) -> NDArray[np.float64]:
    """Return the kernel's value at some distances.

    Args:
        distance: Distances in units of the spacing of zero crossings; 0 is the middle.
        zeros: :data:`SHORT_ZEROS` or :data:`LONG_ZEROS`, which is also where the kernel ends.
    """
    cosine = np.cos(np.pi / zeros * np.minimum(np.abs(distance), zeros))
    # cos(n * x) is the n-th Chebyshev polynomial of cos(x): one cosine does for all.
    return np.asarray(chebval(cosine, _COSINES[zeros]), np.float64)
