"""The written workbook, looked at with openpyxl: structure, safety, print set-up, access."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from tests.consolidate.rounds import MADE_AT, Wish, a_round
from tests.factory import AWKWARD
from tests.ingest.packages import sheet_of
from xlassess.consolidate import summarise, summary_bytes, write_summary
from xlassess.consolidate.figures.compute import section_key
from xlassess.consolidate.figures.values import DataRows
from xlassess.model.answer import Answer
from xlassess.model.record import Round
from xlassess.sheet.validation import SheetError
from xlassess.toolkits.load import find_toolkit

SHEETS = [
    "Summary", "Responses", "Findings", "Scores", "Profile", "Agreement", "Levels",
    "Comments", "Action plan", "Data", "Method",
]  # fmt: skip


def load(data: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def names_in(data: bytes) -> list[str]:
    """The names of a workbook's sheets, of which none is read for it."""
    return openpyxl.load_workbook(io.BytesIO(data), read_only=True).sheetnames


def made(record: Round) -> bytes:
    return summary_bytes(summarise(record, MADE_AT))


@pytest.fixture(scope="module")
def book(pat):
    return load(made(a_round([pat], 8, Wish(returned=7, query=(2,), gaps=0.03))))


def test_sheets__of_one_toolkit(book):
    assert book.sheetnames == SHEETS


def test_sheets__of_several_toolkits(pat, melton):
    names = names_in(made(a_round([pat, melton], 4)))
    assert names[:2] == ["Summary", "Responses"]
    assert names[-4:] == ["Comments", "Action plan", "Data", "Method"]
    assert [n for n in names if n.startswith("Scores")] == [
        "Scores pat",
        "Scores melton-evaluation",
    ]
    assert max(map(len, names)) <= 31


def test_sheets__of_every_builtin_toolkit(builtin_toolkit):
    names = names_in(made(a_round([builtin_toolkit], 4, Wish(gaps=0.1))))
    if builtin_toolkit.subject == "proposal":
        # Each checklist is a page of its own, and never counted with others.
        assert not {"Scores", "Profile", "Agreement"} & set(names)
        assert {"Summary", "Data", "Method"} <= set(names)
        return
    assert {"Summary", "Scores", "Profile", "Agreement", "Data", "Method"} <= set(names)


@pytest.mark.parametrize("returned", [0, 1])
@pytest.mark.parametrize("attribution", ["named", "lettered", "aggregated"])
def test_workbook__hardly_any_returns(pat, melton, returned, attribution):
    record = a_round([pat, melton], 3, Wish(returned=returned), attribution=attribution)
    assert names_in(made(record))[0] == "Summary"


def test_workbook__nothing_issued(pat):
    record = replace(a_round([pat], 1), issued=(), current={}, history=())
    assert names_in(made(record)) == [
        "Summary", "Responses", "Comments", "Action plan", "Data", "Method",
    ]  # fmt: skip


def test_workbook__same_summary_same_bytes(pat):
    record = a_round([pat], 3)
    assert made(record) == made(record)


def test_safety__what_partners_write_is_never_a_formula(pat):
    record = a_round([pat], 2, Wish(talk=0))
    hostile = (*AWKWARD, "=1+1", "@SUM(A1)", "-2+3", "{=A1}", "https://example.org/x", "\t=1")
    current = dict(record.current)
    reference = record.issued[0].reference
    comments = tuple(
        Answer(f"{1 + n // 6}{'ABCDEF'[n % 6]}", "comment", text, "S", f"F{n}")
        for n, text in enumerate(hostile)
    )
    ret = current[reference]
    actions = tuple(replace(each, action="=2+2", owner="+1", measure="@x") for each in ret.actions)
    current[reference] = replace(ret, answers=(*ret.answers, *comments), actions=actions)
    issued = (replace(record.issued[0], partner="=cmd|' /C calc'!A0"), *record.issued[1:])
    record = replace(record, current=current, issued=issued)
    book = load(made(record))
    texts = {cell.value: cell for sheet in book for row in sheet.iter_rows() for cell in row
             if cell.data_type == "s"}  # fmt: skip
    for text in (*hostile, "=2+2", "+1", "@x", "=cmd|' /C calc'!A0"):
        assert texts[text].data_type == "s"
        assert texts[text].hyperlink is None
    formulas = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row
                if cell.data_type == "f"]  # fmt: skip
    assert not [f for f in formulas if "cmd" in f or f in hostile]


def test_safety__a_text_too_long_for_a_cell_is_cut_there_which_it_says(pat):
    record = a_round([pat], 1)
    reference = record.issued[0].reference
    long = Answer("1A", "comment", "x" * 40_000, "S", "F6")
    ret = replace(record.current[reference], answers=(long,))
    book = load(made(replace(record, current={reference: ret})))
    said = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    shown = [text for text in said if text.startswith("xxx")]
    assert shown
    assert {(len(text), text[-24:]) for text in shown} == {(32_767, "x [the rest has no room]")}


