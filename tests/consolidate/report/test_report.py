"""The Word report: the summary's words and figures, safely, readably, from any template."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from PIL import Image

from tests.consolidate.figures.test_attribution import secrets, telling
from tests.consolidate.rounds import MADE_AT, Wish, a_round, answers, with_returns
from tests.consolidate.wording.test_findings import all_at
from xlassess.consolidate import summarise
from xlassess.consolidate.figures.values import Summary
from xlassess.consolidate.report.document import default_template, report_bytes, untouched
from xlassess.consolidate.report.drawing import Drawn
from xlassess.consolidate.report.story import report_of
from xlassess.model.answer import Answer
from xlassess.model.errors import UsageError
from xlassess.toolkits.load import find_toolkit

HOSTILE = (
    "{{ 7 * 7 }} {% for x in y %} {_{ }_} <w:p>&amp;</w:p> ]]> \x07\x0c\x00\x1f\ud800\ufffe end"
)
SHOWN = "{{ 7 * 7 }} {% for x in y %} {_{ }_} <w:p>&amp;</w:p> ]]>  end"


def opened(content: bytes) -> Document:
    return docx.Document(io.BytesIO(content))


def texts(content: bytes) -> str:
    """All text of a report: every part that has any, its XML undone."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        parts = [file.read(n).decode() for n in file.namelist() if n.endswith((".xml", ".rels"))]
    whole = "\n".join(parts)
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        whole = whole.replace(entity, sign)
    return whole


def words(document: Document) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs]


def cells(document: Document) -> list[list[list[str]]]:
    return [[[c.text for c in row.cells] for row in table.rows] for table in document.tables]


def saying(record, text):
    """The round with this comment in the first return."""
    ret = record.current[record.issued[0].reference]
    rest = tuple(a for a in ret.answers if (a.item, a.field) != ("1A", "comment"))
    return with_returns(record, {0: (*rest, Answer("1A", "comment", text, "1 Need", "F6"))})


@pytest.fixture(scope="module")
def told(pat) -> Summary:
    return summarise(a_round([pat], 8, Wish(returned=6, query=(2,))), MADE_AT)


@pytest.fixture(scope="module")
def report(told) -> bytes:
    return report_bytes(told)


@pytest.fixture
def drawn() -> None:
    """Asked for by a test whose reports have their pictures, as `report` has."""


@pytest.fixture(autouse=True)
def _blank_pictures(request, monkeypatch):
    """Draw no pictures, which takes most of a report's time, but where a test is about them."""
    if "drawn" not in request.fixturenames:
        blank = io.BytesIO()
        Image.new("RGB", (4, 3)).save(blank, "png")
        monkeypatch.setattr(Drawn, "png", lambda _: blank.getvalue())


def test_report__tells_the_summarys_own_words(told, report):
    document = opened(report)
    said = words(document)
    (part,) = told.parts
    for sentence in (part.narrative.context, part.narrative.caution):
        assert sentence in said
    assert any(paragraph.startswith(part.narrative.reading) for paragraph in said)
    for number, decision in enumerate(part.narrative.decisions_in_report, 1):
        assert f"{number}.\t{decision}" in said
    for point in (*part.narrative.strengths, *part.narrative.concerns):
        assert f"{point.what}  {point.in_report or point.why}".strip() in said


@pytest.mark.parametrize("attribution", ["named", "aggregated"])
def test_report__points_to_no_sheet(builtin_toolkit, attribution):
    record = a_round([builtin_toolkit], 9, Wish(returned=8, query=(2,)), attribution=attribution)
    told = " ".join(words(opened(report_bytes(summarise(record, MADE_AT)))))
    questions = f"{builtin_toolkit}".casefold()
    for name in ("Agreement", "Levels", "Trend", "Method", "Scores", "Action plan", "Data"):
        assert f"{name} sheet" not in told
        assert f"{name} sheet".casefold() not in questions


def test_report__names_what_page_one_only_counts(pat):
    summary = summarise(a_round([pat], 6), MADE_AT)
    (part,) = summary.parts
    lists = (part.narrative.concerns, part.narrative.strengths)
    more = [one for points in lists for one in points if "on the Agreement sheet" in one.why]
    assert more
    told = words(opened(report_bytes(summary)))
    for one in more:
        number = one.why.partition(" ")[0]
        (others,) = [text for text in told if text == one.in_report]
        assert others.startswith(f"{number} more: ")
        assert len(re.findall(r"\(\d[A-F]\)", others)) == int(number)


