"""Decisions: what they change, what they refuse, and how they are taken back."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from tests.services.small import (
    LATER,
    MONDAY,
    PEOPLE,
    a_folder,
    answer,
    made_once,
    unclear_pair,
    write_register,
)
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.model.errors import UsageError
from xlassess.model.record import OutcomeKind
from xlassess.services.decide import (
    Decided,
    Why,
    choose,
    mark,
    reassign,
    set_aside,
    settle,
    settle_all,
    undo,
    waive,
)
from xlassess.services.generate import generate
from xlassess.services.history import history, told
from xlassess.services.ingest import ingest
from xlassess.services.papers.consolidate import present_round
from xlassess.services.setup.verify import verify
from xlassess.services.status import Line, status

WHY = Why(LATER + timedelta(days=1), "Confirmed by telephone", "Dana")


@pytest.fixture
@made_once
def folder(tmp_path: Path) -> AssessmentFolder:
    """Ada's workbook came back twice (1 and 2), and the order is not clear."""
    folder = a_folder(tmp_path / "small")
    unclear_pair(folder, tmp_path / "inbox")
    ingest(folder, [tmp_path / "inbox"], now=LATER, workers=1)
    return folder


def line(folder: AssessmentFolder, person: int = 0) -> Line:
    return status(folder, today=date(2026, 3, 3)).lines[person]


def states(folder: AssessmentFolder) -> dict[str, str]:
    with Ledger(folder.ledger) as ledger:
        return {ret.file: ret.state for ret in ledger.history("2026")}


def reference(folder: AssessmentFolder, person: int = 0) -> str:
    return line(folder, person).reference


def comes_back(folder: AssessmentFolder, tmp_path: Path, who: str, name: str, *given: Any) -> None:
    path = answer(folder, who, tmp_path / name, *given)
    ingest(folder, [path], now=LATER + timedelta(hours=int(given != ())), workers=1)


def stands(result: Decided) -> list[tuple[str, int | None]]:
    return [(b.issued.respondent, b.counts.number if b.counts else None) for b in result.books]


def test_status__shows_what_is_contested(folder: AssessmentFolder) -> None:
    ada = line(folder)
    assert (ada.state, ada.file, ada.number) == ("query open", "first.xlsx", 1)
    assert [(f.code, f.file, f.number) for f in ada.queries] == [("L01", "second.xlsx", "2.1")]
    assert present_round(folder).contested == {ada.reference}


@pytest.mark.parametrize("name", ["first.xlsx", "second.xlsx"])
def test_choose__settles_it(folder: AssessmentFolder, name: str) -> None:
    result = choose(folder, reference(folder), name, WHY)
    assert [ret.file for ret in result.returns] == [name]
    ada = line(folder)
    assert (ada.state, ada.file, ada.queries) == ("returned", name, ())
    assert sorted(states(folder).values())[1] == "superseded"
    assert states(folder)[name] != "superseded"
    assert present_round(folder).contested == frozenset()
    with pytest.raises(UsageError):
        choose(folder, reference(folder), name, WHY)


def test_choose__shows_by_whom_the_order_was_settled(folder: AssessmentFolder) -> None:
    choose(folder, reference(folder), "2", WHY)
    (settled,) = line(folder).waived
    assert settled.code == "L01"
    assert settled.waiver is not None
    assert (settled.waiver.by, settled.waiver.reason) == ("Dana", "Confirmed by telephone")


@pytest.mark.databases
def test_choose__taken_back(folder: AssessmentFolder) -> None:
    before = line(folder)
    choose(folder, reference(folder), "2", WHY)
    result = undo(folder, "chosen", reference(folder), WHY)
    assert result.undone
    assert line(folder) == before
    choose(folder, reference(folder), "1", WHY)
    assert line(folder).number == 1


