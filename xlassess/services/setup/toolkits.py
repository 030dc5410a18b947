"""Toolkits: which there are, and what is in one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from xlassess.assessment.settings import AssessmentFolder
from xlassess.contract.seal import questions_digest
from xlassess.files.problems import Problem
from xlassess.files.rights import make_folder
from xlassess.files.yaml_file import Loc, read_yaml_file, yaml_1_1_notes
from xlassess.ledger import Ledger
from xlassess.model.assessment import Assessment, Coordinator
from xlassess.model.errors import UsageError
from xlassess.model.toolkit import Toolkit
from xlassess.services.common.opening import shown
from xlassess.services.common.workbooks.outbox import REPLACED, sha256_of, write_whole
from xlassess.sheet.validation import SheetError
from xlassess.toolkits.exchange.exchange import load_toolkit_book, toolkit_book, toolkit_yaml
from xlassess.toolkits.load import (
    ToolkitFileError,
    all_toolkits,
    builtin_ids,
    find_toolkit,
    load_toolkit,
    toolkit_schema,
)
from xlassess.toolkits.versions import changed, released


@dataclass(frozen=True, slots=True)
class ListedToolkit:
    """A toolkit that can be used, and whether it is the folder's own."""

    toolkit: Toolkit
    own: bool

    @property
    def items(self) -> int:
        """How many items it has, closing questions included."""
        return sum(1 for _ in self.toolkit.items())


def toolkits(root: Path) -> tuple[ListedToolkit, ...]:
    """Return every toolkit that can be used in this folder, which need not be an assessment.

    Raises:
        ToolkitFileError: one of the folder's own toolkit files has mistakes.
    """
    own = _own(root)
    found = all_toolkits(own)
    return tuple(ListedToolkit(toolkit, _is_own(toolkit)) for toolkit in found)


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


def _is_own(toolkit: Toolkit) -> bool:
    """True for one that is not built in, or says something else than the one that is."""
    return toolkit.id not in builtin_ids() or toolkit != find_toolkit(toolkit.id)


WORKBOOK = ".xlsx"

Written: TypeAlias = Literal["new", "same", "replaced"]
"""What became of a file: there was none; it held this already; another one made way."""

_Problem: TypeAlias = Callable[[Loc, str, str], Problem]


@dataclass(frozen=True, slots=True)
class ExportedToolkit:
    """A toolkit written out as a workbook."""

    toolkit: Toolkit
    path: Path
    written: Written


@dataclass(frozen=True, slots=True)
class ImportedToolkit:
    """A toolkit read from a workbook and written as a toolkit file.

    ``found_by_folder`` says whether the assessment will find it where it is; ``covers`` that
    it comes before a toolkit of the same id that comes with xlassess.
    """

    toolkit: Toolkit
    path: Path
    written: Written
    found_by_folder: bool
    covers: bool


def export_book(
    root: Path, toolkit_id: str, path: Path, *, replace: bool = False
) -> ExportedToolkit:
    """Write a toolkit out as a workbook to edit.

    Args:
        root: the assessment's folder, whose own toolkits come first; need not be one.
        toolkit_id: the toolkit.
        path: where to; a name ending in .xlsx.
        replace: put another file of that name aside.

    Raises:
        UsageError: there is no such toolkit, or no file can be written there.
        ToolkitFileError: the toolkit's file has mistakes.
    """
    own = AssessmentFolder(root).toolkits
    toolkit = find_toolkit(toolkit_id, own if own.is_dir() else None)
    if path.suffix.lower() != WORKBOOK:
        raise UsageError(
            f"{path.name} is not the name of an Excel workbook.",
            f"It must end in {WORKBOOK}, for example {toolkit_id}{WORKBOOK}.",
        )
    if not path.parent.is_dir():
        raise UsageError(
            f"There is no folder {shown(path.parent)}.", "Make the folder, or give another."
        )
    return ExportedToolkit(toolkit, path, _write(path, toolkit_book(toolkit), replace))


