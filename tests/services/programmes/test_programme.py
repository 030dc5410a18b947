"""Where every partnership of a programme stands."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.services.programmes.made_up import TODAY, a_programme, an_assessment_in
from tests.services.small import LATER, MONDAY, answer, change_settings, write_register
from xlassess.model.errors import UsageError
from xlassess.model.programme import Partnership
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.programmes.programme import (
    PartnershipStanding,
    add_partnership,
    programme_status,
    with_assessment,
)


def stand(root: Path, register: str, today: date = TODAY, years: str = "") -> dict[str, str]:
    lines = standings(root, register, today, years)
    return {line.name: line.need for line in lines}


def standings(
    root: Path, register: str, today: date = TODAY, years: str = ""
) -> tuple[PartnershipStanding, ...]:
    head = "title: T" + (f"\nreview_years: {years}" if years else "")
    return programme_status(a_programme(root, register, head), today=today).lines


@pytest.mark.sqlite
def test_status__one_that_cannot_be_opened_does_not_stop_the_rest(tmp_path: Path) -> None:
    an_assessment_in(tmp_path, "good", back=True)
    broken = an_assessment_in(tmp_path, "broken")
    broken.settings_file.write_text("id: [", encoding="utf-8")
    an_assessment_in(tmp_path, "garbled").ledger_file.write_bytes(b"no database " * 100)
    register = "  - folder: good\n  - folder: broken\n  - folder: gone\n  - folder: garbled\n"
    lines = standings(tmp_path, register)
    told = {line.entry.folder: bool(line.trouble) for line in lines}
    assert told == {"broken": True, "gone": True, "garbled": True, "good": False}
    assert [line.entry.folder for line in lines][-1] == "good"
    assert lines[-1].rounds[0].returned == 1


def test_status__two_with_one_id_are_both_told(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        an_assessment_in(tmp_path, name)
    two = tmp_path / "two" / "assessment.yaml"
    two.write_text(two.read_text(encoding="utf-8").replace("id: two", "id: one"), encoding="utf-8")
    register = "  - folder: one\n  - folder: two\n  - folder: three\n"
    lines = {line.entry.folder: line for line in standings(tmp_path, register)}
    assert (lines["one"].need, lines["two"].need) == ("cannot be used", "cannot be used")
    assert "two" in lines["one"].trouble
    assert not lines["three"].trouble


def test_status__two_of_one_name_are_told_apart(tmp_path: Path) -> None:
    for name in ("one", "two"):
        folder = an_assessment_in(tmp_path, name)
        change_settings(folder, f"{name.title()} Partnership", "Our Partnership")
    lines = standings(tmp_path, "  - folder: one\n  - folder: two\n")
    assert {line.name for line in lines} == {"Our Partnership (one)", "Our Partnership (two)"}


def test_status__two_of_one_id_cannot_be_used_though_nobody_is_in_their_registers(
    tmp_path: Path,
) -> None:
    for name in ("one", "two"):
        folder = an_assessment_in(tmp_path, name)
        change_settings(folder, f"id: {folder.assessment().id}", "id: same")
        write_register(folder, ())
    lines = standings(tmp_path, "  - folder: one\n  - folder: two\n")
    assert {line.need for line in lines} == {"cannot be used"}
    assert all("the id same" in line.faults[0] for line in lines)
    assert all(line.faults[1].startswith("Nobody is in") for line in lines)


def test_status__the_most_pressing_first(tmp_path: Path) -> None:
    generate(an_assessment_in(tmp_path, "late"), now=MONDAY)
    an_assessment_in(tmp_path, "new")
    register = """\
  - {name: Left, membership: left, evaluated: 2001-01-01}
  - {name: Fine, evaluated: 2026-01-01}
  - {name: Soon, evaluated: 2023-06-01}
  - {name: Over, evaluated: 2020-01-01}
  - {name: Never}
  - {name: Asked, membership: proposed}
  - {folder: unfilled, membership: proposed}
  - {folder: away, membership: left}
  - {folder: late}
  - {folder: new}
  - {folder: gone}