def test_choose__by_number_hash_and_path(folder: AssessmentFolder, tmp_path: Path) -> None:
    ref = reference(folder)
    with Ledger(folder.ledger) as ledger:
        (digest,) = [r.sha256 for r in ledger.history("2026") if r.file == "second.xlsx"]
    for which, number in ((digest[:8], 2), (str(tmp_path / "inbox" / "first.xlsx"), 1), ("2", 2)):
        assert stands(choose(folder, ref.lower().replace("-", ""), which, WHY)) == [
            ("Ada Ash", number)
        ]


def test_choose__needs_one_meaning(folder: AssessmentFolder, tmp_path: Path) -> None:
    comes_back(folder, tmp_path / "other", "Ada Ash", "first.xlsx", ("Disagree",) * 3)
    with pytest.raises(UsageError) as caught:
        choose(folder, reference(folder), "first.xlsx", WHY)
    assert "1, 3" in caught.value.remedy


@pytest.mark.parametrize(
    ("ref", "which", "reason"),
    [("", "nothing.xlsx", "x"), ("", "9", "x"), ("", "1", " "), ("2222-2222", "1", "x")],
)
def test_choose__refuses_what_means_nothing(
    folder: AssessmentFolder, ref: str, which: str, reason: str
) -> None:
    with pytest.raises(UsageError):
        choose(folder, ref or reference(folder), which, Why(LATER, reason))
    assert line(folder).state == "query open"


@pytest.mark.databases
def test_decision__before_anything_was_issued(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "new")
    with pytest.raises(UsageError):
        choose(folder, "2222-2222", "first.xlsx", WHY)
    assert not Ledger.is_at(folder.ledger)


@pytest.mark.databases
def test_set_aside__lets_count_what_gave_way(folder: AssessmentFolder, tmp_path: Path) -> None:
    choose(folder, reference(folder), "2", WHY)
    comes_back(folder, tmp_path, "Ada Ash", "third.xlsx", ("Agree", "Perhaps", "Agree"))
    assert line(folder).number == 3
    assert stands(set_aside(folder, 3, WHY)) == [("Ada Ash", 2)]
    assert states(folder)["third.xlsx"] == "set aside"
    assert line(folder).state == "returned"
    undo(folder, "set aside", 3, WHY)
    assert (line(folder).number, line(folder).state) == (3, "query open")
    with pytest.raises(UsageError):
        undo(folder, "set aside", 3, WHY)


