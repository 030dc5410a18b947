"""Generating: what is issued, what is left alone, and what a broken-off run leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date, datetime, timezone
from pathlib import Path

import pytest

from tests.services.small import (
    LATER,
    MONDAY,
    PEOPLE,
    TOOLKIT,
    a_folder,
    change_settings,
    contents,
    write_register,
    write_toolkit,
)
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.ledger.archive import UNFINISHED
from xlassess.model.answer import Issued
from xlassess.model.errors import XlassessError
from xlassess.services.common.workbooks import issuing
from xlassess.services.common.workbooks.outbox import sha256_of
from xlassess.services.generate import Generated, generate
from xlassess.services.status import status


@pytest.fixture
def folder(tmp_path: Path) -> AssessmentFolder:
    return a_folder(tmp_path / "small")


def issued(folder: AssessmentFolder) -> tuple[Issued, ...]:
    with Ledger(folder.ledger) as ledger:
        return ledger.issued()


def outcomes(result: Generated) -> list[str]:
    return [book.outcome for book in result.workbooks]


def test_generate__issues_one_workbook_for_each_place(folder: AssessmentFolder) -> None:
    result = generate(folder, now=MONDAY)
    assert outcomes(result) == ["new"] * 3
    assert {book.path.name for book in result.workbooks} == set(contents(folder))
    assert [(i.partner, i.respondent, i.level) for i in issued(folder)] == [
        ("Ash Council", "Ada Ash", "board"),
        ("Ash Council", "Abe Ash", "front"),
        ("Birch Trust", "Bea Birch", "board"),
    ]


def test_generate__records_what_it_writes(folder: AssessmentFolder) -> None:
    generate(folder, now=MONDAY)
    files = contents(folder)
    assert {i.file_name: i.sha256 for i in issued(folder)} == {
        name: sha256_of(data) for name, data in files.items()
    }


def test_generate__again_changes_nothing(folder: AssessmentFolder) -> None:
    generate(folder, now=MONDAY)
    before, recorded = contents(folder), issued(folder)
    result = generate(folder, now=LATER)
    assert outcomes(result) == ["unchanged"] * 3
    assert not result.needs_person
    assert contents(folder) == before
    assert issued(folder) == recorded


def test_generate__writes_a_missing_workbook_with_the_same_bytes(folder: AssessmentFolder) -> None:
    first = generate(folder, now=MONDAY)
    before = contents(folder)
    first.workbooks[1].path.unlink()
    result = generate(folder, now=LATER)
    assert outcomes(result) == ["unchanged", "restored", "unchanged"]
    assert contents(folder) == before


def test_generate__takes_an_empty_file_for_a_missing_one(folder: AssessmentFolder) -> None:
    first = generate(folder, now=MONDAY)
    before = contents(folder)
    first.workbooks[0].path.write_bytes(b"")
    assert outcomes(generate(folder, now=LATER))[0] == "restored"
    assert contents(folder) == before


def test_generate__keeps_a_file_that_differs(folder: AssessmentFolder) -> None:
    first = generate(folder, now=MONDAY)
    first.workbooks[2].path.write_bytes(b"filled in")
    result = generate(folder, now=LATER)
    assert outcomes(result) == ["unchanged", "unchanged", "kept"]
    assert result.needs_person
    assert first.workbooks[2].path.read_bytes() == b"filled in"


@pytest.mark.sqlite
def test_generate__keeps_a_foreign_file_of_a_name_to_be_issued(tmp_path: Path) -> None:
    trial, folder = a_folder(tmp_path / "trial"), a_folder(tmp_path / "real")
    folder.secret_file.write_text(trial.secret().hex())
    name = generate(trial, now=MONDAY).workbooks[0].path.name
    folder.outbox.mkdir()
    (folder.outbox / name).write_bytes(b"something else")
    result = generate(folder, now=MONDAY)
    assert outcomes(result) == ["kept", "new", "new"]
    assert (folder.outbox / name).read_bytes() == b"something else"
    assert len(issued(folder)) == 2


def test_generate__issues_to_somebody_new(folder: AssessmentFolder) -> None:
    generate(folder, now=MONDAY)
    write_register(folder, (*PEOPLE, ("Cedar Club", "Cy Cedar", "Front line")))
    result = generate(folder, now=LATER)
    assert outcomes(result) == ["unchanged"] * 3 + ["new"]
    assert issued(folder)[-1].respondent == "Cy Cedar"


def test_generate__leaves_workbooks_whose_settings_changed(folder: AssessmentFolder) -> None:
    generate(folder, now=MONDAY)
    before, recorded = contents(folder), issued(folder)
    change_settings(folder, "2026-03-13", "2026-03-20")
    result = generate(folder, now=LATER)
    assert outcomes(result) == ["outdated"] * 3
    assert result.needs_person
    assert contents(folder) == before
    assert issued(folder) == recorded


def test_generate__leaves_a_workbook_whose_respondent_was_renamed(
    folder: AssessmentFolder,
) -> None:
    first = generate(folder, now=MONDAY)
    before = contents(folder)
    renamed = (("ASH Council", "Ada Ash", "Board"), ("ASH Council", "Abe Ash", "Front line"))
    write_register(folder, (*renamed, PEOPLE[2]))
    first.workbooks[0].path.unlink()
    result = generate(folder, now=LATER)
    assert outcomes(result) == ["outdated", "outdated", "unchanged"]
    assert contents(folder) == before, "the missing one is put back as it was issued"


def test_generate__reissues_on_request_and_puts_the_old_aside(folder: AssessmentFolder) -> None:
    first = generate(folder, now=MONDAY)
    before = contents(folder)
    change_settings(folder, "2026-03-13", "2026-03-20")
    result = generate(folder, now=LATER, reissue=True)
    assert outcomes(result) == ["reissued"] * 3
    old = {book.reference for book in first.workbooks}
    assert not old & {book.reference for book in result.workbooks}
    after = contents(folder)
    assert {name: after[f"replaced/{name}"] for name in before} == before
    assert {book.path.name for book in result.workbooks} == {n for n in after if "/" not in n}
    assert outcomes(generate(folder, now=LATER, reissue=True)) == ["unchanged"] * 3


def test_generate__leaves_workbooks_whose_questions_changed(folder: AssessmentFolder) -> None:
    generate(folder, now=MONDAY)
    before = contents(folder)
    write_toolkit(folder, TOOLKIT.replace("We trust each other.", "We rely on each other."))
    result = generate(folder, now=LATER)
    assert outcomes(result) == ["questions"] * 3
    assert result.needs_person
    assert contents(folder) == before
    again = generate(folder, now=LATER, reissue=True)
    assert outcomes(again) == ["reissued"] * 3
    assert len(issued(folder)) == 6


@pytest.mark.parametrize("files_written", [0, 1, 2])
def test_generate__completes_a_run_that_was_killed(
    folder: AssessmentFolder, monkeypatch: pytest.MonkeyPatch, files_written: int
) -> None:
    """A kill cannot be caught: whatever was done before it is all the next run finds."""
    write, left = issuing.write_whole, iter(range(files_written))

    def killed(path: Path, data: bytes) -> None:
        if next(left, None) is None:
            half = path.with_name(f"{UNFINISHED}0")
            half.write_bytes(data[:100])
            os.utime(half, (1, 1))
            raise SystemExit
        write(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(issuing, "write_whole", killed)
        with pytest.raises(SystemExit):
            generate(folder, now=MONDAY)
    result = generate(folder, now=LATER)
    assert outcomes(result) == ["unchanged"] * files_written + ["restored"] * (3 - files_written)
    recorded = {i.file_name: i.sha256 for i in issued(folder)}
    assert {n: sha256_of(data) for n, data in contents(folder).items()} == recorded


def test_generate__completes_a_run_that_was_really_killed(folder: AssessmentFolder) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path;"
        "from tests.services.small import MONDAY;"
        "from xlassess.services import generate as desk;"
        "from xlassess.assessment.settings import AssessmentFolder;"
        "from xlassess.services.common.workbooks import issuing;"
        "issuing.write_whole = lambda *_: os.kill(os.getpid(), signal.SIGKILL);"
        "desk.generate(AssessmentFolder(Path(sys.argv[1])), now=MONDAY)"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", program, folder.root], cwd=root, check=False)
    assert done.returncode == -signal.SIGKILL
    assert contents(folder) == {}
    assert outcomes(generate(folder, now=LATER)) == ["restored"] * 3
    recorded = {i.file_name: i.sha256 for i in issued(folder)}
    assert {n: sha256_of(data) for n, data in contents(folder).items()} == recorded


def test_generate__completes_a_run_killed_before_recording(
    folder: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "record_issued", killed)
        with pytest.raises(SystemExit):
            generate(folder, now=MONDAY)
    assert contents(folder) == {}
    assert outcomes(generate(folder, now=MONDAY)) == ["new"] * 3


def test_generate__two_rounds_do_not_mix(folder: AssessmentFolder) -> None:
    first = generate(folder, now=MONDAY)
    change_settings(folder, 'round: "2026"', 'round: "2027"')
    result = generate(folder, now=LATER)
    assert outcomes(result) == ["new"] * 3
    assert not {b.reference for b in first.workbooks} & {b.reference for b in result.workbooks}
    assert not (folder.outbox / "replaced").exists()


def test_generate__refuses_an_empty_register(folder: AssessmentFolder) -> None:
    write_register(folder, ())
    with pytest.raises(XlassessError):
        generate(folder, now=MONDAY)
    assert not folder.outbox.exists()


def test_generate__raises_the_attempt_when_a_reference_is_taken(
    folder: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = issuing.reference_for
    monkeypatch.setattr(
        issuing, "reference_for", lambda i, s, n=0: "4444-4444" if n == 0 else real(i, s, n)
    )
    result = generate(folder, now=MONDAY)
    references = [book.reference for book in result.workbooks]
    assert references[0] == "4444-4444"
    assert len(set(references)) == 3


def test_generate__tells_how_far_it_is(folder: AssessmentFolder) -> None:
    told: list[tuple[int, int]] = []
    generate(folder, now=MONDAY, watch=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_generate__reissued_by_a_clock_that_went_back(folder: AssessmentFolder) -> None:
    """The order of issue is that of the ledger; a clock may be put right between two runs."""
    generate(folder, now=LATER)
    change_settings(folder, "Cora Coordinator", "Carl Coordinator")
    assert outcomes(generate(folder, now=MONDAY, reissue=True)) == ["reissued"] * 3
    assert outcomes(generate(folder, now=MONDAY, reissue=True)) == ["unchanged"] * 3
    lines = status(folder, today=MONDAY.date()).lines
    newest = {item.reference for item in issued(folder)[3:]}
    assert {line.reference for line in lines} == newest


def test_generate__tells_when_the_return_date_has_passed(folder: AssessmentFolder) -> None:
    """small.py asks for an answer by 13 March 2026."""
    late = datetime(2026, 3, 20, 9, tzinfo=timezone.utc)
    result = generate(folder, now=late)
    assert result.day_over == date(2026, 3, 13)
    assert result.needs_person
    assert generate(folder, now=late).day_over is None  # nothing went out this time


def test_generate__says_nothing_of_a_return_date_to_come(folder: AssessmentFolder) -> None:
    assert generate(folder, now=MONDAY).day_over is None
