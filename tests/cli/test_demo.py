"""The demo, from the recording to the report."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from realtime_voice.audio import read_wav
from realtime_voice.cli import _demo, _peer, _recordings, _terminal, main
from realtime_voice.cli._peer import local_ears_installed, scripted_brain
from realtime_voice.testing import LocalServer
from tests.cli.conftest import peer_on
from tests.cli.test_html import read
from tests.cli.test_recordings import no_network


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the user's own is read or written; no network."""
    monkeypatch.setenv("REALTIME_VOICE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(_recordings, "human_clips", no_network)
    monkeypatch.setattr(_recordings, "_MOST_CLIPS", 1)


def test_a_file_of_ones_own_asks_a_live_server(
    served: dict[str, str], wav: Path, tmp_path: Path
) -> None:
    """As a command: captions, a table, and four files that belong together."""
    out = tmp_path / "new" / "folder"
    command = [sys.executable, "-W", "error", "-m", "realtime_voice", "demo", "--live"]
    finished = subprocess.run(
        [*command, "--wav", str(wav), "--out", str(out)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
        env={**os.environ, **served, "PYTHONIOENCODING": "utf-8"},
    )
    assert finished.returncode == 0
    assert finished.stderr == ""
    assert "1 file of yours" in finished.stdout
    assert "You    (scripted: something was said)" in finished.stdout
    assert "Agent  I heard somebody speak." in finished.stdout
    assert "Latency" in finished.stdout
    assert "\x1b" not in finished.stdout
    assert str(out / "report.html") in finished.stdout
    assert served["OPENAI_API_KEY"] not in finished.stdout
    page = (out / "report.html").read_text(encoding="utf-8")
    assert served["OPENAI_API_KEY"] not in page
    assert "I heard somebody speak. I am a script" in read(page).text
    conversation, rate = read_wav(out / "conversation.wav")
    reply, _ = read_wav(out / "reply.wav")
    assert rate == 24_000
    assert 2 * rate < len(reply) < len(conversation)
    captions = (out / "captions.vtt").read_text(encoding="utf-8")
    assert "<v You>(scripted: something was said)" in captions
    assert "<v Agent>I heard somebody speak." in captions


def test_without_network_and_ears_it_still_runs_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Synthetic speech, a scripted answer, and both are told."""
    monkeypatch.setattr(_peer, "local_ears_installed", lambda: False)
    assert main(["demo", "--out", str(tmp_path), "--debug"]) == 0
    text = capsys.readouterr().out
    assert "The user's voice is synthetic" in text
    assert "recognises nothing" in text
    assert "Word error rate" not in text
    page = read((tmp_path / "report.html").read_text(encoding="utf-8")).text
    assert "recognises nothing" in page
    assert "MIT: made by" in page


@pytest.mark.slow
@pytest.mark.skipif(not local_ears_installed(), reason="needs the extra 'local'")
def test_with_real_ears_what_was_said_is_what_was_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A phrase of the dialogue in our own voice is recognised, word for word, and answered."""
    clips = [clip for clip in _recordings.synthetic_clips() if clip.name == "synthetic/timer"]
    monkeypatch.setattr(_recordings, "synthetic_clips", lambda: clips)
    assert main(["demo", "--out", str(tmp_path), "--debug"]) == 0
    text = capsys.readouterr().out
    assert "You    set a timer for ten minutes" in text
    assert "Word error rate of the transcripts: 0%" in text
    assert (tmp_path / "reply.wav").exists()


def test_a_session_that_ends_early_is_told_as_far_as_it_went(
    wav: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The report is written, says what happened, and the command fails."""
    server = peer_on(lambda: LocalServer(scripted_brain(), session_limit_s=1.0))
    monkeypatch.setattr(_demo, "open_peer", server)
    assert main(["demo", "--wav", str(wav), "--out", str(tmp_path), "--debug"]) == 1
    assert "The session ended early:" in capsys.readouterr().out
    page = read((tmp_path / "report.html").read_text(encoding="utf-8")).text
    assert "The session ended early:" in page
    assert not (tmp_path / "reply.wav").exists()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--live"], "needs a key: set OPENAI_API_KEY"),
        (["--wav", "missing.wav"], "missing.wav"),
    ],
)
def test_mistakes_are_one_line(
    arguments: list[str],
    complaint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No traceback, code 1."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert main(["demo", "--out", str(tmp_path), *arguments]) == 1
    error = capsys.readouterr().err
    assert complaint in error
    assert len(error.splitlines()) == 1


def test_a_server_that_is_not_there_is_one_line(
    wav: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing was said, so there is no report, only the reason."""
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    assert main(["demo", "--live", "--wav", str(wav), "--out", str(tmp_path)]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("realtime-voice demo: error: ")
    assert not (tmp_path / "report.html").exists()


def test_without_rich_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command to type is in the message."""
    monkeypatch.setattr(_terminal, "find_spec", lambda _name: None)
    assert main(["demo", "--out", str(tmp_path)]) == 1
    assert "pip install 'realtime-voice[demo]'" in capsys.readouterr().err
