"""The Proposal sheet: what respondents propose to the management team, on one A4 page.

For toolkits that ask for a proposal. The page is kept to what can be read when it is printed:
longer texts are shortened and later actions left out, each time saying so and where they stand
in full.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlassess.consolidate.figures.values import CommentRow, PlannedAction, ToolkitResults
from xlassess.consolidate.summary import cells
from xlassess.consolidate.summary.cells import SheetColumn, SheetTable, SummaryWriter, put
from xlassess.consolidate.summary.layout import sheet_name
from xlassess.consolidate.wording.terms import day, words
from xlassess.sheet import formats, metrics, palette
from xlassess.sheet.formats import CellFormat
from xlassess.sheet.page import PageSetup, set_page, show
from xlassess.sheet.writer import CellRange, SheetWriter

PROPOSAL = "Proposal"
_COLUMNS = (
    SheetColumn("Item", 6.5, cells.MIDDLE),
    SheetColumn("Action", 47),
    SheetColumn("When", 9.5),
    SheetColumn("Owner", 11.5),
    SheetColumn("Deadline", 11.5, cells.DAY),
    SheetColumn("How we will know", 14),
)
_LAST = len(_COLUMNS) - 1
_WIDE = 1
"""The column that paragraphs stand in, so that no cells need be merged."""

_ROOM = 770.0
"""Points of height that fit one A4 page, portrait, at a scale at which ten-point type is printed
at nine points."""

_FRAME = 300.0
"""Points for everything but proposals and actions: head, headings, notes and the decision."""

_ACTIONS = 150.0
"""Points for the actions of one table, at most."""

_NAME_HEIGHT, _GAP = 17.0, 6.0
_DECISION_HEIGHT = 46.0
_MOST_PROPOSALS = 8

_LEAD = formats.CellFormat(size=11, bold=True, colour=palette.NAVY, fill=palette.PALE, indent=1)
_BY = formats.PLAIN.but(bold=True, valign="bottom")
_FILL_IN = formats.CELL.but(valign="top")


@dataclass(frozen=True, slots=True)
class _Plan:
    """What fits: proposals (shortened where need be) and the actions of both tables."""

    proposals: tuple[tuple[str, str], ...]
    proposals_left: int
    shortened: bool
    quick: tuple[PlannedAction, ...]
    quick_left: int
    later: tuple[PlannedAction, ...]
    later_left: int


def write_proposal(writer: SummaryWriter, part: ToolkitResults) -> None:
    """Write the Proposal sheet of a toolkit that asks for a proposal; nothing for another."""
    plan = part.toolkit.action_plan
    if plan is None or not plan.proposal:
        return
    sheet = writer.book.sheet(sheet_name(PROPOSAL, part, writer.summary.parts), palette.NAVY)
    sheet.widths({index: column.width for index, column in enumerate(_COLUMNS)})
    show(sheet)
    paper = _Paper(writer, sheet, part)
    last = paper.write(_fitting(writer, part, paper.width))
    assessment = writer.summary.assessment
    page = PageSetup(
        left=f"{assessment.partnership}, {assessment.round}",
        right=f"Summary of {day(writer.summary.made_at)}",
        marking=assessment.marking,
        landscape=False,
        area=CellRange(0, 0, last, _LAST),
        single=True,
    )
    set_page(sheet, page)


def _fitting(writer: SummaryWriter, part: ToolkitResults, width: float) -> _Plan:
    """Choose what fits: actions first, up to their share, proposals in the room that is left."""
    own = [action for action in writer.summary.actions if action.part == part.key]
    doing = [action for action in own if not action.closed]
    quick = [action for action in doing if action.order == 0]
    later = [action for action in doing if action.order != 0]
    near, far = _first(quick), _first(later)
    room = _ROOM - _FRAME - sum(_height(action) for action in (*near, *far))
    said = [r for r in writer.summary.remarks if r.part == part.key and r.kind == PROPOSAL]
    shown = said[:_MOST_PROPOSALS]
    share = room / len(shown) - _NAME_HEIGHT - _GAP if shown else 0.0
    lines = max(int(share // metrics.line_height(formats.FONT_SIZE)), 1)
    texts = [_shorten(" ".join(remark.text.split()), width, lines) for remark in shown]
    return _Plan(
        proposals=tuple(
            (_by(remark, number), text)
            for number, (remark, text) in enumerate(zip(shown, texts, strict=True), 1)
        ),
        proposals_left=len(said) - len(shown),
        shortened=any(text.endswith("…") for text in texts),
        quick=near,
        quick_left=len(quick) - len(near),
        later=far,
        later_left=len(later) - len(far),
    )


def _first(actions: Sequence[PlannedAction]) -> tuple[PlannedAction, ...]:
    """The actions that fit their table, in their order."""
    fitting: list[PlannedAction] = []
    room = _ACTIONS
    for action in actions:
        room -= _height(action)
        if room < 0:
            break
        fitting.append(action)
    return tuple(fitting)


def _said(action: PlannedAction) -> str:
    """The action, with who proposes it where that is shown: the one proposal names its sources."""
    if action.person is None:
        return action.action
    return words().say("proposal_action", action.action, action.person.partner)


def _height(action: PlannedAction) -> float:
    values = (action.item, _said(action), action.horizon, action.owner, "", action.measure)
    texts = (
        metrics.MeasuredText(
            value, column.width, column.look.size, column.look.bold, column.look.indent
        )
        for value, column in zip(values, _COLUMNS, strict=True)
    )
    return metrics.row_height(texts, cells.LEAST_ROW)


def _by(remark: CommentRow, number: int) -> str:
    """Who proposes it, as far as it may be shown."""
    if remark.person is None:
        return words().say("proposal_number", number)
    return remark.person.who


def _shorten(text: str, width: float, lines: int) -> str:
    """Return the text, cut after a word and marked with an ellipsis where it takes more lines."""
    if metrics.line_count(metrics.MeasuredText(text, width)) <= lines:
        return text
    kept = text.split(" ")
    low, high = 0, len(kept)
    while high - low > 1:
        middle = (low + high) // 2
        tried = metrics.MeasuredText(" ".join(kept[:middle]) + " …", width)
        if metrics.line_count(tried) <= lines:
            low = middle
        else:
            high = middle
    return " ".join(kept[:low]) + " …"


class _Paper:
    """The page, written from the top down."""

    def __init__(self, writer: SummaryWriter, sheet: SheetWriter, part: ToolkitResults) -> None:
        self._out, self._sheet, self._part, self._row = writer, sheet, part, 0

    @property
    def width(self) -> float:
        """Width of the column of paragraphs, in characters."""
        return _COLUMNS[_WIDE].width

    def write(self, plan: _Plan) -> int:
        """Write the page and return its last row."""
        say, part = words().say, self._part
        assessment, made = self._out.summary.assessment, day(self._out.summary.made_at)
        self._line(say("proposal_title"), formats.TITLE, 28)
        self._prose(say("proposal_from", assessment, part.toolkit, made), formats.PROSE)
        self._prose(part.narrative.reading, _LEAD)
        self._line(say("heading_proposed"), formats.HEADING, cells.HEADING_ROW)
        for who, text in plan.proposals:
            self._line(who, _BY, _NAME_HEIGHT)
            self._prose(text, formats.PROSE)
        if not plan.proposals:
            self._prose(say("proposal_none"), formats.PROSE)
        if plan.shortened or plan.proposals_left:
            note = say("proposal_shortened", plan.proposals_left)
            self._prose(note, formats.SMALL_PROSE)
        horizons = part.toolkit.action_plan.horizons if part.toolkit.action_plan else ()
        labels = [choice.label for choice in horizons]
        self._actions(say("proposal_first", labels), plan.quick, plan.quick_left)
        self._actions(say("proposal_later", labels), plan.later, plan.later_left)
        self._decision()
        return self._row - 1

    def _line(self, text: str, look: CellFormat, height: float) -> None:
        self._sheet.text(self._row, 0, text, look.but(wrap=False))
        self._sheet.height(self._row, height)
        self._row += 1

    def _prose(self, text: str, look: CellFormat) -> None:
        self._sheet.text(self._row, _WIDE, text, look)
        self._sheet.fit(self._row, ((text, self.width, look),))
        self._row += 1

    def _actions(self, title: str, actions: Sequence[PlannedAction], left: int) -> None:
        self._line(title, formats.HEADING, cells.HEADING_ROW)
        if not actions:
            self._prose(words().say("proposal_no_actions"), formats.PROSE)
            return
        index = self._out.summary.parts.index(self._part)
        name = f"Proposal_{index}_{self._row}"
        grid = SheetTable(self._row, _COLUMNS, len(actions), name, title, filtered=False)
        self._out.table(self._sheet, grid)
        self._row += 1
        for action in actions:
            values = (
                action.item, _said(action), action.horizon, action.owner, action.deadline,
                action.measure,
            )  # fmt: skip
            for column, value in enumerate(values):
                put(self._sheet, self._row, column, value, _COLUMNS[column].look)
            self._sheet.height(self._row, _height(action))
            self._row += 1
        if left:
            self._prose(words().say("proposal_more_actions", left), formats.SMALL_PROSE)

    def _decision(self) -> None:
        """A place for the management team's decision."""
        self._line(words().say("heading_decision"), formats.HEADING, cells.HEADING_ROW)
        self._sheet.text(self._row, _WIDE, words().say("proposal_decision"), _FILL_IN)
        self._sheet.text(self._row, _LAST, words().say("proposal_signed"), _FILL_IN)
        self._sheet.height(self._row, _DECISION_HEIGHT)
        region = CellRange(self._row - 1, 0, self._row, _LAST)
        self._sheet.book.title_region(self._sheet.name, region)
        self._row += 1
