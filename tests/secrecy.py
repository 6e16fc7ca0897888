"""Where a secret may hide: everything that people and tools print of an exception."""

import copy
import gc
import io
import json
import pickle
import sys
import traceback
import types
import warnings

from rich.console import Console
from rich.traceback import Traceback

OPAQUE = (types.ModuleType, types.FrameType, types.TracebackType, type, types.FunctionType)


def leaks(error: BaseException, *canaries: str) -> list[str]:
    """Name every place in which one of the canaries shows."""
    found: list[str] = []
    for place, text in shown(error).items():
        found += [f"{place}: {canary}" for canary in canaries if canary in text]
    return found


def shown(error: BaseException) -> dict[str, str]:
    """Texts of an exception, by the way they come about."""
    chain = [error]
    while (last := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(last)
    texts = {
        "str": " ".join(map(str, chain)),
        "repr": " ".join(map(repr, chain)),
        "vars": repr([vars(each) for each in chain]),
        "format": f"{error}{error!r}{error!s:>5}",
        "copy": repr(vars(copy.copy(error))),
        "json": json.dumps(vars(error), default=repr),
        "pickle": pickle.dumps(error).decode("latin-1"),
        "objects": objects(error),
        "locals": with_locals(error),
        "rich": with_rich(error),
    }
    if sys.version_info < (3, 13):
        texts["cgitb"] = with_cgitb(error)
    return texts


def objects(error: BaseException) -> str:
    """Every string that an exception holds on to, at any depth, besides its frames."""
    waiting: list[object] = [error.args, vars(error), error.__cause__, error.__context__]
    seen: set[int] = set()
    texts: list[str] = []
    while waiting:
        current = waiting.pop()
        if id(current) in seen or isinstance(current, OPAQUE):
            continue
        seen.add(id(current))
        if isinstance(current, bytes):
            texts.append(current.decode("latin-1"))
        elif isinstance(current, str):
            texts.append(current)
        waiting += gc.get_referents(current)
    return "\n".join(texts)


def with_locals(error: BaseException) -> str:
    """The traceback with the local variables of every frame."""
    return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())


def with_rich(error: BaseException) -> str:
    """The traceback as the package rich draws it, with locals."""
    console = Console(file=io.StringIO(), width=300)
    console.print(
        Traceback.from_exception(
            type(error), error, error.__traceback__, show_locals=True,
            locals_max_length=None, locals_max_string=None,
        )
    )  # fmt: skip
    written = console.file
    assert isinstance(written, io.StringIO)
    return written.getvalue()


def with_cgitb(error: BaseException) -> str:
    """The traceback of the standard library's most talkative tool."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import cgitb  # noqa: PLC0415 - Python 3.13 has no such module

        return str(cgitb.text((type(error), error, error.__traceback__)))
