"""The desk in a real browser: by mouse, by keyboard alone, without JavaScript, for every eye."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="install xlassess[test]")
pytest.importorskip("starlette", reason="install xlassess[test]")

from playwright.sync_api import Browser, Page, expect

from tests.services.small import LATER
from tests.web.browsing import (
    BY_MOUSE,
    SCRIPT_OR_NOT,
    at_desk,
    chromium,
    faults,
    overflows,
    violations,
)
from tests.web.desks import a_round, running
from xlassess.assessment.settings import AssessmentFolder
from xlassess.services.papers.consolidate import consolidate
from xlassess.services.status import status
from xlassess.web.app import PAGES
from xlassess.web.request.security import Sessions

pytestmark = [pytest.mark.clients("chromium", "axe"), pytest.mark.slow]

STATES = [
    *(one.path for one in PAGES if one.title), "/send?show=all", "/?round=2031", "/nothing",
    "/summary?show=aggregated", "/summary/sheet?sheet=Agreement", "/summary/sheet?sheet=Method",
    "/summary/item?toolkit=tiny&item=1A", "/register/people", "/begin/round",
    "/begin/settings", "/begin/return-date",
    "/begin/toolkit?id=pat", "/plan/progress", "/plan/workshop", "/begin/closing",
    "/send/messages?kind=reminder", "/send/messages?kind=feedback",
]  # fmt: skip
"""Every page of the menu, and what is shown where something cannot be done."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> AssessmentFolder:
    made = a_round(tmp_path_factory.mktemp("desk"))
    consolidate(made, now=LATER)
    return made


@pytest.fixture(scope="module")
def desk(folder: AssessmentFolder) -> Iterator[Sessions]:
    with running(folder) as sessions:
        yield sessions


def address(desk: Sessions, path: str) -> str:
    return f"http://127.0.0.1:{desk.port}{path}"


def go(page: Page, desk: Sessions, path: str) -> None:
    """Open a page, and wait for the figures that it shows."""
    page.goto(address(desk, path))
    waits = page.locator("[data-again]")
    waits.wait_for(state="detached")
    # While a page that waits is loaded anew, nothing of it is there, its style sheet neither
    page.wait_for_load_state()
    while waits.count():
        waits.wait_for(state="detached")
        page.wait_for_load_state()


@pytest.mark.thorough
def test_page__can_be_used_by_everybody(browser: Browser, desk: Sessions) -> None:
    with at_desk(browser, desk.new_link()) as page:
        for path in STATES:
            go(page, desk, path)
            # what is behind a heading is looked at as well
            page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
            assert faults(page) == [], path


@pytest.mark.thorough
def test_workbook__its_history_and_answers_can_be_used_by_everybody(
    browser: Browser, desk: Sessions, folder: AssessmentFolder
) -> None:
    reference = status(folder, today=LATER.date()).lines[0].reference
    with at_desk(browser, desk.new_link()) as page:
        for path in (f"/history?reference={reference}",
                     f"/history/cells?reference={reference}&item=1A"):  # fmt: skip
            go(page, desk, path)
            page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
            assert faults(page) == [], path


def test_form__with_something_wrong_can_be_used_by_everybody(
    browser: Browser, desk: Sessions
) -> None:
    with at_desk(browser, desk.new_link()) as page:
        page.goto(address(desk, "/send?show=all"))
        page.get_by_role("button", name="Record the chosen ones as sent").click()
        page.get_by_role("heading", name="There is a problem").wait_for()
        expect(page.locator("#errors")).to_be_focused()
        assert faults(page) == []


def test_link__copied_to_another_browser_is_refused(browser: Browser, desk: Sessions) -> None:
    link = desk.new_link()
    with at_desk(browser, link) as page:
        page.get_by_role("heading", name="Where the round stands").wait_for()
        other = browser.new_context().new_page()
        assert other.goto(link).status == 403  # type: ignore[union-attr]


def sent(folder: AssessmentFolder) -> set[str]:
    lines = status(folder, today=LATER.date()).lines
    return {line.respondent for line in lines if line.sent}


