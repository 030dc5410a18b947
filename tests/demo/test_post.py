"""The demo by e-mail: what goes out, what comes in, and what is made of it."""

from __future__ import annotations

import hashlib
import mailbox
from contextlib import closing
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from click.testing import CliRunner

from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.cli.commands.demo import _show_post
from xlassess.cli.console import Console
from xlassess.demo import PostPlayed, run_demo, run_post
from xlassess.demo.run import MARK
from xlassess.model.errors import UsageError
from xlassess.services.setup.verify import verify


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> PostPlayed:
    return run_post(tmp_path_factory.mktemp("demo") / "demo")


@pytest.mark.thorough
def test_post__drafts_go_out_and_move_to_what_was_sent(played: PostPlayed) -> None:
    sent = sorted((played.root / "sent" / "invitations").glob("*.eml"))
    assert len(sent) == len(played.invited.drafts) == 14
    mail = message_from_bytes(sent[0].read_bytes(), policy=policy.default)
    names = [part.get_filename() for part in mail.iter_attachments()]  # type: ignore[attr-defined]
    assert [name.rpartition(".")[2] for name in names] == ["xlsx", "xlsx", "ics"]
    assert len(list((played.root / "sent" / "queries").glob("*.eml"))) == 2
    left = {
        path.stem.partition("_")[2] for path in (played.root / "drafts" / "reminders").glob("*.eml")
    }
    # nothing more is sent to an address that does not exist
    assert left == {"david-ellery", "fiona-blake", "sam-pryce"}


def test_post__messages_come_in_each_way_they_are_kept(played: PostPlayed) -> None:
    inbox = played.root / "inbox"
    assert len(list((inbox / "saved").glob("*.eml"))) == 5
    assert len(list((inbox / "Maildir" / "new").iterdir())) == 5
    with closing(mailbox.mbox(inbox / "mailbox.mbox")) as box:
        assert len(box) == 5
    read = [one for one in played.ingested.files if one.ret.state != "refused"]
    assert {one.ret.file.partition("/")[0] for one in read} == {"saved", "Maildir", "mailbox.mbox"}


def test_post__what_is_unusual_and_what_was_made_of_it(played: PostPlayed) -> None:
    made = {
        one.who: (one.states, one.notice.kind if one.notice else "", one.offers, one.typed_in)
        for one in played.unusual
    }
    assert made == {
        "Ruth Adeyemi": (("accepted with notes",), "", 1, False),
        "Helen Marsh": (("accepted with notes",), "", 0, False),
        "Tom Barrett": ((), "no such address", 0, False),
        "Lee Hargreaves": ((), "away", 0, False),
        "Sam Pryce": (("refused",), "", 0, True),
        "Fiona Blake": (("refused",), "", 0, False),
    }
    (offer,) = played.ingested.offers
    assert (offer.hint.kind, offer.hint.item) == ("correction", "3B")


def test_post__a_query_is_asked_answered_and_counted(played: PostPlayed) -> None:
    asked = {one.issued.respondent for one in played.queried.workbooks}
    assert asked == {"Karen Doyle", "Jo Whitfield"}
    (answer,) = played.answered.new
    assert answer.issued is not None
    assert (answer.issued.respondent, answer.ret.state) == ("Karen Doyle", "accepted with notes")
    lines = {(one.respondent, one.toolkit): one for one in played.status.lines}
    assert lines["Karen Doyle", "pat"].state == "returned"
    assert lines["Jo Whitfield", "pat"].asked_at is not None
    assert (played.consolidated.returned, played.consolidated.issued) == (19, 28)
    assert verify(AssessmentFolder(played.root)).holds


@pytest.mark.thorough
def test_post__is_the_same_every_time_and_gives_way_to_another_demo(tmp_path: Path) -> None:
    root, chosen = tmp_path / "demo", ("melton-checklist",)

    def came() -> dict[str, str]:
        return {
            str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in (root / "inbox").rglob("*")
            if path.is_file()
        }

    run_post(root, toolkits=chosen)
    first = came()
    assert run_post(root, toolkits=chosen).replaced
    assert came() == first
    assert run_demo(root, toolkits=chosen).replaced
    assert not (root / "sent").exists()
    assert not (root / "drafts").exists()


def test_post__leaves_a_folder_that_is_not_a_demo(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError):
        run_post(tmp_path)
    assert not (tmp_path / MARK).exists()


def test_post__is_told_with_where_to_look(
    played: PostPlayed, capsys: pytest.CaptureFixture[str]
) -> None:
    _show_post(Console(), played)
    said = " ".join(capsys.readouterr().out.split())
    for place in ("sent/invitations", "inbox", "sent/queries", "drafts/reminders"):
        assert (played.root / place).is_dir()
        assert f"demo/{place} " in said
    for made_of in (
        "the message to him came back address does not exist",
        "an automatic reply away until 7 April 2026",
        "shown with the command that records it",
        "answers in a PDF: to be typed in",
        "To see all of it in your browser: xlassess desk",
    ):
        assert made_of in said


def test_post__is_not_played_with_several_rounds(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    both = CliRunner().invoke(cli, ["demo", "--post", "--rounds", "2", "--output", str(root)])
    assert both.exit_code == 2
    assert not root.exists()
