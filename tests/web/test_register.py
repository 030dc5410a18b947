"""The register on the desk: found, narrowed down, and dealt with many at once."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from tests.services.small import LATER, PEOPLE, change_settings, write_register
from tests.web.desks import DeskClient, number_in, words_in
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.model.record import Notice
from xlassess.services import decide
from xlassess.services.status import status

WHY = decide.Why(LATER, "A test.", "Cora Coordinator")


def rows(page: str) -> list[str]:
    """The respondents listed, in order."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return re.findall(r'<th scope="row">(?:<label[^>]*><input[^>]*>)?\s*<bdi>([^<]*)</bdi>', body)


def references(folder: AssessmentFolder) -> dict[str, str]:
    return {line.respondent: line.reference for line in status(folder, today=LATER.date()).lines}


def press(desk: DeskClient, what: str, *books: str, **fields: str) -> str:
    """Tick workbooks and press a button; return what was said."""
    page = desk.get("/register")
    given = {"number": number_in(page), "what": what, "book": list(books), **fields}
    came = desk.post("/register", given)
    return words_in(desk.get(came.headers["location"]) if came.status_code == 303 else came)


def test_register__names_everybody_with_their_state(
    desk: DeskClient, folder: AssessmentFolder
) -> None:
    page = desk.get("/register").text
    assert rows(page) == [person[1] for person in PEOPLE]
    said = words_in(desk.get("/register"))
    for reference in references(folder).values():
        assert reference in said
    assert "Open queries: 1" in said


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=birch", ["Bea Birch"]),
        ("q=BIRCH+bea", ["Bea Birch"]),
        ("q=ash+birch", []),
        ("q=abe.xlsx", ["Abe Ash"]),
        ("some=queries", ["Abe Ash"]),
        ("some=overdue", ["Bea Birch"]),
        ("some=awaited&level=board", ["Bea Birch"]),
        ("some=returned&level=front", []),
        ("level=front", ["Abe Ash"]),
        ("toolkit=tiny", ["Ada Ash", "Abe Ash", "Bea Birch"]),
        ("toolkit=none", []),
        ("some=nonsense", ["Ada Ash", "Abe Ash", "Bea Birch"]),
        ("at=-5", ["Ada Ash", "Abe Ash", "Bea Birch"]),
        ("at=9999999999999", ["Ada Ash", "Abe Ash", "Bea Birch"]),
    ],
)
def test_register__narrowed_down(desk: DeskClient, asked: str, found: list[str]) -> None:
    assert rows(desk.get(f"/register?{asked}").text) == found


def test_register__reference_finds_its_workbook(desk: DeskClient, folder: AssessmentFolder) -> None:
    for name, reference in references(folder).items():
        assert rows(desk.get(f"/register?q={reference.casefold()}").text) == [name]


def test_register__who_is_away_and_whose_message_did_not_arrive(
    desk: DeskClient, folder: AssessmentFolder
) -> None:
    books = references(folder)
    with Ledger(folder.ledger, lambda: LATER, "Cora") as ledger:
        bounce = Notice("no such address", LATER)
        leave = Notice("away", LATER, date(2099, 12, 31))
        ledger.messages.came("a" * 64, [books["Ada Ash"]], bounce)
        ledger.messages.came("b" * 64, [books["Bea Birch"]], leave)
    assert rows(desk.get("/register?some=bounced").text) == ["Ada Ash"]
    assert rows(desk.get("/register?some=away").text) == ["Bea Birch"]
    said = words_in(desk.get("/register"))
    assert "Message did not arrive: 1 workbook" in said
    assert "away until 31 December 2099" in said


def test_record_as_sent__of_those_ticked_and_taken_back(
    desk: DeskClient, folder: AssessmentFolder
) -> None:
    book = references(folder)["Bea Birch"]
    assert "Recorded as sent: 1 workbook." in press(desk, "sent", book)
    with Ledger(folder.ledger) as ledger:
        assert set(ledger.register().sent) == {book}
        assert ledger.events()[-1].by == "Cora Coordinator"
    assert "No longer recorded as sent: 1 workbook." in press(desk, "not-sent", book)
    with Ledger(folder.ledger) as ledger:
        assert not ledger.register().sent


