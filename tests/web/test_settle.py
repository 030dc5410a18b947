"""Settling on the desk: each doubt in its place, what can be done, and who did it first."""

from __future__ import annotations

import re
import shutil
import threading
from contextlib import ExitStack
from datetime import timedelta
from html import unescape
from pathlib import Path

import httpx
import openpyxl
import pytest

from tests.damaged.builders import a_pdf
from tests.services.planned import AGREED, a_planned_folder, read_back
from tests.services.post.test_offers import handed
from tests.services.small import LATER, answer
from tests.web.desks import (
    FROM_HERE,
    DeskClient,
    a_desk,
    a_doubtful_round,
    number_in,
    running,
    until,
    words_in,
)
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Event, Ledger
from xlassess.ledger.recording.decisions import Decisions
from xlassess.services import decide
from xlassess.services.common.phrases import MATTERS
from xlassess.services.ingest import ingest
from xlassess.services.papers.consolidate import consolidate
from xlassess.services.plans.plan import plan
from xlassess.services.setup.rounds import close_round
from xlassess.services.status import status
from xlassess.web.unsettled import Unsettled, unsettled

HOSTILE = "<img src=x onerror=alert(1)>\u202egnp.exe"


@pytest.fixture(scope="module")
def _doubtful(tmp_path_factory: pytest.TempPathFactory) -> AssessmentFolder:
    return a_doubtful_round(tmp_path_factory.mktemp("settle"))


@pytest.fixture
def folder(_doubtful: AssessmentFolder, tmp_path: Path) -> AssessmentFolder:
    """A round with a choice between two returns, two queries, an offer, and a file of nobody."""
    shutil.copytree(_doubtful.root, tmp_path / "small")
    return AssessmentFolder(tmp_path / "small")


def left(folder: AssessmentFolder) -> list[Unsettled]:
    return list(unsettled(status(folder, today=LATER.date())))


def one_of(folder: AssessmentFolder, code_or_kind: str) -> tuple[str, Unsettled]:
    """The address of the first with this title or of this kind, and what it is."""
    found = [one for one in left(folder) if code_or_kind in (one.said, one.kind)]
    one = found[0]
    return f"/settle/one?ref={one.reference}&of={one.key}", one


def last(folder: AssessmentFolder) -> Event:
    with Ledger(folder.ledger) as ledger:
        return ledger.events()[-1]


def mark_in(page: httpx.Response) -> str:
    """Return the mark by which a page is known to be out of date."""
    found = re.search(r'name="mark" value="([^"]*)"', page.text)
    assert found is not None
    return found.group(1)


def answer_to(desk: DeskClient, address: str, what: str, **fields: str) -> httpx.Response:
    """Press a button on a page with its fields filled in, and return what comes of it."""
    page = desk.get(address)
    given = {"number": number_in(page), "mark": mark_in(page), "what": what}
    return desk.post(
        address, {**given, **{name.replace("_", "-"): v for name, v in fields.items()}}
    )


def press(desk: DeskClient, address: str, what: str, **fields: str) -> str:
    """Press a button on a page with its fields filled in, and return the address one is led to."""
    came = answer_to(desk, address, what, **fields)
    assert came.status_code == 303, words_in(came)
    return unescape(came.headers["location"])


def undo(desk: DeskClient, address: str) -> str:
    """Press the button that undoes what was just done."""
    page = desk.get(address)
    key = re.search(r'name="undo" value="([^"]*)"', page.text)
    back = re.search(r'name="back" value="([^"]*)"', page.text)
    assert key is not None
    assert back is not None
    fields = {"number": number_in(page), "what": "undo", "undo": unescape(key.group(1))}
    came = desk.post("/settle/one", {**fields, "back": unescape(back.group(1))})
    assert came.status_code == 303, words_in(came)
    return unescape(came.headers["location"])


def test_list__has_everything_that_status_has(folder: AssessmentFolder) -> None:
    said = words_in(a_desk(folder).get("/settle"))
    found = left(folder)
    assert [one.kind for one in found] == ["queries", "queries", "queries", "offers", "nobody"]
    assert "All: 5" in said
    for one in found:
        assert one.who in said
    assert f"{MATTERS['nobody'][0]}: 1" in said


