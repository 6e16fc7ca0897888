"""What happens at which byte of a stream: drawn from a seed, or read from a log.

Pure. Everything hangs on the position in the stream and nothing on when bytes come or how they are
cut into reads: so the same traffic meets the same fate.
"""

from collections.abc import Iterable, Iterator
from random import Random

import attrs

from realtime_voice.testing.faults._chaos_plan import (
    Action,
    ChaosEvent,
    Direction,
    End,
    OneWay,
    Place,
)

__all__ = ["Piece", "Schedule", "replayed", "seeded"]

_PIECE = 1460  # bytes: what a packet on Ethernet carries
_ALL = 1 << 62  # bytes: more than any connection carries


@attrs.frozen(kw_only=True)
class Piece:
    """A stretch of the stream that travels together."""

    start: int
    """First byte."""
    end: int
    """First byte behind it."""
    delay_s: float
    """How late it is, in seconds."""

    @property
    def is_special(self) -> bool:
        """Whether a line that is left alone would not have it."""
        return self.delay_s > 0 or self.end < _ALL


class Schedule:
    """The fate of one direction of one connection.

    Args:
        pieces: How the stream is cut and how late each piece is, without a gap and without an end.
        marks: Stalls, swallows and cuts, by their bytes.
        latest_s: Most that a piece is late, in seconds.
    """

    def __init__(
        self, pieces: Iterator[Piece], marks: Iterable[ChaosEvent], latest_s: float
    ) -> None:
        self.latest_s = latest_s
        """Most that a piece is late, in seconds."""
        self._pieces = pieces
        self._piece = next(pieces)
        self._position = 0
        self.marks = sorted(marks, key=lambda mark: mark.byte)
        """What is still to strike; whoever lets it strike takes it off."""

    def split(self, data: bytes) -> Iterator[tuple[bytes, Piece]]:
        """Cut what comes next in the stream; yield each part with the piece it belongs to.

        Args:
            data: The next bytes.
        """
        start = 0
        while start < len(data):
            while self._piece.end <= self._position:
                self._piece = next(self._pieces)
            part = data[start : start + self._piece.end - self._position]
            self._position += len(part)
            start += len(part)
            yield part, self._piece


def seeded(way: OneWay, seed: int, connection: int, direction: Direction) -> Schedule:
    """Draw a schedule.

    Args:
        way: What may happen.
        seed: The only source of chance.
        connection: Number of the connection.
        direction: Which way.
    """
    # A seed of text is hashed by Python's own rules, which no process changes.
    chance = Random(f"{seed} {connection} {direction}")  # noqa: S311 - a seed is the point
    planned: list[tuple[Action, Place, float | None, End | None]] = [
        ("stall", way.stall_at, way.stall_s, None),
        ("swallow", way.swallow_at, None, None),
        ("cut", way.cut_at, None, way.cut_how),
    ]
    marks = [
        ChaosEvent(
            connection=connection,
            direction=direction,
            byte=chance.randint(*place) if isinstance(place, tuple) else place,
            action=action,
            seconds=seconds,
            how=how,
        )
        for action, place, seconds, how in planned
        if place is not None
    ]
    return Schedule(_drawn_pieces(way, chance), marks, way.latency_s + way.jitter_s)


def replayed(log: Iterable[ChaosEvent], connection: int, direction: Direction) -> Schedule:
    """Read a schedule from what a proxy did.

    Args:
        log: The proxy's log.
        connection: Number of the connection.
        direction: Which way.
    """
    events = [
        event for event in log if (event.connection, event.direction) == (connection, direction)
    ]
    marks: list[ChaosEvent] = []
    for event in events:
        match event.action:
            case "stall" | "swallow" | "cut":
                marks.append(event)
            case "resume":
                # A stall that was ended by hand: it now ends by itself after the same time.
                stalls = [i for i, mark in enumerate(marks) if mark.action == "stall"]
                for last in stalls[-1:]:
                    marks[last] = attrs.evolve(marks[last], seconds=event.seconds)
            case "delay":
                pass
    latest_s = max((e.seconds or 0.0 for e in events if e.action == "delay"), default=0.0)
    return Schedule(_recorded_pieces(events), marks, latest_s)


def _drawn_pieces(way: OneWay, chance: Random) -> Iterator[Piece]:
    start = 0
    largest = way.trickle_bytes
    whole = _PIECE if way.jitter_s else _ALL
    while True:
        size = whole if largest is None else chance.randint(1, largest)
        delay_s = way.latency_s + chance.uniform(0, way.jitter_s)
        yield Piece(start=start, end=start + size, delay_s=delay_s)
        start += size


def _recorded_pieces(events: list[ChaosEvent]) -> Iterator[Piece]:
    start = 0
    for event in events:
        if event.action == "delay":
            if event.byte > start:  # a log forgets its first events when it grows too long
                yield Piece(start=start, end=event.byte, delay_s=0.0)
            end = event.byte + (event.size or 0)
            yield Piece(start=event.byte, end=end, delay_s=event.seconds or 0.0)
            start = end
    yield Piece(start=start, end=_ALL, delay_s=0.0)
