"""Two outputs around a late return do not together give it away."""

from __future__ import annotations

import itertools
import random
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import xlassess
from tests.services.papers.test_promises import give, issued_in
from tests.services.small import LATER, MONDAY, a_folder, change_settings
from xlassess.assessment.settings import AssessmentFolder
from xlassess.consolidate.figures.privacy.disclosure import tells_few
from xlassess.consolidate.figures.privacy.held_back import HeldBackError
from xlassess.ledger import Event, Ledger
from xlassess.model.errors import XlassessError
from xlassess.services.decide import Why, set_aside
from xlassess.services.generate import generate
from xlassess.services.next_steps import base_now, next_steps
from xlassess.services.papers.consolidate import consolidate, present_round
from xlassess.services.papers.export import export_round
from xlassess.services.papers.figures import figures
from xlassess.services.papers.report import report
from xlassess.services.status import status

COUNT = 9


def a_round_on_disk(root: Path, returned: int, attribution: str = "aggregated") -> AssessmentFolder:
    people = tuple((f"Partner {n}", f"Person {n}", "Board") for n in range(COUNT))
    folder = a_folder(root, people)
    change_settings(folder, "return_by:", f"attribution: {attribution}\nreturn_by:")
    generate(folder, now=MONDAY)
    for number, issued in enumerate(issued_in(folder)[:returned]):
        give(folder, issued, number)
    return folder


OUTPUTS = ("consolidated", "reported", "exported")


def _events(folder: AssessmentFolder) -> Sequence[Event]:
    with Ledger(folder.ledger) as ledger:
        return ledger.events()


def come(folder: AssessmentFolder, *numbers: int, again: int = 0) -> None:
    """Let these people's returns come in, or come again with other answers."""
    for number in numbers:
        give(folder, issued_in(folder)[number], number + again)


def counted(folder: AssessmentFolder) -> int:
    return len(present_round(folder).current)


def test_late_return__is_held_back_until_enough_have_come(tmp_path: Path) -> None:
    folder = a_round_on_disk(tmp_path, 5)
    assert consolidate(folder, now=LATER).held == ""
    come(folder, 5)
    result = consolidate(folder, now=LATER)
    assert result.returned == 5
    assert "1 person's return has come in or changed since" in result.held
    assert "at least 2 more have" in result.held
    come(folder, 6)
    assert consolidate(folder, now=LATER).returned == 5
    come(folder, 7)
    result = consolidate(folder, now=LATER)
    assert (result.returned, result.held) == (8, "")


def test_late_return__held_back_is_no_reason_to_write_the_summary_again(tmp_path: Path) -> None:
    folder = a_round_on_disk(tmp_path, 5)
    consolidate(folder, now=LATER)
    come(folder, 5)
    assert not _summary_due(folder)
    consolidate(folder, now=LATER)
    assert not _summary_due(folder)
    come(folder, 6, 7)
    assert _summary_due(folder)
    consolidate(folder, now=LATER)
    assert not _summary_due(folder)
    number = next(iter(present_round(folder).current.values())).number
    set_aside(folder, number, Why(LATER, "not theirs", "Cora"))
    assert not _summary_due(folder), "none can be written now"


def _summary_due(folder: AssessmentFolder) -> bool:
    found = status(folder, today=LATER.date())
    assert found.basis is not None
    try:
        expected = present_round(folder).base
    except HeldBackError:
        expected = {}
    assert base_now(folder, found.basis, "named") == expected, "as it would be written"
    return "summary" in [one.kind for one in next_steps(folder, found, today=LATER.date())]


@pytest.mark.parametrize("kind", ["report", "export", "frames", "summary"])
def test_every_kind_of_output__is_on_record_and_held_to_it(tmp_path: Path, kind: str) -> None:
    folder = a_round_on_disk(tmp_path, 4)
    _write(folder, kind)
    (output,) = present_round(folder).outputs
    assert (output.kind, output.attribution, output.minimum_group) == (kind, "aggregated", 3)
    assert [len(base) for base in output.base.values()] == [4]
    come(folder, 4)
    assert counted(folder) == 4
    assert export_round(folder, "json", tmp_path / "out", now=LATER).held
    assert len(xlassess.open(folder.root).summary().parts[0].entries) == COUNT
    assert xlassess.open(folder.root).summary().parts[0].returned == 4


def _write(folder: AssessmentFolder, kind: str) -> None:
    if kind == "report":
        report(folder, None, None, now=LATER)
    elif kind == "export":
        export_round(folder, "json", None, now=LATER)
    elif kind == "frames":
        xlassess.open(folder.root).answers()
    else:
        consolidate(folder, now=LATER)


