"""Where everything stands in a workbook: the one place that holds rows and columns.

The writer puts things where this module says; the reader looks there first and then by item
number and column heading. Rows and columns are counted from 0. A change that moves anything
raises `CONTRACT_VERSION`; workbooks of an issued version must stay readable.

Every question sheet is built alike::

    row 0  title
    row 1  what the section is about (prose, merged across the table's width)
    row 2  progress ("4 of 6 answered")
    row 3  the workbook's reference, in small print
    row 4  column headings               (rows 3 and 4 repeat on every printed page)
    row 5  the first item, and so on; a second table (free text below ratings) follows after
           an empty row and has headings of its own
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Literal, cast

from xlassess.model.plan import ENTRIES, JOINT_KINDS, JointKind
from xlassess.model.toolkit import WIDE_ANSWERS, Item, Section, Toolkit, answer_field

CONTRACT_VERSION = 1

START = "Start"
PROFILE = "Profile"
ACTION_PLAN = "Action plan"
LISTS = "xl_lists"
IDENTITY = "xl_identity"
RESERVED_SHEETS = (START, PROFILE, ACTION_PLAN, LISTS, IDENTITY)

TITLE_ROW, ABOUT_ROW, PROGRESS_ROW, REFERENCE_ROW, HEADER_ROW, FIRST_ITEM_ROW = range(6)

Role = Literal[
    "item", "ask", "why", "level", "answer", "status", "comment", "evidence", "action",
    "horizon", "owner", "deadline", "measure", "progress", "earlier", "reason",
]  # fmt: skip
"""What a column is for; the last two stand in query workbooks only."""

HEADERS: dict[str, str] = {
    "item": "Item",
    "ask": "Question",
    "why": "Guidance",
    "answer": "Your answer",
    "status": "Status",
    "comment": "Comments",
    "evidence": "Evidence",
    "action": "Action",
    "horizon": "When",
    "owner": "Owner",
    "deadline": "Deadline",
    "measure": "How we will know",
    "progress": "State of progress",
    "earlier": "Your earlier answer",
    "reason": "Please check",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its role, heading, position and width in characters.

    ``detail`` is the choice code of a level column, or the field name of an answer column
    (``answer`` or ``answer:VIEW``). ``entry`` is the kind of answer that the column takes; empty
    where that is up to each item.
    """

    role: Role
    header: str
    index: int
    width: float
    detail: str = ""
    entry: str = ""

    @property
    def field(self) -> str:
        """The answer field this column holds, or an empty text."""
        if self.role == "answer":
            return self.detail
        return self.role if self.role in ("comment", "evidence") else ""

    def takes(self, item: Item) -> str:
        """Return the kind of answer that an item takes in this column: a scale, or a free one."""
        return self.entry or item.answer

    def is_wide(self, item: Item) -> bool:
        """True where an item takes free text in this column."""
        return self.takes(item) in WIDE_ANSWERS


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One item's row."""

    item: Item
    index: int


@dataclass(frozen=True, slots=True)
class TableLayout:
    """A table of items on a question sheet: its heading row, columns and item rows.

    ``wide`` tables take free text: the answer stands in the wide last column. In a table that
    mixes both, free text is written in the comment column.
    """

    header_row: int
    columns: tuple[Column, ...]
    rows: tuple[QuestionRow, ...]
    wide: bool

    def column(self, role: Role, detail: str | None = None) -> Column | None:
        """Return the first column with this role (and detail), or None."""
        for column in self.columns:
            if column.role == role and detail in (None, column.detail):
                return column
        return None

    def fields(self, item: Item) -> tuple[Column, ...]:
        """The columns in which this item takes an answer, comment or evidence.

        Each column's ``field`` names what is written there. Where free text stands in the
        comment column, that column is returned in the role of the answer.
        """
        if item.is_wide and not self.wide:
            comment = self.column("comment")
            return (replace(comment, role="answer", detail="answer"),) if comment else ()
        return tuple(column for column in self.columns if _takes(item, column))


@dataclass(frozen=True, slots=True)
class SectionLayout:
    """One question sheet."""

    section: Section
    sheet: str
    tables: tuple[TableLayout, ...]

    @property
    def last_column(self) -> int:
        """The index of the last column in use."""
        return max(column.index for table in self.tables for column in table.columns)

    @property
    def last_row(self) -> int:
        """The index of the last item's row."""
        return self.tables[-1].rows[-1].index