"""
    found = stand(tmp_path, register, years="3")
    assert list(found.items()) == [
        ("gone", "cannot be used"),
        ("Over", "evaluation overdue"),
        ("New Partnership", "to be looked at"),
        ("Late Partnership", "workbooks overdue"),
        ("Asked", "to be decided"),
        ("unfilled", "to be decided"),
        ("Soon", "evaluation due"),
        ("Never", "no evaluation on record"),
        ("Fine", "nothing"),
        ("Left", "over"),
        ("away", "over"),
    ]


@pytest.mark.parametrize(
    ("entry", "due"),
    [
        ("evaluated: 2024-02-29", date(2027, 2, 28)),
        ("evaluated: 2024-02-29, due: 2026-06-01", date(2026, 6, 1)),
        ("evaluated: 2024-02-29, due: 2023-06-01", date(2027, 2, 28)),
        ("decided: 2025-01-10", date(2028, 1, 10)),
        ("membership: proposed, decided: 2025-01-10", None),
        ("membership: left, evaluated: 2024-02-29", None),
        ("purpose: x", None),
    ],
)
def test_due__follows_the_cycle_and_the_committee(
    tmp_path: Path, entry: str, due: date | None
) -> None:
    (line,) = standings(tmp_path, f"  - {{name: A, {entry}}}\n", years="3")
    assert line.due == due


def test_due__is_by_the_toolkit_before_the_body(tmp_path: Path) -> None:
    an_assessment_in(tmp_path, "a", back=True)
    (line,) = standings(tmp_path, "  - folder: a\n", date(2026, 3, 14), years="9")
    assert (line.evaluated, line.due) == (date(2026, 3, 13), date(2029, 3, 13))
    (early,) = standings(tmp_path, "  - folder: a\n", date(2026, 3, 12), years="9")
    assert (early.evaluated, early.due, early.under_way) == (None, None, True)


def test_due__an_old_round_with_missing_returns_is_none_under_way(tmp_path: Path) -> None:
    an_assessment_in(tmp_path, "a", back=True)
    (line,) = standings(tmp_path, "  - folder: a\n", date(2029, 3, 14))
    assert (line.need, line.days, line.under_way) == ("evaluation overdue", -1, False)


@pytest.mark.parametrize(
    ("people", "today", "day"),
    [
        (("Ada Ash", "Abe Ash", "Bea Birch"), 12, 12),
        (("Ada Ash", "Abe Ash", "Bea Birch"), 20, 13),
        (("Ada Ash",), 12, None),
        (("Ada Ash",), 20, 13),
    ],
    ids=["all before the day", "all, and the day has come", "some before it", "some, and it came"],
)
def test_evaluated__never_on_a_day_to_come(
    tmp_path: Path, people: tuple[str, ...], today: int, day: int | None
) -> None:
    folder = an_assessment_in(tmp_path, "a")
    back = [answer(folder, name, tmp_path / "back" / f"{name}.xlsx") for name in people]
    ingest(folder, back, now=LATER)
    (line,) = standings(tmp_path, "  - folder: a\n", date(2026, 3, today))
    expected = date(2026, 3, day) if day else None
    assert (line.evaluated, line.due) == (expected, expected and expected.replace(year=2029))


def test_add__one_that_was_proposed_is_given_its_assessment(tmp_path: Path) -> None:
    register = "  - {name: Far, membership: left}\n  - name: Near\n    membership: proposed\n"
    folder = a_programme(tmp_path, register)
    entry = Partnership(name="near", budget="GBP 5", membership="joined")
    assert add_partnership(folder, tmp_path / "near", entry).begun
    _, near = folder.programme().partnerships
    assert (near.name, near.folder, near.membership, near.budget) == (
        "Near", "near", "proposed", "GBP 5",
    )  # fmt: skip
    with pytest.raises(UsageError, match="with the assessment in near"):
        add_partnership(folder, tmp_path / "other", entry)
    assert not (tmp_path / "other").exists()


def test_add__existing_and_new(tmp_path: Path) -> None:
    an_assessment_in(tmp_path, "old")
    folder = a_programme(tmp_path, "")
    old = add_partnership(folder, tmp_path / "old", Partnership())
    new = add_partnership(folder, tmp_path / "new", Partnership(name="New one"))
    assert (old.begun, new.begun) == (False, True)
    assert [line.entry.folder for line in with_assessment(folder)] == ["old", "new"]
    text = (tmp_path / "new" / "assessment.yaml").read_text(encoding="utf-8")
    assert 'partnership: "New one"' in text


def test_add__twice_or_with_the_id_of_another_is_refused(tmp_path: Path) -> None:
    an_assessment_in(tmp_path, "a")
    folder = a_programme(tmp_path, "  - folder: a\n")
    before = folder.register_file.read_bytes()
    with pytest.raises(UsageError, match="already"):
        add_partnership(folder, tmp_path / "sub" / ".." / "a", Partnership())
    copy = an_assessment_in(tmp_path / "copies", "a")
    with pytest.raises(UsageError, match="same id"):
        add_partnership(folder, copy.root, Partnership())
    with pytest.raises(UsageError, match="same id"):
        add_partnership(folder, tmp_path / "b" / "A", Partnership())
    assert folder.register_file.read_bytes() == before
    assert not (tmp_path / "b").exists()
