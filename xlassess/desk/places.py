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
        place = shown(root)
        raise UsageError(
            f"There is no assessment in {'this folder' if place == '.' else place}.",
            "Change to the assessment's folder or name it with -C DIR; a new assessment is "
            "begun by: xlassess init DIR",
        )
    return folder


def shown(path: Path) -> str:
    """Return a path as people read it: relative to where they are when it lies below."""
    path = path.resolve()
    here = Path.cwd().resolve()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
