"""Assessments of these tests have their ledgers where ``database`` says."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _ledgers(database: str | None) -> None:
    """Ask for it in every test, so that each can run with its ledgers in PostgreSQL."""
