"""Statistics of rounds: medians, and ratios that are taken inside each round."""

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import median


def middle(values: Iterable[float | None]) -> float:
    """Median of the numbers among them; nan: there are none."""
    numbers = [value for value in values if value is not None and not math.isnan(value)]
    return median(numbers) if numbers else math.nan


def percentile(values: Sequence[float], percent: float) -> float:
    """The value below which so many percent lie, interpolated; nan: there are none."""
    if not values:
        return math.nan
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def ratio(
    rounds: Iterable[Mapping[str, float]], of: str, to: str
) -> tuple[float, float, float] | None:
    """Median, least and greatest of one contestant's value over another's, round by round."""
    found = [one[of] / one[to] for one in rounds if one.get(of) and one.get(to)]
    return (median(found), min(found), max(found)) if found else None