def test_changed_return__of_one_person_is_a_difference_of_one(tmp_path: Path) -> None:
    folder = a_round_on_disk(tmp_path, 5)
    export_round(folder, "json", None, now=LATER)
    before = present_round(folder).current
    come(folder, 1, again=21)
    held = present_round(folder)
    numbers = {ref: ret.number for ref, ret in held.current.items()}
    assert numbers == {ref: ret.number for ref, ret in before.items()}
    assert {ret.state for ret in held.current.values()} == {"accepted"}
    (why,) = held.held.values()
    assert (why.people, why.more) == (1, 2)


def test_set_aside__is_not_shown_again_but_refused_unless_accepted(tmp_path: Path) -> None:
    folder = a_round_on_disk(tmp_path, 5)
    consolidate(folder, now=LATER)
    first = issued_in(folder)[0]
    with Ledger(folder.ledger, lambda: LATER) as ledger:
        ledger.decisions.set_aside(ledger.current("2026")[first.reference].number, "not theirs")
    with pytest.raises(XlassessError) as refused:
        consolidate(folder, now=LATER)
    assert "could show what 1 person answered" in str(refused.value)
    assert "--anyway" in str(refused.value)
    assert consolidate(folder, now=LATER, anyway="the chair asked").returned == 4
    with Ledger(folder.ledger) as ledger:
        (event,) = (event for event in ledger.events() if event.reason == "the chair asked")
        assert ledger.audit().faults == ()
    assert (event.what, event.details["returns"]) == ("consolidated", 4)
    assert consolidate(folder, now=LATER).returned == 4


def test_late_letter__is_told_the_coordinator_and_no_reader(tmp_path: Path) -> None:
    """Of two papers with letters the new letter is the latecomer's."""
    folder = a_round_on_disk(tmp_path, 5, "lettered")
    assert consolidate(folder, now=LATER).exposed == ""
    assert consolidate(folder, now=LATER).exposed == ""
    come(folder, 5)
    told = export_round(folder, "json", tmp_path / "out", now=LATER)
    assert "1 partner's return has come in, changed or been withdrawn since the summary" in (
        told.exposed
    )
    assert not any("withdrawn" in path.read_text("utf-8") for path in told.files)
    assert consolidate(folder, now=LATER).exposed == "", "it was told before"
    come(folder, 6, 7, 8)
    assert consolidate(folder, now=LATER).exposed == ""


@pytest.mark.parametrize("attribution", ["named", "partner", "lettered"])
def test_single_returns_shown__nothing_is_held_back(tmp_path: Path, attribution: str) -> None:
    folder = a_round_on_disk(tmp_path, 5, attribution)
    consolidate(folder, now=LATER)
    come(folder, 5)
    assert consolidate(folder, now=LATER).returned == 6


@pytest.mark.parametrize("attribution", ["named", "partner", "lettered"])
def test_late_return__is_held_back_where_the_others_were_shown_one_by_one(
    tmp_path: Path, attribution: str
) -> None:
    """The figures of six less the single answers of five are those of the sixth."""
    folder = a_round_on_disk(tmp_path, 5, attribution)
    consolidate(folder, now=LATER)
    come(folder, 5)
    _show_as(folder, attribution, "aggregated")
    result = consolidate(folder, now=LATER)
    assert result.returned == 5
    assert "1 person's return has come in or changed since" in result.held
    come(folder, 6, 7)
    assert consolidate(folder, now=LATER).returned == 8


@pytest.mark.parametrize("attribution", ["named", "partner", "lettered"])
def test_papers__that_showed_single_answers_to_some_withhold_no_less_from_others(
    tmp_path: Path, attribution: str
) -> None:
    """A facilitator, or a committee, may never see the paper in which answers have names."""
    folder = a_round_on_disk(tmp_path, 5, attribution)
    _show_as(folder, attribution, "aggregated")
    consolidate(folder, now=LATER)
    _show_as(folder, "aggregated", attribution)
    come(folder, 5)
    consolidate(folder, now=LATER)
    _show_as(folder, attribution, "aggregated")
    assert consolidate(folder, now=LATER).returned == 5


def test_withdrawn_return__would_tell_whose_letter_it_was(tmp_path: Path) -> None:
    folder = a_round_on_disk(tmp_path, 5, "lettered")
    consolidate(folder, now=LATER)
    first = next(iter(present_round(folder).current.values()))
    set_aside(folder, first.number, Why(LATER, "not theirs", "Cora"))
    _show_as(folder, "lettered", "aggregated")
    with pytest.raises(XlassessError, match="could show what 1 person answered"):
        consolidate(folder, now=LATER)


def test_withdrawn_return__whose_answers_were_shown_by_name_tells_nothing_new(
    tmp_path: Path,
) -> None:
    folder = a_round_on_disk(tmp_path, 5, "named")
    consolidate(folder, now=LATER)
    first = next(iter(present_round(folder).current.values()))
    set_aside(folder, first.number, Why(LATER, "not theirs", "Cora"))
    _show_as(folder, "named", "aggregated")
    result = consolidate(folder, now=LATER)
    assert (result.returned, result.held) == (4, "")


