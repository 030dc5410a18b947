"""Fixtures shared by all tests."""

from __future__ import annotations

from collections.abc import Iterator
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
    """The office programs of this test run."""
    from tests.clients.office import Offices

    kept = Offices()
    yield kept
    kept.close()


@pytest.fixture
def office(offices: Offices) -> Office:
    """A running LibreOffice; a test that asks for it is marked ``clients``."""
    return offices.get()
