"""Fixtures shared by all tests."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import nullcontext
from typing import TYPE_CHECKING

import pytest

from xlassess.model.toolkit import Toolkit

if TYPE_CHECKING:
    from tests.clients.office import Office, Offices
    from tests.made import Made


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for ``builtin_toolkit`` or ``made`` once for each there is."""
    if "builtin_toolkit" in metafunc.fixturenames:
        from xlassess.toolkits.load import builtin_ids

        metafunc.parametrize("builtin_toolkit", builtin_ids(), indirect=True, scope="session")
    if "made" in metafunc.fixturenames:
        from tests.made import kinds

        metafunc.parametrize("made", kinds(), indirect=True, scope="session")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let a test use the programs that its marks name, and no others."""
    from tests.clients.programs import declared

    names = _programs(item)
    with declared(names) if names else nullcontext():
        return (yield)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test for want of a program that its marks name, before anything is made for it."""
    if names := _programs(item):
        from tests.clients.programs import need

        for name in sorted(names):
            need(name)


def _programs(item: pytest.Item) -> frozenset[str]:
    return frozenset(name for mark in item.iter_markers("clients") for name in mark.args)


@pytest.fixture(scope="session")
def builtin_toolkit(request: pytest.FixtureRequest) -> Toolkit:
    """Each built-in toolkit in turn, later ones included without further ado."""
    from xlassess.toolkits.load import find_toolkit

    return find_toolkit(request.param)


@pytest.fixture(scope="session")
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Each kind of workbook that xlassess makes, in turn."""
    from tests.made import make

    return make(request.param, tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="session")
def offices() -> Iterator[Offices]:
    """The LibreOffice that the tests of this process share."""
    from tests.clients.office import OFFICES

    yield OFFICES
    OFFICES.close()


@pytest.fixture
def office(offices: Offices) -> Office:
    """A running LibreOffice; a test that asks for it is marked ``clients("libreoffice")``."""
    return offices.get()
