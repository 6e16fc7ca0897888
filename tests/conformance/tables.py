"""How the programs in this folder tell what they found: lines, and tables in Markdown."""

import sys
from collections.abc import Iterable, Sequence

__all__ = ["say", "table"]


def say(text: str) -> None:
    """Write a line at once, so that a long run can be followed."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def table(header: Sequence[str], rows: Iterable[Sequence[object]], *, words: int = 1) -> str:
    """A table; numbers with a point get one digit behind it.

    Args:
        header: Names of the columns.
        rows: Cells.
        words: How many columns at the left hold words; the others are aligned for numbers.
    """
    lines = [header, ["---" if index < words else "---:" for index, _ in enumerate(header)], *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(value: object) -> str:
    return f"{value:.1f}" if isinstance(value, float) else str(value)