def test_report__has_the_figures_of_every_section(told, report):
    (part,) = told.parts
    table = next(rows for rows in cells(opened(report)) if rows[0][0] == "Section")
    assert len(table) == 1 + len(part.sections) + len(part.overall)
    for row, each in zip(table[1:], part.sections, strict=False):
        assert row[0].endswith(each.name)
        assert row[1] == str(each.score.n)
        assert row[2] == f"{each.score.mean:.1f}"
        assert row[4] == each.band.name
    assert table[-1][2] == f"{part.overall[0].score.mean:.1f}"


def test_report__lists_actions_in_the_summarys_order(told, report):
    table = next(rows for rows in cells(opened(report)) if rows[0][0] == "When")
    shown = [(row[0], row[1].split("\n")[0]) for row in table[1:]]
    assert shown == [(action.horizon, action.action) for action in told.actions]


def test_report__shows_partner_text_as_text_only(pat):
    record = saying(a_round([pat], 4), HOSTILE)
    content = report_bytes(summarise(record, MADE_AT))
    assert f"“{SHOWN}”" in words(opened(content))
    assert "49" not in [word for line in words(opened(content)) for word in line.split()]


def test_report__hostile_names_stay_text_in_head_and_foot(pat):
    record = a_round([pat], 4)
    assessment = replace(record.assessment, partnership="A & B {{ title }} <w:t>", marking="X{%y%}")
    content = report_bytes(summarise(replace(record, assessment=assessment), MADE_AT))
    document = opened(content)
    assert document.sections[0].header.paragraphs[0].text == "A & B {{ title }} <w:t>\tX{%y%}"
    assert document.core_properties.subject == "A & B {{ title }} <w:t>"


def test_report__keeps_the_lines_of_a_comment(pat):
    record = saying(a_round([pat], 4), "one\r\ntwo\rthree\tfour")
    content = report_bytes(summarise(record, MADE_AT))
    assert "“one\ntwo\nthree\tfour”" in words(opened(content))


@pytest.mark.parametrize("attribution", ["lettered", "aggregated"])
def test_report__no_name_in_any_part(pat, melton, attribution):
    record = telling(a_round([pat, melton], 8, Wish(returned=7), attribution=attribution))
    text = texts(report_bytes(summarise(record, MADE_AT)))
    assert not {secret for secret in secrets(record) if secret in text}
    assert record.assessment.coordinator.name not in text


def test_report__aggregated_has_no_rows_of_single_returns(pat):
    summary = summarise(a_round([pat], 6, Wish(talk=0.5), attribution="aggregated"), MADE_AT)
    story = report_of(summary)
    assert story.register == ()
    assert all(action.who == "" for action in story.actions)
    said = [c.by for s in story.comments for i in s.items for c in i.comments]
    assert said
    assert not any("answered" in by or "Respondent" in by for by in said)
    (toolkit,) = story.toolkits
    assert {row.cells[2] for row in toolkit.figures.rows} == {"withheld"}


def test_report__of_very_many_comments_has_the_first_about_each_question(pat, monkeypatch):
    summary = summarise(a_round([pat], 8, Wish(talk=0.6)), MADE_AT)
    whole = report_of(summary)
    monkeypatch.setattr("xlassess.consolidate.report.story.MOST_COMMENTS", 80)
    cut = report_of(summary)
    assert len(summary.remarks) > 80
    items = [item for section in whole.comments for item in section.items]
    few = [item for section in cut.comments for item in section.items]
    most = 80 // len(items)
    assert [(one.name, one.comments[:most]) for one in items] == [
        (one.name, one.comments) for one in few
    ]
    assert f"There are {len(summary.remarks)}: " in cut.comments_note
    assert "There are" not in whole.comments_note


