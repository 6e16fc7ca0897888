"""What is said in files, written down."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from realtime_voice.cli import _peer, _transcribe, main
from realtime_voice.cli._peer import Peer, local_ears_installed
from realtime_voice.testing import Heard, LocalServer, Scripted
from tests.cli.conftest import peer_on, spoken_file

pytestmark = pytest.mark.usefixtures("script")


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that hears "first", "a <b> c" and silence in turn."""
    steps = [Heard("first", language="en"), Heard("a <b> c"), Heard("")]
    monkeypatch.setattr(
        _transcribe, "open_peer", peer_on(lambda: LocalServer(Scripted(steps, repeat=True)))
    )


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    """A file with three utterances."""
    return spoken_file(tmp_path / "talk.wav", "hello there", "how are you", "good bye")


def test_text_is_a_line_for_each_utterance(
    talk: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """And nothing else goes to standard output."""
    assert main(["transcribe", str(talk), "--debug"]) == 0
    captured = capfdbinary.readouterr()
    assert captured.out == b"first\na <b> c\n"
    assert captured.err == b""


def test_json_is_stable(talk: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """The same keys for one file and for many; times within the file, going forward."""
    assert main(["transcribe", str(talk), "--format", "json"]) == 0
    value = json.loads(capfdbinary.readouterr().out)
    assert list(value) == ["version", "files"]
    (file,) = value["files"]
    assert list(file) == ["file", "duration_ms", "text", "segments"]
    assert file["file"] == str(talk)
    assert file["text"] == "first a <b> c"
    assert [one["status"] for one in file["segments"]] == ["final", "final", "no_speech"]
    assert file["segments"][0]["language"] == "en"
    times = [time for one in file["segments"] for time in (one["start_ms"], one["end_ms"])]
    assert times == sorted(times)
    assert times[-1] <= file["duration_ms"]


def test_captions_are_escaped_and_numbered(
    talk: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """WebVTT and SubRip, ready for a player."""
    assert main(["transcribe", str(talk), "--format", "vtt"]) == 0
    captions = capfdbinary.readouterr().out.decode()
    assert captions.startswith("WEBVTT\n\n1\n00:00:0")
    assert "a &lt;b&gt; c" in captions
    assert main(["transcribe", str(talk), "--format", "srt"]) == 0
    assert "\n2\n00:00:0" in capfdbinary.readouterr().out.decode()


def test_one_file_that_cannot_be_read_does_not_stop_the_others(
    talk: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """It is told, the others are written under their names, and the command fails."""
    (tmp_path / "bad.wav").write_bytes(b"nonsense")
    files = [str(tmp_path / "bad.wav"), str(talk), str(talk)]
    assert main(["transcribe", *files]) == 1
    captured = capfdbinary.readouterr()
    assert captured.out.decode() == "\n".join([f"== {talk} ==\nfirst\na <b> c\n"] * 2)
    assert b"bad.wav" in captured.err
    assert len(captured.err.splitlines()) == 1


def test_output_goes_where_it_is_wanted(talk: Path, wav: Path, tmp_path: Path) -> None:
    """Into a file, into an existing folder, or one file each into a new folder."""
    target = tmp_path / "x.txt"
    assert main(["transcribe", str(talk), "--out", str(target)]) == 0
    assert target.read_text(encoding="utf-8") == "first\na <b> c\n"
    folder = tmp_path / "new" / "folder"
    arguments = ["transcribe", str(talk), str(wav), "--format", "vtt"]
    assert main([*arguments, "--out", str(folder)]) == 0
    assert sorted(path.name for path in folder.iterdir()) == ["hello.vtt", "talk.vtt"]
    assert main(["transcribe", str(wav), "--format", "json", "--out", str(folder)]) == 0
    assert (folder / "hello.json").exists()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--format", "vtt"], "give a directory with --out"),
        (["--out", "{file}"], "is a file, but there are several to write"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    arguments: list[str],
    complaint: str,
    talk: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Before anything is opened."""
    given = [argument.format(file=talk) for argument in arguments]
    assert main(["transcribe", str(talk), str(talk), *given]) == 1
    assert complaint in capsys.readouterr().err


def test_files_that_would_overwrite_each_other_are_refused(
    wav: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two files of one name in two folders: no words are lost, nothing is transcribed."""
    (tmp_path / "other").mkdir()
    twin = wav.rename(tmp_path / "other" / "Hello.wav")
    folder = tmp_path / "out"
    assert main(["transcribe", str(wav), str(twin), "--out", str(folder)]) == 1
    error = capsys.readouterr().err
    assert "would both be written to" in error
    assert str(twin) in error
    assert not folder.exists()


def test_an_output_without_a_folder_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is listened to: not even the file has to be there."""
    assert main(["transcribe", "x.wav", "--out", str(tmp_path / "no" / "x.txt")]) == 1
    error = capsys.readouterr().err
    assert f"there is no folder {tmp_path / 'no'}" in error
    assert len(error.splitlines()) == 1


def test_notes_are_told_only_when_something_is_heard(
    tmp_path: Path, wav: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a file that cannot be read only the error; otherwise once, however many files."""

    @asynccontextmanager
    async def noted(**_: object) -> AsyncIterator[Peer]:
        async with LocalServer(Scripted(default=Heard("x"))) as server:
            yield Peer(client=server.client(), where="here", notes=("It is rough.",))

    monkeypatch.setattr(_transcribe, "open_peer", noted)
    missing = str(tmp_path / "no.wav")
    assert main(["transcribe", missing]) == 1
    assert "rough" not in capsys.readouterr().err
    assert main(["transcribe", missing, str(wav), str(wav)]) == 1
    assert capsys.readouterr().err.count("note: It is rough.") == 1


def test_speech_that_could_not_be_written_down_is_a_failure(
    wav: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """It is counted, and JSON tells why."""
    steps = [Heard("x", failure=("audio_unintelligible", "too noisy"))]
    server = peer_on(lambda: LocalServer(Scripted(steps, repeat=True)))
    monkeypatch.setattr(_transcribe, "open_peer", server)
    assert main(["transcribe", str(wav), "--format", "json"]) == 1
    captured = capfdbinary.readouterr()
    (segment,) = json.loads(captured.out)["files"][0]["segments"]
    assert segment["status"] == "failed"
    assert "too noisy" in segment["error"]
    assert b"1 utterance" in captured.err


def test_as_a_command_with_a_live_server(served: dict[str, str], wav: Path) -> None:
    """Words on standard output only, also with a language; no key in sight."""
    command = [sys.executable, "-W", "error", "-m", "realtime_voice", "transcribe", str(wav)]
    finished = subprocess.run(
        [*command, "--live", "--language", "en"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **served},
    )
    assert finished.returncode == 0
    assert finished.stdout == "(scripted: something was said)\n"
    assert finished.stderr == ""


def test_without_ears_it_says_how_to_get_them(
    wav: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A script would only pretend to listen."""
    monkeypatch.setattr(_transcribe, "open_peer", _peer.open_peer)
    monkeypatch.setattr(_peer, "local_ears_installed", lambda: False)
    assert main(["transcribe", str(wav)]) == 1
    assert "pip install 'realtime-voice[local]', or use --live" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(not local_ears_installed(), reason="needs the extra 'local'")
def test_real_ears_write_down_what_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Nothing is lost although the file is sent many times faster than it is recognised."""
    monkeypatch.setattr(_transcribe, "open_peer", _peer.open_peer)
    sentences = ["what time is it", "tell me a joke", "set a timer for ten minutes"] * 4
    file = spoken_file(tmp_path / "long.wav", *sentences)
    assert main(["transcribe", str(file), "--debug"]) == 0
    captured = capfdbinary.readouterr()
    assert captured.out.decode().splitlines() == sentences
    assert b"rough" in captured.err
