"""Reads a file of results: medians over the rounds, and ratios within each of them."""

import math
from collections import defaultdict
from typing import Any

from benchmarks.adapters import PEERS, YARDSTICK
from benchmarks.stats import middle, ratio

Ratio = tuple[float, float, float]
"""Median, least and greatest over the rounds."""


class Results:
    """The rows of one run.

    Args:
        found: What :class:`benchmarks.run.Run` wrote.
    """

    def __init__(self, found: dict[str, Any]) -> None:
        self.found = found
        self._rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in found["rows"]:
            self._rows[row["step"]].append(row)

    def names(self, step: str) -> list[str]:
        """Who took part in a step."""
        return sorted({row["name"] for row in self._rows[step]})

    def value(self, step: str, name: str, key: str) -> float:
        """Median over the rounds; nan: nothing was found."""
        return middle(row.get(key) for row in self._rows[step] if row["name"] == name)

    def least(self, step: str, name: str, key: str) -> float:
        """The smallest over the rounds; nan: nothing was found."""
        values = [row.get(key) for row in self._rows[step] if row["name"] == name]
        return min((value for value in values if value is not None), default=math.nan)

    def rounds(self, step: str, key: str) -> list[dict[str, float]]:
        """For each round, the value of everybody who has one."""
        by_round: dict[int, dict[str, float]] = defaultdict(dict)
        for row in self._rows[step]:
            if row.get(key) is not None:
                by_round[row["round"]][row["name"]] = row[key]
        return [by_round[number] for number in sorted(by_round)]

    def ratio(self, step: str, key: str, of: str, to: str) -> Ratio | None:
        """One contestant's value over another's, round by round."""
        return ratio(self.rounds(step, key), of, to)

    def best_peer(self, step: str, key: str, *, most: bool = False) -> str:
        """The peer with the best median: the least, or the most where more is better."""
        values = {name: self.value(step, name, key) for name in PEERS}
        there = {name: value for name, value in values.items() if not math.isnan(value)}
        if not there:
            return YARDSTICK
        return (max if most else min)(there, key=there.__getitem__)

    def errors(self) -> list[str]:
        """What went wrong, once each."""
        return sorted(
            {
                f"{row['step']}: {row['name']}: {where}: {text}"
                for row in self.found["rows"]
                for where, text in row.get("errors", {}).items()
            }
        )