def test_report__of_very_many_workbooks_lists_the_first_of_each_toolkit(pat, monkeypatch):
    other = find_toolkit("melton-evaluation")
    summary = summarise(a_round([pat, other], 8, Wish()), MADE_AT)
    whole = report_of(summary)
    monkeypatch.setattr("xlassess.consolidate.report.story.MOST_ENTRIES", 10)
    cut = report_of(summary)
    assert len(whole.register) == 16
    assert "too many to list" not in whole.responses_note
    assert cut.register == (*whole.register[:5], *whole.register[8:13])
    said = "16 workbooks were issued: too many to list in a report. It has the first 5 of each"
    assert said in cut.responses_note
    assert [rate.cells for rate in cut.rates] == [rate.cells for rate in whole.rates]


def test_report__withheld_round_shows_no_figures(pat):
    summary = summarise(a_round([pat], 6, Wish(returned=2), attribution="aggregated"), MADE_AT)
    (toolkit,) = report_of(summary).toolkits
    assert (toolkit.picture, toolkit.figures, toolkit.further) == (None, None, ())
    document = opened(report_bytes(summary))
    assert not document.inline_shapes
    assert all(rows[0][0] != "Section" for rows in cells(document))


@pytest.mark.parametrize("returned", [0, 1])
def test_report__can_be_made_of_little(builtin_toolkit, returned):
    summary = summarise(a_round([builtin_toolkit], 3, Wish(returned=returned, talk=0)), MADE_AT)
    assert summary.parts[0].toolkit.title in words(opened(report_bytes(summary)))


def test_report__of_every_toolkit_has_its_chart_and_table(builtin_toolkit, drawn):
    summary = summarise(a_round([builtin_toolkit], 5), MADE_AT)
    (toolkit,) = report_of(summary).toolkits
    if builtin_toolkit.subject == "proposal":
        # Checklists are decisions about single proposals: there are no figures over them.
        assert toolkit.picture is None
        return
    assert toolkit.picture is not None
    assert toolkit.figures is not None
    widths = {len(toolkit.figures.headings)} | {len(row.cells) for row in toolkit.figures.rows}
    assert len(widths) == 1
    document = opened(report_bytes(summary))
    assert len(document.inline_shapes) == 1 + len(toolkit.further)
    assert_stay_with_their_headings(document)
    table = next(rows for rows in cells(document) if rows[0][0] == toolkit.figures.name)
    assert table[0][1:] == list(toolkit.figures.headings)


def assert_stay_with_their_headings(document: Document) -> None:
    """A picture is a paragraph, and no table that would be read out as one."""
    keeping = {one.style_id for one in document.styles if has(one.element, "w:keepNext")}
    for before, block in pairwise(document.element.body):
        if has(block, "wp:inline"):
            assert block.tag == qn("w:p")
            style = next(before.iter(qn("w:pStyle"))).get(qn("w:val"))
            assert style in keeping or has(before, "w:keepNext")


def has(element: BaseOxmlElement, name: str) -> bool:
    return next(element.iter(qn(name)), None) is not None


def test_report__pictures_have_text_to_be_read_out(told, report):
    shapes = opened(report).element.iter(qn("wp:docPr"))
    alts = [shape.get("descr") for shape in shapes]
    assert len(alts) == 1 + len(report_of(told).toolkits[0].further)
    assert all(alt and len(alt) > 40 for alt in alts)
    ids = [shape.get("id") for shape in opened(report).element.iter(qn("wp:docPr"))]
    assert len(set(ids)) == len(ids)


def test_report__headings_have_styles_and_no_level_is_skipped(report):
    levels = [
        int(paragraph.style.name[-1])
        for paragraph in opened(report).paragraphs
        if paragraph.style.name.startswith("Heading")
    ]
    assert levels.count(1) == 5
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_report__headings_of_tables_repeat_and_rows_stay_whole(report):
    listed = [t for t in opened(report).tables if t.style.name == "Assessment table"]
    assert len(listed) >= 4
    for table in listed:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows[1:])
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))


def test_report__page_is_a4_with_marking_and_page_x_of_y(told, report):
    section = opened(report).sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert told.assessment.marking in section.header.paragraphs[0].text
    foot = section.footer._element.xml
    assert re.findall(r'w:instr="\s*(\w+)\s*"', foot) == ["PAGE", "NUMPAGES"]


def test_report__is_in_british_english_and_names_itself(told, report):
    document = opened(report)
    assert document.core_properties.title == report_of(told).title
    languages = {each.get(qn("w:val")) for each in document.styles.element.iter(qn("w:lang"))}
    assert languages == {"en-GB"}