def test_page__every_sheet_is_a4_with_marking_and_page_numbers(book):
    for sheet in book:
        assert str(sheet.page_setup.paperSize) == "9"
        assert "OFFICIAL" in sheet.oddHeader.center.text
        assert "OFFICIAL" in sheet.oddFooter.center.text
        assert "&P of &N" in sheet.oddFooter.right.text.replace("&[Page]", "&P").replace(
            "&[Pages]", "&N"
        )
        assert sheet.print_area


def test_page__headings_repeat_on_data_sheets(book):
    for name in ("Responses", "Scores", "Agreement", "Levels", "Comments", "Action plan", "Data"):
        assert book[name].print_title_rows


def test_view__cursor_at_a1_and_panes_frozen(book):
    for sheet in book:
        assert not sheet.sheet_view.showGridLines
        for selection in sheet.sheet_view.selection:
            if selection.pane is None:
                assert selection.activeCell == "A1"
    for name in ("Responses", "Scores", "Agreement", "Comments", "Action plan", "Data"):
        assert book[name].freeze_panes


def test_tables__headers_are_unique_and_no_cell_is_merged(book):
    for sheet in book:
        for table in sheet.tables.values():
            rows = list(sheet[table.ref])
            heads = [cell.value for cell in rows[0]]
            assert len({str(head).casefold() for head in heads}) == len(heads)
            assert [column.name for column in table.tableColumns] == heads
            for merged in sheet.merged_cells.ranges:
                for row in rows:
                    assert not any(cell.coordinate in merged for cell in row)


def test_tables__names_are_unique(book):
    names = [name for sheet in book for name in sheet.tables]
    assert len({name.casefold() for name in names}) == len(names)


def test_charts__have_a_description(pat, melton):
    data = made(a_round([pat, melton], 5))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        drawings = [n for n in archive.namelist() if re.fullmatch(r"xl/drawings/drawing\d+.xml", n)]
        found = [
            text
            for name in drawings
            for text in re.findall(r"<xdr:cNvPr [^>]*>", archive.read(name).decode())
        ]
    assert len(found) >= 8
    assert all(len(re.search(r'descr="([^"]*)"', each)[1]) > 40 for each in found)


def test_data__is_named_for_the_formulas_and_bounded(book):
    rows = book["Data"].max_row
    names = {name: book.defined_names[name].attr_text for name in book.defined_names}
    used = {n for n in names if n.startswith("data_")}
    assert {"data_return", "data_section", "data_item", "data_choice", "data_score"} <= used
    for name in used:
        assert re.fullmatch(rf"'?Data'?!\$[A-Z]+\$5:\$[A-Z]+\${rows}", names[name])


def test_scores__are_formulas_over_data_with_their_values(pat):
    record = a_round([pat], 3)
    data = made(record)
    formulas, values = load(data), openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    cell = formulas["Scores"]["F13"]
    assert cell.value.startswith("=IF(COUNTIFS(data_return,$A13")
    summary = summarise(record, MADE_AT)
    first = summary.parts[0].rows[0]
    assert values["Scores"]["F13"].value == first.card.sections[0].score


def test_scores__values_where_not_live(pat, monkeypatch):
    monkeypatch.setattr("xlassess.consolidate.assemble.LIVE_ROWS", 10)
    record = a_round([pat], 3)
    data = made(record)
    book = load(data)
    formulas = [cell for sheet in book for row in sheet.iter_rows() for cell in row
                if cell.data_type == "f"]  # fmt: skip
    assert formulas == []
    first = summarise(record, MADE_AT).parts[0].rows[0]
    assert book["Scores"]["F13"].value == first.card.sections[0].score
    method = " ".join(str(cell.value) for row in book["Method"].iter_rows() for cell in row)
    assert "written as values" in method


def test_actions__can_only_be_changed_to_what_the_toolkit_offers(book):
    sheet = book["Action plan"]
    kinds = sorted(each.type for each in sheet.data_validations.dataValidation)
    assert kinds == ["date", "list", "list"]


def test_method__says_hashes_versions_and_thresholds(pat):
    record = a_round([pat], 2)
    book = load(made(record))
    text = " ".join(str(cell.value) for row in book["Method"].iter_rows() for cell in row)
    for ret in record.current.values():
        assert ret.sha256 in text
    for part in summarise(record, MADE_AT).parts:
        assert part.digest in text
    for fact in (f"version {pat.version}", "xlassess", "High from 0.7", "two thirds"):
        assert fact in text


def test_properties__name_nobody(pat):
    book = load(made(a_round([pat], 4, attribution="lettered")))
    assert book.properties.creator.startswith("xlassess")
    assert book.properties.created == MADE_AT.replace(tzinfo=None)


