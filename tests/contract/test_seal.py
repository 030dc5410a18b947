"""The seal covers all of a workbook's identity, and the digest all of its questions."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import pytest

from xlassess.contract.reference import is_valid
from xlassess.contract.seal import (
    asks_digest,
    questions_digest,
    reference_for,
    seal,
    seal_holds,
    sheet_password,
)
from xlassess.model.answer import Identity
from xlassess.model.toolkit import Choice, Item, Scale, Scoring, Section, Toolkit

SECRET = bytes(range(32))
IDENTITY = Identity(1, "anytown", "2026", "council", "council-lee", "pat", "1.0", "ab" * 32)
AGREE = Scale("Agreement", (Choice("agree", "Agree", 2), Choice("disagree", "Disagree", 1)))
TOOLKIT = Toolkit(
    id="small",
    version="1.0",
    title="Small",
    short="Small",
    publisher="Nobody",
    year=2026,
    source="None",
    rights="None",
    about="About",
    how="How",
    scales={"agreement": AGREE},
    sections=(Section("1", "1 One", "One", (Item("1A", "Is it so?", "agreement"),)),),
    scoring=Scoring("sum", "None", scale="agreement"),
)


def test_seal__holds_for_the_identity_it_was_made_for() -> None:
    claimed = seal(IDENTITY, SECRET)
    assert seal_holds(IDENTITY, SECRET, f" {claimed.upper()} ")
    assert not seal_holds(IDENTITY, bytes(32), claimed)


@pytest.mark.parametrize("name", [field.name for field in fields(Identity)])
def test_seal__breaks_when_any_part_of_the_identity_changes(name: str) -> None:
    value = getattr(IDENTITY, name)
    other = replace(IDENTITY, **{name: value + 1 if isinstance(value, int) else value + "x"})
    assert not seal_holds(other, SECRET, seal(IDENTITY, SECRET))


def test_seal__first_issues_have_the_seal_they_always_had() -> None:
    """Workbooks that are out must be known again: what only queries have is not covered."""
    known = "7e4383639cb26d9a7c374cf82d6d3bd772c1da7607e7ae7cfdde296d92780f36"
    assert seal(IDENTITY, SECRET) == known
    assert reference_for(IDENTITY, SECRET) == "J6JK-9WR2"


def test_asks_digest__changes_with_base_and_cells() -> None:
    one, two = ("1A", "answer"), ("1B", "answer")
    digests = {
        asks_digest(*asked)
        for asked in (
            ("aa", [one], [two]),
            ("bb", [one], [two]),
            ("aa", [one, two], []),
            ("aa", [two], [one]),
        )
    }
    assert len(digests) == 4


def test_seal__text_that_is_not_ascii_is_refused_not_an_error() -> None:
    assert not seal_holds(IDENTITY, SECRET, "é" * 64)


def test_reference_for__is_stable_and_moves_on_with_the_attempt() -> None:
    first = reference_for(IDENTITY, SECRET)
    assert first == reference_for(IDENTITY, SECRET)
    assert is_valid(first)
    assert reference_for(IDENTITY, SECRET, attempt=1) != first


def test_sheet_password__differs_between_assessments() -> None:
    assert sheet_password(SECRET) != sheet_password(bytes(32))
    assert len(sheet_password(SECRET)) == 15


def test_questions_digest__ignores_the_publishers_details() -> None:
    assert questions_digest(TOOLKIT) == questions_digest(replace(TOOLKIT, rights="Other"))


def test_questions_digest__changes_with_a_question_a_choice_or_the_order_of_scales() -> None:
    section = TOOLKIT.sections[0]
    asked = replace(section, items=(replace(section.items[0], ask="Is it not so?"),))
    label = replace(AGREE, choices=(replace(AGREE.choices[0], label="Yes"), AGREE.choices[1]))
    two = {"agreement": AGREE, "other": AGREE}
    digests = {
        questions_digest(toolkit)
        for toolkit in (
            TOOLKIT,
            replace(TOOLKIT, sections=(asked,)),
            replace(TOOLKIT, scales={"agreement": label}),
            replace(TOOLKIT, scales=two),
            replace(TOOLKIT, scales=dict(reversed(two.items()))),
        )
    }
    assert len(digests) == 5


def test_questions_digest__a_field_with_its_default_does_not_count() -> None:
    @dataclass(frozen=True)
    class Grown(Item):
        hint: str = ""

    item = TOOLKIT.sections[0].items[0]
    grown = Grown(item.id, item.ask, item.answer)
    hinted = replace(grown, hint="Think of last year.")
    digests = [
        questions_digest(replace(TOOLKIT, sections=(replace(TOOLKIT.sections[0], items=(one,)),)))
        for one in (item, grown, hinted)
    ]
    assert digests[0] == digests[1] != digests[2]
