"""A folder that a group works in: everything in it is the group's, if the settings say so."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
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
    for path in (folder.settings_file, folder.register_file, folder.toolkits / "tiny.yaml"):
        assert mode(path) & 0o060 == 0o060, path
    for place in (folder.root, folder.outbox, folder.returns, kept.parent):
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


_GROUP, _ANN, _BOB = 65_500, 65_501, 65_502
"""A group and two of its members, each with another group as their own."""


def may_be_others() -> bool:
    """True where a test may run the program as somebody else, who may read it."""
    places = (Path(sys.executable).resolve(), Path(os.__file__), Path(__file__))
    ways = {each for place in places for each in place.parents}
    return os.name != "nt" and os.geteuid() == 0 and all(way.stat().st_mode & 1 for way in ways)


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A folder that everybody can reach: those of pytest are its user's alone."""
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


@pytest.mark.sqlite
@pytest.mark.skipif(not may_be_others(), reason="needs root, and a Python that others may run")
def test_shared__the_second_user_of_the_group_goes_on(open_place: Path) -> None:
    """The folder belongs to the group, nothing in it does yet, and new files are not writable."""
    folder = a_folder(open_place / "small")
    with folder.settings_file.open("a", encoding="utf-8") as settings:
        settings.write("shared: true\n")
    for path in (folder.root, *folder.root.rglob("*")):
        os.chown(path, _ANN, _ANN)
    os.chown(folder.root, _ANN, _GROUP)

    def run_as(user: int, *words: str) -> int:
        return subprocess.run(
            [sys.executable, "-m", "xlassess", *words, "-C", folder.root],
            user=user, group=user, extra_groups=[_GROUP], umask=0o022, cwd="/",
            env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "USER": str(user)},
            check=False,
        ).returncode  # fmt: skip

    assert run_as(_ANN, "generate") in (0, 1)  # the day of return has passed
    path = answer(folder, "Ada Ash", open_place / "a.xlsx")
    path.chmod(0o644)
    assert run_as(_BOB, "ingest", str(path)) in (0, 1)
    assert run_as(_ANN, "sent", "--all") == 0
    assert run_as(_BOB, "consolidate") in (0, 1)
    assert run_as(_ANN, "consolidate") in (0, 1)
    assert run_as(_BOB, "verify") == 0
    assert {path.stat().st_gid for path in folder.root.rglob("*")} == {_GROUP}
