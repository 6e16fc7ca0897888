"""Whose voices speak."""

from pathlib import Path

import numpy as np
import pytest

from realtime_voice.audio import write_wav
from realtime_voice.cli import _recordings
from realtime_voice.cli._recordings import find_recordings
from realtime_voice.errors import AudioError
from realtime_voice.testing import Clip, synthetic_clips


def no_network() -> list[Clip]:
    """What happens without a network."""
    raise OSError("no network")


def clip(name: str, path: Path) -> Clip:
    """A recording of somebody."""
    return Clip(
        name=name, path=path, text=f"text of {name}", licence="PD: free\nall of it", source="s"
    )


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the user's own is read or written."""
    monkeypatch.setenv("REALTIME_VOICE_CACHE", str(tmp_path / "cache"))


def test_own_files_of_any_kind_are_taken(tmp_path: Path) -> None:
    """Stereo at 44.1 kHz becomes mono at 24 kHz; nobody claims to know the words."""
    stereo = np.repeat(np.arange(-4410, 4410, dtype=np.int16)[:, None], 2, axis=1)
    write_wav(tmp_path / "a.wav", stereo, 44_100)
    found = find_recordings([tmp_path / "a.wav"])
    (entry,) = found.utterances
    assert entry.name == "a.wav"
    assert entry.text is None
    assert entry.samples.shape == (4800,)
    assert found.description == "1 file of yours"
    assert find_recordings([tmp_path / "a.wav"] * 2).description == "2 files of yours"


def test_bad_files_are_told(tmp_path: Path) -> None:
    """No file, no WAV: an error with the name."""
    (tmp_path / "b.wav").write_bytes(b"RIFF")
    for name in ("missing.wav", "b.wav"):
        with pytest.raises(AudioError, match=name):
            find_recordings([tmp_path / name])


def test_a_file_without_sound_is_told(tmp_path: Path) -> None:
    """Silence of no length cannot be spoken."""
    write_wav(tmp_path / "c.wav", np.zeros((1, 1), np.int16), 24_000)
    data = bytearray((tmp_path / "c.wav").read_bytes()[:-2])
    data[40:44] = bytes(4)
    (tmp_path / "c.wav").write_bytes(data)
    with pytest.raises(AudioError, match=r"c\.wav"):
        find_recordings([tmp_path / "c.wav"])


def test_people_take_turns_by_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few of each kind, with their words, their source and their licence."""
    path = tmp_path / "a.wav"
    write_wav(path, np.ones(2400, np.int16), 24_000)
    names = ["x/1", "x/2", "x/3", "x/4", "y/1", "y/2", "z/1"]
    monkeypatch.setattr(_recordings, "human_clips", lambda: [clip(name, path) for name in names])
    found = find_recordings([])
    assert [entry.name for entry in found.utterances] == ["x/1", "y/1", "z/1", "x/2", "y/2"]
    assert found.utterances[0].text == "text of x/1"
    credit = found.utterances[0].credit
    assert credit is not None
    assert (credit.source, credit.licence) == ("s", "PD: free")
    assert found.licence_text == "PD: free\nall of it"
    assert found.notes == ()
    assert found.description == "5 recordings of people"


def test_without_a_network_our_own_voice_speaks_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The reason is given."""
    monkeypatch.setattr(_recordings, "human_clips", no_network)
    found = find_recordings([])
    assert [entry.text for entry in found.utterances] == [one.text for one in synthetic_clips()[:5]]
    assert "synthetic" in found.description
    assert "synthetic" in found.notes[0]
    assert "no network" in found.notes[0]
