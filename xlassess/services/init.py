"""Beginning: a new assessment folder, its two files explained inside."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.model.errors import UsageError


@dataclass(frozen=True, slots=True)
class Begun:
    """A new assessment: the folder, and the two files to be filled in."""

    root: Path
    settings: Path
    register: Path


def begin(root: Path) -> Begun:
    """Make a new assessment in this folder, which may exist but must not hold one.

    Raises:
        UsageError: the folder holds an assessment already, or is a file.
        OSError: the folder cannot be written.
    """
    folder = AssessmentFolder(root)
    if root.exists() and not root.is_dir():
        raise UsageError(f"{root} is a file.", "Give the name of a folder for the new assessment.")
    folder.create()
    return Begun(root, folder.settings_file, folder.register_file)
