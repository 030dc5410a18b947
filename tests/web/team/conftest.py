"""Fixtures of a team's desk."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

pytest.importorskip("argon2", reason="a team's desk is an extra: pip install 'xlassess[team]'")

from argon2 import PasswordHasher

from tests.web.desks import a_round
from tests.web.team.teams import Team, a_team
from xlassess.web.team import passwords


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep passwords with little work: what is tested is who is let in."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: quick)
    passwords._nobodys.cache_clear()


@pytest.fixture(scope="session")
def _two_rounds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    made = a_round(tmp_path_factory.mktemp("team")).root
    other = made.with_name("other")
    shutil.copytree(made, other)
    return made, other


@pytest.fixture
def team(_two_rounds: tuple[Path, Path], tmp_path: Path) -> Team:
    """A team with two assessments, ``small`` and ``other``; nobody has a password yet."""
    return a_team(tmp_path / "team", *_two_rounds)


@pytest.fixture
def with_password(team: Team) -> Team:
    """The same, with a password for everybody."""
    from tests.web.team.teams import PASSWORD, PEOPLE

    for login in PEOPLE:
        team.accounts.set_password(login, PASSWORD)
    return team
