"""What we printed ourselves, so that whatever else can be seen in a workbook is told.

The texts are those of a workbook as it is issued, read like a return. Where settings or words
changed since a workbook went out, ours differ from those that stand in it: a sheet that lacks
many of them is left to the other checks, and a text in the place of another on Start that reads
much like one of ours is not taken for a partner's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz import fuzz

from xlassess.contract.layout import IDENTITY, LISTS, START, cell_name, cell_place
from xlassess.ingest.formats.kinds import guard
from xlassess.ingest.guard.notes import CHART
from xlassess.ingest.reading.cells.grid import Cell, Sheet, read_grid
from xlassess.ingest.reading.cells.values import is_blank, key, shown
from xlassess.model.answer import Issued
from xlassess.model.assessment import LEVELS
from xlassess.model.finding import Finding

_SHORTEST_CUT = 200
"""SheetJS cuts texts in .xls files after 255 characters; a shorter text is a text of its own."""

_MOST_MISSING = 0.4
"""A sheet that lacks more of its printed texts than this was printed by another version."""
_LEAST_ALIKE = 0.5
"""A sheet by another name that holds this share of printed texts is a copy of that sheet."""
_LONGEST_LABEL = 40
_MOST_COMPARED, _LEAST_RATIO = 500, 60
"""Characters compared, and from which likeness (of 100) on a text is ours in other settings."""
_HIDDEN = (LISTS, IDENTITY)
"""Sheets that nobody sees."""


@dataclass(frozen=True, slots=True)
class PrintedSheet:
    """What stands on one sheet as issued: its texts, other values by their column, formulas.

    ``keys`` are the texts as compared, ``places`` the cells with a printed text, ``computed``
    those of formulas and ``computing`` the columns that have any. ``begins`` are the first words of
    all texts, also of those that differ from copy to copy, ``margins`` the words that head and foot
    its pages. ``heads`` are the lines in small print that say whose a copy is, without that, with
    the marking at their end and without; ``links`` the addresses behind our words, and ``charts``
    how many charts we placed.
    """

    texts: frozenset[str]
    keys: frozenset[str]
    values: frozenset[tuple[int, str]]
    places: frozenset[tuple[int, int]]
    computed: frozenset[str]
    computing: frozenset[int]
    begins: frozenset[str] = frozenset()
    margins: frozenset[str] = frozenset()
    heads: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()
    charts: int = 0


@dataclass(frozen=True, slots=True)
class PrintedWorkbook:
    """The sheets of workbooks as issued, without the texts that differ from copy to copy."""

    sheets: Mapping[str, PrintedSheet] = field(default_factory=dict)

    def of(self, sheet: Sheet) -> PrintedSheet | None:
        """Return what was printed on a sheet; None for one that is none of ours.

        A sheet may have been renamed or copied.
        """
        own = self.sheets.get(sheet.name)
        if own is not None:
            return own
        for printed in self.sheets.values():
            if printed.texts and _share(printed.texts, sheet.contents) >= _LEAST_ALIKE:
                return printed
        return None


def personal_texts(issued: Issued) -> frozenset[str]:
    """Return the texts in a workbook that say whose it is, as they fill a cell."""
    names = (issued.reference, issued.partner, issued.respondent)
    level = LEVELS.get(issued.level, issued.level)
    return _as_cells((*names, level))


@lru_cache(maxsize=64)  # asked for each sheet of a workbook
def _as_cells(texts: tuple[str, ...]) -> frozenset[str]:
    return frozenset(" ".join(text.split()) for text in texts if text)


def read_printed(copies: Iterable[tuple[Issued, bytes]]) -> PrintedWorkbook:
    """Return what is printed in the workbooks of one toolkit, whoever they are for.

    Args:
        copies: workbooks as issued, and their bytes.
    """
    sheets: dict[str, list[PrintedSheet]] = {}
    for issued, data in copies:
        guarded = guard(data)
        grid = read_grid(guarded) if not isinstance(guarded, Finding) else guarded
        for sheet in () if isinstance(grid, Finding) else grid.sheets:
            if sheet.name not in _HIDDEN:
                sheets.setdefault(sheet.name, []).append(_printed(sheet, issued))
    return PrintedWorkbook({name: _joined(told) for name, told in sheets.items()})


def _printed(sheet: Sheet, issued: Issued) -> PrintedSheet:
    personal = personal_texts(issued)
    cells = [
        (row, column, cell)
        for row, cells in enumerate(sheet.rows)
        for column, cell in enumerate(cells)
        if not is_blank(cell)
    ]
    computed = sheet.notes.formulas
    texts = frozenset(
        cell
        for _, _, cell in cells
        if isinstance(cell, str) and cell not in personal and issued.reference not in cell
    )
    return PrintedSheet(
        texts=texts,
        keys=frozenset(map(key, texts)),
        values=frozenset((at, shown(cell)) for _, at, cell in cells if not isinstance(cell, str)),
        places=frozenset(
            (row, at)
            for row, at, cell in cells
            if cell_name(row, at) not in computed and cell not in personal
        ),
        computed=computed,
        computing=frozenset(cell_place(name)[1] for name in computed),
        begins=frozenset(_begin(cell) for _, _, cell in cells if isinstance(cell, str)),
        margins=frozenset(word for text in sheet.notes.margins for word in _single(text)),
        heads=_heads(sheet.contents, issued),
        links=frozenset(map(bare, sheet.notes.links.values())),
        charts=sum(one.what == CHART for one in sheet.notes.objects),
    )


def _heads(contents: Iterable[Cell], issued: Issued) -> frozenset[str]:
    """The lines that name the workbook, as compared, with the marking at their end and without."""
    lines = [text for text in contents if isinstance(text, str) and issued.reference in text]
    heads = frozenset(_nobodys(line, issued) for line in lines)
    return heads.union(key(head.rpartition(_DOT)[0]) for head in heads)


def _joined(sheets: Sequence[PrintedSheet]) -> PrintedSheet:
    first, *others = sheets
    for other in others:
        first = PrintedSheet(
            first.texts | other.texts,
            first.keys | other.keys,
            first.values | other.values,
            first.places | other.places,
            first.computed | other.computed,
            first.computing | other.computing,
            first.begins | other.begins,
            first.margins | other.margins,
            first.heads | other.heads,
            first.links | other.links,
            max(first.charts, other.charts),
        )
    return first


def _single(text: str) -> list[str]:
    return key(text).split()


def bare(address: str) -> str:
    """Return an address without what a message to it is to begin with."""
    return address.partition("?")[0] if address.startswith("mailto:") else address


_FIELDS = frozenset(("page", "of", "sheet", "???", "-", "/", "|"))
"""Words that programs put around the number of a page and the name of a sheet."""


def foreign_margins(sheets: Iterable[Sheet], printed: PrintedWorkbook) -> dict[str, list[str]]:
    """Return what heads or foots the pages of sheets and has a word that we printed nowhere there.

    Programs write headers and footers anew in parts of their own, so that words are compared.

    Args:
        sheets: the sheets.
        printed: what is printed in the workbook; nothing is told where that is not known.

    Returns:
        The texts of each sheet that has any, by its name.
    """
    if not printed.sheets:
        return {}
    ours = _FIELDS.union(*(one.margins for one in printed.sheets.values()))
    ours = ours.union(*(key(name).split() for name in printed.sheets))
    texts = {text for sheet in sheets for text in sheet.notes.margins}
    foreign = {
        text
        for text in texts
        if any(word not in ours and not word.isdecimal() for word in _single(text))
    }
    told = {
        sheet.name: [text for text in sheet.notes.margins if text in foreign]
        for sheet in (sheets if foreign else ())
    }
    return {name: texts for name, texts in told.items() if texts}


def _share(texts: frozenset[str], contents: frozenset[Cell]) -> float:
    return len(texts & contents) / len(texts)


def foreign_cells(
    sheet: Sheet,
    here: PrintedSheet,
    issued: Issued,
    own: Set[tuple[int, int]],
    *,
    computes: bool,
) -> Iterator[tuple[int, int]]:
    """Yield the cells (row and column) of one of our sheets in which we printed something else.

    Args:
        sheet: the sheet.
        here: what is printed on it.
        issued: whose workbook it is.
        own: the cells that are the partner's, or of which something is told already.
        computes: formulas are left on any sheet of the workbook.
    """
    if sheet.name in _HIDDEN:
        return
    if here.texts and 1 - _share(here.texts, sheet.contents) > _MOST_MISSING:
        return
    personal = personal_texts(issued)
    others = {
        cell
        for cell in sheet.contents - here.texts - personal
        if not is_blank(cell)
        and not (isinstance(cell, str) and _is_printed_otherwise(cell, issued, here))
    }
    if not others:
        return
    # what lies under a merged cell is told as well: taken apart, it shows
    computed = _our_formulas(sheet, here)
    results = (
        here.computing if _is_computed_away(sheet, here, computes=computes) else frozenset[int]()
    )
    # in one go, as most of what we did not print is the partner's own
    places = {
        (row, column)
        for row, cells in enumerate(sheet.rows)
        if not others.isdisjoint(cells)
        for column, cell in enumerate(cells)
        if cell in others
    }
    for row, column in sorted(places - own):
        if cell_name(row, column) in computed:
            continue
        if column not in results and not _may_be_ours(sheet, here, row, column):
            yield row, column


def _our_formulas(sheet: Sheet, here: PrintedSheet) -> frozenset[str]:
    """The cells whose formulas are ours; any, where rows or columns moved and ours with them."""
    at_their_places = here.computed <= sheet.notes.formulas
    return here.computed if at_their_places else sheet.notes.formulas


def _is_printed_otherwise(cell: str, issued: Issued, here: PrintedSheet) -> bool:
    """True for a text of ours that stands on no other copy, or not in full."""
    if issued.reference in cell and _is_small_print(cell, issued, here):
        return True
    # some programs cut texts in .xls files off
    return len(cell) >= _SHORTEST_CUT and any(text.startswith(cell) for text in here.texts)


def _is_small_print(cell: str, issued: Issued, here: PrintedSheet) -> bool:
    """True for the line that names the workbook at the head of every sheet, as we print it.

    A copy for typing in says so in that line. The marking at its end follows the settings, which
    may have changed since.
    """
    start, _, marking = cell.rpartition(_DOT)
    said = _nobodys(start, issued) if marking.isupper() else _nobodys(cell, issued)
    return said in here.heads


_WHO, _WHICH, _DOT, _CUT = "\ufffc", "\ufffd", " · ", "…"
_FOR_TYPING = "Copy for typing in, for "
_LEAST_NAME = 15
"""Letters that are left at least of a name shortened to fit the page."""


def _nobodys(text: str, issued: Issued) -> str:
    """A line of small print as compared, without what differs from copy to copy.

    That are the reference, the names and, among copies of several years, the round.
    """
    names, round_ = (issued.partner, issued.respondent), issued.identity.round
    known = _without_names if len(text) <= _MOST_COMPARED else _without_names.__wrapped__
    return known(text, issued.reference, names, round_)


@lru_cache(maxsize=64)  # the line is the same on all sheets of a workbook
def _without_names(text: str, reference: str, names: tuple[str, str], round_: str) -> str:
    plain = " ".join(text.split()).replace(reference, _WHICH)
    parts = plain.split(_DOT)
    if len(parts) > 1 and _are_named(parts[1].removeprefix(_FOR_TYPING), names):
        parts[1] = _WHO
    before, _, after = _DOT.join(parts).rpartition(f"round {round_}")
    return key(before + after)


def is_named(said: str, issued: Issued) -> bool:
    """Return whether a text is the names of the organisation and the person.

    Each may be shortened: long ones are where they would leave the page.

    Args:
        said: the text.
        issued: whose workbook it is.
    """
    return _are_named(said, (issued.partner, issued.respondent))


def _are_named(said: str, names: tuple[str, str]) -> bool:
    for number, name in enumerate(filter(None, names)):
        plain = " ".join(name.split())
        said = said.removeprefix(", ") if number else said
        if said.startswith(plain):
            said = said[len(plain) :]
            continue
        head, cut, rest = said.partition(_CUT)
        if not cut or len(head) < _LEAST_NAME or not plain.startswith(head):
            return False
        said = rest
    return not said


def _is_computed_away(sheet: Sheet, here: PrintedSheet, *, computes: bool) -> bool:
    """True where a program left only results of our formulas, which change as answers come.

    Of a sheet with one formula nobody can tell by the sheet alone whether a program left its
    result or a person wrote over it: then the rest of the workbook decides.
    """
    if sheet.notes.formulas or not here.computed:
        return False
    return len(here.computed) > 1 or not computes


def _may_be_ours(sheet: Sheet, here: PrintedSheet, row: int, column: int) -> bool:
    cell = sheet.rows[row][column]
    if isinstance(cell, str):
        # what is printed on Start follows the settings, which may have changed since
        at_its_place = sheet.name == START and (row, column) in here.places
        return key(cell) in here.keys or (at_its_place and _reads_alike(cell, here))
    return (column, shown(cell)) in here.values


def _reads_alike(text: str, here: PrintedSheet) -> bool:
    """True for a text that begins like a printed one, or is mostly the same.

    Names, days and addresses in our sentences change with the settings; their words do not.
    """
    short = text[:_MOST_COMPARED]
    return _begin(text) in here.begins or any(
        fuzz.ratio(one[:_MOST_COMPARED], short) >= _LEAST_RATIO for one in here.texts
    )


def _begin(text: str) -> str:
    """What a text begins with: words up to a colon, or the first two of more than a name has."""
    head, colon, _ = text[:_LONGEST_LABEL].partition(":")
    words = text[:_MOST_COMPARED].split()
    return (head if colon else " ".join(words[:2] if len(words) > 2 else words)).casefold()
