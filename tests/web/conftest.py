"""Fixtures of the desk's tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="the desk is an extra: pip install 'xlassess[desk]'")

from tests.services.small import plates_built_once
from tests.web.desks import DeskClient, a_desk, a_round
from xlassess.assessment.settings import AssessmentFolder
from xlassess.web.jobs import Jobs


@pytest.fixture(scope="session")
def _round(tmp_path_factory: pytest.TempPathFactory) -> AssessmentFolder:
    return a_round(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def folder(_round: AssessmentFolder, tmp_path: Path) -> AssessmentFolder:
    """A copy of a round of three people: one answered, one left a doubt, one is awaited."""
    shutil.copytree(_round.root, tmp_path / "small")
    return AssessmentFolder(tmp_path / "small")


@pytest.fixture
def desk(folder: AssessmentFolder) -> DeskClient:
    """A browser that was let in to the desk over ``folder``."""
    return a_desk(folder)


@pytest.fixture
def jobs(folder: AssessmentFolder) -> Jobs:
    """The jobs of ``folder``."""
    return Jobs(folder.root)


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process is started: the test does the jobs itself."""
    monkeypatch.setattr(Jobs, "_begin", lambda self, job, passwords=(): None)


@pytest.fixture(scope="session", autouse=True)
def _plates() -> Iterator[None]:
    with plates_built_once():
        yield
