"""The rules of the house that no linter knows."""

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import realtime_voice
from realtime_voice import errors, events

PACKAGE = Path(realtime_voice.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
MAX_FILE_LINES = 600
MAX_BODY_LINES = 40


def modules() -> Iterator[str]:
    """Dotted names of every module that has a list of public names."""
    for info in pkgutil.walk_packages([str(PACKAGE)], "realtime_voice."):
        if not info.name.endswith("__main__"):
            yield info.name


def wire_type_to_class_name(wire_type: str) -> str:
    """The one rule by which event classes are named."""
    return "".join(part.capitalize() for part in re.split(r"[._]", wire_type))


def error_classes() -> dict[str, type[BaseException]]:
    """The exceptions that ``errors`` defines."""
    return {
        name: value
        for name, value in vars(errors).items()
        if inspect.isclass(value) and value.__module__ == errors.__name__
    }


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function's body, its docstring not counted."""
    body = function.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_and_functions_fit_a_reader(path: Path) -> None:
    """No file is over 600 lines, and no function body is over 40."""
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= MAX_FILE_LINES
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    long = [
        f"{node.name}: {body_lines(node)}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, functions) and body_lines(node) > MAX_BODY_LINES
    ]
    assert long == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_module_says_what_it_is_for(path: Path) -> None:
    """Every module opens with a docstring."""
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_init_files_only_re_export(path: Path) -> None:
    """An ``__init__`` file defines no class, and no function but a lazy ``__getattr__``."""
    if path.name != "__init__.py":
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    defined = [
        node.name
        for node in tree.body
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert set(defined) <= {"__getattr__", "__dir__"}


@pytest.mark.parametrize("wire_type", sorted({**events.SERVER_EVENTS, **events.CLIENT_EVENTS}))
def test_event_classes_are_named_after_the_wire(wire_type: str) -> None:
    """``response.output_audio.delta`` is ``ResponseOutputAudioDelta``, and so on."""
    name = wire_type_to_class_name(wire_type)
    classes = {
        table[wire_type].__name__
        for table in (events.SERVER_EVENTS, events.CLIENT_EVENTS)
        if wire_type in table
    }
    assert classes == {name}
    assert hasattr(events, name)


@pytest.mark.parametrize("name", sorted(modules()))
def test_all_is_complete(name: str) -> None:
    """``__all__`` holds every public class and function of a module, and only names that are."""
    module = importlib.import_module(name)
    public: list[str] = getattr(module, "__all__", [])
    assert [entry for entry in public if not hasattr(module, entry)] == []
    if name.rpartition(".")[2].startswith("_") and not public:
        return
    defined = {
        key
        for key, value in vars(module).items()
        if not key.startswith("_")
        and (inspect.isclass(value) or inspect.isfunction(value))
        and value.__module__ == name
    }
    assert defined - set(public) == set()


def test_the_package_root_offers_what_it_lists() -> None:
    """Every name in the root's ``__all__`` can be imported, once, in order."""
    names = realtime_voice.__all__
    assert len(names) == len(set(names))
    assert [name for name in names if not hasattr(realtime_voice, name)] == []


def test_the_error_tree_is_the_one_in_the_docstring() -> None:
    """The tree drawn in ``errors`` has the same names at the same depth as the classes."""
    drawn: list[tuple[str, str]] = []
    stack: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"^    ([│ ├└─]*)([A-Z]\w+)", line)
        if found is None:
            continue
        depth = len(found[1]) // 4
        stack[depth:] = [found[2]]
        if depth:
            drawn.append((found[2], stack[depth - 1]))
    real = [
        (name, value.__bases__[0].__name__)
        for name, value in error_classes().items()
        if value is not errors.RealtimeError
    ]
    assert sorted(drawn) == sorted(real)
    assert {name for name, _ in real} | {"RealtimeError"} == set(errors.__all__)


def test_every_error_is_a_realtime_error() -> None:
    """One ``except`` catches everything that this library raises."""
    assert all(issubclass(value, errors.RealtimeError) for value in error_classes().values())
