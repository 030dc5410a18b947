"""Toolkits: which there are, and what is in one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlassess.folder.assessment import AssessmentFolder
from xlassess.folder.toolkits import (
    all_toolkits,
    builtin_ids,
    find_toolkit,
    toolkit_schema,
)
from xlassess.model.toolkit import Toolkit


@dataclass(frozen=True, slots=True)
class Listed:
    """A toolkit that can be used, and whether it is the folder's own."""

    toolkit: Toolkit
    own: bool

    @property
    def items(self) -> int:
        """How many items it has, closing questions included."""
        return sum(1 for _ in self.toolkit.items())


def toolkits(root: Path) -> tuple[Listed, ...]:
    """Return every toolkit that can be used in this folder, which need not be an assessment.

    Raises:
        ToolkitFileError: one of the folder's own toolkit files has mistakes.
    """
    own = _own(root)
    found = all_toolkits(own)
    return tuple(Listed(toolkit, _is_own(toolkit, own)) for toolkit in found)


def toolkit(root: Path, toolkit_id: str) -> Toolkit:
    """Return one toolkit, the folder's own coming first.

    Raises:
        XlassessError: there is no such toolkit.
        ToolkitFileError: its file has mistakes.
    """
    return find_toolkit(toolkit_id, _own(root))


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a toolkit file."""
    return toolkit_schema()


def rule_in_words(toolkit: Toolkit) -> str:
    """Return in a few words how a toolkit is scored."""
    words = {
        "sum": "totals",
        "mean": "means",
        "levels": "level profile",
        "share": "share of yes",
        "none": "not scored",
    }
    return words[toolkit.scoring.rule]


def choices_in_words(toolkit: Toolkit, scale_id: str) -> Sequence[str]:
    """Return the choices of a response scale, each with its score where it has one."""
    return [
        choice.label if choice.score is None else f"{choice.label} ({choice.score:g})"
        for choice in toolkit.scales[scale_id].choices
    ]


def _own(root: Path) -> Path | None:
    own = AssessmentFolder(root).toolkits
    return own if own.is_dir() else None


def _is_own(toolkit: Toolkit, own: Path | None) -> bool:
    if toolkit.id not in builtin_ids():
        return True
    return own is not None and (own / f"{toolkit.id}.yaml").is_file()
