"""The formulas of scores over the Data sheet, with the values they have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from xlassess.consolidate.figures.counted import favourable_codes
from xlassess.consolidate.figures.values import ScoreRow, SectionFigures, ToolkitResults
from xlassess.consolidate.summary.cells import Live, counting, lit
from xlassess.consolidate.summary.layout import ScoresLayout
from xlassess.consolidate.wording.terms import NOTHING
from xlassess.contract.layout import cell_name
from xlassess.model.toolkit import Band, answer_field
from xlassess.score import Overall, SectionScore, score_range
from xlassess.sheet.writer import quoted

SHADES = ("#8DB4DB", "#B9D2EB", "#DEEAF6", "#F7FAFD")
"""Grounds of cells in the best to the lowest quarter or band: one hue, so that they can be told
apart in grey; the figure stays visible."""


def band_formula(
    cell: str, bands: Sequence[Band], what: Literal["name", "reading"] = "name"
) -> str:
    """Return the formula of the name or the reading of the band a cell's score reaches."""
    rising = sorted(bands, key=lambda band: band.low)
    formula = quoted(getattr(rising[0], what))
    for band in rising[1:]:
        formula = f"IF(ROUND({cell},9)>={band.low:g},{quoted(getattr(band, what))},{formula})"
    return f'IF(ISNUMBER({cell}),{formula},"{NOTHING}")'


def pooled_share(part: ToolkitResults, scope: dict[str, str], *, rows: bool) -> str:
    """Return the formula of the share of favourable answers within a scope.

    Args:
        part: the toolkit.
        scope: what to count by, as for `counting`.
        rows: True when Data has one row per answer.
    """
    every = counting(rows, **scope)
    good = "+".join(counting(rows, **scope, choice=lit(key)) for key in choice_keys(part))
    return f'IF({every}=0,"{NOTHING}",({good})/{every})'


def choice_keys(part: ToolkitResults) -> tuple[str, ...]:
    """The favourable choices as they stand in the Choice column of Data."""
    scale = part.toolkit.scoring.scale
    return tuple(f"{scale}:{code}" for code in favourable_codes(part.toolkit))


def flagged_formula(
    part: ToolkitResults, each: SectionFigures, scope: dict[str, str], *, rows: bool
) -> str:
    """Return the formula of how many answers of a section are flagged, within a scope."""
    scales = dict.fromkeys(item.answer for item in each.section.items if not item.is_free)
    keys = [
        f"{scale}:{code}"
        for scale in scales
        for code in part.toolkit.scoring.flagged
        if code in {choice.code for choice in part.toolkit.scales[scale].choices}
    ]
    return "+".join(counting(rows, **scope, choice=lit(key)) for key in keys) or "0"


def return_score(part: ToolkitResults, each: SectionFigures, scored: ScoreRow, row: int) -> Live:
    """Return the score of one return in one section; with gaps, how many are answered.

    ``row`` is the return's row on the Scores sheet, with its code in the first column.
    """
    score = scored.card.section(each.section.id, each.view)
    where = {
        "return": f"$A{row + 1}", "section": lit(each.key), "field": lit(each.field),
        "counts": '"yes"',
    }  # fmt: skip
    count = counting(True, **where)
    criteria = count.removeprefix("COUNTIFS(")
    gaps = f'{count}&" of {score.asked}"'
    value = _shown(score)
    if part.toolkit.scoring.rule == "sum":
        return Live(f"IF({count}={score.asked},SUMIFS(data_score,{criteria},{gaps})", value)
    if part.toolkit.scoring.rule == "mean":
        return Live(f"IF({count}=0,{gaps},AVERAGEIFS(data_score,{criteria})", value)
    good = "+".join(counting(True, **where, choice=lit(key)) for key in choice_keys(part))
    return Live(f"IF({count}=0,{gaps},({good})/{count})", value)


def _shown(score: SectionScore | Overall) -> str | float:
    return f"{score.answered} of {score.asked}" if score.score is None else score.score


def return_overall(part: ToolkitResults, layout: ScoresLayout, whole: Overall, row: int) -> Live:
    """Return the score of one return over all sections of a view, as `return_score`."""
    mine = [i for i, each in enumerate(part.sections) if each.view == whole.view]
    cells_ = f"{cell_name(row, layout.column(mine[0]))}:{cell_name(row, layout.column(mine[-1]))}"
    where = {
        "return": f"$A{row + 1}", "field": lit(answer_field(whole.view)), "counts": '"yes"'
    }  # fmt: skip
    count = counting(True, **where)
    gaps = f'{count}&" of {whole.asked}"'
    value = _shown(whole)
    if part.toolkit.scoring.rule == "sum":
        return Live(f"IF(COUNT({cells_})={len(mine)},SUM({cells_}),{gaps})", value)
    if part.toolkit.scoring.rule == "mean":
        criteria = count.removeprefix("COUNTIFS(")
        return Live(f"IF({count}=0,{gaps},AVERAGEIFS(data_score,{criteria})", value)
    good = "+".join(counting(True, **where, choice=lit(key)) for key in choice_keys(part))
    return Live(f"IF({count}=0,{gaps},({good})/{count})", value)


def shade_limits(
    part: ToolkitResults, section: SectionFigures | None, bands: Sequence[Band]
) -> tuple[tuple[float, str], ...]:
    """Return the lower limits of shades, highest first."""
    if bands:
        falling = sorted(bands, key=lambda band: -band.low)
        last = len(SHADES) - 1
        layouts = [round(i * last / max(len(falling) - 1, 1)) for i in range(len(falling))]
        return tuple((b.low, SHADES[p]) for b, p in zip(falling, layouts, strict=True))
    limits = score_range(part.toolkit, section.section if section else None)
    if limits is None:
        return ()
    low, high = limits
    return tuple(
        (low + (high - low) * quarter / 4, shade)
        for quarter, shade in zip((3, 2, 1, 0), SHADES, strict=True)
    )