@BY_MOUSE
@SCRIPT_OR_NOT
def test_send__by_mouse(browser: Browser, tmp_path: Path, script: bool) -> None:
    folder = a_round(tmp_path)
    with (
        running(folder) as desk,
        at_desk(browser, desk.new_link(), script=script) as page,
    ):
        page.get_by_role("link", name="Send", exact=True).click()
        page.get_by_role("link", name="All: 3").click()
        page.get_by_label("Bea Birch").check()
        page.get_by_role("button", name="Record the chosen ones as sent").click()
        page.get_by_text("Recorded as sent: 1 workbook.").wait_for()
        assert sent(folder) == {"Bea Birch"}
        page.go_back()
        page.get_by_role("button", name="Record the chosen ones as sent").click()
        page.get_by_text("Recorded as sent: 1 workbook.").wait_for()
        assert sent(folder) == {"Bea Birch"}


def test_send__by_keyboard_alone(browser: Browser, tmp_path: Path) -> None:
    folder = a_round(tmp_path)
    with running(folder) as desk, at_desk(browser, desk.new_link()) as page:
        page.keyboard.press("Tab")
        assert focused(page) == "Skip to the page"
        tab_to(page, "Send")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Workbooks to send").wait_for()
        tab_to(page, "Bea Birch")
        page.keyboard.press("Space")
        tab_to(page, "Record the chosen ones as sent")
        page.keyboard.press("Enter")
        page.get_by_text("Recorded as sent: 1 workbook.").wait_for()
        assert sent(folder) == {"Bea Birch"}


@BY_MOUSE
@SCRIPT_OR_NOT
def test_summary__from_figure_to_answers_by_mouse(
    browser: Browser, desk: Sessions, script: bool
) -> None:
    with at_desk(browser, desk.new_link(), script=script) as page:
        page.get_by_role("link", name="Summary", exact=True).click()
        section = page.get_by_role("link", name="1 Basics")
        again = page.get_by_role("link", name="Look again")
        while not script and again.count():
            again.click()
        if script:  # the page is loaded anew once the figures are there
            page.locator("[data-again]").wait_for(state="detached")
            page.wait_for_load_state()
        page.get_by_role("heading", name="Figures").click()
        section.wait_for()
        drawn = page.get_by_role("img").first
        assert drawn.get_attribute("alt")
        assert drawn.evaluate("one => one.naturalWidth") > 0
        section.click()
        page.get_by_role("link", name="1A", exact=True).click()
        page.get_by_role("heading", name="Answers to item 1A").wait_for()
        page.get_by_role("cell", name="Ada Ash").wait_for()


def test_summary__from_figure_to_answers_by_keyboard(browser: Browser, desk: Sessions) -> None:
    with at_desk(browser, desk.new_link()) as page:
        go(page, desk, "/summary")
        tab_to(page, "Figures")
        page.keyboard.press("Enter")
        tab_to(page, "1 Basics")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Agreement: A tiny toolkit").wait_for()
        tab_to(page, "1A")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Answers to item 1A").wait_for()


@BY_MOUSE
@SCRIPT_OR_NOT
def test_begin__by_mouse(browser: Browser, tmp_path: Path, script: bool) -> None:
    folder = AssessmentFolder(tmp_path / "harbour")
    context = browser.new_context(java_script_enabled=script)
    with running(folder) as desk:
        page = context.new_page()
        page.goto(desk.new_link())
        page.get_by_label("Name of the partnership").fill("Harbour Partnership")
        page.get_by_label("Round").fill("2027")
        page.get_by_label("Name", exact=True).fill("Sam Okafor")
        page.get_by_role("button", name="Begin the assessment").click()
        page.get_by_label("Partner, line 1").fill("Ash Council")
        page.get_by_role("button", name="Save the register").click()
        page.get_by_text("The register has 1 respondent of 1 partner.").wait_for()
        listed = b"Partner,Respondent,Level,E-mail,Toolkits\nBirch,Bea,,,\nBirch,Bo,,,\n"
        sent = {"name": "list.csv", "mimeType": "text/csv", "buffer": listed}
        page.get_by_label("Register", exact=True).first.set_input_files(sent)  # type: ignore[arg-type]
        page.get_by_role("button", name="Read this file").click()
        page.get_by_text("The register has 2 respondents of 1 partner.").first.wait_for()
    context.close()
    assert folder.assessment().partnership == "Harbour Partnership"
    assert [one.name for one in folder.respondents()] == ["Bea", "Bo"]


