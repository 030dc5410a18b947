"""A programme on disk: a register, and small assessments in it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.services.small import LATER, TOOLKIT, a_folder, answer, change_settings
from xlassess.assessment.programme import ProgrammeFolder
from xlassess.assessment.settings import AssessmentFolder
from xlassess.services.ingest import ingest

TODAY = date(2026, 3, 20)
CYCLE = TOOLKIT.replace('version: "1.0"', 'version: "1.0"\nreview_years: 3')
"""The tiny toolkit, whose publication asks for a review every three years."""


def a_programme(
    root: Path, register: str, head: str = "title: Our partnerships"
) -> ProgrammeFolder:
    """Return a programme whose register has these lines."""
    root.mkdir(parents=True, exist_ok=True)
    folder = ProgrammeFolder(root)
    folder.register_file.write_text(f"{head}\npartnerships:\n{register}", encoding="utf-8")
    return folder


def an_assessment_in(root: Path, name: str, *, back: bool = False) -> AssessmentFolder:
    """Return a small assessment in a folder of this name, with a return of Bea Birch if wanted."""
    folder = a_folder(root / name)
    (folder.toolkits / "tiny.yaml").write_text(CYCLE, encoding="utf-8")
    change_settings(folder, "id: small", f"id: {name}")
    change_settings(folder, "Small Partnership", f"{name.title()} Partnership")
    if back:
        ingest(folder, [answer(folder, "Bea Birch", root / f"{name}.xlsx")], now=LATER)
    return folder
