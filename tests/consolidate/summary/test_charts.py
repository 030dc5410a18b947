"""The charts of the summary, as they stand in its workbook."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, pairwise
from xml.etree import ElementTree

import openpyxl
import pytest

from tests.consolidate.rounds import MADE_AT, Wish, a_round, with_returns
from tests.consolidate.test_summarise import CODES
from tests.consolidate.wording.test_findings import all_at, part_of
from tests.ingest.packages import sheet_of
from xlassess.consolidate import summarise, summary_bytes
from xlassess.consolidate.figures import beside_points
from xlassess.consolidate.figures.beside_points import PointName, sides_of_points
from xlassess.consolidate.figures.charted import items_worst_first, left_share, sides_of
from xlassess.consolidate.figures.values import Figure, ToolkitResults
from xlassess.consolidate.summary.dot_charts import label_sides
from xlassess.consolidate.wording.terms import score_axis
from xlassess.sheet import palette
from xlassess.sheet.charts import shades_against, shades_in_favour
from xlassess.toolkits.load import builtin_ids, find_toolkit

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
#: the words of a chart that shows a choice of the sections
CUT = re.compile(r"The (\d+) of (\d+) with the most against are shown\.")


@pytest.fixture(scope="module", params=builtin_ids())
def content(request) -> bytes:
    record = a_round([find_toolkit(request.param)], 9, Wish(returned=7, gaps=0.05))
    return summary_bytes(summarise(record, MADE_AT))


def charts_in(content: bytes) -> list[ElementTree.Element]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        names = [n for n in package.namelist() if re.fullmatch(r"xl/charts/chart\d+\.xml", n)]
        return [ElementTree.fromstring(package.read(name)) for name in sorted(names)]


def title_of(chart: ElementTree.Element) -> str:
    title = chart.find(f"{C}chart/{C}title")
    return "" if title is None else " ".join(t.text or "" for t in title.iter(f"{A}t"))


def test_charts__each_has_a_title_in_words(content):
    for chart in charts_in(content):
        assert len(title_of(chart).split()) >= 3 or title_of(chart) == "Answers to act on"


def test_charts__none_repeats_a_table_as_a_radar(content):
    assert not any(chart.find(f".//{C}radarChart") for chart in charts_in(content))


def test_charts__draw_from_numbers_alone(content):
    """One text among the figures of a chart of dots, and Excel counts 1, 2, 3 instead."""
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    for chart in charts_in(content):
        if chart.find(f".//{C}scatterChart") is None:
            continue
        for series in chart.iter(f"{C}ser"):
            for axis in ("xVal", "yVal"):
                where = series.find(f"{C}{axis}//{C}f").text
                sheet, _, box = where.rpartition("!")
                area = book[sheet.strip("'").replace("''", "'")][box.replace("$", "")]
                row = [c for line in area for c in line] if isinstance(area, tuple) else [area]
                assert all(isinstance(c.value, int | float) for c in row), where


def test_bars__order_of_items_is_the_worst_first(pat):
    part = part_of(pat, [all_at(pat, CODES[3], _4C=CODES[1], _2A=CODES[2])] * 3
                   + [all_at(pat, CODES[3], _4C=CODES[1])] * 3)  # fmt: skip
    order = items_worst_first(pat, part.items)
    assert [part.items[place].item.id for place in order[:2]] == ["4C", "2A"]


def test_bars__split_items_say_so_in_words(pat):
    given = [all_at(pat, CODES[3], _4C=CODES[1])] * 4 + [all_at(pat, CODES[3], _4C=CODES[4])] * 4
    people = a_round([pat], 8)
    summary = summarise(with_returns(people, dict(enumerate(given))), MADE_AT)
    book = openpyxl.load_workbook(io.BytesIO(summary_bytes(summary)))
    names = [c.value for (c,) in book["Agreement"].iter_rows(min_col=41, max_col=41) if c.value]
    assert [name for name in names if "[split]" in name] == [names[0]]
    assert names[0].startswith("4C [split]")


def test_sides__a_middle_choice_stands_astride_and_the_rest_on_its_side(melton):
    sides = sides_of(melton, melton.scales["rating"])
    assert [len(side) for side in (sides.left, sides.middle, sides.right)] == [2, 1, 2]
    assert left_share(sides, {sides.middle[0].code: 4}) == 0.5


def test_sides__basic_is_the_acceptable_minimum():
    bv = find_toolkit("bv-partnership")
    sides = sides_of(bv, bv.scales["practice"])
    assert [choice.code for choice in sides.left] == ["below"]
    assert len(sides.right) == 3


def test_bars__dont_know_stands_apart_and_is_hatched():
    wbt = find_toolkit("working-better-together")
    summary = summarise(a_round([wbt], 9, Wish(returned=7)), MADE_AT)
    charts = charts_in(summary_bytes(summary))
    hatched = [
        "".join(t.text or "" for t in series.find(f"{C}tx").iter() if t.tag in (f"{C}v", f"{A}t"))
        for chart in charts
        for series in chart.iter(f"{C}ser")
        if series.find(f"{C}spPr/{A}pattFill") is not None
    ]
    apart = {c.label for scale in wbt.scales.values() for c in scale.choices if c.apart}
    assert hatched
    assert set(hatched) <= apart


@pytest.mark.parametrize("parts", range(1, 6))
def test_shades__neighbours_differ_in_lightness(parts):
    for shades in (shades_against(parts), shades_in_favour(parts)):
        assert len(set(shades)) == parts
        assert all(palette.contrast(a, b) >= 1.15 for a, b in pairwise(shades))


def test_bars__no_more_beside_the_lists_than_there_is_room_for():
    """With 14 sections about a line on half a page, nothing could be read."""
    record = a_round([find_toolkit("working-better-together")], 13, Wish())
    content = summary_bytes(summarise(record, MADE_AT))
    cut = [c for c in charts_in(content) if CUT.match(axis_of(c))]
    assert 1 <= len(cut) <= len(sheet_of(content, "Summary")._charts), "no other is cut"
    for chart in cut:
        shown, among = (int(each) for each in CUT.match(axis_of(chart)).groups())
        assert 4 <= shown < among == 14
        assert {len(list(ser.iter(f"{C}pt"))) for ser in chart.findall(f".//{C}cat")} == {shown}


def test_bars__say_nothing_of_a_choice_where_all_sections_are_shown(pat):
    assert not [c for c in charts_in(summary_bytes(summarise(a_round([pat], 9, Wish()), MADE_AT)))
                if CUT.match(axis_of(c))]  # fmt: skip


def axis_of(chart: ElementTree.Element) -> str:
    found = chart.find(f".//{C}valAx/{C}title")
    return "" if found is None else "".join(t.text or "" for t in found.iter(f"{A}t"))


def _placed(part: ToolkitResults, places: Sequence[tuple[float, float]]) -> ToolkitResults:
    """The toolkit with its sections at these scores and significances."""
    sections = (
        replace(
            each, score=replace(each.score, mean=mean),
            significance=replace(each.significance, mean=weight),
        )
        for each, (mean, weight) in zip(part.sections, places, strict=True)
    )  # fmt: skip
    return replace(part, sections=tuple(sections))


def test_significance__no_name_stands_on_another_sections_point(pat):
    part = summarise(a_round([pat], 13, Wish()), MADE_AT).parts[0]
    near = [(12.0, 3.3), (13.3, 3.5), (21.0, 4.0), (18.0, 4.2), (15.0, 2.9), (14.6, 2.4)]
    sides = label_sides(_placed(part, near), ((9, 24), (2, 5)), (430, 260))
    # The second point lies where the first one's name would stand on the right, the usual side.
    assert sides[0] != "right"
    assert sides[2] == "right"


def test_significance__a_name_at_the_top_stands_beside_its_point(pat):
    """It reached a few pixels over the end of the axis, and went below onto another name."""
    part = summarise(a_round([pat], 13, Wish()), MADE_AT).parts[0]
    near = [(17.3, 1.85), (16.28, 4.85), (15.83, 2.55), (16.33, 2.85), (15.85, 4.0), (16.45, 3.0)]
    sides = label_sides(_placed(part, near), ((14, 19), (1, 5)), (430, 260))
    assert (sides[1], sides[4]) == ("right", "right")


def test_significance__names_above_each_other_are_as_tall_as_they_are_printed(pat):
    """The axes were taken for taller than they are: names stood on each other in print."""
    part = summarise(a_round([pat], 13, Wish()), MADE_AT).parts[0]
    near = [(15.0, 2.4), (14.6, 3.6), (14.8, 1.6), (15.4, 3.2), (16.4, 4.0), (15.4, 2.0)]
    sides = label_sides(_placed(part, near), ((13, 18), (1, 5)), (422, 290))
    assert (sides[2], sides[5]) != ("right", "left")


def test_significance__of_near_points_in_a_row_no_name_covers_another():
    """The names are placed together: one by one the third found no free side."""
    row = [PointName(x, 69, 76, 26) for x in (76, 177, 203)]
    sides = sides_of_points(row, (0, 0, 340, 208), (), 6)
    boxes = [name.box(side, 7.5) for name, side in zip(row, sides, strict=True)]
    points = [(name.x - 6, 63, name.x + 6, 75) for name in row]
    for one, other in combinations([*boxes, *points], 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_significance__the_work_of_placing_names_does_not_grow_with_their_number(monkeypatch):
    """A toolkit may have many sections: the square of their number took minutes."""
    compared = Counter()

    def counted(one, other, shared=beside_points._shared):
        compared[of] += 1
        return shared(one, other)

    monkeypatch.setattr(beside_points, "_shared", counted)
    for of in (30, 250):
        names = [PointName(17 * (n % 16), 13 * (n // 16), 60, 13) for n in range(of)]
        assert len(sides_of_points(names, (0, 0, 340, 208), (), 6)) == of
    assert compared[250] < 2 * compared[30]


@pytest.mark.parametrize(
    ("lacking", "said"),
    [(0, "Mean score"), (1, "Mean score (without a point, see the table: Need for partnership)"),
     (3, "Mean score (3 sections without a point: see the table)")],
)  # fmt: skip
def test_significance__what_stands_below_the_axis_has_room_there(pat, lacking, said):
    part = summarise(a_round([pat], 5), MADE_AT).parts[0]
    without = [replace(s, significance=Figure()) for s in part.sections[:lacking]]
    part = replace(part, sections=(*without, *part.sections[lacking:]))
    assert score_axis(part) == said
    long = replace(part.sections[0], name="A name of many words " * 4, significance=Figure())
    assert score_axis(replace(part, sections=(long,))) == (
        "Mean score (1 section without a point: see the table)"
    )


def test_pictures__what_is_withheld_says_so_beside_its_name(melton, pat):
    """A name without a dot or a bar looked as if there were nothing, or the worst."""
    held = summarise(a_round([melton], 13, attribution="aggregated"), MADE_AT)
    items = [each.item.id for each in held.parts[0].items if each.scored and each.withheld]
    section = next(each.name for each in held.parts[0].sections if each.score.withheld)
    said, names = words_in(summary_bytes(held))
    assert f"{section}: withheld\u2003" in said
    hidden = {name.split()[0] for name in names if name.endswith(": withheld")}
    assert items
    assert hidden >= set(items)
    board = summarise(a_round([pat], 6, attribution="aggregated"), MADE_AT)
    said, _ = words_in(summary_bytes(board))
    assert any("Clarity of purpose: withheld" in text for text in said)
    assert any("without a point, see the table: Clarity of purpose" in text for text in said)


def words_in(content: bytes) -> tuple[set[str], set[str]]:
    """The words that stand in charts, and those that their axes take from cells."""
    every = charts_in(content)
    return tuple(
        {each.text or "" for chart in every for each in chart.iter(tag)}
        for tag in (f"{A}t", f"{C}v")
    )


def test_levels__beside_each_line_stands_a_figure_and_its_unit_below_the_axis():
    """LibreOffice breaks a label of several words, and the lines ran into each other."""
    record = a_round([find_toolkit("bv-partnership")], 12, Wish())
    charts = charts_in(summary_bytes(summarise(record, MADE_AT)))
    levels = [c for c in charts if "points apart" in axis_of(c)]
    assert levels
    for chart in levels:
        labels = [
            "".join(t.text or "" for t in label.iter(f"{A}t")).strip()
            for label in chart.find(f".//{C}ser").iter(f"{C}dLbl")
        ]
        assert [label for label in labels if label]
        assert all(label.isdigit() for label in labels if label)
        assert chart.find(f".//{C}valAx/{C}majorUnit").get("val") == "0.25"
