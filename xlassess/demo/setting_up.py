"""The demo's own folder: settings and register filled in as a coordinator would."""

from __future__ import annotations

import hashlib
import json
import re
import warnings
from collections.abc import Sequence
from pathlib import Path

from xlassess.demo.partnership import ASSESSMENT, RESPONDENTS
from xlassess.demo.scripts import asked_of
from xlassess.folder.assessment import AssessmentFolder
from xlassess.folder.register import EXAMPLE, HEADINGS, SHEET
from xlassess.model.assessment import LEVELS


def set_up(root: Path, toolkits: Sequence[str]) -> AssessmentFolder:
    """Begin an assessment with these toolkits in this folder and fill in its two files."""
    folder = AssessmentFolder(root)
    folder.create()
    folder.settings_file.write_text(
        _settings(folder.settings_file.read_text(encoding="utf-8"), toolkits), encoding="utf-8"
    )
    _fill_register(folder.register_file, toolkits)
    # A real assessment's secret is random. The demo's is made from a fixed text, so that its
    # references and files come out the same every time; it protects nothing.
    secret = hashlib.sha256(b"the demo of xlassess").hexdigest()
    folder.secret_file.write_text(f"{secret}\n", encoding="ascii")
    return folder


def _settings(text: str, toolkits: Sequence[str]) -> str:
    """Fill in the explained settings of a new assessment, remarks and all."""
    coordinator = ASSESSMENT.coordinator
    values = {
        "id": ASSESSMENT.id,
        "partnership": ASSESSMENT.partnership,
        "round": ASSESSMENT.round,
        "name": coordinator.name,
        "email": coordinator.email,
        "phone": coordinator.phone,
        "return_by": f"{ASSESSMENT.return_by}",
        "purpose": ASSESSMENT.purpose,
    }
    for field, value in values.items():
        # JSON's strings are YAML's too; a day must stand without quotes.
        shown = value if field == "return_by" else json.dumps(value, ensure_ascii=False)
        found = re.findall(rf"(?m)^ *{field}:.*$", text)
        if len(found) != 1:
            raise ValueError(f"the settings of a new assessment have {len(found)} fields {field}")
        name, _, _ = found[0].partition(":")
        text = text.replace(f"\n{found[0]}\n", f"\n{name}: {shown}\n")
    chosen = "".join(f"\n  - {name}" for name in toolkits)
    return re.sub(r"(?m)^toolkits:(\n  - .*)+", f"toolkits:{chosen}", text)


def _fill_register(path: Path, toolkits: Sequence[str]) -> None:
    """Enter everybody who is asked into the register, in place of its example rows.

    People who are asked for all toolkits need not have them named.
    """
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        # openpyxl says which of Excel's extensions it drops; the register can do without.
        warnings.simplefilter("ignore", UserWarning)
        book = load_workbook(path)
    sheet = book[SHEET]
    head = next(row for row in sheet.iter_rows() if row[0].value == HEADINGS[0])
    columns = {str(cell.value): number for number, cell in enumerate(head, start=1)}
    first = int(head[0].row or 0) + 1
    for row in sheet.iter_rows(min_row=first):
        if str(row[0].value or "").startswith(EXAMPLE):
            for cell in row:
                cell.value = None
    people = [person for person in RESPONDENTS if asked_of(person, toolkits)]
    for number, person in enumerate(people, start=first):
        mine = asked_of(person, toolkits)
        named = "" if len(mine) == len(toolkits) else ", ".join(mine)
        entries = (person.partner, person.name, LEVELS[person.level], person.email, named or None)
        for heading, entry in zip(HEADINGS, entries, strict=False):
            sheet.cell(number, columns[heading]).value = entry
    book.save(path)
