"""Rounds: the next one begins where the last one ended, and looking back changes nothing."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import bagit
import openpyxl
import pytest

from tests.ingest.packages import sheet_of
from tests.services.small import (
    LATER,
    MONDAY,
    PEOPLE,
    a_folder,
    answer,
    change_settings,
    made_once,
    write_register,
)
from xlassess.assessment.register import LEAVING, NEW, SHEET, SINCE, STAYING
from xlassess.assessment.rounds import ROUND_FIELDS, without_fields
from xlassess.assessment.settings import AssessmentFileError, AssessmentFolder, RegisterError
from xlassess.ledger import Ledger
from xlassess.model.assessment import Preparation
from xlassess.model.errors import UsageError, XlassessError
from xlassess.services.common import round_folders
from xlassess.services.common.opening import open_folder
from xlassess.services.decide import Why, mark, reassign, settle, undo
from xlassess.services.enter import enter
from xlassess.services.generate import generate
from xlassess.services.history import history
from xlassess.services.ingest import ingest
from xlassess.services.papers.consolidate import consolidate
from xlassess.services.query import query
from xlassess.services.setup.rounds import (
    LeftOpen,
    begin_round,
    change_return_date,
    close_round,
    reopen_round,
    rounds,
)
from xlassess.services.setup.verify import verify
from xlassess.services.status import status

NEXT_YEAR = LATER + timedelta(days=365)
WANTED = date(2027, 4, 30)


@pytest.fixture
@made_once
def held(tmp_path: Path) -> AssessmentFolder:
    """A round that was held: three asked, one answered, summed up."""
    folder = a_folder(tmp_path / "small")
    path = answer(folder, "Ada Ash", tmp_path / "inbox" / "ada.xlsx")
    ingest(folder, [path], now=LATER, workers=1)
    consolidate(folder, now=LATER)
    return folder


def files_of(root: Path) -> set[str]:
    """The files of a folder, without what a database keeps beside itself, and without a lock."""
    found = (path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    return {name for name in found if not name.startswith(("ledger.db", ".settings.lock"))}


def mark_register(folder: AssessmentFolder, marks: dict[str, str]) -> None:
    """Enter in the register of a later round who stays or leaves, by name."""
    book = openpyxl.load_workbook(folder.register_file)
    sheet = book[SHEET]
    heads = {cell.value: cell.column for cell in sheet[1]}
    for row in sheet.iter_rows(min_row=2):
        name = row[heads["Respondent"] - 1].value
        if name in marks:
            row[heads[SINCE] - 1].value = marks[name]
    book.save(folder.register_file)


def test_begin_round__moves_the_first_into_a_folder_of_its_own(held: AssessmentFolder) -> None:
    before = {path.name: path.read_bytes() for path in held.outbox.iterdir()}
    summary = held.summary_file("2026").read_bytes()
    register = held.register_file.read_bytes()
    begun = begin_round(held, "2027", WANTED, now=NEXT_YEAR)
    assert (begun.name, begun.follows, begun.staying, begun.moved) == ("2027", "2026", 3, True)
    first = held.root / "rounds" / "2026"
    assert {path.name: path.read_bytes() for path in (first / "outbox").iterdir()} == before
    assert (first / "output" / "summary.xlsx").read_bytes() == summary
    assert (first / "partners.xlsx").read_bytes() == register
    outside = {name for name in files_of(held.root) if "/" not in name}
    assert outside == {"assessment.yaml", ".secret"}
    assert not (held.root / "outbox").exists()
    assert "round" not in held.settings_file.read_text(encoding="utf-8").replace("rounds", "")


def test_begin_round__keeps_every_setting_that_lasts(held: AssessmentFolder) -> None:
    change_settings(held, "id: small", "# The id.\nid: small\nmarking: OFFICIAL-SENSITIVE")
    then = held.assessment()
    begin_round(held, "2027", WANTED, now=NEXT_YEAR)
    looking_back, present = open_folder(held.root, "2026"), open_folder(held.root)
    assert looking_back.assessment() == then
    new = present.assessment()
    assert (new.round, new.follows, new.return_by) == ("2027", "2026", WANTED)
    assert (new.id, new.marking, new.toolkits) == (then.id, then.marking, then.toolkits)
    assert "# The id." in held.settings_file.read_text(encoding="utf-8")


def test_begin_round__purpose_and_scenarios_are_not_carried_over(held: AssessmentFolder) -> None:
    text = "return_by: 2026-03-13\npurpose: To settle in.\npreparation: {kind: developmental}"
    change_settings(held, "return_by: 2026-03-13", text)
    begin_round(held, "2027", WANTED, now=NEXT_YEAR)
    assert open_folder(held.root, "2026").assessment().purpose == "To settle in."
    assert open_folder(held.root, "2026").assessment().preparation == Preparation("developmental")
    new = open_folder(held.root).assessment()
    assert (new.purpose, new.preparation) == ("", Preparation())


@pytest.mark.parametrize(
    ("name", "day", "said"),
    [
        ("2026", WANTED, "There is a round 2026 already."),
        ("../2027", WANTED, "'../2027' cannot be the name of a round."),
        ("nul", WANTED, "'nul' cannot be the name of a round."),
        ("COM1.2027", WANTED, "'COM1.2027' cannot be the name of a round."),
        ("2027", date(2027, 3, 1), "The return date 2027-03-01 has passed."),
    ],
)
def test_begin_round__refuses(held: AssessmentFolder, name: str, day: date, said: str) -> None:
    before = files_of(held.root)
    with pytest.raises(UsageError) as caught:
        begin_round(held, name, day, now=NEXT_YEAR)
    assert caught.value.message == said
    assert files_of(held.root) == before


def test_begin_round__that_cannot_be_recorded_is_not_there(
    held: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger has no room for it; once there is room, it can be begun."""
    whole = Ledger.together

    @contextmanager
    def full(self: Ledger) -> Iterator[None]:
        with whole(self):
            yield
            raise XlassessError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "together", full)
        with pytest.raises(XlassessError, match=r"The disk is full\."):
            begin_round(held, "2027", WANTED, now=NEXT_YEAR)
    assert [path.name for path in (held.root / "rounds").iterdir()] == ["2026"]
    begin_round(open_folder(held.root), "2027", WANTED, now=NEXT_YEAR)
    with Ledger(held.ledger) as ledger:
        assert len([one for one in ledger.events() if one.what == "round begun"]) == 1


