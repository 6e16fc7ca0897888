"""Every Python example in README and docs runs, unchanged, against the local server."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from realtime_voice.testing import synthetic_clips

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"^```(?:\{code-block\} )?python\n(.*?)^```", re.MULTILINE | re.DOTALL)
TIMEOUT_S = 120

SERVER = """
import anyio
from realtime_voice.testing import Heard, LocalServer, Scripted

async def main():
    script = Scripted(default=Heard("hello", say="Hello, what can I do for you?"))
    async with LocalServer(script) as server:
        print(server.url, server.token, flush=True)
        await anyio.sleep_forever()

anyio.run(main)
"""


def examples(page: Path) -> str:
    """The Python blocks of one page, joined into one program."""
    return "\n".join(BLOCK.findall(page.read_text(encoding="utf-8")))


PROGRAMS = [page for page in PAGES if examples(page)]


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    """A local server in a process of its own, as environment variables for a client."""
    command = [sys.executable, "-c", SERVER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url, token = process.stdout.readline().split()
        yield {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": token}
        process.terminate()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working folder with the recording that the examples speak of."""
    clip = synthetic_clips()[0]
    (tmp_path / "question.wav").write_bytes(Path(clip.path).read_bytes())
    return tmp_path


@pytest.mark.parametrize("page", PROGRAMS, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_examples_of_a_page_run(page: Path, folder: Path, server: dict[str, str]) -> None:
    """The blocks of a page, top to bottom, are a program that ends without an error."""
    program = folder / "example.py"
    program.write_text(examples(page), encoding="utf-8")
    finished = subprocess.run(
        [sys.executable, "-W", "error", str(program)],
        cwd=folder,
        env={**os.environ, **server},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr


def test_the_readme_has_the_two_commands() -> None:
    """The README's two commands are there, and CI finds the second one."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    demo = re.search(r"<!-- demo -->\n```sh\n(.+?)\n```\n<!-- end -->", readme, re.DOTALL)
    tests = re.search(r"<!-- tests -->\n```sh\n(.+?)\n```\n<!-- end -->", readme, re.DOTALL)
    assert demo is not None
    assert tests is not None
    assert "realtime-voice demo" in demo[1]
    assert "nox" in tests[1]
