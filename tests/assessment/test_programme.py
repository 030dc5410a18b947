"""The register of partnerships: what is wrong with it, and adding to it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from xlassess.assessment.programme import ProgrammeFileError, ProgrammeFolder
from xlassess.assessment.settings import AssessmentFolder
from xlassess.model.assessment import LedgerDatabase
from xlassess.model.errors import UsageError
from xlassess.model.programme import Partnership, SharedSettings

REGISTER = """\
# Ours.
title: Our partnerships
partnerships:
  # The oldest.
  - folder: a
    statutory: yes
    evaluated: 2024-05-01
"""


def folder_of(root: Path, text: str) -> ProgrammeFolder:
    (root / "programme.yaml").write_text(text, encoding="utf-8")
    return ProgrammeFolder(root)


def test_programme__a_new_one_is_whole(tmp_path: Path) -> None:
    folder = ProgrammeFolder(tmp_path / "Melton’s")
    folder.create()
    made = folder.programme()
    assert (made.title, made.review_years, made.partnerships) == ("Melton’s", 3, ())
    with pytest.raises(UsageError):
        folder.create()


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("title: Our partnerships\n", "", [1]),
        ("statutory: yes", "statutory: perhaps", [6]),
        ("statutory: yes", "statutry: yes", [6]),
        ("evaluated: 2024-05-01", "membership: dissolved", [7]),
        ("folder: a", "purpose: Somewhere", [5]),
        ("evaluated: 2024-05-01", "evaluated: 2024-05-01\n  - folder: A", [8]),
        ("title: Our partnerships", "title: Ours\nreview_years: 0", [3]),
        ("evaluated: 2024-05-01", "budget: one\n  - name: B\n    evaluated: soon", [9]),
    ],
    ids=["title", "kind", "field", "choice", "nameless", "twice", "cycle", "date"],
)  # fmt: skip
def test_programme__what_is_wrong_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, lines: list[int]
) -> None:
    assert old in REGISTER
    with pytest.raises(ProgrammeFileError) as caught:
        folder_of(tmp_path, REGISTER.replace(old, new)).programme()
    assert [problem.line for problem in caught.value.problems] == lines


def test_add__keeps_what_stands_there(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, REGISTER)
    folder.add(Partnership("b: c", 'The "B"', statutory=False, decided=date(2026, 3, 4)))
    text = folder.register_file.read_text(encoding="utf-8")
    assert text.startswith(REGISTER)
    first, second = folder.programme().partnerships
    assert (first.statutory, first.evaluated) == (True, date(2024, 5, 1))
    assert (second.folder, second.name) == ("b: c", 'The "B"')
    assert (second.statutory, second.decided) == (False, date(2026, 3, 4))


def test_add__lists_at_the_margin_stay_there(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "title: T\npartnerships:\n- folder: a\n")
    folder.add(Partnership("b"))
    assert [one.folder for one in folder.programme().partnerships] == ["a", "b"]


@pytest.mark.parametrize(
    "text",
    ["partnerships:\n  - folder: a\ntitle: T\n", "title: T\npartnerships: [{folder: a}]\n"],
    ids=["not last", "in brackets"],
)
def test_add__elsewhere_nothing_is_written(tmp_path: Path, text: str) -> None:
    folder = folder_of(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        folder.add(Partnership("b"))
    assert 'folder: "b"' in caught.value.remedy
    assert folder.register_file.read_text(encoding="utf-8") == text


def test_begin__shared_settings_hold_and_toolkits_are_copied(tmp_path: Path) -> None:
    shared = """\
shared:
  round: "2026"
  toolkits: [melton-evaluation, pat]
  return_by: 2026-10-30
  attribution: aggregated
  minimum_group: 4
partnerships:
"""
    folder = folder_of(tmp_path, REGISTER.replace("partnerships:\n", shared))
    folder.toolkits.mkdir()
    (folder.toolkits / "ours.yaml").write_text("id: ours\n", encoding="utf-8")
    folder.begin_assessment(tmp_path / "b", folder.programme().shared, "B & Söhne")
    settings_file = AssessmentFolder(tmp_path / "b").settings_file
    text = settings_file.read_text(encoding="utf-8")
    settings_file.write_text(text.replace("  name:\n", "  name: Cora\n"), encoding="utf-8")
    made = AssessmentFolder(tmp_path / "b").assessment()
    assert (made.partnership, made.round, made.toolkits) == (
        "B & Söhne", "2026", ("melton-evaluation", "pat"),
    )  # fmt: skip
    assert (made.return_by, made.attribution, made.minimum_group) == (
        date(2026, 10, 30), "aggregated", 4,
    )  # fmt: skip
    assert made.marking == "OFFICIAL", "what is not shared is as in every new assessment"
    assert (tmp_path / "b" / "toolkits" / "ours.yaml").is_file()


def test_begin__shared_ledger_is_entered_once(tmp_path: Path) -> None:
    url = "postgresql+psycopg://a@db.example/assessments"
    folder = ProgrammeFolder(tmp_path)
    folder.begin_assessment(tmp_path / "by-the-sea", SharedSettings(ledger=url), "By the Sea")
    begun = AssessmentFolder(tmp_path / "by-the-sea")
    assert begun.ledger == LedgerDatabase(url, "by-the-sea")
    assert begun.settings_file.read_text(encoding="utf-8").count("\nledger:") == 1
    folder.begin_assessment(tmp_path / "inland", SharedSettings(), "Inland")
    assert AssessmentFolder(tmp_path / "inland").ledger == tmp_path / "inland" / "ledger.db"


def test_shared_ledger__with_a_password_is_refused(tmp_path: Path) -> None:
    folder = ProgrammeFolder(tmp_path)
    said = "title: Ours\nshared:\n  ledger: postgresql+psycopg://a:geheim@h/d\npartnerships:\n"
    folder.register_file.write_text(said, encoding="utf-8")
    with pytest.raises(ProgrammeFileError) as caught:
        folder.programme()
    (problem,) = caught.value.problems
    assert problem.line == 3
    assert "password" in problem.message
    assert "geheim" not in str(caught.value)
