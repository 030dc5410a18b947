"""YAML files as values that know their lines.

Scalars are kept as the text that was written, without blanks around it, and turned into
numbers, dates or truth values only where the model asks for one. So ``id: 3.10`` stays
``3.10``, ``code: no`` stays ``no`` and ``version: 1.0`` stays ``1.0``, quoted or not. A key
without a value counts as left out; an explicit ``null`` is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from xlassess.files.problems import Problem

Tree: TypeAlias = "str | list[Tree] | dict[str, Tree] | None"
Loc: TypeAlias = "tuple[str | int, ...]"
"""A place in a file: keys and list positions (from 0) from the top."""

Remark: TypeAlias = "tuple[Loc, str, str]"
"""A place, what is wrong there, and what to do."""


class Source(Protocol):
    """What a model is read from: a tree of values, and the place of each in a file."""

    @property
    def name(self) -> str:
        """The file's name, as problems show it."""

    @property
    def tree(self) -> Tree:
        """The content, with every scalar as text."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What keeps the content from being read at all."""

    def problem(self, path: Loc, message: str, hint: str = "") -> Problem:
        """Return a problem with the value at a path."""


_NULLS = frozenset({"~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A YAML file as read.

    ``tree`` is its content, with every scalar as text; ``problems`` are those of the YAML
    itself (unreadable, a key given twice).
    """

    name: str
    tree: Tree
    problems: tuple[Problem, ...]
    _root: Any = field(repr=False)

    @property
    def root(self) -> Any:
        """The node at the top, or None where the file could not be read."""
        return self._root

    def line(self, path: Sequence[str | int]) -> int:
        """Return the line (from 1) of the value at a path, or of its nearest ancestor.

        Args:
            path: keys and list positions (from 0) from the top of the file.
        """
        node, line = self._root, 1
        for step in path:
            found = _step(node, step)
            if found is None:
                break
            node, line = found
        return line

    def problem(self, path: Sequence[str | int], message: str, hint: str = "") -> Problem:
        """Return a problem with the value at a path."""
        return Problem(self.name, self.line(path), message, hint)


def read_yaml(source: bytes, name: str) -> YamlFile:
    """Read a YAML file; whatever is wrong with it is among the result's problems.

    Args:
        source: the bytes of the file, in UTF-8.
        name: the file's name, as problems show it.
    """
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        hint = "Save the file with the encoding UTF-8."
        return _failed(name, line, "The file has characters that are not UTF-8.", hint)
    try:
        root = node_of(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        return _failed(name, line, f"This is not valid YAML: {error.problem}.", _yaml_hint(error))
    except (YAMLError, RecursionError) as error:
        return _failed(name, 0, f"This is not valid YAML: {str(error).splitlines()[0]}.")
    builder = _Builder(name)
    return YamlFile(name, builder.build(root), tuple(builder.problems), root)


@lru_cache(maxsize=8)
def node_of(text: str) -> Any:
    """Return the node at the top of a YAML text; nobody changes it.

    One command reads the same settings several times, and to take them apart is what takes long.

    Raises:
        YAMLError: the text is not valid YAML.
    """
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    yaml.composer.warn_double_anchors = False
    return yaml.compose(text)


def read_yaml_file(path: Path) -> YamlFile:
    """Read a YAML file from disk.

    Raises:
        OSError: the file cannot be read.
    """
    return read_yaml(path.read_bytes(), path.name)


def _failed(name: str, line: int, message: str, hint: str = "") -> YamlFile:
    return YamlFile(name, None, (Problem(name, line, message, hint),), None)


def _yaml_hint(error: Any) -> str:
    problem = str(error.problem)
    if "'\\t'" in problem:
        return "Indent with spaces, not with tabs."
    if "mapping values are not allowed" in problem:
        return "Put a text that contains a colon and a space in quotes."
    if "expected <block end>" in problem or "could not find expected ':'" in problem:
        return "Look at the indentation and the quotes of this line and the one above."
    return ""


@dataclass(slots=True)
class _Builder:
    """Turns YAML nodes into plain values, noting keys given twice and loops."""

    name: str
    problems: list[Problem] = field(default_factory=list)
    _open: set[int] = field(default_factory=set)

    def build(self, node: Any) -> Tree:
        if node is None:
            return None
        if node.id == "scalar":
            plain = node.style is None
            return None if plain and node.value in _NULLS else str(node.value).strip()
        if id(node) in self._open:
            self._note(node, "This part of the file contains itself.", "Write it out in full.")
            return None
        self._open.add(id(node))
        try:
            if node.id == "sequence":
                return [self.build(child) for child in node.value]
            return self._mapping(node)
        finally:
            self._open.discard(id(node))

    def _mapping(self, node: Any) -> dict[str, Tree]:
        result: dict[str, Tree] = {}
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            if key_node.id != "scalar":
                self._note(key_node, "A key must be a single word.", "Write it as  key: value.")
                continue
            key = str(key_node.value)
            if key in lines:
                message = f"'{key}' is given twice; the first time in line {lines[key]}."
                self._note(key_node, message, "Keep one of the two.")
                continue
            lines[key] = key_node.start_mark.line + 1
            if not _is_blank(value_node):
                result[key] = self.build(value_node)
            elif node.flow_style:
                self._note(key_node, f"'{key}' has no value.", _COMMA)
        return result

    def _note(self, node: Any, message: str, hint: str) -> None:
        self.problems.append(Problem(self.name, node.start_mark.line + 1, message, hint))


_COMMA = "Inside { } a comma ends a value: put a text that holds commas in quotes."


def _is_blank(node: Any) -> bool:
    return bool(node.id == "scalar" and node.style is None and not node.value)


def _step(node: Any, step: str | int) -> tuple[Any, int] | None:
    """Return the child node and the line where it begins (its key's, in a mapping)."""
    kind = getattr(node, "id", "")
    if kind == "sequence" and isinstance(step, int) and step < len(node.value):
        child = node.value[step]
        return child, child.start_mark.line + 1
    if kind == "mapping":
        for key_node, value_node in node.value:
            if key_node.value == step:
                return value_node, key_node.start_mark.line + 1
    return None


_WORDS_1_1 = re.compile(r"(?:yes|no|on|off|y|n)", re.IGNORECASE)
_FIGURES_1_1 = re.compile(r"[-+]?(?:0\d+|\d+\.\d*0|\d+(?::[0-5]?\d)+|\d+(?:_\d+)+)")
"""Octal numbers, decimals that lose a nought, numbers to the base of sixty, and underscores."""
_NUMBERS = ("score", "low", "high", "minimum", "maximum", "rows", "year", "weakest", "overall")
_QUOTES = "Put it in quotes, so that every program reads the same."


def yaml_1_1_notes(file: YamlFile) -> tuple[Problem, ...]:
    """Return what a reader of YAML 1.1, such as PyYAML, takes for something else or cannot read.

    This program reads YAML 1.2 and every value as it is written; editors and other programs often
    do not. Source: YAML 1.1 (2005), types bool, int and float; PyYAML's scanner, which ends a
    text without quotes inside braces at a question mark.
    """
    notes = _notes_1_1(file.root, key="", flow=False)
    return tuple(Problem(file.name, line, message, _QUOTES) for line, message in notes)


def _notes_1_1(node: Any, *, key: str, flow: bool) -> Iterator[tuple[int, str]]:
    kind = getattr(node, "id", "")
    if kind == "scalar":
        if node.style is None:
            yield from _scalar_1_1(node, key, flow=flow)
    elif kind == "sequence":
        for child in node.value:
            yield from _notes_1_1(child, key=key, flow=flow or bool(node.flow_style))
    elif kind == "mapping":
        for name, value in node.value:
            inside = flow or bool(node.flow_style)
            yield from _notes_1_1(name, key="", flow=inside)
            yield from _notes_1_1(value, key=str(name.value), flow=inside)


def _scalar_1_1(node: Any, key: str, *, flow: bool) -> Iterator[tuple[int, str]]:
    text, line = str(node.value), node.start_mark.line + 1
    if _WORDS_1_1.fullmatch(text):
        yield line, f"Programs that read YAML 1.1 take {text} for true or false."
    elif _FIGURES_1_1.fullmatch(text) and key not in _NUMBERS:
        yield line, f"Programs that read YAML 1.1 take {text} for another number."
    elif flow and "?" in text:
        yield line, "Programs that read YAML 1.1 cannot read a text with a question mark in braces."
