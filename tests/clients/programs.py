"""Finds the programs that these tests drive; without one, its tests skip and say so."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[2]
REQUIRE = "XLASSESS_REQUIRE_CLIENTS"
"""Set to 1 where a missing program is a failure, as in continuous integration."""


def missing(program: str, remedy: str) -> NoReturn:
    """Skip the test for want of a program, or fail it where the programs are required."""
    message = f"{program} is not on this machine: {remedy}"
    if os.environ.get(REQUIRE) == "1":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def find_program(*names: str) -> str | None:
    """Return the path of the first of these programs that is on this machine."""
    return next(filter(None, map(shutil.which, names)), None)


@lru_cache(maxsize=1)
def python_with_uno(office: str) -> str | None:
    """Return a Python that has LibreOffice's bindings: the system's, or the one it brings."""
    beside = Path(office).resolve().parent
    return next(filter(_imports_uno, _pythons(beside)), None)


def _pythons(beside: Path) -> Iterable[str]:
    yield "/usr/bin/python3"
    yield from (str(beside / name) for name in ("python", "python.exe"))
    if on_path := shutil.which("python3"):
        yield on_path


def _imports_uno(python: str) -> bool:
    if not Path(python).exists():
        return False
    found = subprocess.run([python, "-c", "import uno"], capture_output=True, check=False)
    return found.returncode == 0
