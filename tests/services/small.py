"""A small assessment on disk: a toolkit of three items, and whoever is asked."""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import lru_cache, wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import openpyxl
import pytest

from tests.ingest.packages import typed_in
from xlassess.assessment.register import HEADINGS, SHEET
from xlassess.assessment.settings import AssessmentFolder
from xlassess.contract.layout import cell_name, layout
from xlassess.generate import Plate, build_plate
from xlassess.model.assessment import Assessment
from xlassess.model.toolkit import Toolkit
from xlassess.services.generate import generate

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc)
LATER = MONDAY + timedelta(days=10)

PEOPLE = (
    ("Ash Council", "Ada Ash", "Board"),
    ("Ash Council", "Abe Ash", "Front line"),
    ("Birch Trust", "Bea Birch", "Board"),
)

SETTINGS = """\
id: small
partnership: Small Partnership
round: "2026"
toolkits: [tiny]
coordinator:
  name: Cora Coordinator
return_by: 2026-03-13
"""

LEDGER = ""
"""A line of the settings that says where ledgers are; tests of several databases change it."""

TOOLKIT = """\
id: tiny
version: "1.0"
title: A tiny toolkit
short: Tiny
publisher: Nobody
year: 2026
source: Made up for tests.
rights: None.
about: Three statements about working together.
how: Pick an answer for each statement.
scales:
  agreement:
    title: Agreement
    choices:
      - {code: high, label: Agree, score: 2}
      - {code: low, label: Disagree, score: 1}
sections:
  - id: "1"
    tab: 1 Basics
    title: Basics
    items:
      - {id: "1A", ask: We know each other., answer: agreement}
      - {id: "1B", ask: We trust each other., answer: agreement}
      - {id: "1C", ask: We help each other., answer: agreement}
scoring:
  rule: sum
  scale: agreement
  source: Made up for tests.
"""


def write_register(folder: AssessmentFolder, people: tuple[tuple[str, ...], ...] = PEOPLE) -> None:
    """Write the register anew with these people: partner, name, level, and what comes after."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    sheet.append(HEADINGS[: max(map(len, people), default=3)])
    for person in people:
        sheet.append(person)
    book.save(folder.register_file)


def with_addresses(names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return a person of each of these partners, with an address that bears its name."""
    return tuple((name, f"Jo {name}", "", f"{name.lower()}@example.org") for name in names)


def write_toolkit(folder: AssessmentFolder, text: str = TOOLKIT) -> None:
    """Write the folder's own toolkit."""
    folder.toolkits.mkdir(exist_ok=True)
    (folder.toolkits / "tiny.yaml").write_text(text, encoding="utf-8")


def change_settings(folder: AssessmentFolder, old: str, new: str) -> None:
    """Change a line of the settings."""
    text = folder.settings_file.read_text(encoding="utf-8")
    assert old in text
    folder.settings_file.write_text(text.replace(old, new), encoding="utf-8")


Given = ParamSpec("Given")
Made = TypeVar("Made", AssessmentFolder, Path)


def made_once(
    make: Callable[Concatenate[Path, Given], Made],
) -> Callable[Concatenate[Path, Given], Made]:
    """Do such work once in a process; whoever asks gets a copy in a folder of their own.

    ``make`` writes into the folder that it is given and nowhere else, and returns something in
    there. It works anew for other arguments, and always where ledgers are in a database, of which
    there is one.
    """
    done: dict[str, tuple[Path, Made]] = {}

    @wraps(make)
    def copied(tmp_path: Path, *args: Given.args, **named: Given.kwargs) -> Made:
        if LEDGER:
            return make(tmp_path, *args, **named)
        key = repr((args, named))
        if key not in done:
            place = Path(tempfile.mkdtemp(prefix="xlassess-made-"))
            atexit.register(shutil.rmtree, place, ignore_errors=True)
            done[key] = place, make(place, *args, **named)
        place, made = done[key]
        shutil.copytree(place, tmp_path, dirs_exist_ok=True)
        if isinstance(made, Path):
            return tmp_path / made.relative_to(place)
        return replace(made, root=tmp_path / made.root.relative_to(place))

    return copied


@contextmanager
def plates_built_once() -> Iterator[None]:
    """While this lasts, what all workbooks of a toolkit have in common is built once.

    It is built anew for other settings and in other assessments; to build it takes half the time
    that `generate` takes where nothing is new.
    """
    built: dict[tuple[str, str], tuple[Toolkit, Assessment, Plate]] = {}

    def once(toolkit: Toolkit, assessment: Assessment, digest: str, password: str) -> Plate:
        known = built.get((digest, password))
        if known is None or known[:2] != (toolkit, assessment):
            made = build_plate(toolkit, assessment, digest, password)
            known = built[digest, password] = toolkit, assessment, made
        return known[2]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("xlassess.services.common.workbooks.making.build_plate", once)
        yield


def a_folder(root: Path, people: tuple[tuple[str, ...], ...] = PEOPLE) -> AssessmentFolder:
    """Return an assessment folder in which nothing was issued yet."""
    root.mkdir(parents=True, exist_ok=True)
    folder = AssessmentFolder(root)
    folder.settings_file.write_text(SETTINGS + LEDGER, encoding="utf-8")
    write_toolkit(folder)
    write_register(folder, people)
    return folder


def contents(folder: AssessmentFolder) -> dict[str, bytes]:
    """Return every file of the outbox by its path in there."""
    return {
        str(path.relative_to(folder.outbox)): path.read_bytes()
        for path in sorted(folder.outbox.rglob("*"))
        if path.is_file()
    }


def answer(
    folder: AssessmentFolder,
    respondent: str,
    target: Path,
    answers: tuple[str | None, ...] = ("Agree", "Disagree", "Agree"),
) -> Path:
    """Fill in a respondent's workbook as a partner does, save it there, and return where."""
    result = generate(folder, now=MONDAY)
    (issued,) = [book for book in result.workbooks if book.respondent == respondent]
    from xlassess.toolkits.load import find_toolkit

    (table,) = layout(find_toolkit("tiny", folder.toolkits)).sections[0].tables
    column = table.column("answer")
    assert column is not None
    cells = [cell_name(row.index, column.index) for row in table.rows]
    typed = tuple(zip(cells, answers, strict=True))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(_typed(issued.path.read_bytes(), typed))
    return target


@lru_cache(maxsize=64)
def _typed(data: bytes, typed: tuple[tuple[str, str | None], ...]) -> bytes:
    """Return a workbook with this in its cells; copies of a round are filled in alike again."""
    return typed_in(data, "1 Basics", dict(typed))


def unclear_pair(folder: AssessmentFolder, inbox: Path) -> tuple[Path, Path]:
    """Return two different files for Ada's workbook that do not say when they were saved."""
    first = answer(folder, "Ada Ash", inbox / "first.xlsx", ("Agree", "Agree", "Agree"))
    second = answer(folder, "Ada Ash", inbox / "second.xlsx", ("Disagree", "Agree", "Agree"))
    for path in (first, second):
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        moment = rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>"
        parts["docProps/core.xml"] = re.sub(moment, b"", parts["docProps/core.xml"])
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in parts.items():
                archive.writestr(name, data)
    return first, second
