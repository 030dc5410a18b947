"""The verbs about what is decided: workshop, plan, progress and its paper."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
from click.testing import CliRunner

from tests.services.planned import a_planned_folder, entered, fill, read_back
from tests.services.plans.test_plan import DECIDED
from xlassess.cli.app import cli
from xlassess.ledger.store import utc_now
from xlassess.services.plans.plan import plan


def said(*words: str, code: int = 0) -> str:
    """What a command says; the code it ends with."""
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == code, result.output
    return result.output


def test_verbs__lead_from_findings_to_progress(tmp_path: Path) -> None:
    folder = a_planned_folder(tmp_path / "small")
    here = ("-C", str(folder.root))
    assert "Actions agreed" not in said("status", *here)
    assert "no action plan is agreed" in said("progress", *here, code=2).lower()
    assert "Workshop workbooks are in" in said("workshop", *here)
    first = said("plan", *here)
    assert "Plan workbook written:" in first
    assert "2 proposed actions, and 1 concern for which nobody proposed" in first
    later = {"deadline": date(2099, 1, 1)}
    rows = {number: {**row, **later} for number, row in DECIDED.items() if number != "2"}
    read_back(folder, plan(folder, now=utc_now()).path, rows, now=utc_now())
    assert "3 progress workbooks issued" in said("progress", *here)
    stands = said("status", *here)
    assert "Progress not reported yet: 3 workbooks" in stands
    assert "Nothing is open." not in stands
    told = said("consolidate", "--progress", *here)
    assert "Actions agreed: 3. Done: 0. Stopped: 0. Open: 3, of them overdue: 0." in told
    again = said("plan", *here)
    assert "Agreed so far: 3 actions. Waiting for a decision: 1 proposal or concern." in again
    assert said("verify", *here)


def test_ingest__says_to_correct_a_plan_in_its_file(tmp_path: Path) -> None:
    folder = a_planned_folder(tmp_path / "small")
    said("plan", "-C", str(folder.root))
    (path,) = (folder.outbox / "plan").glob("*.xlsx")
    book = openpyxl.load_workbook(path)
    book["Tiny"]["D6"] = "Decline"
    book.save(tmp_path / "back.xlsx")
    told = said("ingest", str(tmp_path / "back.xlsx"), "-C", str(folder.root), code=1)
    assert "Unclear: 1 plan workbook to be put right by whoever filled it in" in told
    assert "ask the partner" not in told.lower()
    assert "the reason is missing" in told
    assert "Correct plan, progress and workshop workbooks in the file" in told
    assert "To ask whoever filled them in: xlassess query" in " ".join(told.split())
    told = said("status", "-C", str(folder.root))
    assert "To be put right in the file: 1 workbook" in told
    assert "C28  sheet Tiny, cell J6, item 1" in told
    assert "Nothing is open." not in told


def test_ingest__names_the_owner_of_a_report_that_is_unclear(tmp_path: Path) -> None:
    folder = a_planned_folder(tmp_path / "small")
    later = {number: {**row, "deadline": date(2099, 1, 1)} for number, row in DECIDED.items()
             if number != "2"}  # fmt: skip
    read_back(folder, plan(folder, now=utc_now()).path, later, now=utc_now())
    said("progress", "-C", str(folder.root))
    (path,) = (folder.outbox / "progress").glob("*Birch*.xlsx")
    back = fill(folder, path, entered({"C1": {"state": "Stopped"}}), tmp_path / "birch.xlsx")
    told = said("ingest", str(back), "-C", str(folder.root), code=1)
    assert "Unclear: 1 progress workbook to ask the owner about: Birch Trust" in told
    assert "ask the partner" not in told.lower()
    stands = said("status", "-C", str(folder.root))
    assert "Reason awaited: 1 agreed action" in stands
    assert "C1, Birch Trust: reported as stopped, still “not started”" in stands
    assert said("status", "--json", "-C", str(folder.root)).count('"reported": "stopped"') == 1
