"""Several people at once: nothing is lost, nothing done twice, and each sees who did what."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape

from tests.services.small import LATER
from tests.web.team.teams import Browser, Team, number_in
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Event, Ledger
from xlassess.services.status import status
from xlassess.web.unsettled import unsettled

NAMES = {"cora": "Cora Coordinator", "carl": "Carl Coordinator"}


def folder_of(team: Team, place: str = "small") -> AssessmentFolder:
    return AssessmentFolder(team.root / place)


def events(team: Team, place: str = "small") -> list[Event]:
    with Ledger(folder_of(team, place).ledger) as ledger:
        return list(ledger.events())


def test_two_coordinators__deciding_on_the_same_doubt_at_once(team: Team) -> None:
    """One decision counts; whoever was later is told whose it was."""
    found = unsettled(status(folder_of(team), today=LATER.date()))
    one = next(each for each in found if each.said == "Not one of the choices")
    address = f"/a/small/settle/one?ref={one.reference}&of={one.key}"
    browsers = {login: team.of(login) for login in NAMES}
    forms = {}
    for login, browser in browsers.items():
        page = browser.get(address)
        mark = re.search(r'name="mark" value="([^"]*)"', page.text)
        assert mark is not None
        forms[login] = {"number": number_in(page), "mark": unescape(mark[1]), "what": "waive",
                        "waive-reason": f"{login} says so."}  # fmt: skip
    before = len(events(team))
    with ThreadPoolExecutor(2) as pool:
        sent = pool.map(lambda login: browsers[login].post(address, forms[login]), NAMES)
        came = dict(zip(NAMES, sent, strict=True))
    first, second = sorted(NAMES, key=lambda login: came[login].status_code)
    assert [came[login].status_code for login in (first, second)] == [303, 422]
    assert NAMES[first] in came[second].text
    (made,) = events(team)[before:]
    assert (made.by, made.reason) == (NAMES[first], f"{first} says so.")


def test_many_at_once__each_decision_is_on_record_once_under_its_name(team: Team) -> None:
    """On two assessments, by two people, with every form sent twice, as by a double click."""

    def record(login: str, place: str) -> list[int]:
        browser = team.of(login)
        page = browser.get(f"/a/{place}/send?show=all")
        # Each their own: of two who record the same at one moment, the second finds it on record.
        books = re.findall(r'name="book" value="([^"]*)"', page.text)
        book = unescape(books[list(NAMES).index(login)])
        fields = {"number": number_in(page), "what": "sent", "book": book}
        return [browser.post(f"/a/{place}/send", fields).status_code for _ in range(2)]

    asked = [(login, place) for login in NAMES for place in ("small", "other")]
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda one: record(*one), asked))
    assert statuses == [[303, 303]] * 4
    for place in ("small", "other"):
        by = sorted(event.by for event in events(team, place) if event.what == "sent")
        assert by == sorted(NAMES.values())


def test_role__taken_away_while_a_page_is_open(team: Team) -> None:
    cora = team.of("cora")
    page = cora.get("/a/small/send?show=all")
    book = unescape(page.text.partition('name="book" value="')[2].partition('"')[0])
    team.accounts.give("cora", "reader")
    again = Browser(team.app, cookies={**team.of("cora").cookies})
    for browser, status_code in ((cora, 401), (again, 403)):
        fields = {"number": number_in(page), "what": "sent", "book": book}
        assert browser.post("/a/small/send", fields).status_code == status_code
    assert all(event.what != "sent" for event in events(team))