def test_report__is_the_same_bytes_every_time(told, report, drawn):
    assert report_bytes(told) == report


def test_untouched__until_somebody_saves_it(report):
    assert untouched(report)
    for change in (
        {"last_modified_by": "Dana"},
        {"modified": datetime(2026, 6, 1)},
        {"revision": 2},
    ):
        document = opened(report)
        for name, value in change.items():
            setattr(document.core_properties, name, value)
        out = io.BytesIO()
        document.save(out)
        assert not untouched(out.getvalue()), change
    assert not untouched(b"not a report")


def template(*paragraphs: str) -> bytes:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_template__of_ones_own_is_filled_in(told):
    own = template("{%p for kit in toolkits %}", "{{ kit.label }}: {{ kit.returned }}",
                   "{{ kit.picture | width(80) }}", "{%p endfor %}")  # fmt: skip
    document = opened(report_bytes(told, own))
    assert words(document)[0] == f"{told.parts[0].label}: 6"
    assert round(document.inline_shapes[0].width.mm) == 80


def test_template__picture_is_never_wider_than_the_text(told):
    own = template("{{ toolkits[0].picture | width(900) }}")
    document = opened(report_bytes(told, own))
    page = document.sections[0]
    text = page.page_width - page.left_margin - page.right_margin
    assert document.inline_shapes[0].width == text


@pytest.mark.parametrize(
    ("text", "field", "known"),
    [
        ("{{ partnershp }}", "partnershp", "partnership"),
        ("{{ toolkits[0].headlin }}", "headlin", "headline"),
        ("{% for a in actions %}{{ a.who.name }}{% endfor %}", "name", "no fields"),
        ("{{ toolkits[0].picture.png_ }}", "png_", "caption, alt, width"),
    ],
)
def test_template__unknown_field_is_named_with_those_there_are(told, text, field, known):
    with pytest.raises(UsageError) as raised:
        report_bytes(told, template(text), "ours.docx")
    assert raised.value.message.startswith("ours.docx")
    assert f"“{field}”" in raised.value.message
    assert known in raised.value.remedy


@pytest.mark.parametrize(
    "text", ["{% for a in actions %}", "{{ title", "{%p if title %}", "{{ title | nosuch }}"]
)
def test_template__mistake_between_braces_is_a_sentence(told, text):
    with pytest.raises(UsageError) as raised:
        report_bytes(told, template(text), "ours.docx")
    assert raised.value.message.startswith("ours.docx")


@pytest.mark.parametrize(
    "text",
    [
        "{{ title.__class__ }}", "{{ toolkits.__class__.__mro__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}", "{{ toolkits[0].picture._draw() }}",
    ],
)  # fmt: skip
def test_template__reaches_nothing_of_the_program(told, text):
    with pytest.raises(UsageError):
        report_bytes(told, template(text))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"%PDF-1.7", b"text"])
def test_template__must_be_a_word_file(told, content):
    with pytest.raises(UsageError):
        report_bytes(told, content, "ours.docx")


def test_template__workbook_is_no_template(told):
    from xlassess.consolidate import summary_bytes

    with pytest.raises(UsageError):
        report_bytes(told, summary_bytes(told))


def test_template__without_any_field_is_refused(told):
    with pytest.raises(UsageError, match="names no field"):
        report_bytes(told, template("Dear committee,", "this says {{ 'nothing' }}."), "l.docx")


@pytest.mark.parametrize("part", ["paragraph", "header", "table"])
def test_template__one_field_anywhere_is_enough(told, part):
    document = docx.Document()
    if part == "paragraph":
        document.add_paragraph("{{ title }}")
    elif part == "header":
        document.sections[0].header.paragraphs[0].text = "{{ title }}"
    else:
        document.add_table(1, 1).cell(0, 0).text = "{{ title }}"
    out = io.BytesIO()
    document.save(out)
    assert report_of(told).title in texts(report_bytes(told, out.getvalue()))


