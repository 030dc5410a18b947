"""The summary: what the committee reads, sheet by sheet, and from each figure to its answers."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import get_args

from starlette.responses import Response

from xlassess.consolidate import (
    AnsweredBy,
    AnswersBehind,
    GivenText,
    SheetLine,
    SheetText,
    TableText,
)
from xlassess.consolidate.report import Report, ReportToolkit
from xlassess.model.assessment import Attribution
from xlassess.model.errors import UsageError
from xlassess.services.common.phrases import SHOWN, count, listed
from xlassess.services.common.workbooks.outbox import output_of
from xlassess.services.papers.export import UNWRITTEN
from xlassess.services.papers.figures import RoundFigures, ToolkitPictures
from xlassess.web.jobs import JobProgress
from xlassess.web.kept import KEPT, waiting_page
from xlassess.web.request.forms import Done, FieldError, FormErrors
from xlassess.web.request.page import PageLink, page
from xlassess.web.request.visit import Visit
from xlassess.web.shown import told_of_papers, written_as

_MOST = 100
"""So many rows of a table are shown at once."""

_WITHOUT_NAMES = frozenset((
    "Findings", "Scores", "Profile", "Trend", "Agreement", "Levels", "Items", "Comments", "Areas",
    "To", "Workshop",
))  # fmt: skip
"""The sheets, by the first word of their names, for whoever may see no names. Plans name owners,
the sheet of responses says who did not answer, the method names files."""


@dataclass(frozen=True, slots=True)
class LinkedText:
    """A text of a table or list, and where it leads; nowhere where ``to`` is empty.

    One that is ``whole`` stays in one line, such as a reference.
    """

    text: str
    to: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True)
class LinkedRow:
    """A row of a table of figures: its name with a link, and its cells."""

    name: LinkedText
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LinkedPoint:
    """A strength, concern or disagreement, linked to the answers behind it where it names one."""

    what: LinkedText
    why: str


@dataclass(frozen=True, slots=True)
class PicturePlace:
    """A picture on the page: its caption, its text alternative, and its address."""

    caption: str
    alt: str
    to: str


@dataclass(frozen=True, slots=True)
class ToolkitPage:
    """The first page of one toolkit, with links from its figures to what lies behind them."""

    told: ReportToolkit
    rows: tuple[LinkedRow, ...]
    headline: PicturePlace | None
    further: tuple[PicturePlace, ...]
    trend: PicturePlace | None
    lists: tuple[tuple[str, tuple[LinkedPoint, ...]], ...]


@dataclass(frozen=True, slots=True)
class PaperWrittenBefore:
    """A paper that can be saved: what it is, when and how it was written, and from where."""

    name: str
    written: datetime
    to: str
    shown: str


@dataclass(frozen=True, slots=True)
class SummaryView:
    """The summary's first page."""

    report: Report | None
    parts: tuple[ToolkitPage, ...]
    sheets: tuple[PageLink, ...]
    switch: tuple[PageLink, ...]
    figures: RoundFigures
    papers: tuple[PaperWrittenBefore, ...]
    jobs: tuple[tuple[str, JobProgress], ...]
    here: str
    responses: str
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table of a sheet as the page shows it: some of its rows, with links."""

    table: TableText
    number: int
    rows: tuple[tuple[LinkedText, ...], ...]
    total: int
    first: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class SheetView:
    """A sheet of the summary; ``search`` is what its rows were searched for."""

    sheet: SheetText
    blocks: tuple[SheetLine | ShownTable, ...]
    sheets: tuple[PageLink, ...]
    switch: tuple[PageLink, ...]
    kept: tuple[tuple[str, str], ...]
    search: str
    back: str
    path: str
    whole: str


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item with the answers behind its figures."""

    number: str
    tables: tuple[tuple[TableText, tuple[str, ...]], ...]
    question: str
    answers: tuple[tuple[LinkedText, ...], ...]
    headings: tuple[str, ...]
    counted: str
    total: int
    first: int
    before: str
    after: str
    back: str
    single: bool


def _figures(visit: Visit) -> RoundFigures | None:
    return KEPT.of(visit.folder, _wanted(visit), visit.now, told_only=visit.without_names)


