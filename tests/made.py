"""Every kind of workbook that xlassess makes, once each, for tests that hold for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.factory import MADE_AT, a_round, issue
from xlassess.folder.toolkits import builtin_ids, find_toolkit
from xlassess.model.toolkit import Toolkit

REGISTER = "register"


@dataclass(frozen=True, slots=True)
class Made:
    """A workbook xlassess made; ``toolkit`` is None for the register."""

    kind: str
    path: Path
    toolkit: Toolkit | None


def kinds() -> tuple[str, ...]:
    """Return the name of every kind: a workbook and a summary per toolkit, the register."""
    return (
        *(f"workbook-{name}" for name in builtin_ids()),
        *(f"summary-{name}" for name in builtin_ids()),
        REGISTER,
    )


def make(kind: str, folder: Path) -> Made:
    """Make a workbook of this kind in a folder."""
    what, _, name = kind.partition("-")
    if kind == REGISTER:
        return Made(kind, _register(folder), None)
    toolkit = find_toolkit(name)
    if what == "workbook":
        return Made(kind, issue(toolkit).write(folder), toolkit)
    return Made(kind, _summary(toolkit, folder), toolkit)


def _summary(toolkit: Toolkit, folder: Path) -> Path:
    from xlassess.consolidate import summarise, write_summary

    path = folder / "summary.xlsx"
    write_summary(summarise(a_round(toolkit), MADE_AT), path)
    return path


def _register(folder: Path) -> Path:
    from xlassess.folder.assessment import AssessmentFolder

    made = AssessmentFolder(folder / "assessment")
    made.create()
    return made.register_file
