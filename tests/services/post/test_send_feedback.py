"""Sending pages of feedback: to each respondent their own, and to nobody else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import docx
import openpyxl
import pytest
from click.testing import CliRunner

from tests.mail.post_office import CUT, PASSWORD, PostOffice, post_office
from tests.services.post.test_posting import MAIL, USER
from tests.services.post.test_send import written
from tests.services.small import (
    LATER,
    MONDAY,
    TOOLKIT,
    a_folder,
    answer,
    change_settings,
    write_register,
)
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.model.errors import UsageError
from xlassess.services.common.workbooks.outbox import put
from xlassess.services.decide import Why, mark, mark_feedback, set_aside
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.papers.feedback import feedback
from xlassess.services.post.due import Ask
from xlassess.services.post.send import draft, post, preview
from xlassess.services.setup.rounds import close_round
from xlassess.services.setup.verify import verify
from xlassess.services.status import status

DAY = timedelta(days=1)
PEOPLE = tuple(
    (partner, name, "Board", f"{name.split()[1].lower()}@example.org")
    for partner, name in (
        ("Ash Council", "Ada Ash"), ("Birch Trust", "Bea Birch"), ("Cedar College", "Cy Cedar"),
        ("Dale Police", "Di Dale"), ("Elm Homes", "Eva Elm"),
    )
)  # fmt: skip
ASK = Ask("feedback")


def answered(root: Path, attribution: str = "named") -> AssessmentFolder:
    """An assessment in which all but the last have answered."""
    folder = a_folder(root, PEOPLE)
    change_settings(folder, "coordinator:\n", f"attribution: {attribution}\ncoordinator:\n")
    generate(folder, now=MONDAY)
    said = [("Agree", "Agree", "Disagree")] * 3 + [("Disagree", "Agree", "Agree")]
    paths = [
        answer(folder, person[1], root.parent / f"{person[1]}.xlsx", given)
        for person, given in zip(PEOPLE, said, strict=False)
    ]
    ingest(folder, paths, now=LATER, workers=1)
    return folder


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages of feedback that were written; copied for each test."""
    folder = answered(tmp_path_factory.mktemp("told") / "small")
    feedback(folder, now=LATER)
    return folder.root


@pytest.fixture
def folder(told: Path, tmp_path: Path) -> AssessmentFolder:
    return AssessmentFolder(Path(shutil.copytree(told, tmp_path / "small")))