def import_book(
    root: Path, book: Path, *, to: Path | None = None, replace: bool = False
) -> ImportedToolkit:
    """Read a toolkit from a workbook and write it as a toolkit file.

    Args:
        root: the assessment's folder; its own toolkits are where the file goes.
        book: the workbook.
        to: another folder for the file.
        replace: put another file of that name aside.

    Raises:
        ToolkitFileError: the workbook has mistakes; its ``problems`` name sheet and cell.
        UsageError: the workbook cannot be read, or there is no folder for the file.
    """
    folder = AssessmentFolder(root)
    if to is None and not folder.settings_file.is_file():
        raise UsageError(
            f"There is no assessment in {shown(root)} to put the toolkit into.",
            "Go to the assessment's folder, or name it with -C DIR. Or use --to DIR to say "
            "where to write the file.",
        )
    toolkit, source = load_toolkit_book(book)
    _check_version(root, toolkit, source.problem)
    _check_workbook(toolkit, source.problem)
    place = folder.toolkits if to is None else to
    path = place / f"{toolkit.id}.yaml"
    if path.is_file() and _holds(path, toolkit):
        written: Written = "same"
    else:
        make_folder(place)
        text = toolkit_yaml(toolkit, f"{toolkit.title}, imported from {book.name}")
        written = _write(path, text.encode(), replace)
    found = place.resolve() == folder.toolkits.resolve()
    return ImportedToolkit(toolkit, path, written, found, found and toolkit.id in builtin_ids())


@dataclass(frozen=True, slots=True)
class CheckedToolkit:
    """A toolkit in order, and what other programs would read otherwise in its file."""

    toolkit: Toolkit
    notes: tuple[Problem, ...] = ()


def check(root: Path, path: Path) -> CheckedToolkit:
    """Return the toolkit in a file, which may be a toolkit file or a workbook.

    Args:
        root: the assessment's folder, for what was issued; need not be one.
        path: the file.

    Raises:
        ToolkitFileError: the file has mistakes, or its questions changed and its version did
            not; the ``problems`` name the file and the line or cell.
        UsageError: the file cannot be read.
    """
    if path.suffix.lower() == WORKBOOK:
        toolkit, source = load_toolkit_book(path)
        problem: _Problem = source.problem
        notes: tuple[Problem, ...] = ()
    else:
        toolkit = load_toolkit(path)
        file = read_yaml_file(path)
        problem, notes = file.problem, yaml_1_1_notes(file)
    _check_version(root, toolkit, problem)
    _check_workbook(toolkit, problem)
    return CheckedToolkit(toolkit, notes)


_TRIAL = Assessment("trial", "A partnership", "2026", (), Coordinator("The coordinator", ""))
"""What a workbook is made for to see whether one can be made."""


def _check_workbook(toolkit: Toolkit, problem: _Problem) -> None:
    """Refuse a toolkit of which no workbook can be made, by making one.

    What `generate` would refuse later is told here, whoever asks: no list of rules beside the
    writers could stay the same as what they do.
    """
    from xlassess.generate import build_plate

    try:
        build_plate(toolkit, _TRIAL, questions_digest(toolkit), "")
    except SheetError as error:
        raise ToolkitFileError([problem((), error.message, error.remedy)]) from None


def _check_version(root: Path, toolkit: Toolkit, problem: _Problem) -> None:
    """Refuse a toolkit with other questions than are known under its id and version."""
    if changed(toolkit, released()):
        since = "it came with xlassess"
    elif _issued_otherwise(root, toolkit):
        since = "workbooks were issued"
    else:
        return
    message = (
        f"The questions have changed since {since}, but the version is still {toolkit.version}."
    )
    hint = (
        "Raise the version, to keep answers to the earlier questions apart from answers to "
        "the new ones."
    )
    raise ToolkitFileError([problem(("version",), message, hint)])


def _issued_otherwise(root: Path, toolkit: Toolkit) -> bool:
    """True when this version was issued in the assessment, and only with other questions."""
    place = AssessmentFolder(root).ledger
    if not Ledger.is_at(place):
        return False
    with Ledger(place) as ledger:
        kept = ledger.toolkits()
    digests = {
        digest
        for digest, other in kept.items()
        if (other.id, other.version) == (toolkit.id, toolkit.version)
    }
    return bool(digests) and questions_digest(toolkit) not in digests


def _holds(path: Path, toolkit: Toolkit) -> bool:
    try:
        return load_toolkit(path) == toolkit
    except ToolkitFileError:
        return False


def _write(path: Path, content: bytes, replace: bool) -> Written:
    """Write a file whole; another one of that name is kept, or stops it."""
    if path.is_file() and path.read_bytes() == content:
        return "same"
    there = path.exists()
    if there and not replace:
        raise UsageError(
            f"There is already a different file {shown(path)}.",
            "Move it away, or add --replace to move it to a folder named replaced.",
        )
    if there:
        _put_aside(path)
    write_whole(path, content, lasting=True)
    return "replaced" if there else "new"


def _put_aside(path: Path) -> None:
    """Move a file out of the way, under a name that no other content has."""
    replaced = path.parent / REPLACED
    make_folder(replaced)
    content = sha256_of(path.read_bytes())[:8]
    path.replace(replaced / f"{path.stem}-{content}{path.suffix}")
