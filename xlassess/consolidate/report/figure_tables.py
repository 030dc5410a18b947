"""The tables of figures in the report: the same figures as on the summary's sheets."""

from __future__ import annotations

from xlassess.consolidate.figures.values import Figure, SectionFigures, ToolkitResults
from xlassess.consolidate.report.bars import markable
from xlassess.consolidate.report.fields import FigureRow, Figures
from xlassess.consolidate.wording.numbers import NOTHING, WITHHELD, decimal, percent, range_of
from xlassess.consolidate.wording.sheets import words
from xlassess.model.toolkit import Band


def figures_of(part: ToolkitResults) -> Figures | None:
    """Return the table of a toolkit's figures, None where it has no sections with choices."""
    if not part.sections:
        return None
    rule = part.toolkit.scoring.rule
    if rule == "none":
        return _marked(part)
    return _levels(part) if rule == "levels" else _scores(part)


def _scores(part: ToolkitResults) -> Figures:
    say, rule = words().say, part.toolkit.scoring.rule
    heads = ["head_returns", "head_share" if rule == "share" else "head_mean", "head_range"]
    bands = any(each.section.bands for each in part.sections) or part.toolkit.scoring.bands
    rows = (
        FigureRow(f"{number}  {each.name}", _score(part, each.score, each.band, bool(bands)))
        for number, each in enumerate(part.sections, 1)
    )
    whole = say("head_total" if rule == "sum" else "head_overall")
    totals = (
        FigureRow(
            f"{whole} ({each.name})" if each.name else whole,
            _score(part, each.score, each.band, bool(bands)),
        )
        for each in part.overall
    )
    names = [*heads, "head_band"] if bands else heads
    return Figures(say("head_section"), tuple(map(say, names)), tuple(rows), tuple(totals))


def _score(part: ToolkitResults, figure: Figure, band: Band | None, bands: bool) -> tuple[str, ...]:
    """The cells of a row: returns, mean or share, range, and the band where there are any."""
    rule = part.toolkit.scoring.rule
    mean = NOTHING
    if figure.withheld:
        mean = WITHHELD
    elif figure.mean is not None:
        mean = percent(figure.mean) if rule == "share" else decimal(figure.mean)
    # Without a range there is either no figure or, in aggregate, no right to single returns' ends.
    ends = range_of(rule, figure) or (NOTHING if figure.mean is None else WITHHELD)
    cells = (str(figure.n), mean, WITHHELD if figure.withheld else ends)
    return (*cells, band.name if band else NOTHING) if bands else cells


def _levels(part: ToolkitResults) -> Figures:
    """How many judgements stand at each level, the least first, and the share of favourable."""
    say = words().say
    scale = part.toolkit.scales[part.toolkit.scoring.scale]
    choices = (*reversed(scale.substantive), *(each for each in scale.choices if each.apart))
    rows = []
    for number, each in enumerate(part.sections, 1):
        counts = each.scales.get(part.toolkit.scoring.scale, {})
        cells = [str(counts.get(choice.code, 0)) for choice in choices]
        share = percent(each.favourable / each.answered) if each.answered else NOTHING
        shown = (*cells, str(each.answered), share)
        rows.append(FigureRow(f"{number}  {each.name}", _unless_withheld(each, shown)))
    heads = (*(choice.label for choice in choices), say("head_answers"), say("head_favourable"))
    return Figures(say("head_section"), heads, tuple(rows), ())


def _marked(part: ToolkitResults) -> Figures:
    """How many answers there are and how many of them are marked as matters to act on."""
    say = words().say
    rows = (
        FigureRow(name, _unless_withheld(each, (str(each.given), str(each.flagged))))
        for name, each in markable(part)
    )
    heads = (say("head_answers"), say("head_flagged"))
    return Figures(say("head_section"), heads, tuple(rows), ())


def _unless_withheld(each: SectionFigures, cells: tuple[str, ...]) -> tuple[str, ...]:
    return (WITHHELD,) * len(cells) if each.score.withheld else cells
