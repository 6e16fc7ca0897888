"""The ledger: whose frames were played, by the speaker's own count."""

from hypothesis import given
from hypothesis import strategies as st

from realtime_voice.conversation._playback import Cut, PlaybackLedger
from realtime_voice.formats import PCMU_8K


def frames(count: int) -> bytes:
    """Return this many frames of PCM16."""
    return bytes(2 * count)


def test_odd_bytes_are_carried_over() -> None:
    """Chunks hold whole frames, and no byte is lost."""
    ledger = PlaybackLedger()
    assert ledger.receive("a", "r", b"\x01", muted=False) == (b"", 0)
    assert ledger.receive("a", "r", b"\x02\x03", muted=False) == (b"\x01\x02", 0)
    assert ledger.receive("a", "r", b"\x04\x05\x06", muted=False) == (b"\x03\x04\x05\x06", 1)


def test_frames_are_counted_for_the_item_that_owns_them() -> None:
    """Items interleave; each knows how much of it was played."""
    ledger = PlaybackLedger()
    for item_id in ("a", "b", "a"):
        ledger.receive(item_id, "r", frames(100), muted=False)
    ledger.progress(150, 1.0)
    played = {item_id: sound.played for item_id in "ab" if (sound := ledger.get(item_id))}
    assert played == {"a": 100, "b": 50}
    assert ledger.remaining_s == 150 / 24_000
    ledger.progress(140, 2.0)
    assert ledger.moved_at == 1.0


def test_a_count_beyond_what_was_queued_is_everything() -> None:
    """A sink that counts silence too claims no more than there is."""
    ledger = PlaybackLedger()
    ledger.receive("a", "r", frames(100), muted=False)
    ledger.progress(10_000, 1.0)
    sound = ledger.get("a")
    assert sound is not None
    assert (sound.played, ledger.audible, ledger.remaining_s) == (100, False, 0)


def test_an_item_is_settled_when_it_is_complete_and_played() -> None:
    """In either order; a few frames that a resampler holds back do not matter."""
    ledger = PlaybackLedger()
    ledger.receive("a", "r", frames(1000), muted=False)
    ledger.progress(1000, 1.0)
    sound = ledger.get("a")
    assert sound is not None
    assert not sound.settled
    ledger.complete("a")
    assert sound.settled
    assert not sound.cut
    ledger.receive("b", "r", frames(1000), muted=False)
    ledger.complete("b")
    ledger.progress(1950, 2.0)
    late = ledger.get("b")
    assert late is not None
    assert late.settled
    assert ledger.stopped(1950, 2.0) == []
    ledger.complete("nobody's")


def test_whole_milliseconds_are_told() -> None:
    """Rounded down: never more than was heard, at any rate."""
    ledger = PlaybackLedger()
    ledger.adopt(PCMU_8K)
    ledger.receive("a", "r", bytes(800), muted=False)
    assert ledger.stopped(87, 1.0) == [Cut(item_id="a", played_ms=10, received_ms=100)]


def test_an_unasked_stop_and_a_count_that_goes_back_do_no_harm() -> None:
    """A sink never goes back; if one does, the higher count stands."""
    ledger = PlaybackLedger()
    ledger.receive("a", "r", frames(1000), muted=False)
    ledger.progress(480, 1.0)
    assert ledger.stopped(100, 2.0) == [Cut(item_id="a", played_ms=20, received_ms=41)]
    ledger.receive("b", "r", frames(1000), muted=False)
    ledger.progress(480 + 240, 3.0)
    sound = ledger.get("b")
    assert sound is not None
    assert sound.played == 240


def test_progress_between_a_stop_and_its_report_is_ignored() -> None:
    """The report that follows says everything."""
    ledger = PlaybackLedger()
    ledger.receive("a", "r", frames(1000), muted=False)
    ledger.stop()
    ledger.progress(900, 1.0)
    assert not ledger.audible
    assert ledger.stopped(240, 1.0) == [Cut(item_id="a", played_ms=10, received_ms=41)]


def test_muted_frames_are_received_and_not_played() -> None:
    """They were generated; nobody heard them."""
    ledger = PlaybackLedger()
    assert ledger.receive("a", "r", frames(100), muted=True) == (b"", 0)
    assert ledger.receive("a", "r", b"\x01", muted=True) == (b"", 100)
    sound = ledger.get("a")
    assert sound is not None
    assert (sound.received, sound.queued, sound.cut) == (100, 0, True)
    assert not ledger.audible


@given(
    st.lists(
        st.one_of(
            st.tuples(st.sampled_from("abc"), st.integers(0, 500)),
            st.tuples(st.just("stop"), st.integers(0, 100)),
            st.tuples(st.just("progress"), st.integers(0, 100)),
        ),
        max_size=40,
    )
)
def test_no_frame_is_played_twice_or_made_up(steps: list[tuple[str, int]]) -> None:
    """Whatever happens: what was played is what the sink played, and never above the received."""
    ledger, rendered, waiting, total = PlaybackLedger(), 0, 0, 0
    for kind, value in steps:
        if kind in "abc":
            data, _ = ledger.receive(kind, "r", frames(value), muted=False)
            waiting += len(data) // 2
            continue
        step = waiting * value // 100
        rendered, waiting, total = rendered + step, waiting - step, total + step
        if kind == "progress":
            ledger.progress(rendered, 0.0)
            continue
        for cut in ledger.stopped(rendered, 0.0):
            assert cut.played_ms <= cut.received_ms
        waiting = 0
    ledger.progress(rendered, 0.0)
    sounds = [sound for item_id in "abc" if (sound := ledger.get(item_id)) is not None]
    assert sum(sound.played for sound in sounds) == total
    assert all(sound.played <= sound.queued <= sound.received for sound in sounds)
