"""The template that comes with xlassess, and the page that describes its fields."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import fields, is_dataclass, replace

import docx
import pytest
from lxml import etree

from tests.clients.programs import ROOT
from tests.consolidate.rounds import MADE_AT, Wish, a_round
from xlassess.consolidate import summarise
from xlassess.consolidate.report.docs import field_lines, page
from xlassess.consolidate.report.document import default_template, report_bytes
from xlassess.consolidate.report.drawing import Drawn
from xlassess.consolidate.report.fields import NAMES, Report, fields_of
from xlassess.consolidate.report.story import report_of
from xlassess.consolidate.report.styles import STYLES
from xlassess.consolidate.report.template import template
from xlassess.model.plan import AgreedAction


def parts(content: bytes) -> dict[str, bytes]:
    """The parts of a Word file; XML in the one form that says the same."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        read = {name: file.read(name) for name in file.namelist()}
    return {
        name: etree.tostring(etree.fromstring(data), method="c14n")
        if name.endswith((".xml", ".rels"))
        else data
        for name, data in read.items()
    }


def test_template__in_the_project_is_what_the_program_builds():
    assert parts(default_template()) == parts(template())


def test_template__is_the_same_bytes_every_time():
    assert template() == template()


def test_template__uses_only_its_own_styles():
    document = parts(default_template())["word/document.xml"].decode()
    styles = parts(default_template())["word/styles.xml"].decode()
    used = set(re.findall(r'w:(?:pStyle|tblStyle) w:val="([^"]+)"', document))
    own = {name.replace(" ", "").casefold() for name in STYLES}
    own |= {"assessmenttable", "assessmenttiles"}
    assert {name.casefold() for name in used} <= own
    assert all(f'w:styleId="{name}"' in styles for name in used)


def test_template__has_one_font():
    for name, data in parts(default_template()).items():
        if name.startswith("word/") and name != "word/fontTable.xml" and "theme" not in name:
            named = re.findall(r"<w:rFonts[^>]*>", data.decode())
            fonts = set(re.findall(r'w:(?:ascii|hAnsi|cs|eastAsia)="([^"]+)"', "".join(named)))
            assert fonts <= ({"Arial", "Symbol"} if "numbering" in name else {"Arial"}), name
            assert "asciiTheme" not in data.decode()


@pytest.mark.parametrize("record", NAMES, ids=lambda record: record.__name__)
def test_fields__are_all_described(record):
    described = {field.name: field for field in fields_of(record)}
    hidden = {"_draw"} if record is Drawn else set()
    assert set(described) == {field.name for field in fields(record)} - hidden
    assert all(field.about for field in described.values())
    assert all(field.record is None or field.record in NAMES for field in described.values())


def test_fields__are_filled_with_what_is_described(pat):
    agreed = AgreedAction("2020", "1", "pat", "1A", "", "Meet", "Ash Council", None, "")
    summary = summarise(a_round([pat], 5, Wish(talk=0.3)), MADE_AT)
    story = report_of(replace(summary, followed=(agreed,)))
    seen = set()

    def visit(value: object) -> None:
        if isinstance(value, tuple):
            for each in value:
                visit(each)
        elif is_dataclass(value):
            seen.add(type(value))
            for field in fields(value):
                visit(getattr(value, field.name))

    visit(story)
    assert seen == set(NAMES)


def test_documentation__is_written_from_the_fields():
    assert (ROOT / "docs" / "report-template.md").read_text(encoding="utf-8") == page()
    assert {path for path, _ in field_lines()} >= {field.name for field in fields(Report)}


def test_template__stands_in_the_order_of_page_one():
    document = parts(default_template())["word/document.xml"].decode()
    order = (
        "toolkit.headline", "headings.decisions", "toolkit.picture", "toolkit.trend",
        "toolkit.concerns", "toolkit.strengths", "toolkit.disagreements", "toolkit.scenario",
        "headings.rests_on", "toolkit.tiles", "toolkit.caution", "headings.figures",
        "toolkit.further",
    )  # fmt: skip
    places = [document.index(each) for each in order]
    assert places == sorted(places)


def test_figures__no_total_begins_a_page_alone(pat):
    """Every row but the last stays with the one after it."""
    document = docx.Document(io.BytesIO(report_bytes(summarise(a_round([pat], 4), MADE_AT))))
    table = next(each for each in document.tables if "Section" in each.cell(0, 0).text)
    kept = [bool(row.cells[0].paragraphs[0].paragraph_format.keep_with_next)
            for row in table.rows[1:]]  # fmt: skip
    assert kept == [True] * 6 + [False]
