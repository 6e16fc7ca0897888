"""The command as people type it: help, versions, errors and exit codes."""

import os
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable
from types import SimpleNamespace

import pytest

import realtime_voice
from realtime_voice.cli import _main, main
from realtime_voice.errors import ConfigError


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "realtime_voice", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **environment},
    )


def failing(error: BaseException) -> Callable[[str], object]:
    """A way to import a job that raises."""

    async def run(_options: Namespace) -> int:
        raise error

    return lambda _name: SimpleNamespace(run=run)


def test_version_and_help() -> None:
    """Both go to standard output and mean success."""
    version = run("--version")
    assert version.stdout == f"realtime-voice {realtime_voice.__version__}\n"
    assert version.returncode == 0
    help_ = run("--help")
    assert help_.returncode == 0
    for word in ("demo", "transcribe", "serve", "exit codes", "examples"):
        assert word in help_.stdout


@pytest.mark.parametrize("command", ["demo", "transcribe", "serve"])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Its help fits a screen of 100 columns."""
    assert main([command, "--help"]) == 0
    text = capsys.readouterr().out
    assert "--debug" in text
    assert max(len(line) for line in text.splitlines()) <= 100


def test_without_a_command_there_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing to do is wrong usage, kindly."""
    assert main([]) == 2
    assert "examples" in capsys.readouterr().out


def test_wrong_usage_is_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    """In process, too, main() returns."""
    assert main(["sing"]) == 2


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ConfigError("no key\nset one"), "error: no key set one"),
        (FileNotFoundError(2, "No such file or directory", "a.wav"), "error: a.wav: No such file"),
        (OSError(98, "Address already in use"), "error: Address already in use"),
        (
            ExceptionGroup("x", [ExceptionGroup("y", [ConfigError("inner")])]),
            "error: inner",
        ),
        (
            ExceptionGroup("two", [ConfigError("a"), ConfigError("b")]),
            "error: unexpected ExceptionGroup: two (2 sub-exceptions)",
        ),
        (KeyError("bug"), "error: unexpected KeyError: 'bug' (--debug shows where)"),
    ],
)
def test_errors_are_one_line(
    error: Exception,
    line: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """On standard error, with the command's name, without a traceback; code 1."""
    monkeypatch.setattr(_main, "import_module", failing(error))
    assert main(["serve"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("realtime-voice serve: ")
    assert line in captured.err
    assert len(captured.err.splitlines()) == 1


def test_debug_shows_where(monkeypatch: pytest.MonkeyPatch) -> None:
    """The exception itself comes through."""
    monkeypatch.setattr(_main, "import_module", failing(ConfigError("here")))
    with pytest.raises(ConfigError, match="here"):
        main(["serve", "--debug"])


def test_ctrl_c_is_no_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Code 130, and not a word."""
    monkeypatch.setattr(_main, "import_module", failing(KeyboardInterrupt()))
    assert main(["demo"]) == 130
    assert capsys.readouterr().err == ""


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    """As in ``realtime-voice transcribe long.wav | head -1``."""
    program = """
import sys
from realtime_voice.cli import _main

class Job:
    async def run(options):
        for _ in range(100_000):
            sys.stdout.write("x" * 80 + chr(10))

_main.import_module = lambda name: Job
sys.exit(_main.main(["serve"]))
"""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "x" * 80 + "\n"
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=60) == 1
