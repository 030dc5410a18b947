"""The summary in the browser: the words and figures of the papers, and nothing they withhold."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import httpx
import openpyxl
import pytest

from tests.services.planned import ANSWERS, PARTNERS, a_planned_folder
from tests.services.small import LATER, change_settings
from tests.web.desks import DeskClient, a_desk, links_in, number_in, settled, words_in
from xlassess.assessment.settings import AssessmentFolder
from xlassess.consolidate import summarise
from xlassess.consolidate.report import report_of
from xlassess.ledger import Ledger
from xlassess.services.papers.consolidate import consolidate, present_round
from xlassess.services.papers.figures import RoundFigures
from xlassess.services.papers.report import report
from xlassess.web.jobs import Jobs
from xlassess.web.kept import Beside, KeptFigures
from xlassess.web.work import do

NAMES = tuple(name for partner, person, _ in PARTNERS for name in (partner, person))


@pytest.fixture(scope="module")
def _rounds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    where = tmp_path_factory.mktemp("rounds")
    return {
        name: a_planned_folder(where / name / "small", **settings).root
        for name, settings in (
            ("named", {}), ("aggregated", {"attribution": "aggregated", "minimum_group": "3"}),
        )
    }  # fmt: skip


@pytest.fixture
def answered(_rounds: dict[str, Path], tmp_path: Path) -> AssessmentFolder:
    """An assessment in which all four have answered, with names shown."""
    shutil.copytree(_rounds["named"], tmp_path / "small")
    return AssessmentFolder(tmp_path / "small")


@pytest.fixture
def unnamed(_rounds: dict[str, Path], tmp_path: Path) -> AssessmentFolder:
    """The same, promised that only figures are shown."""
    shutil.copytree(_rounds["aggregated"], tmp_path / "unnamed")
    return AssessmentFolder(tmp_path / "unnamed")


def test_summary__says_what_the_papers_say(answered: AssessmentFolder) -> None:
    said = words_in(settled(a_desk(answered), "/summary"))
    told = report_of(summarise(present_round(answered), LATER)).toolkits[0]
    assert told.concerns
    assert told.decisions
    for text in (told.headline, *told.decisions, *(one.why for one in told.concerns)):
        assert " ".join(text.split()) in said
    assert told.figures is not None
    for row in told.figures.rows:
        assert " ".join((*row.name.split(), *row.cells)) in said


def test_summary__of_many_decisions_the_first_stand_open_and_the_rest_keep_their_numbers(
    answered: AssessmentFolder,
) -> None:
    told = report_of(summarise(present_round(answered), LATER)).toolkits[0]
    page = settled(a_desk(answered), "/summary").text
    assert len(told.decisions) > 5
    assert f"{len(told.decisions) - 4} more decisions" in page
    assert '<ol start="5">' in page


def test_summary__pictures_have_the_text_of_the_report(answered: AssessmentFolder) -> None:
    desk = a_desk(answered)
    page = settled(desk, "/summary")
    told = report_of(summarise(present_round(answered), LATER)).toolkits[0]
    assert told.picture is not None
    drawn = [one for one in links_in(page) if one.startswith("/summary/picture")]
    assert len(drawn) == 1 + len(told.further)
    said = page.text.replace("&#34;", '"').replace("&#39;", "'")
    assert f'alt="{told.picture.alt}"' in said
    for address in drawn:
        answer = desk.get(address)
        assert answer.headers["content-type"] == "image/svg+xml"
        assert b"<svg" in answer.content
        assert b"<script" not in answer.content
    assert desk.get("/summary/picture?toolkit=0&picture=99").status_code == 409


def test_figure__leads_to_its_answers_in_two_clicks(answered: AssessmentFolder) -> None:
    desk = a_desk(answered)
    page = settled(desk, "/summary")
    (section,) = [one for one in links_in(page) if "section=" in one]
    (item,) = [one for one in links_in(settled(desk, section)) if "item=1A" in one]
    said = words_in(settled(desk, item))
    assert said.count(f"Answer {ANSWERS[0]}") == len(PARTNERS)
    for partner, person, level in PARTNERS:
        assert f"{partner} {person} {level}" in said
    # what is named as a concern leads there at once
    assert any("item=1A" in one for one in links_in(page))


def test_sheet__every_sheet_of_the_workbook_can_be_read(answered: AssessmentFolder) -> None:
    desk = a_desk(answered)
    sheets = [one for one in links_in(settled(desk, "/summary")) if "sheet=" in one]
    names = {one.partition("sheet=")[2].partition("&")[0].replace("+", " ") for one in sheets}
    written = consolidate(answered, now=LATER).path
    assert names == set(openpyxl.load_workbook(written).sheetnames) - {"Summary", "Data"}
    for address in sheets:
        assert settled(desk, address).status_code == 200
    assert settled(desk, "/summary/sheet?sheet=Data").status_code == 409


def test_sheet__can_be_searched(answered: AssessmentFolder) -> None:
    desk = a_desk(answered)
    everything = words_in(settled(desk, "/summary/sheet?sheet=Scores"))
    assert "Ada Ash" in everything
    assert "Bea Birch" in everything
    found = words_in(settled(desk, "/summary/sheet?sheet=Scores&search=BIRCH"))
    assert "Ada Ash" not in found
    assert "Bea Birch" in found


@pytest.mark.parametrize("at", ["0", "100", "200", "999999999", "-1", "x", "٣"])
def test_sheet__is_shown_in_pages(
    answered: AssessmentFolder, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    monkeypatch.setattr("xlassess.web.routes.summary._MOST", 2)
    desk = a_desk(answered)
    first = settled(desk, f"/summary/sheet?sheet=Scores&table=1&at={at}")
    assert first.status_code == 200
    shown = [name for name in ("Ada Ash", "Bea Birch", "Cy Cedar", "Di Dogwood")
             if name in words_in(first)]  # fmt: skip
    assert shown == ["Ada Ash", "Bea Birch"]
    (after,) = [one for one in links_in(first) if "table=1" in one and "at=2" in one]
    rest = words_in(settled(desk, after))
    assert "Ada Ash" not in rest
    assert "Di Dogwood" in rest


def test_attribution__can_be_switched_to_less(answered: AssessmentFolder) -> None:
    desk = a_desk(answered)
    for shown, hidden in (
        ("partner", [person for _, person, _ in PARTNERS]), ("lettered", NAMES),
        ("aggregated", NAMES),
    ):  # fmt: skip
        seen = list(_everything(desk, f"/summary?show={shown}"))
        assert len(seen) > 5
        for address, text in seen:
            for name in hidden:
                assert name not in text, (shown, address)


def _everything(desk: DeskClient, start: str) -> Iterator[tuple[str, str]]:
    """Yield every page of figures that can be come to from one, with what it says."""
    waiting, known = [start], {start}
    while waiting:
        address = waiting.pop()
        answer = settled(desk, address)
        yield address, answer.text
        for link in links_in(answer):
            kept = [part for part in start.partition("?")[2].split("&") if part]
            same = all(part in link for part in kept)
            if link.startswith("/summary") and link not in known and same:
                known.add(link)
                waiting.append(link)


def test_aggregated__nothing_is_shown_before_it_is_on_record(unnamed: AssessmentFolder) -> None:
    desk = a_desk(unnamed)
    page = settled(desk, "/summary")
    assert "Write the summary to see them" in words_in(page)
    assert not [one for one in links_in(page) if "sheet=" in one or "/picture" in one]
    for address in _addresses("show=aggregated"):
        assert settled(desk, address).status_code in (404, 409), address
    write(desk, unnamed, "/summary", "summary")
    with Ledger(unnamed.ledger) as ledger:
        (written,) = [one for one in ledger.events() if one.what == "consolidated"]
    assert written.by == "Cora Coordinator"
    said = words_in(settled(desk, "/summary"))
    assert "4 of 4" in said
    assert "Write the summary to see them" not in said


def write(desk: DeskClient, folder: AssessmentFolder, address: str, what: str) -> httpx.Response:
    """Have a paper written, and do the job in this process."""
    number = number_in(settled(desk, address))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Jobs, "_begin", lambda self, job, passwords=(): None)
        done = desk.post(address, {"number": number, "what": what})
    assert done.status_code == 303
    jobs = Jobs(folder.root)
    (job,) = jobs.of("2026", "paper")
    assert "Writing the" in words_in(settled(desk, done.headers["location"]))
    do(jobs, job.id)
    return done


def test_papers__say_how_they_show_answers_however_the_page_does(
    answered: AssessmentFolder,
) -> None:
    desk = a_desk(answered)
    write(desk, answered, "/summary", "summary")
    said = words_in(settled(desk, "/summary?show=aggregated")).partition("Written before")[2]
    assert "Answers are shown: with names of partners and people" in said
    assert "With names of partners and people" in words_in(desk.get("/papers"))
    for one in Jobs(answered.root).of("2026", "paper"):
        Jobs(answered.root).remove(one)
    write(desk, answered, "/summary?show=aggregated", "report")
    said = words_in(desk.get("/papers"))
    assert said.index("report.docx") < said.index("In figures only") < said.index("summary.xlsx")
    assert said.index("summary.xlsx") < said.index("With names of partners and people")


def _addresses(*more: str) -> list[str]:
    plain = [
        "/summary/picture?toolkit=0&picture=0", "/summary/sheet?sheet=Agreement",
        "/summary/sheet?sheet=Scores", "/summary/sheet?sheet=Responses",
        "/summary/sheet?sheet=Comments", "/summary/item?toolkit=tiny&item=1A",
        "/summary/item?toolkit=tiny&item=1B",
    ]  # fmt: skip
    return [f"{one}&{said}" if said else one for one in plain for said in ("", *more)]


def test_aggregated__what_is_withheld_cannot_be_had_by_any_address(
    unnamed: AssessmentFolder,
) -> None:
    consolidate(unnamed, now=LATER)
    desk = a_desk(unnamed)
    wanted = ("", "show=named", "show=partner", "show=lettered", "show=NAMED", "attribution=named")
    seen = [page for said in wanted for page in _everything(desk, f"/summary?{said}")]
    seen += [(one, settled(desk, one).text) for one in _addresses(*wanted[1:])]
    for address, text in seen:
        for name in NAMES:
            assert name not in text, address
    # everybody gave the same answers, so that each figure would tell each of them
    item = settled(desk, "/summary/item?toolkit=tiny&item=1A")
    assert item.status_code == 409
    assert "withheld" in words_in(settled(desk, "/summary/sheet?sheet=Agreement"))
    said = words_in(settled(desk, "/summary"))
    assert "Withheld in Tiny" in said
    assert "shows that all gave the same answer" in said


def test_aggregated__a_later_return_is_not_told_by_looking_again(
    unnamed: AssessmentFolder,
) -> None:
    """Before and after a late return: the difference of what is seen would be that return."""
    from tests.services.planned import answer_again

    consolidate(unnamed, now=LATER)
    desk = a_desk(unnamed)
    before = words_in(settled(desk, "/summary/sheet?sheet=Agreement"))
    answer_again(unnamed, "Ada Ash", "1A", "Something else altogether", LATER)
    page = settled(desk, "/summary")
    assert "Something else altogether" not in page.text
    after = settled(desk, "/summary/sheet?sheet=Agreement")
    # either as it was then, or not at all: never as it is now
    assert after.status_code == 409 or words_in(after) == before


@pytest.mark.parametrize("what", ["summary", "report", "data"])
def test_paper__is_written_as_it_is_shown_and_can_be_saved(
    answered: AssessmentFolder, what: str
) -> None:
    desk = a_desk(answered)
    address = "/summary?show=partner"
    done = write(desk, answered, address, what)
    assert "show=partner" in done.headers["location"]
    shown = settled(desk, done.headers["location"])
    (link,) = [one for one in links_in(shown) if "/papers/file" in one or "/data" in one]
    given = desk.get(link)
    assert given.headers["content-disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(given.content)) as archive:
        text = b"".join(archive.read(name) for name in archive.namelist()).decode("utf-8", "ignore")
    assert "Ash Council" in text
    assert "Ada Ash" not in text.replace("meets Ada Ash", "")
    with Ledger(answered.ledger) as ledger:
        last = ledger.events()[-1]
    assert last.by == "Cora Coordinator"


def test_paper__that_shows_less_than_the_settings_says_so(unnamed: AssessmentFolder) -> None:
    change_settings(unnamed, "attribution: aggregated", "attribution: named")
    desk = a_desk(unnamed)
    write(desk, unnamed, "/summary", "summary")
    told = consolidate(unnamed, now=LATER).promised
    assert told
    assert " ".join(told.split()) in words_in(settled(desk, "/summary"))


def test_paper__edited_one_that_it_took_the_place_of_is_told(answered: AssessmentFolder) -> None:
    consolidate(answered, now=LATER)
    desk = a_desk(answered)
    assert "is kept as" not in words_in(settled(desk, "/summary"))
    path = answered.summary_file("2026")
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["A1"].value = "Mine"
    book.save(path)
    write(desk, answered, "/summary?show=lettered", "summary")
    said = words_in(settled(desk, "/summary"))
    assert "Somebody had edited the summary: it is kept as summary " in said


def test_paper__of_no_kind_is_refused(answered: AssessmentFolder) -> None:
    desk = a_desk(answered)
    page = settled(desk, "/summary")
    answer = desk.post("/summary", {"number": number_in(page), "what": "nothing"})
    assert answer.status_code == 422
    assert not answered.summary_file("2026").exists()


def test_figures__are_worked_out_once_for_each_state(answered: AssessmentFolder) -> None:
    kept = KeptFigures()

    def now() -> object:
        for _ in range(400):
            if found := kept.of(answered, "named", LATER):
                return found
        raise AssertionError

    first = now()
    assert now() is first
    report(answered, None, None, now=LATER)
    second = now()
    assert second is not first
    change_settings(answered, "Small Partnership", "Other Partnership")
    third = now()
    assert third is not second


def test_figures__let_go_while_they_are_waited_for_are_asked_for_again(
    answered: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where more rounds are looked at than are kept, one that waited is worked out later."""
    let_go: Future[RoundFigures] = Future()
    let_go.cancel()
    monkeypatch.setattr(Beside, "run", lambda *_, **__: let_go)
    kept = KeptFigures()
    assert kept.of(answered, "named", LATER) is None
    assert not kept._found


