"""Changing single values of a YAML file: every other character stays as somebody wrote it.

ruamel.yaml says where each value begins and ends; only there the text is changed. What a file says
afterwards is read again and compared, so that an unusual way of writing is refused, not spoiled.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from xlassess.files.yaml_file import Tree, node_of, read_yaml

Place = tuple[str, ...]
"""Where a value stands: the keys from the top of the file."""

_PLAIN = re.compile(r"[A-Za-z0-9](?:[\w ,./()+@-]*[\w./)+@-])?")
_WORDS = frozenset(("yes", "no", "on", "off", "y", "n", "null", "true", "false"))
_TRUTH = ("true", "false")


class CannotBeEditedError(ValueError):
    """A file is written in a way in which this value cannot be changed by a program."""


def with_values(text: str, changes: Mapping[Place, str | Sequence[str]]) -> str:
    """Return the text of a YAML file with other values.

    Args:
        text: the file, of which the content is a group of fields.
        changes: what is to stand in each place: a text, which leaves the place empty where it is
            empty, or the items of a list, of which those that stand there keep their order. A
            group of which nothing is left is left empty as well.

    Raises:
        CannotBeEditedError: the file is written in an unusual way; nothing is changed.
    """
    from ruamel.yaml.error import YAMLError

    wanted = _tree(text)
    for place, value in changes.items():
        _enter(wanted, place, value)
    try:
        edited = _edited(text, changes)
    except (AttributeError, IndexError, TypeError, ValueError, YAMLError) as odd:
        raise CannotBeEditedError(str(odd)) from odd
    if _tidy(_tree(edited)) != _tidy(wanted):
        raise CannotBeEditedError(", ".join(".".join(place) for place in changes))
    return edited


def _edited(text: str, changes: Mapping[Place, str | Sequence[str]]) -> str:
    for place, value in changes.items():
        text = _with(text, place, value)
    for group in {place[:end] for place in changes for end in range(len(place) - 1, 0, -1)}:
        text = _without_empty(text, group)
    return text


def _tree(text: str) -> dict[str, Tree]:
    read = read_yaml(text.encode("utf-8"), "")
    if read.problems or not isinstance(read.tree, dict | None):
        raise CannotBeEditedError("the file has problems")
    return read.tree or {}


def _enter(tree: dict[str, Tree], place: Place, value: str | Sequence[str]) -> None:
    """Enter a value into what a file says."""
    for key in place[:-1]:
        inner = tree.get(key)
        tree[key] = inner = inner if isinstance(inner, dict) else {}
        tree = inner
    if not value:
        tree.pop(place[-1], None)
    elif isinstance(value, str):
        tree[place[-1]] = value
    else:
        stands = tree.get(place[-1])
        kept = [one for one in (stands if isinstance(stands, list) else ()) if one in value]
        tree[place[-1]] = [*kept, *(one for one in value if one not in kept)]


def _tidy(tree: Mapping[str, Tree]) -> dict[str, Tree]:
    """What a file says without groups in which nothing stands."""
    found = {key: _tidy(one) if isinstance(one, dict) else one for key, one in tree.items()}
    return {key: one for key, one in deepcopy(found).items() if one != {}}


# ---- where values stand -----------------------------------------------------


def _find(node: Any, place: Place) -> tuple[Any, Any] | None:
    """The nodes of the key and the value at a place; None where it is not there."""
    found = None
    for key in place:
        pairs = node.value if node is not None and node.id == "mapping" else ()
        found = next((pair for pair in pairs if pair[0].value == key), None)
        if found is None:
            return None
        node = found[1]
    return found


def _span(text: str, node: Any) -> tuple[int, int]:
    """Where a value begins and ends in the text, without remarks that follow."""
    begins, ends = node.start_mark.index, node.end_mark.index
    if node.id != "scalar" and not node.flow_style and node.value:
        last = node.value[-1]
        key, value = last if isinstance(last, tuple) else (None, last)
        ends = _after_colon(text, key) if key and _is_blank(value) else _span(text, value)[1]
    return begins, ends


def _is_blank(node: Any) -> bool:
    return node.id == "scalar" and not node.value and node.style is None


def _after_colon(text: str, key: Any) -> int:
    """Where the value of a key would begin; marks of a value that is not there lie further on."""
    return text.index(":", key.end_mark.index) + 1


def _end_of_line(text: str, at: int) -> int:
    """Where the line ends in which something stands; before its line break."""
    if text[:at].endswith("\n"):
        return at - 1
    found = text.find("\n", at)
    return len(text) if found < 0 else found - (text[found - 1] == "\r")


def _break(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


# ---- changing them ----------------------------------------------------------


def _with(text: str, place: Place, value: str | Sequence[str]) -> str:
    """The text with another value at a place."""
    root = node_of(text)
    found = _find(root, place)
    if found is None:
        return _added(text, place, value) if value else text
    groups = (_find(root, place[:end]) for end in range(1, len(place)))
    flow = any(group[1].flow_style for group in groups if group)
    shown = as_scalar(value, flow=flow) if isinstance(value, str) else _flow(value)
    key, node = found
    if not isinstance(value, str) and node.id == "sequence" and not node.flow_style and value:
        return _with_items(text, node, value)
    if _is_blank(node):
        at = _after_colon(text, key)
        rest = re.sub(r"\A +(?=\r?\n|\Z)", "", text[at:])
        return f"{text[:at]} {shown}{rest}" if shown else text
    begins, ends = _span(text, node)
    # A text over several lines ends after its last line break.
    ending = _break(text) if node.id == "scalar" and node.style in ("|", ">") else ""
    before = text[:begins] if shown else text[:begins].rstrip(" ")
    return f"{before}{shown}{ending}{text[ends:]}"


def _with_items(text: str, node: Any, items: Sequence[str]) -> str:
    """The text with other items in a list that has a line for each; those that stay are left."""
    indent = " " * node.start_mark.column
    lines = {one.value: _line_of(text, one) for one in node.value}
    last = max(end for _, end in lines.values())
    new = [f"{indent}- {as_scalar(one)}{_break(text)}" for one in items if one not in lines]
    if not text[:last].endswith("\n"):
        new = [_break(text), *new]
    text = f"{text[:last]}{''.join(new)}{text[last:]}"
    gone = sorted((span for one, span in lines.items() if one not in items), reverse=True)
    for begins, ends in gone:
        text = text[:begins] + text[ends:]
    return text


def _line_of(text: str, node: Any) -> tuple[int, int]:
    begins, ends = _span(text, node)
    after = _end_of_line(text, ends)
    return text.rfind("\n", 0, begins) + 1, after + len(_break(text)) if after < len(
        text
    ) else after


def _added(text: str, place: Place, value: str | Sequence[str]) -> str:
    """The text with a value at a place that is not there yet."""
    above = next(end for end in range(len(place) - 1, -1, -1) if not end or _find(
        node_of(text), place[:end]))  # fmt: skip
    if not above:
        return _added_at_top(text, place, value)
    key, node = _find(node_of(text), place[:above])  # type: ignore[misc]
    if node.tag.endswith(":null") and node.value:  # nothing, written out
        return _added(_cut(text, *_span(text, node)), place, value)
    rest = place[above:]
    if node.id == "mapping" and node.flow_style:
        begins, ends = _span(text, node)
        inside = text[begins + 1 : ends - 1].strip()
        entry = f"{as_scalar(rest[0], flow=True)}: {_in_flow(rest[1:], value)}"
        return f"{text[:begins]}{{{', '.join(filter(None, (inside, entry)))}}}{text[ends:]}"
    if node.id == "mapping":
        column, at = node.start_mark.column, _end_of_line(text, _span(text, node)[1])
    else:
        column, at = key.start_mark.column + 2, _end_of_line(text, key.end_mark.index)
    lines = _block(rest, value, column, _break(text))
    return f"{text[:at]}{_break(text)}{lines}{text[at:]}"


def _added_at_top(text: str, place: Place, value: str | Sequence[str]) -> str:
    """Below the remarks that show the field as an example; else at the end of the file."""
    line = _break(text)
    example = re.search(rf"(?m)^# *{re.escape(place[0])}:.*\r?\n(?:#.*\r?\n)*", text)
    lines = _block(place, value, 0, line)
    if example:
        return f"{text[: example.end()]}{lines}{line}{text[example.end() :]}"
    gap = "" if not text or text.endswith("\n") else line
    return f"{text}{gap}{line}{lines}{line}"


def _block(place: Place, value: str | Sequence[str], column: int, line: str) -> str:
    """A value and the groups that it is in, a line for each, without the last line break."""
    *groups, last = place
    lines = [f"{' ' * (column + 2 * depth)}{key}:" for depth, key in enumerate(groups)]
    shown = as_scalar(value) if isinstance(value, str) else _flow(value)
    lines.append(f"{' ' * (column + 2 * len(groups))}{last}: {shown}")
    return line.join(lines)


def _in_flow(rest: Place, value: str | Sequence[str]) -> str:
    if rest:
        return f"{{{as_scalar(rest[0], flow=True)}: {_in_flow(rest[1:], value)}}}"
    return as_scalar(value, flow=True) if isinstance(value, str) else _flow(value)


def _flow(items: Sequence[str]) -> str:
    return f"[{', '.join(as_scalar(one, flow=True) for one in items)}]"


def _without_empty(text: str, group: Place) -> str:
    """The text without what is left of a group in which nothing stands; remarks stay."""
    found = _find(node_of(text), group)
    if found is None or found[1].id != "mapping" or _says(found[1]):
        return text
    for begins, ends in sorted(_left(text, found[1]), reverse=True):
        text = _cut(text, begins, ends)
    return text


def _left(text: str, node: Any) -> Iterator[tuple[int, int]]:
    """Yield where the keys and brackets stand that are left where nothing is said."""
    if node.id != "mapping" or node.flow_style:
        yield _span(text, node)
        return
    for key, value in node.value:
        yield key.start_mark.index, _after_colon(text, key)
        if not _is_blank(value):
            yield from _left(text, value)


def _cut(text: str, begins: int, ends: int) -> str:
    """The text without a part, nor its line if nothing else is in it; a remark after it stays."""
    line, after = text.rfind("\n", 0, begins) + 1, _end_of_line(text, ends)
    rest = text[ends:after].strip(" ")
    if not rest and not text[line:begins].strip():
        return text[:line] + text[text.find("\n", after) + 1 or len(text) :]
    return f"{text[:begins] if rest else text[:begins].rstrip(' ')}{rest}{text[after:]}"


def _says(node: Any) -> bool:
    if node.id == "scalar":
        return bool(node.value) or node.style is not None
    return any(_says(one[1] if isinstance(one, tuple) else one) for one in node.value)


def as_scalar(text: str, *, flow: bool = False) -> str:
    """Return a text as YAML of either version reads it: bare where it can be, else in quotes.

    Args:
        text: the text.
        flow: whether it stands within braces or brackets, where a comma ends it.
    """
    bare = _PLAIN.fullmatch(text) and text.casefold() not in _WORDS and not (flow and "," in text)
    if not text or bare or text in _TRUTH:
        return text if text.isascii() or text.isprintable() else _quoted(text)
    return _quoted(text)


def _quoted(text: str) -> str:
    """A text in JSON's quotes, which are YAML's too; what is not seen as its escape."""
    whole = json.dumps(text, ensure_ascii=False)
    return "".join(char if char.isprintable() else _escape(ord(char)) for char in whole)


def _escape(code: int) -> str:
    return f"\\U{code:08x}" if code > 0xFFFF else f"\\u{code:04x}"
