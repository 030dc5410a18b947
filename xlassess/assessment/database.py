"""The database that the settings name for the ledger: where it is, and never a password."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from xlassess.files.problems import FileError
from xlassess.files.yaml_file import Remark, read_yaml
from xlassess.model.assessment import LedgerDatabase

LEDGER = "ledger"
"""The setting."""

DRIVER = "postgresql+psycopg"

_USUAL = f"Write it as {DRIVER}://USER@HOST/DATABASE."
_SAYS_LEDGER = re.compile(rb"^[^#\n]*ledger", re.MULTILINE)
"""Somewhere but in a remark: settings are taken apart for every command only where they say so."""

_PASSWORDS = ("password", "sslpassword")
"""What libpq would take for a password among what follows the question mark."""

_ELSEWHERE = (
    "Delete it here and change it, as others may have read it. Keep the password in the keyring "
    "of this computer, in .pgpass, or in the environment variable XLASSESS_LEDGER_PASSWORD."
)


def ledger_remarks(written: str) -> Iterator[Remark]:
    """Yield what is wrong with the URL of a ledger's database; what it says is not repeated.

    Args:
        written: the URL as somebody wrote it.
    """
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    loc = (LEDGER,)
    try:
        url = make_url(written)
    except (ArgumentError, ValueError):
        yield (
            loc,
            "This is not the URL of a database.",
            f"{_USUAL} Without it, the ledger is a file.",
        )
        return
    if url.password is not None or any(name in url.query for name in _PASSWORDS):
        yield loc, "A password stands in the URL of the ledger's database.", _ELSEWHERE
    elif url.drivername != DRIVER:
        yield loc, f"A ledger cannot be kept in {url.drivername!r}.", _USUAL
    elif not url.database:
        yield loc, "The URL does not name a database.", _USUAL


def named_database(settings: bytes, name: str) -> LedgerDatabase | None:
    """Return the database that settings name for the ledger; None where it is a file.

    Args:
        settings: the content of the settings.
        name: the name of their file.

    Raises:
        FileError: the settings cannot be read, or no database can be meant by what they say.
    """
    return _named(settings, name) if _SAYS_LEDGER.search(settings) else None


@lru_cache(maxsize=8)
def _named(settings: bytes, name: str) -> LedgerDatabase | None:
    url = place_in(settings, name, LEDGER, ledger_remarks)
    return LedgerDatabase(url, id_in(settings, name)) if url else None


def place_in(
    settings: bytes, name: str, field: str, remarks: Callable[[str], Iterable[Remark]]
) -> str:
    """Return what settings say in a field that names a place; empty where they say nothing.

    Args:
        settings: the content of the settings.
        name: the name of their file.
        field: the field.
        remarks: what is wrong with a text there.

    Raises:
        FileError: the settings cannot be read, or no place can be meant by what they say.
    """
    file = read_yaml(settings, name)
    if file.problems:
        raise FileError(file.problems)
    said = file.tree.get(field) if isinstance(file.tree, dict) else None
    if said is None:
        return ""
    if problems := [file.problem(*one) for one in remarks(said if isinstance(said, str) else "")]:
        raise FileError(problems)
    return str(said)


def id_in(settings: bytes, name: str) -> str:
    """Return the assessment's id as its settings say.

    Raises:
        FileError: the settings cannot be read, or say none that can be one.
    """
    file = read_yaml(settings, name)
    if file.problems:
        raise FileError(file.problems)
    said = file.tree.get("id") if isinstance(file.tree, dict) else None
    if not isinstance(said, str) or not is_id(said):
        raise FileError([file.problem(*id_remark(str(said or "")))])
    return said


def is_id(text: str) -> bool:
    """True when this can be the id of an assessment; it also names the assessment's tables."""
    return re.fullmatch(r"[a-z0-9][a-z0-9-]{0,47}", text) is not None


def id_remark(text: str) -> Remark:
    """What is wrong with an id, and what to do."""
    hint = "Use up to 48 small letters, digits and hyphens."
    return ("id",), f"'{text}' cannot be the id of an assessment.", hint
