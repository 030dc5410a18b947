"""The Agreement sheet: every item answered on a scale, how answers fall, and how alike they are.

It holds what a sheet of items would hold as well (number, full wording, answers), so there is
no other: the same rows twice would only have to be compared.
"""

from __future__ import annotations

from collections.abc import Sequence

from xlassess.consolidate import cells
from xlassess.consolidate.cells import (
    NOTHING,
    WITHHELD,
    Column,
    Grid,
    Live,
    Opening,
    Out,
    counting,
    lit,
    words,
)
from xlassess.consolidate.places import HEADER_ROW, sheet_name
from xlassess.consolidate.summary import ItemFigures, Part
from xlassess.consolidate.thresholds import STRENGTH, agreement_limits, favourable, has_scores
from xlassess.contract.layout import cell_name, column_name
from xlassess.model.toolkit import Scale
from xlassess.sheet import looks
from xlassess.sheet.checked import Box, Sheet
from xlassess.sheet.looks import MARK_CHECK, MARK_DONE, MARK_TO_DO, Look

SPLIT = "High score, low agreement"

_HEADS = (Column("Item", 8), Column("Section", 24), Column("Question", 58))
_FIGURE_WIDTH = 13.0
_GAP = 3
"""Rows between the tables of two scales: one empty, one with the scale's name."""


def write_agreement(out: Out, part: Part) -> None:
    """Write the Agreement sheet: one table for each scale, the scored one first."""
    name = sheet_name("Agreement", part, out.summary.parts)
    scales = _scales(part)
    widest = max((len(_columns(scale)) for _, scale in scales), default=len(_HEADS))
    widths = [column.width for column in _HEADS] + [_FIGURE_WIDTH] * (widest - len(_HEADS))
    title = f"Agreement: {part.toolkit.title}"
    opening = Opening(
        name, title, words().say("agreement_note"), tuple(widths), (HEADER_ROW + 1, 1)
    )
    sheet = out.open(opening)
    header = HEADER_ROW
    for number, (scale_id, scale) in enumerate(scales):
        items = [item for item in part.items if item.scale_id == scale_id]
        if number:
            sheet.text(header - 1, 0, scale.title, looks.HEADING)
            sheet.height(header - 1, cells.HEADING_ROW)
        _table(out, sheet, part, header, items)
        header += len(items) + _GAP
    out.finish(sheet, opening, max(header - _GAP, HEADER_ROW))


def _scales(part: Part) -> list[tuple[str, Scale]]:
    first = part.toolkit.scoring.scale
    used = dict.fromkeys(item.scale_id for item in part.items)
    order = sorted(used, key=lambda scale: scale != first)
    return [(scale, part.toolkit.scales[scale]) for scale in order]


def _columns(scale: Scale) -> tuple[Column, ...]:
    """Heads, a column per choice, then the figures."""
    choices = [Column(choice.label, _FIGURE_WIDTH, cells.MIDDLE) for choice in scale.choices]
    figures = ["Answers"]
    if has_scores(scale):
        figures += ["Mean", "Lowest", "Highest"]
    figures += ["Consensus", "Agreement"]
    return (
        *_HEADS,
        *choices,
        *(Column(each, _FIGURE_WIDTH, cells.MIDDLE) for each in figures),
        Column("Remark", _FIGURE_WIDTH, cells.MIDDLE),
    )


def _table(out: Out, sheet: Sheet, part: Part, header: int, items: Sequence[ItemFigures]) -> None:
    scale = items[0].scale
    columns = _columns(scale)
    index = out.summary.parts.index(part)
    name = f"Agreement_{index}_{header}"
    title = f"Agreement on items answered by “{scale.title}”, {part.label}"
    out.table(sheet, Grid(header, columns, len(items), name, title))
    for row, item in enumerate(items, header + 1):
        _row(out, sheet, row, columns, item)
    first, last = header + 1, header + len(items)
    reading = len(columns) - 2
    cell = f"${column_name(reading)}{first + 1}"
    box = Box(first, reading, last, reading)
    for word, mark in (("high", MARK_DONE), ("low", MARK_TO_DO)):
        sheet.highlight(box, f'{cell}="{word}"', mark)
    remark = f"${column_name(reading + 1)}{first + 1}"
    sheet.highlight(Box(first, reading + 1, last, reading + 1), f'{remark}="{SPLIT}"', MARK_CHECK)


def _row(out: Out, sheet: Sheet, row: int, columns: tuple[Column, ...], item: ItemFigures) -> None:
    question = f"{item.item.ask} ({item.view})" if item.view else item.item.ask
    texts = (item.item.id, item.section.name, question)
    for column, text in enumerate(texts):
        sheet.text(row, column, text, columns[column].look)
    column = len(texts)
    for live, look in _figures(out, item, row):
        out.figure(sheet, row, column, live, look)
        column += 1
    fitted = [(text, each.width, each.look) for text, each in zip(texts, columns, strict=False)]
    fitted.append((SPLIT if item.split_success else "", columns[-1].width, columns[-1].look))
    cells.fit_row(sheet, row, fitted)


