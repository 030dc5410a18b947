"""A toolkit as a workbook, to be written or reworded in Excel, and back as a toolkit file.

Reading an unchanged workbook gives the very toolkit it was made from. What a workbook holds is
checked as a toolkit file is; problems name sheet and cell in place of the line. In the file's
text long sentences are folded, ids are quoted, and what a field has by default is left out.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlassess.files.problems import Problem
from xlassess.files.shape import read_as
from xlassess.model.errors import UsageError
from xlassess.model.toolkit import (
    ActionPlan,
    Band,
    Choice,
    Condition,
    FollowUp,
    Item,
    Scale,
    Section,
    Toolkit,
)
from xlassess.toolkits.checks import check_toolkit
from xlassess.toolkits.exchange.cells import number_text, read_book
from xlassess.toolkits.exchange.find import find_blocks
from xlassess.toolkits.exchange.read import BookSource, read_blocks
from xlassess.toolkits.exchange.sheets import BANDS, SHEETS
from xlassess.toolkits.exchange.write import toolkit_book
from xlassess.toolkits.load import ToolkitFileError

if TYPE_CHECKING:
    from ruamel.yaml.comments import CommentedMap, CommentedSeq


_WIDTH = 100
_STEP = 2

_LAST: dict[type, tuple[str, ...]] = {
    Toolkit: ("views", "scales", "sections", "closing", "scoring", "action_plan"),
    Section: ("about", "form", "scored", "items", "bands"),
    Scale: ("ordinal", "choices"),
    Item: (
        "short", "ask", "why", "prompts", "answer", "levels", "views", "required", "comment",
        "evidence", "follow_up", "weighs", "minimum", "maximum", "past", "only_when",
        "ranks", "follows", "comparable",
    ),
    ActionPlan: ("scenarios", "proposal"),
}  # fmt: skip
"""Fields that stand after all others of their part, in this order."""

_INLINE = (Choice, Band, FollowUp, Condition)
"""Parts written in one line, in braces, where they fit."""

_PLAIN = re.compile(r"(?:[^\W\d_]|\d+ [^\W\d_])(?:[\w .,;()/?!&+%\"'’“”–-]*[\w.;()/?!%\"'’“”–])?")
"""Texts that need no quotes outside braces."""

_TAKEN = re.compile(r"y|n|yes|no|on|off|true|false|null|nan|inf", re.IGNORECASE)
"""Words that some YAML reader takes for something other than text."""


def toolkit_yaml(toolkit: Toolkit, comment: str = "") -> str:
    """Return the text of a toolkit's file.

    Args:
        toolkit: the toolkit.
        comment: a remark for the first line, in one line; may be empty.
    """
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.Representer = _representer()
    yaml.width = 10 * _WIDTH * _WIDTH  # folded here, not there
    yaml.allow_unicode = True
    yaml.indent(mapping=_STEP, sequence=2 * _STEP, offset=_STEP)
    root = _part(toolkit, 0)
    for name in ("views", "scales", "sections", "closing", "scoring", "action_plan"):
        if name in root:
            root.yaml_set_comment_before_after_key(name, before="\n")
    for name in ("sections", "closing"):
        for index in range(1, len(root.get(name, ()))):
            root[name].yaml_set_comment_before_after_key(index, before="\n")
    out = StringIO()
    yaml.dump(root, out)
    text = "".join(f"{line.rstrip()}\n" for line in out.getvalue().split("\n")[:-1])
    return f"# {comment}\n{text}" if comment else text


def _part(thing: Any, indent: int) -> CommentedMap:
    """Return a part of the model as a mapping; fields with their default are left out."""
    from ruamel.yaml.comments import CommentedMap

    part = CommentedMap()
    last = _LAST.get(type(thing), ())
    names = [*(field.name for field in fields(thing) if field.name not in last), *last]
    defaults = {field.name: _default(field) for field in fields(thing)}
    for name in names:
        value = getattr(thing, name)
        if value != defaults[name]:
            part[name] = _node(value, indent, len(name) + 2)
    if isinstance(thing, _INLINE) and _in_line(part) <= _WIDTH - indent - _STEP:
        _flow(part)
    return part


def _default(field: Any) -> Any:
    return field.default_factory() if field.default_factory is not MISSING else field.default


def _node(value: Any, indent: int, used: int) -> Any:
    """Return a value as ruamel writes it.

    Args:
        value: the value of a field.
        indent: the column its key begins in.
        used: how much of the line its key takes.
    """
    if is_dataclass(value):
        return _part(value, indent + _STEP)
    if isinstance(value, Mapping):
        from ruamel.yaml.comments import CommentedMap

        inner = indent + _STEP
        pairs = ((key, _node(each, inner, len(key) + 2)) for key, each in value.items())
        return CommentedMap((_quoted(key), node) for key, node in pairs)
    if isinstance(value, tuple):
        return _list(value, indent, used)
    if isinstance(value, str):
        return _text(value, indent + used, indent + _STEP)
    if isinstance(value, float):
        return int(value) if number_text(value).lstrip("-").isdigit() else value
    return value


def _list(values: tuple[Any, ...], indent: int, used: int) -> CommentedSeq:
    from ruamel.yaml.comments import CommentedSeq

    inner = indent + 2 * _STEP
    nodes = CommentedSeq(
        _part(value, inner) if is_dataclass(value) else _text(value, inner, inner)
        for value in values
    )
    words = not any(is_dataclass(value) or " " in value for value in values)
    if words and sum(len(value) + 4 for value in values) <= _WIDTH - indent - used:
        nodes = CommentedSeq(_quoted(value) for value in values)
        nodes.fa.set_flow_style()
    return nodes


def _text(text: str, begins: int, indent: int) -> Any:
    """Return a text as ruamel writes it: in the line of its key if it fits, folded otherwise.

    Args:
        text: the text.
        begins: the column it would begin in.
        indent: the column its lines begin in when it has several.
    """
    from ruamel.yaml.scalarstring import FoldedScalarString, LiteralScalarString

    shown = text.replace("\n", " ").replace("\u00a0", " ").isprintable()
    lines = text.split("\n")
    if shown and len(lines) > 1 and all(line == line.strip() for line in lines):
        return LiteralScalarString(text)
    single = shown and len(lines) == 1 and "  " not in text
    if single and begins + len(str(text)) + 2 > _WIDTH:
        folded = FoldedScalarString(text)
        folded.fold_pos = _folds(text, _WIDTH - indent)
        return folded
    return _quoted(text)


def _folds(text: str, width: int) -> list[int]:
    """Return the positions of the blanks at which a text is broken into lines."""
    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    positions, end = [], 0
    for line in lines[:-1]:
        end += len(line)
        positions.append(end)
        end += 1
    return positions


def _quoted(text: str) -> str:
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    if _PLAIN.fullmatch(text) and not _TAKEN.fullmatch(text):
        return text
    quoted: str = DoubleQuotedScalarString(text)
    return quoted


def _in_line(part: Any) -> int:
    """Return how long a part is when written in braces; more than any line if it cannot be."""
    from ruamel.yaml.scalarstring import FoldedScalarString, LiteralScalarString

    if isinstance(part, dict):
        return sum(len(key) + 4 + _in_line(value) for key, value in part.items())
    if isinstance(part, list):
        return sum(2 + _in_line(value) for value in part)
    folded = isinstance(part, (FoldedScalarString, LiteralScalarString))
    return 10 * _WIDTH if folded else len(str(part)) + 2


def _flow(part: CommentedMap) -> None:
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    for key, value in part.items():
        if isinstance(value, str) and re.search(r"[,?]", value):
            part[key] = DoubleQuotedScalarString(value)
    part.fa.set_flow_style()


def _representer() -> type[Any]:
    """Return a representer that writes null in full: a field with nothing counts as left out."""
    from ruamel.yaml.representer import RoundTripRepresenter

    class Representer(RoundTripRepresenter):
        pass

    def null(representer: Any, _: None) -> Any:
        return representer.represent_scalar("tag:yaml.org,2002:null", "null")

    Representer.add_representer(type(None), null)
    return Representer


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
