"""A folder that a group works in: everything in it is the group's, if the settings say so."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.small import LATER, MONDAY, a_folder, answer
from xlassess.assessment.settings import AssessmentFolder
from xlassess.services.common.opening import open_folder
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs the rights of files")


@pytest.fixture(autouse=True)
def _rights() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def folder(tmp_path: Path) -> AssessmentFolder:
    return a_folder(tmp_path / "small")


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def run(folder: AssessmentFolder, returned: Path) -> Path:
    """Generate and ingest, each as a command of its own; return the file kept."""
    generate(open_folder(folder.root), now=MONDAY)
    path = answer(folder, "Ada Ash", returned)
    ingest(open_folder(folder.root), [path], now=LATER, workers=1)
    return next(folder.returns.rglob("*.xlsx"))


def test_private__what_came_back_is_its_owners_alone(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    kept = run(folder, tmp_path / "a.xlsx")
    assert mode(kept) == 0o600
    assert mode(folder.secret_file) == 0o600


@pytest.mark.sqlite
def test_shared__the_group_may_do_everything(folder: AssessmentFolder, tmp_path: Path) -> None:
    with folder.settings_file.open("a", encoding="utf-8") as settings:
        settings.write("shared: true\n")
    kept = run(folder, tmp_path / "a.xlsx")
    for path in (kept, folder.secret_file, folder.ledger_file, next(folder.outbox.glob("*.xlsx"))):
        assert mode(path) & 0o060 == 0o060, path
    for place in (folder.outbox, folder.returns, kept.parent):
        assert mode(place) & 0o070 == 0o070, place


def test_shared__set_later_gives_what_was_there_before(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    kept = run(folder, tmp_path / "a.xlsx")
    with folder.settings_file.open("a", encoding="utf-8") as settings:
        settings.write("shared: true\n")
    open_folder(folder.root)
    assert mode(kept) == 0o660
    assert mode(folder.secret_file) == 0o660
