"""A toolkit written as a workbook or as a file comes back as the very same value."""

from __future__ import annotations

from dataclasses import asdict

from hypothesis import HealthCheck, given, settings

from tests.folder.any_toolkit import toolkits
from xlassess.contract.seal import questions_digest
from xlassess.folder.checks import check_toolkit
from xlassess.folder.exchange import read_toolkit_book, toolkit_book, toolkit_yaml
from xlassess.folder.shape import read_as
from xlassess.folder.yaml_file import read_yaml
from xlassess.model.toolkit import Toolkit

ANY = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


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


@ANY
@given(toolkits())
def test_workbook__of_any_toolkit_reads_back_the_same(toolkit: Toolkit) -> None:
    read, _ = read_toolkit_book(toolkit_book(toolkit), "any.xlsx")
    assert same(read, toolkit)


@ANY
@given(toolkits())
def test_file__of_any_toolkit_reads_back_the_same(toolkit: Toolkit) -> None:
    assert same(from_yaml(toolkit_yaml(toolkit), toolkit.id), toolkit)
