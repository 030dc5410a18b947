"""Answers in a PDF or a picture: put to whom they are from, and waiting to be typed in."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.damaged.builders import a_pdf
from tests.services.post.test_offers import handed
from tests.services.small import LATER, MONDAY, a_folder, answer, made_once
from tests.services.test_enter import type_in
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.consolidate.register import round_inputs
from xlassess.ledger import Ledger
from xlassess.model.answer import Return
from xlassess.services.common.opening import open_folder
from xlassess.services.decide import Why, correct, mark, set_aside, settle
from xlassess.services.enter import enter
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.post.send import Ask, preview
from xlassess.services.setup.rounds import LeftOpen, begin_round, close_round, left_open
from xlassess.services.setup.verify import verify
from xlassess.services.status import Line, status

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(40)


@pytest.fixture
@made_once
def folder(tmp_path: Path) -> AssessmentFolder:
    made = a_folder(tmp_path / "small")
    generate(made, now=MONDAY)
    return made


def references(folder: AssessmentFolder) -> list[str]:
    return [book.reference for book in generate(folder, now=MONDAY).workbooks]


def received(folder: AssessmentFolder, path: Path, content: bytes) -> Return:
    path.write_bytes(content)
    (file,) = ingest(folder, [path], now=LATER, workers=1).files
    return file.ret


def first_line(folder: AssessmentFolder) -> Line:
    return status(folder, today=MONDAY.date()).lines[0]


def test_evidence__a_pdf_whose_text_names_the_workbook(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    reference, *_ = references(folder)
    ret = received(folder, tmp_path / "scan.pdf", a_pdf(f"Reference {reference} - Ash Council"))
    assert [one.code for one in ret.findings] == ["I17"]
    assert ret.findings[0].message == (
        f"This is a PDF document, not a workbook. By its text it is for workbook {reference} (Ash "
        "Council, Ada Ash), and is kept with it. Nothing was read from it."
    )
    assert (ret.reference, ret.answers) == (reference, ())
    line = first_line(folder)
    assert line.state == "not sent"
    assert [one.number for one in line.evidence] == [ret.number]
    assert status(folder, today=MONDAY.date()).unplaced == ()
    said = CliRunner().invoke(cli, ["-C", str(folder.root), "status"]).stdout
    assert f"xlassess enter {reference} --source pdf" in said
    told = CliRunner().invoke(cli, ["-C", str(folder.root), "history", reference]).stdout
    assert "scan.pdf" in told
    (kept,) = folder.returns.rglob("*.pdf")
    assert kept.read_bytes() == (tmp_path / "scan.pdf").read_bytes()
    assert verify(folder).holds


@pytest.mark.parametrize("content", [PICTURE, a_pdf("Nothing"), b"%PDF-1.7\nbroken"])
def test_evidence__the_name_of_the_file_names_it(
    folder: AssessmentFolder, tmp_path: Path, content: bytes
) -> None:
    reference, *_ = references(folder)
    ret = received(folder, tmp_path / f"{reference.lower()} signed.pdf", content)
    assert (ret.findings[0].code, ret.reference) == ("I17", reference)
    assert ret.findings[0].details["how"] == "its name"


@pytest.mark.parametrize("place", ["subject", "text"])
def test_evidence__the_message_names_it(
    folder: AssessmentFolder, tmp_path: Path, place: str
) -> None:
    reference, *_ = references(folder)
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(a_pdf("Nothing"))
    subject, text = (reference, "Here.") if place == "subject" else ("Return", f"For {reference}.")
    (file,) = handed(folder, tmp_path / "m.eml", text, scan, Subject=subject).files
    assert [one.code for one in file.ret.findings] == ["I17", "I14"]
    assert file.ret.reference == reference


def test_evidence__what_names_several_or_nobody_is_nobodys(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    one, other, *_ = references(folder)
    assert received(folder, tmp_path / "a.pdf", a_pdf(f"{one} and {other}")).reference == ""
    assert received(folder, tmp_path / "b.pdf", a_pdf("K7M4-9QX3")).reference == ""
    codes = [f.code for ret in status(folder, today=MONDAY.date()).unplaced for f in ret.findings]
    assert codes == ["G03", "G03"]


def test_evidence__is_done_once_it_was_typed_in(folder: AssessmentFolder, tmp_path: Path) -> None:
    reference, *_ = references(folder)
    received(folder, tmp_path / "scan.pdf", a_pdf(reference))
    copy = enter(folder, reference, "pdf", now=LATER, by="Cora")
    ingest(folder, [type_in(folder, copy.path, ("Agree",) * 3)], now=LATER, workers=1)
    line = first_line(folder)
    assert (line.state, line.evidence) == ("returned", ())


def test_evidence__can_be_set_aside(folder: AssessmentFolder, tmp_path: Path) -> None:
    reference, *_ = references(folder)
    ret = received(folder, tmp_path / "scan.pdf", a_pdf(reference))
    set_aside(folder, ret.number, Why(LATER, "An agenda."))
    assert first_line(folder).evidence == ()


def test_evidence__beside_answers_of_their_own_there_is_nothing_to_type(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    reference, *_ = references(folder)
    ingest(folder, [answer(folder, "Ada Ash", tmp_path / "a.xlsx")], now=LATER, workers=1)
    received(folder, tmp_path / "signed.pdf", a_pdf(reference))
    assert first_line(folder).evidence == ()


def test_evidence__known_later_whose_it_is(folder: AssessmentFolder, tmp_path: Path) -> None:
    reference, other, *_ = references(folder)
    scan = tmp_path / "scan.pdf"
    assert received(folder, scan, a_pdf("Nothing")).reference == ""
    for text in (reference, other, reference):
        handed(folder, tmp_path / f"{text}.eml", "Here.", scan, Subject=text)
    found = status(folder, today=MONDAY.date())
    assert [len(line.evidence) for line in found.lines] == [1, 1, 0]
    assert found.unplaced == ()
    received(folder, scan, scan.read_bytes())  # without its message it is nobody's, and known
    again = status(folder, today=MONDAY.date())
    assert (again.unplaced, again.lines) == ((), found.lines)
    assert verify(folder).holds


def test_evidence__after_a_return_counts_it_is_shown_apart(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    reference, other, *_ = references(folder)
    received(folder, tmp_path / "early.pdf", a_pdf(f"{reference}, early"))
    ingest(folder, [answer(folder, "Ada Ash", tmp_path / "a.xlsx")], now=LATER, workers=1)
    assert first_line(folder).later == ()
    ret = received(folder, tmp_path / "corrections.pdf", a_pdf(reference))
    assert [one.number for one in first_line(folder).later] == [ret.number]
    said = CliRunner().invoke(cli, ["-C", str(folder.root), "status"]).stdout
    assert "A PDF or a picture came later: 1 workbook" in said
    assert "early.pdf" not in said
    correct(folder, reference, "1B", "Agree", Why(LATER, "As in the PDF."))
    assert first_line(folder).later == ()
    settle(folder, other, "nil return", Why(MONDAY, "Nothing."))
    received(folder, tmp_path / "after.pdf", a_pdf(other))
    assert len(status(folder, today=MONDAY.date()).lines[1].later) == 1


def test_evidence__is_neither_refused_nor_missing(folder: AssessmentFolder, tmp_path: Path) -> None:
    names = references(folder)
    mark(folder, names, "sent", Why(MONDAY))
    received(folder, tmp_path / "scan.pdf", a_pdf(names[0]))
    handed(folder, tmp_path / "m.eml", f"{names[1]}: we have nothing to report.")
    third = generate(folder, now=MONDAY).workbooks[2].respondent
    ingest(folder, [answer(folder, third, tmp_path / "c.xlsx")], now=LATER, workers=1)
    with Ledger(folder.ledger) as ledger:
        record = ledger.round_record(folder.assessment())
    assert names[0] not in round_inputs(record, LATER).unusable
    left = left_open(folder, today=MONDAY.date())
    assert left == LeftOpen(missing=1, evidence=1, offers=1)
    close = ["-C", str(folder.root), "round", "close", "2026"]
    said = " ".join(CliRunner().invoke(cli, close).stdout.split())
    assert "1 workbook whose answers wait in a PDF or a picture" in said
    assert "1 thing that messages seem to ask for" in said


def test_evidence__nobody_is_reminded_of_what_they_sent(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    names = references(folder)
    mark(folder, names, "sent", Why(MONDAY))
    before, _ = preview(folder, Ask("reminder"), now=LATER)
    received(folder, tmp_path / "scan.pdf", a_pdf(names[0]))
    after, _ = preview(folder, Ask("reminder"), now=LATER)
    assert {*before.no_address} - {*after.no_address} == {"Ash Council, Ada Ash"}
    assert after.waiting == (f"Ash Council, Ada Ash, {names[0]}",)
    assert before.waiting == ()
    done = mark(folder, [], "reminded", Why(LATER), everyone=True)
    assert done.left_out == after.waiting
    assert names[0] not in {book.issued.reference for book in done.books}
    assert done.books


def _pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1, len(out)
    )  # fmt: skip
    return out + head + table + tail


def _stream(data: bytes) -> bytes:
    return b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(data), data)


_CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"
_ONE = b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>"
_PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>"
HOSTILE: Mapping[str, Callable[[], bytes]] = {
    "inflates": lambda: _pdf(_CATALOGUE, _ONE, _PAGE, _stream(zlib.compress(bytes(400 << 20), 9))),
    "words": lambda: _pdf(
        _CATALOGUE, _ONE, _PAGE, _stream(zlib.compress(b"BT (a) Tj ET " * 2_000_000))
    ),
    "its own child": lambda: _pdf(_CATALOGUE, b"<< /Type /Pages /Count 9 /Kids [2 0 R 2 0 R] >>"),
    "nested": lambda: _pdf(_CATALOGUE, _ONE, b"[" * 100_000),
    "cut": lambda: a_pdf("Nothing")[:200],
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_evidence__a_hostile_pdf_is_refused_and_the_rest_is_read(
    folder: AssessmentFolder, tmp_path: Path, kind: str
) -> None:
    bad = tmp_path / "bad.pdf"
    bad.write_bytes(HOSTILE[kind]())
    good = answer(folder, "Ada Ash", tmp_path / "good.xlsx")
    began = time.perf_counter()
    files = ingest(folder, [bad, good], now=LATER, workers=1).files
    assert time.perf_counter() - began < 60
    assert [(file.ret.state, file.ret.reference != "") for file in files] == [
        ("refused", False), ("accepted", True)
    ]  # fmt: skip


def test_evidence__in_a_closed_round_no_command_is_named(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    reference, *_ = references(folder)
    received(folder, tmp_path / "scan.pdf", a_pdf(f"Reference {reference}"))
    close_round(folder, now=LATER)
    said = CliRunner().invoke(cli, ["-C", str(folder.root), "status"]).stdout
    assert "Answers in a PDF or a picture: 1 workbook" in said
    assert [line for line in said.splitlines() if "xlassess" in line and "reopen" not in line] == []


def test_evidence__comes_again_in_the_next_round_and_is_known(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    reference, *_ = references(folder)
    first = received(folder, tmp_path / "scan.pdf", a_pdf(reference))
    year = timedelta(days=365)
    begin_round(folder, "2027", (MONDAY + year).date(), now=LATER)
    later = open_folder(folder.root)
    generate(later, now=LATER)
    result = ingest(later, [tmp_path / "scan.pdf"], now=LATER, workers=1)
    assert [(one.known, one.ret.number) for one in result.files] == [(True, first.number)]
    assert result.new == ()
    assert status(later, today=LATER.date()).unplaced == ()
    assert verify(later).holds
