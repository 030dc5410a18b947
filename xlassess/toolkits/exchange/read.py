"""The tables of a toolkit's workbook as the content of a toolkit file, with each value's cell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from xlassess.contract.layout import cell_name
from xlassess.files.problems import Problem, did_you_mean
from xlassess.files.yaml_file import Loc, Tree
from xlassess.toolkits.exchange.cells import BookCell, number_text
from xlassess.toolkits.exchange.find import BlockEntry, BookFault, CellAddress, FoundBlock, Row
from xlassess.toolkits.exchange.sheets import (
    BANDS,
    HORIZONS,
    ITEMS,
    OVERALL,
    PLAN,
    SCALE_FACTS,
    SCALES,
    SCENARIOS,
    SCORING,
    SECTIONS,
    STATUSES,
    TOOLKIT,
    VIEWS,
    Block,
    BookColumn,
    heading_of,
)
from xlassess.toolkits.remarks import folded

_YES_NO = {"yes": "true", "no": "false", "true": "true", "false": "false"}
_TEXT = BookColumn("", "", "")
_NAMED = re.compile(r"'([a-z_]+)(?:: (true|false))?'")
_AS_TEXT = "Format the cell as Text, then type it again. As a number, 1.10 and 1.1 are the same."


@dataclass(slots=True)
class BookSource:
    """A workbook read as the content of a toolkit file; knows the cell of every value.

    ``tree`` is what a toolkit file would hold, ``faults`` what could not be read.
    """

    name: str
    tree: Tree = None
    problems: tuple[Problem, ...] = ()
    faults: list[BookFault] = field(default_factory=list)
    places: dict[Loc, CellAddress] = field(default_factory=dict)
    texts: dict[CellAddress, str] = field(default_factory=dict)

    def note(self, loc: Loc, entry: BlockEntry) -> None:
        """Remember the cell of the value at a place of the file."""
        self.places[loc] = entry.place
        self.texts[entry.place] = entry.cell.text

    def problem(self, path: Loc, message: str, hint: str = "") -> Problem:
        """Return a problem with the value at a place of the file, in the words of the sheets."""
        path = tuple(path)
        place = next(
            (self.places[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.places),
            CellAddress(TOOLKIT.sheet),
        )
        own = self.texts.get(place, "")
        return self.at(place, _in_headings(message, path, own), _in_headings(hint, path, own))

    def at(self, place: CellAddress, message: str, hint: str) -> Problem:
        """Return a problem with a cell."""
        cell = cell_name(place.row, place.column)
        return Problem(self.name, place.row + 1, message, hint, cell, place.sheet)


def _in_headings(text: str, loc: Loc, own: str) -> str:
    """Return a remark with the headings of the sheets in place of the names of fields."""

    def heading(match: re.Match[str]) -> str:
        found = "" if match[1] == own else heading_of(match[1], loc)
        if not found:
            return match[0]
        said = {"true": " to yes", "false": " to no"}.get(match[2] or "", "")
        return f"'{found}'{said}"

    return _NAMED.sub(heading, text)


def read_blocks(name: str, found: Mapping[Block, FoundBlock]) -> BookSource:
    """Return the blocks of a workbook as the content of a toolkit file.

    Args:
        name: the file's name, as problems show it.
        found: every block.
    """
    source = BookSource(name)
    source.places = {block.loc: place.place for block, place in found.items() if block.loc}
    reader = _Reader(source, found)
    tree: dict[str, Any] = {"year": None}
    reader.fill(TOOLKIT, (), reader.form(TOOLKIT), tree)
    tree["views"] = reader.listed(VIEWS, ("views",))
    tree["scales"] = reader.scales()
    reader.sections(tree)
    reader.items()
    tree["scoring"] = reader.filled(SCORING, ("scoring",), reader.form(SCORING))
    reader.bands(tree["scoring"])
    plan = reader.plan()
    if plan:
        tree["action_plan"] = plan
    source.tree = tree
    return source


@dataclass(slots=True)
class _Reader:
    source: BookSource
    found: Mapping[Block, FoundBlock]
    by_id: dict[str, tuple[Loc, dict[str, Any]]] = field(default_factory=dict)

    def fault(self, entry: BlockEntry, message: str, hint: str) -> None:
        self.source.faults.append(BookFault(entry.place, message, hint))

    def form(self, block: Block) -> Row:
        return self.found[block].rows[0]

    def value(self, entry: BlockEntry, column: BookColumn) -> Tree:
        """Return what a cell says, None where it says nothing; note what is wrong with it."""
        cell = entry.cell
        if cell.fault:
            self.fault(entry, f"The cell {cell.fault}.", "Enter the value itself.")
        if cell.fault or cell.is_blank:
            return None
        if column.kind == "yes-no":
            return self._yes_or_no(entry)
        if column.kind == "number":
            return self._number(entry)
        if not isinstance(cell.value, str):
            self.fault(entry, f"The cell {_what(cell)}, where text is expected.", _AS_TEXT)
        if column.kind in ("names", "lines"):
            between = r"[\s,;]+" if column.kind == "names" else r"\s*\n\s*"
            return [word for word in re.split(between, cell.text) if word]
        return cell.text

    def _number(self, entry: BlockEntry) -> Tree:
        if not isinstance(entry.cell.value, bool):
            return entry.cell.text
        self.fault(entry, f"The cell {_what(entry.cell)}, not a number.", "Enter a number.")
        return None

    def _yes_or_no(self, entry: BlockEntry) -> Tree:
        said = _YES_NO.get(folded(str(entry.cell.value)))
        if said is None:
            message = f"'{entry.cell.text}' is neither yes nor no."
            self.fault(entry, message, "Write yes or no, or clear the cell.")
        return said

    def fill(self, block: Block, loc: Loc, row: Row, node: dict[str, Any]) -> None:
        """Put the values of a row into a part of the tree, and remember their cells."""
        columns = {column.field: column for column in block.columns}
        for name, entry in row.items():
            column = columns.get(name, _TEXT)
            value = self.value(entry, column)
            head, _, rest = name.partition(".")
            self.source.note((*loc, head, rest) if rest else (*loc, head), entry)
            if value is None:
                continue
            if rest:
                node.setdefault(head, {})[rest] = value
            else:
                node[head] = value

    def filled(self, block: Block, loc: Loc, row: Row) -> dict[str, Any]:
        """Return a new part of the tree made from a row."""
        node: dict[str, Any] = {}
        self.source.places[loc] = next(iter(row.values())).place
        self.fill(block, loc, row, node)
        return node

    def listed(self, block: Block, loc: Loc) -> list[dict[str, Any]]:
        """Return the rows of a table as a list."""
        rows = enumerate(self.found[block].rows)
        return [self.filled(block, (*loc, index), row) for index, row in rows]

    def scales(self) -> dict[str, Any]:
        scales: dict[str, Any] = {}
        for row in self.found[SCALES].rows:
            name = self._reference(row["scale"], SCALES.column("scale"), "scale")
            if not name:
                continue
            loc: Loc = ("scales", name)
            if name not in scales:
                scales[name] = self.filled(SCALES, loc, {f: row[f] for f in SCALE_FACTS})
                scales[name]["choices"] = []
                self.source.places[loc] = row["scale"].place
            else:
                self._same_facts(scales[name], loc, {f: row[f] for f in SCALE_FACTS})
            at = (*loc, "choices", len(scales[name]["choices"]))
            choice = {f: entry for f, entry in row.items() if f not in (*SCALE_FACTS, "scale")}
            scales[name]["choices"].append(self.filled(SCALES, at, choice))
        return scales

    def _same_facts(self, scale: dict[str, Any], loc: Loc, row: Row) -> None:
        """Take what a later row says of a scale, if it does not contradict an earlier one."""
        given: dict[str, Any] = {}
        for name, entry in row.items():
            if entry.cell.is_blank:
                continue
            value = self.value(entry, SCALES.column(name))
            if name in scale and value not in (None, scale[name]):
                message = f"Scale {loc[-1]} has another '{SCALES.column(name).heading}' above."
                self.fault(entry, message, "Enter it once, in the first row of the scale.")
            elif value is not None and name not in scale:
                given[name] = value
                self.source.note((*loc, name), entry)
        scale.update(given)

    def sections(self, tree: dict[str, Any]) -> None:
        tree["sections"], tree["closing"] = [], []
        for row in self.found[SECTIONS].rows:
            closing = self.value(row["closing"], SECTIONS.column("closing")) == "true"
            kind = "closing" if closing else "sections"
            loc: Loc = (kind, len(tree[kind]))
            own = {name: entry for name, entry in row.items() if name != "closing"}
            section = self.filled(SECTIONS, loc, own) | {"items": []}
            tree[kind].append(section)
            if isinstance(section.get("id"), str):
                self.by_id.setdefault(section["id"], (loc, section))

    def items(self) -> None:
        for row in self.found[ITEMS].rows:
            name = self._reference(row["section"], ITEMS.column("section"), "section")
            if name and name not in self.by_id:
                message = f"There is no section '{name}' on sheet {SECTIONS.sheet}."
                self.fault(row["section"], message, did_you_mean(name, self.by_id))
            elif name:
                loc, section = self.by_id[name]
                at = (*loc, "items", len(section["items"]))
                own = {field: entry for field, entry in row.items() if field != "section"}
                own = {"id": own.pop("id"), **own}
                section["items"].append(self.filled(ITEMS, at, own))

    def bands(self, scoring: dict[str, Any]) -> None:
        self.source.places[("scoring", "bands")] = self.found[BANDS].place
        for row in self.found[BANDS].rows:
            name = self._reference(row["section"], BANDS.column("section"), "section")
            overall = name == OVERALL or (name.casefold() == "overall" and name not in self.by_id)
            if name and not overall and name not in self.by_id:
                message = f"There is no section '{name}' on sheet {SECTIONS.sheet}."
                self.fault(row["section"], message, did_you_mean(name, [*self.by_id, OVERALL]))
            elif name:
                loc, owner = (("scoring",), scoring) if overall else self.by_id[name]
                bands = owner.setdefault("bands", [])
                if not bands:
                    self.source.note((*loc, "bands"), row["section"])
                own = {field: entry for field, entry in row.items() if field != "section"}
                bands.append(self.filled(BANDS, (*loc, "bands", len(bands)), own))

    def plan(self) -> dict[str, Any]:
        """Return the action plan; empty where nothing is said of one."""
        loc = PLAN.loc
        plan = self.filled(PLAN, loc, self.form(PLAN))
        for block in (HORIZONS, STATUSES, SCENARIOS):
            rows = self.listed(block, block.loc)
            if rows:
                plan[block.loc[-1]] = rows
        if plan:
            plan = {"horizons": [], "statuses": []} | plan
        return plan

    def _reference(self, entry: BlockEntry, column: BookColumn, what: str) -> str:
        """Return the id of the scale or section a row belongs to; empty where there is none."""
        name = self.value(entry, column)
        if name is None and not entry.cell.fault:
            self.fault(entry, f"This row names no {what}.", f"Enter the id of its {what}.")
        return name if isinstance(name, str) else ""


def _what(cell: BookCell) -> str:
    if isinstance(cell.value, bool):
        return f"holds the truth value {str(cell.value).upper()}"
    if isinstance(cell.value, (int, float)):
        return f"holds the number {number_text(cell.value)}"
    return "holds no text"
