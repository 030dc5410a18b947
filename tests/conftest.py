"""Fixtures shared by all tests."""

from __future__ import annotations

import pytest

from xlassess.model.toolkit import Toolkit


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for ``builtin_toolkit`` once for each built-in toolkit."""
    if "builtin_toolkit" in metafunc.fixturenames:
        from xlassess.folder.toolkits import builtin_ids

        metafunc.parametrize("builtin_toolkit", builtin_ids(), indirect=True, scope="session")


@pytest.fixture(scope="session")
def builtin_toolkit(request: pytest.FixtureRequest) -> Toolkit:
    """Each built-in toolkit in turn, later ones included without further ado."""
    from xlassess.folder.toolkits import find_toolkit

    return find_toolkit(request.param)
