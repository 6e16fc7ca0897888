"""What happened in a conversation, ready to be told: by the terminal's table and by the report.

Data and arithmetic; it knows neither sessions nor terminals nor HTML. All times are milliseconds
on one time line that begins with the user's sound.
"""

import statistics

import attrs
import numpy as np
from numpy.typing import NDArray

from realtime_voice.transcripts import WordAlignment, align_words

__all__ = ["Credit", "Exchange", "Story", "Track"]


@attrs.frozen(kw_only=True, eq=False)
class Track:
    """The sound of one side on the time line."""

    samples: NDArray[np.int16]
    """Mono samples from the start of the time line; silence included."""
    rate: int
    """Samples per second."""

    @property
    def duration_ms(self) -> float:
        """Length in ms."""
        return len(self.samples) * 1000 / self.rate


@attrs.frozen(kw_only=True)
class Exchange:
    """One utterance of the user, what was written down of it, and what was answered."""

    number: int
    """Position in the conversation, from 1."""
    name: str
    """Name of the recording that was played."""
    said: str | None
    """The words of the recording; None where nobody knows them."""
    said_start_ms: float
    """Where the utterance begins."""
    said_end_ms: float
    """Where its speech ends: its last loud sound, trailing silence not counted."""
    transcript: str
    """The words as the session wrote them down."""
    transcript_problem: str | None
    """Why there are no words, where there are none."""
    answer: str
    """What was answered; empty for nothing."""
    answer_start_ms: float | None = None
    """Where the answer's sound begins; None where there was none."""
    answer_end_ms: float | None = None
    """Where the answer's sound ends."""
    answer_problem: str | None = None
    """Why there is no answer, or only a part of one."""
    server_latency_ms: float | None = None
    """From the server's "speech stopped" to the first sound that arrived."""

    @property
    def latency_ms(self) -> float | None:
        """From the end of the user's speech to the first sound of the answer, as people hear it."""
        if self.answer_start_ms is None:
            return None
        return self.answer_start_ms - self.said_end_ms

    @property
    def alignment(self) -> WordAlignment | None:
        """The words that were said beside those written down; None where the former are unknown."""
        return None if self.said is None else align_words(self.said, self.transcript)


@attrs.frozen(kw_only=True)
class Credit:
    """Whom a recording comes from, and on what terms it may be used."""

    name: str
    """Name of the recording."""
    source: str
    """Where it comes from."""
    licence: str
    """Name or short text of the licence."""


@attrs.frozen(kw_only=True, eq=False)
class Story:
    """A whole conversation."""

    where: str
    """The server that answered, in a few words."""
    notes: tuple[str, ...]
    """What a reader must know to judge the figures."""
    facts: tuple[tuple[str, str], ...]
    """Circumstances as pairs of name and value."""
    exchanges: tuple[Exchange, ...]
    """What was said, in order."""
    user: Track
    """The user's voice."""
    agent: Track
    """The agent's voice."""
    recognised: bool = True
    """The transcripts come from a recogniser; a script's own words are no measure of anything."""
    problem: str | None = None
    """What ended the session early; None where it ended well."""
    credits_: tuple[Credit, ...] = attrs.field(default=(), alias="credits")
    """Where the recordings come from."""
    licence_text: str = ""
    """The whole licence of the recordings, as it came with them."""

    @property
    def duration_ms(self) -> float:
        """Length of the time line."""
        return max(self.user.duration_ms, self.agent.duration_ms)

    @property
    def word_error_rate(self) -> float | None:
        """Errors in all transcripts by all words said; None where no words are known."""
        if not self.recognised:
            return None
        alignments = [found for row in self.exchanges if (found := row.alignment) is not None]
        words = sum(alignment.reference_words for alignment in alignments)
        return sum(alignment.errors for alignment in alignments) / words if words else None

    @property
    def median_latency_ms(self) -> float | None:
        """The middle one of all response latencies; None where nothing was answered aloud."""
        latencies = [found for row in self.exchanges if (found := row.latency_ms) is not None]
        return statistics.median(latencies) if latencies else None
