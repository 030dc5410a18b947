"""The small table beside the headline chart of a Summary page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from xlassess.consolidate.cells import NOTHING, WITHHELD, Live, words
from xlassess.consolidate.narrative import decimal, percent, short
from xlassess.consolidate.places import ProfilePlace
from xlassess.consolidate.summary import Figure, Part
from xlassess.model.toolkit import Band
from xlassess.sheet import palette
from xlassess.sheet.looks import Look

MOST_LINES = 24
"""Sections listed beside the chart; a toolkit with more shows the first, and Profile has all."""

_HEAD = Look(size=10, bold=True, colour=palette.WHITE, fill=palette.NAVY, indent=1, wrap=False)
_HEAD_MIDDLE = _HEAD.but(align="center", indent=0)
_LINE = Look(size=10, bottom=palette.LINE, wrap=False)
_MIDDLE = _LINE.but(align="center")
_RUNNING = _LINE.but(align="left", indent=1)


@dataclass(frozen=True, slots=True)
class Field:
    """A cell of the table: its first and last column on the page, figure and look.

    The figure stands in the first column. Where there are more, it is a text that runs on over
    the empty cells beside it, so that no cells of the table need be merged.
    """

    first: int
    last: int
    live: Live
    look: Look


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of scores: its place in the table of the Profile sheet, its name and figures."""

    index: int
    name: str
    figure: Figure
    band: Band | None


def table_lines(part: Part, place: ProfilePlace) -> list[tuple[Field, ...]]:
    """Return the lines of the table, headings first; the figures point at the Profile sheet."""
    return _score_lines(part, place) if "mean" in place.columns else _count_lines(part, place)


def _headings(names: Sequence[str], spans: Sequence[tuple[int, int]]) -> tuple[Field, ...]:
    return tuple(
        Field(*span, Live("", words().say(name)), _HEAD if span[1] > span[0] else _HEAD_MIDDLE)
        for name, span in zip(names, spans, strict=True)
    )


def _score_lines(part: Part, place: ProfilePlace) -> list[tuple[Field, ...]]:
    rule = part.toolkit.scoring.rule
    names = ["head_section", "head_share" if rule == "share" else "head_mean", "head_range"]
    spans = [(5, 9), (10, 10), (11, 12)]
    if "band" in place.columns:
        names, spans = [*names, "head_band"], [(5, 8), (9, 9), (10, 10), (11, 12)]
    lines = [
        _Line(index, f"{index + 1}  {each.name}", each.score, each.band)
        for index, each in enumerate(part.sections[:MOST_LINES])
    ]
    found = [_headings(names, spans)]
    found += [_score_line(part, place, spans, line) for line in lines]
    for index, whole in enumerate(part.overall):
        name = words().say("head_total" if rule == "sum" else "head_overall")
        name = f"{name} ({whole.name})" if whole.name else name
        line = _Line(place.sections + index, name, whole.score, whole.band)
        fields = _score_line(part, place, spans, line)
        strong = palette.PALE
        found.append(
            tuple(replace(each, look=each.look.but(bold=True, fill=strong)) for each in fields)
        )
    return found


def _score_line(
    part: Part, place: ProfilePlace, spans: Sequence[tuple[int, int]], line: _Line
) -> tuple[Field, ...]:
    rule, figure = part.toolkit.scoring.rule, line.figure
    ranges = _MIDDLE if "band" in place.columns else _RUNNING
    number = "0%" if rule == "share" else "0.0"
    mean = WITHHELD if figure.withheld else figure.mean
    low, high = (place.cell(line.index, each) for each in ("low", "high"))
    fields = [
        Field(*spans[0], Live("", line.name), _RUNNING),
        Field(*spans[1], Live(place.cell(line.index, "mean"), mean), _MIDDLE.but(number=number)),
        Field(*spans[2], Live(_range_formula(rule, low, high), range_of(rule, figure)), ranges),
    ]
    if "band" in place.columns:
        name = line.band.name if line.band else None
        fields.append(Field(*spans[3], Live(place.cell(line.index, "band"), name), _RUNNING))
    return tuple(fields)


def _range_formula(rule: str, low: str, high: str) -> str:
    shape = {"sum": "0.##", "mean": "0.0", "share": "0%"}[rule]
    if rule == "sum":
        # TEXT with "0.##" leaves a point after whole numbers.
        return f'IF(ISNUMBER({low}),{low}&" to "&{high},"{NOTHING}")'
    return f'IF(ISNUMBER({low}),TEXT({low},"{shape}")&" to "&TEXT({high},"{shape}"),"{NOTHING}")'


def range_of(rule: str, figure: Figure) -> str | None:
    """Return the lowest and highest of a figure in words, None where they are not shown."""
    if figure.low is None or figure.high is None:
        return None
    show = {"sum": short, "mean": decimal, "share": percent}[rule]
    return f"{show(figure.low)} to {show(figure.high)}"


def _count_lines(part: Part, place: ProfilePlace) -> list[tuple[Field, ...]]:
    """Lines of toolkits without scores: answers, and how many are favourable or flagged."""
    spans = [(5, 9), (10, 10), (11, 12)]
    last = "flagged" if part.toolkit.scoring.rule == "none" else "favourable"
    found = [_headings(["head_section", "head_answers", f"head_{last}"], spans)]
    for index, each in enumerate(part.sections[: min(MOST_LINES, place.leading)]):
        value: str | float | None = float(each.flagged)
        look = _RUNNING
        if last == "favourable":
            value = each.favourable / each.answered if each.answered else None
            look = _RUNNING.but(number="0%")
        hidden = each.score.withheld
        answers = each.given if last == "flagged" else each.answered
        found.append((
            Field(*spans[0], Live("", f"{index + 1}  {each.name}"), _RUNNING),
            Field(*spans[1], Live(place.cell(index, "answers"), WITHHELD if hidden else answers),
                  _MIDDLE),
            Field(*spans[2], Live(place.cell(index, last), WITHHELD if hidden else value), look),
        ))  # fmt: skip
    return found
