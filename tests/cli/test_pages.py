"""Commands in the documentation can be typed as they stand."""

import re
import shlex
from pathlib import Path

import pytest

from realtime_voice.cli._arguments import build_parser

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    """Every ``realtime-voice`` command of every page."""
    return [
        part.strip()
        for page in PAGES
        for block in BLOCK.findall(page.read_text(encoding="utf-8"))
        for line in block.splitlines()
        for part in line.split("&&")
        if re.match(r"\s*(\S*/)?realtime-voice ", part)
    ]


@pytest.mark.parametrize("command", sorted(set(commands())))
def test_a_command_of_the_documentation_can_be_typed(command: str) -> None:
    """Its options exist."""
    words = shlex.split(command, comments=True)[1:]
    assert build_parser().parse_args(words).command
