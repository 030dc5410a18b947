"""Workbooks issued once for all tests of this folder."""

from __future__ import annotations

import pytest

from tests.factory import Workbook, issue
from tests.ingest.small import every_kind
from xlassess.toolkits.load import find_toolkit


@pytest.fixture(scope="session")
def kinds() -> Workbook:
    """A workbook with every kind of answer."""
    return issue(every_kind())


@pytest.fixture(scope="session")
def pat() -> Workbook:
    """A workbook of the Partnership Assessment Tool."""
    return issue(find_toolkit("pat"))
