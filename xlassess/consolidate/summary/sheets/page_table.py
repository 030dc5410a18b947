"""The table of sections on the first page: a named table whose figures follow the other sheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from xlassess.consolidate.figures.charted import sides_of
from xlassess.consolidate.figures.thresholds import favourable
from xlassess.consolidate.figures.values import Figure, SectionFigures, ToolkitResults
from xlassess.consolidate.summary.cells import Live, SheetColumn, SummaryWriter, counting, lit
from xlassess.consolidate.summary.formulas import flagged_formula
from xlassess.consolidate.summary.layout import ProfileLayout
from xlassess.consolidate.summary.sheets.details_sheet import area_judgement, commonest_judgement
from xlassess.consolidate.wording.terms import NOT_SHOWN, NOTHING, WITHHELD, words
from xlassess.model.toolkit import Band, Choice
from xlassess.sheet import palette
from xlassess.sheet.formats import CellFormat

MOST_LINES = 16
"""Sections listed; a toolkit with more shows the first, and Profile has all."""

_MOST_CHOICES = 4
"""Choices that get a column each; with more, answers and how many are in the upper half."""

_LINE = CellFormat(size=10, bottom=palette.LINE)
_MIDDLE = _LINE.but(align="center", wrap=False)
_WORD = _MIDDLE.but(size=9, wrap=True)
"""A word in place of a figure, or two figures, in a narrow column."""

_WIDTHS = (51.4, 1.0, 14.0, 7.0, 7.0, 7.0, 7.0, 13.0)
"""Widths of the page's columns, in characters: the wide one for its paragraphs, a
gap, and those of the table."""

FIRST_COLUMN = 2
"""The column in which the table begins."""


@dataclass(frozen=True, slots=True)
class PageTable:
    """The table of sections: its columns, its lines as figures with their formats, and notes."""

    columns: tuple[SheetColumn, ...]
    lines: tuple[tuple[tuple[Live, CellFormat], ...], ...]
    notes: tuple[str, ...] = ()


def page_widths() -> tuple[float, ...]:
    """Return the widths of the page's columns, in characters."""
    return _WIDTHS


def page_table(writer: SummaryWriter, part: ToolkitResults, layout: ProfileLayout) -> PageTable:
    """Return the table of a toolkit's sections."""
    if part.toolkit.scoring.rule == "none" and part.toolkit.views:
        return _views(writer, part)
    scale = part.toolkit.scales.get(part.toolkit.scoring.scale)
    if "mean" in layout.columns:
        table, shown = _scores(part, layout), MOST_LINES
    elif scale and len(scale.choices) <= _MOST_CHOICES:
        table, shown = _levels(writer, part, scale.choices), MOST_LINES
    else:
        table, shown = _counts(part, layout), min(MOST_LINES, layout.leading)
    if shown >= len(part.sections):
        return table
    return replace(table, notes=(words().say("more_sections", shown, len(part.sections)),))


def _columns(names: Sequence[str]) -> tuple[SheetColumn, ...]:
    looks = (_LINE, *(_MIDDLE for _ in names[1:]))
    return tuple(
        SheetColumn(name, width, look, small=True)
        for name, width, look in zip(names, _WIDTHS[FIRST_COLUMN:], looks, strict=False)
    )


def _scores(part: ToolkitResults, layout: ProfileLayout) -> PageTable:
    say, rule = words().say, part.toolkit.scoring.rule
    mean = "head_share" if rule == "share" else "head_mean"
    names = [say("head_section"), say(mean), say("head_lowest"), say("head_highest")]
    names.append(say("head_returns"))
    banded = "band" in layout.columns
    if banded:
        names.append(say("head_band"))
    lines = [
        _score(part, layout, index, (each.numbered, each.score, each.band))
        for index, each in enumerate(part.sections[:MOST_LINES])
    ]
    for index, whole in enumerate(part.overall):
        name = say("head_total" if rule == "sum" else "head_overall")
        name = f"{name} ({whole.name})" if whole.name else name
        figures = (name, whole.score, whole.band)
        line = _score(part, layout, layout.sections + index, figures)
        lines.append(tuple((live, look.but(bold=True, fill=palette.PALE)) for live, look in line))
    return PageTable(_columns(names), tuple(lines))


