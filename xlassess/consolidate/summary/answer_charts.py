"""Charts of how answers fall: bars about a line, the worst first, and the cells they come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from xlassess.consolidate.figures.charted import (
    Sides,
    counts_withheld,
    is_split,
    items_worst_first,
    sections_worst_first,
    sides_of,
)
from xlassess.consolidate.figures.values import ToolkitResults
from xlassess.consolidate.summary.cells import Live, SummaryWriter
from xlassess.consolidate.summary.layout import AgreementLayout, AnswersLayout, BarsLayout
from xlassess.consolidate.wording.terms import counts_or_reason, words
from xlassess.contract.layout import cell_name
from xlassess.model.toolkit import Scale
from xlassess.sheet import charts, formats, palette
from xlassess.sheet.charts import ChartCells, DivergingBars, Frame, Segment
from xlassess.sheet.writer import SheetWriter

_GAP = 0.06
"""Space before what stands apart, as a share of the longest bars."""

_LEAST, _LEAST_PERCENT = 0.045, 0.075
"""A part shorter than this share of the axis has no room for its figure, a count or a percentage;
the table has it."""

_FIGURE, _EDGES, _NAME_LETTER, _MOST_NAMES = 30, 0.08, 5.2, 0.46
"""Pixels that a percentage takes, the share of a chart's width at its edges, and what names take of
it: pixels a letter, up to a share of the width."""

_SMALL = formats.SMALL.but(align="right", number="0.00")


@dataclass(frozen=True)
class AnswerBars:
    """Bars about a line: what they show, and the cells of the counts they are drawn from.

    ``names``, ``counts`` and ``cells`` have an entry for each bar, the worst first; counts and
    cells are by the code of the choice. ``shares`` says that bars show shares of all answers,
    because there are more on some bars than on others.
    """

    layout: BarsLayout
    sides: Sides
    names: tuple[str, ...]
    counts: tuple[Mapping[str, int], ...]
    cells: tuple[Mapping[str, str], ...]
    shares: bool

    def size(self, bar: int, code: str) -> float:
        """How long a part of a bar is."""
        counts = self.counts[bar]
        total = sum(counts.values()) if self.shares else 1
        return counts.get(code, 0) / total if total else 0.0

    @cached_property
    def reach(self) -> tuple[float, float]:
        """How far the longest bars go to the left and to the right of the line."""
        found = [
            tuple(each / (sum(counts.values()) or 1) if self.shares else each
                  for each in self.sides.reach(counts))
            for counts in self.counts
        ]  # fmt: skip
        left = max((each[0] for each in found), default=0.0)
        right = max((each[1] for each in found), default=0.0)
        return (left, right) if left + right else (1.0, 1.0)

    @property
    def apart_from(self) -> float:
        """Where on the axis begins what stands apart."""
        return sum(self.reach) * (1 + _GAP)

    @property
    def end(self) -> float:
        """Where the axis ends."""
        bars = range(len(self.names))
        codes = [choice.code for choice in self.sides.apart]
        longest = max((sum(self.size(bar, code) for code in codes) for bar in bars), default=0.0)
        return round(self.apart_from + longest if longest else sum(self.reach), 6)


def fits_bars(scale: Scale) -> bool:
    """True for a scale with choices enough for a bar, and not more than can be told apart."""
    return 2 <= len(scale.substantive) <= palette.MOST_SHADES


def bars_of_items(part: ToolkitResults, layout: AgreementLayout) -> AnswerBars:
    """Return the bars of the items of a table of the Agreement sheet; split ones say so."""
    scale = part.toolkit.scales[layout.scale]
    sides = sides_of(part.toolkit, scale)
    order = items_worst_first(part.toolkit, layout.items)
    items = [layout.items[place] for place in order]
    counts = tuple({} if item.withheld else item.agreement.counts for item in items)
    told = (
        words().say("bar_item", each.item.id, each.name, is_split(part, each)) for each in items
    )
    names = tuple(
        counts_or_reason(given, name, withheld=item.withheld)
        for given, name, item in zip(counts, told, items, strict=True)
    )
    cells = tuple(
        {
            choice.code: cell_name(layout.header + 1 + place, layout.first_choice + index)
            for index, choice in enumerate(scale.choices)
        }
        for place in order
    )
    grid = BarsLayout(
        layout.sheet, layout.header + 1, layout.names_column, len(items),
        len(sides.about_the_line), len(sides.apart),
    )  # fmt: skip
    return AnswerBars(grid, sides, names, counts, cells, shares=False)


def bars_of_sections(part: ToolkitResults, layout: AnswersLayout, sheet: str) -> AnswerBars:
    """Return the bars of the sections of a table of the Profile sheet."""
    scale = part.toolkit.scales[layout.scale]
    sides = sides_of(part.toolkit, scale)
    order = sections_worst_first(part.toolkit, layout.scale, part.sections, layout.sections)
    cells = tuple(
        {
            choice.code: cell_name(layout.header + 1 + layout.sections.index(place), 2 + index)
            for index, choice in enumerate(scale.choices)
        }
        for place in order
    )
    sections = [part.sections[place] for place in order]
    counts = tuple(
        {} if counts_withheld(each) else each.scales.get(layout.scale, {}) for each in sections
    )
    names = tuple(
        counts_or_reason(given, each.numbered, withheld=counts_withheld(each))
        for given, each in zip(counts, sections, strict=True)
    )
    grid = BarsLayout(
        sheet, layout.header + 1, layout.bars_column, len(sections),
        len(sides.about_the_line), len(sides.apart),
    )  # fmt: skip
    return AnswerBars(grid, sides, names, counts, cells, shares=True)


def write_bars(writer: SummaryWriter, sheet: SheetWriter, bars: AnswerBars) -> None:
    """Write the cells that the bars are drawn from, to the right of the printed page."""
    layout = bars.layout
    for bar, name in enumerate(bars.names):
        row = layout.first_row + bar
        sheet.text(row, layout.first_column, name, formats.SMALL.but(wrap=False))
        for column, live in enumerate(_row(bars, bar, row), layout.first_column + 1):
            writer.figure(sheet, row, column, live, _SMALL)


def _row(bars: AnswerBars, bar: int, row: int) -> Iterator[Live]:
    """The cells of a bar after its name; text where a count is withheld counts as nought."""
    layout, sides = bars.layout, bars.sides
    line = bars.reach[0]
    first = layout.first_column + 2
    parts = [cell_name(row, first + index) for index in range(layout.parts)]
    left = [*parts[: len(sides.left)]]
    left += [f"{cell}/2" for cell in parts[len(sides.left) : len(sides.left) + len(sides.middle)]]
    sizes = [bars.size(bar, choice.code) for choice in sides.about_the_line]
    halves = [1.0] * len(sides.left) + [0.5] * len(sides.middle)
    used = sum(size * half for size, half in zip(sizes, halves, strict=False))
    before = max(0.0, line - used)
    yield Live(f"MAX(0,{line:.15g}-({'+'.join(left) or '0'}))", before)
    yield from (_part(bars, bar, choice.code) for choice in sides.about_the_line)
    edge = bars.apart_from
    yield Live(
        f"MAX(0,{edge:.15g}-SUM({cell_name(row, first - 1)}:{parts[-1]}))",
        max(0.0, edge - before - sum(sizes)),
    )
    yield from (_part(bars, bar, choice.code) for choice in sides.apart)


def _part(bars: AnswerBars, bar: int, code: str) -> Live:
    cells = bars.cells[bar]
    one, value = f"N({cells[code]})", bars.size(bar, code)
    if not bars.shares:
        return Live(one, value)
    total = "+".join(f"N({cell})" for cell in cells.values())
    return Live(f"IF({total}=0,0,{one}/({total}))", value)


def answer_chart(
    writer: SummaryWriter,
    part: ToolkitResults,
    bars: AnswerBars,
    frame: Frame,
    ends: tuple[int, int] | None = None,
    *,
    size: float = 9,
) -> tuple[Any, str]:
    """Return bars about a line, and the text read out in their place.

    Args:
        writer: the workbook.
        part: the toolkit.
        bars: what they show.
        frame: the size of the chart, and its title.
        ends: the first and last bar shown (from 0), None for all.
        size: the size of letters in points.
    """
    first, last = ends or (0, len(bars.names) - 1)
    layout, sides = bars.layout, bars.sides
    anywhere = any(bars.size(bar, choice.code) for bar in range(len(bars.names))
                   for choice in sides.apart)  # fmt: skip
    shown = range(first, last + 1)
    chart = charts.diverging_bars(
        writer.book,
        DivergingBars(
            names=ChartCells(layout.sheet, layout.names_box(first, last)),
            before=ChartCells(layout.sheet, layout.before_box(first, last)),
            parts=_segments(bars, shown, frame.width),
            between=ChartCells(layout.sheet, layout.between_box(first, last)),
            apart=_apart(bars, shown, frame.width) if anywhere else (),
            line=round(bars.reach[0], 9),
            end=bars.end,
            number_format="0%;;" if bars.shares else "0;;",
            axis=words().say("axis_shares", anywhere, len(shown), len(bars.names))
            if bars.shares
            else words().say("axis_counts", anywhere),
        ),
        frame,
        size=size,
    )
    every = (sides.left, sides.middle, sides.right, sides.apart if anywhere else ())
    labels = [[choice.label for choice in side] for side in every]
    return chart, words().say("answers_alt", part.label, bars.names[first : last + 1], labels)


def _segments(bars: AnswerBars, shown: Sequence[int], width: int) -> list[Segment]:
    sides, layout = bars.sides, bars.layout
    shades = (
        *charts.shades_against(len(sides.left)),
        *(palette.MIDDLE for _ in sides.middle),
        *charts.shades_in_favour(len(sides.right)),
    )
    return [
        Segment(
            choice.label,
            ChartCells(layout.sheet, layout.part_box(index, shown[0], shown[-1])),
            shade,
            _bare(bars, choice.code, shown, width),
        )
        for index, (choice, shade) in enumerate(zip(sides.about_the_line, shades, strict=True))
    ]


def _apart(bars: AnswerBars, shown: Sequence[int], width: int) -> list[Segment]:
    layout = bars.layout
    return [
        Segment(
            choice.label,
            ChartCells(layout.sheet, layout.apart_box(index, shown[0], shown[-1])),
            palette.APART[index % len(palette.APART)],
            _bare(bars, choice.code, shown, width),
            apart=True,
        )
        for index, choice in enumerate(bars.sides.apart)
    ]


def _bare(bars: AnswerBars, code: str, shown: Sequence[int], width: int) -> tuple[bool, ...]:
    """Which parts of a choice are too short for a figure, on a chart so many pixels wide."""
    names = max((len(bars.names[bar]) for bar in shown), default=0) * _NAME_LETTER
    drawn = width * (1 - _EDGES) - min(names, _MOST_NAMES * width)
    least = _LEAST_PERCENT if bars.shares else _LEAST
    least = max(least, _FIGURE / drawn if bars.shares else 0.0) * bars.end
    return tuple(bars.size(bar, code) < least for bar in shown)