def _figures(out: Out, item: ItemFigures, row: int) -> list[tuple[Live, Look]]:
    """The cells of an item's row after its words."""
    scale, agreement = item.scale, item.agreement
    rows = out.summary.cast.shows_rows
    where = {"item": lit(item.key), "field": lit(item.field)}
    whole, middle = cells.MIDDLE.but(number="0"), cells.MIDDLE
    first = len(_HEADS)
    places = {choice.code: first + i for i, choice in enumerate(scale.choices)}
    spans = _Spans(scale, places, row)
    found: list[tuple[Live, Look]] = [
        (Live(counting(rows, **where, choice=lit(f"{item.scale_id}:{choice.code}")),
              WITHHELD if item.withheld else agreement.counts[choice.code]), whole)
        for choice in scale.choices
    ]  # fmt: skip
    if item.withheld:
        return [*found, *((Live("", WITHHELD), middle) for _ in _columns(scale)[len(places) + 3 :])]
    found.append((Live(spans.n, agreement.n), whole))
    if has_scores(scale):
        decimals = cells.MIDDLE.but(number="0.00")
        plain = cells.MIDDLE.but(number="0.##")
        found += [
            (Live(spans.mean, agreement.mean), decimals),
            (Live(spans.low, agreement.low), plain),
            (Live(spans.high, agreement.high), plain),
        ]
    return [*found, *_judgement(item, spans, row, first + len(found))]


def _judgement(item: ItemFigures, spans: _Spans, row: int, column: int) -> list[tuple[Live, Look]]:
    """Consensus, its reading in words, and the remark, from this column on."""
    scale, middle = item.scale, cells.MIDDLE
    consensus, reading = cell_name(row, column), cell_name(row, column + 1)
    low, high = agreement_limits(scale)
    read = (
        f'IF(ISNUMBER({consensus}),IF(ROUND({consensus},9)>={high},"high",'
        f'IF(ROUND({consensus},9)<{low},"low","moderate")),"{NOTHING}")'
    )
    split = (
        f'IF({reading}="low",IF({spans.favour}>={STRENGTH:.9f},"{SPLIT}","{NOTHING}"),"{NOTHING}")'
    )
    word = item.reading or None
    formula = spans.consensus if scale.ordinal else ""
    return [
        (Live(formula, item.agreement.consensus), cells.MIDDLE.but(number="0.00")),
        (Live(read if scale.ordinal else "", word), middle),
        (Live(split if scale.ordinal else "", SPLIT if item.split_success else None), middle),
    ]


class _Spans:
    """Formulas over one row's counts of choices.

    Substantive choices stand side by side where the toolkit lists the others last; if it does
    not, they are joined one by one.
    """

    def __init__(self, scale: Scale, places: dict[str, int], row: int) -> None:
        self._scale = scale
        self._cells = [cell_name(row, places[choice.code]) for choice in scale.substantive]
        self.n = "+".join(self._cells)

    def _weighted(self, weights: Sequence[float]) -> str:
        return "+".join(f"{cell}*{w:g}" for cell, w in zip(self._cells, weights, strict=True))

    @property
    def _scores(self) -> list[float]:
        return [choice.score or 0.0 for choice in self._scale.substantive]

    @property
    def mean(self) -> str:
        """The mean score."""
        return f'IF({self.n}=0,"{NOTHING}",({self._weighted(self._scores)})/({self.n}))'

    @property
    def low(self) -> str:
        """The lowest score given."""
        return self._first(sorted(zip(self._scores, self._cells, strict=True)))

    @property
    def high(self) -> str:
        """The highest score given."""
        return self._first(sorted(zip(self._scores, self._cells, strict=True), reverse=True))

    def _first(self, pairs: Sequence[tuple[float, str]]) -> str:
        """The score of the first choice that was picked."""
        formula = f'"{NOTHING}"'
        for score, cell in reversed(pairs):
            formula = f"IF({cell}>0,{score:g},{formula})"
        return formula

    @property
    def favour(self) -> str:
        """Where the answers stand from the worst (0) to the best (1)."""
        weights = [0.0] * len(self._cells)
        if has_scores(self._scale):
            low, high = min(self._scores), max(self._scores)
            weights = [(score - low) / (high - low) for score in self._scores]
        else:
            weights[: len(favourable(self._scale))] = [1.0] * len(favourable(self._scale))
        parts = "+".join(
            f"{cell}*{weight:.12g}" for cell, weight in zip(self._cells, weights, strict=True)
        )
        return f"ROUND(({parts})/({self.n}),9)"

    @property
    def consensus(self) -> str:
        """Tastle and Wierman's consensus; an empty choice adds nothing, whatever its distance."""
        width = len(self._cells) - 1
        middle = f"({self._weighted(range(len(self._cells)))})/({self.n})"
        terms = "+".join(
            f"IF({cell}=0,0,{cell}/({self.n})*LOG(1-ABS({i}-{middle})/{width},2))"
            for i, cell in enumerate(self._cells)
        )
        return f'IF({self.n}<2,"{NOTHING}",MAX(0,MIN(1,1+{terms})))'