def _score(
    part: ToolkitResults,
    layout: ProfileLayout,
    index: int,
    figures: tuple[str, Figure, Band | None],
) -> tuple[tuple[Live, CellFormat], ...]:
    name, figure, band = figures
    rule = part.toolkit.scoring.rule
    look = _MIDDLE.but(number="0%" if rule == "share" else "0.0")
    ends = look.but(number={"share": "0%", "sum": "0.##"}.get(rule, "0.0"))
    if rule == "sum" and all(
        end is None or float(end).is_integer() for end in (figure.low, figure.high)
    ):
        ends = look.but(number="0")
    # As on Profile, which these cells follow: no ends where single returns are not shown.
    hidden = figure.n > 0 and figure.low is None
    if hidden:
        ends = _WORD
    values = (
        ("mean", WITHHELD if figure.withheld else figure.mean, _WORD if figure.withheld else look),
        ("low", NOT_SHOWN if hidden else figure.low, ends),
        ("high", NOT_SHOWN if hidden else figure.high, ends),
    )
    found = [(Live("", name), _LINE)]
    found += [(Live(layout.cell(index, column), value), look) for column, value, look in values]
    found.append((Live(layout.cell(index, "n"), figure.n), _MIDDLE.but(number="0")))
    if "band" in layout.columns:
        shown = band.name if band else None
        found.append((Live(layout.cell(index, "band"), shown), _LINE.but(align="center")))
    return tuple(found)


def _levels(writer: SummaryWriter, part: ToolkitResults, choices: Sequence[Choice]) -> PageTable:
    """How many judgements stand at each level, area by area; never over all areas together."""
    names = [words().say("head_section"), *(choice.label for choice in reversed(choices))]
    names += [words().say("head_area")] if _asks_areas(part) else []
    lines = tuple(
        tuple(_level(writer, part, index, each, choices))
        for index, each in enumerate(part.sections[:MOST_LINES])
    )
    return PageTable(_columns(names), lines)


def _level(
    writer: SummaryWriter,
    part: ToolkitResults,
    index: int,
    each: SectionFigures,
    choices: Sequence[Choice],
) -> Iterator[tuple[Live, CellFormat]]:
    yield Live("", each.numbered), _LINE
    scale = part.toolkit.scoring.scale
    counts = each.scales.get(scale, {})
    # No nought where nothing may be shown: it would say that nobody answered so.
    hidden = any(
        item.withheld and item.scored for item in part.items if item.section.id == each.section.id
    )
    for choice in reversed(choices):
        if hidden:
            yield Live("", WITHHELD), _WORD
            continue
        formula = counting(
            writer.summary.participants.shows_rows,
            section=lit(each.key),
            field=lit(each.field),
            choice=lit(f"{scale}:{choice.code}"),
        )
        yield Live(formula, counts.get(choice.code, 0)), _MIDDLE.but(number="0")
    if _asks_areas(part):
        yield Live("", commonest_judgement(area_judgement(part, each))), _LINE.but(size=10)


def _asks_areas(part: ToolkitResults) -> bool:
    """True where respondents judge areas as a whole."""
    return any(area_judgement(part, each) for each in part.sections)


def _counts(part: ToolkitResults, layout: ProfileLayout) -> PageTable:
    """Answers, and how many are flagged (or, on a long scale, favourable)."""
    flags = part.toolkit.scoring.rule == "none"
    last = "flagged" if flags else "favourable"
    scale = part.toolkit.scales.get(part.toolkit.scoring.scale)
    good = favourable(scale)[-1].label if scale else ""
    heading = words().say("head_flagged") if flags else words().say("head_or_above", good)
    names = [words().say("head_section"), words().say("head_answers"), heading]
    lines = []
    for index, each in enumerate(part.sections[: min(MOST_LINES, layout.leading)]):
        value: str | float | None = float(each.flagged)
        look = _MIDDLE.but(number="0")
        if not flags:
            value = each.favourable / each.answered if each.answered else None
            look = _MIDDLE.but(number="0%")
        answers = each.given if flags else each.answered
        hidden = each.score.withheld
        lines.append((
            (Live("", each.numbered), _LINE),
            (Live(layout.cell(index, "answers"), WITHHELD if hidden else answers), _MIDDLE),
            (Live(layout.cell(index, last), WITHHELD if hidden else value), look),
        ))  # fmt: skip
    return PageTable(_columns(names), tuple(lines))


