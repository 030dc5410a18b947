"""One damaged workbook for every finding code of the ingest stage.

Each builder takes a `Bench` and returns the file to hand over with the context it is read
against. They start from a workbook as issued, so that nothing but the damage is wrong.
"""

from __future__ import annotations

import io
import os
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path

import openpyxl
from openpyxl.styles import Font

from tests.factory import (
    SECRET,
    Workbook,
    a_context,
    a_respondent,
    an_assessment,
    entries,
    filled,
    issue,
)
from tests.ingest.cfb import xls
from tests.ingest.packages import edited, packed, parts_of, replacing, sheet_part
from tests.ingest.small import every_kind, place, returned, reworked, written
from xlassess.contract.layout import ACTION_PLAN, IDENTITY, IDENTITY_KEYS, layout
from xlassess.contract.seal import reference_for, seal
from xlassess.generate import Personal, build_entry
from xlassess.ingest import Context
from xlassess.model.record import EntryCopy, entered_as
from xlassess.model.toolkit import Condition, FollowUp, Section, Toolkit
from xlassess.toolkits.exchange.write import toolkit_book

VIEWS, FACTS = "1 Views", "2 Facts"


@dataclass(frozen=True, slots=True)
class Damaged:
    """A file to hand over, and what it is read against."""

    path: Path
    context: Context


@dataclass(frozen=True, slots=True)
class Bench:
    """What builders work with: an issued workbook, and a folder to write into."""

    book: Workbook
    folder: Path

    def save(self, data: bytes, context: Context | None = None) -> Damaged:
        """Write a file and return it with its context (that of the workbook by default)."""
        path = self.folder / "return.xlsx"
        path.write_bytes(data)
        return Damaged(path, context or a_context(self.book))

    def part(self, sheet: str) -> str:
        """The part that holds a sheet of the workbook as issued."""
        return sheet_part(self.book.data, sheet)


Builder = Callable[[Bench], Damaged]
BUILDERS: dict[str, Builder] = {}


def damages(code: str) -> Callable[[Builder], Builder]:
    """Register a builder under the code of the finding its file must give."""

    def register(builder: Builder) -> Builder:
        assert code not in BUILDERS, code
        BUILDERS[code] = builder
        return builder

    return register


@damages("G01")
def empty_file(bench: Bench) -> Damaged:
    return bench.save(b"")


@damages("G02")
def larger_than_is_opened(bench: Bench) -> Damaged:
    return bench.save(bench.book.data + bytes(20 << 20))