def test_begin__by_keyboard_alone(browser: Browser, tmp_path: Path) -> None:
    folder = AssessmentFolder(tmp_path / "harbour")
    context = browser.new_context(viewport={"width": 360, "height": 800})
    with running(folder) as desk:
        page = context.new_page()
        page.goto(desk.new_link())
        page.get_by_role("heading", name="Begin an assessment").wait_for()
        assert violations(page) == []
        assert not overflows(page)
        tab_to(page, "Begin the assessment")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="There is a problem").wait_for()
        assert violations(page) == []
        assert not overflows(page)
        for label, text in (
            ("Name of the partnership", "Harbour"), ("Round", "2027"), ("Name", "Sam"),
        ):  # fmt: skip
            tab_to(page, label)
            page.keyboard.type(text)
        tab_to(page, "Begin the assessment")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Who is asked").wait_for()
    context.close()
    assert folder.assessment().coordinator.name == "Sam"


def a_plan(root: Path) -> AssessmentFolder:
    from tests.services.planned import AGREED, a_planned_folder
    from xlassess.services.plans.plan import plan

    folder = a_planned_folder(root / "small")
    plan(folder, now=AGREED)
    return folder


def actions(folder: AssessmentFolder) -> list[tuple[str, str]]:
    from xlassess.ledger import Ledger

    with Ledger(folder.ledger) as ledger:
        found = ledger.plans().get("2026")
    return [(one.number, one.owner) for one in found.actions] if found else []


def test_plan__by_keyboard_alone(browser: Browser, tmp_path: Path) -> None:
    folder = a_plan(tmp_path)
    with running(folder) as desk, at_desk(browser, desk.new_link(), 360) as page:
        page.goto(address(desk, "/plan"))
        assert violations(page) == []
        assert not overflows(page)
        tab_to(page, "Decision")
        page.keyboard.type("Adopt")
        tab_to(page, "Deadline")
        page.keyboard.press("Control+A")
        page.keyboard.type("someday")
        tab_to(page, "Record 3 rows")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="There is a problem").wait_for()
        assert violations(page) == []
        assert not overflows(page)
        expect(page.locator("#errors")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert focused(page) == "Deadline"
        page.keyboard.press("Control+A")
        page.keyboard.type("30/04/2031")
        tab_to(page, "Record 3 rows")
        page.keyboard.press("Enter")
        page.get_by_text("Recorded: 1 row.").wait_for()
        assert actions(folder) == [("1", "Ada Ash")]


@BY_MOUSE
@SCRIPT_OR_NOT
def test_plan__by_mouse(browser: Browser, tmp_path: Path, script: bool) -> None:
    folder = a_plan(tmp_path)
    with running(folder) as desk, at_desk(browser, desk.new_link(), script=script) as page:
        page.get_by_role("link", name="Plan", exact=True).click()
        row = page.get_by_role("group", name="C1. Nobody proposed")
        row.get_by_label("Decision").select_option("Adopt")
        row.get_by_label("Agreed wording").fill("Write down who helps whom")
        row.get_by_label("Owner").fill("Birch Trust")
        row.get_by_label("Deadline").fill("30/04/2031")
        page.get_by_role("button", name="Record 3 rows").click()
        page.get_by_text("Recorded: 1 row.").wait_for()
        page.get_by_role("link", name="Report progress").click()
        page.get_by_label("State").select_option("In progress")
        page.get_by_role("button", name="Record 1 row").click()
        page.get_by_text("Recorded: 1 row.").wait_for()
        assert actions(folder) == [("C1", "Birch Trust")]


def focused(page: Page) -> str:
    said = page.evaluate(
        "(a => (a.labels && a.labels.length ? a.labels[0] : a).innerText.trim())"
        "(document.activeElement)"
    )
    return str(said)


def tab_to(page: Page, name: str) -> None:
    """Press the tab key until this has the focus, and can be seen to have it."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if focused(page) == name:
            shadow = page.evaluate("getComputedStyle(document.activeElement).boxShadow")
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert shadow != "none" or outline != "none"
            return
    raise AssertionError(name)
