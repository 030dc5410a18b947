"""Handing over and sending in a real browser: mouse, drop, keyboard alone, no JavaScript."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="install xlassess[test]")
pytest.importorskip("starlette", reason="install xlassess[test]")

from playwright.sync_api import Browser, Page, expect

from tests.clients.test_desk import address
from tests.services.small import LATER, a_folder, answer, with_addresses
from tests.web.browsing import BY_MOUSE, SCRIPT_OR_NOT, at_desk, chromium, faults, violations
from tests.web.desks import a_round, running, until
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.services.status import status
from xlassess.web.jobs import Job, Jobs

pytestmark = [pytest.mark.clients("chromium", "axe"), pytest.mark.slow]

_PATIENCE = 120_000.0
"""Milliseconds a reading may take on a machine that does much else."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def folder(tmp_path: Path) -> AssessmentFolder:
    return a_round(tmp_path)


@pytest.fixture
def came(folder: AssessmentFolder, tmp_path: Path) -> list[Path]:
    """A return, a doubtful one, and a file that is no workbook."""
    place = tmp_path / "came"
    answer(folder, "Bea Birch", place / "bea.xlsx", ("Agree", "Disagre", "Agree"))
    answer(folder, "Abe Ash", place / "abe again.xlsx")
    (place / "notes.txt").write_text("Sorry, later.")
    return sorted(place.iterdir())


def returned(folder: AssessmentFolder) -> list[str]:
    with Ledger(folder.ledger) as ledger:
        return sorted(ret.file for ret in ledger.history("2026"))


BEFORE = ["abe.xlsx", "ada.xlsx"]
AFTER = sorted([*BEFORE, "abe again.xlsx", "bea.xlsx", "notes.txt"])


def until_read(page: Page, total: str) -> None:
    """Wait for what came of it, which the page shows by itself."""
    page.locator("p.lead", has_text=total).wait_for(timeout=_PATIENCE)


def refreshed_until(page: Page, total: str) -> None:
    """Without JavaScript: refresh by the link until what came of it is there."""
    for _ in range(240):
        if page.locator("p.lead", has_text=total).count():
            return
        page.get_by_role("link", name="Refresh the page").first.click()
        page.wait_for_timeout(500)
    raise AssertionError(total)


@BY_MOUSE
@SCRIPT_OR_NOT
def test_receive__by_mouse(
    browser: Browser, folder: AssessmentFolder, came: list[Path], script: bool
) -> None:
    total = "3 new files: 1 refused, 1 with queries and 1 accepted."
    with running(folder) as desk, at_desk(browser, desk.new_link(), script=script) as page:
        page.get_by_role("link", name="Receive", exact=True).click()
        page.get_by_label("Files").set_input_files(came)
        page.get_by_role("button", name="Read these files").click()
        page.locator("#done", has_text="Received: 3 files.").wait_for()
        (until_read if script else refreshed_until)(page, total)
        assert returned(folder) == AFTER
        shown = page.locator("#readings").inner_text()
        assert "Perhaps “Disagree” is meant." in shown
        assert "Ash Council, Abe Ash, tiny: 3 answers" in shown


@pytest.mark.thorough
def test_receive__dropped_anywhere_as_often_as_one_likes(
    browser: Browser, folder: AssessmentFolder, came: list[Path]
) -> None:
    with running(folder) as desk, at_desk(browser, desk.new_link()) as page:
        page.goto(address(desk, "/receive"))
        for path in came:
            drop(page, path)
        for path in came:
            page.locator("#readings").get_by_text(path.name).first.wait_for()
        page.locator("[data-job]").first.wait_for(state="detached", timeout=_PATIENCE)
        jobs = Jobs(folder.root)
        while any(not job.is_over for job in jobs.of("2026", "read")):
            page.wait_for_timeout(100)
        assert len(jobs.of("2026", "read")) == 3
        assert returned(folder) == AFTER