def test_set_aside__goes_back_past_what_was_set_aside_before(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    comes_back(folder, tmp_path, "Bea Birch", "b3.xlsx")
    comes_back(folder, tmp_path, "Bea Birch", "b4.xlsx", ("Agree", "Agree", "Agree"))
    comes_back(folder, tmp_path, "Bea Birch", "b5.xlsx", ("Disagree", "Agree", "Agree"))
    assert stands(set_aside(folder, 4, WHY)) == [("Bea Birch", 5)]
    assert stands(set_aside(folder, 5, WHY)) == [("Bea Birch", 3)]
    assert stands(set_aside(folder, 3, WHY)) == [("Bea Birch", None)]
    assert line(folder, 2).state == "not sent"


def test_set_aside__of_one_of_two_settles_the_order(folder: AssessmentFolder) -> None:
    assert stands(set_aside(folder, 1, WHY)) == [("Ada Ash", 2)]
    assert (line(folder).state, line(folder).queries) == ("returned", ())
    undo(folder, "set aside", 1, WHY)
    assert (line(folder).state, line(folder).number) == ("query open", 1)


def test_set_aside__may_be_chosen_again(folder: AssessmentFolder) -> None:
    set_aside(folder, 2, WHY)
    assert line(folder).state == "returned"
    assert stands(choose(folder, reference(folder), "2", WHY)) == [("Ada Ash", 2)]


def test_set_aside__of_a_refused_file(folder: AssessmentFolder, tmp_path: Path) -> None:
    (tmp_path / "c.pdf").write_bytes(b"%PDF-1.7\n")
    ingest(folder, [tmp_path / "c.pdf"], now=LATER, workers=1)
    assert [ret.file for ret in status(folder, today=date(2026, 3, 3)).unplaced] == ["c.pdf"]
    result = set_aside(folder, 3, WHY)
    assert [(ret.file, ret.state) for ret in result.returns] == [("c.pdf", "set aside")]
    assert status(folder, today=date(2026, 3, 3)).unplaced == ()
    again = ingest(folder, [tmp_path / "c.pdf"], now=LATER, workers=1)
    assert ([file.known for file in again.files], again.needs_person) == ([True], False)
    assert verify(folder).holds
    undo(folder, "set aside", 3, WHY)
    assert [ret.number for ret in status(folder, today=date(2026, 3, 3)).unplaced] == [3]
    assert verify(folder).holds
    with pytest.raises(UsageError):
        set_aside(folder, 99, WHY)


def test_reassign__lets_it_count_for_the_other(folder: AssessmentFolder, tmp_path: Path) -> None:
    """Abe filled in Bea's workbook, after she had sent it in herself."""
    comes_back(folder, tmp_path, "Bea Birch", "bea.xlsx")
    comes_back(folder, tmp_path, "Bea Birch", "by Abe.xlsx", ("Agree", "Agree", "Agree"))
    abe, bea = reference(folder, 1), reference(folder, 2)
    result = reassign(folder, 4, abe, WHY)
    assert stands(result) == [("Abe Ash", 4), ("Bea Birch", 3)]
    assert [line(folder, n).file for n in (1, 2)] == ["by Abe.xlsx", "bea.xlsx"]
    with pytest.raises(UsageError):
        reassign(folder, 4, abe, WHY)
    undo(folder, "reassigned", 4, WHY)
    assert [line(folder, n).file for n in (1, 2)] == ["", "by Abe.xlsx"]
    assert line(folder, 2).reference == bea


def test_reassign__takes_the_place_of_what_counted_there(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    """Only of what is named, and everything that gives way is told."""
    comes_back(folder, tmp_path, "Bea Birch", "bea.xlsx")
    before = states(folder)
    for named in (0, 2, 3):
        with pytest.raises(UsageError) as caught:
            reassign(folder, 3, reference(folder), WHY, instead=named)
        assert "Return 1 (first.xlsx)" in caught.value.message
        assert f"reassign 3 --to {reference(folder)} --instead-of 1" in caught.value.remedy
    with pytest.raises(UsageError):
        reassign(folder, 1, reference(folder, 1), WHY, instead=3)
    assert states(folder) == before
    result = reassign(folder, 3, reference(folder), WHY, instead=1)
    assert stands(result) == [("Ada Ash", 3), ("Bea Birch", None)]
    assert [ret.number for ret in result.gave_way] == [1, 2]
    assert states(folder)["first.xlsx"] == states(folder)["second.xlsx"] == "superseded"
    undo(folder, "reassigned", 3, WHY)
    assert states(folder) == before


@pytest.mark.parametrize("kind", ["declined", "nil return"])
def test_reassign__says_that_a_record_no_longer_holds(
    folder: AssessmentFolder, tmp_path: Path, kind: OutcomeKind
) -> None:
    comes_back(folder, tmp_path, "Bea Birch", "by Abe.xlsx")
    abe = reference(folder, 1)
    settle(folder, abe, kind, WHY)
    result = reassign(folder, 3, abe, WHY)
    assert result.ended_told == f"“{kind}”, recorded on 13 March 2026, no longer holds."
    steps = history(folder, abe)
    assert f"to {abe}; “{kind}” no longer holds" in told(steps, steps.steps[-1])
    undo(folder, "reassigned", 3, WHY)
    assert line(folder, 1).state == kind
    assert verify(folder).holds
    assert reassign(folder, 3, reference(folder), WHY, instead=1).ended_told == ""


def test_reassign__there_and_back(folder: AssessmentFolder, tmp_path: Path) -> None:
    """A return that gave way in its own workbook counts for another, and then again for its own."""
    abe, bea = reference(folder, 1), reference(folder, 2)
    for number, answers in enumerate(
        (("Agree",) * 3, ("Disagree",) * 3, ("Agree", "Disagree", "Agree"))
    ):
        path = answer(folder, "Abe Ash", tmp_path / f"{number}.xlsx", answers)
        ingest(folder, [path], now=LATER + timedelta(days=number + 1), workers=1)
    last = line(folder, 1).number
    reassign(folder, last - 1, bea, WHY)
    assert (line(folder, 1).number, line(folder, 2).number) == (last, last - 1)
    reassign(folder, last - 1, abe, WHY, instead=last)
    assert (line(folder, 1).number, line(folder, 2).number) == (last - 1, 0)
    assert verify(folder).holds


def test_set_aside__of_a_reassigned_return_gives_back_the_place_it_took(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    bea = reference(folder, 2)
    for number, who in enumerate(("Bea Birch", "Abe Ash")):
        path = answer(folder, who, tmp_path / f"{number}.xlsx")
        ingest(folder, [path], now=LATER + timedelta(days=number + 1), workers=1)
    own, moved = line(folder, 2).number, line(folder, 1).number
    reassign(folder, moved, bea, WHY, instead=own)
    assert line(folder, 2).number == moved
    set_aside(folder, moved, WHY)
    assert line(folder, 2).number == own
    assert verify(folder).holds


def test_set_aside__leaves_other_workbooks_alone(folder: AssessmentFolder, tmp_path: Path) -> None:
    """One reassignment moved returns of two workbooks; what stood in the other is not touched."""
    ada, abe, bea = (reference(folder, number) for number in range(3))
    for number, who in enumerate(("Abe Ash", "Abe Ash", "Bea Birch")):
        path = answer(
            folder, who, tmp_path / f"{number}.xlsx", ("Agree" if number else "Disagree",) * 3
        )
        ingest(folder, [path], now=LATER + timedelta(days=number + 1), workers=1)
    held = line(folder, 1).number
    with Ledger(folder.ledger) as ledger:
        mine = {ret.number for ret in ledger.history() if ret.reference == abe}
    (moved,) = mine - {held}
    choose(folder, abe, str(moved), WHY)
    reassign(folder, moved, ada, WHY, instead=line(folder).number)
    reassign(folder, moved, bea, WHY, instead=line(folder, 2).number)
    settle(folder, ada, "nil return", WHY)
    assert [line(folder, n).number for n in range(3)] == [0, held, moved]
    set_aside(folder, held, WHY)
    assert [line(folder, n).number for n in range(3)] == [0, 0, moved]
    assert verify(folder).holds


def test_undo__not_when_something_later_stands_on_it(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    comes_back(folder, tmp_path, "Bea Birch", "bea.xlsx")
    reassign(folder, 3, reference(folder, 1), WHY)
    comes_back(folder, tmp_path, "Bea Birch", "bea 2.xlsx", ("Agree", "Agree", "Agree"))
    with pytest.raises(UsageError):
        undo(folder, "reassigned", 3, WHY)
    assert line(folder, 1).number == 3


def test_undo__not_over_a_waiver_until_that_is_revoked(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    comes_back(folder, tmp_path, "Bea Birch", "bea.xlsx", ("Agree", "Perhaps", "Agree"))
    reassign(folder, 3, reference(folder, 1), WHY)
    waive(folder, ["3.1"], WHY)
    with pytest.raises(UsageError):
        undo(folder, "reassigned", 3, WHY)
    waive(folder, ["3.1"], WHY, revoke=True)
    undo(folder, "reassigned", 3, WHY)
    assert line(folder, 2).state == "query open"


@pytest.mark.parametrize(("kind", "answered"), [("nil return", 2), ("declined", 1)])
def test_settle__is_in_force_until_something_comes_back(
    folder: AssessmentFolder, tmp_path: Path, kind: Any, answered: int
) -> None:
    abe = reference(folder, 1)
    settle(folder, abe, kind, WHY)
    assert line(folder, 1).state == kind
    (rate,) = status(folder, today=date(2026, 12, 1)).rates
    assert (rate.answered, rate.issued) == (answered, 3)
    assert (rate.nil, rate.declined) == ((1, 0) if kind == "nil return" else (0, 1))
    one = {"nil return": "1 nil return, which counts as returned",
           "declined": "1 declined, which counts as not returned"}  # fmt: skip
    assert rate.settled == one[kind]
    two = replace(rate, nil=2, declined=2).settled
    assert two == "2 nil returns, which count as returned; 2 declined, which count as not returned"
    with pytest.raises(UsageError):
        settle(folder, abe, "declined", WHY)
    comes_back(folder, tmp_path, "Abe Ash", "abe.xlsx")
    assert line(folder, 1).state == "returned"
    assert line(folder, 1).outcome is None


def test_settle__sets_aside_what_came_back_and_undo_restores_it(folder: AssessmentFolder) -> None:
    before, ada = line(folder), reference(folder)
    result = settle(folder, ada, "declined", WHY)
    assert [ret.number for ret in result.returns] == [1, 2]
    assert line(folder).state == "declined"
    assert set(states(folder).values()) == {"set aside"}
    undo(folder, "declined", ada, WHY)
    assert line(folder) == before


@pytest.mark.parametrize("kind", ["declined", "nil return"])
def test_settle__of_somebody_who_was_withdrawn_is_refused(
    folder: AssessmentFolder, kind: OutcomeKind
) -> None:
    abe, bea = reference(folder, 1), reference(folder, 2)
    settle(folder, bea, kind, WHY)
    write_register(folder, (PEOPLE[0],))
    before = status(folder, today=date(2026, 3, 3))
    with pytest.raises(UsageError, match="register does not name"):
        settle(folder, abe, kind, WHY)
    with pytest.raises(UsageError, match="register does not name"):
        settle_all(folder, [abe], kind, WHY)
    with pytest.raises(UsageError, match="already"):
        settle(folder, bea, kind, WHY)
    assert status(folder, today=date(2026, 3, 3)).rates == before.rates
    settle_all(folder, [bea], kind, WHY, undone=True)
    assert status(folder, today=date(2026, 3, 3)).rates[0].issued == 1


def test_settle__counts_for_somebody_who_was_reissued(folder: AssessmentFolder) -> None:
    from tests.services.small import change_settings

    settle(folder, reference(folder, 1), "nil return", WHY)
    change_settings(folder, "2026-03-13", "2026-03-20")
    generate(folder, now=LATER + timedelta(days=2), reissue=True)
    assert line(folder, 1).state == "nil return"


def test_mark__states_of_what_is_out(folder: AssessmentFolder, tmp_path: Path) -> None:
    abe, bea = reference(folder, 1), reference(folder, 2)
    assert len(mark(folder, [], "sent", WHY, everyone=True).books) == 2
    assert [line(folder, n).state for n in (0, 1, 2)] == ["query open", "sent", "sent"]
    assert mark(folder, [], "sent", WHY, everyone=True).books == ()
    with pytest.raises(UsageError):
        mark(folder, [], "sent", WHY)
    mark(folder, [abe], "reminded", WHY)
    assert [line(folder, n).state for n in (1, 2)] == ["reminded", "sent"]
    assert line(folder, 1).reminded == WHY.now
    mark(folder, [abe], "reminded", WHY, undone=True)
    mark(folder, [bea], "sent", WHY, undone=True)
    assert [line(folder, n).state for n in (1, 2)] == ["sent", "not sent"]
    late = status(folder, today=date(2026, 3, 14)).lines
    assert [one.state for one in late[1:]] == ["overdue", "overdue"]


@pytest.mark.parametrize("everyone", [True, False])
@pytest.mark.parametrize("what", ["sent", "reminded"])
def test_mark__of_two_at_once_is_on_record_once(
    folder: AssessmentFolder, what: Literal["sent", "reminded"], everyone: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Else the next reminder would be a sterner one than people were due."""
    named = [] if everyone else [reference(folder, 1), reference(folder, 2)]
    whole, first = Ledger.together, Why(WHY.now - timedelta(seconds=1), "", "Eve")

    def after_another(self: Ledger) -> AbstractContextManager[None]:
        monkeypatch.setattr(Ledger, "together", whole)
        assert len(mark(folder, named, what, first, everyone=everyone).books) == 2
        return whole(self)

    if what == "reminded":  # those of another day are in nobody's way
        mark(folder, [], "sent", Why(LATER), everyone=True)
        mark(folder, [], "reminded", Why(LATER), everyone=True)
    monkeypatch.setattr(Ledger, "together", after_another)
    assert mark(folder, named, what, WHY, everyone=everyone).books == ()
    with Ledger(folder.ledger) as ledger:
        marks = [one.by for one in ledger.events() if one.what == what and one.at > LATER]
    assert set(marks) == {"Eve"}
    assert len(mark(folder, named, "reminded", WHY, everyone=everyone).books) == 2


def test_every_decision__leaves_a_record_that_holds(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    ada, abe = reference(folder), reference(folder, 1)
    comes_back(folder, tmp_path, "Bea Birch", "bea.xlsx", ("Agree", None, "Agree"))
    mark(folder, [], "sent", WHY, everyone=True)
    choose(folder, ada, "2", WHY)
    waive(folder, ["3.1"], WHY)
    reassign(folder, 3, abe, WHY)
    set_aside(folder, 3, WHY)
    undo(folder, "set aside", 3, WHY)
    settle(folder, ada, "nil return", WHY)
    undo(folder, "nil return", ada, WHY)
    settle(folder, reference(folder, 2), "declined", WHY)
    assert verify(folder).faults == ()
    with Ledger(folder.ledger) as ledger:
        made = [event for event in ledger.events() if event.by == "Dana"]
    assert {event.at for event in made} == {WHY.now}
    assert all(event.reason for event in made if event.what != "sent")
    assert MONDAY < LATER


def begun(folder: AssessmentFolder, purpose: str, about: str) -> None:
    """Begin a message of which nobody knows whether it was sent."""
    with Ledger(folder.ledger, lambda: LATER) as ledger:
        ledger.messages.begin(f"<{purpose}@x>", purpose, [about], planned=ledger.last_event())


def uncertain(folder: AssessmentFolder) -> list[str]:
    with Ledger(folder.ledger) as ledger:
        return [one.purpose for one in ledger.register().uncertain]


def test_mark__settles_only_the_messages_that_it_answers(folder: AssessmentFolder) -> None:
    bea = reference(folder, 2)
    for purpose in ("invitation", "firm", "thanks", "feedback"):
        begun(folder, purpose, bea)
    assert uncertain(folder) == ["invitation", "firm", "thanks", "feedback"]
    done = mark(folder, [bea], "reminded", WHY)
    assert [book.issued.reference for book in done.books] == [bea]
    assert uncertain(folder) == ["invitation", "thanks", "feedback"]
    mark(folder, [bea], "reminded", WHY, undone=True)  # then it is not certain again
    assert uncertain(folder) == ["invitation", "firm", "thanks", "feedback"]
    begun(folder, "last", bea)  # a reminder is sent once more: the one before no longer matters
    assert uncertain(folder) == ["invitation", "thanks", "feedback", "last"]
    mark(folder, [bea], "sent", WHY)
    assert uncertain(folder) == ["invitation", "last"]
    mark(folder, [bea], "sent", WHY)
    assert uncertain(folder) == ["last"]
    assert verify(folder).faults == ()