@pytest.fixture
def office(
    tmp_path: Path, folder: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PostOffice]:
    """A mail server that the settings name."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    monkeypatch.setenv("XLASSESS_SMTP_PASSWORD", PASSWORD)
    with post_office(tmp_path) as running:
        with folder.settings_file.open("a", encoding="utf-8") as file:
            file.write(MAIL.format(port=running.port, user=USER, security="starttls"))
        yield running


def test_feedback__goes_to_each_respondent_with_their_own_page_alone(
    folder: AssessmentFolder,
) -> None:
    draft(folder, ASK, now=LATER)
    mails = written(folder)
    assert list(mails) == [person[3] for person in PEOPLE[:4]]  # who did not answer has no page
    for (_, name, _, address), mail in zip(PEOPLE, mails.values(), strict=False):
        sheet, paper = mail.iter_attachments()
        page = openpyxl.load_workbook(BytesIO(sheet.get_content()))
        said = " ".join(str(cell.value) for each in page for row in each for cell in row)
        said += " ".join(one.text for one in docx.Document(BytesIO(paper.get_content())).paragraphs)
        assert name in said
        assert not any(other[1] in said or other[0] in said for other in PEOPLE if other[1] != name)
        text = mail.get_body(("plain",))
        assert text is not None
        assert f"Dear {name}," in text.get_content()
        assert "sent to this address and to no other" in " ".join(text.get_content().split())
        assert (mail["Cc"], len(mail["To"].addresses), address) == (
            None, 1, mail["To"].addresses[0].addr_spec,
        )  # fmt: skip


def test_feedback__goes_to_no_copies_and_no_delegate(folder: AssessmentFolder) -> None:
    (_, *others), ada = PEOPLE, PEOPLE[0]
    from xlassess.assessment.register import COPIES, DELEGATE, HEADINGS

    write_register(folder, (ada, *others))
    book = openpyxl.load_workbook(folder.register_file)
    sheet = book.active
    assert sheet is not None
    column = len(HEADINGS[:4])
    for place, (head, value) in enumerate((
        (COPIES, "lead@example.org"), (DELEGATE, "deputy@example.org"), ("Away until", "2099-01-01")
    ), start=column + 1):  # fmt: skip
        sheet.cell(1, place).value = head
        sheet.cell(2, place).value = value
    book.save(folder.register_file)
    draft(folder, ASK, now=LATER)
    mail = written(folder)["ash@example.org"]
    assert [one.addr_spec for one in mail["To"].addresses] == ["ash@example.org"]
    assert mail["Cc"] is None


@pytest.mark.parametrize(("attribution", "wrote"), [("named", 4), ("lettered", 2)])
def test_feedback__by_an_address_that_others_read_goes_only_where_names_are_shown(
    tmp_path: Path, attribution: str, wrote: int
) -> None:
    folder = answered(tmp_path / "small", attribution)
    feedback(folder, now=LATER)
    shared = tuple(
        (*person[:3], "office@example.org" if place < 2 else person[3])
        for place, person in enumerate(PEOPLE)
    )
    write_register(folder, shared)
    composed, texts = preview(folder, ASK, now=LATER)
    assert len(texts) == wrote
    assert len(composed.problems) == 4 - wrote
    assert all("others read office@example.org" in one for one in composed.problems)


def test_feedback__of_somebody_else_under_ones_name_is_not_sent(folder: AssessmentFolder) -> None:
    pages = dict(feedback(folder, now=LATER).pages)
    ada, bea = (next(path for who, path in pages.items() if name in who) for name in ("Ada", "Bea"))
    bea.write_bytes(ada.read_bytes())
    composed = draft(folder, ASK, now=LATER).composed
    assert composed.missing == (bea.name,)
    assert "birch@example.org" not in written(folder)


def test_feedback__is_sent_once_and_what_is_not_certain_waits(
    folder: AssessmentFolder, office: PostOffice
) -> None:
    office.answers["AFTER"] = lambda about, times: CUT if "ash@" in about else ""
    post(folder, ASK, clock=lambda: LATER)
    office.answers.clear()
    composed, posted = post(folder, ASK, clock=lambda: LATER)
    assert posted.messages == ()
    ((ada,),) = [one.references for one in composed.uncertain]
    mark(folder, [ada], "sent", Why(LATER))
    composed, posted = post(folder, ASK, clock=lambda: LATER)
    assert (composed.post, composed.uncertain) == ((), ())
    # Who is invited is another matter: no workbook counts as sent by it.
    assert {line.sent for line in status(folder, today=LATER.date()).lines} == {None}
    assert sorted(set(office.reached)) == [person[3] for person in PEOPLE[:4]]
    assert verify(folder).faults == ()


def test_feedback__that_is_out_of_date_is_not_sent(folder: AssessmentFolder) -> None:
    number = status(folder, today=LATER.date()).lines[0].number
    set_aside(folder, number, Why(LATER, "Sent by mistake"))
    with pytest.raises(UsageError, match="came in or changed, or"):
        draft(folder, ASK, now=LATER)
    feedback(folder, now=LATER)
    draft(folder, ASK, now=LATER)
    assert list(written(folder)) == [person[3] for person in PEOPLE[1:4]]


def test_feedback__after_settings_or_names_changed_is_not_sent(folder: AssessmentFolder) -> None:
    before = folder.settings_file.read_text(encoding="utf-8")
    change_settings(folder, "attribution: named", "attribution: aggregated")
    with pytest.raises(UsageError, match="settings or the register"):
        draft(folder, ASK, now=LATER)
    folder.settings_file.write_text(before, encoding="utf-8")
    change_settings(folder, "return_by: 2026-03-13", "return_by: 2026-04-13")  # on no page
    write_register(folder, tuple((*one[:3], f"new-{one[3]}") for one in PEOPLE))
    draft(folder, ASK, now=LATER)
    assert len(written(folder)) == 4
    write_register(folder, PEOPLE[:-1])
    with pytest.raises(UsageError, match="settings or the register"):
        draft(folder, ASK, now=LATER)


@pytest.mark.parametrize(("name", "wrote"), [("", 0), ("The Chair", 0), ("Ada Ash", 1)])
def test_feedback__of_a_row_without_a_person_does_not_go_to_a_new_address(
    tmp_path: Path, name: str, wrote: int
) -> None:
    folder = a_folder(tmp_path / "small", (("Ash Council", name, "Board", "old@example.org"),))
    generate(folder, now=MONDAY)
    ingest(folder, [answer(folder, name, tmp_path / "ash.xlsx")], now=LATER, workers=1)
    feedback(folder, now=LATER)
    assert len(preview(folder, ASK, now=LATER)[1]) == 1
    write_register(folder, (("Ash Council", name, "Board", "new@example.org"),))
    composed, texts = preview(folder, ASK, now=LATER)
    assert (len(texts), len(composed.problems)) == (wrote, 1 - wrote)
    assert all("Whoever reads new@example.org may not be" in one for one in composed.problems)


def test_feedback__is_not_held_up_by_a_checklist_that_has_no_page(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "small", PEOPLE[:1])
    ballot = TOOLKIT.replace("id: tiny", "id: ballot").replace(
        "scales:", "subject: proposal\nscales:"
    )
    (folder.toolkits / "ballot.yaml").write_text(ballot, encoding="utf-8")
    change_settings(folder, "[tiny]", "[tiny, ballot]")
    inbox = [one.path for one in generate(folder, now=MONDAY).workbooks]
    for path in inbox:
        book = openpyxl.load_workbook(path)
        for row in book["1 Basics"].iter_rows():
            for cell in row:
                if str(row[0].value) in ("1A", "1B", "1C") and not cell.protection.locked:
                    cell.value = "Agree"
                    break
        book.save(path)
    ingest(folder, inbox, now=LATER, workers=1)
    feedback(folder, now=LATER)
    composed, texts = preview(folder, ASK, now=LATER)
    assert (composed.missing, len(texts)) == ((), 1)


def test_sent__records_pages_given_by_hand_and_takes_that_back(folder: AssessmentFolder) -> None:
    def run(*words: str) -> str:
        ran = CliRunner().invoke(cli, ["-C", str(folder.root), *words])
        assert ran.exit_code == 0, ran.output
        return ran.output

    assert "xlassess sent --feedback\n" in run("send", "--feedback")
    run("sent", "--feedback", "Ada Ash")
    composed, texts = preview(folder, ASK, now=LATER)
    assert (len(texts), composed.problems) == (3, ())
    run("sent", "--feedback")
    assert preview(folder, ASK, now=LATER)[1] == []
    assert "no page of feedback is waiting" in run("sent", "--feedback")
    run("sent", "--feedback", "--undo")
    assert len(preview(folder, ASK, now=LATER)[1]) == 4
    assert verify(folder).faults == ()


def test_feedback__may_be_sent_when_the_round_is_closed(folder: AssessmentFolder) -> None:
    close_round(folder, now=LATER, reason="All is done")
    draft(folder, ASK, now=LATER)
    assert len(written(folder)) == 4
    mark_feedback(folder, (), Why(LATER))
    assert preview(folder, ASK, now=LATER)[1] == []
    assert verify(folder).faults == ()
    with pytest.raises(UsageError, match="closed"):
        draft(folder, Ask("thanks"), now=LATER)


def test_feedback__of_a_run_that_broke_off_is_not_sent_with_older_pages(
    folder: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = status(folder, today=LATER.date()).lines[0].number
    set_aside(folder, number, Why(LATER, "Sent by mistake"))

    def broken_off(path: Path, data: bytes) -> None:
        if "Cedar" in path.name:
            raise PermissionError("It is open in Excel.")
        put(path, data)

    monkeypatch.setattr("xlassess.services.papers.feedback.put", broken_off)
    with pytest.raises(PermissionError):
        feedback(folder, now=LATER + DAY)
    composed = draft(folder, ASK, now=LATER + DAY).composed
    assert ["Cedar" in one or "Dale" in one for one in composed.missing] == [True, True]
    assert list(written(folder)) == ["birch@example.org"]


def test_feedback__before_it_is_written_says_so(tmp_path: Path) -> None:
    folder = answered(tmp_path / "small")
    ran = CliRunner().invoke(cli, ["-C", str(folder.root), "send", "--feedback"])
    assert ran.exit_code == 2
    assert "No pages of feedback were written" in ran.output


def test_cli__previews_feedback_and_writes_nothing(folder: AssessmentFolder) -> None:
    ran = CliRunner().invoke(cli, ["-C", str(folder.root), "send", "--feedback", "--preview"])
    assert ran.exit_code == 0, ran.output
    assert "4 messages. Nothing was written or sent." in ran.output
    assert not folder.drafts.exists()
