"""The fate of a stream: drawn from a seed, or read from a log."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from realtime_voice.testing.faults import ChaosEvent, OneWay
from realtime_voice.testing.faults._chaos_schedule import Piece, Schedule, replayed, seeded

WAYS = st.builds(
    OneWay,
    latency_s=st.floats(0, 1),
    jitter_s=st.floats(0, 1),
    trickle_bytes=st.none() | st.integers(1, 50),
    cut_at=st.none() | st.integers(0, 99) | st.tuples(st.integers(0, 9), st.integers(10, 99)),
    stall_at=st.none() | st.tuples(st.integers(0, 9), st.integers(10, 99)),
    stall_s=st.none() | st.floats(0, 1),
)
SIZES = st.lists(st.integers(1, 5000), min_size=1, max_size=20)


def read(schedule: Schedule, data: bytes, sizes: list[int]) -> dict[int, Piece]:
    """Feed a stream in reads of some sizes; return the piece of each byte."""
    pieces: dict[int, Piece] = {}
    joined = b""
    while len(joined) < len(data):
        for size in sizes:
            for part, piece in schedule.split(data[len(joined) : len(joined) + size]):
                pieces.update({len(joined) + i: piece for i in range(len(part))})
                joined += part
    assert joined == data
    return pieces


@given(way=WAYS, seed=st.integers(), first=SIZES, second=SIZES)
def test_reads_do_not_matter(way: OneWay, seed: int, first: list[int], second: list[int]) -> None:
    """The same bytes meet the same fate, however they are cut into reads."""
    data = bytes(range(256)) * 20
    one, other = (seeded(way, seed, 3, "down") for _ in range(2))
    assert one.marks == other.marks
    assert read(one, data, first) == read(other, data, second)


@given(way=WAYS, seed=st.integers())
def test_draws_stay_within_the_plan(way: OneWay, seed: int) -> None:
    """No delay, size or place is outside of what the plan says; no byte belongs to two pieces."""
    schedule = seeded(way, seed, 1, "up")
    pieces = list(dict.fromkeys(read(schedule, bytes(3000), [700]).values()))
    for piece in pieces:
        assert way.latency_s <= piece.delay_s <= way.latency_s + way.jitter_s
        assert way.trickle_bytes is None or piece.end - piece.start <= way.trickle_bytes
    assert all(one.end == other.start for one, other in pairwise(pieces))
    for mark in schedule.marks:
        place = way.cut_at if mark.action == "cut" else way.stall_at
        low, high = place if isinstance(place, tuple) else (place, place)
        assert low is not None
        assert high is not None
        assert low <= mark.byte <= high


def test_chance_differs_by_connection_direction_and_seed() -> None:
    """Each direction of each connection has a fate of its own."""
    way = OneWay(cut_at=(0, 1 << 40))
    drawn = {
        seeded(way, seed, connection, direction).marks[0].byte
        for seed in (1, 2)
        for connection in (1, 2)
        for direction in ("up", "down")
    }
    assert len(drawn) == 8


def test_seeds_mean_the_same_everywhere() -> None:
    """A seed is worth something in a report only if it draws the same on every machine."""
    schedule = seeded(OneWay(jitter_s=1.0, cut_at=(0, 999)), 7, 1, "down")
    assert schedule.marks[0].byte == 906
    (_, piece), *_ = schedule.split(b"x")
    assert round(piece.delay_s, 6) == 0.545849


def test_replay_reads_the_log() -> None:
    """Delays, stalls, ends of stalls, swallows and cuts come back at their bytes."""
    here = {"connection": 2, "direction": "up"}
    log = [
        ChaosEvent(**here, byte=100, action="stall"),
        ChaosEvent(**here, byte=0, action="delay", size=60, seconds=0.5),
        ChaosEvent(connection=1, direction="up", byte=5, action="cut", how="rst"),
        ChaosEvent(**here, byte=100, action="resume", seconds=0.3),
        ChaosEvent(**here, byte=60, action="delay", size=10, seconds=0.1),
        ChaosEvent(**here, byte=130, action="swallow"),
        ChaosEvent(**here, byte=120, action="cut", how="rst"),
    ]
    schedule = replayed(log, 2, "up")
    assert [(m.byte, m.action, m.seconds) for m in schedule.marks] == [
        (100, "stall", 0.3),
        (120, "cut", None),
        (130, "swallow", None),
    ]
    pieces = read(schedule, bytes(200), [33])
    assert [pieces[byte].delay_s for byte in (0, 59, 60, 69, 70, 199)] == [
        *(0.5, 0.5, 0.1, 0.1, 0.0, 0.0)
    ]


def test_replay_of_half_a_log() -> None:
    """The end of a stall whose beginning has been dropped from the log is nothing."""
    log = [ChaosEvent(connection=1, direction="up", byte=9, action="resume", seconds=1.0)]
    assert replayed(log, 1, "up").marks == []


def test_replay_of_a_log_without_its_beginning() -> None:
    """Bytes of which the log has forgotten what happened to them are not late."""
    log = [
        ChaosEvent(connection=1, direction="up", byte=byte, action="delay", size=10, seconds=0.5)
        for byte in (50, 80)
    ]
    pieces = read(replayed(log, 1, "up"), bytes(100), [7])
    assert [pieces[byte].delay_s for byte in (0, 49, 50, 59, 60, 79, 80, 89, 90)] == [
        *(0.0, 0.0, 0.5, 0.5, 0.0, 0.0, 0.5, 0.5, 0.0)
    ]
