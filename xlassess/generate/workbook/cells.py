"""Answer cells: how each kind looks, what it takes, and the words that help."""

from __future__ import annotations

from dataclasses import dataclass

from xlassess.contract.layout import FIRST_DAY, LAST_DAY, Column, list_name
from xlassess.model.toolkit import Item, Toolkit
from xlassess.sheet import formats
from xlassess.sheet.formats import CellFormat
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
    """What a cell takes: its look, what is allowed, and the two messages."""

    look: CellFormat
    allowed: Allowed
    prompt: Message
    error: Message


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
