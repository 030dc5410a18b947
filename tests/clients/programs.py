"""Finds the programs that these tests drive; a test skips, and says so, for want of one it needs.

A test names its programs in its mark, ``@pytest.mark.clients("libreoffice", "gnumeric")``, so that
it skips before anything is made for it; it may use no others.

Two settings change what is found. ``XLASSESS_REQUIRE_CLIENTS=1`` makes a missing program a failure,
as continuous integration wants it. ``XLASSESS_WITHOUT=libreoffice,npm`` hides programs that are
there, to try the tests as on a machine without them; ``all`` hides every one.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REQUIRE = "XLASSESS_REQUIRE_CLIENTS"
WITHOUT = "XLASSESS_WITHOUT"
_NPM = "run npm ci in the project's folder"
_SERVERS = "/usr/sbin:/usr/local/sbin"
"""Where servers are; not everybody's path has it."""
_VERSIONS = Path("/usr/lib/postgresql")
"""Where Debian puts each version of PostgreSQL."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program or package that tests drive, and how to come by it.

    It is the first of ``commands`` on the path, or ``package`` below the project's folder. It is of
    use only where all programs that it ``needs`` are there too.
    """

    called: str
    remedy: str
    commands: tuple[str, ...] = ()
    package: str = ""
    needs: tuple[str, ...] = ()


PROGRAMS: Mapping[str, Program] = {
    "libreoffice": Program(
        "LibreOffice Calc", "install libreoffice-calc", ("soffice", "libreoffice"), needs=("uno",)
    ),
    "uno": Program("a Python that drives LibreOffice", "install python3-uno"),
    "writer": Program(
        "LibreOffice Writer",
        "install libreoffice-writer",
        ("lowriter", "swriter"),
        needs=("libreoffice",),
    ),
    "gnumeric": Program("Gnumeric", "install gnumeric", ("ssconvert",)),
    "pdftotext": Program("pdftotext", "install poppler-utils", ("pdftotext",)),
    "dovecot": Program("Dovecot", "install dovecot-imapd", ("dovecot",)),
    "neomutt": Program("NeoMutt", "install neomutt", ("neomutt",)),
    "psycopg": Program("psycopg", 'pip install "xlassess[postgres]"'),
    "s3fs": Program("s3fs", 'pip install "xlassess[s3]"'),
    "s3": Program("a server that speaks S3", 'pip install "xlassess[test]"', needs=("s3fs",)),
    "dask": Program("Dask", 'pip install "xlassess[cluster]"'),
    "postgresql": Program("PostgreSQL", "install postgresql", ("initdb",), needs=("psycopg",)),
    "pgbouncer": Program("PgBouncer", "install pgbouncer", ("pgbouncer",), needs=("postgresql",)),
    "postfix": Program("Postfix", "install postfix", ("postfix",)),
    "nginx": Program("nginx", "install nginx", ("nginx",)),
    "caddy": Program("Caddy", "install caddy", ("caddy",)),
    "node": Program("Node.js", "install nodejs and npm", ("node",)),
    "npm": Program("a package of package.json", _NPM, package="node_modules", needs=("node",)),
    "sheetjs": Program("SheetJS", _NPM, package="node_modules/xlsx", needs=("npm",)),
    "exceljs": Program("ExcelJS", _NPM, package="node_modules/exceljs", needs=("npm",)),
    "postal-mime": Program("postal-mime", _NPM, package="node_modules/postal-mime", needs=("npm",)),
    # the same engine without a window: it starts quicker, and does not draw what nobody sees
    "chromium": Program(
        "Chromium",
        "install chromium-headless-shell, or chromium",
        ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"),
    ),
    "axe": Program("axe-core", _NPM, package="node_modules/axe-core", needs=("npm",)),
    "validator": Program(
        "the Open XML SDK validator",
        _NPM,
        package="node_modules/.bin/ooxml-validator",
        needs=("npm",),
    ),
}
"""Every program by the name that marks and ``XLASSESS_WITHOUT`` have for it."""

