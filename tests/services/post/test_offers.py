"""Offers: what messages seem to ask for, with the command that records it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.services.small import (
    LATER,
    MONDAY,
    PEOPLE,
    TOOLKIT,
    a_folder,
    answer,
    change_settings,
    unclear_pair,
    write_register,
)
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.ledger import Ledger
from xlassess.model.answer import Issued
from xlassess.model.errors import as_argument
from xlassess.services.common.offers import Offer, offers, who_left
from xlassess.services.common.received import Ingested
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.setup.rounds import close_round
from xlassess.services.setup.verify import verify
from xlassess.services.status import status

SERVER, CLOCK = "Tue, 10 Mar 2026 08:00:00 +0000", "Mon, 09 Mar 2026 10:00:00 +0000"


@pytest.fixture
def folder(tmp_path: Path) -> AssessmentFolder:
    return a_folder(tmp_path / "small")


def handed(
    folder: AssessmentFolder, path: Path, text: str, workbook: Path | None = None,
    sender: str = "ada@ash.example", **heads: str,
) -> Ingested:  # fmt: skip
    """Hand over a message, with a workbook or without."""
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"], mail["Subject"] = sender, heads.pop("Subject", "Our return")
    for name, value in heads.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    if workbook:
        mail.add_attachment(
            workbook.read_bytes(), maintype="application", subtype="octet-stream",
            filename="return.xlsx",
        )  # fmt: skip
    path.write_bytes(mail.as_bytes())
    return ingest(folder, [path], now=LATER, workers=1)


def open_offers(folder: AssessmentFolder) -> tuple[Offer, ...]:
    return status(folder, today=LATER.date()).offers


def run(folder: AssessmentFolder, command: str) -> None:
    """Run a command just as it is offered."""
    words = shlex.split(command)
    assert words[0] == "xlassess"
    done = CliRunner().invoke(cli, ["-C", str(folder.root), *words[1:]])
    assert done.exit_code == 0, done.output


def test_offers__a_correction_runs_as_offered_and_is_gone(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    book = answer(folder, "Ada Ash", tmp_path / "ada.xlsx")
    result = handed(folder, tmp_path / "m.eml", "For 1A please read Disagree.", book)
    (offer,) = result.offers
    assert (offer.hint.kind, offer.hint.item, offer.hint.label) == ("correction", "1A", "Disagree")
    reference = offer.issued.reference
    reason = f"E-mail read on {LATER.day} March 2026 from ada@ash.example"
    assert offer.stranger is False  # of whom no address is known, the workbook says who it is
    assert offer.commands == (f'xlassess correct {reference} 1A Disagree --reason "{reason}"',)
    assert open_offers(folder) == result.offers
    with Ledger(folder.ledger) as ledger:  # nothing of it was taken for an answer
        before = {one.item: one.value for one in ledger.current("2026")[reference].answers}
    assert before["1A"] == "high"
    run(folder, offer.commands[0])
    assert open_offers(folder) == ()


def test_offers__from_an_address_that_is_not_theirs(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    reference = generate(folder, now=MONDAY).workbooks[0].reference
    text = f"Reference {reference}: we have nothing to report."
    (offer,) = handed(folder, tmp_path / "m.eml", text, sender="x@else.example").offers
    assert (offer.sender, offer.stranger) == ("x@else.example", True)
    assert offer.commands[0].endswith(' from x@else.example"')
    run(folder, offer.away.replace("...", "No idea who that is"))
    assert open_offers(folder) == ()
    run(folder, offer.away.replace("...", "After all") + " --undo")
    assert open_offers(folder) == (offer,)
    said = CliRunner().invoke(cli, ["-C", str(folder.root), "status"]).stdout
    assert "This is no address on record of Ash Council, Ada Ash: ask them." in said


@pytest.mark.parametrize(
    ("heads", "told", "clock"),
    [
        ({"Received": f"from a by b; {SERVER}", "Date": CLOCK}, "of 10 March 2026", ""),
        ({"Date": CLOCK}, "dated 9 March 2026", "sender"),
        ({"Date": "Fri, 09 Mar 2040 10:00:00 +0000"}, "read on 12 March 2026", "reader"),
        ({"Date": "Thu, 01 Jan 2026 10:00:00 +0000"}, "read on 12 March 2026", "reader"),
        ({"Date": "soon"}, "read on 12 March 2026", "reader"),
        ({}, "read on 12 March 2026", "reader"),
    ],
)
@pytest.mark.parametrize("with_book", [True, False])
def test_offers__say_by_whose_clock_a_message_is_dated(
    folder: AssessmentFolder, tmp_path: Path, heads: dict[str, str], told: str, clock: str,
    with_book: bool,
) -> None:  # fmt: skip
    book = answer(folder, "Ada Ash", tmp_path / "ada.xlsx")
    reference = generate(folder, now=MONDAY).workbooks[0].reference
    text = "For 1A please read Disagree." if with_book else f"{reference}: nothing to report."
    file = book if with_book else None
    (offer,) = handed(folder, tmp_path / "m.eml", text, file, **heads).offers
    assert f'--reason "E-mail {told} from ada@ash.example"' in offer.commands[0]
    assert offer.clock == clock
    said = CliRunner().invoke(cli, ["-C", str(folder.root), "status"]).stdout
    assert ("by the sender's clock" in said) == (clock == "sender")
    with Ledger(folder.ledger) as ledger:
        (ret,) = ledger.history("2026")
    assert ret.received_at is not None
    assert f"{ret.received_at.day} March" in told


def test_offers__can_be_put_away(folder: AssessmentFolder, tmp_path: Path) -> None:
    book = answer(folder, "Ada Ash", tmp_path / "ada.xlsx")
    (offer,) = handed(folder, tmp_path / "m.eml", "For 1A please read Disagree.", book).offers
    run(folder, offer.away.replace("...", "She means last year"))
    found = status(folder, today=LATER.date())
    assert found.offers == ()
    assert found.lines[0].waived == ()
    assert found.lines[0].state == "returned"


def test_offers__what_the_workbook_says_already_is_not_offered(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    book = answer(folder, "Ada Ash", tmp_path / "ada.xlsx")
    assert handed(folder, tmp_path / "m.eml", "For 1A please read Agree.", book).offers == ()


def test_offers__nil_where_nothing_came_and_not_beside_answers(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    book = answer(folder, "Ada Ash", tmp_path / "ada.xlsx")
    reference = generate(folder, now=MONDAY).workbooks[1].reference
    text = f"Reference {reference}: we have nothing to report."
    (offer,) = handed(folder, tmp_path / "nil.eml", text).offers
    assert (offer.hint.kind, offer.issued.reference) == ("nil return", reference)
    assert [ret.number for ret in status(folder, today=LATER.date()).unplaced] == [offer.number]
    write_register(folder, (PEOPLE[0],))
    assert open_offers(folder) == ()  # of whom the register does not name none can be recorded
    write_register(folder)
    run(folder, offer.commands[0])
    assert open_offers(folder) == ()
    found = status(folder, today=LATER.date())
    assert found.lines[1].state == "nil return"
    assert found.unplaced == ()  # what it asks for is on record: nothing is left to be done
    assert handed(folder, tmp_path / "a.eml", "We have nothing to report.", book).offers == ()


def asks_with_harbour_too(folder: AssessmentFolder) -> None:
    """Let an assessment ask everybody with a second toolkit, which is called Harbour."""
    text = TOOLKIT.replace("id: tiny", "id: other").replace("short: Tiny", "short: Harbour")
    (folder.toolkits / "other.yaml").write_text(text.replace("title: A tiny", "title: Harbour"))
    change_settings(folder, "toolkits: [tiny]", "toolkits: [tiny, other]")


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("There is nothing to say on Harbour.", "nil return"),
        ("We do not take part in the other one.", "declined"),
    ],
)
def test_offers__of_the_workbook_that_did_not_come(
    folder: AssessmentFolder, tmp_path: Path, said: str, state: str
) -> None:
    """With one toolkit answered, the words are about the other one of the same person."""
    book = answer(folder, "Ada Ash", tmp_path / "ada.xlsx")
    asks_with_harbour_too(folder)
    generate(folder, now=MONDAY)
    (offer,) = handed(folder, tmp_path / "m.eml", f"Here it is. {said}", book).offers
    assert (offer.hint.kind, offer.issued.identity.toolkit) == (state, "other")
    assert offer.issued.respondent == "Ada Ash"
    run(folder, offer.commands[0])
    assert open_offers(folder) == ()
    found = status(folder, today=LATER.date()).lines
    lines = {one.toolkit: one.state for one in found if one.respondent == "Ada Ash"}
    assert lines == {"tiny": "returned", "other": state}


def test_offers__a_nil_return_is_of_the_toolkit_that_is_named(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    """Of two that a person is asked with, and once it is on record nothing of the other is left."""
    asks_with_harbour_too(folder)
    write_register(folder, (("Ash Council", "Ada Ash", "Board", "ada@ash.example"),))
    generate(folder, now=MONDAY)
    (offer,) = handed(folder, tmp_path / "m.eml", "We have nothing to report for Harbour.").offers
    assert (offer.hint.kind, offer.issued.identity.toolkit) == ("nil return", "other")
    run(folder, offer.commands[0])
    assert open_offers(folder) == ()
    found = handed(folder, tmp_path / "both.eml", "A nil return. Nothing here.").offers
    assert [one.issued.identity.toolkit for one in found] == ["tiny"]


def test_offers__of_a_request_that_was_withdrawn_none_is_made(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    """The person is asked all the same, with another toolkit: the command would be refused."""
    asks_with_harbour_too(folder)
    generate(folder, now=MONDAY)
    with Ledger(folder.ledger) as ledger:
        books = {(one.respondent, one.identity.toolkit): one for one in ledger.issued()}
    mine = books["Ada Ash", "other"].reference
    handed(folder, tmp_path / "m.eml", f"{mine}: we have nothing to report.")
    assert [one.issued.reference for one in open_offers(folder)] == [mine]
    write_register(folder, (("Ash Council", "Ada Ash", "Board", "", "tiny"), *PEOPLE[1:]))
    assert open_offers(folder) == ()
    line = ["-C", str(folder.root), "nil", mine, "--reason", "They said so"]
    assert CliRunner().invoke(cli, line).exit_code == 2


class _Counted(tuple[Issued, ...]):
    """Workbooks that count how often they are gone through."""

    times = 0

    def __iter__(self) -> Iterator[Issued]:
        type(self).times += 1
        return super().__iter__()


def test_offers__workbooks_are_not_gone_through_for_each_message(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    write_register(folder, (("Ash Council", "Ada Ash", "Board", "ada@ash.example"),))
    reference = generate(folder, now=MONDAY).workbooks[0].reference
    times = []
    for at in range(4):
        name = reference if at % 2 else ""
        handed(folder, tmp_path / f"{at}.eml", f"{at}: {name} we do not take part in Tiny, thanks.")
        with Ledger(folder.ledger) as ledger:
            overview = ledger.overview("2026")
            counted = replace(overview, issued=_Counted(overview.issued))
            _Counted.times = 0
            found = offers(ledger, counted, folder.assessment(), folder.respondents())
            times.append(_Counted.times)
        assert [one.hint.kind for one in found.offers] == ["declined"]
    assert len(set(times)) == 1


def test_offers__marks_that_a_message_writes_stop_nothing(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    """What stands for a name while a sentence is looked at can be written by anybody."""
    reference = generate(folder, now=MONDAY).workbooks[0].reference
    text = f"{reference}: we do not take part in ⟦41⟧, nothing to report on \ue0aa or \uf8ff."
    assert [one.ret.file for one in handed(folder, tmp_path / "m.eml", text).new] == ["m.eml"]
    assert {one.hint.kind for one in open_offers(folder)} <= {"nil return", "declined"}


def test_offers__of_nobody_known_there_are_none(folder: AssessmentFolder, tmp_path: Path) -> None:
    answer(folder, "Ada Ash", tmp_path / "ada.xlsx")
    text = "We have nothing to report."
    assert handed(folder, tmp_path / "m.eml", text, sender="x@else.example").offers == ()


def test_offers__an_answer_without_a_return_is_to_be_typed_in(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    reference = generate(folder, now=MONDAY).workbooks[0].reference
    text = f"{reference}: for 1A please put Disagree."
    (offer,) = handed(folder, tmp_path / "m.eml", text).offers
    assert offer.commands == (f"xlassess enter {reference} --source email",)


def test_offers__another_person_until_the_register_says_so(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    book = answer(folder, "Ada Ash", tmp_path / "ada.xlsx")
    text = "I am no longer with the council."
    (offer,) = handed(folder, tmp_path / "m.eml", text, book).offers
    assert offer.commands == (
        "Correct the row of Ash Council, Ada Ash in the register, or delete it. Then:",
        "xlassess generate",
        "xlassess send",
    )
    write_register(folder, (("Ash Council", "Jo Green", "Board"),))
    assert open_offers(folder) == ()


def test_offers__who_left_a_place_that_is_in_the_name_of_the_partner(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    """They are held back from reminders, as whoever left "the council" is."""
    write_register(folder, (("Fern Abbey", "Ada Ash", "Board", "ada@ash.example"),))
    generate(folder, now=MONDAY)
    assert handed(folder, tmp_path / "1.eml", "I left the Harbour last month.").offers == ()
    (offer,) = handed(folder, tmp_path / "2.eml", "I left the Abbey last month.").offers
    with Ledger(folder.ledger) as ledger:
        gone = who_left(ledger, ledger.overview("2026"), folder.assessment(), folder.respondents())
    assert (offer.step, list(gone.values())) == ("another person", [offer])


def test_offers__words_with_a_workbook_read_before(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    book = answer(folder, "Ada Ash", tmp_path / "ada.xlsx")
    ingest(folder, [book], now=LATER, workers=1)
    (offer,) = handed(folder, tmp_path / "m.eml", "For 1A please read Disagree.", book).offers
    run(folder, offer.commands[0])
    assert open_offers(folder) == ()


def test_offers__what_was_said_again_is_put_away_and_back(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    book = answer(folder, "Ada Ash", tmp_path / "ada.xlsx")
    ingest(folder, [book], now=LATER, workers=1)
    (offer,) = handed(folder, tmp_path / "m.eml", "For 1A please read Disagree.", book).offers
    assert (offer.away, offer.sender) == (
        f'xlassess set-aside m{offer.event} --reason "..."', "ada@ash.example",
    )  # fmt: skip
    run(folder, offer.away.replace("...", "She means last year"))
    assert open_offers(folder) == ()
    again = ["-C", str(folder.root), "set-aside", f"m{offer.event}", "--reason", "x"]
    assert CliRunner().invoke(cli, again).exit_code == 2
    where = ["-C", str(folder.root), "history", offer.issued.reference]
    told = CliRunner().invoke(cli, where).stdout
    assert f"message m{offer.event} set aside" in told
    assert "again from ada@ash.example" in told
    run(folder, f'xlassess set-aside m{offer.event} --undo --reason "After all"')
    assert open_offers(folder) == (offer,)
    assert verify(folder).holds


def test_offers__an_automatic_reply_is_put_away(folder: AssessmentFolder, tmp_path: Path) -> None:
    write_register(folder, (("ASH Council", "Ada Ash", "Board", "ada@ash.example"),))
    generate(folder, now=MONDAY)
    text = "I left the Ash last month. Please write to office@ash.example."
    heads = {"Auto-Submitted": "auto-replied"}
    (offer,) = handed(folder, tmp_path / "m.eml", text, **heads).offers
    assert (offer.hint.kind, offer.sender) == ("another person", "ada@ash.example")
    run(folder, offer.away.replace("...", "She is back"))
    assert open_offers(folder) == ()


@pytest.mark.parametrize("number", ["m1", "m99", "x"])
def test_set_aside__what_is_no_message(folder: AssessmentFolder, number: str) -> None:
    generate(folder, now=MONDAY)
    line = ["-C", str(folder.root), "set-aside", number, "--reason", "x"]
    assert CliRunner().invoke(cli, line).exit_code == 2


def test_set_aside__a_message_leaves_the_nil_return_alone(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    """Taking back that a message was put away takes back nothing else of its workbook."""
    book = answer(folder, "Ada Ash", tmp_path / "ada.xlsx")
    ingest(folder, [book], now=LATER, workers=1)
    (offer,) = handed(folder, tmp_path / "m.eml", "For 1A please read Disagree.", book).offers
    reference = offer.issued.reference
    run(folder, f'xlassess set-aside m{offer.event} --reason "No"')
    run(folder, f'xlassess decline {reference} --reason "They said so"')
    run(folder, f'xlassess set-aside m{offer.event} --undo --reason "Yes"')
    with Ledger(folder.ledger) as ledger:
        assert ledger.register().outcomes[reference].kind == "declined"


def test_status__who_sent_what_is_no_workbook(folder: AssessmentFolder, tmp_path: Path) -> None:
    write_register(folder, (("Ash Council", "Ada Ash", "Board", "ada@ash.example"),))
    generate(folder, now=MONDAY)
    handed(folder, tmp_path / "link.eml", "Please fetch it: https://we.tl/t-abc")
    handed(folder, tmp_path / "other.eml", "Hello.", sender="x@else.example")
    found = status(folder, today=LATER.date())
    assert found.senders == {1: "Ash Council, Ada Ash"}
    said = " ".join(CliRunner().invoke(cli, ["-C", str(folder.root), "status"]).stdout.split())
    assert (
        "Refused, from an address of somebody who is asked: 1 file link.eml (return 1): G21 E-mail "
        "without a workbook: it links to a file that is kept elsewhere. From the address of Ash "
        "Council, Ada Ash"
    ) in said
    assert "Anybody can write this address into a message" in said
    assert "Refused, not known whose: 1 file other.eml" in said


def test_offers__of_two_that_say_the_same_the_respondents_own_is_told(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    write_register(folder, (("Ash Council", "Ada Ash", "Board", "ada@ash.example"),))
    book = answer(folder, "Ada Ash", tmp_path / "ada.xlsx")
    ingest(folder, [book], now=LATER, workers=1)
    with Ledger(folder.ledger) as ledger:
        reference = ledger.issued()[0].reference
    said = f"About {reference}: for 1A please read Disagree."
    handed(folder, tmp_path / "1.eml", said, sender="x@else.example")
    handed(folder, tmp_path / "2.eml", f"Hello. {said}", sender="ada@ash.example")
    (offer,) = status(folder, today=LATER.date()).offers
    assert (offer.sender, offer.stranger) == ("ada@ash.example", False)
    assert "ada@ash.example" in offer.commands[0]


def test_offers__nothing_to_report_after_a_workbook_is_not_taken_for_done(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    """It contradicts what came: nothing is offered, and the message stays where it is seen."""
    write_register(folder, (("Ash Council", "Ada Ash", "Board", "ada@ash.example"),))
    book = answer(folder, "Ada Ash", tmp_path / "ada.xlsx")
    ingest(folder, [book], now=LATER, workers=1)
    handed(folder, tmp_path / "nil.eml", "We have nothing to report.", sender="ada@ash.example")
    found = status(folder, today=LATER.date())
    assert (found.offers, [ret.file for ret in found.unplaced]) == ((), ["nil.eml"])


def test_offers__in_status_and_json_and_never_as_a_command_of_theirs(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    book = answer(folder, "Ada Ash", tmp_path / "ada.xlsx")
    text = "For 1A please read Disagree $(rm -rf ~) `id` --reason x."
    (offer,) = handed(folder, tmp_path / "m.eml", text, book).offers
    assert "rm" not in "".join(offer.commands)
    where = ["-C", str(folder.root), "status"]
    said = CliRunner().invoke(cli, where).stdout
    assert "seems to be a correction of 1A to “Disagree”" in said
    assert offer.commands[0] in " ".join(said.split())
    (told,) = json.loads(CliRunner().invoke(cli, [*where, "--json"]).stdout)["offers"]
    assert (told["kind"], told["item"], told["value"]) == ("correction", "1A", "Disagree")


def test_ingest__two_different_files_of_one_person_are_named_as_a_pair(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    first, second = unclear_pair(folder, tmp_path / "inbox")
    bea = answer(folder, "Bea Birch", tmp_path / "bea.xlsx")
    result = ingest(folder, [first, second, bea], now=LATER, workers=1)
    ((one, other),) = result.pairs
    assert (one.ret.file, other.ret.file) == ("first.xlsx", "second.xlsx")
    again = ingest(folder, [first, second], now=LATER, workers=1)
    assert again.pairs == ()


def test_ingest__a_pair_is_shown_with_the_choice(folder: AssessmentFolder, tmp_path: Path) -> None:
    first, second = unclear_pair(folder, tmp_path / "inbox")
    where = ["-C", str(folder.root), "ingest"]
    said = " ".join(CliRunner().invoke(cli, [*where, str(first), str(second)]).stdout.split())
    assert "Different files for one workbook: 1 workbook" in said
    assert "Return 1 (first.xlsx): accepted and return 2 (second.xlsx): query" in said
    assert "Ask which counts, 1 or 2: xlassess choose" in said


def test_offers__in_a_closed_round_no_command_is_named(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    generate(folder, now=MONDAY)
    book = answer(folder, "Ada Ash", tmp_path / "ada.xlsx")
    handed(folder, tmp_path / "ada.eml", "Please change 1A to Disagree.", book)
    assert "xlassess correct" in CliRunner().invoke(cli, ["-C", str(folder.root), "status"]).stdout
    close_round(folder, now=LATER)
    said = CliRunner().invoke(cli, ["-C", str(folder.root), "status"]).stdout
    assert "seems to be" in said
    assert [line for line in said.splitlines() if "xlassess" in line and "reopen" not in line] == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [("Disagree", "Disagree"), ("Don't know", '"Don\'t know"'), ("no $5", "'no $5'")],
)
def test_as_argument__reads_as_the_text(text: str, shown: str) -> None:
    assert as_argument(text) == shown
    assert shlex.split(shown) == [text]


def test_ingest__with_nothing_but_an_offer_open_needs_somebody(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    book = answer(folder, "Ada Ash", tmp_path / "ada.xlsx")
    result = handed(folder, tmp_path / "m.eml", "For 1A please read Disagree.", book)
    assert [file.ret.state for file in result.new] == ["accepted with notes"]
    assert result.needs_person
    plain = answer(folder, "Bea Birch", tmp_path / "bea.xlsx")
    assert not ingest(folder, [plain], now=LATER, workers=1).needs_person
