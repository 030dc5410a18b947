"""Sending plan, progress and workshop workbooks: to whom, about what, and at most once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from tests.factory import a_respondent
from tests.mail.post_office import CUT, PASSWORD, PostOffice, post_office
from tests.services.planned import AGREED, PARTNERS, REPORTED, RETURNED, a_planned_folder, read_back
from tests.services.plans.test_plan import DECIDED
from tests.services.post.test_posting import MAIL, USER
from tests.services.post.test_send import written
from xlassess.assessment.register import HEADINGS, SHEET
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.mail import Kind
from xlassess.model.errors import UsageError
from xlassess.services.common.workbooks.joint import addressee
from xlassess.services.decide import Mark, Why, mark
from xlassess.services.plans.follow_up import AskedForProgress, progress
from xlassess.services.plans.plan import plan
from xlassess.services.plans.workshop import workshop
from xlassess.services.post.send import Ask, Composed, post, preview
from xlassess.services.post.send import draft as drafted
from xlassess.services.setup.verify import verify
from xlassess.services.status import status

DAY = timedelta(days=1)
ASKED = RETURNED + DAY
UNTIL = date(2026, 5, 31)


@pytest.fixture(scope="module")
def agreed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An agreed plan: an action of a person, one of an organisation, one of somebody unknown."""
    folder = a_planned_folder(tmp_path_factory.mktemp("agreed") / "small")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    sheet.append(HEADINGS[:4])
    for partner, name, level in PARTNERS:
        sheet.append((partner, name, level, f"{name.split()[-1].lower()}@example.org"))
    book.save(folder.register_file)
    read_back(folder, plan(folder, now=AGREED).path, DECIDED)
    return folder.root


@pytest.fixture
def folder(agreed: Path, tmp_path: Path) -> AssessmentFolder:
    return AssessmentFolder(Path(shutil.copytree(agreed, tmp_path / "small")))


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


def asked(folder: AssessmentFolder) -> AskedForProgress:
    return progress(folder, now=ASKED, return_by=UNTIL)


def draft(folder: AssessmentFolder, kind: Kind, *only: str, to: str = "") -> Composed:
    return drafted(folder, Ask(kind, only, to=to), now=ASKED).composed


def reference(result: AskedForProgress, owner: str) -> str:
    return next(one.reference for one in result.workbooks if one.owner == owner)


def test_progress__goes_to_each_owner_with_their_own_workbook(folder: AssessmentFolder) -> None:
    books = {one.owner: one for one in asked(folder).workbooks}
    composed = draft(folder, "progress")
    assert composed.no_address == ("Someone else",)
    mails = written(folder)
    assert list(mails) == ["ash@example.org", "birch@example.org"]
    for address, owner, person in (
        ("ash@example.org", "Ada Ash", "Ada Ash"),
        ("birch@example.org", "Birch Trust", "Bea Birch"),
    ):  # fmt: skip
        file, day = mails[address].iter_attachments()
        assert file.get_content() == books[owner].path.read_bytes()
        assert day.get_content_type() == "text/calendar"
        assert "your report is wanted today" in str(day.get_content())
        text = mails[address].get_body(("plain",))
        assert text is not None
        said = " ".join(text.get_content().split())
        assert f"Dear {person}," in said
        assert "by 31 May 2026" in said
        assert "how far each has come" in said
        assert "self-assessment" not in said
        assert books[owner].reference in mails[address]["Subject"]


def test_progress__is_sent_once_and_only_the_silent_are_reminded(
    folder: AssessmentFolder, office: PostOffice, tmp_path: Path
) -> None:
    result = asked(folder)
    post(folder, Ask("progress"), clock=lambda: ASKED)
    assert office.reached == ["ash@example.org", "birch@example.org"]
    post(folder, Ask("progress"), clock=lambda: ASKED)
    assert len(office.reached) == 2
    read_back(
        folder, next(one.path for one in result.workbooks if one.owner == "Ada Ash"),
        {"1": {"state": "In progress"}}, now=REPORTED, name="ada.xlsx",
    )  # fmt: skip
    late = REPORTED + 30 * DAY
    post(folder, Ask("progress_reminder", attach=False), clock=lambda: late)
    assert office.reached[2:] == ["birch@example.org"]
    again = post(folder, Ask("progress_reminder", attach=False), clock=lambda: late)[0]
    assert (len(office.reached), again.recent) == (3, 1)
    reminder = office.mails[-1]
    assert "report" in reminder["Subject"]
    assert "31 May" not in reminder["Subject"]  # that day is over
    assert list(reminder.iter_attachments()) == []
    assert verify(folder).faults == ()


def test_progress__all_that_was_sent_by_hand_is_recorded_in_one_go(
    folder: AssessmentFolder,
) -> None:
    result = asked(folder)
    everybody = {one.reference for one in result.workbooks}
    assert draft(folder, "progress").whole
    assert recorded(folder, "reminded") == set()  # nobody has anything yet
    assert recorded(folder, "sent") == everybody  # by other ways where the register has no address
    assert recorded(folder, "sent") == set()
    assert not draft(folder, "progress").post
    read_back(
        folder, next(one.path for one in result.workbooks if one.owner == "Ada Ash"),
        {"1": {"state": "In progress"}}, now=REPORTED, name="ada.xlsx",
    )  # fmt: skip
    silent = everybody - {reference(result, "Ada Ash")}
    assert recorded(folder, "reminded") == silent
    assert recorded(folder, "sent", undone=True) == silent
    with pytest.raises(UsageError):
        mark(folder, [], "sent", Why(REPORTED))