def _wanted(visit: Visit) -> Attribution:
    """How answers are to be shown at most, as the address says."""
    if visit.without_names:
        return "aggregated"
    said = visit.request.query_params.get("show", "")
    return next((one for one in get_args(Attribution) if one == said), "named")


def _kept(visit: Visit) -> dict[str, str]:
    """What links from a page of figures keep of its address."""
    wanted = _wanted(visit)
    return {} if wanted == "named" or visit.without_names else {"show": wanted}


def _at(visit: Visit, name: str, **values: str) -> str:
    return visit.at(name, **_kept(visit), **values)


def _may_see(visit: Visit, sheet: str) -> bool:
    return not visit.without_names or sheet.partition(" ")[0] in _WITHOUT_NAMES


def show(visit: Visit) -> Response:
    """Show the summary's first page."""
    found = _figures(visit)
    if found is None:
        return waiting_page(visit)
    told = found.report
    view = SummaryView(
        report=told,
        parts=tuple(_part(visit, found, place) for place in range(len(found.keys))),
        sheets=_sheets(visit, found, ""),
        switch=_switch(visit, found, "summary"),
        figures=found,
        papers=() if visit.without_names else tuple(_written(visit)),
        jobs=() if visit.without_names else tuple(_jobs(visit)),
        here=_at(visit, "summary"),
        responses=_at(visit, "sheet", sheet=found.sheets[0].name)
        if found.sheets and _may_see(visit, found.sheets[0].name)
        else "",
        told=()
        if visit.without_names
        else told_of_papers(visit.jobs.of(visit.assessment.round, "paper")),
    )
    return page(visit, "summary.html", "Summary", view)


def _part(visit: Visit, found: RoundFigures, place: int) -> ToolkitPage:
    assert found.report is not None  # noqa: S101 - there are no keys without it
    told, key = found.report.toolkits[place], found.keys[place]
    names = found.sections[key]
    rows = told.figures.rows if told.figures else ()
    behind = _sheet_with_items(found, key)
    linked = tuple(
        LinkedRow(
            LinkedText(
                row.name,
                _at(visit, "sheet", sheet=behind, section=_named(names, row.name))
                if behind
                else "",
            ),
            row.cells,
        )
        for row in rows
    )
    pictures = found.pictures[place]
    titles = (
        (told.concerns_title, told.concerns), (told.strengths_title, told.strengths),
        (found.report.headings.disagreements, told.disagreements),
    )  # fmt: skip
    return ToolkitPage(
        told,
        linked,
        *_places(visit, place, pictures),
        tuple(
            (title, tuple(
                LinkedPoint(LinkedText(one.what, _item(visit, found, key, one.item)), one.why)
                for one in points
            ))
            for title, points in titles if points
        ),
    )  # fmt: skip


def _named(names: Sequence[str], row: str) -> str:
    """The name of a section by the number that its row in a table begins with."""
    return names[int(row.partition(" ")[0]) - 1]


def _places(
    visit: Visit, toolkit: int, pictures: ToolkitPictures
) -> tuple[PicturePlace | None, tuple[PicturePlace, ...], PicturePlace | None]:
    """Where the chief picture is, those after it, and that of the trend."""
    places = [
        PicturePlace(
            one.caption, one.alt,
            _at(visit, "picture", toolkit=str(toolkit), picture=str(number)),
        )
        for number, one in enumerate(pictures.all())
    ]  # fmt: skip
    first = places.pop(0) if pictures.headline else None
    last = places.pop() if pictures.trend else None
    return first, tuple(places), last


def _sheet_with_items(found: RoundFigures, part: str) -> str:
    """The name of the sheet that has the items of a toolkit with how answers fall."""
    return next(
        (sheet.name for sheet in found.sheets if sheet.part == part and any(
            isinstance(block, TableText) and block.headings[:2] == ("Item", "Section")
            for block in sheet.blocks)),
        "",
    )  # fmt: skip


def _item(visit: Visit, found: RoundFigures, part: str, item: str) -> str:
    """The address of the answers to an item; empty where there are none to be shown."""
    known = found.behind is not None and (part, item) in found.behind.places
    return _at(visit, "item", toolkit=part, item=item) if known else ""


