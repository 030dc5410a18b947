"""The pictures of the report: which there are, what is drawn, and that they can be read."""

from __future__ import annotations

import io
import logging
import re
import warnings
from dataclasses import replace

import pytest
from PIL import Image

from tests.consolidate.rounds import MADE_AT, Wish, a_round, answers, with_returns
from xlassess.consolidate import summarise
from xlassess.consolidate.figures.values import ToolkitResults
from xlassess.consolidate.report import charts, drawing
from xlassess.consolidate.report import drawing as report_bars
from xlassess.sheet import palette
from xlassess.toolkits.load import find_toolkit


def part_of(toolkit, returned=6, **changes) -> ToolkitResults:
    return summarise(a_round([toolkit], 8, Wish(returned=returned), **changes), MADE_AT).parts[0]


def colours(png: bytes) -> set[str]:
    image = Image.open(io.BytesIO(png)).convert("RGB")
    return {f"#{r:02X}{g:02X}{b:02X}" for _, (r, g, b) in image.getcolors(1 << 24)}


def test_headline__is_the_picture_of_the_scoring_rule(builtin_toolkit):
    part = part_of(builtin_toolkit)
    drawn, told, rule = charts.headline(part), part.narrative.titles, part.toolkit.scoring.rule
    said = {
        "sum": told.means or "Dartboard: the band each mean reaches",
        "mean": told.means or "Mean of each section, with its range",
        "share": told.means or "Share of yes in each section, with its range",
        "none": told.flags or "Answers to act on",
        "levels": told.answers.get(part.toolkit.scoring.scale)
        or f"How the answers fall: {part.toolkit.scales[part.toolkit.scoring.scale].title}"
        if rule == "levels"
        else "",
    }
    assert drawn.caption == said[rule]
    shown = report_bars.markable(part) if rule == "none" else part.sections
    names = [each[1].name if rule == "none" else each.name for each in shown]
    assert all(name in drawn.alt for name in names)


def test_pictures__are_sharp_white_and_as_wide_as_they_say(builtin_toolkit):
    part = part_of(builtin_toolkit)
    for drawn in (charts.headline(part), *charts.further(part)):
        image = Image.open(io.BytesIO(drawn.png()))
        assert image.width / (drawn.width / 25.4) >= 200
        assert image.convert("RGB").getpixel((0, 0)) == (255, 255, 255)
        assert image.height < image.width * 1.4


def test_dartboard__shades_as_far_as_the_band_reached(pat):
    part = part_of(pat)
    best = max(band.high for band in part.sections[0].section.bands)
    worst = min(band.low for band in part.sections[0].section.bands)

    def ink(mean: float) -> int:
        sections = tuple(
            replace(each, score=replace(each.score, mean=mean)) for each in part.sections
        )
        png = charts.headline(replace(part, sections=sections)).png()
        image = Image.open(io.BytesIO(png)).convert("RGB")
        dark = {palette.NAVY, palette.BLUE}
        return sum(
            count
            for count, (r, g, b) in image.getcolors(1 << 24)
            if f"#{r:02X}{g:02X}{b:02X}" in dark
        )

    assert ink(worst) < ink(13) / 2 < ink(best) / 2


def test_pictures__use_the_palette(pat):
    part = part_of(pat)
    dots, bars, *_ = charts.further(part)
    assert palette.NAVY in colours(dots.png())
    assert {palette.AGAINST[0], palette.SEQUENCE[0], palette.SEQUENCE[3]} <= colours(bars.png())


def test_pictures__are_the_same_bytes_whatever_the_settings(pat):
    import matplotlib as mpl

    part = part_of(pat)
    first = charts.headline(part).png()
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "savefig.dpi": 10}):
        assert charts.headline(part).png() == first


def test_pictures__aggregated_show_no_ends_of_ranges(melton):
    part = part_of(melton, attribution="aggregated")
    drawn = charts.headline(part)
    assert drawn.caption == "Mean of each section"
    assert "a faint dot" not in drawn.alt
    assert "lowest" not in drawn.alt


def test_pictures__none_without_answers(pat):
    part = part_of(pat, returned=0)
    assert charts.headline(part) is None
    assert charts.further(part) == ()


@pytest.mark.parametrize("name", ["$x^2$ and $", "100% {a} \\frac", "概要 Übersicht", "W" * 90])
def test_pictures__draw_any_name_as_it_is(melton, caplog, name):
    part = part_of(melton)
    sections = tuple(replace(each, name=name) for each in part.sections)
    with warnings.catch_warnings(), caplog.at_level(logging.ERROR):
        warnings.simplefilter("error")
        assert charts.headline(replace(part, sections=sections)).png()


def test_ink__can_be_read_on_every_shade():
    for shade in palette.SEQUENCE:
        assert palette.contrast(drawing.ink_on(shade), shade) >= 4.5
    assert palette.contrast(palette.INK, palette.SKY) >= 4.5


def test_pictures__levels_stand_apart_with_the_gap_in_words(pat):
    drawn = charts.further(part_of(pat, returned=8))[-1]
    assert "Dots of the mean of each section by organisational level" in drawn.alt
    assert re.search(r"\d\.\d apart", drawn.alt)


def test_headline__shows_dont_know_where_there_is_a_good_part_of_it():
    toolkit = find_toolkit("working-better-together")
    scales = {item.answer for item in toolkit.items() if not item.is_free}
    unsure = {
        (item.id, field): "dont-know"
        for item in toolkit.items()
        for field in item.answer_fields
        if not item.is_free
    }
    record = a_round([toolkit], 3)
    told = dict.fromkeys(range(3), answers(toolkit, unsure))
    part = summarise(with_returns(record, told), MADE_AT).parts[0]
    assert charts.headline(part).caption.startswith("How the answers fall")
    assert "Don't know" in charts.headline(part).alt
    assert len(charts.further(part)) == len(scales) - 1
