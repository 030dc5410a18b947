"""The facilitator: leads the talk about the findings, and sees no names and no single return."""

from __future__ import annotations

import re
import shutil
import time
from datetime import timedelta
from html import unescape
from pathlib import Path

import httpx
import pytest

from tests.services.planned import AGREED, PARTNERS, a_planned_folder
from tests.services.small import LATER, answer
from tests.web.desks import links_in
from tests.web.team.teams import Browser, Team, a_team, number_in
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.services.ingest import ingest
from xlassess.services.papers.consolidate import consolidate
from xlassess.services.plans.fill_in import fill_in_workshop, workshop_forms
from xlassess.services.plans.workshop import workshop


@pytest.fixture(scope="module")
def _planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_planned_folder(tmp_path_factory.mktemp("planned") / "named").root


@pytest.fixture
def planned(_planned: Path, tmp_path: Path) -> Team:
    """A team with an assessment in which names are shown, and all four have answered."""
    return a_team(tmp_path / "team", _planned)


def looked(browser: Browser, address: str) -> httpx.Response:
    """Return a page once its figures are worked out."""
    for _ in range(400):
        answer = browser.get(address)
        if "data-again" not in answer.text and answer.status_code != 503:
            return answer
        time.sleep(0.05)
    raise AssertionError(address)


def walked(browser: Browser, start: str) -> dict[str, httpx.Response]:
    """Return every page and picture that can be come to by links."""
    found: dict[str, httpx.Response] = {}
    waiting = [start]
    while waiting:
        address = waiting.pop()
        if address in found or not address.startswith("/a/"):
            continue
        found[address] = looked(browser, address)
        waiting += links_in(found[address])
    return found


def test_facilitator__sees_figures_of_the_paper_on_record_and_no_names(planned: Team) -> None:
    folder = AssessmentFolder(planned.root / "named")
    fay = planned.of("fay")
    assert "Nothing can be shown yet" in looked(fay, "/a/named/summary").text
    consolidate(folder, now=LATER)  # with names: that tells nothing that she may see
    assert "Nothing can be shown yet" in looked(fay, "/a/named/summary").text
    consolidate(folder, now=LATER, shown="aggregated")
    pages = walked(fay, "/a/named/summary")
    assert len([one for one in pages if "/summary/sheet" in one]) > 3
    with Ledger(folder.ledger) as ledger:
        references = [one.reference for one in ledger.issued()]
    secrets = {*references, *(name for one in PARTNERS for name in one[:2])}
    for address, seen in pages.items():
        assert "/papers" not in address
        assert "/history" not in address
        assert seen.status_code == 200, address
        text = unescape(seen.text)
        assert [one for one in secrets if one and one in text] == [], address
        assert 'method="post"' not in seen.text


def test_facilitator__is_not_shown_more_by_the_address(planned: Team) -> None:
    folder = AssessmentFolder(planned.root / "named")
    consolidate(folder, now=LATER, shown="aggregated")
    fay = planned.of("fay")
    for sheet in ("Responses", "Action plan", "Method", "Data", "Register"):
        address = f"/a/named/summary/sheet?sheet={sheet}"
        assert looked(fay, address).status_code == 409
    for shown in ("named", "partner", "lettered", "x"):
        text = unescape(looked(fay, f"/a/named/summary/sheet?sheet=Scores&show={shown}").text)
        assert [one[1] for one in PARTNERS if one[1] in text or one[0] in text] == []
        assert "Scores of every return" not in text


def test_facilitator__is_not_told_what_is_wrong_with_the_register(planned: Team) -> None:
    folder = AssessmentFolder(planned.root / "named")
    settings = folder.settings_file.read_text(encoding="utf-8")
    folder.settings_file.write_text(f"{settings}\nAda Ash: 1\n", encoding="utf-8")
    assert "Ada Ash" in looked(planned.of("rea"), "/a/named/summary").text
    answer = looked(planned.of("fay"), "/a/named/summary")
    assert answer.status_code == 409
    assert "Ada Ash" not in answer.text


