"""Writing the portfolio of a programme: what is told of each, and what is put on record."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from tests.services.programmes.made_up import a_programme, an_assessment_in
from tests.services.small import LATER, answer, change_settings, write_register
from xlassess.assessment.settings import AssessmentFolder
from xlassess.consolidate import PortfolioLine
from xlassess.ledger import Ledger
from xlassess.model.errors import UsageError
from xlassess.services.ingest import ingest
from xlassess.services.papers.consolidate import consolidate
from xlassess.services.programmes.portfolio import consolidate_programme, report_programme
from xlassess.services.programmes.programme import programme_status
from xlassess.services.setup.rounds import begin_round
from xlassess.services.setup.verify import verify

DAY = LATER + timedelta(days=60)
PEOPLE = tuple((f"Partner {name}", f"Person {name}", "") for name in "ABCDEFGH")


def lines_of(root: Path, register: str) -> dict[str, PortfolioLine]:
    made = consolidate_programme(a_programme(root, register), now=DAY).portfolio
    return {line.name: line for line in made.lines}


def back(folder: AssessmentFolder, *names: str, day: int = 0) -> None:
    """Read workbooks of these people, answered so that nobody is unanimous."""
    for number, name in enumerate(names):
        said = ("Agree", "Disagree", "Agree") if number % 2 else ("Disagree", "Agree", "Agree")
        path = folder.root.parent / "inbox" / f"{folder.root.name} {name}.xlsx"
        ingest(folder, [answer(folder, f"Person {name}", path, said)],
               now=LATER + timedelta(days=day), workers=1)  # fmt: skip


def test_portfolio__what_cannot_be_used_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    good = an_assessment_in(tmp_path, "good", back=True)
    an_assessment_in(tmp_path, "new")
    for name in ("copy", "twin", "garbled"):
        other = AssessmentFolder(Path(shutil.copytree(good.root, tmp_path / name)))
        change_settings(other, "id: good", f"id: {'garbled' if name == 'garbled' else 'twin'}")
    other.ledger_file.write_bytes(b"no database " * 100)
    names = ("good", "new", "copy", "twin", "garbled", "gone")
    folder = a_programme(tmp_path, "".join(f"  - folder: {name}\n" for name in names))
    for write in (consolidate_programme, report_programme):
        result = write(folder, now=DAY)
        assert result.path.stat().st_size > 1000
        told = {line.entry.folder: bool(line.parts) for line in result.portfolio.lines}
        assert told == {name: name == "good" for name in names}
        left = [line.entry.folder for line in result.left_out]
        assert left == ["copy", "twin", "garbled", "gone"]


def test_portfolio__is_on_record_in_each_assessment(tmp_path: Path) -> None:
    one = an_assessment_in(tmp_path, "one", back=True)
    lines_of(tmp_path, "  - folder: one\n")
    with Ledger(one.ledger) as ledger:
        last = ledger.events()[-1]
    assert (last.what, last.details["round"], last.details["returns"]) == (
        "portfolio written", "2026", 1,
    )  # fmt: skip
    assert verify(one).holds


def test_portfolio__a_late_return_cannot_be_worked_out_from_two(tmp_path: Path) -> None:
    """The figures of eight less those of seven would be the eighth return, whole."""
    one = an_assessment_in(tmp_path, "one")
    change_settings(one, "round: ", "attribution: aggregated\nround: ")
    write_register(one, PEOPLE)
    back(one, *"ABCDE")
    first = lines_of(tmp_path, "  - folder: one\n")["One Partnership"]
    back(one, "F", day=1)
    again = lines_of(tmp_path, "  - folder: one\n")["One Partnership"]
    assert (first.parts[0].returned, again.parts[0].returned) == (5, 5)
    assert again.parts[0].sections == first.parts[0].sections
    assert consolidate(one, now=DAY).returned == 5  # the summary stands on the same as well
    back(one, *"GH", day=2)
    later = lines_of(tmp_path, "  - folder: one\n")["One Partnership"]
    assert later.parts[0].returned == 8


def test_portfolio__tells_the_last_round_that_was_held(tmp_path: Path) -> None:
    one = an_assessment_in(tmp_path, "one", back=True)
    begin_round(one, "2027", DAY.date() + timedelta(days=90), now=DAY)
    line = lines_of(tmp_path, "  - folder: one\n")["One Partnership"]
    assert (line.round, line.under_way, line.parts[0].returned) == ("2026", "", 1)
    assert line.due is not None


def test_portfolio__partnerships_that_were_left_have_no_figures(tmp_path: Path) -> None:
    one = an_assessment_in(tmp_path, "one", back=True)
    register = "".join(f"  - {{folder: {name}, membership: left}}\n" for name in ("one", "gone"))
    for line in lines_of(tmp_path, register).values():
        assert (line.parts, line.round, line.unusable) == ((), "", False)
    with Ledger(one.ledger) as ledger:
        assert "portfolio written" not in {event.what for event in ledger.events()}


def test_portfolio__an_order_that_cannot_be_is_refused_before_anything_is_written(
    tmp_path: Path,
) -> None:
    one = an_assessment_in(tmp_path, "one", back=True)
    folder = a_programme(tmp_path, "  - folder: one\n")
    with pytest.raises(UsageError, match="grand total"):
        consolidate_programme(folder, now=DAY, order="total")
    assert not folder.output.exists()
    with Ledger(one.ledger) as ledger:
        assert "portfolio written" not in {event.what for event in ledger.events()}


def test_portfolio__the_paper_before_is_kept(tmp_path: Path) -> None:
    an_assessment_in(tmp_path, "one", back=True)
    folder = a_programme(tmp_path, "  - folder: one\n")
    first = consolidate_programme(folder, now=DAY)
    assert consolidate_programme(folder, now=DAY).edited is None
    content = first.path.read_bytes()
    second = consolidate_programme(folder, now=DAY + timedelta(days=1))
    assert second.edited is not None
    assert second.edited.read_bytes() == content


@pytest.mark.skipif(os.name == "nt", reason="rights pass down in folders there")
def test_rights__of_a_shared_assessment_do_not_pass_to_others(tmp_path: Path) -> None:
    shared = an_assessment_in(tmp_path, "shared")
    change_settings(shared, "round: ", "shared: true\nround: ")
    held = os.umask(0o077)
    try:
        programme_status(a_programme(tmp_path, "  - folder: shared\n"), today=DAY.date())
        after = os.umask(0o077)
    finally:
        os.umask(held)
    assert after == 0o077