@dataclass(frozen=True, slots=True)
class ActionPlanLayout:
    """The action-plan sheet: one table of empty rows; row numbers stand in column 0.

    ``proposal`` is the row of the free-text proposal below the table (its text cell is in
    column 2), or None.
    """

    sheet: str
    columns: tuple[Column, ...]
    header_row: int
    first_row: int
    last_row: int
    proposal: int | None

    def column(self, role: Role) -> Column:
        """Return the column with this role.

        Raises:
            KeyError: the action plan has no such column.
        """
        for column in self.columns:
            if column.role == role:
                return column
        raise KeyError(role)


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole workbook, sheet by sheet."""

    toolkit: Toolkit
    sections: tuple[SectionLayout, ...]
    action_plan: ActionPlanLayout | None

    @property
    def sheets(self) -> tuple[str, ...]:
        """Every sheet's name, in order."""
        plan = (ACTION_PLAN,) if self.action_plan else ()
        middle = tuple(section.sheet for section in self.sections)
        return (START, *middle, PROFILE, *plan, LISTS, IDENTITY)


IDENTITY_KEYS = (
    "contract", "reference", "assessment", "round", "partner", "respondent", "toolkit",
    "version", "digest", "seal",
)  # fmt: skip
"""Keys of the identity sheet, one a row from row 0: key in column 0, value in column 1; also
the names of the custom document properties, each with `PROPERTY_PREFIX`."""

FURTHER_KEYS = ("of", "asks", "promise", "kind", "given", "entered")
"""Further keys, each only where there is something to say. In a query workbook: the reference of
the workbook it asks about, and the digest of what it asks. What the workbook promised about who
will see what: workbooks of earlier versions have no such key. What a joint workbook is for. What a
workbook shows of last time. In a copy for typing in: where the answers come from, when, and who
types; ``of`` is then the workbook it stands for."""

PROPERTY_PREFIX = "xlassess-"


def list_name(scale_id: str) -> str:
    """The defined name of a scale's labels on the lists sheet."""
    return "list_" + scale_id.replace("-", "_")


def score_name(scale_id: str) -> str:
    """The defined name of a scale's scores on the lists sheet."""
    return "score_" + scale_id.replace("-", "_")


def proper_name(scale_id: str) -> str:
    """The defined name of marks beside a scale's labels: 1 for an answer proper, else 0."""
    return "proper_" + scale_id.replace("-", "_")


HORIZONS, STATUSES, PLAN_ITEMS = "plan-when", "plan-status", "plan-items"
"""Ids under which the action plan's choices stand on the lists sheet."""


def cell_name(row: int, column: int) -> str:
    """Return the A1 name of a cell counted from 0."""
    return f"{column_name(column)}{row + 1}"


def cell_place(name: str) -> tuple[int, int]:
    """Return the row and column, counted from 0, of a cell by its A1 name.

    Raises:
        ValueError: that is no cell's name.
    """
    letters = name.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + "ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(letter) + 1
    return int(name[len(letters) :]) - 1, column - 1


@lru_cache(maxsize=1024)
def column_name(column: int) -> str:
    """Return the letters of a column counted from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


JOINT: dict[str, JointKind] = {f"{kind} of the partnership": kind for kind in JOINT_KINDS}
"""The ids of the questions of joint workbooks. No toolkit file can have such an id, which has
spaces in it."""

_JOINT_ASKS: dict[JointKind, str] = {
    "plan": "Proposed action", "progress": "Agreed action", "workshop": HEADERS["ask"],
}  # fmt: skip
_JOINT_WHYS: dict[JointKind, str] = {
    "plan": "What it answers", "progress": "About it", "workshop": "How answers fall",
}  # fmt: skip
_JOINT_WIDTHS: dict[str, float] = {
    "item": 6, "ask": 30, "why": 34, "status": 13,
    "decision": 13, "into": 8, "wording": 28, "owner": 16, "deadline": 12.5, "measure": 20,
    "reason": 18, "state": 13, "done": 36, "done_on": 12.5, "new_deadline": 12.5, "because": 28,
    "judgement": 18, "grounds": 34, "following": 34,
}  # fmt: skip


def layout(toolkit: Toolkit) -> Layout:
    """Return where everything stands in this toolkit's workbook (contract version 1)."""
    if toolkit.id in JOINT:
        joint = tuple(_joint(toolkit, JOINT[toolkit.id], section) for section in toolkit.sections)
        return Layout(toolkit, joint, None)
    sections = tuple(_section_layout(toolkit, section) for section in toolkit.all_sections)
    return Layout(toolkit, sections, _action_plan(toolkit))


