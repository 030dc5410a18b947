"""What a partner types into any of these programs is what is read, answer for answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import pytest

from tests.clients import gnumeric
from tests.clients.office import Offices
from tests.clients.partner import read, typing
from tests.factory import PROPOSAL_TEXT, Entry, PlannedAction, Workbook, an_action, entries, issue
from xlassess.model.answer import PROPOSAL, Return, Value
from xlassess.model.toolkit import Toolkit

pytestmark = pytest.mark.clients("libreoffice")


def assert_read_as_given(ret: Return, workbook: Workbook, given: Iterable[Entry]) -> None:
    """Every answer and the action were read, nothing was added, and nothing is doubtful."""
    toolkit = workbook.toolkit
    assert [(f.code, f.where, f.message) for f in ret.findings if f.severity != "note"] == []
    assert ret.reference == workbook.issued.reference
    got = {(a.item, a.field): a.value for a in ret.answers}
    wanted: dict[tuple[str, str], Value] = {(e.item, e.field): e.value for e in given}
    if toolkit.action_plan is not None and toolkit.action_plan.proposal:
        wanted[PROPOSAL, "answer"] = PROPOSAL_TEXT
    assert len(ret.answers) == len(got)
    assert got == wanted
    if toolkit.action_plan is not None:
        (action,) = ret.actions
        plan = an_action(toolkit, toolkit.action_plan)
        assert (
            PlannedAction(
                action.item,
                action.action,
                next(c for c in toolkit.action_plan.horizons if c.code == action.horizon),
                action.owner,
                action.deadline or date.min,
                action.measure,
                next(c for c in toolkit.action_plan.statuses if c.code == action.status),
            )
            == plan
        )


@pytest.fixture(scope="module")
def saved(
    offices: Offices, builtin_toolkit: Toolkit, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Path]:
    """The workbook filled in once and saved as each kind of file."""
    workbook, folder = issue(builtin_toolkit), tmp_path_factory.mktemp("saved")
    paths = {kind: folder / f"returned.{kind}" for kind in ("xlsx", "ods", "xls")}
    work = typing(builtin_toolkit, entries(builtin_toolkit))
    seen = offices.get().work(workbook.write(folder), work, save=paths.values())
    assert seen.locked == ()
    return paths


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_roundtrip__filled_and_saved_in_libreoffice(
    builtin_toolkit: Toolkit, saved: Mapping[str, Path], kind: str
) -> None:
    workbook = issue(builtin_toolkit)
    assert_read_as_given(read(workbook, saved[kind]), workbook, entries(builtin_toolkit))


@pytest.mark.clients("gnumeric")
def test_roundtrip__filled_in_libreoffice_and_saved_again_in_gnumeric(
    builtin_toolkit: Toolkit, saved: Mapping[str, Path], tmp_path: Path
) -> None:
    workbook, again = issue(builtin_toolkit), tmp_path / "again.xlsx"
    gnumeric.resave(saved["xlsx"], again)
    assert_read_as_given(read(workbook, again), workbook, entries(builtin_toolkit))