def test_nil_returns__of_all_that_are_ticked_or_of_none(
    desk: DeskClient, folder: AssessmentFolder
) -> None:
    books = references(folder)
    assert "Fill in “Reason”." in press(desk, "nil", books["Bea Birch"])
    nothing = press(desk, "declined")
    assert "Fill in “Reason”." in nothing
    assert "Choose at least one workbook." in nothing
    decide.settle(folder, books["Ada Ash"], "declined", WHY)
    said = press(desk, "nil", books["Bea Birch"], books["Ada Ash"], reason="Nothing to report.")
    assert "already been recorded" in said
    with Ledger(folder.ledger) as ledger:
        assert set(ledger.register().outcomes) == {books["Ada Ash"]}
    press(desk, "nil", books["Bea Birch"], books["Abe Ash"], reason="Nothing to report.")
    with Ledger(folder.ledger) as ledger:
        kinds = {ref: one.kind for ref, one in ledger.register().outcomes.items()}
    assert kinds[books["Bea Birch"]] == kinds[books["Abe Ash"]] == "nil return"
    press(desk, "not-nil", books["Bea Birch"], books["Abe Ash"], reason="After all.")
    with Ledger(folder.ledger) as ledger:
        assert set(ledger.register().outcomes) == {books["Ada Ash"]}


def test_reminders__are_written_for_those_ticked_and_nothing_is_recorded(
    desk: DeskClient, folder: AssessmentFolder
) -> None:
    with_address = (*PEOPLE[:2], (*PEOPLE[2], "bea@birch.example"))
    write_register(folder, with_address)
    change_settings(folder, "  name: Cora Coordinator", "  name: C\n  email: c@x.example")
    book = references(folder)["Bea Birch"]
    decide.mark(folder, [book], "sent", decide.Why(LATER - timedelta(days=5)))
    assert "1 reminder. Nothing was sent." in press(desk, "drafts", book)
    assert len(list(folder.drafts.rglob("*.eml"))) == 1
    with Ledger(folder.ledger) as ledger:
        assert not ledger.register().reminded


@pytest.mark.parametrize(
    ("what", "books"),
    [("sent", ()), ("sent", ("AAAA-BBBB",)), ("nothing", ("AAAA-BBBB",)), ("drafts", ("x' OR 1",))],
)
def test_act__of_nothing_here_changes_nothing(
    desk: DeskClient, folder: AssessmentFolder, what: str, books: tuple[str, ...]
) -> None:
    with Ledger(folder.ledger) as ledger:
        before = ledger.last_event()
    given = {"number": number_in(desk.get("/register")), "what": what, "book": list(books)}
    assert desk.post("/register", given).status_code == 422
    with Ledger(folder.ledger) as ledger:
        assert ledger.last_event() == before


@pytest.mark.parametrize(
    ("by", "told"),
    [
        ("toolkit", ["A tiny toolkit 2 of 3 67% 1"]),
        ("level", ["Board 1 of 2 50% 0", "Front line 1 of 1 100% 1"]),
        ("partner", ["Ash Council 2 of 2 100% 1", "Birch Trust 0 of 1 0% 0"]),
        ("nonsense", ["A tiny toolkit 2 of 3 67% 1"]),
    ],
)
def test_response__by(desk: DeskClient, by: str, told: list[str]) -> None:
    said = words_in(desk.get(f"/register/response?by={by}"))
    for line in told:
        assert line in said


def test_register__texts_are_texts(desk: DeskClient, folder: AssessmentFolder) -> None:
    write_register(folder, (*PEOPLE, ("<script>x</script>", '"><img src=x>', "Board")))
    for address in ("/register", "/register?q=%3Cscript%3E", "/register/response?by=partner"):
        page = desk.get(address).text
        assert "<script>x" not in page
        assert "<img" not in page
    assert "&#34;&gt;&lt;img src=x&gt;" in desk.get("/register").text


def test_register__shows_at_once_what_was_changed_elsewhere(
    desk: DeskClient, folder: AssessmentFolder
) -> None:
    """Where the round stands is kept between pages, and never longer than it holds."""
    assert rows(desk.get("/register").text) == [person[1] for person in PEOPLE]
    book = references(folder)["Bea Birch"]
    decide.settle(folder, book, "declined", WHY)
    assert rows(desk.get("/register?some=declined").text) == ["Bea Birch"]
    decide.undo(folder, "declined", book, WHY)
    assert rows(desk.get("/register?some=declined").text) == []
    write_register(folder, (*PEOPLE, ("Cedar Homes", "Cy Cedar", "Board")))
    assert rows(desk.get("/register?some=not-issued").text) == ["Cy Cedar"]
    assert rows(desk.get("/register?some=overdue").text) == ["Bea Birch"]
    change_settings(folder, "return_by: 2026-03-13", "return_by: 2099-03-13")
    assert rows(desk.get("/register?some=overdue").text) == []
