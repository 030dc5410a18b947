"""File names can be read by people and stored by every system."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.generate.conftest import a_toolkit
from xlassess.generate import file_name
from xlassess.model.assessment import Respondent

REFERENCE = "K7M4-9QX3"
TOOLKIT = a_toolkit("sum")


def name(partner: str, person: str = "", round_name: str = "2026") -> str:
    respondent = Respondent("r", "p", partner, person, email="secret@example.org")
    return file_name(TOOLKIT, respondent, round_name, REFERENCE)


def test_name__reads_as_people_would_write_it() -> None:
    found = name("Anytown Council", "Chief Executive")
    assert found == f"2026 Sum - Anytown Council - Chief Executive - {REFERENCE}.xlsx"


def test_name__without_a_person() -> None:
    assert name("Anytown Council") == f"2026 Sum - Anytown Council - {REFERENCE}.xlsx"


def test_name__forbidden_characters_are_left_out() -> None:
    found = name('A/B: "C"\\D\n', "..", "2026/27")
    assert found == f"2026 27 Sum - A B C D - {REFERENCE}.xlsx"


@given(partner=st.text(max_size=300), person=st.text(max_size=300), round_name=st.text(max_size=80))
def test_name__is_safe_everywhere(partner: str, person: str, round_name: str) -> None:
    found = name(partner, person, round_name)
    assert found.endswith(f"- {REFERENCE}.xlsx")
    assert not set(found) & set('<>:"/\\|?*')
    assert all(ord(char) >= 32 for char in found)
    assert found == found.strip(" .")
    assert len(found) <= 120
    assert len(found.encode()) <= 255
    assert "secret" not in found.replace(partner, "").replace(person, "")
