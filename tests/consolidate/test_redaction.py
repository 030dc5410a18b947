"""Names taken out of free text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlassess.consolidate.redaction import Redaction

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


def test_redaction__nothing_to_replace():
    assert Redaction({})("Riverside") == "Riverside"
    assert Redaction({"...": "x"})("wait ... what") == "wait ... what"


@given(st.text(max_size=60), st.text(max_size=60))
def test_redaction__property_no_whole_name_is_left(before, after):
    redacted = Redaction({"Northbridge Trust": "Partner A"})
    assert "northbridge trust" not in redacted(f"{before} Northbridge Trust {after}").casefold()