def recorded(folder: AssessmentFolder, what: Mark, *, undone: bool = False) -> set[str]:
    done = mark(folder, [], what, Why(REPORTED), progress=True, undone=undone)
    return {book.issued.reference for book in done.books}


def test_progress__not_certain_is_not_sent_again_until_settled(
    folder: AssessmentFolder, office: PostOffice
) -> None:
    result = asked(folder)
    office.answers["AFTER"] = lambda about, times: CUT if "ash@" in about else ""
    post(folder, Ask("progress"), clock=lambda: ASKED)
    office.answers.clear()
    composed, posted = post(folder, Ask("progress"), clock=lambda: ASKED)
    assert posted.messages == ()
    ada = reference(result, "Ada Ash")
    assert [one.references for one in composed.uncertain] == [(ada,)]
    mark(folder, [ada], "sent", Why(ASKED))
    assert preview(folder, Ask("progress"), now=ASKED)[0].uncertain == ()


def test_progress__a_workbook_that_is_not_as_issued_is_not_sent(folder: AssessmentFolder) -> None:
    (path,) = [one.path for one in asked(folder).workbooks if one.owner == "Ada Ash"]
    path.write_bytes(b"PK another")
    assert draft(folder, "progress").missing == (path.name,)
    assert list(written(folder)) == ["birch@example.org"]


def test_progress__before_it_is_written_says_so(folder: AssessmentFolder) -> None:
    with pytest.raises(UsageError, match="No progress workbook was written"):
        draft(folder, "progress")


def test_plan__goes_to_whoever_is_named(folder: AssessmentFolder) -> None:
    book = plan(folder, now=ASKED)
    with pytest.raises(UsageError, match="The plan workbook is with you"):
        draft(folder, "plan")
    with pytest.raises(UsageError, match="no address of Nobody"):
        draft(folder, "plan", to="Nobody")
    for to, address, greeting in (
        ("Cy Cedar", "cedar@example.org", "Dear Cy Cedar,"),
        ("chair@council.example", "chair@council.example", "Dear colleague,"),
    ):
        draft(folder, "plan", to=to)
        ((reached, mail),) = written(folder).items()
        assert reached == address
        (file,) = mail.iter_attachments()
        assert file.get_content() == book.path.read_bytes()
        text = mail.get_body(("plain",))
        assert text is not None
        assert greeting in text.get_content()


def test_workshop__goes_to_the_facilitator(folder: AssessmentFolder) -> None:
    (book,) = workshop(folder, now=ASKED)
    with pytest.raises(UsageError, match="The workshop workbook is with you"):
        draft(folder, "workshop")
    with folder.settings_file.open("a", encoding="utf-8") as file:
        file.write("preparation:\n  facilitator: Di Dogwood, who chairs the group\n")
    draft(folder, "workshop")
    ((address, mail),) = written(folder).items()
    assert address == "dogwood@example.org"
    (file_,) = mail.iter_attachments()
    assert file_.get_content() == book.path.read_bytes()


def test_status__shows_whose_report_is_awaited(folder: AssessmentFolder) -> None:
    result = asked(folder)
    mark(folder, [reference(result, "Ada Ash")], "sent", Why(ASKED))
    found = status(folder, today=ASKED.date()).reports
    assert {one.issued.partner: one.sent for one in found} == {
        "Ada Ash": ASKED, "Birch Trust": None, "Someone else": None,
    }  # fmt: skip
    ran = CliRunner().invoke(cli, ["status", "-C", str(folder.root)])
    assert "Progress not reported yet: 3 workbooks" in ran.output
    assert f"Ada Ash, {reference(result, 'Ada Ash')}: wanted by 31 May 2026, sent" in ran.output


def test_cli__says_what_to_record_and_what_keeps_messages_back(folder: AssessmentFolder) -> None:
    result = asked(folder)
    ran = CliRunner().invoke(cli, ["send", "--progress", "-C", str(folder.root)])
    both = f"xlassess sent {reference(result, 'Ada Ash')} {reference(result, 'Birch Trust')}"
    assert both in ran.output
    assert "or name one person as owner in the plan workbook: xlassess plan" in " ".join(
        ran.output.split()
    )
    ran = CliRunner().invoke(cli, ["remind", "--progress", "-C", str(folder.root)])
    assert "Reminders are for workbooks recorded as sent: xlassess sent --progress" in ran.output
    ran = CliRunner().invoke(cli, ["send", "--to", "Cy Cedar", "-C", str(folder.root)])
    assert ran.exit_code == 2


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Ann Ash", "ann@a.example"), ("ann  ash", "ann@a.example"), ("Jo Bell", ""),
        ("Ash", ""), ("Birch", "jo2@b.example"), ("Nobody", ""), ("", ""),
    ],
)  # fmt: skip
def test_addressee__is_the_only_one_of_the_name(name: str, address: str) -> None:
    people = [
        a_respondent(id=str(number), partner=partner, name=person, email=email)
        for number, (partner, person, email) in enumerate((
            ("Ash", "Ann Ash", "ann@a.example"), ("Ash", "Jo Bell", "jo@a.example"),
            ("Birch", "Jo Bell", "jo2@b.example"),
        ))
    ]  # fmt: skip
    assert addressee(name, people).email == address