def _sheets(visit: Visit, found: RoundFigures, here: str) -> tuple[PageLink, ...]:
    return tuple(
        PageLink(sheet.name, _at(visit, "sheet", sheet=sheet.name), sheet.name == here)
        for sheet in found.sheets if _may_see(visit, sheet.name)
    )  # fmt: skip


def _switch(visit: Visit, found: RoundFigures, name: str, **values: str) -> tuple[PageLink, ...]:
    """How answers may be shown, each with its link."""
    if visit.without_names:
        return ()
    asked = max((_wanted(visit), found.offered[0]), key=list(SHOWN).index)
    return tuple(
        PageLink(
            SHOWN[one],
            visit.at(name, **values, **({} if one == found.offered[0] else {"show": one})),
            one == asked,
        )
        for one in found.offered
    )


def picture(visit: Visit) -> Response:
    """Give out a picture. Its letters are outlines, and nothing in it can run.

    Raises:
        UsageError: there is no such picture.
    """
    found = _figures(visit)
    if found is None:
        return Response(status_code=503, headers={"retry-after": "1"})
    toolkit, number = (_number(visit, name) for name in ("toolkit", "picture"))
    if toolkit < len(found.pictures) and number < len(drawn := found.pictures[toolkit].all()):
        return Response(drawn[number].svg, media_type="image/svg+xml")
    raise UsageError("There is no such picture.", "Go back to the summary.")


