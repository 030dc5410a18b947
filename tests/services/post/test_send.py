"""Sending: a draft for each person, of what is to be sent and of nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path

import openpyxl
import pytest

from tests.services.small import LATER, MONDAY, a_folder, answer, change_settings, made_once
from xlassess.assessment.register import HEADINGS, SHEET
from xlassess.assessment.settings import AssessmentFolder
from xlassess.mail import Kind
from xlassess.model.errors import UsageError, XlassessError
from xlassess.services.decide import Why, mark, settle
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.post import due
from xlassess.services.post.send import (
    AS_WRITTEN,
    LIST,
    MAILBOX,
    Ask,
    Drafted,
    Glance,
    drafts_of,
    preview,
    save_template,
)
from xlassess.services.post.send import draft as drafted
from xlassess.services.status import status

WHY = Why(MONDAY, "They said so.")


@pytest.fixture
@made_once
def folder(tmp_path: Path) -> AssessmentFolder:
    """Three people with addresses, one without; issued."""
    folder = a_folder(tmp_path / "small")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    sheet.append(HEADINGS)
    for partner, name in (("Ash", "Ada Ash"), ("Birch", "Bea Birch"), ("Cedar", "The chair")):
        sheet.append((partner, name, "", f"{name.split()[-1].lower()}@example.org", ""))
    sheet.append(("Damson", "Dan Damson", "", "", ""))
    book.save(folder.register_file)
    generate(folder, now=MONDAY)
    return folder


def draft(
    folder: AssessmentFolder, kind: Kind, *, now: datetime, only: tuple[str, ...] = (),
    attach: bool = True, again: bool = False,
) -> Drafted:  # fmt: skip
    return drafted(folder, Ask(kind, only, attach, again), now=now)


def references(folder: AssessmentFolder) -> dict[str, str]:
    lines = status(folder, today=MONDAY.date()).lines
    return {line.respondent: line.reference for line in lines}


def written(folder: AssessmentFolder) -> dict[str, EmailMessage]:
    found = {}
    for path in sorted(folder.drafts.glob("*/*.eml")):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        found[mail["To"].addresses[0].addr_spec] = mail
    return found


def test_draft__what_somebody_edited_is_kept_before_it_is_replaced(
    folder: AssessmentFolder,
) -> None:
    first = draft(folder, "invitation", now=MONDAY)
    paths = {one.respondent: one.path for one in first.drafts}
    ada, bea, chair = (paths[who] for who in ("Ada Ash", "Bea Birch", "The chair"))
    ada.write_bytes(ada.read_bytes() + b"\r\nSee you on Tuesday.\r\n")
    # as a mail program saves it: no longer marked as not sent
    bea.write_bytes(bea.read_bytes().replace(b"X-Unsent: 1\r\n", b""))
    mark(folder, [references(folder)["Bea Birch"]], "sent", WHY)
    plain = chair.read_bytes()
    mine = first.folder / "own copy.eml"
    mine.write_bytes(plain + b"\r\nMine.")
    second = draft(folder, "invitation", now=LATER)
    kept = {path.name.partition(" 20")[0]: path for path in second.edited}
    assert set(kept) == {ada.stem, bea.stem, "own copy"}
    assert all(path.parent == second.folder / "edited" for path in kept.values())
    assert b"See you on Tuesday." in kept[ada.stem].read_bytes()
    assert b"See you on Tuesday." not in ada.read_bytes()
    assert (bea.exists(), mine.exists(), chair.exists()) == (False, False, True)
    assert draft(folder, "invitation", now=LATER).edited == ()


def test_draft__one_message_a_person_with_the_workbook_as_issued(folder: AssessmentFolder) -> None:
    result = draft(folder, "invitation", now=MONDAY)
    assert result.composed.no_address == ("Damson, Dan Damson",)
    assert result.composed.needs_person
    mails = written(folder)
    assert list(mails) == ["ash@example.org", "birch@example.org", "chair@example.org"]
    for one in result.drafts:
        file, day = mails[one.address].iter_attachments()
        assert day.get_content_type() == "text/calendar"
        name = file.get_filename()
        assert name is not None
        assert file.get_content() == (folder.outbox / name).read_bytes()
        assert one.references[0] in mails[one.address]["Subject"]
    assert {path.name for path in result.folder.iterdir()} > {MAILBOX, LIST}
    sheet = openpyxl.load_workbook(result.folder / LIST)["Messages"]
    rows = list(sheet.iter_rows(values_only=True))
    assert [row[:3] for row in rows[1:]] == [
        ("Ada Ash", "Dear Ada Ash", "ash@example.org"),
        ("Bea Birch", "Dear Bea Birch", "birch@example.org"),
        ("The chair", "Dear colleague", "chair@example.org"),
    ]


def test_draft__what_was_sent_is_not_sent_again(folder: AssessmentFolder) -> None:
    mark(folder, [references(folder)["Ada Ash"]], "sent", WHY)
    draft(folder, "invitation", now=MONDAY)
    assert list(written(folder)) == ["birch@example.org", "chair@example.org"]
    draft(folder, "invitation", now=MONDAY, again=True)
    assert len(written(folder)) == 3


def test_draft__nothing_is_recorded(folder: AssessmentFolder) -> None:
    draft(folder, "invitation", now=MONDAY)
    states = {line.state for line in status(folder, today=MONDAY.date()).lines}
    assert states == {"not sent"}


def test_draft__reminders_go_to_who_has_not_answered(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    mark(folder, [], "sent", WHY, everyone=True)
    back = answer(folder, "Ada Ash", tmp_path / "ada.xlsx")
    ingest(folder, [back], now=MONDAY, workers=1)
    settle(folder, references(folder)["Bea Birch"], "declined", WHY)
    result = draft(folder, "firm", now=MONDAY, attach=False)
    (mail,) = written(folder).values()
    assert mail["To"].addresses[0].addr_spec == "chair@example.org"
    assert [one.get_filename() for one in mail.iter_attachments()] == ["return-date.ics"]
    assert result.composed.no_address == ("Damson, Dan Damson",)


def test_draft__only_some_and_unknown_references(folder: AssessmentFolder) -> None:
    known = references(folder)["Bea Birch"]
    draft(folder, "invitation", now=MONDAY, only=(known.lower(),))
    assert list(written(folder)) == ["birch@example.org"]
    with pytest.raises(UsageError, match="There is no workbook AAAA-AAAA to send"):
        draft(folder, "invitation", now=MONDAY, only=("AAAA-AAAA",))
    assert list(written(folder)) == ["birch@example.org"]


def test_draft__for_somebody_who_has_it_already_leaves_the_other_drafts(
    folder: AssessmentFolder,
) -> None:
    known = references(folder)["Bea Birch"]
    mark(folder, [known], "sent", WHY)
    draft(folder, "invitation", now=MONDAY)
    before = list(written(folder))
    assert draft(folder, "invitation", now=MONDAY, only=(known,)).drafts == ()
    assert list(written(folder)) == before


def test_draft__a_workbook_that_is_not_as_issued_is_not_sent(folder: AssessmentFolder) -> None:
    path = next(folder.outbox.glob("*Ada*"))
    path.write_bytes(b"another file")
    result = draft(folder, "invitation", now=MONDAY)
    assert result.composed.missing == (path.name,)
    assert "ash@example.org" not in written(folder)


def test_draft__a_file_of_somebody_elses_stays(folder: AssessmentFolder) -> None:
    place = drafts_of(folder, "last")
    place.mkdir(parents=True)
    for mine in (place, folder.drafts):
        (mine / "note.eml").write_bytes(b"Subject: mine\r\n\r\nKeep this.")
    draft(folder, "last", now=MONDAY)
    assert {path.name for path in place.iterdir()} == {"note.eml", MAILBOX, LIST, AS_WRITTEN}
    assert (folder.drafts / "note.eml").is_file()


def test_draft__a_name_that_is_noted_leads_to_no_other_file(folder: AssessmentFolder) -> None:
    place = draft(folder, "invitation", now=MONDAY).folder
    beside = place / "minutes.docx"
    others = (beside, folder.settings_file, folder.drafts / "reminders" / "a.eml", folder.ledger)
    beside.write_bytes(b"The board met.")
    others[2].parent.mkdir()
    others[2].write_bytes(b"Subject: mine\r\n\r\nKeep this.")
    noted = json.loads((place / AS_WRITTEN).read_bytes())
    names = (beside.name, "../../assessment.yaml", "../reminders/a.eml", str(folder.ledger))
    old = place / "somebody of last week.eml"
    old.write_bytes(b"Subject: no longer due\r\n\r\n")
    noted[old.name] = sha256(old.read_bytes()).hexdigest()
    (place / AS_WRITTEN).write_text(json.dumps({**noted, **dict.fromkeys(names, "")}))
    assert draft(folder, "invitation", now=LATER).edited == ()
    assert all(isinstance(one, Path) and one.is_file() for one in others)
    assert not old.exists(), "what is ours is still replaced"


def test_draft__of_one_kind_leaves_those_of_another(folder: AssessmentFolder) -> None:
    first = draft(folder, "invitation", now=MONDAY).folder
    held = {path.name: path.read_bytes() for path in first.iterdir()}
    assert len(held) == 6
    mark(folder, [references(folder)["Bea Birch"]], "sent", WHY)
    (one,) = draft(folder, "reminder", now=LATER).drafts
    assert one.path.parent != first
    assert {path.name: path.read_bytes() for path in first.iterdir()} == held
    # drafts of the same kind are replaced: what was sent meanwhile is not written again
    draft(folder, "invitation", now=LATER)
    assert {path.name for path in first.iterdir()} == held.keys() - {one.path.name}
    assert one.path.is_file()


def test_draft__of_an_earlier_version_is_replaced(folder: AssessmentFolder) -> None:
    folder.drafts.mkdir()
    for name in ("ada.eml", MAILBOX, LIST):
        (folder.drafts / name).write_bytes(b"X-Unsent: 1\r\n\r\nWritten before kinds had folders.")
    made = draft(folder, "invitation", now=MONDAY)
    assert list(folder.drafts.iterdir()) == [made.folder]


def test_draft__a_return_date_that_is_over_is_told(folder: AssessmentFolder) -> None:
    over = LATER + timedelta(days=30)
    assert str(draft(folder, "invitation", now=over).composed.day_over) == "2026-03-13"
    assert draft(folder, "last", now=over).composed.day_over is None  # nobody to write to


def test_draft__before_anything_was_issued(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No workbook has been issued yet"):
        draft(a_folder(tmp_path / "small"), "invitation", now=MONDAY)


def test_template__is_saved_changed_and_used(folder: AssessmentFolder) -> None:
    save_template(folder.mail_template)
    with pytest.raises(UsageError):
        save_template(folder.mail_template)
    text = folder.mail_template.read_text(encoding="utf-8").replace(
        "Dear {{ name }}", "Hi {{ name }}"
    )
    folder.mail_template.write_text(text, encoding="utf-8")
    change_settings(folder, "Small Partnership", "Small Partnership & Co")
    draft(folder, "invitation", now=MONDAY)
    part = written(folder)["ash@example.org"].get_body(("html",))
    assert part is not None
    assert "<p>Hi Ada Ash,</p>" in part.get_content()
    assert "Small Partnership &amp; Co" in part.get_content()
    folder.mail_template.write_text("{% macro x( %}", encoding="utf-8")
    with pytest.raises(XlassessError, match=r"mail\.j2, line 1"):
        draft(folder, "invitation", now=MONDAY)


def test_draft__workbooks_issued_again_are_sent_although_the_old_ones_came_back(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    mark(folder, [], "sent", WHY, everyone=True)
    ingest(folder, [answer(folder, "Ada Ash", tmp_path / "a.xlsx")], now=MONDAY, workers=1)
    change_settings(folder, "id: small", "attribution: aggregated\nid: small")
    made = generate(folder, now=LATER, reissue=True)
    new = {book.respondent: book.reference for book in made.workbooks}
    result = draft(folder, "invitation", now=MONDAY)
    assert [one.references for one in result.drafts] == [
        (new["Ada Ash"],), (new["Bea Birch"],), (new["The chair"],),
    ]  # fmt: skip
    mark(folder, list(new.values()), "sent", WHY)
    assert len(draft(folder, "reminder", now=MONDAY).drafts) == 3
    ingest(folder, [answer(folder, "Ada Ash", tmp_path / "b.xlsx")], now=LATER, workers=1)
    assert {one.respondent for one in draft(folder, "reminder", now=MONDAY).drafts} == {
        "Bea Birch", "The chair",
    }  # fmt: skip


def test_template__a_mistake_in_it_leaves_the_drafts_as_they_are(folder: AssessmentFolder) -> None:
    draft(folder, "invitation", now=MONDAY)
    place = drafts_of(folder, "invitation")
    before = {path.name: path.read_bytes() for path in place.iterdir()}
    save_template(folder.mail_template)
    text = folder.mail_template.read_text(encoding="utf-8")
    for wrong in ("assessment.partnershp", "1/0"):
        folder.mail_template.write_text(text.replace("assessment.partnership", wrong))
        with pytest.raises(XlassessError, match="of the template for messages cannot be made"):
            draft(folder, "invitation", now=MONDAY)
    folder.mail_template.write_bytes(text.replace("Dear", "Ch\u00e8re").encode("cp1252"))
    with pytest.raises(UsageError, match="not saved as UTF-8"):
        draft(folder, "invitation", now=MONDAY)
    assert {path.name: path.read_bytes() for path in place.iterdir()} == before


def test_preview__at_a_glance_says_what_the_messages_themselves_do(
    folder: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = references(folder)["Bea Birch"]
    mark(folder, [known], "sent", WHY)
    next(folder.outbox.glob("*Ada*")).unlink()
    basis = status(folder, today=MONDAY.date()).basis
    assert basis is not None
    glance = Glance(basis.register.respondents, basis.overview)
    for kind in ("invitation", "reminder", "thanks"):
        full, texts = preview(folder, Ask(kind), now=LATER, most=1)
        monkeypatch.setattr(due, "_attachment", lambda *_: pytest.fail("a workbook is read"))
        seen, same = preview(folder, Ask(kind), now=LATER, most=1, glance=glance)
        monkeypatch.undo()
        assert same == texts
        assert [one.person for one in seen.post] == [one.person for one in full.post]
        assert replace(seen, post=()) == replace(full, post=())
    assert preview(folder, Ask("invitation"), now=LATER, glance=glance)[0].missing
