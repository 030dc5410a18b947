"""Settling, the register and looking back in a real browser, by mouse and by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="install xlassess[test]")
pytest.importorskip("starlette", reason="install xlassess[test]")

from playwright.sync_api import Browser, Page, expect

from tests.clients.test_desk import address, tab_to
from tests.services.small import LATER
from tests.web.browsing import BY_MOUSE, SCRIPT_OR_NOT, at_desk, chromium, faults, violations
from tests.web.desks import a_doubtful_round, running
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.services.status import status
from xlassess.web.request.security import Sessions
from xlassess.web.unsettled import unsettled

pytestmark = [pytest.mark.clients("chromium", "axe"), pytest.mark.slow]

OTHER = ["/register?some=queries", "/register?q=nobody", "/register/response?by=partner",
         "/settle?kind=offers", "/settle/one?of=r99"]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def folder(tmp_path: Path) -> AssessmentFolder:
    return a_doubtful_round(tmp_path)


@pytest.fixture
def desk(folder: AssessmentFolder) -> Iterator[Sessions]:
    with running(folder) as sessions:
        yield sessions


def left(folder: AssessmentFolder) -> list[str]:
    return [one.said for one in unsettled(status(folder, today=LATER.date()))]


def last(folder: AssessmentFolder) -> tuple[str, str]:
    with Ledger(folder.ledger) as ledger:
        event = ledger.events()[-1]
    return event.what, event.by


def states(folder: AssessmentFolder) -> Iterator[str]:
    """Every thing that is to be settled, and the pages about its workbook."""
    for one in unsettled(status(folder, today=LATER.date())):
        yield f"/settle/one?ref={one.reference}&of={one.key}"
        if one.reference:
            yield f"/history?reference={one.reference}"
            yield f"/history/cells?reference={one.reference}"


@pytest.mark.thorough
def test_page__can_be_used_by_everybody(
    browser: Browser, desk: Sessions, folder: AssessmentFolder
) -> None:
    with at_desk(browser, desk.new_link()) as page:
        for path in [*states(folder), *OTHER]:
            page.goto(address(desk, path))
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            assert faults(page, (360, 1366)) == [], path


@BY_MOUSE
@SCRIPT_OR_NOT
def test_settle__by_mouse(
    browser: Browser, desk: Sessions, folder: AssessmentFolder, script: bool
) -> None:
    with at_desk(browser, desk.new_link(), script=script) as page:
        page.get_by_role("link", name="Settle", exact=True).click()
        page.get_by_role("link", name="Begin with the first").click()
        page.get_by_role("heading", name="Two returns, order unclear").wait_for()
        page.get_by_role("button", name="goes on counting").click()
        page.get_by_role("heading", name="There is a problem").wait_for()
        assert violations(page) == [] if script else True
        page.get_by_label("Why this one counts").fill("Ada says so.")
        page.get_by_role("button", name="goes on counting").click()
        page.get_by_role("heading", name="Not one of the choices").wait_for()
        assert last(folder) == ("chosen", "Cora Coordinator")
        page.get_by_label("1B").select_option("Disagree")
        page.get_by_label("Who said so").fill("Abe by telephone.")
        page.get_by_role("button", name="Record the answer").click()
        page.get_by_text("Corrected: 1B.").wait_for()
        assert left(folder)[0] == "Answer missing"
        page.get_by_role("button", name="Undo what was just done").click()
        page.get_by_text("It was taken back.").wait_for()
        page.get_by_role("heading", name="Not one of the choices").wait_for()
        assert left(folder)[0] == "Not one of the choices"


def test_settle__by_keyboard_alone(
    browser: Browser, desk: Sessions, folder: AssessmentFolder
) -> None:
    with at_desk(browser, desk.new_link()) as page:
        tab_to(page, "Settle")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="What is to be settled").wait_for()
        tab_to(page, "Begin with the first")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Two returns, order unclear").wait_for()
        press_arrow(page, "ArrowRight")
        page.get_by_role("heading", name="Not one of the choices").wait_for()
        press_arrow(page, "ArrowRight")
        page.get_by_role("heading", name="Answer missing").wait_for()
        press_arrow(page, "ArrowLeft")
        page.get_by_role("heading", name="Not one of the choices").wait_for()
        page.wait_for_load_state("load")
        expect(page.locator("#turn")).to_be_focused()  # below the menu
        tab_to(page, "Why it is accepted")
        page.keyboard.type("As good as it gets")
        page.keyboard.press("ArrowLeft")  # moves in the text, and not to another page
        page.keyboard.press("Enter")
        page.get_by_text("Accepted as it is").wait_for()
        page.get_by_role("heading", name="Answer missing").wait_for()
        assert last(folder) == ("waived", "Cora Coordinator")
        page.wait_for_load_state("load")
        expect(page.locator("#done")).to_be_focused()
        tab_to(page, "Undo what was just done")
        page.keyboard.press("Enter")
        page.get_by_text("It was taken back.").wait_for()
        assert last(folder)[0] == "waiver revoked"


def test_settle__two_people_and_one_finding(
    browser: Browser, desk: Sessions, folder: AssessmentFolder
) -> None:
    with (
        at_desk(browser, desk.new_link()) as first,
        at_desk(browser, desk.new_link()) as second,
    ):
        for page in (first, second):
            page.goto(address(desk, "/settle"))
            page.get_by_role("link", name="Not one of the choices").click()
            page.get_by_label("Why it is accepted").fill("Agreed.")
        accept(first)
        first.get_by_text("Accepted as it is").wait_for()
        accept(second)
        second.get_by_text("Something was recorded about this meanwhile").wait_for()
        second.get_by_role("heading", name="It is settled").wait_for()
        assert violations(second) == []
    with Ledger(folder.ledger) as ledger:
        assert [event.what for event in ledger.events()].count("waived") == 1


def press_arrow(page: Page, key: str) -> None:
    """Press an arrow key once the page's script is there, a moment after the page itself."""
    page.wait_for_load_state("load")
    page.keyboard.press(key)


def accept(page: Page) -> None:
    page.get_by_role("button", name="Accept it").click()


@SCRIPT_OR_NOT
def test_register__by_mouse(
    browser: Browser, desk: Sessions, folder: AssessmentFolder, script: bool
) -> None:
    with at_desk(browser, desk.new_link(), script=script) as page:
        page.get_by_role("link", name="Register", exact=True).click()
        page.get_by_label("Name, partner, reference or file").fill("birch")
        page.get_by_role("button", name="Search").click()
        expect(page.locator("tbody tr")).to_have_count(1)
        page.get_by_label("Bea Birch").check()
        page.get_by_role("button", name="Record as sent").click()
        page.get_by_text("Recorded as sent: 1 workbook.").wait_for()
        expect(page.locator("tbody tr")).to_have_count(1)
        page.locator("tbody tr a").click()
        page.get_by_text("Recorded as sent").wait_for()
        page.get_by_role("link", name="Answers, return by return").click()
        page.get_by_text("We know each other.").wait_for()