def test_pages__show_no_figures_that_were_printed_under_another_minimum(tmp_path: Path) -> None:
    """Under another minimum other figures are withheld: together the two may tell of few."""
    folder = a_round_on_disk(tmp_path, 6)
    consolidate(folder, now=LATER)
    assert figures(folder, now=LATER).report is not None
    change_settings(folder, "return_by:", "minimum_group: 4\nreturn_by:")
    assert figures(folder, now=LATER).report is None
    consolidate(folder, now=LATER)
    assert figures(folder, now=LATER).report is not None


def _show_as(folder: AssessmentFolder, before: str, now: str) -> None:
    change_settings(folder, f"attribution: {before}", f"attribution: {now}")


def test_too_few__nothing_was_printed_so_nothing_is_held_back(tmp_path: Path) -> None:
    folder = a_round_on_disk(tmp_path, 2)
    consolidate(folder, now=LATER)
    come(folder, 2)
    assert consolidate(folder, now=LATER).returned == 3


def test_other_toolkit__is_not_held_back_with_it(tmp_path: Path) -> None:
    folder = a_round_on_disk(tmp_path, 5)
    consolidate(folder, now=LATER)
    come(folder, 5)
    record = present_round(folder)
    (digest,) = record.held
    assert set(record.base) == {digest}


def test_four_bases__pairwise_apart_may_together_tell_two_people() -> None:
    sets = ("abc", "ade", "bdf", "cef")
    bases = [dict.fromkeys((*"xyz", *each), 1) for each in sets]
    for one, other in itertools.combinations(bases, 2):
        assert len(one.keys() ^ other.keys()) >= 3
    assert not tells_few(bases[:2], bases[2], 3)
    assert tells_few(bases[:3], bases[3], 3)


def spans_few(bases: Sequence[frozenset[int]], minimum: int) -> bool:
    """An attacker with whole numbers: a combination of few bases that is about few people."""
    for factors in itertools.product((-2, -1, 0, 1, 2), repeat=len(bases)):
        weights: dict[int, int] = {}
        for factor, base in zip(factors, bases, strict=True):
            for person in base:
                weights[person] = weights.get(person, 0) + factor
        if 0 < sum(bool(weight) for weight in weights.values()) < minimum:
            return True
    return False


@pytest.mark.parametrize("seed", range(30))
def test_property__what_is_let_out_tells_an_attacker_nothing(seed: int) -> None:
    chance = random.Random(seed)
    out: list[frozenset[int]] = []
    for _ in range(12):
        base = frozenset(chance.sample(range(8), chance.randint(3, 8)))
        bases = [dict.fromkeys(map(str, each), 1) for each in out]
        if len(out) < 5 and not tells_few(bases, dict.fromkeys(map(str, base), 1), 3):
            out.append(base)
    assert not spans_few(out, 3)
    assert out


def test_history__says_in_what_a_return_counted(tmp_path: Path) -> None:
    from xlassess.services.history import history

    folder = a_round_on_disk(tmp_path, 5)
    consolidate(folder, now=LATER)
    come(folder, 5)
    export_round(folder, "json", None, now=LATER)
    steps = [
        [step.event.what for step in history(folder, issued_in(folder)[n].reference).steps]
        for n in (0, 5)
    ]
    assert steps == [["issued", "received", "consolidated", "exported"], ["issued", "received"]]
    assert replace(present_round(folder), held={}).outputs


@pytest.mark.sqlite
@pytest.mark.parametrize("kind", ["summary", "report", "export"])
def test_older_ledger__figures_without_names_wait_for_the_newer_one(
    tmp_path: Path, kind: str
) -> None:
    """It does not know what the summary that is there has shown: five, and now six of them."""
    folder = a_round_on_disk(tmp_path / "round", 4)
    older = tmp_path / "older.db"
    shutil.copy(folder.ledger_file, older)
    come(folder, 4)
    consolidate(folder, now=LATER)
    newer = tmp_path / "newer.db"
    shutil.copy(folder.ledger_file, newer)
    shutil.copy(older, folder.ledger_file)
    come(folder, 4, 5)
    with pytest.raises(HeldBackError, match=r"does not know of output/2026/summary\.xlsx"):
        _write(folder, kind)
    assert [event.what for event in _events(folder) if event.what in OUTPUTS] == []
    assert consolidate(folder, now=LATER, anyway="the newer ledger is lost").returned == 6
    shutil.copy(newer, folder.ledger_file)
    folder.summary_file("2026").unlink()
    _write(folder, kind)


@pytest.mark.sqlite
def test_older_ledger__where_single_answers_are_shown_keeps_nobody_waiting(tmp_path: Path) -> None:
    folder = a_round_on_disk(tmp_path / "round", 4, "partner")
    older = tmp_path / "older.db"
    shutil.copy(folder.ledger_file, older)
    consolidate(folder, now=LATER)
    shutil.copy(older, folder.ledger_file)
    assert consolidate(folder, now=LATER).returned == 4
