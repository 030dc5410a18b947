"""What a message says is kept and told also where its file is refused, or came before."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.damaged.builders import a_pdf
from tests.services.post.test_offers import handed, open_offers, run
from tests.services.small import LATER, MONDAY, a_folder, answer
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.services.common.said_beside import in_short
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.status import Status, status

FIRST, LATER_ON = "The chair changed in March.", "Mind that page two is upside down."


@pytest.fixture
def folder(tmp_path: Path) -> AssessmentFolder:
    made = a_folder(tmp_path / "small")
    generate(made, now=MONDAY)
    return made


def shown(folder: AssessmentFolder, *command: str) -> str:
    done = CliRunner().invoke(cli, ["-C", str(folder.root), *command])
    return " ".join(done.output.split())


def now(folder: AssessmentFolder) -> Status:
    return status(folder, today=LATER.date())


def scan(path: Path, text: str = "Our answers") -> Path:
    path.write_bytes(a_pdf(text))
    return path


def test_said_beside__a_pdf_that_cannot_be_placed(folder: AssessmentFolder, tmp_path: Path) -> None:
    pdf = scan(tmp_path / "scan.pdf")
    (file,) = handed(folder, tmp_path / "1.eml", FIRST, pdf).files
    assert [one.code for one in file.ret.findings] == ["G03", "I14"]
    assert now(folder).words == {file.ret.number: (FIRST,)}
    result = handed(folder, tmp_path / "2.eml", LATER_ON, pdf)
    assert result.words == (("2.eml/return.xlsx", LATER_ON),)
    assert now(folder).words == {file.ret.number: (FIRST, LATER_ON)}
    told = shown(folder, "status")
    assert f"The message says: “{FIRST}”. The message says: “{LATER_ON}”" in told
    assert handed(folder, tmp_path / "2.eml", LATER_ON, pdf).words == (), "it is told once"


def test_said_beside__the_command_tells_the_words_of_a_refused_file(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    handed(folder, tmp_path / "1.eml", FIRST, scan(tmp_path / "scan.pdf"))
    other = a_folder(tmp_path / "other")
    generate(other, now=MONDAY)
    assert FIRST in shown(other, "ingest", str(tmp_path / "1.eml"))


@pytest.mark.parametrize("refused", [True, False])
def test_said_beside__one_file_with_two_messages_of_one_run(
    refused: bool, folder: AssessmentFolder, tmp_path: Path
) -> None:
    ada = tmp_path / "ada.xlsx"
    book = scan(ada) if refused else answer(folder, "Ada Ash", ada)
    together, elsewhere = tmp_path / "mail", a_folder(tmp_path / "elsewhere")
    together.mkdir()
    for name, words in (("1.eml", FIRST), ("2.eml", LATER_ON), ("3.eml", LATER_ON)):
        handed(elsewhere, together / name, words, book)
    result = ingest(folder, [together], now=LATER, workers=1)
    assert result.words == (("2.eml/return.xlsx", LATER_ON),)
    (first,) = result.new
    assert [one.details["text"] for one in first.ret.findings if one.code == "I14"] == [FIRST]


def test_said_beside__a_nil_return_in_the_message_with_a_letter_is_offered(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    reference = generate(folder, now=MONDAY).workbooks[0].reference
    text = f"Reference {reference}. We have nothing to report. See our letter."
    letter = tmp_path / "letter.docx"
    letter.write_bytes(b"no workbook")
    (offer,) = handed(folder, tmp_path / "1.eml", text, letter).offers
    assert offer.hint.kind == "nil return"
    run(folder, offer.commands[0])
    assert open_offers(folder) == ()
    assert len(now(folder).unplaced) == 1, "the file is yet to be looked at"


def test_said_beside__in_short() -> None:
    assert in_short("One\nline") == "One line"
    assert in_short("word " * 100) == "word " * 59 + "word …"
