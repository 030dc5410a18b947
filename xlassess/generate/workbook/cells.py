"""Answer cells: what stands in them, how each kind looks, what it takes, the words that help."""

from __future__ import annotations

from dataclasses import dataclass

from xlassess.contract.layout import (
    FIRST_DAY,
    LAST_DAY,
    ActionPlanLayout,
    Column,
    Layout,
    SectionLayout,
    TableLayout,
    list_name,
)
from xlassess.generate.workbook.status import CHECK, OPEN, led_to, progress_of, status_formula
from xlassess.model.toolkit import Item, Toolkit
from xlassess.sheet import formats
from xlassess.sheet.formats import CellFormat, ConditionalFormat
from xlassess.sheet.validation import (
    LONGEST_TEXT,
    Allowed,
    DateBetween,
    FromList,
    Message,
    NumberBetween,
    TextUpTo,
    utf16_length,
)
from xlassess.sheet.words import Words
from xlassess.sheet.writer import Formula, SheetWriter, quoted

LONGEST_LINE, LONGEST_COMMENT, LONGEST_ANSWER = 1_000, 5_000, 20_000
"""Characters allowed in a one-line answer, a comment and a long answer; well under what a
cell holds, and enough for several pages."""

_FREE = formats.INPUT.but(valign="top")
"""Free text begins at the top: centred, the beginning of a long text would be out of sight."""

_NUMBER_FORMATS = {
    "date": formats.DATE_FORMAT, "number": "#,##0.###", "money": "£#,##0.00", "percent": "0.0%"
}  # fmt: skip
_LEAST_HEIGHT = {"long-text": 66.0, "text": 30.0}


@dataclass(frozen=True, slots=True)
class AnswerCell:
    """What a cell takes: its look, what is allowed, and the two messages.

    Not ``strict``, what is allowed is only offered.
    """

    look: CellFormat
    allowed: Allowed
    prompt: Message
    error: Message
    strict: bool = True


def entry_for(toolkit: Toolkit, item: Item, column: Column, words: Words) -> AnswerCell:
    """Return what the cell of an item in a column takes."""
    if column.role in ("comment", "evidence"):
        return _comment(toolkit, item, column, words)
    if not item.is_free:
        return _choice(toolkit, item, words)
    if item.is_wide:
        long = item.answer == "long-text"
        longest = LONGEST_ANSWER if long else LONGEST_LINE
        return AnswerCell(
            _FREE,
            TextUpTo(longest),
            Message(words.say("text_title"), words.say("text_prompt", longest)),
            Message(words.say("long_title"), words.say("long_error", longest)),
        )
    return _figure(item, words)


def least_height(item: Item) -> float:
    """Return the height in points an item's row needs for its answer to be written."""
    return _LEAST_HEIGHT.get(item.answer, 27.0)


def _choice(toolkit: Toolkit, item: Item, words: Words) -> AnswerCell:
    labels = [choice.label for choice in toolkit.scales[item.answer].choices]
    return AnswerCell(
        formats.INPUT,
        FromList(list_name(item.answer)),
        Message(words.say("choice_title"), _fitting(words, "choice_prompt", labels)),
        Message(words.say("choice_error_title"), _fitting(words, "choice_error", labels)),
    )


def _fitting(words: Words, macro: str, labels: list[str]) -> str:
    """Return a message that names the choices, or one without them where they are too long."""
    text = words.say(macro, labels)
    return text if utf16_length(text) <= LONGEST_TEXT else words.say(macro, [])


def _figure(item: Item, words: Words) -> AnswerCell:
    look = formats.INPUT.but(number=_NUMBER_FORMATS[item.answer])
    if item.answer == "date":
        error = Message(words.say("date_error_title"), words.say("date_error"))
        prompt = Message(words.say("date_title"), words.say("date_prompt"))
        return AnswerCell(look, DateBetween(FIRST_DAY, LAST_DAY), prompt, error)
    bounds = [_shown(item, bound) for bound in (item.minimum, item.maximum)]
    prompt = Message(words.say("number_title"), words.say("number_prompt", item.answer, *bounds))
    error = Message(words.say("number_error_title"), words.say("number_error", *bounds))
    return AnswerCell(look, NumberBetween(item.minimum, item.maximum), prompt, error)