_LISTEN = """
window.heard = [];
const live = '[role="status"], [role="alert"]';
new MutationObserver((changes) => {
  const told = new Set();
  for (const change of changes) {
    const at = change.target.nodeType === 1 ? change.target : change.target.parentElement;
    const held = at && at.closest(live);
    if (held) told.add(held);
    for (const one of change.addedNodes) {
      if (one.nodeType !== 1) continue;
      if (one.matches(live)) told.add(one);
      one.querySelectorAll(live).forEach((inner) => told.add(inner));
    }
  }
  told.forEach((one) => one.textContent.trim() && window.heard.push(one.textContent.trim()));
}).observe(document, {subtree: true, childList: true, characterData: true});
document.addEventListener("focusin", (event) => window.heard.push(event.target.innerText.trim()));
"""
"""Notes what a screen reader says by itself: live regions that change, and what it is led to."""


@pytest.mark.thorough
def test_receive__dropped_is_told_once(
    browser: Browser, folder: AssessmentFolder, came: list[Path]
) -> None:
    with running(folder) as desk, at_desk(browser, desk.new_link()) as page:
        page.goto(address(desk, "/receive"))
        page.evaluate(_LISTEN)
        drop(page, next(one for one in came if one.name == "bea.xlsx"))
        page.locator("#done", has_text="Begun. Received: 1 file").wait_for()
        page.locator("[data-job]").wait_for(state="detached", timeout=_PATIENCE)
        page.locator("#said", has_text="Below stands what was read").wait_for(state="attached")
        heard = page.evaluate("window.heard")
        assert len([one for one in heard if one.startswith("Begun.")]) == 1, heard
        assert len([one for one in heard if one.startswith("Done.")]) == 1, heard
        page.evaluate("window.heard.length = 0")
        page.get_by_role("button", name="Read these files").click()  # and none was chosen
        page.locator("#errors").wait_for()
        heard = page.evaluate("window.heard")
        assert len([one for one in heard if "problem" in one]) == 1, heard
        assert violations(page) == []


def drop(page: Page, path: Path) -> None:
    """Drop a file on the middle of the page."""
    content = b64encode(path.read_bytes()).decode()
    held = page.evaluate_handle(
        """([text, name]) => {
          const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
          const held = new DataTransfer();
          held.items.add(new File([bytes], name));
          return held;
        }""",
        [content, path.name],
    )
    for kind in ("dragenter", "dragover", "drop"):
        page.dispatch_event("h1", kind, {"dataTransfer": held})


@pytest.mark.thorough
def test_register__dropped_anywhere_takes_the_place_of_the_one_there(
    browser: Browser, tmp_path: Path
) -> None:
    listed = tmp_path / "list.csv"
    listed.write_bytes(b"Partner,Respondent,Level,E-mail,Toolkits\nBirch,Bea,,,\nBirch,Bo,,,\n")
    made = a_folder(tmp_path / "fresh")
    with running(made) as desk, at_desk(browser, desk.new_link()) as page:
        page.get_by_role("link", name="Change who is asked").click()
        page.get_by_role("heading", name="Who is asked", exact=True).wait_for()
        drop(page, listed)
        page.locator("#done").get_by_text("The register has 2 respondents").wait_for()
    assert [one.name for one in made.respondents()] == ["Bea", "Bo"]


def test_receive__by_keyboard_alone(
    browser: Browser, folder: AssessmentFolder, came: list[Path]
) -> None:
    with running(folder) as desk, at_desk(browser, desk.new_link()) as page:
        tab_to(page, "document.activeElement.innerText === 'Receive'")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Receive", exact=True).wait_for()
        # The browser is told to hand over its chooser without being waited for: the tabs in
        # between make sure that it has heard before the key is pressed.
        with page.expect_file_chooser() as asked:
            tab_to(page, "document.activeElement.id === 'files'")
            page.keyboard.press("Space")
        asked.value.set_files(came)
        tab_to(page, "document.activeElement.innerText === 'Read these files'")
        page.keyboard.press("Enter")
        until_read(page, "3 new files")
        assert returned(folder) == AFTER


