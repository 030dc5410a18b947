"""Text boxes that partners draw beside the cells are told; they are nobody's answer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.factory import Workbook
from tests.ingest.packages import edited, packed, parts_of, replacing, sheet_part
from tests.ingest.small import codes, read, returned
from xlassess.ingest.formats.kinds import Guarded, guard
from xlassess.ingest.guard.notes import MORE_OBJECTS, MOST_NOTES, PlacedObject, Tally
from xlassess.model.answer import Return

_BOX = (
    '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><xdr:twoCellAnchor>'
    "<xdr:from><xdr:col>4</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>6</xdr:row>"
    "<xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>6</xdr:col><xdr:colOff>0</xdr:colOff>"
    "<xdr:row>9</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to><xdr:sp macro='' textlink=''>"
    '<xdr:nvSpPr><xdr:cNvPr id="2" name="TextBox 1"/><xdr:cNvSpPr txBox="1"/></xdr:nvSpPr>'
    "<xdr:txBody><a:bodyPr/>{}</xdr:txBody></xdr:sp><xdr:clientData/></xdr:twoCellAnchor>"
    "</xdr:wsDr>"
)
_RELATIONS = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="rIdBox" Target="../drawings/drawing99.xml" Type="http://schemas.'
    b'openxmlformats.org/officeDocument/2006/relationships/drawing"/></Relationships>'
)
_SHEET = "1 Views"


def with_box(data: bytes, *lines: str) -> bytes:
    """The workbook with a text box over E7 of the first sheet."""
    texts = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in lines)
    part = sheet_part(data, _SHEET)
    rels = part.replace("worksheets/", "worksheets/_rels/") + ".rels"
    assert rels not in parts_of(data)
    drawing = replacing(b"</worksheet>", b'<drawing r:id="rIdBox"/></worksheet>')
    parts = parts_of(edited(data, {part: drawing}))
    box = _BOX.format(texts).encode()
    return packed(parts | {rels: _RELATIONS, "xl/drawings/drawing99.xml": box})


def test_text_box__is_told_with_the_cell_it_lies_over(kinds: Workbook, tmp_path: Path) -> None:
    ret = read(with_box(kinds.data, "We never", "agree."), tmp_path, kinds)
    (note,) = [finding for finding in ret.findings if finding.code == "R07"]
    assert (note.sheet, note.cell) == (_SHEET, "E7")
    assert "We never agree." in note.message


def test_text_box__empty_is_no_remark(kinds: Workbook, tmp_path: Path) -> None:
    assert codes(read(with_box(kinds.data, " "), tmp_path, kinds)) == ["C13"]


def test_shape__without_text_is_told_where_it_is_no_text_box(
    kinds: Workbook, tmp_path: Path
) -> None:
    drawing = {
        "xl/drawings/drawing99.xml": replacing(
            b'TextBox 1"/><xdr:cNvSpPr txBox="1"', b'Cloud 1"/><xdr:cNvSpPr'
        )
    }
    data = edited(with_box(kinds.data, " "), drawing)
    assert codes(read(data, tmp_path, kinds)) == ["C13", "R07"]


def test_text_box__empty_and_saved_by_libreoffice_is_no_remark(
    kinds: Workbook, tmp_path: Path
) -> None:
    """It makes a rectangle of the box and keeps its name."""
    named = {
        "xl/drawings/drawing99.xml": lambda part: re.sub(
            rb'name="[^"]*"', b'name="TextBox 1"', part.replace(b' txBox="1"', b"")
        )
    }
    assert codes(read(edited(with_box(kinds.data, " "), named), tmp_path, kinds)) == ["C13"]


def test_charts_of_ours__are_no_remark(kinds: Workbook, tmp_path: Path) -> None:
    assert any(name.startswith("xl/drawings/drawing") for name in parts_of(kinds.data))
    assert codes(read(returned(kinds), tmp_path, kinds)) == []


def test_text_box__hostile_markup_is_refused(kinds: Workbook, tmp_path: Path) -> None:
    data = with_box(kinds.data, "x")
    doctype = b'<!DOCTYPE x [<!ENTITY a "b">]><xdr:wsDr'
    harmed = edited(data, {"xl/drawings/drawing99.xml": replacing(b"<xdr:wsDr", doctype)})
    assert codes(read(harmed, tmp_path, kinds)) == ["G09"]


def with_notes(data: bytes, notes: bytes) -> bytes:
    """The workbook with notes, as Excel keeps them, on the first sheet."""
    part = sheet_part(data, _SHEET)
    rels = part.replace("worksheets/", "worksheets/_rels/") + ".rels"
    related = _RELATIONS.replace(b"drawings/drawing99", b"comments99")
    related = related.replace(b"relationships/drawing", b"relationships/comments")
    head = (
        b'<comments xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><commentList>'
    )
    added = {rels: related, "xl/comments99.xml": head + notes + b"</commentList></comments>"}
    return packed(parts_of(data) | added)


def told_outside(ret: Return) -> str:
    return " ".join(finding.message for finding in ret.findings if finding.code == "R07")


@pytest.mark.parametrize(("count", "more"), [(MOST_NOTES, 0), (MOST_NOTES + 1, 1)])
def test_notes__more_than_are_told_one_by_one_are_told(
    kinds: Workbook, count: int, more: int
) -> None:
    one = b'<comment ref="B%d"><text><t>Note %d</t></text></comment>'
    notes = b"".join(one % (row, row) for row in range(1, count + 1))
    guarded = guard(with_notes(kinds.data, notes))
    assert isinstance(guarded, Guarded)
    sheet = guarded.notes[_SHEET]
    assert (len(sheet.attached), sheet.objects.count(MORE_OBJECTS)) == (MOST_NOTES, more)


def test_notes__that_cannot_be_read_are_told(kinds: Workbook, tmp_path: Path) -> None:
    ret = read(with_notes(kinds.data, b"<comment>"), tmp_path, kinds)
    assert "notes that cannot be read" in told_outside(ret)
    assert ret.state != "refused"


def test_tally__of_many_says_once_that_there_are_more() -> None:
    tally = Tally()
    for number in range(3 * MOST_NOTES):
        tally.attach(f"A{number}", "x")
        tally.place(PlacedObject("a picture", str(number)))
    notes = tally.notes()
    assert len(notes.attached) == MOST_NOTES
    assert notes.objects.count(MORE_OBJECTS) == 1


def test_tally__what_stands_at_one_cell_is_bounded() -> None:
    tally = Tally()
    for _ in range(10_000):
        tally.attach("A1", "y" * 100)
    assert len(tally.notes().attached["A1"]) < 2000


def test_box_to_tick__in_the_older_drawings_is_told(kinds: Workbook, tmp_path: Path) -> None:
    """Excel writes notes there as well, which are told by their own parts, and closes no tag."""
    data = with_box(kinds.data)
    rels = sheet_part(data, _SHEET).replace("worksheets/", "worksheets/_rels/") + ".rels"
    shape = (
        "<v:shape><v:textbox><div><font>We do not <br>agree</font></div></v:textbox>"
        '<x:ClientData ObjectType="{}"><x:Anchor>\n 3, 15, 8, 2, 5, 0, 9, 0</x:Anchor>'
        "</x:ClientData></v:shape>"
    )
    drawn = f"<xml>{shape.format('Checkbox')}{shape.format('Note')}<br></xml>"
    related = replacing(
        b"</Relationships>",
        b'<Relationship Id="rIdVml" Target="../drawings/vml1.vml" Type="http://schemas.'
        b'openxmlformats.org/officeDocument/2006/relationships/vmlDrawing"/></Relationships>',
    )
    parts = parts_of(edited(data, {rels: related})) | {"xl/drawings/vml1.vml": drawn.encode()}
    ret = read(packed(parts), tmp_path, kinds)
    (note,) = [finding for finding in ret.findings if finding.code == "R07"]
    assert (note.sheet, note.cell) == (_SHEET, "D9")
    assert "We do not agree" in note.message