_PACKAGES = {"psycopg": "psycopg", "s3fs": "s3fs", "s3": "moto", "dask": "distributed"}
"""Packages of Python that tests need, and what they are imported as."""

_declared: ContextVar[frozenset[str] | None] = ContextVar("declared", default=None)


@contextlib.contextmanager
def declared(names: frozenset[str]) -> Iterator[None]:
    """While this lasts, no other programs than these, and what they need, may be asked for."""
    token = _declared.set(names)
    try:
        yield
    finally:
        _declared.reset(token)


def hidden() -> frozenset[str]:
    """Return the names of the programs that are to be taken for missing.

    Raises:
        pytest.UsageError: the setting names a program that no test drives.
    """
    named = frozenset(filter(None, os.environ.get(WITHOUT, "").replace(" ", "").split(",")))
    if unknown := named - PROGRAMS.keys() - {"all"}:
        raise pytest.UsageError(
            f"{WITHOUT} names {', '.join(sorted(unknown))}. Known: {', '.join(PROGRAMS)}, all."
        )
    return frozenset(PROGRAMS) if "all" in named else named


def find(name: str) -> Path | None:
    """Return where a program is, or nothing where it or one that it needs is missing."""
    return None if _lacking(name) else _path(name)


def need(name: str) -> Path:
    """Return where a program is; without it, skip the test, or fail it where it is required."""
    allowed = _declared.get()
    if allowed is not None and not any(name in _with_needs(other) for other in allowed):
        raise LookupError(f"The test's mark does not say that it needs {name}.")
    if lacking := _lacking(name):
        message = f"{lacking.called} is not on this machine: {lacking.remedy}"
        if os.environ.get(REQUIRE) == "1":
            pytest.fail(message, pytrace=False)
        pytest.skip(message)
    found = _path(name)
    assert found is not None
    return found


def _with_needs(name: str) -> Iterator[str]:
    yield name
    for other in PROGRAMS[name].needs:
        yield from _with_needs(other)


def _lacking(name: str) -> Program | None:
    """Return what is missing before this program can be used: the program itself, or its needs."""
    names = (other for other in _with_needs(name) if other in hidden() or _path(other) is None)
    return next((PROGRAMS[other] for other in names), None)


def _path(name: str) -> Path | None:
    program = PROGRAMS[name]
    if name == "uno":
        return _python_with_uno()
    if name in _PACKAGES:
        found_here = find_spec(_PACKAGES[name])
        return Path(found_here.origin) if found_here and found_here.origin else None
    if program.package:
        package = ROOT / program.package
        return package if package.exists() else None
    found = map(shutil.which, program.commands)
    if name in ("dovecot", "postfix", "pgbouncer"):
        found = (shutil.which(one) or shutil.which(one, path=_SERVERS) for one in program.commands)
    if name == "postgresql":
        found = (shutil.which(one) or _newest_postgresql(one) for one in program.commands)
    return next((Path(path) for path in found if path), None)


def _newest_postgresql(command: str) -> str | None:
    """Return a program of the server as Debian installs it: a folder for each version."""
    found = _VERSIONS.glob(f"*/bin/{command}")
    newest = max(found, key=lambda path: float(path.parts[-3]), default=None)
    return str(newest) if newest else None


@lru_cache(maxsize=1)
def _python_with_uno() -> Path | None:
    """Return a Python that has LibreOffice's bindings: the system's, or the one it brings."""
    return next(filter(_imports_uno, _pythons()), None)


def _pythons() -> Iterator[Path]:
    yield Path("/usr/bin/python3")
    if office := _path("libreoffice"):
        yield from (office.resolve().parent / name for name in ("python", "python.exe"))
    if on_path := shutil.which("python3"):
        yield Path(on_path)


def _imports_uno(python: Path) -> bool:
    if not python.exists():
        return False
    found = subprocess.run([python, "-c", "import uno"], capture_output=True, check=False)
    return found.returncode == 0
