"""What a person sees of the cells of an Open XML sheet that the parser does not tell.

Crossed-out words, addresses behind words, numbers under a number format, pictures in cells.
Everything is looked for only where a few bytes say that there may be some.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias, TypeVar

from xlassess.contract.layout import cell_name, cell_place
from xlassess.ingest.formats.display import displayed, masked
from xlassess.ingest.formats.margins import of_markup
from xlassess.ingest.formats.relationships import Relation
from xlassess.ingest.formats.rules import conditions_of, looks_under
from xlassess.ingest.formats.runs import Runs, faded, inline_runs, may_hide, settled, shared_runs
from xlassess.ingest.formats.styles import CellStyles
from xlassess.ingest.formats.visibility import hidden_columns, hidden_rows
from xlassess.ingest.guard.colours import Colour
from xlassess.ingest.guard.markup import tags
from xlassess.ingest.guard.notes import MOST_NOTES, CrossedOut, SheetNotes
from xlassess.ingest.guard.package import Package, UnsafePartError

_CELL = re.compile(
    rb"<(?:[\w.-]{1,40}:)?c(?=\s)([^<>]*)>"
    rb"(?:\s*<(?:[\w.-]{1,40}:)?v(?:\s[^<>]*)?>\s*([^<>]{0,40}?)\s*<)?"
)
"""A cell's tag, and its value where that comes first, which a formula's does not."""
_ADDRESS = re.compile(rb"""\sr=["']([A-Za-z]{1,3}\d{1,7})["']""")
_STYLE = re.compile(rb"""\ss=["'](\d{1,5})["']""")
_TYPE = re.compile(rb"""\st=["'](\w{1,12})["']""")
_LINK = re.compile(rb"<(?:[\w.-]{1,40}:)?hyperlink(?=\s)([^<>]*)>")
_IN_LINK = re.compile(rb"hyperlink\s")
_FIELD = re.compile(rb"""\s([\w.:-]{1,60})=(?:"([^"<>]*)"|'([^'<>]*)')""")
_WITH_FORMAT = (b"n", b"s", b"str", b"inlineStr")
_CELLS = b"sheetData"
_STRUCTURES = "xl/richdata/rdrichvaluestructure.xml"
_PICTURES = (b"_localImage", b"_webimage")
"""The types of rich values that are pictures ([MS-XLSX] 2.3.6.1 and the files of Excel 365)."""
_MOST_RUNS_TEXT = 1 << 22
_MOST_ORED = 500
"""Formats looked for by their numbers; a pattern of thousands would take seconds to make."""
_FILLED = re.compile(
    rb"<(?:[\w.-]{1,40}:)?c(?=\s)([^<>/]*)>"
    rb"(?:\s*<(?:[\w.-]{1,40}:)?v(?:\s[^<>]*)?>\s*([^<>]{0,40}?)\s*<)?"
)
"""The same of a cell that holds something."""
_CellColours: TypeAlias = dict[tuple[int, int], tuple[Colour, Colour]]
"""The colours of cells, of letters and behind them, by row and column."""
_InPart = TypeVar("_InPart", CrossedOut, str)


@dataclass(frozen=True, slots=True)
class CellFacts:
    """What the cells of all sheets share: their styles, texts, and where days begin.

    ``stated`` is the part that states the styles; ``package`` is where pictures are looked for that
    stand in cells.
    """

    styles: CellStyles
    stated: bytes
    texts: bytes = b""
    from_1904: bool = False
    package: Package | None = None
    runs: dict[int, Runs] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read the pieces of the shared texts, if any of them may be crossed out or not seen."""
        if may_hide(self.texts, self.styles):
            self.runs.update(shared_runs(self.texts))

    @property
    def pictures(self) -> bool:
        """True where error cells of a certain kind are pictures."""
        if self.package is None or _STRUCTURES not in self.package.names:
            return False
        try:
            structures = self.package.get(_STRUCTURES)
        except UnsafePartError:
            return False
        return any(kind in structures for kind in _PICTURES)


@lru_cache(maxsize=64)
def _in_styled(numbers: frozenset[int]) -> re.Pattern[bytes]:
    """Find what says that a cell is in one of these formats; most that are hold nothing."""
    ored = r"\d{1,6}" if len(numbers) > _MOST_ORED else "|".join(map(str, sorted(numbers)))
    return re.compile(rf"""s=["'](?:{ored})["'](?!\s?/)""".encode())


def facts_of(
    related: Sequence[Relation],
    part: bytes,
    notes: SheetNotes,
    cells: CellFacts,
    *,
    hidden: bool = False,
) -> SheetNotes:
    """Return the notes of a sheet with what is seen of its cells, headers and footers.

    Args:
        related: what the sheet's part leads to.
        part: the sheet's part.
        notes: what was measured of it: its area, and the cells that compute, err or are covered.
        cells: what the cells of all sheets share.
        hidden: nobody sees the sheet.
    """
    styles = cells.styles
    # many a look goes over all the bytes it is given, so that each is given no more than it needs
    first, last = part.find(_CELLS), part.rfind(_CELLS)
    rows = part[first:last] if first < last else part
    seen = _in_formats(rows, notes.formulas, cells)
    struck, pale = seen.struck, seen.pale
    runs = _runs(part, rows, cells)
    partly = {at: said for at, said in _struck(runs, struck).items() if at not in seen.lined}
    conditions = conditions_of(part, styles)
    colours = _colours(rows, styles) if runs or conditions else {}
    unseen = _faded(runs, colours, pale)
    errors, pictured = notes.errors, frozenset[str]()
    if errors and b"vm=" in rows and cells.pictures:
        pictured = errors & _with_value(rows)
        errors -= pictured
    # made anew: to replace what differs, each of all the others would be asked for by its name
    return SheetNotes(
        formulas=notes.formulas,
        errors=errors,
        truths=notes.truths,
        covered=notes.covered,
        area=notes.area,
        struck=frozenset(struck | seen.lined),
        partly_struck=partly,
        links=_links(related, part) if related and b"yperlink" in part else {},
        pictured=pictured,
        shown=seen.shown,
        masked=seen.masks,
        margins=of_markup(part),
        hidden=hidden,
        hidden_rows=hidden_rows(rows),
        hidden_columns=hidden_columns(part),
        pale=frozenset(pale),
        partly_pale=unseen,
        conditions=conditions,
        looks=looks_under(conditions, colours) if conditions else {},
    )


@dataclass(slots=True)
class _InFormats:
    """What the formats of cells make of them; ``lined`` is crossed out from corner to corner."""

    struck: set[str] = field(default_factory=set)
    lined: set[str] = field(default_factory=set)
    pale: set[str] = field(default_factory=set)
    shown: dict[str, str] = field(default_factory=dict)
    masks: dict[str, str] = field(default_factory=dict)


def _in_formats(rows: bytes, formulas: Set[str], cells: CellFacts) -> _InFormats:
    styles, seen = cells.styles, _InFormats()
    wanted = frozenset(styles.struck | styles.codes.keys() | styles.pale)
    for cell, style, kind, value in _styled(rows, wanted) if wanted else ():
        if style in styles.struck:
            (seen.lined if style in styles.lined else seen.struck).add(cell)
        if style in styles.pale:
            seen.pale.add(cell)
        if style in styles.codes and kind in _WITH_FORMAT and cell not in formulas:
            code = styles.codes[style]
            if text := _display(value, code, cells.from_1904) if kind == b"n" else "":
                seen.shown[cell] = text
            if (mask := _mask(value, code, kind)) is not None:
                seen.masks[cell] = mask
    return seen


def _styled(part: bytes, wanted: frozenset[int]) -> Iterator[tuple[str, int, bytes, bytes]]:
    """Yield address, format, type and value of the cells in these formats."""
    for match in tags(part, _in_styled(wanted), _FILLED):
        attributes = match[1]
        address, style = _ADDRESS.search(attributes), _STYLE.search(attributes)
        if address and style and int(style[1]) in wanted:
            kind = _TYPE.search(attributes)
            cell = address[1].decode().upper()
            yield cell, int(style[1]), kind[1] if kind else b"n", match[2] or b""


def _display(value: bytes, code: str, from_1904: bool) -> str:
    try:
        return displayed(float(value), code, from_1904=from_1904)
    except ValueError:
        return ""


def _mask(value: bytes, code: str, kind: bytes) -> str | None:
    try:
        return masked(code, float(value) if kind == b"n" else None)
    except ValueError:
        return None


def _runs(part: bytes, rows: bytes, cells: CellFacts) -> dict[str, Runs]:
    """The texts of cells in pieces, if anything in any of them may be crossed out or not seen."""
    found: dict[str, Runs] = {}
    if cells.runs:
        for match in _CELL.finditer(rows):
            kind = _TYPE.search(match[1])
            if not kind or kind[1] != b"s" or not (match[2] or b"").isdigit():
                continue
            runs, address = cells.runs.get(int(match[2])), _ADDRESS.search(match[1])
            if runs and address:
                found[address[1].decode().upper()] = runs
    if b"rPr" in rows and len(part) < _MOST_RUNS_TEXT and may_hide(rows, cells.styles):
        found.update(inline_runs(part))
    return found


def _struck(found: Mapping[str, Runs], struck: set[str]) -> dict[str, CrossedOut]:
    """The cells whose words are crossed out in part; those in whole are added to ``struck``."""
    return _in_part(((cell, settled(runs, cell in struck)) for cell, runs in found.items()), struck)


def _faded(found: Mapping[str, Runs], colours: _CellColours, pale: set[str]) -> dict[str, str]:
    """The words that nobody sees of cells; those of which none is seen are added to ``pale``."""
    named = ((cell_name(*place), pair) for place, pair in colours.items())
    said = ((cell, faded(found[cell], *pair)) for cell, pair in named if cell in found)
    return _in_part(said, pale)


def _in_part(said: Iterable[tuple[str, _InPart | bool]], whole: set[str]) -> dict[str, _InPart]:
    """What holds of cells in part; those in which it holds of all are added to ``whole``.

    Args:
        said: what holds of each cell, or one truth for all that is in it.
        whole: the cells of which it holds in whole; it is put right.
    """
    partly: dict[str, _InPart] = {}
    for cell, one in said:
        whole.discard(cell)
        if one is True:
            whole.add(cell)
        elif not isinstance(one, bool):
            partly[cell] = one
    return partly


def _colours(part: bytes, styles: CellStyles) -> _CellColours:
    """The colours of the filled cells of a sheet, of letters and behind them."""
    colours: _CellColours = {}
    for match in _FILLED.finditer(part):
        if address := _ADDRESS.search(match[1]):
            style = _STYLE.search(match[1])
            place = cell_place(address[1].decode().upper())
            colours[place] = styles.colours_of(int(style[1]) if style else 0)
    return colours


def _with_value(part: bytes) -> frozenset[str]:
    """The cells that have a value of a richer kind than a cell's own."""
    return frozenset(
        address[1].decode().upper()
        for match in _CELL.finditer(part)
        if b" vm=" in match[1] and (address := _ADDRESS.search(match[1]))
    )


def _links(related: Sequence[Relation], part: bytes) -> Mapping[str, str]:
    """The addresses behind cells, by the first cell of the area they lie behind."""
    addresses = {one.id: one.address for one in related if one.external}
    links: dict[str, str] = {}
    for match in tags(part, _IN_LINK, _LINK) if addresses else ():
        said = {
            key.rpartition(b":")[2]: one or other for key, one, other in _FIELD.findall(match[1])
        }
        address = addresses.get(said.get(b"id", b"").decode("utf-8", "replace"), "")
        cell = said.get(b"ref", b"").decode("ascii", "replace").partition(":")[0].upper()
        if address and cell and len(links) < MOST_NOTES:
            links.setdefault(cell, address)
    return links
