"""Opening an assessment folder, with plain words when it is not one."""

from __future__ import annotations

from pathlib import Path

from xlassess.folder.assessment import AssessmentFolder
from xlassess.model.errors import UsageError


def open_folder(root: Path) -> AssessmentFolder:
    """Return the assessment in this folder.

    Raises:
        UsageError: the folder holds no assessment.
    """
    folder = AssessmentFolder(root)
    if not folder.settings_file.is_file():
        raise UsageError(
            f"{shown(root)} holds no assessment: there is no {folder.settings_file.name} in it.",
            "Change to the assessment's folder or name it with -C DIR; a new assessment is "
            "made by: xlassess init DIR",
        )
    return folder


def shown(path: Path) -> str:
    """Return a path as people read it: relative to where they are when it lies below."""
    path = path.resolve()
    here = Path.cwd().resolve()
    if path == here:
        return "This folder"
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