def test_begin_round__broken_off_before_it_has_its_name_is_recorded_once(
    held: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is on record from the first try, and once more only where another day is wanted."""
    whole = Path.rename

    def break_off(path: Path, target: Path) -> Path:
        if target.name == "2027":
            raise BrokenOffError(path, target)
        return whole(path, target)

    for day in (WANTED, WANTED, WANTED + timedelta(days=1)):
        with monkeypatch.context() as patch:
            patch.setattr(Path, "rename", break_off)
            with pytest.raises(BrokenOffError):
                begin_round(open_folder(held.root), "2027", day, now=NEXT_YEAR)
    begin_round(open_folder(held.root), "2027", WANTED + timedelta(days=1), now=NEXT_YEAR)
    with Ledger(open_folder(held.root).ledger) as ledger:
        begun = [one.details for one in ledger.events() if one.what == "round begun"]
    assert [one["return_by"] for one in begun] == ["2027-04-30", "2027-05-01"]
    assert open_folder(held.root).assessment().return_by == date(2027, 5, 1)


def test_begin_round__a_folder_named_rounds_is_left_alone(held: AssessmentFolder) -> None:
    (held.root / "rounds").mkdir()
    (held.root / "rounds" / "notes.txt").write_text("ours")
    before = files_of(held.root)
    with pytest.raises(UsageError):
        begin_round(held, "2027", WANTED, now=NEXT_YEAR)
    assert files_of(held.root) == before
    assert status(open_folder(held.root), today=LATER.date()).assessment.round == "2026"


def test_register__of_a_later_round_says_who_stays(held: AssessmentFolder) -> None:
    begin_round(held, "2027", WANTED, now=NEXT_YEAR)
    folder = open_folder(held.root)
    sheet = sheet_of(folder.register_file.read_bytes(), SHEET)
    rows = [row for row in sheet.iter_rows(values_only=True) if row[0]]
    assert rows[0] == ("Partner", "Respondent", "Level", "E-mail", "Toolkits", SINCE)
    assert [(row[0], row[1], row[2], row[5]) for row in rows[1:]] == [
        (partner, name, level, STAYING) for partner, name, level in PEOPLE
    ]


def test_register__who_is_leaving_gets_no_workbook(held: AssessmentFolder) -> None:
    begin_round(held, "2027", WANTED, now=NEXT_YEAR)
    folder = open_folder(held.root)
    mark_register(folder, {"Abe Ash": LEAVING.upper(), "Bea Birch": NEW})
    made = generate(folder, now=NEXT_YEAR)
    assert {book.respondent for book in made.workbooks} == {"Ada Ash", "Bea Birch"}
    assert {path.parent for path in (book.path for book in made.workbooks)} == {folder.outbox}
    assert folder.outbox == held.root / "rounds" / "2027" / "outbox"


def test_register__another_word_is_a_problem_with_its_cell(held: AssessmentFolder) -> None:
    begin_round(held, "2027", WANTED, now=NEXT_YEAR)
    folder = open_folder(held.root)
    mark_register(folder, {"Bea Birch": "Leeving"})
    with pytest.raises(RegisterError) as caught:
        folder.register()
    (problem,) = caught.value.problems
    assert (problem.cell, problem.hint) == ("F4", "Did you mean 'Leaving'?")


def test_round__looking_back_changes_nothing(held: AssessmentFolder, tmp_path: Path) -> None:
    rate = status(held, today=LATER.date()).rates
    begin_round(held, "2027", WANTED, now=NEXT_YEAR)
    generate(open_folder(held.root), now=NEXT_YEAR)
    before = files_of(held.root)
    back = open_folder(held.root, "2026")
    assert status(back, today=LATER.date()).rates == rate
    assert {one.outcome for one in generate(back, now=NEXT_YEAR).workbooks} == {"unchanged"}
    assert files_of(held.root) == before
    now = status(open_folder(held.root), today=NEXT_YEAR.date())
    assert [(one.issued, one.answered) for one in now.rates] == [(3, 0)]
    assert verify(open_folder(held.root)).faults == ()
    assert verify(open_folder(held.root)).remarks == ()


def test_round__a_late_return_is_read_into_its_own_round(
    held: AssessmentFolder, tmp_path: Path
) -> None:
    late = answer(held, "Bea Birch", tmp_path / "late" / "bea.xlsx")
    begin_round(held, "2027", WANTED, now=NEXT_YEAR)
    generate(open_folder(held.root), now=NEXT_YEAR)
    (file,) = ingest(open_folder(held.root), [late], now=NEXT_YEAR, workers=1).files
    assert [one.code for one in file.ret.findings] == ["I05"]
    assert len(status(open_folder(held.root), today=NEXT_YEAR.date()).unplaced) == 1
    (file,) = ingest(open_folder(held.root, "2026"), [late], now=NEXT_YEAR, workers=1).files
    assert file.ret.state == "accepted"
    assert consolidate(open_folder(held.root, "2026"), now=NEXT_YEAR).returned == 2
    with pytest.raises(XlassessError, match="Nothing has come back yet for round 2027"):
        consolidate(open_folder(held.root), now=NEXT_YEAR)
    assert status(open_folder(held.root), today=NEXT_YEAR.date()).unplaced == ()


def test_round__last_years_workbook_given_to_the_wrong_person_can_be_given_to_another(
    held: AssessmentFolder, tmp_path: Path
) -> None:
    late = answer(held, "Bea Birch", tmp_path / "late" / "bea.xlsx")
    begin_round(held, "2027", WANTED, now=NEXT_YEAR)
    folder = open_folder(held.root)
    generate(folder, now=NEXT_YEAR)
    (file,) = ingest(folder, [late], now=NEXT_YEAR, workers=1).files
    with Ledger(folder.ledger) as ledger:
        own = {one.respondent: one.reference for one in ledger.issued("2027")}
    why = Why(NEXT_YEAR, "Said so", "Robin")
    (taken,) = reassign(folder, file.ret.number, own["Ada Ash"], why).returns
    with pytest.raises(UsageError) as caught:
        reassign(folder, file.ret.number, own["Bea Birch"], why)
    assert f"reassign {taken.number}" in caught.value.remedy
    (moved,) = reassign(folder, taken.number, own["Bea Birch"], why).returns
    assert (moved.reference, moved.state) == (own["Bea Birch"], "accepted")


@pytest.mark.parametrize(("came", "closed"), [(True, True), (False, False)])
def test_reassign__of_last_years_workbook_changes_nothing_else_and_can_be_undone(
    held: AssessmentFolder, tmp_path: Path, came: bool, closed: bool
) -> None:
    """Bea answered this year, and then sends last year's workbook, which she did or did not send.

    Neither what counts this year nor anything of last year is changed, and undone is undone.
    """
    if came:
        first = answer(held, "Bea Birch", tmp_path / "then.xlsx", ("Disagree",) * 3)
        ingest(held, [first], now=LATER, workers=1)
    late = answer(held, "Bea Birch", tmp_path / "old.xlsx", ("Agree", None, "Agree"))
    begin_round(held, "2027", WANTED, now=NEXT_YEAR)
    folder, then = open_folder(held.root), open_folder(held.root, "2026")
    generate(folder, now=NEXT_YEAR)
    own = answer(folder, "Bea Birch", tmp_path / "new.xlsx", ("Agree",) * 3)
    mine, old = ingest(folder, [own, late], now=NEXT_YEAR, workers=1).files
    if closed:
        close_round(then, now=NEXT_YEAR)
    why = Why(NEXT_YEAR, "Said so", "Robin")

    def stand() -> tuple[object, ...]:
        found = status(folder, today=LATER.date())
        return found.lines, found.unplaced, status(then, today=LATER.date()).lines

    ways = dict(status(folder, today=LATER.date()).other_rounds[old.ret.number].ways("old.xlsx"))
    assert [command.partition(" --reason")[0] for command in ways.values()] == [
        *(["xlassess round reopen 2026"] if closed else []),
        "xlassess ingest old.xlsx --round 2026",
        f"xlassess reassign {old.ret.number} --to {mine.ret.reference} "
        f"--instead-of {mine.ret.number}",
    ]
    before = stand()
    with pytest.raises(UsageError, match=f"Return {mine.ret.number} .* 3 answers"):
        reassign(folder, old.ret.number, mine.ret.reference, why)
    assert stand() == before
    for _ in range(2):  # and once it is undone it can be done again
        done = reassign(
            folder, old.ret.number, mine.ret.reference, why, instead=mine.ret.number
        )  # fmt: skip
        assert [ret.number for ret in done.gave_way] == [mine.ret.number]
        assert [book.issued.reference for book in done.books] == [mine.ret.reference]
        assert stand()[1:] == ((), before[2])
        undo(folder, "reassigned", done.returns[0].number, why)
        assert stand() == before
    (again,) = ingest(folder, [late], now=NEXT_YEAR, workers=1).files
    assert (again.known, again.ret.state) == (True, "refused")
    assert [one.code for one in again.ret.findings] == ["I05"]
    assert stand() == before
    assert verify(folder).faults == ()


def test_undo__of_a_takeover_by_an_earlier_version_changes_no_closed_round(
    held: AssessmentFolder, tmp_path: Path
) -> None:
    """There, the return came back to last year's workbook, whose round may be closed since."""
    late = answer(held, "Bea Birch", tmp_path / "old.xlsx")
    ingest(held, [late], now=LATER, workers=1)
    begin_round(held, "2027", WANTED, now=NEXT_YEAR)
    folder, then = open_folder(held.root), open_folder(held.root, "2026")
    generate(folder, now=NEXT_YEAR)
    with Ledger(folder.ledger, lambda: NEXT_YEAR) as ledger:
        to = next(one for one in ledger.issued("2027") if one.respondent == "Bea Birch")
        (old,) = (one for one in ledger.current("2026").values() if one.file == "old.xlsx")
        ledger.decisions.reassign(old.number, to, "Said so", of=old.reference)
    close_round(then, now=NEXT_YEAR)
    before = status(then, today=LATER.date()).lines, status(folder, today=LATER.date()).lines
    with pytest.raises(UsageError, match="Round 2026 was closed"):
        undo(folder, "reassigned", old.number, Why(NEXT_YEAR, "A slip", "Robin"))
    now = status(then, today=LATER.date()).lines, status(folder, today=LATER.date()).lines
    assert now == before


def test_open_folder__a_round_that_is_not_there(held: AssessmentFolder) -> None:
    with pytest.raises(UsageError, match=r"There is no round 2025 here\. The only round is 2026\."):
        open_folder(held.root, "2025")
    assert open_folder(held.root, "2026").home == held.root
    begin_round(held, "2027", WANTED, now=NEXT_YEAR)
    with pytest.raises(UsageError) as caught:
        open_folder(held.root, "2025")
    assert caught.value.remedy == "The rounds are: 2026, 2027."


def test_open_folder__rounds_of_the_version_before_get_folders(held: AssessmentFolder) -> None:
    """Looking back used to mean editing the line ``round:``; both rounds shared one outbox."""
    old = {path.name for path in held.outbox.iterdir()}
    change_settings(held, 'round: "2026"', 'round: "2027"')
    write_register(held, PEOPLE[1:])
    generate(held, now=NEXT_YEAR)
    back = open_folder(held.root, "2026")
    assert {path.name for path in back.outbox.iterdir()} == old
    assert {(one.partner, one.name, one.level) for one in back.respondents()} == {
        ("Ash Council", "Ada Ash", "board"), ("Ash Council", "Abe Ash", "front"),
        ("Birch Trust", "Bea Birch", "board"),
    }  # fmt: skip
    assert back.summary_file("2026").exists()
    present = open_folder(held.root)
    assert (present.round_name, present.assessment().follows) == ("2027", "2026")
    assert len(list(present.outbox.iterdir())) == 2
    result = verify(present)
    assert (result.faults, result.remarks) == ((), ())
    assert {one.outcome for one in generate(present, now=NEXT_YEAR).workbooks} == {"unchanged"}


def test_open_folder__rounds_must_follow_one_another(held: AssessmentFolder) -> None:
    begin_round(held, "2027", WANTED, now=NEXT_YEAR)
    file = open_folder(held.root).round_file
    file.write_text(file.read_text().replace('"2026"', '"2025"'))
    with pytest.raises(XlassessError, match="round 2027 says that it follows 2025"):
        open_folder(held.root)


def test_settings__a_field_in_the_wrong_file(held: AssessmentFolder) -> None:
    begin_round(held, "2027", WANTED, now=NEXT_YEAR)
    folder = open_folder(held.root)
    text = folder.round_file.read_text(encoding="utf-8")
    folder.round_file.write_text(f"id: other\n{text}marking: SECRET\n", encoding="utf-8")
    with pytest.raises(AssessmentFileError) as caught:
        folder.assessment()
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("rounds/2027/round.yaml", 1)
    folder.round_file.write_text(f"{text}marking: SECRET\n", encoding="utf-8")
    assert folder.assessment().marking == "SECRET"
    assert open_folder(held.root, "2026").assessment().marking == "OFFICIAL"


def _reference_of_bea(folder: AssessmentFolder) -> str:
    lines = status(folder, today=LATER.date()).lines
    return next(line.reference for line in lines if line.respondent == "Bea Birch")


def test_begin_round__what_is_being_typed_in_moves_with_its_round(held: AssessmentFolder) -> None:
    reference = _reference_of_bea(held)
    copy = enter(held, reference, "phone", now=LATER, by="Cora Clerk")
    book = openpyxl.load_workbook(copy.path)
    book["1 Basics"]["F3"] = "half typed"
    book.save(copy.path)
    typed = copy.path.read_bytes()
    begin_round(held, "2027", WANTED, now=NEXT_YEAR)
    then = open_folder(held.root, "2026")
    assert not held.entries.exists()
    again = enter(then, reference, "phone", now=NEXT_YEAR, by="Cora Clerk")
    assert again.begun
    assert again.path == held.root / "rounds" / "2026" / "entries" / copy.path.name
    assert again.path.read_bytes() == typed
    (file,) = ingest(then, [then.entries], now=NEXT_YEAR, workers=1).files
    assert file.issued is not None
    assert file.issued.reference == reference


def test_open__what_a_version_before_left_outside_is_moved_to_its_round(
    held: AssessmentFolder,
) -> None:
    reference = _reference_of_bea(held)
    copy = enter(held, reference, "phone", now=LATER, by="Cora Clerk")
    typed, ours = copy.path.read_bytes(), copy.path.name
    begin_round(held, "2027", WANTED, now=NEXT_YEAR)
    moved = held.root / "rounds" / "2026" / "entries" / ours
    left = held.root / "entries" / ours
    left.parent.mkdir()
    moved.rename(left)
    (left.parent / "notes.txt").write_text("mine", encoding="utf-8")
    then = open_folder(held.root, "2026")
    assert (moved.read_bytes(), left.exists()) == (typed, False)
    assert (held.root / "entries" / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert enter(then, reference, "phone", now=NEXT_YEAR, by="Cora Clerk").path == moved
    # One that is there already is not written over.
    left.write_bytes(b"another")
    open_folder(held.root)
    assert (moved.read_bytes(), left.read_bytes()) == (typed, b"another")


class BrokenOffError(Exception):
    """The run is broken off here."""


@pytest.mark.parametrize("step", range(10))
def test_take_over__broken_off_at_any_step_is_finished_by_the_next(
    held: AssessmentFolder, tmp_path: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(held, _reference_of_bea(held), "phone", now=LATER)
    whole = tmp_path / "whole"
    shutil.copytree(held.root, whole)
    begin_round(AssessmentFolder(whole), "2027", WANTED, now=NEXT_YEAR)
    left, replace = step, Path.replace

    def break_off(path: Path, target: Path) -> Path:
        nonlocal left
        left -= 1
        if left < 0:
            raise BrokenOffError
        return replace(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(round_folders.Path, "replace", break_off)
        with suppress(BrokenOffError):
            begin_round(held, "2027", WANTED, now=NEXT_YEAR)
    folder = open_folder(held.root)
    if folder.round_name == "2026":  # taken over, and not begun
        assert folder.assessment().round == "2026"
        begin_round(folder, "2027", WANTED, now=NEXT_YEAR)
    assert files_of(held.root) == files_of(whole)
    assert verify(open_folder(held.root)).faults == ()


def test_close_round__nothing_more_is_accepted(held: AssessmentFolder, tmp_path: Path) -> None:
    late = answer(held, "Bea Birch", tmp_path / "late" / "bea.xlsx")
    reference = status(held, today=LATER.date()).lines[2].reference
    closed = close_round(held, now=NEXT_YEAR)
    assert (closed.name, closed.left) == ("2026", LeftOpen(unsent=2))
    with Ledger(held.ledger) as ledger:
        assert ledger.closed_rounds()["2026"].details["left"] == {"unsent": 2}
    said = "Round 2026 was closed on "
    why = Why(NEXT_YEAR, "They told me so.")
    for refused in (
        lambda: ingest(held, [late], now=NEXT_YEAR, workers=1),
        lambda: generate(held, now=NEXT_YEAR),
        lambda: query(held, now=NEXT_YEAR),
        lambda: settle(held, reference, "declined", why),
        lambda: mark(held, [reference], "sent", why),
        lambda: close_round(held, now=NEXT_YEAR),
    ):
        with pytest.raises(UsageError) as caught:
            refused()
        assert caught.value.message.startswith(said)
        assert "xlassess round reopen 2026" in caught.value.remedy
    assert reopen_round(held, "A late return.", now=NEXT_YEAR) == "2026"
    (file,) = ingest(held, [late], now=NEXT_YEAR, workers=1).files
    assert file.ret.state == "accepted"
    assert history(held, reference).counts is not None


def test_close_round__decisions_about_its_returns_are_refused_from_another(
    held: AssessmentFolder,
) -> None:
    begin_round(held, "2027", WANTED, now=NEXT_YEAR)
    back = open_folder(held.root, "2026")
    close_round(back, now=NEXT_YEAR)
    reference = status(back, today=LATER.date()).lines[0].reference
    with pytest.raises(UsageError, match="Round 2026 was closed"):
        settle(open_folder(held.root), reference, "declined", Why(NEXT_YEAR, "No."))
    made = generate(open_folder(held.root), now=NEXT_YEAR)
    assert len(made.having("new")) == 3


def test_close_round__before_anything_was_issued(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Nothing was issued in round 2026 yet"):
        close_round(a_folder(tmp_path / "small"), now=LATER)


def test_reopen_round__needs_a_reason_and_a_closed_round(held: AssessmentFolder) -> None:
    with pytest.raises(UsageError, match="is not closed"):
        reopen_round(held, "Why not.", now=NEXT_YEAR)
    close_round(held, now=NEXT_YEAR)
    with pytest.raises(UsageError, match="needs a reason"):
        reopen_round(held, "  ", now=NEXT_YEAR)


def test_archive__is_a_bag_with_all_of_the_round_and_no_secret(held: AssessmentFolder) -> None:
    closed = close_round(held, now=NEXT_YEAR)
    bag = bagit.Bag(str(closed.archive))
    bag.validate()
    assert bag.info["Source-Organization"] == "Small Partnership"
    assert bag.info["Bagging-Date"] == f"{NEXT_YEAR:%Y-%m-%d}"
    inside = files_of(closed.archive / "data")
    assert len(inside) + 1 == closed.files  # the ledger, which `files_of` leaves out
    assert {"README.txt", "settings/assessment.yaml", "settings/partners.xlsx",
            "settings/toolkits/tiny.yaml", "output/summary.xlsx", "answers/data.csv",
            "answers/datapackage.json", "returns/index.csv"} <= inside  # fmt: skip
    issued = [name for name in inside if name.startswith("issued/")]
    assert len(issued) == 3
    secret = held.secret_file.read_bytes().strip()
    everything = [path.read_bytes() for path in closed.archive.rglob("*") if path.is_file()]
    assert not any(secret in data for data in everything)
    with (closed.archive / "data/returns/index.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["file"], row["state"]) == ("ada.xlsx", "accepted")
    assert (closed.archive / "data" / "returns" / row["path"]).is_file()
    with Ledger(closed.archive / "data" / "ledger.db") as ledger:
        assert len(ledger.issued("2026")) == 3


def test_archive__data_fits_its_schema_by_frictionless(held: AssessmentFolder) -> None:
    closed = close_round(held, now=NEXT_YEAR)
    package = closed.archive / "data" / "answers" / "datapackage.json"
    report = frictionless(package)
    assert report["valid"], report
    assert {task["name"] for task in report["tasks"]} >= {"data", "actions", "returns"}
    damaged = package.parent / "data.csv"
    damaged.write_bytes(damaged.read_bytes().replace(b"Ada Ash", b'Ada Ash",'))
    assert not frictionless(package)["valid"]


def frictionless(package: Path) -> Any:
    """Return what the frictionless package says of a data package, in a program of its own."""
    code = "import frictionless as f, sys; print(f.validate(sys.argv[1]).to_json())"
    command = [sys.executable, "-W", "ignore", "-c", code, package.name]
    ran = subprocess.run(command, cwd=package.parent, capture_output=True, check=True)
    return json.loads(ran.stdout)


def test_archive__that_was_changed_is_told_by_verify(held: AssessmentFolder) -> None:
    closed = close_round(held, now=NEXT_YEAR)
    assert verify(held).faults == ()
    summary = closed.archive / "data" / "output" / "summary.xlsx"
    summary.write_bytes(summary.read_bytes() + b"x")
    (fault,) = verify(held).faults
    assert fault.about == closed.archive.name
    assert "was changed" in fault.message
    shutil.rmtree(closed.archive)
    (fault,) = verify(held).faults
    assert "is missing" in fault.message


@pytest.mark.sqlite
def test_archive__broken_off_is_made_by_closing_again(
    held: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(path: Path, target: Path) -> Path:
        raise BrokenOffError(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", break_off)
        with pytest.raises(BrokenOffError):
            close_round(held, now=NEXT_YEAR)
    with pytest.raises(UsageError, match="Round 2026 was closed"):
        generate(held, now=NEXT_YEAR)
    (fault,) = verify(held).faults
    assert fault.message.endswith("make it again: xlassess round close 2026")
    closed = close_round(held, now=NEXT_YEAR)
    bagit.Bag(str(closed.archive)).validate()
    assert verify(held).faults == ()
    assert [path.name for path in held.root.glob(".unfinished*")] == []


def test_archive__moves_with_its_round(held: AssessmentFolder) -> None:
    closed = close_round(held, now=NEXT_YEAR)
    reopen_round(held, "Once more.", now=NEXT_YEAR)
    held.drafts.mkdir()
    (held.drafts / "ada.eml").write_bytes(b"X-Unsent: 1")
    begin_round(held, "2027", WANTED, now=NEXT_YEAR)
    home = held.root / "rounds" / "2026"
    assert (home / closed.archive.name / "manifest-sha256.txt").is_file()
    assert (home / "drafts" / "ada.eml").is_file()
    assert not held.drafts.exists()
    assert verify(open_folder(held.root)).faults == ()


def test_archive__what_a_broken_run_left_is_in_nobodys_way(held: AssessmentFolder) -> None:
    (held.root / f".unfinished-archive-{NEXT_YEAR:%Y-%m-%d}" / "data").mkdir(parents=True)
    bagit.Bag(str(close_round(held, now=NEXT_YEAR).archive)).validate()


def test_round_new__what_a_broken_run_left_is_no_round(held: AssessmentFolder) -> None:
    begin_round(held, "2027", WANTED, now=NEXT_YEAR)
    left = held.root / "rounds" / ".unfinished-0123"
    left.mkdir()
    (left / "round.yaml").write_text('follows: "2027"')
    assert open_folder(held.root).round_name == "2027"
    assert [one.name for one in rounds(open_folder(held.root))] == ["2026", "2027"]


def test_settings__of_a_round_do_not_hide_in_assessment_yaml(held: AssessmentFolder) -> None:
    begin_round(held, "2027", WANTED, now=NEXT_YEAR)
    text = held.settings_file.read_text(encoding="utf-8")
    held.settings_file.write_text(f"{text}\nreturn_by: 2030-01-01\n", encoding="utf-8")
    with pytest.raises(AssessmentFileError) as caught:
        open_folder(held.root).assessment()
    (problem,) = caught.value.problems
    assert problem.file == "assessment.yaml"
    assert "in rounds/2027/round.yaml" in problem.message


def test_close_round__of_blank_workbooks_alone(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "small")
    blank = answer(folder, "Ada Ash", tmp_path / "inbox" / "ada.xlsx", (None, None, None))
    ingest(folder, [blank], now=LATER, workers=1)
    (line,) = rounds(folder)
    assert (line.issued, line.returned) == (3, 0)
    closed = close_round(folder, now=LATER)
    assert closed.left == LeftOpen(unsent=2, missing=1)
    assert not (closed.archive / "data" / "answers").exists()


@pytest.mark.sqlite
def test_archive__no_room_for_the_ledger_is_told_as_such(
    held: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("xlassess.services.papers.round_archive.closing", full)
    with pytest.raises(OSError, match="the ledger cannot be copied: database or disk is full"):
        close_round(held, now=NEXT_YEAR)
    assert not list(held.root.glob("*archive*"))
    generate(held, now=NEXT_YEAR)  # the round is not closed


def test_archive__closed_twice_keeps_both(held: AssessmentFolder) -> None:
    first = close_round(held, now=NEXT_YEAR)
    reopen_round(held, "Once more.", now=NEXT_YEAR)
    second = close_round(held, now=NEXT_YEAR)
    assert second.archive.name == f"{first.archive.name}-2"
    assert first.archive.is_dir()
    assert second.archive.is_dir()


def test_rounds__lists_them_in_order_with_what_came_back(held: AssessmentFolder) -> None:
    begin_round(held, "2027", WANTED, now=NEXT_YEAR)
    begin_round(open_folder(held.root), "2026-autumn", date(2027, 10, 1), now=NEXT_YEAR)
    close_round(open_folder(held.root, "2026"), now=NEXT_YEAR)
    found = rounds(open_folder(held.root))
    assert [(one.name, one.issued, one.returned, one.present) for one in found] == [
        ("2026", 3, 1, False), ("2027", 0, 0, False), ("2026-autumn", 0, 0, True),
    ]  # fmt: skip
    assert [one.closed is not None for one in found] == [True, False, False]


def test_preparation__stands_on_start_and_in_method(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "small")
    agreed = "preparation: {kind: routine audit, facilitator: Sam Okafor}"
    change_settings(folder, "return_by: 2026-03-13", f"return_by: 2026-03-13\n{agreed}")
    path = answer(folder, "Ada Ash", tmp_path / "ada.xlsx")
    start = sheet_of(path.read_bytes(), "Start")
    texts = [cell.value for row in start.iter_rows() for cell in row if cell.value]
    assert "Kind of round: routine audit." in texts
    assert "Who leads the discussion of the findings: Sam Okafor" in texts
    assert not any(str(text).startswith("What will follow") for text in texts)
    ingest(folder, [path], now=LATER, workers=1)
    method = sheet_of(consolidate(folder, now=LATER).path.read_bytes(), "Method")
    rows = {row[0].value: row[1].value for row in method.iter_rows()}
    assert (rows["Kind of round"], rows["Facilitator"]) == ("routine audit", "Sam Okafor")
    assert "What will follow" not in rows
    written = consolidate(_without(folder, agreed), now=LATER)
    assert "Kind of round" not in {
        row[0].value for row in sheet_of(written.path.read_bytes(), "Method").iter_rows()
    }


def _without(folder: AssessmentFolder, text: str) -> AssessmentFolder:
    change_settings(folder, text, "")
    return folder


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{kind: audit}", "'audit' is not a value of 'kind'."),
        ("{leader: Sam}", "There is no field 'leader' here."),
        (f"{{facilitator: {'x' * 301}}}", "The facilitator is empty, too long"),
    ],
)
def test_preparation__mistakes_are_told_with_their_line(
    tmp_path: Path, text: str, said: str
) -> None:
    folder = a_folder(tmp_path / "small")
    change_settings(folder, "return_by: 2026-03-13", f"return_by: 2026-03-13\npreparation: {text}")
    with pytest.raises(AssessmentFileError) as caught:
        folder.assessment()
    (problem,) = caught.value.problems
    assert problem.message.startswith(said)
    assert problem.line == 8


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("# All.\n\n# The round.\nround: 1\nid: a\n", "# All.\nid: a\n"),
        ("toolkits:\n- pat\n# more\n- b\nid: a\n", "id: a\n"),
        ("id: a\n\n# preparation:\n#   kind: x\n\n# Theirs.\n", "id: a\n\n# Theirs.\n"),
        ("purpose: >\n  one\n\n  two\nmarking: X # id: 1\n", "marking: X # id: 1\n"),
        ('"round": 1\nid: a\n# round about\nmarking: X\n', "id: a\n# round about\nmarking: X\n"),
    ],
)  # fmt: skip
def test_without_fields__takes_a_field_and_what_is_said_about_it(text: str, left: str) -> None:
    assert without_fields(text, ("round", *ROUND_FIELDS)) == left


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"return_by: 2026-03-13", b"return_by: &day 2026-03-13\npurpose: *day"),
        (b"id: small", b"id: small\nnonsense: 1"),
        (b"Small Partnership", b"Sm\xe4ll Partnership"),
    ],
    ids=["in two places at once", "with a mistake", "in other letters"],
)
def test_return_date__settings_that_cannot_be_changed_stay_as_they_are(
    tmp_path: Path, old: bytes, new: bytes
) -> None:
    folder = a_folder(tmp_path / "small")
    settings = folder.settings_file.read_bytes().replace(old, new)
    assert new in settings
    folder.settings_file.write_bytes(settings)
    with pytest.raises(XlassessError):
        change_return_date(folder, date(2026, 4, 9), now=MONDAY)
    assert folder.settings_file.read_bytes() == settings
