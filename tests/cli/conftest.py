"""Assessments of these tests have their ledgers where ``database`` says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.services.small import plates_built_once


@pytest.fixture(autouse=True)
def _ledgers(database: str | None) -> None:
    """Ask for it in every test, so that each can run with its ledgers in PostgreSQL."""


@pytest.fixture(scope="session", autouse=True)
def _plates() -> Iterator[None]:
    with plates_built_once():
        yield
