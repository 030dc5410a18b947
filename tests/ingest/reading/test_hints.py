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
    ],
)
def test_hints__a_correction(text: str, item: str, label: str, pat: Toolkit) -> None:
    assert told(text, pat) == [("correction", item, label)]


def test_hints__two_corrections_in_a_sentence(pat: Toolkit) -> None:
    assert told("3B should be Disagree and 4A should be Agree.", pat) == [
        ("correction", "3B", "Disagree"), ("correction", "4A", "Agree")
    ]  # fmt: skip


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
        "There are no projects to report this year.",
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
        "Have we nothing to report?",
        "For 3B we have nothing to report.",
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
    ],
)
def test_hints__nobody_else(text: str, pat: Toolkit) -> None:
    assert told(text, pat) == []


@pytest.mark.parametrize(
    "piece",
    [
        "3B should read to ",
        "nothing to ",
        "i have left the the ",
        "a",
        "i have left x y ",
        "could you please ",
        "' ’-",
    ],
)
def test_hints__long_texts_take_no_longer_than_they_are(piece: str, pat: Toolkit) -> None:
    hints_in(piece, pat)
    began = time.perf_counter()
    hints_in(piece * 200_000, pat)
    assert time.perf_counter() - began < 2