def _joint(toolkit: Toolkit, kind: JointKind, section: Section) -> SectionLayout:
    """Return a sheet of a joint workbook: one table, with a column for each thing filled in."""
    heads = (("item", HEADERS["item"]), ("ask", _JOINT_ASKS[kind]), ("why", _JOINT_WHYS[kind]))
    columns = [
        Column(cast("Role", role), header, at, _JOINT_WIDTHS[role])
        for at, (role, header) in enumerate(heads)
    ]
    for view in toolkit.views:
        entry, width = ENTRIES[kind][view.id], _JOINT_WIDTHS[view.id]
        field = answer_field(view.id)
        columns.append(Column("answer", view.label, len(columns), width, field, entry))
    columns.append(Column("status", HEADERS["status"], len(columns), _JOINT_WIDTHS["status"]))
    rows = tuple(QuestionRow(item, FIRST_ITEM_ROW + i) for i, item in enumerate(section.items))
    table = TableLayout(HEADER_ROW, tuple(columns), rows, wide=False)
    return SectionLayout(section, section.tab, (table,))


def _section_layout(toolkit: Toolkit, section: Section) -> SectionLayout:
    tables: list[TableLayout] = []
    header = HEADER_ROW
    for wide, items in _runs(section):
        first = header + 1
        rows = tuple(QuestionRow(item, first + i) for i, item in enumerate(items))
        tables.append(TableLayout(header, _columns(toolkit, section, items, wide), rows, wide))
        header = rows[-1].index + 2
    return SectionLayout(section, section.tab, tuple(tables))


def _runs(section: Section) -> list[tuple[bool, list[Item]]]:
    """Split a section into tables: free text apart from what is chosen, in order.

    Where the two alternate, one mixed table reads better than many short ones.
    """
    if section.form == "text":
        return [(True, list(section.items))]
    runs: list[tuple[bool, list[Item]]] = []
    for item in section.items:
        if not runs or runs[-1][0] != item.is_wide:
            runs.append((item.is_wide, []))
        runs[-1][1].append(item)
    return runs if len(runs) <= _MOST_TABLES else [(False, list(section.items))]


_MOST_TABLES = 2
_MIXED_HEADER = "Comments, or your answer"
_PROMPTS_HEADER = "Points to consider"

_WIDTHS: dict[str, dict[str, float]] = {
    "statements": {"item": 7, "ask": 44, "why": 46, "answer": 21, "status": 10, "comment": 40},
    # Narrow enough to print at 8 points on A4, and to show every column at 1,366 pixels.
    "matrix": {
        "item": 6,
        "ask": 21,
        "why": 30,
        "level": 26,
        "answer": 14,
        "status": 9,
        "comment": 18,
    },
    "checklist": {"item": 7, "ask": 62, "why": 30, "answer": 15, "status": 10, "comment": 46},
    "text": {"item": 7, "ask": 40, "why": 44, "answer": 62, "status": 10, "comment": 40},
}
_WITH_EVIDENCE: dict[str, float] = {
    "item": 6, "ask": 24, "why": 32, "answer": 46, "status": 9, "comment": 24, "evidence": 21,
}  # fmt: skip
"""Widths on a sheet of free text that asks for evidence too, as wide as a matrix beside it."""

_EVIDENCE_WIDTHS = {"matrix": 16.0}
_EVIDENCE_WIDTH = 30.0
_FOLLOW_UP_WIDTHS = {"matrix": 12.0}
_FOLLOW_UP_WIDTH = 24.0
"""Width of the status column where it may have to say what a comment is asked for."""


def _columns(
    toolkit: Toolkit, section: Section, items: list[Item], wide: bool
) -> tuple[Column, ...]:
    """Return a table's columns; tables of one sheet share column positions and widths."""
    width = _widths(section)
    plan: list[tuple[Role, str, str]] = [("item", "", ""), ("ask", "", "")]
    guided = any(item.why or item.prompts for item in section.items)
    unguided = guided and wide and not any(item.why or item.prompts for item in items)
    if guided and not unguided:
        plan.append(("why", "", "" if any(item.why for item in section.items) else _PROMPTS_HEADER))
    if section.form == "matrix":
        plan += [("level", code, label) for code, label in _levels(toolkit, section)]
    has_comment = any(item.comment and not item.is_wide for item in section.items)
    mixed = not wide and any(item.is_wide for item in items)
    answers = _answer_columns(toolkit, section)
    if section.form == "text":
        plan += [*answers, ("status", "", "")]
        plan += _beside_text(items)
    elif wide:
        plan += [("status", "", ""), ("answer", "answer", "")]
    else:
        plan += [*answers, ("status", "", "")]
        plan += [("comment", "", _MIXED_HEADER if mixed else "")] if has_comment or mixed else []
        plan += [("evidence", "", "")] if any(item.evidence for item in items) else []
    shift = len(answers) + unguided if wide and section.form != "text" else 0
    return _placed(plan, width, shift)


