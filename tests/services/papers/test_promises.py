"""What a workbook told its respondent is kept, whatever the settings say later."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest

from tests.factory import SECRET, a_context, a_respondent, an_assessment, issue
from tests.generate.conftest import a_toolkit
from tests.ledger.raw import behind
from tests.services.small import LATER, MONDAY, a_folder, change_settings
from xlassess.assessment.settings import AssessmentFolder
from xlassess.consolidate import promise_in_words, summarise
from xlassess.consolidate.export.files import export
from xlassess.contract.layout import IDENTITY, START
from xlassess.contract.seal import seal
from xlassess.ingest import ReturnedFile, read_return
from xlassess.ledger import Ledger
from xlassess.model.answer import Answer, Issued, Return
from xlassess.model.assessment import Attribution, Promise, strictest
from xlassess.services.common.opening import open_folder
from xlassess.services.generate import Generated, generate
from xlassess.services.papers.consolidate import consolidate, present_round
from xlassess.services.papers.feedback import feedback
from xlassess.services.plans.plan import plan
from xlassess.services.plans.workshop import workshop
from xlassess.services.setup.rounds import begin_round

PEOPLE = (
    ("Ash Council", "Ada Larch", "Board"),
    ("Birch Trust", "Bea Maple", "Board"),
    ("Cedar Police", "Cy Rowan", "Front line"),
    ("Dogwood Health", "Di Hazel", "Front line"),
)
MODES: tuple[Attribution, ...] = ("named", "partner", "lettered", "aggregated")


def a_round_on_disk(root: Path, attribution: str = "named", minimum: int = 3) -> AssessmentFolder:
    folder = a_folder(root, PEOPLE)
    change_settings(folder, "return_by:", f"attribution: {attribution}\nreturn_by:")
    change_settings(folder, "return_by:", f"minimum_group: {minimum}\nreturn_by:")
    return folder


def settings(folder: AssessmentFolder, promise: Promise) -> None:
    """Set both settings anew."""
    now = folder.assessment()
    change_settings(
        folder, f"attribution: {now.attribution}", f"attribution: {promise.attribution}"
    )
    change_settings(
        folder, f"minimum_group: {now.minimum_group}", f"minimum_group: {promise.minimum_group}"
    )


def give(folder: AssessmentFolder, issued: Issued, number: int = 0) -> None:
    """Record a return of a workbook, in which the respondent and the partner are named."""
    answers = [
        Answer(f"1{item}", "answer", "high" if number % 2 else "low", "1 Basics", f"E{row}")
        for row, item in enumerate("ABC", 6)
    ]
    said = f"{issued.respondent} of {issued.partner} writes this."
    answers.append(Answer("1A", "comment", said, "1 Basics", "F6"))
    with Ledger(folder.ledger, lambda: LATER + timedelta(hours=number)) as ledger:
        ledger.record_return(
            Return(
                file=issued.file_name, sha256=f"{issued.reference}{number}".ljust(64, "0"), size=9,
                kind="xlsx", state="accepted", reference=issued.reference, answers=tuple(answers),
            )
        )  # fmt: skip


def issued_in(folder: AssessmentFolder) -> tuple[Issued, ...]:
    with Ledger(folder.ledger) as ledger:
        return ledger.issued()


def printed(folder: AssessmentFolder) -> str:
    """Everything that an export of the round shows."""
    files = export(summarise(present_round(folder), LATER), "json")
    return "".join(file.content.decode() for file in files if file.rows)


def out(folder: AssessmentFolder, *, reissue: bool = False) -> Generated:
    return generate(folder, now=MONDAY, reissue=reissue)


@pytest.mark.parametrize("attribution", MODES)
def test_promise__is_on_start_in_the_seal_and_in_the_ledger(
    tmp_path: Path, attribution: Attribution
) -> None:
    folder = a_round_on_disk(tmp_path, attribution, 4)
    first = out(folder).workbooks[0]
    book = openpyxl.load_workbook(first.path)
    told = " ".join(str(c.value) for row in book[START] for c in row if c.value)
    pairs = {row[0].value: row[1].value for row in book[IDENTITY].iter_rows()}
    few = "" if attribution in ("named", "partner") else " 4"
    assert pairs["promise"] == f"{attribution}{few}"
    one = next(each for each in issued_in(folder) if each.reference == first.reference)
    assert one.promise == folder.assessment().promise == Promise.read(f"{attribution}{few}")
    assert ("with your name" in told) == (attribution == "named")
    assert ("under letters" in told) == (attribution == "lettered")
    assert ("fewer than 4" in told) == bool(few)
    assert "no single person's answers" in told or attribution != "aggregated"


@pytest.mark.parametrize("promised", MODES)
def test_outputs__show_the_less_of_promise_and_setting(
    tmp_path: Path, promised: Attribution
) -> None:
    folder = a_round_on_disk(tmp_path, promised)
    out(folder)
    for number, issued in enumerate(issued_in(folder)):
        give(folder, issued, number)
    for wanted in MODES:
        settings(folder, Promise(wanted, 3))
        text, kept = printed(folder), max(promised, wanted, key=MODES.index)
        assert any(name in text for _, name, _ in PEOPLE) == (kept == "named")
        assert any(partner in text for partner, _, _ in PEOPLE) == (kept in ("named", "partner"))
        assert ('"partner": "Partner A"' in text) == (kept == "lettered")
        said = promise_in_words(summarise(present_round(folder), LATER).participants)
        bound = MODES.index(promised) > MODES.index(wanted)
        assert (f"Shown as {promised}" in said) == bound
        assert ("4 workbooks promised that" in said) == bound


def test_one_strict_promise__binds_all_until_it_is_reissued_and_back(tmp_path: Path) -> None:
    folder = a_round_on_disk(tmp_path, "lettered")
    out(folder)
    for number, issued in enumerate(issued_in(folder)):
        give(folder, issued, number)
    settings(folder, Promise("named", 3))
    left = out(folder)
    assert dict(left.promised) == {"lettered 3": 4}
    assert left.binding == 4
    assert out(folder, reissue=True).promised == {}
    new = [each for each in issued_in(folder) if each.promise.attribution == "named"]
    assert len(new) == 4
    for number, issued in enumerate(new, 10):
        assert "Ada Larch" not in printed(folder)
        give(folder, issued, number)
    assert "Ada Larch" in printed(folder)


@pytest.mark.parametrize(
    ("promised", "shown"), [(Promise("named", 3), True), (Promise("aggregated", 5), False)]
)
def test_promise__binds_workshop_plan_feedback_and_trend(
    tmp_path: Path, promised: Promise, shown: bool
) -> None:
    """Four answered: where no figure of fewer than five was promised, none is in any of them."""
    folder = a_round_on_disk(tmp_path / "small", promised.attribution, promised.minimum_group)
    out(folder)
    for number, issued in enumerate(issued_in(folder)):
        give(folder, issued, number)
    settings(folder, Promise("named", 1))
    talked = everything(workshop(folder, now=LATER)[0].path)
    assert ("■" in talked) is shown
    assert ("How answers fall is withheld" in talked) is not shown
    assert ("of 4 answer" in everything(plan(folder, now=LATER).path)) is shown
    for who, path in feedback(folder, now=LATER).pages:
        page = everything(path)
        assert ("2 “Agree”" in page) is shown
        assert any(name in who and name in page for _, name, _ in PEOPLE)
    begin_round(folder, "2027", date(2027, 4, 30), now=LATER + timedelta(days=365))
    later = open_folder(folder.root)
    made = generate(later, now=LATER + timedelta(days=365))
    assert len(made.workbooks) == 4
    with Ledger(later.ledger) as ledger:
        again = ledger.issued("2027")
    for number, issued in enumerate(again):
        give(later, issued, number + 1)
    summary = summarise(present_round(later), LATER + timedelta(days=370))
    trend = summary.parts[0].trend
    told = " ".join(summary.parts[0].narrative.trend)
    assert trend is not None
    assert ("4 respondents answered both times" in told) is shown, told


def everything(path: Path) -> str:
    """Everything that stands in a workbook."""
    book = openpyxl.load_workbook(path)
    return " ".join(str(cell.value) for sheet in book for row in sheet for cell in row)


def test_minimum__lowered_later_stays_where_it_was_promised(tmp_path: Path) -> None:
    folder = a_round_on_disk(tmp_path, "aggregated", 4)
    out(folder)
    for number, issued in enumerate(issued_in(folder)[:3]):
        give(folder, issued, number)
    settings(folder, Promise("aggregated", 2))
    people = summarise(present_round(folder), LATER).participants
    assert people.minimum == 4
    assert "fewer than 4 respondents: 4 workbooks" in promise_in_words(people)
    assert consolidate(folder, now=LATER).promised == promise_in_words(people)


def test_earlier_workbooks__promised_the_organisation_only(tmp_path: Path) -> None:
    folder = a_round_on_disk(tmp_path)
    out(folder)
    for number, issued in enumerate(issued_in(folder)):
        give(folder, issued, number)
    with behind(folder.ledger) as run:
        run("update issued set promise = ''")
    text = printed(folder)
    assert "Ash Council" in text
    assert not any(name in text for _, name, _ in PEOPLE)
    said = promise_in_words(summarise(present_round(folder), LATER).participants)
    assert "4 workbooks promised that. They were issued by an earlier version" in said


def test_ledger__a_changed_promise_is_told(tmp_path: Path) -> None:
    folder = a_round_on_disk(tmp_path, "lettered")
    out(folder)
    with behind(folder.ledger) as run:
        run("update issued set promise = 'named' where number = 1")
    with Ledger(folder.ledger) as ledger:
        (fault,) = ledger.audit().faults
    assert "promised was changed" in fault.message


def test_withdrawn__what_came_from_people_no_longer_asked_binds(tmp_path: Path) -> None:
    folder = a_round_on_disk(tmp_path, "lettered")
    out(folder)
    gone, *others = issued_in(folder)
    with Ledger(folder.ledger, lambda: LATER) as ledger:
        ledger.record_return(
            Return(gone.file_name, "f" * 64, 9, "xlsx", "refused", reference=gone.reference)
        )
    from tests.services.small import write_register

    write_register(folder, PEOPLE[1:])
    settings(folder, Promise("named", 3))
    out(folder, reissue=True)
    new = [each for each in issued_in(folder) if each.promise.attribution == "named"]
    for number, issued in enumerate(new):
        give(folder, issued, number)
    assert len(others) == len(new) == 3
    assert not any(name in printed(folder) for _, name, _ in PEOPLE)


def steps(chance: random.Random) -> Iterator[str]:
    yield "issue"
    yield from (chance.choice(("issue", "reissue", "set", "set", "give", "give")) for _ in range(6))


@pytest.mark.parametrize("seed", range(3))
def test_property__no_sequence_shows_more_than_a_promise_in_force(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    folder = a_round_on_disk(tmp_path, chance.choice(MODES), chance.randint(1, 4))
    back: list[Issued] = []
    for number, step in enumerate(steps(chance)):
        if step == "set":
            settings(folder, Promise(chance.choice(MODES), chance.randint(1, 4)))
        elif step in ("issue", "reissue"):
            out(folder, reissue=step == "reissue")
        else:
            back.append(chance.choice(issued_in(folder)))
            give(folder, back[-1], number)
        if back:
            held(folder, back)


def held(folder: AssessmentFolder, back: list[Issued]) -> None:
    """Assert that nothing shows more than the workbooks in force promised."""
    force: dict[str, Issued] = {}
    came = {each.reference for each in back}
    for each in issued_in(folder):
        now = force.get(each.respondent)
        if now is None or each.reference in came or now.reference not in came:
            force[each.respondent] = each
    least = strictest(each.promise for each in force.values())
    summary = summarise(present_round(folder), LATER)
    text = printed(folder)
    place = MODES.index(least.attribution)
    assert place < 1 or not any(name in text for _, name, _ in PEOPLE)
    assert place < 2 or not any(partner in text for partner, _, _ in PEOPLE)
    assert place < 3 or not summary.participants.shows_rows
    assert summary.participants.minimum >= least.minimum_group


TOOLKIT = a_toolkit("sum")


def changed(promise: str, *, sealed: bool) -> bytes:
    """A workbook that went out as lettered, in which another promise was written."""
    assessment = an_assessment(TOOLKIT, attribution="lettered")
    made = issue(TOOLKIT, a_respondent(), assessment)
    book = openpyxl.load_workbook(io.BytesIO(made.data))
    sheet = book[IDENTITY]
    rows = {row[0].value: row[1] for row in sheet.iter_rows()}
    rows["promise"].value = promise
    if sealed:
        from dataclasses import replace

        other = replace(made.issued.identity, promise=promise)
        rows["seal"].value = seal(other, SECRET)
    for prop in list(book.custom_doc_props.names):
        del book.custom_doc_props[prop]
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@pytest.mark.parametrize(
    ("promise", "sealed", "code"),
    [("named", False, "I06"), ("aggregated 5", True, "I13"), ("shouted", True, "I07")],
)
def test_return__that_states_another_promise(
    tmp_path: Path, promise: str, sealed: bool, code: str
) -> None:
    """Without the secret nobody can; with it, both promises are kept."""
    made = issue(TOOLKIT, a_respondent(), an_assessment(TOOLKIT, attribution="lettered"))
    path = tmp_path / "back.xlsx"
    path.write_bytes(changed(promise, sealed=sealed))
    ret = read_return(ReturnedFile(path, path.name), a_context(made))
    assert code in {finding.code for finding in ret.findings}
    assert (ret.state == "refused") == (code != "I13")
