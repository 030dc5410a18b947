"""Checks that need environments of their own: the quality gate, and tests on each Python.

Run ``nox`` for all of it, ``nox -s quality``, or ``nox -s tests-3.13``.
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
    """The quick tests, on each supported Python this machine has."""
    session.install("--editable", ".[test]")
    session.run("pytest", "-m", QUICK, "-n", "2", *session.posargs)
