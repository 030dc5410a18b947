"""What a message says of a workbook that did not come with it, and where it says nothing of one."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlassess.ingest import OtherWorkbooks, hints_of_others, nil_returns_of
from xlassess.toolkits.load import find_toolkit

LIST, TOOL, BETTER = "melton-checklist", "pat", "working-better-together"
KITS = (LIST, TOOL, BETTER)


def told(text: str, others: tuple[str, ...], here: tuple[str, ...]) -> list[tuple[str, str]]:
    kits = {name: find_toolkit(name, Path("nowhere")) for name in (*others, *here)}
    asked = OtherWorkbooks({name: kits[name] for name in others}, tuple(kits[one] for one in here))
    return [(reference, hint.kind) for reference, hint in hints_of_others(text, asked)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Enclosed is PAT. There is nothing to report on the checklist.", "nil return"),
        ("As to the Partnership checklist, we have nothing to say.", "nil return"),
        ("Here is PAT, but for the other one please take this as a nil return.", "nil return"),
        ("We don't have anything to add on the other questionnaire.", "nil return"),
        ("PAT is attached; we do not take part in the other one.", "declined"),
        ("The team is not going to participate in the checklist.", "declined"),
        ("We won't be filling the checklist in, sorry.", "declined"),
        ("We decline the Partnership Checklist.", "declined"),
        ("No nil return for PAT; we do not take part in the checklist.", "declined"),
        ("We did not open it, and for the checklist there is nothing to report.", "nil return"),
        ("No, nil return for the checklist.", "nil return"),
        ("We decline to take part in the checklist exercise.", "declined"),
        ("We do not take part in the checklist this year because nobody is here.", "declined"),
        ("On the checklist questionnaire we have nothing to report from our side.", "nil return"),
    ],
)
def test_hints__of_the_workbook_that_did_not_come(text: str, kind: str) -> None:
    assert told(text, (LIST,), (TOOL,)) == [(LIST, kind)]


@pytest.mark.parametrize(
    "text",
    [
        "We have nothing to report.",
        "On PAT we have nothing to say.",
        "We have not completed the checklist yet.",
        "We will not complete the checklist before May.",
        "Must we take part in the other one, or have we nothing to say?",
        "If we do not take part in the checklist, tell us.",
        "Nothing to add to section 2 of the checklist.",
        "The other partners do not take part in our meetings.",
        "Nothing to add here, the other one follows next week.",
        "Neither a nil return for PAT and the checklist.",
        "There is no nil return for the checklist.",
        "For the checklist this isn't meant as a nil return.",
        "We never said we have nothing to report on the checklist.",
        "A nil return for the checklist is not what we send.",
        "We do not decline the checklist.",
        "They have not opted out of the checklist.",
        "We are not taking part in the checklist workshop, but will answer.",
        "I did not attend the checklist training and have nothing to add.",
        "We are not participating in the checklist drop-in, answers follow.",
        "We do not take part in the lunch for the checklist.",
        "I missed the briefing on the checklist and have nothing to add.",
        "We won't return calls about the checklist.",
        "We have nothing to say to the checklist's author.",
    ],
)
def test_hints__where_it_is_not_sure_there_is_none(text: str) -> None:
    assert told(text, (LIST,), (TOOL,)) == []


def test_hints__the_other_one_is_one_of_two() -> None:
    said = "We do not take part in the other one."
    assert told(said, (LIST, BETTER), (TOOL,)) == []
    assert told(said, (LIST,), ()) == []
    named = "We do not take part in Working better together, nothing to report on the checklist."
    assert told(named, (LIST, BETTER), ()) == [(BETTER, "declined"), (LIST, "nil return")]


@pytest.mark.parametrize(
    ("text", "kits"),
    [
        ("There is nothing to report this year.", None),
        ("Nil return for the checklist please.", {LIST}),
        ("A nil return, to the Partnership Assessment Tool.", {TOOL}),
        ("We've no projects to report for pat.", {TOOL}),
        ("Nothing to report in melton-checklist.", {LIST}),
        ("The checklist follows, nothing to report for PAT.", {TOOL}),
        ("For PAT and the checklist, we have nothing to report.", {LIST, TOOL}),
        ("Nothing to report for PAT, the checklist and Working better together.", {*KITS}),
        ("About the Partnership Checklist.\nWe have nothing to report.", {LIST}),
        ("PAT: nothing to report. Checklist follows.", {TOOL}),
        ("Nothing to report. I write for the checklist, and about PAT.", {LIST, TOOL}),
        ("Nothing to report in the PAT meeting.", {""}),
        ("PAT follows, the checklist follows, nothing to report.", {""}),
        ("No nil return for PAT. We have nothing to report.", {LIST, BETTER}),
        ("We do not take part in the checklist. Nothing to report.", {TOOL, BETTER}),
        ("No nil return from us for PAT; nothing to report for the checklist.", {LIST}),
    ],
)
def test_hints__of_the_workbook_that_is_named(text: str, kits: set[str] | None) -> None:
    asked = OtherWorkbooks({name: find_toolkit(name, Path("nowhere")) for name in KITS})
    found = nil_returns_of(text, asked)
    assert set(found) == (kits or set())
    assert all(words in text for words in found.values())


@pytest.mark.parametrize(
    "mark", ["⟦9⟧", "⟦0⟧", "⟦²⟧", "\ue000", "\ue009", "\uf8ff", "\ue001\ue000"]
)
def test_hints__what_a_message_writes_is_no_mark_of_ours(mark: str) -> None:
    assert told(f"We have nothing to report on {mark}.", (LIST,), (TOOL,)) == []
    said = f"{mark} There is nothing to report on the checklist."
    assert told(said, (LIST,), (TOOL,)) == [(LIST, "nil return")]
