"""docs/architecture.md names functions and files that exist."""

from __future__ import annotations

import re
from functools import reduce
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
NAMES = sorted(set(re.findall(r"`(xlassess(?:\.\w+)+)`", PAGE)))
PATHS = sorted(set(re.findall(r"`(xlassess/[\w./]+)`", PAGE + CONTRIBUTING)))


def resolve(name: str) -> object:
    """Import the longest module of a dotted name, and take the rest as attributes."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        module = ".".join(parts[:end])
        if (ROOT / module.replace(".", "/")).is_dir() or (
            ROOT / f"{module.replace('.', '/')}.py"
        ).is_file():
            return reduce(getattr, parts[end:], import_module(module))
    raise AssertionError(name)


@pytest.mark.parametrize("name", NAMES)
def test_name__exists(name: str) -> None:
    assert resolve(name) is not None


@pytest.mark.parametrize("path", PATHS)
def test_path__exists(path: str) -> None:
    assert (ROOT / path).exists()


def test_walk__goes_through_every_stage() -> None:
    walk = PAGE.split("## One answer")[1].split("\n## ")[0]
    stages = {name.split(".")[1] for name in re.findall(r"`(xlassess(?:\.\w+)+)`", walk)}
    wanted = {"toolkits", "contract", "generate", "ingest", "ledger", "score", "consolidate"}
    assert wanted <= stages


def test_picture__shows_every_package() -> None:
    packages = {path.parent.name for path in (ROOT / "xlassess").glob("*/__init__.py")}
    picture = PAGE.split("```mermaid")[1].split("```")[0]
    assert {name for name in packages if f'["{name}:' not in picture} == set()