def test_facilitator__sees_nothing_new_after_a_late_return(planned: Team, tmp_path: Path) -> None:
    """Figures before and after a late return would give it away; so only papers count."""
    folder = AssessmentFolder(planned.root / "named")
    fay = planned.of("fay")
    consolidate(folder, now=LATER, shown="aggregated")
    pages = ("/a/named/summary", "/a/named/summary/sheet?sheet=Scores",
             "/a/named/summary/item?toolkit=tiny&item=1A")  # fmt: skip
    before = [main_of(looked(fay, one)) for one in pages]
    assert "Nothing can be shown yet" not in before[0]
    answer(folder, "Ada Ash", tmp_path / "late.xlsx", ("Agree", "Disagree", "Agree"))
    ingest(folder, [tmp_path / "late.xlsx"], now=LATER + timedelta(days=1), workers=1)
    assert [main_of(looked(fay, one)) for one in pages[1:]] == before[1:]
    told = main_of(looked(fay, pages[0]))
    assert "1 person&#39;s return has come in or changed since" in told
    assert _figures(told) == _figures(before[0])


def _figures(page: str) -> list[str]:
    return re.findall(r"<t[dh][^>]*>(?:[^<]*\d[^<]*)<", page)


def main_of(answer: httpx.Response) -> str:
    return answer.text.partition("<main")[2]


def state_of(folder: AssessmentFolder) -> tuple[int, str]:
    with Ledger(folder.ledger) as ledger:
        return ledger.head()


# ---- the workshop -----------------------------------------------------------

WORKSHOP = "/a/named/plan/workshop"
GROUNDS = "Bea Birch of Birch Trust said so, ada.ash@council.example knows"


