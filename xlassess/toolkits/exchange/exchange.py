"""A toolkit as a workbook, to be written or reworded in Excel, and back.

Reading an unchanged workbook gives the very toolkit it was made from. What a workbook holds
is checked as a toolkit file is; problems name sheet and cell in place of the line.
"""

from __future__ import annotations

from pathlib import Path

from xlassess.files.problems import Problem
from xlassess.files.shape import read_as
from xlassess.model.errors import UsageError
from xlassess.model.toolkit import Toolkit
from xlassess.toolkits.checks import check_toolkit
from xlassess.toolkits.exchange.as_yaml import toolkit_yaml
from xlassess.toolkits.exchange.cells import read_book
from xlassess.toolkits.exchange.find import find_blocks
from xlassess.toolkits.exchange.read import BookSource, read_blocks
from xlassess.toolkits.exchange.sheets import BANDS, SHEETS
from xlassess.toolkits.exchange.write import toolkit_book
from xlassess.toolkits.load import ToolkitFileError

__all__ = ["BookSource", "load_toolkit_book", "read_toolkit_book", "toolkit_book", "toolkit_yaml"]

_ORDER = {name: index for index, name in enumerate(SHEETS)}


def load_toolkit_book(path: Path) -> tuple[Toolkit, BookSource]:
    """Read and check a toolkit's workbook.

    Returns:
        The toolkit, and the workbook it was read from, which knows the cells of its values.

    Raises:
        ToolkitFileError: the workbook is not a sound toolkit; every problem is listed.
        UsageError: there is no such file, or it cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"The workbook {path} cannot be read ({error.strerror}).",
            "Check its name, and close it in other programs.",
        ) from None
    return read_toolkit_book(content, path.name)


def read_toolkit_book(content: bytes, name: str) -> tuple[Toolkit, BookSource]:
    """Return the toolkit in a workbook, and the workbook as read.

    Args:
        content: the bytes of the workbook.
        name: the file's name, as problems show it.

    Raises:
        ToolkitFileError: the workbook is not a sound toolkit; every problem is listed.
    """
    grids = read_book(content)
    if not grids:
        message = "This file cannot be read as an Excel workbook."
        hint = "Open it, save it as an Excel workbook (.xlsx) without a password, and try again."
        raise ToolkitFileError([Problem(name, 0, message, hint)])
    found, faults = find_blocks(grids)
    if faults:
        bare = BookSource(name)
        raise ToolkitFileError([bare.at(f.place, f.message, f.hint) for f in faults])
    source = read_blocks(name, found)
    toolkit, problems = read_as(source, Toolkit)
    if toolkit is not None:
        problems = check_toolkit(toolkit, source)
    told = _told(source, problems)
    if told or toolkit is None:
        raise ToolkitFileError(told)
    return toolkit, source


def _told(source: BookSource, problems: tuple[Problem, ...]) -> list[Problem]:
    """Return what is to be reported: of each cell what could not be read, or else what is wrong."""
    unread = [source.at(fault.place, fault.message, fault.hint) for fault in source.faults]
    cells = {(problem.sheet, problem.cell) for problem in unread}
    # Bands are compared with the items and scores there are; with some unread, they may fit.
    silent = {BANDS.sheet} if cells else set()
    others = [
        problem
        for problem in problems
        if problem.sheet not in silent and (problem.sheet, problem.cell) not in cells
    ]
    return sorted([*unread, *others], key=_place)


def _place(problem: Problem) -> tuple[int, int, int, str]:
    return _ORDER.get(problem.sheet, 0), problem.line, len(problem.cell), problem.cell
