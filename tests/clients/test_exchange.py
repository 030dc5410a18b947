"""A toolkit's workbook keeps every word when another program has saved it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.clients import validator
from tests.clients.office import Office, Typed
from tests.toolkits.any_toolkit import AWKWARD_LINES
from xlassess.model.toolkit import Toolkit
from xlassess.toolkits.exchange.exchange import load_toolkit_book, toolkit_book
from xlassess.toolkits.load import ToolkitFileError, find_toolkit


@pytest.fixture
def awkward() -> Toolkit:
    """A toolkit whose texts look like something else to a spreadsheet program."""
    toolkit = find_toolkit("pat")
    first = toolkit.sections[0]
    texts = [*map(str.strip, AWKWARD_LINES), "two\nlines", "three\n\nlines"]
    items = tuple(
        replace(
            first.items[0], id=f"1.{number}0", ask=text, why=text, prompts=(text.split("\n")[0],)
        )
        for number, text in enumerate(texts)
    )
    section = replace(first, items=items, bands=())
    scoring = replace(toolkit.scoring, overall=False, bands=())
    plan = replace(toolkit.action_plan, scenarios=()) if toolkit.action_plan else None
    sections = (section, *toolkit.sections[1:])
    return replace(toolkit, sections=sections, scoring=scoring, action_plan=plan)


def resaved(office: Office, toolkit: Toolkit, folder: Path, *typed: Typed) -> Path:
    """Return the toolkit's workbook after somebody opened it, typed into it and saved it."""
    path, saved = folder / "toolkit.xlsx", folder / "saved.xlsx"
    path.write_bytes(toolkit_book(toolkit))
    office.work(path, typed, save=[saved])
    return saved


@pytest.mark.clients("libreoffice")
def test_exchange__saved_in_libreoffice(
    office: Office, builtin_toolkit: Toolkit, tmp_path: Path
) -> None:
    assert load_toolkit_book(resaved(office, builtin_toolkit, tmp_path))[0] == builtin_toolkit


@pytest.mark.clients("libreoffice")
def test_exchange__awkward_texts_saved_in_libreoffice(
    office: Office, awkward: Toolkit, tmp_path: Path
) -> None:
    assert load_toolkit_book(resaved(office, awkward, tmp_path))[0] == awkward


@pytest.mark.clients("libreoffice")
def test_exchange__reworded_in_libreoffice(office: Office, tmp_path: Path) -> None:
    reworded = Typed("Items", "C5", "What have we achieved?")
    pat = find_toolkit("pat")
    read, _ = load_toolkit_book(resaved(office, pat, tmp_path, reworded))
    assert read.item("1A").ask == "What have we achieved?"
    assert replace(read, sections=()) == replace(pat, sections=())


@pytest.mark.clients("libreoffice")
def test_exchange__number_typed_for_an_item(office: Office, tmp_path: Path) -> None:
    number = Typed("Items", "B5", 1.1, "number")
    path = resaved(office, find_toolkit("pat"), tmp_path, number)
    with pytest.raises(ToolkitFileError) as caught:
        load_toolkit_book(path)
    assert [(p.sheet, p.cell) for p in caught.value.problems] == [("Items", "B5")]


@pytest.mark.clients("validator")
def test_exchange__validator_finds_nothing_wrong(builtin_toolkit: Toolkit, tmp_path: Path) -> None:
    path = tmp_path / "toolkit.xlsx"
    path.write_bytes(toolkit_book(builtin_toolkit))
    assert validator.problems(path) == []