def _shown(item: Item, bound: float | None) -> str:
    """Return a bound as it is typed; a percentage is kept as a fraction of one."""
    if bound is None:
        return ""
    return f"{bound:.10g}" if item.answer != "percent" else f"{bound * 100:.10g}%"


def _comment(toolkit: Toolkit, item: Item, column: Column, words: Words) -> AnswerCell:
    title, text = words.say(f"{column.role}_title"), words.say(f"{column.role}_prompt")
    follow_up = item.follow_up
    if column.role == "comment" and follow_up is not None and not item.is_free:
        scale = toolkit.scales[item.answer]
        when = [scale.by_code(code).label for code in follow_up.when]
        text = words.say("follow_up_prompt", when, follow_up.ask)
        if utf16_length(text) > LONGEST_TEXT:
            text = words.say("follow_up_prompt_short", when)
    return AnswerCell(
        _FREE,
        TextUpTo(LONGEST_COMMENT),
        Message(title, text),
        Message(words.say("long_title"), words.say("long_error", LONGEST_COMMENT)),
    )


class Contents:
    """An empty workbook: every answer cell is blank and open."""

    marks: tuple[tuple[str, ConditionalFormat], ...] = ()
    """Further words a status may begin with, and how they are marked."""

    def entry(self, toolkit: Toolkit, item: Item, column: Column, words: Words) -> AnswerCell:
        """Return what the cell of an item in a column takes."""
        return entry_for(toolkit, item, column, words)

    def put(
        self, sheet: SheetWriter, row: int, item: Item, column: Column, entry: AnswerCell
    ) -> bool:
        """Write the cell of an item's field; return whether it is open."""
        sheet.blank(row, column.index, entry.look)
        return True

    def status(self, layout: Layout, table: TableLayout, row: int, item: Item) -> Formula | str:
        """Return what the status of an item's row says."""
        return status_formula(layout, table, row, item)

    def statuses(self, item: Item) -> list[str]:
        """Return the longest things an item's status may say."""
        if item.only_when:
            return [led_to(item)]
        return [f"{OPEN}: {item.follow_up.ask}"] if item.follow_up else [f"{CHECK} answer"]

    def beside(self, item: Item, column: Column) -> str:
        """Return what stands in a column that only query workbooks have."""
        raise KeyError(column.role)

    def answers(self, item: Item) -> list[str]:
        """Return the texts that stand in an item's answer cells."""
        del item
        return []

    def hint(self, words: Words) -> str:
        """Return what stands in the answer column of an item whose answer goes elsewhere."""
        return words.say("write_at_right")

    def progress(self, words: Words, place: SectionLayout) -> Formula | str:
        """Return how far a section is done, for the head of its sheet."""
        progress = progress_of(place)
        kind = "optional" if progress.optional else "answered"
        before, after = words.say(f"progress_{kind}", progress.asked).split("#")
        begun = self.begun(place)
        check = words.say("progress_check")
        return Formula(
            f"{quoted(before)}&({progress.done})&{quoted(after)}"
            f'&IF({progress.to_check}>0,{quoted(" " + check)},"")',
            f"{before}{begun}{after}",
        )

    def begun(self, place: SectionLayout) -> int:
        """Return how many items that a sheet asks for are filled in as it is sent out."""
        del place
        return 0

    def note(self, words: Words) -> tuple[str, ...]:
        """Return what is to be said on the Start sheet of what stands in the cells."""
        del words
        return ()

    def put_planned(
        self, sheet: SheetWriter, row: int, number: int, column: Column, look: CellFormat
    ) -> None:
        """Write a cell of the action plan's row of this number."""
        del number
        sheet.blank(row, column.index, look)

    def put_beside_plan(self, sheet: SheetWriter, place: ActionPlanLayout) -> int:
        """Write what stands beside the action plan; return its last column."""
        del sheet
        return place.columns[-1].index

    def proposal(self, look: CellFormat) -> tuple[str, CellFormat]:
        """Return what stands in the proposal's cell, and the look of the cell."""
        return "", look
