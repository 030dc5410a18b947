"""Assessments of these tests have their ledgers where ``database`` says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.mail.dovecot import MailServerBox, dovecot
from tests.mail.post_office import PASSWORD
from tests.services.small import plates_built_once


@pytest.fixture(autouse=True)
def _ledgers(database: str | None) -> None:
    """Ask for it in every test, so that each can run with its ledgers in PostgreSQL."""


@pytest.fixture(scope="session", autouse=True)
def _plates() -> Iterator[None]:
    with plates_built_once():
        yield


@pytest.fixture(scope="module")
def running() -> Iterator[MailServerBox]:
    with dovecot() as server:
        yield server


@pytest.fixture
def box(running: MailServerBox, monkeypatch: pytest.MonkeyPatch) -> MailServerBox:
    """An empty mailbox."""
    for path in (*running.held(), *running.held(".Done")):
        path.unlink()
    monkeypatch.setenv("SSL_CERT_FILE", str(running.home / "certificate.pem"))
    monkeypatch.setenv("XLASSESS_IMAP_PASSWORD", PASSWORD.replace(" ", ""))
    return running