def test_template__saved_by_libreoffice_has_no_part_twice(told):
    """It names the relationship to the document's properties in a way of its own."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(template("{{ title }}"))) as word,
        zipfile.ZipFile(out, "w") as office,
    ):
        for name in word.namelist():
            usual, odd = (
                b"package/2006/relationships/meta",
                b"officedocument/2006/relationships/meta",
            )
            office.writestr(name, word.read(name).replace(usual, odd))
    with zipfile.ZipFile(io.BytesIO(report_bytes(told, out.getvalue()))) as file:
        assert file.namelist().count("docProps/core.xml") == 1
    assert untouched(report_bytes(told, out.getvalue()))


def saved_as(template: bytes, *changes: tuple[bytes, bytes]) -> bytes:
    """The template with other names in its parts, as another kind of document has them."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(template)) as word, zipfile.ZipFile(out, "w") as other:
        for name in word.namelist():
            data = word.read(name)
            for old, new in changes:
                data = data.replace(old, new)
            other.writestr(name, data)
    return out.getvalue()


_SCHEMAS, _STRICT = b"http://schemas.openxmlformats.org/", b"http://purl.oclc.org/ooxml/"
_GROUPS = (b"wordprocessingml", b"officeDocument", b"drawingml")


@pytest.mark.parametrize(
    "changes",
    [
        ((b"wordprocessingml.document.main+xml", b"wordprocessingml.template.main+xml"),),
        tuple((_SCHEMAS + one + b"/2006/", _STRICT + one + b"/") for one in _GROUPS),
    ],
    ids=["dotx", "strict"],
)
def test_template__of_another_kind_gives_a_usual_document(told, changes):
    given = saved_as(default_template(), *changes)
    assert given != saved_as(default_template())
    content = report_bytes(told, given)
    assert report_of(told).title in texts(content)
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        kinds, main = file.read("[Content_Types].xml"), file.read("word/document.xml")
    assert b"wordprocessingml.document.main+xml" in kinds
    assert _STRICT not in main


def test_template__that_would_take_for_ever_is_a_sentence(told):
    endless = template("{{ title }}{% for one in range(10 ** 9) %}.{% endfor %}")
    with pytest.raises(UsageError):
        report_bytes(told, endless, "ours.docx")


def test_checklists__report_has_what_to_settle_and_the_state_of_the_decision():
    toolkit = find_toolkit("melton-checklist")
    record = a_round([toolkit], 2)
    name = answers(toolkit, {("H1", "answer"): "Harbour Alliance"})
    other = answers(toolkit, {("H1", "answer"): "Flood Forum", ("R1", "answer"): "decline"})
    low = all_at(toolkit, "yes", _Q4="no") + name
    record = with_returns(record, {0: low, 1: all_at(toolkit, "yes") + other})
    (told,) = report_of(summarise(record, MADE_AT)).toolkits
    settled = {each.what: each.why for each in told.concerns if "(Q4): No." in each.why}
    assert list(settled) == ["Harbour Alliance"]
    states = {each.what: each.why for each in told.strengths}
    assert states["Harbour Alliance"].startswith("Decision: not yet given.")
    assert states["Flood Forum"].startswith("Decision: Decline.")
    assert told.strengths_title != "Strengths"
    plain = report_of(summarise(a_round([find_toolkit("pat")], 3), MADE_AT)).toolkits[0]
    assert plain.strengths_title == "Strengths"


def test_report__organisations_stand_side_by_side_and_do_not_differ():
    toolkit = find_toolkit("bv-organisation")
    told = report_of(summarise(a_round([toolkit], 4), MADE_AT)).toolkits[0]
    assert told.disagreements_title == "The organisations side by side"
    other = find_toolkit("bv-partnership")
    told = report_of(summarise(a_round([other], 4), MADE_AT)).toolkits[0]
    assert told.disagreements_title != "The organisations side by side"


def test_report__has_no_heading_over_nothing_to_decide():
    toolkit = find_toolkit("melton-checklist")
    decided = answers(toolkit, {("H1", "answer"): "Harbour Alliance", ("R1", "answer"): "decline"})
    open_still = answers(toolkit, {("H1", "answer"): "Harbour Alliance"})
    record = a_round([toolkit], 1)
    heads = [
        "You are asked to" in texts(report_bytes(summarise(with_returns(record, {0: a}), MADE_AT)))
        for a in (decided, open_still)
    ]
    assert heads == [False, True]
