"""Every example of the toolkit author's guide is a sound toolkit, or part of one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from xlassess.files.shape import FIELDS, read_as
from xlassess.files.yaml_file import read_yaml
from xlassess.model.toolkit import Toolkit
from xlassess.toolkits.checks import check_toolkit
from xlassess.toolkits.exchange.sheets import BLOCKS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "toolkit-authors.md"
TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", TEXT, re.M | re.S)
PARTS = ("Toolkit", "Section", "Item", "Scale", "Choice", "FollowUp", "Band", "Scoring", "View")


def parsed(source: str) -> Any:
    file = read_yaml(source.encode(), "example.yaml")
    assert file.problems == ()
    return file.tree


def problems(source: str) -> list[str]:
    """What is wrong with a whole toolkit file."""
    file = read_yaml(source.encode(), "meeting-check.yaml")
    toolkit, found = read_as(file, Toolkit)
    if toolkit is not None:
        found = check_toolkit(toolkit, file)
    return [str(problem) for problem in found]


def whole(part: dict[str, Any]) -> dict[str, Any]:
    """Return the guide's complete toolkit with an example put in its place."""
    toolkit = parsed(EXAMPLES[0])
    if "ask" in part:
        toolkit["sections"][1]["items"].append(part)
        toolkit["sections"][1]["form"] = "statements"
    elif "tab" in part:
        toolkit["sections"].append(part | {"scored": "false"})
    else:
        scales = toolkit["scales"] | part.get("scales", {})
        toolkit |= part | {"scales": scales}
    return toolkit


def as_yaml(tree: dict[str, Any]) -> str:
    from io import StringIO

    from ruamel.yaml import YAML

    out = StringIO()
    YAML(typ="safe").dump(tree, out)
    return out.getvalue()


def test_first_example__is_a_whole_toolkit() -> None:
    assert problems(EXAMPLES[0]) == []


@pytest.mark.parametrize("source", EXAMPLES[1:], ids=range(1, len(EXAMPLES)))
def test_example__fits_into_the_whole_toolkit(source: str) -> None:
    part = parsed(source)
    if part is None:
        assert source.startswith("# yaml-language-server: ")
        return
    assert problems(as_yaml(whole(part))) == []


def test_example__that_is_wrong_would_be_found() -> None:
    assert problems(as_yaml(whole({"id": "9", "ask": "?", "answer": "nothing"})))


@pytest.mark.parametrize(
    "heading", dict.fromkeys(column.heading for block in BLOCKS for column in block.columns)
)
def test_heading__is_explained(heading: str) -> None:
    cells = re.findall(r"^\| ([^|]+) \|", TEXT, re.M)
    named = {name.strip(" *") for cell in cells for name in cell.split(",")}
    assert heading in named


@pytest.mark.parametrize("field", dict.fromkeys(name for part in PARTS for name in FIELDS[part]))
def test_field__is_explained(field: str) -> None:
    assert f"`{field}`" in TEXT
