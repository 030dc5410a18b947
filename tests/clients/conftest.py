"""Fixtures of the tests with real spreadsheet programs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.office import Office


class Offices:
    """Keeps one LibreOffice running for the whole test run, and starts another if it dies."""

    def __init__(self) -> None:
        self._office: Office | None = None

    def get(self) -> Office:
        """Return a running LibreOffice."""
        if self._office is None or not self._office.running:
            self.close()
            self._office = Office()
        return self._office

    def close(self) -> None:
        """End LibreOffice if it runs."""
        if self._office is not None:
            self._office.close()
            self._office = None


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
