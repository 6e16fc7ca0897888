"""Sound kept for the result: bounded, cut by time, and playable."""

import base64
import io
import wave

import pytest

from realtime_voice.formats import PCM16_24K, PCMU_8K
from realtime_voice.session._kept import AudioKeeper, KeptAudio

MS = 48
"""Bytes in a millisecond."""


def test_everything_is_kept_below_the_bound() -> None:
    """In order, with the places of the items."""
    keeper = AudioKeeper(10)
    assert keeper.kept() is None
    assert keeper.places() == {}
    keeper.add(b"\1\0" * 24 * 100, PCM16_24K, "one")
    keeper.add(b"\2\0" * 24 * 50, PCM16_24K, "one")
    keeper.add(b"\3\0" * 24 * 10, PCM16_24K, "two")
    keeper.add(b"", PCM16_24K, "three")
    kept = keeper.kept()
    assert kept is not None
    assert (kept.duration_s, kept.start_s) == (0.16, 0.0)
    assert keeper.places() == {"one": (0.0, 150.0), "two": (150.0, 160.0)}
    assert kept.between(150, 160).data == b"\3\0" * 24 * 10
    assert "bytes" in repr(kept)


def test_the_oldest_sound_gives_way() -> None:
    """Positions stay those of the whole."""
    keeper = AudioKeeper(0.2)
    for number in range(10):
        keeper.add(bytes([number, 0]) * 24 * 50, PCM16_24K, f"i{number}")
    kept = keeper.kept()
    assert kept is not None
    assert kept.duration_s == pytest.approx(0.2)
    assert kept.start_s == pytest.approx(0.3)
    assert kept.between(*keeper.places()["i8"]).data == b"\x08\0" * 24 * 50
    assert kept.between(*keeper.places()["i0"]).data == b""
    half = kept.between(250, 325)
    assert (half.start_s, half.duration_s) == (pytest.approx(0.3), pytest.approx(0.025))


def test_nothing_is_kept_when_nothing_is_wanted() -> None:
    """0 seconds switch it off."""
    keeper = AudioKeeper(0)
    keeper.add(b"\0\0" * 100, PCM16_24K)
    assert keeper.kept() is None


def test_another_format_begins_anew() -> None:
    """Sound of two formats is not mixed, and the clock of the side goes on."""
    keeper = AudioKeeper(10)
    keeper.add(b"\0\0" * 2400, PCM16_24K, "a")
    keeper.add(b"\xff" * 80, PCMU_8K, "b")
    kept = keeper.kept()
    assert kept is not None
    assert (kept.format, kept.duration_s) == (PCMU_8K, 0.01)
    assert kept.start_s == pytest.approx(0.1)
    assert keeper.places() == {"b": (100.0, 110.0)}
    assert kept.between(*keeper.places()["b"]).data == b"\xff" * 80


def test_sound_may_get_its_place_later() -> None:
    """What was added between two marks is what an item became."""
    keeper = AudioKeeper(10)
    keeper.add(b"\1\0" * 2400, PCM16_24K)
    first = keeper.mark()
    keeper.add(b"\2\0" * 240, PCM16_24K)
    keeper.place("second", keeper.mark())
    keeper.place("first", first)
    assert keeper.places() == {"second": (100.0, 110.0), "first": (0.0, 100.0)}


@pytest.mark.parametrize("layout", [PCM16_24K, PCMU_8K])
def test_it_becomes_a_wav_file(layout: object) -> None:
    """Also G.711 becomes a file that every browser plays."""
    format_ = PCMU_8K if layout is PCMU_8K else PCM16_24K
    kept = KeptAudio(format=format_, data=b"\xff" * format_.bytes_in(100))
    head, _, data = kept.to_data_uri().partition(",")
    assert head == "data:audio/wav;base64"
    with wave.open(io.BytesIO(base64.b64decode(data))) as file:
        assert (file.getframerate(), file.getsampwidth()) == (format_.rate, 2)
        assert file.getnframes() == format_.frames_in(100)
