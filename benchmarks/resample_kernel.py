"""Design the resampler's two kernels and print the coefficients of ``audio/_kernel.py``.

    python benchmarks/resample_kernel.py

A kernel of ``zeros`` zero crossings on each side is a series of cosines that ends at zero, with a
slope of zero. Its spectrum is known in closed form, so its coefficients are a small weighted
least-squares problem; Lawson's reweighting (1961) makes the largest error as small as it can be.
"""

from dataclasses import dataclass

import numpy as np

REJECTION_DB = 110.0
RIPPLE = 2e-5


@dataclass(frozen=True)
class Design:
    """What a kernel shall do; frequencies in units of the lower Nyquist frequency."""

    zeros: int
    last: int
    exact: float
    flat: float
    flat_db: float
    rejected: float


# Exact (to a 16 bit step) where speech has its strength, flat as far as the telephone band goes.
DESIGNS = (
    Design(zeros=16, last=21, exact=0.40, flat=0.82, flat_db=0.3, rejected=1.10),
    Design(zeros=32, last=39, exact=0.62, flat=0.85, flat_db=0.15, rejected=1.00),
)


def spectrum(frequencies, zeros, last):
    """The transform of each cosine on ``|t| < zeros``; frequency 1 is the Nyquist frequency."""
    wave = np.pi * np.arange(last + 1) / zeros
    omega = np.pi * frequencies[:, np.newaxis]
    below, above = (omega - wave) * zeros / np.pi, (omega + wave) * zeros / np.pi
    return zeros * (np.sinc(below) + np.sinc(above))


def design(plan):
    """Return the coefficients with the smallest largest error, and that error."""
    low = np.linspace(0, plan.flat, 8 * plan.zeros)
    high = plan.rejected + np.concatenate((
        np.linspace(0, 1, 16 * plan.zeros),
        np.linspace(1.02, 3, 16 * plan.zeros),
        np.geomspace(3.02, 63, 150),
    ))  # fmt: skip
    end = (-1.0) ** np.arange(plan.last + 1)
    bands = spectrum(np.concatenate((low, high)), plan.zeros, plan.last)
    matrix = np.vstack((bands, end))
    wanted = np.concatenate((np.ones(len(low)), np.zeros(len(high) + 1)))
    # The allowed ripple grows from RIPPLE, evenly in dB, where exact ends and flat goes on.
    growth = np.clip((low - plan.exact) / (plan.flat - plan.exact), 0, 1)
    rejection = 10 ** (-REJECTION_DB / 20)
    tolerance = np.concatenate((
        RIPPLE * ((10 ** (plan.flat_db / 20) - 1) / RIPPLE) ** growth,
        # Twice as high, mirrors of a coarsely sampled kernel may add up: stay well below there.
        np.where(high < plan.rejected + 0.5, rejection, rejection / 4),
        [1e-6 * rejection],
    ))  # fmt: skip
    weights, best = np.ones(len(wanted)), (np.inf, np.zeros(plan.last + 1))
    for _ in range(120):
        rows = np.append(np.sqrt(weights[:-1]), 1) / tolerance
        solution = np.linalg.lstsq(matrix * rows[:, np.newaxis], wanted * rows, rcond=1e-15)[0]
        error = np.abs(matrix @ solution - wanted) / tolerance
        largest = error[:-1].max()
        best = min(best, (largest, solution), key=lambda pair: pair[0])
        weights *= np.maximum(error / largest, 0.02)
        weights /= weights.mean()
    return best


def main():
    """Print both kernels."""
    for plan in DESIGNS:
        error, coefficients = design(plan)
        reached = REJECTION_DB - 20 * np.log10(error)
        print(f"# {plan.zeros} zeros: {reached:.1f} dB from {plan.rejected} Nyquist")
        print(", ".join(f"{value:.11f}" for value in coefficients))


if __name__ == "__main__":
    main()
