"""What importing costs: a program loads what it uses and no more. Counted, not timed."""

import ast
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import realtime_voice

HTTP = {"httpx", "httpx_ws", "httpcore", "wsproto", "h11", "click", "rich", "trio"}
HEAVY = HTTP | {"numpy", "cattrs", "pocketsphinx", "uvloop"}


def printed(program: str) -> str:
    """Run a program in an interpreter of its own."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, "OPENAI_API_KEY": "sk-nothing"},
    )
    return done.stdout


def loaded_by(program: str) -> set[str]:
    """Top-level modules that a program has loaded when it ends."""
    names: list[str] = json.loads(
        printed(f"{program}\nimport json, sys\nprint(json.dumps([*sys.modules]))")
    )
    return {name.partition(".")[0] for name in names} | {
        name for name in names if name.startswith("realtime_voice.")
    }


def test_the_package_alone_loads_nothing() -> None:
    """The root knows names and their homes, and that is all."""
    loaded = loaded_by("import realtime_voice")
    ours = {name for name in loaded if name.startswith("realtime_voice.")}
    assert ours == {"realtime_voice._version"}
    assert not loaded & (HEAVY | {"anyio", "asyncio", "attrs", "orjson", "ssl", "logging"})


MAKING = """
from realtime_voice import RealtimeClient, Session, SessionConfig

client = RealtimeClient(base_url="wss://host.example/v1", proxy="http://u:p@proxy:8080")
Session(SessionConfig(model="gpt-realtime"), client=client)
"""


@pytest.mark.parametrize(
    "program",
    [
        "from realtime_voice import Session, SessionConfig",
        MAKING,
        "from realtime_voice import events, errors, decode_server_event",
        "from realtime_voice import AudioSource, AudioSink, AudioFormat",
    ],
)
def test_a_session_loads_neither_http_nor_numpy_before_it_connects(program: str) -> None:
    """Making the objects is cheap; what a connection needs comes with the first connection."""
    assert loaded_by(program) & HEAVY == set()


def test_numpy_comes_with_what_works_on_sound() -> None:
    """And with nothing else."""
    assert "numpy" in loaded_by("import realtime_voice\nrealtime_voice.ArraySource")


CONNECTING = """
import sys, threading
import anyio
from realtime_voice import RealtimeClient

threads = set()

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"httpx", "httpcore", "httpx_ws"}:
            threads.add(threading.current_thread() is threading.main_thread())

sys.meta_path.insert(0, Finder())

async def main():
    try:
        await RealtimeClient(base_url="http://127.0.0.1:1").connect(model="m")
    except Exception as exc:
        print(type(exc).__name__, sorted(threads))

anyio.run(main)
"""


def test_the_http_libraries_load_beside_the_event_loop() -> None:
    """The first connection imports them in a thread, so that no other session is held up."""
    assert printed(CONNECTING) == "ConnectFailed [False]\n"


def test_every_lazy_name_has_its_static_twin() -> None:
    """What type checkers read and what Python does name the same homes."""
    tree = ast.parse(Path(realtime_voice.__file__).read_text(encoding="utf-8"))
    static = {
        alias.name: str(node.module)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if str(node.module).startswith("realtime_voice.")
    }
    lazy = {
        name: f"realtime_voice.{home}"
        for home, names in realtime_voice._HOMES.items()
        for name in names
    }
    assert {**lazy, "__version__": "realtime_voice._version"} == static
    assert {*static, "events"} == set(realtime_voice.__all__)


def test_the_names_behave_as_if_they_had_been_imported() -> None:
    """Star imports, ``dir``, pickling and a wrong name work as everywhere."""
    names: dict[str, object] = {}
    exec("from realtime_voice import *", names)  # noqa: S102 - a star import wants a module of its own
    assert set(realtime_voice.__all__) <= set(names)
    assert {*realtime_voice.__all__, "audio", "testing"} <= set(dir(realtime_voice))
    assert pickle.loads(pickle.dumps(realtime_voice.Session)) is realtime_voice.Session  # noqa: S301
    assert realtime_voice.Session is realtime_voice.session.Session
    assert vars(realtime_voice)["Session"] is realtime_voice.Session
    with pytest.raises(AttributeError, match="has no attribute 'Sesion'"):
        _ = realtime_voice.Sesion  # type: ignore[attr-defined] # that is the test
    with pytest.raises(AttributeError, match="has no attribute 'Linc'"):
        _ = realtime_voice.transport.Linc