@pytest.fixture(scope="module")
def _agreed(_planned: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("agreed") / "named"
    shutil.copytree(_planned, root)
    folder = AssessmentFolder(root)
    workshop(folder, now=AGREED)
    (form,) = workshop_forms(folder)
    row = next(one for one in form.rows if one.number == "1A")
    typed = {"1A": {"judgement": row.choices[0][0], "grounds": GROUNDS, "following": "Ask Di"}}
    done = fill_in_workshop(folder, form.holder.id, typed, {"1A": row.seen}, now=AGREED)
    assert done.rows == ("1A",), done.problems
    return root


@pytest.fixture
def agreed(_agreed: Path, tmp_path: Path) -> Team:
    """The same team after a workshop, whose workbook was written with names shown."""
    return a_team(tmp_path / "team", _agreed)


def figures_in(page: str) -> list[str]:
    """How answers fall, as far as a page tells it."""
    return re.findall(r"<p>((?:Agree|Disagree|Strongly \w+): \d+)", page)


def test_workshop__of_a_facilitator_has_figures_on_record_and_what_was_agreed(
    agreed: Team, tmp_path: Path
) -> None:
    folder, fay = AssessmentFolder(agreed.root / "named"), agreed.of("fay")
    answer(folder, "Ada Ash", tmp_path / "late.xlsx", ("Agree", "Disagree", "Agree"))
    ingest(folder, [tmp_path / "late.xlsx"], now=AGREED, workers=1)
    consolidate(folder, now=AGREED)  # with names: that tells nothing that she may see
    page = looked(fay, WORKSHOP)
    assert "Nothing can be shown yet" in page.text
    assert "1A" not in page.text
    consolidate(folder, now=AGREED, shown="aggregated")
    page = looked(fay, WORKSHOP)
    assert page.status_code == 200
    assert {"Agree: 1", "Disagree: 3"} <= set(figures_in(page.text))
    text = unescape(page.text)
    assert "[name removed] of [name removed] said so, [name removed] knows" in text
    assert [one for names in PARTNERS for one in names[:2] if one in text] == []
    # the summary has the same on a sheet of its own
    sheet = unescape(looked(fay, "/a/named/summary/sheet?sheet=Workshop").text)
    assert "[name removed] of [name removed] said so" in sheet


def test_workshop__of_a_facilitator_withholds_what_the_summary_withholds(agreed: Team) -> None:
    """All four disagree with 1A: that everybody said the same tells what each said."""
    consolidate(AssessmentFolder(agreed.root / "named"), now=AGREED, shown="aggregated")
    assert "Disagree: 4" in figures_in(agreed.of("cora").get(WORKSHOP).text)
    told = looked(agreed.of("fay"), WORKSHOP).text
    assert figures_in(told) == []
    assert "How answers fall is withheld" in told


def test_workshop__of_a_facilitator_keeps_the_highest_minimum_that_was_promised(
    tmp_path: Path,
) -> None:
    """Nothing was to rest on fewer than five, and four have answered."""
    folder = a_planned_folder(
        tmp_path / "promised" / "named", attribution="aggregated", minimum_group="5"
    )
    answer(folder, "Ada Ash", tmp_path / "late.xlsx", ("Agree", "Disagree", "Agree"))
    ingest(folder, [tmp_path / "late.xlsx"], now=AGREED, workers=1)
    said = folder.settings_file.read_text(encoding="utf-8")
    said = said.replace("minimum_group: 5", "minimum_group: 1").replace("aggregated", "named")
    folder.settings_file.write_text(said, encoding="utf-8")
    assert folder.assessment().minimum_group == 1
    consolidate(folder, now=AGREED, shown="aggregated")
    told = looked(a_team(tmp_path / "team", folder.root).of("fay"), WORKSHOP).text
    assert figures_in(told) == []
    assert "Nothing can be shown yet" not in told


def test_workshop__of_a_facilitator_shows_no_more_by_its_address(agreed: Team) -> None:
    folder, fay = AssessmentFolder(agreed.root / "named"), agreed.of("fay")
    consolidate(folder, now=AGREED, shown="aggregated")
    for query in ("show=all", "show=named", "of=workshop-tiny@1&show=0", "of=x&at=10",
                  "kind=workshop", "round=2026&row=1A", "attribution=named"):  # fmt: skip
        page = looked(fay, f"{WORKSHOP}?{query}")
        assert page.status_code == 200
        assert "Bea" not in page.text
        assert figures_in(page.text) == []
        for sent in ('method="post"', "<textarea", "<input", "/plan?", "/workbook", "/progress"):
            assert sent not in page.text, query


def test_workshop__of_a_facilitator_is_changed_and_saved_by_no_way_around(agreed: Team) -> None:
    folder, fay = AssessmentFolder(agreed.root / "named"), agreed.of("fay")
    consolidate(folder, now=AGREED, shown="aggregated")
    before = state_of(folder)
    fields = {"number": number_in(fay.get("/account")), "row": "1A", "1A~grounds": "Bea Birch",
              "seen~1A": "x"}  # fmt: skip
    for what in ("record", "write", "replace", ""):
        assert fay.post(WORKSHOP, {**fields, "what": what}).status_code == 403
    (book,) = (folder.outbox / "workshop").glob("*.xlsx")
    saved = f"/a/named/plan/workbook?kind=workshop&name={book.name}"
    assert agreed.of("rea").get(saved).status_code == 200
    for address in (saved, "/a/named/plan", "/a/named/plan/progress", "/a/named/papers"):
        assert fay.get(address).status_code == 403, address
    assert state_of(folder) == before


def test_workshop__of_a_facilitator_tells_nothing_of_a_late_return(
    agreed: Team, tmp_path: Path
) -> None:
    folder, fay = AssessmentFolder(agreed.root / "named"), agreed.of("fay")
    consolidate(folder, now=AGREED, shown="aggregated")
    before = main_of(looked(fay, WORKSHOP))
    answer(folder, "Ada Ash", tmp_path / "late.xlsx", ("Agree", "Disagree", "Agree"))
    ingest(folder, [tmp_path / "late.xlsx"], now=AGREED + timedelta(days=1), workers=1)
    assert main_of(looked(fay, WORKSHOP)) == before


def test_workshop__of_an_assessment_in_which_somebody_has_no_role_is_not_there(
    planned: Team,
) -> None:
    planned.accounts.give("fay", None)
    planned.accounts.give("fay", "facilitator", "other")
    assert planned.of("fay").get(WORKSHOP).status_code == 404
