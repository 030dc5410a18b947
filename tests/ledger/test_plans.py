"""The agreed plan is what its events come to, whatever came in and in whatever order."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factory import Workbook
from tests.jointly import AT, a_plan, a_progress, issue_jointly, plan_toolkit, plan_values
from xlassess.consolidate.figures.plan_counts import action_changes, plan_counts
from xlassess.consolidate.wording.agreed import change_in_words
from xlassess.ledger import Ledger, audit
from xlassess.ledger.recording import joint
from xlassess.ledger.tables.course import follow, target_of
from xlassess.model import plan
from xlassess.model.answer import Answer, Return, Value
from xlassess.model.catalogue import found
from xlassess.model.plan import AgreedAction, DecidedRow, Move, ProgressRow
from xlassess.model.toolkit import answer_field

NUMBERS = ("1", "2", "3", "C1", "N1")
DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))
TEXTS = st.sampled_from(["", "Meet", "=1+1", "Ash Council", "Ünder"])
DECISIONS = st.sampled_from(["", plan.ADOPT, plan.REWORD, plan.MERGE, plan.DECLINE])
STATES = st.sampled_from(["", plan.NOT_STARTED, plan.IN_PROGRESS, plan.FINISHED, plan.STOPPED])
DECIDED = st.fixed_dictionaries({
    plan.DECISION: DECISIONS, plan.INTO: st.sampled_from([*NUMBERS, "77", ""]),
    plan.WORDING: TEXTS, plan.OWNER: TEXTS, plan.DEADLINE: DAYS | st.none(), plan.REASON: TEXTS,
})  # fmt: skip
REPORT = st.fixed_dictionaries({
    plan.STATE: STATES, plan.DONE: TEXTS, plan.DONE_ON: DAYS | st.none(),
    plan.NEW_DEADLINE: DAYS | st.none(), plan.BECAUSE: TEXTS,
})  # fmt: skip
STEP = st.tuples(st.just("plan"), st.dictionaries(st.sampled_from(NUMBERS), DECIDED)) | st.tuples(
    st.just("progress"), st.dictionaries(st.sampled_from(NUMBERS[:3]), REPORT)
)


@pytest.fixture(scope="module")
def books() -> dict[str, Workbook]:
    return {"plan": a_plan(), "progress": a_progress()}


def a_return(book: Workbook, rows: dict[str, dict[str, Value | None]], number: int) -> Return:
    """What was read from a joint workbook with these entries."""
    answers = tuple(
        Answer(item, answer_field(name), value, "Sheet", "A1")
        for item, said in rows.items()
        for name, value in said.items()
        if value
    )
    return Return(
        file=f"{number}.xlsx", sha256=f"{number:064x}", size=1, kind="xlsx", state="accepted",
        reference=book.issued.reference, answers=answers, received_at=AT + timedelta(days=number),
    )  # fmt: skip


def opened(path: Path, books: dict[str, Workbook]) -> Ledger:
    """A ledger in which both joint workbooks were issued."""
    clock: Iterator[int] = iter(range(10_000))
    ledger = Ledger(path, lambda: AT + timedelta(minutes=next(clock)))
    for book in books.values():
        ledger.keep_toolkit(book.toolkit, book.issued.identity.digest)
        ledger.record_issued([book.issued])
    return ledger


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(STEP, max_size=6))
def test_plan__is_the_same_as_its_events_replayed(
    steps: list[tuple[str, dict[str, dict[str, Value | None]]]],
) -> None:
    books = {"plan": a_plan(), "progress": a_progress()}
    with TemporaryDirectory() as place, opened(Path(place) / "ledger.db", books) as ledger:
        seen = []
        for number, (kind, rows) in enumerate(steps, start=1):
            ledger.record_return(a_return(books[kind], rows, number), ledger.begin_run("2026"))
            seen.append(ledger.plans())
        events = ledger.events()
        assert joint.plans(events) == ledger.plans()
        assert ledger.audit().faults == ()
        plans = ledger.plans().get("2026")
        if plans is None:
            return
        decided = {row.number: row for row in plans.rows}
        assert {one.number for one in plans.actions} == {
            number for number, row in decided.items() if row.adopted
        }
        for action in plans.actions:
            assert all(target_of(decided, merged) == action.number for merged in action.merged)
            assert len({move.old for move in action.moves} - {None}) <= len(action.moves)
        settled = {row.number for row in plans.undecided} | {one.number for one in plans.actions}
        assert settled <= decided.keys()


DOUBTS = {
    "C32": (plan.DEADLINE, plan.NEW_DEADLINE),
    "C35": (plan.DONE_ON,),
    "C36": (plan.DECISION,),
}
LACKING = {"C34": (plan.BECAUSE,)}
"""The findings whose entries are not used, and the columns they may be made on."""
ASKED = st.dictionaries(st.sampled_from(NUMBERS), st.sampled_from(sorted(DOUBTS)), max_size=3)
UNEXPLAINED = st.dictionaries(
    st.sampled_from(NUMBERS), st.sampled_from(sorted(LACKING)), max_size=2
)
BOOKS = ("plan", "later plan", "progress", "progress of another")


def several_books() -> dict[str, Workbook]:
    """Two plan workbooks, the second issued later, and the progress workbooks of two owners."""
    first, mine = a_plan(), a_progress()
    others = {
        "later plan": (first, "LATE-R222", ""),
        "progress of another": (mine, "ANTH-R222", "b"),
    }
    books = {"plan": first, "progress": mine}
    for name, (book, reference, owner) in others.items():
        who = book.issued.identity
        identity = replace(who, partner=owner or who.partner, respondent=owner or who.respondent)
        issued = replace(
            book.issued, reference=reference, identity=identity, file_name=f"{name}.xlsx",
            sha256=f"{len(name):064x}",
        )  # fmt: skip
        books[name] = replace(book, issued=issued)
    return {name: books[name] for name in BOOKS}


def asked_about(ret: Return, asked: dict[str, str], kind: str) -> Return:
    """A return in which some entries are asked about."""
    names = plan.ENTRIES["plan" if "plan" in kind else "progress"]
    findings = tuple(
        found(code, sheet="Sheet", cells=("A1",), item=item, field=answer_field(name))
        for item, code in asked.items()
        for name in (DOUBTS | LACKING)[code]
        if name in names
    )
    return replace(ret, findings=findings, state="query" if findings else "accepted")


@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_plan__of_several_workbooks_doubts_and_decisions_is_its_events_replayed(
    data: st.DataObject,
) -> None:
    books = several_books()
    with TemporaryDirectory() as place, opened(Path(place) / "ledger.db", books) as ledger:
        numbers: list[int] = []
        for number in range(1, data.draw(st.integers(1, 6)) + 1):
            name = data.draw(st.sampled_from(BOOKS))
            filled = DECIDED if "plan" in name else REPORT
            rows = data.draw(st.dictionaries(st.sampled_from(NUMBERS), filled))
            asked = data.draw(ASKED) | data.draw(UNEXPLAINED)
            ret = asked_about(a_return(books[name], rows, number), asked, name)
            recorded = ledger.record_return(ret, _run(ledger))
            if recorded.state not in ("duplicate", "refused"):
                numbers.append(recorded.number)
            for what in data.draw(st.lists(st.sampled_from(["waive", "set aside"]), max_size=1)):
                _decide(ledger, what, data.draw(st.sampled_from(numbers)) if numbers else 0)
            assert ledger.audit().faults == ()
        # Whoever reads the events alone comes to the same, up to any of them.
        before, log = ledger.plans(), ledger.events()
        assert joint.plans(log) == before
        for up_to in range(0, len(log) + 1, 3):
            assert joint.plans(log, up_to) == joint.plans(log[:up_to])


def _decide(ledger: Ledger, what: str, number: int) -> None:
    """Waive the queries of a return, or set it aside, where that can be done."""
    ret = ledger.numbered(number)
    if ret is None or ret.state == "set aside":
        return
    if what == "set aside":
        ledger.decisions.set_aside(number, "A slip")
    elif ret.state != "superseded" and (
        open_now := [one.number for one in ret.findings if one.is_open]
    ):
        ledger.decisions.waive(open_now, "It is so")


@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_plan__what_is_asked_about_counts_as_if_it_had_been_left_out(data: st.DataObject) -> None:
    books = several_books()
    with (
        TemporaryDirectory() as place,
        opened(Path(place) / "asked.db", books) as asking,
        opened(Path(place) / "bare.db", books) as bare,
    ):
        for number in range(1, data.draw(st.integers(1, 5)) + 1):
            name = data.draw(st.sampled_from(BOOKS))
            filled, word = (DECIDED, plan.REASON) if "plan" in name else (REPORT, plan.DONE)
            rows = data.draw(st.dictionaries(st.sampled_from(NUMBERS), filled))
            rows["12"] = {word: f"Return {number}"}  # so that no two say the same
            ret = asked_about(a_return(books[name], rows, number), data.draw(ASKED), name)
            asking.record_return(ret, _run(asking))
            bare.record_return(_left_out(ret), _run(bare))
            assert _untold(asking.plans()) == _untold(bare.plans())


def _untold(plans: dict[str, plan.AgreedPlan]) -> dict[str, plan.AgreedPlan]:
    """Plans without what their owners are asked again about."""
    return {
        name: replace(each, actions=tuple(replace(one, doubted=()) for one in each.actions))
        for name, each in plans.items()
    }


def _left_out(ret: Return) -> Return:
    """A return without the entries, or the rows, that are asked about."""
    slots = {(one.item, one.field) for one in ret.findings}
    gone = {one.item for one in ret.findings if one.code == "C36"}
    answers = tuple(
        one for one in ret.answers if one.item not in gone and (one.item, one.field) not in slots
    )
    return replace(ret, answers=answers, findings=(), state="accepted")


def step(number: int, *, agreed: tuple[DecidedRow, ...] = (),
         reported: tuple[ProgressRow, ...] = ()) -> plan.PlanStep:  # fmt: skip
    at = datetime(2026, 3, number, tzinfo=timezone.utc)
    return plan.PlanStep(number, at, "2026", number, "REF", agreed, reported)


def adopted(number: str = "1", **changes: object) -> DecidedRow:
    row = DecidedRow(number, "pat", "1A", "Meet", "6 of 9", plan.ADOPT, owner="Ash")
    return replace(row, **changes)  # type: ignore[arg-type]


def the_action(*steps: plan.PlanStep) -> AgreedAction:
    (action,) = follow(steps)["2026"].actions
    return action


def test_follow__a_moved_deadline_keeps_the_old_one() -> None:
    first, later = date(2026, 5, 1), date(2026, 6, 1)
    action = the_action(
        step(1, agreed=(adopted(deadline=first),)),
        step(2, reported=(ProgressRow("1", deadline=later, reason="Ill"),)),
    )
    assert action.deadline == later
    assert action.moves == (Move(datetime(2026, 3, 2, tzinfo=timezone.utc), first, later, "Ill"),)


def test_follow__a_first_deadline_is_no_move() -> None:
    action = the_action(step(1, agreed=(adopted(),)), step(2, agreed=(adopted(
        deadline=date(2026, 5, 1)),)))  # fmt: skip
    assert (action.deadline, action.moves) == (date(2026, 5, 1), ())


def test_follow__progress_is_kept_when_the_plan_is_agreed_again() -> None:
    action = the_action(
        step(1, agreed=(adopted(),)),
        step(2, reported=(ProgressRow("1", state=plan.IN_PROGRESS, done="Begun"),)),
        step(3, agreed=(adopted(wording="Meet weekly", decision=plan.REWORD),)),
    )
    assert (action.action, action.state, action.done) == ("Meet weekly", "in progress", "Begun")


def test_follow__done_without_a_day_is_done_on_the_day_of_the_report() -> None:
    action = the_action(
        step(1, agreed=(adopted(deadline=date(2026, 3, 1)),)),
        step(2, reported=(ProgressRow("1", state=plan.FINISHED),)),
    )
    assert (action.done_on, action.on_time) == (date(2026, 3, 2), False)


@pytest.mark.parametrize(
    ("into", "target"), [({"2": "1"}, "1"), ({"2": "3", "3": "1"}, "1"), ({"2": "2"}, ""),
                         ({"2": "3", "3": "2"}, ""), ({"2": "9"}, "")],
)  # fmt: skip
def test_target__follows_merges_to_their_end(into: dict[str, str], target: str) -> None:
    rows = {"1": adopted("1")} | {
        number: adopted(number, decision=plan.MERGE, into=where) for number, where in into.items()
    }
    assert target_of(rows, "2") == target


def test_plan__a_return_that_is_set_aside_has_no_part(
    books: dict[str, Workbook], tmp_path: Path
) -> None:
    with opened(tmp_path / "ledger.db", books) as ledger:
        said: dict[str, dict[str, Value | None]] = {"1": {plan.DECISION: plan.ADOPT}}
        ret = ledger.record_return(a_return(books["plan"], said, 1))
        assert len(ledger.plans()["2026"].actions) == 1
        ledger.decisions.set_aside(ret.number, "A draft")
        assert ledger.plans().get("2026") is None


def test_plan__an_older_workbook_that_comes_late_changes_nothing(tmp_path: Path) -> None:
    old = a_plan()
    new = issue_jointly("plan", plan_toolkit(11), plan_values(11))
    with opened(tmp_path / "ledger.db", {"old": old, "new": new}) as ledger:
        adopt: dict[str, dict[str, Value | None]] = {"1": {plan.DECISION: plan.ADOPT}}
        decline: dict[str, dict[str, Value | None]] = {"1": {plan.DECISION: plan.DECLINE}}
        ledger.record_return(a_return(new, adopt, 1), ledger.begin_run("2026"))
        ledger.record_return(a_return(old, decline, 2), ledger.begin_run("2026"))
        assert [one.number for one in ledger.plans()["2026"].actions] == ["1"]


def test_audit__tells_when_what_the_plan_stands_on_was_changed(
    books: dict[str, Workbook], tmp_path: Path
) -> None:
    path = tmp_path / "ledger.db"
    with opened(path, books) as ledger:
        said: dict[str, dict[str, Value | None]] = {"1": {plan.DECISION: plan.ADOPT}}
        ledger.record_return(a_return(books["plan"], said, 1))
    db = sqlite3.connect(path)
    db.execute("update answers set value = 'decline'")
    db.commit()
    db.close()
    with Ledger(path) as ledger:
        assert any("return 1" in fault.about for fault in ledger.audit().faults)


ADOPT: dict[str, Value | None] = {plan.DECISION: plan.ADOPT}


def test_plan__what_was_emptied_in_a_corrected_file_holds_no_longer(
    books: dict[str, Workbook], tmp_path: Path
) -> None:
    with opened(tmp_path / "ledger.db", books) as ledger:
        ledger.record_return(a_return(books["plan"], {"1": ADOPT, "2": ADOPT}, 1), _run(ledger))
        report: dict[str, dict[str, Value | None]] = {"1": {plan.STATE: plan.IN_PROGRESS}}
        ledger.record_return(a_return(books["progress"], report, 2), _run(ledger))
        ledger.record_return(a_return(books["plan"], {"1": ADOPT}, 3), _run(ledger))
        actions = ledger.plans()["2026"].actions
        assert [(one.number, one.state) for one in actions] == [("1", plan.IN_PROGRESS)]
        report = {"2": {plan.STATE: plan.IN_PROGRESS}}
        ledger.record_return(a_return(books["progress"], report, 4), _run(ledger))
        assert [one.state for one in ledger.plans()["2026"].actions] == [plan.NOT_STARTED]


def _run(ledger: Ledger) -> str:
    return ledger.begin_run("2026")


def test_plan__a_late_plan_of_one_round_does_not_depend_on_that_of_another(tmp_path: Path) -> None:
    old = a_plan()
    new = issue_jointly("plan", plan_toolkit(11), plan_values(11))
    identity = replace(new.issued.identity, round="2027")
    new = replace(new, issued=replace(new.issued, identity=identity))
    with opened(tmp_path / "ledger.db", {"old": old, "new": new}) as ledger:
        ledger.record_return(a_return(new, {"1": ADOPT}, 1), _run(ledger))
        ledger.record_return(a_return(old, {"2": ADOPT}, 2), _run(ledger))
        found = {name: [one.number for one in each.actions] for name, each in
                 ledger.plans().items()}  # fmt: skip
        assert found == {"2026": ["2"], "2027": ["1"]}


def test_plan__a_report_is_of_the_day_it_came_in(
    books: dict[str, Workbook], tmp_path: Path
) -> None:
    with opened(tmp_path / "ledger.db", books) as ledger:
        ledger.record_return(a_return(books["plan"], {"1": ADOPT}, 1), _run(ledger))
        report: dict[str, dict[str, Value | None]] = {"1": {plan.STATE: plan.FINISHED}}
        ledger.record_return(a_return(books["progress"], report, 12), _run(ledger))
        (action,) = ledger.plans()["2026"].actions
        assert (action.done_on, action.on_time) == ((AT + timedelta(days=12)).date(), None)
        assert ledger.audit().faults == ()


@pytest.mark.parametrize(("returned", "stands"), [(1, 7), (9, 9)])
def test_follow__a_plan_returned_unchanged_moves_no_deadline_back(
    returned: int, stands: int
) -> None:
    """The workbook was issued when the deadline was 1 May; it was moved to 1 July since."""
    action = the_action(
        step(1, agreed=(adopted(deadline=date(2026, 5, 1)),)),
        step(4, reported=(ProgressRow("1", deadline=date(2026, 7, 1), reason="Ill"),)),
        replace(
            step(6, agreed=(adopted(deadline=date(2026, 5 if returned == 1 else 9, 1)),)), issued=3
        ),
    )
    assert action.deadline == date(2026, stands, 1)


def test_on_time__is_not_said_without_a_deadline() -> None:
    action = the_action(
        step(1, agreed=(adopted(),)), step(2, reported=(ProgressRow("1", state=plan.FINISHED),))
    )
    counts = plan_counts((action,), date(2026, 4, 1))
    assert action.on_time is None
    assert (counts.done, counts.on_time, counts.late, counts.undated) == (1, 0, 0, 1)


CHANGES = [
    ({"owner": "Birch"}, "1, Meet: Owner now Birch, before Ash."),
    ({"deadline": date(2026, 5, 1)}, "1, Meet: Deadline set to 1 May 2026."),
    (None, "1, Meet: no longer in the plan."),
]


@pytest.mark.parametrize(("changes", "said"), CHANGES)
def test_change__says_what_changed(changes: dict[str, object] | None, said: str) -> None:
    before = replace(the_action(step(1, agreed=(adopted(),))), done="Letters sent.")
    now = () if changes is None else (replace(before, **changes),)  # type: ignore[arg-type]
    (change,) = action_changes(now, (before,))
    assert change_in_words(change, "2026") == said


@pytest.mark.parametrize(
    ("order", "here", "found"),
    [
        (("2026", "2027", "2028"), "2027", ["2026"]),
        (("2026", "2027", "2028"), "2028", ["2026", "2028"]),
        ((), "2028", ["2028"]),
        ((), "2029", ["2028", "2026"]),
        (("2028", "2029"), "2028", ["2026", "2028"]),
    ],
)
def test_plans_up_to__leaves_later_rounds_out(
    order: tuple[str, ...], here: str, found: list[str]
) -> None:
    plans = {name: plan.AgreedPlan(name) for name in ("2028", "2026")}
    assert list(plan.plans_up_to(plans, here, order)) == found


def test_audit__takes_reports_on_record_without_the_day_they_came() -> None:
    """Earlier versions did not record it."""
    said = {"round": "2026", "reported": [], joint.RECEIVED: "2026-03-20T09:00:00+00:00"}
    older = {"round": "2026", "reported": []}
    assert audit.is_told([dict(said)], [older])
    assert audit.is_told([dict(said)], [said])
    assert not audit.is_told([dict(said)], [{**said, joint.RECEIVED: "2026-03-21"}])
    assert not audit.is_told([dict(said)], [])
