"""Checks that need environments of their own: the quality gate, and tests on each Python.

Run ``nox`` for both, or one by name: ``nox -s quality``, ``nox -s tests-3.13``. Two more run only
when named: ``nox -s coverage``, and ``nox -s hunt``, which looks for faults at random.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import nox

SUPPORTED = ("3.10", "3.11", "3.12", "3.13")
QUICK = "not clients and not slow"
"""The tests that need neither a spreadsheet program nor the network."""
COVERED = Path(".cache", "coverage")
"""Where coverage is written; pyproject.toml names it too."""

nox.options.sessions = ["quality", "tests"]
nox.options.reuse_venv = "yes"


def _candidates(version: str) -> Iterator[Path]:
    """Yield where a Python of this version may be: on the path, or among pyenv's."""
    if on_path := shutil.which(f"python{version}"):
        yield Path(on_path)
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from root.glob(f"versions/{version}.*/bin/python{version}")


def _works(python: Path, version: str) -> bool:
    """True when this is such a Python; a pyenv shim may stand for one that is not chosen."""
    ask = "import sys, venv; print('%d.%d' % sys.version_info[:2])"
    told = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=False)
    return told.returncode == 0 and told.stdout.strip() == version


def _pythons() -> list[str]:
    """Return the supported versions this machine has, and let nox find them by name."""
    present = []
    for version in SUPPORTED:
        found = (python for python in _candidates(version) if _works(python, version))
        if python := next(found, None):
            present.append(version)
            os.environ["PATH"] = os.pathsep.join((str(python.parent), os.environ["PATH"]))
    return present


@nox.session
def quality(session: nox.Session) -> None:
    """Style, types, and the plan of the house."""
    session.install("--editable", ".[test,quality]")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("mypy")
    session.run("lint-imports")


@nox.session(python=_pythons())
def tests(session: nox.Session) -> None:
    """The quick tests, or those of the paths named, on each supported Python this machine has."""
    session.install("--editable", ".[test]")
    session.run("pytest", "-m", QUICK, "-n", "auto", *session.posargs)


@nox.session
def hunt(session: nox.Session) -> None:
    """Look for faults at random: a fixed few minutes of it, or as much as you say.

    ``nox -s hunt`` tries the same files every time. ``nox -s hunt -- 5000`` tries 5000 damaged
    returns and as many spoilt files, breaks each verb off at many places, and draws many more
    examples for every property; ``nox -s hunt -- 5000 70000`` does so from another seed on.
    """
    _install(session)
    if not session.posargs:
        session.run("pytest", "-m", "hunt", "-n", "auto")
        return
    session.run("pytest", "-m", "hunt or hypothesis", "--hypothesis-profile=hunt", "-n", "auto")
    for program in ("mutate_returns", "fuzz_intake"):
        session.run("python", "-m", f"benchmarks.{program}", *session.posargs)
    session.run("python", "-m", "benchmarks.kill_runs")


@nox.session
def postgresql(session: nox.Session) -> None:
    """All tests of the ledger, of services and of commands, with their ledgers in PostgreSQL."""
    _install(session)
    session.run("pytest", "-m", "postgresql", "-n", "auto", *session.posargs)


@nox.session
def coverage(session: nox.Session) -> None:
    """Which lines and branches the tests take, in the processes they start too."""
    _install(session, "coverage >= 7.10")
    shutil.rmtree(COVERED, ignore_errors=True)
    COVERED.mkdir(parents=True)
    everything = ("-m", "hunt or thorough or not hunt", "-n", "auto")
    arguments = session.posargs or everything
    # a failing test is told, and does not cost the figures
    session.run("coverage", "run", "-m", "pytest", *arguments, success_codes=[0, 1])
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "json", "--quiet", "-o", str(COVERED / "coverage.json"))
    session.run("coverage", "report", "--skip-covered", "--sort=miss")


def _install(session: nox.Session, *more: str) -> None:
    """Install what tests need; with ``--no-venv``, what is there is used as it is."""
    if session.virtualenv.venv_backend != "none":
        session.install("--editable", ".[test]", *more)
