"""What was said against what was written down: words aligned, differences counted.

Pure text in, pure data out. This module knows nothing of sound, sessions or how differences are
shown; it folds case and punctuation and nothing else ("ten" and "10" are two words).
"""

import unicodedata
from typing import Literal

import attrs

__all__ = ["WordAlignment", "WordPair", "align_words"]

PairKind = Literal["equal", "replaced", "missing", "added"]
"""``missing``: said and not written. ``added``: written and not said."""

_APOSTROPHES = str.maketrans({"\u2019": "'", "\u02bc": "'", "\u2018": "'"})
_KEPT_INSIDE_WORDS = "'"


@attrs.frozen(kw_only=True)
class WordPair:
    """One word of the reference beside its counterpart in the hypothesis."""

    kind: PairKind
    """How the two relate."""
    reference: str
    """The word as it was said; empty for ``added``."""
    hypothesis: str
    """The word as it was written; empty for ``missing``."""


@attrs.frozen(kw_only=True)
class WordAlignment:
    """Two texts, word beside word, with the fewest differences possible."""

    pairs: tuple[WordPair, ...]
    """The words of both texts in order."""

    @property
    def errors(self) -> int:
        """Words that were replaced, are missing or were added."""
        return sum(pair.kind != "equal" for pair in self.pairs)

    @property
    def reference_words(self) -> int:
        """Words that were said."""
        return sum(pair.kind != "added" for pair in self.pairs)

    @property
    def word_error_rate(self) -> float | None:
        """Errors divided by the words that were said; None where nothing was said.

        It exceeds 1 where more words were added than said.
        """
        return self.errors / self.reference_words if self.reference_words else None


def align_words(reference: str, hypothesis: str) -> WordAlignment:
    """Align two texts by words with the least number of differences (Levenshtein).

    Case, punctuation and the form of apostrophes do not count; the words keep their spelling in
    the result. Time and memory grow with the product of both lengths, so this is for utterances,
    not for books.

    Args:
        reference: What was said.
        hypothesis: What was written down.
    """
    said, written = _words(reference), _words(hypothesis)
    costs = _costs([folded for _, folded in said], [folded for _, folded in written])
    pairs: list[WordPair] = []
    row, column = len(said), len(written)
    while row or column:
        same = bool(row and column) and said[row - 1][1] == written[column - 1][1]
        kind = _step(costs, row, column, same=same)
        row -= kind != "added"
        column -= kind != "missing"
        pairs.append(
            WordPair(
                kind=kind,
                reference="" if kind == "added" else said[row][0],
                hypothesis="" if kind == "missing" else written[column][0],
            )
        )
    return WordAlignment(pairs=tuple(reversed(pairs)))


def _words(text: str) -> list[tuple[str, str]]:
    """The words of a text, each as written and folded; pure punctuation is no word."""
    pairs = ((word, _folded(word)) for word in text.split())
    return [(word, folded) for word, folded in pairs if folded]


def _folded(word: str) -> str:
    """A word without case, punctuation and typographic apostrophes."""
    plain = unicodedata.normalize("NFKC", word).translate(_APOSTROPHES).casefold()
    kept = (
        character
        for character in plain
        if character in _KEPT_INSIDE_WORDS or unicodedata.category(character)[0] not in "PZC"
    )
    return "".join(kept).strip(_KEPT_INSIDE_WORDS)


def _costs(said: list[str], written: list[str]) -> list[list[int]]:
    """Differences between every prefix of one list and every prefix of the other."""
    costs = [list(range(len(written) + 1))]
    for row, left in enumerate(said, start=1):
        above, current = costs[-1], [row]
        for column, right in enumerate(written, start=1):
            kept = above[column - 1] + (left != right)
            current.append(min(kept, above[column] + 1, current[-1] + 1))
        costs.append(current)
    return costs


def _step(costs: list[list[int]], row: int, column: int, *, same: bool) -> PairKind:
    """The last step of a cheapest way to this cell; equal words win, then gaps come late."""
    if same:
        return "equal"
    if column and costs[row][column - 1] + 1 == costs[row][column]:
        return "added"
    return "missing" if row and costs[row - 1][column] + 1 == costs[row][column] else "replaced"