@damages("G03")
def pdf_named_xlsx(bench: Bench) -> Damaged:
    return bench.save(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")


@damages("G04")
def password_to_open(bench: Bench) -> Damaged:
    return bench.save(encrypted(bench.book.data, "secret"))


def encrypted(data: bytes, password: str) -> bytes:
    """Return a workbook encrypted as Excel does it."""
    from msoffcrypto.format.ooxml import OOXMLFile

    out = io.BytesIO()
    OOXMLFile(io.BytesIO(data)).encrypt(password, out)
    return out.getvalue()


@damages("G05")
def rights_management(bench: Bench) -> Damaged:
    """Name the storage of a rights-managed file ([MS-OFFCRYPTO] 2.2) in an encrypted one."""
    data = encrypted(bench.book.data, "secret")
    old, new = "StrongEncryptionTransform", "DRMEncryptedTransform"
    entry = old.encode("utf-16-le") + bytes(64 - 2 * len(old)) + struct.pack("<H", 2 * len(old) + 2)
    renamed = new.encode("utf-16-le") + bytes(64 - 2 * len(new))
    assert entry in data
    return bench.save(data.replace(entry, renamed + struct.pack("<H", 2 * len(new) + 2)))


@damages("G06")
def cut_off(bench: Bench) -> Damaged:
    return bench.save(bench.book.data[: len(bench.book.data) // 2])


@damages("G07")
def part_outside_the_file(bench: Bench) -> Damaged:
    return bench.save(packed(parts_of(bench.book.data) | {"../../evil.xml": b"<x/>"}))


@damages("G08")
def zip_bomb(bench: Bench) -> Damaged:
    return bench.save(packed(parts_of(bench.book.data) | {"xl/bomb.xml": bytes(60 << 20)}))


@damages("G09")
def entity_bomb(bench: Bench) -> Damaged:
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    edit = replacing(b"<worksheet", bomb + b"<worksheet")
    return bench.save(edited(bench.book.data, {bench.part(VIEWS): edit}))


@damages("G10")
def cell_in_the_last_corner(bench: Bench) -> Damaged:
    """A single cell there makes the parser abort the whole process."""
    row = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    edit = replacing(b"</sheetData>", row)
    return bench.save(edited(bench.book.data, {bench.part(VIEWS): edit}))


@damages("G11")
def text_that_is_not_there(bench: Bench) -> Damaged:
    """Empty the table of texts that the cells point into."""
    edit = _between(b"<si>", b"</sst>", b"")
    return bench.save(edited(bench.book.data, {"xl/sharedStrings.xml": edit}))


@damages("G18")
def password_that_does_not_fit(bench: Bench) -> Damaged:
    context = replace(a_context(bench.book), passwords=("Secret", "secret "))
    return bench.save(encrypted(bench.book.data, "secret"), context)


def _between(first: bytes, last: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """Return an edit that replaces everything from ``first`` up to ``last``."""

    def edit(part: bytes) -> bytes:
        return part[: part.index(first)] + new + part[part.rindex(last) :]

    return edit


@damages("G12")
def text_repeated_beyond_memory(bench: Bench) -> Damaged:
    """One text as long as a cell may hold, shown in thousands of cells of an old workbook."""
    places = [(row, column) for row in range(500) for column in range(40)]
    return bench.save(xls("a" * 32_000, places))


@damages("G13")
def pipe_instead_of_a_file(bench: Bench) -> Damaged:
    path = bench.folder / "pipe.xlsx"
    os.mkfifo(path)
    return Damaged(path, a_context(bench.book))


@damages("G14")
def link_in_a_folder(bench: Bench) -> Damaged:
    folder = bench.folder / "inbox"
    folder.mkdir()
    (folder / "return.xlsx").symlink_to("/etc/hostname")
    return Damaged(folder, a_context(bench.book))


@damages("G15")
def zip_with_a_password(bench: Bench) -> Damaged:
    data = bytearray(packed({"return.xlsx": bench.book.data}))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.rindex(magic) + offset] |= 1
    return bench.save(bytes(data))


@damages("G16")
def macros_added(bench: Bench) -> Damaged:
    return bench.save(packed(parts_of(returned(bench.book)) | {"xl/vbaProject.bin": b"macros"}))


@damages("G17")
def binary_workbook_in_short_records(bench: Bench) -> Damaged:
    from tests.ingest.binary import xlsb

    return bench.save(xlsb({"Sheet1": [(12, 0)]}))


@damages("G19")
def parts_of_a_strange_program(bench: Bench) -> Damaged:
    return bench.save(packed(parts_of(returned(bench.book)) | {"strange/part.dat": b"\x00"}))


@damages("G20")
def spreadsheet_encrypted_by_libreoffice(bench: Bench) -> Damaged:
    context = replace(a_context(bench.book), passwords=("secret",))
    manifest = b"<manifest:manifest><manifest:encryption-data/></manifest:manifest>"
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    parts = {"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": b"\x00"}
    return bench.save(packed(parts), context)


@damages("G21")
def message_without_a_workbook(bench: Bench) -> Damaged:
    return bench.save(b"From: jo@ash.example\r\nSubject: Sorry\r\n\r\nI forgot the file.\r\n")


@damages("G22")
def name_of_no_file(bench: Bench) -> Damaged:
    return Damaged(bench.folder / "gone.xlsx", a_context(bench.book))


@damages("I01")
def somebody_elses_workbook(bench: Bench) -> Damaged:
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "Budget 2026"
    out = io.BytesIO()
    book.save(out)
    return bench.save(out.getvalue())


def nameless(data: bytes) -> bytes:
    """Return a workbook without identity sheet, properties and printed references."""

    def work(book: openpyxl.Workbook) -> None:
        del book[IDENTITY]
        for name in list(book.custom_doc_props.names):
            del book.custom_doc_props[name]
        for sheet in book.worksheets:
            for row in sheet.iter_rows(max_row=6):
                for cell in row:
                    if isinstance(cell.value, str) and "-" in cell.value:
                        cell.value = None

    return reworked(data, work)


@damages("I02")
def every_mark_removed(bench: Bench) -> Damaged:
    return bench.save(nameless(bench.book.data))


@damages("I03")
def not_in_the_ledger(bench: Bench) -> Damaged:
    return bench.save(bench.book.data, replace(a_context(bench.book), issued={}))


@damages("I04")
def of_another_assessment(bench: Bench) -> Damaged:
    return bench.save(bench.book.data, replace(a_context(bench.book), assessment="elsewhere"))


@damages("I05")
def of_another_round(bench: Bench) -> Damaged:
    return bench.save(bench.book.data, replace(a_context(bench.book), round="2027"))


@damages("I06")
def another_partner_written_in(bench: Bench) -> Damaged:
    row = IDENTITY_KEYS.index("partner") + 1
    return bench.save(written(bench.book.data, {(IDENTITY, f"B{row}"): "someone-else"}))


@damages("I07")
def reference_of_another_written_in(bench: Bench) -> Damaged:
    other = issue(bench.book.toolkit, a_respondent(2))
    row = IDENTITY_KEYS.index("reference") + 1
    data = written(bench.book.data, {(IDENTITY, f"B{row}"): other.issued.reference})
    return bench.save(data, a_context(bench.book, other))


@damages("I08")
def sheets_of_two_respondents(bench: Bench) -> Damaged:
    other = issue(bench.book.toolkit, a_respondent(2))

    def work(book: openpyxl.Workbook) -> None:
        sheet = book[VIEWS]
        for row in sheet.iter_rows(max_row=5):
            for cell in row:
                if isinstance(cell.value, str):
                    cell.value = cell.value.replace(
                        bench.book.issued.reference, other.issued.reference
                    )

    return bench.save(reworked(returned(bench.book), work), a_context(bench.book, other))


@damages("I09")
def identity_removed(bench: Bench) -> Damaged:
    def work(book: openpyxl.Workbook) -> None:
        del book[IDENTITY]
        for name in list(book.custom_doc_props.names):
            del book.custom_doc_props[name]

    return bench.save(reworked(returned(bench.book), work))


@damages("I18")
def reference_beside_another_name(bench: Bench) -> Damaged:
    reference = bench.book.issued.reference

    def work(book: openpyxl.Workbook) -> None:
        del book[IDENTITY]
        for name in list(book.custom_doc_props.names):
            del book.custom_doc_props[name]
        for sheet in book.worksheets:
            for row in sheet.iter_rows(max_row=8):
                for cell in row:
                    if isinstance(cell.value, str) and f"{reference} ·" in cell.value:
                        cell.value = f"Reference {reference} · Larkfield · Kinds"

    return bench.save(reworked(returned(bench.book), work))


@damages("I10")
def questions_not_on_record(bench: Bench) -> Damaged:
    return bench.save(bench.book.data, replace(a_context(bench.book), toolkits={}))


@damages("I11")
def earlier_edition(bench: Bench) -> Damaged:
    changed = changed_edition(bench.book.toolkit)
    later = issue(changed, assessment=an_assessment(changed))
    context = a_context(bench.book, later)
    issued = replace(later.issued, issued_at=later.issued.issued_at + timedelta(days=1))
    assert issued.identity.digest != bench.book.issued.identity.digest
    return bench.save(
        returned(bench.book),
        replace(context, issued=dict(context.issued) | {issued.reference: issued}),
    )


def changed_edition(toolkit: Toolkit) -> Toolkit:
    """Return the toolkit with another first question and version."""
    first, *sections = toolkit.sections
    item, *items = first.items
    section = replace(first, items=(replace(item, ask="Partners agree."), *items))
    return replace(toolkit, version="1.1", sections=(section, *sections))


@damages("I12")
def made_by_a_later_version(bench: Bench) -> Damaged:
    identity = replace(bench.book.issued.identity, contract=99)
    rows = {name: f"B{row}" for row, name in enumerate(IDENTITY_KEYS, start=1)}
    cells: dict[tuple[str, str], object] = {
        (IDENTITY, rows["contract"]): "99",
        (IDENTITY, rows["seal"]): seal(identity, SECRET),
    }
    return bench.save(written(bench.book.data, cells))


@damages("I13")
def another_promise_than_on_record(bench: Bench) -> Damaged:
    issued = bench.book.issued
    other = replace(issued, identity=replace(issued.identity, promise="lettered 3"))
    context = replace(a_context(bench.book), issued={issued.reference: other})
    return bench.save(returned(bench.book), context)


@damages("I14")
def message_that_says_something(bench: Bench) -> Damaged:
    return bench.save(a_message(returned(bench.book), "For 1A please read Disagree."))


@damages("I15")
def message_from_the_address_of_another(bench: Bench) -> Damaged:
    other = issue(bench.book.toolkit, a_respondent(2))
    context = a_context(bench.book, other)
    sender = other.issued.email
    return bench.save(a_message(returned(bench.book), "", sender), context)


@damages("I16")
def copy_that_somebody_typed_in(bench: Bench) -> Damaged:
    issued = bench.book.issued
    said = entered_as("phone", date(2026, 4, 2), "Dana Okafor")
    identity = replace(issued.identity, of=issued.reference, entered=said)
    reference, sealed = reference_for(identity, SECRET), seal(identity, SECRET)
    personal = Personal(
        reference, sealed, identity, issued.partner, issued.respondent, issued.level
    )
    data = build_entry(bench.book.toolkit, bench.book.assessment, personal, "")
    copy = EntryCopy(reference, identity, "typed in.xlsx", "", sealed)
    context = replace(a_context(bench.book), entries={reference: copy})
    return bench.save(filled(replace(bench.book, data=data), entries(bench.book.toolkit)), context)


@damages("I19")
def toolkit_as_a_workbook(bench: Bench) -> Damaged:
    return bench.save(toolkit_book(bench.book.toolkit))


def a_message(workbook: bytes, text: str, sender: str = "jo@ash.example") -> bytes:
    """Return an e-mail message with a workbook."""
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"], mail["Subject"] = sender, "Our return"
    mail.set_content(text)
    mail.add_attachment(
        workbook, maintype="application", subtype="octet-stream", filename="return.xlsx"
    )
    return mail.as_bytes()


@damages("I17")
def pdf_that_names_a_workbook(bench: Bench) -> Damaged:
    return bench.save(a_pdf(f"Reference {bench.book.issued.reference}"))


def a_pdf(text: str) -> bytes:
    """Return a PDF of one page with this text, as a printer driver writes it."""
    from pypdf import PdfWriter
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = PdfWriter()
    page = writer.add_blank_page(300, 200)
    font = DictionaryObject({
        NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1"),
        NameObject("/BaseFont"): NameObject("/Helvetica"),
    })  # fmt: skip
    fonts = DictionaryObject({NameObject("/F1"): font})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    stream = DecodedStreamObject()
    stream.set_data(f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode("latin-1"))
    page[NameObject("/Contents")] = writer._add_object(stream)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@damages("R01")
def copied_sheet_with_another_answer(bench: Bench) -> Damaged:
    def work(book: openpyxl.Workbook) -> None:
        book.copy_worksheet(book[VIEWS])["C6"] = "Strongly disagree"

    return bench.save(reworked(returned(bench.book), work))


@damages("R02")
def copied_sheet(bench: Bench) -> Damaged:
    return bench.save(reworked(returned(bench.book), lambda book: book.copy_worksheet(book[VIEWS])))


@damages("R03")
def sheet_deleted(bench: Bench) -> Damaged:
    return bench.save(reworked(returned(bench.book), lambda book: book.remove(book[VIEWS])))


@damages("R04")
def rows_deleted(bench: Bench) -> Damaged:
    return bench.save(reworked(returned(bench.book), lambda book: book[VIEWS].delete_rows(7, 2)))


@damages("R05")
def row_added(bench: Bench) -> Damaged:
    cells: dict[tuple[str, str], object] = {
        (VIEWS, "A12"): "1G", (VIEWS, "B12"): "We meet often.", (VIEWS, "C12"): "Agree",
    }  # fmt: skip
    return bench.save(written(returned(bench.book), cells))


@damages("R06")
def heading_lost_and_columns_moved(bench: Bench) -> Damaged:
    def work(book: openpyxl.Workbook) -> None:
        book[VIEWS]["C5"] = "Mine"
        book[VIEWS].insert_cols(3)

    return bench.save(reworked(returned(bench.book), work))


@damages("R20")
def heading_cleared(bench: Bench) -> Damaged:
    return bench.save(written(returned(bench.book), {(VIEWS, "C5"): None}))


@damages("R07")
def writing_in_the_margin(bench: Bench) -> Damaged:
    return bench.save(written(returned(bench.book), {(VIEWS, "H7"): "see minutes"}))


@damages("R08")
def action_plan_deleted(bench: Bench) -> Damaged:
    return bench.save(reworked(returned(bench.book), lambda book: book.remove(book[ACTION_PLAN])))


@damages("R09")
def numbers_sorted_without_their_questions(bench: Bench) -> Damaged:
    cells: dict[tuple[str, str], object] = {(VIEWS, "A6"): "1B", (VIEWS, "A7"): "1A"}
    return bench.save(written(returned(bench.book), cells))


@damages("R10")
def answer_cells_merged(bench: Bench) -> Damaged:
    return bench.save(reworked(returned(bench.book), lambda book: book[VIEWS].merge_cells("C6:C8")))


@damages("R11")
def question_of_the_proposal_removed(bench: Bench) -> Damaged:
    spot = layout(bench.book.toolkit).action_plan
    assert spot is not None
    assert spot.proposal is not None
    return bench.save(written(returned(bench.book), {(ACTION_PLAN, f"A{spot.proposal}"): None}))


@damages("R12")
def questions_sorted_without_their_answers(bench: Bench) -> Damaged:
    cells: dict[tuple[str, str], object] = {
        (VIEWS, "A6"): "1B", (VIEWS, "B6"): "Partners agree on matter B.",
        (VIEWS, "A7"): "1A", (VIEWS, "B7"): "Partners agree on matter A.",
    }  # fmt: skip
    return bench.save(written(returned(bench.book), cells))


@damages("C01")
def not_a_choice(bench: Bench) -> Damaged:
    return bench.save(returned(bench.book, i1A="Agre"))


@damages("C02")
def required_answer_missing(bench: Bench) -> Damaged:
    return bench.save(returned(bench.book, i1A=None))


@damages("C03")
def text_as_long_as_a_cell(bench: Bench) -> Damaged:
    return bench.save(returned(bench.book, i4_1="a" * 32_767))


@damages("C04")
def no_date(bench: Bench) -> Damaged:
    return bench.save(returned(bench.book, i2_2="next spring"))


@damages("C05")
def date_read_two_ways(bench: Bench) -> Damaged:
    return bench.save(returned(bench.book, i2_2="03/04/2026"))


@damages("C06")
def no_number(bench: Bench) -> Damaged:
    return bench.save(returned(bench.book, i2_3="about five"))


@damages("C07")
def number_read_two_ways(bench: Bench) -> Damaged:
    return bench.save(returned(bench.book, i2_4="1,234"))


@damages("C08")
def number_out_of_range(bench: Bench) -> Damaged:
    return bench.save(returned(bench.book, i2_3=501))


@damages("C09")
def question_changed(bench: Bench) -> Damaged:
    return bench.save(written(returned(bench.book), {(VIEWS, "B6"): "Partners differ."}))


@damages("C10")
def formula_in_an_answer(bench: Bench) -> Damaged:
    return bench.save(written(returned(bench.book), {(VIEWS, "C6"): "=C7"}))


@damages("C11")
def error_in_an_answer(bench: Bench) -> Damaged:
    return bench.save(written(returned(bench.book), {(VIEWS, "C6"): "#REF!"}))


@damages("C12")
def comment_asked_for(bench: Bench) -> Damaged:
    return bench.save(returned(bench.book, i2_1="No", i2_1__comment=None))


@damages("C13")
def nothing_filled_in(bench: Bench) -> Damaged:
    return bench.save(bench.book.data)


@damages("C14")
def two_choices_in_a_cell(bench: Bench) -> Damaged:
    return bench.save(returned(bench.book, i1A="Agree / Disagree"))


def _in_the_plan(bench: Bench, **contents: str) -> Damaged:
    spot = layout(bench.book.toolkit).action_plan
    assert spot is not None
    columns = {column.role: column.index for column in spot.columns}

    def work(book: openpyxl.Workbook) -> None:
        for role, content in contents.items():
            column = columns[role] + 1  # type: ignore[index]
            book[ACTION_PLAN].cell(spot.first_row + 1, column).value = content

    return bench.save(reworked(returned(bench.book), work))


@damages("C15")
def action_without_description(bench: Bench) -> Damaged:
    return _in_the_plan(bench, owner="Zoë")


@damages("C16")
def action_without_owner(bench: Bench) -> Damaged:
    return _in_the_plan(bench, action="Meet monthly", horizon="Quick win")


@damages("C37")
def action_far_off(bench: Bench) -> Damaged:
    return _in_the_plan(
        bench, action="Meet monthly", horizon="Quick win", owner="Zoë", deadline="31 March 2062"
    )


@damages("C17")
def action_for_an_unknown_question(bench: Bench) -> Damaged:
    return _in_the_plan(bench, item="9Z", action="Meet monthly", horizon="Quick win", owner="Zoë")


@damages("C18")
def answer_among_the_comments(bench: Bench) -> Damaged:
    return bench.save(returned(bench.book, i1A=None, i1A__comment="agree"))


@damages("C19")
def day_of_another_century(bench: Bench) -> Damaged:
    return bench.save(returned(bench.book, i2_2="3 April 1926"))


@damages("C38")
def done_on_a_day_still_to_come(bench: Bench) -> Damaged:
    book = _asking(i2_2={"past": True})
    context = replace(a_context(book), today=date(2026, 4, 2))
    return bench.save(returned(book, i2_2="3 April 2026"), context)


def _struck(data: bytes, sheet: str, cell: str) -> bytes:
    def work(book: openpyxl.Workbook) -> None:
        book[sheet][cell].font = Font(strike=True)

    return reworked(data, work)


@damages("R13")
def answer_crossed_out(bench: Bench) -> Damaged:
    return bench.save(_struck(returned(bench.book), VIEWS, place(bench.book, "1B").cell))


@damages("R14")
def comment_crossed_out(bench: Bench) -> Damaged:
    cell = place(bench.book, "1B", "comment").cell
    return bench.save(_struck(returned(bench.book), VIEWS, cell))


@damages("R15")
def picture_instead_of_an_answer(bench: Bench) -> Damaged:
    cell = place(bench.book, "2.2")
    data = written(returned(bench.book), {(cell.sheet, cell.cell): "#VALUE!"})
    name = sheet_part(data, cell.sheet)
    marked = re.sub(rb'(<c r="%s")' % cell.cell.encode(), rb'\1 vm="1"', parts_of(data)[name])
    kinds = (
        '<rvStructures xmlns="http://schemas.microsoft.com/office/spreadsheetml/2017/richdata" '
        'count="1"><s t="_localImage"><k n="_rvRel:LocalImageIdentifier" t="i"/></s>'
        "</rvStructures>"
    )
    parts = {name: marked, "xl/richData/rdrichvaluestructure.xml": kinds.encode()}
    return bench.save(packed({**parts_of(data), **parts}))


@damages("R16")
def hidden_copy_with_other_answers(bench: Bench) -> Damaged:
    def work(book: openpyxl.Workbook) -> None:
        copy = book.copy_worksheet(book[VIEWS])
        copy.title, copy.sheet_state = f"{VIEWS} (2)", "hidden"
        copy[place(bench.book, "1B").cell].value = "Strongly disagree"

    return bench.save(reworked(returned(bench.book), work))


@damages("R17")
def question_crossed_out(bench: Bench) -> Damaged:
    row = place(bench.book, "1B").cell[1:]
    return bench.save(_struck(returned(bench.book), VIEWS, f"B{row}"))


@damages("R18")
def answer_shown_as_another(bench: Bench) -> Damaged:
    def work(book: openpyxl.Workbook) -> None:
        book[VIEWS][place(bench.book, "1B").cell].number_format = '"Not: "@'

    return bench.save(reworked(returned(bench.book), work))


@damages("R19")
def answers_on_a_hidden_sheet(bench: Bench) -> Damaged:
    def work(book: openpyxl.Workbook) -> None:
        book[VIEWS].sheet_state = "hidden"

    return bench.save(reworked(returned(bench.book), work))


@damages("R21")
def answer_in_white_type(bench: Bench) -> Damaged:
    def work(book: openpyxl.Workbook) -> None:
        book[VIEWS][place(bench.book, "1B").cell].font = Font(color="FFFFFFFF")

    return bench.save(reworked(returned(bench.book), work))


@damages("R22")
def comment_cells_merged(bench: Bench) -> Damaged:
    first, last = (place(bench.book, item, "comment").cell for item in ("1A", "1B"))

    def work(book: openpyxl.Workbook) -> None:
        book[VIEWS].merge_cells(f"{first}:{last}")

    return bench.save(reworked(returned(bench.book), work))


@damages("C20")
def weekday_of_another_day(bench: Bench) -> Damaged:
    return bench.save(returned(bench.book, i2_2="Monday 3 April 2026"))


@damages("C21")
def characters_lost(bench: Bench) -> Damaged:
    return bench.save(returned(bench.book, i1A__comment="We agree \ufffd\ufffd and more"))


@damages("C22")
def year_in_two_figures(bench: Bench) -> Damaged:
    return bench.save(returned(bench.book, i2_2="31-Mar-26"))


@damages("C23")
def action_for_one_of_two_questions(bench: Bench) -> Damaged:
    return _in_the_plan(bench, item=2.1, action="Meet monthly", horizon="Quick win", owner="Zoë")


def _asking(**changes: dict[str, object]) -> Workbook:
    """A workbook whose items, by number with ``_`` for the point, ask for something else."""
    toolkit = every_kind()
    sections = tuple(_changed(section, changes) for section in toolkit.sections)
    closing = tuple(_changed(section, changes) for section in toolkit.closing)
    return issue(replace(toolkit, sections=sections, closing=closing))


def _changed(section: Section, changes: dict[str, dict[str, object]]) -> Section:
    items = (replace(i, **changes.get(f"i{i.id.replace('.', '_')}", {})) for i in section.items)
    return replace(section, items=tuple(items))


@damages("C24")
def one_rank_twice(bench: Bench) -> Damaged:
    book = _asking(i2_3={"ranks": "order"}, i2_4={"ranks": "order"})
    return bench.save(returned(book, i2_3="2", i2_4="2"), a_context(book))


@damages("C25")
def no_plan_and_yet_its_cost(bench: Bench) -> Damaged:
    book = _asking(i2_4={"only_when": Condition("2.10", ("yes",))})
    return bench.save(returned(book, i2_10="No", i2_4="50"), a_context(book))


@damages("C26")
def no_without_reasons(bench: Bench) -> Damaged:
    book = _asking(i2_10={"follow_up": FollowUp(("no",), "Why not?")})
    return bench.save(returned(book, i2_10="No", i2_10__comment=None), a_context(book))


@damages("C27")
def led_to_and_left_empty(bench: Bench) -> Damaged:
    book = _asking(i4_2={"only_when": Condition("2.10", ("yes",))})
    return bench.save(returned(book, i2_10="Yes", i4_2=None), a_context(book))
