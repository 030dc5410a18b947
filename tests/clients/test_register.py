"""A coordinator fills in the register in LibreOffice, and it is read as entered."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients import gnumeric
from tests.clients.office import Office, Typed
from xlassess.assessment.register import HEADINGS, SHEET, read_register
from xlassess.assessment.settings import AssessmentFolder

pytestmark = pytest.mark.clients("libreoffice")

TOOLKITS = ("pat", "melton-evaluation")
PEOPLE = (
    ("Zürich & Söhne", "Zoë O'Neill", "Board", "zoe@partner.example", "pat"),
    ("Zürich & Söhne", "Al Ng", "Front line", "al@partner.example", "pat, melton-evaluation"),
    ("Harbour Housing", "The chair", "", "", ""),
)


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """The register of a new assessment."""
    folder = AssessmentFolder(tmp_path / "assessment")
    folder.create()
    return folder.register_file


def entered() -> list[Typed]:
    """The people typed over the example rows, from the first row below the headings on."""
    return [
        Typed(SHEET, f"{'ABCDE'[column]}{row}", value, "text" if value else "empty")
        for row, person in enumerate(PEOPLE, start=2)
        for column, value in enumerate(person)
    ]


def assert_read_as_entered(path: Path) -> None:
    people = read_register(path.read_bytes(), path.name, TOOLKITS).respondents
    assert len(HEADINGS) == len(PEOPLE[0])
    assert [(p.partner, p.name, p.level, p.email, p.toolkits) for p in people] == [
        ("Zürich & Söhne", "Zoë O'Neill", "board", "zoe@partner.example", ("pat",)),
        ("Zürich & Söhne", "Al Ng", "front", "al@partner.example", TOOLKITS),
        ("Harbour Housing", "The chair", "", "", ()),
    ]
    assert len({person.id for person in people}) == len(people)


def test_register__filled_in_libreoffice(office: Office, register: Path) -> None:
    saved = register.with_name("saved.xlsx")
    seen = office.work(register, entered(), save=[saved])
    assert seen.locked == ()
    assert_read_as_entered(saved)


@pytest.mark.clients("gnumeric")
def test_register__saved_again_in_gnumeric(office: Office, register: Path) -> None:
    saved, again = register.with_name("saved.xlsx"), register.with_name("again.xlsx")
    office.work(register, entered(), save=[saved])
    gnumeric.resave(saved, again)
    assert_read_as_entered(again)
