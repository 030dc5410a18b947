"""Fixtures of the tests with real spreadsheet programs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.office import Office, Offices


@pytest.fixture(scope="session")
def offices() -> Iterator[Offices]:
    """The office programs of this test run."""
    kept = Offices()
    yield kept
    kept.close()


@pytest.fixture
def office(offices: Offices) -> Office:
    """A running LibreOffice."""
    return offices.get()