def tab_to(page: Page, there: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(there):
            return
    raise AssertionError(there)


def test_receive__nothing_chosen_leads_to_what_is_wrong(
    browser: Browser, folder: AssessmentFolder
) -> None:
    with running(folder) as desk, at_desk(browser, desk.new_link()) as page:
        page.goto(address(desk, "/receive"))
        page.get_by_role("button", name="Read these files").click()
        page.get_by_role("heading", name="There is a problem").wait_for()
        expect(page.locator("#errors")).to_be_focused()
        page.get_by_role("link", name="Choose at least one file or folder.").click()
        expect(page.locator("#files")).to_be_focused()


@pytest.mark.thorough
def test_receive__can_be_used_by_everybody_in_every_state(
    browser: Browser, folder: AssessmentFolder, came: list[Path]
) -> None:
    jobs, widths = Jobs(folder.root), (320, 768, 1366)
    with running(folder) as desk, at_desk(browser, desk.new_link()) as page:
        page.goto(address(desk, "/receive"))
        with jobs.turn("read"):
            page.get_by_label("Files").set_input_files(came)
            page.get_by_role("button", name="Read these files").click()
            page.locator("[data-job]").wait_for()
            assert faults(page, widths) == [], "being read"
        until_read(page, "3 new files")
        assert faults(page, widths) == [], "read"
        stopped = jobs.start(Job("", "read", "2026", "Cora", LATER))
        jobs.keep(_failed(jobs, stopped))
        page.goto(address(desk, "/receive"))
        page.get_by_role("heading", name="Not finished").wait_for()
        assert faults(page, widths) == [], "failed"
        page.get_by_role("button", name="Read these files").click()
        page.get_by_role("heading", name="There is a problem").wait_for()
        assert faults(page, widths) == [], "nothing chosen"


def _failed(jobs: Jobs, job: Job) -> Job:
    """A job that its process could not do, as it had no files."""
    until(lambda: jobs.find(job.id).is_over)  # type: ignore[union-attr]
    found = jobs.find(job.id)
    assert found is not None
    assert found.state == "failed"
    return found


@SCRIPT_OR_NOT
def test_send__from_nothing_to_recorded(browser: Browser, tmp_path: Path, script: bool) -> None:
    """Workbooks are written, drafts made and saved, and recorded as sent; nothing twice."""
    folder = a_folder(tmp_path / "fresh", with_addresses(("Ash", "Birch")))
    with running(folder) as desk, at_desk(browser, desk.new_link(), script=script) as page:
        page.goto(address(desk, "/send"))
        page.get_by_role("button", name="Write 2 workbooks").dblclick()
        written = page.get_by_text("What was written on")
        wait(page, written.count, script)
        assert len(list(folder.outbox.glob("*.xlsx"))) == 2
        page.get_by_role("link", name="The messages to send them with").click()
        assert not script or violations(page) == []  # axe needs timers, which are off too
        page.get_by_role("button", name="Write 2 drafts").click()
        saved = page.get_by_role("link", name="All drafts as one zip file")
        wait(page, saved.count, script)
        with page.expect_download() as given:
            saved.click()
        assert given.value.suggested_filename.endswith("drafts.zip")
        page.get_by_role("button", name="Record 2 messages as sent").click()
        page.locator("#done", has_text="Recorded as sent: 2 workbooks.").wait_for()
        page.go_back()
        page.go_back()
        assert sum(line.sent is not None for line in status(folder, today=LATER.date()).lines) == 2
        assert len(Jobs(folder.root).of("2026")) == 2


def wait(page: Page, there: object, script: bool) -> None:
    """Wait until something is on the page, refreshing it where no script does."""
    assert callable(there)
    for _ in range(240):
        if there():
            return
        if not script and page.get_by_role("link", name="Refresh the page").count():
            page.get_by_role("link", name="Refresh the page").click()
        page.wait_for_timeout(500)
    raise AssertionError("it is not on the page")