def test_summary__with_nothing_returned_says_what_to_do(folder: AssessmentFolder) -> None:
    from tests.services.small import a_folder

    fresh = a_folder(folder.root.parent / "fresh")
    answer = settled(a_desk(fresh), "/summary")
    assert answer.status_code == 409
    assert "Nothing has come back yet" in words_in(answer)


def test_text__of_partners_is_text_in_every_sheet(tmp_path: Path) -> None:
    from tests.services import planned

    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\u202egnp"
    with pytest.MonkeyPatch.context() as patch:
        proposed = {"Ada Ash": {**planned.PROPOSED["Ada Ash"], "action": evil, "owner": evil}}
        patch.setattr(planned, "PROPOSED", proposed)
        folder = a_planned_folder(tmp_path / "small")
    desk = a_desk(folder)
    pages = list(_everything(desk, "/summary"))
    assert sum("&lt;script&gt;alert(1)" in text for _, text in pages) >= 1
    for address, text in pages:
        assert "<script>alert" not in text, address
        assert "<img src=x" not in text, address
        assert "\u202e" not in text, address


@pytest.mark.thorough
@pytest.mark.skipif(os.name == "nt", reason="processes are ended in another way there")
def test_figures__the_process_beside_the_server_ends_when_that_is_killed() -> None:
    code = (
        "import os, time\n"
        "from xlassess.web.kept import BESIDE\n"
        "if __name__ == '__main__':\n"
        "    print(BESIDE.run(os.getpid).result(), flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=-1, text=True) as server:
        assert server.stdout is not None
        beside = int(server.stdout.readline())
        os.kill(beside, 0)
        server.kill()
    for _ in range(200):
        try:
            os.kill(beside, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    raise AssertionError(beside)