def test_doubt__is_shown_with_the_rows_around_it(folder: AssessmentFolder) -> None:
    address, _ = one_of(folder, "Not one of the choices")
    page = a_desk(folder).get(address)
    said = words_in(page)
    for row in (
        "1A We know each other. Agree",
        "1B We trust each other.",
        "1C We help each other.",
    ):
        assert row in said
    assert "In doubt “<b>Perhaps</b>”" in said  # as text, see the escaped markup below
    assert "<b>Perhaps" not in page.text
    assert "&lt;b&gt;Perhaps" in page.text
    assert "Choose one of: Agree, Disagree." in said
    assert "xlassess " not in said.replace("xlassess Small", "")


def test_doubt__next_and_previous_are_links_in_the_order_of_the_list(
    folder: AssessmentFolder,
) -> None:
    desk, every = a_desk(folder), left(folder)
    address = f"/settle/one?ref={every[0].reference}&of={every[0].key}"
    for number, one in enumerate(every, start=1):
        text = desk.get(address).text
        assert f"{number} of {len(every)}" in text
        assert one.key in address
        links = re.findall(r'href="([^"]+)" rel="(next|prev)"', text)
        after = [unescape(to) for to, rel in links if rel == "next"]
        assert len(after) == (number < len(every))
        address = after[0] if after else ""


def test_waive__is_recorded_for_the_user_goes_on_and_is_undone(folder: AssessmentFolder) -> None:
    desk, before = a_desk(folder), left(folder)
    address, one = one_of(folder, "Not one of the choices")
    to = press(desk, address, "waive", waive_reason="They said so.")
    made = last(folder)
    assert (made.what, made.by, made.reason) == ("waived", "Cora Coordinator", "They said so.")
    assert one.key not in {each.key for each in left(folder)}
    following = before[before.index(one) + 1]
    assert f"of={following.key}" in to
    back = undo(desk, to)
    assert one.key in {each.key for each in left(folder)}
    assert f"of={one.key}" in back
    assert last(folder).what == "waiver revoked"


def test_waive__without_a_reason_is_told_beside_the_field(folder: AssessmentFolder) -> None:
    desk = a_desk(folder)
    address, _ = one_of(folder, "Not one of the choices")
    page = desk.get(address)
    fields = {"number": number_in(page), "mark": mark_in(page), "what": "waive"}
    came = desk.post(address, {**fields, "waive-reason": "  "})
    assert came.status_code == 422
    assert 'href="#waive-reason"' in came.text
    assert 'id="waive-reason-error"' in came.text
    assert "Fill in “Why it is accepted”." in words_in(came)
    assert last(folder).what != "waived"


