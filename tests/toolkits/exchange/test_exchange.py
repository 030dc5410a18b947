"""A toolkit written as a workbook or as a file comes back as the very same value."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import get_args

import pytest
from hypothesis import given

from tests.toolkits.any_toolkit import toolkits
from xlassess.contract.seal import questions_digest
from xlassess.files.shape import read_as
from xlassess.files.yaml_file import read_yaml
from xlassess.model.toolkit import (
    FREE_ANSWERS,
    ActionPlan,
    Band,
    Choice,
    FollowUp,
    Form,
    Item,
    Rule,
    Scale,
    Scenario,
    Scoring,
    Section,
    Toolkit,
    View,
)
from xlassess.toolkits.checks import check_toolkit
from xlassess.toolkits.exchange.exchange import read_toolkit_book, toolkit_book, toolkit_yaml
from xlassess.toolkits.exchange.sheets import (
    BANDS,
    HORIZONS,
    ITEMS,
    PLAN,
    SCALES,
    SCENARIOS,
    SCORING,
    SECTIONS,
    STATUSES,
    TOOLKIT,
    VIEWS,
)
from xlassess.toolkits.exchange.write import ANSWERS, FORMS, RULES


def from_yaml(source: str, toolkit_id: str) -> Toolkit:
    file = read_yaml(source.encode(), f"{toolkit_id}.yaml")
    toolkit, problems = read_as(file, Toolkit)
    assert toolkit is not None, problems
    assert check_toolkit(toolkit, file) == ()
    return toolkit


def same(one: Toolkit, other: Toolkit) -> bool:
    """True when two toolkits are equal, their scales in the same order too."""
    assert asdict(one) == asdict(other)
    return one == other and questions_digest(one) == questions_digest(other)


def test_workbook__of_a_builtin_toolkit_reads_back_the_same(builtin_toolkit: Toolkit) -> None:
    read, _ = read_toolkit_book(toolkit_book(builtin_toolkit), "any.xlsx")
    assert same(read, builtin_toolkit)


def test_file__of_a_builtin_toolkit_reads_back_the_same(builtin_toolkit: Toolkit) -> None:
    assert same(from_yaml(toolkit_yaml(builtin_toolkit), builtin_toolkit.id), builtin_toolkit)


@given(toolkits())
def test_workbook__of_any_toolkit_reads_back_the_same(toolkit: Toolkit) -> None:
    read, _ = read_toolkit_book(toolkit_book(toolkit), "any.xlsx")
    assert same(read, toolkit)


@given(toolkits())
def test_file__of_any_toolkit_reads_back_the_same(toolkit: Toolkit) -> None:
    assert same(from_yaml(toolkit_yaml(toolkit), toolkit.id), toolkit)


PARTS = {
    Toolkit: (TOOLKIT,),
    View: (VIEWS,),
    Scale: (SCALES,),
    Choice: (SCALES, HORIZONS, STATUSES),
    Section: (SECTIONS,),
    Item: (ITEMS,),
    Band: (BANDS,),
    Scoring: (SCORING,),
    ActionPlan: (PLAN,),
    Scenario: (SCENARIOS,),
}
TABLES = {
    "views", "scales", "sections", "closing", "scoring", "action_plan", "choices", "items", "bands",
    "horizons", "statuses", "scenarios", "levels",
}  # fmt: skip
"""Fields that have a table, or columns, of their own."""


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_workbook__has_a_column_for_every_field(part: type) -> None:
    for block in PARTS[part]:
        columns = {column.field.split(".")[0] for column in block.columns}
        assert {field.name for field in fields(part)} - columns - TABLES == set()


def test_workbook__has_a_column_for_every_part_of_a_follow_up() -> None:
    columns = {column.field for column in ITEMS.columns}
    assert {f"follow_up.{field.name}" for field in fields(FollowUp)} <= columns


def test_guide__explains_every_word_that_can_be_picked() -> None:
    assert set(FORMS) == set(get_args(Form))
    assert set(RULES) == set(get_args(Rule))
    assert set(ANSWERS) == set(FREE_ANSWERS)
