"""What the words of a message seem to ask for, and where they ask for nothing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.ingest.small import every_kind
from xlassess.ingest import hints_in, says_another_answers
from xlassess.model.toolkit import Toolkit
from xlassess.toolkits.load import find_toolkit


@pytest.fixture(scope="module")
def pat() -> Toolkit:
    return find_toolkit("pat", Path("nowhere"))


def told(text: str, toolkit: Toolkit) -> list[tuple[str, str, str]]:
    return [(one.kind, one.item, one.label) for one in hints_in(text, toolkit)]


@pytest.mark.parametrize(
    ("text", "item", "label"),
    [
        ("For 3B please read Disagree.", "3B", "Disagree"),
        (
            "Dear Cora. for 3b, please read “strongly disagree”, not Agree. Ann",
            "3B",
            "Strongly disagree",
        ),
        ("Please change 3B from Agree to Strongly agree.", "3B", "Strongly agree"),
        ("3B: I put Agree by mistake but meant Disagree.", "3B", "Disagree"),
        ("Please replace Agree with Disagree for 3B", "3B", "Disagree"),
        ("Correction: 3B Disagree", "3B", "Disagree"),
        ("Our answer to 3B should have been Disagree.", "3B", "Disagree"),
        ("Could you please change 3B to Disagree?", "3B", "Disagree"),
        ("Q3B - please amend from Agree to Disagree", "3B", "Disagree"),
        ("In 3B read Disagree for Agree.", "3B", "Disagree"),
        ("Please substitute Disagree for Agree at 3B.", "3B", "Disagree"),
        ("3B: replace “Agree” by “Disagree”", "3B", "Disagree"),
        ("Erratum: 3B Disagree.", "3B", "Disagree"),
        ("Can you please change 3B to Disagree?", "3B", "Disagree"),
        ("Please change 3B to Disagree, as we cannot show it.", "3B", "Disagree"),
    ],
)
def test_hints__a_correction(text: str, item: str, label: str, pat: Toolkit) -> None:
    assert told(text, pat) == [("correction", item, label)]


def test_hints__two_corrections_in_a_sentence(pat: Toolkit) -> None:
    assert told("3B should be Disagree and 4A should be Agree.", pat) == [
        ("correction", "3B", "Disagree"), ("correction", "4A", "Agree")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("3B and 3C should both be Disagree.", {"3B": "Disagree", "3C": "Disagree"}),
        ("Please change 3B, 3C and item 4A to Agree.", dict.fromkeys(("3B", "3C", "4A"), "Agree")),
        ("Please change 3B to Disagree and 3C to Agree.", {"3B": "Disagree", "3C": "Agree"}),
        ("3B, where you asked us, and 3C should be Disagree.", {"3C": "Disagree"}),
        # They do not take the same answers.
        ("Please change S1 and 3B to Disagree.", {"3B": "Disagree"}),
    ],
)
def test_hints__items_named_together(text: str, labels: dict[str, str], pat: Toolkit) -> None:
    assert {item: label for _, item, label in told(text, pat)} == labels


@pytest.mark.parametrize(
    "text",
    [
        "Should 3B be Disagree?",
        "Please do not change 3B to Disagree.",
        "Should we change 3B to Disagree?",
        "For 3B we disagree.",
        "For 3B please read Mostly agree.",
        "For 99Z please read Disagree.",
        "Please note we had to disagree with the wording of 3B.",
        "If 3B should be Disagree, please ring.",
        "Please change 3B to Disagree. No: for 3B please read Agree.",
        "Please find our return attached. 3B was hard to answer.",
        "3B shouldn’t be Disagree.",
        "Please look at 3B and 3C again.",
        "For 3B we read about partners who disagree.",
        "3B must not be changed to Agree.",
        "We cannot change 3B to agree.",
        "We can’t change 3B to agree.",
        "We will not change 3B to agree.",
        "We are not sure 3B should be agree.",
        "",
    ],
)
def test_hints__no_correction(text: str, pat: Toolkit) -> None:
    assert told(text, pat) == []


def test_hints__a_bare_number_is_an_item_only_where_it_says_so() -> None:
    toolkit = every_kind()
    assert told("Please ring on 3 to agree.", toolkit) == []


@pytest.mark.parametrize(
    "text",
    [
        "We have nothing to report.",
        "On behalf of the council: we have nothing to report for 2026.",
        "This is a nil return.",
        "No, nothing to report.",
        "We have not been active so this is a nil return.",
        "No projects ran: nil return for the team, and that is not new.",
        "There are no projects to report this year.",
        "We do not have anything to report.",
        "There isn’t anything to report from our side.",
    ],
)
def test_hints__a_nil_return(text: str, pat: Toolkit) -> None:
    assert told(text, pat) == [("nil return", "", "")]


@pytest.mark.parametrize(
    "text",
    [
        "If you have nothing to report, say so.",
        "On section 3 we have nothing to report.",
        "We have nothing to report on governance.",
        "We have nothing further to report.",
        "This is not a nil return.",
        "Please record no nil return for us.",
        "It isn’t to count as a nil return.",
        "You get answers rather than a “nil return”.",
        "A nil return from us is wrong.",
        "It is not the case that we have nothing to report.",
        "Have we nothing to report?",
        "For 3B we have nothing to report.",
        "If we do not have anything to report, shall I say so",
        "We don’t have anything to report on governance.",
    ],
)
def test_hints__no_nil_return(text: str, pat: Toolkit) -> None:
    assert told(text, pat) == []


@pytest.mark.parametrize(
    "text",
    [
        "I am no longer with the council.",
        "I’m no longer working at the Trust.",
        "I have now left the county council.",
        "Ms Rao no longer works here.",
        "My successor is Jo Green.",
        "Jo Green has taken over from me.",
        "I have retired.",
        "I'm leaving the council on 30 April.",
        "I’ve moved to another role.",
        "I now work for another organisation.",
        "Ada has retired.",
        "Jo Green is now the contact for this.",
        "Jo Green will be answering in my place.",
        "I'm no longer the right person for this.",
        "I cannot answer as I have left the council.",
        "Ada Ash, our lead, has retired.",
        "My colleague has moved to another team.",
        "She is leaving the trust in May.",
        "I have left Oak Homes, and no longer read this.",
        "I've left Fern Housing Trust since last Monday.",
        "I have recently left Oxfam, so please write to Jo.",
        "She has left Ash and Rowan Homes at the end of May 2026.",
        "I am leaving Elm Trust on 3 May.",
        "Élodie has moved to a new role.",
    ],
)
def test_hints__another_person(text: str, pat: Toolkit) -> None:
    assert told(text, pat) == [("another person", "", "")]
    assert says_another_answers(text)


@pytest.mark.parametrize(
    "text",
    [
        "I am no longer on leave.",
        "I am no longer able to come on Tuesday.",
        "I have left the cells on page 3 blank.",
        "He has left question 3 open; the council agreed.",
        "The council has taken over the building.",
        "If I am no longer with the council by then, ask Jo.",
        "I am leaving the office early today.",
        "I am leaving the board question blank.",
        "I have moved on to the next page.",
        "Our organisation has moved to a new office in Leeds.",
        "The County Council has moved to a new group.",
        "I have moved to another office of the council.",
        "The old logo has retired.",
        "The report is leaving the board next week.",
        "I have left Section 4 blank.",
        "I have left Tom a note, he knows.",
        "I am leaving Friday.",
        "I have left G7 as it was.",
        "I've left D3 and D4 for our lead.",
        "I have left B2 because it does not apply.",
        "I have left Q5 and Q6 empty.",
        "I have left No.",
        "I have left Agree.",
        "I have left Strongly Agree, so please look.",
        "I have left Trust as it stood",
        "I have left Monitor, Measure and Learn.",
        "I have left Commitment and Ownership.",
        "I have left Trust.",
        "I have left Governance, so please look.",
        "I have left Building Council Trust to you.",
        "I have left Annexe B, and all else is filled in.",
        "I have left Schedule C, our chair does that.",
        "I've left Peter and Paul to finish it.",
        "I've left Petra Jones, our chair, to finish it.",
        "I have left Petra with it for Monday.",
        "I have left Answers.docx on the desk.",
        "I have left it to the board.",
        "I have left this with our team.",
        "I have left the board to decide.",
        "I am leaving Bristol on 4 June.",
        "This has moved to another team.",
        "The link no longer works for us.",
    ],
)
def test_hints__nobody_else(text: str, pat: Toolkit) -> None:
    assert told(text, pat) == []


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("I left the Hospital last month.", True),
        ("I left the old Force in April 2026, please write to Jo.", True),
        ("Sorry, I left the school.", True),
        ("I've left the Minster on 3 May and no longer read this.", True),
        ("I left the NRT at the end of last year.", True),
        ("I left the Trust in June.", True),
        ("I left the Charity in 2025.", True),
        ("I left the Hospital box empty.", False),
        ("I left the Hospital blank.", False),
        ("I left the Minster last year's figures open.", False),
        ("I left the Trust.", False),
        ("I left the meeting last month.", False),
        ("I left the section on the Minster.", False),
        ("I left the page for the Charity.", False),
        ("I left the Charity in 2015 and came here.", False),
        ("When I left the Minster last week it was done.", False),
        ("I left the Harbour last month.", False),
    ],
)
def test_hints__who_left_the_place(text: str, gone: bool, pat: Toolkit) -> None:
    found = hints_in(text, pat, "Northern Minster NRT")
    assert [one.kind for one in found] == ["another person"] * gone


@pytest.mark.parametrize(
    "piece",
    [
        "3B should read to ",
        "nothing to ",
        "i have left the the ",
        "a",
        "i have left x y ",
        "I have left Xy and the Of ",
        "I have left Xyzw on the end of the last ",
        "Ada is leaving Xyzw Xyzw, ",
        "could you please ",
        "3B must not ",
        "Ada has ",
        "' ’-",
    ],
)
def test_hints__long_texts_take_no_longer_than_they_are(piece: str, pat: Toolkit) -> None:
    hints_in(piece, pat)
    began = time.perf_counter()
    hints_in(piece * 200_000, pat)
    assert time.perf_counter() - began < 2