def test_waive__no_reason_is_filled_in_though_a_comment_may_say_it(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    path = answer(folder, "Abe Ash", tmp_path / "abe.xlsx", ("Agree", "Agree", None))
    book = openpyxl.load_workbook(path)
    (heading,) = (
        cell for row in book["1 Basics"] for cell in row if str(cell.value).startswith("Comment")
    )
    (row,) = (cell.row for cell in book["1 Basics"]["A"] if cell.value == "1C")
    book["1 Basics"].cell(row, heading.column).value = "A fine partnership."
    book.save(path)
    ingest(folder, [path], now=LATER, workers=1)
    desk = a_desk(folder)
    one = next(each for each in left(folder) if "Abe Ash" in each.who and each.kind == "queries")
    page = desk.get(f"/settle/one?ref={one.reference}&of={one.key}")
    assert "The comment on 1C says: “ A fine partnership. ”" in words_in(page)
    assert "you can write “The comment says why.”" in words_in(page)
    assert re.search(r'name="waive-reason"[^>]* value=""', page.text)


@pytest.mark.parametrize(
    ("what", "given", "missing"),
    [
        ("correct", {}, ["answer-0", "correct-reason"]),
        ("correct", {"correct-reason": "By telephone."}, ["answer-0"]),
        ("correct", {"answer-0": "Agree"}, ["correct-reason"]),
        ("reassign", {}, ["reassign-to", "reassign-reason"]),
        ("aside", {}, ["aside-reason"]),
    ],
)
def test_decision__tells_all_that_is_missing_by_the_names_on_the_page(
    folder: AssessmentFolder, what: str, given: dict[str, str], missing: list[str]
) -> None:
    desk = a_desk(folder)
    address, _ = one_of(folder, "Not one of the choices")
    page = desk.get(address)
    fields = {"number": number_in(page), "mark": mark_in(page), "what": what}
    came = desk.post(address, {**fields, **given})
    problems = came.text.partition('id="errors"')[2].partition("</div>")[0]
    assert re.findall(r'href="#([^"]+)"', problems) == missing
    for name in missing:
        label = re.search(rf'<label for="{name}">([^<]*)', page.text)
        assert label is not None
        told = f"“{label.group(1)}”" if name.endswith("reason") else ""
        assert told in unescape(problems)
    assert ("Choose the answer to 1B." in problems) == ("answer-0" in missing)


def test_correct__takes_the_place_and_is_undone(folder: AssessmentFolder) -> None:
    desk = a_desk(folder)
    address, one = one_of(folder, "Not one of the choices")
    to = press(desk, address, "correct", answer_0="Disagree", correct_reason="By telephone.")
    with Ledger(folder.ledger) as ledger:
        ret = ledger.current("2026")[one.reference]
    assert {a.item: a.value for a in ret.answers}["1B"] == "low"
    assert one.key not in {each.key for each in left(folder)}
    undo(desk, to)
    assert one.key in {each.key for each in left(folder)}


def test_correct__that_another_stands_on_is_not_called_taken_back(folder: AssessmentFolder) -> None:
    desk = a_desk(folder)
    address, one = one_of(folder, "Not one of the choices")
    to = press(desk, address, "correct", answer_0="Disagree", correct_reason="By telephone.")
    page = desk.get(to)
    key = re.search(r'name="undo" value="([^"]*)"', page.text)
    assert key is not None
    decide.correct(folder, one.reference, "1A", "Disagree", decide.Why(LATER, "So.", "Carl"))
    before = last(folder).number
    fields = {"number": number_in(page), "what": "undo", "undo": unescape(key.group(1))}
    came = desk.post("/settle/one", fields)
    assert came.status_code in (409, 422)
    assert last(folder).number == before
    page = desk.get(address)
    newest = re.search(r'name="undo" value="(corrected:[^"]*)"', page.text)
    assert newest is not None
    fields |= {"number": number_in(page), "undo": newest.group(1)}
    assert desk.post(address, fields).status_code == 303
    with Ledger(folder.ledger) as ledger:
        answers = {a.item: a.value for a in ledger.current("2026")[one.reference].answers}
    assert (answers["1A"], answers["1B"]) == ("high", "low")


def test_correct__of_several_answers_all_are_recorded_and_taken_back_or_none(
    folder: AssessmentFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = answer(folder, "Abe Ash", tmp_path / "abe.xlsx", ("Agree", None, None))
    ingest(folder, [book], now=LATER, workers=1)
    desk = a_desk(folder)
    address, one = next(
        (f"/settle/one?ref={each.reference}&of={each.key}", each)
        for each in left(folder)
        if "Abe Ash" in each.who and each.kind == "queries"
    )

    def answers() -> dict[str, object]:
        with Ledger(folder.ledger) as ledger:
            ret = ledger.current("2026")[one.reference]
        return {each.item: each.value for each in ret.answers}

    page = desk.get(address)
    fields = {"number": number_in(page), "mark": mark_in(page), "what": "correct"}
    fields |= {"answer-0": "Agree", "answer-1": "Perhaps", "correct-reason": "By telephone."}
    assert desk.post(address, fields).status_code == 422
    assert answers() == {"1A": "high"}
    given = {"answer_0": "Agree", "answer_1": "Disagree", "correct_reason": "By telephone."}
    to = press(desk, address, "correct", **given)
    assert answers() == {"1A": "high", "1B": "high", "1C": "low"}
    with monkeypatch.context() as broken:
        once = Decisions.set_aside

        def breaks(self: Decisions, number: int, reason: str) -> object:
            broken.setattr(Decisions, "set_aside", _fails)
            return once(self, number, reason)

        broken.setattr(Decisions, "set_aside", breaks)
        key = re.search(r'name="undo" value="([^"]*)"', desk.get(to).text)
        assert key is not None
        undoing = {"number": number_in(desk.get(to)), "what": "undo", "undo": key.group(1)}
        assert desk.post("/settle/one", undoing).status_code >= 400
    assert answers() == {"1A": "high", "1B": "high", "1C": "low"}
    undo(desk, to)
    assert answers() == {"1A": "high"}


def _fails(self: Decisions, number: int, reason: str) -> None:
    raise OSError(28, "No space left on device")


def test_correct__to_what_is_no_choice_changes_nothing(folder: AssessmentFolder) -> None:
    desk = a_desk(folder)
    address, one = one_of(folder, "Not one of the choices")
    page = desk.get(address)
    fields = {"number": number_in(page), "mark": mark_in(page), "what": "correct"}
    came = desk.post(address, {**fields, "answer-0": "Rather", "correct-reason": "By telephone."})
    assert came.status_code == 422
    assert one.key in {each.key for each in left(folder)}


def test_choose__shows_both_with_their_differences(folder: AssessmentFolder) -> None:
    desk = a_desk(folder)
    address, one = one_of(folder, "Two returns, order unclear")
    said = words_in(desk.get(address))
    assert "1A We know each other. Your answer Agree Disagree" in said
    assert "1B" not in said
    assert "They say the same in 2 places." in said
    with Ledger(folder.ledger) as ledger:
        before = ledger.current("2026")[one.reference].number
        rival = max(ret.number for ret in ledger.returns_of([one.reference]))
    to = press(desk, address, "choose", choose_reason="The partner says so.", which=str(rival))
    with Ledger(folder.ledger) as ledger:
        assert ledger.current("2026")[one.reference].number == rival
    undo(desk, to)
    with Ledger(folder.ledger) as ledger:
        assert ledger.current("2026")[one.reference].number == before


def test_choose__taken_back_late_leaves_what_somebody_else_chose(folder: AssessmentFolder) -> None:
    desk = a_desk(folder)
    address, one = one_of(folder, "Two returns, order unclear")
    with Ledger(folder.ledger) as ledger:
        before = ledger.current("2026")[one.reference].number
        rival = max(ret.number for ret in ledger.returns_of([one.reference]))
    to = press(desk, address, "choose", choose_reason="The partner says so.", which=str(rival))
    page = desk.get(to)
    key = re.search(r'name="undo" value="([^"]*)"', page.text)
    assert key is not None
    other = decide.Why(LATER, "They rang me.", "Somebody Else")
    decide.choose(folder, one.reference, str(before), other)
    fields = {"number": number_in(page), "what": "undo", "undo": unescape(key.group(1))}
    came = desk.post(to, fields)
    assert came.status_code == 422
    assert "no longer the one that was chosen last" in words_in(came)
    assert last(folder).by == "Somebody Else"


def test_choose__of_a_return_of_somebody_else_is_refused(folder: AssessmentFolder) -> None:
    desk = a_desk(folder)
    address, _ = one_of(folder, "Two returns, order unclear")
    page = desk.get(address)
    before = last(folder).number
    fields = {"number": number_in(page), "mark": mark_in(page), "what": "choose", "which": "1"}
    assert desk.post(address, {**fields, "choose-reason": "x"}).status_code == 422
    assert last(folder).number == before


def test_aside_and_reassign__are_undone(folder: AssessmentFolder) -> None:
    desk = a_desk(folder)
    address, one = one_of(folder, "Answer missing")
    to = press(desk, address, "aside", aside_reason="Sent by mistake.")
    assert last(folder).what == "set aside"
    undo(desk, to)
    assert one.key in {each.key for each in left(folder)}
    with Ledger(folder.ledger) as ledger:
        other = next(b.reference for b in ledger.issued() if b.respondent == "Abe Ash")
        counts = ledger.counting_of([other])[other]
    case = {"reassign_reason": "Mixed up.", "reassign_to": other}
    for instead in ("", "one"):  # no return gives way that nobody has named
        came = answer_to(desk, address, "reassign", reassign_instead=instead, **case)
        assert came.status_code == 422
        assert last(folder).what == "undone"
    to = press(desk, address, "reassign", reassign_instead=str(counts), **case)
    assert (last(folder).what, last(folder).reference) == ("reassigned", other)
    assert f"Return {counts} (abe.xlsx) gave way to it." in desk.get(to).text
    undo(desk, to)
    assert one.key in {each.key for each in left(folder)}


def test_offer__is_recorded_by_one_click_and_undone(folder: AssessmentFolder) -> None:
    desk = a_desk(folder)
    address, one = one_of(folder, "offers")
    page = desk.get(address).text
    assert "For 1B please read Disagree." in page
    # where a decision came from is known, and why a message asks for nothing is not
    assert re.search(r'name="away-reason"[^>]* value=""', page)
    assert one.offer
    to = press(desk, address, "follow", follow_reason=one.offer.reason)
    with Ledger(folder.ledger) as ledger:
        ret = ledger.current("2026")[one.reference]
    assert {a.item: a.value for a in ret.answers}["1B"] == "low"
    assert "offers" not in {each.kind for each in left(folder)}
    undo(desk, to)
    assert "offers" in {each.kind for each in left(folder)}
    to = press(desk, address, "away", away_reason="Not meant.")
    assert "offers" not in {each.kind for each in left(folder)}
    undo(desk, to)
    assert "offers" in {each.kind for each in left(folder)}


def test_list__leaves_files_of_nobody_out_and_queries_not(folder: AssessmentFolder) -> None:
    desk = a_desk(folder)
    (file,) = (one for one in left(folder) if one.kind == "nobody")
    query = next(one for one in left(folder) if one.finding)
    given = {"number": number_in(desk.get("/settle")), "reason": "An order form."}
    for what, ones in (("aside", [file, query]), ("waive", [file])):
        page = desk.post("/settle", {**given, "what": what, "one": [one.ticked for one in ones]})
        assert page.status_code == 422
    came = desk.post("/settle", {**given, "what": "aside", "one": [file.ticked]})
    assert came.status_code == 303, words_in(came)
    assert "nobody" not in {each.kind for each in left(folder)}
    undo(desk, unescape(came.headers["location"]))
    assert "nobody" in {each.kind for each in left(folder)}


def test_file_of_nobody__is_left_out_and_comes_back(folder: AssessmentFolder) -> None:
    desk = a_desk(folder)
    address, _ = one_of(folder, "nobody")
    to = press(desk, address, "aside", aside_reason="An order form.")
    assert "nobody" not in {each.kind for each in left(folder)}
    undo(desk, to)
    assert "nobody" in {each.kind for each in left(folder)}


def test_ask__writes_the_query_workbook_of_this_workbook_alone(folder: AssessmentFolder) -> None:
    desk = a_desk(folder)
    address, one = one_of(folder, "Answer missing")
    to = press(desk, address, "ask")
    written = list((folder.outbox / "queries").glob("*.xlsx"))
    assert len(written) == 1
    saved = desk.get(f"/settle/query?reference={one.reference}")
    assert saved.content == written[0].read_bytes()
    assert saved.headers["content-disposition"].startswith("attachment")
    assert "Save the query workbook" in words_in(desk.get(to))
    press(desk, address, "asked")
    with Ledger(folder.ledger) as ledger:
        assert one.reference in ledger.register().asked


def test_two_people__the_second_sees_what_the_first_did(folder: AssessmentFolder) -> None:
    first, second = a_desk(folder), a_desk(folder)
    address, one = one_of(folder, "Not one of the choices")
    page = second.get(address)
    press(first, address, "waive", waive_reason="The first says yes.")
    before = last(folder).number
    fields = {"number": number_in(page), "mark": mark_in(page), "what": "correct"}
    came = second.post(address, {**fields, "answer-0": "Agree", "correct-reason": "No."})
    assert came.status_code == 422
    said = words_in(came)
    assert "nothing was done now" in said
    assert "It is settled By Cora Coordinator" in said
    assert "The first says yes." in said
    assert last(folder).number == before
    with Ledger(folder.ledger) as ledger:
        assert ledger.current("2026")[one.reference].query == ""


@pytest.mark.parametrize(
    "address",
    [
        "/settle/one",
        "/settle/one?ref=AAAA-AAAA&of=0123456789abcdef",
        "/settle/one?of=r999",
        "/settle/query?reference=AAAA-AAAA",
        "/settle/query?reference=../../.secret",
        "/settle/copy?reference=",
    ],
)
def test_address__of_nothing_here_tells_nothing(folder: AssessmentFolder, address: str) -> None:
    """Whichever reference somebody tries, it is told in the same words and none is suggested."""
    answer_ = a_desk(folder).get(address)
    assert answer_.status_code == 409
    said = words_in(answer_)
    with Ledger(folder.ledger) as ledger:
        for book in ledger.issued():
            assert book.reference not in said


def test_undo__of_what_is_no_decision_is_refused(folder: AssessmentFolder) -> None:
    desk = a_desk(folder)
    address, _ = one_of(folder, "Answer missing")
    before = last(folder).number
    for key in ("", "sent:1", "waived:1.9", "set aside:x", "corrected:", "chosen:AAAA-AAAA"):
        fields = {"number": number_in(desk.get(address)), "what": "undo", "undo": key}
        assert desk.post(address, fields).status_code in (409, 422), key
    assert last(folder).number == before


def test_closed_round__offers_no_decision(folder: AssessmentFolder) -> None:
    address, _ = one_of(folder, "Answer missing")
    close_round(folder, now=LATER)
    said = words_in(a_desk(folder).get(address))
    assert "nothing can be decided any more" in said
    assert "Accept it" not in said


def test_texts_of_partners__are_texts_in_every_place(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    book = answer(folder, "Abe Ash", tmp_path / "<i>x\u202e.xlsx", (HOSTILE, "{{ 7*7 }}", "Agree"))
    ingest(folder, [book], now=LATER + timedelta(days=1), workers=1)
    mail = f"For 1A please read Disagree. {HOSTILE}"
    handed(folder, tmp_path / "m.eml", mail, sender="<b>x</b>@ash.example")
    desk = a_desk(folder)
    pages = [desk.get("/settle").text]
    pages += [
        desk.get(f"/settle/one?ref={one.reference}&of={one.key}").text for one in left(folder)
    ]
    whole = "".join(pages)
    assert "&lt;img src=x onerror" in whole
    assert "<img" not in whole
    assert "<i>x" not in whole
    assert "{{ 7*7 }}" in whole
    assert "\u202e" not in whole


def test_evidence__is_saved_and_typed_in_or_left_out(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    desk = a_desk(folder)
    with Ledger(folder.ledger) as ledger:
        book = next(one for one in ledger.issued() if one.respondent == "Bea Birch")
    decide.settle(folder, book.reference, "declined", decide.Why(LATER, "A test."))
    decide.undo(folder, "declined", book.reference, decide.Why(LATER, "A test."))
    with Ledger(folder.ledger) as ledger:
        for ret in ledger.returns_of([book.reference]):
            decide.set_aside(folder, ret.number, decide.Why(LATER, "A test."))
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(a_pdf(f"Reference {book.reference}"))
    ingest(folder, [scan], now=LATER, workers=1)
    address, one = one_of(folder, "evidence")
    page = desk.get(address).text
    assert one.ret is not None
    kept = desk.get(f"/history/file?number={one.ret.number}")
    assert kept.content == scan.read_bytes()
    assert f"number={one.ret.number}" in page
    to = press(desk, address, "enter")
    copies = list(folder.entries.glob("*.xlsx"))
    assert len(copies) == 1
    saved = desk.get(f"/settle/copy?reference={book.reference}")
    assert saved.content == copies[0].read_bytes()
    assert "Save the copy to type in" in words_in(desk.get(to))
    press(desk, address, "aside", aside_reason="Nothing is in it.")
    assert "evidence" not in {each.kind for each in left(folder)}


def test_joint_workbook__is_shown_asked_about_and_accepted(tmp_path: Path) -> None:
    folder = a_planned_folder(tmp_path / "planned")
    consolidate(folder, now=AGREED)
    written = plan(folder, now=AGREED)
    read_back(folder, written.path, {"1": {"decision": "Decline"}})
    desk = a_desk(folder)
    address, one = one_of(folder, "joint")
    said = words_in(desk.get(address))
    assert "Meet every month" in said
    assert "In doubt" in said
    press(desk, address, "ask")
    assert len(list((folder.outbox / "queries").glob("*.xlsx"))) == 1
    press(desk, address, "waive", waive_reason="They will say it in the meeting.")
    assert one.key not in {each.key for each in left(folder)}


def test_many_people__settle_one_finding_once(folder: AssessmentFolder) -> None:
    address, _ = one_of(folder, "Not one of the choices")
    came, start = [], threading.Barrier(8)

    def decide_it(person: httpx.Client) -> None:
        page = person.get(address)
        fields = {"number": number_in(page), "mark": mark_in(page), "what": "waive"}
        start.wait()
        came.append(person.post(address, data={**fields, "waive-reason": "Yes."}).status_code)

    with running(folder) as desk, ExitStack() as clients:
        people = []
        for _ in range(8):
            link = desk.new_link()
            home = f"http://127.0.0.1:{desk.port}"
            person = httpx.Client(base_url=home, headers=FROM_HERE, timeout=60)
            assert clients.enter_context(person).get(link).status_code == 200
            people.append(threading.Thread(target=decide_it, args=(person,)))
        for one in people:
            one.start()
        for one in people:
            one.join()
    assert sorted(came) == [303, *[422] * 7]
    with Ledger(folder.ledger) as ledger:
        assert [event.what for event in ledger.events()].count("waived") == 1


def tick(desk: DeskClient, keys: list[str], **fields: str) -> httpx.Response:
    """Tick these on the list and accept them."""
    given = {"number": number_in(desk.get("/settle")), "what": "waive", "one": keys, **fields}
    return desk.post("/settle", given)


def test_list__accepts_many_at_once_and_takes_them_back(folder: AssessmentFolder) -> None:
    desk, before = a_desk(folder), [one.key for one in left(folder)]
    many = [one.ticked for one in left(folder) if one.finding]
    assert len(many) == 2  # no choice between returns, no offer and no file
    assert tick(desk, many).status_code == 422
    came = tick(desk, many, reason="The partners said so.")
    assert came.status_code == 303
    assert not set(many) & {one.ticked for one in left(folder)}
    undo(desk, unescape(came.headers["location"]))
    assert [one.key for one in left(folder)] == before


def test_list__accepts_nothing_where_one_is_settled_by_then(folder: AssessmentFolder) -> None:
    desk = a_desk(folder)
    many = [one.ticked for one in left(folder) if one.finding]
    choice = next(one.ticked for one in left(folder) if one.kind == "queries" and not one.finding)
    before = last(folder).number
    for keys in ([], [*many, "0123456789abcdef"], [*many, choice]):
        assert tick(desk, keys, reason="Yes.").status_code == 422
    assert last(folder).number == before


def test_list__query_workbooks_are_written_by_a_job_under_the_name_of_the_user(
    folder: AssessmentFolder,
) -> None:
    desk = a_desk(folder)
    fields = {"number": number_in(desk.get("/settle")), "what": "ask"}
    assert desk.post("/settle", fields).status_code == 303
    until(lambda: "Query workbooks written on" in words_in(desk.get("/settle")))
    with Ledger(folder.ledger) as ledger:
        made = [event for event in ledger.events() if event.what == "query issued"]
    assert len(made) == 2
    assert {event.by for event in made} == {"Cora Coordinator"}


def test_undo__is_there_until_something_else_is_recorded(folder: AssessmentFolder) -> None:
    desk = a_desk(folder)
    assert "Undo this" not in words_in(desk.get("/settle"))
    queries = [one for one in left(folder) if one.finding]
    fields: dict[str, object] = {
        "number": number_in(desk.get("/settle")), "what": "waive", "reason": "Said so.",
        "one": [one.ticked for one in queries],
    }  # fmt: skip
    assert desk.post("/settle", fields).status_code == 303
    for address in ("/settle", "/register", "/history"):
        said = words_in(desk.get(address))
        assert "Query accepted as it is" in said, address
        assert said.count("Undo this") == 1, address
    assert "Undo this" not in words_in(a_desk(folder, "Somebody Else").get("/settle"))
    assert undo(desk, "/register").startswith("/register")
    assert {one.ticked for one in left(folder)} >= {one.ticked for one in queries}
    assert "Undo this" not in words_in(desk.get("/settle"))


def test_undo__of_a_record_goes_once_somebody_else_decides(folder: AssessmentFolder) -> None:
    desk = a_desk(folder)
    lines = status(folder, today=LATER.date()).lines
    books = [line.reference for line in lines]
    fields = {"number": number_in(desk.get("/register")), "what": "sent", "book": books}
    assert desk.post("/register", fields).status_code == 303
    assert "Undo this" in words_in(desk.get("/register"))
    undo(desk, "/register")
    assert not any(line.sent for line in status(folder, today=LATER.date()).lines)
    fields |= {"number": number_in(desk.get("/register"))}
    desk.post("/register", fields)
    decide.mark(folder, books[:1], "reminded", decide.Why(LATER, by="Somebody Else"))
    assert "Undo this" not in words_in(desk.get("/register"))
