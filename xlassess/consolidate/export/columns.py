"""What the columns of an export are: the types, and the columns that several tables share.

A column is defined once, with its meaning and where its value comes from. The tables, the data
dictionary beside an export and docs/data-dictionary.md are all made from these definitions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Generic, Literal, TypeVar

from xlassess.consolidate.figures.privacy.letters import WITHHELD
from xlassess.consolidate.figures.values import Summary, ToolkitResults
from xlassess.model.assessment import LEVELS
from xlassess.model.toolkit import Item, Section

Cell = str | int | float | bool | date | datetime | None
"""A value of an export; None where there is none."""

Type = Literal["text", "whole number", "number", "yes or no", "day", "moment"]

TYPES: Mapping[Type, str] = {
    "text": "Text as it is; in CSV and Excel files without what nobody sees (see below).",
    "whole number": "A number without decimals.",
    "number": "A number; in CSV with a decimal point.",
    "yes or no": "In CSV and JSON true or false, in Excel TRUE or FALSE.",
    "day": "A day, as 2026-09-30; in Excel a date.",
    "moment": "A day and time in UTC: in CSV as 2026-09-30 16:45:00, in JSON as "
    "2026-09-30T16:45:00Z, in Excel a date and time.",
}
"""The types of columns and how each format writes them."""

Row = TypeVar("Row")


@dataclass(frozen=True)
class ExportContext:
    """Where rows stand: the summary and the toolkit they belong to, prepared for look-ups."""

    summary: Summary
    part: ToolkitResults

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """The toolkit's items by their numbers."""
        return {item.id: item for item in self.part.toolkit.items()}

    @cached_property
    def sections(self) -> Mapping[str, Section]:
        """The toolkit's sections by the numbers of their items."""
        sections = self.part.toolkit.all_sections
        return {item.id: section for section in sections for item in section.items}


@dataclass(frozen=True, slots=True)
class ExportLine(Generic[Row]):
    """One row to be exported, with where it stands (which the dictionary's rows do not)."""

    setting: ExportContext | None
    row: Row

    @property
    def at(self) -> ExportContext:
        """Where the row stands.

        Raises:
            ValueError: it stands nowhere in particular.
        """
        if self.setting is None:
            raise ValueError("this row belongs to no toolkit")
        return self.setting


@dataclass(frozen=True, slots=True)
class ExportColumn(Generic[Row]):
    """One column: its name, type and meaning, what it may hold, and where its value comes from.

    ``allowed`` is in words, empty where anything of the type may stand. ``part`` names the
    attribute of a row that alone decides the value, empty where the whole row does.
    """

    name: str
    type: Type
    meaning: str
    of: Callable[[ExportLine[Row]], Cell]
    allowed: str = ""
    part: str = ""


def of_part(part: str, columns: Iterable[ExportColumn[Row]]) -> tuple[ExportColumn[Row], ...]:
    """Return columns whose values one attribute of a row decides (`ExportColumn.part`)."""
    return tuple(replace(column, part=part) for column in columns)


@dataclass(frozen=True, slots=True)
class TableSpec(Generic[Row]):
    """A kind of table: its name, what one row is, and its columns."""

    name: str
    about: str
    columns: tuple[ExportColumn[Row], ...]


def where() -> tuple[ExportColumn[Row], ...]:
    """The columns every table begins with, so that rounds and assessments can be stacked."""
    return (
        ExportColumn("assessment", "text", "Id of the assessment.",
               lambda line: line.at.summary.assessment.id),
        ExportColumn("round", "text", "Name of the round.",
               lambda line: line.at.summary.assessment.round),
        ExportColumn("toolkit", "text", "Id of the toolkit.",
               lambda line: line.at.part.toolkit.id),
        ExportColumn("version", "text", "Version of the toolkit the workbook was issued with.",
               lambda line: line.at.part.toolkit.version),
    )  # fmt: skip


_LEVELS = f"{', '.join(LEVELS.values())}; {WITHHELD} where so few are of a level that it would tell"
_LETTERED = "As in the register; where partners are lettered, "


def people(holder: Callable[[Row], object]) -> tuple[ExportColumn[Row], ...]:
    """The columns that say whose row it is, as far as the assessment's attribution shows it.

    Args:
        holder: what of a row has the attributes ``code``, ``partner``, ``respondent`` and
            ``level``: the row itself or its person.
    """

    def told(what: str) -> Callable[[ExportLine[Row]], Cell]:
        return lambda line: getattr(holder(line.row), what, None)

    return (
        ExportColumn(
            "return",
            "text",
            "Which workbook.",
            told("code"),
            "The workbook's reference; where partners are lettered, letter and number",
        ),
        ExportColumn(
            "partner", "text", "The organisation.", told("partner"), f"{_LETTERED}Partner A ..."
        ),
        ExportColumn(
            "respondent",
            "text",
            "The person or office that answered.",
            told("respondent"),
            f"{_LETTERED}Respondent 1 ...",
        ),
        ExportColumn(
            "level", "text", "Organisational level of the respondent.", told("level"), _LEVELS
        ),
    )


_FORMULA = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]")
"""Signs that begin a formula, in full width too, with whatever blanks a program skips before
them."""

_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
"""Control characters, which programs act on, and those that turn the direction of writing, by
which a text can show other words than it holds (Unicode Technical Report 36, section 3.6)."""

_BREAK = re.compile(r"\r\n?|\t")

RULE = (
    "CSV files are for programs; for Excel there is `--format xlsx`, in which numbers, days and "
    "texts are what they are. In CSV an apostrophe (') stands before a text that begins, after "
    "any blanks, with one of = + - @, so that no spreadsheet program runs it; nothing else gets "
    "one. Control characters and those that turn the direction of writing are left out of CSV "
    "and Excel files, a tab is a blank, and a new line is a single line feed. JSON and Parquet "
    "hold texts as they are."
)
"""The rule as the data dictionary tells it."""


def plain(text: str) -> str:
    """Return a text without characters that nobody sees and programs act on."""
    if text.isprintable() and text.isascii():
        return text
    text = _BREAK.sub(lambda found: " " if found[0] == "\t" else "\n", text)
    return _UNSEEN.sub("", text)


def guarded(text: str) -> str:
    """Return a text as it may stand in a CSV file."""
    seen = plain(text)
    return f"'{seen}" if _FORMULA.match(seen) else seen
