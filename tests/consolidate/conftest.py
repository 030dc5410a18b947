"""Fixtures of the summary's tests."""

from __future__ import annotations

import pytest

from xlassess.model.toolkit import Toolkit
from xlassess.toolkits.load import find_toolkit


@pytest.fixture(scope="session")
def pat() -> Toolkit:
    """The Partnership Assessment Tool: totals, bands, significance, scenarios."""
    return find_toolkit("pat")


@pytest.fixture(scope="session")
def melton() -> Toolkit:
    """The evaluation by ratings from 1 to 5."""
    return find_toolkit("melton-evaluation")


@pytest.fixture(scope="session")
def rochford() -> Toolkit:
    """The hallmarks answered with yes or no."""
    return find_toolkit("rochford-hallmarks")
