"""Every kind of workbook that xlassess makes, once each, for tests that hold for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.factory import MADE_AT, a_round, issue
from xlassess.folder.toolkits import builtin_ids, find_toolkit
from xlassess.model.toolkit import Toolkit

REGISTER = "register"
SEVERAL = "pat+melton-evaluation"
"""Toolkits that one assessment uses together, for a summary of several."""


@dataclass(frozen=True, slots=True)
class Made:
    """A workbook xlassess made, and the toolkits it is about; none for the register."""

    kind: str
    path: Path
    toolkits: tuple[Toolkit, ...] = ()


def kinds() -> tuple[str, ...]:
    """Return the name of every kind: a workbook and a summary per toolkit, the register.

    One more summary is of several toolkits.
    """
    return (
        *(f"workbook-{name}" for name in builtin_ids()),
        *(f"summary-{name}" for name in (*builtin_ids(), SEVERAL)),
        REGISTER,
    )


def make(kind: str, folder: Path) -> Made:
    """Make a workbook of this kind in a folder."""
    what, _, name = kind.partition("-")
    if kind == REGISTER:
        return Made(kind, _register(folder))
    toolkits = tuple(find_toolkit(toolkit_id) for toolkit_id in name.split("+"))
    if what == "workbook":
        return Made(kind, issue(*toolkits).write(folder), toolkits)
    return Made(kind, _summary(toolkits, folder), toolkits)


def _summary(toolkits: tuple[Toolkit, ...], folder: Path) -> Path:
    from xlassess.consolidate import summarise, write_summary

    path = folder / "summary.xlsx"
    write_summary(summarise(a_round(*toolkits), MADE_AT), path)
    return path


def _register(folder: Path) -> Path:
    from xlassess.folder.assessment import AssessmentFolder

    made = AssessmentFolder(folder / "assessment")
    made.create()
    return made.register_file
