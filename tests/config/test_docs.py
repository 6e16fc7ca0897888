"""The reference page and the attribute docstrings say what the code does."""

import ast
import inspect
import re
from pathlib import Path

import attrs
import pytest

from realtime_voice.config import (
    REALTIME_MODELS,
    TRANSCRIPTION_MODELS,
    CustomVoice,
    FunctionTool,
    MCPTool,
    NoiseReduction,
    Option,
    RetentionRatio,
    SemanticVAD,
    ServerVAD,
    SessionConfig,
    StoredPrompt,
    Tracing,
    Transcription,
)
from realtime_voice.config._models import PROMPTS_END
from realtime_voice.config._option import slots

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "configuration.md"
OPTIONS: list[type[Option]] = [
    SessionConfig,
    Transcription,
    ServerVAD,
    SemanticVAD,
    NoiseReduction,
    CustomVoice,
    FunctionTool,
    MCPTool,
    RetentionRatio,
    Tracing,
    StoredPrompt,
]


def docstrings(option: type[Option]) -> dict[str, str]:
    """The text under each field of a class, as one line each."""
    (tree,) = ast.parse(inspect.getsource(option)).body
    assert isinstance(tree, ast.ClassDef)
    found: dict[str, str] = {}
    for field, text in zip(tree.body, tree.body[1:], strict=False):
        match field, text:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(words))),
            ):
                found[name] = " ".join(words.split())
            case _:
                pass
    return found


def default(words: str) -> str:
    """The part of a field's text that states the default."""
    found = re.search(r"(?:Default|No default)[^;]*?(?=\.\s|\.$|;|$)", words)
    if found is None:
        return "needed"
    return re.sub(r"^Default of (?:the )?", "", found[0]).replace("``", "`")


def field_table(option: type[Option]) -> str:
    """The table of a class, as the page must hold it."""
    words = docstrings(option)
    rows = [
        f"| `{name}` | `{slot.wire_path}` | {default(words[name])} | {slot.kind.limits} |"
        for name, slot in slots(option).items()
    ]
    head = "| field | on the wire | default | accepted |\n| --- | --- | --- | --- |"
    return "\n".join([head, *rows])


def retirement_table() -> str:
    """The table of models that end, as the page must hold it."""
    rows = [
        (model.retirement.date, name, model.retirement.replacement)
        for table in (REALTIME_MODELS, TRANSCRIPTION_MODELS)
        for name, model in table.items()
        if model.retirement is not None
    ]
    rows.append((PROMPTS_END, "stored prompts (`prompt=`)", "instructions"))
    lines = [
        f"| {day} | {what if '`' in what else f'`{what}`'} | `{instead}` |"
        for day, what, instead in sorted(rows, key=lambda row: row[0])
    ]
    return "\n".join(["| ends on | what | use instead |\n| --- | --- | --- |", *lines])


def part(name: str) -> str:
    """What stands between the marks of a part of the page."""
    found = re.search(
        rf"<!-- {name} -->\n(.*?)\n<!-- end -->", PAGE.read_text(encoding="utf-8"), re.DOTALL
    )
    assert found is not None, f"docs/reference/configuration.md has no part {name}"
    return found[1]


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.__name__)
def test_the_field_tables_are_those_of_the_code(option: type[Option]) -> None:
    """Name, place on the wire, default and limits of every field stand in the reference."""
    assert part(option.__name__) == field_table(option)


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.__name__)
def test_every_field_is_documented(option: type[Option]) -> None:
    """Each field has a text under it, which also states its default."""
    words = docstrings(option)
    own = {field.name for field in attrs.fields(option)} - {"extra"}
    assert own <= words.keys()
    optional = {name for name, slot in slots(option).items() if not slot.required}
    assert [name for name in optional if default(words[name]) == "needed"] == []


def test_the_retirement_table_is_that_of_the_code() -> None:
    """Everything that ends stands in the reference, with its day."""
    assert part("retirements") == retirement_table()


def test_the_first_example_is_the_founding_configuration() -> None:
    """The page opens with the update that this library began with."""
    first = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert first is not None
    for word in ("gpt-realtime", "coral", "far_field", "gpt-4o-mini-transcribe", "750", "1024"):
        assert word in first[1]


def test_the_examples_run() -> None:
    """The blocks of the page, top to bottom, are one program."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    exec(compile("\n".join(blocks), str(PAGE), "exec"), {"__name__": "example"})  # noqa: S102 - ours
