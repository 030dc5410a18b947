"""Exports: every answer in every format, and nobody shown who is not to be."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import Counter
from datetime import date, datetime

import openpyxl
import pytest

from tests.clients.programs import ROOT
from tests.consolidate.figures.test_attribution import secrets, telling
from tests.consolidate.rounds import MADE_AT, Wish, a_round, with_returns
from xlassess.consolidate import summarise
from xlassess.consolidate.export import files
from xlassess.consolidate.export.columns import TYPES, Cell
from xlassess.consolidate.export.dictionary import page
from xlassess.consolidate.export.files import FORMATS, PAGE, export, file_names
from xlassess.consolidate.export.tables import AGGREGATED, WITH_ROWS, ExportTable, tables_of
from xlassess.consolidate.figures.values import Summary
from xlassess.model.answer import Answer

PERSONAL = {"return", "partner", "respondent", "level", "file", "sheet", "cell", "as_typed"}
"""Columns that could tell whose row it is."""


def exported(summary: Summary, form: str) -> dict[str, bytes]:
    return {file.name: file.content for file in export(summary, form)}


def words_in(content: bytes) -> str:
    """Everything a file says, whether or not it is packed."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return "\n".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())


def lines_of(table: ExportTable) -> list[tuple[Cell, ...]]:
    return list(zip(*(table.values(column) for column in table.spec.columns), strict=True))


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.fixture(scope="module")
def told(pat, melton) -> Summary:
    record = a_round([pat, melton], 8, Wish(returned=6, gaps=0.1, query=(2,)))
    said = Answer("1A", "comment", "=HYPERLINK(1)\r\n\tß “ok”", "1 Need", "F6")
    first = record.current[record.issued[0].reference]
    return summarise(with_returns(record, {0: (*first.answers, said)}), MADE_AT)


@pytest.fixture(scope="module")
def aggregated(pat, melton) -> Summary:
    record = a_round(
        [pat, melton], 8, Wish(returned=5, gaps=0.4, talk=0.5), attribution="aggregated"
    )
    return summarise(telling(record), MADE_AT)


