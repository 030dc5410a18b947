"""Names taken out of free text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlassess.consolidate.figures.redaction import NAME_TAKEN_OUT, Redaction, name_parts

NAMES = {
    "Riverside Borough Council": "Partner A",
    "Riverside": "Partner B",
    "IT": "Partner C",
    "dana@riverside.example": "[name removed]",
    "(The) Trust": "Partner D",
    "Zoë O'Neill": "[name removed]",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ask Riverside Borough Council.", "Ask Partner A."),
        ("ask riverside  borough\ncouncil", "ask Partner A"),
        ("RIVERSIDE's plan", "Partner B's plan"),
        ("Riversideness is no name", "Riversideness is no name"),
        ("it is IT that pays", "it is Partner C that pays"),
        ("mail dana@riverside.example now", "mail [name removed] now"),
        ("zoë o'neill said so", "[name removed] said so"),
        ("", ""),
        ("nobody here", "nobody here"),
    ],
)
def test_redaction__names_in_text(text, expected):
    assert Redaction(NAMES)(text) == expected


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Sgt Moira Kean", ("Moira", "Kean")),
        ("Prof. Anne-Marie O’Neill", ("Anne-Marie", "O’Neill")),
        ("Chief Executive", ()),
        ("Office for Joint Working", ()),
        ("", ()),
    ],
)
def test_name_parts__of_a_person_or_an_office(name, parts):
    assert name_parts(name) == parts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ask Kean about it", f"Ask {NAME_TAKEN_OUT} about it"),
        ("a keen eye, kean or not", "a keen eye, kean or not"),
        ("write to m.kean@police.example.org.", f"write to {NAME_TAKEN_OUT}."),
    ],
)
def test_redaction__parts_of_names_and_addresses(text, expected):
    names = {"Sgt Moira Kean": NAME_TAKEN_OUT, "Moira": NAME_TAKEN_OUT, "Kean": NAME_TAKEN_OUT}
    assert Redaction(names, {"Moira", "Kean"})(text) == expected


def test_redaction__nothing_to_replace():
    assert Redaction({})("Riverside") == "Riverside"
    assert Redaction({"...": "x"})("wait ... what") == "wait ... what"


@given(st.text(max_size=60), st.text(max_size=60))
def test_redaction__property_no_whole_name_is_left(before, after):
    redacted = Redaction({"Northbridge Trust": "Partner A"})
    assert "northbridge trust" not in redacted(f"{before} Northbridge Trust {after}").casefold()