def test_keys__are_never_taken_for_numbers_or_days(builtin_toolkit):
    for item in builtin_toolkit.items():
        key = section_key(builtin_toolkit.id, item.id)
        assert not re.fullmatch(r"[\d.,:/\-eE ]+", key)
        assert not set(key) & set("*?~<>=")


def test_write__leaves_nothing_behind_when_it_fails(pat, tmp_path: Path):
    record = a_round([pat], 1)
    summary = summarise(record, MADE_AT)
    target = tmp_path / "deep" / "summary.xlsx"
    write_summary(summary, target)
    before = target.read_bytes()
    with pytest.raises(ZeroDivisionError):
        write_summary(replace(summary, data=DataRows(1, lambda: iter((1 // 0,)))), target)  # type: ignore[arg-type]
    assert target.read_bytes() == before
    assert [path.name for path in target.parent.iterdir()] == ["summary.xlsx"]


def test_data__goes_on_over_further_sheets(pat, monkeypatch):
    monkeypatch.setattr("xlassess.consolidate.assemble.LIVE_ROWS", 10)
    monkeypatch.setattr("xlassess.consolidate.summary.sheets.answers.data.MOST_ROWS", 64)
    record = a_round([pat], 3)
    count = len(summarise(record, MADE_AT).data)
    book = load(made(record))
    names = [name for name in book.sheetnames if name.startswith("Data")]
    assert names == ["Data", "Data 2", "Data 3"]
    assert count == sum(book[name].max_row - 4 for name in names)
    first = [book[name]["A5"].value for name in names]
    assert all(code in record.current for code in first)
    assert not [name for name in book.defined_names if name.startswith("data_")]
    assert "2 of 3" in book["Data 2"]["A2"].value


def test_comments__more_than_a_sheet_holds_are_counted(pat, monkeypatch):
    """The first are there, and the note says how many are not, and where to find them."""
    record = a_round([pat], 6, Wish(talk=0.5))
    remarks = summarise(record, MADE_AT).remarks
    whole = sheet_of(made(record), "Comments")
    assert whole.max_row - 4 == len(remarks) > 10
    assert "export" not in whole["A2"].value
    home = "xlassess.consolidate.summary.sheets.actions.comments_and_actions.MOST_ROWS"
    monkeypatch.setattr(home, 14)
    cut = sheet_of(made(record), "Comments")
    assert cut.max_row == 14
    assert f"There are {len(remarks)}, and" in cut["A2"].value
    assert f"the last {len(remarks) - 10}." in cut["A2"].value
    rows = [[cell.value for cell in row] for row in cut.iter_rows(min_row=5)]
    assert rows == [[cell.value for cell in row] for row in whole.iter_rows(min_row=5, max_row=14)]


def test_tables__too_long_for_a_sheet_say_so(pat, monkeypatch):
    monkeypatch.setattr("xlassess.consolidate.summary.cells.MOST_ROWS", 20)
    with pytest.raises(SheetError, match="more than a sheet holds"):
        made(a_round([pat], 3))


@pytest.mark.parametrize(
    ("toolkit_id", "words"),
    [
        ("pat", ("Lowest band", "Between", "Between", "Highest band")),
        (
            "melton-evaluation",
            ("Lowest quarter of the range", "Second quarter", "Third quarter", "Highest quarter"),
        ),
    ],
)
def test_scores__shades_have_a_key_from_light_to_dark(toolkit_id, words):
    summary = summarise(a_round([find_toolkit(toolkit_id)], 6, Wish()), MADE_AT)
    sheet = sheet_of(summary_bytes(summary), "Scores")
    key = [sheet.cell(3, column) for column in range(1, 6)]
    assert [cell.value for cell in key] == ["Key to the shades", *words]
    light = [sum(int(cell.fill.fgColor.rgb[i : i + 2], 16) for i in (2, 4, 6)) for cell in key[1:]]
    assert light == sorted(light, reverse=True)
    used = {
        rule.dxf.fill.bgColor.rgb
        for box in sheet.conditional_formatting for rule in box.rules
    }  # fmt: skip
    assert {cell.fill.fgColor.rgb for cell in key[1:]} == used


def test_scores__key_has_the_shades_of_the_bands_there_are(pat):
    """With three bands there are three shades, and the key shows no fourth."""
    sections = []
    for each in pat.sections:
        *upper, third, last = sorted(each.bands, key=lambda band: -band.low)
        sections.append(replace(each, bands=(*upper, replace(third, low=last.low))))
    record = a_round([replace(pat, sections=tuple(sections))], 6, Wish())
    sheet = sheet_of(summary_bytes(summarise(record, MADE_AT)), "Scores")
    key = [sheet.cell(3, column).value for column in range(1, 6)]
    assert key == ["Key to the shades", "Lowest band", "Between", "Highest band", None]
