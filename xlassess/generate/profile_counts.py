"""The Profile by mean, by levels or by share: how often each choice was picked, section by section.

Every figure stands beside the number of answers it rests on. A mean or share is that of the
answers given; "don't know" and "not applicable" have columns of their own and count in neither.
"""

from __future__ import annotations

from collections.abc import Iterable

from xlassess.contract.layout import cell_name, column_name
from xlassess.generate.profile_table import Heading, ProfileTable
from xlassess.generate.scored import Flaggable, Scored, flaggable, scored_parts, scoring_scale
from xlassess.model.toolkit import Choice
from xlassess.score import affirmative, score_range
from xlassess.sheet import looks
from xlassess.sheet.charts import Cells, Series, bars, stacked_bars
from xlassess.sheet.checked import Box, Formula, Placed, quoted
from xlassess.sheet.looks import Look

_ANSWERED, _ASKED, _FIRST = 2, 3, 4
_CHART_WIDTH, _BAR_HEIGHT, _CHART_FRAME = 900, 42, 110
_SHARE = "0%"
_MEAN = "0.0"


class CountsTable(ProfileTable):
    """One row a section (and view): answers given, mean or share, and a count per choice."""

    @property
    def _parts(self) -> tuple[Scored, ...]:
        return scored_parts(self.job.layout)

    @property
    def _choices(self) -> tuple[Choice, ...]:
        """The choices in the order of their columns: least first for levels, else as offered."""
        scale = scoring_scale(self.job.toolkit)
        apart = tuple(choice for choice in scale.choices if choice.apart)
        order = scale.substantive
        return (*(reversed(order) if self._rule == "levels" else order), *apart)

    @property
    def _rule(self) -> str:
        return self.job.toolkit.scoring.rule

    @property
    def _figure(self) -> bool:
        """True where the rule gives a figure, which takes a column before the counts."""
        return self._rule in ("mean", "share")

    def headings(self) -> tuple[Heading, ...]:
        """The table's columns, which set the widths of the whole sheet."""
        say = self.job.words.say
        number, section, answered, asked = self.job.words.headings("counts_headers")
        found = [
            Heading(number, 8), Heading(section, 42, middle=False), Heading(answered, 13),
            Heading(asked, 11),
        ]  # fmt: skip
        if self._figure:
            found.append(Heading(say("figure_header", self.job.toolkit, self._yes), 11))
        found += [Heading(choice.label, 15) for choice in self._choices]
        if flaggable(self.job.layout):
            header = say("flagged_numbers", self.job.toolkit.scoring)
            found.append(Heading(header, 40, middle=False))
        return tuple(found)

    @property
    def _yes(self) -> str:
        return affirmative(self.job.toolkit).label if self._rule == "share" else ""

    def write(self, row: int) -> int:
        """Write table and chart from this row on; return the next free row."""
        self.head(row)
        first = row + 1
        for part in self._parts:
            row += 1
            self._section(row, part, head=first - 1)
        last = row
        if self.job.toolkit.scoring.overall:
            row += 1
            self._overall(row, Box(first, 0, last, 0))
        return self._chart(row + 2, first, last)

    def _section(self, row: int, part: Scored, head: int) -> None:
        sheet = self.sheet
        sheet.text(row, 0, part.section.id, looks.CELL_MIDDLE.but(number=looks.TEXT_FORMAT))
        sheet.text(row, 1, part.label, looks.CELL)
        sheet.formula(row, _ANSWERED, Formula(part.answered, 0), looks.CELL_MIDDLE)
        sheet.number(row, _ASKED, part.asked, looks.CELL_MIDDLE)
        counts = _FIRST + self._figure
        if self._figure:
            figure = self._figure_of(row, part.total, counts)
            sheet.formula(row, _FIRST, figure, self._figure_look(looks.CELL_MIDDLE))
        for column in range(counts, counts + len(self._choices)):
            label = f"{column_name(column)}${head + 1}"
            sheet.formula(row, column, Formula(part.picked(label), 0), looks.CELL_MIDDLE)
        columns = {(cells.sheet, cells.column) for cells in part.cells}
        flags = [f for f in flaggable(self.job.layout) if (f.cell.sheet, f.cell.column) in columns]
        texts = [(part.label, 42.0, looks.CELL)]
        if flaggable(self.job.layout):
            column = counts + len(self._choices)
            sheet.formula(row, column, _numbers(flags), looks.CELL)
            texts.append((", ".join(f.item.id for f in flags), 40.0, looks.CELL))
        sheet.fit(row, tuple(texts), least=22)

    def _figure_of(self, row: int, total: str, counts: int) -> Formula:
        """Return mean or share as of the answers given, or nothing where none is."""
        answered = cell_name(row, _ANSWERED)
        if self._rule == "share":
            yes = self._choices.index(affirmative(self.job.toolkit))
            total = cell_name(row, counts + yes)
        return Formula(f'IF({answered}>0,({total})/{answered},"")', "")

    def _figure_look(self, look: Look) -> Look:
        return look.but(bold=True, number=_SHARE if self._rule == "share" else _MEAN)

    def _overall(self, row: int, rows: Box) -> None:
        """Write the row over all sections, for toolkits whose publication gives one."""
        sheet = self.sheet
        sheet.blank(row, 0, looks.TOTAL)
        sheet.text(row, 1, self.job.words.say("all_sections"), looks.TOTAL)
        counts = _FIRST + self._figure
        summed = [_ANSWERED, _ASKED, *range(counts, counts + len(self._choices))]
        asked = sum(part.asked for part in self._parts)
        for column in summed:
            first, last = cell_name(rows.first_row, column), cell_name(rows.last_row, column)
            value = asked if column == _ASKED else 0
            formula = Formula(f"SUM({first}:{last})", value)
            sheet.formula(row, column, formula, looks.TOTAL_MIDDLE)
        if self._figure:
            total = "+".join(part.total for part in self._parts)
            figure = self._figure_of(row, total, counts)
            sheet.formula(row, _FIRST, figure, self._figure_look(looks.TOTAL_MIDDLE))
        for column in range(counts + len(self._choices), len(self.headings())):
            sheet.blank(row, column, looks.TOTAL)
        sheet.height(row, 22)

    def _chart(self, row: int, first: int, last: int) -> int:
        say = self.job.words.say
        names = self._cells(first, last, 1)
        counts = _FIRST + self._figure
        title = say("chart_title", self.job.toolkit, self._yes)
        chart = (
            bars(
                self.sheet.book,
                names,
                Series(title, self._cells(first, last, _FIRST)),
                self._axis(),
                title,
                number_format=_SHARE if self._rule == "share" else _MEAN,
            )
            if self._figure
            else stacked_bars(
                self.sheet.book,
                names,
                [
                    Series(choice.label, self._cells(first, last, counts + i))
                    for i, choice in enumerate(self._choices)
                    if not choice.apart
                ],
                title,
            )
        )
        height = _CHART_FRAME + _BAR_HEIGHT * (last - first + 1)
        alt = say("chart_alt", self.job.toolkit, self._yes)
        self.sheet.chart(chart, Placed(row, 0, _CHART_WIDTH, height, alt))
        return self.below(row, height, row)

    def _axis(self) -> tuple[float, float]:
        limits = score_range(self.job.toolkit, self.job.toolkit.scored_sections[0])
        return limits or (0.0, 1.0)

    def _cells(self, first: int, last: int, column: int) -> Cells:
        return Cells(self.sheet.name, Box(first, column, last, column))


def _numbers(flags: Iterable[Flaggable]) -> Formula:
    """Return the numbers of the flagged items of a section, one after the other."""
    terms = [
        f'IF({_picked(flag)},{quoted(", " + flag.item.id)},"")' for flag in flags if flag.labels
    ]
    return Formula(f"MID({'&'.join(terms)},3,999)", "") if terms else Formula('""', "")


def _picked(flag: Flaggable) -> str:
    tests = [f"{flag.cell.text}={quoted(label)}" for label in flag.labels]
    return f"OR({','.join(tests)})" if len(tests) > 1 else tests[0]