def _views(writer: SummaryWriter, part: ToolkitResults) -> PageTable:
    """One line a section, with a column for each view from which it is judged.

    Judgements from two views stand side by side and are never merged.
    """
    views, say = part.toolkit.views, words().say
    found = {(each.number, each.view): each for each in part.sections}
    numbers = sorted({number for number, _ in found})
    firsts = {each.number: each for each in reversed(part.sections)}
    names = [say("head_section"), say("head_flagged")]
    names += [say("head_low", view.label) for view in views]
    lines = tuple(
        (
            (Live("", f"{number}  {firsts[number].section.name}"), _LINE),
            _marked(writer, part, found.get((number, ""))),
            *(_low(writer, part, found.get((number, view.id))) for view in views),
        )
        for number in numbers[:MOST_LINES]
    )
    seen = dict.fromkeys(scale for each in part.sections if each.view for scale in each.scales)
    low = dict.fromkeys(
        choice.label
        for scale in seen
        for choice in reversed(sides_of(part.toolkit, part.toolkit.scales[scale]).left)
    )
    notes = words().paragraphs("views_notes", list(low))
    if len(numbers) > MOST_LINES:
        notes = (*notes, say("more_sections", MOST_LINES, len(numbers)))
    return PageTable(_columns(names), lines, notes)


def _marked(
    writer: SummaryWriter, part: ToolkitResults, each: SectionFigures | None
) -> tuple[Live, CellFormat]:
    """How many of the answers of a section are to act on."""
    if each is None:
        return Live("", NOTHING), _MIDDLE
    rows = writer.summary.participants.shows_rows
    scope = {"section": lit(each.key), "field": lit(each.field)}
    every = "+".join(counting(rows, **scope, counts=lit(how)) for how in ("yes", "apart"))
    return _so_many(
        each, (flagged_formula(part, each, scope, rows=rows), every), (each.flagged, each.given)
    )


def _low(
    writer: SummaryWriter, part: ToolkitResults, each: SectionFigures | None
) -> tuple[Live, CellFormat]:
    """How many of the judgements of a section stand in the lower half of their scale."""
    if each is None:
        return Live("", NOTHING), _MIDDLE
    rows = writer.summary.participants.shows_rows
    scope = {"section": lit(each.key), "field": lit(each.field)}
    lower, count, given = [], 0, 0
    for scale_id, counts in each.scales.items():
        scale = part.toolkit.scales[scale_id]
        left = [choice.code for choice in sides_of(part.toolkit, scale).left]
        lower += [counting(rows, **scope, choice=lit(f"{scale_id}:{code}")) for code in left]
        count += sum(counts.get(code, 0) for code in left)
        given += sum(counts.get(choice.code, 0) for choice in scale.substantive)
    every = counting(rows, **scope, counts=lit("yes"))
    return _so_many(each, ("+".join(lower) or "0", every), (count, given))


def _so_many(
    each: SectionFigures, formulas: tuple[str, str], values: tuple[int, int]
) -> tuple[Live, CellFormat]:
    """A count of how many, as text."""
    if each.score.withheld:
        return Live("", WITHHELD), _WORD
    some, every = formulas
    count, given = values
    shown = words().say("so_many", count, given) if given else NOTHING
    of = words().say("so_many", "", "")
    return Live(f"IF({every}=0,{lit(NOTHING)},({some})&{lit(f' {of} ')}&({every}))", shown), _WORD