def _widths(section: Section) -> dict[str, float]:
    form = section.form
    width = {"evidence": _EVIDENCE_WIDTHS.get(form, _EVIDENCE_WIDTH)} | _WIDTHS[form]
    if form == "text" and any(item.evidence for item in section.items):
        width = _WITH_EVIDENCE
    if any(item.follow_up for item in section.items):
        width = width | {"status": _FOLLOW_UP_WIDTHS.get(form, _FOLLOW_UP_WIDTH)}
    return width


def _beside_text(items: list[Item]) -> list[tuple[Role, str, str]]:
    """The columns for comments and evidence beside free text.

    There are none where no item asks for evidence, not even for comments: toolkits could not ask
    for evidence there before, and workbooks issued from those have no such columns.
    """
    if not any(item.evidence for item in items):
        return []
    comment: list[tuple[Role, str, str]] = [("comment", "", "")]
    return [*(comment if any(item.comment for item in items) else []), ("evidence", "", "")]


def _placed(
    plan: list[tuple[Role, str, str]], width: dict[str, float], shift: int
) -> tuple[Column, ...]:
    """Give columns their places; the wide table leaves the choice columns of its sheet empty."""
    columns: list[Column] = []
    index = 0
    for role, detail, label in plan:
        if shift and role == "status":
            index += shift
        header = label or HEADERS[role]
        size = width[role]
        if shift and role == "answer":
            size = width["comment"]
        columns.append(Column(role, header, index, size, detail))
        index += 1
    return tuple(columns)


def _answer_columns(toolkit: Toolkit, section: Section) -> list[tuple[Role, str, str]]:
    """The answer columns of a section: one per view in use, then the plain one."""
    chosen = [item for item in section.items if section.form == "text" or not item.is_wide]
    used = {name for item in chosen for name in item.answer_fields}
    views = [(answer_field(view.id), view.label) for view in toolkit.views]
    fields = [*views, (answer_field(), HEADERS["answer"])]
    return [("answer", name, label) for name, label in fields if name in used]


def _levels(toolkit: Toolkit, section: Section) -> list[tuple[str, str]]:
    """The choices that carry a descriptor in this section, least first as matrices read."""
    used = {code for item in section.items for code in item.levels}
    scales = {item.answer for item in section.items if item.levels}
    choices = [c for name in scales for c in reversed(toolkit.scales[name].substantive)]
    return [(choice.code, choice.label) for choice in choices if choice.code in used]


def _takes(item: Item, column: Column) -> bool:
    if column.role == "answer":
        return column.detail in item.answer_fields
    if column.role == "comment":
        return item.comment
    return column.role == "evidence" and item.evidence


_PLAN_COLUMNS: tuple[tuple[Role, float], ...] = (
    ("item", 9), ("action", 48), ("horizon", 16), ("owner", 22), ("deadline", 13),
    ("measure", 36), ("progress", 19),
)  # fmt: skip
PLAN_ROLES: tuple[Role, ...] = tuple(role for role, _ in _PLAN_COLUMNS)
"""The columns of the action plan, in order."""
_PROPOSAL_GAP = 2


def _action_plan(toolkit: Toolkit) -> ActionPlanLayout | None:
    plan = toolkit.action_plan
    if plan is None:
        return None
    columns = tuple(
        Column(role, HEADERS[role], index + 1, width)
        for index, (role, width) in enumerate(_PLAN_COLUMNS)
    )
    last = FIRST_ITEM_ROW + plan.rows - 1
    proposal = last + _PROPOSAL_GAP if plan.proposal else None
    return ActionPlanLayout(ACTION_PLAN, columns, HEADER_ROW, FIRST_ITEM_ROW, last, proposal)


FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2099, 12, 31)
"""Days outside these are slips of the keyboard, or made of something that was no day."""