def _number(visit: Visit, name: str) -> int:
    """A whole number that the address says; 0 where it says anything else."""
    said = visit.request.query_params.get(name, "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else 0


def sheet(visit: Visit) -> Response:
    """Show one sheet of the summary.

    Raises:
        UsageError: there is no such sheet.
    """
    found = _figures(visit)
    if found is None:
        return waiting_page(visit)
    asked = visit.request.query_params
    shown = next((one for one in found.sheets if one.name == asked.get("sheet", "")), None)
    if shown is None or not _may_see(visit, shown.name):
        raise UsageError("There is no such sheet.", "Go back to the summary and choose one.")
    search, section = asked.get("search", "").strip()[:200], asked.get("section", "")[:500]
    kept = {"sheet": shown.name, **({"section": section} if section else {})}
    view = SheetView(
        sheet=shown,
        blocks=tuple(_blocks(visit, found, shown, section)),
        sheets=_sheets(visit, found, shown.name),
        switch=_switch(visit, found, "sheet", **kept),
        kept=(("round", visit.assessment.round), *_kept(visit).items(), *kept.items()),
        search=search,
        back=_at(visit, "summary"),
        path=visit.desk.pages["sheet"],
        whole=_at(visit, "sheet", sheet=shown.name) if search or section else "",
    )  # fmt: skip
    return page(visit, "sheet.html", shown.title, view)


def _blocks(
    visit: Visit, found: RoundFigures, shown: SheetText, section: str
) -> Iterator[SheetLine | ShownTable]:
    """Yield what stands on a sheet; of one section only the tables that have rows of it."""
    for number, block in enumerate(shown.blocks):
        if isinstance(block, TableText):
            table = _table(visit, found, shown, block, number)
            if table.rows or not section:
                yield table
        elif not section:
            yield block


def _table(
    visit: Visit, found: RoundFigures, shown: SheetText, table: TableText, number: int
) -> ShownTable:
    asked = visit.request.query_params
    search, section = asked.get("search", "").strip()[:200], asked.get("section", "")[:500]
    rows = table.rows
    if section and "Section" in table.headings:
        column = table.headings.index("Section")
        rows = tuple(row for row in rows if row[column] == section)
    if search:
        wanted = search.casefold()
        rows = tuple(row for row in rows if any(wanted in cell.casefold() for cell in row))
    first = _number(visit, "at") if _number(visit, "table") == number else 0
    first = first - first % _MOST if first < len(rows) else 0
    same = {"sheet": shown.name, "search": search, "section": section, "table": str(number)}
    same = {name: value for name, value in same.items() if value}
    return ShownTable(
        table=table,
        number=number,
        rows=tuple(_row(visit, found, shown, table, row) for row in rows[first : first + _MOST]),
        total=len(rows),
        first=first,
        before=_at(visit, "sheet", **same, at=str(first - _MOST)) if first else "",
        after=_at(visit, "sheet", **same, at=str(first + _MOST))
        if first + _MOST < len(rows) else "",
    )  # fmt: skip


def _row(
    visit: Visit, found: RoundFigures, shown: SheetText, table: TableText, row: Sequence[str]
) -> tuple[LinkedText, ...]:
    """A row with links: from an item to its answers, and from a return to its history."""
    links = dict.fromkeys(range(len(row)), "")
    for place, heading in enumerate(table.headings):
        if heading == "Item" and row[place]:
            number = row[place].split("  ")[0]
            parts = (shown.part,) if shown.part else found.keys
            places = (_item(visit, found, part, number) for part in parts)
            links[place] = next(filter(None, places), "")
        elif heading == "Return" and found.attribution in _REFERENCES and row[place]:
            links[place] = visit.at("history", reference=row[place])
    return tuple(
        LinkedText(text, links[place], table.headings[place] == "Return")
        for place, text in enumerate(row)
    )


def item(visit: Visit) -> Response:
    """Show an item and the answers behind its figures.

    Raises:
        UsageError: there is no such item, or its answers are not shown.
    """
    found = _figures(visit)
    if found is None:
        return waiting_page(visit)
    asked = visit.request.query_params
    part, number = asked.get("toolkit", ""), asked.get("item", "")
    if found.behind is None or (part, number) not in found.behind.places:
        raise UsageError(
            "There are no answers to this item that may be shown.", "Go back to the summary."
        )
    view = _item_view(visit, found, found.behind, part, number)
    return page(visit, "item.html", f"Answers to item {number}", view)


def _item_view(
    visit: Visit, found: RoundFigures, behind: AnswersBehind, part: str, number: str
) -> ItemView:
    every, listed = list(behind.of(part, number)), _sheet_with_items(found, part)
    first, same = _number(visit, "at"), {"toolkit": part, "item": number}
    first = first - first % _MOST if first < len(every) else 0
    last = first + _MOST
    single = found.attribution != "aggregated"
    tables = tuple(_about(found, part, number))
    asked = (row[2] for table, row in tables if table.headings[2:3] == ("Question",))
    return ItemView(
        number=number,
        tables=tables,
        question=next(asked, ""),
        answers=tuple(_answer(visit, found, *one) for one in every[first:last]),
        headings=_ANSWER_HEADINGS if single else ("Kind", "Answer", "How often"),
        counted=_counted([given.kind for _, given, _ in every]),
        total=len(every),
        first=first,
        before=_at(visit, "item", **same, at=str(first - _MOST)) if first else "",
        after=_at(visit, "item", **same, at=str(last)) if last < len(every) else "",
        back=_at(visit, "sheet", sheet=listed) if listed else _at(visit, "summary"),
        single=single,
    )


def _counted(kinds: Sequence[str]) -> str:
    """How many answers there are, and how much stands beside them: "12 answers and 1 comment"."""
    plain = Counter(kind.partition(",")[0].lower() for kind in kinds)
    many = {"evidence": "pieces of evidence"}
    one = {"evidence": "piece of evidence"}
    return listed([
        count(number, one.get(kind, kind), many.get(kind, "")) for kind, number in plain.items()
    ])  # fmt: skip


_ANSWER_HEADINGS = ("Partner", "Respondent", "Level", "Kind", "Answer", "Typed", "Cell", "Return")


def _about(
    found: RoundFigures, part: str, item: str
) -> Iterator[tuple[TableText, tuple[str, ...]]]:
    """Yield the rows of the summary's sheets about an item, each with its table."""
    for shown in found.sheets:
        for block in shown.blocks if shown.part == part else ():
            if isinstance(block, TableText) and block.headings[:1] == ("Item",):
                yield from ((block, row) for row in block.rows if row[0].split("  ")[0] == item)


def _answer(
    visit: Visit, found: RoundFigures, who: AnsweredBy | None, given: GivenText, times: int
) -> tuple[LinkedText, ...]:
    if who is None:
        return LinkedText(given.kind), LinkedText(given.value), LinkedText(str(times))
    plain = (
        who.partner, who.respondent, who.level, given.kind, given.value, given.typed,
        f"{given.sheet} {given.cell}".strip(),
    )  # fmt: skip
    history = visit.at("history", reference=who.code)
    linked = LinkedText(who.code, history if found.attribution in _REFERENCES else "", whole=True)
    return (*map(LinkedText, plain), linked)


_REFERENCES: tuple[Attribution, ...] = ("named", "partner")
"""Where the code of a return is the reference of its workbook."""


def act(visit: Visit) -> Done:
    """Have a paper written, with answers shown as on the page.

    Raises:
        FormErrors: it is not said which paper.
    """
    what = visit.form.text("what")
    if what not in _WRITTEN:
        raise FormErrors(FieldError("", "Choose a paper to write."))
    job = visit.start("paper", what=what, shown=_wanted(visit))
    called = _WRITTEN[what]
    said = f"The {called} is being written. Once it is, save it under Papers, below."
    over = f"The {called} is written. Save it under Papers, below."
    return Done(said, _at(visit, "summary"), job.id, over)


_WRITTEN = {
    "summary": "summary workbook",
    "report": "Word report",
    "data": "zip file with the data",
}
"""The papers that can be written here."""

_DATA = "export-csv"


def _papers(visit: Visit) -> dict[str, tuple[str, Path]]:
    """The papers that may be saved, by the name of the page that gives them: name and place."""
    place = output_of(visit.folder, visit.assessment.round)
    return {
        "summary.xlsx": (_WRITTEN["summary"], place / "summary.xlsx"),
        "report.docx": (_WRITTEN["report"], place / "report.docx"),
        "data": (_WRITTEN["data"], place / _DATA),
    }


def _jobs(visit: Visit) -> Iterator[tuple[str, JobProgress]]:
    """Yield the papers that are being written, or were not: the last of each kind."""
    told = set[str]()
    for job in visit.jobs.of(visit.assessment.round, "paper"):
        what = str(job.given["what"])
        if what not in told and job.state != "done":
            yield f"Writing the {_WRITTEN[what]}", visit.jobs.progress(job)
        told.add(what)


def _written(visit: Visit) -> Iterator[PaperWrittenBefore]:
    for name, (called, path) in _papers(visit).items():
        if path.exists() and not path.is_symlink():
            moment = max(
                (one.stat().st_mtime for one in (path, *path.glob("*")) if one.is_file()),
                default=path.stat().st_mtime,
            )
            to = visit.at("data") if name == "data" else visit.at("paper", name=name)
            at = datetime.fromtimestamp(moment).astimezone()
            yield PaperWrittenBefore(called, at, to, written_as(path, at, visit.outputs))


def _stamps(place: Path) -> dict[str, tuple[int, int]]:
    """The files of a folder by name, with what changes where one is replaced."""
    found = sorted(place.iterdir()) if place.is_dir() else []
    return {
        path.name: (path.stat().st_mtime_ns, path.stat().st_ino)
        for path in found
        if path.is_file() and not path.is_symlink()
    }


def data(visit: Visit) -> Response:
    """Give out the data that were written, as one zip file.

    Raises:
        UsageError: none were, or they are being written.
    """
    place = output_of(visit.folder, visit.assessment.round) / _DATA
    before = _stamps(place)
    if not before:
        raise UsageError("No data have been written yet.", "Write them on the page Summary.")
    made = io.BytesIO()
    try:
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in before:
                if not name.startswith("."):
                    archive.write(place / name, name)
    except FileNotFoundError:
        before = {}  # replaced or removed meanwhile
    # Files of two times side by side would say what no paper says.
    if UNWRITTEN in before or _stamps(place) != before:
        raise UsageError(
            "The data are being written, or that was broken off.",
            "Wait until they are written, or write them again on the page Summary.",
        )
    named = "".join(
        char if char.isalnum() and char.isascii() else "-"
        for char in f"{visit.assessment.id}-{visit.assessment.round}-data"
    )
    return Response(
        made.getvalue(),
        media_type="application/octet-stream",
        headers={"content-disposition": f'attachment; filename="{named}.zip"'},
    )
