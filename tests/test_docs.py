"""Every Python example in README and docs runs, unchanged, against the local server.

The tables that list what the code holds (events, errors) are compared with the code.
"""

import inspect
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from realtime_voice import errors, events
from realtime_voice.testing import synthetic_clips

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"^```(?:\{code-block\} )?python\n(.*?)^```", re.MULTILINE | re.DOTALL)
FENCE = re.compile(r"^ *(?:```|:::)(?:\{code-block\} )?(\S+)", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)")
LANGUAGES = {"python", "sh", "json", "text", "console", "toml", "html", "mermaid"}
"""Languages of examples; Python under another name would not be run."""
DIRECTIVES = {"{toctree}", "{eval-rst}", "{mermaid}", "{note}", "{warning}", "{tip}"}
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

NOTEBOOK = """
import ast, asyncio, inspect
from pathlib import Path

source = Path("example.py").read_text(encoding="utf-8")
cell = compile(source, "example.py", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
assert cell.co_flags & inspect.CO_COROUTINE
asyncio.run(eval(cell, {"__name__": "__main__"}))
"""
"""Runs a page whose examples are cells of a notebook, with await at the top."""


def examples(page: Path) -> str:
    """The Python blocks of one page, joined into one program."""
    return "\n".join(BLOCK.findall(page.read_text(encoding="utf-8")))


def is_notebook(page: Path) -> bool:
    """Whether the examples only run where await may stand at the top."""
    try:
        compile(examples(page), str(page), "exec", dont_inherit=True)
    except SyntaxError:
        return True
    return False


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
    how = ["-c", NOTEBOOK] if is_notebook(page) else [str(program)]
    finished = subprocess.run(
        [sys.executable, "-W", "error", *how],
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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_example_escapes(page: Path) -> None:
    """Every fence has a known language, so that no Python stands where it is not run."""
    names = set(FENCE.findall(page.read_text(encoding="utf-8")))
    assert names - LANGUAGES - DIRECTIVES == set()


@pytest.mark.parametrize(
    "page",
    [*PAGES, *ROOT.glob("[A-Z]*.md")],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_links_lead_somewhere(page: Path) -> None:
    """What a page links to within the repository is there."""
    links = LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_event_is_in_its_table() -> None:
    """The page lists each wire name with its class and the class's own words."""
    page = (ROOT / "docs" / "reference" / "events.md").read_text(encoding="utf-8")
    server, client = page.split("## Every server event")[1].split("## Every client event")
    for text, table in ((server, events.SERVER_EVENTS), (client, events.CLIENT_EVENTS)):
        rows = [line for line in text.splitlines() if line.startswith("| `")]
        wanted = [
            f"| `{name}` | `{kind.__name__}` | {(inspect.getdoc(kind) or '').splitlines()[0]} |"
            for name, kind in table.items()
        ]
        assert rows == wanted


def test_every_error_is_explained() -> None:
    """The page tells of every class of the error tree what to do."""
    page = (ROOT / "docs" / "how-to" / "handle-errors.md").read_text(encoding="utf-8")
    abstract = {"ConnectError", "ScriptError"}
    assert [
        name for name in errors.__all__ if f"`{name}`" not in page and name not in abstract
    ] == []