@pytest.mark.parametrize("form", ["csv", "json"])
def test_files__written_in_parts_are_what_they_are_as_a_whole(
    told: Summary, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long tables are never held together; where one part ends leaves no trace."""
    whole = exported(told, form)
    monkeypatch.setattr(files, "_ROWS_AT_ONCE", 7)
    written = {}
    for file in export(told, form):
        to = io.BytesIO()
        file.write(to)
        written[file.name] = to.getvalue()
        longest = max(file.rows.values(), default=0)
        assert len(list(file.parts())) > longest // 7 * (longest > 7)
    assert written == whole


def test_json__is_as_python_writes_it(told: Summary, aggregated: Summary) -> None:
    for summary in (told, aggregated):
        (document,) = [file.content for file in export(summary, "json") if "json" in file.name]
        again = json.dumps(json.loads(document), ensure_ascii=False, indent=1) + "\n"
        assert document == again.encode("utf-8", "backslashreplace")


def test_data__one_row_per_row_of_the_summary(told):
    found = rows_of(exported(told, "csv")["data.csv"])
    assert len(found) == len(told.data)
    for row, known in zip(found, told.data, strict=True):
        assert (row["return"], row["partner"], row["cell"]) == (
            known.person.code, known.person.partner, known.answer.cell
        )  # fmt: skip
        assert row["item"] == known.answer.item
        assert row["toolkit"] == known.answer.part
        assert row["score"] == ("" if known.answer.score is None else f"{known.answer.score:g}")
        assert row["counts"] == known.answer.counts
        field = row["field"] + (f":{row['view']}" if row["view"] else "")
        assert field == known.answer.field


def test_data__each_kind_of_answer_in_a_column_of_its_own(told):
    found = rows_of(exported(told, "csv")["data.csv"])
    columns = {"choice": "label", "text": "text", "number": "number", "day": "day"}
    assert {row["kind"] for row in found} >= {"choice", "text"}
    for row in found:
        filled = {name for name in columns.values() if row[name]}
        assert filled == {columns[row["kind"]]}
        assert bool(row["code"]) == (row["kind"] == "choice")


def test_csv__opens_as_utf8_in_excel_and_gives_texts_back(told):
    content = exported(told, "csv")["data.csv"]
    assert content.startswith(b"\xef\xbb\xbf")
    (row,) = [row for row in rows_of(content) if "HYPERLINK" in row["text"]]
    assert row["text"].startswith("'=")
    assert row["text"] == "'=HYPERLINK(1)\n ß “ok”"


def test_json__holds_texts_as_they_are_and_describes_itself(told):
    document = json.loads(exported(told, "json")["export.json"])
    assert document["format"] == "xlassess-export/1"
    texts = {row["text"] for row in document["tables"]["data"]}
    assert "=HYPERLINK(1)\r\n\tß “ok”" in texts
    described = {(entry["table"], entry["column"]) for entry in document["dictionary"]}
    used = {(name, key) for name, rows in document["tables"].items() for row in rows for key in row}
    assert described == used
    assert all(isinstance(row["late"], bool) for row in document["tables"]["returns"])


def test_parquet__has_the_same_rows_with_types(told):
    pandas = pytest.importorskip("pandas")
    files = exported(told, "parquet")
    data = pandas.read_parquet(io.BytesIO(files["data.parquet"]))
    assert len(data) == len(told.data)
    assert str(data["score"].dtype).startswith(("double", "float"))
    returns = pandas.read_parquet(io.BytesIO(files["returns.parquet"]))
    assert returns["late"].dtype == bool or "bool" in str(returns["late"].dtype)
    assert str(returns["received_at"].dt.tz) == "UTC"
    actions = pandas.read_parquet(io.BytesIO(files["actions.parquet"]))
    days = [day for day in actions["deadline"] if not pandas.isna(day)]
    assert days
    assert all(type(day) is date for day in days)


def test_parquet__without_pyarrow_says_what_to_install(told, monkeypatch):
    import sys

    from xlassess.model.errors import XlassessError

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(XlassessError) as raised:
        export(told, "parquet")
    assert "pyarrow" in raised.value.message
    assert "xlassess[parquet]" in raised.value.remedy


def test_xlsx__has_a_named_table_on_each_sheet_with_true_types(told):
    book = openpyxl.load_workbook(io.BytesIO(exported(told, "xlsx")["export.xlsx"]))
    assert book.sheetnames == ["Data", "Actions", "Returns", "Dictionary"]
    for sheet, count in zip(book, (len(told.data), len(told.actions), 16), strict=False):
        (table,) = sheet.tables.values()
        assert table.ref.startswith("A4:")
        assert table.ref.endswith(str(4 + count))
        assert not sheet.merged_cells.ranges
    data = [dict(zip([c.value for c in book["Data"][4]], row, strict=True))
            for row in book["Data"].iter_rows(min_row=5)]  # fmt: skip
    assert {row["item"].data_type for row in data} == {"s"}
    assert {row["version"].value for row in data} == {part.toolkit.version for part in told.parts}
    assert {row["score"].data_type for row in data if row["score"].value is not None} == {"n"}
    (said,) = [row["text"] for row in data if "HYPERLINK" in str(row["text"].value)]
    assert (said.data_type, said.value) == ("s", "=HYPERLINK(1)\n ß “ok”")
    returns = [dict(zip([c.value for c in book["Returns"][4]], row, strict=True))
               for row in book["Returns"].iter_rows(min_row=5)]  # fmt: skip
    assert {row["late"].data_type for row in returns} == {"b"}
    came = [row["received_at"] for row in returns if row["received_at"].value]
    assert came
    assert all(cell.is_date and isinstance(cell.value, datetime) for cell in came)


def test_parquet__a_long_table_is_in_groups_and_says_the_same(told, monkeypatch):
    """Once a table was held as a whole: 100,000 returns took gigabytes."""
    parquet = pytest.importorskip("pyarrow.parquet")
    whole = exported(told, "parquet")
    monkeypatch.setattr(files, "_ROWS_OF_GROUP", 7)
    (data,) = [one for one in export(told, "parquet") if one.name == "data.parquet"]
    parts = list(data.parts())
    held = parquet.ParquetFile(io.BytesIO(b"".join(parts)))
    assert held.metadata.num_row_groups == -(-len(told.data) // 7) == len(parts) - 1
    assert max(map(len, parts)) < sum(map(len, parts)) / 2
    assert held.read().equals(parquet.read_table(io.BytesIO(whole["data.parquet"])))


def test_xlsx__rows_beyond_a_sheet_go_on_and_say_so(told, monkeypatch):
    room = len(told.data) // 2 + 1
    whole = openpyxl.load_workbook(io.BytesIO(exported(told, "xlsx")["export.xlsx"]))
    monkeypatch.setattr(files, "MOST_ROWS", files._FIRST + room)
    book = openpyxl.load_workbook(io.BytesIO(exported(told, "xlsx")["export.xlsx"]))
    assert book.sheetnames[:3] == ["Data", "Data 2", "Actions"]
    kept = [
        list(sheet.iter_rows(min_row=5, values_only=True))
        for sheet in (book["Data"], book["Data 2"])
    ]
    assert list(map(len, kept)) == [room, len(told.data) - room]
    assert [*kept[0], *kept[1]] == [*whole["Data"].iter_rows(min_row=5, values_only=True)]
    tables = [table for sheet in book for table in sheet.tables]
    assert tables[:2] == ["Export_data", "Export_data_2"]
    assert f"sheet 2 of 2, with the rows from {room + 1:,} to {len(told.data):,}" in str(
        book["Data 2"]["A2"].value
    )
    assert "sheet 1 of 2" in str(book["Data"]["A2"].value)
    assert "sheet 1" not in str(whole["Data"]["A2"].value)


def test_xlsx__again_is_the_same_bytes(told):
    assert exported(told, "xlsx") == exported(told, "xlsx")


def test_csv__version_and_items_stand_as_they_are(told):
    row = rows_of(exported(told, "csv")["data.csv"])[0]
    assert row["version"] == told.parts[0].toolkit.version


@pytest.mark.parametrize("attribution", ["named", "lettered", "aggregated"])
def test_columns__hold_only_their_type(pat, melton, attribution):
    record = a_round([pat, melton], 6, Wish(returned=5, gaps=0.2), attribution=attribution)
    kinds = {
        "text": str, "whole number": int, "number": (int, float), "yes or no": bool,
        "day": date, "moment": datetime,
    }  # fmt: skip
    assert set(kinds) == set(TYPES)
    for table in tables_of(summarise(record, MADE_AT)):
        assert len(table), table.spec.name
        for column in table.spec.columns:
            values = [value for value in table.values(column) if value is not None]
            assert all(isinstance(value, kinds[column.type]) for value in values), column.name
            if column.type == "whole number":
                assert not any(isinstance(value, bool) for value in values)


def test_columns__have_different_names_and_meanings():
    for spec in (*WITH_ROWS, *AGGREGATED):
        names = [column.name for column in spec.columns]
        assert len(set(names)) == len(names)
        assert all(column.meaning.endswith(".") for column in spec.columns)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("attribution", ["lettered", "aggregated"])
def test_attribution__no_name_in_any_file(pat, melton, attribution, form):
    record = telling(
        a_round([pat, melton], 8, Wish(returned=7, query=(2,)), attribution=attribution)
    )
    for file in export(summarise(record, MADE_AT), form):
        text = words_in(file.content)
        assert not {secret for secret in secrets(record) if secret in text}, file.name


def test_attribution__named_shows_who(pat):
    record = a_round([pat], 4)
    text = exported(summarise(record, MADE_AT), "csv")["data.csv"].decode("utf-8-sig")
    assert all(issued.partner in text and issued.reference in text for issued in record.issued)


def test_aggregated__no_row_stands_for_one_respondent(aggregated):
    tables = {table.spec.name: table for table in tables_of(aggregated)}
    assert set(tables) == {"counts", "comments", "proposals", "response"}
    for table in tables.values():
        assert not PERSONAL & {column.name for column in table.spec.columns}
    counts = rows_of(exported(aggregated, "csv")["counts.csv"])
    assert len(counts) == len({(row["item_key"], row["view"], row["code"]) for row in counts})


def test_aggregated__figures_from_too_few_are_withheld(aggregated):
    counts = rows_of(exported(aggregated, "csv")["counts.csv"])
    withheld = [row for row in counts if row["withheld"] == "true"]
    assert withheld
    assert all(row["count"] == row["answers"] == "" for row in withheld)
    given = Counter[tuple[str, str]]()
    for row in counts:
        if row["withheld"] == "false":
            given[row["item_key"], row["view"]] += int(row["count"])
    minimum = aggregated.participants.minimum
    assert all(number == 0 or number >= minimum for number in given.values())


def test_aggregated__a_comment_does_not_tell_the_answer_beside_it(aggregated, pat):
    labels = {c.label for scale in pat.scales.values() for c in scale.choices}
    comments = next(t for t in tables_of(aggregated) if t.spec.name == "comments")
    assert comments.lines
    assert not labels & {value for row in lines_of(comments) for value in row}
    assert all(remark.answer == "" for remark in aggregated.remarks)


def test_aggregated__with_too_few_returns_nothing_is_said(pat):
    record = a_round([pat], 6, Wish(returned=2, talk=0.9), attribution="aggregated")
    tables = {table.spec.name: table for table in tables_of(summarise(record, MADE_AT))}
    assert tables["comments"].lines == tables["proposals"].lines == ()
    places = [column.name for column in tables["counts"].spec.columns]
    count = places.index("count")
    assert {row[count] for row in lines_of(tables["counts"])} <= {None, 0}


def test_export__empty_round_keeps_its_columns(pat):
    summary = summarise(a_round([pat], 3, Wish(returned=0)), MADE_AT)
    files = exported(summary, "csv")
    assert rows_of(files["data.csv"]) == []
    assert files["data.csv"].decode("utf-8-sig").startswith("assessment,round,toolkit")
    assert len(rows_of(files["returns.csv"])) == 3
    exported(summary, "parquet")
    assert exported(summary, "xlsx")["export.xlsx"]


@pytest.mark.parametrize("stem", ["", "answers"])
@pytest.mark.parametrize("form", FORMATS)
def test_names__are_all_among_those_an_export_may_use(told, aggregated, form, stem):
    for summary in (told, aggregated):
        names = [file.name for file in export(summary, form, stem)]
        assert len(set(names)) == len(names)
        assert set(names) <= file_names(stem)
        assert names[0] == f"{stem}.{form}" or not stem
        assert names[-1].endswith(PAGE)


def test_documentation__is_written_from_the_columns():
    assert (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8") == page()
